// SPDX-License-Identifier: LGPL-2.1-or-later
// Ensembles of runs against exact results of the birth-and-death process of bound motors.
// Deviations are held to four standard errors of the sample, which one test in 16,000 would miss by
// chance; as the seeds are fixed, the outcome does not change from run to run.
#include "../unit/motors.h"
#include "transport/run_ensemble.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <utility>
#include <vector>

using namespace fusogen;
using fusogen::test::dynein, fusogen::test::kinesin;

namespace {
constexpr int runs = 10000;
constexpr double forever = 1e12; // us
const MotorTeam nobody;

// Mean distance and time until no motor is bound, from the motors at the start, by the backward
// equations of the Markov chain: sum over other states of rate (x_there - x_here) = - gain_here.
struct Expected {
  double length, time;
};
Expected expected(const TugOfWar &motors) {
  const int n_k = motors.kinesin.number, n_d = motors.dynein.number, n = (n_k + 1) * (n_d + 1) - 1;
  const auto index = [&](const int k, const int d) { return k * (n_d + 1) + d - 1; };
  std::vector<std::vector<double>> a(n, std::vector<double>(n + 2, 0.));
  for (int k = 0; k <= n_k; ++k)
    for (int d = 0; d <= n_d; ++d) {
      const int i = index(k, d);
      if (i < 0)
        continue; // detached
      const auto &state = motors.state(k, d);
      const auto goes = [&](const int to_k, const int to_d, const double rate) {
        a[i][i] += rate;
        if (rate > 0. && to_k + to_d > 0)
          a[i][index(to_k, to_d)] -= rate;
      };
      goes(k + 1, d, state.kinesin_binding);
      goes(k - 1, d, state.kinesin_unbinding);
      goes(k, d + 1, state.dynein_binding);
      goes(k, d - 1, state.dynein_unbinding);
      a[i][n] = state.velocity;
      a[i][n + 1] = 1.;
    }
  // Gauss and Jordan; the matrix is diagonally dominant.
  for (int pivot = 0; pivot < n; ++pivot)
    for (int row = 0; row < n; ++row)
      if (row != pivot) {
        const double factor = a[row][pivot] / a[pivot][pivot];
        for (int column = pivot; column < n + 2; ++column)
          a[row][column] -= factor * a[pivot][column];
      }
  const int start = index(motors.kinesin.bound_at_start, motors.dynein.bound_at_start);
  return {a[start][n] / a[start][start], a[start][n + 1] / a[start][start]};
}

TugOfWar loaded(const MotorTeam &a, const MotorTeam &b, const double load, const double drag = 0.) {
  return TugOfWar(a, b, 1000., load, drag);
}

void check(const Estimate &sample, const double theory) {
  BOOST_TEST_MESSAGE("  " << sample.mean << " +- " << sample.standard_error << ", theory "
                          << theory);
  BOOST_TEST(std::abs(sample.mean - theory) < 4. * sample.standard_error);
}
} // namespace

// v / (N pi) [(1 + pi / epsilon)^N - 1].
BOOST_AUTO_TEST_CASE(run_lengths) {
  const double table[] = {1e3, 3.5e3, 14.333e3, 64.75e3}; // nm
  for (int n = 1; n <= 4; ++n) {
    const MotorTeam team = kinesin(n);
    const double theory = team.velocity / (n * team.binding_rate) *
                          (std::pow(1. + team.binding_rate / team.unbinding_rate, n) - 1.);
    BOOST_TEST(theory == table[n - 1], boost::test_tools::tolerance(1e-4));
    BOOST_TEST_MESSAGE("run length of " << n << " kinesins [nm], " << runs << " runs:");
    const TugOfWar motors = loaded(team, nobody, 0.);
    const RunEnsemble ensemble = simulate_runs(motors, runs, forever, 1);
    check(ensemble.run_length, theory);
    // Run lengths are nearly exponential: the standard error is 1 %.
    BOOST_TEST(ensemble.run_length.standard_error < 0.012 * theory);
    BOOST_TEST(expected(motors).length == theory, boost::test_tools::tolerance(1e-10));
    BOOST_TEST(ensemble.velocity == 1e-3, boost::test_tools::tolerance(1e-10));
  }
}

// Under load and drag, where the velocity depends on how many motors are bound.
BOOST_AUTO_TEST_CASE(runs_under_load) {
  for (int n = 1; n <= 4; ++n)
    for (const double load : {-4., 2., 5.}) {
      const TugOfWar motors = loaded(kinesin(n), nobody, load, stokes_drag(1., 50.));
      const Expected theory = expected(motors);
      BOOST_TEST_MESSAGE("run length [nm] and time [us] of " << n << " kinesins under " << load
                                                             << " pN:");
      const RunEnsemble ensemble = simulate_runs(motors, runs, forever, 2);
      check(ensemble.run_length, theory.length);
      check(ensemble.run_time, theory.time);
      BOOST_TEST(ensemble.velocity == theory.length / theory.time,
                 boost::test_tools::tolerance(0.05));
    }
}

