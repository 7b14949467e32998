// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_PARAMETERS_H
#define FUSOGEN_SCENARIO_PARAMETERS_H

#include "base/parameters.h"
#include "base/units.h"
#include "lipids/mixing_signals.h"
#include "lipids/species.h"
#include "mechanics/choose_solver.h"
#include "mechanics/constriction.h"
#include "mechanics/contact_law.h"
#include "mechanics/snares.h"
#include "scenario/user_term.h"
#include "transport/motor_team.h"
#include "transport/track.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fusogen {
enum class ScenarioKind {
  relaxation,
  pore_energy,
  tether,
  budding,
  docking,
  exocytosis,
  fusion_pathway,
  transport,
  life
};
enum class Dimension { meridian, space };
enum class InitialShape { sphere, prolate, oblate, stomatocyte, mode, fused_pair, file };
enum class LengthUnit { angstrom, nm, um, mm, m };
enum class PoreKind { planar, vesicle_and_plasma_membrane };
enum class DonorShape { flat, tube };
enum class Nucleation { at_time, from_pathway };

/// All that a user can set, in the units of the parameter file. A section is a struct; its comments
/// are the sentences given to the user in parameters.cc.
struct Parameters {
  ScenarioKind kind = ScenarioKind::exocytosis;
  double temperature = units::room_temperature;

  struct Geometry {
    Dimension dimension = Dimension::meridian;
    int refinement = 2;
    int cells = 128;
    int degree = 2;
    bool adaptive = false;
    int least_refinement = 1, most_refinement = 4;
    double turn = 22.5; // [degrees]
  } geometry;

  struct Vesicle {
    double radius = 20.;
    double reduced_volume = 1.;
    bool fixed_volume = true;
    double osmotic_modulus = 0.74;
    InitialShape shape = InitialShape::sphere;
    int mode_number = 2;
    double mode_amplitude = 0.01;
    std::string file;
    LengthUnit file_unit = LengthUnit::nm;
    double smoothing = 1.;
    std::vector<double> positions_x, positions_y, tilt_angles;
    /// Where a vesicle docks [nm] and how far its axis is tilted [degree].
    struct Docking {
      double x, y, tilt;
    };
    Docking docking(const unsigned int i) const {
      const auto entry = [i](const std::vector<double> &list) {
        return list.empty() ? 0. : list[i];
      };
      return {entry(positions_x), entry(positions_y), entry(tilt_angles)};
    }
    /// Number of vesicles (exocytosis in space; else 1).
    unsigned int number() const {
      return std::max<std::size_t>({1, positions_x.size(), positions_y.size(), tilt_angles.size()});
    }
    /// The unit of the file [nm].
    double file_unit_in_nm() const;
  } vesicle;

  struct Bilayer {
    double bending_rigidity = 20.;
    double gaussian_modulus = -20.;
    double spontaneous_curvature = 0.;
    double surface_viscosity = 4.;
    double drag_coefficient = 0.;
  } bilayer;

  struct TwoLeaflets {
    Leaflets model = Leaflets::single;
    double intermonolayer_friction = 0.1;
    double area_modulus = 120.;
    double neutral_distance = 1.2;
    double local_excess = 0., excess_radius = 30.;
    double relaxed_area_difference = 0.; ///< relative to a sphere's; 0: that of the initial shape
    double monolayer_rigidity = 10., tilt_modulus = 40., monolayer_thickness = 1.5;
    double gaussian_ratio = 0., maximum_chain_stretch = 1.3, chain_modulus = 0.;
    double proximal_curvature = -0.1, distal_curvature = -0.1;
    std::vector<double> plasma_membrane_proximal_curvature, plasma_membrane_distal_curvature;
  } leaflets;

  struct PlasmaMembrane {
    double patch_radius = 150.;
    double tension = 0.1;
    std::vector<double> tension_times, tensions; ///< replace the constant tension if given
  } plasma_membrane;

  struct Pore {
    PoreKind kind = PoreKind::planar;
    double neck_radius = 2.;
    double membrane_distance = 6.;
    double rim_radius = 20.;
    std::vector<double> neck_radii;
  } pore;

  struct Tether {
    double largest_extension = 10.;
    int extensions = 50;
  } tether;

  struct Budding {
    DonorShape donor = DonorShape::flat;
    double tube_radius = 40., tube_length = 300.;
    double patch_radius = 150., tension = 0.005;
    double spontaneous_curvature = 0.1, rigidity = 1., area = 0., initial_area = 0.;
    double growth_rate = 10., edge_width = 4., line_tension = 0.;
    double cutting_radius = 2., time_after_cut = 20., cargo_concentration = 100.;
    /// Area of the complete coat [nm^2]: as given, or that of a sphere of its curvature.
    double final_area() const;
  } budding;

  struct Docking {
    double distance = 10., force = 20.;
  } docking;
  ContactLaw contact;
  bool contact_with_itself = false;

  struct Fusion {
    double gap = 2.;
    std::vector<double> times = {1.}; ///< one for all vesicles, or one for each
    double time(const unsigned int vesicle) const {
      return times.size() == 1 ? times[0] : times[vesicle];
    }
    double initial_pore_radius = 1.5;
    double closing_radius = 0.5;
    double time_after_closing = 1.;
    double arrest_time = 0.;
    double hemifusion_duration = 0.;
    double hemifusion_radius = 2.;
    double mixing_time = 0., mixing_interval = 0.;
    Nucleation nucleation = Nucleation::at_time;
    int seed = 1;
    std::string barrier_table;
  } fusion;

