// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_INEXTENSIBILITY_H
#define FUSOGEN_MECHANICS_INEXTENSIBILITY_H

#include "mechanics/term.h"
#include "mechanics/variations.h"

namespace fusogen {
/// Local inextensibility of the membrane: each patch keeps its area. The multiplier is the surface
/// tension lambda, L += int lambda dA - sum_j lambda_j a_j, where a_j = int q_j dA of the material
/// (the "material area" of the shape functions q_j of the tension) is state of the FlowSystem.
template <int dim> class Inextensibility : public Term<dim> {
public:
  std::string name() const override { return "inextensibility"; }
  void add_to(const PointState &p, PointDerivatives &d, const bool second) const override {
    const double dA = p.now.weight;
    add_variation_of_area(p.tension * dA, d.displacement_now);
    d.tension += dA;
    if (second) {
      add_second_variation_of_area(p.tension * dA, d.now_now);
      add_variation_of_area(dA, d.tension_now);
    }
  }
};
} // namespace fusogen

#endif
