// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules between several parameters; what is allowed for each alone is said in parameters.cc.
#include "scenario/parameters.h"

#include "base/user_error.h"
#include "geometry/import/surface_file.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <sstream>
#include <utility>

namespace fusogen {
namespace {
/// "Section/Name = value (file, line)" for a sentence about it.
struct Named {
  const ParameterTable &table;
  std::string operator()(const std::string &path, const double value) const {
    std::ostringstream text;
    text << path << " = " << value << " (" << table.where(path) << ")";
    return text.str();
  }
};
} // namespace

void Parameters::check(const ParameterTable &table) const {
  if (kind == ScenarioKind::life) {
    // Each stage for itself, with the vesicle that a closed coat makes.
    for (const ScenarioKind stage : {ScenarioKind::budding, ScenarioKind::transport,
                                     ScenarioKind::docking, ScenarioKind::exocytosis}) {
      Parameters part = *this;
      part.kind = stage;
      part.vesicle.radius = 2. / budding.spontaneous_curvature;
      part.check(table);
    }
    if (geometry.dimension == Dimension::space)
      throw UserError("Geometry/Dimension = 3d (" + table.where("Geometry/Dimension") +
                      ") must be meridian for Scenario/Kind = life of a vesicle");
  }
  for (const auto &term : user_terms)
    term->check(*this, table);
  check_geometry(table);
  check_initial_shape(table);
  check_forces(table);
  check_leaflets(table);
  if (kind == ScenarioKind::pore_energy)
    check_pore_energy(table);
  if (kind == ScenarioKind::budding)
    check_budding(table);
  if (kind == ScenarioKind::docking || (kind == ScenarioKind::relaxation && contact_with_itself))
    check_contact(table);
  if (kind == ScenarioKind::docking)
    check_docking(table);
  if (kind == ScenarioKind::tether)
    check_tether(table);
  const bool from_pathway =
      kind == ScenarioKind::exocytosis && fusion.nucleation == Nucleation::from_pathway;
  if (kind == ScenarioKind::fusion_pathway || from_pathway)
    check_pathway(table);
  if (from_pathway)
    check_nucleation(table);
  if (kind == ScenarioKind::exocytosis)
    check_exocytosis(table);
  if (kind == ScenarioKind::transport)
    check_transport(table);
  check_time(table);
}

void Parameters::Lipids::check(const ParameterTable &table) const {
  const auto complain = [&](const std::string &name, const std::string &what) {
    throw UserError("Lipids/" + name + " = " + table.value("Lipids/" + name) + " (" +
                    table.where("Lipids/" + name) + ") must " + what);
  };
  for (const std::string &name : names) // they name columns and fields of files
    if (name.find_first_of("&<>[]") != std::string::npos)
      complain("Species", "have none of the characters & < > [ ]");
  const std::string each =
      "have an entry for each of the " + std::to_string(names.size()) + " names in Lipids/Species";
  for (const auto &[name, list] : {std::make_pair("Area per lipid", &area),
                                   std::make_pair("Spontaneous curvature", &spontaneous_curvature),
                                   std::make_pair("Diffusion coefficient", &diffusion_coefficient),
                                   std::make_pair("Relative rigidity", &rigidity),
                                   std::make_pair("Flip-flop rate", &flip_flop_rate)})
    if (list->size() != 1 && list->size() != names.size())
      complain(name, each + ", or one for all");
  for (const auto &[name, list] :
       {std::make_pair("Vesicle outer leaflet", &vesicle_outer),
        std::make_pair("Vesicle inner leaflet", &vesicle_inner),
        std::make_pair("Plasma membrane outer leaflet", &plasma_membrane_outer),
        std::make_pair("Plasma membrane inner leaflet", &plasma_membrane_inner)}) {
    if (list->size() != names.size())
      complain(name, each);
    constexpr double rounding = 1e-6; // of numbers written by hand
    const double sum = std::accumulate(list->begin(), list->end(), 0.);
    if (std::abs(sum - 1.) > rounding)
      complain(name, "add up to 1");
  }
}

void Parameters::check_geometry(const ParameterTable &table) const {
  const Named value{table};
  if (kind != ScenarioKind::relaxation && kind != ScenarioKind::exocytosis &&
      kind != ScenarioKind::docking && kind != ScenarioKind::transport &&
      kind != ScenarioKind::budding && geometry.dimension == Dimension::space)
    throw UserError(
        "Geometry/Dimension = 3d (" + table.where("Geometry/Dimension") +
        ") is for Scenario/Kind = relaxation, budding, docking or exocytosis only; the others "
        "need meridian");
  if (geometry.adaptive) {
    if (kind != ScenarioKind::exocytosis || geometry.dimension != Dimension::space)
      throw UserError("Geometry/Adaptive = yes (" + table.where("Geometry/Adaptive") +
                      ") needs Scenario/Kind = exocytosis and Geometry/Dimension = 3d");
    if (geometry.least_refinement > geometry.refinement)
      throw UserError(value("Geometry/Least refinement", geometry.least_refinement) +
                      " must not exceed Geometry/Refinement");
    if (geometry.most_refinement < geometry.refinement)
      throw UserError(value("Geometry/Most refinement", geometry.most_refinement) +
                      " must not be less than Geometry/Refinement");
  }
}

void Parameters::check_initial_shape(const ParameterTable &table) const {
  const Named value{table};
  if (vesicle.shape == InitialShape::file) {
    if (kind != ScenarioKind::relaxation || geometry.dimension != Dimension::space)
      throw UserError("Vesicle/Initial shape = file (" + table.where("Vesicle/Initial shape") +
                      ") needs Scenario/Kind = relaxation and Geometry/Dimension = 3d");
    if (vesicle.file.empty())
      throw UserError("Vesicle/Initial shape = file (" + table.where("Vesicle/Initial shape") +
                      ") needs the name of a file in Vesicle/File");
    try {
      check_surface_file(vesicle.file);
    } catch (const UserError &error) {
      throw UserError("Vesicle/File (" + table.where("Vesicle/File") + "): " + error.what());
    }
  }
  if (kind == ScenarioKind::relaxation) {
    if (vesicle.shape == InitialShape::fused_pair) {
      if (geometry.dimension != Dimension::space)
        throw UserError("Vesicle/Initial shape = fused pair (" +
                        table.where("Vesicle/Initial shape") + ") needs Geometry/Dimension = 3d");
      if (vesicle.reduced_volume != 1.)
        throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                        " must not be set for Vesicle/Initial shape = fused pair, whose volume is "
                        "that of the two spheres");
    }
    if (vesicle.shape == InitialShape::sphere && vesicle.fixed_volume &&
        vesicle.reduced_volume != 1.)
      throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                      " does not fit Vesicle/Initial shape = sphere, whose reduced volume is 1: "
                      "choose prolate, oblate "
                      "or stomatocyte, or Vesicle/Volume = free");
    if ((vesicle.shape == InitialShape::prolate || vesicle.shape == InitialShape::oblate) &&
        vesicle.reduced_volume == 1. && vesicle.fixed_volume)
      throw UserError(
          value("Vesicle/Reduced volume", 1.) +
          " leaves only the sphere: a prolate or oblate vesicle needs a value less than 1");
    if ((vesicle.shape == InitialShape::prolate || vesicle.shape == InitialShape::oblate) &&
        vesicle.reduced_volume < 0.01)
      throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                      " must be 0.01 or greater for Vesicle/Initial shape = " +
                      table.value("Vesicle/Initial shape"));
    if (vesicle.shape == InitialShape::stomatocyte &&
        (vesicle.reduced_volume < 0.05 || vesicle.reduced_volume > 0.85))
      throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                      " must be between 0.05 and 0.85 for Vesicle/Initial shape = stomatocyte");
  }
}

