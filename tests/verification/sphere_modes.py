# SPDX-License-Identifier: LGPL-2.1-or-later
"""Relaxation of a sphere with one spherical harmonic, resisted by the membrane's viscosity alone:
rate kappa [l (l + 1)]^2 / (4 eta R^2)."""
from runs import Run, kT, main


def rate(l, amplitude, **geometry):
    return Run('vesicle_equilibrium.prm',
               {'Vesicle/Initial shape': 'mode', 'Vesicle/Reduced volume': 1,
                'Vesicle/Volume': 'free', 'Vesicle/Mode number': l,
                'Vesicle/Mode amplitude': amplitude, 'Time/Output interval': 1,
                **{'Geometry/' + name: value for name, value in geometry.items()}}
               )['mode relaxation rate']


def verify(checks, long):
    kappa, viscosity, radius = 20 * kT, 4, 20
    checks.section('Relaxation rate of sphere modes, volume free [1/us]')
    for l in (2, 3, 4):
        expected = kappa * (l * (l + 1))**2 / (4 * viscosity * radius**2)
        # The rate of an even mode changes with its amplitude in the first order.
        checks.relative(f'l = {l}, meridian', rate(l, 1e-3), expected, 0.01)
    for l in (2, 3, 4) if long else (2, 3):
        expected = kappa * (l * (l + 1))**2 / (4 * viscosity * radius**2)
        # In space the mesh itself has a little of l = 4, which the mode must exceed.
        checks.relative(f'l = {l}, space, 96 cells', rate(l, 1e-2, Dimension='3d', Refinement=2),
                        expected, 0.03)
        if long:
            checks.relative(f'l = {l}, space, 384 cells',
                            rate(l, 1e-2, Dimension='3d', Refinement=3), expected, 0.03)


if __name__ == '__main__':
    main(verify, __doc__)
