# SPDX-License-Identifier: LGPL-2.1-or-later
"""The membrane of a run as VTK data: read, tessellated, clipped, and with the thickness of its leaflets."""

import numpy as np
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

from . import run_reader
from .run_reader import RunError

HALF_THICKNESS = 2.0  # nm, half of a bilayer

# colours of the lipids: (plasma membrane, vesicle)
OUTER_LEAFLET = ((0.66, 0.73, 0.82), (0.98, 0.60, 0.20))
INNER_LEAFLET = ((0.60, 0.68, 0.78), (0.96, 0.56, 0.18))
CUT_HEADS = ((0.27, 0.36, 0.48), (0.80, 0.38, 0.03))
CUT_MIDDLE = ((0.62, 0.68, 0.76), (0.93, 0.68, 0.42))
CUT_TAILS = ((0.86, 0.89, 0.93), (0.99, 0.87, 0.70))
RESOLUTION = 150000  # triangles that a tessellated surface may have, about

SURFACE_FIELDS = ("vesicle lipid outer leaflet", "vesicle lipid inner leaflet")


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
