// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_TUBE_ENDS_H
#define FUSOGEN_MECHANICS_TUBE_ENDS_H

#include "mechanics/term.h"

namespace fusogen {
/// Clamps the slope at the ends of a tube around the z axis that lies on both sides of z = 0:
/// beyond them it goes on along its axis, with the conormal tau = +-e_z. Adds the int tau.b dl of
/// bending.h, which Bending::clamp() does where the conormal is the same at all edges.
template <int dim> class TubeEnds : public Term<dim> {
public:
  std::string name() const override { return "tube ends"; }

  void add_to_edge(const EdgePointState &p, EdgePointDerivatives &d,
                   const bool second) const override {
    const double factor = p.point[2] > 0. ? p.weight : -p.weight, length = p.along.norm();
    const Vector3 direction = p.along / length;
    d.moment[2] += factor * length;
    d.along += factor * p.moment[2] * direction;
    if (!second)
      return;
    for (unsigned int a = 0; a < 3; ++a) {
      d.moment_along[2][a] += factor * direction[a];
      for (unsigned int b = 0; b < 3; ++b)
        d.along_along[a][b] +=
            factor * p.moment[2] / length * ((a == b ? 1. : 0.) - direction[a] * direction[b]);
    }
  }
};
} // namespace fusogen

#endif
