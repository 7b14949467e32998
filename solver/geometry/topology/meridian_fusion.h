// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_MERIDIAN_FUSION_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_MERIDIAN_FUSION_H

#include "geometry/curve_spline.h"
#include "geometry/membrane.h"

namespace fusogen {
/// Carries fields from the two separate membranes, a plasma membrane (curve 0, rim to axis) and a
/// vesicle (curve 1, south to north pole), to the one curve they have become (rim to north pole),
/// or the other way round. Material is ordered by area: the point of the new curves with the area a
/// between it and the rim, the vesicle coming after the plasma membrane, is the point of the old
/// ones with the same a. So the membrane's area, and that of both sides of a neck that is cut, has
/// to be the same before and after, see omega_conserving_area() and cut_at_neck().
///
/// @param densities fields on the old membrane (scalar space, ghosted) with their total contents
/// @return for each the content int density q_j dA for the shape functions q_j of the new membrane
/// (ghosted), whose sum
///         is the given total to round-off
std::vector<Vector>
contents_by_area(const Membrane<1> &before, const Membrane<1> &after,
                 const std::vector<std::pair<const Vector *, double>> &densities);

/// The meridian of two membranes that have fused: @p plasma_membrane runs from the rim to the axis,
/// @p vesicle from its south to its north pole, both with the outward normal (z', -r'), as they
/// face each other. The neck is the arc that touches both and comes to the axis as near as
/// @p pore_radius [nm]; what lies inside is left out. The area is conserved by scaling the vesicle
/// about its south pole. For a sphere above a plane this is omega_conserving_area(), for others
/// they keep their shape. Throws std::invalid_argument with a sentence if there is no such arc.
Profile fused_meridian(const CurveSpline &plasma_membrane, const CurveSpline &vesicle,
                       double pore_radius);
} // namespace fusogen

#endif
