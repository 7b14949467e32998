# SPDX-License-Identifier: LGPL-2.1-or-later
"""A tube pulled from a tense membrane: radius, force and the curve of force against extension."""
import math

from runs import Run, kT, main

# h / R0: f / f0 with a moment-free ring of 10 R0, by shooting.
CURVE = {0.7: 0.18928, 1.2: 0.32140, 2.2: 0.56950, 3.2: 0.78471, 4.2: 0.95551, 5.2: 1.07212,
         6.2: 1.12469, 7.2: 1.10425, 8.2: 1.03589, 9.2: 0.99807, 10.2: 0.99204}


def verify(checks, long):
    kappa, sigma = 20 * kT, 0.05
    radius, force = math.sqrt(kappa / (2 * sigma)), 2 * math.pi * math.sqrt(2 * kappa * sigma)

    checks.section('Tether pulled to 24 tube radii from a membrane under 0.05 pN/nm')
    run = Run('tether.prm', {'Plasma membrane/Patch radius': 10 * radius})
    checks.relative('radius of the tube [nm]', run['tether radius'], radius, 0.01)
    checks.relative('force of a long tube [pN]', run['force'], force, 0.01)
    checks.absolute('largest force over that of a long tube', run['force overshoot'], 1.13, 0.02)

    checks.section('Force against extension, f / f0 at h / R0, rim at 10 R0')
    run = Run('tether.prm', {'Plasma membrane/Patch radius': 10 * radius,
                             'Tether/Largest extension': 10.2, 'Tether/Extensions': 102})
    curve = run.table('curve.csv')
    for extension, expected in CURVE.items():
        i = min(range(102), key=lambda k: abs(curve['extension over tether radius []'][k] - extension))
        assert abs(curve['extension over tether radius []'][i] - extension) < 1e-9
        checks.relative(f'h / R0 = {extension}', curve['force over tether force []'][i], expected, 0.01)


if __name__ == '__main__':
    main(verify, __doc__)
