// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CONSERVED_FIELD_H
#define FUSOGEN_GEOMETRY_CONSERVED_FIELD_H

#include "geometry/membrane.h"

#include <cmath>
#include <optional>

namespace fusogen {
/// A density on the membrane whose total is conserved when the mesh under it changes, e.g. a lipid
/// species or what one leaflet has more than the other.
struct ConservedField {
  Vector density;    ///< scalar space, ghosted; per nm^2. Surfaces in space get the new one back
  double total = 0.; ///< int density dA before
  /// Least and largest value it may have; of any sign if there are none.
  std::optional<std::pair<double, double>> bounds = std::make_pair(0., 1.);
  double reservoir_density = 0.; ///< density of what comes in where the rim takes in new membrane
  /// Filled in: int density q_j dA for the new shape functions q_j (scalar space, ghosted)
  Vector content;
  double outflow = 0.; ///< filled in: how much passed the rim outward (negative: came in)
};

/// Gives the entries of @p content (owned) the sum @p total: what is missing goes to them in
/// proportion to their size, so that zeros stay and a sum near zero does no harm.
inline void set_total(Vector &content, const double total) {
  const double size = content.l1_norm();
  if (size == 0.)
    return;
  const double share = (total - content.mean_value() * content.size()) / size;
  const auto [begin, end] = content.local_range();
  for (auto i = begin; i < end; ++i) {
    const double value = content(i);
    content(i) = value + share * std::abs(value);
  }
  content.compress(dealii::VectorOperation::insert);
}
} // namespace fusogen

#endif
