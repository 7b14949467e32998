// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/enclosed_volume.h"

namespace fusogen {
template <int dim>
void EnclosedVolume<dim>::add_to(const CellState<dim> &cell, LocalSystem &local,
                                 const bool second) const {
  if (cell.component != Component::vesicle)
    return;
  // A fixed volume's force enters through the multiplier's column, which add_to_constraint() fills,
  // like its gradient.
  const double p = is_fixed ? this->multiplier : pressure;
  const SurfaceValues<dim> &surface = cell.now;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    const double dA = surface.weight(q);
    for (unsigned int i = 0; i < surface.n_vector_dofs(); ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      const double w_normal = w.value * surface.normal(q);
      if (!is_fixed)
        local.gradient_x(i) -= dA * p * w_normal;
      if (!second)
        continue;
      // d/du of int nu.w dA, made symmetric cell by cell: the antisymmetric parts cancel over a
      // closed surface.
      for (unsigned int j = 0; j < surface.n_vector_dofs(); ++j) {
        const VectorFieldValue &u = surface.vector_shape(q, j);
        const double u_normal = u.value * surface.normal(q);
        double value = u.divergence * w_normal + w.divergence * u_normal;
        for (unsigned int a = 0; a < 2; ++a)
          value -= u.normal[a] * (w.value * surface.tangent(q, a)) +
                   w.normal[a] * (u.value * surface.tangent(q, a));
        local.xx(i, j) -= 0.5 * dA * p * value;
      }
    }
  }
}

template <int dim> double EnclosedVolume<dim>::energy(const CellState<dim> &cell) const {
  if (is_fixed || cell.component != Component::vesicle)
    return 0.;
  double volume = 0.;
  for (unsigned int q = 0; q < cell.now.n_quadrature_points(); ++q)
    volume += cell.now.weight(q) * (cell.now.point(q) * cell.now.normal(q)) / 3.;
  return -pressure * volume;
}

template <int dim>
void EnclosedVolume<dim>::add_to_constraint(const CellState<dim> &cell,
                                            LocalConstraint &local) const {
  if (cell.component != Component::vesicle)
    return;
  const SurfaceValues<dim> &surface = cell.now;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    local.value -= surface.weight(q) * (surface.point(q) * surface.normal(q)) / 3.;
    for (unsigned int i = 0; i < surface.n_vector_dofs(); ++i)
      local.gradient_x(i) -=
          surface.weight(q) * (surface.vector_shape(q, i).value * surface.normal(q));
  }
}

template class EnclosedVolume<1>;
template class EnclosedVolume<2>;
} // namespace fusogen
