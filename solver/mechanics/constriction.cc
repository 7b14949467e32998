// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/constriction.h"

#include <cmath>

namespace fusogen {
using dealii::numbers::PI;

template <int dim> Vector3 Constriction<dim>::from_axis(const Vector3 &point) const {
  Vector3 s = point - middle;
  s[2] = 0.;
  return s;
}

template <int dim> double Constriction<dim>::weight(const SurfacePoint &before) const {
  const double rho = from_axis(before.point).norm(), z = before.point[2] - middle[2];
  const double distance = std::hypot(rho - radius, z) / force.width;
  return distance < 6. ? before.weight * std::exp(-0.5 * distance * distance) / rho : 0.;
}

template <int dim>
void Constriction<dim>::place(const Membrane<dim> &membrane, const Vector3 &new_middle,
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

template <int dim> double Constriction<dim>::energy(const PointState &p) const {
  if (scale == 0.)
    return 0.;
  const double rho = from_axis(p.now.point).norm();
  return scale * weight(p.before) * (force.ring * rho + PI * force.per_length * rho * rho);
}

template <int dim>
void Constriction<dim>::add_to(const PointState &p, PointDerivatives &d, const bool second) const {
  if (scale == 0.)
    return;
  const double factor = scale * weight(p.before);
  if (factor == 0.)
    return;
  const Vector3 s = from_axis(p.now.point);
  const double rho = s.norm(), tension = factor * force.ring / rho,
               along = factor * 2. * PI * force.per_length;
  for (unsigned int c = 0; c < 2; ++c) {
    d.displacement_now[frame::value(c)] += (tension + along) * s[c];
    if (!second)
      continue;
    d.now_now[frame::value(c)][frame::value(c)] += tension + along;
    for (unsigned int e = 0; e < 2; ++e)
      d.now_now[frame::value(c)][frame::value(e)] -= tension * s[c] * s[e] / (rho * rho);
  }
}

template class Constriction<1>;
template class Constriction<2>;
} // namespace fusogen