void Parameters::check_forces(const ParameterTable &table) const {
  const Named value{table};
  // Only drag holds a vesicle that is pulled; with the trace of it that is always there it would
  // fly away.
  if (applied_force.pole != 0. && bilayer.drag_coefficient == 0. &&
      (kind == ScenarioKind::relaxation || kind == ScenarioKind::exocytosis))
    throw UserError(
        value("Applied force/Pole", applied_force.pole) +
        " pulls the whole vesicle along, so it needs a Bilayer/Drag coefficient greater than 0");
  if (thermal.noise) {
    const std::string noise = "Thermal/Noise = yes (" + table.where("Thermal/Noise") + ") needs ";
    if (kind != ScenarioKind::relaxation && kind != ScenarioKind::exocytosis)
      throw UserError(noise + "Scenario/Kind = relaxation or exocytosis");
    if (kind == ScenarioKind::exocytosis && geometry.dimension == Dimension::space)
      throw UserError(noise + "Geometry/Dimension = meridian for an exocytosis");
    if (kind == ScenarioKind::exocytosis && lumen_viscosity > 0.)
      throw UserError(noise + "Cargo/Viscosity = 0");
    if (leaflets.model != Leaflets::single)
      throw UserError(noise + "Leaflets/Model = single");
    if (bilayer.drag_coefficient == 0.)
      throw UserError(noise +
                      "a Bilayer/Drag coefficient greater than 0, as nothing else keeps the "
                      "vesicle from being thrown about");
    if (kind == ScenarioKind::relaxation && vesicle.fixed_volume && vesicle.reduced_volume == 1.)
      throw UserError(noise + "Vesicle/Volume = free, or a Vesicle/Reduced volume less than 1: a "
                              "sphere of fixed area and volume cannot move");
  }
}

