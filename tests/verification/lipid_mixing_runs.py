# SPDX-License-Identifier: LGPL-2.1-or-later
"""What assays of lipid mixing show of whole runs: plateaus of complete mixing, and the signatures of
hemifusion, full fusion, and kiss-and-run."""
import math

from runs import Run, main

LEAFLETS = ('outer leaflet', 'inner leaflet')


def donor_fluorescence(acceptor_density, forster_radius):
    """int_0^inf exp(-x - a x^(1/3)) dx with x = t^3, by the trapezoidal rule: all that is not smooth
    enough for it are the odd derivatives at t = 0, which leave some 1e-7."""
    a = math.gamma(2 / 3) * math.pi * forster_radius**2 * acceptor_density
    h = 1e-3
    return h * sum(3 * t * t * math.exp(-t * (t * t + a)) for t in (h * k for k in range(1, 5000)))


def plateau(checks):
    """Lipids so fast that they are spread evenly soon after the pore has opened."""
    checks.section('Complete mixing of the lipids of a fused vesicle')
    radius, patch = 20, 150
    run = Run('lipid_mixing_full_fusion.prm', {'Lipids/Diffusion coefficient': 1e5, 'Time/End time': 3})
    share = 4 * radius**2 / (4 * radius**2 + patch**2)
    checks.relative('R18 dequenching [%]', run['R18 dequenching'], 100 * (1 - share), 0.005)
    for leaflet in LEAFLETS:
        checks.relative('lipid mixing ' + leaflet, run['lipid mixing ' + leaflet], 1 - share, 0.005)
    start, end = (donor_fluorescence(c * 0.01 / 0.65, 5) for c in (1, share))
    for name in ('RET lipid mixing', 'RET lipid mixing inner leaflet'):
        checks.relative(name + ' [%]', run[name], 100 * (end - start) / (1 - start), 0.005)

    checks.section('Complete mixing of the outer leaflets of a hemifused vesicle')
    run = Run('lipid_mixing_hemifusion.prm', {
        'Lipids/Diffusion coefficient': 1e5, 'Fusion/Time': 3, 'Fusion/Hemifusion duration': 2,
        'Time/End time': 3, 'Time/Output interval': 1})
    # Molecules of the outer leaflet: area of its neutral surface.
    distance = 1.2
    outer, inner = (radius + distance)**2, (radius - distance)**2
    outer_share = outer / (outer + inner)
    checks.relative('R18 dequenching [%]', run['R18 dequenching'],
                    100 * outer_share * (1 - share), 0.005)
    checks.relative('RET lipid mixing [%]', run['RET lipid mixing'],
                    100 * outer_share * (end - start) / (1 - start), 0.005)
    checks.relative('lipid mixing outer leaflet', run['lipid mixing outer leaflet'], 1 - share, 0.005)
    for name in ('lipid mixing inner leaflet', 'RET lipid mixing inner leaflet', 'cargo released'):
        checks.absolute(name, run[name], 0, 1e-10)


def signatures(checks):
    checks.section('Signatures of hemifusion, full fusion, and kiss-and-run')
    hemi, full, kiss = (Run(f'lipid_mixing_{kind}.prm', {})
                        for kind in ('hemifusion', 'full_fusion', 'kiss_and_run'))
    checks.equal('hemifusion, outcome', hemi.outcome, 'hemifused')
    checks.at_least('hemifusion, lipid mixing outer leaflet', hemi['lipid mixing outer leaflet'], 0.5)
    for name in ('lipid mixing inner leaflet', 'RET lipid mixing inner leaflet', 'cargo released'):
        checks.absolute('hemifusion, ' + name, hemi[name], 0, 1e-10)
    checks.equal('full fusion, outcome', full.outcome, 'full fusion')
    checks.equal('kiss-and-run, outcome', kiss.outcome, 'kiss-and-run')
    checks.at_least('full fusion, cargo released', full['cargo released'], 0.99)
    checks.at_least('kiss-and-run, cargo released', kiss['cargo released'], 0.5)
    for leaflet in LEAFLETS:
        name = 'lipid mixing ' + leaflet
        checks.at_least('full fusion, ' + name, full[name], 0.5)
        checks.at_most('kiss-and-run, ' + name, kiss[name], 0.1)
    for name in ('R18 dequenching', 'RET lipid mixing', 'RET lipid mixing inner leaflet'):
        checks.at_least(f'full fusion, {name} [%]', full[name], 50)
        checks.at_most(f'kiss-and-run, {name} [%]', kiss[name], 10)


def verify(checks, long):
    plateau(checks)
    signatures(checks)


if __name__ == '__main__':
    main(verify, __doc__)
