# SPDX-License-Identifier: LGPL-2.1-or-later
"""Words, scale bars and legends on pictures, and the sheet of the most telling ones."""

import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import run_reader
from .membrane_surface import HALF_THICKNESS, OUTER_LEAFLET

TEXT = (45, 52, 62)
FAINT = (120, 128, 138)


def font(size, bold=False):
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    try:
        import matplotlib

        return ImageFont.truetype(
            os.path.join(matplotlib.get_data_path(), "fonts", "ttf", name), size
        )
    except (ImportError, OSError):
        return ImageFont.load_default()


def text_size(draw, text, font_):
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font_)
    return right - left, bottom - top


def bar_length(view_radius):
    """A round length of about a third of the radius that is shown."""
    for length in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if length >= 0.22 * view_radius:
            return length
    return 10000


def draw_scale_bar(draw, right, bottom, pixels_per_nm, length, size):
    width = length * pixels_per_nm
    thick = max(3, size // 6)
    draw.rectangle([right - width, bottom - thick, right, bottom], fill=TEXT)
    text = f"{length} nm"
    font_ = font(size)
    draw.text(
        (right - width / 2, bottom - thick - size // 4), text, font=font_, fill=TEXT, anchor="mb"
    )


def draw_legend(draw, left, bottom, size, has_lipids):
    """Patches of colour with their meaning; returns the right end."""
    if not has_lipids:
        return left
    font_ = font(size)
    for colours, text in ((OUTER_LEAFLET[1], "vesicle lipid"), (OUTER_LEAFLET[0], "plasma membrane lipid")):
        fill = tuple(int(255 * c) for c in colours)
        draw.rounded_rectangle(
            [left, bottom - size, left + 1.5 * size, bottom], radius=size // 4, fill=fill
        )
        draw.text((left + 2 * size, bottom - size / 2), text, font=font_, fill=TEXT, anchor="lm")
        left += 2 * size + text_size(draw, text, font_)[0] + 1.6 * size
    return left


def name_sides(draw, scene, size):
    """Write on which side of the plasma membrane the cell is."""
    if scene.plane_height is None:
        return
    font_ = font(size)
    if abs(scene.up[2]) < 0.1:  # from the top there is only one side
        return
    x = scene.pixel(scene.view_radius, 0, 0)[0]
    edges = (0.0 if scene.cutaway else -scene.view_radius, scene.view_radius)
    y = min(scene.pixel(0, edge, scene.plane_height + HALF_THICKNESS)[1] for edge in edges)
    draw.text((x, y - 0.9 * size), "cytosol", font=font_, fill=FAINT, anchor="rb")
    y = max(scene.pixel(0, edge, scene.plane_height - HALF_THICKNESS)[1] for edge in edges)
    y = min(y + 0.7 * size, scene.size[1] - 4.2 * size)  # above the scale bar
    draw.text((x, y), "outside of the cell", font=font_, fill=FAINT, anchor="rt")


def annotate(picture, scene, time, note, has_lipids):
    """Time stamp, scale bar and legend on a picture of the animation."""
    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    size = max(12, height // 34)
    margin = size
    draw.text(
        (margin, margin), f"t = {run_reader.format_time(time)}", font=font(int(1.35 * size)), fill=TEXT, anchor="lt"
    )
    if note:
        draw.text((margin, margin + 2.1 * size), note, font=font(size), fill=FAINT, anchor="lt")
    name_sides(draw, scene, size)
    draw_scale_bar(
        draw, width - margin, height - margin, scene.pixels_per_nm, bar_length(scene.view_radius), size
    )
    draw_legend(draw, margin, height - margin, size, has_lipids)
    return picture


def storyboard(panels, scene, has_lipids):
    """Panels [(picture, time, note)] in one picture, labelled with times."""
    n = len(panels)
    columns = n if n <= 3 else 2 if n == 4 else 3 if n <= 6 else 4
    rows = -(-n // columns)

    # cut off the white margins that all panels have in common
    inked = np.zeros((scene.size[1], scene.size[0]), dtype=bool)
    for picture, time, note in panels:
        inked |= np.asarray(picture).min(axis=2) < 250
    across, down = np.flatnonzero(inked.any(axis=0)), np.flatnonzero(inked.any(axis=1))
    pad = scene.size[0] // 80
    box = (
        max(0, across[0] - pad),
        max(0, down[0] - pad),
        min(scene.size[0], across[-1] + 1 + pad),
        min(scene.size[1], down[-1] + 1 + pad),
    )
    panel_width = max(320, min(1000, 2800 // columns))
    shrink = panel_width / (box[2] - box[0])
    panel_height = int(round(shrink * (box[3] - box[1])))
    size = max(13, panel_width // 27)
    caption = int(2.4 * size)
    gap = int(0.9 * size)
    foot = int(3.4 * size)
    width = columns * panel_width + (columns + 1) * gap
    height = rows * (panel_height + caption) + (rows + 1) * gap + foot
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    for k, (picture, time, note) in enumerate(panels):
        x = gap + (k % columns) * (panel_width + gap)
        y = gap + (k // columns) * (panel_height + caption + gap)
        panel = picture.crop(box).resize((panel_width, panel_height), Image.LANCZOS)
        sheet.paste(panel, (x, y + caption))
        letter = "abcdefgh"[k]
        draw.text(
            (x + 0.3 * size, y + caption / 2), letter, font=font(int(1.2 * size), True), fill=TEXT, anchor="lm"
        )
        draw.text(
            (x + 1.8 * size, y + caption / 2), f"t = {run_reader.format_time(time)}", font=font(size), fill=TEXT, anchor="lm"
        )
        draw.text(
            (x + panel_width - 0.3 * size, y + caption / 2), note, font=font(size), fill=FAINT, anchor="rm"
        )
    bottom = height - int(1.1 * size)
    draw_scale_bar(
        draw, width - gap - size, bottom, scene.pixels_per_nm * shrink, bar_length(scene.view_radius), size
    )
    draw_legend(draw, gap + int(0.3 * size), bottom, size, has_lipids)
    return sheet
