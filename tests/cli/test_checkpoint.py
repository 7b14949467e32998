#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs that are killed, stopped and resumed end like runs that were left alone.

    test_checkpoint.py [--long] [--seed N]

The program is that of the environment variable FUSOGEN. With --long each run is killed ten times.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "verification"))
from runs import PROGRAM, SOURCE, Checks, Output, Run, largest_difference, numbers  # noqa: E402

# Small runs that have everything in them: fusion, lipids and cargo; a volume that is kept; a rate that
# is fitted over all steps.
SHORT = {
    "exocytosis": (
        "exocytosis.prm",
        {
            "Geometry/Meridian cells": 64,
            "Fusion/Time": 0.1,
            "Time/End time": 0.6,
            "Time/Output interval": 0.05,
        },
    ),
    "kiss-and-run": (
        "kiss_and_run.prm",
        {
            "Geometry/Meridian cells": 40,
            "Fusion/Time": 0,
            "Constriction/Start time": 0,
            "Constriction/Force": 200,
            "Fusion/Time after closing": 1,
            "Time/Energy tolerance": 0.1,
        },
    ),
    "pore that flickers": (
        "kiss_and_run.prm",
        {
            "Geometry/Meridian cells": 40,
            "Fusion/Time": 0,
            "Fusion/Arrest time": 0.2,
            "Constriction/Start time": 0,
            "Bilayer/Drag coefficient": 1e-4,
            "Thermal/Noise": "yes",
            "Thermal/Time step": 0.02,
            "Time/End time": 0.8,
            "Time/Output interval": 0.1,
        },
    ),
    "exocytosis in space": (
        "exocytosis_3d.prm",
        {
            "Plasma membrane/Patch radius": 100,
            "Geometry/Adaptive": "yes",
            "Geometry/Turn per cell": 45,
            "Geometry/Least refinement": 1,
            "Fusion/Time": 0.002,
            "Time/End time": 0.01,
            "Time/Output interval": 0.001,
        },
    ),
    "exocytosis in space with two leaflets": (
        "exocytosis_3d.prm",
        {
            "Leaflets/Model": "two leaflets",
            "Plasma membrane/Patch radius": 100,
            "Geometry/Refinement": 1,
            "Fusion/Time": 0.002,
            "Time/End time": 0.01,
            "Time/Output interval": 0.001,
        },
    ),
    "relaxation in space": (
        "vesicle_equilibrium.prm",
        {
            "Leaflets/Model": "area difference",
            "Leaflets/Relaxed area difference": 1.2,
            "Geometry/Dimension": "3d",
            "Geometry/Refinement": 1,
            "Time/End time": 10,
            "Time/Output interval": 1,
        },
    ),
    "decay of a mode in the meridian": (
        "vesicle_equilibrium.prm",
        {
            "Geometry/Meridian cells": 32,
            "Vesicle/Initial shape": "mode",
            "Vesicle/Volume": "free",
            "Vesicle/Mode amplitude": 0.2,
            "Time/End time": 1,
            "Time/Output interval": 0.2,
        },
    ),
    "walk along a track": (
        "transport.prm",
        {"Geometry/Refinement": 1, "Motors/Runs": 10, "Time/Output interval": 3e5},
    ),
}
LONG = {
    "exocytosis in space": (
        "exocytosis_3d.prm",
        {
            "Geometry/Adaptive": "yes",
            "Geometry/Turn per cell": 45,
            "Geometry/Least refinement": 1,
            "Fusion/Time": 0.01,
            "Time/End time": 3,
            "Time/Output interval": 0.1,
        },
    ),
    "exocytosis": (
        "exocytosis.prm",
        {"Geometry/Meridian cells": 100, "Time/End time": 5, "Time/Output interval": 0.1},
    ),
    "relaxation in space": (
        "vesicle_equilibrium.prm",
        {"Geometry/Dimension": "3d", "Time/End time": 20, "Time/Output interval": 0.5},
    ),
    "relaxation in the meridian": (
        "vesicle_equilibrium.prm",
        {"Time/End time": 50, "Time/Output interval": 0.5},
    ),
}
STEPS = {"Checkpoint/Steps": 2}


