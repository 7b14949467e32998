#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the commands of the README, the developer guide and the cookbook, as a reader would.

    test_documented_commands.py [--list] [PAGE[:BLOCK] ...]

Code blocks without a language, or with "sh", are commands; a block with "bash" is a job for Slurm,
whose srun and sbatch are played by mpirun and by nothing. All other languages (text, cpp, ...) are not run.
The blocks of a page run one after another in one folder, which has the source and the build as links; a
block fails if one of its commands does. PAGE is a Markdown file relative to the source, BLOCK counts from 1.
"./quickstart", which installs packages, is not run; only its verbs are checked.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.abspath(
    os.environ.get("FUSOGEN_SOURCE")
    or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)
PROGRAM = os.path.abspath(os.environ.get("FUSOGEN", os.path.join(SOURCE, "build", "fusogen")))
LINKED = ["parameter_files", "meshes", "postprocess", "benchmarks", "tests", "doc"]
COPIED = ["examples"]  # in which something may be built

ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
SLURM = 'srun() { mpirun -n 2 "$@"; }; sbatch() { echo "sbatch $*"; }\n'


def pages():
    names = ["README.md", "doc/developer_guide.md"]
    names += sorted(glob.glob(os.path.join(SOURCE, "doc", "cookbook", "*.md")))
    return [os.path.relpath(os.path.join(SOURCE, name), SOURCE) for name in names]


def blocks(text):
    """[(line number, language, code)] of the fenced blocks, those in lists with their indent removed."""
    found, fence, indent, language, code, start = [], None, "", "", [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.match(r"^(\s*)(`{3,})(.*)$", line)
        if fence is None and match:
            indent, fence, language = match.group(1), match.group(2), match.group(3).strip()
            code, start = [], number
        elif fence is not None and match and match.group(2) == fence and not match.group(3).strip():
            found.append((start, language, "\n".join(code) + "\n"))
            fence = None
        elif fence is not None:
            code.append(line[len(indent) :] if line.startswith(indent) else line)
    assert fence is None, f"the block of line {start} does not end"
    return found


def commands(page):
    """[(number, line, script)] of the blocks to be run."""
    with open(os.path.join(SOURCE, page), encoding="utf-8") as stream:
        text = stream.read()
    found = []
    for number, (line, language, code) in enumerate(blocks(text), start=1):
        if language in ("", "sh"):
            found.append((number, line, code))
        elif language == "bash":
            found.append((number, line, "set +e +u\n" + SLURM + code))
    return found


def without_quickstart(script):
    """The script without calls of quickstart, whose verbs must exist."""
    with open(os.path.join(SOURCE, "quickstart"), encoding="utf-8") as stream:
        verbs = set(re.findall(r"^  ([a-z]+) +", stream.read(), flags=re.MULTILINE))
    kept, skipping = [], False
    for line in script.splitlines():
        match = re.match(r"\s*\./quickstart(?:\s+([a-z]+))?", line)
        if match:
            assert match.group(1) in verbs, f"quickstart has no verb {match.group(1)}"
        if not (match or skipping):
            kept.append(line)
        skipping = bool(match or skipping) and line.endswith("\\")
    return "\n".join(kept) + "\n"


def prepare(folder):
    """A folder that looks like the source with its build, but keeps results to itself."""
    for name in LINKED:
        if os.path.exists(os.path.join(SOURCE, name)):
            os.symlink(os.path.join(SOURCE, name), os.path.join(folder, name))
    for name in COPIED:
        shutil.copytree(os.path.join(SOURCE, name), os.path.join(folder, name))
    os.symlink(os.path.dirname(PROGRAM), os.path.join(folder, "build"))


def run_page(page, wanted):
    """Runs the blocks; returns the sentences of those that failed."""
    failures = []
    with tempfile.TemporaryDirectory(prefix="fusogen_documented_") as folder:
        prepare(folder)
        for number, line, script in commands(page):
            if wanted and number not in wanted:
                continue
            script = without_quickstart(script)
            if not script.strip():
                continue
            begin = time.time()
            done = subprocess.run(
                ["bash", "-e", "-u", "-o", "pipefail", "-c", script],
                cwd=folder,
                env={**ENVIRONMENT, **os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            place = f"{page}, line {line}, block {number}"
            print(f"{'ok' if done.returncode == 0 else 'FAILED'}: {place}, "
                  f"{time.time() - begin:.0f} s", flush=True)  # fmt: skip
            if done.returncode != 0:
                failures.append(f"{place} ended with {done.returncode}:\n{script}\n"
                                f"{done.stdout[-3000:]}")  # fmt: skip
    return failures


def finds_planted_failure():
    """Whether blocks are told apart, and a failing one in the middle of a script is noticed."""
    text = "```\nfalse\ntrue\n```\n```text\nno command\n```\n1. a\n   ```sh\n   echo a\n   ```\n"
    found = blocks(text)
    status = subprocess.run(["bash", "-e", "-c", found[0][2]], check=False).returncode
    return [b[1] for b in found] == ["", "text", "sh"] and found[2][2] == "echo a\n" and status == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--list", action="store_true", help="print the commands only")
    parser.add_argument("pages", nargs="*", metavar="PAGE[:BLOCK]")
    arguments = parser.parse_args()
    if not finds_planted_failure():
        print("the check itself is broken: it does not find a planted failure")
        return 1
    wanted = {}
    for word in arguments.pages or pages():
        page, _, block = word.partition(":")
        wanted.setdefault(page, set())
        if block:
            wanted[page].add(int(block))
    if arguments.list:
        for page in wanted:
            for number, line, script in commands(page):
                print(f"{page}:{number} (line {line})\n{script}")
        return 0
    failures = [sentence for page, numbers in wanted.items() for sentence in run_page(page, numbers)]
    for sentence in failures:
        print("\n" + sentence)
    print(f"{len(failures)} blocks failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
