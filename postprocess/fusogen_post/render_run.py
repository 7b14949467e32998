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

Of a vesicle that walks along a track (scenario transport) render_walk.py draws
the pictures, of the whole life of one render_life.py.
"""

import argparse
import atexit
import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys

import numpy as np

from . import run_reader
from .run_reader import RunError

try:
    from PIL import Image, ImageDraw, ImageFont
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkObject, vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkFiltersCore import (
        vtkAppendFilter,
        vtkCleanPolyData,
        vtkClipPolyData,
        vtkFeatureEdges,
        vtkPolyDataConnectivityFilter,
        vtkPolyDataNormals,
        vtkTriangleFilter,
    )
    from vtkmodules.vtkFiltersGeometry import vtkDataSetSurfaceFilter
    from vtkmodules.vtkIOXML import (
        vtkXMLPUnstructuredGridReader,
        vtkXMLUnstructuredGridReader,
    )
    from vtkmodules.vtkRenderingCore import (
        vtkActor,
        vtkLight,
        vtkPolyDataMapper,
        vtkRenderer,
        vtkRenderWindow,
        vtkWindowToImageFilter,
    )
    from vtkmodules.vtkRenderingOpenGL2 import vtkRenderStepsPass, vtkSSAOPass

    MISSING = None
except ImportError as error:
    MISSING = error

# --- what the pictures look like --------------------------------------------

HALF_THICKNESS = 2.0  # nm, half of a bilayer

# colours of the lipids: (plasma membrane, vesicle)
OUTER_LEAFLET = ((0.66, 0.73, 0.82), (0.98, 0.60, 0.20))
INNER_LEAFLET = ((0.60, 0.68, 0.78), (0.96, 0.56, 0.18))
CUT_HEADS = ((0.27, 0.36, 0.48), (0.80, 0.38, 0.03))
CUT_MIDDLE = ((0.62, 0.68, 0.76), (0.93, 0.68, 0.42))
CUT_TAILS = ((0.86, 0.89, 0.93), (0.99, 0.87, 0.70))

ELEVATION = 26.0  # degrees by which the viewer looks down on the membrane
# {name: (elevation, radius that is seen over that of the vesicle; None for all that matters)}
CAMERAS = {
    "tilted": (ELEVATION, None),
    "side": (0.0, None),
    "top": (90.0, None),
    "below": (-ELEVATION, None),
    "neck": (12.0, 0.9),
}
SUPERSAMPLING = 2
RESOLUTION = 150000  # triangles that a tessellated surface may have, about

# lights fixed to the camera (direction to the right, up and to the viewer; intensity):
# a key light, a fill light, and one from below into the lumen
LIGHTS = (((-0.5, 0.9, 1.0), 0.70), ((0.9, 0.25, 0.6), 0.28), ((0.1, -0.5, 0.9), 0.34))
TEXT = (45, 52, 62)
FAINT = (120, 128, 138)

SURFACE_FIELDS = ("vesicle lipid outer leaflet", "vesicle lipid inner leaflet")


# --- reading surfaces -------------------------------------------------------


def read_grid(files):
    """All parts of the surface at one time as one unstructured grid."""
    append = vtkAppendFilter()
    for name in files:
        if name.endswith(".pvtu"):
            reader = vtkXMLPUnstructuredGridReader()
        elif name.endswith(".vtu"):
            reader = vtkXMLUnstructuredGridReader()
        else:
            raise RunError(f"The file '{name}' is neither a .vtu nor a .pvtu file.")
        # VTK tells of damaged files in many lines on stderr: keep that to one sentence
        vtkObject.GlobalWarningDisplayOff()
        reader.SetFileName(name)
        reader.Update()
        vtkObject.GlobalWarningDisplayOn()
        if reader.GetErrorCode() != 0:
            raise RunError(f"The file '{name}' is not a valid VTK file.")
        if reader.GetOutput().GetNumberOfCells() > 0:
            append.AddInputData(reader.GetOutput())
    if append.GetNumberOfInputConnections(0) == 0:
        raise RunError(f"The file '{files[0]}' holds no surface, or it is damaged.")
    append.Update()
    return append.GetOutput()


def field(data, name):
    """The point data 'name [unit]' as an array, None without them."""
    for k in range(data.GetPointData().GetNumberOfArrays()):
        full_name = data.GetPointData().GetArrayName(k)
        if full_name and run_reader.split_header(full_name)[0] == name:
            return vtk_to_numpy(data.GetPointData().GetArray(k)).astype(float)
    return None


def points_of(data):
    if data.GetNumberOfPoints() == 0:
        return np.zeros((0, 3))
    return vtk_to_numpy(data.GetPoints().GetData()).astype(float)


class Surface:
    """A tessellated surface: points, triangles, normals and lipid fractions."""

    def __init__(self, grid, resolution):
        filter_ = vtkDataSetSurfaceFilter()
        filter_.SetInputData(grid)
        filter_.SetNonlinearSubdivisionLevel(subdivision_level(grid, resolution))
        # the cells do not share points; sew them together
        clean = vtkCleanPolyData()
        clean.SetInputConnection(filter_.GetOutputPort())
        clean.ToleranceIsAbsoluteOn()
        clean.SetAbsoluteTolerance(2e-3)
        clean.ConvertPolysToLinesOff()
        clean.ConvertLinesToPointsOff()
        normals = vtkPolyDataNormals()
        normals.SetInputConnection(clean.GetOutputPort())
        normals.SplittingOff()
        normals.ConsistencyOn()
        components = vtkPolyDataConnectivityFilter()
        components.SetInputConnection(normals.GetOutputPort())
        components.SetExtractionModeToAllRegions()
        components.ColorRegionsOn()
        components.Update()
        self.data = components.GetOutput()

        points = points_of(self.data)
        normal = vtk_to_numpy(self.data.GetPointData().GetNormals()).astype(float)
        region = vtk_to_numpy(self.data.GetPointData().GetArray("RegionId")).astype(int)
        self.n_components = components.GetNumberOfExtractedRegions()
        # The cytosol is on top of the topmost point of each membrane.
        for k in range(self.n_components):
            members = np.flatnonzero(region == k)
            if len(members) == 0:
                continue
            top = members[points[members, 2] > points[members, 2].max() - 1e-3]
            if normal[top, 2].sum() < 0:
                normal[members] *= -1
        outer = field(self.data, SURFACE_FIELDS[0])
        inner = field(self.data, SURFACE_FIELDS[1])
        self.has_lipids = outer is not None
        if outer is None:
            outer = np.zeros(len(points))
        if inner is None:
            inner = outer
        self.region = region
        coat = field(self.data, "coat")
        keep_only(self.data, {"normal": normal, "outer": outer, "inner": inner,
                              "coat": np.zeros(len(points)) if coat is None else coat})


def subdivision_level(grid, resolution):
    """Fine enough to look smooth, but not more than needed."""
    n_cells = grid.GetNumberOfCells()
    higher_order = any(
        grid.GetCellType(k) not in (5, 9) for k in (0, n_cells // 2, n_cells - 1)
    )
    if not higher_order:
        return 1
    # a P2 quadrilateral makes 8 triangles on level 1 and four times more on each further
    level = 1
    while level < 4 and n_cells * 8 * 4**level <= resolution:
        level += 1
    return level


def keep_only(data, arrays):
    """Replace all data on points by these arrays, remove those on cells."""
    data.GetPointData().Initialize()
    data.GetCellData().Initialize()
    for name, values in arrays.items():
        array = numpy_to_vtk(np.ascontiguousarray(values, dtype=np.float32), deep=1)
        array.SetName(name)
        data.GetPointData().AddArray(array)


# --- which times to show ----------------------------------------------------


class Stage:
    """The shape at one time in a few numbers."""

    def __init__(self, time, files):
        self.time = time
        self.files = files
        grid = read_grid(files)
        points = points_of(grid)
        r = np.hypot(points[:, 0], points[:, 1])
        self.top = points[:, 2].max()
        self.bottom = points[:, 2].min()
        self.extent = r.max()
        self.rim = points[r > self.extent - 1e-3, 2].mean()
        # the thickest part of what bulges out over the plasma membrane
        above = points[:, 2] > 0.4 * self.top
        self.bulge = r[above].max() if above.any() else 0.0
        outer = field(grid, SURFACE_FIELDS[0])
        orange = outer > 0.5 if outer is not None else np.zeros(len(r), dtype=bool)
        self.spread = r[orange].max() if orange.any() else 0.0
        self.neck = float("nan")
        self.is_open = None
        self.energy = float("nan")


def add_statistics(stages, directory):
    """Neck radius and energy at the times of the pictures, if known."""
    try:
        table = run_reader.read_statistics(directory)
    except RunError:
        return
    if "time" not in table:
        return
    time = table["time"][1]
    for k, stage in enumerate(stages):
        nearest = np.flatnonzero(np.abs(time - stage.time) <= np.nanmin(np.abs(time - stage.time)))
        # the first of two surfaces at one time goes with the first line of that time
        is_later = k > 0 and stages[k - 1].time == stage.time
        line = nearest[-1 if is_later or k + 1 == len(stages) or stages[k + 1].time != stage.time else 0]
        if "neck radius" in table:
            radius = table["neck radius"][1][line]
            stage.is_open = bool(np.isfinite(radius) and radius > 0)
            stage.neck = radius if stage.is_open else float("nan")
        for name in ("total energy", "bending energy"):
            if name in table and np.isfinite(table[name][1][line]):
                stage.energy = table[name][1][line]
                break


def vesicle_radius(stages):
    """An estimate from the highest shape."""
    height = max(stage.top - min(0.0, stage.bottom) for stage in stages)
    extent = max(stage.extent for stage in stages)
    return max(0.5 * height, extent / 20)


def progress(stages, radius):
    """The cumulated change of the shape from the first stage on."""
    neck = np.array([stage.neck if np.isfinite(stage.neck) else 0.0 for stage in stages])
    energy = np.array([stage.energy for stage in stages])
    finite = np.isfinite(energy)
    span = np.ptp(energy[finite]) if finite.any() else 0.0
    energy = np.where(finite, energy, 0.0) / span if span > 0 and finite.all() else 0 * neck
    measures = [
        np.array([stage.top for stage in stages]) / (2 * radius),
        np.minimum([stage.bulge for stage in stages], 2 * radius) / (2 * radius),
        np.minimum(neck, 2 * radius) / (2 * radius),
        0.5 * np.minimum([stage.spread for stage in stages], 3 * radius) / (2 * radius),
        0.3 * energy,
    ]
    steps = np.sqrt(sum(np.diff(measure) ** 2 for measure in measures))
    return np.concatenate([[0.0], np.cumsum(steps)])


def landmarks(stages):
    """Stages that must not be missed: first, last, before and after opening."""
    found = {0, len(stages) - 1}
    is_open = [stage.is_open for stage in stages]
    if True in is_open and False in is_open:
        first_open = is_open.index(True)
        if first_open > 0:
            found.update((first_open - 1, first_open))
    return sorted(found)


def choose(travelled, n, fixed):
    """Indices of n stages, spread evenly over the travelled shape change, with 'fixed'."""
    count = len(travelled)
    if count <= n:
        return list(range(count))
    chosen = set(fixed[:1] + fixed[-1:]) if n < len(fixed) else set(fixed)
    if travelled[-1] <= 0:  # nothing changes: spread over the stages
        travelled = np.arange(count, dtype=float)
    while len(chosen) < n:
        # bisect the widest gap that still has stages inside
        marks = sorted(chosen)
        gaps = [
            (travelled[b] - travelled[a], b - a, a, b) for a, b in zip(marks, marks[1:]) if b - a > 1
        ]
        if not gaps:
            break
        _, _, a, b = max(gaps)
        # not the middle, but the first of the even parts the gap is to be cut into
        left = n - len(chosen)
        total = sum(gap[0] for gap in gaps)
        parts = 2 if total <= 0 else max(2, int(round(left * (travelled[b] - travelled[a]) / total)) + 1)
        inner = np.arange(a + 1, b)
        goals = travelled[a] + (travelled[b] - travelled[a]) * np.arange(1, parts) / parts
        for goal in goals:
            if len(chosen) < n:
                chosen.add(int(inner[np.argmin(np.abs(travelled[inner] - goal))]))
    return sorted(chosen)


# --- geometry for one picture -----------------------------------------------


def clip_at(data, values):
    """The part where values (one per point) are positive."""
    array = numpy_to_vtk(np.ascontiguousarray(values, dtype=np.float64), deep=1)
    array.SetName("clip")
    data.GetPointData().SetScalars(array)
    clip = vtkClipPolyData()
    clip.SetInputData(data)
    clip.SetValue(0.0)
    clip.Update()
    result = clip.GetOutput()
    result.GetPointData().RemoveArray("clip")
    return result


def mix(colours, fraction):
    """Colours between plasma membrane and vesicle lipid, as bytes."""
    low, high = np.array(colours[0]), np.array(colours[1])
    f = np.clip(fraction, 0, 1)[:, None]
    return np.round(255 * (low * (1 - f) + high * f)).astype(np.uint8)


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)[:, None]


def make_poly(points, polygons, colours, normals=None):
    poly = vtkPolyData()
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32), deep=1))
    poly.SetPoints(vtk_points)
    cells = vtkCellArray()
    offsets = np.arange(0, polygons.size + 1, polygons.shape[1], dtype=np.int64)
    corners = np.ascontiguousarray(polygons.ravel(), dtype=np.int64)
    cells.SetData(numpy_to_vtk(offsets, deep=1), numpy_to_vtk(corners, deep=1))
    poly.SetPolys(cells)
    array = numpy_to_vtk(colours, deep=1)
    array.SetName("colours")
    poly.GetPointData().SetScalars(array)
    if normals is not None:
        array = numpy_to_vtk(np.ascontiguousarray(normals, dtype=np.float32), deep=1)
        poly.GetPointData().SetNormals(array)
    return poly


def oriented_triangles(data, points, normal):
    """Triangles, each of them wound such that it agrees with the normals."""
    filter_ = vtkTriangleFilter()
    filter_.SetInputData(data)
    filter_.PassLinesOff()
    filter_.PassVertsOff()
    filter_.Update()
    cells = filter_.GetOutput().GetPolys()
    triangles = vtk_to_numpy(cells.GetConnectivityArray()).reshape(-1, 3).copy()
    corner = points[triangles]
    facing = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    against = np.einsum("ij,ij->i", facing, normal[triangles].sum(axis=1)) < 0
    triangles[against] = triangles[against][:, ::-1]
    return triangles


def leaflets(data):
    """The two leaflets as surfaces, 2 nm above and below the mid-surface."""
    points = points_of(data)
    normal = unit(field(data, "normal"))
    triangles = oriented_triangles(data, points, normal)
    result = []
    for sign, name, colours in ((1, "outer", OUTER_LEAFLET), (-1, "inner", INNER_LEAFLET)):
        result.append(
            make_poly(
                points + sign * HALF_THICKNESS * normal,
                triangles[:, ::sign],
                mix(colours, field(data, name)),
                sign * normal,
            )
        )
    return result


# bounds of the strips across a bilayer (in half thicknesses) and their colours
STRIPS = (
    (1.0, 0.62, CUT_HEADS, "outer"),
    (0.62, 0.04, CUT_TAILS, "outer"),
    (0.04, -0.04, CUT_MIDDLE, "outer"),
    (-0.04, -0.62, CUT_TAILS, "inner"),
    (-0.62, -1.0, CUT_HEADS, "inner"),
)


def cut_faces(data, towards_viewer):
    """The bilayer seen in the cut: heads and tails as strips."""
    edges = vtkFeatureEdges()
    edges.SetInputData(data)
    edges.BoundaryEdgesOn()
    edges.FeatureEdgesOff()
    edges.NonManifoldEdgesOff()
    edges.ManifoldEdgesOff()
    edges.ColoringOff()
    edges.Update()
    border = edges.GetOutput()
    if border.GetNumberOfLines() == 0:
        return None
    lines = vtk_to_numpy(border.GetLines().GetConnectivityArray()).reshape(-1, 2)
    points = points_of(border)
    normal = unit(field(border, "normal"))

    n = len(points)
    all_points, all_quads, all_colours = [], [], []
    for start, end, colours, leaflet in STRIPS:
        colour = mix(colours, field(border, leaflet))
        base = sum(len(p) for p in all_points)
        for t in (start, end):
            # Where the offset curves cross (at a narrow neck), the point closer
            # to the mid-surface has to win: it is put closer to the viewer.
            lift = 0.25 * (1.0 - abs(t))
            all_points.append(points + t * HALF_THICKNESS * normal + lift * towards_viewer)
            all_colours.append(colour)
        a, b = lines[:, 0] + base, lines[:, 1] + base
        all_quads.append(np.column_stack([a, b, b + n, a + n]))
    return make_poly(np.vstack(all_points), np.vstack(all_quads), np.vstack(all_colours))


# --- rendering --------------------------------------------------------------


class Scene:
    """One window, one fixed camera; draws one surface after the other."""

    def __init__(self, size, view_radius, bottom, top, cutaway, plane_height=None, elevation=ELEVATION):
        self.cutaway = cutaway
        self.plane_height = plane_height  # of the plasma membrane; None without one
        self.view_radius = view_radius
        self.size = size
        elevation = np.radians(elevation)
        # the viewer looks along +y and down; x runs to the right
        self.backward = np.array([0.0, -np.cos(elevation), np.sin(elevation)])
        self.up = np.array([0.0, np.sin(elevation), np.cos(elevation)])

        self.renderer = vtkRenderer()
        self.renderer.SetBackground(1.0, 1.0, 1.0)
        self.renderer.AutomaticLightCreationOff()
        for position, intensity in LIGHTS:
            light = vtkLight()
            light.SetLightTypeToCameraLight()
            light.SetPosition(*position)
            light.SetFocalPoint(0, 0, 0)
            light.SetIntensity(intensity)
            self.renderer.AddLight(light)

        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
        self.window.AddRenderer(self.renderer)

        steps = vtkRenderStepsPass()
        occlusion = vtkSSAOPass()
        occlusion.SetRadius(0.12 * view_radius)
        occlusion.SetBias(0.012 * view_radius)
        occlusion.SetKernelSize(96)
        occlusion.BlurOn()
        occlusion.SetDelegatePass(steps)
        self.renderer.SetPass(occlusion)

        self.place_camera(bottom, top)

    def place_camera(self, bottom, top):
        """Fit the cylinder of membrane to be drawn into the window."""
        phi = np.linspace(0, 2 * np.pi, 73)
        rim = self.view_radius * np.column_stack([np.cos(phi), np.sin(phi)])
        if self.cutaway:
            rim = rim[rim[:, 1] >= -1e-9]
        vertical = [rim[:, 1] * self.up[1]]
        vertical += [np.array([z * self.up[2] for z in (bottom, top)])]
        low, high = min(v.min() for v in vertical), max(v.max() for v in vertical)
        width, height = self.size
        # leave room for the time at the top and for legend and scale bar at the bottom
        low, high = low - 0.20 * (high - low), high + 0.08 * (high - low)
        half_height = max(0.5 * (high - low), 1.05 * self.view_radius * height / width)
        center = 0.5 * (low + high)
        camera = self.renderer.GetActiveCamera()
        focus = center * self.up
        camera.SetFocalPoint(*focus)
        # close to the scene: the shadows are computed with few digits of the distance
        reach = 0.5 * (top - bottom) + 1.15 * self.view_radius
        camera.SetPosition(*(focus + 1.1 * reach * self.backward))
        camera.SetViewUp(*self.up)
        camera.ParallelProjectionOn()
        camera.SetParallelScale(half_height)
        camera.SetClippingRange(0.05 * reach, 2.2 * reach)
        self.pixels_per_nm = height / (2 * half_height)
        self.center = center

    def pixel(self, x, y, z):
        """Where a point of space lands in the picture."""
        vertical = np.dot((x, y, z), self.up) - self.center
        return (
            0.5 * self.size[0] + x * self.pixels_per_nm,
            0.5 * self.size[1] - vertical * self.pixels_per_nm,
        )

    def add(self, poly, lit):
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(poly)
        mapper.SetScalarModeToUsePointData()
        mapper.SetColorModeToDirectScalars()
        actor = vtkActor()
        actor.SetMapper(mapper)
        look = actor.GetProperty()
        if lit:
            look.SetAmbient(0.36)
            look.SetDiffuse(0.72)
            look.SetSpecular(0.10)
            look.SetSpecularPower(18)
            look.SetInterpolationToPhong()
        else:
            look.SetLighting(False)
        self.renderer.AddActor(actor)

    def draw(self, surface):
        """The picture of a surface, without any words in it."""
        self.renderer.RemoveAllViewProps()
        data = surface.data
        xyz = points_of(data)
        data = clip_at(data, self.view_radius - np.hypot(xyz[:, 0], xyz[:, 1]))
        if self.cutaway:
            data = clip_at(data, points_of(data)[:, 1])
        for poly in leaflets(data):
            self.add(poly, lit=True)
        faces = cut_faces(data, self.backward)
        if faces is not None:
            self.add(faces, lit=False)
        return self.grab()

    def grab(self):
        """The picture of what was added."""
        self.window.Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.SetInputBufferTypeToRGB()
        grab.ReadFrontBufferOff()
        grab.ShouldRerenderOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 3)
        picture = Image.fromarray(np.ascontiguousarray(pixels[::-1]))
        return picture.resize(self.size, Image.LANCZOS)


# --- words and scale bars ---------------------------------------------------


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


def describe(stage, radius, first_open):
    """A word for the shape, '' if unsure. Only where a neck radius is known."""
    if stage.is_open is None or first_open is None:
        return ""
    if not stage.is_open and stage.time <= first_open:
        return "docked"
    if stage.time == first_open:
        return "pore opens"
    if stage.top < 0.15 * (2 * radius):
        return "flattened"
    if not stage.is_open:
        return "pore closed"
    if stage.neck < 0.97 * stage.bulge:
        return "Ω shape" if stage.neck > 0.25 * radius else "narrow neck"
    return "flattening"


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


# --- animations -------------------------------------------------------------


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


# --- the display ------------------------------------------------------------


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


# --- main -------------------------------------------------------------------


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
    ensure_display()

    # of very long runs only a part is looked at
    stride = -(-len(collection) // max(1000, arguments.frames))
    collection = collection[:-1:stride] + collection[-1:]
    if os.path.isfile(os.path.join(directory, "track.vtp")):
        from . import render_life, render_walk  # which need this file

        if arguments.camera != "tilted":
            raise RunError("A vesicle on its track is drawn with the camera 'tilted' only.")
        if render_life.is_life(directory):
            render_life.draw_life(directory, collection, arguments.frames, arguments.size)
            return
        render_walk.draw_walk(directory, collection, arguments.frames, arguments.size)
        return
    stages = [Stage(time, files) for time, files in collection]
    add_statistics(stages, directory)
    radius = vesicle_radius(stages)
    travelled = progress(stages, radius)
    fixed = landmarks(stages)
    chosen = choose(travelled, arguments.frames, fixed)
    first_open = next((s.time for s in stages if s.is_open), None)

    view_radius = min(2.8 * radius, max(stage.extent for stage in stages))
    bottom = min(stages[k].bottom for k in chosen) - HALF_THICKNESS
    top = max(stages[k].top for k in chosen) + HALF_THICKNESS
    # a plasma membrane reaches much further out than the vesicle; else there is none
    has_plane = all(stage.extent > 1.5 * radius for stage in stages)
    plane_height = float(np.median([stages[k].rim for k in chosen])) if has_plane else None
    elevation, close = CAMERAS[arguments.camera]
    if close:
        middle = plane_height if has_plane else 0.5 * (bottom + top)
        view_radius = min(view_radius, close * radius)
        bottom, top = max(bottom, middle - 0.6 * view_radius), min(top, middle + view_radius)
    cutaway = arguments.cutaway and arguments.camera != "top"
    # close to the pore the plane may be out of sight, and with it what is on which side of it
    scene = Scene(arguments.size, view_radius, bottom, top, cutaway, None if close else plane_height, elevation)

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
