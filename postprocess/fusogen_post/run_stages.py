# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which times of a run to show, so that the shape changes by about the same from one to the next."""

import re

import numpy as np

from . import run_reader
from .membrane_surface import SURFACE_FIELDS, field, points_of, read_grid
from .run_reader import RunError


class Stage:
    """The shape at one time in a few numbers."""

    def __init__(self, time, files):
        self.time = time
        self.files = files
        grid = read_grid(files)
        points = points_of(grid)
        r = np.hypot(points[:, 0], points[:, 1])
        self.top = points[:, 2].max()
        self.bottom = points[:, 2].min()
        self.extent = r.max()
        self.rim = points[r > self.extent - 1e-3, 2].mean()
        # the thickest part of what bulges out over the plasma membrane
        above = points[:, 2] > 0.4 * self.top
        self.bulge = r[above].max() if above.any() else 0.0
        outer = field(grid, SURFACE_FIELDS[0])
        orange = outer > 0.5 if outer is not None else np.zeros(len(r), dtype=bool)
        self.spread = r[orange].max() if orange.any() else 0.0
        self.neck = float("nan")
        self.is_open = None
        self.n_vesicles = 1
        self.is_bud = False
        self.energy = float("nan")


def add_statistics(stages, directory):
    """Neck radius and energy at the times of the pictures, if known."""
    try:
        table = run_reader.read_statistics(directory)
    except RunError:
        return
    if "time" not in table:
        return
    time = table["time"][1]
    for k, stage in enumerate(stages):
        nearest = np.flatnonzero(np.abs(time - stage.time) <= np.nanmin(np.abs(time - stage.time)))
        # the first of two surfaces at one time goes with the first line of that time
        is_later = k > 0 and stages[k - 1].time == stage.time
        line = nearest[-1 if is_later or k + 1 == len(stages) or stages[k + 1].time != stage.time else 0]
        # with several vesicles, of the widest neck
        radii = [column[1][line] for name, column in table.items() if re.fullmatch(r"neck radius( \d+)?", name)]
        stage.n_vesicles = len(radii)
        if radii:
            radius = max(radii)
            stage.is_open = bool(np.isfinite(radius) and radius > 0)
            stage.neck = radius if stage.is_open else float("nan")
        stage.is_bud = "coat area" in table
        for name in ("total energy", "bending energy"):
            if name in table and np.isfinite(table[name][1][line]):
                stage.energy = table[name][1][line]
                break


def vesicle_radius(stages):
    """An estimate from the highest shape."""
    height = max(stage.top - min(0.0, stage.bottom) for stage in stages)
    extent = max(stage.extent for stage in stages)
    return max(0.5 * height, extent / 20)


def progress(stages, radius):
    """The cumulated change of the shape from the first stage on."""
    neck = np.array([stage.neck if np.isfinite(stage.neck) else 0.0 for stage in stages])
    energy = np.array([stage.energy for stage in stages])
    finite = np.isfinite(energy)
    span = np.ptp(energy[finite]) if finite.any() else 0.0
    energy = np.where(finite, energy, 0.0) / span if span > 0 and finite.all() else 0 * neck
    measures = [
        np.array([stage.top for stage in stages]) / (2 * radius),
        np.minimum([stage.bulge for stage in stages], 2 * radius) / (2 * radius),
        np.minimum(neck, 2 * radius) / (2 * radius),
        0.5 * np.minimum([stage.spread for stage in stages], 3 * radius) / (2 * radius),
        0.3 * energy,
    ]
    steps = np.sqrt(sum(np.diff(measure) ** 2 for measure in measures))
    return np.concatenate([[0.0], np.cumsum(steps)])


def landmarks(stages):
    """Stages that must not be missed: first, last, before and after opening."""
    found = {0, len(stages) - 1}
    is_open = [stage.is_open for stage in stages]
    if True in is_open and False in is_open:
        first_open = is_open.index(True)
        if first_open > 0:
            found.update((first_open - 1, first_open))
    return sorted(found)


def choose(travelled, n, fixed):
    """Indices of n stages, spread evenly over the travelled shape change, with 'fixed'."""
    count = len(travelled)
    if count <= n:
        return list(range(count))
    chosen = set(fixed[:1] + fixed[-1:]) if n < len(fixed) else set(fixed)
    if travelled[-1] <= 0:  # nothing changes: spread over the stages
        travelled = np.arange(count, dtype=float)
    while len(chosen) < n:
        # bisect the widest gap that still has stages inside
        marks = sorted(chosen)
        gaps = [
            (travelled[b] - travelled[a], b - a, a, b) for a, b in zip(marks, marks[1:]) if b - a > 1
        ]
        if not gaps:
            break
        _, _, a, b = max(gaps)
        # not the middle, but the first of the even parts the gap is to be cut into
        left = n - len(chosen)
        total = sum(gap[0] for gap in gaps)
        parts = 2 if total <= 0 else max(2, int(round(left * (travelled[b] - travelled[a]) / total)) + 1)
        inner = np.arange(a + 1, b)
        goals = travelled[a] + (travelled[b] - travelled[a]) * np.arange(1, parts) / parts
        for goal in goals:
            if len(chosen) < n:
                chosen.add(int(inner[np.argmin(np.abs(travelled[inner] - goal))]))
    return sorted(chosen)
