#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the scripts in postprocess/.

Run it by hand with

    /usr/bin/python3 tests/cli/test_postprocess.py

The runs are made up here: a vesicle of fixed area that docks, opens and
flattens, written in the format of the solver. With the argument
'--write DIR [IMAGES]' such a run is only written to DIR.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

try:
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkUnstructuredGrid
    from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

    HAVE_VTK = True
except ImportError:
    HAVE_VTK = False

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.normpath(os.path.join(HERE, "..", "..", "postprocess"))

VTK_LAGRANGE_CURVE = 68
VTK_LAGRANGE_QUADRILATERAL = 70

RADIUS = 20.0  # of the vesicle, nm
EDGE = 120.0  # radius of the plasma membrane, nm
SECTORS = 32


# --- made-up shapes ---------------------------------------------------------


def arc(center, radius, start, end, n):
    angle = np.linspace(start, end, n)
    return np.column_stack([center[0] + radius * np.cos(angle), center[1] + radius * np.sin(angle)])


def resample(curve, n):
    """n points evenly spread along a curve."""
    s = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    even = np.linspace(0, s[-1], n)
    return np.column_stack([np.interp(even, s, curve[:, 0]), np.interp(even, s, curve[:, 1])])


def docked(gap):
    """A sphere above a plane: two curves from the axis (or pole) outwards."""
    sphere = arc((0, RADIUS + gap), RADIUS, math.pi / 2, -math.pi / 2, 400)
    sphere[[0, -1], 0] = 0
    plane = np.column_stack([np.linspace(0, EDGE, 400), np.zeros(400)])
    return [resample(sphere, 61), resample(plane, 61)]


def fused(alpha, fillet):
    """A spherical cap of the vesicle's area, joined by a fillet to the plane.

    alpha is the angle between the downward axis and the end of the cap: small
    for a narrow neck, close to pi for a flat bump.
    """
    rho = RADIUS * math.sqrt(2 / (1 + math.cos(alpha)))
    r_fillet = (rho + fillet) * math.sin(alpha)
    z_cap = fillet + (rho + fillet) * math.cos(alpha)
    cap = arc((0, z_cap), rho, math.pi / 2, alpha - math.pi / 2, 800)
    cap[0, 0] = 0
    bend = arc((r_fillet, fillet), fillet, alpha + math.pi / 2, 3 * math.pi / 2, 400)
    plane = np.column_stack([np.linspace(r_fillet, EDGE, 400), np.zeros(400)])
    curve = np.vstack([cap, bend[1:], plane[1:]])
    return [resample(curve, 161)]


def neck_radius(alpha, fillet):
    rho = RADIUS * math.sqrt(2 / (1 + math.cos(alpha)))
    return (rho + fillet) * math.sin(alpha) - fillet * (1 if alpha < math.pi / 2 else math.sin(alpha))


def lipid_fraction(curve, is_vesicle, spread):
    """1 on the vesicle; across its former edge a front as wide as 'spread'."""
    if is_vesicle is not None:
        return np.full(len(curve), float(is_vesicle))
    r = curve[:, 0]
    step = np.hypot(*np.diff(curve, axis=0).T)
    area = np.concatenate([[0], np.cumsum(math.pi * (r[1:] + r[:-1]) * step)])
    reach = 2 * np.sqrt(area / (4 * math.pi))  # radius of a disc of that area, in 2 R
    return np.array([0.5 * math.erfc((s - 2 * RADIUS) / spread) for s in reach])


# --- writing them as the solver does ----------------------------------------


def write_grid(path, points, cells, cell_type, fields):
    """Each cell has its own points, as from a finite element output."""
    grid = vtkUnstructuredGrid()
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(points[cells.ravel()].astype(np.float32), deep=1))
    grid.SetPoints(vtk_points)
    n_cells, n_nodes = cells.shape
    connectivity = np.empty((n_cells, n_nodes + 1), dtype=np.int64)
    connectivity[:, 0] = n_nodes
    connectivity[:, 1:] = np.arange(n_cells * n_nodes).reshape(n_cells, n_nodes)
    cell_array = vtkCellArray()
    cell_array.SetCells(n_cells, numpy_to_vtkIdTypeArray(connectivity.ravel(), deep=1))
    grid.SetCells(cell_type, cell_array)
    for name, values in fields.items():
        array = numpy_to_vtk(np.ascontiguousarray(values[cells.ravel()], dtype=np.float32), deep=1)
        array.SetName(name)
        grid.GetPointData().AddArray(array)
    writer = vtkXMLUnstructuredGridWriter()
    writer.SetFileName(path)
    writer.SetInputData(grid)
    writer.Write()


