// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/boundary_tension.h"

namespace fusogen {
template <int dim>
void BoundaryTension<dim>::add_to_edge(const EdgePointState &p, EdgePointDerivatives &d,
                                       const bool second) const {
  if (p.edge != Edge::rim)
    return;
  const double factor = -0.5 * tension * p.weight;
  d.point[0] += factor * p.along[1];
  d.point[1] -= factor * p.along[0];
  d.along[0] -= factor * p.point[1];
  d.along[1] += factor * p.point[0];
  if (second) {
    d.point_along[0][1] += factor;
    d.point_along[1][0] -= factor;
  }
}

template <int dim> double BoundaryTension<dim>::edge_energy(const EdgePointState &p) const {
  return p.edge == Edge::rim
             ? -0.5 * tension * p.weight * (p.point[0] * p.along[1] - p.point[1] * p.along[0])
             : 0.;
}

template class BoundaryTension<1>;
template class BoundaryTension<2>;
} // namespace fusogen
