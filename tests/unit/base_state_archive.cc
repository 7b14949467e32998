// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/state_archive.h"
#include "base/stop_signal.h"
#include "base/user_error.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <csignal>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fusogen;

namespace {
enum class Colour { red, green };

struct Story {
  double time = 0.1;
  unsigned int steps = 4000000000u;
  bool fused = true;
  Colour colour = Colour::green;
  std::string random = "17 4\n\"x\"";
  std::vector<double> amounts = {1. / 3., -0., 1e-310};

  void serialize(StateArchive &state) {
    state.item("time", time);
    state.item("steps", steps);
    state.item("fused", fused);
    state.item("colour", colour);
    state.item("random state", random);
    state.item("amounts", amounts);
  }
};
} // namespace

BOOST_AUTO_TEST_CASE(everything_comes_back) {
  StateArchive saved;
  Story story;
  story.serialize(saved);
  BOOST_TEST(!saved.loading());

  StateArchive loaded(saved.values());
  BOOST_TEST(loaded.loading());
  Story other{0., 0, false, Colour::red, "", {}};
  other.serialize(loaded);
  BOOST_TEST(other.time == story.time);
  BOOST_TEST(other.steps == story.steps);
  BOOST_TEST(other.fused);
  BOOST_CHECK(other.colour == Colour::green);
  BOOST_TEST(other.random == story.random);
  BOOST_TEST(other.amounts == story.amounts);
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_known) {
  StateArchive saved;
  double time = 1.;
  saved.item("time", time);
  BOOST_CHECK_THROW(saved.item("time", time), std::logic_error);

  StateArchive loaded(saved.values());
  BOOST_CHECK_EXCEPTION(loaded.item("energy", time), UserError, [](const UserError &error) {
    return std::string(error.what()).find("no \"energy\"") != std::string::npos;
  });
  // A text where a number is wanted is as good as nothing.
  std::string text;
  BOOST_CHECK_THROW(loaded.item("time", text), UserError);
}

BOOST_AUTO_TEST_CASE(signals_are_remembered) {
  watch_for_stop_signals();
  BOOST_TEST(stop_signal() == 0);
  std::raise(SIGUSR1);
  BOOST_TEST(stop_signal() == SIGUSR1);
  BOOST_TEST(stop_signal_name(stop_signal()) == "SIGUSR1");
  std::raise(SIGTERM);
  BOOST_TEST(stop_signal_name(stop_signal()) == "SIGTERM");
}
