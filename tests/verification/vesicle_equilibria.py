# SPDX-License-Identifier: LGPL-2.1-or-later
"""Equilibria of closed vesicles against tables of two other methods, and orders of convergence."""
import math

from runs import Run, main, order, reference

KAPPA = 20  # kT

# The low branch; about four digits are known.
STOMATOCYTES = {0.65: 1.9668, 0.6: 1.9773, 0.5: 1.9882, 0.4: 1.9940, 0.3: 1.9972}


def equilibrium(branch, volume, **geometry):
    run = Run('vesicle_equilibrium.prm',
              {'Vesicle/Initial shape': branch, 'Vesicle/Reduced volume': volume,
               'Time/Output interval': 1e5,
               **{'Geometry/' + name.replace('_', ' '): value for name, value in geometry.items()}})
    return run['bending energy'] / (8 * math.pi * KAPPA), run


def meridian(checks):
    checks.section('Vesicles in equilibrium, meridian of 128 cells: energy / (8 pi kappa)')
    for row in reference('vesicle_equilibria.csv'):
        energy, run = equilibrium(row['branch'], row['reduced_volume'])
        name = f'{row["branch"]} of reduced volume {row["reduced_volume"]}'
        checks.relative(name, energy, float(row['energy_over_8_pi_kappa']), 1e-5)
        if run.outcome != 'equilibrium':
            checks.equal(name + ', outcome', run.outcome, 'equilibrium')
    for volume, expected in STOMATOCYTES.items():
        energy, run = equilibrium('stomatocyte', volume)
        checks.relative(f'stomatocyte of reduced volume {volume}', energy, expected, 1e-3)
        if run.outcome != 'equilibrium':
            checks.equal(f'stomatocyte {volume}, outcome', run.outcome, 'equilibrium')


def space(checks, long):
    refinement = 3 if long else 2
    cells = 6 * 4**refinement
    checks.section(f'Vesicles in equilibrium, {cells} cells in space: energy / (8 pi kappa)')
    for row in reference('vesicle_equilibria.csv'):
        name = f'{row["branch"]} of reduced volume {row["reduced_volume"]}'
        if not long and name not in ('prolate of reduced volume 0.8', 'oblate of reduced volume 0.9'):
            continue
        energy, run = equilibrium(row['branch'], row['reduced_volume'], Dimension='3d',
                                  Refinement=refinement)
        checks.relative(name, energy, float(row['energy_over_8_pi_kappa']), 1e-3)
        if run.outcome != 'equilibrium':
            checks.equal(name + ', outcome', run.outcome, 'equilibrium')


def convergence(checks, long):
    exact = {(row['branch'], row['reduced_volume']): float(row['energy_over_8_pi_kappa'])
             for row in reference('vesicle_equilibria.csv')}
    checks.section('Order of convergence of the energy')
    for branch, volume in (('prolate', '0.8'), ('oblate', '0.65')):
        errors = {n: equilibrium(branch, volume, Meridian_cells=n)[0] / exact[branch, volume] - 1
                  for n in (32, 64, 128)}
        # The mean order of two refinements; the meshes are graded, not nested.
        checks.at_least(f'meridian, {branch} {volume}, 32 to 128 cells '
                        f'(errors {errors[32]:.1e}, {errors[64]:.1e}, {errors[128]:.1e})',
                        order(errors[32], errors[128]) / 2, 3)
    if long:
        for branch, volume in (('prolate', '0.9'), ('oblate', '0.9')):
            errors = [equilibrium(branch, volume, Dimension='3d', Refinement=n)[0] /
                      exact[branch, volume] - 1 for n in (2, 3)]
            checks.at_least(f'space, {branch} {volume}, 96 to 384 cells '
                            f'(errors {errors[0]:.1e}, {errors[1]:.1e})',
                            order(errors[0], errors[1]), 3)


def verify(checks, long):
    if not long:
        meridian(checks)
    space(checks, long)
    convergence(checks, long)


if __name__ == '__main__':
    main(verify, __doc__)
