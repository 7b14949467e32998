#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of fusogen-sweep with the program itself: short walks of a vesicle along its track.

    FUSOGEN=build/fusogen /usr/bin/python3 tests/cli/test_sweep.py [unittest options]
"""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ.get(
    "FUSOGEN_SOURCE", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)
PROGRAM = os.path.abspath(os.environ.get("FUSOGEN", os.path.join(SOURCE, "build", "fusogen")))
SWEEP = os.path.join(SOURCE, "postprocess", "fusogen-sweep")
TRANSPORT = os.path.join(SOURCE, "parameter_files", "transport.prm")

sys.path.insert(0, os.path.dirname(SWEEP))
from fusogen_post import program, run_reader, sweep_file  # noqa: E402

UNITS = program.parameter_units(PROGRAM)

# a walk that takes a fraction of a second
SHORT = """
[set]
"Motors/Runs" = 0
"Geometry/Refinement" = 0
"Motors/Kinesin/Unbinding rate" = 1e-12
"""


class TestCase(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="fusogen_sweep_")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.output = self.path("out")

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, text, name="walks.toml"):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)
        return self.path(name)

    def write_walks(self, text):
        return self.write(f'parameter_file = "{TRANSPORT}"\n{SHORT}\n{text}')

    def command(self, file, *arguments):
        return [sys.executable, SWEEP, file, "--output", self.output, "--program", PROGRAM, *arguments]

    def sweep(self, file, *arguments):
        return subprocess.run(self.command(file, *arguments), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=300)

    def summary(self):
        with open(self.path("out", "summary.csv"), newline="", encoding="utf-8") as stream:
            return {row["run"]: row for row in csv.DictReader(stream)}

    def state(self, run):
        with open(self.path("out", "log", run + ".json"), encoding="utf-8") as stream:
            return json.load(stream)

    def wait_for(self, condition, what):
        for _ in range(6000):
            if condition():
                return
            time.sleep(0.01)
        self.fail(f"waited for {what} in vain")

    def statistics(self, run):
        with open(self.path("out", "runs", run, "statistics.csv"), encoding="utf-8") as stream:
            return stream.read()


class WrongSweepFile(TestCase):
    def assert_sentence(self, text, *words):
        with self.assertRaises(run_reader.RunError) as caught:
            sweep_file.SweepFile(self.write(text), UNITS)
        self.assertNotIn("\n", str(caught.exception))
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_sentences(self):
        head = f'parameter_file = "{TRANSPORT}"\n'
        vary = '[vary]\n"Motors/Seed" = [1, 2]\n'
        self.assert_sentence(vary, "parameter_file")
        self.assert_sentence(f'parameter_file = "no.prm"\n{vary}', "no.prm")
        self.assert_sentence(head, "varies nothing")
        self.assert_sentence(f"{head}[vary]\nMotors/Seed = [1]\n", "line 3", "quotes")
        self.assert_sentence(f'{head}[vary]\n"Motors/Sed" = [1]\n', "Motors/Sed", 'did you mean "Motors/Seed"')
        self.assert_sentence(f'{head}[vary]\n"Motors/Seed" = []\n', "list of values")
        self.assert_sentence(f'{head}[vary]\n"Motors/Seed" = [1, 1]\n', "twice")
        self.assert_sentence(f'{head}[vary]\n"Motors/Seed" = {{ from = 1, to = 5 }}\n', "points")
        self.assert_sentence(
            f'{head}[vary]\n"Motors/Seed" = {{ from = 0, to = 5, points = 3, spacing = "log" }}\n', "positive")
        self.assert_sentence(f'{head}[set]\n"Motors/Seed" = 3\n{vary}', "twice")
        self.assert_sentence(f'{head}[vary]\n"Motors/Seed, Motors/Runs" = [[1, 2], [3]]\n', "together")
        self.assert_sentence(f'{head}[repeat]\nseed = "Motors/Seed"\n', "times")
        self.assert_sentence(f"{head}[run]\nprocesses = 0\n{vary}", "processes")
        self.assert_sentence(f"{head}[runs]\n{vary}", '"runs"')

    def test_command(self):
        for file, word in ((self.path("none.toml"), "none.toml"), (self.write("[vary]\n"), "parameter_file")):
            done = self.sweep(file)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(word, done.stderr)
            self.assertFalse(os.path.exists(self.output))

    def test_ranges_and_names(self):
        file = sweep_file.SweepFile(self.write(f"""
