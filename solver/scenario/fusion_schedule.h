// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_FUSION_SCHEDULE_H
#define FUSOGEN_SCENARIO_FUSION_SCHEDULE_H

#include "base/random_stream.h"
#include "pathway/fusion_profile.h"
#include "scenario/run_output.h"

#include <limits>
#include <vector>

namespace fusogen {
/// For how long membranes are hemifused, once or several times, and when a pore opens.
struct FusionHistory {
  /// Beginnings and ends [us]; the last hemifusion ends with the pore, if that is known.
  std::vector<double> begins, ends;
  double pore = std::numeric_limits<double>::infinity(); ///< [us]
  /// Hemifusions before these that are left out, since there are too many: their expected number.
  double left_out = 0.;

  /// Draws what happens next from rates [1/us], up to the pore or to the first event after @p end
  /// [us].
  void extend(const FusionRates &rates, RandomStream &random, double end);
};

/// When docked vesicles hemifuse with the plasma membrane and when their pores open, and what the
/// energy path of fusion says of it. Vesicles have numbers from 0.
class FusionSchedule {
public:
  /// As Fusion/Nucleation says. From a pathway: with barriers of the table, or computed and added
  /// to it, which takes a minute or more. Collective.
  /// @throws ComputationError if the path does not converge, UserError if the table is none
  explicit FusionSchedule(const RunContext &context);

  double pore_time(const unsigned int vesicle) const { return histories[vesicle].pore; }
  /// If the step that ended at this time was one in which this vesicle was hemifused.
  bool hemifused(unsigned int vesicle, double time) const;
  /// The next time after this one at which something begins or ends [us]; infinite if all is over.
  double next_event(double time) const;
  /// When output is due after this time. While a drawn time passes in which little moves, intervals
  /// grow with the time since the last event.
  double next_output(double time, double interval) const;

  /// Says how far the bilayer's energies are from those of leaflets when the pore opens.
  /// @param bilayer_energy  change of bending and tension energy [pN nm]
  void hand_over(double bilayer_energy);
  void add_to(Summary &summary) const;
  void serialize(StateArchive &state);

private:
  void compute(const RunContext &context);

  bool drawn = false;
  double kT, attempt_frequency, end; // [pN nm], [1/s], of the run [us]
  RandomStream random;
  std::vector<FusionHistory> histories;
  FusionBarriers barriers;
  double pore_energy = 0.;        // of leaflets, when the pore opens [pN nm]
  double gaussian_energy = 0.;    // of a bilayer of these leaflets, when it fuses [pN nm]
  double mismatch = std::nan(""); // [pN nm]
};
} // namespace fusogen

#endif
