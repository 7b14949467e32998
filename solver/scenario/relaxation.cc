// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/relaxation.h"

#include "base/log.h"
#include "geometry/import/vesicle_import.h"
#include "geometry/meridian_motion.h"
#include "geometry/shapes.h"
#include "geometry/surface_motion.h"
#include "io/surface_output.h"
#include "mechanics/applied_force.h"
#include "mechanics/bending.h"
#include "mechanics/contact.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "scenario/checkpointing.h"
#include "scenario/fused_pair.h"
#include "scenario/leaflets.h"
#include "scenario/time_stepper.h"

#include <cmath>
#include <optional>
#include <sstream>

namespace fusogen {
using dealii::numbers::PI;

namespace {
Profile initial_profile(const Parameters::Vesicle &vesicle) {
  switch (vesicle.shape) {
  case InitialShape::prolate:
    return prolate(vesicle.radius, vesicle.reduced_volume);
  case InitialShape::oblate:
    return oblate(vesicle.radius, vesicle.reduced_volume);
  case InitialShape::stomatocyte:
    return stomatocyte(vesicle.radius, vesicle.reduced_volume);
  case InitialShape::mode:
    return mode(vesicle.radius, vesicle.mode_number, vesicle.mode_amplitude);
  default:
    return sphere(vesicle.radius);
  }
}

// How far the surface is from the file it was made of; nothing without a file.
using Displacement = VesicleImport::Displacement;

Displacement create(std::unique_ptr<Membrane<1>> &membrane, const Parameters &parameters) {
  const Profile profile = initial_profile(parameters.vesicle);
  GradingParameters grading;
  grading.n_cells = parameters.geometry.cells;
  membrane->create_meridian(
      {{profile, graded_nodes(profile, grading), Component::vesicle, Edge::axis, Edge::axis}});
  return {};
}

Displacement create_from_file(Membrane<2> &membrane, const Parameters &parameters) {
  const auto &vesicle = parameters.vesicle;
  const VesicleImport import(membrane.communicator(), vesicle.file, vesicle.file_unit_in_nm());
  const auto displacement =
      import.create(membrane, parameters.geometry.refinement, vesicle.smoothing);

  std::ostringstream line;
  line << vesicle.file << ": " << import.n_triangles() << " triangles, sphere of equal area "
       << import.radius() << " nm in radius";
  for (const std::string &repair : import.properties().repairs())
    line << "; " << repair;
  Log::instance().information(line.str());
  line.str("");
  line << "meshed with " << membrane.triangulation().n_global_active_cells()
       << " quadrilaterals, which lie off the file's points by " << displacement.root_mean_square
       << " nm (root mean square), at most " << displacement.largest << " nm; mesh quality "
       << mesh_quality(membrane);
  Log::instance().information(line.str());
  return displacement;
}

Displacement create(std::unique_ptr<Membrane<2>> &membrane, const Parameters &parameters) {
  const auto &vesicle = parameters.vesicle;
  if (vesicle.shape == InitialShape::file)
    return create_from_file(*membrane, parameters);
  if (vesicle.shape == InitialShape::fused_pair)
    membrane = fused_pair(membrane->communicator(), parameters);
  else if (vesicle.shape == InitialShape::prolate || vesicle.shape == InitialShape::oblate) {
    const SpheroidAxes axes = spheroid_axes(
        vesicle.radius, vesicle.reduced_volume,
        vesicle.shape == InitialShape::prolate ? SpheroidKind::prolate : SpheroidKind::oblate);
    membrane->create_sphere_like(
        parameters.geometry.refinement,
        [&](const std::array<double, 3> &n) { return on_spheroid(axes, n); });
  } else {
    const Profile profile = initial_profile(vesicle);
    membrane->create_sphere_like(
        parameters.geometry.refinement,
        [&](const std::array<double, 3> &n) { return on_surface(profile, n); });
  }
  return {};
}

// Integral over the membrane of f(point, normal, field).
template <int dim, class Function>
double integral(const Membrane<dim> &membrane, const Vector &field, const Function &f) {
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x, v;
  double sum = 0.;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_vector_values(cell, field, v);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        sum += surface.weight(q) *
               f(surface.point(q), surface.normal(q), surface.vector_field(q, v).value);
    }
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

// Amplitude of the harmonic P_l of the distance from the origin, and its rate of change by the
// normal velocity [nm, nm/us]; both are integrals over the solid angle dOmega = x.nu dA / |x|^3.
template <int dim>
std::pair<double, double> mode_amplitude_and_rate(const Membrane<dim> &membrane,
                                                  const Vector &velocity, const int l) {
  const double factor = (2. * l + 1.) / (4. * PI);
  const double amplitude =
      integral(membrane, velocity, [l](const Vector3 &x, const Vector3 &nu, const Vector3 &) {
        return std::legendre(l, x[2] / x.norm()) * (x * nu) / x.norm_square();
      });
  const double rate =
      integral(membrane, velocity, [l](const Vector3 &x, const Vector3 &nu, const Vector3 &v) {
        return std::legendre(l, x[2] / x.norm()) * (v * nu) / x.norm_square();
      });
  return {factor * amplitude, factor * rate};
}

// Root mean square of the normal velocity [nm/us]: how fast the shape changes, whatever the nodes
// do along it.
template <int dim>
double rms_normal_velocity(const Membrane<dim> &membrane, const Vector &velocity) {
  const auto squared = [](const Vector3 &, const Vector3 &nu, const Vector3 &v) {
    return (v * nu) * (v * nu);
  };
  return std::sqrt(integral(membrane, velocity, squared) / membrane.area());
}

// Places the nodes anew when the shape has outgrown them.
class MeshKeeper {
public:
  MeshKeeper(const Membrane<1> &, const Parameters &parameters) {
    grading.n_cells = parameters.geometry.cells;
  }
  MeshKeeper(const Membrane<2> &membrane, const Parameters &) : quality(mesh_quality(membrane)) {}

