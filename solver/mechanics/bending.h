// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_BENDING_H
#define FUSOGEN_MECHANICS_BENDING_H

#include "mechanics/term.h"

#include <map>

namespace fusogen {
/// Helfrich bending energy E = int kappa/2 (H - C0)^2 dA, H the SUM of the principal curvatures,
/// positive for a sphere with outward normal (Helfrich, Z. Naturforsch. C 28 (1973) 693).
///
/// Curvature needs second derivatives, which a continuous surface of piecewise polynomials does not
/// have. In the mixed form used here the moment vector b is a field of its own and
///   E = max over b of  int { - |b|^2 / (2 kappa) + C0 nu.b - div_Gamma b } dA + int_edge tau.b dl
///   ,
/// whose maximum b is the L2 projection of kappa (C0 - H) nu, because int H nu.b - int div b + edge
/// = 0 for smooth surfaces (weak curvature: Dziuk, Numer. Math. 111 (2008) 55; with C0: Barrett,
/// Garcke and Nuernberg, SIAM J. Numer. Anal. 54 (2016) 1996). tau is the outward conormal
/// prescribed at an edge with clamped slope. Written as a saddle functional, the discrete force is
/// the exact derivative of the discrete energy. Its second derivatives use the third variation of
/// area, see doc/theory.md.
///
/// Between two leaflets with the potential mu, which is the multiplier of the difference rho of
/// their densities (leaflet_elasticity.h), rho = d H + ... turns kappa/2 (H - C0)^2 into kappa/2 (H
/// - C0)^2 - mu d H: a spontaneous curvature C0 + mu d / kappa, and a part without H.
///
/// Lipids add to C0 and change kappa from place to place, see PointState.
template <int dim> class Bending : public Term<dim> {
public:
  /// @param bending_rigidity kappa [pN nm]
  /// @param spontaneous_curvature C0 [1/nm]
  /// @param neutral_distance d, of the leaflets' neutral surfaces from the mid-surface [nm]; used
  ///   with two leaflets or an area difference
  Bending(double bending_rigidity, double spontaneous_curvature, double neutral_distance = 0.)
      : bending_rigidity(bending_rigidity), spontaneous_curvature(spontaneous_curvature),
        neutral_distance(neutral_distance) {}

  /// Prescribes the outward conormal at a kind of edge, i.e. clamps the slope: its components along
  /// the horizontal normal of the edge (e_r in the meridian) and e_z. Without it the edge is
  /// moment-free, if the moment is also fixed to zero there, see EdgeCondition.
  void clamp(Edge edge, const dealii::Tensor<1, 2> &conormal) { conormals[edge] = conormal; }

  std::string name() const override { return "bending"; }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  void add_to_edge(const EdgePointState &p, EdgePointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;

  double bending_rigidity, spontaneous_curvature, neutral_distance;

private:
  std::map<Edge, dealii::Tensor<1, 2>> conormals;
};
} // namespace fusogen

#endif
