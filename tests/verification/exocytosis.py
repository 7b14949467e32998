# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vesicle fuses and flattens: what must be kept, and convergence in the mesh and the time step."""
from runs import Run, main, order


def two_leaflets(checks, time_of_single):
    """Friction between leaflets slows the opening down (reference value of b in the middle of what the
    literature gives)."""
    checks.section('The same with two leaflets, friction 0.1 pN us/nm^3')
    run = Run('exocytosis.prm', {'Leaflets/Model': 'two leaflets'})
    checks.equal('outcome', run.outcome, 'full fusion')
    checks.at_least('time over that of a bilayer that moves as one', run['final time'] / time_of_single, 1)
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-10)
    table = run.table()
    kept = [a + b for a, b in zip(table['leaflet difference [nm^2]'],
                                  table['leaflet difference through rim [nm^2]'])]
    checks.at_most('largest change of the difference between the leaflets, what passed the rim included',
                   max(abs(k / kept[0] - 1) for k in kept), 1e-10)
    energies = table['total energy [kT]']
    fusion = next(i for i, r in enumerate(table['neck radius [nm]']) if r > 0)
    checks.at_most('largest rise of the total energy from row to row [kT]',
                   max(b - a for a, b in zip(energies[fusion:], energies[fusion + 1:])), 0)
    terms = ('surface viscosity', 'drag', 'intermonolayer friction', 'slip viscosity')
    checks.relative('dissipated energy, sum over terms [kT]',
                    sum(run['dissipated by ' + term] for term in terms), run['dissipated energy'], 1e-6)
    checks.at_most('energy gained by placing nodes anew, share of the energy after the fusion',
                   abs(run['remeshing energy']) / energies[fusion], 1e-3)
    # At the fusion the densities are those of the membranes that were there and jump from cell to cell;
    # that relaxes faster than any step resolves.
    start = next(i for i, t in enumerate(table['time [us]']) if t >= 2)
    lost, dissipated, moved = (abs(table[name][-1] - table[name][start]) for name in (
        'total energy [kT]', 'dissipated energy [kT]', 'remeshing energy [kT]'))
    checks.at_most('energy dissipated over energy lost, from 1 us after the fusion',
                   dissipated / (lost + moved), 1)
    checks.at_least('energy dissipated over energy lost, from 1 us after the fusion',
                    dissipated / (lost + moved), 0.99)
    checks.at_most('energy left in stretched leaflets, share of the energy after the fusion',
                   run['leaflet elastic energy'] / energies[fusion], 1e-3)


def many_steps(checks):
    checks.section('More than 1,000 steps with two leaflets, lipids that bend the membrane, and a fusion')
    run = Run('exocytosis.prm', {
        'Leaflets/Model': 'two leaflets', 'Lipids/Spontaneous curvature': '-0.1, 0.05',
        'Lipids/Relative rigidity': '0.8, 1', 'Time/Largest step': 0.1})
    checks.equal('outcome', run.outcome, 'full fusion')
    checks.at_least('steps', run['steps'], 1000)
    checks.at_most('lipid mass error, by species and leaflet', run['lipid mass error'], 1e-10)
    table = run.table()
    kept = [a + b for a, b in zip(table['leaflet difference [nm^2]'],
                                  table['leaflet difference through rim [nm^2]'])]
    checks.at_most('largest change of the difference between the leaflets, what passed the rim included',
                   max(abs(k / kept[0] - 1) for k in kept), 1e-10)


def verify(checks, long):
    if not long:
        checks.section('Exocytosis of a vesicle of 20 nm')
        run = Run('exocytosis.prm', {})
        checks.equal('outcome', run.outcome, 'full fusion')
        checks.at_most('lipid mass error', run['lipid mass error'], 1e-6)
        checks.at_most('area ledger error', run['area ledger error'], 1e-6)
        table = run.table()
        times, energies = table['time [us]'], table['total energy [kT]']
        fusion = next(i for i, r in enumerate(table['neck radius [nm]']) if r > 0)
        rises = [b - a for a, b in zip(energies[fusion:], energies[fusion + 1:])]
        checks.at_least('rows after the fusion', len(rises), 20)
        checks.at_most('largest rise of the total energy from row to row [kT]', max(rises), 0)
        checks.at_most('neck radius at the fusion [nm]', abs(table['neck radius [nm]'][fusion] - 1.5), 0.01)
        checks.at_least('cargo released', run['cargo released'], 0.999)
        checks.at_most('energy gained by placing nodes anew, share of the energy lost',
                       abs(run['remeshing energy']) / energies[fusion], 1e-3)
        # The energy after the fusion is dissipated, but for what the scheme itself loses, most of it in
        # the first steps, in which fast motions relax that no step resolves.
        lost = energies[fusion] - energies[-1] + run['remeshing energy']
        checks.at_most('energy dissipated over energy lost', run['dissipated energy'] / lost, 1)
        checks.at_least('energy dissipated over energy lost', run['dissipated energy'] / lost, 0.9)
        two_leaflets(checks, run['final time'])
        return

    many_steps(checks)
    checks.section('Exocytosis: neck radius 27 us after the fusion [nm]')

    def radius(cells, **time):
        return Run('exocytosis.prm',
                   {'Geometry/Meridian cells': cells, 'Time/End time': 28, 'Time/Output interval': 28,
                    **{'Time/' + name.replace('_', ' '): value for name, value in time.items()}}
                   )['neck radius']

    # Equal steps, so that what differs is the mesh.
    fine = {cells: radius(cells, Largest_step=0.1) for cells in (100, 200, 400)}
    checks.relative('100 cells against 400', fine[100], fine[400], 1e-4)
    checks.relative('200 cells against 400', fine[200], fine[400], 1e-5)
    # Backward Euler is of the first order.
    steps = {step: radius(100, Largest_step=step) for step in (0.2, 0.1, 0.05)}
    limit = 2 * steps[0.05] - steps[0.1]
    checks.absolute(f'order in the time step, steps of at most 0.2, 0.1, 0.05 us '
                    f'({steps[0.2]:.5g}, {steps[0.1]:.5g}, {steps[0.05]:.5g})',
                    order(steps[0.2] - steps[0.1], steps[0.1] - steps[0.05]), 1, 0.2)
    checks.relative('steps chosen by the default tolerance, against the limit', radius(100), limit, 0.015)
    checks.relative('energy tolerance 0.00125, against the limit',
                    radius(100, Energy_tolerance=0.00125), limit, 0.005)


if __name__ == '__main__':
    main(verify, __doc__)
