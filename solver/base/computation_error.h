// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_computation_error_h
#define fusogen_base_computation_error_h

#include <stdexcept>
#include <string>

namespace fusogen {
/**
 * A computation that was set up correctly but cannot go on, for instance because no time step is
 * small enough. The program prints the message and ends with ExitStatus::computation_failed.
 */
class ComputationError : public std::runtime_error {
public:
  /**
   * @param reason          what failed, and why as far as it is known; no full stop at the end
   * @param time            physical time of the failure [us]
   * @param last_good_state where the last good state lies, as a phrase that follows "the last good
   *                        state is", such as "the output at 12.5 us in results/surface.pvd"; empty
   *                        if none was written
   */
  ComputationError(const std::string &reason, double time, const std::string &last_good_state);

  /** Physical time of the failure [us]. */
  double time() const { return failure_time; }

private:
  double failure_time;
};
} // namespace fusogen

#endif
