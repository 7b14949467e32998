#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Full fusion, arrested Omega or kiss-and-run: draws the outcomes over tension and constriction force.

    postprocess/fusogen-sweep benchmarks/outcomes_20nm.toml
    postprocess/fusogen-sweep benchmarks/outcomes_150nm.toml
    outcomes.py results/outcomes_20nm results/outcomes_150nm [--picture FILE.png]

Exocytosis along the meridian of vesicles of 20 and 150 nm radius, docked at the distance at which
hydration holds them, whose pores open with 3 nm under a ring of constant force. Numbers in the picture
are neck radii in nm of what is still an Omega.
"""
import argparse
import csv
import pathlib
import tomllib

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

TENSION, FORCE, NECK = 'Plasma membrane/Tension [pN/nm]', 'Constriction/Force [pN]', 'neck radius [nm]'
LOOKS = {'full fusion': ('tab:green', 's', 'full fusion'),
         'arrested Omega': ('tab:orange', 'o', 'arrested Omega'),
         'end time': ('gold', 'o', 'Omega, still moving after 20 relaxation times'),
         'kiss-and-run': ('tab:blue', 'v', 'kiss-and-run'),
         'failed': ('black', 'x', 'failed')}


def draw(sweep, axis):
    """The map of one sweep."""
    with open(sweep / 'sweep.toml', 'rb') as file:
        radius = tomllib.load(file)['set']['Vesicle/Radius']
    with open(sweep / 'summary.csv') as file:
        rows = list(csv.DictReader(file))
    tensions = sorted({float(row[TENSION]) for row in rows})
    forces = sorted({float(row[FORCE]) for row in rows})
    for row in rows:
        outcome = row['outcome'] if row['state'] == 'done' else row['state']
        colour, marker, label = LOOKS[outcome]
        i, j = tensions.index(float(row[TENSION])), forces.index(float(row[FORCE]))
        axis.add_patch(plt.Rectangle((i - 0.5, j - 0.5), 1, 1, color=colour, alpha=0.3, lw=0))
        axis.plot(i, j, marker, color=colour, label=label, ls='')
        if outcome in ('arrested Omega', 'end time'):
            axis.annotate(f'{float(row[NECK]):.2g}', (i, j), (0, 6), textcoords='offset points',
                          ha='center', fontsize=7)
    axis.set_xticks(range(len(tensions)), [f'{t:g}' for t in tensions])
    axis.set_yticks(range(len(forces)), [f'{f:g}' for f in forces])
    axis.set_xlim(-0.5, len(tensions) - 0.5)
    axis.set_ylim(-0.5, len(forces) - 0.5)
    axis.set_xlabel('tension of the plasma membrane [pN/nm]')
    axis.set_ylabel('force of the ring [pN]')
    axis.set_title(f'vesicle of {radius:g} nm radius')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('sweeps', type=pathlib.Path, nargs='+', help='folders of finished sweeps')
    parser.add_argument('--picture', type=pathlib.Path, default=pathlib.Path('outcomes.png'))
    arguments = parser.parse_args()
    count = len(arguments.sweeps)
    figure, axes = plt.subplots(1, count, figsize=(5 * count, 4.4), constrained_layout=True, squeeze=False)
    handles = {}
    for sweep, axis in zip(arguments.sweeps, axes[0]):
        draw(sweep, axis)
        for handle, label in zip(*axis.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    order = [label for *_, label in LOOKS.values() if label in handles]
    figure.legend([handles[label] for label in order], order, loc='lower center', ncol=4,
                  bbox_to_anchor=(0.5, -0.09), frameon=False)
    figure.savefig(arguments.picture, dpi=130, bbox_inches='tight')


if __name__ == '__main__':
    main()
