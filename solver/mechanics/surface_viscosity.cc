// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/surface_viscosity.h"

namespace fusogen {
namespace {
// sym(T_u) : sym(T_w), the contraction of two rates of deformation.
double contraction(const SurfaceGradient &u, const SurfaceGradient &w) {
  const Matrix2 &a = u.tangential, &b = w.tangential;
  return a[0][0] * b[0][0] + a[1][1] * b[1][1] + 0.5 * (a[0][1] + a[1][0]) * (b[0][1] + b[1][0]);
}
} // namespace

template <int dim>
void SurfaceViscosity<dim>::add_to(const CellState<dim> &cell, LocalSystem &local,
                                   const bool second) const {
  const SurfaceValues<dim> &surface = cell.before;
  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    const double factor = 2. * viscosity * surface.weight(q) / cell.dt;
    const VectorFieldValue d = surface.vector_field(q, cell.displacement);
    for (unsigned int i = 0; i < surface.n_vector_dofs(); ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      local.gradient_x(i) += factor * contraction(d, w);
      if (second)
        for (unsigned int j = 0; j < surface.n_vector_dofs(); ++j)
          local.xx(i, j) += factor * contraction(surface.vector_shape(q, j), w);
    }
  }
}

template <int dim> double SurfaceViscosity<dim>::dissipated(const CellState<dim> &cell) const {
  double energy = 0.;
  for (unsigned int q = 0; q < cell.before.n_quadrature_points(); ++q) {
    const VectorFieldValue d = cell.before.vector_field(q, cell.displacement);
    energy += 2. * viscosity * cell.before.weight(q) * contraction(d, d) / cell.dt;
  }
  return energy;
}

template class SurfaceViscosity<1>;
template class SurfaceViscosity<2>;
} // namespace fusogen
