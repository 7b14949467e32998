# SPDX-License-Identifier: LGPL-2.1-or-later
"""Open a run of fusogen in ParaView, ready-coloured.

In ParaView's own window, any of

    FUSOGEN_RUN=results/exocytosis paraview --script=postprocess/paraview/open_run.py
    Macros / Import new macro: this file; then open surface.pvd of a run, and press the button

and without a window, for a picture of the last time or of another one,

    pvbatch postprocess/paraview/open_run.py results/exocytosis --picture run.png [--time US] [--size WxH]

The lipid of the vesicle is orange, that of the plasma membrane blue-grey; runs without lipids are coloured
by their mean curvature. Cells are curved, as they were computed. The time is in the corner, and a track and
the way along it are drawn as tubes. With --fields the names of the fields are printed.
"""

import argparse
import math
import os
import sys

from paraview import simple

LIPID = "vesicle lipid outer leaflet []"
CURVATURE = "mean curvature [1/nm]"
# as in the pictures of fusogen-render
LIPID_COLOURS = [0.0, 0.66, 0.73, 0.82, 1.0, 0.98, 0.60, 0.20]
ELEVATION = 26.0  # degrees by which the viewer looks down
SUBDIVISION = 3  # of curved cells, for drawing


def colour(display, reader, view):
    """Colour a membrane by its lipid or, without it, by its curvature."""
    names = [reader.PointData.GetArray(k).Name for k in range(reader.PointData.GetNumberOfArrays())]
    name = next((name for name in (LIPID, CURVATURE) if name in names), None)
    if name is None:
        return names
    simple.ColorBy(display, ("POINTS", name))
    table = simple.GetColorTransferFunction(name)
    if name == LIPID:
        table.RGBPoints = LIPID_COLOURS
        table.ColorSpace = "RGB"
        table.AutomaticRescaleRangeMode = "Never"
    else:
        display.RescaleTransferFunctionToDataRange(False, True)
        table.ApplyPreset("Viridis (matplotlib)", True)  # its brightness rises throughout
    bar = simple.GetScalarBar(table, view)
    bar.Title = "vesicle lipid, outer leaflet" if name == LIPID else "mean curvature (1/nm)"
    bar.ComponentTitle = ""
    bar.Orientation = "Horizontal"
    bar.WindowLocation = "Lower Center"
    bar.ScalarBarLength = 0.3
    bar.LabelFormat = bar.RangeLabelFormat = "%.3g"
    bar.TitleFontSize = bar.LabelFontSize = 14
    bar.TitleColor = bar.LabelColor = [0.1, 0.1, 0.1]
    display.SetScalarBarVisibility(view, True)
    return names


def show_membrane(reader, view):
    reader.UpdatePipeline()
    display = simple.Show(reader, view)
    bounds = reader.GetDataInformation().GetBounds()
    # the meridian alone is a line in the plane y = 0
    if bounds[3] - bounds[2] < 1e-9 * max(1.0, bounds[1] - bounds[0]):
        display.LineWidth = 3.0  # ParaView 5.11 crashes when it subdivides curves more than once
    elif hasattr(display, "NonlinearSubdivisionLevel"):
        display.NonlinearSubdivisionLevel = SUBDIVISION
    return colour(display, reader, view), bounds


def show_line(path, radius, rgb, view):
    """A track or a way as a tube."""
    line = simple.XMLPolyDataReader(FileName=[path])
    tube = simple.Tube(Input=line)
    tube.Radius = radius
    display = simple.Show(tube, view)
    simple.ColorBy(display, None)
    display.DiffuseColor = rgb


