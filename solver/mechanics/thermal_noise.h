// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_THERMAL_NOISE_H
#define FUSOGEN_MECHANICS_THERMAL_NOISE_H

#include "base/random_stream.h"
#include "geometry/membrane.h"

namespace fusogen {
/// The forces by which molecules jostle a membrane, in equilibrium with its friction
/// (fluctuation-dissipation theorem; Landau and Lifshitz, Statistical Physics 2, 88): a random
/// stress on the viscous membrane and a random force where there is drag,
///   delta F[w] = int { s : D(w) + f . w } dA ,
///   <s_ij s_kl> = 2 kT eta_m (d_ik d_jl + d_il d_jk) delta(x - x') delta(t - t') ,
///   <f_i f_j>   = 2 kT xi d_ij delta(x - x') delta(t - t') .
/// At quadrature points, whose weight takes the place of 1 / delta(x - x') and the step that of 1 /
/// delta(t - t'), the forces on the nodes have exactly the covariance 2 kT / dt times the matrix of
/// the friction. A membrane in the meridian is jostled axisymmetrically.
template <int dim> class ThermalNoise {
public:
  /// @param kT [pN nm]
  /// @param viscosity eta_m [pN us/nm] and @param drag xi [pN us/nm^3] of the terms of the flow
  /// @param seed the same seed gives the same forces, on any number of processes
  /// @param shortest_wave in the meridian stress and force have no waves along it that are shorter
  /// than this [nm]: both are sums of cosines of the arc length s over sqrt(2 pi r), the first ones
  /// of those that together are uncorrelated. 0: down to the mesh.
  ThermalNoise(double kT, double viscosity, double drag, std::uint32_t seed,
               double shortest_wave = 0.)
      : kT(kT), viscosity(viscosity), drag(drag), shortest_wave(shortest_wave), seed(seed) {}

  /// New forces on the nodes of the membrane as it is, for a time step dt [us] (position space,
  /// owned) [pN].
  Vector draw(const Membrane<dim> &membrane, double dt);

  /// How often it has been drawn.
  void serialize(StateArchive &state) { state.item("thermal noise: draws", n_draws); }

private:
  double kT, viscosity, drag, shortest_wave;
  std::uint32_t seed;
  std::size_t n_draws = 0;
};
} // namespace fusogen

#endif
