# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes tables, plots, pictures and pages of the folders that fusogen writes.

A module a task; the commands fusogen-* beside this package call their main(). They need Debian's
Python with numpy and matplotlib, and VTK where surfaces are drawn.
"""
