// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/area_reservoir.h"

namespace fusogen {
template <int dim> double AreaReservoir<dim>::energy(const CellState<dim> &cell) const {
  double area = 0.;
  for (unsigned int q = 0; q < cell.now.n_quadrature_points(); ++q)
    area += cell.now.weight(q);
  return tension * area;
}

template <int dim>
void AreaReservoir<dim>::add_to_constraint(const CellState<dim> &cell,
                                           LocalConstraint &local) const {
  const SurfaceValues<dim> &surface = cell.before;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    local.value += surface.weight(q) * (tension - surface.tension(q, cell.tension));
    for (unsigned int j = 0; j < surface.n_tension_dofs(); ++j)
      local.gradient_tension(j) -= surface.weight(q) * surface.tension_shape(q, j);
  }
}

template class AreaReservoir<1>;
template class AreaReservoir<2>;
} // namespace fusogen
