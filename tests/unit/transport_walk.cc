// SPDX-License-Identifier: LGPL-2.1-or-later
// One walk of a vesicle: it is the same however it is looked at, and ends where it should.
#include "motors.h"
#include "transport/run_ensemble.h"
#include "transport/vesicle_walk.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace fusogen;
using fusogen::test::kinesin;

namespace {
const MotorTeam nobody;
constexpr double forever = 1e12;
using Ending = VesicleWalk::Ending;

void finish(VesicleWalk &walk) {
  while (walk.advance(forever)) {
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(same_seed_same_walk) {
  const TugOfWar motors(kinesin(3), kinesin(2), 1., 0., 5.);
  VesicleWalk walk(motors, {}, 5, 0), again(motors, {}, 5, 0), other(motors, {}, 6, 0),
      other_run(motors, {}, 5, 1);
  for (VesicleWalk *each : {&walk, &again, &other, &other_run})
    finish(*each);
  BOOST_TEST(walk.distance() == again.distance());
  BOOST_TEST(walk.time() == again.time());
  BOOST_TEST(walk.time() != other.time());
  BOOST_TEST(walk.time() != other_run.time());
}

// Looking at a walk in between changes its sums by round-off only, and no random number.
BOOST_AUTO_TEST_CASE(walk_does_not_depend_on_outputs) {
  const TugOfWar motors(kinesin(3), nobody, 1., 2., 5.);
  VesicleWalk walk(motors, {}, 5, 0), watched(motors, {}, 5, 0);
  finish(walk);
  for (double t = 0.; watched.ending() == Ending::none; t += 1234.5)
    while (watched.advance(t)) {
    }
  BOOST_TEST(watched.time() == walk.time());
  BOOST_TEST(watched.distance() == walk.distance(), boost::test_tools::tolerance(1e-10));
  BOOST_TEST(watched.bound_time() == walk.bound_time(), boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(resumed_walk_is_the_same) {
  const TugOfWar motors(kinesin(3), kinesin(3), 1., 0., 5.);
  VesicleWalk walk(motors, {}, 9, 0);
  for (int i = 0; i < 20 && walk.advance(forever); ++i) {
  }
  StateArchive saved;
  walk.serialize(saved);
  StateArchive loaded(saved.values());
  VesicleWalk resumed(motors, {}, 1, 1);
  resumed.serialize(loaded);
  finish(walk);
  finish(resumed);
  BOOST_TEST(resumed.time() == walk.time());
  BOOST_TEST(resumed.distance() == walk.distance());
  BOOST_TEST((resumed.ending() == Ending::detached));
}

BOOST_AUTO_TEST_CASE(motion_between_changes) {
  const TugOfWar motors(kinesin(1), nobody, 1., 3., 0.); // half of the velocity
  VesicleWalk walk(motors, {}, 1, 0);
  BOOST_TEST(!walk.advance(1e-3)); // so early that nothing happens
  BOOST_TEST(walk.time() == 1e-3);
  BOOST_TEST(walk.distance() == 0.5e-6, boost::test_tools::tolerance(1e-10));
  finish(walk);
  BOOST_TEST((walk.ending() == Ending::detached));
  BOOST_TEST(walk.kinesins_bound() == 0);
  BOOST_TEST(walk.distance() == 0.5e-3 * walk.time(), boost::test_tools::tolerance(1e-10));
  BOOST_TEST(walk.bound_time() == walk.time(), boost::test_tools::tolerance(1e-10));
  BOOST_TEST(walk.state().velocity == 0.);
  BOOST_TEST(!walk.advance(2. * walk.time())); // nothing moves any more
}

BOOST_AUTO_TEST_CASE(ends_of_the_track) {
  const TugOfWar forward(kinesin(1), nobody, 1., 0., 0.), backward(nobody, kinesin(1), 1., 0., 0.);
  const VesicleWalk::Limits limits{-0.5, 0.25}; // nm: reached before anything else happens
  VesicleWalk up(forward, limits, 1, 0), down(backward, limits, 1, 0);
  BOOST_TEST(up.advance(forever));
  BOOST_TEST((up.ending() == Ending::plus_limit));
  BOOST_TEST(up.distance() == 0.25);
  BOOST_TEST(up.time() == 250., boost::test_tools::tolerance(1e-12));
  BOOST_TEST(down.advance(forever));
  BOOST_TEST((down.ending() == Ending::minus_limit));
  BOOST_TEST(down.time() == 500., boost::test_tools::tolerance(1e-12));
  // A walk that begins at an end and goes beyond it is over at once.
  VesicleWalk none(backward, {0., 1.}, 1, 0);
  finish(none);
  BOOST_TEST((none.ending() == Ending::minus_limit));
  BOOST_TEST(none.time() == 0.);
}

BOOST_AUTO_TEST_CASE(sample_mean_and_error) {
  const Estimate result = estimate({1., 2., 3., 6.});
  BOOST_TEST(result.mean == 3.);
  BOOST_TEST(result.standard_error == std::sqrt(14. / 3. / 4.),
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(std::isnan(estimate({1.}).standard_error));
}

BOOST_AUTO_TEST_CASE(ensembles) {
  const TugOfWar motors(kinesin(2), nobody, 1., 0., 0.);
  const RunEnsemble a = simulate_runs(motors, 100, forever, 3),
                    b = simulate_runs(motors, 100, forever, 3);
  BOOST_TEST(a.run_length.mean == b.run_length.mean);
  BOOST_TEST(a.cut_off == 0);
  BOOST_TEST(a.velocity == 1e-3, boost::test_tools::tolerance(1e-10));
  BOOST_TEST(a.motors_bound >= 1.);
  BOOST_TEST(a.motors_bound <= 2.);
  // The first run of an ensemble is the walk number 0.
  VesicleWalk walk(motors, {}, 3, 0);
  finish(walk);
  BOOST_TEST(simulate_runs(motors, 1, forever, 3).run_length.mean == walk.distance());
  // A limit of time cuts runs off, and says so.
  const RunEnsemble cut = simulate_runs(motors, 100, 1e5, 3);
  BOOST_TEST(cut.cut_off > 50);
  BOOST_TEST(cut.run_length.mean <= 100.);
}
