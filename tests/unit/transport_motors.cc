// SPDX-License-Identifier: LGPL-2.1-or-later
// Motors, their balance of forces, tracks and random numbers.
#include "base/random_stream.h"
#include "base/user_error.h"
#include "motors.h"
#include "transport/track.h"
#include "transport/tug_of_war.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <vector>

#include <unistd.h>

using namespace fusogen;
using fusogen::test::dynein, fusogen::test::kinesin;

namespace {
constexpr double atp = 1000.; // uM
const MotorTeam nobody;

// What is left of the balance of forces, relative to the forces in it.
double imbalance(const TugOfWar &motors, const int n_k, const int n_d) {
  const auto &state = motors.state(n_k, n_d);
  const double pull = n_k * state.kinesin_load - n_d * state.dynein_load;
  const double resistance = motors.external_load + motors.drag * state.velocity;
  const double scale = std::abs(n_k * state.kinesin_load) + std::abs(n_d * state.dynein_load) +
                       std::abs(motors.external_load) + std::abs(motors.drag * state.velocity);
  return std::abs(pull - resistance) / scale;
}
} // namespace

BOOST_AUTO_TEST_CASE(michaelis_menten) {
  MotorTeam motor = kinesin(1);
  motor.michaelis_constant = 88.;
  for (const double c : {1., 20., 88., 500., 1e6})
    BOOST_TEST(motor.velocity_under(0., c) == 1e-3 * c / (88. + c),
               boost::test_tools::tolerance(1e-14));
  // Without load dependence the load and ATP act independently.
  BOOST_TEST(motor.velocity_under(3., 88.) == 0.25e-3, boost::test_tools::tolerance(1e-14));
  // K_M rises e-fold with each f_K.
  motor.michaelis_load = 2.;
  const double constant = 88. * std::exp(1.5);
  BOOST_TEST(motor.velocity_under(3., constant) == 0.25e-3, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(motor.velocity_under(0., 88.) == 0.5e-3, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(force_velocity_and_its_inverse) {
  for (const double michaelis_load : {0., 2.}) {
    MotorTeam motor = kinesin(1);
    motor.michaelis_constant = 88.;
    motor.michaelis_load = michaelis_load;
    BOOST_TEST(motor.velocity_under(6., atp) == 0.);
    BOOST_TEST(motor.velocity_under(12., atp) == -6e-6, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(motor.velocity_under(-5., atp) == motor.velocity_under(0., atp));
    for (const double load : {0.1, 1., 3., 5.9, 6., 7., 50.})
      BOOST_TEST(motor.load_at(motor.velocity_under(load, atp), atp) == load,
                 boost::test_tools::tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(unbinding_under_load) {
  const MotorTeam motor = kinesin(1);
  BOOST_TEST(motor.unbinding_rate_under(0.) == 1e-6);
  BOOST_TEST(motor.unbinding_rate_under(3.) == 1e-6 * std::exp(1.),
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(motor.unbinding_rate_under(-3.) == motor.unbinding_rate_under(3.));
  BOOST_TEST(std::isfinite(motor.unbinding_rate_under(1e9)));
}

BOOST_AUTO_TEST_CASE(equal_motors_share_the_load) {
  const double load = 7.;
  const TugOfWar motors(kinesin(4), nobody, atp, load, 0.);
  for (int n = 1; n <= 4; ++n) {
    const auto &state = motors.state(n, 0);
    BOOST_TEST(state.kinesin_load == load / n, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(state.velocity == kinesin(4).velocity_under(load / n, atp),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(state.kinesin_unbinding == n * 1e-6 * std::exp(load / n / 3.),
               boost::test_tools::tolerance(1e-13));
    BOOST_TEST(state.kinesin_binding == (4 - n) * 5e-6, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(state.dynein_binding == 0.);
  }
  BOOST_TEST(motors.state(0, 0).total_rate() == 0.);
}

// gamma v is the load, so v = v_0 / (1 + gamma v_0 / (n f_s)).
BOOST_AUTO_TEST_CASE(viscous_load) {
  const double drag = stokes_drag(1., 100.);
  BOOST_TEST(drag == 600. * std::acos(-1.), boost::test_tools::tolerance(1e-14));
  const TugOfWar motors(kinesin(3), nobody, atp, 0., drag);
  for (int n = 1; n <= 3; ++n)
    BOOST_TEST(motors.state(n, 0).velocity == 1e-3 / (1. + drag * 1e-3 / (6. * n)),
               boost::test_tools::tolerance(1e-12));
  // Dynein alone does the same towards the minus end.
  const TugOfWar back(nobody, dynein(1), atp, 0., drag);
  BOOST_TEST(back.state(0, 1).velocity == -0.65e-3 / (1. + drag * 0.65e-3 / 1.1),
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(loads_that_pull_forward_or_tear_back) {
  const double drag = 10.;
  const TugOfWar pulled(kinesin(1), nobody, atp, -5., drag);
  BOOST_TEST(pulled.state(1, 0).velocity == 1e-3); // not faster than without load
  BOOST_TEST(pulled.state(1, 0).kinesin_load == -5. + drag * 1e-3,
             boost::test_tools::tolerance(1e-14));
  const TugOfWar torn(kinesin(1), nobody, atp, 12., 0.);
  BOOST_TEST(torn.state(1, 0).velocity == -6e-6, boost::test_tools::tolerance(1e-12));
}

// Mueller, Klumpp and Lipowsky (2008), equations for the velocity and the force when the kinesins
// win: F = (n_k f_k v_k + n_d f_d v_B) / ..., here from the two linear relations by hand.
BOOST_AUTO_TEST_CASE(tug_of_war) {
  const TugOfWar motors(kinesin(3), dynein(9), atp, 0., 0.);
  for (int n_k = 0; n_k <= 3; ++n_k)
    for (int n_d = 0; n_d <= 9; ++n_d) {
      if (n_k + n_d == 0)
        continue;
      BOOST_TEST_CONTEXT(n_k << " kinesins, " << n_d << " dyneins") {
        const auto &state = motors.state(n_k, n_d);
        if (n_k > 0 && n_d > 0) {
          const double stall_k = n_k * 6., stall_d = n_d * 1.1;
          // v_k (1 - F / stall_k) = v_d (F / stall_d - 1), backward velocity for the weaker team.
          const double v_k = stall_k > stall_d ? 1e-3 : 6e-6,
                       v_d = stall_k > stall_d ? 72e-6 : 0.65e-3;
          const double force = (v_k + v_d) / (v_k / stall_k + v_d / stall_d);
          BOOST_TEST(state.velocity == v_k * (1. - force / stall_k),
                     boost::test_tools::tolerance(1e-10));
          BOOST_TEST(n_k * state.kinesin_load == force, boost::test_tools::tolerance(1e-10));
          BOOST_TEST(n_d * state.dynein_load == force, boost::test_tools::tolerance(1e-10));
        } else
          BOOST_TEST(state.velocity == (n_k > 0 ? 1e-3 : -0.65e-3),
                     boost::test_tools::tolerance(1e-12));
      }
    }
}

BOOST_AUTO_TEST_CASE(forces_balance) {
  MotorTeam fast = kinesin(2), slow = dynein(4);
  fast.michaelis_constant = 88.;
  fast.michaelis_load = 3.6;
  for (const double load : {-30., -3., -0.5, 0., 0.5, 3., 30.})
    for (const double drag : {0., 1., 1e4}) {
      const TugOfWar motors(fast, slow, atp, load, drag);
      for (int n_k = 0; n_k <= 2; ++n_k)
        for (int n_d = 0; n_d <= 4; ++n_d)
          if (n_k + n_d > 0 && std::abs(load) + drag + n_k * n_d > 0.) {
            BOOST_TEST_CONTEXT(load << " pN, " << drag << " pN us/nm, " << n_k << ", " << n_d) {
              BOOST_TEST(imbalance(motors, n_k, n_d) < 1e-11);
              // and both teams move with the vesicle
              const auto &state = motors.state(n_k, n_d);
              if (n_k > 0)
                BOOST_TEST(std::abs(fast.velocity_under(state.kinesin_load, atp) - state.velocity) <
                           1e-15);
              if (n_d > 0)
                BOOST_TEST(std::abs(slow.velocity_under(state.dynein_load, atp) + state.velocity) <
                           1e-15);
            }
          }
    }
}

BOOST_AUTO_TEST_CASE(track_geometry) {
  const Track track({{0., 0., 0.}, {30., 40., 0.}, {30., 40., -10.}});
  BOOST_TEST(track.length() == 60.);
  const auto middle = track.point(25.), lower = track.point(55.), beyond = track.point(1e3);
  BOOST_TEST(middle == (Track::Point{15., 20., 0.}), boost::test_tools::per_element());
  BOOST_TEST(lower == (Track::Point{30., 40., -5.}), boost::test_tools::per_element());
  BOOST_TEST(beyond == track.points().back(), boost::test_tools::per_element());
  BOOST_TEST(track.point(-1.) == track.points().front(), boost::test_tools::per_element());
  // The side is up on the first segment, and turns with the track by 90 degrees at the corner.
  BOOST_TEST(track.beside(0., 5.) == (Track::Point{0., 0., 5.}), boost::test_tools::per_element());
  const auto end = track.beside(60., 5.);
  BOOST_TEST(end[0] == 33., boost::test_tools::tolerance(1e-14));
  BOOST_TEST(end[1] == 44., boost::test_tools::tolerance(1e-14));
  BOOST_TEST(end[2] == -10., boost::test_tools::tolerance(1e-14));
  // Nothing jumps at a corner, and the distance is kept.
  for (double s = 0.; s < 60.; s += 0.1) {
    const auto a = track.beside(s, 5.), b = track.beside(s + 1e-6, 5.), foot = track.point(s);
    BOOST_TEST(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 1e-5);
    BOOST_TEST(std::hypot(a[0] - foot[0], a[1] - foot[1], a[2] - foot[2]) == 5.,
               boost::test_tools::tolerance(1e-12));
  }
  // A track along z has a side, too.
  BOOST_TEST(Track({{0., 0., 0.}, {0., 0., -9.}}).beside(1., 2.) == (Track::Point{2., 0., -1.}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tracks_that_are_none) {
  BOOST_CHECK_THROW(Track({{0., 0., 0.}}), UserError);
  BOOST_CHECK_THROW(Track({{0., 0., 0.}, {0., 0., 0.}}), UserError);
  BOOST_CHECK_THROW(Track({{0., 0., 0.}, {1., 0., 0.}, {0., 0., 0.}}), UserError);
}

BOOST_AUTO_TEST_CASE(file_of_points) {
  char name[] = "/tmp/fusogen-points-XXXXXX";
  const int descriptor = mkstemp(name);
  BOOST_REQUIRE(descriptor >= 0);
  close(descriptor);
  const auto write = [&](const char *text) { std::ofstream(name) << text; };
  write("# a track\n0 0 0\n\n1.5, -2, 3e2  # up\n");
  const auto points = read_points(name);
  BOOST_REQUIRE(points.size() == 2);
  BOOST_TEST(points[1] == (Track::Point{1.5, -2., 300.}), boost::test_tools::per_element());
  for (const char *wrong : {"0 0 0\n1 2\n", "0 0 0\n1 2 3 4\n", "0 0 0\n1 2 x\n",
                            "0 0 0\n1 2 3nm\n", "0 0 0\n1 2 inf\n"}) {
    write(wrong);
    BOOST_CHECK_EXCEPTION(read_points(name), UserError, [](const UserError &error) {
      return std::string(error.what()).find("line 2") != std::string::npos;
    });
  }
  std::remove(name);
  BOOST_CHECK_THROW(read_points(name), UserError);
  BOOST_CHECK_THROW(read_points("/tmp"), UserError);
}

// Sampling errors: of the mean of n uniform numbers 1 / sqrt(12 n), of n waiting times mean /
// sqrt(n).
BOOST_AUTO_TEST_CASE(random_numbers) {
  constexpr int n = 100000;
  RandomStream random(7, 3);
  double sum = 0., product = 0., previous = random.uniform();
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    BOOST_REQUIRE((u >= 0. && u < 1.));
    sum += u;
    product += (u - 0.5) * (previous - 0.5);
    previous = u;
  }
  BOOST_TEST(std::abs(sum / n - 0.5) < 4. / std::sqrt(12. * n));
  BOOST_TEST(std::abs(product / n) < 4. / 12. / std::sqrt(n)); // no correlation
  sum = 0.;
  for (int i = 0; i < n; ++i)
    sum += random.waiting_time(0.25);
  BOOST_TEST(std::abs(sum / n - 4.) < 4. * 4. / std::sqrt(n));
  BOOST_TEST(random.waiting_time(0.) == std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(random_streams) {
  RandomStream one(7, 3), same(7, 3), other_run(7, 4), other_seed(8, 3);
  const double first = one.uniform();
  BOOST_TEST(first == same.uniform());
  BOOST_TEST(first != other_run.uniform());
  BOOST_TEST(first != other_seed.uniform());
  // The state goes into an archive and comes back.
  StateArchive saved;
  one.serialize(saved, "random");
  StateArchive loaded(saved.values());
  RandomStream again(1, 1);
  again.serialize(loaded, "random");
  for (int i = 0; i < 1000; ++i)
    BOOST_REQUIRE(one.uniform() == again.uniform());
}
