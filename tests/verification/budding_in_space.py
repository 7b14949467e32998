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


def cut(checks):
    """A bud that a complete coat makes, until its neck is cut, and the vesicle that it becomes."""
    checks.section('A neck that narrows and is cut')
    settings = {'Budding/Initial coat area': 5500, 'Budding/Coat area': 5500, 'Budding/Patch radius': 100,
                'Budding/Cutting radius': 6, 'Time/Output interval': 10, 'Time/Energy tolerance': 0.3}
    flat = bud(settings, Dimension='meridian', **{'Meridian cells': 64})
    full = bud(settings, Dimension='3d', Refinement=2)
    checks.equal('outcome along the meridian', flat.outcome, 'vesicle')
    checks.equal('outcome in space', full.outcome, 'vesicle')
    for column, tolerance in (('neck radius [nm]', 0.1), ('height [nm]', 0.05)):
        pairs = [(a, b) for t, a, radius, s, b in
                 zip(flat.table()['time [us]'], flat.table()[column], flat.table()['neck radius [nm]'],
                     full.table()['time [us]'], full.table()[column])
                 if abs(t - s) < 1e-9 and t >= 100 and radius > 8]
        checks.at_least(f'{column}: times compared', len(pairs), 10)
        checks.at_most(f'{column} from 100 us on, while the neck is wider than 8 nm, largest relative difference',
                       max(abs(b / a - 1) for a, b in pairs), tolerance)
    vesicle(checks, full)
    # Twice what chords of 6 nm on a sphere of 20 nm are off by, h^2 / (8 R^2); the volume goes with the third power.
    checks.relative('vesicle radius against that along the meridian', full['vesicle radius'], flat['vesicle radius'], 0.02)
    checks.relative('vesicle volume against that along the meridian', full['vesicle volume'], flat['vesicle volume'], 0.06)


def vesicle(checks, run):
    """What holds for a vesicle that was cut off, wherever."""
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-10)
    checks.at_most('area ledger error', run['area ledger error'], 1e-5)
    checks.relative('Gaussian energy change [kT]', run['Gaussian energy change'], 4 * math.pi * -20, 1e-10)
    area = run['vesicle area']
    checks.relative('vesicle radius, from its area', run['vesicle radius'], math.sqrt(area / (4 * math.pi)), 1e-12)
    for leaflet in ('outer', 'inner'):
        # The material of the vesicle, whose cells are stretched by less than this.
        checks.relative(f'lipids of the {leaflet} leaflet against the area',
                        run[f'vesicle lipid {leaflet} leaflet of the vesicle'], area, 5e-3)
    sphere = 4 / 3 * math.pi * run['vesicle radius']**3
    checks.at_most('volume, as a share of that of a sphere of the area', run['vesicle volume'] / sphere, 1)
    checks.at_least('volume, as a share of that of a sphere of the area', run['vesicle volume'] / sphere, 0.9)
    checks.relative('cargo of the vesicle', run['cargo of the vesicle'], 0.0602214 * run['vesicle volume'], 1e-5)
    before, after = cut_rows(run)
    checks.relative('area over the cut [nm^2]', after['area [nm^2]'], before['area [nm^2]'], 1e-12)
    # The caps relax.
    checks.relative('change of the energy by the cut [kT]', after['total energy [kT]'] - before['total energy [kT]'],
                    run['cut energy change'], 1e-6)
    checks.at_most('energy at the end [kT]', run['total energy'], after['total energy [kT]'])


def cut_rows(run):
    """The rows of statistics.csv just before and just after the cut."""
    table = run.table()
    first = next(i for i, energy in enumerate(table['Gaussian energy [kT]']) if energy != 0)
    return ({name: column[i] for name, column in table.items()} for i in (first - 1, first))


def on_tube(checks):
    checks.section('A bud on the side of a tube')
    run = Run('budding_from_tube.prm', {})
    checks.equal('outcome', run.outcome, 'vesicle')
    table = run.table()
    checks.relative('area at the start [nm^2]', table['area [nm^2]'][0], 2 * math.pi * 60 * 340, 1e-3)
    checks.at_most('membrane that passed the ends [nm^2]', max(map(abs, table['area through rim [nm^2]'])), 0)
    vesicle(checks, run)
    # The coat has the area of the sphere of 20.9 nm, and half of the neck goes with it; what is left of the coat is narrower
    # than its edge.
    checks.relative('vesicle radius [nm]', run['vesicle radius'], math.sqrt(5500 / (4 * math.pi)), 0.05)


def verify(checks, long):
    shallow(checks)
    if long:
        cut(checks)
        on_tube(checks)


if __name__ == '__main__':
    main(verify, __doc__)
