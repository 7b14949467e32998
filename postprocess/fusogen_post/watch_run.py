# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follow a run that computes: its progress, the time that remains, and its curves as they grow.

    fusogen-watch DIR [--interval SECONDS] [--once]

prints a line whenever statistics.csv has grown and draws the curves to DIR/plots/live.png. Open
DIR/plots/live.html in a browser: it shows them and loads itself anew. Ends when the run does.

The remaining time is that until Time/End time at the present pace; a run may come to rest earlier.
"""

import argparse
import html
import os
import time

import numpy as np

from . import run_curves, run_reader
from .program import read_parameters
from .run_reader import RunError

# Over how much of the past the pace is measured: steps get longer and shorter as a run goes on.
PACE_SECONDS = 60.0

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title>{refresh}</head>
<body style="font: 15px system-ui, sans-serif; margin: 1.5rem">
<p>{line}</p><img src="live.png?{stamp}" alt="Curves so far" style="max-width: 100%"></body></html>
"""


def modified(path):
    try:
        return os.path.getmtime(path)
    except OSError:
        return 0.0


class Watched:
    """A run, and how fast it went lately."""

    def __init__(self, directory):
        run_reader.require_directory(directory)
        self.directory = directory
        self.name = os.path.basename(os.path.abspath(directory))
        self.path = os.path.join(directory, "statistics.csv")
        self.start = modified(os.path.join(directory, "parameters.prm"))
        if not self.start:
            raise RunError(f"There is no run in '{directory}': it has no parameters.prm.")
        parameters = read_parameters(os.path.join(directory, "parameters.prm"))
        self.end = run_reader.number(parameters.get("Time/End time", "nan"))
        self.past = []  # [(wall-clock time, physical time)]

    def outcome(self):
        """The outcome when the run has ended, '' before."""
        # a summary that is older is one of an earlier run in this folder
        if modified(os.path.join(self.directory, "summary.json")) < self.start:
            return ""
        return run_reader.outcome(run_reader.read_summary(self.directory))

    def look(self):
        """The table, and a line about how the run stands; None while there are no rows."""
        try:
            table = run_reader.read_statistics(self.directory)
        except RunError:
            return None
        if "time" not in table:
            return None
        now, times = modified(self.path), table["time"][1]
        # a run that is watched from its middle on: its mean pace so far is the first guess
        if not self.past:
            self.past.append((self.start, float(times[0])))
        if now > self.past[-1][0]:
            self.past.append((now, float(times[-1])))
        while len(self.past) > 2 and now - self.past[1][0] > PACE_SECONDS:
            self.past.pop(0)
        return table, self.line(table)

    def line(self, table):
        at = float(table["time"][1][-1])
        words = [f"t = {run_reader.format_time(at)}"]
        if np.isfinite(self.end) and self.end > 0:
            words[0] += f" of {run_reader.format_time(self.end)} ({100 * at / self.end:.3g} %)"
        for name in ("neck radius", "total energy", "rms normal velocity", "distance along track"):
            if name in table and np.isfinite(table[name][1][-1]):
                words.append(f"{name} {table[name][1][-1]:.4g} {table[name][0]}")
        (wall, then), (wall_now, then_now) = self.past[0], self.past[-1]
        if wall_now > wall and then_now > then and at < self.end:
            pace = (then_now - then) / (wall_now - wall)
            words.append(f"about {run_reader.format_duration((self.end - at) / pace)} to the end time")
        quiet = time.time() - modified(self.path)
        if quiet > 120:
            words.append(f"no new row for {run_reader.format_duration(quiet)}")
        return ", ".join(words)

    def draw(self, table, line, refresh):
        folder = os.path.join(self.directory, "plots")
        os.makedirs(folder, exist_ok=True)
        plots = run_curves.plots_of_statistics(table)
        if plots:
            picture = run_curves.save_overview(plots, f"{self.name}: {line}", folder, "live_new", (".png",))[0]
            os.replace(picture, os.path.join(folder, "live.png"))
        text = PAGE.format(
            name=html.escape(self.name), line=html.escape(line), stamp=int(time.time()),
            refresh=f'<meta http-equiv="refresh" content="{refresh:g}">' if refresh else "")
        page = os.path.join(folder, "live.html")
        with open(page + ".tmp", "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(page + ".tmp", page)
        return page


def main():
    parser = argparse.ArgumentParser(description="Follow a run that computes.")
    parser.add_argument("directory", metavar="DIR", help="the output directory of a run")
    parser.add_argument("--interval", metavar="SECONDS", type=float, default=5.0,
                        help="how often to look (default: 5)")
    parser.add_argument("--once", action="store_true", help="tell how the run stands now, and end")
    arguments = parser.parse_args()
    if not arguments.interval > 0:
        raise RunError(f"The interval must be greater than 0, not {arguments.interval:g}.")
    run = Watched(arguments.directory)
    seen, announced = 0.0, False
    try:
        while True:
            outcome = run.outcome()
            now = modified(run.path)
            if now > seen or outcome or arguments.once:
                found = run.look()
                if found:
                    table, line = found
                    if outcome:
                        line = f"{outcome} at t = {run_reader.format_time(float(table['time'][1][-1]))}"
                    ended = bool(outcome) or arguments.once
                    page = run.draw(table, line, 0 if ended else arguments.interval)
                    if not announced:
                        print(f"curves: {page}")
                        announced = True
                    print(line, flush=True)
                    seen = now
                elif outcome:
                    print(outcome)
                elif arguments.once:
                    print("no rows yet")
            if outcome or arguments.once:
                return
            time.sleep(arguments.interval)
    except KeyboardInterrupt:
        pass
