// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What it changes that vesicle and plasma membrane are not mirror images: states of two different
/// bilayers against those of two equal ones with their mean, as in doc/pathway_notes.md.
#include "base/computation_error.h"
#include "base/units.h"
#include "pathway/fusion_path.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

using namespace fusogen;

namespace {
const double kT = units::thermal_energy(units::room_temperature);

struct Row {
  Minimum minimum;
  double energy = std::nan("");
};

/// A state of a pair, continued from that of equal lipids without spontaneous curvature.
Row state_of(const UnequalPair &pair, const Topology topology, const bool whole) {
  MirrorPair mean = pair.mean(), plain = mean;
  plain.slope = 0.;
  plain.proximal.spontaneous_curvature = plain.distal.spontaneous_curvature = 0.;
  plain.proximal.tension = plain.distal.tension = 0.;
  BilayerNetwork network = topology == Topology::stalk       ? stalk(plain)
                           : topology == Topology::diaphragm ? diaphragm(plain, 4.)
                           : topology == Topology::pore      ? pore(plain, 1.5)
                                                             : apposed_bilayers(plain, 2.75);
  Row row;
  row.minimum = minimise_from_afar(network);
  if (!row.minimum.converged)
    return row;
  row.minimum = follow(
      network,
      [&](BilayerNetwork &n, const double t) {
        set_slope(n, t * mean.slope);
        for (unsigned int s = 0; s < n.n_strips(); ++s)
          for (const auto side : {BilayerNetwork::left, BilayerNetwork::right})
            if (n.strip(s).leaflets[side]) {
              const Monolayer &full =
                  n.strip(s).material[side] % 2 == 0 ? mean.distal : mean.proximal;
              n.monolayer(s, side).spontaneous_curvature = t * full.spontaneous_curvature;
              n.monolayer(s, side).tension = t * full.tension;
            }
      },
      1.);
  if (whole && row.minimum.converged) {
    network = without_mirror_plane(network, topology);
    row.minimum =
        pair.differ()
            ? follow(
                  network, [&](BilayerNetwork &n, const double t) { set_difference(n, pair, t); },
                  0.25)
            : minimise(network);
  }
  if (row.minimum.converged)
    row.energy = network.energies().total() / kT;
  return row;
}

void print(const std::string &name, const UnequalPair &pair, const std::vector<double> &docked,
           const bool saddle) {
  for (const bool whole : {false, true}) {
    std::cout << "| " << name << " | " << (whole ? "each as it is" : "mean") << std::fixed;
    double gradient = 0.;
    unsigned int negative = 0;
    for (const Topology topology : {Topology::stalk, Topology::diaphragm, Topology::pore}) {
      const Row row = state_of(pair, topology, whole);
      std::cout << " | " << std::setprecision(3) << row.energy - docked[whole] << std::flush;
      gradient = std::max(gradient, row.minimum.gradient);
      negative = std::max(negative, row.minimum.negative_modes);
    }
    if (saddle)
      try {
        UnequalPair wet = pair;
        for (MirrorPair *membrane : {&wet.upper, &wet.lower})
          membrane->proximal.hydration_pressure = 400.;
        FusionPath path = whole ? FusionPath(wet, {}, 5.5) : FusionPath(wet.mean(), {}, 5.5);
        const std::optional<PathSaddle> found = path.stalk_saddle(path.stalk_to_patches());
        std::cout << " | " << (found ? found->energy / kT : std::nan("")) << " ("
                  << (found && found->negative_modes ? std::to_string(*found->negative_modes)
                                                     : "no certificate")
                  << ")";
      } catch (const ComputationError &error) {
        std::cout << " | n.c.";
      }
    else
      std::cout << " | ";
    std::cout << " | " << std::scientific << std::setprecision(0) << gradient << " | " << negative
              << " |" << std::endl;
  }
}
} // namespace

int main(int argc, char **argv) {
  CLI::App app{"States of two bilayers that are no mirror images"};
  double curvature = -0.25, radius = 20., tension = 0.1;
  std::vector<double> differences = {0., 0.05, 0.1};
  MirrorPair pair;
  pair.n_elements = 14;
  app.add_option("--curvature", curvature, "mean spontaneous curvature of all leaflets [1/nm]");
  app.add_option("--differences", differences, "half of the difference between membranes [1/nm]");
  app.add_option("--radius", radius, "of a vesicle on a flat membrane [nm]");
  app.add_option("--tension", tension, "of the vesicle [pN/nm]");
  app.add_option("--elements", pair.n_elements, "along a membrane");
  app.add_option("--box", pair.box, "radius of the far end [nm]")->default_val(16.);
  CLI11_PARSE(app, argc, argv);
  pair.proximal.rigidity = 10. * kT;
  pair.proximal.tension = 0.5 * tension;
  pair.proximal.spontaneous_curvature = curvature;
  pair.distal = pair.proximal;

  std::cout << "| membranes | bilayers | stalk [kT] | diaphragm, waist 4 nm | pore, lumen 1.5 nm | "
               "to the stalk (negative modes) | largest gradient [pN] | negative modes |\n"
               "|---|---|---|---|---|---|---|---|\n";
  for (const double d : differences)
    for (const int which : {0, 1, 2}) {
      UnequalPair unequal{pair, pair};
      for (const double sign : {1., -1.}) {
        MirrorPair &membrane = sign > 0. ? unequal.upper : unequal.lower;
        if (which != 1)
          membrane.proximal.spontaneous_curvature -= sign * d;
        if (which != 0)
          membrane.distal.spontaneous_curvature -= sign * d;
      }
      std::ostringstream name;
      name << (which == 0   ? "proximal leaflets"
               : which == 1 ? "distal leaflets"
                            : "both leaflets")
           << " +-" << d;
      if (d > 0. || which == 0)
        print(d > 0. ? name.str() : "equal", unequal, {0., 0.}, false);
    }
  if (radius > 0.) {
    UnequalPair vesicle{pair, pair};
    vesicle.upper.slope = std::asin(pair.box / radius);
    const auto docked = [](const UnequalPair &p, const bool whole) {
      return state_of(p, Topology::apposed, whole).energy;
    };
    print("vesicle on a plane", vesicle, {docked(vesicle, false), docked(vesicle, true)}, true);
    UnequalPair spheres{pair, pair};
    spheres.upper.slope = spheres.lower.slope = std::asin(0.5 * pair.box / radius);
    print("two spheres of twice the radius", spheres,
          {docked(spheres, false), docked(spheres, true)}, true);
  }
}
