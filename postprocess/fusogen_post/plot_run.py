# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plot the curves of a run: neck radius, energies, power, lipids, cargo, ...

    fusogen-plot DIR [--output FOLDER]

reads DIR/statistics.csv (and DIR/curve.csv, DIR/pathway.csv and
DIR/summary.json if they are there) and writes one picture per subject to
DIR/plots, and all of them in one overview as PNG and PDF. Subjects for which
the run has no columns are left out.
"""

import argparse
import os

from . import plot_pathway, run_reader
from .figure_style import run_title
from .run_curves import plots_of_curve, plots_of_statistics, save_overview, save_single
from .run_reader import RunError


def main():
    parser = argparse.ArgumentParser(
        description="Plot the curves of a run as PNG pictures, with an overview as PNG and PDF."
    )
    parser.add_argument("directory", metavar="DIR", help="the output directory of a run")
    parser.add_argument(
        "--output", metavar="FOLDER", help="where to write the pictures (default: DIR/plots)"
    )
    arguments = parser.parse_args()
    directory = arguments.directory
    run_reader.require_directory(directory)

    has_statistics = os.path.isfile(os.path.join(directory, "statistics.csv"))
    has_curve = os.path.isfile(os.path.join(directory, "curve.csv"))
    has_pathway = os.path.isfile(os.path.join(directory, "pathway.csv"))
    if not has_statistics and not has_curve and not has_pathway:
        raise RunError(f"There is no statistics.csv, curve.csv or pathway.csv in '{directory}'.")
    plots = []
    if has_curve:
        plots += plots_of_curve(run_reader.read_table(os.path.join(directory, "curve.csv")))
    if has_statistics:
        plots += plots_of_statistics(run_reader.read_statistics(directory))
    if not plots and not has_pathway:
        raise RunError(f"The tables in '{directory}' hold no numbers to plot.")
    summary = run_reader.read_summary(directory)

    folder = arguments.output or os.path.join(directory, "plots")
    try:
        os.makedirs(folder, exist_ok=True)
        title = run_title(directory, summary)
        paths = [save_single(plot, title, folder) for plot in plots]
        if plots:
            paths += save_overview(plots, title, folder)
        if has_pathway:
            name = "pathway" if plots else "overview"
            pictures = [os.path.join(folder, name + ending) for ending in (".png", ".pdf")]
            for picture in pictures:
                plot_pathway.save([plot_pathway.read(directory)], picture)
            paths += pictures
    except OSError as error:
        raise RunError(f"The pictures cannot be written to '{folder}' ({error}).") from None
    print(f"{len(paths)} pictures in {folder}; start with {paths[-2]}")
