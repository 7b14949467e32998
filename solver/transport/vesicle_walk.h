// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_TRANSPORT_VESICLE_WALK_H
#define FUSOGEN_TRANSPORT_VESICLE_WALK_H

#include "base/random_stream.h"
#include "base/state_archive.h"
#include "transport/tug_of_war.h"

#include <cstdint>
#include <limits>

namespace fusogen {
/// A vesicle that motors carry along a track, simulated exactly: between two changes of the number
/// of bound motors it moves at the constant velocity of the TugOfWar, and the changes are drawn one
/// by one with their waiting times (direct method of Gillespie, J. Comput. Phys. 22 (1976) 403).
/// The walk depends on the seed alone, not on the times at which it is looked at.
class VesicleWalk {
public:
  /// Where the walk ends besides detachment; distances towards the plus end [nm].
  struct Limits {
    double minus = -std::numeric_limits<double>::infinity();
    double plus = std::numeric_limits<double>::infinity();
  };
  enum class Ending { none, detached, plus_limit, minus_limit };

  /// Begins at time 0 and distance 0 with the motors that are bound at the start.
  /// @param motors stays where it is as long as the walk
  /// @param run    number of the walk among those of a seed, see RandomStream
  VesicleWalk(const TugOfWar &motors, const Limits &limits, std::uint32_t seed, std::uint32_t run);

  /// Moves on to the next change of the bound motors, to a limit, or to the time @p until [us],
  /// whichever is first. Returns true if something other than @p until was.
  bool advance(double until);

  double time() const { return now; }           ///< [us]
  double distance() const { return travelled; } ///< from the start towards the plus end [nm]
  int kinesins_bound() const { return kinesins; }
  int dyneins_bound() const { return dyneins; }
  /// What the vesicle does now; zero velocity after the end.
  const TugOfWar::State &state() const;
  Ending ending() const { return ended; }
  /// Integral of the number of bound motors of both teams over time [us].
  double bound_time() const { return motor_time; }

  void serialize(StateArchive &state);

private:
  void draw_next_change();
  void change();

  const TugOfWar *motors;
  Limits limits;
  RandomStream random;
  double now = 0., travelled = 0., motor_time = 0.;
  int kinesins, dyneins;
  double next_change = 0.; // time at which the motors bound now change
  Ending ended = Ending::none;
};
} // namespace fusogen

#endif
