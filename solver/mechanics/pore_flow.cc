// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/pore_flow.h"

#include <utility>

namespace fusogen {
bool is_around_lumen(const Vector3 &point, const std::vector<Vector3> &necks,
                     const unsigned int vesicle) {
  if (necks.empty() || point[2] < necks[vesicle][2])
    return false;
  const auto squared_distance = [&point](const Vector3 &middle) {
    const double x = point[0] - middle[0], y = point[1] - middle[1];
    return x * x + y * y;
  };
  for (const Vector3 &other : necks)
    if (squared_distance(other) < squared_distance(necks[vesicle]))
      return false;
  return true;
}

template <int dim>
void PoreFlow<dim>::open(std::vector<Vector3> necks, const double new_resistance) {
  middles = std::move(necks);
  resistance = new_resistance;
}

template <int dim> double PoreFlow<dim>::displaced(const PointState &p) const {
  return is_around_lumen(p.before.point, middles, vesicle)
             ? p.before.weight * (p.before.normal * p.displacement.value)
             : 0.;
}

template <int dim> double PoreFlow<dim>::dissipated(const PointState &p) const {
  return this->multiplier * displaced(p);
}

template <int dim>
void PoreFlow<dim>::add_to_constraint(const PointState &p, PointConstraint &g) const {
  if (!is_around_lumen(p.before.point, middles, vesicle))
    return;
  g.value += displaced(p);
  // The value of a displacement is the same in the frames of both surfaces.
  for (unsigned int c = 0; c < 3; ++c)
    g.displacement_now[frame::value(c)] += p.before.weight * p.before.normal[c];
}

template class PoreFlow<1>;
template class PoreFlow<2>;
} // namespace fusogen
