# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lipid-mixing and content-release assays show of several runs, side by side.

For "fusogen-compare --assays": a column a run, above what has happened (labelled lipid that left the
vesicle in each leaflet, cargo that was released), below what assays show of it (R18 dequenching,
resonance energy transfer, TIRF). The numbers in the legends are the last values.
"""

import numpy as np

from . import run_curves, run_reader
from .figure_style import plt, run_title
from .run_reader import RunError

ROWS = [
    ("outside the former vesicle", {**run_curves.MOVED, "cargo released": "cargo"}),
    ("signal", run_curves.ASSAYS),
]


def signals(table, names, directory):
    """The columns 'names' of a run in percent."""
    missing = [name for name in names if name not in table]
    if missing:
        raise RunError(
            f"The run in '{directory}' has no column '{missing[0]}'; lipid mixing is a matter "
            "of exocytosis."
        )
    columns = [(name, *table[name]) for name in names if run_curves.has_data(table[name][1])]
    return run_curves.in_percent(columns, names)


def last_value(values):
    return values[np.isfinite(values)][-1]


def save(runs, path):
    figure, grid = plt.subplots(
        len(ROWS), len(runs), figsize=(0.4 + 3.6 * len(runs), 6.2), squeeze=False, sharey="row",
        sharex="col", constrained_layout=True,
    )
    for column, (directory, table) in zip(grid.T, runs):
        x = run_curves.Abscissa(table)
        rows = [signals(table, names, directory) for title, names in ROWS]
        log_x = x.log_tells_more([line for lines in rows for line in lines])
        for axes, lines, (title, names) in zip(column, rows, ROWS):
            named = [(f"{name}: {last_value(values):.0f} %", unit, values)
                     for name, unit, values in lines]
            run_curves.draw_lines(axes, x, named, log_x)
            axes.set_ylabel(f"{title} (%)" if axes in grid[:, 0] else "")
            if axes is not column[-1]:
                axes.set_xlabel("")
        name = run_title(directory, run_reader.read_summary(directory))
        column[0].set_title(name.replace(": ", "\n", 1))
    for row in grid:
        row[0].set_ylim(bottom=min(0.0, row[0].get_ylim()[0]))
    figure.savefig(path)
    plt.close(figure)
