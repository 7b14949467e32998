#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What two leaflets that slide cost: CPU time of a step of exocytosis against that with one.

    two_leaflets.py [--program build/fusogen] [--geometry meridian 3d] [--until 3 13] [--output FILE]

parameter_files/exocytosis.prm and exocytosis_3d.prm with the direct solver, lipids on their leaflets and
steps of at most 0.1 us, on one process. The time of a step is the difference of two runs that end at the
two times after the fusion, so that start and mesh do not count.
"""
import argparse
import csv
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
FILES = {'meridian': 'exocytosis.prm', '3d': 'exocytosis_3d.prm'}


def run(program, geometry, model, end):
    """CPU seconds, steps, Newton iterations and cells of a run until END [us] after the fusion."""
    settings = {'Leaflets/Model': model, 'Solver/Linear solver': 'direct', 'Fusion/Time': 0,
                'Time/Largest step': 0.1, 'Time/End time': end, 'Time/Output interval': end}
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / 'output'
        command = [program, str(SOURCE / 'parameter_files' / FILES[geometry]), '--quiet', '--output',
                   str(output)]
        for key, value in settings.items():
            command += ['--set', f'{key}={value}']
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f'{" ".join(command)}\nends with {done.returncode}: {done.stderr}')
        steps = json.loads((output / 'summary.json').read_text())['steps']['value']
        with open(output / 'statistics.csv') as file:
            iterations = float(list(csv.DictReader(file))[-1]['Newton iterations []'])
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, steps, iterations


def per_step(program, geometry, model, ends):
    (t0, n0, i0), (t1, n1, i1) = (run(program, geometry, model, end) for end in ends)
    return (t1 - t0) / (n1 - n0), (t1 - t0) / (i1 - i0)


def table(program, geometries, ends):
    yield '| | single | two leaflets | ratio of a step | of an iteration of Newton\'s method |'
    yield '|---|---|---|---|---|'
    for geometry in geometries:
        one, two = (per_step(program, geometry, model, ends) for model in ('single', 'two leaflets'))
        yield (f'| {geometry} | {one[0]:.3f} s | {two[0]:.3f} s | {two[0] / one[0]:.2f} '
               f'| {two[1] / one[1]:.2f} |')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--program', default=str(SOURCE / 'build' / 'fusogen'))
    parser.add_argument('--geometry', nargs='+', choices=FILES, default=list(FILES))
    parser.add_argument('--until', type=float, nargs=2, default=[3, 13], help='us after the fusion')
    parser.add_argument('--output', help='file for the Markdown table')
    arguments = parser.parse_args()
    lines = []
    for line in table(arguments.program, arguments.geometry, arguments.until):
        print(line, flush=True)
        lines.append(line)
    if arguments.output:
        pathlib.Path(arguments.output).write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
