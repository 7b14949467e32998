// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/drag.h"

namespace fusogen {
template <int dim>
void Drag<dim>::add_to(const CellState<dim> &cell, LocalSystem &local, const bool second) const {
  const SurfaceValues<dim> &surface = cell.before;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    const double factor = coefficient * surface.weight(q) / cell.dt;
    const Vector3 d = surface.vector_field(q, cell.displacement).value;
    for (unsigned int i = 0; i < surface.n_vector_dofs(); ++i) {
      const Vector3 &w = surface.vector_shape(q, i).value;
      local.gradient_x(i) += factor * (d * w);
      if (second)
        for (unsigned int j = 0; j < surface.n_vector_dofs(); ++j)
          local.xx(i, j) += factor * (surface.vector_shape(q, j).value * w);
    }
  }
}

template <int dim> double Drag<dim>::dissipated(const CellState<dim> &cell) const {
  double energy = 0.;
  for (unsigned int q = 0; q < cell.before.n_quadrature_points(); ++q) {
    const Vector3 d = cell.before.vector_field(q, cell.displacement).value;
    energy += coefficient * cell.before.weight(q) * (d * d) / cell.dt;
  }
  return energy;
}

template class Drag<1>;
template class Drag<2>;
} // namespace fusogen
