// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/pathway_setup.h"

#include <cmath>

namespace fusogen {
namespace {
/// What both membranes have in common, with the lipids of the vesicle.
PathwaySetup setup(const Parameters &parameters, const double gap, const double tension) {
  const Parameters::TwoLeaflets &leaflets = parameters.leaflets;
  const Parameters::Pathway &pathway = parameters.pathway;
  PathwaySetup result;
  MirrorPair &pair = result.pair;
  pair.proximal.rigidity = leaflets.monolayer_rigidity * parameters.thermal_energy();
  pair.proximal.tilt_modulus = leaflets.tilt_modulus;
  pair.proximal.area_modulus = leaflets.area_modulus;
  pair.proximal.thickness = leaflets.monolayer_thickness;
  pair.proximal.gaussian_ratio = leaflets.gaussian_ratio;
  pair.proximal.maximum_chain_stretch = leaflets.maximum_chain_stretch;
  pair.proximal.chain_modulus = leaflets.chain_modulus;
  pair.proximal.tension = 0.5 * tension;
  pair.distal = pair.proximal;
  pair.proximal.spontaneous_curvature = leaflets.proximal_curvature;
  pair.distal.spontaneous_curvature = leaflets.distal_curvature;
  pair.proximal.hydration_pressure = pathway.hydration_pressure;
  pair.proximal.hydration_decay = pathway.hydration_decay;
  pair.box = pathway.box_radius;
  pair.n_elements = pathway.elements;
  pair.force = pathway.force;
  result.docked = gap + 2. * leaflets.monolayer_thickness;
  if (pathway.held_at_gap)
    pair.half_separation = 0.5 * result.docked;
  result.defect = {HydrophobicDefect::Kind::patch, pathway.hydrophobic_tension,
                   pathway.hydrophobic_decay};
  result.settings = {pathway.step, pathway.largest_diaphragm, pathway.pore_radii};
  return result;
}

/// Sets the pair of a vesicle (upper) and a flat membrane.
/// @param radius  of the vesicle; 0 if it is flat, too [nm]
void set_membranes(PathwaySetup &setup, UnequalPair membranes, const double radius,
                   const bool mirror_images) {
  const double box = membranes.upper.box;
  if (radius > 0.)
    membranes.upper.slope = std::asin(box / radius);
  setup.pair = membranes.mean();
  if (!mirror_images)
    setup.unequal = membranes;
  // A sphere of radius R on a plane opens like two spheres of radius 2 R (Derjaguin).
  else if (radius > 0.)
    setup.pair.slope = std::asin(0.5 * box / radius);
}
} // namespace

PathwaySetup pathway_of(const Parameters &parameters) {
  const Parameters::TwoLeaflets &leaflets = parameters.leaflets;
  const Parameters::Pathway &pathway = parameters.pathway;
  PathwaySetup result = setup(parameters, pathway.gap, pathway.tension);
  UnequalPair membranes{result.pair, result.pair};
  const auto replace = [](double &value, const std::vector<double> &by) {
    if (!by.empty())
      value = by.front();
  };
  replace(membranes.lower.proximal.spontaneous_curvature,
          leaflets.plasma_membrane_proximal_curvature);
  replace(membranes.lower.distal.spontaneous_curvature, leaflets.plasma_membrane_distal_curvature);
  if (!pathway.plasma_membrane_tension.empty())
    membranes.lower.proximal.tension = membranes.lower.distal.tension =
        0.5 * pathway.plasma_membrane_tension.front();
  set_membranes(result, membranes, pathway.vesicle_radius, pathway.mirror_images);
  return result;
}

PathwaySetup pathway_at_contact(const Parameters &parameters) {
  const double l0 = parameters.leaflets.monolayer_thickness;
  PathwaySetup result =
      setup(parameters, parameters.fusion.gap - 2. * l0, parameters.plasma_membrane.tension);
  const std::vector<Species> species = parameters.lipids.species();
  const auto mix = [&](Monolayer &leaflet, const std::vector<double> &shares) {
    double rigidity = 0.;
    leaflet.spontaneous_curvature = 0.;
    for (unsigned int i = 0; i < species.size(); ++i) {
      leaflet.spontaneous_curvature += shares[i] * species[i].spontaneous_curvature;
      rigidity += shares[i] * species[i].rigidity;
    }
    leaflet.rigidity *= rigidity;
  };
  const Parameters::Lipids &lipids = parameters.lipids;
  UnequalPair membranes{result.pair, result.pair};
  mix(membranes.upper.proximal, lipids.vesicle_outer);
  mix(membranes.upper.distal, lipids.vesicle_inner);
  mix(membranes.lower.proximal, lipids.plasma_membrane_outer);
  mix(membranes.lower.distal, lipids.plasma_membrane_inner);
  set_membranes(result, membranes, parameters.vesicle.radius, parameters.pathway.mirror_images);
  result.settings.pore_radii = {parameters.fusion.initial_pore_radius - l0};
  return result;
}
} // namespace fusogen
