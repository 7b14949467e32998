# SPDX-License-Identifier: LGPL-2.1-or-later
"""How all figures look, and how their axes and titles are written."""

import os
import re

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 (after the choice of what draws)

from . import run_reader  # noqa: E402

# Colours that also differ in lightness, each with its own line style, so that
# a print in grey stays readable.
STYLES = [
    dict(color="#1f3b5c", linestyle="-"),
    dict(color="#e07b1a", linestyle=(0, (6, 2))),
    dict(color="#4f8f6b", linestyle=(0, (4, 1.5, 1, 1.5))),
    dict(color="#a0a0a0", linestyle="-"),
    dict(color="#8c3b3b", linestyle=(0, (1, 1.2))),
    dict(color="#7da7d9", linestyle=(0, (8, 1.5, 1, 1.5, 1, 1.5))),
]

matplotlib.rcParams.update(
    {
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#e4e4e4",
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.6,
        "legend.frameon": False,
        "legend.handlelength": 3.2,
        "savefig.dpi": 160,
    }
)


def pretty_unit(unit):
    """'kT/us' -> '$k_BT$/µs', 'nm^2' -> 'nm²', '' -> ''."""
    unit = re.sub(r"\bkT\b", r"$k_{\\mathrm{B}}T$", unit)
    unit = re.sub(r"\bu([sM])\b", r"µ\1", unit)
    return unit.replace("^2", "²").replace("^3", "³").replace("^4", "⁴")


def axis_label(name, unit):
    """The label of an axis: 'neck radius (nm)'."""
    return f"{name} ({pretty_unit(unit)})" if name and unit else name or pretty_unit(unit)


def run_title(directory, summary, in_progress_note="no outcome yet"):
    name = os.path.basename(os.path.abspath(directory))
    return f"{name}: {run_reader.outcome(summary) or in_progress_note}"