void Parameters::check_leaflets(const ParameterTable &table) const {
  const Named value{table};
  if (leaflets.local_excess != 0. &&
      (leaflets.model != Leaflets::two || kind != ScenarioKind::relaxation))
    throw UserError(value("Leaflets/Local excess", leaflets.local_excess) +
                    " needs Leaflets/Model = two leaflets and Scenario/Kind = relaxation");
  if (leaflets.model == Leaflets::two) {
    const std::string two =
        "Leaflets/Model = two leaflets (" + table.where("Leaflets/Model") + ") needs ";
    if (kind != ScenarioKind::relaxation && kind != ScenarioKind::exocytosis)
      throw UserError(two + "Scenario/Kind = relaxation or exocytosis");
    if (linear_solver == SolverKind::iterative)
      throw UserError(two + "Solver/Linear solver = direct or automatic");
  }
  if (leaflets.model == Leaflets::area_difference) {
    if (kind != ScenarioKind::relaxation)
      throw UserError("Leaflets/Model = area difference (" + table.where("Leaflets/Model") +
                      ") needs Scenario/Kind = relaxation: only a closed membrane keeps the "
                      "difference between its leaflets");
    if (leaflets.neutral_distance == 0. && leaflets.relaxed_area_difference != 0.)
      throw UserError(value("Leaflets/Relaxed area difference", leaflets.relaxed_area_difference) +
                      " needs a Leaflets/Neutral surface distance greater than 0");
  }
}

void Parameters::check_pore_energy(const ParameterTable &table) const {
  const Named value{table};
  std::vector<std::pair<std::string, double>> radii = {{"Pore/Neck radius", pore.neck_radius}};
  for (const double r : pore.neck_radii)
    radii.emplace_back("Pore/Neck radii", r);
  for (const auto &[name, r] : radii) {
    if (pore.kind == PoreKind::planar && r >= pore.rim_radius)
      throw UserError(value(name, r) + " must be less than " +
                      value("Pore/Rim radius", pore.rim_radius));
    if (pore.kind == PoreKind::vesicle_and_plasma_membrane && r >= 0.5 * vesicle.radius)
      throw UserError(value(name, r) + " must be less than half of " +
                      value("Vesicle/Radius", vesicle.radius));
    if (pore.kind == PoreKind::vesicle_and_plasma_membrane &&
        2. * r >= plasma_membrane.patch_radius)
      throw UserError(value(name, r) + " must be less than half of " +
                      value("Plasma membrane/Patch radius", plasma_membrane.patch_radius));
  }
}

