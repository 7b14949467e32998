# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pore under thermal noise: seeds, the ledger with heat, and chance between closing and opening."""
import statistics

from runs import Run, largest_difference, main, numbers

SHORT = {'Geometry/Meridian cells': 40, 'Fusion/Time': 0, 'Constriction/Start time': 0,
         'Thermal/Noise': 'yes', 'Bilayer/Drag coefficient': 1e-4, 'Thermal/Time step': 0.02,
         'Time/End time': 1, 'Time/Output interval': 0.1}


def seeds(checks):
    checks.section('Seeds (kiss_and_run.prm with noise)')
    run, again, other = (Run('kiss_and_run.prm', {**SHORT, 'Thermal/Seed': seed}) for seed in (1, 1, 2))
    checks.at_most('the same seed twice, largest relative difference',
                   largest_difference(numbers(run), numbers(again))[0], 0)
    radii = [r.table()['neck radius [nm]'][-1] for r in (run, other)]
    checks.at_least('two seeds, difference of the neck radii [nm]', abs(radii[0] - radii[1]), 1e-3)
    checks.at_most('area ledger error', run['area ledger error'], 1e-4)
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-10)


def ledger(checks):
    """Energy lost, work and heat are at least what is dissipated; steps lose the less the shorter they are, as
    fewer modes are faster than they are."""
    checks.section('The ledger with heat')
    shares = []
    for step in (0.02, 0.005):
        run = Run('kiss_and_run.prm', {**SHORT, 'Time/End time': 0.6, 'Thermal/Time step': step})
        table = run.table()
        first = next(i for i, heat in enumerate(table['heat from the surroundings [kT]']) if heat > 0)

        def change(name):
            return table[name][-1] - table[name][first]
        heat = change('heat from the surroundings [kT]')
        lost = (heat - change('total energy [kT]') + change('remeshing energy [kT]') +
                change('work from outside [kT]') - change('dissipated energy [kT]'))
        checks.at_least(f'heat with steps of {step} us [kT]', heat, 100)
        checks.at_least(f'what steps of {step} us lose, as share of the heat', lost / heat, 0)
        shares.append(lost / heat)
    checks.at_most('share with short steps over that with long ones', shares[1] / shares[0], 0.9)


def verify(checks, long):
    seeds(checks)
    ledger(checks)


if __name__ == '__main__':
    main(verify, __doc__)
