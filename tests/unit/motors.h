// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Motors that several tests use.
#pragma once

#include "transport/motor_team.h"

namespace fusogen::test {
// One of the motors is bound at the start.

/// Velocity, rates and forces of Klumpp and Lipowsky, PNAS 102 (2005) 17284, and, with the backward
/// velocity, of Mueller, Klumpp and Lipowsky, PNAS 105 (2008) 4609: 1 um/s, 1/s, 5/s, 6 pN, 3 pN.
inline MotorTeam kinesin(const int number) {
  MotorTeam team;
  team.number = number;
  team.bound_at_start = 1;
  team.velocity = 1e-3;
  team.backward_velocity = 6e-6;
  team.stall_force = 6.;
  team.detachment_force = 3.;
  team.unbinding_rate = 1e-6;
  team.binding_rate = 5e-6;
  return team;
}

/// Those of Mueller, Klumpp and Lipowsky, PNAS 105 (2008) 4609.
inline MotorTeam dynein(const int number) {
  MotorTeam team;
  team.number = number;
  team.bound_at_start = 1;
  team.velocity = 0.65e-3;
  team.backward_velocity = 72e-6;
  team.stall_force = 1.1;
  team.detachment_force = 0.75;
  team.unbinding_rate = 0.27e-6;
  team.binding_rate = 1.6e-6;
  return team;
}
} // namespace fusogen::test
