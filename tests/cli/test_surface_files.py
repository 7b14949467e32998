#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Vesicles from files as a user gives them: every format, and one sentence for each broken file.

    test_surface_files.py [PROGRAM] [unittest options]

The program is that of the argument, or of the environment variable FUSOGEN.
"""

import json
import math
import os
import struct
import tempfile
import unittest

from test_command_line import EQUILIBRIUM, SOURCE, TestCase, run, settings

PARAMETERS = {
    "Scenario/Kind": "relaxation",
    "Geometry/Dimension": "3d",
    "Geometry/Refinement": "2",
    "Vesicle/Initial shape": "file",
    "Vesicle/Volume": "fixed",
    "Time/End time": "1e-3",
    "Time/Output interval": "1e-3",
}


def built_with_vtk():
    with tempfile.NamedTemporaryFile(suffix=".stl") as probe:
        probe.write(b"probe")
        probe.flush()
        return "without VTK" not in run(
            EQUILIBRIUM, *settings({**PARAMETERS, "Vesicle/File": probe.name})
        ).stderr


# What is read without VTK is tested without it.
needs_vtk = unittest.skipUnless(built_with_vtk(), "this program was built without VTK")


def spheroid(level=3, radius=20.0, length=26.0):
    """Points and triangles, normals outward, of an octahedron that was subdivided and rounded."""
    points = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    triangles = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    for _ in range(level):
        middles = {}

        def middle(i, j):
            key = (min(i, j), max(i, j))
            if key not in middles:
                x = [a + b for a, b in zip(points[i], points[j])]
                norm = math.sqrt(sum(c * c for c in x))
                middles[key] = len(points)
                points.append(tuple(c / norm for c in x))
            return middles[key]

        finer = []
        for i, j, k in triangles:
            a, b, c = middle(i, j), middle(j, k), middle(k, i)
            finer += [(i, a, c), (j, b, a), (k, c, b), (a, b, c)]
        triangles = finer
    return [(radius * x, radius * y, length * z) for x, y, z in points], triangles


def moved(points, dx):
    return [(x + dx, y, z) for x, y, z in points]


def joined(*surfaces):
    points, triangles = [], []
    for more_points, more_triangles in surfaces:
        triangles += [tuple(len(points) + i for i in t) for t in more_triangles]
        points += more_points
    return points, triangles


def torus(n=16):
    points, triangles = [], []
    for i in range(n):
        for j in range(n):
            u, v = 2 * math.pi * i / n, 2 * math.pi * j / n
            r = 30 + 12 * math.cos(v)
            points.append((r * math.cos(u), r * math.sin(u), 12 * math.sin(v)))
            a, b = n * i + j, n * ((i + 1) % n) + j
            c, d = n * i + (j + 1) % n, n * ((i + 1) % n) + (j + 1) % n
            triangles += [(a, b, d), (a, d, c)]
    return points, triangles


def moebius_strip(n=41):
    points, triangles = [], []
    for i in range(n):
        angle = 2 * math.pi * i / n
        for side in (-8, 8):
            r = 30 + side * math.cos(angle / 2)
            points.append((r * math.cos(angle), r * math.sin(angle), side * math.sin(angle / 2)))
        a, b = 2 * i, 2 * i + 1
        c, d = (a + 2, b + 2) if i + 1 < n else (1, 0)
        triangles += [(a, c, b), (b, c, d)]
    return points, triangles


def ply(points, cells):
    lines = ["ply", "format ascii 1.0", f"element vertex {len(points)}"]
    lines += [f"property double {c}" for c in "xyz"]
    lines += [f"element face {len(cells)}", "property list uchar int vertex_indices", "end_header"]
    lines += [" ".join(map(repr, p)) for p in points]
    lines += [" ".join(map(str, (len(c), *c))) for c in cells]
    return "\n".join(lines) + "\n"


def stl(points, triangles):
    data = b"binary".ljust(80) + struct.pack("<I", len(triangles))
    for t in triangles:
        data += struct.pack("<12fH", 0, 0, 0, *(c for i in t for c in points[i]), 0)
    return data


def obj(points, triangles):
    text = "".join("v {!r} {!r} {!r}\n".format(*p) for p in points)
    return text + "".join("f {} {} {}\n".format(*(i + 1 for i in t)) for t in triangles)


def vtk_xml(points, triangles, kind):
    def array(name, values, type_, components=1):
        return (
            f'<DataArray type="{type_}" Name="{name}" NumberOfComponents="{components}" '
            f'format="ascii">{" ".join(map(str, values))}</DataArray>'
        )

    n, m = len(points), len(triangles)
    polygons = array("connectivity", [i for t in triangles for i in t], "Int64") + array(
        "offsets", [3 * (i + 1) for i in range(m)], "Int64"
    )
    where = f"<Points>{array('Points', [c for p in points for c in p], 'Float64', 3)}</Points>"
    if kind == "PolyData":
        piece = (
            f'<Piece NumberOfPoints="{n}" NumberOfVerts="0" NumberOfLines="0" NumberOfStrips="0" '
            f'NumberOfPolys="{m}">{where}<Polys>{polygons}</Polys></Piece>'
        )
    else:
        piece = (
            f'<Piece NumberOfPoints="{n}" NumberOfCells="{m}">{where}'
            f"<Cells>{polygons}{array('types', [5] * m, 'UInt8')}</Cells></Piece>"
        )
    return (
        f'<?xml version="1.0"?><VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" '
        f'header_type="UInt64"><{kind}>{piece}</{kind}></VTKFile>'
    )


def msh(points, triangles):
    text = f"$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n{len(points)}\n"
    text += "".join("{} {!r} {!r} {!r}\n".format(i + 1, *p) for i, p in enumerate(points))
    text += f"$EndNodes\n$Elements\n{len(triangles)}\n"
    text += "".join(
        "{} 2 2 0 1 {} {} {}\n".format(i + 1, *(k + 1 for k in t)) for i, t in enumerate(triangles)
    )
    return text + "$EndElements\n"


class SurfaceFiles(TestCase):
    def write(self, name, content):
        with open(self.path(name), "wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def arguments(self, path, **more):
        parameters = {**PARAMETERS, "Vesicle/File": path}
        parameters.update({name.replace("__", "/").replace("_", " "): v for name, v in more.items()})
        return [self.file(""), *settings(parameters)]


class BrokenFiles(SurfaceFiles):
    """Each has one sentence with the name of the file, and leaves nothing behind."""

    def assert_refused(self, name, content, *words, **parameters):
        path = self.write(name, content) if content is not None else self.path(name)
        self.assert_wrong_input(self.arguments(path, **parameters), name, *words)

    def test_missing(self):
        self.assert_refused("nowhere.ply", None, "does not exist")
        self.assert_wrong_input(self.arguments(self.folder), "is not a file")

    def test_no_name(self):
        self.assert_wrong_input(self.arguments(""), "Vesicle/File", "needs the name of a file")

    def test_unknown_kind(self):
        self.assert_refused("vesicle.doc", "x", "unknown kind", ".ply", ".msh")

    def test_empty(self):
        self.assert_refused("vesicle.ply", b"", "is empty")
        self.assert_refused("points.ply", ply(spheroid()[0], []), "no triangles")

    LETTER = "Dear Sir,\nthis is a letter.\n" * 20

    def test_another_kind(self):
        self.assert_refused("letter.ply", self.LETTER, "cannot be read as a ply file")
        self.assert_refused("letter.msh", self.LETTER, "cannot be read as a msh file")

    @needs_vtk
    def test_another_kind_for_vtk(self):
        for extension in ("obj", "stl", "vtp", "vtu"):
            self.assert_refused(f"letter.{extension}", self.LETTER)
        self.assert_refused(
            "vesicle.vtp", vtk_xml(*spheroid(1), "UnstructuredGrid"), "cannot be read as a vtp file"
        )

    def test_truncated(self):
        text = ply(*spheroid())
        self.assert_refused("vesicle.ply", text[: len(text) // 2], "damaged")
        with open(os.path.join(SOURCE, "meshes", "segmented_vesicle.ply"), "rb") as stream:
            self.assert_refused("binary.ply", stream.read()[:200000], "damaged")
        text = msh(*spheroid())
        self.assert_refused("vesicle.msh", text[: len(text) // 2], "damaged")

    @needs_vtk
    def test_truncated_for_vtk(self):
        text = vtk_xml(*spheroid(), "PolyData")
        self.assert_refused("vesicle.vtp", text[: len(text) // 2], "damaged")
        data = stl(*spheroid())
        self.assert_refused("vesicle.stl", data[: len(data) // 2])

    def test_number_of_a_point(self):
        points, triangles = spheroid()
        self.assert_refused(
            "vesicle.ply", ply(points, [*triangles[1:], (0, 2, 40000)]), "point number 40000"
        )

    def test_coordinate_that_is_none(self):
        points, triangles = spheroid()
        points[11] = (float("nan"), 0.0, 0.0)
        self.assert_refused(
            "vesicle.ply", ply(points, triangles), "point number 11", "not a finite number"
        )

    def test_pentagon(self):
        points, triangles = spheroid()
        self.assert_refused("vesicle.ply", ply(points, [*triangles, (0, 1, 2, 3, 4)]), "5 corners")

    def test_without_area(self):
        points, triangles = spheroid()
        self.assert_refused(
            "vesicle.ply", ply([(x, 0.0, 0.0) for x, _, _ in points], triangles), "without area"
        )

    def test_three_triangles_at_an_edge(self):
        points, triangles = spheroid()
        fin = (*triangles[0][:2], len(points))
        self.assert_refused(
            "vesicle.ply",
            ply([*points, (0.0, 0.0, 0.0)], [*triangles, fin]),
            "3 triangles meet at the edge",
        )

    def test_sheets_that_touch_in_a_point(self):
        points, triangles = spheroid()
        surface = joined((points, triangles), (moved(points, 40.0), triangles))
        self.assert_refused("vesicle.ply", ply(*surface), "touch in the point")

    def test_one_side_only(self):
        self.assert_refused("vesicle.ply", ply(*moebius_strip()), "one side only")

    def test_open(self):
        points, triangles = spheroid()
        self.assert_refused("vesicle.ply", ply(points, triangles[1:]), "is open, with 1 rim")

    def test_several(self):
        points, triangles = spheroid()
        surface = joined((points, triangles), (moved(points, 60.0), triangles))
        self.assert_refused("vesicle.ply", ply(*surface), "2 separate surfaces")

    def test_handle(self):
        self.assert_refused("vesicle.ply", ply(*torus()), "1 handle")

    def test_passes_through_itself(self):
        points, triangles = spheroid()
        # The north pole pushed out through the south pole.
        points = [(x, y, z - 60.0 * max(0.0, z - 20.0) / 6.0) for x, y, z in points]
        self.assert_refused("vesicle.ply", ply(points, triangles), "passes through itself")

    def test_wrong_unit(self):
        self.assert_refused(
            "vesicle.ply", ply(*spheroid()), "File unit", Vesicle__File_unit="um"
        )
        self.assert_refused(
            "vesicle.ply", ply(*spheroid()), "File unit", Vesicle__File_unit="angstrom"
        )

    def test_in_the_meridian(self):
        self.assert_wrong_input(
            self.arguments(
                self.write("vesicle.ply", ply(*spheroid())), Geometry__Dimension="meridian"
            ),
            "Vesicle/Initial shape = file",
            "Geometry/Dimension = 3d",
        )


class GoodFiles(SurfaceFiles):
    def area_of(self, path, **parameters):
        folder = self.path("out_" + os.path.basename(path))
        done = run(*self.arguments(path, **parameters), "--output", folder)
        self.assert_works(done)
        self.log = done.stdout
        with open(os.path.join(folder, "summary.json"), encoding="utf-8") as stream:
            summary = json.load(stream)
        self.assertLess(summary["largest displacement from file"]["value"], 0.5)
        self.assertLess(
            summary["rms displacement from file"]["value"],
            summary["largest displacement from file"]["value"],
        )
        return summary["area"]["value"]

    @needs_vtk
    def test_formats(self):
        points, triangles = spheroid()
        files = {
            "vesicle.msh": msh(points, triangles),
            "vesicle.ply": ply(points, triangles),
            "vesicle.STL": stl(points, triangles),
            "vesicle.obj": obj(points, triangles),
            "vesicle.vtp": vtk_xml(points, triangles, "PolyData"),
            "vesicle.vtu": vtk_xml(points, triangles, "UnstructuredGrid"),
        }
        areas = {}
        for name, content in files.items():
            areas[name] = self.area_of(self.write(name, content))
            self.assertIn("512 triangles", self.log)
            self.assertIn("96 quadrilaterals", self.log)
        for name, area in areas.items():
            # Single precision, and points in another order.
            self.assertAlmostEqual(area / areas["vesicle.msh"], 1.0, delta=5e-3, msg=name)

    def test_what_is_mended_is_told(self):
        points, triangles = spheroid()
        turned = [(a, c, b) if i % 7 == 0 else (a, b, c) for i, (a, b, c) in enumerate(triangles)]
        self.area_of(self.write("turned.ply", ply(points, turned)))
        self.assertIn("74 triangles turned", self.log)
        inside_out = [(a, c, b) for a, b, c in triangles]
        self.area_of(self.write("inside_out.ply", ply(points, inside_out)))
        self.assertIn("normals turned outward", self.log)

    def test_quadrilaterals_and_unit(self):
        # A cube-sphere in angstrom.
        n, points, quads, numbers = 12, [], [], {}

        def number(i, j, k):
            if (i, j, k) not in numbers:
                x = [math.tan(math.pi / 4 * (2 * c / n - 1)) for c in (i, j, k)]
                norm = math.sqrt(sum(c * c for c in x))
                numbers[i, j, k] = len(points)
                points.append(tuple(200.0 * c / norm for c in x))
            return numbers[i, j, k]

        for side in (0, n):
            for i in range(n):
                for j in range(n):
                    corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
                    quads.append([number(side, a, b) for a, b in corners])
                    quads.append([number(a, side, b) for a, b in corners])
                    quads.append([number(a, b, side) for a, b in corners])
        area = self.area_of(
            self.write("vesicle.ply", ply(points, quads)), Vesicle__File_unit="angstrom"
        )
        self.assertAlmostEqual(area / (4 * math.pi * 400), 1.0, delta=0.01)

    def test_path_is_relative_to_the_parameter_file(self):
        os.mkdir(self.path("setup"))
        self.write("setup/vesicle.msh", msh(*spheroid()))
        lines = []
        for name, value in {**PARAMETERS, "Vesicle/File": "vesicle.msh"}.items():
            section, name = name.split("/")
            lines += [f"subsection {section}", f"set {name} = {value}", "end"]
        self.write("setup/run.prm", "\n".join(lines) + "\n")
        self.assert_works(
            run(self.path("setup", "run.prm"), "--output", self.path("out"), cwd=SOURCE)
        )
        # What was written can be run again from anywhere.
        self.assert_works(
            run(self.path("out", "parameters.prm"), "--output", self.path("again"), cwd=SOURCE)
        )

    def test_shipped_example(self):
        path = os.path.join(SOURCE, "parameter_files", "vesicle_from_file.prm")
        done = run(
            path,
            *settings({"Time/End time": "1e-3", "Geometry/Refinement": "2"}),
            *("--output", self.path("out")),
        )
        self.assert_works(done)
        self.assertIn("19924 triangles", done.stdout)


if __name__ == "__main__":
    unittest.main()
