# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables and plots of all runs of a sweep."""

import os
import re
import sqlite3

import numpy as np
import pandas

from . import program as fusogen
from . import run_reader
from .figure_style import STYLES, axis_label, plt

# Shown first when the sweep file names no observables, in this order; errors and counters never.
FAVOURITES = (
    "final time", "neck radius", "pore energy", "force", "stalk barrier", "hemifusion barrier",
    "pore barrier", "mean run length", "run length", "stall force", "cargo released",
    "vesicle lipid transferred", "bending energy", "total energy",
)
DULL = re.compile(r"error|steps|ledger|runs")
MOST_PLOTS = 8
MOST_PANELS = 12

# how outcomes are told apart, in print without colours too
MARKERS = "os^Dv*Ph"
NOT_DONE = {"failed": "x", "stopped": "+", "running": "1", "waiting": "."}


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def table_of_runs(sweep, states):
    """A row a run, and the units of the observables."""
    rows, units = [], {}
    for run in sweep.file.runs:
        state = states[run.name]
        row = {"run": run.name, "state": state["state"]}
        for name, text in run.values.items():
            value = number(text)
            row[sweep.file.label(name)] = text if value is None else value
        summary = {}
        if state["state"] == "done":
            try:
                summary = run_reader.read_summary(sweep.run_folder(run))
            except run_reader.RunError as error:
                state["sentence"] = str(error)
        row["outcome"] = run_reader.outcome(summary)
        row["sentence"] = state.get("sentence", "")
        row["wall time [s]"] = state["wall seconds"] if state["attempts"] else None
        for name, (value, unit) in summary.items():
            if name != "outcome" and (value is None or isinstance(value, (int, float))):
                row[f"{name} [{unit}]"] = value
                units[name] = unit
        rows.append(row)
    return pandas.DataFrame(rows), units


def write_tables(sweep, states):
    """summary.csv and sweep.sqlite; returns their names."""
    table, units = table_of_runs(sweep, states)
    csv, base = sweep.path("summary.csv"), sweep.path("sweep.sqlite")
    table.to_csv(csv + ".tmp", index=False, float_format="%.12g")
    os.replace(csv + ".tmp", csv)

    if os.path.exists(base + ".tmp"):
        os.remove(base + ".tmp")
    connection = sqlite3.connect(base + ".tmp")
    with connection:
        # as in the CSV file, and the same numbers one a row, which is easier to ask for
        table.to_sql("runs", connection, index=False)
        parameters = [(run.name, name, value, sweep.file.units[name])
                      for run in sweep.file.runs for name, value in run.settings.items()]
        pandas.DataFrame(parameters, columns=["run", "parameter", "value", "unit"]).to_sql(
            "parameters", connection, index=False)
        observables = [(row["run"], name, row[f"{name} [{unit}]"], unit)
                       for _, row in table.iterrows() for name, unit in units.items()
                       if row["state"] == "done"]
        pandas.DataFrame(observables, columns=["run", "observable", "value", "unit"]).to_sql(
            "observables", connection, index=False)
        about = [("program", fusogen.version(sweep.program)), ("parameter file", sweep.file.parameter_file),
                 ("SHA-256 of the parameter file", sweep.file.digest)]
        pandas.DataFrame(about, columns=["name", "value"]).to_sql("sweep", connection, index=False)
    connection.close()
    os.replace(base + ".tmp", base)
    return [csv, base]


# --- plots ------------------------------------------------------------------


class Varied:
    """An axis of the sweep in plots: the values as numbers or as texts, and a label."""

    def __init__(self, file, axis):
        name = axis.names[0]
        self.column = file.label(name)
        short = file.short_name(name).replace("/", " ")
        self.label = axis_label(short if short[1:2].isupper() else short.lower(), file.units[name])
        texts = [texts[0] for texts in axis.values]
        numbers = [number(text) for text in texts]
        self.is_number = None not in numbers
        # numbers in their order, other values in that of the file
        self.values = sorted(set(numbers)) if self.is_number else list(dict.fromkeys(texts))
        self.texts = [f"{value:g}" if self.is_number else value for value in self.values]
        positive = self.is_number and self.values[0] > 0
        self.log = bool(positive and len(self.values) > 2 and self.values[-1] >= 20 * self.values[0])

    def place(self, value):
        return self.values.index(value)

    def abscissa(self):
        return self.values if self.is_number else list(range(len(self.values)))


