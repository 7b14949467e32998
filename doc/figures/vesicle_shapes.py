#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bending energy of prolates, oblates and stomatocytes over the reduced volume, and their meridians.

    vesicle_shapes.py [--program fusogen] [--runs DIR] [--picture FILE]

runs fusogen for each shape and volume, unless DIR has the run already, and draws the figure of the
cookbook's page on equilibrium shapes.
"""

import argparse
import json
import math
import os
import subprocess
import xml.etree.ElementTree

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import vtkmodules.vtkIOXML as io
from vtkmodules.util.numpy_support import vtk_to_numpy

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
VOLUMES = {
    "prolate": [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95],
    "oblate": [0.52, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95],
    "stomatocyte": [0.4, 0.45, 0.5, 0.55, 0.6, 0.65],
}
DRAWN = {"prolate": 0.7, "oblate": 0.6, "stomatocyte": 0.5}
LINES = {"prolate": "o-", "oblate": "s--", "stomatocyte": "^:"}
SPHERE = 8.0 * math.pi * 20.0  # [kT] for kappa = 20 kT


def compute(program, directory, shape, volume):
    folder = os.path.join(directory, f"{shape}_{volume}")
    summary = os.path.join(folder, "summary.json")
    if not os.path.exists(summary):
        file = os.path.join(SOURCE, "parameter_files", "vesicle_equilibrium.prm")
        assignments = [f"Vesicle/Initial shape={shape}", f"Vesicle/Reduced volume={volume}"]
        words = [word for a in assignments for word in ("--set", a)]
        subprocess.run([program, file, *words, "--output", folder, "--quiet"], check=True)
    with open(summary, encoding="utf-8") as stream:
        values = json.load(stream)
    if values["outcome"] != "equilibrium":
        raise RuntimeError(f"{folder} did not come to rest")
    return folder, values["bending energy"]["value"] / SPHERE


def meridian(folder):
    """The last meridian: an array of points (r, 0, z) for each cell."""
    last = list(xml.etree.ElementTree.parse(os.path.join(folder, "meridian.pvd")).iter("DataSet"))[-1]
    reader = io.vtkXMLUnstructuredGridReader()
    reader.SetFileName(os.path.join(folder, last.get("file")))
    reader.Update()
    grid = reader.GetOutput()
    points = vtk_to_numpy(grid.GetPoints().GetData())
    pieces = []
    for c in range(grid.GetNumberOfCells()):
        ids = grid.GetCell(c).GetPointIds()
        ends = [ids.GetId(0), ids.GetId(1)]
        between = [ids.GetId(k) for k in range(2, ids.GetNumberOfIds())]
        pieces.append(points[[ends[0], *between, ends[1]]])
    return pieces


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.path.join(SOURCE, "build", "fusogen"))
    parser.add_argument("--runs", default=os.path.join("results", "vesicle_shapes"))
    parser.add_argument("--picture", default=os.path.join("results", "vesicle_shapes.png"))
    arguments = parser.parse_args()
    os.makedirs(arguments.runs, exist_ok=True)

    figure, axes = plt.subplots(figsize=(7.2, 4.2), constrained_layout=True)
    colours = plt.cm.cividis([0.0, 0.45, 0.8])
    for colour, (shape, volumes) in zip(colours, VOLUMES.items()):
        energies = []
        for volume in volumes:
            folder, energy = compute(arguments.program, arguments.runs, shape, volume)
            energies.append(energy)
        axes.plot(volumes, energies, LINES[shape], color=colour, label=shape, ms=5)
    axes.plot([1.0], [1.0], "k*", ms=9, label="sphere")
    axes.set_xlabel("reduced volume")
    axes.set_ylabel("bending energy / 8πκ")
    axes.set_xlim(0.38, 1.02)
    axes.set_ylim(0.9, 2.95)
    axes.legend(frameon=False, loc="lower left")
    for k, (shape, volume) in enumerate(DRAWN.items()):
        folder, energy = compute(arguments.program, arguments.runs, shape, volume)
        inset = axes.inset_axes([0.5 + 0.16 * k, 0.56, 0.15, 0.36])
        for piece in meridian(folder):
            for sign in (1, -1):
                inset.plot(sign * piece[:, 0], piece[:, 2], color=colours[k], lw=1.5)
        inset.set_aspect("equal")
        inset.set_xlim(-32, 32)
        inset.set_ylim(-42, 42)
        inset.axis("off")
        inset.set_title(f"{shape}, {volume}", fontsize=8)
    os.makedirs(os.path.dirname(os.path.abspath(arguments.picture)), exist_ok=True)
    figure.savefig(arguments.picture, dpi=150)


if __name__ == "__main__":
    main()
