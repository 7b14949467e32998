# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same bud along the meridian and in space, and one on the side of a tube."""
import math

from runs import Run, main


def bud(settings, **geometry):
    return Run('budding.prm', {'Budding/Initial coat area': 400, 'Budding/Growth rate': 10, 'Budding/Edge width': 8,
                               **settings, **{'Geometry/' + name: value for name, value in geometry.items()}})


def shallow(checks):
    """A coat of 400 nm^2 on a flat membrane bends it."""
    checks.section('Meridian and space: a shallow bud at equal times, largest relative difference')
    settings = {'Time/End time': 4, 'Time/Output interval': 1, 'Time/Energy tolerance': 0.02}
    flat = bud(settings, Dimension='meridian').table()
    full = bud(settings, Dimension='3d', Refinement=1).table()
    # The coat is linear in each cell: twice the error of that, h^2 / (8 R^2), for cells of 8 nm on a sphere of 20 nm.
    tolerance = 2 * (8 / 20)**2 / 8
    for column in ('coat area [nm^2]', 'height [nm]'):
        pairs = [(a, b) for t, a, s, b in zip(flat['time [us]'], flat[column], full['time [us]'], full[column])
                 if abs(t - s) < 1e-9 and t > 0]
        checks.at_least(f'{column}: times compared', len(pairs), 4)
        checks.at_most(column, max(abs(b / a - 1) for a, b in pairs), tolerance)
    checks.at_least('height at the end [nm]', flat['height [nm]'][-1], 3)


def closing(checks):
    """A bud that a complete coat makes, until its neck is narrow."""
    checks.section('A neck that narrows')
    settings = {'Budding/Initial coat area': 5500, 'Budding/Coat area': 5500, 'Budding/Patch radius': 100,
                'Budding/Cutting radius': 8, 'Time/Output interval': 10, 'Time/Energy tolerance': 0.3}
    flat = bud(settings, Dimension='meridian', **{'Meridian cells': 64})
    full = bud(settings, Dimension='3d', Refinement=2)
    checks.equal('outcome along the meridian', flat.outcome, 'vesicle')
    checks.equal('outcome in space', full.outcome, 'closed bud')
    for column, tolerance in (('neck radius [nm]', 0.1), ('height [nm]', 0.05)):
        pairs = [(a, b) for t, a, s, b in zip(flat.table()['time [us]'], flat.table()[column],
                                              full.table()['time [us]'], full.table()[column])
                 if abs(t - s) < 1e-9 and 100 <= t <= flat['cut time'] and not math.isnan(a)]
        checks.at_least(f'{column}: times compared', len(pairs), 10)
        checks.at_most(f'{column} from 100 us on, largest relative difference',
                       max(abs(b / a - 1) for a, b in pairs), tolerance)
    checks.at_most('lipid mass error', full['lipid mass error'], 1e-10)
    checks.at_most('area ledger error', full['area ledger error'], 1e-5)


def on_tube(checks):
    checks.section('A bud on the side of a tube')
    run = Run('budding_from_tube.prm', {})
    checks.equal('outcome', run.outcome, 'closed bud')
    table = run.table()
    checks.relative('area at the start [nm^2]', table['area [nm^2]'][0], 2 * math.pi * 60 * 340, 1e-3)
    checks.at_most('area ledger error', run['area ledger error'], 1e-5)
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-10)
    checks.at_most('membrane that passed the ends [nm^2]', max(map(abs, table['area through rim [nm^2]'])), 0)
    # A closed coat is 40 nm high.
    checks.at_least('height at the end [nm]', table['height [nm]'][-1], 40)


def verify(checks, long):
    shallow(checks)
    if long:
        closing(checks)
        on_tube(checks)


if __name__ == '__main__':
    main(verify, __doc__)
