// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

#include <iostream>

#include <unistd.h>

namespace fusogen {
Log &Log::instance() {
  static Log log(std::cout, std::cerr, isatty(STDOUT_FILENO) == 1);
  return log;
}

Log::Log(std::ostream &output, std::ostream &errors, const bool terminal)
    : output(output), errors(errors), terminal(terminal) {}

void Log::set_rank(const unsigned int rank) { first_process = (rank == 0); }

void Log::set_quiet(const bool new_quiet) { quiet = new_quiet; }

void Log::set_progress_interval(const double seconds) { progress_interval = seconds; }

void Log::information(const std::string &line) {
  if (!first_process || quiet)
    return;
  finish_progress();
  output << line << std::endl;
}

void Log::progress(const std::string &line, const bool always) {
  if (!first_process || quiet)
    return;
  if (terminal) {
    // Return to the first column and erase what a longer text left behind.
    output << '\r' << line << "\033[K" << std::flush;
    progress_open = true;
    return;
  }
  const Clock::time_point now = Clock::now();
  const std::chrono::duration<double> since = now - last_progress;
  if (always || !progress_shown || since.count() >= progress_interval) {
    output << line << std::endl;
    last_progress = now;
    progress_shown = true;
  }
}

void Log::finish_progress() {
  if (progress_open)
    output << std::endl;
  progress_open = false;
}

void Log::warning(const std::string &sentence) {
  if (!first_process)
    return;
  finish_progress();
  errors << "warning: " << sentence << std::endl;
}

void Log::error(const std::string &sentence) {
  if (!first_process)
    return;
  finish_progress();
  errors << "error: " << sentence << std::endl;
}
} // namespace fusogen
