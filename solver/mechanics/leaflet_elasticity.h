// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_LEAFLET_ELASTICITY_H
#define FUSOGEN_MECHANICS_LEAFLET_ELASTICITY_H

#include "mechanics/term.h"
#include "mechanics/variations.h"

#include <cmath>

namespace fusogen {
/// Area elasticity of two leaflets that slide along each other (Seifert and Langer, Europhys. Lett.
/// 23 (1993) 71; Rahimi and Arroyo, Phys. Rev. E 86 (2012) 011932). rho = (rho_+ - rho_-) / 2 is
/// the difference of the leaflets' densities per area of the mid-surface, outer minus inner,
/// relative to the density at rest. At its neutral surface, at the distance d, a leaflet is
/// stretched by what curvature H asks of it, so that
///   E = int K_m (rho - d H)^2 dA ,
/// K_m the area modulus of one leaflet; the mean of the two densities is kept by the
/// inextensibility. The content R_j = int rho q_j dA of the scalar shape functions q_j is what is
/// conserved; in a step with the slip s (half the relative displacement) on the old surface it
/// becomes
///   int rho q_j dA = R_j + int s . grad q_j dA .
/// The potential mu is the multiplier of these equations, a scalar field of its own; eliminating
/// rho = d H + mu / (2 K_m) leaves
///   L += int { - mu d H - mu^2 / (4 K_m) } dA + sum_j mu_j R_j + int s . grad mu dA (old surface).
/// The first part is in Bending, R is state of the FlowSystem, the rest is here. All limits of K_m
/// and of the friction are regular.
///
/// If leaflets exchange molecules along the membrane at once (Leaflets::area_difference), mu is one
/// number and only the sum R0 of all R_j is kept. What is left is the area-difference elasticity
///   E = K_m / A (d int H dA - R0)^2 ,
/// see doc/theory.md. The slip is zero then, and FlowSystem adds mu R0.
template <int dim> class LeafletElasticity : public Term<dim> {
public:
  /// @param area_modulus K_m, of one leaflet [pN/nm]
  explicit LeafletElasticity(double area_modulus) : area_modulus(area_modulus) {}
  std::string name() const override { return "leaflet elasticity"; }
  void add_to(const PointState &p, PointDerivatives &d, const bool second) const override {
    const double dA = p.now.weight, mu = p.leaflets->potential, density = -mu / (2. * area_modulus);
    LeafletDerivatives &leaflets = *d.leaflets;
    add_variation_of_area(0.5 * dA * mu * density, d.displacement_now);
    leaflets.potential += dA * density;
    const double dA_before = p.before.weight;
    const Vector2 &gradient = p.leaflets->potential_gradient;
    for (unsigned int a = 0; a < 2; ++a) {
      for (unsigned int c = 0; c < 3; ++c)
        leaflets.slip[frame::value(c)] += dA_before * gradient[a] * p.before.tangents[a][c];
      leaflets.potential_gradient[a] += dA_before * (p.leaflets->slip.value * p.before.tangents[a]);
    }
    if (!second)
      return;
    add_second_variation_of_area(0.5 * dA * mu * density, d.now_now);
    add_variation_of_area(dA * density, leaflets.potential_now);
    leaflets.potential_potential -= dA / (2. * area_modulus);
    leaflets.slip_gradient += dA_before;
  }
  double energy(const PointState &p) const override {
    return p.now.weight * std::pow(p.leaflets->potential, 2) / (4. * area_modulus);
  }

  double leaflet_modulus() const override { return area_modulus; }

private:
  double area_modulus;
};
} // namespace fusogen

#endif