def revolve(curve, fields):
    """Turn a P2 meridian into P2 quadrilaterals around the z axis."""
    n = len(curve)
    n_phi = 2 * SECTORS
    phi = 2 * np.pi * np.arange(n_phi) / n_phi
    points = np.empty((n, n_phi, 3))
    points[:, :, 0] = np.outer(curve[:, 0], np.cos(phi))
    points[:, :, 1] = np.outer(curve[:, 0], np.sin(phi))
    points[:, :, 2] = curve[:, 1][:, None]
    cells = []
    for i in range(0, n - 2, 2):
        for j in range(0, n_phi, 2):
            a, b, c = (i * n_phi, (i + 1) * n_phi, (i + 2) * n_phi)
            j0, j1, j2 = j, j + 1, (j + 2) % n_phi
            cells.append([a + j0, c + j0, c + j2, a + j2, b + j0, c + j1, b + j2, a + j1, b + j1])
    revolved = {name: np.repeat(values, n_phi, axis=0) for name, values in fields.items()}
    return points.reshape(-1, 3), np.array(cells), revolved


def write_surface(directory, number, curves, fields):
    parts = [revolve(curve, field) for curve, field in zip(curves, fields)]
    offsets = np.cumsum([0] + [len(points) for points, cells, field in parts])
    name = f"solution/surface_{number:05d}.vtu"
    write_grid(
        os.path.join(directory, name),
        np.vstack([p[0] for p in parts]),
        np.vstack([p[1] + offset for p, offset in zip(parts, offsets)]),
        VTK_LAGRANGE_QUADRILATERAL,
        {key: np.concatenate([p[2][key] for p in parts]) for key in parts[0][2]},
    )
    curve_name = f"solution/meridian_{number:05d}.vtu"
    cells, start = [], 0
    for curve in curves:
        cells += [[start + i, start + i + 2, start + i + 1] for i in range(0, len(curve) - 2, 2)]
        start += len(curve)
    all_curves = np.vstack(curves)
    write_grid(
        os.path.join(directory, curve_name),
        np.column_stack([all_curves[:, 0], 0 * all_curves[:, 0], all_curves[:, 1]]),
        np.array(cells),
        VTK_LAGRANGE_CURVE,
        {key: np.concatenate([f[key] for f in fields]) for key in fields[0]},
    )
    return name, curve_name


def write_collection(path, entries):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write('<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1">\n')
        stream.write("<Collection>\n")
        for time, name in entries:
            stream.write(f'<DataSet timestep="{time:.8g}" group="" part="0" file="{name}"/>\n')
        stream.write("</Collection>\n</VTKFile>\n")


def write_table(path, columns):
    names = list(columns)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(",".join(names) + "\n")
        for row in zip(*columns.values()):
            stream.write(",".join(f"{value:.10g}" for value in row) + "\n")


