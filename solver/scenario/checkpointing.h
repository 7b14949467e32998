// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_CHECKPOINTING_H
#define FUSOGEN_SCENARIO_CHECKPOINTING_H

#include "io/checkpoint.h"
#include "scenario/run_output.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace fusogen {
/// Writes the checkpoints of a time-dependent run when they are due, and stops the run when a
/// signal or the wall-time limit says so. A scenario
/// - has a function serialize(SurfaceArchive<dim> &) that lists everything it needs to go on,
/// - makes an object of this class when its output folder is there,
/// - starts from RunContext::checkpoint, if that is given, instead of from the beginning,
/// - calls after_step() at the end of each turn of its time loop, and finish() after the loop.
class Checkpointing {
public:
  template <int dim> using Serialize = std::function<void(SurfaceArchive<dim> &)>;

  /// From here on signals no longer end the program at once.
  explicit Checkpointing(const RunContext &context);

  /// Writes a checkpoint if one is due, and throws Stopped if the run is to end. All ranks call
  /// this and do the same.
  /// @param time physical time [us]
  template <int dim>
  void after_step(const Membrane<dim> &membrane, double time, const Serialize<dim> &serialize);

  /// Writes the last checkpoint of a run that ended with this outcome; a stage of a story needs
  /// none.
  template <int dim>
  void finish(const Membrane<dim> &membrane, double time, const std::string &outcome,
              const Serialize<dim> &serialize);

private:
  using Clock = std::chrono::steady_clock;

  template <int dim>
  std::string write(const Membrane<dim> &membrane, CheckpointInformation information,
                    const Serialize<dim> &serialize);

  const RunContext &context;
  CheckpointFolder folder;
  Clock::time_point start, last_checkpoint, last_call;
  std::chrono::duration<double> longest_step{0.};
  int steps_since_checkpoint = 0;
  bool stage_begun = false;
};

/// What a run that ends at Time/End time ends with; a resumed run can go on from there.
inline constexpr const char *outcome_end_time = "end time";

/// The checkpoint from which --resume continues the run in @p directory, or nothing if that run has
/// come to its end, which the log says. Throws UserError if there is no checkpoint, or if it was
/// written with other parameters than those in @p table that may change.
std::unique_ptr<const Checkpoint> checkpoint_to_resume(const Parameters &parameters,
                                                       const ParameterTable &table,
                                                       const std::string &directory,
                                                       MPI_Comm communicator);
} // namespace fusogen

#endif
