# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw the membranes of a run as pictures, a storyboard and an animation.

    fusogen-render DIR [--frames N] [--size WxH] [--camera NAME] [--no-cutaway]

reads DIR/surface.pvd and writes DIR/frames/frame_0000.png, ..., the picture
DIR/frames/storyboard.png with up to eight stages, and DIR/animation.gif (and
DIR/animation.mp4 if ffmpeg is installed).

The bilayer is drawn with its thickness: two leaflets, 2 nm to either side of
the computed surface, in orange where they hold lipid of the vesicle. The half
towards the viewer is cut away. Cameras are "tilted" (somewhat from above), "side",
"top", "below" (from outside of the cell), and "neck" (close to the pore). The pictures are not spread evenly in time but
such that the shape changes by about the same amount from one to the next.

What is drawn is in render_membrane.py, of a vesicle that walks along a track in
render_walk.py, and of the whole life of one in render_life.py.
"""
import argparse
import os

from . import run_reader
from .cameras import CAMERAS
from .run_reader import RunError

try:
    from . import render_life, render_membrane, render_walk, virtual_display

    MISSING = None
except ImportError as error:
    MISSING = error


def parse_size(text):
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form WxH, like 1280x800") from None
    if not (160 <= width <= 8000 and 120 <= height <= 8000):
        raise argparse.ArgumentTypeError(f"the size {text} is not within 160x120 to 8000x8000")
    return width, height


def parse_count(text):
    if not text.isdigit() or not 2 <= int(text) <= 9999:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 2 to 9999")
    return int(text)


def main():
    parser = argparse.ArgumentParser(
        description="Draw the membranes of a run as pictures, a storyboard and an animation."
    )
    parser.add_argument("directory", metavar="DIR", help="the output directory of a run")
    parser.add_argument("--frames", metavar="N", type=parse_count, default=60,
                        help="number of pictures, if the run has that many (default: 60)")
    parser.add_argument("--size", metavar="WxH", type=parse_size, default=(1280, 720),
                        help="size of a picture in pixels (default: 1280x720)")
    parser.add_argument("--camera", metavar="NAME", choices=list(CAMERAS), default="tilted",
                        help=f"{', '.join(CAMERAS)} (default: tilted)")
    parser.add_argument("--cutaway", action=argparse.BooleanOptionalAction, default=True,
                        help="cut away the half towards the viewer (default, except from the top)")
    arguments = parser.parse_args()
    directory = arguments.directory
    if MISSING is not None:
        raise RunError(
            f"A Python module is missing ({MISSING}); install the packages "
            "python3-vtk9, python3-numpy and python3-pil."
        )
    collection = run_reader.read_collection(directory)
    virtual_display.ensure_display()

    # of very long runs only a part is looked at
    stride = -(-len(collection) // max(1000, arguments.frames))
    collection = collection[:-1:stride] + collection[-1:]
    if not os.path.isfile(os.path.join(directory, "track.vtp")):
        render_membrane.draw_membrane(directory, collection, arguments.frames, arguments.size,
                                      arguments.camera, arguments.cutaway)
        return
    if arguments.camera != "tilted":
        raise RunError("A vesicle on its track is drawn with the camera 'tilted' only.")
    draw = render_life.draw_life if render_life.is_life(directory) else render_walk.draw_walk
    draw(directory, collection, arguments.frames, arguments.size)
