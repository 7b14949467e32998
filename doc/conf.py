# SPDX-License-Identifier: LGPL-2.1-or-later
"""How Sphinx builds the documentation: ./quickstart docs."""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))

project = "fusogen"
author = "the fusogen developers"
copyright = author
with open(os.path.join(HERE, "..", "CMakeLists.txt"), encoding="utf-8") as stream:
    release = version = re.search(r"VERSION (\d+\.\d+\.\d+)", stream.read()).group(1)

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["cookbook/template.md"]

html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "fixed_sidebar": True}
html_show_sourcelink = False
html_show_copyright = False
html_title = f"fusogen {release}"
# Code blocks are commands, output or parameter files.
highlight_language = "none"
