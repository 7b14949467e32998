#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write segmented_vesicle.ply, a vesicle as a segmentation of a tomogram would give it.

    make_vesicle.py [FILE.ply]

A pear-shaped vesicle with lumps is filled into a volume of voxels, noise is added, the volume is
blurred, more along the beam than across it, and the surface of half the grey value is triangulated.
The same file comes out each time. Coordinates are in nm.
"""

import os
import sys

import numpy
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkPolyDataConnectivityFilter
from vtkmodules.vtkImagingGeneral import vtkImageGaussianSmooth

VOXEL = 1.74  # nm
N = (52, 52, 76)  # voxels along x, y and z


def pear(x, y, z):
    """About the distance from the surface of a pear 100 nm long, negative inside [nm]."""
    half_length = 52.0
    t = numpy.clip(z / half_length, -1.0, 1.0)
    radius = 34.0 * numpy.sqrt(numpy.maximum(1.0 - t**2, 0.0)) * (1.0 - 0.22 * t)
    bent = x - 4.0 * (1.0 - t**2)  # not quite straight
    across = numpy.hypot(bent, y)
    angle = numpy.arctan2(y, bent)
    lumps = 1.4 * numpy.cos(3.0 * angle + 1.0) * (1.0 - t**2) + 1.2 * numpy.sin(
        2.0 * angle - 5.0 * t
    ) * (1.0 - t**2)
    beyond = numpy.maximum(numpy.abs(z) - half_length, 0.0)
    return numpy.where(beyond > 0.0, numpy.hypot(across, beyond), across - radius - lumps)


def blurred(volume, widths):
    """Gaussian blur with standard deviations in voxels."""
    image = vtkImageData()
    image.SetDimensions(*volume.shape)
    image.SetSpacing(VOXEL, VOXEL, VOXEL)
    image.SetOrigin(*(-0.5 * VOXEL * (n - 1) for n in volume.shape))
    image.GetPointData().SetScalars(
        numpy_to_vtk(volume.astype(numpy.float32).ravel(order="F"), deep=True)
    )
    blur = vtkImageGaussianSmooth()
    blur.SetInputData(image)
    blur.SetStandardDeviations(*widths)
    blur.SetRadiusFactors(4.0, 4.0, 4.0)
    blur.Update()
    return blur.GetOutput()


def surface():
    """Points (n, 3) [nm] and triangles (m, 3)."""
    random = numpy.random.RandomState(7)
    axes = [VOXEL * (numpy.arange(n) - 0.5 * (n - 1)) for n in N]
    x, y, z = numpy.meshgrid(*axes, indexing="ij")
    inside = (pear(x, y, z) < 0.0).astype(float)
    # The beam runs along x.
    image = blurred(inside + 0.6 * random.standard_normal(N), (1.6, 1.1, 1.1))
    contour = vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, 0.5)
    contour.ComputeNormalsOff()
    contour.ComputeGradientsOff()
    largest = vtkPolyDataConnectivityFilter()  # the noise makes specks, too
    largest.SetInputConnection(contour.GetOutputPort())
    largest.SetExtractionModeToLargestRegion()
    largest.Update()
    data = largest.GetOutput()
    points = vtk_to_numpy(data.GetPoints().GetData()).astype("<f4")
    triangles = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    used, numbers = numpy.unique(triangles, return_inverse=True)
    return points[used], numbers.reshape(-1, 3).astype("<i4")


def write_ply(path, points, triangles):
    faces = numpy.empty(len(triangles), dtype=[("n", "u1"), ("corners", "<i4", 3)])
    faces["n"] = 3
    faces["corners"] = triangles
    with open(path, "wb") as stream:
        stream.write(
            (
                "ply\nformat binary_little_endian 1.0\n"
                "comment vesicle of meshes/make_vesicle.py, coordinates in nm\n"
                f"element vertex {len(points)}\n"
                "property float x\nproperty float y\nproperty float z\n"
                f"element face {len(triangles)}\n"
                "property list uchar int vertex_indices\nend_header\n"
            ).encode()
        )
        stream.write(points.tobytes())
        stream.write(faces.tobytes())


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "segmented_vesicle.ply")
    points, triangles = surface()
    write_ply(path, points, triangles)
    print(f"{path}: {len(points)} points, {len(triangles)} triangles")


if __name__ == "__main__":
    main()
