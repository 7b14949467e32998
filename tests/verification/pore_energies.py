# SPDX-License-Identifier: LGPL-2.1-or-later
"""Least energies of fusion pores against tables of two other methods."""
import math

from runs import Run, kT, main, reference

KAPPA = 82.2  # pN nm, of the tables for an Omega


def planar_energy(neck, rim, cells=64):
    """Between membranes at unit distance, in kappa."""
    distance = 6
    run = Run('pore_energy.prm',
              {'Geometry/Meridian cells': cells, 'Pore/Neck radii': '',
               'Pore/Membrane distance': distance, 'Pore/Neck radius': neck * distance,
               'Pore/Rim radius': rim * distance})
    return run['bending energy'] / 20


def omega_energies(neck, tension=0.1, patch=150):
    """Of the vesicle's and the plasma membrane's side, in kappa."""
    run = Run('pore_energy.prm',
              {'Geometry/Meridian cells': 128, 'Pore/Neck radii': '',
               'Pore/Kind': 'vesicle and plasma membrane', 'Bilayer/Bending rigidity': KAPPA / kT,
               'Vesicle/Radius': 20, 'Pore/Neck radius': neck, 'Plasma membrane/Tension': tension,
               'Plasma membrane/Patch radius': patch})
    return tuple(run[f'{side} side energy'] * kT / KAPPA for side in ('vesicle', 'plasma membrane'))


def printed(text):
    """A tolerance of 0.1 % and half a unit of the last printed digit."""
    digits = len(text.partition('.')[2])
    return 1e-3 * abs(float(text)) + 0.5 * 10.**-digits


def verify(checks, long):
    checks.section('Pores between parallel membranes at the distance d, 64 cells: energy / kappa')
    for row in reference('planar_pore_energy.csv'):
        neck, width = float(row['neck_radius_over_d']), float(row['rim_minus_neck_over_d'])
        checks.relative(f'neck radius {neck:g} d, rim {width:.4g} d further out',
                        planar_energy(neck, neck + width), float(row['energy_over_kappa']), 1e-4)
    # With the rim where the circle ends, the Clifford torus is an equilibrium.
    neck = (math.sqrt(2) - 1) / 2
    checks.absolute('inner half of the Clifford torus', planar_energy(neck, neck + 0.5), 4.476072, 1e-4)

    checks.section("Omega, vesicle's side, 128 cells: energy / kappa")
    for row in reference('omega_vesicle_side_energy.csv'):
        neck, text = float(row['neck_radius_over_Rv']), row['energy_over_kappa']
        checks.absolute(f'neck radius {neck:g} R', omega_energies(20 * neck)[0], float(text), printed(text))

    checks.section("Omega, plasma membrane's side, 128 cells: energy / kappa")
    for row in reference('omega_patch_side_energy.csv'):
        neck, tension, rim = (float(row[name]) for name in
                              ('neck_radius_nm', 'tension_pN_per_nm', 'rim_radius_nm'))
        text = row['E2_over_kappa']
        checks.absolute(f'neck radius {neck:g} nm, {tension:g} pN/nm, rim {rim:.5g} nm',
                        omega_energies(neck, tension, rim)[1], float(text), printed(text))


if __name__ == '__main__':
    main(verify, __doc__)
