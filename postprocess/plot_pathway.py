#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plot the energy path of fusion: from two membranes by stalk and diaphragm to a pore.

    plot_pathway.py DIR [DIR ...] [--output FILE]

reads DIR/pathway.csv and DIR/summary.json of each run. Each stage of the path has a column of its own,
with its coordinate along the x axis: above the total energy (a line a run), below the parts it is made
of (of the first run). The barriers are those of summary.json.
"""

import argparse
import os

import numpy as np

import plot_run
import run_reader
from run_reader import RunError

plt = plot_run.plt

STAGES = {
    1: ("contact", "radius of bare tails"),
    2: ("stalk", "waist"),
    3: ("diaphragm", "waist"),
    4: ("hole", "radius"),
    5: ("edge", "radius"),
    6: ("pore", "lumen"),
}
BARRIERS = ("stalk barrier", "hemifusion barrier", "pore barrier")
TOTAL = "total energy"


def parts(table):
    """The columns with parts of the energy that are not zero throughout."""
    return [name for name, (unit, values) in table.items()
            if name.endswith(" energy") and name != TOTAL and np.nanmax(np.abs(values)) > 1e-6]


def legend_of(directory, summary):
    """The run's name and its barriers."""
    name = os.path.basename(os.path.normpath(directory))
    heights = [f"{barrier.split()[0]} {summary[barrier][0]:.1f}" for barrier in BARRIERS
               if isinstance(summary.get(barrier, (None,))[0], (int, float))]
    return f"{name} (barriers in kT: {', '.join(heights)})" if heights else name


def save(runs, path):
    present = [stage for stage in STAGES
               if any(np.any(table["stage"][1] == stage) for _, table, _ in runs)]
    figure, grid = plt.subplots(
        2, len(present), figsize=(1.2 + 2.1 * len(present), 6.2), squeeze=False, sharey="row",
        sharex="col", constrained_layout=True,
    )
    for (above, below), stage in zip(grid.T, present):
        for directory, table, summary in runs:
            here = table["stage"][1] == stage
            order = np.argsort(table["coordinate"][1][here])
            above.plot(table["coordinate"][1][here][order], table[TOTAL][1][here][order],
                       marker=".", label=legend_of(directory, summary))
        table = runs[0][1]
        here = table["stage"][1] == stage
        order = np.argsort(table["coordinate"][1][here])
        for name in parts(table):
            below.plot(table["coordinate"][1][here][order], table[name][1][here][order],
                       label=name.replace(" energy", ""))
        title, coordinate = STAGES[stage]
        above.set_title(title)
        below.set_xlabel(f"{coordinate} (nm)")
    grid[0, 0].set_ylabel("total energy (kT)")
    grid[1, 0].set_ylabel("parts (kT)")
    lines, names = grid[0, -1].get_legend_handles_labels()
    if len(runs) == 1:
        figure.suptitle(names[0])
    else:
        grid[0, 0].legend(lines, names, loc="lower left", bbox_to_anchor=(0, 1.15))
    grid[1, -1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    figure.savefig(path)
    plt.close(figure)


def read(directory):
    run_reader.require_directory(directory)
    table = run_reader.read_table(os.path.join(directory, "pathway.csv"))
    for name in ("stage", "coordinate", TOTAL):
        if name not in table:
            raise RunError(f"The run in '{directory}' has no column '{name}' in pathway.csv.")
    return directory, table, run_reader.read_summary(directory)


def main():
    parser = argparse.ArgumentParser(description="Plot the energy path of fusion.")
    parser.add_argument("directories", metavar="DIR", nargs="+", help="output directories of runs")
    parser.add_argument(
        "--output", metavar="FILE", default="pathway.png",
        help="the picture to write, .png or .pdf (default: pathway.png)",
    )
    arguments = parser.parse_args()
    runs = [read(directory) for directory in arguments.directories]
    try:
        os.makedirs(os.path.dirname(os.path.abspath(arguments.output)), exist_ok=True)
        save(runs, arguments.output)
    except (OSError, ValueError) as error:
        raise RunError(f"The picture '{arguments.output}' cannot be written ({error}).") from None
    print(arguments.output)


if __name__ == "__main__":
    run_reader.run_as_script(main)
