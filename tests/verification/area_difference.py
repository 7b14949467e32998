# SPDX-License-Identifier: LGPL-2.1-or-later
"""Area-difference elasticity: its energy, its limits, and its equilibria by two other models."""
import math

from runs import Run, kT, main

KAPPA = 20  # kT
MODULUS = 1000  # of a leaflet [pN/nm]: so stiff that shapes depend on it
DISTANCE = 1.2  # of the neutral surfaces [nm]
RADIUS = 20  # nm


class Vesicle:
    """A vesicle of reduced volume 0.8 in equilibrium."""

    def __init__(self, model, ranks=1, **settings):
        run = Run('vesicle_equilibrium.prm',
                  {'Leaflets/Model': model, 'Geometry/Meridian cells': 64,
                   **{name.replace('__', '/').replace('_', ' '): value
                      for name, value in settings.items()}}, ranks)
        table = run.table()
        self.outcome = run.outcome
        self.energy = run['bending energy'] / (8 * math.pi * KAPPA)
        self.difference = table['area difference []'][-1]
        self.initial_difference = table['area difference []'][0]
        self.stretching = table.get('leaflet elastic energy [kT]', [0])[-1]
        self.total = table['total energy [kT]']


def limits(checks):
    checks.section('Vesicles of reduced volume 0.8, by the area modulus of a leaflet')
    for shape, relaxed, modulus, tolerance in (('prolate', 1.15, 1e5, 1e-3), ('oblate', 0.95, 1e4, 1e-2)):
        settings = {'Vesicle__Initial_shape': shape, 'Leaflets__Relaxed_area_difference': relaxed}
        plain = Vesicle('single', **settings)
        stiff = Vesicle('area difference', Leaflets__Area_modulus=modulus, **settings)
        checks.relative(f'stiff leaflets, {shape}: area difference', stiff.difference, relaxed, tolerance)
        soft = Vesicle('area difference', Leaflets__Area_modulus=1e-4, **settings)
        checks.relative(f'soft leaflets, {shape}: area difference', soft.difference, plain.difference, 1e-5)
        checks.relative(f'soft leaflets, {shape}: bending energy', soft.energy, plain.energy, 1e-5)


def check_fall(checks, vesicle):
    checks.at_most('largest rise of the energy between outputs over the energy',
                   max(b - a for a, b in zip(vesicle.total, vesicle.total[1:])) / vesicle.total[-1],
                   1e-9)


def spontaneous_curvature(checks, shape, relaxed, **settings):
    """The equilibria are those of the spontaneous curvature mu d / kappa."""
    settings['Vesicle__Initial_shape'] = shape
    vesicle = Vesicle('area difference', Leaflets__Relaxed_area_difference=relaxed,
                      Leaflets__Area_modulus=MODULUS, **settings)
    checks.equal(f'{shape} relaxed at {relaxed}, outcome', vesicle.outcome, 'equilibrium')
    check_fall(checks, vesicle)
    # K_m/A (d int H dA - R0)^2 and mu = 2 K_m/A (R0 - d int H dA), with int H dA = 8 pi R times the
    # relative area difference.
    missing = relaxed - vesicle.difference
    checks.relative('leaflet elastic energy, from the area difference', vesicle.stretching,
                    16 * math.pi * MODULUS * DISTANCE**2 * missing**2 / kT, 1e-4)
    curvature = 4 * MODULUS * DISTANCE**2 * missing / (RADIUS * KAPPA * kT)
    curved = Vesicle('single', Bilayer__Spontaneous_curvature=curvature, **settings)
    plain = Vesicle('single', **settings)
    checks.relative('change of the area difference, against that by a spontaneous curvature',
                    vesicle.difference - plain.difference, curved.difference - plain.difference, 1e-2)


def two_leaflets(checks):
    for shape in ('prolate', 'oblate'):
        even = Vesicle('area difference', Vesicle__Initial_shape=shape)
        sliding = Vesicle('two leaflets', Vesicle__Initial_shape=shape,
                          Leaflets__Intermonolayer_friction=1e-3)
        for name, value, expected in (('bending energy', even.energy, sliding.energy),
                                      ('leaflet elastic energy', even.stretching, sliding.stretching),
                                      ('area difference', even.difference, sliding.difference)):
            checks.relative(f'{shape}: {name}, against two leaflets that slide', value, expected,
                            5e-3 if 'elastic' in name else 1e-5)


def space(checks, long):
    refinement = 3 if long else 2
    checks.section(f'Prolate vesicle with an area difference in space, {6 * 4**refinement} cells')
    settings = {'Leaflets__Relaxed_area_difference': 1.2}
    meridian = Vesicle('area difference', **settings)
    settings.update({'Geometry__Dimension': '3d', 'Geometry__Refinement': refinement})
    direct = Vesicle('area difference', **settings)
    iterative = Vesicle('area difference', 3, Solver__Linear_solver='iterative', **settings)
    check_fall(checks, direct)
    # The stretching goes with the square of what the difference lacks.
    error = 1e-3
    of_square = 2 * error * meridian.difference / (1.2 - meridian.difference)
    for name, tolerance in (('energy', error), ('stretching', of_square), ('difference', error)):
        checks.relative(f'{name}, against the meridian', getattr(direct, name), getattr(meridian, name),
                        tolerance)
        checks.relative(f'{name}, solved iteratively on 3 processes', getattr(iterative, name),
                        getattr(direct, name), 1e-5)


def verify(checks, long):
    if not long:
        limits(checks)
        checks.section('Equilibria with an area difference, meridian of 64 cells')
        spontaneous_curvature(checks, 'prolate', 1.2)
        spontaneous_curvature(checks, 'oblate', 0.95)
        two_leaflets(checks)
    space(checks, long)


if __name__ == '__main__':
    main(verify, __doc__)
