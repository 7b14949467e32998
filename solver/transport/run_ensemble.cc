// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transport/run_ensemble.h"

#include "transport/vesicle_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusogen {
Estimate estimate(const std::vector<double> &sample) {
  const double n = sample.size();
  Estimate result;
  for (const double x : sample)
    result.mean += x / n;
  double squares = 0.;
  for (const double x : sample)
    squares += (x - result.mean) * (x - result.mean);
  result.standard_error =
      n > 1. ? std::sqrt(squares / (n - 1.) / n) : std::numeric_limits<double>::quiet_NaN();
  return result;
}

RunEnsemble simulate_runs(const TugOfWar &motors, const int runs, const double time_limit,
                          const std::uint32_t seed) {
  RunEnsemble result;
  result.runs = runs;
  std::vector<double> lengths, times;
  double total_time = 0., total_length = 0., bound_time = 0.;
  for (int run = 0; run < runs; ++run) {
    VesicleWalk walk(motors, {}, seed, run);
    while (walk.advance(time_limit)) {
    }
    if (walk.ending() == VesicleWalk::Ending::none)
      ++result.cut_off;
    lengths.push_back(walk.distance());
    times.push_back(walk.time());
    total_length += walk.distance();
    total_time += walk.time();
    bound_time += walk.bound_time();
  }
  result.run_length = estimate(lengths);
  result.run_time = estimate(times);
  result.velocity = total_length / total_time;
  result.motors_bound = bound_time / total_time;
  return result;
}

Estimate stall_force(const TugOfWar &motors, const int runs, const double time_limit,
                     const std::uint32_t seed) {
  const MotorTeam &kinesin = motors.kinesin, &dynein = motors.dynein;
  const auto length_under = [&](const double load) {
    const TugOfWar loaded(kinesin, dynein, motors.atp, load, motors.drag);
    return simulate_runs(loaded, runs, time_limit, seed).run_length;
  };
  // All motors of a team together can hold no more than this.
  double high = kinesin.number * kinesin.stall_force;
  double low = -dynein.number * dynein.stall_force;
  const double accuracy = 1e-4 * (high - low);
  while (high - low > accuracy) {
    const double middle = 0.5 * (low + high);
    (length_under(middle).mean > 0. ? low : high) = middle;
  }
  Estimate stall;
  stall.mean = 0.5 * (low + high);
  // The error of the mean length, turned into one of the load by the slope of the length.
  const double step =
      0.02 * (kinesin.number * kinesin.stall_force + dynein.number * dynein.stall_force);
  const double slope =
      (length_under(stall.mean + step).mean - length_under(stall.mean - step).mean) / (2. * step);
  stall.standard_error = length_under(stall.mean).standard_error / std::abs(slope);
  return stall;
}
} // namespace fusogen
