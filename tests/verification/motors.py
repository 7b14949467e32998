# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run lengths and stall forces of kinesins as the program gives them (Motors/Runs), against theory."""
import math

from runs import Run, main

RUNS = 10000
# Klumpp and Lipowsky, PNAS 102 (2005) 17284: velocity 1 um/s, unbinding 1/s, binding 5/s, 6 pN and 3 pN.
SETTINGS = {'Geometry/Refinement': 0, 'Motors/Kinesin/Michaelis constant': 0, 'Motors/Cytoplasm viscosity': 0,
            'Time/Output interval': 1e7}
VELOCITY, UNBINDING, BINDING, STALL, DETACHMENT = 1e-3, 1e-6, 5e-6, 6, 3


def run_length(n):
    return VELOCITY / (n * BINDING) * ((1 + BINDING / UNBINDING)**n - 1)


def velocity_under(load, number):
    """Mean velocity of the vesicle, up to a positive factor: the stationary numbers of bound motors are
    those of a birth-and-death process, and runs visit them in proportion."""
    weight, mean = 1., 0.
    for n in range(1, number + 1):
        force = load / n
        velocity = (VELOCITY if force < STALL else 6e-6) * (1 - force / STALL)
        weight *= (number - n + 1) * BINDING / (n * UNBINDING * math.exp(force / DETACHMENT))
        mean += weight * velocity
    return mean


def stall_force(number):
    low, high = 0., number * STALL
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if velocity_under(middle, number) > 0 else (low, middle)
    return low


def verify(checks, long):
    # Ten times as many make the error of the stall force of four kinesins, 2 %, less than the tolerance.
    runs = 10 * RUNS if long else RUNS
    checks.section(f'Run length [nm] and stall force [pN] of kinesins, {runs} runs')
    for n in (1, 2, 3, 4):
        run = Run('transport.prm', {**SETTINGS, 'Motors/Runs': runs, 'Motors/Kinesin/Number': n})
        checks.equal(f'{n}: runs cut off', run['runs cut off'], 0.)
        error = run['mean run length standard error']
        # Run lengths are nearly exponential, with a standard deviation like their mean.
        checks.at_most(f'{n}: standard error of the run length, relative', error / run_length(n),
                       1.2 / math.sqrt(runs))
        checks.absolute(f'{n}: run length', run['mean run length'], run_length(n), 4 * error)
        checks.relative(f'{n}: velocity [nm/us]', run['mean velocity'], VELOCITY, 1e-9)
        checks.relative(f'{n}: stall force', run['stall force'], stall_force(n), 0.02)
        # The bisection ends at 1e-4 of the sum of the stall forces.
        checks.absolute(f'{n}: stall force, sampling error', run['stall force'], stall_force(n),
                        4 * run['stall force standard error'] + 1e-4 * n * STALL)


if __name__ == '__main__':
    main(verify, __doc__)
