// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_COURSE_H
#define FUSOGEN_SCENARIO_COURSE_H

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace fusogen {
/// A number that changes with time: linear between given points, constant before the first and
/// after the last.
class Course {
public:
  Course(std::vector<double> times, std::vector<double> values)
      : times(std::move(times)), values(std::move(values)) {}

  double at(const double time) const {
    if (time <= times.front())
      return values.front();
    for (std::size_t i = 1; i < times.size(); ++i)
      if (time < times[i])
        return values[i - 1] +
               (values[i] - values[i - 1]) * (time - times[i - 1]) / (times[i] - times[i - 1]);
    return values.back();
  }
  /// The longest step from @p time that ends at the next point at the latest and, where the number
  /// changes, takes no more than @p share of the way between two points.
  double longest_step(const double time, const double share) const {
    for (std::size_t i = 0; i < times.size(); ++i)
      if (const double left = times[i] - time; left > 1e-9 * std::abs(times[i])) {
        const bool changes = i > 0 && values[i] != values[i - 1];
        return changes ? std::min(left, share * (times[i] - times[i - 1])) : left;
      }
    return std::numeric_limits<double>::max();
  }
  /// When it has come to its last value.
  double end() const { return times.back(); }

private:
  std::vector<double> times, values;
};
} // namespace fusogen

#endif
