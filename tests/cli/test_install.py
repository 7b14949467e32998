#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What "cmake --install" puts in place works there: the program, its files, and the library, against
which the example of a user's own term is built.

    test_install.py BUILD_FOLDER [unittest options]
"""

import csv
import glob
import gzip
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get(
    "FUSOGEN_SOURCE", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)
BUILD = os.path.abspath(sys.argv.pop(1))

KT = 1.380649e-2 * 298.0  # [pN nm]


def run(*command, cwd=None, status=0):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, timeout=800
    )
    if done.returncode != status:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def rows(folder):
    with open(os.path.join(folder, "statistics.csv"), encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fusogen_install_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prefix = os.path.join(cls.folder, "prefix")
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.program = os.path.join(cls.prefix, "bin", "fusogen")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def share(self, *parts):
        return os.path.join(self.prefix, "share", *parts)


class Program(Installed):
    def test_nothing_points_to_the_build(self):
        for place in ("lib", "share"):
            for folder, _, names in os.walk(os.path.join(self.prefix, place)):
                for name in names:
                    if not name.endswith((".cmake", ".py")):
                        continue
                    with open(os.path.join(folder, name), encoding="utf-8") as stream:
                        text = stream.read()
                    self.assertNotIn(BUILD, text, name)
                    self.assertNotIn(SOURCE + "/", text, name)

    def test_parameter_files(self):
        files = sorted(glob.glob(self.share("fusogen", "parameter_files", "*.prm")))
        there = sorted(glob.glob(os.path.join(SOURCE, "parameter_files", "*.prm")))
        self.assertEqual([os.path.basename(f) for f in files], [os.path.basename(f) for f in there])
        for file in files:
            run(self.program, "--check", file, cwd=self.folder)

    def test_run(self):
        file = self.share("fusogen", "parameter_files", "pore_energy.prm")
        run(self.program, file, "--set", "Pore/Neck radii=", "--output", "pore", cwd=self.folder)
        with open(self.path("pore", "summary.json"), encoding="utf-8") as stream:
            self.assertIn("pore energy", json.load(stream))

    def test_tools(self):
        tools = glob.glob(os.path.join(SOURCE, "postprocess", "fusogen-*"))
        for name in map(os.path.basename, tools):
            run(os.path.join(self.prefix, "bin", name), "--help", cwd=self.folder)

    def test_manual(self):
        with gzip.open(self.share("man", "man1", "fusogen.1.gz"), "rt", encoding="utf-8") as stream:
            manual = stream.read().replace("\\-", "-")
        options = set(re.findall(r"--[a-z]+", run(self.program, "--help").stdout))
        self.assertGreater(len(options), 5)
        self.assertEqual(options, set(re.findall(r"--[a-z]+", manual)))
        if shutil.which("man"):
            done = run("man", "--warnings", "-l", self.share("man", "man1", "fusogen.1.gz"))
            self.assertEqual(done.stderr, "")


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "dpkg-dev is not installed")
class Packages(unittest.TestCase):
    """The Debian packages, unpacked beside the system."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fusogen_packages_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        config = os.path.join(BUILD, "CPackConfig.cmake")
        run("cpack", "--config", config, "-B", cls.folder, cwd=BUILD)
        cls.packages = {
            os.path.basename(path).split("_")[0]: path
            for path in glob.glob(os.path.join(cls.folder, "*.deb"))
        }
        cls.root = os.path.join(cls.folder, "root")
        for path in cls.packages.values():
            run("dpkg", "-x", path, cls.root)

    def field(self, package, name):
        return run("dpkg-deb", "--field", self.packages[package], name).stdout

    def test_names_and_dependencies(self):
        self.assertEqual(sorted(self.packages), ["fusogen", "libfusogen-dev"])
        depends = self.field("fusogen", "Depends")
        for package in ("libdeal.ii-", "libpetsc-real", "libopenmpi", "libc6", "python3"):
            self.assertIn(package, depends)
        self.assertNotIn("-dev", depends)
        self.assertIn("libdeal.ii-dev", self.field("libfusogen-dev", "Depends"))

    def test_program_runs_from_where_it_is_unpacked(self):
        share = os.path.join(self.root, "usr", "share", "fusogen")
        program = os.path.join(self.root, "usr", "bin", "fusogen")
        file = os.path.join(share, "parameter_files", "pore_energy.prm")
        run(program, file, "--set", "Pore/Neck radii=", "--output", "pore", cwd=self.folder)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "pore", "summary.json")))

    def test_tools_lead_to_their_package(self):
        for path in glob.glob(os.path.join(self.root, "usr", "bin", "fusogen-*")):
            self.assertTrue(os.path.exists(path), f"{path} leads nowhere")

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian(self):
        run("lintian", "--allow-root", "--fail-on", "error", *self.packages.values())