void Parameters::check_budding(const ParameterTable &table) const {
  const Named value{table};
  lipids.check(table);
  const double radius = 2. / budding.spontaneous_curvature;
  if (budding.donor == DonorShape::tube && geometry.dimension == Dimension::meridian)
    throw UserError("Budding/Donor = tube (" + table.where("Budding/Donor") +
                    ") needs Geometry/Dimension = 3d: a bud on the side of a tube is not "
                    "axisymmetric");
  if (budding.donor == DonorShape::flat && budding.patch_radius < 3. * radius)
    throw UserError(value("Budding/Patch radius", budding.patch_radius) +
                    " must be at least three times the radius of the bud, 2 over " +
                    value("Budding/Coat curvature", budding.spontaneous_curvature));
  if (budding.cutting_radius >= 0.5 * radius)
    throw UserError(value("Budding/Cutting radius", budding.cutting_radius) +
                    " must be less than half of the radius of the bud, 2 over " +
                    value("Budding/Coat curvature", budding.spontaneous_curvature));
  if (budding.edge_width > radius)
    throw UserError(value("Budding/Edge width", budding.edge_width) +
                    " must not exceed the radius of the bud, 2 over " +
                    value("Budding/Coat curvature", budding.spontaneous_curvature));
}

void Parameters::check_contact(const ParameterTable &table) const {
  const Named value{table};
  if (contact.hydration_pressure <= 0.)
    throw UserError(value("Contact/Hydration pressure", contact.hydration_pressure) +
                    " must be greater than 0: nothing else keeps membranes in contact apart");
  if (contact.adhesion_energy > 0. && contact.adhesion_decay <= contact.hydration_decay)
    throw UserError(value("Contact/Adhesion decay length", contact.adhesion_decay) +
                    " must be greater than " +
                    value("Contact/Hydration decay length", contact.hydration_decay));
  if (linear_solver == SolverKind::iterative)
    throw UserError("Solver/Linear solver = iterative (" + table.where("Solver/Linear solver") +
                    ") must be direct or automatic for membranes in contact");
}