  struct Pathway {
    double gap = 2.5, tension = 0., box_radius = 16., vesicle_radius = 0., force = 0.;
    std::vector<double> plasma_membrane_tension;
    bool held_at_gap = false, mirror_images = true;
    double hydrophobic_tension = 45., hydrophobic_decay = 1.;
    double hydration_pressure = 0., hydration_decay = 0.2;
    double step = 0.25, largest_diaphragm = 5.;
    std::vector<double> pore_radii = {0.75, 1., 1.5, 2., 3., 4., 5., 6.};
    double attempt_frequency = 1e10;
    int elements = 20;
    int string_images = 0;
  } pathway;

  struct AppliedForce {
    double pole = 0.;
  } applied_force;

  SnareRing snares;

  struct RingOfProteins {
    std::vector<double> forces = {0.}; ///< one for all vesicles, or one for each
    double per_length = 0., width = 1.;
    double start = 0., end = 1e9;
    double force(const unsigned int vesicle) const {
      return forces.size() == 1 ? forces[0] : forces[vesicle];
    }
    bool acts(const unsigned int vesicle) const { return force(vesicle) != 0. || per_length != 0.; }
  } constriction;

  /// Lists with an entry for each species; those of properties may have one for all.
  struct Lipids {
    std::vector<std::string> names = {"vesicle lipid", "plasma membrane lipid"};
    std::vector<double> area = {0.65}, spontaneous_curvature = {0.}, diffusion_coefficient = {1.},
                        rigidity = {1.}, flip_flop_rate = {0.};
    std::vector<double> vesicle_outer = {1., 0.}, vesicle_inner = {1., 0.},
                        plasma_membrane_outer = {0., 1.}, plasma_membrane_inner = {0., 1.};
    std::vector<Species> species() const;
    /// As Parameters::check().
    void check(const ParameterTable &table) const;
  } lipids;

  double cargo_diffusion_coefficient = 300.;
  double lumen_viscosity = 0.;
  double lumen_pressure = 0.;

  struct TrackParameters {
    std::vector<double> x = {0., 10000.}, y = {0., 0.}, z = {0., 0.};
    std::string file;
    bool plus_end_is_last = true;
    double start = 0.;
    double distance = 30.;
    /// Reads the file if there is one.
    Track polyline(const ParameterTable &table) const;
  } track;

  struct Motors {
    MotorTeam kinesin, dynein;
    double atp = 2000.;
    double external_load = 0.;
    double viscosity = 0.1;
    int runs = 0;
    int seed = 1;
    Motors();
  } motors;

  struct Thermal {
    bool noise = false;
    int seed = 1;
    double step = 0.01;
    double shortest_wave = 8.;
  } thermal;

  Assay assay;
  /// The same with the area of the probe's molecules.
  Assay assay_of_probe() const;

  struct Time {
    double end = 1e6;
    double output_interval = 1.;
    double initial_step = 1e-3;
    double smallest_step = 1e-9;
    double largest_step = 1e6;
    double energy_tolerance = 0.02;
    double equilibrium_tolerance = 1e-4;
  } time;

  /// Of each stage of a vesicle's life, in place of those of `time`.
  struct Stage {
    double longest, output_interval, initial_step, largest_step;
    Time in(Time time) const {
      time.end = longest;
      time.output_interval = output_interval;
      time.initial_step = initial_step;
      time.largest_step = largest_step;
      return time;
    }
  };
  struct Life {
    Stage budding = {20000., 50., 1e-3, 1e6}, travel = {60e6, 2e5, 1e-3, 1e6},
          docking = {10000., 1., 1e-3, 1e6}, fusion = {1000., 2., 1e-3, 1e6};
  } life;

  struct Checkpoint {
    double interval = 15.;
    int steps = 0;
    int keep = 2;
    double wall_time_limit = 0.;
  } checkpoint;

  SolverKind linear_solver = SolverKind::automatic;

  /// Effects from outside the tree; each keeps parameters of its own.
  UserTerms user_terms;

  /// Declares every parameter in @p table, which then writes into this object.
  void declare(ParameterTable &table);
  /// Completes the names of files: those in a parameter file are relative to its folder, those of
  /// the command line to the current one. To be called after reading.
  void resolve_paths(const ParameterTable &table, const std::string &parameter_file);
  /// Rules that involve several parameters; throws UserError that names them with their places in
  /// @p table.
  void check(const ParameterTable &table) const;

  /// kT of the run [pN nm].
  double thermal_energy() const { return units::thermal_energy(temperature); }
  /// Bending rigidity [pN nm].
  double bending_rigidity() const { return bilayer.bending_rigidity * thermal_energy(); }
  double gaussian_modulus() const { return bilayer.gaussian_modulus * thermal_energy(); }

private:
  // Parts of check(), by subject or scenario.
  void check_geometry(const ParameterTable &table) const;
  void check_initial_shape(const ParameterTable &table) const;
  void check_forces(const ParameterTable &table) const;
  void check_leaflets(const ParameterTable &table) const;
  void check_pore_energy(const ParameterTable &table) const;
  void check_budding(const ParameterTable &table) const;
  void check_contact(const ParameterTable &table) const;
  void check_docking(const ParameterTable &table) const;
  void check_tether(const ParameterTable &table) const;
  void check_pathway(const ParameterTable &table) const;
  void check_nucleation(const ParameterTable &table) const;
  void check_exocytosis(const ParameterTable &table) const;
  void check_transport(const ParameterTable &table) const;
  void check_time(const ParameterTable &table) const;
};
} // namespace fusogen

#endif