  void keep(Membrane<1> &membrane, FlowSystem<1> &flow) {
    MeridianMotion motion(membrane, grading);
    if (motion.misfit() < largest_misfit)
      return;
    Vector tension = flow.tension(), area = flow.material_area;
    std::vector<ConservedField> leaflets = flow.leaflet_fields();
    motion.redistribute(true, area, leaflets, {&tension});
    flow.set_tension(tension);
    flow.mesh_moved(area, leaflets);
  }

  void keep(Membrane<2> &membrane, FlowSystem<2> &flow) {
    if (mesh_quality(membrane) > 0.5 * quality)
      return;
    SurfaceMotion motion(membrane);
    Vector tension = flow.tension(), area = flow.material_area;
    std::vector<ConservedField> leaflets = flow.leaflet_fields();
    bool moved = false;
    for (unsigned int pass = 0; pass < most_passes && mesh_quality(membrane) < 0.75 * quality;
         ++pass) {
      if (!motion.redistribute(largest_aspect_ratio, area, leaflets, {&tension}))
        break;
      moved = true;
    }
    if (!moved)
      return;
    flow.set_tension(tension);
    flow.mesh_moved(area, leaflets);
  }

  void serialize(StateArchive &state) { state.item("mesh quality to keep", quality); }

private:
  static constexpr double largest_misfit = 2.;
  GradingParameters grading; // meridian
  // In space: cells longer than this are shortened, in so many passes at a time.
  static constexpr double largest_aspect_ratio = 2.;
  static constexpr unsigned int most_passes = 10;
  double quality = 1.; // at the start
};

// The rate of an exponential decay da/dt = - rate (a - rest) as the slope of velocity against
// amplitude, by weighted least squares. The amplitude at rest is not exactly zero: the discretised
// sphere has the symmetry of its mesh.
class DecayRate {
public:
  void add(const double a, const double velocity, const double weight) {
    sum += weight;
    sum_a += weight * a;
    sum_v += weight * velocity;
    sum_aa += weight * a * a;
    sum_av += weight * a * velocity;
    ++n;
  }
  void serialize(StateArchive &state, const std::string &name) {
    state.item(name + ": sum", sum);
    state.item(name + ": sum of a", sum_a);
    state.item(name + ": sum of v", sum_v);
    state.item(name + ": sum of aa", sum_aa);
    state.item(name + ": sum of av", sum_av);
    state.item(name + ": steps", n);
  }
  unsigned int n_steps() const { return n; }
  double rate() const {
    const double variance = sum * sum_aa - sum_a * sum_a;
    return variance > 0. ? -(sum * sum_av - sum_a * sum_v) / variance : std::nan("");
  }

private:
  double sum = 0., sum_a = 0., sum_v = 0., sum_aa = 0., sum_av = 0.;
  unsigned int n = 0;
};
} // namespace

template <int dim> void run_relaxation(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const double kT = parameters.thermal_energy(), kappa = parameters.bending_rigidity();

  // First, as a mistake in a file of the user's must leave no output behind.
  auto created = std::make_unique<Membrane<dim>>(context.communicator, parameters.geometry.degree);
  std::optional<SurfaceArchive<dim>> resumed;
  Displacement displacement{};
  if (context.checkpoint)
    resumed.emplace(context.checkpoint->restore(*created));
  else
    displacement = create(created, parameters);
  Membrane<dim> &membrane = *created;
  Parameters::Vesicle vesicle = parameters.vesicle;
  if (vesicle.shape == InitialShape::file) {
    vesicle.radius = std::sqrt(membrane.area() / (4. * PI));
    vesicle.reduced_volume = membrane.volume() / (4. / 3. * PI * std::pow(vesicle.radius, 3));
  }
  RunOutput output(context);

  const double relaxation_time =
      parameters.bilayer.surface_viscosity * vesicle.radius * vesicle.radius / kappa;
  const Parameters::TwoLeaflets &leaflets = parameters.leaflets;
  FlowSystem<dim> flow(membrane, {}, leaflets.model);
  flow.use(
      choose_solver(parameters.contact_with_itself ? SolverKind::direct : parameters.linear_solver,
                    flow.unknowns()));
  flow.add(
      Bending<dim>(kappa, parameters.bilayer.spontaneous_curvature, leaflets.neutral_distance));
  flow.add(SurfaceViscosity<dim>(parameters.bilayer.surface_viscosity));
  // Rigid motion costs nothing in a viscous membrane alone; a trace of drag makes it unique. A
  // shape without any symmetry turns while it relaxes, and needs more than a trace to do so in
  // steps that are not tiny; the energy at rest is the same.
  const double share = vesicle.shape == InitialShape::file ? 1e-2 : 1e-8;
  const double trace =
      share * parameters.bilayer.surface_viscosity / (vesicle.radius * vesicle.radius);
  flow.add(Drag<dim>(std::max(parameters.bilayer.drag_coefficient, trace)));
  flow.add(Inextensibility<dim>());
  add_leaflets(flow, parameters);
  if (vesicle.fixed_volume) {
    const double sphere_volume = 4. / 3. * PI * std::pow(vesicle.radius, 3);
    const bool of_shape = vesicle.shape == InitialShape::mode ||
                          vesicle.shape == InitialShape::sphere ||
                          vesicle.shape == InitialShape::fused_pair;
    const double target = of_shape ? membrane.volume() : vesicle.reduced_volume * sphere_volume;
    flow.add(EnclosedVolume<dim>::fixed(target));
  }
  if (parameters.applied_force.pole != 0.)
    flow.add(PoleForce<dim>::given(parameters.applied_force.pole));
  Contact<dim> *contact = nullptr;
  if (parameters.contact_with_itself)
    contact = &flow.add(Contact<dim>(parameters.contact, ContactOf::all));
  add_user_terms(flow, parameters);
  flow.initialize();
  if (leaflets.local_excess != 0. && !resumed)
    add_local_excess(flow, parameters);
  // int H dA of the sphere of the same area, 8 pi R [nm].
  const double curvature_of_sphere = 4. * std::sqrt(PI * membrane.area());
  if (leaflets.relaxed_area_difference != 0.) {
    flow.relaxed_difference =
        leaflets.relaxed_area_difference * leaflets.neutral_distance * curvature_of_sphere;
    flow.project_moment();
  }

  const double energy_scale = 8. * PI * kappa;
  // The way to an equilibrium is of less interest than its end, so that steps which lose a tenth of
  // a sphere's energy need no accurate balance; a mode's decay is.
  TimeStepper<dim> stepper(parameters.time,
                           (vesicle.shape == InitialShape::mode ? 1e-6 : 0.1) * energy_scale);
  if (parameters.thermal.noise)
    stepper.set_noise(ThermalNoise<dim>(kT, parameters.bilayer.surface_viscosity,
                                        std::max(parameters.bilayer.drag_coefficient, trace),
                                        parameters.thermal.seed, parameters.thermal.shortest_wave),
                      parameters.thermal.step, false);
  // At rest the shape no longer changes. The dissipated power would be no measure of it: in space
  // the nodes of a membrane at rest creep along it, to where the discretisation error of the energy
  // is less.
  const double velocity_at_rest =
      parameters.time.equilibrium_tolerance * vesicle.radius / relaxation_time;
  SurfaceOutput<dim> pictures(context.communicator, context.directory);
  stepper.last_good_state = [&] { return pictures.last_good_state(); };

  const bool follows_mode = vesicle.shape == InitialShape::mode;
  double initial_area = membrane.area();
  double initial_amplitude =
      follows_mode ? mode_amplitude_and_rate(membrane, flow.velocity(), vesicle.mode_number).first
                   : 0.;
  double amplitude = initial_amplitude;
  DecayRate decay, early_decay;

  const auto observables = [&]() {
    Observables now;
    now.time = stepper.time();
    now.time_step = stepper.last_step();
    now.bending_energy = flow.energies().at("bending") / kT;
    now.total_energy = flow.energy() / kT;
    now.dissipated_power = flow.total_dissipated_power() / kT;
    now.area = membrane.area();
    now.volume = membrane.volume();
    now.user_terms = user_term_shares(flow, parameters);
    return now;
  };
  const auto area_difference = [&]() {
    const double c0 = parameters.bilayer.spontaneous_curvature;
    const auto curvature = [=](const Vector3 &, const Vector3 &nu, const Vector3 &moment) {
      return c0 - moment * nu / kappa;
    };
    return integral(membrane, flow.curvature_moment(), curvature) / curvature_of_sphere;
  };
  const auto write = [&]() {
    Statistics row = observables().row();
    row.set("rms normal velocity", "nm/us", rms_normal_velocity(membrane, flow.velocity()));
    if constexpr (dim == 2)
      row.set("mesh quality", "", mesh_quality(membrane));
    row.set("area difference", "", area_difference());
    if (leaflets.model != Leaflets::single)
      row.set("leaflet elastic energy", "kT", flow.energies().at("leaflet elasticity") / kT);
    if (contact) {
      row.set("contact energy", "kT", flow.energies().at("contact") / kT);
      row.set("least distance", "nm", contact->least_distance());
    }
    row.set("Newton iterations", "", stepper.newton_iterations());
    row.set("linear iterations", "", stepper.linear_iterations());
    if (follows_mode)
      row.set("mode amplitude", "nm", amplitude);
    output.append("statistics.csv", row);
    typename SurfaceOutput<dim>::Fields fields{{{"tension [pN/nm]", flow.tension()}},
                                               {{"velocity [nm/us]", flow.velocity()}}};
    add_leaflets<dim>(fields, flow);
    const Vector moment = flow.curvature_moment();
    pictures.write(membrane, stepper.time(),
                   {kappa, parameters.bilayer.spontaneous_curvature, kT, moment}, fields);
  };
  MeshKeeper mesh(membrane, parameters);
  flow.area_relaxation_time = 0.01 * relaxation_time;
  double next_output = parameters.time.output_interval;
  const auto serialize = [&](SurfaceArchive<dim> &archive) {
    StateArchive &state = archive.state();
    state.item("initial area", initial_area);
    state.item("initial amplitude", initial_amplitude);
    state.item("amplitude", amplitude);
    state.item("next output", next_output);
    decay.serialize(state, "decay");
    early_decay.serialize(state, "early decay");
    mesh.serialize(state);
    stepper.serialize(state);
    output.serialize(state);
    pictures.serialize(state);
    flow.serialize(archive);
    state.item("largest displacement from file", displacement.largest);
    state.item("rms displacement from file", displacement.root_mean_square);
  };
  if (resumed)
    serialize(*resumed);
  else
    write();
  Checkpointing checkpointing(context);

  std::string outcome = outcome_end_time;
  while (stepper.time() < parameters.time.end * (1. - 1e-12)) {
    stepper.advance(flow, std::min(next_output, parameters.time.end) - stepper.time());
    if (follows_mode) {
      const auto [a, rate] =
          mode_amplitude_and_rate(membrane, flow.velocity(), vesicle.mode_number);
      amplitude = a;
      // Once the mode is small enough to be linear: the rate differs from the linear one by the
      // order of the amplitude over the radius.
      if (std::abs(a) < 0.1 * std::abs(initial_amplitude))
        decay.add(a, rate, stepper.last_step());
      else
        early_decay.add(a, rate, stepper.last_step());
    }
    const bool at_rest = !parameters.thermal.noise &&
                         rms_normal_velocity(membrane, flow.velocity()) < velocity_at_rest;
    const bool due = stepper.time() >= next_output * (1. - 1e-12);
    if (due || at_rest) {
      write();
      // In a long relaxation outputs grow rarer than steps would be.
      while (next_output <= stepper.time() * (1. + 1e-12))
        next_output += parameters.time.output_interval;
      std::ostringstream line;
      line << "t = " << stepper.time() << " us, dt = " << stepper.last_step()
           << " us, bending energy = " << flow.energies().at("bending") / kT
           << " kT, power = " << flow.total_dissipated_power() / kT << " kT/us";
      Log::instance().progress(line.str());
    }
    if (!at_rest)
      mesh.keep(membrane, flow);
    else {
      outcome = "equilibrium";
      break;
    }
    checkpointing.after_step<dim>(membrane, stepper.time(), serialize);
  }
  Log::instance().finish_progress();

  observables().add_to(output.summary);
  output.summary.set("area ledger error", std::abs(membrane.area() / initial_area - 1.), "");
  if (vesicle.shape == InitialShape::file) {
    output.summary.set("largest displacement from file", displacement.largest, "nm");
    output.summary.set("rms displacement from file", displacement.root_mean_square, "nm");
  }
  if (follows_mode)
    output.summary.set("mode relaxation rate", (decay.n_steps() > 2 ? decay : early_decay).rate(),
                       "1/us");
  output.finish(outcome);
  checkpointing.finish<dim>(membrane, stepper.time(), outcome, serialize);
  Log::instance().information("outcome: " + outcome);
}

template void run_relaxation<1>(const RunContext &);
template void run_relaxation<2>(const RunContext &);
} // namespace fusogen
