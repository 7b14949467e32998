// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_SURFACE_MOTION_H
#define FUSOGEN_GEOMETRY_SURFACE_MOTION_H

#include "geometry/membrane.h"

namespace fusogen {
/// Worst cell quality of a surface in space: the least over all points of
///   2 |x_1 x x_2| / (|x_1|^2 + |x_2|^2)
/// with the derivatives x_1, x_2 by the reference coordinates: 1 for squares, 0 for degenerate
/// cells (the mean ratio of the mesh literature).
double mesh_quality(const Membrane<2> &membrane);

/// Moves the nodes of a closed surface in space along it, towards cells of equal size and shape, in
/// sweeps: each vertex goes half of the way to the mean of its neighbours, the other nodes between
/// the vertices, and all of them to the closest point of the surface they left. Sweeps end when
/// mesh_quality() has risen by a quarter, or after thirty. The shape changes by the error of
/// interpolating it anew in each.
///
/// @return whether the quality has risen; if not, all nodes are where they were
bool smooth_along_surface(Membrane<2> &membrane);
} // namespace fusogen

#endif
