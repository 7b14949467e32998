// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/neck_ring.h"

#include <cmath>

namespace fusogen {
template <int dim> Vector3 NeckRing<dim>::from_axis(const Vector3 &point) const {
  Vector3 s = point - middle;
  s[2] = 0.;
  return s;
}

template <int dim> double NeckRing<dim>::weight(const SurfacePoint &before) const {
  const double rho = from_axis(before.point).norm(), z = before.point[2] - middle[2];
  const double distance = std::hypot(rho - radius, z) / width;
  return distance < 6. ? before.weight * std::exp(-0.5 * distance * distance) / rho : 0.;
}

template <int dim>
void NeckRing<dim>::place(const Membrane<dim> &membrane, const Vector3 &new_middle,
                          const double new_radius) {
  middle = new_middle;
  radius = new_radius;
  double sum = 0.;
  SurfaceValues<dim> values(membrane.degree());
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      values.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < values.n_quadrature_points(); ++q)
        sum += weight(values.at(q));
    }
  sum = dealii::Utilities::MPI::sum(sum, membrane.communicator());
  scale = sum > 0. ? 1. / sum : 0.;
}

template <int dim> double NeckRing<dim>::energy(const PointState &p) const {
  if (scale == 0.)
    return 0.;
  const double rho = from_axis(p.now.point).norm();
  return scale * weight(p.before) * potential(rho)[0];
}

template <int dim>
void NeckRing<dim>::add_to(const PointState &p, PointDerivatives &d, const bool second) const {
  if (scale == 0.)
    return;
  const double factor = scale * weight(p.before);
  if (factor == 0.)
    return;
  const Vector3 s = from_axis(p.now.point);
  const double rho = s.norm();
  const std::array<double, 3> U = potential(rho);
  const double along = factor * U[1] / rho, across = factor * U[2] - along;
  for (unsigned int c = 0; c < 2; ++c) {
    d.displacement_now[frame::value(c)] += along * s[c];
    if (!second)
      continue;
    d.now_now[frame::value(c)][frame::value(c)] += along;
    for (unsigned int e = 0; e < 2; ++e)
      d.now_now[frame::value(c)][frame::value(e)] += across * s[c] * s[e] / (rho * rho);
  }
}

template class NeckRing<1>;
template class NeckRing<2>;
} // namespace fusogen
