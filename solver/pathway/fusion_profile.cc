// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/fusion_profile.h"

#include "pathway/share_out.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusogen {
namespace {
double energy_of(const std::optional<PathSaddle> &saddle) {
  return saddle ? saddle->energy : std::nan("");
}
} // namespace

FusionBarriers FusionProfile::barriers() const {
  FusionBarriers result;
  result.stalk_saddle = energy_of(stalk_saddle);
  result.stalk = hemifusion.front().energy.total();
  if (diaphragm) {
    result.hemifusion_saddle = energy_of(hemifusion_saddle);
    result.diaphragm = diaphragm->energy.total();
    result.diaphragm_radius = diaphragm->coordinate;
  }
  result.pore_saddle = energy_of(pore_saddle);
  return result;
}

FusionProfile fusion_profile(FusionPath &path, const ProfileSettings &settings,
                             const std::function<void(const std::string &)> &say) {
  FusionProfile result;
  say("stalk, diaphragms and pores");
  const double step = settings.step, largest = settings.largest_diaphragm;
  // In this order two ranks have about the same to do: the first and the second take longest, the
  // fourth more than the rest.
  const auto branches =
      share_out<std::vector<PathState>>({[&] { return path.stalk_to_patches(); },
                                         [&] { return path.narrower_diaphragms(step, largest); },
                                         [&] { return path.wider_diaphragms(step, largest); },
                                         [&] { return path.widening_stalk(step, largest); },
                                         [&] { return path.pores(settings.pore_radii); }},
                                        path.communicator());
  result.patches = branches[0];
  result.stalk_saddle = path.stalk_saddle(result.patches);
  std::reverse(result.patches.begin(), result.patches.end());
  result.hemifusion = path.joined(branches[3], branches[1], branches[2]);
  result.pores = branches[4];

  say("from stalk to diaphragm");
  result.hemifusion_saddle = path.saddle(result.hemifusion);
  result.diaphragm = path.metastable_diaphragm(result.hemifusion);
  // A diaphragm that gets cheaper up to the last one has its minimum further out, where the model
  // ends.
  const PathState &last = result.hemifusion.back();
  if (last.stage == "diaphragm" && last.force < 0. &&
      (!result.diaphragm || last.energy.total() < result.diaphragm->energy.total())) {
    result.diaphragm = last;
    result.diaphragm_grows = true;
  }

  // The pore opens in the diaphragm in which its saddle is lowest, from the one that is a minimum
  // on if there is one: a small one has no room for a hole with an edge.
  say("a pore opens");
  const auto open = [&](const double coordinate) {
    std::vector<PathState> states;
    const std::optional<PathSaddle> saddle = path.pore_in_diaphragm(coordinate, &states);
    if (!saddle || (result.pore_saddle && saddle->energy >= result.pore_saddle->energy))
      return false;
    result.pore_saddle = saddle;
    result.holes = states;
    return true;
  };
  if (result.diaphragm)
    open(result.diaphragm->coordinate);
  // A certified saddle has found its diaphragm itself.
  for (const PathState &state : result.hemifusion) {
    if (result.pore_saddle && result.pore_saddle->negative_modes)
      break;
    if (state.stage == "diaphragm" &&
        (!result.diaphragm || state.coordinate > result.diaphragm->coordinate) &&
        !open(state.coordinate) && result.pore_saddle)
      break; // it only gets dearer from here
  }
  return result;
}

double FusionRates::success() const {
  if (to_pore == 0. || (has_diaphragm && stalk_to_diaphragm == 0.))
    return 0.;
  const double fails =
      has_diaphragm ? stalk_to_docked / stalk_to_diaphragm * (1. + diaphragm_to_stalk / to_pore)
                    : stalk_to_docked / to_pore;
  return 1. / (1. + fails);
}

std::pair<double, double> FusionRates::relaxation() const {
  const double infinity = std::numeric_limits<double>::infinity();
  if (!has_diaphragm)
    return {stalk_to_docked + to_pore, infinity};
  const double a = stalk_to_docked, b = stalk_to_diaphragm, c = diaphragm_to_stalk, d = to_pore;
  // Only sums of what is positive, so that a small eigenvalue keeps its digits.
  const double trace = a + b + c + d, determinant = a * c + a * d + b * d,
               fast = 0.5 * (trace + std::sqrt(std::pow(a + b - c - d, 2) + 4. * b * c));
  return {determinant / fast, fast};
}

double FusionRates::slow_share_of_failures() const {
  const auto [slow, fast] = relaxation();
  if (!has_diaphragm || slow == 0.)
    return has_diaphragm ? 0. : 1.;
  const double from_diaphragm = diaphragm_to_stalk + to_pore;
  const double by_slow = std::max(0., from_diaphragm - slow) / slow,
               by_fast = std::max(0., fast - from_diaphragm) / fast;
  return by_slow / (by_slow + by_fast);
}

double FusionRates::mean_failure() const {
  const auto [slow, fast] = relaxation();
  const double share = slow_share_of_failures();
  return (share > 0. ? share / slow : 0.) +
         (share < 1. && std::isfinite(fast) ? (1. - share) / fast : 0.);
}

double FusionRates::mean_time() const {
  const double p = success();
  if (p == 0. || docked_to_stalk == 0.)
    return std::numeric_limits<double>::infinity();
  const auto [slow, fast] = relaxation();
  return 1. / docked_to_stalk + (1. - p) / p * (1. / docked_to_stalk + mean_failure()) + 1. / slow +
         (std::isfinite(fast) ? 1. / fast : 0.);
}

FusionRates fusion_rates(const FusionBarriers &barriers, const double attempt_frequency,
                         const double thermal_energy) {
  // No saddle (nan): no way.
  const auto rate = [&](const double from, const double over) {
    return std::isfinite(over)
               ? attempt_frequency * std::exp(-std::max(0., over - from) / thermal_energy)
               : 0.;
  };
  FusionRates rates;
  rates.docked_to_stalk = rate(0., barriers.stalk_saddle);
  rates.stalk_to_docked = rate(barriers.stalk, barriers.stalk_saddle);
  rates.has_diaphragm = barriers.has_diaphragm();
  if (rates.has_diaphragm) {
    rates.stalk_to_diaphragm = rate(barriers.stalk, barriers.hemifusion_saddle);
    rates.diaphragm_to_stalk = rate(barriers.diaphragm, barriers.hemifusion_saddle);
  }
  rates.to_pore =
      rate(rates.has_diaphragm ? barriers.diaphragm : barriers.stalk, barriers.pore_saddle);
  return rates;
}
} // namespace fusogen
