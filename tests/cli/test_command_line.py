#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program as a user runs it: options, mistakes and their sentences, and the files of short runs.

    test_command_line.py [PROGRAM] [unittest options]

The program is that of the argument, or of the environment variable FUSOGEN.
"""

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SOURCE = os.environ.get(
    "FUSOGEN_SOURCE", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)
PROGRAM = os.environ.get("FUSOGEN", os.path.join(SOURCE, "build", "fusogen"))
if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK):
    PROGRAM = sys.argv.pop(1)
PROGRAM = os.path.abspath(PROGRAM)

FILES = os.path.join(SOURCE, "parameter_files")
EQUILIBRIUM = os.path.join(FILES, "vesicle_equilibrium.prm")
EXOCYTOSIS = os.path.join(FILES, "exocytosis.prm")
PORE = os.path.join(FILES, "pore_energy.prm")
FLICKERING = os.path.join(FILES, "flickering_pore.prm")
PATHWAY = os.path.join(FILES, "fusion_pathway.prm")
FROM_PATHWAY = os.path.join(FILES, "exocytosis_from_pathway.prm")
TETHER = os.path.join(FILES, "tether.prm")
TRANSPORT = os.path.join(FILES, "transport.prm")

COLUMNS = [
    "time [us]",
    "time step [us]",
    "bending energy [kT]",
    "total energy [kT]",
    "dissipated power [kT/us]",
    "area [nm^2]",
    "volume [nm^3]",
    "neck radius [nm]",
    "vesicle lipid transferred []",
    "cargo released []",
]

# What mpirun wants in a container and where there are few cores.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def run(*arguments, cwd=None, launcher=()):
    return subprocess.run(
        [*launcher, PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**ENVIRONMENT, **os.environ},
        timeout=200,
    )


def settings(assignments):
    """{"Section/Name": value} as arguments."""
    return [word for name, value in assignments.items() for word in ("--set", f"{name}={value}")]


def parameters_of(text):
    """A parameter file as {"Section/Name": value}."""
    values, path = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("subsection "):
            path.append(line.split(None, 1)[1])
        elif line == "end":
            path.pop()
        elif line.startswith("set "):
            name, value = line[4:].split("=", 1)
            values["/".join(path + [name.strip()])] = value.strip()
    return values


class TestCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fusogen_command_line_")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def file(self, text, name="run.prm"):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)
        return self.path(name)

    def assert_one_sentence(self, done, *words, status=1):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"\Aerror: [^\n]+\n\Z")
        for sign in ("Traceback", "terminate called", "Exception", "#0", "internal error"):
            self.assertNotIn(sign, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def assert_wrong_input(self, arguments, *words):
        """One sentence with these words, and nothing else: no output, no files."""
        before = sorted(os.listdir(self.folder))
        done = run(*arguments, cwd=self.folder)
        self.assert_one_sentence(done, *words)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def assert_works(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")


class WrongInput(TestCase):
    """Each mistake is told with its place, its name, its value and what is allowed."""

    def test_unknown_name(self):
        path = self.file("subsection Vesicle\n  set Raduis = 20\nend\n")
        self.assert_wrong_input([path], f"{path}, line 2", '"Raduis"', "Vesicle", 'mean "Radius"')
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Vesicle/Raduis=20"], "--set", '"Raduis"', 'mean "Radius"'
        )

    def test_name_of_another_section(self):
        path = self.file("subsection Vesicle\n  set Neck radius = 2\nend\n")
        self.assert_wrong_input([path], "line 2", "Pore/Neck radius")

    def test_misspelt_section(self):
        path = self.file("\nsubsection Bylayer\n  set Bending rigidity = 20\nend\n")
        self.assert_wrong_input([path], f"{path}, line 2", '"Bylayer"', 'mean "Bilayer"')
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Times/End time=1"], "--set", '"Times"', 'mean "Time"'
        )

    def test_number_out_of_range(self):
        path = self.file("subsection Vesicle\n  set Radius = -20  # nm\nend\n")
        self.assert_wrong_input([path], "line 2", "Vesicle/Radius", '"-20"', "greater than 0")
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Vesicle/Reduced volume=1.5"],
            "--set", "Vesicle/Reduced volume", '"1.5"', "1 or less",
        )
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Geometry/Polynomial degree=7"],
            "Geometry/Polynomial degree", '"7"', "from 2 to 4",
        )

    def test_word_for_a_number(self):
        path = self.file("subsection Vesicle\n  set Radius = small\nend\n")
        self.assert_wrong_input([path], "line 2", "Vesicle/Radius", '"small"', "number", "in nm")
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Geometry/Meridian cells=many"],
            "--set", "Geometry/Meridian cells", '"many"', "whole number",
        )

    def test_number_with_a_unit(self):
        path = self.file("subsection Vesicle\n  set Radius = 20 nm\nend\n")
        self.assert_wrong_input([path], "line 2", "Vesicle/Radius", '"20 nm"', "write only 20")
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Bilayer/Bending rigidity=20kT"], '"20kT"', "write only 20"
        )

    def test_unknown_choice(self):
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Scenario/Kind=exocytose"],
            "--set", "Scenario/Kind", '"exocytose"', "pore energy", 'mean "exocytosis"',
        )

    def test_broken_files(self):
        self.assert_wrong_input([self.file("subsection Vesicle\n")], "line 1", '"Vesicle"', "end")
        self.assert_wrong_input([self.file("Radius = 3\n")], "line 1", "Radius = 3", "set")
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Vesicle/Radius"], "--set", "Section/Name=value"
        )

    def test_missing_file(self):
        self.assert_wrong_input(["nowhere.prm"], '"nowhere.prm"', "No such file")
        self.assert_wrong_input([self.folder], self.folder, "folder")
        self.assert_wrong_input([], "no parameter file", "--help")
        self.assert_wrong_input(["--quiet"], "no parameter file")

    def test_unwritable_output(self):
        path = self.file("", "occupied")
        self.assert_wrong_input([EXOCYTOSIS, "--output", path], path, "is a file")
        below = os.path.join(path, "results")
        self.assert_wrong_input([EXOCYTOSIS, "--output", below], below, "cannot be made")
        self.assert_wrong_input([EXOCYTOSIS, "--output", "/dev/null/x"], "/dev/null/x")

    def test_numbers_that_do_not_fit_together(self):
        self.assert_wrong_input(
            [EXOCYTOSIS, "--set", "Fusion/Gap=200"],
            "Fusion/Gap = 200 (--set)", "Plasma membrane/Patch radius = 150", EXOCYTOSIS, "line ",
        )
        cases = [
            (EXOCYTOSIS, "Fusion/Initial pore radius=12", "Vesicle/Radius = 20"),
            (EXOCYTOSIS, "Plasma membrane/Patch radius=25", "Vesicle/Radius = 20"),
            (TETHER, "Geometry/Dimension=3d", "relaxation, budding, docking or exocytosis"),
            (EXOCYTOSIS, "Vesicle/Reduced volume=0.9", "must be 1"),
            (EXOCYTOSIS, "Time/Smallest step=1", "Time/Initial step = 1e-05"),
            (EXOCYTOSIS, "Applied force/Pole=20", "Bilayer/Drag coefficient"),
            (FLICKERING, "Bilayer/Drag coefficient=0", "Bilayer/Drag coefficient"),
            (FLICKERING, "Geometry/Dimension=3d", "Geometry/Dimension = meridian"),
            (FLICKERING, "Cargo/Viscosity=0.001", "Cargo/Viscosity = 0"),
            (EQUILIBRIUM, "Vesicle/Reduced volume=1", "less than 1"),
            (TETHER, "Leaflets/Model=two leaflets", "relaxation or exocytosis"),
            (EXOCYTOSIS, "Leaflets/Model=area difference", "Scenario/Kind = relaxation"),
            (EQUILIBRIUM, "Geometry/Adaptive=yes", "Scenario/Kind = exocytosis"),
            (EXOCYTOSIS, "Signals/Probe species=cholesterol", "Lipids/Species"),
            (EXOCYTOSIS, "Lipids/Species=POPC", "an entry for each of the 1 names"),
            (EXOCYTOSIS, "Lipids/Vesicle outer leaflet=0.5, 0.4", "add up to 1"),
            (EXOCYTOSIS, "Lipids/Area per lipid=0.6, 0.6, 0.6", "each of the 2 names"),
            (EXOCYTOSIS, "Lipids/Species=a & b, c", "& < >"),
            (EXOCYTOSIS, "Fusion/Hemifusion duration=2", "Fusion/Time = 1"),
            (EXOCYTOSIS, "Fusion/Time=1, 2", "one for all"),
            (EXOCYTOSIS, "Constriction/Force=10, 20, 30", "one for all"),
            (FROM_PATHWAY, "Fusion/Gap=3", "Fusion/Nucleation = from pathway"),
            (FROM_PATHWAY, "Fusion/Initial pore radius=1.5", "2.0"),
            (FROM_PATHWAY, "Pathway/Box radius=25", "Vesicle/Radius = 20"),
            (FROM_PATHWAY, "Pathway/Far end=held at the gap", "flat membranes only"),
            (FROM_PATHWAY, "Pathway/Tension of the plasma membrane=1", "fusion pathway"),
            (PATHWAY, "Leaflets/Spontaneous curvature proximal of the plasma membrane=-0.1, 0", "one number"),
            (EQUILIBRIUM, "Leaflets/Local excess=0.1", "two leaflets"),
            (EQUILIBRIUM, "Vesicle/Reduced volume=0.001", "0.01 or greater"),
            (EQUILIBRIUM, "Vesicle/Initial shape=sphere", "Vesicle/Reduced volume = 0.8"),
            (PORE, "Pore/Neck radius=40", "Pore/Rim radius = 30"),
            (PORE, "Pore/Neck radii=1, 40", "Pore/Neck radii = 40"),
            (TETHER, "Plasma membrane/Tension=0", "greater than 0"),
            (TRANSPORT, "Track/Start=1e6", "length of the track"),
            (TRANSPORT, "Track/Points z=1, 2", "as many entries as Track/Points x"),
            (TRANSPORT, "Motors/Kinesin/Bound at start=9", "Motors/Kinesin/Number = 4"),
            (TRANSPORT, "Motors/Kinesin/Bound at start=0", "at least one motor"),
            (TRANSPORT, "Vesicle/Reduced volume=0.9", "sphere and 1"),
            (TRANSPORT, "Track/File=nowhere.txt", "cannot be read"),
        ]
        for path, assignment, words in cases:
            with self.subTest(assignment):
                self.assert_wrong_input([path, "--set", assignment], assignment.split("=")[0], words)

    def test_tracks(self):
        points = self.file("0 0 0\n1 2\n", "points.txt")
        prm = "subsection Scenario\n  set Kind = transport\nend\nsubsection Track\n  set {}\nend\n"
        # The name of a file is relative to the folder of the parameter file.
        path = self.file(prm.format("File = points.txt"))
        self.assert_wrong_input([path], points, "line 2", "x, y and z in nm", f"{path}, line 5")
        self.file("1 2 3\n", "points.txt")
        self.assert_wrong_input([path], points, "less than two points")
        same = [f"--set=Track/Points {c}={value}" for c, value in zip("xyz", ("1, 1", "0, 0", "0, 0"))]
        self.assert_wrong_input([TRANSPORT, *same], "Track/Points x = 1, 1 (--set)", "no distance")
        back = [f"--set=Track/Points {c}={value}" for c, value in zip("xyz", ("0, 9, 1", "0, 0, 0", "0, 0, 0"))]
        self.assert_wrong_input([TRANSPORT, *back], "turns back at its point 2")

    def test_resume_from_nothing(self):
        self.assert_wrong_input(
            [EXOCYTOSIS, "--resume", "--output", "nothing"], "--resume", "checkpoint", "nothing"
        )

    def test_options(self):
        self.assert_wrong_input([EXOCYTOSIS, "--outptu", "x"], "--outptu", "--help")
        self.assert_wrong_input([EXOCYTOSIS, "--output"], "--output")
        self.assert_wrong_input([EXOCYTOSIS, TETHER], TETHER, "one parameter file")

    @unittest.skipUnless(shutil.which("mpirun"), "needs mpirun")
    def test_one_sentence_from_two_processes(self):
        for arguments, words in (
            ([EXOCYTOSIS, "--set", "Vesicle/Radius=big"], '"big"'),
            ([EXOCYTOSIS, "--output", self.file("", "occupied")], "occupied"),
        ):
            done = run(*arguments, cwd=self.folder, launcher=["mpirun", "-n", "2"])
            self.assertEqual(done.returncode, 1, done.stderr)
            # mpirun adds its own lines on processes that ended with a status.
            errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
            self.assertEqual(len(errors), 1, done.stderr)
            self.assertIn(words, errors[0])


class FailedComputation(TestCase):
    def test_time_step_too_small(self):
        # Right after the fusion the membrane moves in nanoseconds; steps of half a microsecond at
        # least cannot follow.
        done = run(
            EXOCYTOSIS,
            "--output", "out",
            *settings(
                {
                    "Geometry/Meridian cells": 32,
                    "Time/Initial step": 1,
                    "Time/Smallest step": 0.5,
                    "Time/Output interval": 10,
                }
            ),
            cwd=self.folder,
        )
        self.assert_one_sentence(
            done, "failed at 1 us", "Time/Smallest step", "because", "last good state", status=2
        )
        state = re.search(r"last good state is the output at 1 us in (\S+)", done.stderr)
        self.assertTrue(state, done.stderr)
        self.assertTrue(os.path.isfile(self.path(state.group(1))))
        # What was computed so far is there.
        self.assertTrue(os.path.isfile(self.path("out", "surface.pvd")))
        self.assertTrue(os.path.isfile(self.path("out", "statistics.csv")))


class Information(TestCase):
    def test_version_and_help(self):
        done = run("--version")
        self.assert_works(done)
        self.assertRegex(done.stdout, r"\Afusogen \d+\.\d+\.\d+ ")
        self.assertIn("deal.II ", done.stdout)
        self.assertIn("PETSc ", done.stdout)
        done = run("--help")
        self.assert_works(done)
        for option in ("--set", "--output", "--resume", "--quiet", "--defaults", "--check"):
            self.assertIn(option, done.stdout)

    def test_defaults(self):
        done = run("--defaults")
        self.assert_works(done)
        path = self.file(done.stdout, "defaults.prm")
        self.assert_works(run("--check", path))
        # Each parameter has its range and default, and prose before that.
        defaults = parameters_of(done.stdout)
        self.assertGreater(len(defaults), 40)
        comments = re.findall(r"((?:^ *# .*\n)+) *set ", done.stdout, re.MULTILINE)
        self.assertEqual(len(comments), len(defaults))
        for comment in comments:
            self.assertRegex(" ".join(comment.split()), r"# \S.* (# )?Allowed: .* Default: .*\.$")
        # Every one can be set, to its default.
        self.assert_works(run("--check", *settings(defaults), EXOCYTOSIS))

    def test_parameter_files(self):
        names = sorted(name for name in os.listdir(FILES) if name.endswith(".prm"))
        for name in ("exocytosis", "pore_energy", "tether", "transport", "vesicle_equilibrium"):
            self.assertIn(name + ".prm", names)
        for name in names:
            with self.subTest(name):
                done = run("--check", os.path.join(FILES, name), cwd=self.folder)
                self.assert_works(done)
                self.assertIn("valid", done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_reference_of_parameters_is_up_to_date(self):
        script = os.path.join(SOURCE, "doc", "generate_parameters.py")
        done = subprocess.run(
            [sys.executable, script, "--check", PROGRAM], stderr=subprocess.PIPE, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)


class Runs(TestCase):
    """Short runs and what they leave behind."""

    PROLATE = {"Geometry/Meridian cells": 16, "Vesicle/Reduced volume": 0.8}

    def run_scenario(self, path, assignments, *options, output="out"):
        done = run(path, "--output", output, *settings(assignments), *options, cwd=self.folder)
        self.assert_works(done)
        return done

    def summary(self, output="out"):
        with open(self.path(output, "summary.json"), encoding="utf-8") as stream:
            return json.load(stream)

    def table(self, output="out", name="statistics.csv"):
        with open(self.path(output, name), encoding="utf-8", newline="") as stream:
            head, *rows = csv.reader(stream)
        for row in rows:
            self.assertEqual(len(row), len(head))
        return head, [[float(cell) for cell in row] for row in rows]

    def assert_collection(self, name, output="out"):
        """The files of a .pvd exist and their times increase; returns the times."""
        collection = xml.etree.ElementTree.parse(self.path(output, name)).getroot()
        frames = collection.findall("./Collection/DataSet")
        self.assertGreater(len(frames), 0)
        for frame in frames:
            self.assertTrue(os.path.isfile(self.path(output, frame.get("file"))), frame.get("file"))
        times = [float(frame.get("timestep")) for frame in frames]
        self.assertEqual(times, sorted(set(times)))
        return times

    def assert_documented(self, output="out"):
        """doc/output.md tells of every column, every observable and every field."""
        with open(os.path.join(SOURCE, "doc", "output.md"), encoding="utf-8") as stream:
            text = stream.read()
        names = [name for name in self.summary(output) if name != "outcome"]
        for table in ("statistics.csv", "curve.csv", "pathway.csv", "string.csv"):
            if os.path.exists(self.path(output, table)):
                names += [re.sub(r" \[.*\]$", "", cell) for cell in self.table(output, table)[0]]
        if os.path.exists(self.path(output, "solution")):
            frame = sorted(os.listdir(self.path(output, "solution")))[-1]
            with open(self.path(output, "solution", frame), "rb") as stream:
                data = stream.read().partition(b"<PointData")[2].decode("latin-1")
            names += re.findall(r'Name="([^"]* \[[^"]*\])"', data)
        for name in names:
            self.assertIn(f"`{name}`", text)

    def test_relaxation(self):
        done = self.run_scenario(EQUILIBRIUM, self.PROLATE)
        self.assertIn("outcome: equilibrium", done.stdout)

        summary = self.summary()
        self.assertEqual(summary["outcome"], "equilibrium")
        units = {"bending energy": "kT", "area": "nm^2", "volume": "nm^3", "neck radius": "nm",
                 "final time": "us", "area ledger error": ""}
        for name, unit in units.items():
            self.assertEqual(summary[name]["unit"], unit)
        area, volume = 4 * math.pi * 20**2, 0.8 * 4 / 3 * math.pi * 20**3
        # Prolates of v = 0.8 have 1.3876 times the energy of a sphere; 16 cells reach a thousandth.
        sphere = 8 * math.pi * 20
        self.assertAlmostEqual(summary["bending energy"]["value"] / sphere, 1.3876, delta=2e-3)
        self.assertAlmostEqual(summary["area"]["value"] / area, 1, delta=1e-4)
        self.assertAlmostEqual(summary["volume"]["value"] / volume, 1, delta=1e-4)
        self.assertLess(summary["area ledger error"]["value"], 1e-9)

        head, rows = self.table()
        self.assertEqual([name for name in COLUMNS if name not in head], [])
        energies = [row[head.index("total energy [kT]")] for row in rows]
        self.assertEqual(energies, sorted(energies, reverse=True))
        self.assertEqual(rows[0][0], 0)
        self.assertEqual(rows[-1][0], summary["final time"]["value"])
        self.assertEqual(len(self.assert_collection("surface.pvd")), len(rows))
        self.assert_collection("meridian.pvd")
        self.assert_documented()

        # The parameters in force are written, all of them, and give the same run.
        with open(self.path("out", "parameters.prm"), encoding="utf-8") as stream:
            written = parameters_of(stream.read())
        self.assertEqual(list(written), list(parameters_of(run("--defaults").stdout)))
        self.assertEqual(written["Geometry/Meridian cells"], "16")
        self.run_scenario(self.path("out", "parameters.prm"), {}, output="again")
        again = self.summary("again")
        self.assertEqual(list(again), list(summary))
        self.assertEqual(again["outcome"], summary["outcome"])
        for name in ("bending energy", "area", "volume", "final time"):
            self.assertAlmostEqual(
                again[name]["value"], summary[name]["value"], delta=1e-9 * summary[name]["value"]
            )

    def test_set_overrides_the_file_and_the_last_one_counts(self):
        path = self.file(
            "subsection Scenario\n  set Kind = relaxation\nend\n"
            "subsection Geometry\n  set Meridian cells = 12\nend\n"
            "subsection Vesicle\n  set Radius = 10\nend\n"
            "subsection Time\n  set End time = 0.01\nend\n"
        )
        # An option does not swallow the file that follows it.
        done = run(
            "--output", "out", "--set", "Vesicle/Radius=11", "--set", "Vesicle/Radius = 12", path,
            cwd=self.folder,
        )
        self.assert_works(done)
        with open(self.path("out", "parameters.prm"), encoding="utf-8") as stream:
            written = parameters_of(stream.read())
        self.assertEqual(written["Vesicle/Radius"], "12")
        self.assertEqual(written["Geometry/Meridian cells"], "12")
        self.assertAlmostEqual(
            self.summary()["area"]["value"], 4 * math.pi * 12**2, delta=1e-3 * 4 * math.pi * 12**2
        )

    def test_quiet_and_the_folder_without_a_wish(self):
        done = run(
            EQUILIBRIUM, "--quiet", *settings({**self.PROLATE, "Time/End time": 0.01}),
            cwd=self.folder,
        )
        self.assert_works(done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.summary("results/vesicle_equilibrium")["outcome"], "end time")

    def test_mode(self):
        assignments = {
            "Geometry/Meridian cells": 16, "Vesicle/Initial shape": "mode", "Vesicle/Volume": "free",
            "Vesicle/Reduced volume": 1, "Time/End time": 40,
        }
        self.run_scenario(EQUILIBRIUM, assignments)
        rate = self.summary()["mode relaxation rate"]
        self.assertEqual(rate["unit"], "1/us")
        # kappa [l (l + 1)]^2 / (4 eta R^2) for l = 2.
        theory = 20 * 0.01380649 * 298 * 36 / (4 * 4 * 20**2)
        self.assertAlmostEqual(rate["value"] / theory, 1, delta=0.02)
        self.assert_documented()

    def test_budding(self):
        path = os.path.join(SOURCE, "parameter_files", "budding.prm")
        # A coat that starts with nearly all of its area closes soon; the neck is cut while it is wide.
        assignments = {"Geometry/Meridian cells": 48, "Budding/Initial coat area": 4200,
                       "Budding/Cutting radius": 5, "Budding/Line tension": 1,
                       "Budding/Growth rate": 5, "Budding/Time after cut": 20}
        self.run_scenario(path, assignments)
        summary = self.summary()
        self.assertEqual(summary["outcome"], "vesicle")
        for name in ("lipid mass error", "area ledger error"):
            self.assertLess(summary[name]["value"], 1e-9)
        # The donor's lipids, and its cargo at 100 mM.
        value = {name: entry["value"] for name, entry in summary.items() if name != "outcome"}
        for leaflet in ("outer", "inner"):
            self.assertAlmostEqual(
                value[f"vesicle lipid {leaflet} leaflet of the vesicle"] / value["vesicle area"],
                1, delta=1e-4)
            self.assertEqual(
                value[f"plasma membrane lipid {leaflet} leaflet of the vesicle"], 0)
        self.assertAlmostEqual(
            value["cargo of the vesicle"] / (0.0602214076 * value["vesicle volume"]), 1, delta=1e-12)
        # In two parts it is the same run: the first ends before the cut, the second after it.
        cut = value["cut time"]
        self.run_scenario(path, {**assignments, "Time/End time": 0.5 * cut}, output="parts")
        self.run_scenario(path, {**assignments, "Time/End time": cut + 2}, "--resume", output="parts")
        self.run_scenario(path, assignments, "--resume", output="parts")
        parts = self.summary("parts")
        for name in ("vesicle area", "coat work", "cut energy change"):
            self.assertAlmostEqual(parts[name]["value"] / value[name], 1, delta=1e-3, msg=name)
        self.assert_documented()

    def test_docking(self):
        path = os.path.join(SOURCE, "parameter_files", "docking.prm")
        assignments = {"Geometry/Meridian cells": 48, "Time/Output interval": 0.1}
        self.run_scenario(path, {**assignments, "Time/End time": 0.5})
        # In two parts it is the same run.
        self.run_scenario(path, {**assignments, "Time/End time": 0.3}, output="parts")
        self.run_scenario(path, {**assignments, "Time/End time": 0.5}, "--resume", output="parts")
        for name in ("least distance", "contact force", "total energy", "height of the vesicle"):
            whole, parts = (self.summary(output)[name]["value"] for output in ("out", "parts"))
            self.assertAlmostEqual(parts / whole, 1, delta=1e-8, msg=name)
        summary = self.summary()
        self.assertEqual(summary["outcome"], "end time")
        self.assertLess(summary["area ledger error"]["value"], 1e-8)
        head, rows = self.table()
        distances = [row[head.index("least distance [nm]")] for row in rows]
        self.assertAlmostEqual(distances[0], 10, delta=1e-3)
        self.assertLess(distances[1], distances[0])
        self.assertGreater(min(distances), 4)
        self.assertEqual(self.assert_collection("surface.pvd"), [row[0] for row in rows])
        self.assert_documented()

    def test_fusion_pathway(self):
        self.run_scenario(os.path.join(SOURCE, "parameter_files", "fusion_pathway.prm"),
                          {"Pathway/Elements": 10, "Pathway/Step": 0.5, "Pathway/Largest diaphragm": 4,
                           "Pathway/Pore radii": 1.5, "Pathway/String images": 5})
        summary = self.summary()
        self.assertEqual(summary["outcome"], "fusion pathway")
        # Strings find the saddles of the path, with fewer and with more images.
        for name in ("stalk", "pore"):
            by_string = summary[f"{name} barrier by string"]["value"]
            self.assertAlmostEqual(by_string, summary[f"{name} barrier"]["value"], delta=0.1)
            self.assertLess(abs(summary[f"{name} string difference"]["value"]), 0.1)
            self.assertLessEqual(summary[f"{name} string gradient reduction"]["value"], 1e-3)
            self.assertEqual(summary[f"{name} string negative modes"]["value"], 1)
        head, rows = self.table(name="string.csv")
        self.assertEqual([row[head.index("images []")] for row in rows], 2 * (5 * [5] + 10 * [10]))
        self.assertEqual(sum(row[head.index("climbing []")] for row in rows), 4)
        head, rows = self.table(name="pathway.csv")
        stages = [row[head.index("stage []")] for row in rows]
        self.assertEqual(stages, sorted(stages))
        self.assertEqual(set(stages), {1, 2, 3, 4, 5, 6})
        energies = [row[head.index("total energy [kT]")] for row in rows]
        # Three saddles at most, each certified, and no other state has a negative mode.
        saddle = [row[head.index("saddle []")] for row in rows]
        modes = [row[head.index("negative modes []")] for row in rows]
        self.assertEqual(saddle, modes)
        certified = [summary[f"{name} saddle negative modes"]["value"]
                     for name in ("stalk", "hemifusion", "pore")]
        self.assertEqual(sum(saddle), certified.count(1))
        self.assertEqual((certified[0], certified[2]), (1, 1))
        self.assertEqual(self.assert_collection("leaflets.pvd"), list(range(1, len(rows) + 1)))
        # The barrier to the stalk is the highest state of contact.
        contact = [e for stage, e in zip(stages, energies) if stage == 1]
        self.assertAlmostEqual(summary["stalk barrier"]["value"], max(contact), delta=0.5)
        self.assert_documented()

    def test_exocytosis_from_pathway(self):
        # A coarse path; barriers are computed once, for all runs beside each other.
        path = os.path.join(SOURCE, "parameter_files", "exocytosis_from_pathway.prm")
        coarse = {"Geometry/Meridian cells": 32, "Pathway/Elements": 10, "Pathway/Step": 0.5,
                  "Time/Output interval": 5}
        first = self.run_scenario(path, coarse, output="first")
        self.assertIn("computing the energy path of fusion", first.stdout)
        again = self.run_scenario(path, coarse, output="again")
        self.assertNotIn("computing", again.stdout)
        tables = []
        for output in ("first", "again"):  # as text: nan is not equal to itself
            with open(self.path(output, "statistics.csv"), encoding="utf-8") as stream:
                tables.append(stream.read())
        self.assertEqual(*tables)
        summary = self.summary("first")
        self.assertEqual(summary["outcome"], "full fusion")
        self.assert_documented("first")
        for number in ("rate", "leaflet pore energy", "hand-over mismatch", "stalk saddle energy"):
            self.assertIsNotNone(summary[number]["value"])
        begin, pore = (summary[name]["value"] for name in ("hemifusion time", "pore time"))
        self.assertAlmostEqual(summary["hemifusion duration"]["value"], pore - begin, delta=1e-9 * pore)
        # The wait is long and takes few steps; meanwhile outer leaflets mix, and inner ones do not.
        head, rows = self.table("first")
        waiting = [row for row in rows if row[0] <= pore * (1 + 1e-12)][:-1]
        self.assertGreater(pore, 1000)
        self.assertLess(len(waiting), 500)
        outer, inner = (head.index(f"lipid mixing {leaflet} leaflet []") for leaflet in ("outer", "inner"))
        for row in waiting:
            self.assertLess(row[inner], 1e-9)
            if row[0] < begin:
                self.assertLess(row[outer], 1e-9)
        self.assertGreater(waiting[-1][outer], 0.1)
        # Another seed, stopped while it waits and continued.
        self.run_scenario(path, {**coarse, "Fusion/Seed": 2, "Time/End time": 100}, output="other")
        stopped = self.summary("other")
        self.assertIn(stopped["outcome"], ("end time", "hemifused"))
        self.run_scenario(path, {**coarse, "Fusion/Seed": 2}, "--resume", output="other")
        other = self.summary("other")
        self.assertEqual(other["outcome"], "full fusion")
        self.assertNotEqual(other["pore time"], summary["pore time"])
        self.assertEqual(other["hemifusion time"], stopped["hemifusion time"])
        # A table that is none.
        with open(self.path("wrong.json"), "w", encoding="utf-8") as stream:
            stream.write("[]")
        done = run(path, "--output", "none", *settings({**coarse, "Fusion/Barrier table": "wrong.json"}),
                   cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("wrong.json is no table of barriers", done.stderr)

    def test_lipids_that_bend(self):
        # Leaflets of different lipids from the first step on, through the fusion.
        self.run_scenario(EXOCYTOSIS, {
            "Geometry/Meridian cells": 64, "Leaflets/Model": "two leaflets", "Fusion/Time": 0.1,
            "Time/End time": 0.5, "Time/Output interval": 0.1,
            "Lipids/Species": "vesicle lipid, PE, LPC",
            "Lipids/Spontaneous curvature": "0, -0.3, 0.2",
            "Lipids/Vesicle outer leaflet": "0.8, 0.2, 0",
            "Lipids/Vesicle inner leaflet": "0.7, 0.3, 0",
            "Lipids/Plasma membrane outer leaflet": "0, 0.3, 0.7",
            "Lipids/Plasma membrane inner leaflet": "0, 0.4, 0.6",
        })
        self.assertLess(self.summary()["lipid mass error"]["value"], 1e-10)

    def test_lipids_that_stay(self):
        self.run_scenario(EXOCYTOSIS, {"Geometry/Meridian cells": 64, "Fusion/Time": 0.1,
                                       "Time/End time": 0.3, "Lipids/Diffusion coefficient": 0})
        self.assertLess(self.summary()["lipid mass error"]["value"], 1e-10)

    def test_exocytosis(self):
        assignments = {"Geometry/Meridian cells": 80, "Time/End time": 2.5}
        self.run_scenario(EXOCYTOSIS, assignments)
        summary = self.summary()
        self.assertEqual(summary["outcome"], "end time")
        units = {
            "bending energy": "kT", "area": "nm^2", "volume": "nm^3", "neck radius": "nm",
            "final time": "us", "lipid mass error": "", "area ledger error": "",
            "cargo released": "", "vesicle lipid transferred": "",
            "lipid mixing outer leaflet": "", "lipid mixing inner leaflet": "",
            "R18 dequenching": "%", "RET lipid mixing": "%",
            "RET lipid mixing inner leaflet": "%", "TIRF intensity": "",
        }
        for name, unit in units.items():
            self.assertEqual(summary[name]["unit"], unit)
        self.assertAlmostEqual(summary["final time"]["value"], 2.5, delta=1e-9)
        self.assertLess(summary["lipid mass error"]["value"], 1e-9)
        self.assertLess(summary["area ledger error"]["value"], 1e-9)
        for name in ("cargo released", "vesicle lipid transferred", "lipid mixing outer leaflet",
                     "lipid mixing inner leaflet", "R18 dequenching", "RET lipid mixing"):
            self.assertGreater(summary[name]["value"], 0)
            self.assertLess(summary[name]["value"], 50 if summary[name]["unit"] == "%" else 0.5)

        head, rows = self.table()
        self.assertEqual([name for name in COLUMNS if name not in head], [])
        neck = [row[head.index("neck radius [nm]")] for row in rows]
        time = [row[0] for row in rows]
        self.assertEqual(neck[0], 0)
        # Two rows at the time of the fusion: the membranes before and the neck after.
        self.assertEqual(time.count(1.0), 2)
        opened = len(time) - time[::-1].index(1.0) - 1
        self.assertEqual(neck[opened - 1], 0)
        self.assertAlmostEqual(neck[opened], 1.5, delta=0.02)
        energy = [row[head.index("total energy [kT]")] for row in rows[opened:]]
        self.assertEqual(energy, sorted(energy, reverse=True))
        self.assert_collection("surface.pvd")
        self.assert_collection("meridian.pvd")
        self.assert_documented()

    def test_pore_energy(self):
        self.run_scenario(PORE, {"Geometry/Meridian cells": 16, "Pore/Neck radii": "2, 4"})
        summary = self.summary()
        self.assertEqual(summary["neck radius"], {"value": 3.0, "unit": "nm"})
        self.assertEqual(summary["pore energy"]["unit"], "kT")
        head, rows = self.table(name="curve.csv")
        self.assertEqual(head[:2], ["neck radius [nm]", "pore energy [kT]"])
        self.assertEqual([row[0] for row in rows], [2, 4])
        # The energy of the pore rises with its radius here.
        self.assertLess(rows[0][1], summary["pore energy"]["value"])
        self.assertLess(summary["pore energy"]["value"], rows[1][1])
        self.assertEqual([name for name in COLUMNS if name not in self.table()[0]], [])
        self.assert_collection("surface.pvd")
        self.assert_documented()

    def test_pore_energy_of_vesicle_and_plasma_membrane(self):
        assignments = {
            "Geometry/Meridian cells": 16, "Pore/Neck radii": "",
            "Pore/Kind": "vesicle and plasma membrane",
        }
        self.run_scenario(PORE, assignments)
        summary = self.summary()
        sides = summary["vesicle side energy"], summary["plasma membrane side energy"]
        self.assertAlmostEqual(
            sum(side["value"] for side in sides), summary["pore energy"]["value"], places=6
        )
        self.assert_documented()

    def test_tether(self):
        self.run_scenario(
            TETHER,
            {"Geometry/Meridian cells": 24, "Tether/Extensions": 3, "Tether/Largest extension": 3},
        )
        self.assertIn("force overshoot", self.summary())
        head, rows = self.table(name="curve.csv")
        self.assertEqual(head[:2], ["extension [nm]", "force [pN]"])
        force = [row[1] for row in rows]
        self.assertEqual(force, sorted(force))
        self.assert_collection("surface.pvd")
        self.assert_documented()

    def test_transport(self):
        assignments = {"Geometry/Refinement": 0, "Motors/Runs": 100, "Time/Output interval": 5e5}
        self.run_scenario(TRANSPORT, assignments)
        summary = self.summary()
        self.assertEqual(summary["outcome"], "end of track")
        head, rows = self.table()
        self.assertEqual([name for name in COLUMNS if name not in head], [])
        column = {name: [row[k] for row in rows] for k, name in enumerate(head)}
        # The polyline of the file is 5,767 nm long; kinesins only go forward.
        distance = column["distance along track [nm]"]
        self.assertEqual(distance, sorted(distance))
        length = sum(
            math.dist(a, b)
            for a, b in zip(
                [(0, 0, 2500), (2000, 300, 2300), (4000, 300, 1600)],
                [(2000, 300, 2300), (4000, 300, 1600), (4600, 300, 100)],
            )
        )
        self.assertAlmostEqual(distance[-1], length, delta=1e-6)
        # A table has 15 digits.
        self.assertAlmostEqual(summary["run length"]["value"], distance[-1], delta=1e-9)
        self.assertAlmostEqual(summary["final time"]["value"], rows[-1][0], delta=1e-6)
        # The vesicle of 50 nm radius is 30 nm from the last point of the track.
        end = [column[f"vesicle {c} [nm]"][-1] for c in "xyz"]
        self.assertAlmostEqual(math.dist(end, (4600, 300, 100)), 80, delta=1e-6)
        # Velocity: Michaelis-Menten at 2000 uM, and the drag of four kinesins at most.
        fastest = 1e-3 * 2000 / 2088
        velocities = column["transport velocity [nm/us]"]
        self.assertEqual(velocities[-1], 0)  # it has arrived
        for kinesins, velocity in zip(column["kinesins bound []"][:-1], velocities[:-1]):
            with self.subTest(kinesins=kinesins):
                drag = 6 * math.pi * 0.1 * 50
                expected = fastest / (1 + drag * fastest / (6 * kinesins))
                self.assertAlmostEqual(velocity / expected, 1, delta=1e-9)
        frames = self.assert_collection("surface.pvd")  # with 12 digits
        self.assertEqual(frames, [float(f"{time:.12g}") for time in column["time [us]"]])
        self.assert_documented()
        # Track and path are lines of VTK's PolyData, with times that end with the run.
        path = xml.etree.ElementTree.parse(self.path("out", "path.vtp")).getroot()
        times = path.find(".//DataArray[@Name='time [us]']").text.split()
        self.assertEqual(float(times[-1]), summary["final time"]["value"])
        track = xml.etree.ElementTree.parse(self.path("out", "track.vtp")).getroot()
        self.assertEqual(track.find(".//Piece").get("NumberOfPoints"), "4")
        with open(os.path.join(SOURCE, "doc", "output.md"), encoding="utf-8") as stream:
            text = stream.read()
        for line in (path, track):
            for array in line.findall(".//PointData/DataArray"):
                self.assertIn(f"`{array.get('Name')}`", text)

    def test_transport_ends(self):
        quick = {"Geometry/Refinement": 0, "Motors/Runs": 0, "Time/Output interval": 1e6}
        # One kinesin lets go after a micrometre; a day is longer than that.
        self.run_scenario(TRANSPORT, {**quick, "Motors/Kinesin/Number": 1, "Time/End time": 1e11,
                                      "Track/Points x": "0, 1e6", "Track/Points y": "0, 0",
                                      "Track/Points z": "0, 0"})  # fmt: skip
        self.assertEqual(self.summary()["outcome"], "detached")
        self.run_scenario(TRANSPORT, {**quick, "Track/Plus end": "first point"})
        self.assertEqual(self.summary()["outcome"], "start of track")
        self.assertEqual(self.summary()["final time"]["value"], 0)
        self.run_scenario(TRANSPORT, {**quick, "Time/End time": 1000})
        self.assertEqual(self.summary()["outcome"], "end time")
        self.assertAlmostEqual(self.summary()["final time"]["value"], 1000, delta=1e-9)


if __name__ == "__main__":
    unittest.main()
