#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write doc/parameters.md, the reference of all parameters, from what the program says of itself.

    generate_parameters.py [--check] [PROGRAM]

PROGRAM is fusogen, by default build/fusogen. With --check nothing is written; the exit status is 1
if the file does not say what the program says.
"""

import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "parameters.md")

HEAD = """# Parameters

<!-- Written by doc/generate_parameters.py from "fusogen --defaults"; change the program, not this file. -->

A parameter file is a text with one `set NAME = VALUE` a line, in sections that are opened by
`subsection NAME` and closed by `end`; `#` begins a comment. Values are numbers in the unit of the
table, which is not written in the file. On the command line, `--set "Section/Name=value"` overrides
the file; of several for the same parameter the last one counts. A name that is not in this list is
an error. What a file leaves out has its default.

"""


def parse(text):
    """Turn the output of --defaults into [(section, [(name, unit, allowed, default, prose)])]."""
    sections, comment, path = [], [], []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("#"):
            comment.append(line[1:].strip())
        elif line.startswith("subsection "):
            path.append(line[len("subsection ") :])
            sections.append(("/".join(path), []))
        elif line == "end":
            path.pop()
        elif line.startswith("set "):
            name = line[len("set ") :].split("=")[0].strip()
            found = re.fullmatch(
                r"(?P<prose>.*?) (?:Unit: (?P<unit>.*?)\. )?Allowed: (?P<allowed>.*)\. "
                r"Default: (?P<default>.*)\.",
                " ".join(comment),
            )
            if not found:
                raise ValueError(f"no meaning, range and default are given for {name}")
            sections[-1][1].append((name, *found.group("unit", "allowed", "default", "prose")))
            comment = []
    return sections


def cell(text):
    return (text or "").replace("|", "\\|")


def markdown(sections):
    text = HEAD
    for section, parameters in sections:
        text += f"## {section}\n\n"
        text += "| Name | Unit | Default | Allowed | Meaning |\n|---|---|---|---|---|\n"
        for name, unit, allowed, default, prose in parameters:
            text += (
                f"| {name} | {cell(unit)} | {cell(default)} | {cell(allowed)} | {cell(prose)} |\n"
            )
        text += "\n"
    return text.rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument(
        "program", nargs="?", default=os.path.join(HERE, "..", "build", "fusogen"), metavar="PROGRAM"
    )
    arguments = parser.parse_args()
    defaults = subprocess.run(
        [arguments.program, "--defaults"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    text = markdown(parse(defaults))
    if not arguments.check:
        with open(TARGET, "w", encoding="utf-8") as stream:
            stream.write(text)
        return 0
    with open(TARGET, encoding="utf-8") as stream:
        if stream.read() == text:
            return 0
    print("doc/parameters.md is out of date; run doc/generate_parameters.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
