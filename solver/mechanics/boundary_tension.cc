// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/boundary_tension.h"

#include <deal.II/base/numbers.h>

namespace fusogen {
using dealii::numbers::PI;

template <int dim>
void BoundaryTension<dim>::add_to_edge(const EdgeState<dim> &edge, LocalSystem &local,
                                       const bool second) const {
  if (edge.edge != Edge::rim)
    return;
  const unsigned int radial = edge.node * (dim + 1);
  local.gradient_x(radial) -= 2. * PI * tension * edge.radius;
  if (second)
    local.xx(radial, radial) -= 2. * PI * tension;
}

template <int dim> double BoundaryTension<dim>::edge_energy(const EdgeState<dim> &edge) const {
  return edge.edge == Edge::rim ? -tension * PI * edge.radius * edge.radius : 0.;
}

template class BoundaryTension<1>;
template class BoundaryTension<2>;
} // namespace fusogen
