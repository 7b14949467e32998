// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transport/tug_of_war.h"

#include <cmath>

namespace fusogen {
TugOfWar::TugOfWar(const MotorTeam &kinesin, const MotorTeam &dynein, const double atp,
                   const double external_load, const double drag)
    : kinesin(kinesin), dynein(dynein), atp(atp), external_load(external_load), drag(drag) {
  for (int k = 0; k <= kinesin.number; ++k)
    for (int d = 0; d <= dynein.number; ++d)
      states.push_back(balance(k, d));
}

TugOfWar::State TugOfWar::balance(const int n_k, const int n_d) const {
  State state{};
  if (n_k == 0 && n_d == 0)
    return state;
  // The force that drives the vesicle towards the plus end at a velocity; it falls with the
  // velocity.
  const auto excess = [&](const double v) {
    double force = -external_load - drag * v;
    if (n_k > 0)
      force += n_k * kinesin.load_at(v, atp);
    if (n_d > 0)
      force -= n_d * dynein.load_at(-v, atp);
    return force;
  };
  // No motor is faster than without load. Without a team that sets this bound the velocity is
  // somewhere beyond that of the other team.
  double high, low;
  if (n_k > 0)
    high = kinesin.velocity_under(0., atp);
  else
    for (high = dynein.velocity_under(0., atp); excess(high) > 0.;)
      high *= 2.;
  if (n_d > 0)
    low = -dynein.velocity_under(0., atp);
  else
    for (low = -kinesin.velocity_under(0., atp); excess(low) < 0.;)
      low *= 2.;

  double &v = state.velocity;
  if (n_k > 0 && excess(high) >= 0.)
    v = high; // pulled forward
  else if (n_d > 0 && excess(low) <= 0.)
    v = low;
  else {
    // To round-off of the velocities at hand; the root may be 0.
    const double tolerance = 1e-16 * (high - low);
    do {
      v = 0.5 * (low + high);
      const double force = excess(v);
      if (force == 0.)
        break;
      (force > 0. ? low : high) = v;
    } while (high - low > tolerance && v != 0.5 * (low + high));
  }

  // From the balance where a team is alone or is pulled forward, since its load is then not a
  // function of the velocity.
  const double resistance = external_load + drag * v;
  if (n_d == 0)
    state.kinesin_load = resistance / n_k;
  else if (n_k == 0)
    state.dynein_load = -resistance / n_d;
  else {
    const bool kinesins_pulled = v == kinesin.velocity_under(0., atp);
    const bool dyneins_pulled = v == -dynein.velocity_under(0., atp);
    if (kinesins_pulled) {
      state.dynein_load = dynein.load_at(-v, atp);
      state.kinesin_load = (resistance + n_d * state.dynein_load) / n_k;
    } else {
      state.kinesin_load = kinesin.load_at(v, atp);
      state.dynein_load =
          dyneins_pulled ? (n_k * state.kinesin_load - resistance) / n_d : dynein.load_at(-v, atp);
    }
  }
  state.kinesin_binding = (kinesin.number - n_k) * kinesin.binding_rate;
  state.dynein_binding = (dynein.number - n_d) * dynein.binding_rate;
  if (n_k > 0)
    state.kinesin_unbinding = n_k * kinesin.unbinding_rate_under(state.kinesin_load);
  if (n_d > 0)
    state.dynein_unbinding = n_d * dynein.unbinding_rate_under(state.dynein_load);
  return state;
}

double stokes_drag(const double viscosity, const double radius) {
  return 6. * M_PI * viscosity * radius;
}
} // namespace fusogen
