# SPDX-License-Identifier: LGPL-2.1-or-later
"""Put all about a run on one page.

    fusogen-report DIR [--output FILE] [--no-pictures]

writes DIR/report.html, which holds everything in one file that can be mailed or put into a notebook:
how the run ended, what to be wary of, pictures and animation, curves, the energy ledger, all parameters,
and versions. Pictures are drawn first if there are none or if the run has gone on since.
"""

import argparse
import base64
import datetime
import html
import os
import subprocess
import sys
import tempfile

import numpy as np

from . import plot_pathway, run_curves, run_reader
from . import program as fusogen
from .figure_style import matplotlib, run_title
from .run_reader import RunError

HERE = os.path.dirname(os.path.realpath(__file__))
LARGEST_FILM = 12e6  # bytes; a page beyond is a burden for a browser

# What is worth a warning. Areas and amounts of lipid are kept to round-off (doc/verification.md), which
# leaves room for long runs; no run of parameter_files/ has a mesh quality below 0.5.
LARGEST_LEDGER_ERROR = 1e-6
LEAST_MESH_QUALITY = 0.5
LARGEST_UNACCOUNTED = 0.05  # of the energy that was lost
MOST_REJECTED = 0.2  # of the steps

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2733; background: #fff; max-width: 68rem;
       margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #d5dae0; padding-bottom: .2rem; }
