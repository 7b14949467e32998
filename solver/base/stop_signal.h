// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_STOP_SIGNAL_H
#define FUSOGEN_BASE_STOP_SIGNAL_H

#include <string>

namespace fusogen {
/// From here on SIGTERM (kill, scancel) and SIGUSR1 (the warning of a batch system that the time is
/// nearly over) no longer end the process but are remembered, so that the run can write a
/// checkpoint before it stops.
void watch_for_stop_signals();

/// The number of the signal that asked this process to stop; 0 if none did. Not every process of a
/// parallel run need have received it.
int stop_signal();

/// "SIGTERM" or "SIGUSR1".
std::string stop_signal_name(int number);
} // namespace fusogen

#endif