void Parameters::check_docking(const ParameterTable &table) const {
  const Named value{table};
  if (bilayer.drag_coefficient <= 0.)
    throw UserError(value("Bilayer/Drag coefficient", bilayer.drag_coefficient) +
                    " must be greater than 0 for docking: it is all that resists the vesicle's "
                    "motion");
  if (snares.extensions.size() != snares.forces.size() || snares.extensions.size() < 2)
    throw UserError("SNAREs/Forces = " + table.value("SNAREs/Forces") + " (" +
                    table.where("SNAREs/Forces") +
                    ") must have as many entries, at least two, as SNAREs/Extensions = " +
                    table.value("SNAREs/Extensions"));
  if (std::adjacent_find(snares.extensions.begin(), snares.extensions.end(),
                         std::greater_equal<double>()) != snares.extensions.end())
    throw UserError("SNAREs/Extensions = " + table.value("SNAREs/Extensions") + " (" +
                    table.where("SNAREs/Extensions") + ") must be in rising order");
  if (snares.number * snares.thickness > 2. * dealii::numbers::PI * snares.radius)
    throw UserError(value("SNAREs/Number", snares.number) + " complexes with " +
                    value("SNAREs/Thickness", snares.thickness) +
                    " do not fit side by side on a ring with " +
                    value("SNAREs/Ring radius", snares.radius));
  if (snares.number > 0 && snares.radius > 0.8 * vesicle.radius)
    throw UserError(value("SNAREs/Ring radius", snares.radius) + " must be at most 0.8 times " +
                    value("Vesicle/Radius", vesicle.radius));
  for (const auto &[name, list] : {std::make_pair("SNAREs/Positions x", &snares.positions_x),
                                   std::make_pair("SNAREs/Positions y", &snares.positions_y)}) {
    const std::string entry =
        std::string(name) + " = " + table.value(name) + " (" + table.where(name) + ") ";
    if (list->size() != snares.positions_x.size() ||
        (!list->empty() && int(list->size()) != snares.number))
      throw UserError(entry + "must have one entry for each of " +
                      value("SNAREs/Number", snares.number) + " complexes, or none");
    if (!list->empty() && geometry.dimension == Dimension::meridian)
      throw UserError(entry + "needs Geometry/Dimension = 3d");
  }
  for (unsigned int i = 0; i < snares.positions_x.size(); ++i)
    if (std::hypot(snares.positions_x[i], snares.positions_y[i]) > 0.8 * vesicle.radius)
      throw UserError("SNAREs/Positions: complex " + std::to_string(i + 1) + " at (" +
                      table.value("SNAREs/Positions x") + "; " + table.value("SNAREs/Positions y") +
                      ") (" + table.where("SNAREs/Positions x") +
                      ") is further from the vesicle's axis than 0.8 times " +
                      value("Vesicle/Radius", vesicle.radius));
  if (docking.distance <= contact.thickness)
    throw UserError(value("Docking/Distance", docking.distance) + " must be greater than " +
                    value("Contact/Bilayer thickness", contact.thickness));
  if (vesicle.shape != InitialShape::sphere)
    throw UserError("Vesicle/Initial shape = " + table.value("Vesicle/Initial shape") + " (" +
                    table.where("Vesicle/Initial shape") + ") must be sphere for docking");
  if (plasma_membrane.patch_radius < 1.5 * vesicle.radius)
    throw UserError(value("Plasma membrane/Patch radius", plasma_membrane.patch_radius) +
                    " must be at least 1.5 times " + value("Vesicle/Radius", vesicle.radius));
}

void Parameters::check_tether(const ParameterTable &table) const {
  const Named value{table};
  if (plasma_membrane.tension <= 0.)
    throw UserError(
        value("Plasma membrane/Tension", plasma_membrane.tension) +
        " must be greater than 0 for a tether, whose radius is sqrt(kappa / (2 tension))");
}

void Parameters::check_pathway(const ParameterTable &table) const {
  const Named value{table};
  const bool from_pathway = kind == ScenarioKind::exocytosis;
  const auto [radius, name] =
      from_pathway ? std::make_pair(vesicle.radius, "Vesicle/Radius")
                   : std::make_pair(pathway.vesicle_radius, "Pathway/Vesicle radius");
  if (radius > 0. && pathway.box_radius > radius)
    throw UserError(value("Pathway/Box radius", pathway.box_radius) + " must not exceed " +
                    value(name, radius));
  if (radius > 0. && pathway.held_at_gap)
    throw UserError("Pathway/Far end = held at the gap (" + table.where("Pathway/Far end") +
                    ") is for flat membranes only, but " + value(name, radius));
  if (pathway.string_images > 0 && pathway.string_images < 5)
    throw UserError("Pathway/String images (" + table.where("Pathway/String images") +
                    ") must be 0, for no string, or at least 5");
  if (pathway.force > 0. && pathway.held_at_gap)
    throw UserError(value("Pathway/Force", pathway.force) + " has nothing to move with " +
                    "Pathway/Far end = held at the gap (" + table.where("Pathway/Far end") + ")");
  for (const auto &[name, list] :
       {std::make_pair("Leaflets/Spontaneous curvature proximal of the plasma membrane",
                       &leaflets.plasma_membrane_proximal_curvature),
        std::make_pair("Leaflets/Spontaneous curvature distal of the plasma membrane",
                       &leaflets.plasma_membrane_distal_curvature),
        std::make_pair("Pathway/Tension of the plasma membrane",
                       &pathway.plasma_membrane_tension)}) {
    if (list->size() > 1)
      throw UserError(std::string(name) + " (" + table.where(name) + ") must be one number");
    if (!list->empty() && from_pathway)
      throw UserError(std::string(name) + " (" + table.where(name) +
                      ") is for the scenario fusion pathway; exocytosis takes it from the "
                      "lipids and from Plasma membrane/Tension");
  }
  if (!std::is_sorted(pathway.pore_radii.begin(), pathway.pore_radii.end()))
    throw UserError("Pathway/Pore radii (" + table.where("Pathway/Pore radii") +
                    ") must be in rising order");
  const double room = pathway.box_radius - 2. * leaflets.monolayer_thickness;
  if (pathway.largest_diaphragm > room - 4.)
    throw UserError(value("Pathway/Largest diaphragm", pathway.largest_diaphragm) +
                    " must leave 4 nm and two monolayers up to " +
                    value("Pathway/Box radius", pathway.box_radius));
  for (const double r : pathway.pore_radii)
    if (r > room - 4.)
      throw UserError(value("Pathway/Pore radii", r) +
                      " must leave 4 nm and two monolayers up to " +
                      value("Pathway/Box radius", pathway.box_radius));
}

