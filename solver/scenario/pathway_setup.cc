// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/pathway_setup.h"

#include <cmath>

namespace fusogen {
namespace {
PathwaySetup setup(const Parameters &parameters, const double gap, const double tension,
                   const double vesicle_radius) {
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
  result.docked = gap + 2. * leaflets.monolayer_thickness;
  if (pathway.held_at_gap)
    pair.half_separation = 0.5 * result.docked;
  // A sphere of radius R on a plane opens like two spheres of radius 2 R (Derjaguin).
  if (vesicle_radius > 0.)
    pair.slope = std::asin(0.5 * pathway.box_radius / vesicle_radius);
  result.defect = {HydrophobicDefect::Kind::patch, pathway.hydrophobic_tension,
                   pathway.hydrophobic_decay};
  result.settings = {pathway.step, pathway.largest_diaphragm, pathway.pore_radii};
  return result;
}
} // namespace

PathwaySetup pathway_of(const Parameters &parameters) {
  return setup(parameters, parameters.pathway.gap, parameters.pathway.tension,
               parameters.pathway.vesicle_radius);
}

PathwaySetup pathway_at_contact(const Parameters &parameters) {
  const double l0 = parameters.leaflets.monolayer_thickness;
  PathwaySetup result = setup(parameters, parameters.fusion.gap - 2. * l0,
                              parameters.plasma_membrane.tension, parameters.vesicle.radius);
  const std::vector<Species> species = parameters.lipids.species();
  const auto mix = [&](Monolayer &leaflet, const std::vector<double> &of_vesicle,
                       const std::vector<double> &of_plasma_membrane) {
    double rigidity = 0.;
    leaflet.spontaneous_curvature = 0.;
    for (unsigned int i = 0; i < species.size(); ++i) {
      const double share = 0.5 * (of_vesicle[i] + of_plasma_membrane[i]);
      leaflet.spontaneous_curvature += share * species[i].spontaneous_curvature;
      rigidity += share * species[i].rigidity;
    }
    leaflet.rigidity *= rigidity;
  };
  const Parameters::Lipids &lipids = parameters.lipids;
  mix(result.pair.proximal, lipids.vesicle_outer, lipids.plasma_membrane_outer);
  mix(result.pair.distal, lipids.vesicle_inner, lipids.plasma_membrane_inner);
  result.settings.pore_radii = {parameters.fusion.initial_pore_radius - l0};
  return result;
}
} // namespace fusogen
