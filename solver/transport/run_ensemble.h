// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_TRANSPORT_RUN_ENSEMBLE_H
#define FUSOGEN_TRANSPORT_RUN_ENSEMBLE_H

#include "transport/tug_of_war.h"

#include <cstdint>
#include <vector>

namespace fusogen {
/// A mean and its standard error.
struct Estimate {
  double mean = 0., standard_error = 0.;
};

/// Mean and standard error, standard deviation / sqrt(n), of a sample; with one value the error is
/// nan.
Estimate estimate(const std::vector<double> &sample);

/// What many runs of a vesicle on an endless track were like, each from the motors bound at the
/// start until it detaches.
struct RunEnsemble {
  int runs = 0;
  int cut_off = 0;      ///< runs that had not ended at the time limit, which bias the means
  Estimate run_length;  ///< net distance towards the plus end [nm]
  Estimate run_time;    ///< [us]
  double velocity = 0.; ///< distance of all runs over their time [nm/us]
  double motors_bound =
      0.; ///< number of bound motors of both teams, mean over the time of all runs
};

/// @param runs       number of runs, at least 1
/// @param time_limit of each run [us]
/// @param seed       run i is the walk i of this seed, see VesicleWalk
RunEnsemble simulate_runs(const TugOfWar &motors, int runs, double time_limit, std::uint32_t seed);

/// The external load [pN] under which the mean run length is zero, by bisection with @p runs runs
/// at each load, which have the same random numbers at all loads. For motors that are always bound
/// it would be the sum of their stall forces; as they unbind under load, N motors stall at less.
/// The external load of @p motors does not matter.
Estimate stall_force(const TugOfWar &motors, int runs, double time_limit, std::uint32_t seed);
} // namespace fusogen

#endif
