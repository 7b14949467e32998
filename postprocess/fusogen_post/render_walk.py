# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws a vesicle on its way along a track; render_run calls it for runs that have a track.

The camera goes with the vesicle. The microtubule has bands of 100 nm, which let the motion be seen; a
small map shows the whole track, the part that is done, and where the vesicle is.
"""

import os

import numpy as np
from PIL import ImageDraw
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkObject, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkTubeFilter
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

from . import run_reader
from .annotation import FAINT, TEXT, annotate, storyboard
from .membrane_surface import (
    HALF_THICKNESS,
    OUTER_LEAFLET,
    RESOLUTION,
    Surface,
    keep_only,
    leaflets,
    points_of,
    read_grid,
)
from .picture_files import write_pictures
from .run_reader import RunError
from .scene import Scene

MICROTUBULE_RADIUS = 12.5  # nm
BAND = 100.0  # nm
BANDS = ((0.52, 0.68, 0.58), (0.40, 0.58, 0.48))
MOTORS = ("kinesin", "dynein")
MAP_LINE = (120, 160, 138)


def read_line(path):
    """The points of the line in a .vtp file."""
    reader = vtkXMLPolyDataReader()
    vtkObject.GlobalWarningDisplayOff()
    reader.SetFileName(path)
    reader.Update()
    vtkObject.GlobalWarningDisplayOn()
    points = points_of(reader.GetOutput())
    if reader.GetErrorCode() != 0 or len(points) < 2:
        raise RunError(f"The file '{path}' is not a valid VTK file with a line.")
    return points


def arc_lengths(points):
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def tube(points, colours, radius):
    """A line as a tube, with a colour (bytes) at each point."""
    line = vtkPolyData()
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32), deep=1))
    line.SetPoints(vtk_points)
    cells = vtkCellArray()
    offsets = np.array([0, len(points)], dtype=np.int64)
    cells.SetData(
        numpy_to_vtk(offsets, deep=1), numpy_to_vtk(np.arange(len(points), dtype=np.int64), deep=1)
    )
    line.SetLines(cells)
    array = numpy_to_vtk(np.ascontiguousarray(colours), deep=1)
    array.SetName("colours")
    line.GetPointData().SetScalars(array)
    filter_ = vtkTubeFilter()
    filter_.SetInputData(line)
    filter_.SetRadius(radius)
    filter_.SetNumberOfSides(24)
    filter_.CappingOn()
    filter_.Update()
    return filter_.GetOutput()


class WalkScene(Scene):
    """The vesicle in the middle of the picture, and the track near it."""

    def __init__(self, size, vesicle_radius, track):
        self.reach = 6.0 * vesicle_radius
        super().__init__(size, self.reach, -0.5 * self.reach, 0.5 * self.reach, False)
        # bands with sharp edges: two points at each
        corners = arc_lengths(track)
        edges = np.arange(BAND, corners[-1], BAND)
        s = np.unique(np.concatenate([corners, edges - 0.5, edges + 0.5]))
        s = s[(s >= 0) & (s <= corners[-1])]
        self.track = np.column_stack([np.interp(s, corners, track[:, c]) for c in range(3)])
        shades = np.round(255 * np.array(BANDS)).astype(np.uint8)
        self.colours = shades[(s // BAND).astype(int) % 2]

    def draw_walk(self, surface, centre):
        self.renderer.RemoveAllViewProps()
        data = surface.data
        moved = points_of(data) - centre
        data.GetPoints().SetData(numpy_to_vtk(np.ascontiguousarray(moved, dtype=np.float32), deep=1))
        normal = moved / np.linalg.norm(moved, axis=1)[:, None]
        of_vesicle = np.ones(len(moved))
        keep_only(data, {"normal": normal, "outer": of_vesicle, "inner": of_vesicle})
        self.add(leaflets(data)[0], lit=True)
        # what is far away is not seen, and need not be drawn
        near = np.flatnonzero(np.linalg.norm(self.track - centre, axis=1) < 4 * self.reach)
        part = slice(max(0, near.min() - 1), near.max() + 2)
        self.add(tube(self.track[part] - centre, self.colours[part], MICROTUBULE_RADIUS), lit=True)
        return self.grab()


def draw_map(picture, scene, track, done, place):
    """The whole track, seen from where the scene is seen, in the upper right corner."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    view = np.array([[1.0, 0.0, 0.0], scene.up])
    flat = track @ view.T
    low, span = flat.min(axis=0), np.ptp(flat, axis=0)
    box = np.array([0.26 * width, 0.30 * height])
    scale = (box / np.maximum(span, 1e-3 * span.max())).min()
    margin = max(12, height // 34)
    corner = np.array([width - margin - scale * span[0], margin + scale * span[1]])

    def pixels(points):
        at = (np.atleast_2d(points) @ view.T - low) * scale
        return [(corner[0] + x, corner[1] - y) for x, y in at]

    line = max(2, height // 240)
    draw.line(pixels(track), fill=MAP_LINE, width=line)
    if len(done) > 1:
        draw.line(pixels(done), fill=FAINT, width=line)
    x, y = pixels(place)[0]
    dot = max(4, height // 110)
    fill = tuple(int(255 * c) for c in OUTER_LEAFLET[1])
    draw.ellipse([x - dot, y - dot, x + dot, y + dot], fill=fill, outline=TEXT)


def draw_walk(directory, collection, n_pictures, size):
    """Pictures, storyboard and animation, spread evenly over the time of the run."""
    track = read_line(os.path.join(directory, "track.vtp"))
    table = run_reader.read_statistics(directory)
    needed = ["time"] + [f"{motor}s bound" for motor in MOTORS] + [f"vesicle {c}" for c in "xyz"]
    for name in needed:
        if name not in table:
            raise RunError(f"The statistics.csv in '{directory}' has no column '{name}'.")
    times = table["time"][1]
    places = np.column_stack([table[f"vesicle {c}"][1] for c in "xyz"])

    chosen = np.unique(np.round(np.linspace(0, len(collection) - 1, n_pictures)).astype(int))
    radius = 0.5 * np.ptp(points_of(read_grid(collection[0][1]))[:, 2]) - HALF_THICKNESS
    scene = WalkScene(size, radius, track)

    def draw(i):
        time, files = collection[chosen[i]]
        line = int(np.argmin(np.abs(times - time)))
        surface = Surface(read_grid(files), RESOLUTION // 8)
        picture = scene.draw_walk(surface, places[line])
        draw_map(picture, scene, track, places[: line + 1], places[line])
        bound = [int(table[f"{motor}s bound"][1][line]) for motor in MOTORS]
        note = ", ".join(f"{n} {motor}{'' if n == 1 else 's'}" for n, motor in zip(bound, MOTORS))
        return picture, annotate(picture, scene, time, note, False), time, note

    eight = set(np.round(np.linspace(0, len(chosen) - 1, 8)).astype(int))
    write_pictures(directory, len(chosen), draw, eight, lambda panels: storyboard(panels, scene, False))
