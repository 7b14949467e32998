# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading the files that a run leaves in its output directory.

What the solver writes, and what this module makes of it:

  statistics.csv, curve.csv   read_table()       {"name": (unit, array), ...}
  summary.json                read_summary()     {"name": (value, unit), ...}
  surface.pvd, meridian.pvd   read_collection()  [(time, [file, ...]), ...]

Only the Python standard library and numpy are needed here.
"""

import csv
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np


class RunError(Exception):
    """Something is wrong with the files of a run, told in one sentence."""


def split_header(cell):
    """Split 'neck radius [nm]' into ('neck radius', 'nm')."""
    match = re.fullmatch(r"\s*(.*?)\s*\[([^\[\]]*)\]\s*", cell)
    if match:
        return match.group(1), match.group(2).strip()
    return cell.strip(), ""


def require_directory(directory):
    """Raise a RunError if there is no such directory."""
    if not os.path.isdir(directory):
        raise RunError(f"There is no directory '{directory}'.")


def number(cell):
    """A number, nan for what is none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def read_table(path):
    """Read a CSV file with header cells 'name [unit]'.

    Returns a dictionary name -> (unit, array) in the order of the columns.
    Cells that are no numbers become nan. A last line that is too short (the
    run may still be writing it) is left out.
    """
    try:
        with open(path, newline="", encoding="utf-8") as stream:
            rows = [row for row in csv.reader(stream) if row and any(cell.strip() for cell in row)]
    except FileNotFoundError:
        raise RunError(f"The file '{path}' is missing.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"The file '{path}' cannot be read ({error}).") from None

    if not rows:
        raise RunError(f"The file '{path}' is empty.")
    header = [split_header(cell.lstrip("#")) for cell in rows[0]]
    names = [name for name, unit in header]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise RunError(f"The file '{path}' has more than one column '{doubled[0]}'.")

    lines = rows[1:]
    if lines and len(lines[-1]) < len(header):
        lines = lines[:-1]
    for i, line in enumerate(lines):
        if len(line) != len(header):
            raise RunError(
                f"Data line {i + 1} of '{path}' has {len(line)} cells, "
                f"but the header has {len(header)}."
            )
    if not lines:
        raise RunError(f"The file '{path}' has a header but no data yet.")

    data = np.array([[number(cell) for cell in line] for line in lines])
    return {name: (unit, data[:, k]) for k, (name, unit) in enumerate(header)}


def read_statistics(directory):
    """The columns of DIR/statistics.csv."""
    require_directory(directory)
    return read_table(os.path.join(directory, "statistics.csv"))


def read_summary(directory):
    """DIR/summary.json as a dictionary name -> (value, unit); {} without it.

    The outcome of the run, a sentence without a unit, is the entry
    'outcome' -> ('full fusion', '').
    """
    path = os.path.join(directory, "summary.json")
    if not os.path.isfile(path):
        return {}
    try:
        with open(path, encoding="utf-8") as stream:
            entries = json.load(stream)
    except (OSError, ValueError) as error:
        raise RunError(f"The file '{path}' is not valid JSON ({error}).") from None
    if not isinstance(entries, dict):
        raise RunError(f"The file '{path}' does not hold a JSON object.")

    summary = {}
    for name, entry in entries.items():
        if isinstance(entry, dict) and "value" in entry:
            summary[name] = (entry["value"], entry.get("unit", ""))
        else:
            summary[name] = (entry, "")
    return summary


def outcome(summary):
    """The outcome of the run as text, '' if it is not known (yet)."""
    value = summary.get("outcome", ("", ""))[0]
    return str(value) if value else ""


def read_collection(directory, name="surface.pvd"):
    """The times and files listed in a ParaView collection.

    Returns a list [(time, [file, ...]), ...] in ascending time. Files at one
    time whose 'part' differs belong to one surface; if also 'part' is the same
    they are surfaces before and after something sudden, each with an entry.
    """
    require_directory(directory)
    path = os.path.join(directory, name)
    if not os.path.isfile(path):
        raise RunError(f"The file '{path}' is missing.")
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise RunError(f"The file '{path}' is not a valid ParaView collection ({error}).") from None

    entries = []  # [time, {part: file}]
    for entry in root.iter("DataSet"):
        if entry.get("file") is None:
            continue
        try:
            time = float(entry.get("timestep", "0"))
        except ValueError:
            raise RunError(
                f"The file '{path}' has the timestep '{entry.get('timestep')}', "
                "which is not a number."
            ) from None
        file = os.path.join(directory, entry.get("file"))
        part = entry.get("part", "0")
        if entries and entries[-1][0] == time and part not in entries[-1][1]:
            entries[-1][1][part] = file
        elif not entries or entries[-1][0] != time or file not in entries[-1][1].values():
            entries.append((time, {part: file}))
    if not entries:
        raise RunError(f"The file '{path}' lists no data sets.")

    collection = [(time, list(parts.values())) for time, parts in entries]
    for time, files in collection:
        for file in files:
            if not os.path.isfile(file):
                raise RunError(f"The file '{file}', listed in '{path}', is missing.")
    return sorted(collection, key=lambda item: item[0])


def time_scale(largest_time):
    """A unit fit for times (given in us) up to largest_time: (factor, unit)."""
    if largest_time >= 1e6:
        return 1e-6, "s"
    if largest_time >= 1e3:
        return 1e-3, "ms"
    if 0 < largest_time < 0.2:
        return 1e3, "ns"
    return 1.0, "µs"


def format_time(time):
    """A time in us as text with three digits in the best unit: '3.20 µs'."""
    if time == 0:
        return "0 µs"
    size = abs(time)
    for bound, factor, unit in (
        (1e-3, 1e6, "ps"),
        (1.0, 1e3, "ns"),
        (1e3, 1.0, "µs"),
        (1e6, 1e-3, "ms"),
        (float("inf"), 1e-6, "s"),
    ):
        if size < 0.9995 * bound:
            value = time * factor
            break
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def format_duration(seconds):
    """Seconds as a person says it: '45 s', '12 min', '3.5 h', '4.2 days'."""
    for bound, unit, name in ((99.5, 1, "s"), (99.5 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < bound:
            digits = 1 if seconds / unit < 9.95 and seconds != 0 else 0
            return f"{seconds / unit:.{digits}f} {name}"
    return f"{seconds / 86400:.1f} days"


def run_as_script(main):
    """Run main(); a RunError becomes one sentence on stderr and exit status 1."""
    try:
        main()
    except RunError as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
