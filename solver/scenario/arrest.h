// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_ARREST_H
#define FUSOGEN_SCENARIO_ARREST_H

#include "base/state_archive.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fusogen {
/// Tells when a shape has stopped: the neck radius and the height have both changed by less than 1
/// % for a given time.
class ArrestWatch {
public:
  /// @param duration that time [us]; 0: it never stops
  explicit ArrestWatch(const double duration) : duration(duration) {}

  /// To be called after each step; @p may_stop is false as long as something outside still changes.
  void observe(const double time, const double neck_radius, const double height,
               const bool may_stop) {
    const bool moved = std::abs(neck_radius / reference[1] - 1.) > share ||
                       std::abs(height / reference[2] - 1.) > share;
    if (!(reference[1] > 0.) || moved || !may_stop)
      reference = {time, neck_radius, height};
    now = time;
  }
  bool stopped() const { return duration > 0. && now - reference[0] >= duration; }

  void serialize(StateArchive &state) {
    state.item("arrest: last change", reference[0]);
    state.item("arrest: neck radius", reference[1]);
    state.item("arrest: height", reference[2]);
    state.item("arrest: time", now);
  }

private:
  static constexpr double share = 0.01;
  double duration;
  std::array<double, 3> reference = {0., 0., 0.}; // time, neck radius, height at the last change
  double now = 0.;
};
} // namespace fusogen

#endif
