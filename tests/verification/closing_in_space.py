# SPDX-License-Identifier: LGPL-2.1-or-later
"""A ring closes the pore of a vesicle in space, and its neck is cut: what is kept, and the same along the meridian."""
from math import pi

from runs import Run, main

# A mesh of 8 cells around the neck, which is cut while it still narrows fast.
SETTINGS = {'Geometry/Refinement': 1, 'Fusion/Closing radius': 1.5, 'Plasma membrane/Patch radius': 80, 'Fusion/Time': 0.1,
            'Constriction/Start time': 0.1, 'Fusion/Time after closing': 1, 'Time/Output interval': 0.5}


def verify(checks, long):
    checks.section('Kiss-and-run in space (kiss_and_run.prm)')
    flat, full = (Run('kiss_and_run.prm', {**SETTINGS, 'Geometry/Dimension': dimension})
                  for dimension in ('meridian', '3d'))
    checks.equal('outcome along the meridian', flat.outcome, 'kiss-and-run')
    checks.equal('outcome in space', full.outcome, 'kiss-and-run')
    checks.relative('closing time, against that along the meridian [us]', full['closing time'],
                    flat['closing time'], 0.1)
    radii = zip(flat.table()['time [us]'], flat.table()['neck radius [nm]'], full.table()['time [us]'],
                full.table()['neck radius [nm]'])
    first = [(a, b) for t, a, s, b in radii if abs(t - s) < 1e-9 and 0.2 < t < 3]
    checks.at_least('times compared', len(first), 5)
    checks.at_most('neck radius until 3 us, largest relative difference', max(abs(b / a - 1) for a, b in first),
                   0.1)
    checks.at_most('lipid mass error', full['lipid mass error'], 1e-10)
    # Where nodes moved along the membrane, cells come back to the area of their material over some time.
    checks.at_most('area ledger error', full['area ledger error'], 1e-5)
    checks.relative('Gaussian energy change at closing [kT]', full['Gaussian energy change at closing'],
                    4 * pi * -20, 1e-10)
    for name, tolerance in (('vesicle area after closing', 0.01), ('vesicle volume after closing', 0.02)):
        checks.relative(f'{name}, against the meridian', full[name], flat[name], tolerance)
    checks.relative('volume enclosed, against that of the lumen [nm^3]', full['vesicle volume after closing'],
                    full['lumen volume before closing'], 0.02)
    checks.relative('cargo released, against the meridian', full['cargo released'], flat['cargo released'], 0.1)
    for leaflet in ('outer leaflet', 'inner leaflet'):
        # Two species fill the leaflet, and what they fill is the vesicle.
        own, other = (full[f'{species} {leaflet} of the vesicle'] for species in
                      ('vesicle lipid', 'plasma membrane lipid'))
        checks.relative(f'all lipids of the {leaflet}, against the area [nm^2]', own + other,
                        full['vesicle area after closing'], 1e-3)
        checks.at_most(f'lipid of the plasma membrane in the {leaflet}, share', other / (own + other), 0.1)


    pushed_back(checks)


def pushed_back(checks):
    """A force at its pole drives the vesicle that has left at the plasma membrane, which repels it."""
    checks.section('Contact after the cut, in space')
    flat, full = (Run('kiss_and_run.prm', {
        **SETTINGS, 'Geometry/Dimension': dimension, 'Constriction/Force': 200, 'Applied force/Pole': -20,
        'Bilayer/Drag coefficient': 1e-3, 'Contact/Hydration pressure': 1000}) for dimension in ('meridian', '3d'))
    checks.at_least('distance at the end, along the meridian [nm]', flat['least distance'], 4)
    # Both press on each other with the same force, and the distance hangs on its logarithm.
    checks.relative('distance at the end, against the meridian [nm]', full['least distance'],
                    flat['least distance'], 0.02)


if __name__ == '__main__':
    main(verify, __doc__)
