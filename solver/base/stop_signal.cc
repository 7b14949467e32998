// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/stop_signal.h"

#include <csignal>

namespace fusogen {
namespace {
volatile std::sig_atomic_t received = 0;

extern "C" void remember(const int number) { received = number; }
} // namespace

void watch_for_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  // What the process is doing, as writing a file, goes on undisturbed.
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGTERM, SIGUSR1})
    sigaction(number, &action, nullptr);
}

int stop_signal() { return received; }

std::string stop_signal_name(const int number) { return number == SIGTERM ? "SIGTERM" : "SIGUSR1"; }
} // namespace fusogen
