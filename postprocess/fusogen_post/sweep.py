# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run one parameter file with many values of its parameters, and gather what comes out.

    fusogen-sweep SWEEP.toml [--output DIR] [--processes N] [--dry-run]

computes one run for each combination of values (see sweep_file.py for the file), several at once, and
writes to DIR, by default results/NAME_OF_FILE,

  runs/NAME/              what fusogen writes for the run NAME, as always
  log/NAME.log, .json     what it said, and how the run stands
  summary.csv             a row a run: what was varied, how it ended, the numbers of its summary.json
  sweep.sqlite            the same as a data base, for questions in SQL
  plots/                  the outcomes, and each observable over what was varied

Started again, it computes only what is not there: runs that have finished or failed stay, one that was
killed goes on from its checkpoint. A run that fails leaves the others alone and is listed with its
sentence; --retry-failed computes such runs again.

On a cluster, --slurm writes a job script with an array of all runs, and --snakemake a Snakefile.

Exit status: 0 when all runs are done, 1 if the sweep file is wrong, 2 if runs failed, 3 if some are not
finished.
"""

import argparse
import concurrent.futures
import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

from . import program as fusogen
from . import run_reader, sweep_cluster, sweep_file
from .run_reader import RunError
from .sweep_file import SweepFile

# States of a run, as in log/NAME.json. One that is "running" but does not hold its lock was cut off.
WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
CRASHES = (signal.SIGSEGV, signal.SIGFPE, signal.SIGABRT, signal.SIGILL, signal.SIGBUS)


def write_whole(path, text):
    """Write a file that appears complete or not at all."""
    with open(path + ".tmp", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".tmp", path)


class Sweep:
    """A sweep file, the program, and the folder with the runs."""

    def __init__(self, file, directory, program):
        self.file = file
        self.directory = directory
        self.program = program
        self.children = set()
        self.stopping = False

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def run_folder(self, run):
        return self.path("runs", run.name)

    # --- how runs stand -----------------------------------------------------

    def state(self, run):
        """What log/NAME.json tells of a run; {"state": "waiting"} without it."""
        try:
            with open(self.path("log", run.name + ".json"), encoding="utf-8") as stream:
                state = json.load(stream)
        except (FileNotFoundError, ValueError):
            return {"state": WAITING, "wall seconds": 0.0, "attempts": 0}
        if state["settings"] != run.settings or state["digest"] != self.file.digest:
            old = {**dict.fromkeys(run.settings), **state["settings"]}
            for name, value in old.items():
                new = run.settings.get(name)
                if new != value:
                    what = f"{name} was {value}" if value is not None else f"{name} was not set"
                    break
            else:
                what = f"the file {os.path.basename(self.file.parameter_file)} was another one"
            raise RunError(f"The run {run.name} in '{self.directory}' was computed with other "
                           f"parameters: {what}; give another --output, or remove that folder.")
        if state["state"] == RUNNING and not self.is_locked(run):
            state = {**state, "state": STOPPED, "sentence": "cut off while it was running"}
        return state

    def write_state(self, run, state):
        write_whole(self.path("log", run.name + ".json"), json.dumps(state, indent=2) + "\n")

    def lock(self, run):
        """A lock for the run, None if another sweep computes it. It ends with the last process that has it."""
        stream = open(self.path("log", run.name + ".lock"), "w", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            return None
        return stream

    def is_locked(self, run):
        try:
            with open(self.path("log", run.name + ".lock"), encoding="utf-8") as stream:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    # --- one run ------------------------------------------------------------

    def arguments(self, run):
        """What to start for a run, without --resume."""
        launcher = []
        if self.file.mpi_processes > 1:
            in_slurm = "SLURM_JOB_ID" in os.environ and shutil.which("srun")
            launcher = ["srun" if in_slurm else "mpirun", "-n", str(self.file.mpi_processes)]
        words = [*launcher, self.program, self.file.parameter_file]
        for name, value in run.settings.items():
            words += ["--set", f"{name}={value}"]
        return words

    def compute(self, run, lock):
        """Compute a run, or go on with it; returns its state. The lock is let go."""
        with lock:
            before = self.state(run)
            state = {
                "state": RUNNING, "sentence": "", "wall seconds": before["wall seconds"],
                "attempts": before["attempts"] + 1, "settings": run.settings, "digest": self.file.digest,
            }
            folder = self.run_folder(run)
            resume = before["state"] == STOPPED and os.path.exists(
                os.path.join(folder, "checkpoint", "latest"))
            start = time.monotonic()
            status, said = self.start(run, state, lock, resume)
            if resume and status == fusogen.WRONG_INPUT and not self.stopping:
                # its checkpoints are of no use
                status, said = self.start(run, state, lock, False)
            state["wall seconds"] += time.monotonic() - start
            state.pop("pid", None)
            state["status"] = status
            number = -status if status < 0 else status - 128 if status > 128 else 0
            if status == fusogen.DONE:
                state["state"] = DONE
            elif status == fusogen.STOPPED or number and number not in CRASHES:
                state["state"] = STOPPED
                state["sentence"] = f"killed by signal {number}" if number else fusogen.sentence_of(said)
            else:
                state["state"] = FAILED
                state["sentence"] = fusogen.sentence_of(said) or f"ended with status {status}"
                if number:
                    state["sentence"] = f"crashed with signal {number}: {state['sentence']}"
            self.write_state(run, state)
        return state

    def start(self, run, state, lock, resume):
        """Start fusogen and wait for it: (exit status, what it said)."""
        folder = self.run_folder(run)
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        words = self.arguments(run) + ["--output", folder] + (["--resume"] if resume else [])
        log = self.path("log", run.name + ".log")
        # one thread for each process, as several runs share the machine
        environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ}
        with open(log, "ab" if resume else "wb") as stream:
            stream.write(("$ " + shlex.join(words) + "\n").encode())
            stream.flush()
            begin = stream.tell()
            # a session of its own: Ctrl-C is for the sweep, which then lets the run write a checkpoint
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                                     env=environment, start_new_session=True,
                                     pass_fds=[lock.fileno()])
        self.children.add(child)
        self.write_state(run, {**state, "pid": child.pid})
        if self.stopping:  # the signal came just before
            self.stop_child(child)
        status = child.wait()
        self.children.discard(child)
        with open(log, "rb") as stream:
            stream.seek(begin)
            return status, stream.read().decode(errors="replace")

    def stop_child(self, child):
        # mpirun would end on SIGTERM before the run has written its checkpoint
        child.send_signal(signal.SIGUSR1 if self.file.mpi_processes > 1 else signal.SIGTERM)

    def stop(self, *_):
        """Let all runs write their checkpoints and end."""
        self.stopping = True
        for child in list(self.children):
            self.stop_child(child)

    def heed_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, self.stop)

    # --- all runs -----------------------------------------------------------

    def to_do(self, retry_failed):
        """Runs that are not finished, and of all runs the states."""
        states = {run.name: self.state(run) for run in self.file.runs}
        open_states = (WAITING, STOPPED) + ((FAILED,) if retry_failed else ())
        return [run for run in self.file.runs if states[run.name]["state"] in open_states], states

    def compute_all(self, processes, retry_failed):
        runs, states = self.to_do(retry_failed)
        finished = len(self.file.runs) - len(runs)
        if finished:
            print(f"{len(runs)} of {len(self.file.runs)} runs to compute; the others are done or have failed")
        self.heed_signals()
        start, count = time.monotonic(), 0

        def one(run):
            lock = None if self.stopping else self.lock(run)
            if lock is None:
                return self.state(run)
            if self.state(run)["state"] == DONE:  # by another sweep meanwhile
                lock.close()
                return self.state(run)
            return self.compute(run, lock)

        with concurrent.futures.ThreadPoolExecutor(processes) as pool:
            futures = {pool.submit(one, run): run for run in runs}
            waiting = set(futures)
            while waiting:  # not without an end, so that signals are heeded
                ended, waiting = concurrent.futures.wait(
                    waiting, 0.5, concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    run, state = futures[future], future.result()
                    count += 1
                    if self.stopping and state["state"] == WAITING:
                        continue
                    left = (time.monotonic() - start) / count * (len(runs) - count)
                    note = f", about {run_reader.format_duration(left)} left" if count < len(runs) else ""
                    print(f"[{finished + count}/{len(self.file.runs)}] {run.name}: "
                          f"{self.describe(run, state)}{note if not self.stopping else ''}", flush=True)

    def describe(self, run, state):
        if state["state"] == DONE:
            try:
                how = run_reader.outcome(run_reader.read_summary(self.run_folder(run))) or "done"
            except RunError as error:
                how = str(error)
            return f"{how}, {run_reader.format_duration(state['wall seconds'])}"
        if state["state"] == RUNNING:
            return "is computed by another sweep"
        return f"{state['state']}: {state.get('sentence', '')}"

    def dry_run(self, processes, retry_failed):
        """Tell how many runs there are, what they may cost, and which ones cannot start."""
        runs, states = self.to_do(retry_failed)
        all_states = [states[run.name]["state"] for run in self.file.runs]
        print(f"{len(self.file.runs)} runs of {os.path.relpath(self.file.parameter_file)} in {self.directory}:")
        for axis in self.file.axes:
            names = ", ".join(self.file.label(name) for name in axis.names)
            values = ["/".join(texts) for texts in axis.values]
            shown = values if len(values) <= 12 else values[:10] + ["...", values[-1]]
            print(f"  {names}: {', '.join(shown) if len(axis.names) == 1 else '; '.join(shown)}")
        counts = [f"{all_states.count(state)} {state}"
                  for state in (DONE, FAILED, RUNNING, STOPPED, WAITING) if state in all_states]
        print(", ".join(counts))
        times = [state["wall seconds"] for state in states.values() if state["state"] == DONE]
        if times:
            mean = sum(times) / len(times)
            print(f"a finished run took {run_reader.format_duration(mean)} ({run_reader.format_duration(min(times))} to "
                  f"{run_reader.format_duration(max(times))}); {len(runs)} to compute, {processes} at once: about "
                  f"{run_reader.format_duration(mean * len(runs))} of computing within "
                  f"{run_reader.format_duration(mean * -(-len(runs) // processes))}")
        elif runs:
            print("no run is done yet, which would tell what they cost; --only 1 computes the first one")
        # not all combinations, but runs that have each value once
        seen, looked_at = set(), []
        for run in runs:
            if not seen.issuperset(run.values.items()):
                seen.update(run.values.items())
                looked_at.append(run)
        with concurrent.futures.ThreadPoolExecutor(processes) as pool:
            problems = list(pool.map(self.check, looked_at))
        wrong = [(run, problem) for run, problem in zip(looked_at, problems) if problem]
        print(f"{len(looked_at)} looked at, which have each value once: {len(wrong) or 'none'} would fail "
              f"at once" + (":" if wrong else ""))
        for run, problem in wrong:
            print(f"  {run.name}: {problem}")

    def check(self, run):
        """What fusogen has against the parameters of a run, '' if nothing."""
        words = [self.program, "--check", self.file.parameter_file]
        for name, value in run.settings.items():
            words += ["--set", f"{name}={value}"]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        return fusogen.sentence_of(done.stdout) if done.returncode else ""

    def gather(self):
        """Write tables and plots, list what failed, and return the exit status."""
        from . import sweep_results  # pandas and matplotlib take a second to load, a single run needs neither

        states = {run.name: self.state(run) for run in self.file.runs}
        written = sweep_results.write_tables(self, states) + sweep_results.write_plots(self, states)
        by_state = {}
        for run in self.file.runs:
            by_state.setdefault(states[run.name]["state"], []).append(run)
        print(f"{len(by_state.get(DONE, []))} of {len(self.file.runs)} runs are done; "
              f"see {', '.join(written)}")
        for state, title in ((FAILED, "failed"), (STOPPED, "not finished"), (RUNNING, "still running"),
                             (WAITING, "not started")):
            members = by_state.get(state, [])
            if members:
                print(f"{len(members)} {title}" + (":" if state in (FAILED, STOPPED) else ""))
            for run in members if state in (FAILED, STOPPED) else ():
                print(f"  {run.name}: {states[run.name].get('sentence', '')}")
        if set(by_state) - {DONE, FAILED}:
            print("start the sweep again to go on")
            return fusogen.STOPPED
        return fusogen.FAILED if FAILED in by_state else fusogen.DONE


def find_run(file, word):
    """The run of that name, or of that number counted from 1."""
    for k, run in enumerate(file.runs):
        if word in (run.name, str(k + 1)):
            return run
    raise RunError(f"The sweep has no run '{word}'; give a number from 1 to {len(file.runs)} or a name.")


def compute_one(sweep, run, retry_failed):
    """Compute one run of a sweep, as a job of a cluster does; returns the exit status."""
    sweep.heed_signals()
    lock = sweep.lock(run)
    if lock is None:
        raise RunError(f"The run {run.name} is computed already by another process.")
    state = sweep.state(run)
    if state["state"] == DONE or state["state"] == FAILED and not retry_failed:
        lock.close()
    else:
        state = sweep.compute(run, lock)
    print(f"{run.name}: {sweep.describe(run, state)}")
    return {DONE: fusogen.DONE, FAILED: fusogen.FAILED}.get(state["state"], fusogen.STOPPED)


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return int(text)


def main():
    parser = argparse.ArgumentParser(
        description="Run one parameter file with many values of its parameters, and gather what comes out.",
        epilog="Started again, it goes on where it was: nothing is computed twice.\n\n" + sweep_file.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="SWEEP.toml", help="what to vary")
    parser.add_argument("--output", metavar="DIR", help="where to (default: results/NAME_OF_FILE)")
    parser.add_argument("--processes", metavar="N", type=positive,
                        help="runs at once (default: that of the file, else as many as there are cores)")
    parser.add_argument("--program", metavar="PATH", help="the program fusogen")
    parser.add_argument("--retry-failed", action="store_true", help="compute again what failed")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true",
                      help="compute nothing; tell the number of runs, their cost, and mistakes")
    what.add_argument("--only", metavar="RUN", help="compute this run alone (its name, or number from 1)")
    what.add_argument("--gather", action="store_true", help="only write tables and plots anew")
    what.add_argument("--slurm", action="store_true", help="write a job script with an array of all runs")
    what.add_argument("--snakemake", action="store_true", help="write a Snakefile")
    arguments = parser.parse_args()

    program = fusogen.find_program(arguments.program)
    file = SweepFile(arguments.file, fusogen.parameter_units(program))
    name = os.path.splitext(os.path.basename(arguments.file))[0]
    directory = arguments.output or os.path.join("results", name)
    sweep = Sweep(file, directory, program)
    if arguments.dry_run:
        sweep.dry_run(arguments.processes or file.processes, arguments.retry_failed)
        return
    try:
        for folder in ("runs", "log"):
            os.makedirs(sweep.path(folder), exist_ok=True)
        shutil.copyfile(arguments.file, sweep.path("sweep.toml"))
    except shutil.SameFileError:
        pass
    except OSError as error:
        raise RunError(f"The folder '{directory}' cannot be written ({error}).") from None

    if arguments.slurm:
        print(sweep_cluster.write_job_array(sweep, arguments.file))
    elif arguments.snakemake:
        print(sweep_cluster.write_snakefile(sweep, arguments.file))
    elif arguments.only:
        sys.exit(compute_one(sweep, find_run(file, arguments.only), arguments.retry_failed))
    else:
        if not arguments.gather:
            sweep.compute_all(arguments.processes or file.processes, arguments.retry_failed)
        sys.exit(sweep.gather())
