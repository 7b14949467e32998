#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the cost of a time step in three dimensions scales: with processes, cells and step size.

    scaling.py [--program build/fusogen] [--ranks 1 2] [--refinement 4] [--output FILE]
    scaling.py --iterations [--refinements 3 4 5 6]

A prolate vesicle of 20 nm and reduced volume 0.8 with 6 * 4^refinement quadrilaterals relaxes in equal
steps with the iterative solver. Without --iterations: strong scaling (the same mesh on all process
counts) and weak scaling (the mesh is refined once more for each factor of four in processes, from the
first one). With it: iterations, seconds and memory by cells and step size, on one process.

The seconds of a step are the difference of two runs of different length, so that start and mesh do not
count. Wall-clock time: use a quiet machine.
"""
import argparse
import csv
import math
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
RELAXATION_TIME = 4 * 20**2 / (20 * 0.01380649 * 298)  # viscosity R^2 / rigidity [us]
FIRST_STEPS = 5  # the first ones follow a sudden start
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')


class Steps:
    """Seconds and iterations of a time step, and the memory of the largest process."""

    def __init__(self, program, ranks, refinement, step, n_steps):
        first, last = (self.run(program, ranks, refinement, step, n)
                       for n in (FIRST_STEPS, FIRST_STEPS + n_steps))
        self.seconds, self.newton, self.linear = ((b - a) / n_steps for a, b in zip(first, last))
        # Of this process' children, and it has no others as large.
        self.memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        self.cells = 6 * 4**refinement
        self.unknowns = (3 + 3) * (4 * self.cells + 2) + 3 * self.cells  # motion, moment; tension

    @staticmethod
    def run(program, ranks, refinement, step, n_steps):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / 'output'
            dt = step * RELAXATION_TIME
            settings = {'Geometry/Dimension': '3d', 'Geometry/Refinement': refinement,
                        'Vesicle/Initial shape': 'prolate', 'Vesicle/Reduced volume': 0.8,
                        'Solver/Linear solver': 'iterative', 'Time/Initial step': dt,
                        'Time/Largest step': dt, 'Time/End time': n_steps * dt,
                        'Time/Output interval': n_steps * dt, 'Time/Energy tolerance': 0.99}
            command = ['mpirun', '-n', str(ranks)] if ranks > 1 else []
            command += [program, str(SOURCE / 'parameter_files' / 'vesicle_equilibrium.prm'), '--quiet',
                        '--output', str(output)]
            for key, value in settings.items():
                command += ['--set', f'{key}={value}']
            begin = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
            seconds = time.monotonic() - begin
            if done.returncode:
                sys.exit(f'{" ".join(command)}\nends with {done.returncode}: {done.stdout}{done.stderr}')
            with open(output / 'statistics.csv') as file:
                last = list(csv.DictReader(file))[-1]
        return seconds, float(last['Newton iterations []']), float(last['linear iterations []'])


def iterations(program, refinements, steps, n_steps):
    yield ('| cells | step [relaxation times] | Newton iterations | linear iterations | seconds '
           '| memory [GB] |')
    yield '|---|---|---|---|---|---|'
    for refinement in refinements:
        for step in steps:
            s = Steps(program, 1, refinement, step, n_steps)
            yield (f'| {s.cells:,} | {step:g} | {s.newton:.1f} | {s.linear:.0f} | {s.seconds:.2f} '
                   f'| {s.memory:.2f} |')


def scaling(program, ranks, refinement, step, n_steps):
    yield ('| | processes | cells | seconds per step | us per unknown | efficiency | Newton iterations '
           '| linear iterations | memory of a process [GB] |')
    yield '|---|---|---|---|---|---|---|---|---|'
    strong = {n: refinement for n in ranks}
    weak = {n: refinement + round(math.log(n / ranks[0], 4)) for n in ranks
            if abs(math.log(n / ranks[0], 4) % 1) < 1e-9}
    for name, meshes in (('strong', strong), ('weak', weak)):
        if len(meshes) < 2:
            continue
        base = None
        for n, level in meshes.items():
            s = Steps(program, n, level, step, n_steps)
            base = base or s
            work = s.unknowns / base.unknowns * ranks[0] / n
            yield (f'| {name} | {n} | {s.cells:,} | {s.seconds:.2f} | {1e6 * s.seconds / s.unknowns:.1f} '
                   f'| {base.seconds * work / s.seconds:.0%} | {s.newton:.1f} | {s.linear:.0f} '
                   f'| {s.memory:.2f} |')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--program', default=os.environ.get('FUSOGEN', str(SOURCE / 'build' / 'fusogen')))
    parser.add_argument('--ranks', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--refinement', type=int, default=4)
    parser.add_argument('--steps', type=int, default=6, help='time steps that are measured')
    parser.add_argument('--step', type=float, default=0.001, help='their length [relaxation times]')
    parser.add_argument('--iterations', action='store_true')
    parser.add_argument('--refinements', type=int, nargs='+', default=[3, 4, 5, 6])
    parser.add_argument('--output', help='a Markdown file for the table, besides the screen')
    arguments = parser.parse_args()
    if arguments.iterations:
        lines = iterations(arguments.program, arguments.refinements,
                           [0.1 * arguments.step, arguments.step, 10 * arguments.step], arguments.steps)
    else:
        lines = scaling(arguments.program, arguments.ranks, arguments.refinement, arguments.step,
                        arguments.steps)
    table = []
    for line in lines:
        print(line, flush=True)
        table.append(line)
    if arguments.output:
        pathlib.Path(arguments.output).write_text('\n'.join(table) + '\n')


if __name__ == '__main__':
    main()
