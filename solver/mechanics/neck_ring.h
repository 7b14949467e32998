// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_NECK_RING_H
#define FUSOGEN_MECHANICS_NECK_RING_H

#include "mechanics/term.h"

#include <array>

namespace fusogen {
/// Proteins on a ring around a neck with a vertical axis. With the distance rho from the axis the
/// energy is the mean < U(rho) > over the material with the weight exp(-d^2 / (2 w^2)) / rho, d the
/// distance from the circle that is the neck and w the width of the ring; so the radial force,
/// summed over the circumference, is - < U' >. The weights belong to the start of a step.
template <int dim> class NeckRing : public Term<dim> {
public:
  /// Puts the ring around the neck that is the horizontal circle of this middle and radius [nm].
  /// Collective.
  void place(const Membrane<dim> &membrane, const Vector3 &middle, double radius);
  /// Takes the ring away.
  void remove() { scale = 0.; }

  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;

  /// U [pN nm] and its first two derivatives at a distance from the axis [nm].
  virtual std::array<double, 3> potential(double rho) const = 0;

protected:
  explicit NeckRing(const double width) : width(width) {}

private:
  /// Weight of a point but for the scale, area included.
  double weight(const SurfacePoint &before) const;
  /// Horizontal vector from the axis.
  Vector3 from_axis(const Vector3 &point) const;

  double width;
  Vector3 middle;
  double radius = 0.;
  double scale = 0.; // one over the sum of the weights; 0 without ring
};
} // namespace fusogen

#endif
