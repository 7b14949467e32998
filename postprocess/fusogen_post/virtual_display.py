# SPDX-License-Identifier: LGPL-2.1-or-later
"""A display to draw on, where there is none."""

import atexit
import ctypes
import ctypes.util
import os
import shutil
import subprocess

from vtkmodules.vtkRenderingCore import vtkRenderWindow

from .run_reader import RunError


def display_works():
    """Whether there is an X server to talk to."""
    if not os.environ.get("DISPLAY"):
        return False
    library = ctypes.util.find_library("X11") or "libX11.so.6"
    try:
        x11 = ctypes.CDLL(library)
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    x11.XCloseDisplay(display)
    return True


def ensure_display():
    """VTK for X11 needs an X server; without one start Xvfb for as long as this process runs."""
    if not vtkRenderWindow().GetClassName().startswith("vtkX"):
        return  # off-screen builds of VTK need no display
    if display_works():
        return
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        raise RunError(
            "There is no display to draw on; install the package xvfb, and the pictures will be made "
            "without one."
        )
    # it chooses a free display, and tells which one when it is ready; xvfb-run does not wait long
    # enough for it on a busy machine
    ready, told = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(told), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        pass_fds=[told], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(server.terminate)
    os.close(told)
    with os.fdopen(ready) as stream:
        number = stream.readline().strip()
    if not number:
        raise RunError("The virtual display Xvfb cannot be started.")
    os.environ["DISPLAY"] = ":" + number
