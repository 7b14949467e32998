#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ParaView opens runs with postprocess/paraview/open_run.py: a meridian, its curve, and one in space.

Skipped (status 77) without pvbatch. Debian's package of it cannot be installed beside VTK's for Python, but
unpacked:

    apt-get download paraview python3-paraview
    for package in *paraview*.deb; do dpkg -x $package /opt/pv; done
    FUSOGEN_PVBATCH="env PYTHONPATH=/opt/pv/usr/lib/python3/dist-packages \\
      LD_LIBRARY_PATH=/opt/pv/usr/lib/x86_64-linux-gnu /opt/pv/usr/bin/pvbatch" ctest -R paraview
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get(
    "FUSOGEN_SOURCE", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)
PROGRAM = os.path.abspath(os.environ.get("FUSOGEN", os.path.join(SOURCE, "build", "fusogen")))
PVBATCH = shlex.split(os.environ.get("FUSOGEN_PVBATCH", "")) or [shutil.which("pvbatch")]
SCRIPT = os.path.join(SOURCE, "postprocess", "paraview", "open_run.py")


def orange(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return (r > 90) & (r > 1.3 * g) & (g > 1.2 * b)


class ParaView(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fusogen_paraview_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        # a display that is known to be ready, which xvfb-run does not wait for on a busy machine
        ready, told = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(told), "-screen", "0", "1280x1024x24"], pass_fds=[told],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        os.close(told)
        with os.fdopen(ready) as stream:
            cls.display = ":" + stream.readline().strip()

    def compute(self, file, **settings):
        directory = os.path.join(self.folder, "run")
        shutil.rmtree(directory, ignore_errors=True)
        words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        subprocess.run([PROGRAM, os.path.join(SOURCE, "parameter_files", file), *words, "--quiet",
                        "--output", directory], check=True)
        return directory

    def picture(self, directory, *arguments):
        import numpy
        from PIL import Image

        path = os.path.join(self.folder, "picture.png")
        if os.path.exists(path):
            os.remove(path)
        done = subprocess.run([*PVBATCH, SCRIPT, directory, "--picture", path, "--size", "640x360", *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "DISPLAY": self.display})
        self.assertEqual(done.returncode, 0, done.stdout)
        with Image.open(path) as image:
            self.assertEqual(image.size, (640, 360))
            return numpy.asarray(image.convert("RGB")).astype(int), done.stdout

    def test_meridian(self):
        directory = self.compute("exocytosis.prm", **{
            "Geometry/Meridian cells": 48, "Time/End time": 3})
        pixels, said = self.picture(directory, "--fields")
        self.assertIn("vesicle lipid outer leaflet []", said)
        # above the bar of colours and beside the time: the vesicle in the middle, orange on a blue-grey disc
        rows, columns = orange(pixels[30:290]).nonzero()
        self.assertGreater(len(rows), 300)
        self.assertAlmostEqual(columns.mean(), 320, delta=5)
        disc = (pixels[30:290].min(axis=2) < 200) & ~orange(pixels[30:290])
        self.assertGreater(disc.sum(), 5 * len(rows))
        # the meridian alone is a thin line
        line, said = self.picture(directory, "--collection", "meridian.pvd")
        inked = (line[30:290, 100:].min(axis=2) < 200).sum()
        self.assertGreater(inked, 300)
        self.assertLess(inked, 0.2 * disc.sum())

    def test_space(self):
        directory = self.compute("vesicle_equilibrium.prm", **{
            "Geometry/Dimension": "3d", "Geometry/Refinement": 1, "Time/End time": 0.2,
            "Time/Output interval": 0.1})
        pixels, said = self.picture(directory, "--time", "0.1", "--fields")
        self.assertIn("mean curvature [1/nm]", said)
        body = pixels[30:270].min(axis=2) < 200
        rows, columns = body.nonzero()
        self.assertGreater(len(rows), 3000)
        # a prolate stands upright
        self.assertGreater(rows.max() - rows.min(), 1.3 * (columns[rows > 60].max() - columns[rows > 60].min()))


if __name__ == "__main__":
    if not PVBATCH[0] or not shutil.which("Xvfb"):
        print("skipped: there is no pvbatch, or no Xvfb")
        sys.exit(77)
    unittest.main()
