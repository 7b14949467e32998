// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_MERIDIAN_CUT_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_MERIDIAN_CUT_H

#include "geometry/neck.h"
#include "geometry/profile.h"

namespace fusogen {
/// The two membranes that an Omega becomes when its neck is cut: meridians of the plasma membrane,
/// from the rim to the axis, and of the vesicle, from its south pole to its north pole.
struct SeparatedMeridians {
  Profile plasma_membrane, vesicle;
};

/// The inverse of omega(): cuts @p omega, which runs from the rim to the vesicle's north pole, at
/// its neck. On either side the steep funnel is replaced by a cap, the clamped plate that goes on
/// with height and slope of the rest, plus a bump d (1 - r^2/r_c^2)^2 inside the radius r_c of its
/// edge. d is such that each side keeps its area; of the two such d it is the smaller one, or the
/// one that moves the two sides apart if they are about equal. The edge of a cap is where the wall
/// has one of a few slopes of at most 45 degrees, the one with the least bending energy.
///
/// Throws std::invalid_argument with a sentence if there is no waist or not enough area.
SeparatedMeridians cut_at_neck(const CurveSpline &omega, const Neck &neck);
} // namespace fusogen

#endif
