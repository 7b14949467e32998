#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that no room of solver/ includes a room it must not know.

Usage: check_layering.py [SOLVER_FOLDER]

Every line '#include "room/file.h"' in solver/ is held against ALLOWED. Each one that breaks the
order, and each one that names no file of the project, is reported as FILE:LINE; the exit status is
then 1. The check also runs on itself: a planted wrong include must be found.
"""

import pathlib
import re
import sys
import tempfile

# Each room and the rooms it may include besides itself.
ALLOWED = {
    "base": set(),
    "geometry": {"base"},
    "mechanics": {"base", "geometry"},
    "lipids": {"base", "geometry", "mechanics"},
    "cargo": {"base", "geometry", "mechanics", "lipids"},
    "pathway": {"base"},
    "transport": {"base"},
    # Output knows meshes and numbers, not what they mean.
    "io": {"base", "geometry"},
    "scenario": {"base", "geometry", "mechanics", "lipids", "cargo", "pathway", "transport", "io"},
    "program": {"base", "geometry", "mechanics", "lipids", "cargo", "pathway", "transport", "io", "scenario"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def violations(solver):
    """Returns the broken rules in the folder `solver`, one sentence each."""
    found = []
    for path in sorted(solver.glob("*/**/*")):
        if path.suffix not in {".h", ".cc", ".in"}:
            continue
        room = path.relative_to(solver).parts[0]
        if room not in ALLOWED:
            found.append(f"{path}: the room {room}/ is not in ALLOWED of {pathlib.Path(__file__).name}")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = INCLUDE.match(line)
            if not match:
                continue
            included = match.group(1)
            target = included.split("/")[0]
            if target not in ALLOWED or "/" not in included:
                found.append(f'{path}:{number}: "{included}" does not begin with the name of a room')
            elif target != room and target not in ALLOWED[room]:
                found.append(f'{path}:{number}: {room}/ must not include "{included}"')
    return found


def finds_planted_violations():
    """Returns whether a wrong include in a made-up folder is found and a right one is not."""
    with tempfile.TemporaryDirectory() as folder:
        solver = pathlib.Path(folder)
        (solver / "base").mkdir()
        (solver / "io").mkdir()
        (solver / "base" / "low.h").write_text('#include "geometry/membrane.h"\n')
        (solver / "io" / "fine.cc").write_text('#include "base/low.h"\n#include <vector>\n')
        (solver / "io" / "wrong.cc").write_text('\n  #  include "mechanics/term.h"\n')
        found = violations(solver)
        return len(found) == 2 and "low.h:1" in found[0] and "wrong.cc:2" in found[1]


def main():
    solver = pathlib.Path(__file__).resolve().parent.parent / "solver"
    if len(sys.argv) > 1:
        solver = pathlib.Path(sys.argv[1])
    if not finds_planted_violations():
        print("the check itself is broken: it does not find a planted wrong include")
        return 1
    found = violations(solver)
    for sentence in found:
        print(sentence)
    print(f"{len(found)} broken rules of layering in {solver}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
