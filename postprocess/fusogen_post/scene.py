# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window into which a membrane is drawn, with lights and a fixed camera."""

import numpy as np
from PIL import Image
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkLight,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkWindowToImageFilter,
)
from vtkmodules.vtkRenderingOpenGL2 import vtkRenderStepsPass, vtkSSAOPass

from .cameras import ELEVATION
from .membrane_surface import clip_at, cut_faces, leaflets, points_of

SUPERSAMPLING = 2
# lights fixed to the camera (direction to the right, up and to the viewer; intensity):
# a key light, a fill light, and one from below into the lumen
LIGHTS = (((-0.5, 0.9, 1.0), 0.70), ((0.9, 0.25, 0.6), 0.28), ((0.1, -0.5, 0.9), 0.34))


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

    def add_membrane(self, data):
        """Add the part of a membrane that is in view; returns that part."""
        xyz = points_of(data)
        data = clip_at(data, self.view_radius - np.hypot(xyz[:, 0], xyz[:, 1]))
        if self.cutaway:
            data = clip_at(data, points_of(data)[:, 1])
        for poly in leaflets(data):
            self.add(poly, lit=True)
        faces = cut_faces(data, self.backward)
        if faces is not None:
            self.add(faces, lit=False)
        return data

    def draw(self, surface):
        """The picture of a surface, without any words in it."""
        self.renderer.RemoveAllViewProps()
        self.add_membrane(surface.data)
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
