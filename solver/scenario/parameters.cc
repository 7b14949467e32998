// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/parameters.h"

#include "base/user_error.h"

#include <filesystem>
#include <limits>
#include <utility>

namespace fusogen {
namespace {
void declare_team(ParameterTable::Section s, MotorTeam &team, const std::string &motor,
                  const std::string &its_end) {
  s.integer("Number", team.number, 0, 100, "Number of " + motor + "s on the vesicle.");
  s.integer("Bound at start", team.bound_at_start, 0, 100,
            "How many of them are bound to the microtubule at the start.");
  s.real("Velocity", team.velocity, "nm/us", positive(),
         "Velocity towards the " + its_end +
             " end without load at any amount of ATP; 0.001 nm/us is 1 um/s.");
  s.real("Backward velocity", team.backward_velocity, "nm/us", positive(),
         "A load of twice the stall force drags the motor backward with this velocity.");
  s.real("Michaelis constant", team.michaelis_constant, "uM", non_negative(),
         "Concentration of ATP at which the velocity without load is half of its largest value; 0: "
         "ATP does not matter.");
  s.real("Michaelis load", team.michaelis_load, "pN", non_negative(),
         "Load under which the Michaelis constant is e times that without load; 0: it does not "
         "depend on the load.");
  s.real("Stall force", team.stall_force, "pN", positive(),
         "Load at which the motor stands still; the velocity falls linearly with the load.");
  s.real("Detachment force", team.detachment_force, "pN", positive(),
         "Load under which the motor unbinds e times as fast as without load.");
  s.real("Unbinding rate", team.unbinding_rate, "1/us", positive(),
         "Rate at which a bound motor unbinds without load; 1e-6 is once a second.");
  s.real("Binding rate", team.binding_rate, "1/us", non_negative(),
         "Rate at which an unbound motor binds while the vesicle is held by others.");
}
} // namespace

// Kinesin-1 and mammalian cytoplasmic dynein as in Mueller, Klumpp and Lipowsky, PNAS 105 (2008)
// 4609; the Michaelis constant of kinesin is that of Visscher, Schnitzer and Block, Nature 400
// (1999) 184, under their smallest load.
Parameters::Motors::Motors() {
  kinesin.number = 3;
  kinesin.bound_at_start = 1;
  kinesin.velocity = 1e-3;
  kinesin.backward_velocity = 6e-6;
  kinesin.michaelis_constant = 88.;
  kinesin.stall_force = 6.;
  kinesin.detachment_force = 3.;
  kinesin.unbinding_rate = 1e-6;
  kinesin.binding_rate = 5e-6;
  dynein.velocity = 0.65e-3;
  dynein.backward_velocity = 72e-6;
  dynein.stall_force = 1.1;
  dynein.detachment_force = 0.75;
  dynein.unbinding_rate = 0.27e-6;
  dynein.binding_rate = 1.6e-6;
}

Track Parameters::TrackParameters::polyline(const ParameterTable &table) const {
  std::string origin = "Track/File = " + file + " (" + table.where("Track/File") + ")";
  std::vector<Track::Point> points;
  if (!file.empty())
    try {
      points = read_points(file);
    } catch (const UserError &error) {
      throw UserError("Track/File (" + table.where("Track/File") + "): " + error.what());
    }
  else {
    origin = "Track/Points x = " + table.value("Track/Points x") + " (" +
             table.where("Track/Points x") + ")";
    for (const auto &[name, list] :
         {std::make_pair("Track/Points y", &y), std::make_pair("Track/Points z", &z)})
      if (list->size() != x.size())
        throw UserError(std::string(name) + " = " + table.value(name) + " (" + table.where(name) +
                        ") must have as many entries as " + origin);
    for (unsigned int i = 0; i < x.size(); ++i)
      points.push_back({x[i], y[i], z[i]});
  }
  try {
    return Track(points);
  } catch (const UserError &error) {
    throw UserError(origin + ": the track " + error.what());
  }
}

namespace {
void declare_scenario(ParameterTable::Section s, ScenarioKind &kind, double &temperature) {
  s.choice(
      "Kind", kind,
      {{"relaxation", ScenarioKind::relaxation},
       {"pore energy", ScenarioKind::pore_energy},
       {"tether", ScenarioKind::tether},
       {"budding", ScenarioKind::budding},
       {"docking", ScenarioKind::docking},
       {"exocytosis", ScenarioKind::exocytosis},
       {"fusion pathway", ScenarioKind::fusion_pathway},
       {"transport", ScenarioKind::transport},
       {"life of a vesicle", ScenarioKind::life}},
      "What is computed. relaxation: a closed vesicle goes to equilibrium at its area and "
      "volume. pore energy: the "
      "least energy of a neck of given radius. tether: the force to pull a tube from a tense "
      "membrane. budding: a coat bends a membrane into a vesicle, whose neck is cut. docking: a "
      "vesicle is pulled to the plasma membrane. exocytosis: "
      "a docked vesicle fuses with the plasma membrane. fusion pathway: the energies of stalk, "
      "hemifusion diaphragm and pore between two flat membranes, with leaflets as elastic "
      "surfaces, and the barriers on the way. transport: motors carry a vesicle "
      "along a microtubule. life of a vesicle: budding, transport, docking and exocytosis one "
      "after "
      "the other.");
  s.real("Temperature", temperature, "K", positive(),
         "Temperature, which sets the unit kT of energies.");
}

void declare_geometry(ParameterTable::Section s, Parameters::Geometry &geometry) {
  s.choice("Dimension", geometry.dimension,
           {{"meridian", Dimension::meridian}, {"3d", Dimension::space}},
           "meridian: the membrane is a surface of revolution and only its meridian is meshed. 3d: "
           "a surface in space "
           "(relaxation, docking and exocytosis only; the vesicle of transport is drawn in space "
           "anyway).");
  s.integer("Refinement", geometry.refinement, 0, 8,
            "In 3d a vesicle has 6 * 4^Refinement quadrilaterals; in exocytosis there are 4 * "
            "2^Refinement around the neck.");
  s.integer("Meridian cells", geometry.cells, 8, 100000,
            "Number of cells of the meridian (all membranes together).");
  s.integer(
      "Polynomial degree", geometry.degree, 2, 4,
      "Degree of the surface and of the velocity; the tension has one less, lipids are linear.");

  s.choice(
      "Adaptive", geometry.adaptive, {{"no", false}, {"yes", true}},
      "yes: after the fusion cells are divided and merged so that they follow the curvature of "
      "the neck and of the rest (exocytosis in 3d only).");
  s.real(
      "Turn per cell", geometry.turn, "degree", between(1., 90.),
      "Largest angle by which the normal may turn across a cell of an adaptive mesh; 360 over it "
      "is the number of cells around the neck.");
  s.integer("Least refinement", geometry.least_refinement, 0, 8,
            "How often cells of an adaptive mesh are divided at least, counted as for Refinement.");
  s.integer("Most refinement", geometry.most_refinement, 0, 8, "And at most.");
}

void declare_vesicle(ParameterTable::Section s, Parameters::Vesicle &vesicle) {
  s.real("Radius", vesicle.radius, "nm", positive(),
         "Radius of the sphere that has the vesicle's area.");
  s.real("Reduced volume", vesicle.reduced_volume, "", Range{0., 1., true, false},
         "Volume relative to the sphere of the same area.");
  s.choice(
      "Volume", vesicle.fixed_volume, {{"fixed", true}, {"free", false}},
      "fixed: the vesicle keeps its volume. free: water passes the membrane without resistance.");
  s.real("Osmotic modulus", vesicle.osmotic_modulus, "pN/nm^2", positive(),
         "Pressure by which a docking vesicle resists a change of its volume, relative to this "
         "change: kT times the concentration of all solutes, 0.74 for 300 mOsm.");
  s.choice(
      "Initial shape", vesicle.shape,
      {{"sphere", InitialShape::sphere},
       {"prolate", InitialShape::prolate},
       {"oblate", InitialShape::oblate},
       {"stomatocyte", InitialShape::stomatocyte},
       {"mode", InitialShape::mode},
       {"fused pair", InitialShape::fused_pair},
       {"file", InitialShape::file}},
      "Shape at the start, of the given area and reduced volume; mode is a sphere with one "
      "spherical harmonic. fused pair: two equal spheres joined by a pore, of the total area, with "
      "Fusion/Gap and Fusion/Initial pore radius (3d). file: a closed triangulated surface, which "
      "sets area and volume "
      "(3d).");
  s.integer("Mode number", vesicle.mode_number, 2, 64,
            "Degree l of the harmonic P_l(cos theta) of shape mode.");
  s.real("Mode amplitude", vesicle.mode_amplitude, "", between(-0.5, 0.5),
         "Amplitude of the harmonic relative to the radius.");
  s.text("File", vesicle.file,
         "Name of the file of shape file: .ply, .msh, or (with VTK) .stl, .obj, .vtp, .vtu; "
         "relative to the folder of the parameter file.");
  s.choice("File unit", vesicle.file_unit,
           {{"angstrom", LengthUnit::angstrom},
            {"nm", LengthUnit::nm},
            {"um", LengthUnit::um},
            {"mm", LengthUnit::mm},
            {"m", LengthUnit::m}},
           "Unit of the coordinates in the file.");
  s.real("Smoothing", vesicle.smoothing, "", non_negative(),
         "How much of the noise of the file is smoothed away: waves that are twice this many cells "
         "long are halved, shorter ones vanish. 0: none.");
  s.real_list(
      "Positions x", vesicle.positions_x, "nm", any(),
      "Exocytosis in 3d of several vesicles: where each docks at the plasma membrane; empty "
      "for 0.");
  s.real_list("Positions y", vesicle.positions_y, "nm", any(),
              "The other coordinate of each; empty for 0.");
  s.real_list(
      "Tilt angles", vesicle.tilt_angles, "degree", between(-90., 90.),
      "Exocytosis in 3d: angle of each vesicle's axis with the normal of the plasma membrane, "
      "in the plane of x and z; the pore is as far off the vesicle's axis. Empty for 0.");
}

void declare_bilayer(ParameterTable::Section s, Parameters::Bilayer &bilayer) {
  s.real("Bending rigidity", bilayer.bending_rigidity, "kT", positive(),
         "kappa of the bilayer in E = int kappa/2 (H - C0)^2 dA, H the sum of the principal "
         "curvatures.");
  s.real("Gaussian modulus", bilayer.gaussian_modulus, "kT", any(),
         "Modulus of the Gaussian curvature; it matters only when the topology changes.");
  s.real("Spontaneous curvature", bilayer.spontaneous_curvature, "1/nm", any(),
         "C0, positive for a vesicle whose membrane wants to curve like a sphere.");
  s.real("Surface viscosity", bilayer.surface_viscosity, "pN us/nm", positive(),
         "Shear viscosity of the bilayer as a two-dimensional fluid.");
  s.real(
      "Drag coefficient", bilayer.drag_coefficient, "pN us/nm^3", non_negative(),
      "Drag of the surroundings per membrane area and velocity; in a relaxation a trace of it is "
      "always there, which makes rigid motion unique.");
}

void declare_leaflets(ParameterTable::Section s, Parameters::TwoLeaflets &leaflets) {
  s.choice(
      "Model", leaflets.model,
      {{"single", Leaflets::single},
       {"two leaflets", Leaflets::two},
       {"area difference", Leaflets::area_difference}},
      "single: the bilayer moves as one. two leaflets: its leaflets slide along each other and "
      "are stretched when their areas do not fit the shape (relaxation and exocytosis). area "
      "difference: the same equilibria without the way there, as leaflets slide without resistance "
      "and are stretched evenly (relaxation only).");
  s.real("Intermonolayer friction", leaflets.intermonolayer_friction, "pN us/nm^3", non_negative(),
         "Friction between two leaflets per area and relative velocity.");
  s.real("Area modulus", leaflets.area_modulus, "pN/nm", positive(),
         "Resistance of one leaflet to stretching.");
  s.real(
      "Neutral surface distance", leaflets.neutral_distance, "nm", non_negative(),
      "Distance of a leaflet's neutral surface, at which stretching and bending are independent, "
      "from the mid-surface.");
  s.real(
      "Local excess", leaflets.local_excess, "", strictly_between(-0.5, 0.5),
      "By how much the outer of two leaflets is denser, and the inner one less, around the highest "
      "point of the vesicle at the start (relaxation): it makes a bud or, if negative, a dent "
      "until it has spread.");
  s.real("Excess radius", leaflets.excess_radius, "nm", positive(),
         "Distance from the highest point at which the local excess has fallen to 1/e.");
  s.real(
      "Relaxed area difference", leaflets.relaxed_area_difference, "", any(),
      "Model area difference: how much the relaxed area of the outer leaflet exceeds that of the "
      "inner one, relative to a sphere of the vesicle's area. 0: as in the initial shape.");
  s.real("Monolayer rigidity", leaflets.monolayer_rigidity, "kT", positive(),
         "Splay rigidity of one leaflet (fusion pathway).");
  s.real("Tilt modulus", leaflets.tilt_modulus, "pN/nm", positive(),
         "Resistance of one leaflet to lipids that lean over (fusion pathway).");
  s.real("Monolayer thickness", leaflets.monolayer_thickness, "nm", positive(),
         "Length of the tails of a flat leaflet, up to its neutral surface (fusion pathway). "
         "Energies of pores change with its square.");
  s.real("Monolayer Gaussian ratio", leaflets.gaussian_ratio, "", between(-2., 0.),
         "Gaussian modulus of a leaflet over its rigidity; counts by topology (fusion pathway).");
  s.real("Maximum chain stretch", leaflets.maximum_chain_stretch, "", Range{1., 10., true, false},
         "Tails that are longer than this times the monolayer thickness cost the chain modulus "
         "(fusion pathway).");
  s.real("Chain modulus", leaflets.chain_modulus, "pN/nm", non_negative(),
         "Resistance to chains beyond their maximum stretch, per area of their lipids; 0: none.");
  s.real("Spontaneous curvature proximal", leaflets.proximal_curvature, "1/nm", between(-1., 1.),
         "Spontaneous curvature of the leaflets that face each other; negative for lipids like PE "
         "(fusion pathway).");
  s.real("Spontaneous curvature distal", leaflets.distal_curvature, "1/nm", between(-1., 1.),
         "The same of the two leaflets that face away.");
  s.real_list("Spontaneous curvature proximal of the plasma membrane",
              leaflets.plasma_membrane_proximal_curvature, "1/nm", between(-1., 1.),
              "One number: that of the plasma membrane's leaflet that faces the vesicle, whose own "
              "is the above; empty: the same (fusion pathway).");
  s.real_list("Spontaneous curvature distal of the plasma membrane",
              leaflets.plasma_membrane_distal_curvature, "1/nm", between(-1., 1.),
              "The same of its leaflet that faces away.");
}

void declare_plasma_membrane(ParameterTable::Section s,
                             Parameters::PlasmaMembrane &plasma_membrane) {
  s.real("Patch radius", plasma_membrane.patch_radius, "nm", positive(),
         "Radius of the modelled patch, whose rim is fixed in space and passes material.");
  s.real("Tension", plasma_membrane.tension, "pN/nm", non_negative(),
         "Tension at the rim of the patch.");
  s.real_list(
      "Tension times", plasma_membrane.tension_times, "us", non_negative(),
      "Times, rising, at which the tension has the values of Tensions; it is linear between "
      "them and constant before and after (exocytosis). Empty: Tension holds at all times.");
  s.real_list("Tensions", plasma_membrane.tensions, "pN/nm", non_negative(),
              "Tension at each of these times, as actin pulls at the plasma membrane.");
}

void declare_pore(ParameterTable::Section s, Parameters::Pore &pore) {
  s.choice("Kind", pore.kind,
           {{"planar", PoreKind::planar},
            {"vesicle and plasma membrane", PoreKind::vesicle_and_plasma_membrane}},
           "planar: between two parallel membranes with flat clamped rims. vesicle and plasma "
           "membrane: the vesicle of "
           "given area, open at the neck, joined to the patch under its tension; each side has a "
           "vertical tangent at "
           "the neck.");
  s.real("Neck radius", pore.neck_radius, "nm", positive(),
         "Radius of the mid-surface at the waist.");
  s.real("Membrane distance", pore.membrane_distance, "nm", positive(),
         "Distance of the mid-surfaces of the two membranes at the rims (planar).");
  s.real("Rim radius", pore.rim_radius, "nm", positive(), "Radius of the rims (planar).");
  s.real_list("Neck radii", pore.neck_radii, "nm", positive(),
              "Radii for a curve of energies in curve.csv; empty for the one neck radius only.");
}

void declare_tether(ParameterTable::Section s, Parameters::Tether &tether) {
  s.real("Largest extension", tether.largest_extension, "", positive(),
         "Height of the pulled point at the end, in units of the tether radius sqrt(kappa / (2 "
         "tension)).");
  s.integer("Extensions", tether.extensions, 1, 100000,
            "Number of heights from 0 to the largest, in curve.csv.");
}

void declare_contact(ParameterTable::Section s, ContactLaw &contact, bool &contact_with_itself) {
  s.real("Hydration pressure", contact.hydration_pressure, "pN/nm^2", non_negative(),
         "Hydration repulsion of two bilayers whose surfaces touch; it decays exponentially with "
         "their distance.");
  s.real("Hydration decay length", contact.hydration_decay, "nm", positive(),
         "Decay length of the hydration repulsion.");
  s.real("Adhesion energy", contact.adhesion_energy, "pN/nm", non_negative(),
         "Energy per area by which two bilayers attract each other when their surfaces touch; it "
         "decays exponentially, too.");
  s.real("Adhesion decay length", contact.adhesion_decay, "nm", positive(),
         "Decay length of the adhesion, longer than that of the repulsion.");
  s.real("Bilayer thickness", contact.thickness, "nm", non_negative(),
         "What the distance of surfaces is less than that of mid-surfaces.");
  s.choice("Membrane with itself", contact_with_itself, {{"no", false}, {"yes", true}},
           "Whether pieces of a vesicle that come near each other interact as well (relaxation).");
}

void declare_budding(ParameterTable::Section s, Parameters::Budding &budding) {
  s.choice(
      "Donor", budding.donor, {{"flat", DonorShape::flat}, {"tube", DonorShape::tube}},
      "The membrane from which the vesicle buds. flat: a patch of a flat one. tube: a tube, as "
      "of the endoplasmic reticulum, from whose side the vesicle buds (3d); its ends are held, "
      "water passes them and membrane does not.");
  s.real("Tube radius", budding.tube_radius, "nm", positive(), "Radius of that tube.");
  s.real("Tube length", budding.tube_length, "nm", positive(), "Length of that tube.");
  s.real("Patch radius", budding.patch_radius, "nm", positive(),
         "Radius of the flat patch of the donor membrane, whose rim is fixed in space and passes "
         "material. Its lipids are those of Lipids/Vesicle outer leaflet and inner leaflet.");
  s.real("Tension", budding.tension, "pN/nm", non_negative(), "Tension at the rim of that patch.");
  s.real("Coat curvature", budding.spontaneous_curvature, "1/nm", positive(),
         "Spontaneous curvature that the coat gives to the membrane; a closed coat is a sphere of "
         "the radius 2 over it.");
  s.real("Coat rigidity", budding.rigidity, "", positive(),
         "Bending rigidity of coated membrane relative to Bilayer/Bending rigidity.");
  s.real("Coat area", budding.area, "nm^2", non_negative(),
         "Area to which the coat grows; 0: until the neck is cut.");
  s.real("Initial coat area", budding.initial_area, "nm^2", non_negative(),
         "Area of the coat at the start.");
  s.real("Growth rate", budding.growth_rate, "nm^2/us", positive(),
         "Area by which the coat grows in time.");
  s.real("Edge width", budding.edge_width, "nm", positive(), "Width over which the coat ends.");
  s.real("Line tension", budding.line_tension, "pN", non_negative(),
         "Line tension of the coat's edge.");
  s.real("Cutting radius", budding.cutting_radius, "nm", positive(),
         "A neck narrower than this is cut.");
  s.real("Time after cut", budding.time_after_cut, "us", non_negative(),
         "How long the run goes on with the vesicle and the membrane it came from.");
  s.real("Cargo concentration", budding.cargo_concentration, "mM", non_negative(),
         "Concentration of the cargo beneath the membrane, which the vesicle takes up.");
}

void declare_docking(ParameterTable::Section s, Parameters::Docking &docking) {
  s.real("Distance", docking.distance, "nm", positive(),
         "Of the vesicle from the plasma membrane at the start (mid-surfaces).");
  s.real("Force", docking.force, "pN", any(),
         "Force on the vesicle towards the plasma membrane, spread over its area.");
}

void declare_snares(ParameterTable::Section s, SnareRing &snares) {
  s.integer("Number", snares.number, 0, 100,
            "Number of complexes, on a ring: in docking they pull the membranes together, in "
            "exocytosis they crowd around the neck and push it open.");
  s.real("Ring radius", snares.radius, "nm", positive(),
         "Radius of the ring between docked membranes.");
  s.real_list("Positions x", snares.positions_x, "nm", any(),
              "Docking in 3d: where each complex is, from the vesicle's axis; empty: on the ring.");
  s.real_list("Positions y", snares.positions_y, "nm", any(), "The other coordinate of each.");
  s.real("Ring width", snares.width, "nm", positive(),
         "Distance from the ring, or from the position of a complex, at which the share of its "
         "force has fallen to exp(-1/2).");
  s.real("Thickness", snares.thickness, "nm", non_negative(), "Thickness of a complex.");
  s.real("Assembled distance", snares.assembled_distance, "nm", positive(),
         "Distance of the mid-surfaces at which complexes are fully zipped.");
  s.real("Offset", snares.offset, "nm", non_negative(),
         "Distance of a complex from the mid-surface of the neck around which it lies: half a "
         "bilayer and half a complex.");
  s.real_list("Extensions", snares.extensions, "nm", non_negative(),
              "How far the ends of a complex are from where they are when it is fully zipped; "
              "rising, for the forces of the next entry.");
  s.real_list("Forces", snares.forces, "pN", any(),
              "Force with which a complex pulls its ends together at these extensions; linear "
              "between them, 0 beyond. By default 17 pN with a work of 65 kT.");
}

void declare_pathway(ParameterTable::Section s, Parameters::Pathway &pathway) {
  s.real("Gap", pathway.gap, "nm", positive(),
         "Distance between the facing neutral surfaces of docked membranes, from whose energy the "
         "others are counted.");
  s.real("Tension", pathway.tension, "pN/nm", non_negative(), "Tension of each membrane.");
  s.real_list("Tension of the plasma membrane", pathway.plasma_membrane_tension, "pN/nm",
              non_negative(), "One number, if it is another than the vesicle's; empty: the same.");
  s.choice("Bilayers", pathway.mirror_images,
           {{"mirror images", true}, {"vesicle and plasma membrane", false}},
           "mirror images: two equal bilayers stand for the two, with the mean of their "
           "curvatures, lipids and tensions; fast, and right to the first order in the "
           "difference. vesicle and plasma membrane: each as it is, at several times the cost.");
  s.real("Force", pathway.force, "pN", non_negative(),
         "Force that presses the membranes together at the box's radius, as SNARE complexes do; "
         "its work is counted from the docked membranes on. Needs a free far end.");
  s.real("Box radius", pathway.box_radius, "nm", between(8., 200.),
         "Radius up to which the membranes are computed; there they have a given slope.");
  s.choice("Far end", pathway.held_at_gap, {{"free", false}, {"held at the gap", true}},
           "free: at the box's radius the membranes take the distance they like, as a vesicle does "
           "that nothing but its membrane holds; energies converge with the box. held at the gap: "
           "they keep their distance there.");
  s.real("Vesicle radius", pathway.vesicle_radius, "nm", non_negative(),
         "Radius of a vesicle that meets a flat membrane; in place of them, mirror images have "
         "half of its curvature each. 0: both are flat.");
  s.real("Hydrophobic tension", pathway.hydrophobic_tension, "pN/nm", non_negative(),
         "Tension between tails and water.");
  s.real("Hydrophobic decay", pathway.hydrophobic_decay, "nm", positive(),
         "Distance over which surfaces of tails attract each other through water.");
  s.real("Hydration pressure", pathway.hydration_pressure, "pN/nm^2", non_negative(),
         "Repulsion of facing leaflets in contact; it decays with their distance.");
  s.real("Hydration decay", pathway.hydration_decay, "nm", positive(), "How fast it does.");
  s.real("Step", pathway.step, "nm", Range{0.01, 1., true, true},
         "Distance of the states between stalk and diaphragm in the radius of the waist.");
  s.real("Largest diaphragm", pathway.largest_diaphragm, "nm", positive(),
         "Radius up to which diaphragms are computed.");
  s.real_list("Pore radii", pathway.pore_radii, "nm", positive(),
              "Radii of pores' lumens, rising, that are computed.");
  s.real("Attempt frequency", pathway.attempt_frequency, "1/s", positive(),
         "Prefactor of all rates; estimates are from 1e9 to 1e11.");
  s.integer("Elements", pathway.elements, 8, 200, "Number of elements along a membrane.");
  s.integer("String images", pathway.string_images, 0, 200,
            "0, or 5 and more: the barriers to the stalk and to the pore are checked by strings of "
            "this many states and of twice as many (fusion pathway).");
}

void declare_fusion(ParameterTable::Section s, Parameters::Fusion &fusion) {
  s.real("Gap", fusion.gap, "nm", positive(),
         "Distance of the docked vesicle from the plasma membrane (mid-surfaces).");
  s.choice("Nucleation", fusion.nucleation,
           {{"at time", Nucleation::at_time}, {"from pathway", Nucleation::from_pathway}},
           "at time: the pore opens at Fusion/Time. from pathway: times of hemifusion and pore are "
           "drawn from the rates of the energy path of fusion (section Pathway), computed for gap, "
           "tension, vesicle radius and the lipids' mean spontaneous curvature at the contact.");
  s.integer("Seed", fusion.seed, 0, 2147483647,
            "Seed of the random waiting times; the same seed gives the same run.");
  s.text("Barrier table", fusion.barrier_table,
         "File with the barriers that are known, to which new ones are added; relative to the "
         "folder of the parameter file. Empty: fusion_barriers.json in the folder that holds the "
         "output folder.");
  s.real_list("Time", fusion.times, "us", non_negative(),
              "When the two facing discs are replaced by a neck; with several vesicles one for "
              "all, or one for each.");
  s.real("Initial pore radius", fusion.initial_pore_radius, "nm", positive(),
         "Neck radius of the pore when it opens.");
  s.real(
      "Hemifusion duration", fusion.hemifusion_duration, "us", non_negative(),
      "For how long before Fusion/Time the membranes are hemifused: a stalk connects their outer "
      "leaflets, whose lipids exchange, while inner leaflets and cargo do not.");
  s.real("Hemifusion radius", fusion.hemifusion_radius, "nm", positive(),
         "Radius of the stalk, a tube of one leaflet as long as the gap, through which the outer "
         "leaflets of hemifused membranes exchange lipids.");
  s.real("Time after fusion", fusion.mixing_time, "us", non_negative(),
         "For how long the run goes on when the membrane is flat, while lipids mix.");
  s.real("Output interval after fusion", fusion.mixing_interval, "us", non_negative(),
         "Physical time between two outputs then; 0: as before.");
  s.real(
      "Closing radius", fusion.closing_radius, "nm", positive(),
      "A neck narrower than this is cut: vesicle and plasma membrane are separate again, and the "
      "outcome is 'kiss-and-run'.");
  s.real(
      "Time after closing", fusion.time_after_closing, "us", non_negative(),
      "For how long a vesicle is followed after its neck was cut. The run ends when each vesicle "
      "has come to its end.");
  s.real(
      "Arrest time", fusion.arrest_time, "us", non_negative(),
      "When neck radius and height have changed by less than 1 % for this long, and constriction "
      "and tension have come to their last values, the run ends with the outcome 'arrested "
      "Omega'; with Thermal/Noise when their means over this time differ by less than 5 % from "
      "those over the same time before. 0: never.");
}

void declare_constriction(ParameterTable::Section s, Parameters::RingOfProteins &constriction) {
  s.real_list(
      "Force", constriction.forces, "pN", non_negative(),
      "Radial force of a ring around the neck, as of dynamin, summed over its circumference: 2 pi "
      "times the line tension of the ring. With several vesicles one for all, or one for each.");
  s.real("Force per length", constriction.per_length, "pN/nm", non_negative(),
         "Radial force of the ring per length of its circumference, in addition.");
  s.real(
      "Width", constriction.width, "nm", positive(),
      "Distance from the narrowest circle at which the pull of the ring has fallen to exp(-1/2).");
  s.real("Start time", constriction.start, "us", non_negative(), "When the ring begins to act.");
  s.real("End time", constriction.end, "us", positive(), "When it stops.");
}

void declare_applied_force(ParameterTable::Section s, Parameters::AppliedForce &applied_force) {
  s.real("Pole", applied_force.pole, "pN", any(),
         "Point force along z at the highest point of the membrane.");
  s.replaced("Ring", "Constriction/Force");
}

void declare_lipids(ParameterTable::Section s, Parameters::Lipids &lipids) {
  s.name_list(
      "Species", lipids.names,
      "Names of the lipids. All lists of this section have an entry for each of them; those of "
      "properties may have a single one for all.");
  s.real_list("Area per lipid", lipids.area, "nm^2", positive(), "Area that a lipid takes up.");
  s.real_list(
      "Spontaneous curvature", lipids.spontaneous_curvature, "1/nm", any(),
      "Spontaneous curvature J0 of a monolayer of the lipid, positive for large heads and "
      "negative for a cone with a small head such as that of DOPE. Gives the membrane (mean "
      "J0 of the outer leaflet - that of the inner one) / 2, and lets lipids gather where "
      "their curvature is.");
  s.real_list("Diffusion coefficient", lipids.diffusion_coefficient, "nm^2/us", non_negative(),
              "Diffusion coefficient of the lipid in the membrane.");
  s.real_list("Relative rigidity", lipids.rigidity, "", positive(),
              "Bending rigidity of a membrane of the lipid relative to Bilayer/Bending rigidity; "
              "mixtures have the mean.");
  s.real_list("Flip-flop rate", lipids.flip_flop_rate, "1/us", non_negative(),
              "Rate at which a lipid changes to the other leaflet.");
  for (const auto &[name, target, where] :
       {std::make_tuple("Vesicle outer leaflet", &lipids.vesicle_outer, "of the vesicle"),
        std::make_tuple("Vesicle inner leaflet", &lipids.vesicle_inner, "of the vesicle"),
        std::make_tuple("Plasma membrane outer leaflet", &lipids.plasma_membrane_outer,
                        "of the plasma membrane"),
        std::make_tuple("Plasma membrane inner leaflet", &lipids.plasma_membrane_inner,
                        "of the plasma membrane")})
    s.real_list(name, *target, "", between(0., 1.),
                "Area fractions of the species at the start in this leaflet " + std::string(where) +
                    "; they add up to 1. Outer leaflets face the cytosol.");
}

void declare_cargo(ParameterTable::Section s, double &cargo_diffusion_coefficient,
                   double &lumen_viscosity, double &lumen_pressure) {
  s.real("Diffusion coefficient", cargo_diffusion_coefficient, "nm^2/us", non_negative(),
         "Diffusion coefficient of the cargo in water.");
  s.real("Viscosity", lumen_viscosity, "pN us/nm^2", non_negative(),
         "Viscosity of the lumen's fluid, which has to pass the pore as the vesicle shrinks; water "
         "has 0.00089 at 25 degrees Celsius. With 0 it passes freely.");
  s.real(
      "Osmotic pressure", lumen_pressure, "pN/nm^2", non_negative(),
      "Pressure above that outside by which cargo that cannot leave, a swollen matrix, presses on "
      "the fused vesicle when it has its initial volume; it goes with one over the volume.");
}

void declare_track(ParameterTable::Section s, Parameters::TrackParameters &track) {
  s.real_list("Points x", track.x, "nm", any(),
              "Points of the microtubule's axis, which is straight between them.");
  s.real_list("Points y", track.y, "nm", any(), "The second coordinate of each.");
  s.real_list("Points z", track.z, "nm", any(), "The third coordinate of each.");
  s.text("File", track.file,
         "Name of a text file with x, y and z of a point [nm] on each line, in place of the lists; "
         "relative to the folder of the parameter file.");
  s.choice("Plus end", track.plus_end_is_last, {{"last point", true}, {"first point", false}},
           "The end of the microtubule to which kinesins walk; dyneins walk to the other one.");
  s.real("Start", track.start, "nm", non_negative(),
         "Where the vesicle starts, as the distance along the track from its first point.");
  s.real("Vesicle distance", track.distance, "nm", non_negative(),
         "Distance of the vesicle's surface from the axis: the radius of a microtubule and the "
         "length of a motor.");
}

void declare_motors(ParameterTable::Section s, Parameters::Motors &motors) {
  s.real("ATP concentration", motors.atp, "uM", positive(), "Concentration of ATP.");
  s.real("External load", motors.external_load, "pN", any(),
         "Constant force on the vesicle along the track, as of an optical trap with feedback; "
         "positive pulls it towards the minus end.");
  s.real("Cytoplasm viscosity", motors.viscosity, "pN us/nm^2", non_negative(),
         "Viscosity that the vesicle feels, with the drag 6 pi eta R of a sphere; 0.001 is that of "
         "water.");
  s.integer("Runs", motors.runs, 0, 100000000,
            "Number of runs on an endless track, besides the one that is shown, for run length and "
            "stall force in summary.json; each ends at Time/End time at the latest. 0 for none.");
  s.integer("Seed", motors.seed, 0, 2147483647,
            "Seed of the random numbers; the same seed gives the same walk.");
  declare_team(s.section("Kinesin"), motors.kinesin, "kinesin", "plus");
  declare_team(s.section("Dynein"), motors.dynein, "dynein", "minus");
}

void declare_thermal(ParameterTable::Section s, Parameters::Thermal &thermal) {
  s.choice("Noise", thermal.noise, {{"no", false}, {"yes", true}},
           "yes: the membrane is jostled by random forces that fit its viscosity and drag at "
           "Scenario/Temperature (relaxation; exocytosis along the meridian, while the pore is "
           "open; in the meridian by axisymmetric ones only).");
  s.integer("Seed", thermal.seed, 0, 2147483647,
            "Seed of the random forces; the same seed gives the same motion.");
  s.real("Time step", thermal.step, "us", positive(), "Length of a time step with noise.");
  s.real("Shortest wavelength", thermal.shortest_wave, "nm", non_negative(),
         "Random forces along a meridian have no waves shorter than this; a bilayer does not "
         "undulate on less than twice its thickness. 0: down to the cells.");
}

void declare_signals(ParameterTable::Section s, Assay &assay) {
  s.text("Probe species", assay.probe,
         "The species of the vesicle that carries the fluorescent label of a lipid-mixing assay.");
  s.real("Acceptor mole fraction", assay.acceptor_fraction, "", Range{0., 1., true, false},
         "Mole fraction of the acceptor of resonance energy transfer (rhodamine-PE) in the probe "
         "species; 0.01 is 1 mol%.");
  s.real("Forster radius", assay.forster_radius, "nm", positive(),
         "Distance at which half of the energy is transferred; 5 nm is about right for NBD and "
         "rhodamine.");
  s.real("TIRF radius", assay.tirf_radius, "nm", positive(),
         "Radius of the disc around the (first) fusion site whose light is seen; no more than the "
         "patch is.");
  s.real("TIRF depth", assay.tirf_depth, "nm", positive(),
         "Height above the plasma membrane at which the evanescent field has fallen to 1/e.");
}

void declare_time(ParameterTable::Section s, Parameters::Time &time) {
  s.real("End time", time.end, "us", positive(), "The run ends here at the latest.");
  s.real("Output interval", time.output_interval, "us", positive(),
         "Physical time between two outputs.");
  s.real("Initial step", time.initial_step, "us", positive(),
         "First time step; later steps adapt.");
  s.real("Smallest step", time.smallest_step, "us", positive(),
         "If a smaller step were needed the run stops.");
  s.real("Largest step", time.largest_step, "us", positive(), "Upper bound of the time step.");
  s.real("Energy tolerance", time.energy_tolerance, "", strictly_between(0., 1.),
         "Share of the energy lost in a step that the time discretisation may lose undissipated; "
         "sets the step size.");
  s.real("Equilibrium tolerance", time.equilibrium_tolerance, "", positive(),
         "A vesicle is in equilibrium when its normal velocity (root mean square) would move it by "
         "less than this share "
         "of its radius in a relaxation time, viscosity R^2 / rigidity.");
}

void declare_life(ParameterTable::Section s, Parameters::Life &life) {
  for (const auto &[name, stage, what] : {std::make_tuple("Budding", &life.budding, "budding"),
                                          std::make_tuple("Travel", &life.travel, "transport"),
                                          std::make_tuple("Docking", &life.docking, "docking"),
                                          std::make_tuple("Fusion", &life.fusion, "exocytosis")}) {
    auto t = s.section(name);
    const std::string of = std::string(" of the stage of ") + what + " in the life of a vesicle.";
    t.real("Longest time", stage->longest, "us", positive(), "Longest duration" + of);
    t.real("Output interval", stage->output_interval, "us", positive(), "Output interval" + of);
    t.real("Initial step", stage->initial_step, "us", positive(), "First time step" + of);
    t.real("Largest step", stage->largest_step, "us", positive(), "Largest time step" + of);
  }
}

void declare_checkpoint(ParameterTable::Section s, Parameters::Checkpoint &checkpoint) {
  s.real("Interval", checkpoint.interval, "min", non_negative(),
         "Wall-clock time between two checkpoints, from which --resume can continue relaxation, "
         "budding, docking, exocytosis and transport; 0 for none by the clock.");
  s.integer("Steps", checkpoint.steps, 0, 1000000000,
            "Number of time steps between two checkpoints; 0 for none by steps.");
  s.integer("Number kept", checkpoint.keep, 1, 1000,
            "When there are more checkpoints than this the oldest are removed.");
  s.real("Wall time limit", checkpoint.wall_time_limit, "min", non_negative(),
         "A run that could not finish another time step within this wall-clock time stops with a "
         "checkpoint and exit status 3; 0 for no limit.");
}

void declare_solver(ParameterTable::Section s, SolverKind &linear_solver) {
  s.choice(
      "Linear solver", linear_solver,
      {{"automatic", SolverKind::automatic},
       {"direct", SolverKind::direct},
       {"iterative", SolverKind::iterative}},
      "direct: factorisation of the whole system. iterative: GMRES with factorised blocks, for "
      "large surfaces in 3d; needs less time and memory there, but short time steps. "
      "automatic: iterative for surfaces of 3,000 cells or more.");
}
} // namespace

void Parameters::declare(ParameterTable &table) {
  declare_scenario(table.section("Scenario"), kind, temperature);
  declare_geometry(table.section("Geometry"), geometry);
  declare_vesicle(table.section("Vesicle"), vesicle);
  declare_bilayer(table.section("Bilayer"), bilayer);
  declare_leaflets(table.section("Leaflets"), leaflets);
  declare_plasma_membrane(table.section("Plasma membrane"), plasma_membrane);
  declare_pore(table.section("Pore"), pore);
  declare_tether(table.section("Tether"), tether);
  declare_contact(table.section("Contact"), contact, contact_with_itself);
  declare_budding(table.section("Budding"), budding);
  declare_docking(table.section("Docking"), docking);
  declare_snares(table.section("SNAREs"), snares);
  declare_pathway(table.section("Pathway"), pathway);
  declare_fusion(table.section("Fusion"), fusion);
  declare_constriction(table.section("Constriction"), constriction);
  declare_applied_force(table.section("Applied force"), applied_force);
  declare_lipids(table.section("Lipids"), lipids);
  declare_cargo(table.section("Cargo"), cargo_diffusion_coefficient, lumen_viscosity,
                lumen_pressure);
  declare_track(table.section("Track"), track);
  declare_motors(table.section("Motors"), motors);
  declare_thermal(table.section("Thermal"), thermal);
  declare_signals(table.section("Signals"), assay);
  declare_time(table.section("Time"), time);
  declare_life(table.section("Life"), life);
  declare_checkpoint(table.section("Checkpoint"), checkpoint);
  declare_solver(table.section("Solver"), linear_solver);

  table.allow_change("Solver");
  table.allow_change("Fusion/Barrier table");
  table.allow_change("Time/End time");
  table.allow_change("Time/Output interval");
  table.allow_change("Time/Smallest step");
  table.allow_change("Checkpoint");

  for (const auto &term : user_terms)
    term->declare(table);
}

double Parameters::Budding::final_area() const {
  return area > 0. ? area : std::numeric_limits<double>::infinity();
}

double Parameters::Vesicle::file_unit_in_nm() const {
  switch (file_unit) {
  case LengthUnit::angstrom:
    return 0.1;
  case LengthUnit::um:
    return 1e3;
  case LengthUnit::mm:
    return 1e6;
  case LengthUnit::m:
    return 1e9;
  default:
    return 1.;
  }
}

std::vector<Species> Parameters::Lipids::species() const {
  std::vector<Species> result;
  for (unsigned int i = 0; i < names.size(); ++i) {
    const auto entry = [i](const std::vector<double> &list) {
      return list.size() == 1 ? list[0] : list[i];
    };
    result.push_back({names[i], entry(area), entry(spontaneous_curvature),
                      entry(diffusion_coefficient), entry(rigidity), entry(flip_flop_rate)});
  }
  return result;
}

Assay Parameters::assay_of_probe() const {
  Assay result = assay;
  for (const Species &species : lipids.species())
    if (species.name == assay.probe)
      result.area_per_lipid = species.area;
  return result;
}

void Parameters::resolve_paths(const ParameterTable &table, const std::string &parameter_file) {
  for (const auto &[name, file] :
       {std::make_pair("Vesicle/File", &vesicle.file), std::make_pair("Track/File", &track.file),
        std::make_pair("Fusion/Barrier table", &fusion.barrier_table)}) {
    if (file->empty())
      continue;
    std::filesystem::path path(*file);
    if (path.is_relative() && table.where(name) != "--set")
      path = std::filesystem::path(parameter_file).parent_path() / path;
    // The parameters in force are written to another folder.
    *file = std::filesystem::absolute(path).lexically_normal().string();
  }
}
} // namespace fusogen