parameter_file = "{TRANSPORT}"
[vary]
"Motors/ATP concentration" = {{ from = 1, to = 100, points = 3, spacing = "log" }}
"Motors/Kinesin/Number" = {{ from = 1, to = 2, points = 2 }}
"Motors/Dynein/Number" = [0]
"""), UNITS)
        self.assertEqual(len(file.runs), 6)
        self.assertEqual(file.runs[2].name, "ATP-concentration=10_Kinesin-Number=1_Dynein-Number=0")
        self.assertEqual(file.runs[2].settings["Motors/Kinesin/Number"], "1")
        self.assertEqual(file.label("Motors/ATP concentration"), "Motors/ATP concentration [uM]")
        # two parameters whose last parts are alike
        file = sweep_file.SweepFile(self.write(f"""
parameter_file = "{TRANSPORT}"
[vary]
"Bilayer/Spontaneous curvature" = [0, 0.01]
"Vesicle/Radius, Track/Start" = [[20, 0], [30, 100]]
"""), UNITS)
        self.assertEqual(file.runs[-1].name, "Spontaneous-curvature=0.01_Radius=30_Start=100")


class Runs(TestCase):
    def test_two_seeds_and_the_tables(self):
        file = self.write_walks("""
[vary]
"Motors/ATP concentration" = { from = 20, to = 2000, points = 3, spacing = "log" }
"Track/Start, Time/End time" = [[0, 1e4], [1000, 2e4]]
[repeat]
seed = "Motors/Seed"
times = 2
""")
        done = self.sweep(file, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("12 runs", done.stdout)
        self.assertIn("20, 200, 2000", done.stdout)
        self.assertIn("none would fail", done.stdout)
        self.assertFalse(os.path.exists(self.output))

        done = self.sweep(file, "--processes", "2")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("12 of 12 runs are done", done.stdout)
        rows = self.summary()
        self.assertEqual(len(rows), 12)
        row = rows["ATP-concentration=200_Start=1000_End-time=20000_Seed=2"]
        self.assertEqual(row["outcome"], "end time")
        self.assertEqual(float(row["Motors/ATP concentration [uM]"]), 200)
        self.assertEqual(float(row["Time/End time [us]"]), 2e4)
        self.assertEqual(float(row["final time [us]"]), 2e4)
        # the numbers are those of the runs, in both tables
        for name, row in rows.items():
            with open(self.path("out", "runs", name, "summary.json"), encoding="utf-8") as stream:
                length = json.load(stream)["run length"]["value"]
            self.assertAlmostEqual(float(row["run length [nm]"]), length, delta=1e-9 * (1 + abs(length)))
        with sqlite3.connect(self.path("out", "sweep.sqlite")) as base:
            mean = base.execute(
                "select avg(observables.value) from observables join parameters using (run) where observable "
                "= 'run length' and parameter = 'Motors/ATP concentration' and parameters.value = '2000'"
            ).fetchone()[0]
            self.assertEqual(base.execute("select count(*) from runs").fetchone()[0], 12)
        of_these = [float(row["run length [nm]"]) for name, row in rows.items() if "=2000_" in name]
        self.assertEqual(len(of_these), 4)
        self.assertAlmostEqual(mean, sum(of_these) / 4, places=6)
        self.assertTrue(os.path.isfile(self.path("out", "plots", "outcome.png")))
        self.assertTrue(os.path.isfile(self.path("out", "plots", "run_length.png")))

        done = self.sweep(file, "--dry-run")
        self.assertRegex(done.stdout, "a finished run took .* s")
        self.assertIn("12 done", done.stdout)
        # with other parameters the same folder will not do
        done = self.sweep(self.write_walks("""
"Motors/Cytoplasm viscosity" = 0.2
[vary]
"Motors/ATP concentration" = [20, 200, 2000]
"Track/Start, Time/End time" = [[0, 1e4], [1000, 2e4]]
[repeat]
seed = "Motors/Seed"
times = 2
"""))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Motors/Cytoplasm viscosity was not set", done.stderr)

    def test_stopped_sweep_goes_on(self):
        file = self.write_walks("""