void Parameters::check_nucleation(const ParameterTable &table) const {
  const Named value{table};
  const std::string drawn =
      "Fusion/Nucleation = from pathway (" + table.where("Fusion/Nucleation") + ") needs ";
  if (vesicle.number() != 1)
    throw UserError(drawn + "a single vesicle, but Vesicle/Positions are given for " +
                    std::to_string(vesicle.number()));
  if (vesicle.shape != InitialShape::sphere)
    throw UserError(drawn + "Vesicle/Initial shape = sphere");
  if (!plasma_membrane.tension_times.empty())
    throw UserError(drawn + "a constant Plasma membrane/Tension, without Tension times");
  // The narrowest lumen for which leaflets converge well, and a pore wider than the box allows.
  const double l0 = leaflets.monolayer_thickness, narrowest = l0 + 0.5,
               widest = pathway.box_radius - l0 - 4.;
  if (fusion.gap < 2. * l0 + 0.5)
    throw UserError(drawn + "leaflets that do not touch: " + value("Fusion/Gap", fusion.gap) +
                    ", between mid-surfaces, must be two monolayers and 0.5 nm or more");
  if (fusion.initial_pore_radius < narrowest || fusion.initial_pore_radius > widest)
    throw UserError(value("Fusion/Initial pore radius", fusion.initial_pore_radius) +
                    " must be between " + std::to_string(narrowest) + " and " +
                    std::to_string(widest) +
                    " for a pore that leaflets hand over: a monolayer and 0.5 nm, and the box's "
                    "radius less a monolayer and 4 nm");
}

