// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_RUN_OUTPUT_H
#define FUSOGEN_SCENARIO_RUN_OUTPUT_H

#include "base/state_archive.h"
#include "io/statistics.h"
#include "io/summary.h"
#include "scenario/parameters.h"

#include <mpi.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

namespace fusogen {
class Checkpoint;

/// What every scenario is given: the parameters, where they come from, the output folder, the
/// communicator and, if the run is resumed, the checkpoint to continue from.
struct RunContext {
  const Parameters &parameters;
  const ParameterTable &table;
  std::string directory;
  MPI_Comm communicator;
  const Checkpoint *checkpoint = nullptr;
};

/// What every scenario reports, in the units of the files; nan where it has no meaning.
struct Observables {
  double time = 0., time_step = 0.;                                  ///< [us]
  double bending_energy = std::nan(""), total_energy = std::nan(""); ///< [kT]
  double dissipated_power = 0.;                                      ///< [kT/us]
  double area = std::nan(""), volume = std::nan("");                 ///< [nm^2], [nm^3]
  double neck_radius = std::nan("");                                 ///< [nm]
  double vesicle_lipid_transferred = 0., cargo_released = 0.;        ///< fractions
  std::vector<UserTermShare> user_terms;

  /// A row of statistics.csv, to which a scenario adds its own columns.
  Statistics row() const;
  /// The same at the end of the run in summary.json.
  void add_to(Summary &summary) const;
};

/// The first multiple of the output interval after a time [us].
inline double next_output_after(const double time, const double interval) {
  return interval * (std::floor(time / interval * (1. + 1e-12)) + 1.);
}

/// The files of a run that are not pictures: parameters.prm, statistics.csv (or another table) and
/// summary.json. All ranks make the object; rank 0 writes.
class RunOutput {
public:
  /// Makes the folder and writes the parameters in force. Throws UserError, on all ranks, if it
  /// cannot.
  explicit RunOutput(const RunContext &context);

  /// Adds a row to @p table (statistics.csv, curve.csv).
  void append(const std::string &table, const Statistics &row);
  /// Saves how long statistics.csv is; loading cuts off what was written later and continues it.
  void serialize(StateArchive &state);

  Summary summary;
  /// Writes summary.json with this outcome.
  void finish(const std::string &outcome);

private:
  MPI_Comm communicator;
  std::string directory;
  bool first_rank;
  std::map<std::string, std::unique_ptr<StatisticsFile>> tables;
};
} // namespace fusogen

#endif