class OwnTerm(Installed):
    """The example of a term outside the tree, built against what is installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        example = os.path.join(cls.folder, "own_term")
        shutil.copytree(os.path.join(SOURCE, "examples", "own_term"), example)
        build = os.path.join(cls.folder, "build")
        run("cmake", "-S", example, "-B", build, "-D", f"CMAKE_PREFIX_PATH={cls.prefix}")
        run("cmake", "--build", build)
        cls.with_trap = os.path.join(build, "fusogen_with_trap")
        cls.file = os.path.join(example, "trapped_vesicle.prm")

    def sphere_energy(self, height):
        """Of a sphere in the trap of the parameter file, `height` from its centre [kT]."""
        stiffness, radius = 0.05, 20.0
        return (0.5 * stiffness * (radius**2 + height**2)) / KT

    def check_run(self, folder):
        table = rows(folder)
        area = float(table[0]["area [nm^2]"])
        # The energy is an integral over the area of squares of distances, which are short by half of
        # what the area of the discrete sphere lacks.
        tolerance = 3.0 * abs(area / (4.0 * math.pi * 20.0**2) - 1.0) + 1e-6
        for row, height in ((table[0], 10.0), (table[-1], 0.0)):
            energy = float(row["optical trap energy [kT]"])
            self.assertAlmostEqual(energy / self.sphere_energy(height), 1.0, delta=tolerance)
            self.assertAlmostEqual(
                float(row["total energy [kT]"]), float(row["bending energy [kT]"]) + energy, places=9
            )
            self.assertEqual(float(row["optical trap dissipated power [kT/us]"]), 0.0)
        with open(os.path.join(folder, "summary.json"), encoding="utf-8") as stream:
            summary = json.load(stream)
        self.assertEqual(summary["outcome"], "equilibrium")
        self.assertEqual(summary["optical trap energy"]["unit"], "kT")
        self.assertAlmostEqual(
            summary["optical trap energy"]["value"],
            float(table[-1]["optical trap energy [kT]"]),
            delta=1e-13,  # the table has 15 digits
        )

    def test_meridian(self):
        run(self.with_trap, self.file, "--output", self.path("meridian"))
        self.check_run(self.path("meridian"))

    def test_space(self):
        run(self.with_trap, self.file, "--output", self.path("space"), "--set", "Geometry/Dimension=3d")
        self.check_run(self.path("space"))

    def test_docking(self):
        """The trap holds a vesicle against the force that pulls it, by a spring of its stiffness."""
        file = self.share("fusogen", "parameter_files", "docking.prm")
        run(self.with_trap, file, "--output", self.path("docking"), "--set", "Time/End time=1e-3",
            "--set", "Optical trap/Axial stiffness=0.1")  # fmt: skip
        self.assertIn("optical trap energy [kT]", rows(self.path("docking"))[0])

    def test_information(self):
        defaults = run(self.with_trap, "--defaults").stdout
        self.assertIn("subsection Optical trap", defaults)
        self.assertIn("# Unit: pN/nm. Allowed: 0 or greater. Default: 0.", defaults)
        self.assertTrue(defaults.startswith(run(self.program, "--defaults").stdout))
        self.assertIn('the user\'s term "optical trap"', run(self.with_trap, "--version").stdout)

    def test_off_by_default(self):
        settings = ("--set", "Optical trap/Axial stiffness=0", "--set", "Optical trap/Lateral stiffness=0")
        run(self.with_trap, self.file, *settings, "--output", self.path("off"))
        self.assertNotIn("optical trap", " ".join(rows(self.path("off"))[0]))

    def test_mistakes(self):
        done = run(self.program, self.file, cwd=self.folder, status=1)
        self.assertIn('there is no section "Optical trap"', done.stderr)
        wrong = ("--set", "Optical trap/Axial stiffness=-1")
        done = run(self.with_trap, self.file, *wrong, cwd=self.folder, status=1)
        self.assertIn('Optical trap/Axial stiffness = "-1" is out of range', done.stderr)
        static = ("--set", "Scenario/Kind=pore energy")
        done = run(self.with_trap, self.file, *static, cwd=self.folder, status=1)
        self.assertIn("term that acts in time", done.stderr)
        file = self.share("fusogen", "parameter_files", "pore_energy.prm")
        run(self.with_trap, "--check", file, cwd=self.folder)

    def test_resume(self):
        """Its parameters are physics: a run is resumed with the same ones only."""
        folder = self.path("resumed")
        part = ("--set", "Time/End time=0.005")
        run(self.with_trap, self.file, *part, "--output", folder)
        self.assertLess(float(rows(folder)[-1]["time [us]"]), 0.006)
        resume = ("--output", folder, "--resume")
        done = run(self.with_trap, self.file, *resume, "--set", "Optical trap/Height=5", status=1)
        self.assertIn("Optical trap/Height = 5 (--set) was 10", done.stderr)
        plain = self.path("plain.prm")
        with open(self.file, encoding="utf-8") as stream, open(plain, "w", encoding="utf-8") as out:
            out.write(stream.read().split("subsection Optical trap")[0])
        done = run(self.program, plain, *resume, status=1)
        self.assertIn("Optical trap/Height was 10 and no longer exists", done.stderr)
        run(self.with_trap, self.file, *resume)
        self.check_run(folder)


if __name__ == "__main__":
    unittest.main(verbosity=2)