void Parameters::check_exocytosis(const ParameterTable &table) const {
  const Named value{table};
  const bool from_pathway = fusion.nucleation == Nucleation::from_pathway;
  lipids.check(table);
  if (contact.hydration_pressure > 0.)
    check_contact(table);
  if (const auto probe = std::find(lipids.names.begin(), lipids.names.end(), assay.probe);
      probe == lipids.names.end() || lipids.vesicle_outer[probe - lipids.names.begin()] == 0. ||
      lipids.vesicle_inner[probe - lipids.names.begin()] == 0.)
    throw UserError("Signals/Probe species = " + assay.probe + " (" +
                    table.where("Signals/Probe species") +
                    ") must be one of Lipids/Species that both leaflets of the vesicle have");
  if (fusion.gap >= plasma_membrane.patch_radius)
    throw UserError(value("Fusion/Gap", fusion.gap) + " must be less than " +
                    value("Plasma membrane/Patch radius", plasma_membrane.patch_radius));
  if (plasma_membrane.patch_radius < 1.5 * vesicle.radius)
    throw UserError(value("Plasma membrane/Patch radius", plasma_membrane.patch_radius) +
                    " must be at least 1.5 times " + value("Vesicle/Radius", vesicle.radius));
  for (const auto &[name, list] : {std::make_pair("Fusion/Time", &fusion.times),
                                   std::make_pair("Constriction/Force", &constriction.forces)})
    if (list->size() != 1 && list->size() != vesicle.number())
      throw UserError(std::string(name) + " = " + table.value(name) + " (" + table.where(name) +
                      ") must have one entry for each of the " + std::to_string(vesicle.number()) +
                      " vesicles, or one for all");
  const double first_time = *std::min_element(fusion.times.begin(), fusion.times.end());
  if (!from_pathway && fusion.hemifusion_duration > first_time)
    throw UserError(value("Fusion/Hemifusion duration", fusion.hemifusion_duration) +
                    " must not exceed " + value("Fusion/Time", first_time));
  if (fusion.hemifusion_radius >= 0.5 * vesicle.radius)
    throw UserError(value("Fusion/Hemifusion radius", fusion.hemifusion_radius) +
                    " must be less than half of " + value("Vesicle/Radius", vesicle.radius));
  if (fusion.initial_pore_radius >= 0.5 * vesicle.radius)
    throw UserError(value("Fusion/Initial pore radius", fusion.initial_pore_radius) +
                    " must be less than half of " + value("Vesicle/Radius", vesicle.radius));
  if (fusion.gap >= vesicle.radius)
    throw UserError(value("Fusion/Gap", fusion.gap) + " must be less than " +
                    value("Vesicle/Radius", vesicle.radius) + ", or the neck would not fit");
  const auto &membrane = plasma_membrane;
  if (membrane.tension_times.size() != membrane.tensions.size())
    throw UserError("Plasma membrane/Tensions = " + table.value("Plasma membrane/Tensions") + " (" +
                    table.where("Plasma membrane/Tensions") +
                    ") must have as many entries as Plasma membrane/Tension times = " +
                    table.value("Plasma membrane/Tension times"));
  if (std::adjacent_find(membrane.tension_times.begin(), membrane.tension_times.end(),
                         std::greater_equal<double>()) != membrane.tension_times.end())
    throw UserError(
        "Plasma membrane/Tension times = " + table.value("Plasma membrane/Tension times") + " (" +
        table.where("Plasma membrane/Tension times") + ") must be in rising order");
  if (constriction.end <= constriction.start)
    throw UserError(value("Constriction/End time", constriction.end) + " must be greater than " +
                    value("Constriction/Start time", constriction.start));
  if (fusion.closing_radius >= fusion.initial_pore_radius)
    throw UserError(value("Fusion/Closing radius", fusion.closing_radius) + " must be less than " +
                    value("Fusion/Initial pore radius", fusion.initial_pore_radius));
  const bool spheroid =
      vesicle.shape == InitialShape::prolate || vesicle.shape == InitialShape::oblate;
  if (geometry.dimension == Dimension::meridian &&
      (vesicle.reduced_volume != 1. || vesicle.shape != InitialShape::sphere))
    throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                    " must be 1, with Vesicle/Initial shape = sphere: exocytosis in the meridian "
                    "starts from a docked sphere");
  if (!spheroid && vesicle.shape != InitialShape::sphere)
    throw UserError("Vesicle/Initial shape = " + table.value("Vesicle/Initial shape") + " (" +
                    table.where("Vesicle/Initial shape") +
                    ") must be sphere, prolate or oblate for exocytosis");
  if (spheroid && (vesicle.reduced_volume < 0.5 || vesicle.reduced_volume > 0.999))
    throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                    " must be between 0.5 and 0.999 for a docked prolate or oblate vesicle");
  if (!spheroid && vesicle.reduced_volume != 1.)
    throw UserError(value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                    " must be 1 for Vesicle/Initial shape = sphere");
  const double last_time = *std::max_element(fusion.times.begin(), fusion.times.end());
  if (spheroid && last_time > 0.)
    throw UserError(value("Fusion/Time", last_time) +
                    " must be 0 for a prolate or oblate vesicle, which would not keep its shape "
                    "while it waits");
  const std::vector<std::pair<std::string, const std::vector<double> *>> lists = {
      {"Vesicle/Positions x", &vesicle.positions_x},
      {"Vesicle/Positions y", &vesicle.positions_y},
      {"Vesicle/Tilt angles", &vesicle.tilt_angles}};
  for (const auto &[name, list] : lists) {
    if (list->empty())
      continue;
    if (geometry.dimension == Dimension::meridian)
      throw UserError(name + " (" + table.where(name) + ") needs Geometry/Dimension = 3d");
    if (list->size() != vesicle.number())
      throw UserError(name + " = " + table.value(name) + " (" + table.where(name) +
                      ") must have one entry for each of the " + std::to_string(vesicle.number()) +
                      " vesicles, or none");
  }
  for (const double tilt : vesicle.tilt_angles)
    if (tilt != 0. && !spheroid)
      throw UserError(value("Vesicle/Tilt angles", tilt) +
                      " needs Vesicle/Initial shape = prolate or oblate: a sphere has no axis");
  for (unsigned int i = 0; i < vesicle.number(); ++i) {
    const auto here = vesicle.docking(i);
    const double distance = std::hypot(here.x, here.y);
    if (distance + 1.5 * vesicle.radius > plasma_membrane.patch_radius)
      throw UserError(value("Plasma membrane/Patch radius", plasma_membrane.patch_radius) +
                      " leaves less than 1.5 times " + value("Vesicle/Radius", vesicle.radius) +
                      " around a vesicle that docks " + std::to_string(distance) +
                      " nm from the centre");
  }
}

