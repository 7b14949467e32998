// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/transport.h"

#include "base/log.h"
#include "io/polyline_output.h"
#include "io/surface_output.h"
#include "io/throw_on_all_ranks.h"
#include "scenario/checkpointing.h"
#include "transport/run_ensemble.h"
#include "transport/vesicle_walk.h"

#include <algorithm>
#include <optional>
#include <sstream>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// A spherical membrane around a centre that moves.
class MovingSphere {
public:
  MovingSphere(MPI_Comm communicator, const Parameters &parameters)
      : radius(parameters.vesicle.radius), membrane(communicator, parameters.geometry.degree) {
    membrane.create_sphere_like(
        parameters.geometry.refinement, [this](const std::array<double, 3> &n) {
          return std::array<double, 3>{radius * n[0], radius * n[1], radius * n[2]};
        });
    around_origin.emplace(membrane.vector_field(false));
    for (auto &shift : shifts)
      shift.emplace(membrane.vector_field(false));
    std::vector<dealii::types::global_dof_index> indices;
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        membrane.cell_position_indices(cell, indices);
        for (unsigned int i = 0; i < indices.size(); ++i)
          if (membrane.position_dofs().locally_owned_dofs().is_element(indices[i]))
            (*shifts[i % 3])(indices[i]) = 1.;
      }
    for (auto &shift : shifts)
      shift->compress(dealii::VectorOperation::insert);
    *around_origin = membrane.positions();
    // b = kappa (C0 - H) nu with H = 2 / R and nu = x / R.
    Vector owned = *around_origin;
    owned *= parameters.bending_rigidity() *
             (parameters.bilayer.spontaneous_curvature - 2. / radius) / radius;
    moment.emplace(membrane.vector_field(true));
    *moment = owned;
  }

  void move_to(const Track::Point &centre) {
    Vector moved = *around_origin;
    for (unsigned int c = 0; c < 3; ++c)
      moved.add(centre[c], *shifts[c]);
    Vector ghosted = membrane.vector_field(true);
    ghosted = moved;
    membrane.set_positions(ghosted);
  }

  const double radius;
  Membrane<2> membrane;
  std::optional<Vector> moment;

private:
  std::optional<Vector> around_origin;
  std::array<std::optional<Vector>, 3> shifts;
};

// What all ranks know of the walk of rank 0.
struct WalkState {
  double time, distance;
  int kinesins, dyneins;
  VesicleWalk::Ending ending;
  TugOfWar::State motion;

  static WalkState of(const VesicleWalk &walk, MPI_Comm communicator) {
    WalkState state{walk.time(),          walk.distance(), walk.kinesins_bound(),
                    walk.dyneins_bound(), walk.ending(),   walk.state()};
    static_assert(std::is_trivially_copyable_v<WalkState>);
    const int error = MPI_Bcast(&state, sizeof(state), MPI_BYTE, 0, communicator);
    AssertThrowMPI(error);
    return state;
  }
};

// The walk as a line through the places where something changed.
class Path {
public:
  void add(const WalkState &state, const Track::Point &centre) {
    time.push_back(state.time);
    velocity.push_back(state.motion.velocity);
    kinesins.push_back(state.kinesins);
    dyneins.push_back(state.dyneins);
    for (unsigned int c = 0; c < 3; ++c)
      centres[c].push_back(centre[c]);
  }
  void write(const std::string &file) const {
    std::vector<Track::Point> points;
    for (unsigned int i = 0; i < time.size(); ++i)
      points.push_back({centres[0][i], centres[1][i], centres[2][i]});
    write_polyline(file, points,
                   {{"time [us]", time},
                    {"transport velocity [nm/us]", velocity},
                    {"kinesins bound []", kinesins},
                    {"dyneins bound []", dyneins}});
  }
  void serialize(StateArchive &state) {
    state.item("path: time", time);
    state.item("path: velocity", velocity);
    state.item("path: kinesins", kinesins);
    state.item("path: dyneins", dyneins);
    for (unsigned int c = 0; c < 3; ++c)
      state.item("path: centre " + std::to_string(c), centres[c]);
  }

private:
  std::vector<double> time, velocity, kinesins, dyneins;
  std::array<std::vector<double>, 3> centres;
};

