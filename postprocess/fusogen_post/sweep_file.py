# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file that describes a sweep (TOML), and the runs it stands for.

    parameter_file = "exocytosis.prm"             # beside this file

    [set]                                         # the same in all runs
    "Time/End time" = 300

    [vary]                                        # all combinations are run
    "Plasma membrane/Tension" = [0.05, 0.1, 0.2]
    "Vesicle/Radius" = { from = 15, to = 35, points = 5 }
    "Bilayer/Bending rigidity" = { from = 5, to = 80, points = 5, spacing = "log" }
    "Motors/Kinesin/Number, Motors/Dynein/Number" = [[1, 4], [2, 8]]   # vary together

    [repeat]                                      # each combination with these random numbers
    seed = "Motors/Seed"
    values = [1, 2, 3]                            # or: times = 3

    [run]
    processes = 4                                 # runs at once; without it, one a core
    mpi_processes = 1                             # processes of each run

    [plot]
    observables = ["final time", "neck radius"]   # without it, those that differ most
"""

import difflib
import hashlib
import itertools
import math
import os
import re
import tomllib

from .run_reader import RunError

TABLES = {
    "set": None,  # names of parameters
    "vary": None,
    "repeat": ("seed", "values", "times"),
    "run": ("processes", "mpi_processes"),
    "plot": ("observables",),
}


def text_of(value):
    """A value as it stands in a parameter file; None if it cannot stand there."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and math.isfinite(value):
        return f"{value:.12g}"
    if isinstance(value, list):
        parts = [text_of(part) for part in value]
        return None if None in parts else ", ".join(parts)
    return None


class Axis:
    """What is varied: one parameter, or several together, and the values they take."""

    def __init__(self, names, values):
        self.names = names
        self.values = values  # a tuple for each point, with a text for each name


class Run:
    """One run of a sweep: a name, and the values of what is varied."""

    def __init__(self, name, values, settings):
        self.name = name
        self.values = values  # {"Section/Name": text}
        self.settings = settings  # the same with what is the same in all runs


