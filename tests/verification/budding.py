# SPDX-License-Identifier: LGPL-2.1-or-later
"""A coat that grows until its bud closes makes a vesicle of the radius 2 / C0, but for what the growth,
the tension and the half of the neck that it takes along add."""
from runs import Run, main

CURVATURE = 0.05  # 1/nm; the larger the vesicle the less its share of the neck


def verify(checks, long):
    checks.section('Vesicle from a closed coat')
    settings = {'Geometry/Meridian cells': 64, 'Budding/Tension': 1e-4, 'Budding/Coat curvature': CURVATURE,
                'Budding/Patch radius': 200, 'Budding/Initial coat area': 10000,
                'Budding/Cutting radius': 1.5, 'Budding/Time after cut': 10, 'Time/Output interval': 500}
    fast, slow = 8, 4  # nm^2/us
    radius = {}
    for rate in (fast, slow):
        bud = Run('budding.prm', {**settings, 'Budding/Growth rate': rate})
        checks.equal(f'outcome with {rate} nm^2/us', bud.outcome, 'vesicle')
        radius[rate] = bud['vesicle radius']
        checks.relative('lipid mass error', 1 + bud['lipid mass error'], 1, 1e-10)
        # Cells come back to the area of their material over some time after the nodes were placed anew.
        checks.relative('area ledger error', 1 + bud['area ledger error'], 1, 1e-8)
    # The bud lags behind its coat by a time, and the area by the rate times that.
    area = 2 * radius[slow]**2 - radius[fast]**2
    checks.relative('vesicle radius with a coat that grows slowly [nm]', area**0.5, 2 / CURVATURE, 0.01)
    checks.at_least('radius with fast over that with slow growth', radius[fast] / radius[slow], 1)


if __name__ == '__main__':
    main(verify, __doc__)
