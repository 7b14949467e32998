# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every comparison of this folder, the long ones too, and writes their figures to
doc/verification.md: python3 tests/verification/report.py [FILE]"""
import pathlib
import subprocess
import sys
import time

import area_difference
import dimensions_agree
import docking
import exocytosis
import exocytosis_in_space
import lipid_mixing_runs
import motors
import pore_energies
import sphere_modes
import tether
import vesicle_equilibria
import vesicle_pair
from runs import PROGRAM, SOURCE, Checks

PREAMBLE = """# Verification

Written by `tests/verification/report.py`, which runs the program and compares it with theory and with
tables of other methods (`tests/verification/data`); the tests with the label `verification` check the
same figures, those with `long` in addition the ones that take minutes. Errors are relative where the
tolerance follows from a relative one, else in the unit of the quantity.
"""

# Tests in C++ whose messages belong here.
PROGRAMS = {
    'neck_flow': 'Flow of membrane through a fixed neck under a difference of tension: Q eta / (dsigma a^2)',
    'leaflets': 'Relaxation of two leaflets [1/us]: rates by wave number or harmonic, against theory',
    'lipid_mixing': 'Plateaus of lipid-mixing assays, and exchange between two joined spheres in space',
    'lipids': 'Slowest exchange of lipids between two joined spheres [D / R^2]',
}


def messages(name):
    program = pathlib.Path(PROGRAM).parent / 'tests' / name
    if not program.exists():
        return ''
    done = subprocess.run([program, '--log_level=message', '--color_output=no'],
                          capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() + done.stderr.splitlines()
             if 'cells' in line or 'theory' in line or line.startswith('sphere')]
    return f'\n## {PROGRAMS[name]}\n\n```\n' + '\n'.join(dict.fromkeys(lines)) + '\n```\n'


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE / 'doc' / 'verification.md'
    begin = time.monotonic()
    checks = Checks()
    vesicle_equilibria.verify(checks, False)
    vesicle_equilibria.space(checks, True)
    vesicle_equilibria.convergence(checks, True)
    dimensions_agree.verify(checks, True)
    sphere_modes.verify(checks, True)
    area_difference.verify(checks, True)
    pore_energies.verify(checks, False)
    tether.verify(checks, False)
    motors.verify(checks, True)
    exocytosis.verify(checks, False)
    exocytosis.verify(checks, True)
    lipid_mixing_runs.verify(checks, False)
    exocytosis_in_space.verify(checks, True)
    vesicle_pair.verify(checks, True)
    docking.verify(checks, True)
    text = PREAMBLE + checks.markdown() + ''.join(messages(name) for name in PROGRAMS)
    text += f'\n{sum(len(rows) for _, rows in checks.sections)} comparisons, {checks.failures} failures.\n'
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text)
    print(f'{output}: {checks.failures} failures, {time.monotonic() - begin:.0f} s')
    sys.exit(1 if checks.failures else 0)


if __name__ == '__main__':
    main()
