# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exocytosis in three dimensions: the same as in the meridian, and what a meridian cannot hold."""
from runs import Run, main


def at(table, time, column):
    """Value at a time that is in the table; at the fusion, the later one of the two."""
    return next(value for t, value in reversed(list(zip(table['time [us]'], table[column])))
                if abs(t - time) < 1e-9)


def check_kept(checks, run, table):
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-8)
    checks.at_most('area ledger error', run['area ledger error'], 1e-6)
    checks.at_least('least mesh quality', min(table['mesh quality []']), 0.2)
    checks.at_most('energy gained by placing nodes anew, share of the energy',
                   abs(run['remeshing energy']) / max(table['total energy [kT]']), 0.01)


def two_leaflets(checks, long):
    checks.section('With two leaflets, against the meridian' + ('' if long else ' on a coarse mesh'))
    settings = {'Leaflets/Model': 'two leaflets', 'Time/End time': 6}
    coarse = {} if long else {'Geometry/Refinement': 1}
    space = Run('exocytosis_3d.prm', {**settings, **coarse})
    full, flat = space.table(), Run('exocytosis.prm', settings).table()
    check_kept(checks, space, full)
    kept = [a + b for a, b in zip(full['leaflet difference [nm^2]'],
                                  full['leaflet difference through rim [nm^2]'])]
    checks.at_most('largest change of the difference between the leaflets, what passed the rim included',
                   max(abs(k / kept[0] - 1) for k in kept), 1e-10)
    for t in (2, 4, 6):
        for column in ('neck radius [nm]', 'total energy [kT]'):
            checks.relative(f'{column} at {t} us', at(full, t, column), at(flat, t, column),
                            0.01 if long else 0.05)


def verify(checks, long):
    two_leaflets(checks, long)
    checks.section('Exocytosis in space against the meridian' + ('' if long else ', until 6 us'))
    settings = {} if long else {'Time/End time': 6}
    space, meridian = (Run(file, settings) for file in ('exocytosis_3d.prm', 'exocytosis.prm'))
    full, flat = space.table(), meridian.table()
    checks.equal('outcome', space.outcome, meridian.outcome)
    check_kept(checks, space, full)
    times = [t for t in (2, 5, 10, 20, 40, 60, 70, 80) if t <= space['final time']]
    # What the mesh and the time steps leave; lipids are of a lower order, and at the fusion their front
    # is as wide as a cell.
    columns = [('neck radius [nm]', 0.03, 0), ('total energy [kT]', 0.03, 0),
               ('vesicle lipid transferred []', 0.03, 5), ('cargo released []', 0.03, 0)]
    for column, tolerance, first in columns:
        for t in times:
            if t >= first:
                checks.relative(f'{column} at {t} us', at(full, t, column), at(flat, t, column), tolerance)
    if not long:
        return
    checks.relative('time of full fusion [us]', space['final time'], meridian['final time'], 0.01)

    checks.section('Two vesicles on one membrane, the second with its pore 30 degrees off its axis')
    run = Run('two_vesicles.prm', {})
    checks.equal('outcome', run.outcome, 'full fusion')
    table = run.table()
    check_kept(checks, run, table)
    checks.at_least('cargo released', min(run['cargo released'], table['cargo released 2 []'][-1]), 0.999)


if __name__ == '__main__':
    main(verify, __doc__)
