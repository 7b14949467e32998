# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vesicle fuses and flattens: what must be kept, and convergence of the time this takes."""
import math

from runs import Run, main


def time_of_opening(run, radius=10):
    """When the neck reaches a radius [us], linear between rows."""
    table = run.table()
    times, radii = table['time [us]'], table['neck radius [nm]']
    for i in range(1, len(times)):
        if radii[i] >= radius > radii[i - 1] and radii[i - 1] > 0:
            return times[i - 1] + (times[i] - times[i - 1]) * (radius - radii[i - 1]) / (radii[i] - radii[i - 1])
    return math.nan


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
        # the first steps, when single cells relax.
        lost = energies[fusion] - energies[-1] + run['remeshing energy']
        checks.at_most('energy dissipated over energy lost', run['dissipated energy'] / lost, 1)
        checks.at_least('energy dissipated over energy lost', run['dissipated energy'] / lost, 0.9)
        return

    checks.section('Exocytosis: when the neck reaches 10 nm [us]')
    short = {'Time/End time': 40, 'Time/Output interval': 0.1}

    def opening(cells, tolerance):
        run = Run('exocytosis.prm', {'Geometry/Meridian cells': cells,
                                     'Time/Energy tolerance': tolerance, **short})
        return time_of_opening(run) - 1

    fine = {cells: opening(cells, 0.005) for cells in (100, 200, 400)}
    print('cells', fine)
    checks.relative('200 cells against 400', fine[200], fine[400], 2e-3)
    checks.at_least(f'decrease of the difference, 100 to 200 against 200 to 400 cells '
                    f'({fine[100]:.5g}, {fine[200]:.5g}, {fine[400]:.5g})',
                    abs(fine[100] - fine[200]) / abs(fine[200] - fine[400]), 2)
    times = {tolerance: opening(200, tolerance) for tolerance in (0.04, 0.02, 0.01)}
    times[0.005] = fine[200]
    print('tolerances', times)
    checks.relative('energy tolerance 0.02 (default) against 0.005', times[0.02], times[0.005], 0.02)
    checks.at_least(f'decrease of the difference, tolerances 0.04 to 0.02 against 0.01 to 0.005 '
                    f'({times[0.04]:.5g}, {times[0.02]:.5g}, {times[0.01]:.5g}, {times[0.005]:.5g})',
                    abs(times[0.04] - times[0.02]) / abs(times[0.01] - times[0.005]), 2)


if __name__ == '__main__':
    main(verify, __doc__)
