// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/lumen_pressure.h"

#include "mechanics/pore_flow.h"
#include "mechanics/variations.h"

#include <utility>

namespace fusogen {
using frame::normal;
using frame::tangential;
using frame::value;

template <int dim>
void LumenPressure<dim>::set(const double new_pressure, std::vector<Vector3> necks) {
  excess = new_pressure;
  middles = std::move(necks);
}

template <int dim> double LumenPressure<dim>::energy(const PointState &p) const {
  if (excess == 0. || !is_around_lumen(p.before.point, middles, vesicle))
    return 0.;
  const Vector3 &x = p.now.point, &nu = p.now.normal, &middle = middles[vesicle];
  return -0.5 * excess * p.now.weight * ((x[0] - middle[0]) * nu[0] + (x[1] - middle[1]) * nu[1]);
}

// With X = (x, y, 0) / 2, whose divergence is 1, the change of int X . nu dA under w is
//   int { (w . grad) X . nu + X . (nu div w - (grad w)^T nu) } dA ;
// the second variation of nu dA is that of the vector area, bilinear in the tangents.
template <int dim>
void LumenPressure<dim>::add_to(const PointState &p, PointDerivatives &d, const bool second) const {
  if (excess == 0. || !is_around_lumen(p.before.point, middles, vesicle))
    return;
  const SurfacePoint &s = p.now;
  const double half = -0.5 * excess * s.weight;
  Vector3 X = half * (s.point - middles[vesicle]);
  X[2] = 0.;
  const double across = X * s.normal;
  const Vector2 along({X * s.tangents[0], X * s.tangents[1]});
  add_variation_of_area(across, d.displacement_now);
  for (unsigned int a = 0; a < 2; ++a)
    d.displacement_now[normal(a)] -= along[a];
  for (unsigned int c = 0; c < 2; ++c)
    d.displacement_now[value(c)] += half * s.normal[c];
  if (!second)
    return;
  for (unsigned int c = 0; c < 2; ++c)
    for (unsigned int a = 0; a < 2; ++a) {
      add_symmetric(half * s.normal[c], value(c), tangential(a, a), d.now_now);
      add_symmetric(-half * s.tangents[a][c], value(c), normal(a), d.now_now);
    }
  add_symmetric(along[0], tangential(1, 0), normal(1), d.now_now);
  add_symmetric(-along[0], normal(0), tangential(1, 1), d.now_now);
  add_symmetric(along[1], normal(0), tangential(0, 1), d.now_now);
  add_symmetric(-along[1], tangential(0, 0), normal(1), d.now_now);
  add_symmetric(across, tangential(0, 0), tangential(1, 1), d.now_now);
  add_symmetric(-across, tangential(1, 0), tangential(0, 1), d.now_now);
}

template class LumenPressure<1>;
template class LumenPressure<2>;
} // namespace fusogen
