# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures, storyboard and animation as files in the folder of a run."""

import os
import shutil
import subprocess
import sys

import numpy as np
from PIL import Image

from .run_reader import RunError


def write_gif(path, pictures):
    """A looping GIF, with a rest on the last picture; at most 900 pixels wide."""
    width, height = pictures[0].size
    if width > 900:
        size = (900, int(round(900 * height / width)))
        pictures = [picture.resize(size, Image.LANCZOS) for picture in pictures]
    # one palette for all, from a mosaic of a few pictures, so that nothing flickers
    sample = pictures[:: max(1, len(pictures) // 6)]
    mosaic = Image.new("RGB", (pictures[0].width, pictures[0].height * len(sample)))
    for k, picture in enumerate(sample):
        mosaic.paste(picture, (0, k * picture.height))
    palette = mosaic.quantize(colors=255, method=Image.MEDIANCUT)
    entries = np.array(palette.getpalette()[: 3 * 255]).reshape(-1, 3)
    entries[np.argmax(entries.sum(axis=1))] = 255  # the background stays white
    palette.putpalette(entries.ravel().tolist())
    frames = [picture.quantize(palette=palette, dither=Image.NONE) for picture in pictures]
    durations = [100] * len(frames)
    durations[0] = 600
    durations[-1] = 1500
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False
    )


def write_mp4(path, folder):
    """An MP4 film by ffmpeg; False if that fails."""
    command = ["ffmpeg", "-y", "-loglevel", "error", "-framerate", "10"]
    command += ["-i", os.path.join(folder, "frame_%04d.png")]
    command += ["-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2,tpad=stop_mode=clone:stop_duration=1.5"]
    for codec in (["libx264", "-crf", "18"], ["mpeg4", "-q:v", "3"]):
        encode = ["-c:v"] + codec + ["-pix_fmt", "yuv420p", "-movflags", "+faststart", path]
        done = subprocess.run(command + encode, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode == 0:
            return True
    if os.path.exists(path):
        os.remove(path)
    return False


def write_pictures(directory, n, draw, in_storyboard, make_storyboard):
    """Write n pictures to DIR/frames, those of 'in_storyboard' on one sheet, and the animation.

    draw(i) returns a picture, the same with words on it, its time and a note; make_storyboard makes
    the sheet of [(picture, time, note)].
    """
    folder = os.path.join(directory, "frames")
    try:
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(folder):  # those of an earlier call
            if name.startswith("frame_") and name.endswith(".png"):
                os.remove(os.path.join(folder, name))
        pictures, panels = [], []
        for i in range(n):
            if sys.stderr.isatty():
                print(f"\rpicture {i + 1} of {n}", end="", file=sys.stderr, flush=True)
            picture, annotated, time, note = draw(i)
            pictures.append(annotated)
            annotated.save(os.path.join(folder, f"frame_{i:04d}.png"))
            if i in in_storyboard:
                panels.append((picture, time, note))
        if sys.stderr.isatty():
            print(file=sys.stderr)
        make_storyboard(panels).save(os.path.join(folder, "storyboard.png"))
        made = [os.path.join(directory, "animation.gif")]
        write_gif(made[0], pictures)
    except OSError as error:
        raise RunError(f"The pictures cannot be written to '{folder}' ({error}).") from None
    film = os.path.join(directory, "animation.mp4")
    if shutil.which("ffmpeg") and write_mp4(film, folder):
        made.append(film)
    print(f"{len(pictures)} pictures in {folder}, all stages in {os.path.join(folder, 'storyboard.png')}")
    print(f"animation: {', '.join(made)}")
