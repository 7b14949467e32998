// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_log_h
#define fusogen_base_log_h

#include <chrono>
#include <iosfwd>
#include <string>

namespace fusogen {
/**
 * What the program says while it runs: lines of information and one progress line on standard
 * output, warnings and errors on standard error. Only the first process of a parallel run speaks.
 *
 * On a terminal the progress line is rewritten in place; elsewhere (a file, a batch system) it
 * becomes a line at most every few seconds, so that logs stay short.
 */
class Log {
public:
  /** The log of the program, on std::cout and std::cerr. */
  static Log &instance();

  /**
   * A log on other streams, for tests.
   * @param terminal whether @p output is a terminal, on which a line can be rewritten
   */
  Log(std::ostream &output, std::ostream &errors, bool terminal);

  /** Tells which MPI process this is; all but rank 0 are silent from here on. */
  void set_rank(unsigned int rank);

  /** Drops information and progress; warnings and errors are still printed. */
  void set_quiet(bool quiet);

  /** Least wall time between two progress lines that are not on a terminal [s]; 10 s at first. */
  void set_progress_interval(double seconds);

  /** Prints a line of information. */
  void information(const std::string &line);

  /**
   * Shows how far the run is.
   * @param line   the text, without a line break
   * @param always print also off a terminal even if the last line is recent, as at each output time
   */
  void progress(const std::string &line, bool always = false);

  /** Leaves the progress line standing and goes to a fresh line; for the end of a run. */
  void finish_progress();

  /** Prints "warning: ..." on the error stream. */
  void warning(const std::string &sentence);

  /** Prints "error: ..." on the error stream. */
  void error(const std::string &sentence);

private:
  using Clock = std::chrono::steady_clock;

  std::ostream &output;
  std::ostream &errors;
  bool terminal;
  bool first_process = true;
  bool quiet = false;
  double progress_interval = 10.;
  bool progress_shown = false;
  bool progress_open = false;
  Clock::time_point last_progress;
};
} // namespace fusogen

#endif
