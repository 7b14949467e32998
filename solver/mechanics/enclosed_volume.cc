// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/enclosed_volume.h"

#include "mechanics/variations.h"

namespace fusogen {
template <int dim>
void EnclosedVolume<dim>::add_to(const PointState &p, PointDerivatives &d,
                                 const bool second) const {
  if (!encloses(p))
    return;
  // A fixed volume's force enters through the multiplier's column, which add_to_constraint() fills,
  // like its gradient.
  const SurfacePoint &s = p.now;
  const double force = s.weight * (is_fixed ? this->multiplier : pressure);
  if (!is_fixed)
    for (unsigned int c = 0; c < 3; ++c)
      d.displacement_now[frame::value(c)] -= force * s.normal[c];
  if (!second)
    return;
  // d/du of int nu.w dA, made symmetric point by point: the antisymmetric parts cancel over a
  // closed surface.
  for (unsigned int c = 0; c < 3; ++c)
    for (unsigned int a = 0; a < 2; ++a) {
      add_symmetric(-0.5 * force * s.normal[c], frame::value(c), frame::tangential(a, a),
                    d.now_now);
      add_symmetric(0.5 * force * s.tangents[a][c], frame::value(c), frame::normal(a), d.now_now);
    }
}

template <int dim> double EnclosedVolume<dim>::energy(const PointState &p) const {
  if (is_fixed || !encloses(p))
    return 0.;
  return -pressure * p.now.weight * (p.now.point * p.now.normal) / 3.;
}

template <int dim>
void EnclosedVolume<dim>::add_to_constraint(const PointState &p, PointConstraint &g) const {
  if (!encloses(p))
    return;
  g.value -= p.now.weight * (p.now.point * p.now.normal) / 3.;
  for (unsigned int c = 0; c < 3; ++c)
    g.displacement_now[frame::value(c)] -= p.now.weight * p.now.normal[c];
}

template class EnclosedVolume<1>;
template class EnclosedVolume<2>;
} // namespace fusogen
