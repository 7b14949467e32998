// SPDX-License-Identifier: LGPL-2.1-or-later
// FUSOGEN_ASSERT is tested here in every build, whatever the preset says.
#ifndef FUSOGEN_ASSERTIONS
#define FUSOGEN_ASSERTIONS
#endif
#include "base/assertion.h"
#include "base/computation_error.h"
#include "base/exit_status.h"
#include "base/user_error.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace fusogen;

BOOST_AUTO_TEST_CASE(computation_error_tells_what_when_and_where_to_go_on) {
  const ComputationError error("the time step fell below 1e-9 us", 12.5,
                               "the output at 12 us in results/surface.pvd");
  BOOST_TEST(error.what() == "the computation failed at 12.5 us: the time step fell below 1e-9 us; "
                             "the last good state is the output at 12 us in results/surface.pvd");
  BOOST_TEST(error.time() == 12.5);
}

BOOST_AUTO_TEST_CASE(computation_error_says_if_no_state_was_written) {
  const ComputationError error("the solve did not converge", 0., "");
  BOOST_TEST(
      error.what() ==
      "the computation failed at 0 us: the solve did not converge; no good state was written");
}

BOOST_AUTO_TEST_CASE(assertion_names_place_message_and_condition) {
  const int leaflets = 3;
  BOOST_CHECK_NO_THROW(FUSOGEN_ASSERT(leaflets > 2, "never seen"));
  BOOST_CHECK_EXCEPTION(FUSOGEN_ASSERT(leaflets == 2, "a bilayer has two leaflets"), AssertionError,
                        [](const AssertionError &error) {
                          const std::string text = error.what();
                          return text.find("base_errors.cc:") != std::string::npos &&
                                 text.find("a bilayer has two leaflets") != std::string::npos &&
                                 text.find("leaflets == 2 is false") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(exit_status_is_the_contract_of_the_command_line) {
  BOOST_TEST(static_cast<int>(ExitStatus::done) == 0);
  BOOST_TEST(static_cast<int>(ExitStatus::wrong_input) == 1);
  BOOST_TEST(static_cast<int>(ExitStatus::computation_failed) == 2);
  BOOST_TEST(static_cast<int>(ExitStatus::stopped) == 3);
}
