// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/life.h"

#include "base/log.h"
#include "base/user_error.h"
#include "scenario/budding.h"
#include "scenario/checkpointing.h"
#include "scenario/docking.h"
#include "scenario/exocytosis.h"
#include "scenario/transport.h"

#include <cmath>
#include <sstream>

namespace fusogen {
namespace {
class Life {
public:
  explicit Life(const RunContext &context)
      : context(context), parameters(context.parameters), story(context.directory),
        track(parameters.track.polyline(context.table)) {}

  void run();

private:
  enum Stage { budding = 1, travel, docking, fusion };
  // What is known of the vesicle, in Story::handed_over; behind it the fractions of the species in
  // the outer leaflet, then those in the inner one.
  enum Known { radius, cargo, budding_time, travel_time, docking_time, gap, first_fraction };

  dealii::Point<3> centre_at(double distance_along_track, double radius) const;
  Parameters of_stage() const;
  void place();
  bool take_over();
  void finish();

  const RunContext &context;
  const Parameters &parameters;
  Story story;
  const Track track;
};

dealii::Point<3> Life::centre_at(const double distance_along_track, const double radius) const {
  const Track::Point p = track.beside(distance_along_track, parameters.track.distance + radius);
  return {p[0], p[1], p[2]};
}

// The parameters with the vesicle as it is now and the times of the stage.
Parameters Life::of_stage() const {
  Parameters result = parameters;
  const std::vector<double> &known = story.handed_over;
  result.motors.runs = 0;
  switch (story.stage) {
  case budding:
    result.time = parameters.life.budding.in(parameters.time);
    return result;
  case travel:
    result.time = parameters.life.travel.in(parameters.time);
    break;
  case docking:
    result.time = parameters.life.docking.in(parameters.time);
    result.docking.distance = centre_at(track.length(), known[radius])[2] - known[radius];
    break;
  default:
    result.time = parameters.life.fusion.in(parameters.time);
    result.fusion.gap = known[gap];
  }
  result.vesicle.radius = known[radius];
  const unsigned int n = parameters.lipids.names.size();
  const auto fractions = known.begin() + first_fraction;
  result.lipids.vesicle_outer.assign(fractions, fractions + n);
  result.lipids.vesicle_inner.assign(fractions + n, fractions + 2 * n);
  return result;
}

// The bud comes off where the track begins; the vesicle docks where it ends.
void Life::place() {
  if (story.stage == budding) {
    const double expected_radius = 2. / parameters.budding.spontaneous_curvature;
    story.origin = centre_at(parameters.track.start, expected_radius);
    story.origin[2] -= 2. * expected_radius;
  } else if (story.stage == travel)
    story.origin = {};
  else {
    story.origin = centre_at(track.length(), story.handed_over[radius]);
    story.origin[2] = 0.;
  }
}

// Learns from the stage that has ended; false if the vesicle's life ends there.
bool Life::take_over() {
  const Summary &summary = story.summary;
  const double duration = summary.value("final time");
  story.clock += duration;
  std::vector<double> &known = story.handed_over;
  switch (story.stage) {
  case budding: {
    if (summary.outcome() != "vesicle")
      return false;
    known.assign(first_fraction, 0.);
    known[radius] = summary.value("vesicle radius");
    known[cargo] = summary.value("cargo of the vesicle");
    known[budding_time] = duration;
    for (const char *leaflet : {" outer", " inner"}) {
      double sum = 0.;
      std::vector<double> amounts;
      for (const std::string &name : parameters.lipids.names) {
        amounts.push_back(summary.value(name + leaflet + " leaflet of the vesicle"));
        sum += amounts.back();
      }
      for (const double amount : amounts)
        known.push_back(amount / sum);
    }
    return true;
  }
  case travel:
    known[travel_time] = duration;
    return summary.outcome() == "end of track";
  case docking:
    known[docking_time] = duration;
    known[gap] = summary.value("least distance");
    return summary.outcome() == "docked";
  default:
    return false;
  }
}

void Life::finish() {
  Summary summary = story.summary;
  const std::vector<double> &known = story.handed_over;
  if (!known.empty()) {
    summary.set("vesicle radius", known[radius], "nm");
    summary.set("cargo of the vesicle", known[cargo], "");
    summary.set("budding time", known[budding_time], "us");
    if (story.stage >= travel)
      summary.set("travel time", known[travel_time], "us");
    if (story.stage >= docking) {
      summary.set("docking time", known[docking_time], "us");
      summary.set("distance when docked", known[gap], "nm");
    }
  }
  summary.set("final time", story.clock, "us");
  summary.set("stages", story.stage, "");
  if (dealii::Utilities::MPI::this_mpi_process(context.communicator) == 0)
    summary.write(context.directory + "/summary.json");
}

void Life::run() {
  static const char *const names[] = {"", "budding", "transport", "docking", "exocytosis"};
  const Checkpoint *checkpoint = context.checkpoint;
  if (checkpoint) {
    StateArchive state = checkpoint->state();
    story.serialize(state);
  } else {
    story.stage = budding;
    place();
  }
  while (true) {
    std::ostringstream line;
    line << "stage " << story.stage << " at " << story.clock << " us: " << names[story.stage];
    Log::instance().information(line.str());
    story.is_last = story.stage == fusion;
    const Parameters stage_parameters = of_stage();
    const RunContext stage{stage_parameters,     context.table, context.directory,
                           context.communicator, checkpoint,    &story};
    switch (story.stage) {
    case budding:
      run_budding(stage);
      break;
    case travel:
      run_transport(stage);
      break;
    case docking:
      run_docking(stage);
      break;
    default:
      run_exocytosis(stage);
    }
    checkpoint = nullptr;
    if (!take_over())
      break;
    ++story.stage;
    place();
  }
  finish();
}
} // namespace

void run_life(const RunContext &context) { Life(context).run(); }
} // namespace fusogen
