// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace fusogen;

namespace {
struct Streams {
  std::ostringstream output;
  std::ostringstream errors;
};
} // namespace

BOOST_FIXTURE_TEST_CASE(lines_and_warnings_take_their_streams, Streams) {
  Log log(output, errors, false);
  log.information("reading");
  log.warning("the mesh is coarse");
  log.error("no such file");
  BOOST_TEST(output.str() == "reading\n");
  BOOST_TEST(errors.str() == "warning: the mesh is coarse\nerror: no such file\n");
}

BOOST_FIXTURE_TEST_CASE(progress_on_a_terminal_rewrites_one_line, Streams) {
  Log log(output, errors, true);
  log.progress("t = 1 us");
  log.progress("t = 2");
  BOOST_TEST(output.str() == "\rt = 1 us\033[K\rt = 2\033[K");
  log.information("done");
  BOOST_TEST(output.str() == "\rt = 1 us\033[K\rt = 2\033[K\ndone\n");
  log.finish_progress();
  BOOST_TEST(output.str() == "\rt = 1 us\033[K\rt = 2\033[K\ndone\n");
}

BOOST_FIXTURE_TEST_CASE(warning_does_not_overwrite_the_progress_line, Streams) {
  Log log(output, errors, true);
  log.progress("t = 1 us");
  log.warning("small step");
  BOOST_TEST(output.str() == "\rt = 1 us\033[K\n");
}

BOOST_FIXTURE_TEST_CASE(progress_in_a_file_is_rare, Streams) {
  Log log(output, errors, false);
  log.set_progress_interval(3600.);
  log.progress("first");
  log.progress("too soon");
  log.progress("an output", true);
  log.progress("too soon again");
  BOOST_TEST(output.str() == "first\nan output\n");
  log.set_progress_interval(0.);
  log.progress("now");
  BOOST_TEST(output.str() == "first\nan output\nnow\n");
}

BOOST_FIXTURE_TEST_CASE(quiet_keeps_warnings, Streams) {
  Log log(output, errors, false);
  log.set_quiet(true);
  log.information("hidden");
  log.progress("hidden", true);
  log.warning("seen");
  BOOST_TEST(output.str() == "");
  BOOST_TEST(errors.str() == "warning: seen\n");
}

BOOST_FIXTURE_TEST_CASE(only_the_first_process_speaks, Streams) {
  Log log(output, errors, true);
  log.set_rank(1);
  log.information("hidden");
  log.progress("hidden", true);
  log.finish_progress();
  log.warning("hidden");
  log.error("hidden");
  BOOST_TEST(output.str() == "");
  BOOST_TEST(errors.str() == "");
}
