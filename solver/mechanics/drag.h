// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_DRAG_H
#define FUSOGEN_MECHANICS_DRAG_H

#include "mechanics/term.h"

namespace fusogen {
/// Drag of the surroundings on the membrane, power dissipated int xi |v|^2 dA: a local stand-in for
/// bulk water. Each of two leaflets has half of it, so that their slip is resisted, too.
template <int dim> class Drag : public Term<dim> {
public:
  /// @param coefficient xi [pN us/nm^3]
  explicit Drag(double coefficient) : coefficient(coefficient) {}
  std::string name() const override { return "drag"; }
  void add_to(const PointState &p, PointDerivatives &d, const bool second) const override {
    const double factor = coefficient * p.before.weight / p.dt;
    for (unsigned int c = 0; c < 3; ++c) {
      const unsigned int i = frame::value(c);
      d.displacement_before[i] += factor * p.displacement.value[c];
      if (second)
        d.before_before[i][i] += factor;
      if (!p.leaflets)
        continue;
      d.leaflets->slip[i] += factor * p.leaflets->slip.value[c];
      if (second)
        d.leaflets->slip_slip[i][i] += factor;
    }
  }
  double dissipated(const PointState &p) const override {
    const double squared = p.displacement.value.norm_square() +
                           (p.leaflets ? p.leaflets->slip.value.norm_square() : 0.);
    return coefficient * p.before.weight * squared / p.dt;
  }

  double coefficient;
};
} // namespace fusogen

#endif
