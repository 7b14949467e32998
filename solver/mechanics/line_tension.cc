// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/line_tension.h"

namespace fusogen {
template <int dim>
void LineTension<dim>::add_to(const PointState &p, PointDerivatives &d, const bool second) const {
  const double steepness = p.domain_gradient.norm();
  if (steepness == 0.)
    return;
  const double factor = line_tension * steepness * p.now.weight;
  const Vector2 across = p.domain_gradient / steepness, along({-across[1], across[0]});
  // m.(grad w) t and nu.(grad w) t as rows of numbers in the frame.
  FrameVector sideways{}, out{};
  for (unsigned int a = 0; a < 2; ++a) {
    out[frame::normal(a)] = along[a];
    for (unsigned int b = 0; b < 2; ++b) {
      d.displacement_now[frame::tangential(a, b)] += factor * along[a] * along[b];
      sideways[frame::tangential(a, b)] = across[a] * along[b];
    }
  }
  if (!second)
    return;
  for (unsigned int i = 0; i < frame::size; ++i)
    for (unsigned int j = 0; j < frame::size; ++j)
      d.now_now[i][j] += factor * (sideways[i] * sideways[j] + out[i] * out[j]);
}

template <int dim> double LineTension<dim>::energy(const PointState &p) const {
  return line_tension * p.domain_gradient.norm() * p.now.weight;
}

template <int dim>
void LineTension<dim>::add_to_edge(const EdgePointState &p, EdgePointDerivatives &d,
                                   const bool second) const {
  if (edges.count(p.edge) == 0)
    return;
  const double length = p.along.norm(), factor = line_tension * p.weight;
  const Vector3 direction = p.along / length;
  d.along += factor * direction;
  if (second)
    for (unsigned int a = 0; a < 3; ++a)
      for (unsigned int b = 0; b < 3; ++b)
        d.along_along[a][b] += factor / length * ((a == b ? 1. : 0.) - direction[a] * direction[b]);
}

template <int dim> double LineTension<dim>::edge_energy(const EdgePointState &p) const {
  return edges.count(p.edge) > 0 ? line_tension * p.weight * p.along.norm() : 0.;
}

template class LineTension<1>;
template class LineTension<2>;
} // namespace fusogen
