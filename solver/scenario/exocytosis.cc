// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/exocytosis.h"

#include "base/log.h"
#include "base/user_error.h"
#include "cargo/lumen.h"
#include "geometry/meridian_motion.h"
#include "geometry/shapes.h"
#include "geometry/topology/meridian_fusion.h"
#include "io/surface_output.h"
#include "lipids/lipid_field.h"
#include "mechanics/applied_force.h"
#include "mechanics/bending.h"
#include "mechanics/boundary_tension.h"
#include "mechanics/drag.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "scenario/checkpointing.h"
#include "scenario/time_stepper.h"

#include <cmath>
#include <sstream>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// Below this share of the vesicle's radius the highest point counts as down: the membrane is flat.
constexpr double flat_height = 0.02;
// Nodes are placed anew when a cell is this much longer or shorter than wanted.
constexpr double largest_misfit = 1.5;
// Largest relative change of the neck radius in a step.
constexpr double largest_neck_change = 0.05;

class Exocytosis {
public:
  explicit Exocytosis(const RunContext &context);
  void run();

private:
  void dock();
  void resume();
  void serialize(SurfaceArchive<1> &archive);
  void fuse();
  void set_up_flow();
  void advance(double longest);
  void keep_mesh();
  void observe();
  Observables observables() const;
  void write();
  void progress() const;
  double total_energy() const;
  double area_inside() const;
  double lipid_mass_error() const;
  double height() const;
  std::optional<std::string> outcome() const;

  const RunContext &context;
  const Parameters &parameters;
  const double kT, kappa, patch_radius, vesicle_area;
  RunOutput output;
  SurfaceOutput<1> pictures;
  Checkpointing checkpointing;
  TimeStepper<1> stepper;

  std::unique_ptr<Membrane<1>> membrane;
  std::unique_ptr<FlowSystem<1>> flow;
  std::unique_ptr<LipidFields<1>> lipids;
  Lumen lumen;
  Neck neck;
  bool fused = false;
  double initial_area = 0., area_left = 0.;
  std::vector<double> initial_amounts;
  double transferred = 0.;
  double remeshing_energy = 0.; // changes of the energy by mesh motion, summed [pN nm]
  double dissipated = 0.;       // since the fusion [pN nm]
  double fusion_energy = 0.;    // jump of bending and tension energy at the fusion [pN nm]
  unsigned int n_steps = 0;
  double next_output; // [us]
};

Exocytosis::Exocytosis(const RunContext &context)
    : context(context), parameters(context.parameters), kT(parameters.thermal_energy()),
      kappa(parameters.bending_rigidity()), patch_radius(parameters.plasma_membrane.patch_radius),
      vesicle_area(4. * PI * parameters.vesicle.radius * parameters.vesicle.radius),
      output(context), pictures(context.communicator, context.directory), checkpointing(context),
      stepper(parameters.time, 1e-4 * 8. * PI * kappa),
      lumen(parameters.cargo_diffusion_coefficient), next_output(parameters.time.output_interval) {
  stepper.last_good_state = [this] { return pictures.last_good_state(); };
  stepper.change = [this] {
    if (!fused)
      return 0.;
    const double now = find_neck(CurveSpline(membrane->curve_points(0), CurveEnd::horizontal,
                                             CurveEnd::horizontal))
                           .radius;
    return std::abs(now / neck.radius - 1.) / largest_neck_change;
  };
}

void Exocytosis::set_up_flow() {
  const auto &bilayer = parameters.bilayer;
  flow = std::make_unique<FlowSystem<1>>(
      *membrane, std::map<Edge, EdgeCondition>{{Edge::rim, {false, true, false}}});
  Bending<1> bending(kappa, bilayer.spontaneous_curvature);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1.;
  bending.clamp(Edge::rim, outward);
  flow->add(std::move(bending));
  flow->add(SurfaceViscosity<1>(bilayer.surface_viscosity));
  // A viscous membrane does not resist motion of flat pieces across themselves; a trace of drag
  // makes it unique.
  const double trace = 1e-8 * bilayer.surface_viscosity / std::pow(parameters.vesicle.radius, 2);
  flow->add(Drag<1>(std::max(bilayer.drag_coefficient, trace)));
  flow->add(Inextensibility<1>());
  flow->add(BoundaryTension<1>(parameters.plasma_membrane.tension));
  if (parameters.applied_force.pole != 0.)
    flow->add(PoleForce<1>::given(parameters.applied_force.pole));
  if (parameters.applied_force.ring != 0.)
    flow->add(RingForce<1>(parameters.applied_force.ring));
  flow->initialize();
  // The time in which a neck of the initial size relaxes.
  flow->area_relaxation_time =
      bilayer.surface_viscosity * std::pow(parameters.fusion.initial_pore_radius, 2) / kappa;
}

