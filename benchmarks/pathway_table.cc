// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Energies of stalk, hemifusion diaphragm and pore by spontaneous curvature, as in
/// doc/pathway_notes.md, with what halving the elements and a tenfold gauge weight change.
#include "base/units.h"
#include "pathway/fusion_states.h"
#include "pathway/minimisation.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>

using namespace fusogen;

namespace {
const double kT = units::thermal_energy(units::room_temperature);
double rigidity = 10.; // of a monolayer [kT]

/// The worst of all states.
struct Worst {
  double mesh = 0., gauge = 0., gradient = 0., reduction = 0.;
  unsigned int negative_modes = 0, states = 0, not_converged = 0, not_refined = 0;
} worst;

/// The largest gradient of the starting shapes [pN].
double gradient_at_start = 0.;

double change(BilayerNetwork network, const BilayerNetwork &from) {
  return std::isfinite(network.energy()) && minimise(network).converged
             ? (network.energies().total() - from.energies().total()) / kT
             : std::nan("");
}

void print(const std::string &state, const double curvature, const double coordinate,
           const BilayerNetwork &network, const Minimum &minimum, const double force) {
  BilayerNetwork stiffer_gauge = network;
  stiffer_gauge.gauge_weight *= 10.;
  const NetworkEnergy energy = network.energies();
  std::cout << "| " << state << " | " << curvature << " | " << std::fixed << std::setprecision(2)
            << coordinate << " | ";
  ++worst.states;
  if (minimum.converged) {
    const double gaussian = network.gaussian_curvature() * rigidity;
    const double mesh = change(network.refined(), network), gauge = change(stiffer_gauge, network);
    std::cout << std::setprecision(2) << energy.total() / kT << " | "
              << energy.total() / kT - 0.5 * gaussian << " | "
              << energy.total() / kT - 0.8 * gaussian << std::setprecision(3) << " | "
              << energy.splay / kT << " | " << energy.tilt / kT << " | " << energy.stretch / kT
              << " | " << energy.chains / kT << " | " << std::setprecision(2) << force << " | "
              << minimum.negative_modes << " | " << std::setprecision(4) << mesh << " | " << gauge
              << std::scientific << std::setprecision(0) << " | " << minimum.gradient << " |"
              << std::endl;
    if (std::isnan(mesh) || std::isnan(gauge))
      ++worst.not_refined;
    worst.mesh = std::fmax(worst.mesh, std::abs(mesh));
    worst.gauge = std::fmax(worst.gauge, std::abs(gauge));
    worst.gradient = std::max(worst.gradient, minimum.gradient);
    worst.reduction = std::max(worst.reduction, minimum.gradient / gradient_at_start);
    worst.negative_modes = std::max(worst.negative_modes, minimum.negative_modes);
  } else {
    ++worst.not_converged;
    std::cout << "not converged | | | | | | | | | | | |" << std::endl;
  }
  std::cout << std::defaultfloat << std::setprecision(6);
}

/// Follows a state from coordinate to coordinate and prints it at each, until one does not
/// converge.
void follow_and_print(const std::string &name, const double curvature, BilayerNetwork network,
                      double from, const std::vector<double> &coordinates,
                      void (*set)(BilayerNetwork &, double),
                      double (*force)(const BilayerNetwork &)) {
  for (const double coordinate : coordinates) {
    const Minimum minimum = follow(
        network, [&](BilayerNetwork &n, const double t) { set(n, from + t * (coordinate - from)); },
        1.);
    print(name, curvature, coordinate, network, minimum, force(network));
    if (!minimum.converged)
      return;
    from = coordinate;
  }
}
} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Energies [kT] of states on the way to fusion of two equal bilayers"};
  MirrorPair pair;
  std::vector<double> curvatures = {0., -0.1, -0.2, -0.3, -0.4};
  double half_separation = 0., chain_modulus = 0.;
  Monolayer &leaflet = pair.proximal;
  app.add_option("--curvature", curvatures, "spontaneous curvatures J0 of all leaflets [1/nm]");
  app.add_option("--rigidity", rigidity, "of a monolayer [kT]");
  app.add_option("--tilt-modulus", leaflet.tilt_modulus, "[pN/nm]");
  app.add_option("--area-modulus", leaflet.area_modulus, "[pN/nm]");
  app.add_option("--chain-modulus", chain_modulus, "of chains beyond their limit [pN/nm]");
  app.add_option("--maximum-chain-stretch", leaflet.maximum_chain_stretch, "relative");
  app.add_option("--tension", leaflet.tension, "of each leaflet [pN/nm]");
  app.add_option("--box", pair.box, "radius of the far end [nm]")->default_val(16.);
  app.add_option("--half-separation", half_separation,
                 "of the bilayers' middles at the far end [nm]; free if 0, of pores then 3");
  CLI11_PARSE(app, argc, argv);
  leaflet.rigidity = rigidity * kT;
  pair.distal = pair.proximal;
  if (half_separation > 0.)
    pair.half_separation = half_separation;
  MirrorPair apart = pair;
  if (half_separation <= 0.)
    apart.half_separation = 3.;

  std::cout
      << "| state | J0 [1/nm] | coordinate [nm] | energy [kT] | with the Gaussian ratio -0.5 | "
         "-0.8 "
         "| splay | tilt | stretch | chains "
         "| force [pN] | negative modes | by half the elements [kT] | by ten times the gauge "
         "[kT] | gradient [pN] |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  BilayerNetwork start_stalk = stalk(pair), start_diaphragm = diaphragm(pair, 3.),
                 start_pore = pore(apart, 2.);
  for (BilayerNetwork *network : {&start_stalk, &start_diaphragm, &start_pore}) {
    std::vector<double> gradient, hessian;
    network->derivatives(gradient, hessian);
    double sum = 0.;
    for (const double g : gradient)
      sum += g * g;
    gradient_at_start = std::max(gradient_at_start, std::sqrt(sum));
    minimise_from_afar(*network);
  }
  for (const double curvature : curvatures) {
    // First lipids that bend, then chains that do not stretch.
    const auto bent = [curvature, chain_modulus](BilayerNetwork network, Minimum &minimum) {
      minimum = follow(
          network,
          [curvature](BilayerNetwork &n, const double t) {
            n.for_all_monolayers([&](Monolayer &m) { m.spontaneous_curvature = t * curvature; });
          },
          1.);
      if (minimum.converged && chain_modulus > 0.)
        minimum = follow(
            network,
            [chain_modulus](BilayerNetwork &n, const double t) {
              n.for_all_monolayers([&](Monolayer &m) { m.chain_modulus = t * chain_modulus; });
            },
            0.1);
      return network;
    };
    Minimum minimum;
    const BilayerNetwork free_stalk = bent(start_stalk, minimum);
    const double waist = free_stalk.evaluate(0, 0.).length[1] - leaflet.thickness;
    print("stalk, free waist", curvature, waist, free_stalk, minimum, 0.);
    std::vector<double> wider;
    for (double w = std::ceil(4. * waist + 0.2) / 4.; w < 1.6; w += 0.25)
      wider.push_back(w);
    follow_and_print("stalk", curvature, free_stalk, waist, wider, set_stalk_radius, stalk_force);

    const BilayerNetwork middle = bent(start_diaphragm, minimum);
    print("diaphragm", curvature, 3., middle, minimum, diaphragm_force(middle));
    follow_and_print("diaphragm", curvature, middle, 3., {4., 5., 6.}, set_diaphragm_radius,
                     diaphragm_force);
    follow_and_print("diaphragm", curvature, middle, 3., {2.5, 2., 1.75, 1.5}, set_diaphragm_radius,
                     diaphragm_force);

    const BilayerNetwork open = bent(start_pore, minimum);
    print("pore", curvature, 2., open, minimum, lumen_force(open));
    follow_and_print("pore", curvature, open, 2., {3., 4., 5., 6.}, set_lumen_radius, lumen_force);
    follow_and_print("pore", curvature, open, 2., {1.5, 1., 0.75}, set_lumen_radius, lumen_force);
  }
  std::cout << std::scientific << std::setprecision(1) << "\nworst of " << worst.states
            << " states: by half the elements " << worst.mesh << " kT, by ten times the gauge "
            << worst.gauge << " kT, gradient " << worst.gradient << " pN, " << worst.reduction
            << " of that at the start (" << gradient_at_start << " pN); " << worst.negative_modes
            << " negative modes; " << worst.not_converged << " not converged, " << worst.not_refined
            << " with a check that did not converge\n";
}
