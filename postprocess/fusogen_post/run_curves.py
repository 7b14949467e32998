# SPDX-License-Identifier: LGPL-2.1-or-later
"""The curves of a run: which columns belong together, over which axis, and how they are drawn."""

import os
import re

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import run_reader
from .figure_style import STYLES, axis_label, plt


class Abscissa:
    """The quantity along the horizontal axis of all plots of a table."""

    def __init__(self, table):
        if "time" in table:
            name, (unit, values) = "time", table["time"]
        else:
            name = next(iter(table))
            unit, values = table[name]
        self.name = name
        self.is_time = name == "time"
        if self.is_time and unit == "us" and np.any(np.isfinite(values)):
            factor, unit = run_reader.time_scale(np.nanmax(values))
            values = values * factor
        self.values = values
        self.label = axis_label(name, unit)
        # Logarithmic axes count from the opening of the pore, if there is one.
        self.origin = self._last_closed(table) if self.is_time else None
        self.since = values - (self.origin or 0.0)
        self.log_label = self.label
        if self.origin is not None:
            self.log_label = self.label.replace("time", "time since the pore opened", 1)
        positive = self.since[np.isfinite(self.since) & (self.since > 0)]
        # a logarithmic axis tells more if times spread over two decades
        self.log_is_useful = (
            self.is_time and len(positive) > 3 and positive[-1] > 100 * positive[0]
        )

    def _last_closed(self, table):
        """The last time before the pore opens; None without such a time."""
        if "neck radius" not in table:
            return None
        radius = table["neck radius"][1]
        is_open = np.isfinite(radius) & (radius > 0)
        if not is_open.any() or is_open[0]:
            return None
        return self.values[np.argmax(is_open) - 1]

    def log_tells_more(self, columns):
        """Whether most of the change happens in a small part of the time."""
        if not self.log_is_useful:
            return False
        for name, unit, values in columns:
            good = np.isfinite(values) & np.isfinite(self.values)
            change = np.cumsum(np.abs(np.diff(values[good])))
            if len(change) and change[-1] > 0:
                half = self.values[good][1:][np.searchsorted(change, 0.5 * change[-1])]
                if half - self.values[0] < 0.06 * (self.values[-1] - self.values[0]):
                    return True
        return False


def has_data(values):
    return np.any(np.isfinite(values))


def draw_lines(axes, x, columns, log_x=False):
    """Draw columns [(name, unit, values)] of one unit into axes."""
    for k, (name, unit, values) in enumerate(columns):
        few = np.count_nonzero(np.isfinite(values)) <= 30
        abscissa = x.since if log_x else x.values
        mask = abscissa > 0 if log_x else np.ones(len(values), dtype=bool)
        axes.plot(
            abscissa[mask],
            values[mask],
            label=name,
            marker="os^Dvx"[k % 6] if few else None,
            markersize=3.5,
            **STYLES[k % len(STYLES)],
        )
    if log_x:
        axes.set_xscale("log")
    axes.set_xlabel(x.log_label if log_x else x.label)
    if len(columns) == 1:
        axes.set_ylabel(axis_label(*columns[0][:2]))
    else:
        common = shared_word([name for name, unit, values in columns])
        axes.set_ylabel(axis_label(common, columns[0][1]))
        axes.legend(loc="best", fontsize="small")
    flat_guard(axes, columns)


def shared_word(names):
    """A word that all names end with ('bending energy', 'total energy')."""
    last = {name.split()[-1] for name in names}
    return last.pop() if len(last) == 1 else ""


def flat_guard(axes, columns):
    """Do not blow up rounding noise of columns that do not change."""
    values = np.concatenate([column[2] for column in columns])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return
    low, high = values.min(), values.max()
    size = max(abs(low), abs(high))
    if axes.get_yscale() == "linear" and high - low < 1e-9 * max(size, 1e-300):
        margin = 0.05 * size if size > 0 else 1.0
        axes.set_ylim(low - margin, high + margin)
    if axes.get_yscale() == "linear":
        axes.ticklabel_format(axis="y", useOffset=False)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6))


class Plot:
    """One subject: a name for the file, a title and ways to draw it.

    'variants' are functions of axes; the overview shows the one numbered
    'favourite'.
    """

    def __init__(self, name, title, variants, favourite=0):
        self.name = name
        self.title = title
        self.variants = variants
        self.favourite = favourite


def over_time(name, title, x, columns, log_y=False):
    """A plot over time, and over the logarithm of time if that is useful."""
    variants = linear_and_log(x, columns, log_y)
    return Plot(name, title, variants, 1 if x.log_tells_more(columns) else 0)