BOOST_AUTO_TEST_CASE(stall_forces) {
  for (int n = 1; n <= 4; ++n) {
    // Where the exact mean length is zero.
    double low = 0., high = 6. * n;
    while (high - low > 1e-9) {
      const double middle = 0.5 * (low + high);
      (expected(loaded(kinesin(n), nobody, middle)).length > 0. ? low : high) = middle;
    }
    // The more motors, the flatter the mean length is where it crosses zero, and the more runs it
    // takes to find it: with 10,000 the standard error of four is 2 %.
    const int n_runs = n <= 2 ? runs : 10 * runs;
    BOOST_TEST_MESSAGE("stall force of " << n << " kinesins [pN], " << n_runs
                                         << " runs at each load:");
    const Estimate stall = stall_force(loaded(kinesin(n), nobody, 0.), n_runs, forever, 3);
    BOOST_TEST_MESSAGE("  " << stall.mean << " +- " << stall.standard_error << ", theory " << low);
    BOOST_TEST(stall.mean == low, boost::test_tools::tolerance(0.02));
    // Four errors of the sample, and the accuracy of the bisection.
    BOOST_TEST(std::abs(stall.mean - low) < 4. * stall.standard_error + 1e-4 * 6. * n);
    BOOST_TEST(stall.standard_error < 0.01 * low);
    if (n == 1)
      BOOST_TEST(low == 6., boost::test_tools::tolerance(1e-8));
    else
      BOOST_TEST(low < 6. * n); // motors that unbind do not add up
  }
}

// v = v_0 c / (K_M + c): 1 / v is linear in 1 / c, the plot of Lineweaver and Burk.
BOOST_AUTO_TEST_CASE(atp_dependence) {
  MotorTeam team = kinesin(1);
  team.michaelis_constant = 88.;
  std::vector<std::pair<double, double>> points;
  for (const double atp : {5., 20., 88., 400., 2000.}) {
    const TugOfWar motors(team, nobody, atp, 0., 0.);
    const RunEnsemble ensemble = simulate_runs(motors, runs, forever, 4);
    check(ensemble.run_length, 1e3 * atp / (88. + atp)); // nm: 1 s at the velocity
    points.emplace_back(1. / atp, 1. / ensemble.velocity);
  }
  const double slope =
      (points.front().second - points.back().second) / (points.front().first - points.back().first);
  const double intercept = points.back().second - slope * points.back().first;
  BOOST_TEST(1. / intercept == 1e-3, boost::test_tools::tolerance(1e-8));
  BOOST_TEST(slope / intercept == 88., boost::test_tools::tolerance(1e-8));
  for (const auto &[x, y] : points)
    BOOST_TEST(y == intercept + slope * x, boost::test_tools::tolerance(1e-8));
}

// Visscher, Schnitzer and Block, Nature 400 (1999) 184: K_M [uM] of kinesin under loads [pN], of
// which the first has an error of 8 %. A rise by e each 3.6 pN is right to a quarter.
BOOST_AUTO_TEST_CASE(michaelis_constant_under_load) {
  MotorTeam team = kinesin(1);
  team.stall_force = 7.;
  team.michaelis_constant = 66.;
  team.michaelis_load = 3.6;
  const std::pair<double, double> measured[] = {{1.05, 88.}, {3.59, 140.}, {5.63, 312.}};
  for (const auto &[load, constant] : measured) {
    // From the simulated velocities at two concentrations.
    double inverse[2], atp[2] = {10., 2000.};
    for (int i = 0; i < 2; ++i)
      inverse[i] =
          1. / simulate_runs(TugOfWar(team, nobody, atp[i], load, 0.), 10, forever, 5).velocity;
    const double slope = (inverse[0] - inverse[1]) / (1. / atp[0] - 1. / atp[1]);
    const double found = slope / (inverse[1] - slope / atp[1]);
    BOOST_TEST_MESSAGE("K_M at " << load << " pN: " << found << " uM, theory and measurement "
                                 << constant);
    BOOST_TEST(found == constant, boost::test_tools::tolerance(0.3));
  }
}

// Two equal teams: as often to one side as to the other.
BOOST_AUTO_TEST_CASE(symmetric_tug_of_war) {
  for (const int n : {1, 2, 4}) {
    const TugOfWar motors = loaded(kinesin(n), kinesin(n), 0., stokes_drag(0.1, 50.));
    BOOST_TEST_MESSAGE("net distance of " << n << " kinesins against as many [nm]:");
    const RunEnsemble ensemble = simulate_runs(motors, runs, forever, 6);
    check(ensemble.run_length, 0.);
    BOOST_TEST(ensemble.run_length.standard_error > 0.);
    BOOST_TEST(std::abs(expected(motors).length) < 1e-6 * ensemble.run_length.standard_error);
    check(ensemble.run_time, expected(motors).time);
  }
}

// Unequal teams against the exact chain, where the balance of forces matters in every state.
BOOST_AUTO_TEST_CASE(kinesin_against_dynein) {
  for (const auto &[n_k, n_d] : {std::make_pair(1, 2), {2, 2}, {2, 3}}) {
    const TugOfWar motors = loaded(kinesin(n_k), dynein(n_d), 0.);
    const Expected theory = expected(motors);
    BOOST_TEST_MESSAGE("net distance [nm] and time [us] of " << n_k << " kinesins against " << n_d
                                                             << " dyneins:");
    const RunEnsemble ensemble = simulate_runs(motors, runs, forever, 7);
    check(ensemble.run_length, theory.length);
    check(ensemble.run_time, theory.time);
  }
}
