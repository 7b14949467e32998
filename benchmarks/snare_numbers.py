#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast a pore opens, and how wide a constricted one is held, by the number of SNARE complexes around it.

    postprocess/fusogen-sweep benchmarks/snare_crowding.toml
    snare_numbers.py results/snare_crowding [--picture FILE.png]
    postprocess/fusogen-sweep benchmarks/snare_numbers.toml
    snare_numbers.py --noise results/snare_numbers [--picture FILE.png]

A vesicle of 20 nm radius along the meridian; the crowding of the complexes dilates the neck. Prints tables, and draws
them. Without noise the bars are the spread over where the complexes lie, with it the standard error over the seeds.
"""
import argparse
import csv
import pathlib
import statistics

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

WIDE = 4  # radius of the mid-surface at which a pore counts as open [nm]
MIDDLE = 3.0  # offset of the curve between the bars [nm]


def finished(sweep):
    """The runs of a sweep that are done, as rows of its summary.csv."""
    with open(sweep / 'summary.csv') as file:
        return [row for row in csv.DictReader(file) if row['state'] == 'done']


def opening_time(folder):
    """When the neck of a run is WIDE for the first time [us]; None if it never is."""
    with open(folder / 'statistics.csv') as file:
        table = list(csv.DictReader(line for line in file if not line.startswith('#')))
    times, necks = ([float(line[name]) for line in table] for name in ('time [us]', 'neck radius [nm]'))
    for (t0, r0), (t1, r1) in zip(zip(times, necks), zip(times[1:], necks[1:])):
        if 0 < r0 < WIDE <= r1:
            return t0 + (WIDE - r0) / (r1 - r0) * (t1 - t0)
    return None


def chance(sweep, picture):
    """Opening times under thermal noise."""
    times, closed = {}, {}
    for row in finished(sweep):
        number, opens = int(row['SNAREs/Number']), opening_time(sweep / 'runs' / row['run'])
        if opens is None:
            closed.setdefault(number, []).append(row['outcome'])
        else:
            times.setdefault(number, []).append(opens)
    print('| complexes | open | not open | mean [us] | standard error | shortest | longest |\n' + '|---' * 7 + '|')
    table = []
    for number, values in sorted(times.items()):
        mean, scatter = statistics.mean(values), statistics.stdev(values)
        table.append((number, mean, scatter / len(values)**0.5))
        print(f'| {number} | {len(values)} | {", ".join(closed.get(number, [])) or 0} | {mean:.3g} | '
              f'{table[-1][2]:.2g} | {min(values):.3g} | {max(values):.3g} |')
    figure, axis = plt.subplots(figsize=(5.5, 3.8), constrained_layout=True)
    for number, values in times.items():
        axis.plot([number] * len(values), values, '.', color='tab:gray', alpha=0.6,
                  label='' if number != min(times) else 'one run')
    axis.errorbar(*zip(*table), fmt='o-', capsize=4, label='mean and standard error')
    axis.set_xlabel('number of SNARE complexes')
    axis.set_ylabel(f'time to a neck radius of {WIDE} nm [us]')
    axis.set_xticks([number for number, *_ in table])
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False)
    figure.savefig(picture, dpi=130)


def crowding(sweep, picture):
    """Opening times of free pores and radii of constricted ones, over the offsets of the complexes."""
    opening, radius = {}, {}
    for row in finished(sweep):
        number, offset = int(row['SNAREs/Number']), float(row['SNAREs/Offset [nm]'])
        if float(row['Constriction/Force [pN]']) == 0:
            opens = opening_time(sweep / 'runs' / row['run'])
            if opens is not None:
                opening.setdefault(number, {})[offset] = opens
        elif row['outcome'] == 'arrested Omega':
            radius.setdefault(number, {})[offset] = float(row['neck radius [nm]'])
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for axis, values, label, title in (
            (axes[0], opening, f'time to a neck radius of {WIDE} nm [us]', 'free pore'),
            (axes[1], radius, 'neck radius at rest [nm]', 'pore under a ring')):
        known = {number: found for number, found in sorted(values.items()) if MIDDLE in found}
        print(f'{title}: {label}\n\n| complexes | offset of {MIDDLE:g} nm | least | largest |\n' + '|---' * 4 + '|')
        for number, found in known.items():
            print(f'| {number} | {found[MIDDLE]:.3g} | {min(found.values()):.3g} | {max(found.values()):.3g} |')
        print()
        middle = [found[MIDDLE] for found in known.values()]
        low = [found[MIDDLE] - min(found.values()) for found in known.values()]
        high = [max(found.values()) - found[MIDDLE] for found in known.values()]
        axis.errorbar(list(known), middle, (low, high), fmt='o-', capsize=3)
        axis.set_xlabel('number of SNARE complexes')
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
        axis.set_title(title)
    figure.savefig(picture, dpi=130)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('sweep', type=pathlib.Path, help='folder of a finished sweep')
    parser.add_argument('--noise', action='store_true', help='it is the one with thermal noise')
    parser.add_argument('--picture', type=pathlib.Path, default=pathlib.Path('snare_numbers.png'))
    arguments = parser.parse_args()
    (chance if arguments.noise else crowding)(arguments.sweep, arguments.picture)


if __name__ == '__main__':
    main()
