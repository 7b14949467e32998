// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_LEAFLET_FRICTION_H
#define FUSOGEN_MECHANICS_LEAFLET_FRICTION_H

#include "mechanics/term.h"

namespace fusogen {
/// Friction between two leaflets, power dissipated int b |v_+ - v_-|^2 dA (Evans and Yeung, Chem.
/// Phys. Lipids 73 (1994) 39); v_+- = v +- s / dt.
template <int dim> class IntermonolayerFriction : public Term<dim> {
public:
  /// @param coefficient b [pN us/nm^3]
  explicit IntermonolayerFriction(double coefficient) : coefficient(coefficient) {}
  std::string name() const override { return "intermonolayer friction"; }
  void add_to(const PointState &p, PointDerivatives &d, const bool second) const override {
    const double factor = 4. * coefficient * p.before.weight / p.dt;
    for (unsigned int c = 0; c < 3; ++c) {
      const unsigned int i = frame::value(c);
      d.leaflets->slip[i] += factor * p.leaflets->slip.value[c];
      if (second)
        d.leaflets->slip_slip[i][i] += factor;
    }
  }
  double dissipated(const PointState &p) const override {
    return 4. * coefficient * p.before.weight * p.leaflets->slip.value.norm_square() / p.dt;
  }

private:
  double coefficient;
};

/// Shear viscosity of the leaflets against their slip; that against their common motion is
/// SurfaceViscosity. A leaflet has half of the membrane's viscosity eta_m and none against
/// dilation: power int 2 eta_m |D(s) - (1/2) tr D(s) P|^2 dA / dt^2 for both.
///
/// Nodes carry three components of the slip, of which the flow along the surface needs two. What is
/// normal to the surface is held by a penalty eta_m / h^2, h the size of the cell, which vanishes
/// with the mesh.
template <int dim> class SlipViscosity : public Term<dim> {
public:
  /// @param viscosity eta_m, of the membrane [pN us/nm]
  explicit SlipViscosity(double viscosity) : viscosity(viscosity) {}
  std::string name() const override { return "slip viscosity"; }
  void add_to(const PointState &p, PointDerivatives &d, const bool second) const override {
    using frame::tangential;
    const double factor = 2. * viscosity * p.before.weight / p.dt, normal_factor = penalty(p);
    const VectorFieldValue &s = p.leaflets->slip;
    const double difference = 0.5 * (s.tangential[0][0] - s.tangential[1][1]),
                 shear = 0.5 * (s.tangential[0][1] + s.tangential[1][0]),
                 across = s.value * p.before.normal;
    FrameVector &first = d.leaflets->slip;
    first[tangential(0, 0)] += factor * difference;
    first[tangential(1, 1)] -= factor * difference;
    first[tangential(0, 1)] += factor * shear;
    first[tangential(1, 0)] += factor * shear;
    for (unsigned int c = 0; c < 3; ++c)
      first[frame::value(c)] += normal_factor * across * p.before.normal[c];
    if (!second)
      return;
    FrameMatrix &matrix = d.leaflets->slip_slip;
    for (unsigned int a = 0; a < 2; ++a)
      for (unsigned int b = 0; b < 2; ++b) {
        matrix[tangential(a, a)][tangential(b, b)] += (a == b ? 0.5 : -0.5) * factor;
        matrix[tangential(a, 1 - a)][tangential(b, 1 - b)] += 0.5 * factor;
      }
    for (unsigned int c = 0; c < 3; ++c)
      for (unsigned int e = 0; e < 3; ++e)
        matrix[frame::value(c)][frame::value(e)] +=
            normal_factor * p.before.normal[c] * p.before.normal[e];
  }
  double dissipated(const PointState &p) const override {
    const VectorFieldValue &s = p.leaflets->slip;
    const double difference = 0.5 * (s.tangential[0][0] - s.tangential[1][1]),
                 shear = 0.5 * (s.tangential[0][1] + s.tangential[1][0]),
                 across = s.value * p.before.normal;
    return 4. * viscosity * p.before.weight / p.dt * (difference * difference + shear * shear) +
           penalty(p) * across * across;
  }

private:
  double penalty(const PointState &p) const {
    return viscosity / (p.leaflets->cell_size * p.leaflets->cell_size) * p.before.weight / p.dt;
  }
  double viscosity;
};
} // namespace fusogen

#endif
