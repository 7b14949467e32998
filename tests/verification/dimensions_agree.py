# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same axisymmetric relaxation in the meridian and in space."""
from runs import Run, main


def relaxation(shape, end, **geometry):
    # Small steps, so that the times at which both are compared are what matters.
    return Run('vesicle_equilibrium.prm',
               {'Vesicle/Initial shape': shape, 'Vesicle/Reduced volume': 0.8, 'Time/End time': end,
                'Time/Output interval': end / 10, 'Time/Energy tolerance': 2e-3,
                **{'Geometry/' + name: value for name, value in geometry.items()}}).table()


def verify(checks, long):
    checks.section('Meridian and space: bending energy at equal times, largest relative difference')
    # An oblate vesicle is at rest much sooner.
    for shape, end in (('prolate', 2), ('oblate', 0.8)):
        flat = relaxation(shape, end, Dimension='meridian')
        for refinement, tolerance in ((2, 5e-3), (3, 1e-3)) if long else ((2, 5e-3),):
            full = relaxation(shape, end, Dimension='3d', Refinement=refinement)
            pairs = [(a, b) for t, a, s, b in zip(flat['time [us]'], flat['bending energy [kT]'],
                                                  full['time [us]'], full['bending energy [kT]'])
                     if abs(t - s) < 1e-9 and t > 0]
            checks.at_least(f'{shape}, {6 * 4**refinement} cells: times compared', len(pairs), 9)
            checks.at_most(f'{shape}, {6 * 4**refinement} cells', max(abs(b / a - 1) for a, b in pairs),
                           tolerance)
            checks.at_least('energy lost during the comparison, share',
                            1 - pairs[-1][0] / flat['bending energy [kT]'][0], 0.02)


if __name__ == '__main__':
    main(verify, __doc__)
