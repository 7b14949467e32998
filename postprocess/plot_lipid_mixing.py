#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Put what lipid-mixing and content-release assays show of several runs side by side.

    plot_lipid_mixing.py DIR [DIR ...] [--output FILE]

reads DIR/statistics.csv (and DIR/summary.json if it is there) of each run and
writes one picture, a column a run: above what has happened (labelled lipid that
left the vesicle in each leaflet, cargo that was released), below what assays
show of it (R18 dequenching, resonance energy transfer, TIRF). The numbers in
the legends are the last values.
"""

import argparse
import os

import numpy as np

import plot_run
import run_reader
from run_reader import RunError

plt = plot_run.plt

ROWS = [
    ("outside the former vesicle", {**plot_run.MOVED, "cargo released": "cargo"}),
    ("signal", plot_run.ASSAYS),
]


def signals(table, names, directory):
    """The columns 'names' of a run in percent."""
    missing = [name for name in names if name not in table]
    if missing:
        raise RunError(
            f"The run in '{directory}' has no column '{missing[0]}'; lipid mixing is a matter "
            "of exocytosis."
        )
    columns = [(name, *table[name]) for name in names if plot_run.has_data(table[name][1])]
    return plot_run.in_percent(columns, names)


def last_value(values):
    return values[np.isfinite(values)][-1]


def save(runs, path):
    figure, grid = plt.subplots(
        len(ROWS), len(runs), figsize=(0.4 + 3.6 * len(runs), 6.2), squeeze=False, sharey="row",
        sharex="col", constrained_layout=True,
    )
    for column, (directory, table) in zip(grid.T, runs):
        x = plot_run.Abscissa(table)
        rows = [signals(table, names, directory) for title, names in ROWS]
        log_x = x.log_tells_more([line for lines in rows for line in lines])
        for axes, lines, (title, names) in zip(column, rows, ROWS):
            named = [(f"{name}: {last_value(values):.0f} %", unit, values)
                     for name, unit, values in lines]
            plot_run.draw_lines(axes, x, named, log_x)
            axes.set_ylabel(f"{title} (%)" if axes in grid[:, 0] else "")
            if axes is not column[-1]:
                axes.set_xlabel("")
        name = plot_run.run_title(directory, run_reader.read_summary(directory))
        column[0].set_title(name.replace(": ", "\n", 1))
    for row in grid:
        row[0].set_ylim(bottom=min(0.0, row[0].get_ylim()[0]))
    figure.savefig(path)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(
        description="Plot the signals of lipid-mixing assays of several runs side by side."
    )
    parser.add_argument("directories", metavar="DIR", nargs="+", help="output directories of runs")
    parser.add_argument(
        "--output", metavar="FILE", default="lipid_mixing.png",
        help="the picture to write, .png or .pdf (default: lipid_mixing.png)",
    )
    arguments = parser.parse_args()
    runs = [(directory, run_reader.read_statistics(directory))
            for directory in arguments.directories]
    try:
        os.makedirs(os.path.dirname(os.path.abspath(arguments.output)), exist_ok=True)
        save(runs, arguments.output)
    except (OSError, ValueError) as error:
        raise RunError(f"The picture '{arguments.output}' cannot be written ({error}).") from None
    print(arguments.output)


if __name__ == "__main__":
    run_reader.run_as_script(main)
