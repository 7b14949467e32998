# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws how the shape of a membrane changes: a fusion, a relaxation, a bud; render_run calls it."""

import numpy as np

from .annotation import annotate, storyboard
from .cameras import CAMERAS
from .membrane_surface import HALF_THICKNESS, RESOLUTION, SURFACE_FIELDS, Surface, read_grid
from .picture_files import write_pictures
from .run_stages import Stage, add_statistics, choose, landmarks, progress, vesicle_radius
from .scene import Scene


def describe(stage, radius, first_open):
    """A word for the shape, '' if unsure. Only where a neck radius is known."""
    if stage.is_open is None or first_open is None:
        return ""
    if stage.is_bud:
        return "bud" if stage.is_open else "coat" if stage.time < first_open else "vesicle"
    if not stage.is_open and stage.time <= first_open:
        return "docked"
    if stage.time == first_open:
        return "pore opens"
    if stage.n_vesicles > 1:
        return ""  # each has a shape of its own
    if stage.top < 0.15 * (2 * radius):
        return "flattened"
    if not stage.is_open:
        return "pore closed"
    if stage.neck < 0.97 * stage.bulge:
        return "Ω shape" if stage.neck > 0.25 * radius else "narrow neck"
    return "flattening"


def draw_membrane(directory, collection, n_pictures, size, camera, cutaway):
    """Pictures, storyboard and animation, spread evenly over the change of the shape."""
    stages = [Stage(time, files) for time, files in collection]
    add_statistics(stages, directory)
    radius = vesicle_radius(stages)
    travelled = progress(stages, radius)
    fixed = landmarks(stages)
    chosen = choose(travelled, n_pictures, fixed)
    first_open = next((s.time for s in stages if s.is_open), None)

    view_radius = min(2.8 * radius, max(stage.extent for stage in stages))
    bottom = min(stages[k].bottom for k in chosen) - HALF_THICKNESS
    top = max(stages[k].top for k in chosen) + HALF_THICKNESS
    # a plasma membrane reaches much further out than the vesicle; else there is none
    has_plane = all(stage.extent > 1.5 * radius for stage in stages)
    plane_height = float(np.median([stages[k].rim for k in chosen])) if has_plane else None
    elevation, close = CAMERAS[camera]
    if close:
        middle = plane_height if has_plane else 0.5 * (bottom + top)
        view_radius = min(view_radius, close * radius)
        bottom, top = max(bottom, middle - 0.6 * view_radius), min(top, middle + view_radius)
    cutaway = cutaway and camera != "top"
    # close to the pore the plane may be out of sight, and with it what is on which side of it
    scene = Scene(size, view_radius, bottom, top, cutaway, None if close else plane_height, elevation)

    in_storyboard = choose(
        travelled[chosen],
        8,
        [i for i, k in enumerate(chosen) if k in fixed],
    )
    has_lipids = False

    def draw(i):
        nonlocal has_lipids
        stage = stages[chosen[i]]
        surface = Surface(read_grid(stage.files), RESOLUTION)
        picture = scene.draw(surface)
        note = describe(stage, radius, first_open)
        has_lipids = surface.has_lipids
        return picture, annotate(picture, scene, stage.time, note, has_lipids), stage.time, note

    write_pictures(
        directory, len(chosen), draw, in_storyboard, lambda panels: storyboard(panels, scene, has_lipids)
    )
    if not has_lipids:
        print(f"(the surfaces have no point data '{SURFACE_FIELDS[0]} []', so all lipid looks the same)")