def write_walk(directory, n_images):
    """A sphere of 50 nm radius that walks along a track of 1000 nm; n_images surfaces."""
    os.makedirs(os.path.join(directory, "solution"))
    angles = np.linspace(0, np.pi, 33)
    curve = np.column_stack([50 * np.sin(angles), 50 * np.cos(angles)])
    entries, columns = [], {}
    for k in range(n_images):
        x = 1000 * k / (n_images - 1)
        points, cells, fields = revolve(curve, {"mean curvature [1/nm]": np.full(len(curve), 0.04)})
        name = f"solution/surface_{k:05d}.vtu"
        write_grid(
            os.path.join(directory, name), points + [x, 0, 80], cells, VTK_LAGRANGE_QUADRILATERAL, fields
        )
        entries.append((5e5 * k, name))
        row = {
            "time [us]": 5e5 * k, "vesicle x [nm]": x, "vesicle y [nm]": 0, "vesicle z [nm]": 80,
            "kinesins bound []": 1, "dyneins bound []": 0,
        }  # fmt: skip
        for column, value in row.items():
            columns.setdefault(column, []).append(value)
    write_collection(os.path.join(directory, "surface.pvd"), entries)
    write_table(os.path.join(directory, "statistics.csv"), columns)
    with open(os.path.join(directory, "track.vtp"), "w", encoding="utf-8") as stream:
        stream.write(
            '<?xml version="1.0"?>\n<VTKFile type="PolyData" version="0.1">\n<PolyData>\n'
            '<Piece NumberOfPoints="2" NumberOfVerts="0" NumberOfLines="1" NumberOfStrips="0" '
            'NumberOfPolys="0">\n<Points>\n'
            '<DataArray type="Float64" NumberOfComponents="3" format="ascii">\n0 0 0 1000 0 0\n'
            "</DataArray>\n</Points>\n<Lines>\n"
            '<DataArray type="Int64" Name="connectivity" format="ascii">\n0 1\n</DataArray>\n'
            '<DataArray type="Int64" Name="offsets" format="ascii">\n2\n</DataArray>\n'
            "</Lines>\n</Piece>\n</PolyData>\n</VTKFile>\n"
        )