void Parameters::check_transport(const ParameterTable &table) const {
  const Named value{table};
  const double length = track.polyline(table).length();
  if (track.start > length)
    throw UserError(value("Track/Start", track.start) +
                    " must not exceed the length of the track, " + std::to_string(length) + " nm");
  for (const auto &[name, team] : {std::make_pair("Motors/Kinesin", &motors.kinesin),
                                   std::make_pair("Motors/Dynein", &motors.dynein)})
    if (team->bound_at_start > team->number)
      throw UserError(value(std::string(name) + "/Bound at start", team->bound_at_start) +
                      " must not exceed " + value(std::string(name) + "/Number", team->number));
  if (motors.kinesin.bound_at_start + motors.dynein.bound_at_start == 0)
    throw UserError(value("Motors/Kinesin/Bound at start", motors.kinesin.bound_at_start) +
                    " and " + value("Motors/Dynein/Bound at start", motors.dynein.bound_at_start) +
                    " leave the vesicle detached: at least one motor must be bound at the start");
  if (vesicle.shape != InitialShape::sphere || vesicle.reduced_volume != 1.)
    throw UserError("Vesicle/Initial shape = " + table.value("Vesicle/Initial shape") + " (" +
                    table.where("Vesicle/Initial shape") + ") and " +
                    value("Vesicle/Reduced volume", vesicle.reduced_volume) +
                    " must be sphere and 1 for transport");
}

void Parameters::check_time(const ParameterTable &table) const {
  const Named value{table};
  if (time.smallest_step > time.initial_step)
    throw UserError(value("Time/Smallest step", time.smallest_step) + " must not be greater than " +
                    value("Time/Initial step", time.initial_step));
  if (time.smallest_step >= time.largest_step)
    throw UserError(value("Time/Smallest step", time.smallest_step) + " must be less than " +
                    value("Time/Largest step", time.largest_step));
}
} // namespace fusogen
