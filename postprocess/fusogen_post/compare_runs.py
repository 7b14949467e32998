# SPDX-License-Identifier: LGPL-2.1-or-later
"""Put several runs into one picture.

    fusogen-compare DIR DIR [...] [--output FILE] [--quantity NAME ...] [--assays]

draws the columns of curve.csv, or else of statistics.csv, of all runs, a panel a quantity and a line a run.
The legend names the runs by the parameters in which they differ. Fusion pathways are drawn stage by
stage; with --barriers their barriers are drawn over spontaneous curvature and tension, for a sweep. With
--assays the signals of lipid-mixing assays stand side by side, a column a run.
"""

import argparse
import os

import numpy as np

from . import plot_lipid_mixing, plot_pathway, run_reader
from .figure_style import STYLES, axis_label, plt
from .program import read_parameters
from .run_curves import has_data
from .run_reader import RunError

# What is drawn when no quantities are named, as far as the runs have it, in this order.
FAVOURITES = (
    "pore energy", "force", "neck radius", "total energy", "bending energy", "height", "vesicle lipid transferred",
    "cargo released", "dissipated power", "least distance", "contact force", "rms normal velocity",
    "area difference", "distance along track", "kinesins bound", "dyneins bound", "volume", "area",
)
MOST_PANELS = 6
# Where runs are is no difference between them, nor is how they were computed.
NO_DIFFERENCE = ("Checkpoint/", "Solver/")


def read_curves(directory):
    """The table to compare: curve.csv, or statistics.csv without it."""
    run_reader.require_directory(directory)
    for name in ("curve.csv", "statistics.csv"):
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            return run_reader.read_table(path)
    raise RunError(f"There is no statistics.csv, curve.csv or pathway.csv in '{directory}'.")


def names_of(directories):
    """Names of runs: their folders, with the parameters in which they differ if there are few."""
    names = [os.path.basename(os.path.abspath(directory)) for directory in directories]
    if len(set(names)) < len(names):
        names = [os.path.normpath(directory) for directory in directories]
    try:
        parameters = [read_parameters(os.path.join(directory, "parameters.prm"))
                      for directory in directories]
    except RunError:
        return names
    known = list(dict.fromkeys(name for values in parameters for name in values))
    differ = [name for name in known if len({values.get(name) for values in parameters}) > 1
              and not name.startswith(NO_DIFFERENCE)]
    if not differ or len(differ) > 3:
        return names
    return [f"{name} ({', '.join(f'{key} = {values.get(key)}' for key in differ)})"
            for name, values in zip(names, parameters)]


def read_barriers(directory):
    """Parameters and summary of a fusion pathway."""
    parameters = read_parameters(os.path.join(directory, "parameters.prm"))
    if parameters.get("Scenario/Kind") != "fusion pathway":
        raise RunError(f"The run in '{directory}' is no fusion pathway.")
    return parameters, run_reader.read_summary(directory)


def style(k):
    """Lines that are told apart in grey: by brightness and, beyond that, by their pattern."""
    return STYLES[k % len(STYLES)]


def chosen_quantities(tables, wanted, directories):
    """The columns to draw, as [(name, unit)]; the abscissa is not among them."""
    everywhere = {}
    for table in tables:
        for name, (unit, values) in list(table.items())[1:]:
            if has_data(values):
                everywhere.setdefault(name, unit)
    for name in wanted or ():
        if name not in everywhere:
            raise RunError(f"None of the runs has a column '{name}'; they have: {', '.join(everywhere)}.")
    if wanted:
        return [(name, everywhere[name]) for name in wanted]
    changing = [name for name in everywhere if any(
        name in table and np.nanmax(table[name][1]) > np.nanmin(table[name][1]) for table in tables
        if name in table and has_data(table[name][1]))]
    known = [name for name in FAVOURITES if name in changing]
    chosen = known + [name for name in changing if name not in known]
    return [(name, everywhere[name]) for name in chosen[:MOST_PANELS]]


def save_curves(directories, path, wanted):
    tables = [read_curves(directory) for directory in directories]
    first = [next(iter(table)) for table in tables]
    if len(set(first)) > 1:
        raise RunError(f"The runs cannot be compared: one is over {first[0]}, another over "
                       f"{next(name for name in first if name != first[0])}.")
    quantities = chosen_quantities(tables, wanted, directories)
    if not quantities:
        raise RunError("The runs have no columns that change, or only one row each.")
    unit = tables[0][first[0]][0]
    factor = 1.0
    if first[0] == "time" and unit == "us":
        factor, unit = run_reader.time_scale(max(np.nanmax(table["time"][1]) for table in tables))
    columns = min(3, len(quantities))
    rows = -(-len(quantities) // columns)
    figure, grid = plt.subplots(rows, columns, squeeze=False, figsize=(4.1 * columns, 3.0 * rows + 0.8))
    for axes, (name, its_unit) in zip(grid.flat, quantities):
        for k, table in enumerate(tables):
            if name not in table:
                continue
            values = table[name][1]
            if name == "neck radius":  # before the fusion there is no neck
                values = np.where(values > 0, values, np.nan)
            few = np.count_nonzero(np.isfinite(values)) <= 30
            axes.plot(table[first[0]][1] * factor, values, marker="os^Dvx"[k % 6] if few else None,
                      markersize=3.5, **style(k))
        axes.set_xlabel(axis_label(first[0], unit))
        axes.set_ylabel(axis_label(name, its_unit))
        axes.set_title(name[0].upper() + name[1:], loc="left")
    for axes in list(grid.flat)[len(quantities):]:
        axes.set_axis_off()
    handles = [plt.Line2D([], [], **style(k)) for k in range(len(tables))]
    names = names_of(directories)
    per_row = 1 if max(map(len, names)) > 45 * columns / 2 else 2
    legend = figure.legend(handles, names, loc="upper center", ncol=per_row, fontsize="small")
    legend_height = legend.get_window_extent().height / figure.dpi + 0.1  # inches
    height = 3.0 * rows + legend_height
    figure.set_size_inches(4.1 * columns, height)
    figure.tight_layout(rect=(0, 0, 1, 1 - legend_height / height))
    figure.savefig(path)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description="Put several runs into one picture.")
    parser.add_argument("directories", metavar="DIR", nargs="+", help="output directories of runs")
    parser.add_argument("--output", metavar="FILE",
                        help="the picture to write, .png or .pdf (default: comparison.png beside the first run)")
    parser.add_argument("--quantity", metavar="NAME", action="append",
                        help="draw this column, such as \"neck radius\"; may be repeated")
    parser.add_argument("--assays", action="store_true",
                        help="what lipid-mixing assays show, side by side")
    parser.add_argument("--barriers", action="store_true",
                        help="barriers of fusion pathways over spontaneous curvature and tension")
    arguments = parser.parse_args()
    directories = arguments.directories
    path = arguments.output or os.path.join(os.path.dirname(os.path.normpath(directories[0])), "comparison.png")
    for directory in directories:
        run_reader.require_directory(directory)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if arguments.assays:
            plot_lipid_mixing.save(
                [(directory, run_reader.read_statistics(directory)) for directory in directories], path)
        elif arguments.barriers:
            plot_pathway.save_map([read_barriers(directory) for directory in directories], path)
        elif all(os.path.isfile(os.path.join(directory, "pathway.csv")) for directory in directories):
            plot_pathway.save([plot_pathway.read(directory) for directory in directories], path)
        else:
            save_curves(directories, path, arguments.quantity)
    except (OSError, ValueError) as error:
        raise RunError(f"The picture '{path}' cannot be written ({error}).") from None
    print(path)