"Time/Output interval" = 1e3
[vary]
"Motors/Seed, Time/End time" = [[1, 2e6], [2, 1e4], [3, 1e4]]
""")
        sweep = subprocess.Popen(self.command(file, "--processes", "1"), stdout=subprocess.PIPE, text=True)
        self.addCleanup(sweep.kill)
        self.wait_for(lambda: os.path.isfile(self.path("out", "runs", "Seed=1_End-time=2000000", "statistics.csv")), "a run")
        sweep.send_signal(signal.SIGTERM)
        said = sweep.communicate(timeout=60)[0]
        self.assertEqual(sweep.returncode, 3, said)
        self.assertIn("1 not finished", said)
        self.assertIn("2 not started", said)
        self.assertEqual(self.state("Seed=1_End-time=2000000")["state"], "stopped")
        done = self.sweep(file)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.state("Seed=1_End-time=2000000")["attempts"], 2)
        self.assertEqual(self.state("Seed=2_End-time=10000")["attempts"], 1)

    def test_job_array(self):
        file = self.write_walks('"Time/End time" = 1e4\n[vary]\n"Motors/Kinesin/Number" = [1, -1]\n')
        script = self.sweep(file, "--slurm").stdout.strip()
        self.assertEqual(subprocess.run(["bash", "-n", script]).returncode, 0)
        statuses = [subprocess.run(["bash", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "SLURM_ARRAY_TASK_ID": str(task)}).returncode
                    for task in (1, 2)]
        self.assertEqual(statuses, [0, 2])
        done = self.sweep(file, "--gather")
        self.assertEqual(done.returncode, 2)
        self.assertIn("1 of 2 runs are done", done.stdout)
        self.assertIn('Kinesin-Number=-1: --set: Motors/Kinesin/Number = "-1" is out of range', done.stdout)

    @unittest.skipUnless(shutil.which("snakemake"), "needs snakemake")
    def test_snakemake(self):
        file = self.write_walks('"Time/End time" = 1e4\n[vary]\n"Motors/Kinesin/Number" = [1, 2, -1]\n')
        script = self.sweep(file, "--snakemake").stdout.strip()
        done = subprocess.run(["snakemake", "--snakefile", script, "--cores", "2"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "HOME": self.directory})
        self.assertEqual(done.returncode, 0, done.stdout)
        states = {name: row["state"] for name, row in self.summary().items()}
        self.assertEqual(states, {"Kinesin-Number=1": "done", "Kinesin-Number=2": "done",
                                  "Kinesin-Number=-1": "failed"})


class FiftyRuns(TestCase):
    """Three of fifty fail, one is killed: the rest is computed, and the next call finishes."""

    def test_failures_and_a_kill(self):
        bad = {7: "Motors/Kinesin/Number", 23: "Motors/ATP concentration", 41: "Time/End time"}
        names = ["Motors/Seed", "Motors/Kinesin/Number", "Motors/ATP concentration", "Time/End time",
                 "Time/Output interval"]
        points = []
        for seed in range(1, 51):
            point = [seed, 2, 1000, 1e4, 1e4]
            if seed in bad:
                point[names.index(bad[seed])] = -1
            if seed == 12:  # long enough to be killed
                point = [seed, 2, 1000, 2e6, 1e3]
            points.append(point)
        file = self.write_walks(f'"Checkpoint/Steps" = 20\n[vary]\n"{", ".join(names)}" = {points}\n')

        def name_of(seed):
            return next(name for name in os.listdir(self.path("out", "runs"))
                        if name.startswith(f"Seed={seed}_"))

        sweep = subprocess.Popen(self.command(file, "--processes", "2"), stdout=subprocess.PIPE, text=True)
        self.addCleanup(sweep.kill)
        runs = self.path("out", "runs")
        self.wait_for(lambda: os.path.isdir(runs) and any(n.startswith("Seed=12_") for n in os.listdir(runs)),
                      "the run to kill")
        victim = name_of(12)
        self.wait_for(lambda: os.path.exists(os.path.join(runs, victim, "checkpoint", "latest")), "its checkpoint")
        os.kill(self.state(victim)["pid"], signal.SIGKILL)
        said = sweep.communicate(timeout=600)[0]
        self.assertEqual(sweep.returncode, 3, said)
        self.assertIn("46 of 50 runs are done", said)
        self.assertIn(f"{victim}: killed by signal 9", said)
        self.assertIn("3 failed:", said)

        before = {run: self.statistics(run) for run in os.listdir(runs) if run != victim
                  and os.path.exists(os.path.join(runs, run, "statistics.csv"))}
        times = {run: os.stat(os.path.join(runs, run, "statistics.csv")).st_mtime_ns for run in before}
        self.assertEqual(len(before), 46)
        done = self.sweep(file, "--processes", "2")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("1 of 50 runs to compute", done.stdout)
        self.assertIn("47 of 50 runs are done", done.stdout)
        for seed, parameter in bad.items():
            self.assertRegex(done.stdout, rf'\n  Seed={seed}_\S*: --set: {parameter} = "-1"')
        # nothing was computed twice, and what was killed was not computed anew
        self.assertEqual(times, {run: os.stat(os.path.join(runs, run, "statistics.csv")).st_mtime_ns
                                 for run in before})
        with open(self.path("out", "log", victim + ".log"), encoding="utf-8") as stream:
            self.assertIn("resuming at", stream.read())
        alone = self.path("alone")
        settings = [word for name, value in self.state(victim)["settings"].items()
                    for word in ("--set", f"{name}={value}")]
        subprocess.run([PROGRAM, TRANSPORT, *settings, "--output", alone], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(alone, "statistics.csv"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), self.statistics(victim))


if __name__ == "__main__":
    unittest.main()
