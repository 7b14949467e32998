// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/checkpointing.h"

#include "base/computation_error.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "base/stopped.h"
#include "base/user_error.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

namespace fusogen {
Checkpointing::Checkpointing(const RunContext &context)
    : context(context),
      folder(context.communicator, context.directory, context.parameters.checkpoint.keep),
      start(Clock::now()), last_checkpoint(start), last_call(start) {
  watch_for_stop_signals();
  if (context.checkpoint == nullptr && (context.story == nullptr || context.story->is_first()) &&
      folder.set_aside())
    Log::instance().warning("the checkpoints of an unfinished run in \"" + context.directory +
                            "\" were moved to checkpoint.old, because this run starts anew; "
                            "--resume would have continued that one");
}

template <int dim>
std::string Checkpointing::write(const Membrane<dim> &membrane, CheckpointInformation information,
                                 const Serialize<dim> &serialize) {
  for (const std::string &name : context.table.names())
    information.parameters.emplace_back(name, context.table.value(name));
  SurfaceArchive<dim> archive(membrane);
  if (context.story != nullptr)
    context.story->serialize(archive.state());
  serialize(archive);
  last_checkpoint = Clock::now();
  steps_since_checkpoint = 0;
  return folder.write(membrane, archive, information);
}

template <int dim>
void Checkpointing::after_step(const Membrane<dim> &membrane, const double time,
                               const Serialize<dim> &serialize) {
  const auto &parameters = context.parameters.checkpoint;
  using Minutes = std::chrono::duration<double, std::ratio<60>>;
  const auto now = Clock::now();
  longest_step = std::max<std::chrono::duration<double>>(longest_step, now - last_call);
  last_call = now;
  ++steps_since_checkpoint;

  // Clocks differ from rank to rank, and so do the signals that arrived: one true for all.
  const bool limit_near = parameters.wall_time_limit > 0. &&
                          Minutes(now - start + longest_step).count() > parameters.wall_time_limit;
  const bool interval_over =
      parameters.interval > 0. && Minutes(now - last_checkpoint).count() > parameters.interval;
  const std::vector<int> here = {stop_signal(), limit_near, interval_over};
  std::vector<int> anywhere(here.size());
  dealii::Utilities::MPI::max(here, context.communicator, anywhere);
  const bool stops = anywhere[0] != 0 || anywhere[1] != 0;
  // A story can always go on from the beginning of its stage.
  const bool begins = context.story != nullptr && context.checkpoint == nullptr && !stage_begun;
  stage_begun = true;
  const bool due = anywhere[2] != 0 || begins ||
                   (parameters.steps > 0 && steps_since_checkpoint >= parameters.steps);
  if (!stops && !due)
    return;

  const double clock = context.story != nullptr ? context.story->clock : 0.;
  const std::string problem = write<dim>(membrane, {{}, "", time + clock}, serialize);
  if (!stops) {
    // The older checkpoints are still there, and the disk may have room again next time.
    if (!problem.empty())
      Log::instance().warning("no checkpoint at this time: " + problem);
    return;
  }
  const std::string reason = anywhere[0] != 0 ? "stopped by " + stop_signal_name(anywhere[0])
                                              : "stopped by Checkpoint/Wall time limit";
  if (!problem.empty())
    throw ComputationError(reason + ", but the checkpoint could not be written: " + problem, time,
                           folder.last().empty() ? "" : "the checkpoint " + folder.last());
  std::ostringstream sentence;
  sentence << reason << " at " << time << " us with the checkpoint " << folder.last()
           << "; --resume continues from there";
  throw Stopped(sentence.str());
}

template <int dim>
void Checkpointing::finish(const Membrane<dim> &membrane, const double time,
                           const std::string &outcome, const Serialize<dim> &serialize) {
  if (context.story != nullptr && !context.story->is_last)
    return; // the next stage has its own, or the story is told
  const double clock = context.story != nullptr ? context.story->clock : 0.;
  const std::string problem = write<dim>(membrane, {{}, outcome, time + clock}, serialize);
  if (!problem.empty())
    Log::instance().warning("no checkpoint at the end: " + problem);
}

std::unique_ptr<const Checkpoint> checkpoint_to_resume(const Parameters &parameters,
                                                       const ParameterTable &table,
                                                       const std::string &directory,
                                                       MPI_Comm communicator) {
  auto checkpoint = Checkpoint::newest(communicator, directory);
  if (!checkpoint)
    throw UserError("--resume: there is no checkpoint in " + directory + "; run without --resume");
  const CheckpointInformation &information = checkpoint->information();

  std::map<std::string, std::string> was(information.parameters.begin(),
                                         information.parameters.end());
  std::string differences;
  const auto differs = [&](const std::string &what) {
    differences += (differences.empty() ? "" : ", ") + what;
  };
  for (const std::string &name : table.names()) {
    const auto old = was.find(name);
    const std::string value = table.value(name);
    if (table.may_change(name)) {
    } else if (old == was.end()) {
      if (table.was_set(name))
        differs(name + " = " + value + " (" + table.where(name) + "), which did not exist");
    } else if (old->second != value)
      differs(name + " = " + value + " (" + table.where(name) + ") was " + old->second);
    was.erase(name);
  }
  for (const auto &[name, value] : was)
    differs(name + " was " + value + " and no longer exists");
  if (!differences.empty())
    throw UserError("--resume: the parameters are not those of the run in " + directory + ": " +
                    differences);

  const std::string &outcome = information.outcome;
  const bool goes_on = outcome.empty() || (outcome == outcome_end_time &&
                                           parameters.time.end > information.time * (1. + 1e-12));
  if (!goes_on) {
    Log::instance().information(
        "the run in " + directory + " has finished, with the outcome: " + outcome +
        (outcome == outcome_end_time ? "; raise Time/End time to continue it" : ""));
    return nullptr;
  }
  std::ostringstream line;
  line << "resuming at " << information.time << " us from the checkpoint " << checkpoint->path();
  Log::instance().information(line.str());
  return checkpoint;
}

template void Checkpointing::after_step(const Membrane<1> &, double, const Serialize<1> &);
template void Checkpointing::after_step(const Membrane<2> &, double, const Serialize<2> &);
template void Checkpointing::finish(const Membrane<1> &, double, const std::string &,
                                    const Serialize<1> &);
template void Checkpointing::finish(const Membrane<2> &, double, const std::string &,
                                    const Serialize<2> &);
} // namespace fusogen
