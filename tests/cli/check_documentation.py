#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that every link in a Markdown file of the source leads to a file and a heading that exist.

Addresses in the web are not visited. The check also runs on itself: planted broken links must be found.
With --pages it is Sphinx that builds the web pages, with warnings as errors; without Sphinx the exit
status is 77.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(
    os.environ.get("FUSOGEN_SOURCE") or pathlib.Path(__file__).resolve().parent.parent.parent
)
LEFT_OUT = {"build", "results", ".git", "node_modules"}

LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
IMAGE = re.compile(r"<img[^>]*\ssrc=\"([^\"]+)\"")
INCLUDE = re.compile(r"^`{3,}\{(?:literal)?include\}\s+(\S+)", re.MULTILINE)


def anchors(text):
    """Names by which the headings of a page are linked to, as GitHub and MyST make them."""
    found = []
    for line in without_blocks(text).splitlines():
        match = re.match(r"^#{1,6}\s+(.*?)\s*#*$", line)
        if match:
            words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1)).lower()
            name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            repeated = sum(other == name for other in found)
            found.append(name)
            if repeated:
                found.append(f"{name}-{repeated}")
    return set(found)


def without_blocks(text):
    return re.sub(r"^\s*(`{3,}).*?^\s*\1\s*$", "", text, flags=re.MULTILINE | re.DOTALL)


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", without_blocks(text))


def broken(folder):
    """The links that lead nowhere, one sentence each, and the number of all links."""
    sentences, number = [], 0
    for page in sorted(folder.rglob("*.md")):
        parts = page.relative_to(folder).parts
        if any(part in LEFT_OUT or part.startswith("build") for part in parts[:-1]):
            continue
        text = page.read_text(encoding="utf-8")
        prose = without_code(text)
        for target in LINK.findall(prose) + IMAGE.findall(prose) + INCLUDE.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            number += 1
            name, _, anchor = target.partition("#")
            other = (page.parent / name) if name else page
            if not other.exists():
                sentences.append(f"{page}: {target} does not exist")
            elif anchor and anchor not in anchors(other.read_text(encoding="utf-8")):
                sentences.append(f"{page}: {target} names no heading")
    return sentences, number


def finds_planted_links():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "a.md").write_text(
            "# One `two`, three\n[r](b.md) [w](c.md) [r](#one-two-three) [w](b.md#no)\n"
            "`[no](link.md)`\n```\n[no](link.md)\n```\n![w](d.png) <img src=\"e.png\" />\n"
            "```{literalinclude} f.cc\n```\n"
        )
        (folder / "b.md").write_text("## Two\n[r](a.md#one-two-three)\n")
        sentences, number = broken(folder)
        return number == 8 and [s.split(": ")[1].split()[0] for s in sentences] == [
            "c.md",
            "b.md#no",
            "d.png",
            "e.png",
            "f.cc",
        ]


def build_pages():
    """Exit status of building the pages with Debian's Python, which has Sphinx if any has."""
    python = "/usr/bin/python3"
    there = subprocess.run([python, "-c", "import sphinx, myst_parser"], check=False)
    if there.returncode:
        print("Sphinx and its MyST parser are not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
        done = subprocess.run([*command, SOURCE / "doc", folder], check=False)
        pages = len(list(pathlib.Path(folder).rglob("*.html")))
    print(f"{pages} pages")
    return 1 if done.returncode or pages < 10 else 0


def main():
    if "--pages" in sys.argv[1:]:
        return build_pages()
    if not finds_planted_links():
        print("the check itself is broken: it does not find planted broken links")
        return 1
    sentences, number = broken(SOURCE)
    for sentence in sentences:
        print(sentence)
    print(f"{len(sentences)} of {number} links are broken")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
