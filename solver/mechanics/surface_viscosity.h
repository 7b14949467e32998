// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_SURFACE_VISCOSITY_H
#define FUSOGEN_MECHANICS_SURFACE_VISCOSITY_H

#include "mechanics/term.h"

namespace fusogen {
/// Shear viscosity of the bilayer as a two-dimensional fluid: power dissipated int 2 eta_m D:D dA
/// with D = P (grad v + grad v^T)/2 P, which contains the normal velocity times the shape operator
/// (Arroyo and DeSimone, Phys. Rev. E 79 (2009) 031915).
template <int dim> class SurfaceViscosity : public Term<dim> {
public:
  /// @param viscosity eta_m [pN us/nm] of the whole bilayer
  explicit SurfaceViscosity(double viscosity) : viscosity(viscosity) {}
  std::string name() const override { return "surface viscosity"; }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double dissipated(const PointState &p) const override;

  double viscosity;
};
} // namespace fusogen

#endif