def write_fusion_run(directory, n_images, surfaces=True):
    """A whole run: docking, a pore that opens, an Omega, a flat patch."""
    os.makedirs(os.path.join(directory, "solution"), exist_ok=True)
    n_docked = max(2, n_images // 8)
    opening = 1.2  # us
    images = []
    for k in range(n_docked):
        images.append((opening * k / n_docked, docked(7.0 - 3.0 * k / max(1, n_docked - 1)), None))
    for k in range(n_images - n_docked):
        s = k / max(1, n_images - n_docked - 1)
        alpha = 0.26 + (2.86 - 0.26) * s
        fillet = 3.0 + 22.0 * s**2
        time = opening + 1e-2 * 10 ** (4.3 * s)
        images.append((time, fused(alpha, fillet), (alpha, fillet)))

    surface, meridian = [], []
    if surfaces:
        for number, (time, curves, shape) in enumerate(images):
            fields = []
            spread = 0.5 + 1.2 * math.sqrt(max(0.0, time - opening))
            for k, curve in enumerate(curves):
                is_vesicle = None if shape else (k == 0)
                outer = lipid_fraction(curve, is_vesicle, spread)
                inner = lipid_fraction(curve, is_vesicle, 0.6 * spread)
                zero = np.zeros(len(curve))
                fields.append(
                    {
                        "vesicle lipid outer leaflet []": outer,
                        "vesicle lipid inner leaflet []": inner,
                        "mean curvature [1/nm]": zero,
                        "tension [pN/nm]": zero,
                        "velocity [nm/us]": np.zeros((len(curve), 3)),
                        "bending energy density [kT/nm^2]": zero,
                    }
                )
            name, curve_name = write_surface(directory, number, curves, fields)
            surface.append((time, name))
            meridian.append((time, curve_name))
        write_collection(os.path.join(directory, "surface.pvd"), surface)
        write_collection(os.path.join(directory, "meridian.pvd"), meridian)

    # the curves have many more lines than there are pictures
    time = np.concatenate([[0], np.linspace(0.05, opening, 25), opening + np.geomspace(1e-3, 200, 300)])
    s = np.clip(np.log10(np.maximum(time - opening, 1e-2) / 1e-2) / 4.3, 0, 1)
    neck = np.array(
        [neck_radius(0.26 + 2.6 * x, 3 + 22 * x**2) if t > opening else np.nan for x, t in zip(s, time)]
    )
    energy = 500 * (1 - s) ** 1.5 + 3
    write_table(
        os.path.join(directory, "statistics.csv"),
        {
            "time [us]": time,
            "time step [us]": np.gradient(time),
            "bending energy [kT]": energy,
            "total energy [kT]": energy + 40 * (1 - s),
            "dissipated power [kT/us]": np.maximum(1e-3, -np.gradient(energy + 40 * (1 - s), time)),
            "area [nm^2]": 4 * math.pi * RADIUS**2 + math.pi * EDGE**2 + 0 * time,
            "volume [nm^3]": 33510 * (1 - s),
            "neck radius [nm]": neck,
            "vesicle lipid transferred []": 1 - np.exp(-2 * s),
            "cargo released []": 1 - np.exp(-8 * s**2),
            "lipid mixing outer leaflet []": 1 - np.exp(-2.5 * s),
            "lipid mixing inner leaflet []": 1 - np.exp(-1.5 * s),
            "R18 dequenching [%]": 60 * s,
            "RET lipid mixing [%]": 50 * s,
            "RET lipid mixing inner leaflet [%]": 45 * s,
            "TIRF intensity []": 1 + 0.3 * s - 0.6 * s**2,
        },
    )
    summary = {"final neck radius": {"value": neck[-1], "unit": "nm"}, "outcome": "full fusion"}
    with open(os.path.join(directory, "summary.json"), "w", encoding="utf-8") as stream:
        json.dump(summary, stream)


if len(sys.argv) > 2 and sys.argv[1] == "--write":
    write_fusion_run(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 24)
    sys.exit(0)


# --- the tests --------------------------------------------------------------


def run(script, *arguments, **environment):
    env = dict(os.environ, **environment)
    return subprocess.run(
        [sys.executable, os.path.join(SCRIPTS, script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        timeout=120,
    )


def picture(path):
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def looks_orange(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return (r > 150) & (r - b > 80) & (r > g)


class TestCase(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="fusogen_postprocess_")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def assert_fails_with_one_sentence(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertTrue(done.stderr.strip().endswith("."), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def assert_fails(self, done, *words):
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("Traceback", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def assert_works(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class PlotRun(TestCase):
    def test_fusion(self):
        write_fusion_run(self.directory, 10, surfaces=False)
        done = run("fusogen-plot", self.directory)
        self.assert_works(done)
        self.assertIn("overview.png", done.stdout)
        expected = """area_volume cargo energy ledger lipid_mixing lipid_mixing_assays neck_radius
                      overview power time_step"""
        pictures = [name for name in os.listdir(self.path("plots")) if name.endswith(".png")]
        self.assertEqual(sorted(pictures), [name + ".png" for name in expected.split()])
        self.assertTrue(os.path.isfile(self.path("plots", "overview.pdf")))
        self.assertLess(picture(self.path("plots", "neck_radius.png")).min(), 100)

    def test_relaxation_and_curve(self):
        time = np.linspace(0, 5, 30)
        energy = 300 + 100 * np.exp(-time)
        write_table(
            self.path("statistics.csv"),
            {"time [us]": time, "bending energy [kT]": energy, "area [nm^2]": 5000 + 0 * time},
        )
        write_table(
            self.path("curve.csv"),
            {"neck radius [nm]": 1 + time, "pore energy [kT]": 40 - (time - 2) ** 2},
        )
        with open(self.path("statistics.csv"), "a", encoding="utf-8") as stream:
            stream.write("5.1,30")  # the solver is still writing this line
        folder = self.path("elsewhere", "pictures")
        self.assert_works(run("fusogen-plot", self.directory, "--output", folder))
        pictures = sorted(os.listdir(folder))
        self.assertEqual(
            pictures,
            ["area_volume.png", "curve.png", "energy.png", "energy_convergence.png",
             "overview.pdf", "overview.png"],
        )
        self.assertFalse(os.path.exists(self.path("plots")))

    def test_errors(self):
        nowhere = self.path("nowhere")
        self.assert_fails_with_one_sentence(run("fusogen-plot", nowhere), nowhere)
        self.assert_fails_with_one_sentence(run("fusogen-plot", self.directory), "statistics.csv")
        with open(self.path("statistics.csv"), "w", encoding="utf-8") as stream:
            stream.write("time [us],area [nm^2]\n")
        self.assert_fails_with_one_sentence(run("fusogen-plot", self.directory), "no data")
        with open(self.path("statistics.csv"), "a", encoding="utf-8") as stream:
            stream.write("0,1\n1,2,3\n2,3\n")
        self.assert_fails_with_one_sentence(run("fusogen-plot", self.directory), "line 2")


class PlotLipidMixing(TestCase):
    def test_three_runs(self):
        runs = [self.path(name) for name in ("fused", "hemifused", "kissed")]
        for run_directory in runs:
            write_fusion_run(run_directory, 10, surfaces=False)
        one, three = self.path("one.png"), self.path("new", "three.png")
        self.assert_works(run("fusogen-compare", "--assays", runs[0], "--output", one))
        done = run("fusogen-compare", "--assays", *runs, "--output", three)
        self.assert_works(done)
        self.assertEqual(done.stdout.strip(), three)
        self.assertGreater(picture(three).shape[1], 2 * picture(one).shape[1])

    def test_errors(self):
        nowhere = self.path("nowhere")
        self.assert_fails_with_one_sentence(run("fusogen-compare", "--assays", nowhere), nowhere)
        write_table(self.path("statistics.csv"), {"time [us]": [0, 1], "area [nm^2]": [1, 1]})
        self.assert_fails_with_one_sentence(
            run("fusogen-compare", "--assays", self.directory), "lipid mixing outer leaflet", "exocytosis"
        )
        write_fusion_run(self.directory, 10, surfaces=False)
        self.assert_fails_with_one_sentence(
            run("fusogen-compare", "--assays", self.directory, "--output", self.path("a.doc")), "a.doc"
        )


PARAMETERS = """subsection Scenario
  set Kind = exocytosis
end
subsection Plasma membrane
  set Tension = {tension}
end
subsection Time
  set End time = {end}
end
"""


def write_parameters(directory, tension=0.1, end=400):
    path = os.path.join(directory, "parameters.prm")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(f"# written by fusogen 7.8.9 (revision abc) on 1 process\n"
                     f"{PARAMETERS.format(tension=tension, end=end)}")
    os.utime(path, (1e9, 1e9))  # long before the summary


class CompareRuns(TestCase):
    def test_two_tensions(self):
        runs = [self.path(name) for name in ("slack", "tense")]
        for directory, tension in zip(runs, (0.1, 0.4)):
            write_fusion_run(directory, 10, surfaces=False)
            write_parameters(directory, tension)
        page = self.path("both.pdf")
        self.assert_works(run("fusogen-compare", *runs, "--output", page))
        self.assertTrue(os.path.isfile(page))
        one, six = self.path("one.png"), self.path("six.png")
        self.assert_works(run("fusogen-compare", *runs, "--output", six))
        self.assert_works(run("fusogen-compare", *runs, "--output", one, "--quantity", "area"))
        self.assertGreater(picture(six).shape[1], 2 * picture(one).shape[1])
        # a line a run, told apart by pattern or in grey
        sys.path.insert(0, SCRIPTS)
        from fusogen_post import compare_runs

        self.assertEqual(compare_runs.names_of(runs), ["slack (Plasma membrane/Tension = 0.1)",
                                                       "tense (Plasma membrane/Tension = 0.4)"])
        styles = [(style["linestyle"], np.dot(
            compare_runs.plt.matplotlib.colors.to_rgb(style["color"]), (0.299, 0.587, 0.114)))
            for style in compare_runs.STYLES]
        for k, (pattern, grey) in enumerate(styles):
            for other, other_grey in styles[:k]:
                self.assertTrue(pattern != other or abs(grey - other_grey) > 0.2, (pattern, other))

    def test_errors(self):
        write_fusion_run(self.path("one"), 10, surfaces=False)
        self.assert_fails_with_one_sentence(
            run("fusogen-compare", self.path("one"), self.path("none")), "none")
        self.assert_fails_with_one_sentence(
            run("fusogen-compare", self.path("one"), "--quantity", "colour"), "colour", "neck radius")


class ReportRun(TestCase):
    def read(self):
        with open(self.path("report.html"), encoding="utf-8") as stream:
            return stream.read()

    def test_one_file_with_everything(self):
        write_fusion_run(self.directory, 10, surfaces=False)
        write_parameters(self.directory, 0.25)
        done = run("fusogen-report", self.directory)
        self.assert_works(done)
        page = self.read()
        for words in ("full fusion", "7.8.9 (revision abc)", "final neck radius", "Tension"):
            self.assertIn(words, page)
        self.assertGreater(page.count("data:image/png;base64,"), 8)
        # nothing is loaded from elsewhere
        sources = re.findall(r'(?:src|href)="([^"]{0,40})', page)
        self.assertTrue(all(source.startswith("data:") for source in sources), sources)
        self.assertNotIn('class="warning">The run has not', page)

    def test_warnings(self):
        write_fusion_run(self.directory, 10, surfaces=False)
        write_parameters(self.directory)
        with open(self.path("summary.json"), "w", encoding="utf-8") as stream:
            json.dump({"outcome": "end time", "area ledger error": {"value": 1e-3, "unit": ""},
                       "steps": {"value": 10.0, "unit": ""}, "rejected steps": {"value": 9.0, "unit": ""}}, stream)
        sys.path.insert(0, SCRIPTS)
        from fusogen_post import report_run

        def warnings():
            return "\n".join(report_run.warnings_of(report_run.Run(self.directory), None))

        self.assertIn("Not all membrane area is accounted for", warnings())
        self.assertIn("9 of 19 time steps", warnings())
        self.assertNotIn("has not come to its end", warnings())
        os.utime(self.path("summary.json"), (9e8, 9e8))  # left by an earlier run in this folder
        self.assertIn("has not come to its end", warnings())
        self.assertNotIn("area", warnings())

    def test_energy_ledger(self):
        sys.path.insert(0, SCRIPTS)
        from fusogen_post import report_run

        table = {"time": ("us", np.array([0.0, 1, 1, 2])), "total energy": ("kT", np.array([100.0, 100, 130, 20])),
                 "dissipated energy": ("kT", np.array([0.0, 0, 0, 95])),
                 "remeshing energy": ("kT", np.array([0.0, 0, 0, -5]))}
        rows, rest, lost = report_run.energy_ledger(table)
        self.assertEqual(dict(rows)["changed by fusion and other sudden events"], 30)
        self.assertAlmostEqual(rest, -10)  # 100 + 30 - 95 - 5 = 30, but 20 is left
        self.assertAlmostEqual(lost, 110)
        table["heat from the surroundings"] = ("kT", np.array([0.0, 0, 0, 15]))
        table["work from outside"] = ("kT", np.array([0.0, 0, 0, 3]))
        self.assertAlmostEqual(report_run.energy_ledger(table)[1], -28)
        del table["dissipated energy"]
        self.assertIsNone(report_run.energy_ledger(table))

    def test_errors(self):
        self.assert_fails_with_one_sentence(run("fusogen-report", self.path("none")), "none")
        self.assert_fails_with_one_sentence(run("fusogen-report", self.directory), "no run")


class WatchRun(TestCase):
    def test_a_run_that_ends(self):
        write_fusion_run(self.directory, 10, surfaces=False)
        write_parameters(self.directory)
        os.rename(self.path("summary.json"), self.path("later"))
        done = run("fusogen-watch", self.directory, "--once")
        self.assert_works(done)
        self.assertRegex(done.stdout, r"t = 201 µs of 400 µs \(50\.\d %\), neck radius .* nm")
        self.assertRegex(done.stdout, r"to the end time")
        self.assertTrue(os.path.isfile(self.path("plots", "live.png")))
        os.rename(self.path("later"), self.path("summary.json"))
        done = run("fusogen-watch", self.directory)  # ends by itself
        self.assert_works(done)
        self.assertIn("full fusion at t = 201 µs", done.stdout)

    def test_errors(self):
        self.assert_fails_with_one_sentence(run("fusogen-watch", self.path("none")), "none")
        self.assert_fails_with_one_sentence(run("fusogen-watch", self.directory), "parameters.prm")


class Documentation(unittest.TestCase):
    def test_files_that_are_named_exist(self):
        source = os.path.dirname(SCRIPTS)
        texts = ["README.md", "quickstart"] + [
            os.path.join(folder, name) for top in ("doc", "parameter_files", "packaging")
            for folder, _, names in os.walk(os.path.join(source, top))
            for name in names if name.endswith((".md", ".prm", ".toml", ".1"))]
        for text in texts:
            with open(os.path.join(source, text), encoding="utf-8") as stream:
                for name in re.findall(r"\bpostprocess/([\w./-]*\w)", stream.read()):
                    self.assertTrue(os.path.exists(os.path.join(SCRIPTS, name)), f"{text}: {name}")


class PlotPathway(TestCase):
    def write(self, directory, stages):
        os.makedirs(directory, exist_ok=True)
        n = len(stages)
        write_table(os.path.join(directory, "pathway.csv"), {
            "stage []": stages, "coordinate [nm]": np.arange(n), "total energy [kT]": np.arange(n) ** 2,
            "splay energy [kT]": np.arange(n) ** 2, "tilt energy [kT]": np.zeros(n)})

    def test_stages_side_by_side(self):
        runs = [self.path("one"), self.path("two")]
        self.write(runs[0], [2, 2, 2])
        self.write(runs[1], [2, 2, 3, 3, 6, 6])
        one, both = self.path("one.png"), self.path("new", "both.png")
        self.assert_works(run("fusogen-compare", runs[0], "--output", one))
        done = run("fusogen-compare", *runs, "--output", both)
        self.assert_works(done)
        self.assertEqual(done.stdout.strip(), both)
        self.assertGreater(picture(both).shape[1], 1.5 * picture(one).shape[1])

    def test_barriers_of_a_sweep(self):
        runs = []
        for curvature in (-0.3, -0.2):
            for tension in (0, 0.5):
                runs.append(self.path(f"run_{curvature}_{tension}"))
                os.makedirs(runs[-1])
                with open(os.path.join(runs[-1], "parameters.prm"), "w", encoding="utf-8") as stream:
                    stream.write("subsection Scenario\n  set Kind = fusion pathway\nend\n"
                                 "subsection Leaflets\n"
                                 f"  set Spontaneous curvature proximal = {curvature}\nend\n"
                                 f"subsection Pathway\n  set Tension = {tension}\nend\n")
                with open(os.path.join(runs[-1], "summary.json"), "w", encoding="utf-8") as stream:
                    json.dump({"stalk barrier": {"value": 10 + 50 * curvature, "unit": "kT"},
                               "hemifusion barrier": {"value": 20.0, "unit": "kT"},
                               "pore barrier": {"value": None, "unit": "kT"}, "outcome": "no pore"}, stream)
        path = self.path("map.png")
        self.assert_works(run("fusogen-compare", "--barriers", *runs, "--output", path))
        self.assertGreater(picture(path).std(), 0)
        self.assert_fails_with_one_sentence(
            run("fusogen-compare", "--barriers", self.path("run_-0.3_0"), self.directory), self.directory
        )

    def test_errors(self):
        nowhere = self.path("nowhere")
        self.assert_fails_with_one_sentence(run("fusogen-compare", nowhere), nowhere)
        self.assert_fails_with_one_sentence(run("fusogen-compare", self.directory), "pathway.csv")


@unittest.skipUnless(HAVE_VTK, "needs the vtk module")
class RenderRun(TestCase):
    def can_draw(self):
        return bool(os.environ.get("DISPLAY")) or shutil.which("Xvfb") is not None

    def test_fusion(self):
        if not self.can_draw():
            self.skipTest("needs a display or Xvfb")
        from PIL import Image

        write_fusion_run(self.directory, 16)
        done = run("fusogen-render", self.directory, "--frames", "6", "--size", "480x270")
        self.assert_works(done)
        for name in ("frames", "storyboard.png", "animation.gif"):
            self.assertIn(name, done.stdout)
        names = sorted(os.listdir(self.path("frames")))
        self.assertEqual(names, [f"frame_{k:04d}.png" for k in range(6)] + ["storyboard.png"])

        first = picture(self.path("frames", "frame_0000.png"))
        last = picture(self.path("frames", "frame_0005.png"))
        for pixels in (first, last):
            self.assertEqual(pixels.shape, (270, 480, 3))
            self.assertEqual(pixels[0, 240].tolist(), [255, 255, 255])
        # The vesicle: a ring of orange, whose lumen is seen through the cut.
        rows, columns = np.nonzero(looks_orange(first[:230]))
        self.assertGreater(len(rows), 2000)
        self.assertAlmostEqual(columns.mean(), 240, delta=4)
        # In the end the orange has spread to the sides and come down.
        rows_last, columns_last = np.nonzero(looks_orange(last[:230]))
        self.assertGreater(np.ptp(columns_last), 1.3 * np.ptp(columns))
        self.assertGreater(rows_last.min(), rows.min() + 20)

        self.assertEqual(picture(self.path("frames", "storyboard.png")).shape[2], 3)
        with Image.open(self.path("animation.gif")) as animation:
            self.assertEqual(animation.n_frames, 6)
        if shutil.which("ffmpeg"):
            self.assertTrue(os.path.isfile(self.path("animation.mp4")))

    def test_cameras(self):
        if not self.can_draw():
            self.skipTest("needs a display or Xvfb")
        write_fusion_run(self.directory, 4)
        seen = {}
        for camera in ("side", "top", "neck"):
            done = run("fusogen-render", self.directory, "--frames", "2", "--size", "320x240", "--camera", camera)
            self.assert_works(done)
            seen[camera] = looks_orange(picture(self.path("frames", "frame_0000.png"))[:200])
        # from the top the vesicle hides its lumen and is a disc, from the side a ring is cut
        rows, columns = seen["top"].nonzero()
        self.assertAlmostEqual(np.ptp(rows), np.ptp(columns), delta=4)
        self.assertGreater(seen["neck"].sum(), 2 * seen["side"].sum())
        self.assert_fails(run("fusogen-render", self.directory, "--camera", "nowhere"), "nowhere", "tilted")

    def test_whole_surface_without_further_files(self):
        if not self.can_draw():
            self.skipTest("needs a display or Xvfb")
        write_fusion_run(self.directory, 4)
        for name in ("statistics.csv", "summary.json", "meridian.pvd"):
            os.remove(self.path(name))
        done = run("fusogen-render", self.directory, "--size", "320x240", "--no-cutaway")
        self.assert_works(done)
        self.assertTrue(os.path.isfile(self.path("frames", "frame_0003.png")))

    def test_walk(self):
        if not self.can_draw():
            self.skipTest("needs a display or Xvfb")
        write_walk(self.directory, 3)
        done = run("fusogen-render", self.directory, "--size", "480x270")
        self.assert_works(done)
        names = sorted(os.listdir(self.path("frames")))
        self.assertEqual(names, [f"frame_{k:04d}.png" for k in range(3)] + ["storyboard.png"])
        maps = []
        for k in range(3):
            pixels = picture(self.path("frames", f"frame_{k:04d}.png"))
            # The camera goes with the vesicle; the map in the corner tells where it is.
            rows, columns = np.nonzero(looks_orange(pixels[80:240, 100:380]))
            self.assertGreater(len(rows), 500)
            self.assertAlmostEqual(columns.mean() + 100, 240, delta=4)
            rows, columns = np.nonzero(looks_orange(pixels[:75, 300:]))
            self.assertGreater(len(rows), 10)
            maps.append(columns.mean())
        self.assertGreater(maps[1], maps[0] + 30)
        self.assertGreater(maps[2], maps[1] + 30)

        with open(self.path("track.vtp"), "w", encoding="utf-8") as stream:
            stream.write("<VTKFile>")
        self.assert_fails_with_one_sentence(run("fusogen-render", self.directory), "track.vtp")

    def test_errors(self):
        self.assert_fails_with_one_sentence(run("fusogen-render", self.directory), "surface.pvd")
        write_collection(self.path("surface.pvd"), [(0.0, "solution/surface_00000.vtu")])
        self.assert_fails_with_one_sentence(
            run("fusogen-render", self.directory), "surface_00000.vtu"
        )
        with open(self.path("surface.pvd"), "w", encoding="utf-8") as stream:
            stream.write("<VTKFile>")
        self.assert_fails_with_one_sentence(run("fusogen-render", self.directory), "surface.pvd")

    def test_no_display(self):
        from vtkmodules.vtkRenderingCore import vtkRenderWindow
        import vtkmodules.vtkRenderingOpenGL2  # noqa: F401

        if not vtkRenderWindow().GetClassName().startswith("vtkX"):
            self.skipTest("this VTK needs no display")
        write_fusion_run(self.directory, 3)
        done = run("fusogen-render", self.directory, DISPLAY="", PATH=self.directory)
        self.assert_fails_with_one_sentence(done, "display", "xvfb")


if __name__ == "__main__":
    unittest.main()