class Job:
    """The program in a folder, started and left running."""

    def __init__(self, folder, file, settings, ranks=1, options=()):
        self.folder = pathlib.Path(folder)
        command = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
        command += [PROGRAM, str(SOURCE / "parameter_files" / file), "--output", str(folder)]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait(self):
        self.out, self.err = self.process.communicate(timeout=250)
        self.status = self.process.returncode
        return self

    def processes(self):
        """mpirun and every rank: what has the folder, which no other job has, in its arguments."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and str(self.folder).encode() in (
                    entry / "cmdline"
                ).read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                pass  # it has just ended
        return found

    def kill(self):
        """All at once, as when a machine fails. Returns whether it was still running."""
        was_running = self.process.poll() is None
        while found := self.processes():
            for number in found:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.poll()
            time.sleep(0.01)
        self.process.communicate()
        return was_running

    def wait_for_checkpoint(self, other_than=None):
        """Until there is a checkpoint, another one than that given, or the run has ended."""
        while self.process.poll() is None and latest(self.folder) in (None, other_than):
            time.sleep(0.005)


def latest(folder):
    try:
        return (pathlib.Path(folder) / "checkpoint" / "latest").read_text().strip()
    except OSError:
        return None


def frames(folder):
    """Times and files of the collection, and whether the files are there."""
    folder = pathlib.Path(folder)
    found = re.findall(r'timestep="(.*?)".*?file="(.*?)"', (folder / "surface.pvd").read_text())
    return found, all((folder / file).is_file() for _, file in found)


def same_as_alone(checks, what, folder, alone):
    resumed = Output(folder)
    checks.equal(f"{what}: outcome", resumed.outcome, alone.outcome)
    checks.equal(f"{what}: same summary", list(resumed.summary) == list(alone.summary), True)
    a, b = numbers(alone), numbers(resumed)
    checks.equal(f"{what}: numbers", len(b), len(a))
    difference, where = largest_difference(a, b)
    checks.at_most(f"{what}: largest difference ({where})", difference, 1e-8)
    checks.equal(f"{what}: same frames", frames(folder) == (frames(alone.path)[0], True), True)


def killed(checks, cases, kills):
    for name, (file, settings) in cases.items():
        checks.section(f"{name}: killed {kills} times")
        alone = Run(file, settings)
        with tempfile.TemporaryDirectory(prefix="fusogen_") as folder:
            done, ranks, resumed_on = 0, 1, []
            while done < kills:
                before = latest(folder)
                job = Job(folder, file, {**settings, **STEPS}, ranks, ["--resume"] if before else [])
                # Any moment: while it reads the last checkpoint, computes, or writes the next one.
                if random.random() < 0.7:
                    job.wait_for_checkpoint(before)
                time.sleep(random.uniform(0, 0.3 * alone.seconds))
                if not job.kill() and job.process.returncode:
                    checks.equal("a run that was not killed", job.process.returncode, 0)
                    return
                done += 1
                resumed_on += [ranks] if before else []
                ranks = ranks % 3 + 1
            # To the end.
            options = ["--resume"] if latest(folder) else []
            job = Job(folder, file, {**settings, **STEPS}, ranks, options).wait()
            checks.equal(f"status {job.err}", job.status, 0)
            print(f"resumed on {resumed_on + [ranks]} processes", flush=True)
            same_as_alone(checks, name, folder, alone)


def stopped(checks):
    checks.section("Stopped by a signal or the clock")
    for name in ("exocytosis", "relaxation in space"):
        file, settings = SHORT[name]
        alone = Run(file, settings)
        with tempfile.TemporaryDirectory(prefix="fusogen_") as folder:
            # Signals come at any time after the first step, which the first checkpoint follows.
            for ranks, number in ((1, signal.SIGTERM), (2, signal.SIGUSR1)):
                before = latest(folder)
                job = Job(folder, file, {**settings, "Checkpoint/Steps": 4}, ranks,
                          ["--resume"] if before else [])  # fmt: skip
                job.wait_for_checkpoint(before)
                job.process.send_signal(number)
                job.wait()
                what = f"{name}, {number.name}"
                checks.equal(f"{what}: status", job.status, 3)
                checks.equal(f"{what}: said so", f"stopped by {number.name} at" in job.out, True)
                checks.equal(f"{what}: newest", f"checkpoint/{latest(folder)};" in job.out, True)
            job = Job(folder, file, {**settings, "Checkpoint/Wall time limit": 1e-6}, 1,
                      ["--resume"]).wait()  # fmt: skip
            checks.equal(f"{name}, wall time: status", job.status, 3)
            checks.equal(f"{name}, wall time: said so", "Wall time limit" in job.out, True)
            job = Job(folder, file, settings, 3, ["--resume"]).wait()
            checks.equal(f"{name}: status", job.status, 0)
            same_as_alone(checks, name, folder, alone)


def sentences(checks):
    checks.section("What is said")
    file, settings = SHORT["decay of a mode in the meridian"]
    settings = {**settings, "Time/Output interval": 0.1}
    alone = Run(file, settings)
    with tempfile.TemporaryDirectory(prefix="fusogen_") as folder:

        def resume(changes, what, status, *words):
            job = Job(folder, file, {**settings, **changes}, 1, ["--resume"]).wait()
            checks.equal(f"{what}: status", job.status, status)
            for word in words:
                checks.equal(f"{what}: {word!r}", word in job.out + job.err, True)
            if status == 1:
                checks.equal(f"{what}: one sentence", job.err.count("\n"), 1)

        resume({}, "no checkpoint", 1, "--resume", "no checkpoint", folder)

        half = {"Time/End time": 0.5, "Checkpoint/Steps": 3, "Checkpoint/Number kept": 3}
        checks.equal("first half", Job(folder, file, {**settings, **half}).wait().status, 0)
        resume({"Time/End time": 0.5}, "finished", 0, "has finished", "end time")
        resume(
            {"Bilayer/Bending rigidity": 21, "Vesicle/Radius": 30, "Time/Largest step": 0.5},
            "other physics", 1,
            "Bilayer/Bending rigidity = 21 (--set) was 20", "Vesicle/Radius = 30 (--set) was 20",
            "Time/Largest step = 0.5 (--set) was 1e+06",
        )  # fmt: skip
        # The two newest ones are damaged, and the one before them is as good.
        for piece, size in zip(sorted(pathlib.Path(folder).glob("checkpoint/0*/piece*"))[1:], (10, None)):
            data = bytearray(piece.read_bytes())
            data[len(data) // 2] ^= 1
            piece.write_bytes(data[:size])
        resume({}, "damaged", 0, "is refused, because piece_00000.bin has 10 bytes",
               "is refused, because piece_00000.bin is damaged")  # fmt: skip
        resumed = Output(folder)
        difference, where = largest_difference(numbers(alone), numbers(resumed))
        checks.equal("damaged: number of rows", len(numbers(resumed)), len(numbers(alone)))
        checks.at_most(f"damaged: largest difference ({where})", difference, 1e-8)

        # A new run in the folder of a stopped one.
        Job(folder, file, {**settings, "Checkpoint/Wall time limit": 1e-6}).wait()
        newest = latest(folder)
        job = Job(folder, file, settings).wait()
        checks.equal("anew: status", job.status, 0)
        checks.equal("anew: warning", "moved to checkpoint.old" in job.err, True)
        checks.equal("anew: newest", latest(folder), "00001")
        checks.equal(
            "anew: kept", (pathlib.Path(folder) / "checkpoint.old" / newest).is_dir(), True
        )
        (pathlib.Path(folder) / "statistics.csv").write_text("")
        resume({"Time/End time": 2}, "no statistics", 1, "statistics.csv", "shorter")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--long", action="store_true", help="longer runs, killed ten times")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1000000)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    random.seed(arguments.seed)
    checks = Checks()
    begin = time.monotonic()
    if arguments.long:
        killed(checks, LONG, 10)
    else:
        killed(checks, SHORT, 2)
        stopped(checks)
        sentences(checks)
    print(f"{checks.failures} failures, {time.monotonic() - begin:.0f} s")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
