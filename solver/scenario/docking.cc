// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/docking.h"

#include "base/log.h"
#include "io/surface_output.h"
#include "scenario/checkpointing.h"
#include "scenario/docking_terms.h"
#include "scenario/exocytosis_surface.h"
#include "scenario/membrane_terms.h"
#include "scenario/time_stepper.h"

#include <cmath>
#include <sstream>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// The vesicle is docked when it would take so many of its relaxation times to move by its radius.
constexpr double times_at_rest = 1e4;

template <int dim> class Docking {
public:
  explicit Docking(const RunContext &context);
  void run();

private:
  void set_up_flow();
  void serialize(SurfaceArchive<dim> &archive);
  void keep_mesh();
  Observables observables() const;
  void observe();
  void write();
  void progress() const;

  const RunContext &context;
  Parameters parameters; // with the distance at the start for the gap
  const double kT, kappa;
  RunOutput output;
  SurfaceOutput<dim> pictures;
  Checkpointing checkpointing;
  TimeStepper<dim> stepper;
  ExocytosisSurface<dim> surface;

  std::unique_ptr<Membrane<dim>> membrane;
  std::unique_ptr<FlowSystem<dim>> flow;
  DockingTerms<dim> holding;
  double height = 0., speed = 0.; // of the vesicle's middle [nm], [nm/us]
  double area_left = 0., initial_area = 0.;
  double next_output;
};

Parameters with_gap(Parameters parameters) {
  parameters.fusion.gap = parameters.docking.distance;
  return parameters;
}

template <int dim>
Docking<dim>::Docking(const RunContext &context)
    : context(context), parameters(with_gap(context.parameters)), kT(parameters.thermal_energy()),
      kappa(parameters.bending_rigidity()), output(context),
      pictures(context.communicator, context.directory), checkpointing(context),
      stepper(parameters.time, 1e-4 * 8. * PI * kappa), surface(parameters, context.communicator),
      next_output(parameters.time.output_interval) {
  output.begin(pictures);
  stepper.last_good_state = [this] { return pictures.last_good_state(); };
}

template <int dim> void Docking<dim>::set_up_flow() {
  const auto &bilayer = parameters.bilayer;
  flow = std::make_unique<FlowSystem<dim>>(
      *membrane, std::map<Edge, EdgeCondition>{{Edge::rim, {false, true, false, false}}});
  add_membrane_terms(*flow, parameters, bilayer.drag_coefficient);
  holding =
      add_docking_terms(*flow, parameters, 4. / 3. * PI * std::pow(parameters.vesicle.radius, 3));
  flow->initialize();
  flow->area_relaxation_time =
      bilayer.surface_viscosity * std::pow(parameters.vesicle.radius, 2) / kappa;
}

template <int dim> void Docking<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  state.item("initial area", initial_area);
  state.item("area through rim", area_left);
  state.item("height of the vesicle", height);
  state.item("speed of the vesicle", speed);
  state.item("next output", next_output);
  stepper.serialize(state);
  surface.serialize(state);
  output.serialize(state);
  pictures.serialize(state);
  flow->serialize(archive);
}

// Nothing lives on the membrane but its material.
template <int dim> void Docking<dim>::keep_mesh() {
  std::vector<ConservedField> none;
  Vector tension = flow->tension(), material_area = flow->material_area;
  const auto left = surface.keep_mesh(*membrane, false, material_area, none, tension);
  if (!left)
    return;
  area_left += *left;
  flow->set_tension(tension);
  flow->mesh_moved(material_area);
}

template <int dim> void Docking<dim>::observe() {
  double sums[2] = {0., 0.};
  SurfaceValues<dim> values(membrane->degree());
  std::vector<double> x;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && Membrane<dim>::component(cell) == Component::vesicle) {
      membrane->cell_positions(cell, x);
      values.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < values.n_quadrature_points(); ++q) {
        sums[0] += values.weight(q);
        sums[1] += values.weight(q) * values.point(q)[2];
      }
    }
  dealii::Utilities::MPI::sum(sums, context.communicator, sums);
  const double now = sums[1] / sums[0];
  speed = stepper.last_step() > 0. ? (now - height) / stepper.last_step() : 0.;
  height = now;
}

template <int dim> Observables Docking<dim>::observables() const {
  Observables now;
  now.time = stepper.time();
  now.time_step = stepper.last_step();
  now.bending_energy = flow->energies().at("bending") / kT;
  now.total_energy =
      (flow->energy() + parameters.plasma_membrane.tension * flow->total_material_area()) / kT;
  now.dissipated_power = flow->total_dissipated_power() / kT;
  now.area = membrane->area();
  now.volume = membrane->volume();
  now.user_terms = user_term_shares(*flow, parameters);
  return now;
}