void Exocytosis::dock() {
  const double radius = parameters.vesicle.radius;
  const Profile vesicle = sphere(radius).shifted(parameters.fusion.gap + radius);
  const Profile patch = flat_disc(patch_radius).reversed();
  GradingParameters patch_grading, vesicle_grading;
  patch_grading.n_cells = parameters.geometry.cells / 2;
  vesicle_grading.n_cells = parameters.geometry.cells - patch_grading.n_cells;
  membrane = std::make_unique<Membrane<1>>(context.communicator, parameters.geometry.degree);
  membrane->create_meridian({{patch, graded_nodes(patch, patch_grading), Component::plasma_membrane,
                              Edge::rim, Edge::axis},
                             {vesicle, graded_nodes(vesicle, vesicle_grading), Component::vesicle,
                              Edge::axis, Edge::axis}});
  set_up_flow();

  lipids = std::make_unique<LipidFields<1>>(*membrane, parameters.lipid_diffusion_coefficient);
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner}) {
    lipids->add("vesicle lipid", leaflet, Component::vesicle, 0.);
    lipids->add("plasma membrane lipid", leaflet, Component::plasma_membrane, 1.);
  }
  for (const LipidField &field : lipids->fields())
    initial_amounts.push_back(lipids->amount(field));
  initial_area = area_inside();
}

void Exocytosis::fuse() {
  const double energy_before = total_energy();
  OmegaShape omega = [&] {
    try {
      return omega_conserving_area(parameters.vesicle.radius, parameters.fusion.gap,
                                   parameters.fusion.initial_pore_radius, patch_radius);
    } catch (const std::invalid_argument &error) {
      throw UserError("Fusion/Initial pore radius and Fusion/Gap do not make a neck: " +
                      std::string(error.what()));
    }
  }();
  GradingParameters grading;
  grading.n_cells = parameters.geometry.cells;
  auto fused_membrane =
      std::make_unique<Membrane<1>>(context.communicator, parameters.geometry.degree);
  fused_membrane->create_meridian({{omega.profile, graded_nodes(omega.profile, grading),
                                    Component::plasma_membrane, Edge::rim, Edge::axis}});

  const double area = area_inside();
  std::vector<std::pair<const Vector *, double>> densities;
  for (const LipidField &field : lipids->fields())
    densities.emplace_back(&field.fraction, lipids->amount(field));
  const std::vector<Vector> contents = contents_after_fusion(*membrane, *fused_membrane, densities);

  std::vector<LipidField> old_fields = lipids->fields();
  lipids.reset();
  flow.reset();
  membrane = std::move(fused_membrane);
  set_up_flow();
  // The new curve has the area of the old ones but for the error of the discretisation.
  Vector material_area = membrane->tension_vector(false);
  material_area = flow->material_area;
  material_area *= area / area_inside();
  flow->material_area = material_area;
  lipids = std::make_unique<LipidFields<1>>(*membrane, parameters.lipid_diffusion_coefficient);
  for (unsigned int f = 0; f < old_fields.size(); ++f) {
    old_fields[f].content = contents[f];
    lipids->add(old_fields[f], true);
  }
  fused = true;
  dissipated = 0.;
  fusion_energy = total_energy() - energy_before;
  stepper.restart_with(parameters.time.initial_step);
  observe();
  std::ostringstream line;
  line << "fusion at " << stepper.time() << " us: bending and tension energy changes by "
       << fusion_energy / kT << " kT, Gaussian energy by "
       << -4. * PI * parameters.gaussian_modulus() / kT << " kT, vesicle radius "
       << omega.sphere_radius << " nm";
  Log::instance().information(line.str());
}

