// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/computation_error.h"

#include <sstream>

namespace fusogen {
namespace {
std::string sentence(const std::string &reason, const double time,
                     const std::string &last_good_state) {
  std::ostringstream text;
  text << "the computation failed at " << time << " us: " << reason << "; ";
  if (last_good_state.empty())
    text << "no good state was written";
  else
    text << "the last good state is " << last_good_state;
  return text.str();
}
} // namespace

ComputationError::ComputationError(const std::string &reason, const double time,
                                   const std::string &last_good_state)
    : std::runtime_error(sentence(reason, time, last_good_state)), failure_time(time) {}
} // namespace fusogen
