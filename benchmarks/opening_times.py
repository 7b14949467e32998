#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a vesicle takes to open and flatten, and what slows it: two leaflets that slide.

    opening_times.py [--program build/fusogen] [--radii 20 50 100] [--friction 0.01 0.1 1] [--output FILE]

Exocytosis along the meridian as in parameter_files/exocytosis.prm, the patch of plasma membrane and the
unit of time scaled with the vesicle; gap and first pore stay. Times are counted from the fusion.
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[1]
FRACTIONS = (0.1, 0.25, 0.5)  # of the vesicle's radius, that the neck reaches
TERMS = ('intermonolayer friction', 'surface viscosity', 'slip viscosity', 'drag', 'pore flow')
WATER = 0.89e-3  # viscosity of water at 25 degrees Celsius [pN us/nm^2]
PATCH = 7.5  # radius of the patch over that of the vesicle, as in the parameter file
ROWS = 300  # of statistics.csv, about
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')


class Opening:
    """One run: times [us] at which the neck is as wide as FRACTIONS, at which what is left is as high as
    the vesicle's radius, and of full fusion; and the shares of the energy that each term dissipated."""

    def __init__(self, program, radius, friction):
        # About the time of full fusion over the number of rows; only sets how dense these are.
        interval = radius * (5 + 30 * friction) / ROWS
        settings = {'Vesicle/Radius': radius, 'Plasma membrane/Patch radius': PATCH * radius,
                    'Fusion/Time': 0, 'Leaflets/Model': 'two leaflets',
                    'Leaflets/Intermonolayer friction': friction, 'Cargo/Viscosity': WATER,
                    'Time/End time': 1e3 * ROWS * interval, 'Time/Output interval': interval}
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / 'output'
            command = [program, str(SOURCE / 'parameter_files' / 'exocytosis.prm'), '--quiet', '--output',
                       str(output)]
            for key, value in settings.items():
                command += ['--set', f'{key}={value}']
            done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
            if done.returncode:
                sys.exit(f'{" ".join(command)}\nends with {done.returncode}: {done.stderr}')
            summary = json.loads((output / 'summary.json').read_text())
            with open(output / 'statistics.csv') as file:
                rows = list(csv.DictReader(line for line in file if not line.startswith('#')))
        self.radius, self.friction, self.outcome = radius, friction, summary['outcome']
        times, necks, depths = ([sign * float(row[name]) for row in rows] for sign, name in (
            (1, 'time [us]'), (1, 'neck radius [nm]'), (-1, 'height [nm]')))
        self.times = [self.first(times, necks, fraction * radius) for fraction in FRACTIONS]
        self.times.append(self.first(times, depths, -radius))
        self.times.append(summary['final time']['value'] if self.outcome == 'full fusion' else None)

        def value(name):
            return summary.get(name, {'value': 0})['value']
        self.shares = [value('dissipated by ' + term) / value('dissipated energy') for term in TERMS]
        self.left = value('leaflet elastic energy')

    @staticmethod
    def first(times, values, wanted):
        """When a value is first reached from below, linear between two rows; nothing if it never is."""
        for t0, v0, t1, v1 in zip(times, values, times[1:], values[1:]):
            if v0 < wanted <= v1:
                return t0 + (t1 - t0) * (wanted - v0) / (v1 - v0)
        return None

    def row(self):
        cells = [f'{self.radius:g}', f'{self.friction:g}']
        cells += ['' if t is None else f'{t:.3g}' for t in self.times]
        cells += [f'{100 * share:.1f}' for share in self.shares] + [f'{self.left:.2g}']
        return cells


def table(runs):
    titles = ['R [nm]', 'b [pN us/nm^3]'] + [f'neck {fraction:g} R [us]' for fraction in FRACTIONS]
    titles += ['height R [us]', 'full fusion [us]'] + [f'{term} [%]' for term in TERMS] + ['leaflets\' energy left [kT]']
    lines = [titles, ['---'] * len(titles)] + [run.row() for run in runs]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--program', default=str(SOURCE / 'build' / 'fusogen'))
    parser.add_argument('--radii', type=float, nargs='+', default=[20, 50, 100], help='nm')
    parser.add_argument('--friction', type=float, nargs='+', default=[0.01, 0.1, 1], help='pN us/nm^3')
    parser.add_argument('--jobs', type=int, default=1, help='runs at a time')
    parser.add_argument('--output', help='file for the Markdown table')
    arguments = parser.parse_args()
    cases = [(radius, b) for radius in arguments.radii for b in arguments.friction]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        text = table(list(pool.map(lambda case: Opening(arguments.program, *case), cases)))
    print(text, end='')
    if arguments.output:
        pathlib.Path(arguments.output).write_text(text)


if __name__ == '__main__':
    main()
