// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_exit_status_h
#define fusogen_base_exit_status_h

namespace fusogen {
/** What the program tells its caller when it ends. These numbers are part of the command line. */
enum ExitStatus : int {
  /** The run reached its end. */
  done = 0,
  /** The input is wrong (UserError). */
  wrong_input = 1,
  /** The computation failed (ComputationError, or an error in the program). */
  computation_failed = 2,
  /** Stopped by a signal or the wall-time limit, with a checkpoint written. */
  stopped = 3
};
} // namespace fusogen

#endif
