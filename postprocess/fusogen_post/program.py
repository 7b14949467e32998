# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program fusogen, as the commands of this package start it and ask it about its parameters."""

import os
import re
import shutil
import subprocess

from .run_reader import RunError

HERE = os.path.dirname(os.path.realpath(__file__))

# exit statuses of fusogen
DONE, WRONG_INPUT, FAILED, STOPPED = 0, 1, 2, 3


def find_program(wanted=None):
    """The path of fusogen: the wanted one, $FUSOGEN, that of this checkout, or the one in the path."""
    for path, source in ((wanted, "--program"), (os.environ.get("FUSOGEN"), "the variable FUSOGEN")):
        if path:
            if not os.access(path, os.X_OK) or os.path.isdir(path):
                raise RunError(f"There is no program '{path}', which {source} names.")
            return os.path.abspath(path)
    # in the checkout, and where it is installed
    for place in (("..", "..", "build"), ("..", "..", "..", "..", "bin")):
        path = os.path.normpath(os.path.join(HERE, *place, "fusogen"))
        if os.access(path, os.X_OK):
            return path
    found = shutil.which("fusogen")
    if not found:
        raise RunError("The program fusogen is not found; build it, or name it with --program.")
    return found


def ask(program, *arguments):
    """What fusogen prints when called with these arguments."""
    done = subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )
    if done.returncode != 0:
        raise RunError(f"The program '{program}' does not work: {sentence_of(done.stdout)}")
    return done.stdout


def version(program):
    """The line in which fusogen tells its version."""
    return ask(program, "--version").splitlines()[0]


def parameter_units(program):
    """{"Section/Name": unit, or "" without one} of all parameters, in the order of the reference."""
    units, sections, unit = {}, [], ""
    for line in ask(program, "--defaults").splitlines():
        line = line.strip()
        if line.startswith("subsection "):
            sections.append(line[len("subsection "):].strip())
        elif line == "end":
            sections.pop()
        elif line.startswith("# Unit: "):
            # a unit has no sentence's end in it
            unit = re.match(r"# Unit: (.*?)\.(?:\s|$)", line).group(1)
        elif line.startswith("set "):
            name = line[len("set "):].split("=", 1)[0].strip()
            units["/".join(sections + [name])] = unit
            unit = ""
    return units


def read_parameters(path):
    """{"Section/Name": value} of a parameter file as fusogen writes it."""
    try:
        with open(path, encoding="utf-8") as stream:
            return parameters_in(stream.read())
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"The file '{path}' cannot be read ({error}).") from None


def parameter_defaults(program):
    """{"Section/Name": default} of all parameters."""
    return parameters_in(ask(program, "--defaults"))


def parameters_in(text):
    values, sections = {}, []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if line.startswith("subsection "):
            sections.append(line[len("subsection "):].strip())
        elif line == "end" and sections:
            sections.pop()
        elif line.startswith("set ") and "=" in line:
            name, value = line[len("set "):].split("=", 1)
            values["/".join(sections + [name.strip()])] = value.strip()
    return values


def sentence_of(output):
    """The sentence with which a run failed: its last error, or the last line of what it said."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", output) if line.strip()]
    errors = [line for line in lines if re.match(r"(internal )?error\b", line)]
    if errors:
        return re.sub(r"^error: ", "", errors[-1])
    return lines[-1] if lines else ""
