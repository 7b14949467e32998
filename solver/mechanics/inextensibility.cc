// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/inextensibility.h"

namespace fusogen {
template <int dim>
void Inextensibility<dim>::add_to(const CellState<dim> &cell, LocalSystem &local,
                                  const bool second) const {
  const SurfaceValues<dim> &surface = cell.now;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    const double dA = surface.weight(q);
    const double tension = surface.tension(q, cell.tension);
    for (unsigned int i = 0; i < surface.n_vector_dofs(); ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      local.gradient_x(i) += dA * tension * w.divergence;
      if (second) {
        for (unsigned int j = 0; j < surface.n_vector_dofs(); ++j)
          local.xx(i, j) += dA * tension * second_variation_of_area(w, surface.vector_shape(q, j));
        for (unsigned int j = 0; j < surface.n_tension_dofs(); ++j)
          local.tension_x(j, i) += dA * surface.tension_shape(q, j) * w.divergence;
      }
    }
    for (unsigned int j = 0; j < surface.n_tension_dofs(); ++j)
      local.gradient_tension(j) += dA * surface.tension_shape(q, j);
  }
}

template class Inextensibility<1>;
template class Inextensibility<2>;
} // namespace fusogen