.facts { color: #55606d; margin: .2rem 0 0; }
.outcome { display: inline-block; border: 1px solid #1f3b5c; color: #1f3b5c; border-radius: 1rem;
           padding: 0 .8rem; font-weight: 600; }
.warning { border-left: 4px solid #b4540a; background: #fbf3ea; padding: .45rem .8rem; margin: .4rem 0; }
img, video { max-width: 100%; display: block; margin: .6rem 0; }
table { border-collapse: collapse; margin: .4rem 0; }
th, td { text-align: left; padding: .12rem .9rem .12rem 0; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum td { border-top: 1px solid #8b95a1; font-weight: 600; }
tr.changed td { font-weight: 600; }
.columns { columns: 2 26rem; column-gap: 3rem; }
.columns table { break-inside: avoid; width: 100%; }
details { margin: .5rem 0; } summary { cursor: pointer; color: #1f3b5c; }
th { color: #55606d; font-weight: 600; }
@media print { details > * { display: block; } body { margin: 0; } }
"""


def escaped(text):
    return html.escape(str(text))


def number_text(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−")
    return str(value)


def unit_text(unit):
    return (unit.replace("us", "µs").replace("^2", "²").replace("^3", "³")
            .replace("^4", "⁴").replace("uM", "µM"))


def table_of(rows, classes=(), head=()):
    """A table of HTML; cells that are numbers already formatted are pairs ("number", text)."""
    lines = ["<table>"]
    if head:
        lines.append("<tr>" + "".join(f"<th>{escaped(cell)}</th>" for cell in head) + "</tr>")
    for k, row in enumerate(rows):
        kind = classes[k] if k < len(classes) and classes[k] else ""
        cells = [f'<td class="number">{escaped(cell[1])}</td>' if isinstance(cell, tuple)
                 else f"<td>{escaped(cell)}</td>" for cell in row]
        lines.append((f'<tr class="{kind}">' if kind else "<tr>") + "".join(cells) + "</tr>")
    return "\n".join(lines + ["</table>"])


def embedded(path, kind):
    with open(path, "rb") as stream:
        return f"data:{kind};base64,{base64.b64encode(stream.read()).decode()}"


def read_optional(directory, name):
    path = os.path.join(directory, name)
    try:
        return run_reader.read_table(path) if os.path.isfile(path) else None
    except RunError:  # no rows yet
        return None


def modified(*parts):
    path = os.path.join(*parts)
    return os.path.getmtime(path) if os.path.exists(path) else 0.0


# --- what is on the page ----------------------------------------------------


class Run:
    """All that was read of a run."""

    def __init__(self, directory):
        run_reader.require_directory(directory)
        self.directory = directory
        self.name = os.path.basename(os.path.abspath(directory))
        self.statistics = read_optional(directory, "statistics.csv")
        self.curve = read_optional(directory, "curve.csv")
        self.has_pathway = os.path.isfile(os.path.join(directory, "pathway.csv"))
        path = os.path.join(directory, "parameters.prm")
        self.parameters = fusogen.read_parameters(path) if os.path.isfile(path) else {}
        if not self.parameters and not self.statistics and not self.curve and not self.has_pathway:
            raise RunError(f"The folder '{directory}' holds no run of fusogen.")
        self.written_by = ""
        if self.parameters:
            with open(path, encoding="utf-8") as stream:
                first = stream.readline().strip()
            if first.startswith("# written by "):
                self.written_by = first[len("# written by "):]
        self.summary = run_reader.read_summary(directory)
        # a summary of an earlier run in this folder does not count
        if modified(directory, "summary.json") < modified(directory, "parameters.prm"):
            self.summary = {}

    def value(self, name):
        value = self.summary.get(name, (None, ""))[0]
        return value if isinstance(value, (int, float)) else None


HEAT = "heat from the surroundings"  # a column of runs with thermal noise


def energy_ledger(table):
    """Rows [(meaning, kT)] of the energy ledger and the part of the loss it does not account for.

    The stored energy of the first row, what sudden events (two rows at one time) changed, what was
    dissipated and what the mesh did, against that of the last row. None if the table does not tell.
    """
    needed = ("time", "total energy", "dissipated energy")
    if table is None or any(name not in table for name in needed):
        return None
    time, energy, dissipated = (table[name][1] for name in needed)
    if len(time) < 2 or not np.isfinite(energy[[0, -1]]).all():
        return None
    sudden = np.flatnonzero(np.diff(time) == 0)
    jumps = float(sum(energy[k + 1] - energy[k] for k in sudden))
    remeshing = table["remeshing energy"][1][-1] if "remeshing energy" in table else 0.0
    rows = [("stored energy at the start", energy[0])]
    if len(sudden):
        rows.append(("changed by fusion and other sudden events", jumps))
    rows.append(("dissipated", -dissipated[-1]))
    for name in (HEAT, "work from outside"):
        if name in table and table[name][1][-1]:
            rows.append((name, table[name][1][-1]))
    if remeshing:
        rows.append(("changed by moving nodes", remeshing))
    rest = energy[-1] - sum(value for _, value in rows)
    rows.append(("not accounted for", rest))
    rows.append(("stored energy at the end", energy[-1]))
    lost = energy[0] + jumps - energy[-1]
    return rows, rest, lost


def warnings_of(run, ledger):
    found = []
    if not run.summary:
        found.append("The run has not come to its end: it is still computing, was stopped, or failed. "
                     "What is shown is what there is so far.")
    for name, what in (("area ledger error", "membrane area"), ("lipid mass error", "lipid")):
        value = run.value(name)
        if value is not None and abs(value) > LARGEST_LEDGER_ERROR:
            found.append(f"Not all {what} is accounted for: {name} = {value:.2g}.")
    if ledger:
        rows, rest, lost = ledger
        # Under thermal noise steps lose motion that is faster than they are, as they should.
        if abs(rest) > LARGEST_UNACCOUNTED * abs(lost) and abs(rest) > 1.0 and HEAT not in dict(rows):
            found.append(f"{abs(rest):.3g} kT of the {lost:.4g} kT that the membrane lost are not in the "
                         "energy ledger: some time steps were too long for how fast the shape changed, "
                         "mostly the first ones and those after the fusion (Time/Initial step), else all "
                         "(Time/Energy tolerance).")
    steps, rejected = run.value("steps"), run.value("rejected steps")
    if steps and rejected is not None and rejected > MOST_REJECTED * steps:
        found.append(f"{rejected:.0f} of {steps + rejected:.0f} time steps had to be repeated.")
    if run.statistics and "mesh quality" in run.statistics:
        quality = run.statistics["mesh quality"][1]
        quality = quality[np.isfinite(quality)]
        if len(quality) and quality.min() < LEAST_MESH_QUALITY:
            found.append(f"The mesh became bad: its quality fell to {quality.min():.2f}.")
    # a run of a sweep has its log beside
    log = os.path.join(run.directory, "..", "..", "log", run.name + ".log")
    if os.path.isfile(log):
        with open(log, encoding="utf-8", errors="replace") as stream:
            found += [line.strip() for line in stream if line.startswith(("warning:", "error:"))]
    return found


def draw_pictures(run):
    """Let fusogen-render draw the membrane if that has not been done; what went wrong, or ''."""
    newest = modified(run.directory, "surface.pvd")
    if modified(run.directory, "frames", "storyboard.png") >= newest:
        return ""
    done = subprocess.run(
        [sys.executable, os.path.join(os.path.dirname(HERE), "fusogen-render"), run.directory,
         "--frames", "24", "--size", "960x540"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return "There are no pictures: " + (lines[-1] if lines else "fusogen-render failed")


def pictures_section(run):
    lines = []
    storyboard = os.path.join(run.directory, "frames", "storyboard.png")
    if os.path.isfile(storyboard):
        lines.append(f'<img alt="The stages of the run" src="{embedded(storyboard, "image/png")}">')
    for name, kind in (("animation.mp4", "video/mp4"), ("animation.gif", "image/gif")):
        path = os.path.join(run.directory, name)
        if os.path.isfile(path) and os.path.getsize(path) < LARGEST_FILM:
            source = embedded(path, kind)
            shown = (f'<video controls loop muted src="{source}"></video>' if kind.startswith("video")
                     else f'<img alt="Animation of the run" src="{source}">')
            lines.append(f"<details><summary>Animation</summary>{shown}</details>")
            break
    return "\n".join(lines)


def curves_section(run):
    """All curves: the overview, and each subject at full size."""
    plots = run_curves.plots_of_curve(run.curve) if run.curve else []
    plots += run_curves.plots_of_statistics(run.statistics) if run.statistics else []
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        if run.has_pathway:
            path = os.path.join(folder, "pathway.png")
            plot_pathway.save([plot_pathway.read(run.directory)], path)
            lines.append(f'<img alt="Energy path" src="{embedded(path, "image/png")}">')
        if plots:
            title = run_title(run.directory, run.summary)
            overview = run_curves.save_overview(plots, title, folder)[0]
            lines.append(f'<img alt="All curves of the run" src="{embedded(overview, "image/png")}">')
            lines.append("<details><summary>Each by itself</summary>")
            for plot in plots:
                picture = embedded(run_curves.save_single(plot, title, folder), "image/png")
                lines.append(f'<img loading="lazy" alt="{escaped(plot.title)}" src="{picture}">')
            lines.append("</details>")
    return "\n".join(lines)


def summary_section(run):
    rows = [(name, ("number", number_text(value)), unit_text(unit))
            for name, (value, unit) in run.summary.items() if name != "outcome"]
    half = -(-len(rows) // 2)
    return f'<div class="columns">{table_of(rows[:half])}{table_of(rows[half:])}</div>' if rows else ""


def ledger_section(run, ledger):
    rows, rest, lost = ledger
    lines = [table_of([(name, ("number", f"{value:.4f}".replace("-", "−")), "kT") for name, value in rows],
                      [""] * (len(rows) - 1) + ["sum"])]
    parts = [(name[len("dissipated by "):], value) for name, (value, unit) in run.summary.items()
             if name.startswith("dissipated by ") and value]
    if parts:
        lines.append("<p>Dissipated by</p>" + table_of(
            [(name, ("number", f"{value:.4f}"), "kT") for name, value in parts]))
    lines.append("<p class=\"facts\">What is not accounted for is the error of the time steps, most of it "
                 "where the shape changes fast.</p>")
    return "\n".join(lines)


def parameters_section(run, program):
    """Those that are not the defaults first, then all of them, section by section."""
    units = fusogen.parameter_units(program) if program else {}
    defaults = fusogen.parameter_defaults(program) if program else {}
    changed = [(name, value, unit_text(units.get(name, "")), defaults[name] or "empty")
               for name, value in run.parameters.items() if defaults.get(name, value) != value]
    lines = []
    if changed:
        lines.append(table_of(changed, head=("not the default", "value", "unit", "default")))
    lines.append("<details><summary>All parameters</summary><div class=\"columns\">")
    sections = {}
    for name, value in run.parameters.items():
        section, last = name.rsplit("/", 1)
        sections.setdefault(section, []).append((last, value, unit_text(units.get(name, ""))))
    other = {name for name, *_ in changed}
    for section, rows in sections.items():
        classes = ["changed" if f"{section}/{row[0]}" in other else "" for row in rows]
        lines.append(table_of(rows, classes, head=(section, "", "")))
    return "\n".join(lines + ["</div></details>"])


def versions_section(run, program):
    rows = [("run", run.written_by or "by a version that did not leave its name")]
    if program:
        rows += [("program at hand", line) for line in fusogen.ask(program, "--version").splitlines()]
    rows.append(("page", f"matplotlib {matplotlib.__version__}, numpy {np.__version__}, "
                         f"Python {sys.version.split()[0]}"))
    return table_of(rows)


def page(run, program, notes):
    ledger = energy_ledger(run.statistics)
    outcome = run_reader.outcome(run.summary)
    facts = []
    if "Scenario/Kind" in run.parameters:
        dimension = run.parameters.get("Geometry/Dimension", "")
        facts.append(run.parameters["Scenario/Kind"] + (f", {dimension}" if dimension else ""))
    if run.statistics and "time" in run.statistics:
        facts.append(f"{len(run.statistics['time'][1])} rows until "
                     f"{run_reader.format_time(float(np.nanmax(run.statistics['time'][1])))}")
    stamp = max(modified(run.directory, name) for name in
                ("summary.json", "statistics.csv", "curve.csv", "pathway.csv", "parameters.prm"))
    facts.append(datetime.datetime.fromtimestamp(stamp).strftime("%Y-%m-%d %H:%M"))

    parts = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escaped(run.name)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escaped(run.name)}</h1>",
        f'<p class="facts"><span class="outcome">{escaped(outcome or "no outcome yet")}</span> '
        f'{escaped(" · ".join(facts))}</p>',
    ]
    parts += [f'<p class="warning">{escaped(text)}</p>' for text in warnings_of(run, ledger) + notes]
    for title, content in (
            ("Shape", pictures_section(run)), ("Curves", curves_section(run)),
            ("Final numbers", summary_section(run)),
            ("Energy ledger", ledger_section(run, ledger) if ledger else ""),
            ("Parameters", parameters_section(run, program) if run.parameters else ""),
            ("Versions", versions_section(run, program))):
        if content:
            parts.append(f"<h2>{title}</h2>\n{content}")
    return "\n".join(parts + ["</body></html>", ""])


def main():
    parser = argparse.ArgumentParser(description="Put all about a run on one page of HTML.")
    parser.add_argument("directory", metavar="DIR", help="the output directory of a run")
    parser.add_argument("--output", metavar="FILE", help="the page to write (default: DIR/report.html)")
    parser.add_argument("--no-pictures", action="store_true",
                        help="do not draw the membrane; pictures that are there are shown")
    parser.add_argument("--program", metavar="PATH", help="the program fusogen, which knows units and defaults")
    arguments = parser.parse_args()
    run = Run(arguments.directory)
    notes = []
    try:
        program = fusogen.find_program(arguments.program)
    except RunError as error:
        if arguments.program:
            raise
        program = None
        notes.append(f"Units and defaults of parameters are missing: {error}")
    if not arguments.no_pictures and os.path.isfile(os.path.join(run.directory, "surface.pvd")):
        note = draw_pictures(run)
        notes += [note] if note else []
    path = arguments.output or os.path.join(run.directory, "report.html")
    text = page(run, program, notes)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise RunError(f"The page '{path}' cannot be written ({error}).") from None
    print(path)
