// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_FUSION_PROFILE_H
#define FUSOGEN_PATHWAY_FUSION_PROFILE_H

#include "pathway/fusion_path.h"

#include <functional>

namespace fusogen {
/// What decides how fast two membranes fuse: energies of minima and saddles above the docked
/// membranes [pN nm]; nan where the path has no such state.
struct FusionBarriers {
  double stalk_saddle = std::nan(""), stalk = std::nan(""), hemifusion_saddle = std::nan(""),
         diaphragm = std::nan(""), pore_saddle = std::nan("");
  /// Waist of the diaphragm in which the pore opens [nm].
  double diaphragm_radius = std::nan("");

  bool has_diaphragm() const { return std::isfinite(diaphragm); }
};

/// All states from docked membranes to a pore, and what is highest and lowest on the way.
struct FusionProfile {
  /// In the order of the path: from contact to the stalk, from there to diaphragms, holes in the
  /// diaphragm in which the pore opens, pores.
  std::vector<PathState> patches, hemifusion, holes, pores;
  std::optional<PathSaddle> stalk_saddle, hemifusion_saddle, pore_saddle;
  /// The lowest diaphragm beyond the saddle.
  std::optional<PathState> diaphragm;
  /// If that is the largest that was computed: it grows until something else holds it.
  bool diaphragm_grows = false;

  FusionBarriers barriers() const;
};

/// What of a profile is computed.
struct ProfileSettings {
  double step = 0.25, largest_diaphragm = 5.;
  std::vector<double> pore_radii;
};

/// Computes a profile. Collective over the path's ranks, which share its branches.
/// @param say  is told what is being computed
/// @throws ComputationError if the stalk, a diaphragm or a pore does not converge at all
FusionProfile fusion_profile(FusionPath &path, const ProfileSettings &settings,
                             const std::function<void(const std::string &)> &say);

/// Rates between docked membranes, hemifused ones and those with a pore [the inverse of the unit of
/// the attempt's duration]: attempt exp(-barrier/kT) from each minimum over each saddle next to it,
/// and the attempt frequency where there is no barrier. Membranes are hemifused as a stalk or as a
/// diaphragm.
struct FusionRates {
  double docked_to_stalk = 0., stalk_to_docked = 0.;
  /// To the diaphragm and back; to the pore from the diaphragm if there is one, else from the
  /// stalk.
  double stalk_to_diaphragm = 0., diaphragm_to_stalk = 0., to_pore = 0.;
  bool has_diaphragm = false;

  /// Probability that a stalk ends in a pore rather than in docked membranes.
  double success() const;
  /// Rates of the two exponential parts of the time for which membranes are hemifused, slow and
  /// fast: eigenvalues of the Markov chain of stalk and diaphragm. The fast one is infinite without
  /// a diaphragm.
  std::pair<double, double> relaxation() const;
  /// Share of the slow part in the duration of hemifusions that end docked, which is exponential
  /// with one or the other rate. If they end in a pore it is the sum of both (Keilson 1979, Markov
  /// Chain Models).
  double slow_share_of_failures() const;
  /// Mean duration of hemifusions that end docked.
  double mean_failure() const;
  /// Mean time from docked membranes to a pore.
  double mean_time() const;
};
FusionRates fusion_rates(const FusionBarriers &barriers, double attempt_frequency,
                         double thermal_energy);
} // namespace fusogen

#endif
