# SPDX-License-Identifier: LGPL-2.1-or-later
"""From where a membrane is looked at."""

ELEVATION = 26.0  # degrees by which the viewer looks down on the membrane
# {name: (elevation, radius that is seen over that of the vesicle; None for all that matters)}
CAMERAS = {
    "tilted": (ELEVATION, None),
    "side": (0.0, None),
    "top": (90.0, None),
    "below": (-ELEVATION, None),
    "neck": (12.0, 0.9),
}
