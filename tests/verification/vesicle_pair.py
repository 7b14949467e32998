# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two equal vesicles that have fused relax to the shape that their reduced volume says."""
import math

from runs import Run, main


def verify(checks, long):
    checks.section('Two fused vesicles at constant volume')
    pair = Run('vesicle_pair.prm', {})
    checks.equal('outcome', pair.outcome, 'equilibrium')
    checks.at_least('least mesh quality', min(pair.table()['mesh quality []']), 0.2)
    # Two spheres have 1 / sqrt(2); the neck adds a little.
    radius = math.sqrt(pair['area'] / (4 * math.pi))
    reduced_volume = pair['volume'] / (4 / 3 * math.pi * radius**3)
    checks.relative('reduced volume', reduced_volume, math.sqrt(0.5), 1e-3)
    prolate = Run('vesicle_equilibrium.prm',
                  {'Vesicle/Initial shape': 'prolate', 'Vesicle/Reduced volume': reduced_volume,
                   'Vesicle/Radius': radius})
    checks.relative('bending energy against the prolate in the meridian [kT]', pair['bending energy'],
                    prolate['bending energy'], 1e-3)
    if long:
        checks.section('Two fused vesicles that let water in')
        sphere = Run('vesicle_pair.prm', {'Vesicle/Volume': 'free'})
        checks.relative('bending energy against the sphere [kT]', sphere['bending energy'],
                        8 * math.pi * 20, 1e-4)


if __name__ == '__main__':
    main(verify, __doc__)
