// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONSTRICTION_H
#define FUSOGEN_MECHANICS_CONSTRICTION_H

#include "mechanics/neck_ring.h"

namespace fusogen {
/// A ring of proteins, as of dynamin, that pulls a neck towards its axis: U = F rho + pi f rho^2.
/// F is the force of a ring whose line tension F / (2 pi) does not depend on its radius, f a radial
/// force per length of the ring; together they are the radial force F + 2 pi f rho, summed over the
/// circumference.
template <int dim> class Constriction : public NeckRing<dim> {
public:
  struct Force {
    double ring = 0.;       ///< F [pN]
    double per_length = 0.; ///< f [pN/nm]
    double width = 1.;      ///< w [nm]
  };
  /// @param vesicle its number from 0
  Constriction(const Force &force, const unsigned int vesicle)
      : NeckRing<dim>(force.width), force(force), vesicle(vesicle) {}

  std::string name() const override {
    return "constriction" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  std::array<double, 3> potential(const double rho) const override {
    const double along = 2. * dealii::numbers::PI * force.per_length;
    return {(force.ring + 0.5 * along * rho) * rho, force.ring + along * rho, along};
  }

private:
  Force force;
  unsigned int vesicle;
};
} // namespace fusogen

#endif