def place_camera(view, bounds, flat):
    """The same view as in the pictures of fusogen-render: from the side and somewhat from above."""
    low, high = bounds[::2], bounds[1::2]
    centre = [0.5 * (a + b) for a, b in zip(low, high)]
    width, depth, height = (b - a for a, b in zip(low, high))
    tilt = 0.0 if flat else math.radians(ELEVATION)
    far = 2.0 * max(width, depth, height)
    view.CameraParallelProjection = 1
    view.CameraFocalPoint = centre
    view.CameraPosition = [centre[0], centre[1] - far * math.cos(tilt), centre[2] + far * math.sin(tilt)]
    view.CameraViewUp = [0.0, 0.0, 1.0]
    pixels = view.ViewSize
    rises = height * math.cos(tilt) + depth * math.sin(tilt)
    # room for the bar of colours below
    view.CameraParallelScale = 0.5 * max(1.35 * rises, 1.1 * width * pixels[1] / pixels[0])


def open_run(directory, name="surface.pvd", size=None):
    """Open the collection of a run, or take the active source if there is no directory; returns its view."""
    view = simple.GetActiveViewOrCreate("RenderView")
    if size:
        view.ViewSize = size
    if directory:
        path = os.path.join(directory, name)
        if not os.path.isfile(path):
            sys.exit(f"There is no file '{path}'.")
        reader = simple.PVDReader(FileName=os.path.abspath(path))
    else:
        reader = simple.GetActiveSource()
        if reader is None:
            sys.exit("Open surface.pvd of a run first, or name its folder in the variable FUSOGEN_RUN.")
        directory = os.path.dirname(str(getattr(reader, "FileName", "")))
    simple.GetAnimationScene().UpdateAnimationUsingDataTimeSteps()
    names, bounds = show_membrane(reader, view)
    if os.path.isfile(os.path.join(directory, "track.vtp")):
        show_line(os.path.join(directory, "track.vtp"), 12.5, [0.46, 0.63, 0.53], view)  # a microtubule
        if os.path.isfile(os.path.join(directory, "path.vtp")):
            show_line(os.path.join(directory, "path.vtp"), 3.0, [0.45, 0.5, 0.55], view)
    view.UseColorPaletteForBackground = 0
    view.Background = [1.0, 1.0, 1.0]
    view.OrientationAxesVisibility = 1
    stamp = simple.AnnotateTimeFilter(Input=reader)
    stamp.Format = "t = {time:.4g} us"
    shown = simple.Show(stamp, view)
    shown.Color = [0.1, 0.1, 0.1]
    shown.FontSize = 16
    place_camera(view, bounds, name == "meridian.pvd")
    simple.SetActiveSource(reader)
    simple.Render(view)
    return reader, view, names


def main():
    parser = argparse.ArgumentParser(description="Open a run of fusogen in ParaView, ready-coloured.")
    parser.add_argument("directory", metavar="DIR", nargs="?", default=os.environ.get("FUSOGEN_RUN"))
    parser.add_argument("--collection", metavar="NAME", default="surface.pvd",
                        help="surface.pvd (default) or meridian.pvd")
    parser.add_argument("--picture", metavar="FILE", help="write a picture, and end")
    parser.add_argument("--time", metavar="US", type=float, help="the time to show (default: the last)")
    parser.add_argument("--size", metavar="WxH", default="1280x720")
    parser.add_argument("--fields", action="store_true", help="print the names of the fields")
    # ParaView's window has arguments of its own
    arguments = parser.parse_known_args()[0] if "__file__" in globals() else parser.parse_args([])
    size = [int(part) for part in arguments.size.split("x")] if arguments.picture else None
    reader, view, names = open_run(arguments.directory, arguments.collection, size)
    times = list(reader.TimestepValues) if hasattr(reader, "TimestepValues") else []
    if times:
        wanted = times[-1] if arguments.time is None else arguments.time
        simple.GetAnimationScene().AnimationTime = min(times, key=lambda time: abs(time - wanted))
    if arguments.fields:
        print("\n".join(names))
    if arguments.picture:
        simple.SaveScreenshot(arguments.picture, view, ImageResolution=size)
        print(arguments.picture)


main()