template <int dim> void Docking<dim>::write() {
  Statistics row = observables().row();
  row.set("height of the vesicle", "nm", height);
  row.set("least distance", "nm", holding.contact->least_distance());
  row.set("contact force", "pN", holding.contact->force_on(Component::vesicle)[2]);
  row.set("contact energy", "kT", flow->energies().at("contact") / kT);
  if (holding.snares) {
    row.set("SNARE force", "pN", -holding.snares->force_on(Component::vesicle)[2]);
    row.set("SNARE energy", "kT", flow->energies().at(holding.snares->name()) / kT);
  }
  row.set("area through rim", "nm^2", area_left);
  row.set("Newton iterations", "", stepper.newton_iterations());
  output.append("statistics.csv", row);
  const Vector moment = flow->curvature_moment();
  pictures.write(
      *membrane, stepper.time(), {kappa, parameters.bilayer.spontaneous_curvature, kT, moment},
      {{{"tension [pN/nm]", flow->tension()}}, {{"velocity [nm/us]", flow->velocity()}}});
}

template <int dim> void Docking<dim>::progress() const {
  std::ostringstream line;
  line.precision(4);
  line << "t = " << stepper.time() << " us, dt = " << stepper.last_step()
       << " us, least distance = " << holding.contact->least_distance()
       << " nm, contact force = " << holding.contact->force_on(Component::vesicle)[2] << " pN";
  Log::instance().progress(line.str());
}

template <int dim> void Docking<dim>::run() {
  const auto save = [this](SurfaceArchive<dim> &archive) { serialize(archive); };
  if (context.checkpoint) {
    membrane = std::make_unique<Membrane<dim>>(context.communicator, parameters.geometry.degree);
    SurfaceArchive<dim> archive = context.checkpoint->restore(*membrane);
    set_up_flow();
    serialize(archive);
  } else {
    membrane = surface.docked();
    set_up_flow();
    initial_area = flow->total_material_area();
    observe();
    write();
  }
  const double relaxation_time = parameters.bilayer.surface_viscosity *
                                 std::pow(parameters.vesicle.radius, 2) / kappa,
               end_time = parameters.time.end,
               speed_at_rest = parameters.vesicle.radius / (times_at_rest * relaxation_time);
  // Derenyi, Juelicher and Prost, Phys. Rev. Lett. 88 (2002) 238101.
  const double tube_force = 2. * PI * std::sqrt(2. * kappa * parameters.plasma_membrane.tension);
  if (parameters.docking.force > tube_force) {
    std::ostringstream sentence;
    sentence << "Docking/Force = " << parameters.docking.force << " pN is more than the "
             << tube_force
             << " pN that hold a tube of plasma membrane: the vesicle may be drawn out on one and "
                "not come to rest";
    Log::instance().warning(sentence.str());
  }
  std::string outcome = outcome_end_time;
  while (stepper.time() < end_time * (1. - 1e-12)) {
    stepper.advance(*flow, std::min(next_output, end_time) - stepper.time());
    keep_mesh();
    observe();
    // Far away nothing may pull the vesicle but a force.
    const bool docked = std::abs(speed) < speed_at_rest &&
                        holding.contact->least_distance() < std::numeric_limits<double>::infinity();
    if (stepper.time() >= std::min(next_output, end_time) * (1. - 1e-12) || docked) {
      write();
      progress();
      next_output = next_output_after(stepper.time(), parameters.time.output_interval);
    }
    if (docked) {
      outcome = "docked";
      break;
    }
    checkpointing.after_step<dim>(*membrane, stepper.time(), save);
  }
  Log::instance().finish_progress();

  Summary &summary = output.summary;
  observables().add_to(summary);
  summary.set("height of the vesicle", height, "nm");
  summary.set("least distance", holding.contact->least_distance(), "nm");
  summary.set("contact force", holding.contact->force_on(Component::vesicle)[2], "pN");
  summary.set("contact energy", flow->energies().at("contact") / kT, "kT");
  if (holding.snares) {
    summary.set("SNARE force", -holding.snares->force_on(Component::vesicle)[2], "pN");
    summary.set("SNARE energy", flow->energies().at(holding.snares->name()) / kT, "kT");
  }
  summary.set("area ledger error",
              std::abs(membrane->area() + area_left - initial_area) / initial_area, "");
  if constexpr (dim == 1)
    if (context.story != nullptr)
      for (unsigned int curve = 0; curve < 2; ++curve) {
        context.story->docked[curve].clear();
        for (const auto &x : membrane->curve_points(curve))
          context.story->docked[curve].insert(context.story->docked[curve].end(), {x[0], x[1]});
      }
  output.end(pictures);
  output.finish(outcome);
  checkpointing.finish<dim>(*membrane, stepper.time(), outcome, save);
  Log::instance().information("outcome: " + outcome);
}
} // namespace

void run_docking(const RunContext &context) {
  if (context.parameters.geometry.dimension == Dimension::meridian)
    Docking<1>(context).run();
  else
    Docking<2>(context).run();
}
} // namespace fusogen