std::string outcome_of(const VesicleWalk::Ending ending, const bool plus_end_is_last) {
  switch (ending) {
  case VesicleWalk::Ending::detached:
    return "detached";
  case VesicleWalk::Ending::plus_limit:
    return plus_end_is_last ? "end of track" : "start of track";
  case VesicleWalk::Ending::minus_limit:
    return plus_end_is_last ? "start of track" : "end of track";
  default:
    return outcome_end_time;
  }
}

// Run length and stall force from many runs, on rank 0, whose summary is the one that is written.
void add_ensemble(Summary &summary, const TugOfWar &motors, const Parameters &parameters) {
  const int runs = parameters.motors.runs, seed = parameters.motors.seed;
  Log::instance().information("simulating " + std::to_string(runs) + " runs on an endless track");
  const RunEnsemble ensemble = simulate_runs(motors, runs, parameters.time.end, seed);
  if (ensemble.cut_off > 0)
    Log::instance().warning(std::to_string(ensemble.cut_off) + " of " + std::to_string(runs) +
                            " runs had not ended at Time/End time, so that the mean run length is "
                            "too small; raise Time/End time");
  summary.set("runs", ensemble.runs, "");
  summary.set("runs cut off", ensemble.cut_off, "");
  const auto set = [&](const std::string &name, const Estimate &value, const std::string &unit) {
    summary.set(name, value.mean, unit);
    summary.set(name + " standard error", value.standard_error, unit);
  };
  set("mean run length", ensemble.run_length, "nm");
  set("mean run time", ensemble.run_time, "us");
  summary.set("mean velocity", ensemble.velocity, "nm/us");
  summary.set("mean motors bound", ensemble.motors_bound, "");
  set("stall force", stall_force(motors, runs, parameters.time.end, seed), "pN");
}
} // namespace