def chosen_observables(sweep, table, units):
    """The observables to plot: those of the sweep file, or such as differ from run to run."""
    wanted = sweep.file.observables
    done = table[table["state"] == "done"]
    if wanted:
        for name in wanted:
            if name not in units and len(done):
                raise run_reader.RunError(
                    f"No run has the observable '{name}' of [plot]; there are: {', '.join(units)}.")
        return [name for name in wanted if name in units]
    differing = []
    for name, unit in units.items():
        values = done[f"{name} [{unit}]"].astype(float)
        values = values[np.isfinite(values)]
        if not DULL.search(name) and len(values) > 1 and np.ptp(values) > 1e-6 * np.abs(values).max():
            differing.append(name)
    known = [name for name in FAVOURITES if name in differing]
    return (known + [name for name in differing if name not in known])[:MOST_PLOTS]


def panels_of(table, further):
    """The parts of the table for each combination of further varied parameters, with titles."""
    if not further:
        return [("", table)]
    parts = []
    keys = [axis.column for axis in further]
    for values, part in table.groupby(keys if len(keys) > 1 else keys[0], sort=False):
        values = values if isinstance(values, tuple) else (values,)
        title = ", ".join(f"{axis.label}: {axis.texts[axis.place(value)]}"
                          for axis, value in zip(further, values))
        parts.append((title, part))
    return parts[:MOST_PANELS]


def set_ticks(axes, x, y):
    axes.set_xticks(range(len(x.values)))
    axes.set_xticklabels(x.texts, rotation=90 if max(map(len, x.texts)) > 5 else 0)
    axes.set_yticks(range(len(y.values)))
    axes.set_yticklabels(y.texts)
    axes.set_xlabel(x.label)
    axes.set_ylabel(y.label)
    axes.set_xlim(-0.5, len(x.values) - 0.5)
    axes.set_ylim(-0.5, len(y.values) - 0.5)
    axes.grid(False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)


def cells(part, x, y):
    """{(row, column): the runs there} of a map."""
    return {(y.place(b), x.place(a)): runs
            for (a, b), runs in part.groupby([x.column, y.column], sort=False)}


def looks(kinds):
    """{outcome or state: (colour of the cell, marker, colour of the marker, its inside)}."""
    ends = [kind for kind in kinds if kind not in NOT_DONE]
    found = {kind: ("white", marker, "black", "black") for kind, marker in NOT_DONE.items()}
    for k, kind in enumerate(ends):
        shade = plt.get_cmap("cividis")(0.15 + 0.85 * k / max(1, len(ends) - 1))
        bright = np.dot(shade[:3], (0.3, 0.6, 0.1)) > 0.5
        found[kind] = (shade, MARKERS[k % len(MARKERS)], "black" if bright else "white", "none")
    return found


def draw_outcomes(axes, part, x, y, kinds):
    """A map of outcomes; where repeats end differently, the most frequent one and its share."""
    for (row, column), runs in cells(part, x, y).items():
        counts = runs["kind"].value_counts()
        face, marker, ink, inside = looks(kinds)[counts.index[0]]
        axes.add_patch(plt.Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=face, edgecolor="white"))
        axes.plot(column, row, marker, color=ink, markersize=7, markerfacecolor=inside)
        if len(counts) > 1:
            axes.annotate(f"{100 * counts.iloc[0] / len(runs):.0f} %", (column, row), xytext=(0, -12),
                          textcoords="offset points", ha="center", fontsize="xx-small", color=ink)
    set_ticks(axes, x, y)


def outcome_legend(figure, kinds):
    handles = []
    for kind in kinds:
        face, marker, ink, inside = looks(kinds)[kind]
        handles.append((
            plt.Rectangle((0, 0), 1, 1, facecolor=face, edgecolor="0.5"),
            plt.Line2D([], [], linestyle="none", marker=marker, color=ink, markerfacecolor=inside),
        ))
    figure.legend(handles, kinds, loc="lower center", ncol=min(4, len(kinds)), handlelength=2.2,
                  handleheight=1.4, fontsize="small")


def draw_values(figure, axes, part, x, y, column, limits, label):
    """A map of an observable, with its numbers in the cells."""
    grid = np.full((len(y.values), len(x.values)), np.nan)
    for place, runs in cells(part, x, y).items():
        values = runs[column].astype(float).to_numpy()
        if np.isfinite(values).any():
            grid[place] = np.nanmean(values)
    low, high = limits
    image = axes.imshow(np.ma.masked_invalid(grid), cmap="cividis", origin="lower", aspect="auto",
                        vmin=low, vmax=high if high > low else low + 1)
    few = grid.size <= 100
    for (row, place), value in np.ndenumerate(grid):
        if not np.isfinite(value):
            axes.plot(place, row, "x", color="0.4")
        elif few:
            bright = (value - low) > 0.5 * (high - low) if high > low else False
            axes.text(place, row, f"{value:.3g}", ha="center", va="center", fontsize="x-small",
                      color="black" if bright else "white")
    set_ticks(axes, x, y)
    figure.colorbar(image, ax=axes, label=label)


