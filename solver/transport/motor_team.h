// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_TRANSPORT_MOTOR_TEAM_H
#define FUSOGEN_TRANSPORT_MOTOR_TEAM_H

namespace fusogen {
/// The motors of one species on a vesicle. All bound ones share their load equally.
///
/// A motor steps forward, against a load f that pulls it back, with
///   v(f) = v_0 (1 - f / f_s) [ATP] / (K_M(f) + [ATP]),   0 <= f <= f_s,
///   K_M(f) = K_M exp(f / f_K) ,
/// the linear force-velocity relation of Klumpp and Lipowsky, PNAS 102 (2005) 17284, and the
/// Michaelis-Menten kinetics of Visscher, Schnitzer and Block, Nature 400 (1999) 184, who found
/// that K_M rises with the load. A load that pulls forward (f < 0) does not make it faster, and one
/// beyond the stall force drags it slowly backward,
///   v(f) = v_B (1 - f / f_s),   f > f_s,
/// after Mueller, Klumpp and Lipowsky, PNAS 105 (2008) 4609. It unbinds with the rate
///   epsilon(f) = epsilon_0 exp(|f| / f_d) ,
/// and each unbound motor binds with the rate pi_0.
struct MotorTeam {
  int number = 0;                 ///< of motors on the vesicle, bound or not
  int bound_at_start = 0;         ///< of these
  double velocity = 0.;           ///< v_0, without load at any amount of ATP [nm/us]
  double backward_velocity = 0.;  ///< v_B [nm/us], greater than 0
  double michaelis_constant = 0.; ///< K_M without load [uM]; 0: ATP does not matter
  double michaelis_load = 0.;     ///< f_K [pN]; 0: K_M does not depend on the load
  double stall_force = 1.;        ///< f_s [pN]
  double detachment_force = 1.;   ///< f_d [pN]
  double unbinding_rate = 0.;     ///< epsilon_0 [1/us]
  double binding_rate = 0.;       ///< pi_0 [1/us]

  /// v(f) [nm/us], in the motor's own forward direction.
  /// @param load f on one motor [pN]
  /// @param atp  concentration of ATP [uM], greater than 0
  double velocity_under(double load, double atp) const;

  /// The load [pN] under which a motor moves with @p velocity [nm/us], which is not greater than
  /// that without load; the inverse of velocity_under().
  double load_at(double velocity, double atp) const;

  /// epsilon(f) [1/us].
  double unbinding_rate_under(double load) const;
};
} // namespace fusogen

#endif
