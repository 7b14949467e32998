// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_RUN_OUTPUT_H
#define FUSOGEN_SCENARIO_RUN_OUTPUT_H

#include "base/state_archive.h"
#include "io/statistics.h"
#include "io/summary.h"
#include "io/surface_output.h"
#include "scenario/parameters.h"

#include <mpi.h>

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string>

namespace fusogen {
class Checkpoint;

/// What the stages of a run have in common that is told as one story: one clock, one table, one
/// collection of pictures, one series of checkpoints. A scenario that is given one is a stage, and
/// need not know more of it than RunOutput and Checkpointing do for it; its own time begins at 0.
struct Story {
  explicit Story(const std::string &directory) : table(directory + "/statistics.csv") {}

  int stage = 0;           ///< number of the stage, from 1
  double clock = 0.;       ///< when it began [us]
  dealii::Point<3> origin; ///< where its z axis meets its plane z = 0 [nm]
  bool is_first() const { return stage == 1; }
  bool is_last = false;

  GrowingTable table;              ///< on rank 0
  StateArchive::Values pictures;   ///< those of the stages before
  Summary summary;                 ///< of the stage that ended last
  std::vector<double> handed_over; ///< what a stage needs to know of those before
  /// Meridians of plasma membrane and vesicle when it has docked: r and z of each node in turn
  /// [nm].
  std::array<std::vector<double>, 2> docked;

  /// With what a checkpoint in the middle of a stage keeps of it.
  void serialize(StateArchive &state) {
    state.item("story: stage", stage);
    state.item("story: clock", clock);
    for (unsigned int c = 0; c < 3; ++c)
      state.item(std::string("story: origin ") + "xyz"[c], origin[c]);
    state.item("story: handed over", handed_over);
    state.item("story: docked plasma membrane", docked[0]);
    state.item("story: docked vesicle", docked[1]);
  }
};

/// What every scenario is given: the parameters, where they come from, the output folder, the
/// communicator and, if the run is resumed, the checkpoint to continue from.
struct RunContext {
  const Parameters &parameters;
  const ParameterTable &table;
  std::string directory;
  MPI_Comm communicator;
  const Checkpoint *checkpoint = nullptr;
  Story *story = nullptr; ///< if the scenario is a stage of one
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

  /// To be called before the first picture: goes on after those of the stages before.
  template <int dim> void begin(SurfaceOutput<dim> &pictures) {
    if (story == nullptr)
      return;
    pictures.place(story->origin, story->clock);
    if (story->pictures.empty())
      return;
    StateArchive before(story->pictures);
    pictures.serialize(before);
  }
  /// And after the last one.
  template <int dim> void end(SurfaceOutput<dim> &pictures) {
    if (story == nullptr)
      return;
    StateArchive now;
    pictures.serialize(now);
    story->pictures = now.values();
  }

  /// Adds a row to @p table (statistics.csv, curve.csv).
  void append(const std::string &table, const Statistics &row);
  /// Saves how long statistics.csv is; loading cuts off what was written later and continues it.
  void serialize(StateArchive &state);

  Summary summary;
  /// Writes summary.json with this outcome; of a stage, hands the summary to its story.
  void finish(const std::string &outcome);

private:
  MPI_Comm communicator;
  std::string directory;
  Story *story;
  bool first_rank;
  std::map<std::string, std::unique_ptr<StatisticsFile>> tables;
};
} // namespace fusogen

#endif
