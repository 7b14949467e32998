# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vesicle that is pulled to the plasma membrane: forces balance, and no force makes it pass through."""
from runs import Run, main

THICKNESS = 4.  # of a bilayer in docking.prm [nm]


def snares(checks):
    """At rest the complexes' pull is borne by hydration; each pulls with its plateau of 17 pN."""
    checks.section('Docking by SNARE complexes')
    gaps = []
    for number in (1, 4):
        run = Run('docking.prm', {'Docking/Force': 0, 'SNAREs/Number': number, 'Geometry/Meridian cells': 64})
        checks.equal(f'{number} complexes, outcome', run.outcome, 'docked')
        checks.relative(f'{number} complexes, contact force against their pull [pN]', run['contact force'],
                        run['SNARE force'], 1e-4)
        # Normals of the ring are tilted against the axis, by no more than its radius over the vesicle's.
        checks.at_most(f'{number} complexes, pull [pN]', run['SNARE force'], 17 * number)
        checks.at_least(f'{number} complexes, pull [pN]', run['SNARE force'], 17 * number * (1 - 0.35**2))
        gaps.append(run['least distance'])
    checks.at_least('how much nearer four pull than one [nm]', gaps[0] - gaps[1], 0.01)


def verify(checks, long):
    checks.section('Docking of a vesicle under a force of 20 pN')
    docked = Run('docking.prm', {})
    checks.equal('outcome', docked.outcome, 'docked')
    # What is left is drag, of some 0.01 nm/us.
    checks.relative('contact force [pN]', docked['contact force'], 20, 1e-3)
    checks.relative('area ledger error', 1 + docked['area ledger error'], 1, 1e-8)
    energies = docked.table()['total energy [kT]']
    checks.at_most('largest rise of the energy between two outputs [kT]',
                   max(b - a for a, b in zip(energies, energies[1:])), 0.01)

    checks.section('Ten times the force')
    thrown = Run('docking.prm', {'Docking/Force': 200, 'Time/End time': 2, 'Time/Output interval': 0.1})
    checks.at_least('least distance of the mid-surfaces [nm]',
                    min(thrown.table()['least distance [nm]']), THICKNESS)
    snares(checks)


if __name__ == '__main__':
    main(verify, __doc__)