class SweepFile:
    """A sweep file that was read and found right; a RunError tells what is wrong with one."""

    def __init__(self, path, units):
        self.path = path
        self.units = units  # of all parameters that there are
        try:
            with open(path, "rb") as stream:
                content = tomllib.load(stream)
        except FileNotFoundError:
            raise RunError(f"There is no sweep file '{path}'.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"The sweep file '{path}' cannot be read ({error}).") from None
        except tomllib.TOMLDecodeError as error:
            raise RunError(
                f"The sweep file '{path}' is not valid TOML: {str(error)[0].lower()}{str(error)[1:]}; "
                "names of parameters and texts stand in double quotes, lists in square brackets."
            ) from None
        for key in content:
            if key != "parameter_file" and key not in TABLES:
                self.fail(f"has \"{key}\", but only parameter_file and the tables "
                          f"{', '.join(f'[{name}]' for name in TABLES)} are known")
        for name, known in TABLES.items():
            table = content.setdefault(name, {})
            if not isinstance(table, dict):
                self.fail(f"needs a table [{name}] in place of {name} = ...")
            for key in table if known else ():
                if key not in known:
                    self.fail(f"has \"{key}\" in [{name}], but only {', '.join(known)} "
                              f"{'is' if len(known) == 1 else 'are'} known there")
        self.parameter_file = self.read_parameter_file(content.get("parameter_file"))
        self.fixed = {self.known(name, "set"): self.text(value, name)
                      for name, value in content["set"].items()}
        self.axes = [self.axis(key, values) for key, values in content["vary"].items()]
        self.seed, seeds = self.read_seeds(content["repeat"])
        if self.seed:
            self.axes.append(Axis([self.seed], seeds))
        if not self.axes:
            self.fail("varies nothing; put parameters and their values into [vary]")
        names = [name for axis in self.axes for name in axis.names]
        for name in names:
            if names.count(name) > 1 or name in self.fixed:
                self.fail(f"gives values to \"{name}\" twice")
        self.processes = self.count(content["run"], "processes", len(os.sched_getaffinity(0)))
        self.mpi_processes = self.count(content["run"], "mpi_processes", 1)
        self.observables = content["plot"].get("observables", [])
        if not isinstance(self.observables, list) or not all(
                isinstance(name, str) for name in self.observables):
            self.fail("needs a list of names as observables in [plot]")
        self.runs = self.make_runs()

    def fail(self, what):
        raise RunError(f"The sweep file '{self.path}' {what}.")

    def read_parameter_file(self, name):
        if not isinstance(name, str) or not name:
            self.fail("does not tell which parameters to start from; "
                      "write parameter_file = \"NAME.prm\" at its top")
        path = os.path.join(os.path.dirname(os.path.abspath(self.path)), name)
        if not os.path.isfile(path):
            self.fail(f"names the parameter_file \"{name}\", but there is no file '{path}'")
        with open(path, "rb") as stream:
            self.digest = hashlib.sha256(stream.read()).hexdigest()
        return os.path.normpath(path)

    def known(self, name, table):
        if name not in self.units:
            near = difflib.get_close_matches(name, self.units, 1, 0.5)
            hint = f"; did you mean \"{near[0]}\"?" if near else ""
            self.fail(f"has \"{name}\" in [{table}], which is no parameter{hint}".rstrip("?"))
        return name

    def text(self, value, name):
        text = text_of(value)
        if text is None:
            self.fail(f"gives \"{name}\" a value that is neither a number nor a text")
        return text

    def axis(self, key, values):
        names = [self.known(name.strip(), "vary") for name in key.split(",")]
        if isinstance(values, dict):
            values = self.range_(key, values)
        if not isinstance(values, list) or not values:
            self.fail(f"needs a list of values for \"{key}\" in [vary], or a range like "
                      "{ from = 1, to = 5, points = 3 }")
        points = []
        for value in values:
            if len(names) == 1:
                points.append((self.text(value, key),))
            elif isinstance(value, list) and len(value) == len(names):
                points.append(tuple(self.text(part, key) for part in value))
            else:
                self.fail(f"varies {len(names)} parameters together in \"{key}\"; each of the values "
                          f"is then a list of {len(names)}")
        if len(set(points)) < len(points):
            self.fail(f"has a value of \"{key}\" twice")
        return Axis(names, points)

    def range_(self, key, bounds):
        where = f"the range of \"{key}\""
        unknown = [word for word in bounds if word not in ("from", "to", "points", "spacing")]
        if unknown or any(word not in bounds for word in ("from", "to", "points")):
            self.fail(f"needs from, to and points, and perhaps spacing, in {where}")
        first, last, n = bounds["from"], bounds["to"], bounds["points"]
        numbers = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (first, last))
        if not numbers or type(n) is not int or n < 2:
            self.fail(f"needs numbers from and to, and at least 2 points, in {where}")
        spacing = bounds.get("spacing", "linear")
        if spacing not in ("linear", "log"):
            self.fail(f"has spacing = \"{spacing}\" in {where}; allowed are \"linear\" and \"log\"")
        if spacing == "log":
            if first <= 0 or last <= 0:
                self.fail(f"has a logarithmic spacing in {where}, which needs positive bounds")
            values = [first * (last / first) ** (k / (n - 1)) for k in range(n)]
        else:
            values = [first + (last - first) * k / (n - 1) for k in range(n)]
        # four digits, so that names and tables stay readable
        return [first, *(float(f"{value:.4g}") for value in values[1:-1]), last]

    def read_seeds(self, table):
        if not table:
            return None, []
        if "seed" not in table or ("values" in table) == ("times" in table):
            self.fail("needs seed = \"NAME OF A PARAMETER\" and either values or times in [repeat]")
        values = table.get("values")
        if values is None:
            values = list(range(1, self.count(table, "times", 1) + 1))
        axis = self.axis(table["seed"] if isinstance(table["seed"], str) else "", values)
        if len(axis.names) != 1:
            self.fail("names more than one seed in [repeat]")
        return axis.names[0], axis.values

    def count(self, table, key, default):
        value = table.get(key, default)
        if type(value) is not int or value < 1:
            self.fail(f"has {key} = {value!r}, which is not a whole number from 1 on")
        return value

    def short_name(self, name):
        """The part of a parameter's name that tells it from the others of the sweep."""
        parts = name.split("/")
        n = len(parts) - 1 if len(parts) > 2 else 1  # Number alone says nothing, Kinesin/Number does
        others = [other for axis in self.axes for other in axis.names if other != name]
        while n < len(parts) and any(other.split("/")[-n:] == parts[-n:] for other in others):
            n += 1
        return "/".join(parts[-n:])

    def label(self, name):
        """The name of a parameter with its unit, as the head of a column."""
        return f"{name} [{self.units[name]}]" if self.units[name] else name

    def make_runs(self):
        runs, taken = [], set()
        for point in itertools.product(*(axis.values for axis in self.axes)):
            values = {name: text for axis, texts in zip(self.axes, point)
                      for name, text in zip(axis.names, texts)}
            # a name of a folder that tells what is varied
            parts = [f"{self.short_name(name)}={text}" for name, text in values.items()]
            full = "_".join(re.sub(r"[^A-Za-z0-9.+=-]+", "-", part) for part in parts)
            name = full if len(full) <= 120 else full[:110]
            if name in taken or name != full:
                name += "_" + hashlib.sha256(repr(values).encode()).hexdigest()[:8]
            taken.add(name)
            runs.append(Run(name, values, {**self.fixed, **values}))
        return runs