def draw_curves(axes, part, x, y, column, label):
    """The observable over x, a line for each y; with repeats the mean and its standard error."""
    lines = [(None, part)] if y is None else [(value, part[part[y.column] == value]) for value in y.values]
    # more lines than styles: the shades of one colour map, which are in order of brightness
    shades = plt.get_cmap("cividis")(np.linspace(0.0, 0.8, len(lines)))
    for k, (value, runs) in enumerate(lines):
        points = []
        for at, value_x in zip(x.abscissa(), x.values):
            values = runs[runs[x.column] == value_x][column].astype(float).to_numpy()
            values = values[np.isfinite(values)]
            if len(values):
                error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
                points.append((at, values.mean(), error))
        if not points:
            continue
        at, mean, error = np.transpose(points)
        style = dict(STYLES[k % len(STYLES)])
        style["color"] = shades[k]
        axes.errorbar(at, mean, error if error.any() else None, marker=MARKERS[k % len(MARKERS)],
                      markersize=4, capsize=2, label=None if y is None else y.texts[y.place(value)], **style)
    axes.set_xlabel(x.label)
    axes.set_ylabel(label)
    if not x.is_number:
        axes.set_xticks(x.abscissa())
        axes.set_xticklabels(x.texts)
    elif x.log:
        axes.set_xscale("log")
        if len(x.values) <= 8:
            axes.set_xticks(x.values)
            axes.set_xticklabels(x.texts)
            axes.minorticks_off()
    if y is not None:
        axes.legend(title=y.label, fontsize="x-small", title_fontsize="x-small")


def write_plots(sweep, states):
    """Plots in DIR/plots; returns the path of the first one, if there are any."""
    table, units = table_of_runs(sweep, states)
    table["kind"] = np.where(table["state"] == "done", table["outcome"], table["state"])
    # several seeds are repeats of one point; an axis with a single value is none
    axes_of_sweep = [Varied(sweep.file, axis) for axis in sweep.file.axes
                     if axis.names[0] != sweep.file.seed and len(axis.values) > 1]
    if not axes_of_sweep or not (table["state"] == "done").any():
        return []
    x, y = axes_of_sweep[0], axes_of_sweep[1] if len(axes_of_sweep) > 1 else None
    panels = panels_of(table, axes_of_sweep[2:])
    folder = sweep.path("plots")
    os.makedirs(folder, exist_ok=True)
    written = []

    def save(figure, name):
        path = os.path.join(folder, re.sub(r"[^A-Za-z0-9]+", "_", name) + ".png")
        figure.savefig(path)
        plt.close(figure)
        written.append(path)

    if y is not None:
        order = table["kind"].value_counts().index.tolist()
        kinds = sorted((kind for kind in order if kind not in NOT_DONE)) + [
            kind for kind in NOT_DONE if kind in order]
        columns = min(3, len(panels))
        rows = -(-len(panels) // columns)
        figure, grid = plt.subplots(rows, columns, squeeze=False, figsize=(4.6 * columns, 3.9 * rows + 0.6))
        for axes, (title, part) in zip(grid.flat, panels):
            draw_outcomes(axes, part, x, y, kinds)
            axes.set_title(title)
        for axes in list(grid.flat)[len(panels):]:
            axes.set_axis_off()
        figure.suptitle(os.path.basename(os.path.abspath(sweep.directory)) + ": outcome")
        figure.tight_layout(rect=(0, 0.35 * -(-len(kinds) // 4) / (3.9 * rows + 0.6), 1, 1))
        outcome_legend(figure, kinds)
        save(figure, "outcome")

    for name in chosen_observables(sweep, table, units):
        column, label = f"{name} [{units[name]}]", axis_label(name, units[name])
        values = table[column].astype(float)
        limits = (values.min(), values.max())
        width = 1 if y is None else 2
        figure, grid = plt.subplots(len(panels), width, squeeze=False, constrained_layout=True,
                                    figsize=(4.6 * width, 3.4 * len(panels)))
        for row, (title, part) in zip(grid, panels):
            draw_curves(row[0], part, x, y, column, label)
            row[0].set_title(title)
            if y is not None:
                draw_values(figure, row[1], part, x, y, column, limits, label)
        save(figure, name)
    return written[:1]
