// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transport/motor_team.h"

#include "base/assertion.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
double MotorTeam::velocity_under(const double load, const double atp) const {
  if (load > stall_force)
    return backward_velocity * (1. - load / stall_force);
  const double against = std::max(load, 0.);
  const double constant = michaelis_load > 0.
                              ? michaelis_constant * std::exp(against / michaelis_load)
                              : michaelis_constant;
  return velocity * (1. - against / stall_force) * (atp / (constant + atp));
}

double MotorTeam::load_at(const double wanted, const double atp) const {
  FUSOGEN_ASSERT(wanted <= velocity_under(0., atp), "no load makes a motor faster");
  if (wanted <= 0.)
    return stall_force * (1. - wanted / backward_velocity);
  if (michaelis_load == 0.)
    return stall_force * (1. - wanted / velocity_under(0., atp));
  double low = 0., high = stall_force;
  for (;;) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high)
      return middle;
    (velocity_under(middle, atp) > wanted ? low : high) = middle;
  }
}

double MotorTeam::unbinding_rate_under(const double load) const {
  // Beyond this exponent unbinding is instantaneous on any clock, and the rate stays a number.
  constexpr double largest_exponent = 500.;
  return unbinding_rate * std::exp(std::min(std::abs(load) / detachment_force, largest_exponent));
}
} // namespace fusogen
