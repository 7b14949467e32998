// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_TRANSPORT_TUG_OF_WAR_H
#define FUSOGEN_TRANSPORT_TUG_OF_WAR_H

#include "transport/motor_team.h"

#include <vector>

namespace fusogen {
/// A vesicle between kinesins, which walk to the plus end of a microtubule, and dyneins, which walk
/// to its minus end; either team may be empty. All bound motors move with the vesicle, at the
/// velocity v (positive towards the plus end) where the forces balance:
///   n_k f_k - n_d f_d = F + gamma v ,   v = v_k(f_k) = -v_d(f_d) ,
/// F the external load, which counts positive against the way to the plus end, gamma the drag of
/// the vesicle (Mueller, Klumpp and Lipowsky, PNAS 105 (2008) 4609).
class TugOfWar {
public:
  /// What the vesicle does while given numbers of motors are bound.
  struct State {
    double velocity;     ///< towards the plus end [nm/us]
    double kinesin_load; ///< on each bound kinesin, against its way [pN]; 0 without any
    double dynein_load;  ///< on each bound dynein, against its way [pN]; 0 without any
    /// Rates at which any motor of a team binds or unbinds [1/us].
    double kinesin_binding, kinesin_unbinding, dynein_binding, dynein_unbinding;
    double total_rate() const {
      return kinesin_binding + kinesin_unbinding + dynein_binding + dynein_unbinding;
    }
  };

  /// @param atp           concentration of ATP [uM], greater than 0
  /// @param external_load F [pN]
  /// @param drag          gamma [pN us/nm], 0 or greater
  TugOfWar(const MotorTeam &kinesin, const MotorTeam &dynein, double atp, double external_load,
           double drag);

  /// Without any bound motor the vesicle is detached, and all numbers are 0.
  const State &state(const int kinesins_bound, const int dyneins_bound) const {
    return states[kinesins_bound * (dynein.number + 1) + dyneins_bound];
  }

  const MotorTeam kinesin, dynein;
  const double atp, external_load, drag;

private:
  State balance(int kinesins_bound, int dyneins_bound) const;

  std::vector<State> states; // there are few, and a run visits each of them often
};

/// Drag 6 pi eta R of a sphere in a viscous fluid, after Stokes [pN us/nm].
/// @param viscosity eta [pN us/nm^2] (= Pa s)
/// @param radius    R [nm]
double stokes_drag(double viscosity, double radius);
} // namespace fusogen

#endif
