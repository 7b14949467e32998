// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONSTRICTION_H
#define FUSOGEN_MECHANICS_CONSTRICTION_H

#include "mechanics/term.h"

namespace fusogen {
/// A ring of proteins around a neck with a vertical axis, as of dynamin, that pulls the membrane
/// towards the axis. With the distance rho from the axis the energy is
///   < F rho + pi f rho^2 > :
/// F is the force of a ring whose line tension F / (2 pi) does not depend on its radius, f a radial
/// force per length of the ring; together they are the radial force F + 2 pi f rho, summed over the
/// circumference. < > is the mean over the material with the weight exp(-d^2 / (2 w^2)) / rho, d
/// the distance from the circle that is the neck and w the width of the ring. The weights belong to
/// the start of a step.
template <int dim> class Constriction : public Term<dim> {
public:
  struct Force {
    double ring = 0.;       ///< F [pN]
    double per_length = 0.; ///< f [pN/nm]
    double width = 1.;      ///< w [nm]
  };
  /// @param vesicle its number from 0
  Constriction(const Force &force, unsigned int vesicle) : force(force), vesicle(vesicle) {}

  /// Puts the ring around the neck that is the horizontal circle of this middle and radius [nm].
  /// Collective.
  void place(const Membrane<dim> &membrane, const Vector3 &middle, double radius);
  /// Takes the ring away.
  void remove() { scale = 0.; }

  std::string name() const override {
    return "constriction" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;

private:
  /// Weight of a point but for the scale, area included.
  double weight(const SurfacePoint &before) const;
  /// Horizontal vector from the axis.
  Vector3 from_axis(const Vector3 &point) const;

  Force force;
  unsigned int vesicle;
  Vector3 middle;
  double radius = 0.;
  double scale = 0.; // one over the sum of the weights; 0 without ring
};
} // namespace fusogen

#endif