void Exocytosis::resume() {
  membrane = std::make_unique<Membrane<1>>(context.communicator, parameters.geometry.degree);
  SurfaceArchive<1> archive = context.checkpoint->restore(*membrane);
  set_up_flow();
  lipids = std::make_unique<LipidFields<1>>(*membrane, parameters.lipid_diffusion_coefficient);
  serialize(archive);
  observe();
}

void Exocytosis::serialize(SurfaceArchive<1> &archive) {
  StateArchive &state = archive.state();
  state.item("fused", fused);
  state.item("initial area", initial_area);
  state.item("initial amounts", initial_amounts);
  state.item("area through rim", area_left);
  state.item("remeshing energy", remeshing_energy);
  state.item("dissipated energy", dissipated);
  state.item("fusion energy change", fusion_energy);
  state.item("steps", n_steps);
  state.item("next output", next_output);
  stepper.serialize(state);
  lumen.serialize(state);
  output.serialize(state);
  pictures.serialize(state);
  flow->serialize(archive);
  lipids->serialize(archive);
}

double Exocytosis::area_inside() const { return flow->total_material_area(); }

// Bending energy plus tension times the area in excess of the flat patch. Material that passes the
// rim takes its share of the tension's energy along, so that this is also what a membrane with its
// reservoir loses.
double Exocytosis::total_energy() const {
  return flow->energy() + parameters.plasma_membrane.tension * area_inside();
}

double Exocytosis::height() const {
  return membrane->curve_points(membrane->curves().size() - 1).back()[1];
}

double Exocytosis::lipid_mass_error() const {
  double worst = 0.;
  for (unsigned int f = 0; f < initial_amounts.size(); ++f) {
    const LipidField &field = lipids->fields()[f];
    worst = std::max(worst,
                     std::abs(lipids->amount(field) + field.left_through_rim - initial_amounts[f]) /
                         initial_amounts[f]);
  }
  return worst;
}

void Exocytosis::observe() {
  if (fused) {
    neck = find_neck(
        CurveSpline(membrane->curve_points(0), CurveEnd::horizontal, CurveEnd::horizontal));
    double outside = 0., all = 0.;
    for (const LipidField &field : lipids->fields())
      if (field.species == "vesicle lipid") {
        const double amount = lipids->amount(field) + field.left_through_rim;
        outside += amount - amount_within(*membrane, 0, field.fraction, vesicle_area);
        all += amount;
      }
    transferred = outside / all;
  }
}

void Exocytosis::keep_mesh() {
  GradingParameters grading;
  grading.n_cells = parameters.geometry.cells;
  MeridianMotion motion(*membrane, grading, patch_radius);
  const bool regrade = fused && motion.misfit() > largest_misfit;
  if (!regrade && motion.rim_displacement() < 1e-12)
    return;
  const double energy_before = total_energy();
  std::vector<MeridianMotion::Field> fields(lipids->fields().size());
  for (unsigned int f = 0; f < lipids->fields().size(); ++f) {
    const LipidField &field = lipids->fields()[f];
    fields[f].density = field.fraction;
    fields[f].reservoir_density = field.reservoir_fraction;
    fields[f].total = lipids->amount(field);
  }
  Vector tension = flow->tension();
  Vector material_area = flow->material_area;
  area_left += motion.redistribute(regrade, material_area, fields, {&tension});
  flow->set_tension(tension);
  flow->mesh_moved(material_area);
  for (unsigned int f = 0; f < lipids->fields().size(); ++f) {
    LipidField &field = lipids->fields()[f];
    field.content = fields[f].content;
    field.left_through_rim += fields[f].outflow;
  }
  lipids->project();
  // The area that left still counts with the tension it had.
  remeshing_energy += total_energy() - energy_before;
}

void Exocytosis::advance(const double longest) {
  const StepResult step = stepper.advance(*flow, longest);
  dissipated += step.dissipated;
  ++n_steps;
  lipids->advance(stepper.last_step());
  keep_mesh();
  observe();
  if (fused)
    lumen.advance(neck, stepper.last_step());
}

std::optional<std::string> Exocytosis::outcome() const {
  if (!fused)
    return {};
  if (neck.has_waist && neck.radius < parameters.fusion.closing_radius)
    return "pore closed";
  if (height() < flat_height * parameters.vesicle.radius)
    return "full fusion";
  return {};
}

