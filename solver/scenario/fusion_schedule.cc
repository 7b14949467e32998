// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/fusion_schedule.h"

#include "base/computation_error.h"
#include "base/log.h"
#include "io/throw_on_all_ranks.h"
#include "scenario/barrier_table.h"
#include "scenario/pathway_setup.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>

namespace fusogen {
namespace {
constexpr double pi = 3.141592653589793, infinity = std::numeric_limits<double>::infinity();
/// Relative accuracy of times, as in the scenario's time loop.
constexpr double same_time = 1e-12;
/// Hemifusions that fall apart are drawn one by one if no more than this are expected.
constexpr double most_hemifusions = 1000.;
/// Intervals between outputs, relative to the time since the last event.
constexpr double output_growth = 0.1;
/// To be raised when the energies of the pathway change: what is in tables is then of no use.
constexpr double model_version = 1.;

/// Everything that barriers depend on.
BarrierTable::Numbers inputs_of(const PathwaySetup &setup) {
  BarrierTable::Numbers inputs = {
      {"model version", model_version},
      {"box radius [nm]", setup.pair.box},
      {"slope [rad]", setup.pair.slope},
      {"held at [nm]", setup.pair.half_separation.value_or(std::nan(""))},
      {"docked distance [nm]", setup.docked},
      {"elements", static_cast<double>(setup.pair.n_elements)},
      {"hydrophobic tension [pN/nm]", setup.defect.tension},
      {"hydrophobic decay [nm]", setup.defect.decay},
      {"step [nm]", setup.settings.step},
      {"largest diaphragm [nm]", setup.settings.largest_diaphragm},
      {"lumen of the pore [nm]", setup.settings.pore_radii.front()},
      {"force [pN]", setup.pair.force},
  };
  std::vector<std::pair<std::string, const Monolayer *>> leaflets = {
      {"proximal ", &setup.pair.proximal}, {"distal ", &setup.pair.distal}};
  if (setup.unequal) {
    const auto &[vesicle, plasma_membrane] = *setup.unequal;
    inputs["slope of the vesicle [rad]"] = vesicle.slope;
    inputs["slope of the plasma membrane [rad]"] = plasma_membrane.slope;
    leaflets = {{"proximal vesicle ", &vesicle.proximal},
                {"distal vesicle ", &vesicle.distal},
                {"proximal plasma membrane ", &plasma_membrane.proximal},
                {"distal plasma membrane ", &plasma_membrane.distal}};
  }
  for (const auto &[name, leaflet] : leaflets)
    for (const auto &[quantity, value] :
         {std::make_pair("rigidity [pN nm]", leaflet->rigidity),
          std::make_pair("spontaneous curvature [1/nm]", leaflet->spontaneous_curvature),
          std::make_pair("tilt modulus [pN/nm]", leaflet->tilt_modulus),
          std::make_pair("area modulus [pN/nm]", leaflet->area_modulus),
          std::make_pair("thickness [nm]", leaflet->thickness),
          std::make_pair("Gaussian ratio", leaflet->gaussian_ratio),
          std::make_pair("maximum chain stretch", leaflet->maximum_chain_stretch),
          std::make_pair("chain modulus [pN/nm]", leaflet->chain_modulus),
          std::make_pair("tension [pN/nm]", leaflet->tension),
          std::make_pair("hydration pressure [pN/nm^2]", leaflet->hydration_pressure),
          std::make_pair("hydration decay [nm]", leaflet->hydration_decay)})
      inputs[name + quantity] = value;
  return inputs;
}

/// Names of results in the table.
namespace key {
constexpr const char *stalk_saddle = "stalk saddle [pN nm]", *stalk = "stalk [pN nm]",
                     *hemifusion_saddle = "hemifusion saddle [pN nm]",
                     *diaphragm = "diaphragm [pN nm]", *diaphragm_radius = "diaphragm radius [nm]",
                     *pore_saddle = "pore saddle [pN nm]", *pore = "pore [pN nm]",
                     *grows = "diaphragm grows";
} // namespace key

/// Collective.
BarrierTable::Numbers results_for(const PathwaySetup &setup, MPI_Comm communicator) {
  FusionPath path = setup.path(communicator);
  const FusionProfile profile = fusion_profile(
      path, setup.settings, [](const std::string &what) { Log::instance().progress(what); });
  if (profile.pores.empty())
    throw ComputationError("the pore that leaflets are to hand over does not converge", 0., "");
  const FusionBarriers barriers = profile.barriers();
  return {{key::stalk_saddle, barriers.stalk_saddle},
          {key::stalk, barriers.stalk},
          {key::hemifusion_saddle, barriers.hemifusion_saddle},
          {key::diaphragm, barriers.diaphragm},
          {key::diaphragm_radius, barriers.diaphragm_radius},
          {key::pore_saddle, barriers.pore_saddle},
          {key::pore, profile.pores.front().energy.total()},
          {key::grows, profile.diaphragm_grows ? 1. : 0.}};
}
} // namespace

void FusionHistory::extend(const FusionRates &rates, RandomStream &random, const double end) {
  if (rates.docked_to_stalk == 0.)
    return;
  const double success = rates.success();
  const auto [slow, fast] = rates.relaxation();
  const double cycle = 1. / rates.docked_to_stalk + rates.mean_failure();
  double now = ends.empty() ? 0. : ends.back();
  if (ends.empty() && 1. - success > most_hemifusions * success && end > most_hemifusions * cycle) {
    // A sum of so many waiting times, their number geometric, is exponential.
    now = random.waiting_time(success / (1. - success) / cycle);
    left_out = std::min(now, end) / cycle;
  }
  while (pore == infinity && now <= end) {
    now += random.waiting_time(rates.docked_to_stalk);
    const bool opens = left_out > 0. || random.uniform() < success;
    begins.push_back(now);
    if (opens)
      now += random.waiting_time(slow) + random.waiting_time(fast);
    else
      now += random.waiting_time(random.uniform() < rates.slow_share_of_failures() ? slow : fast);
    ends.push_back(now);
    if (opens)
      pore = now;
  }
}

FusionSchedule::FusionSchedule(const RunContext &context)
    : drawn(context.parameters.fusion.nucleation == Nucleation::from_pathway),
      kT(context.parameters.thermal_energy()),
      attempt_frequency(context.parameters.pathway.attempt_frequency),
      end(context.parameters.time.end), random(context.parameters.fusion.seed, 0),
      histories(context.parameters.vesicle.number()) {
  const Parameters::Fusion &fusion = context.parameters.fusion;
  if (!drawn) {
    for (unsigned int i = 0; i < histories.size(); ++i) {
      const double time = fusion.time(i);
      histories[i] = {{time - fusion.hemifusion_duration}, {time}, time, 0.};
    }
    return;
  }
  FusionHistory &history = histories[0]; // there is a single vesicle
  if (context.checkpoint)                // it knows all
    return;
  compute(context);
  const FusionRates rates = fusion_rates(barriers, attempt_frequency * 1e-6, kT); // by us
  history.extend(rates, random, end);
  std::ostringstream line;
  line << "fusion takes " << rates.mean_time() << " us on average; with this seed ";
  if (history.pore < infinity)
    line << "the membranes hemifuse at " << history.begins.back() << " us, a pore opens at "
         << history.pore << " us";
  else
    line << "no pore opens before " << end << " us";
  if (history.begins.size() > 1)
    line << "; " << history.begins.size() - 1 << " hemifusions fall apart before";
  if (history.left_out > 0.)
    line << "; some " << history.left_out
         << " hemifusions that fall apart before are left out, and so is what lipids do in them";
  Log::instance().information(line.str());
}

void FusionSchedule::compute(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const PathwaySetup setup = pathway_at_contact(parameters);

  std::string file = parameters.fusion.barrier_table;
  if (file.empty())
    file = (std::filesystem::absolute(context.directory).lexically_normal() / ".." /
            "fusion_barriers.json")
               .lexically_normal()
               .string();
  const BarrierTable table(file);
  const BarrierTable::Numbers inputs = inputs_of(setup);
  const bool first = dealii::Utilities::MPI::this_mpi_process(context.communicator) == 0;
  BarrierTable::Numbers results;
  std::string mistake;
  if (first)
    try {
      results = table.find(inputs).value_or(BarrierTable::Numbers());
    } catch (const UserError &error) {
      mistake = error.what();
    }
  throw_on_all_ranks(context.communicator, mistake);
  results = dealii::Utilities::MPI::broadcast(context.communicator, results);
  if (!results.empty())
    Log::instance().information("barriers of fusion are those of " + file);
  else {
    Log::instance().information("computing the energy path of fusion, for " + file);
    results = results_for(setup, context.communicator);
    Log::instance().finish_progress();
    if (first)
      if (const std::string problem = table.add(inputs, results); !problem.empty())
        Log::instance().warning("the barriers of fusion are not kept: " + problem);
  }

  barriers = {results[key::stalk_saddle],      results[key::stalk],
              results[key::hemifusion_saddle], results[key::diaphragm],
              results[key::pore_saddle],       results[key::diaphragm_radius]};
  pore_energy = results[key::pore];
  // Splay of both parallel leaflets, integrated: 4 l0 times the Gaussian curvature.
  double gaussian_modulus = 0.;
  for (const Monolayer *leaflet : {&setup.pair.proximal, &setup.pair.distal})
    gaussian_modulus +=
        leaflet->rigidity *
        (leaflet->gaussian_ratio - 2. * leaflet->spontaneous_curvature * leaflet->thickness);
  gaussian_energy = -4. * pi * gaussian_modulus;

  std::ostringstream line;
  line << "energies above the docked membranes [kT]: to the stalk " << barriers.stalk_saddle / kT
       << ", stalk " << barriers.stalk / kT;
  if (barriers.has_diaphragm())
    line << ", to the diaphragm " << barriers.hemifusion_saddle / kT << ", diaphragm of "
         << barriers.diaphragm_radius << " nm " << barriers.diaphragm / kT;
  line << ", to the pore " << barriers.pore_saddle / kT << ", pore " << pore_energy / kT;
  Log::instance().information(line.str());
  if (results[key::grows] > 0.)
    Log::instance().warning(
        "the diaphragm gets cheaper up to Pathway/Largest diaphragm, which stands for what stops "
        "its growth");
}

bool FusionSchedule::hemifused(const unsigned int vesicle, const double time) const {
  const FusionHistory &history = histories[vesicle];
  for (unsigned int i = 0; i < history.begins.size(); ++i)
    if (time > history.begins[i] * (1. + same_time) && time <= history.ends[i] * (1. + same_time))
      return true;
  return false;
}

double FusionSchedule::next_event(const double time) const {
  double next = infinity;
  for (const FusionHistory &history : histories) {
    if (time < history.pore * (1. - same_time))
      next = std::min(next, history.pore);
    for (const auto *times : {&history.begins, &history.ends})
      for (const double event : *times)
        if (time < event * (1. - same_time))
          next = std::min(next, event);
  }
  return next;
}

double FusionSchedule::next_output(const double time, const double interval) const {
  const double regular = next_output_after(time, interval);
  const FusionHistory &history = histories[0]; // all that there is if times are drawn
  if (!drawn || time >= history.pore * (1. - same_time))
    return regular;
  double last = 0.;
  for (const auto *times : {&history.begins, &history.ends})
    for (const double event : *times)
      if (event * (1. - same_time) <= time)
        last = std::max(last, event);
  return std::min(std::max(regular, time + output_growth * (time - last)), next_event(time));
}

void FusionSchedule::hand_over(const double bilayer_energy) {
  if (!drawn)
    return;
  mismatch = bilayer_energy + gaussian_energy - pore_energy;
  std::ostringstream line;
  line << "hand-over of the pore: leaflets have " << pore_energy / kT
       << " kT above the docked membranes, the bilayer has " << bilayer_energy / kT
       << " kT of bending and tension and " << gaussian_energy / kT
       << " kT by the Gaussian modulus of these leaflets; mismatch " << mismatch / kT << " kT";
  Log::instance().information(line.str());
}

void FusionSchedule::add_to(Summary &summary) const {
  if (!drawn)
    return;
  const FusionHistory &history = histories[0];
  const FusionRates rates = fusion_rates(barriers, attempt_frequency, kT);
  summary.set("stalk saddle energy", barriers.stalk_saddle / kT, "kT");
  summary.set("stalk energy", barriers.stalk / kT, "kT");
  summary.set("hemifusion saddle energy", barriers.hemifusion_saddle / kT, "kT");
  summary.set("diaphragm energy", barriers.diaphragm / kT, "kT");
  summary.set("diaphragm radius", barriers.diaphragm_radius, "nm");
  summary.set("pore saddle energy", barriers.pore_saddle / kT, "kT");
  summary.set("rate prefactor", attempt_frequency, "1/s");
  summary.set("rate", 1. / rates.mean_time(), "1/s");
  summary.set("hemifusion time", history.begins.empty() ? infinity : history.begins.back(), "us");
  summary.set("pore time", history.pore, "us");
  summary.set("hemifusion duration",
              history.pore < infinity ? history.pore - history.begins.back() : infinity, "us");
  summary.set("hemifusions that fell apart",
              history.left_out + history.begins.size() - (history.pore < infinity ? 1. : 0.), "");
  summary.set("leaflet pore energy", pore_energy / kT, "kT");
  summary.set("hand-over mismatch", mismatch / kT, "kT");
}

void FusionSchedule::serialize(StateArchive &state) {
  if (!drawn)
    return;
  FusionHistory &history = histories[0];
  state.item("hemifusion begins", history.begins);
  state.item("hemifusion ends", history.ends);
  state.item("pore time", history.pore);
  state.item("hemifusions left out", history.left_out);
  random.serialize(state, "random numbers of fusion");
  state.item("stalk saddle energy", barriers.stalk_saddle);
  state.item("stalk energy", barriers.stalk);
  state.item("hemifusion saddle energy", barriers.hemifusion_saddle);
  state.item("diaphragm energy", barriers.diaphragm);
  state.item("pore saddle energy", barriers.pore_saddle);
  state.item("diaphragm radius", barriers.diaphragm_radius);
  state.item("leaflet pore energy", pore_energy);
  state.item("leaflet Gaussian energy", gaussian_energy);
  state.item("hand-over mismatch", mismatch);
  if (state.loading()) // the run may go on for longer
    history.extend(fusion_rates(barriers, attempt_frequency * 1e-6, kT), random, end);
}
} // namespace fusogen
