# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws the life of a vesicle, from its bud to the plasma membrane; render_run calls it.

All stages are drawn to the same scale. The camera stands still at the donor membrane and at the plasma
membrane, and goes with the vesicle between. The coat is green, the lipid of the vesicle orange.
"""

import os

import numpy as np
from PIL import ImageDraw
from vtkmodules.util.numpy_support import numpy_to_vtk

from . import run_reader
from .annotation import FAINT, TEXT, bar_length, draw_legend, draw_scale_bar, font, storyboard
from .membrane_surface import (
    HALF_THICKNESS,
    RESOLUTION,
    Surface,
    clip_at,
    field,
    keep_only,
    make_poly,
    mix,
    oriented_triangles,
    points_of,
    read_grid,
    unit,
)
from .picture_files import write_pictures
from .render_walk import WalkScene, draw_map, read_line
from .run_stages import Stage, add_statistics, choose, progress
from .scene import Scene

BUDDING, TRAVEL, DOCKING, FUSION = 1, 2, 3, 4
# the share of the pictures that each stage has
SHARE = {BUDDING: 0.34, TRAVEL: 0.2, DOCKING: 0.12, FUSION: 0.34}
# and how far those on the sheet have got in it
PANELS = {BUDDING: (0.45, 1.0), DOCKING: (1.0,), FUSION: (0.2, 0.6)}
COAT = ((0.30, 0.62, 0.52), (0.30, 0.62, 0.52))
FLAT = 5.0  # nm, height of a membrane that looks flat
COAT_DISTANCE = 4.5  # nm, of the coat from the mid-surface
SIDES = {BUDDING: ("cytosol", "lumen"), DOCKING: ("cytosol", "outside of the cell"),
         FUSION: ("cytosol", "outside of the cell")}


def is_life(directory):
    """Whether a run is one of several stages."""
    return "stage" in run_reader.read_statistics(directory)


def moved(data, origin):
    points = points_of(data) - origin
    data.GetPoints().SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32), deep=1))
    return points


def same_scale(scenes):
    """Make all scenes as wide as the widest one."""
    scale = min(scene.pixels_per_nm for scene in scenes)
    for scene in scenes:
        scene.pixels_per_nm = scale
        scene.renderer.GetActiveCamera().SetParallelScale(scene.size[1] / (2 * scale))


class MembraneScene(Scene):
    """A flat membrane with what comes off it or goes into it."""

    def __init__(self, size, view_radius, bottom, top, sides):
        super().__init__(size, view_radius, bottom, top, True, 0.0)
        self.sides = sides

    def draw_at(self, files, origin):
        surface = Surface(read_grid(files), RESOLUTION)
        data = surface.data
        points = moved(data, origin)
        if not surface.has_lipids:  # the smaller membrane is the vesicle
            extent = [np.ptp(points[surface.region == k, 0]) for k in range(surface.n_components)]
            vesicle = (np.array(extent) < 0.5 * max(extent))[surface.region]
            arrays = {name: field(data, name) for name in ("normal", "coat")}
            keep_only(data, {**arrays, "outer": vesicle, "inner": vesicle})
        self.renderer.RemoveAllViewProps()
        data = self.add_membrane(data)
        coat = field(data, "coat")
        if coat.max() > 0.5:
            coated = clip_at(data, coat - 0.5)
            normal = unit(field(coated, "normal"))
            points = points_of(coated)
            triangles = oriented_triangles(coated, points, normal)
            self.add(make_poly(points + COAT_DISTANCE * normal, triangles,
                               mix(COAT, np.zeros(len(points))), normal), lit=True)
        return self.grab()

    def name_sides(self, draw, size):
        x = self.pixel(self.view_radius, 0, 0)[0]
        far = self.pixel(0, self.view_radius, HALF_THICKNESS)[1]
        near = self.pixel(0, 0, -HALF_THICKNESS)[1]
        draw.text((x, far - 0.9 * size), self.sides[0], font=font(size), fill=FAINT, anchor="rb")
        draw.text((x, near + 0.7 * size), self.sides[1], font=font(size), fill=FAINT, anchor="rt")


def note_of(stage, number, is_cut, cargo):
    """A word for what is seen."""
    if number == BUDDING:
        return "a vesicle comes off" if is_cut else "a coat grows" if stage.top < 40 else "a bud"
    if number == DOCKING:
        return "docking"
    if stage.top < FLAT:
        return "lipids mix"
    if not stage.is_open:
        return "docked"
    return "the pore opens" if cargo < 0.05 else "cargo leaves" if cargo < 0.95 else "it flattens"


def draw_life(directory, collection, n_pictures, size):
    """Pictures, storyboard and animation; each stage has its share of them."""
    track = read_line(os.path.join(directory, "track.vtp"))
    table = run_reader.read_statistics(directory)
    times, numbers = table["time"][1], table["stage"][1].astype(int)

    def line_of(time):
        # the last of several rows of one time is that of the frame which took the others' place
        return int(np.flatnonzero(np.abs(times - time) == np.abs(times - time).min())[-1])

    lines = [line_of(time) for time, _ in collection]
    of_stage = {n: [k for k, line in enumerate(lines) if numbers[line] == n] for n in SHARE}
    stages, chosen, panels, origins = {}, [], [], {}
    for number, frames in of_stage.items():
        if not frames:
            continue
        count = max(2, int(round(SHARE[number] * n_pictures)))
        if number == TRAVEL:
            marks = np.unique(np.round(np.linspace(0, len(frames) - 1, count)).astype(int))
            chosen += [frames[i] for i in marks]
            panels += [frames[len(frames) // 4], frames[3 * len(frames) // 4]]
            continue
        for k in frames:
            stage = Stage(*collection[k])
            points = points_of(read_grid(stage.files))
            low, high = points.min(axis=0), points.max(axis=0)
            rim = np.hypot(*(points[:, :2] - 0.5 * (low + high)[:2]).T)
            origins[k] = np.append(0.5 * (low + high)[:2], points[rim > rim.max() - 1e-2, 2].mean())
            centred = points - origins[k]
            stage.top, stage.bottom = centred[:, 2].max(), centred[:, 2].min()
            r = np.hypot(centred[:, 0], centred[:, 1])
            above = centred[:, 2] > 0.4 * stage.top
            stage.extent, stage.bulge = r.max(), r[above].max() if above.any() else 0.0
            stages[k] = stage
        some = [stages[k] for k in frames]
        add_statistics(some, directory)
        flat = [k for k in frames if number == FUSION and stages[k].top < FLAT]
        moving = [k for k in frames if k not in flat]
        travelled = progress([stages[k] for k in moving], 20.0)
        chosen += [moving[i] for i in choose(travelled, count - min(len(flat), count // 4),
                                             [0, len(moving) - 1])]
        marks = np.linspace(0, len(flat) - 1, count // 4) if flat else []
        chosen += [flat[i] for i in np.unique(np.round(marks).astype(int))]
        for share in PANELS[number]:
            panels.append(moving[int(np.argmin(np.abs(travelled - share * travelled[-1])))])
        if number == FUSION:
            panels.append(frames[-1])
    radius = 0.5 * np.ptp(points_of(read_grid(collection[of_stage[TRAVEL][0]][1]))[:, 2]) \
        if of_stage[TRAVEL] else 20.0
    bottom = min(stage.bottom for stage in stages.values()) - HALF_THICKNESS
    top = max(stage.top for stage in stages.values()) + HALF_THICKNESS
    scenes = {n: MembraneScene(size, 4.5 * radius, bottom, top, SIDES[n]) for n in SIDES}
    scenes[TRAVEL] = WalkScene(size, radius, track)
    same_scale(list(scenes.values()))

    chosen = sorted(set(chosen) | set(panels))
    centres = np.column_stack([table[f"vesicle {c}"][1] for c in "xyz"])
    walked = numbers == TRAVEL

    def draw(i):
        k = chosen[i]
        time, files = collection[k]
        line = lines[k]
        number = numbers[line]
        scene = scenes[number]
        if number == TRAVEL:
            surface = Surface(read_grid(files), RESOLUTION // 8)
            picture = scene.draw_walk(surface, centres[line])
            note = "along a microtubule"
            done = centres[walked & (np.arange(len(times)) <= line)]
            place = centres[line]
        else:
            picture = scene.draw_at(files, origins[k])
            is_cut = table["Gaussian energy"][1][line] != 0
            note = note_of(stages[k], number, is_cut, np.nan_to_num(table["cargo released"][1][line]))
            place = origins[k] + [0, 0, radius]
            done = track if number > TRAVEL else track[:1]
        draw_map(picture, scene, track, done, place)
        annotated = picture.copy()
        pen = ImageDraw.Draw(annotated)
        height = max(12, size[1] // 34)
        # after seconds of travel, microseconds from a new start
        arrival = times[numbers == number][0] if number > TRAVEL else 0.0
        when = run_reader.format_time(time - arrival)
        if number > TRAVEL:
            since = max(0.0, time - arrival)
            when = run_reader.format_time(since if since > 1e-6 else 0.0)
            when = f"{run_reader.format_time(arrival)} + {when}"
        pen.text((height, height), f"t = {when}", font=font(int(1.35 * height)),
                 fill=TEXT, anchor="lt")
        pen.text((height, 3.1 * height), note, font=font(height), fill=FAINT, anchor="lt")
        if number != TRAVEL:
            scene.name_sides(pen, height)
        draw_scale_bar(pen, size[0] - height, size[1] - height, scene.pixels_per_nm,
                       bar_length(scene.view_radius), height)
        draw_legend(pen, height, size[1] - height, height, True)
        return picture, annotated, time, note

    eight = {chosen.index(k) for k in panels}
    write_pictures(directory, len(chosen), draw, eight,
                   lambda made: storyboard(made[:8], scenes[FUSION], True))
