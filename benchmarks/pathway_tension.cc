// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How tension and a force on the far ends change barriers, as in doc/pathway_notes.md: diaphragm
/// and pore saddle by tension, saddle to the stalk by force, with the derivative of each by theory.
#include "base/computation_error.h"
#include "base/units.h"
#include "pathway/fusion_path.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace fusogen;

namespace {
const double kT = units::thermal_energy(units::room_temperature);

/// By the tension of both leaflets of both membranes, half of which is each leaflet's, a stationary
/// state changes by half of the area of all leaflets beyond the reference (Hellmann and Feynman)
/// [nm^2].
double excess_area(const BilayerNetwork &network) {
  return 0.5 * (network.energies().area - 4. * network.reference_area);
}

Minimum stationary_at(BilayerNetwork &network, const double tension, const bool saddle) {
  const double before = network.monolayer(0, BilayerNetwork::left).tension;
  // In steps that Newton's method follows.
  Minimum result;
  const unsigned int steps = std::max(1., std::ceil(std::abs(0.5 * tension - before) / 0.05));
  for (unsigned int i = 1; i <= steps; ++i) {
    network.for_all_monolayers(
        [&](Monolayer &m) { m.tension = before + (0.5 * tension - before) * i / steps; });
    result = saddle ? find_stationary(network) : minimise(network);
    if (!result.converged)
      break;
  }
  return result;
}

void tension_table(MirrorPair pair, const std::vector<double> &tensions, const double waist) {
  pair.proximal.tension = pair.distal.tension = 0.5 * tensions.front();
  FusionPath path(pair, {}, 5.5);
  const std::vector<PathState> states = path.stalk_to_diaphragm(0.25, waist + 1.);
  const std::optional<PathState> minimum = path.metastable_diaphragm(states);
  const std::optional<PathSaddle> pore =
      path.pore_in_diaphragm(minimum ? minimum->coordinate : waist);
  if (!pore || !pore->state) {
    std::cout << "no certified saddle of a pore\n";
    return;
  }
  BilayerNetwork saddle = pore->state->network;
  const BilayerNetwork *held = nullptr;
  for (const PathState &state : states)
    if (state.stage == "diaphragm" && std::abs(state.coordinate - waist) < 1e-6)
      held = &state.network;
  std::optional<BilayerNetwork> free = minimum ? std::optional(minimum->network) : std::nullopt;
  if (free)
    free->release(free->first(1, BilayerNetwork::radius));
  std::optional<BilayerNetwork> at_waist = held ? std::optional(*held) : std::nullopt;

  std::cout << "| tension [pN/nm] | diaphragm, free waist [kT] | its waist [nm] | its dE/dtension "
               "[nm^2] | force that holds it at "
            << waist
            << " nm [pN] | saddle [kT] (negative modes) | its waist [nm] | hole [nm] | its "
               "dE/dtension [nm^2] | barrier [kT] | its derivative [kT nm/pN] |\n"
               "|---|---|---|---|---|---|---|---|---|---|---|\n";
  const auto waist_of = [](const BilayerNetwork &n) {
    const BilayerNetwork::Shape at = n.evaluate(1, 0.);
    return at.r + at.length[1] - n.strip(1).leaflets[1]->thickness;
  };
  for (const double tension : tensions) {
    std::cout << std::fixed << std::setprecision(2) << "| " << tension;
    double energy = std::nan(""), area = std::nan("");
    if (free) {
      const Minimum found = stationary_at(*free, tension, false);
      // A waist that runs away to the box is no minimum.
      if (found.converged && found.negative_modes == 0 && waist_of(*free) < 0.6 * pair.box) {
        energy = free->energies().total();
        area = excess_area(*free);
        std::cout << " | " << energy / kT << " | " << waist_of(*free) << " | " << area;
      } else {
        free.reset();
      }
    }
    if (!free)
      std::cout << " | none | | ";
    if (at_waist && stationary_at(*at_waist, tension, false).converged)
      std::cout << " | " << diaphragm_force(*at_waist);
    else
      std::cout << " | ";
    const Minimum found = stationary_at(saddle, tension, true);
    if (!found.converged) {
      std::cout << " | n.c. | | | | | |" << std::endl;
      break;
    }
    const double top = saddle.energies().total();
    const double hole = saddle.values()[saddle.first(0, BilayerNetwork::radius)] +
                        saddle.evaluate(0, 0.).length[0] *
                            std::sin(saddle.values()[saddle.first(0, BilayerNetwork::angle_left)]);
    std::cout << " | " << top / kT << " (" << found.negative_modes << ") | " << waist_of(saddle)
              << " | " << hole << " | " << excess_area(saddle) << " | " << (top - energy) / kT
              << " | " << (excess_area(saddle) - area) / kT << " |" << std::endl;
  }

  // Wider holes, edges covered by heads, and pores: where tension begins to help.
  std::cout << "\n| state | E, no tension [kT] | dE/dtension [nm^2] | less that of the diaphragm "
               "with the same waist [kT nm/pN] |\n|---|---|---|---|\n";
  std::vector<PathState> holes;
  MirrorPair slack = pair;
  slack.proximal.tension = slack.distal.tension = 0.;
  FusionPath calm(slack, {}, 5.5);
  calm.pore_in_diaphragm(waist, &holes);
  double reference = std::nan("");
  for (const PathState &state : calm.stalk_to_diaphragm(0.5, waist))
    if (state.stage == "diaphragm" && std::abs(state.coordinate - waist) < 1e-6)
      reference = excess_area(state.network);
  std::cout << std::setprecision(2) << "| diaphragm " << waist << " nm | | " << reference
            << " | |\n";
  for (const PathState &state : holes)
    std::cout << "| " << state.stage << " " << state.coordinate << " nm | "
              << state.energy.total() / kT << " | " << excess_area(state.network) << " | "
              << (excess_area(state.network) - reference) / kT << " |\n";
  for (const PathState &state : calm.pores({0.75, 1., 1.5, 2., 3., 4.}))
    std::cout << "| pore, lumen " << state.coordinate << " nm | " << state.energy.total() / kT
              << " | " << excess_area(state.network) << " | "
              << (excess_area(state.network) - reference) / kT << " |\n";
}

void force_table(const MirrorPair &pair, const std::vector<double> &forces) {
  std::cout << "\n| force [pN] | to the stalk [kT] (negative modes) | stalk [kT] | far ends "
               "closer than docked, saddle [nm] | stalk [nm] | d(saddle)/dF by it [kT/pN] |\n"
               "|---|---|---|---|---|---|\n";
  MirrorPair wet = pair;
  wet.proximal.hydration_pressure = 400.;
  for (const double force : forces) {
    wet.force = force;
    std::cout << std::fixed << std::setprecision(1) << "| " << force << std::setprecision(2);
    try {
      FusionPath path(wet, {}, 5.5);
      const std::vector<PathState> patches = path.stalk_to_patches();
      const std::optional<PathSaddle> found = path.stalk_saddle(patches);
      const PathState stalk = path.stalk();
      // Docked membranes without force have the slope of the far end and the gap on the axis.
      MirrorPair docked = wet;
      docked.force = 0.;
      BilayerNetwork flat = apposed_bilayers(docked, 2.75);
      minimise_from_afar(flat);
      const double rest = flat.far_distance();
      std::cout << " | " << (found ? found->energy / kT : std::nan("")) << " ("
                << (found && found->negative_modes ? std::to_string(*found->negative_modes) : "-")
                << ") | " << stalk.energy.total() / kT;
      if (found && found->state)
        std::cout << " | " << rest - found->state->network.far_distance() << " | "
                  << rest - stalk.network.far_distance() << " | "
                  << (found->state->network.far_distance() - rest) / kT;
      else
        std::cout << " | | " << rest - stalk.network.far_distance() << " | ";
    } catch (const ComputationError &error) {
      std::cout << " | n.c. | | | |";
    }
    std::cout << " |" << std::endl;
  }
}
} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Barriers by tension and by a force that presses the membranes together"};
  MirrorPair pair;
  pair.n_elements = 14;
  double curvature = -0.25, distal = -0.25, waist = 4.;
  std::vector<double> tensions = {0., 0.1, 0.5, 1., 2.}, forces = {0., 5., 10., 20., 40.};
  app.add_option("--curvature", curvature, "spontaneous curvature of the proximal leaflets [1/nm]");
  app.add_option("--distal", distal, "of the distal leaflets [1/nm]");
  app.add_option("--tensions", tensions, "of each membrane, rising [pN/nm]");
  app.add_option("--forces", forces, "on the far ends [pN]");
  app.add_option("--waist", waist, "of a diaphragm that is held [nm]");
  app.add_option("--elements", pair.n_elements, "along a membrane");
  app.add_option("--box", pair.box, "radius of the far end [nm]")->default_val(16.);
  bool only_force = false, only_tension = false;
  app.add_flag("--only-force", only_force, "no table of tensions");
  app.add_flag("--only-tension", only_tension, "no table of forces");
  CLI11_PARSE(app, argc, argv);
  pair.proximal.rigidity = 10. * kT;
  pair.distal = pair.proximal;
  pair.proximal.spontaneous_curvature = curvature;
  pair.distal.spontaneous_curvature = distal;
  if (!only_force)
    tension_table(pair, tensions, waist);
  if (!only_tension)
    force_table(pair, forces);
}