Observables Exocytosis::observables() const {
  Observables now;
  now.time = stepper.time();
  now.time_step = stepper.last_step();
  now.bending_energy = flow->energies().at("bending") / kT;
  now.total_energy = total_energy() / kT;
  now.dissipated_power = flow->total_dissipated_power() / kT;
  now.area = membrane->area();
  now.volume = fused ? neck.lumen_volume : membrane->volume();
  now.neck_radius = neck.radius; // 0 before there is one
  now.vesicle_lipid_transferred = transferred;
  now.cargo_released = lumen.released();
  return now;
}

void Exocytosis::write() {
  Statistics row = observables().row();
  row.set("height", "nm", height());
  row.set("Gaussian energy", "kT", (fused ? 0. : 4.) * PI * parameters.gaussian_modulus() / kT);
  row.set("dissipated energy", "kT", dissipated / kT);
  row.set("remeshing energy", "kT", remeshing_energy / kT);
  row.set("area through rim", "nm^2", area_left);
  row.set("pore resistance", "1/nm", fused ? neck.resistance : std::nan(""));
  output.append("statistics.csv", row);

  SurfaceOutput<1>::Fields fields;
  for (const LipidField &field : lipids->fields())
    fields.scalars.emplace_back(
        field.species + (field.leaflet == Leaflet::outer ? " outer" : " inner") + " leaflet []",
        field.fraction);
  fields.scalars.emplace_back("tension [pN/nm]", flow->tension());
  fields.vectors.emplace_back("velocity [nm/us]", flow->velocity());
  const Vector moment = flow->moment();
  pictures.write(*membrane, stepper.time(),
                 {kappa, parameters.bilayer.spontaneous_curvature, kT, moment}, fields);
}

void Exocytosis::progress() const {
  std::ostringstream line;
  const double share = !fused ? 0. : 1. - std::min(1., height() / (2. * parameters.vesicle.radius));
  line.precision(4);
  line << "t = " << stepper.time() << " us, dt = " << stepper.last_step()
       << " us, neck radius = " << neck.radius << " nm, energy = " << total_energy() / kT << " kT, "
       << static_cast<int>(100. * share) << " % flattened";
  Log::instance().progress(line.str());
}

void Exocytosis::run() {
  const auto save = [this](SurfaceArchive<1> &archive) { serialize(archive); };
  if (context.checkpoint)
    resume();
  else {
    dock();
    write();
  }
  std::string end = outcome_end_time;
  const double end_time = parameters.time.end;
  while (stepper.time() < end_time * (1. - 1e-12)) {
    double limit = std::min(next_output, end_time);
    if (!fused && stepper.time() >= parameters.fusion.time * (1. - 1e-12)) {
      fuse();
      write();
    }
    if (!fused)
      limit = std::min(limit, parameters.fusion.time);
    advance(limit - stepper.time());
    const auto reached = outcome();
    if (stepper.time() >= next_output * (1. - 1e-12) || reached) {
      write();
      progress();
      next_output =
          parameters.time.output_interval *
          (std::floor(stepper.time() / parameters.time.output_interval * (1. + 1e-12)) + 1.);
    }
    if (reached) {
      end = *reached;
      break;
    }
    checkpointing.after_step<1>(*membrane, stepper.time(), save);
  }
  Log::instance().finish_progress();

  Summary &summary = output.summary;
  observables().add_to(summary);
  summary.set("lipid mass error", lipid_mass_error(), "");
  summary.set("area ledger error",
              std::abs(membrane->area() + area_left - initial_area) / initial_area, "");
  summary.set("fusion energy change", fusion_energy / kT, "kT");
  summary.set("Gaussian energy change", fused ? -4. * PI * parameters.gaussian_modulus() / kT : 0.,
              "kT");
  summary.set("dissipated energy", dissipated / kT, "kT");
  summary.set("remeshing energy", remeshing_energy / kT, "kT");
  summary.set("steps", n_steps, "");
  summary.set("rejected steps", stepper.n_rejected(), "");
  output.finish(end);
  checkpointing.finish<1>(*membrane, stepper.time(), end, save);
  Log::instance().information("outcome: " + end);
}
} // namespace

void run_exocytosis(const RunContext &context) {
  Exocytosis exocytosis(context);
  exocytosis.run();
}
} // namespace fusogen
