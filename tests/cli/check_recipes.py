#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the syntax of the recipes for containers, packaging/Dockerfile and packaging/fusogen.def, without the
programs that build them: instructions and sections are known, what is copied exists, and the scripts in them
are ones that the shell can read. The check also runs on itself.
"""

import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(
    os.environ.get("FUSOGEN_SOURCE") or pathlib.Path(__file__).resolve().parent.parent.parent
)
INSTRUCTIONS = {
    "FROM", "RUN", "CMD", "LABEL", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER",
    "WORKDIR", "ARG",
}  # fmt: skip
SCRIPTS = {"post", "runscript", "test", "environment", "startscript", "setup", "pre"}
SECTIONS = SCRIPTS | {"files", "labels", "help", "arguments"}


def shell_problem(script):
    done = subprocess.run(["sh", "-n"], input=script, stderr=subprocess.PIPE, text=True, check=False)
    return [done.stderr.strip()] if done.returncode else []


def quickstart_problem(script):
    """Verbs of quickstart that do not exist."""
    verbs = re.findall(
        r"^  ([a-z]+) +", (SOURCE / "quickstart").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    used = re.findall(r"\./quickstart (\w+)", script)
    return [f"quickstart has no verb {verb}" for verb in used if verb not in verbs]


def docker_problems(text):
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    problems, stages = [], []
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction not in INSTRUCTIONS or not rest.strip():
            problems.append(f"no instruction: {line}")
        elif instruction == "FROM":
            match = re.fullmatch(r"[\w./:-]+(?: AS (\w+))?", rest)
            if not match:
                problems.append(f"not of the form FROM IMAGE [AS NAME]: {line}")
            else:
                stages.append(match.group(1))
        elif not stages:
            problems.append(f"before FROM: {line}")
        elif instruction == "RUN":
            problems += shell_problem(rest) + quickstart_problem(rest)
        elif instruction == "COPY":
            stage = re.match(r"--from=(\w+) ", rest)
            if stage and stage.group(1) not in stages[:-1]:
                problems.append(f"no stage before it: {line}")
            elif not stage and not (SOURCE / rest.split()[0]).exists():
                problems.append(f"does not exist: {line}")
        elif instruction in ("CMD", "ENTRYPOINT") and not re.fullmatch(r'\[("[^"]*"(, )?)+\]', rest):
            problems.append(f"no list of words: {line}")
    return problems if stages else ["no FROM"]


def apptainer_problems(text):
    head, *sections = re.split(r"^%", text, flags=re.MULTILINE)
    fields = dict(re.findall(r"^(\w+): (\S+)$", head, flags=re.MULTILINE))
    problems = [f"no {name}" for name in ("Bootstrap", "From") if name not in fields]
    for section in sections:
        name, _, body = section.partition("\n")
        if name.strip() not in SECTIONS:
            problems.append(f"no section: %{name}")
        elif name.strip() in SCRIPTS:
            problems += shell_problem(body) + quickstart_problem(body)
        elif name.strip() == "files":
            for line in body.split("\n"):
                if line.strip() and not (SOURCE / line.split()[0]).exists():
                    problems.append(f"does not exist: {line.strip()}")
    return problems if "post" in [s.partition("\n")[0].strip() for s in sections] else ["no %post"]


def finds_planted_mistakes():
    docker = 'FROM a\nCOPY --from=b x y\nRUN if true\nRNU ls\nENTRYPOINT ["a"]\nRUN ./quickstart pack\n'
    apptainer = "Bootstrap: docker\n%post\n    for\n%fiels\n%files\n    no/file /\n"
    return len(docker_problems(docker)) == 4 and len(apptainer_problems(apptainer)) == 4


def main():
    if not finds_planted_mistakes():
        print("the check itself is broken: it does not find planted mistakes")
        return 1
    problems = docker_problems((SOURCE / "packaging/Dockerfile").read_text(encoding="utf-8"))
    problems += apptainer_problems((SOURCE / "packaging/fusogen.def").read_text(encoding="utf-8"))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} mistakes in the recipes")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
