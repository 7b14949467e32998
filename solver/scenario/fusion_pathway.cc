// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/fusion_pathway.h"

#include "base/computation_error.h"
#include "base/log.h"
#include "io/revolved_output.h"
#include "io/throw_on_all_ranks.h"
#include "pathway/string_method.h"
#include "scenario/pathway_setup.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>

namespace fusogen {
namespace {
/// Numbers of the stages in pathway.csv.
double number_of(const std::string &stage) {
  const std::vector<std::string> stages = {"patch", "stalk", "diaphragm", "hole", "edge", "pore"};
  return 1. + (std::find(stages.begin(), stages.end(), stage) - stages.begin());
}

/// The leaflets of a state as surfaces, those of a half with their mirror images below; normals
/// point to the heads.
std::vector<RevolvedOutput::Piece> leaflets_of(const BilayerNetwork &network) {
  std::vector<RevolvedOutput::Piece> pieces;
  for (unsigned int s = 0; s < network.n_strips(); ++s)
    for (const auto side : {BilayerNetwork::left, BilayerNetwork::right}) {
      if (!network.strip(s).leaflets[side])
        continue;
      // Materials 0 and 1 are distal and proximal of the upper membrane, 2 and 3 of the lower one.
      const unsigned int material = network.strip(s).material[side];
      const double distal = material % 2 == 0 ? 1. : 0., membrane = material < 2 ? 1. : -1.;
      for (const auto &element : network.neutral_surface(s, side))
        for (const double half : {1., -1.}) {
          if (half < 0. && !network.is_half())
            continue;
          // Heads are to the left of a left leaflet; the mirror image is the other way round.
          const bool turned = (side == BilayerNetwork::right) != (half < 0.);
          RevolvedOutput::Piece piece;
          for (unsigned int i = 0; i < 3; ++i) {
            const BilayerNetwork::SurfacePoint &p = element[turned ? 2 - i : i];
            piece.points[i] = {p.r, half * p.z};
            piece.values[i] = {p.splay, p.tilt, distal, half * membrane};
          }
          pieces.push_back(piece);
        }
    }
  return pieces;
}

/// Radius of the first heads around bare tails [nm].
double radius_of_defect(const BilayerNetwork &network) {
  const BilayerNetwork::EndDefect &end = network.defects.front();
  const BilayerNetwork::Shape at = network.evaluate(end.strip, 0.);
  return at.r + at.length[end.side] * std::sin(at.angle[end.side]);
}

/// A barrier that strings are to check.
struct StringCheck {
  std::string name, stage;
  std::vector<BilayerNetwork> start;
  /// The minimum before it [pN nm].
  double from;
};

/// Checks barriers by strings, which know nothing of the path's coordinates: rows of string.csv and
/// numbers of the summary.
void add_strings(RunOutput &output, const FusionPath &path, const unsigned int n_images,
                 const std::vector<StringCheck> &all, MPI_Comm communicator, const double kT) {
  for (const StringCheck &check : all) {
    Log::instance().progress("string to the " + check.name);
    std::vector<double> barriers;
    double reduction = std::nan(""), modes = std::nan("");
    for (const unsigned int n : {n_images, 2 * n_images}) {
      barriers.push_back(std::nan(""));
      if (check.start.empty())
        continue;
      StringSettings settings;
      settings.n_images = n;
      std::optional<MinimumEnergyPath> string;
      try {
        string = find_minimum_energy_path(check.start, settings, communicator);
      } catch (const ComputationError &error) {
        Log::instance().warning(error.what());
        continue;
      }
      for (unsigned int i = 0; i < n; ++i) {
        Statistics row;
        row.set("stage", "", number_of(check.stage));
        row.set("images", "", n);
        row.set("position", "nm^1.5", string->position[i]);
        row.set("radius", "nm", radius_of_defect(string->images[i]));
        row.set("total energy", "kT", path.energy_of(string->images[i]) / kT);
        row.set("climbing", "", i == string->highest ? 1. : 0.);
        row.set("converged", "", string->converged ? 1. : 0.);
        output.append("string.csv", row);
      }
      if (string->converged)
        barriers.back() = (path.energy_of(string->images[string->highest]) - check.from) / kT;
      reduction = string->gradient / string->first_gradient;
      modes = string->stationary.converged ? string->stationary.negative_modes : std::nan("");
    }
    output.summary.set(check.name + " barrier by string", barriers[1], "kT");
    output.summary.set(check.name + " string images", 2. * n_images, "");
    output.summary.set(check.name + " string difference", barriers[1] - barriers[0], "kT");
    output.summary.set(check.name + " string gradient reduction", reduction, "");
    output.summary.set(check.name + " string negative modes", modes, "");
    std::ostringstream line;
    line << "barrier to the " << check.name << " by strings of " << n_images << " and "
         << 2 * n_images << " states: ";
    if (std::isfinite(barriers[0] + barriers[1]))
      line << barriers[0] << " and " << barriers[1] << " kT";
    else
      line << (check.start.empty() ? "no states on both sides" : "not converged");
    Log::instance().information(line.str());
  }
}
} // namespace

void run_fusion_pathway(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const double kT = parameters.thermal_energy();
  const PathwaySetup setup = pathway_of(parameters);
  RunOutput output(context);

  const unsigned int rank = dealii::Utilities::MPI::this_mpi_process(context.communicator),
                     n_ranks = dealii::Utilities::MPI::n_mpi_processes(context.communicator);
  RevolvedOutput pictures(context.directory, "leaflets",
                          {"splay [1/nm]", "tilt []", "distal []", "membrane []"});
  unsigned int n_rows = 0;
  std::string problem;
  const auto write = [&](std::vector<PathState> states, const std::optional<PathSaddle> &saddle) {
    auto place = states.end();
    if (saddle && saddle->state) {
      // Among the states of its stage.
      place = std::find_if(states.begin(), states.end(), [&](const PathState &state) {
        return number_of(state.stage) > number_of(saddle->state->stage) ||
               (state.stage == saddle->state->stage && state.coordinate > saddle->coordinate);
      });
      place = states.insert(place, *saddle->state);
    }
    // Half of the work, and each state is for itself: the ranks take turns.
    std::vector<double> errors(states.size(), 0.);
    for (std::size_t i = rank; i < states.size(); i += n_ranks)
      errors[i] = states[i].mesh_error();
    dealii::Utilities::MPI::sum(errors, context.communicator, errors);
    for (auto it = states.begin(); it != states.end(); ++it) {
      const PathState &state = *it;
      Statistics row;
      const NetworkEnergy &e = state.energy;
      row.set("stage", "", number_of(state.stage));
      row.set("coordinate", "nm", state.coordinate);
      row.set("total energy", "kT", e.total() / kT);
      row.set("splay energy", "kT", e.splay / kT);
      row.set("tilt energy", "kT", e.tilt / kT);
      row.set("stretch energy", "kT", e.stretch / kT);
      row.set("chain energy", "kT", e.chains / kT);
      row.set("tension energy", "kT", e.tension / kT);
      row.set("Gaussian energy", "kT", e.gaussian / kT);
      row.set("hydration energy", "kT", e.hydration / kT);
      row.set("hydrophobic energy", "kT", e.defects / kT);
      row.set("work of force", "kT", e.work / kT);
      row.set("force", "pN", state.force);
      row.set("negative modes", "", state.minimum.negative_modes);
      row.set("saddle", "", it == place ? 1. : 0.);
      row.set("discretisation error", "kT", errors[it - states.begin()] / kT);
      output.append("pathway.csv", row);
      ++n_rows;
      if (rank == 0 && problem.empty())
        try {
          pictures.write(n_rows, leaflets_of(state.network));
        } catch (const UserError &error) {
          problem = error.what();
        }
    }
    throw_on_all_ranks(context.communicator, problem);
  };
  FusionPath path = setup.path(context.communicator);
  const FusionProfile profile = fusion_profile(
      path, setup.settings, [](const std::string &what) { Log::instance().progress(what); });
  Log::instance().progress("errors of the meshes");
  write(profile.patches, profile.stalk_saddle);
  write(profile.hemifusion, profile.hemifusion_saddle);
  write(profile.holes, profile.pore_saddle);
  write(profile.pores, {});
  const auto &[stalk_saddle, hemifusion_saddle, pore_saddle] =
      std::tie(profile.stalk_saddle, profile.hemifusion_saddle, profile.pore_saddle);
  const std::optional<PathState> &minimum = profile.diaphragm;
  const double stalk_energy = profile.hemifusion.front().energy.total();

  // From minimum to saddle, and the whole from the lowest minimum before the highest saddle after
  // it.
  const double before_pore = minimum ? minimum->energy.total() : stalk_energy;
  output.summary.set("stalk energy", stalk_energy / kT, "kT");
  output.summary.set("stalk barrier", stalk_saddle ? stalk_saddle->energy / kT : std::nan(""),
                     "kT");
  output.summary.set(
      "hemifusion barrier",
      hemifusion_saddle ? (hemifusion_saddle->energy - stalk_energy) / kT : std::nan(""), "kT");
  output.summary.set("diaphragm energy", minimum ? minimum->energy.total() / kT : std::nan(""),
                     "kT");
  output.summary.set("diaphragm radius", minimum ? minimum->coordinate : std::nan(""), "nm");
  output.summary.set("pore barrier",
                     pore_saddle ? (pore_saddle->energy - before_pore) / kT : std::nan(""), "kT");

  struct Step {
    std::string name;
    std::optional<PathSaddle> saddle;
    double minimum_before;
  };
  double lowest = 0., barrier = 0.;
  std::string limiting = "none";
  for (const Step &step :
       {Step{"stalk", stalk_saddle, 0.},
        Step{"hemifusion", minimum ? hemifusion_saddle : std::nullopt, stalk_energy},
        Step{"pore", pore_saddle, before_pore}}) {
    if (step.name != "stalk")
      lowest = std::min({lowest, stalk_energy, step.minimum_before});
    if (step.saddle && step.saddle->energy - lowest > barrier) {
      barrier = step.saddle->energy - lowest;
      limiting = step.name;
    }
  }
  output.summary.set_text("rate limiting step", limiting);
  output.summary.set("rate limiting barrier", barrier / kT, "kT");
  output.summary.set("rate prefactor", parameters.pathway.attempt_frequency, "1/s");
  const FusionRates rates =
      fusion_rates(profile.barriers(), parameters.pathway.attempt_frequency, kT);
  output.summary.set("rate", 1. / rates.mean_time(), "1/s");
  for (const auto &[name, saddle] :
       {std::make_pair("stalk", &stalk_saddle), std::make_pair("hemifusion", &hemifusion_saddle),
        std::make_pair("pore", &pore_saddle)})
    output.summary.set(
        std::string(name) + " saddle negative modes",
        *saddle && (*saddle)->negative_modes ? *(*saddle)->negative_modes : std::nan(""), "");

  if (parameters.pathway.string_images > 0)
    add_strings(output, path, parameters.pathway.string_images,
                {{"stalk", "patch", path.string_to_stalk(profile.patches), 0.},
                 {"pore", "hole", path.string_to_pore(profile.holes), before_pore}},
                context.communicator, kT);

  // At stationary states only what depends on a parameter directly counts (Hellmann and Feynman).
  const double kappa = parameters.leaflets.monolayer_rigidity;
  const PathState &stalk = profile.hemifusion.front();
  output.summary.set("stalk energy by Gaussian ratio", kappa * stalk.network.gaussian_curvature(),
                     "kT");
  if (stalk_saddle) {
    const auto highest = std::max_element(
        profile.patches.begin(), profile.patches.end(),
        [](const PathState &a, const PathState &b) { return a.energy.total() < b.energy.total(); });
    output.summary.set("stalk barrier by hydrophobic tension",
                       highest->energy.defects / kT / parameters.pathway.hydrophobic_tension,
                       "kT nm/pN");
    output.summary.set("stalk barrier by Gaussian ratio",
                       kappa * highest->network.gaussian_curvature(), "kT");
  }
  if (parameters.leaflets.chain_modulus > 0.) {
    // Central difference over 2 % of stretch.
    std::vector<double> energy;
    for (const double change : {-0.01, 0.01}) {
      BilayerNetwork network = stalk.network;
      network.for_all_monolayers([&](Monolayer &m) { m.maximum_chain_stretch += change; });
      energy.push_back(minimise(network).converged ? network.energies().total() : std::nan(""));
    }
    output.summary.set("stalk energy by maximum chain stretch", (energy[1] - energy[0]) / 0.02 / kT,
                       "kT");
  }
  output.finish(pore_saddle ? "fusion pathway" : "no pore");
  Log::instance().finish_progress();
  std::ostringstream line;
  line << "stalk " << stalk_energy / kT << " kT; highest barrier " << barrier / kT << " kT ("
       << limiting << ")";
  Log::instance().information(line.str());
}
} // namespace fusogen
