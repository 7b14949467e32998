# SPDX-License-Identifier: LGPL-2.1-or-later
"""A segmented vesicle of 20,000 triangles comes to the equilibrium of its area and volume."""
import math

from runs import Run, main


def verify(checks, long):
    checks.section('Vesicle from a file, 384 cells, against the meridian at its area and volume')
    run = Run('vesicle_from_file.prm', {'Time/Output interval': 20})
    checks.equal('outcome', run.outcome, 'equilibrium')
    checks.at_most('largest displacement from the file [nm]', run['largest displacement from file'], 1.2)
    checks.at_most('root mean square of it [nm]', run['rms displacement from file'], 0.3)
    checks.at_least('mesh quality', min(run.table()['mesh quality []']), 0.5)
    radius = math.sqrt(run['area'] / (4 * math.pi))
    meridian = Run('vesicle_equilibrium.prm',
                   {'Vesicle/Radius': radius,
                    'Vesicle/Reduced volume': run['volume'] / (4 / 3 * math.pi * radius**3)})
    checks.relative('bending energy [kT]', run['bending energy'], meridian['bending energy'], 1e-4)


if __name__ == '__main__':
    main(verify, __doc__)
