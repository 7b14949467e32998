# SPDX-License-Identifier: LGPL-2.1-or-later
"""The energy path of fusion of one or several runs: from two membranes by stalk and diaphragm to a pore.

For fusogen-plot and fusogen-compare, from pathway.csv and summary.json. Each stage of the path has a
column of its own, with its coordinate along the x axis: above the total energy (a line a run), below the
parts it is made of (of the first run). Stars are saddles. The barriers are those of summary.json.
"""

import os

import numpy as np

from . import run_reader
from .figure_style import STYLES, plt
from .run_reader import RunError

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


def saddles(table):
    """Which rows are saddles that are certified by their Hessian."""
    if "saddle" not in table:
        return np.zeros(len(table["stage"][1]), bool)
    return table["saddle"][1] == 1


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
            saddle = saddles(table) & (table["stage"][1] == stage)
            here = (table["stage"][1] == stage) & ~saddle
            order = np.argsort(table["coordinate"][1][here])
            line, = above.plot(table["coordinate"][1][here][order], table[TOTAL][1][here][order],
                       marker=".", label=legend_of(directory, summary))
            above.plot(table["coordinate"][1][saddle], table[TOTAL][1][saddle], "*",
                       color=line.get_color(), markeredgecolor="black", markersize=11, zorder=3)
        table = runs[0][1]
        here = (table["stage"][1] == stage) & ~saddles(table)
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


def save_map(runs, path):
    """Barriers of many runs over the spontaneous curvature, a line for each tension.

    runs: (parameters, summary) of each; barriers that a path does not have leave a gap.
    """
    points = {}
    for parameters, summary in runs:
        curvature = float(parameters["Leaflets/Spontaneous curvature proximal"])
        tension = float(parameters["Pathway/Tension"])
        heights = [value if isinstance(value, (int, float)) else np.nan
                   for value in (summary.get(barrier, (None,))[0] for barrier in BARRIERS)]
        points.setdefault(tension, {})[curvature] = heights
    figure, grid = plt.subplots(1, len(BARRIERS), figsize=(4.1 * len(BARRIERS), 3.6), squeeze=False,
                                constrained_layout=True)
    for k, (axes, barrier) in enumerate(zip(grid[0], BARRIERS)):
        for line, (tension, rows) in enumerate(sorted(points.items())):
            curvatures = sorted(rows)
            axes.plot(curvatures, [rows[curvature][k] for curvature in curvatures],
                      marker="os^Dvx"[line % 6], label=f"{tension:g} pN/nm",
                      **STYLES[line % len(STYLES)])
        axes.set_title(barrier)
        axes.set_xlabel("spontaneous curvature (1/nm)")
        axes.set_ylabel("barrier (kT)")
    grid[0, 0].legend(title="tension")
    figure.savefig(path)
    plt.close(figure)


def read(directory):
    run_reader.require_directory(directory)
    table = run_reader.read_table(os.path.join(directory, "pathway.csv"))
    for name in ("stage", "coordinate", TOTAL):
        if name not in table:
            raise RunError(f"The run in '{directory}' has no column '{name}' in pathway.csv.")
    return directory, table, run_reader.read_summary(directory)
