# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs fusogen and compares numbers, for the scripts of this folder.

Each script has a function verify(checks, long) and says main(verify, __doc__) at its end. The
program is the environment variable FUSOGEN, the source FUSOGEN_SOURCE (default: this one).
"""
import argparse
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ.get('FUSOGEN_SOURCE', pathlib.Path(__file__).parents[2]))
PROGRAM = os.environ.get('FUSOGEN', str(SOURCE / 'build' / 'fusogen'))
DATA = pathlib.Path(__file__).parent / 'data'
kT = 0.01380649 * 298  # pN nm, at the temperature of all runs


class Output:
    """What a run wrote into the folder `path`: numbers of summary.json (as an item), and its tables."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.summary = json.loads((self.path / 'summary.json').read_text())
        self.outcome = self.summary['outcome']

    def __getitem__(self, name):
        return self.summary[name]['value']

    def table(self, name='statistics.csv'):
        """The columns of a table, by their names."""
        with open(self.path / name) as file:
            rows = list(csv.reader(line for line in file if not line.startswith('#')))
        return {title: [float(row[i]) for row in rows[1:]] for i, title in enumerate(rows[0])}


class Run(Output):
    """A run of the program, and what it wrote."""

    def __init__(self, parameter_file, settings, ranks=1):
        self.folder = tempfile.TemporaryDirectory(prefix='fusogen_')
        output = pathlib.Path(self.folder.name) / 'output'
        command = [] if ranks == 1 else ['mpirun', '-n', str(ranks)]
        command += [PROGRAM, str(SOURCE / 'parameter_files' / parameter_file), '--quiet',
                    '--output', str(output)]
        for name, value in settings.items():
            command += ['--set', f'{name}={value}']
        begin = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        self.seconds = time.monotonic() - begin
        if done.returncode:
            raise RuntimeError(f'{" ".join(command)}\nends with {done.returncode}: '
                               f'{done.stdout}{done.stderr}')
        super().__init__(output)


class Checks:
    """Comparisons, gathered in sections, printed one a line."""

    def __init__(self):
        self.sections = []
        self.failures = 0

    def section(self, title):
        self.sections.append((title, []))
        print(f'== {title}', flush=True)

    def _add(self, what, value, expected, error, tolerance, good):
        self.sections[-1][1].append((what, value, expected, error, tolerance, good))
        self.failures += not good
        print(f'{"" if good else "FAILED "}{what}: {value}, expected {expected}'
              + (f', error {error}' if error else '') + (f' (tolerance {tolerance})' if tolerance else ''),
              flush=True)

    def relative(self, what, value, expected, tolerance):
        error = value / expected - 1
        self._add(what, f'{value:.7g}', f'{expected:.7g}', f'{error:.1e}', f'{tolerance:.1e}',
                  abs(error) <= tolerance)

    def absolute(self, what, value, expected, tolerance):
        error = value - expected
        self._add(what, f'{value:.7g}', f'{expected:.7g}', f'{error:.1e}', f'{tolerance:.1e}',
                  abs(error) <= tolerance)

    def at_most(self, what, value, limit):
        self._add(what, f'{value:.3g}', f'at most {limit:.3g}', '', '', value <= limit)

    def at_least(self, what, value, limit):
        self._add(what, f'{value:.3g}', f'at least {limit:.3g}', '', '', value >= limit)

    def equal(self, what, value, expected):
        self._add(what, value, expected, '', '', value == expected)

    def markdown(self):
        lines = []
        for title, rows in self.sections:
            lines += ['', f'## {title}', '', '| quantity | computed | expected | error | tolerance | |',
                      '|---|---|---|---|---|---|']
            for what, value, expected, error, tolerance, good in rows:
                lines.append(f'| {what} | {value} | {expected} | {error} | {tolerance} | '
                             f'{"" if good else "**FAILED**"} |')
        return '\n'.join(lines) + '\n'


def reference(name):
    """Rows of a table of data/, as dictionaries of strings."""
    with open(DATA / name) as file:
        return list(csv.DictReader(line for line in file if not line.startswith('#')))


def order(coarse, fine):
    """Observed order from the errors on two meshes that differ by a factor of two."""
    return math.log2(abs(coarse / fine))


def numbers(run):
    """All numbers of statistics.csv and of summary.json of a run, by name; not the iterations of the
    solvers, as whether the last one is needed may hang on round-off."""
    result = {}
    for name, column in run.table().items():
        if 'iterations' in name:
            continue
        for i, value in enumerate(column):
            result[f'{name}, row {i}'] = value
    for name, entry in run.summary.items():
        if isinstance(entry, dict) and entry['value'] is not None:
            result[name] = entry['value']
    return result


def largest_difference(a, b):
    """The largest relative difference and where it is; numbers count relative to the largest one in
    their column, errors (which are round-off) in absolute terms."""
    scale = {}
    for name, value in a.items():
        column = name.partition(', row')[0]
        if not math.isnan(value):
            scale[column] = max(scale.get(column, 0), abs(value))
    worst = (0, '')
    for name, value in a.items():
        column = name.partition(', row')[0]
        if math.isnan(value) and math.isnan(b[name]):
            continue
        size = 1 if 'error' in column or 'remeshing' in column or 'through rim' in column else scale[column]
        difference = abs(value - b[name]) / (size or 1)
        worst = max(worst, (difference, name))
    return worst


def main(verify, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--long', action='store_true', help='also what takes minutes')
    arguments = parser.parse_args()
    checks = Checks()
    begin = time.monotonic()
    verify(checks, arguments.long)
    print(f'{sum(len(rows) for _, rows in checks.sections)} checks, {checks.failures} failures, '
          f'{time.monotonic() - begin:.0f} s')
    sys.exit(1 if checks.failures else 0)
