// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CONSERVED_FIELD_H
#define FUSOGEN_GEOMETRY_CONSERVED_FIELD_H

#include "geometry/membrane.h"

namespace fusogen {
/// A density on the membrane whose total is conserved when the mesh under it changes, e.g. a lipid
/// species.
struct ConservedField {
  Vector density;    ///< scalar space, ghosted; per nm^2. Surfaces in space get the new one back
  double total = 0.; ///< int density dA before
  /// What the density must keep to, least and largest.
  std::pair<double, double> bounds = {0., 1.};
  double reservoir_density = 0.; ///< density of what comes in where the rim takes in new membrane
  /// Filled in: int density q_j dA for the new shape functions q_j (scalar space, ghosted)
  Vector content;
  double outflow = 0.; ///< filled in: how much passed the rim outward (negative: came in)
};
} // namespace fusogen

#endif