def linear_and_log(x, columns, log_y=False):
    """Draw functions: over time, and over the logarithm of time if useful."""

    def linear(axes):
        draw_lines(axes, x, columns)
        if log_y:
            axes.set_yscale("log")
        if x.origin is not None:
            axes.axvline(x.origin, color="0.45", linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
            axes.annotate(
                "pore opens",
                (x.origin, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, 0),
                textcoords="offset points",
                fontsize="x-small",
                color="0.35",
                va="bottom",
                ha="center",
            )

    def logarithmic(axes):
        draw_lines(axes, x, columns, log_x=True)
        if log_y:
            axes.set_yscale("log")

    return [linear, logarithmic] if x.log_is_useful else [linear]


def wide_range(columns):
    """Whether all values are positive and spread over more than two decades."""
    values = np.concatenate([column[2] for column in columns])
    values = values[np.isfinite(values)]
    return len(values) > 0 and values.min() > 0 and values.max() > 100 * values.min()


def pick(table, used, test):
    """Columns with data for which test(name, unit) holds, not used before."""
    found = []
    for name, (unit, values) in table.items():
        if name not in used and test(name, unit) and has_data(values):
            found.append((name, unit, values))
    used.update(name for name, unit, values in found)
    return found


def by_unit(columns):
    """Group columns by their unit, in the order of appearance."""
    groups = {}
    for column in columns:
        groups.setdefault(column[1], []).append(column)
    return list(groups.values())


def relative_change(x, columns):
    def draw(axes):
        changes = []
        for name, unit, values in columns:
            finite = values[np.isfinite(values)]
            if len(finite) and finite[0] != 0:
                changes.append((name, "%", 100 * (values / finite[0] - 1)))
        draw_lines(axes, x, changes)
        axes.set_ylabel("change since the start (%)")
        if len(changes) == 1:
            axes.legend([changes[0][0]], fontsize="small")

    return draw


def convergence(x, columns):
    """The distance of energies from their last value, on a logarithmic axis."""

    def draw(axes):
        for k, (name, unit, values) in enumerate(columns):
            last = values[np.isfinite(values)][-1]
            gap = np.abs(values - last)
            gap[gap == 0] = np.nan
            axes.plot(x.values, gap, label=name, **STYLES[k % len(STYLES)])
        axes.set_yscale("log")
        axes.set_xlabel(x.label)
        axes.set_ylabel(axis_label("distance from the last value", columns[0][1]))
        axes.legend(fontsize="small")

    return draw


def ledger_check(time, energy, power):
    """Energy lost since the start beside the dissipated power added up."""
    # the power of a line belongs to the step that ends there
    dissipated = np.cumsum(np.nan_to_num(power[2][1:]) * np.diff(time))
    return [
        ("lost energy", energy[1], energy[2][0] - energy[2]),
        ("dissipated energy", energy[1], np.append(0.0, dissipated)),
    ]


# Columns of statistics.csv that lipid-mixing assays would show, and how plots call them.
MOVED = {
    "lipid mixing outer leaflet": "lipid, outer leaflet",
    "lipid mixing inner leaflet": "lipid, inner leaflet",
}
ASSAYS = {
    "R18 dequenching": "R18",
    "RET lipid mixing": "RET",
    "RET lipid mixing inner leaflet": "RET, inner leaflet",
    "TIRF intensity": "TIRF",
}


def in_percent(columns, names):
    """Fractions and percentages [(name, unit, values)] in percent, called as 'names' says."""
    return [
        (names[name], "%", values if unit == "%" else 100 * values)
        for name, unit, values in columns
    ]


def numbered(name, k):
    return name if k == 0 else f"{name}_{k + 1}"


def plots_of_statistics(table):
    """The plots for which statistics.csv has columns."""
    x = Abscissa(table)
    used = {x.name}
    is_fusion = "neck radius" in table
    plots = []

    neck = pick(table, used, lambda name, unit: name == "neck radius")
    if neck and np.nanmax(neck[0][2]) > 0:
        # before fusion there is no neck: a gap in the curve, not a zero
        name, unit, values = neck[0]
        neck = [(name, unit, np.where(values > 0, values, np.nan))]
        plots.append(over_time("neck_radius", "Neck radius", x, neck))

    # entropies of thousands of lipids, which would dwarf the others
    mixing = pick(table, used, lambda name, unit: name == "mixing energy")
    energies = pick(table, used, lambda name, unit: "energy" in name and unit == "kT"
                    and "dissipat" not in name and "ledger" not in name)
    if energies:
        plots.append(over_time("energy", "Energies", x, energies))
        total = [column for column in energies if column[0] in ("bending energy", "total energy")]
        total = [c for c in total or energies if np.nanmax(c[2]) > np.nanmin(c[2])]
        if not is_fusion and total:
            plots.append(Plot("energy_convergence", "Convergence of the energy",
                              [convergence(x, total)]))

    powers = pick(table, used, lambda name, unit: unit == "kT/us" or "power" in name)
    for k, group in enumerate(by_unit(powers)):
        plots.append(over_time(numbered("power", k), "Power", x, group, wide_range(group)))

    ledger = pick(table, used, lambda name, unit: re.search("ledger|dissipat|work|heat", name))
    for k, group in enumerate(by_unit(ledger)):
        title = "Energy ledger" if k == 0 else "Energy ledger (relative)"
        plots.append(over_time(numbered("ledger", k), title, x, group))
    # motors burn ATP, which no ledger of the membrane has
    driven = "distance along track" in table
    if not ledger and not driven and x.is_time and table["time"][0] == "us":
        energy = [c for c in energies if c[0] == "total energy"]
        power = [c for c in powers if c[0] == "dissipated power" and c[1] == "kT/us"]
        if energy and power and len(x.values) > 1 and np.isfinite(energy[0][2][0]):
            ledger = ledger_check(table["time"][1], energy[0], power[0])
            plots.append(over_time("ledger", "Energy ledger", x, ledger))

    names = {**MOVED, **ASSAYS}
    signals = in_percent(pick(table, used, lambda name, unit: name in names), names)
    if signals:
        plots.append(over_time("lipid_mixing_assays", "Lipid-mixing assays", x, signals))
    if mixing and np.nanmax(mixing[0][2]) > np.nanmin(mixing[0][2]):
        plots.append(over_time("mixing_energy", "Free energy of mixing", x, mixing))
    lipids = pick(table, used, lambda name, unit: "lipid" in name)
    for k, group in enumerate(by_unit(lipids)):
        plots.append(over_time(numbered("lipid_mixing", k), "Lipid mixing", x, group))
    cargo = pick(table, used, lambda name, unit: "cargo" in name)
    for k, group in enumerate(by_unit(cargo)):
        plots.append(over_time(numbered("cargo", k), "Cargo", x, group))

    size = pick(table, used, lambda name, unit: name in ("area", "volume"))
    if size:
        variants = [relative_change(x, size)]
        for column in size:
            variants += linear_and_log(x, [column])[:1]
        title = "Area and volume" if len(size) == 2 else size[0][0].capitalize()
        plots.append(Plot("area_volume", title, variants))

    step = pick(table, used, lambda name, unit: name == "time step")
    if step:
        positive = np.nanmin(step[0][2]) > 0
        plots.append(over_time("time_step", "Time step", x, step, positive))

    travelled = pick(table, used, lambda name, unit: name == "distance along track")
    if travelled:
        plots.append(over_time("distance_along_track", "Distance along the track", x, travelled))
    bound = pick(table, used, lambda name, unit: name in ("kinesins bound", "dyneins bound"))
    if bound:
        plots.append(over_time("motors_bound", "Bound motors", x, bound))

    # whatever else the run has written, so that no column goes unseen
    rest = pick(table, used, lambda name, unit: True)
    if rest:
        variants = []
        for group in by_unit(rest):
            if group[0][1]:
                variants += linear_and_log(x, group)[:1]
            else:  # pure numbers may be anything: an axis for each
                variants += [linear_and_log(x, [column])[0] for column in group]
        plots.append(Plot("further_columns", "Further columns", variants))
    return plots


def plots_of_curve(table):
    """The columns of curve.csv against its first one."""
    first = next(iter(table))
    x = Abscissa({first: table[first]})
    plots = []
    for group in by_unit(pick(table, {first}, lambda name, unit: True)):
        shown = group[0][0] if len(group) == 1 else shared_word([c[0] for c in group]) or "curves"
        title = f"{shown[0].upper()}{shown[1:]} against {first}"
        plots.append(over_time(numbered("curve", len(plots)), title, x, group))
    return plots


def save_single(plot, title, folder):
    n = len(plot.variants)
    columns = min(n, 3)
    rows = -(-n // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(0.6 + 4.4 * columns, 0.5 + 3.1 * rows), squeeze=False,
        constrained_layout=True,
    )
    for axes, draw in zip(grid.flat, plot.variants):
        draw(axes)
    for axes in list(grid.flat)[n:]:
        axes.set_axis_off()
    figure.suptitle(f"{plot.title}  –  {title}", fontsize=10)
    path = os.path.join(folder, plot.name + ".png")
    figure.savefig(path)
    plt.close(figure)
    return path


def save_overview(plots, title, folder, name="overview", endings=(".png", ".pdf")):
    panels = []
    for plot in plots:
        shown = plot.variants if plot.name == "neck_radius" else [plot.variants[plot.favourite]]
        panels += [(plot.title, draw) for draw in shown]
    panels = panels[:15]
    columns = 1 if len(panels) == 1 else 2 if len(panels) <= 4 else 3
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(4.1 * columns, 0.6 + 2.9 * rows), squeeze=False,
        constrained_layout=True,
    )
    for axes, (subject, draw) in zip(grid.flat, panels):
        draw(axes)
        axes.set_title(subject, loc="left", pad=12)
    for axes in list(grid.flat)[len(panels):]:
        axes.set_axis_off()
    figure.suptitle(title, fontsize=12)
    paths = [os.path.join(folder, name + ending) for ending in endings]
    for path in paths:
        figure.savefig(path)
    plt.close(figure)
    return paths