void run_transport(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const double kT = parameters.thermal_energy(), kappa = parameters.bending_rigidity();
  const double c0 = parameters.bilayer.spontaneous_curvature, radius = parameters.vesicle.radius;
  const Track track = parameters.track.polyline(context.table);
  const bool first_rank = dealii::Utilities::MPI::this_mpi_process(context.communicator) == 0;

  const double drag = stokes_drag(parameters.motors.viscosity, radius);
  const TugOfWar motors(parameters.motors.kinesin, parameters.motors.dynein, parameters.motors.atp,
                        parameters.motors.external_load, drag);
  // The walk counts distances towards the plus end, the track from its first point.
  const double direction = parameters.track.plus_end_is_last ? 1. : -1.;
  const double before = parameters.track.start, behind = track.length() - before;
  const VesicleWalk::Limits limits = parameters.track.plus_end_is_last
                                         ? VesicleWalk::Limits{-before, behind}
                                         : VesicleWalk::Limits{-behind, before};
  VesicleWalk walk(motors, limits, parameters.motors.seed, 0);
  const auto along_track = [&](const WalkState &state) {
    return before + direction * state.distance;
  };
  const auto centre = [&](const WalkState &state) {
    return track.beside(along_track(state), parameters.track.distance + radius);
  };

  MovingSphere vesicle(context.communicator, parameters);
  // Of the membrane in a checkpoint only the place differs, and it follows from the walk.
  Membrane<2> of_checkpoint(context.communicator, parameters.geometry.degree);
  std::optional<SurfaceArchive<2>> resumed;
  if (context.checkpoint)
    resumed.emplace(context.checkpoint->restore(of_checkpoint));
  RunOutput output(context);
  SurfaceOutput<2> pictures(context.communicator, context.directory);
  output.begin(pictures);

  WalkState now = WalkState::of(walk, context.communicator);
  Path path;
  double last_row = 0., next_output = parameters.time.output_interval;
  const auto serialize = [&](SurfaceArchive<2> &archive) {
    StateArchive &state = archive.state();
    state.item("last row", last_row);
    state.item("next output", next_output);
    walk.serialize(state);
    path.serialize(state);
    output.serialize(state);
    pictures.serialize(state);
  };

  const auto observables = [&] {
    Observables values;
    values.time = now.time;
    values.time_step = now.time - last_row;
    values.bending_energy = 2. * PI * kappa * std::pow(2. - c0 * radius, 2) / kT;
    values.total_energy = values.bending_energy;
    values.dissipated_power = drag * now.motion.velocity * now.motion.velocity / kT;
    values.area = vesicle.membrane.area();
    values.volume = vesicle.membrane.volume();
    return values;
  };
  const auto write = [&] {
    const Track::Point place = centre(now);
    vesicle.move_to(place);
    Statistics row = observables().row();
    row.set("distance along track", "nm", along_track(now));
    for (unsigned int c = 0; c < 3; ++c)
      row.set(std::string("vesicle ") + "xyz"[c], "nm", place[c]);
    row.set("transport velocity", "nm/us", now.motion.velocity);
    row.set("kinesins bound", "", now.kinesins);
    row.set("dyneins bound", "", now.dyneins);
    row.set("load per kinesin", "pN", now.motion.kinesin_load);
    row.set("load per dynein", "pN", now.motion.dynein_load);
    output.append("statistics.csv", row);
    pictures.write(vesicle.membrane, now.time, {kappa, c0, kT, *vesicle.moment}, {});
    last_row = now.time;
  };
  if (resumed) {
    serialize(*resumed);
    now = WalkState::of(walk, context.communicator);
  } else {
    path.add(now, centre(now));
    write();
  }
  const auto write_line = [&](const std::function<void()> &write_file) {
    std::string problem;
    if (first_rank)
      try {
        write_file();
      } catch (const UserError &error) {
        problem = error.what();
      }
    throw_on_all_ranks(context.communicator, problem);
  };
  write_line([&] {
    write_polyline(context.directory + "/track.vtp", track.points(),
                   {{"distance along track [nm]", track.arc_lengths()}});
  });
  Checkpointing checkpointing(context);

  const double end = parameters.time.end;
  while (now.ending == VesicleWalk::Ending::none && now.time < end) {
    // Rank 0 alone, so that the walk is the same whatever machines the other ranks run on.
    const bool changed = first_rank && walk.advance(std::min(next_output, end));
    now = WalkState::of(walk, context.communicator);
    if (changed)
      path.add(now, centre(now));
    if (now.time >= next_output) {
      write();
      while (next_output <= now.time * (1. + 1e-12))
        next_output += parameters.time.output_interval;
      std::ostringstream line;
      line << "t = " << now.time * 1e-6 << " s, " << along_track(now) << " nm along the track, "
           << now.kinesins << " kinesins and " << now.dyneins << " dyneins bound";
      Log::instance().progress(line.str());
    }
    checkpointing.after_step<2>(vesicle.membrane, now.time, serialize);
  }
  Log::instance().finish_progress();
  if (last_row < now.time)
    write();
  if (now.ending == VesicleWalk::Ending::none)
    path.add(now, centre(now));
  write_line([&] { path.write(context.directory + "/path.vtp"); });

  const std::string outcome = outcome_of(now.ending, parameters.track.plus_end_is_last);
  observables().add_to(output.summary);
  output.summary.set("run length", now.distance, "nm");
  output.summary.set("run velocity", now.time > 0. ? now.distance / now.time : 0., "nm/us");
  output.summary.set("motors bound", now.time > 0. ? walk.bound_time() / now.time : 0., "");
  if (first_rank && parameters.motors.runs > 0)
    add_ensemble(output.summary, motors, parameters);
  output.end(pictures);
  output.finish(outcome);
  checkpointing.finish<2>(vesicle.membrane, now.time, outcome, serialize);
  Log::instance().information("outcome: " + outcome);
}
} // namespace fusogen
