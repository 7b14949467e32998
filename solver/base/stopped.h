// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_STOPPED_H
#define FUSOGEN_BASE_STOPPED_H

#include <stdexcept>

namespace fusogen {
/// A run that stops before its end, with a checkpoint from which it can be resumed. The program
/// prints the message, a sentence that says why and where the checkpoint lies, and ends with
/// ExitStatus::stopped.
class Stopped : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};
} // namespace fusogen

#endif
