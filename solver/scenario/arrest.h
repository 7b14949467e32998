// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_ARREST_H
#define FUSOGEN_SCENARIO_ARREST_H

#include "base/state_archive.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace fusogen {
/// Tells when a shape has stopped: the neck radius and the height have both changed by less than 1
/// % for a given time. A shape that fluctuates has stopped when their means over that time differ
/// by less than 5 % from those over the same time before.
class ArrestWatch {
public:
  /// @param duration that time [us]; 0: it never stops
  ArrestWatch(const double duration, const bool fluctuates)
      : duration(duration), fluctuates(fluctuates) {}

  /// To be called after each step; @p may_stop is false as long as something outside still changes.
  void observe(const double time, const double neck_radius, const double height,
               const bool may_stop) {
    const double step = time - now;
    now = time;
    if (!fluctuates) {
      if (!may_stop || !near({neck_radius, height}, 0.01))
        restart({neck_radius, height});
      has_stopped = duration > 0. && time - start >= duration;
      return;
    }
    if (!may_stop)
      restart({0., 0.});
    sums[0] += step * neck_radius;
    sums[1] += step * height;
    if (duration == 0. || time - start < duration)
      return;
    const std::array<double, 2> means = {sums[0] / (time - start), sums[1] / (time - start)};
    has_stopped = near(means, 0.05);
    restart(means);
  }
  bool stopped() const { return has_stopped; }

  void serialize(StateArchive &state, const std::string &name) {
    state.item(name + ": last change", start);
    state.item(name + ": neck radius", reference[0]);
    state.item(name + ": height", reference[1]);
    state.item(name + ": sum of neck radii", sums[0]);
    state.item(name + ": sum of heights", sums[1]);
    state.item(name + ": time", now);
    state.item(name + ": has stopped", has_stopped);
  }

private:
  bool near(const std::array<double, 2> &values, const double share) const {
    return reference[0] > 0. && std::abs(values[0] / reference[0] - 1.) <= share &&
           std::abs(values[1] / reference[1] - 1.) <= share;
  }
  void restart(const std::array<double, 2> &new_reference) {
    reference = new_reference;
    sums = {0., 0.};
    start = now;
  }

  double duration;
  bool fluctuates;
  bool has_stopped = false;
  double start = 0., now = 0.; // of the time in which nothing moves, or over which is averaged
  std::array<double, 2> reference = {0., 0.}; // neck radius and height then, or their means before
  std::array<double, 2> sums = {0., 0.};      // over time since then
};
} // namespace fusogen

#endif
