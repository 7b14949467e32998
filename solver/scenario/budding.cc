// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/budding.h"

#include "base/computation_error.h"
#include "base/log.h"
#include "io/surface_output.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/line_tension.h"
#include "mechanics/tube_ends.h"
#include "scenario/checkpointing.h"
#include "scenario/donor.h"
#include "scenario/exocytosis_surface.h"
#include "scenario/membrane_terms.h"
#include "scenario/time_stepper.h"

#include <cmath>
#include <optional>
#include <sstream>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
// Largest relative change of the neck radius in a step.
constexpr double largest_neck_change = 0.05;
// Largest growth of the coat in a step, as a share of the area of a closed one.
constexpr double largest_growth = 0.005;
// Energy, as a share of a sphere's, that a step may lose undissipated whatever it loses in all: the
// bud follows its coat, in steps that are long for the ripples that each bit of coat makes.
constexpr double negligible = 1e-2;
// Molecules in a cubic nanometre at 1 mM.
constexpr double molecules_per_millimolar = 6.02214076e-4;

const char *const outcome_vesicle = "vesicle";

// The patch takes the place of the plasma membrane.
Parameters with_donor_patch(Parameters parameters) {
  parameters.plasma_membrane.patch_radius = parameters.budding.patch_radius;
  // A tube keeps its membrane, whose tension follows from that.
  parameters.plasma_membrane.tension =
      parameters.budding.donor == DonorShape::flat ? parameters.budding.tension : 0.;
  return parameters;
}

template <int dim> class Budding {
public:
  explicit Budding(const RunContext &context);
  void run();

private:
  void start();
  void set_up_flow();
  void make_lipids();
  void serialize(SurfaceArchive<dim> &archive);
  double coat_area_at(double time) const;
  std::pair<Vector, Vector> coated_membrane() const;
  void lay_coat();
  void let_coat_and_lipids_act();
  void grow_coat();
  double longest_step() const;
  void advance(double longest);
  void move_lipids();
  void keep_mesh();
  bool neck_is_narrow() const;
  void cut();
  double total_energy() const;
  double vesicle_part(const std::function<double(const SurfacePoint &)> &f) const;
  Observables observables() const;
  double height() const { return bud_height(*membrane, parameters); }
  void write();
  void progress() const;
  void add_vesicle_to(Summary &summary) const;

  const RunContext &context;
  const Parameters parameters;
  const double kT, kappa, bud_radius; // of a closed coat
  RunOutput output;
  SurfaceOutput<dim> pictures;
  Checkpointing checkpointing;
  TimeStepper<dim> stepper;
  ExocytosisSurface<dim> surface;
  Coat<dim> coat;
  Vector covered; // 1 on the coat, as it was when it was laid (scalar space, ghosted)

  std::unique_ptr<Membrane<dim>> membrane;
  std::unique_ptr<FlowSystem<dim>> flow;
  std::unique_ptr<LipidFields<dim>> lipids;
  EnclosedVolume<dim> *closed_volume = nullptr; // after the cut
  std::optional<Neck> neck;                     // before it
  double coat_area = 0.;                        // [nm^2]
  bool is_cut = false;
  double cut_time = 0., cut_energy = 0., vesicle_area = 0., vesicle_volume = 0.;
  double initial_area = 0., area_left = 0., coat_work = 0., remeshing_energy = 0., dissipated = 0.;
  std::vector<double> initial_amounts;
  unsigned int n_steps = 0;
  double next_output; // [us]
};

template <int dim>
Budding<dim>::Budding(const RunContext &context)
    : context(context), parameters(with_donor_patch(context.parameters)),
      kT(parameters.thermal_energy()), kappa(parameters.bending_rigidity()),
      bud_radius(2. / parameters.budding.spontaneous_curvature), output(context),
      pictures(context.communicator, context.directory), checkpointing(context),
      stepper(parameters.time, negligible * 8. * PI * kappa),
      surface(parameters, context.communicator), coat(parameters.budding.edge_width),
      next_output(parameters.time.output_interval) {
  output.begin(pictures);

  surface.membrane_passes_rim = parameters.budding.donor == DonorShape::flat;
  surface.ring_is_at_neck = false; // it stays with the material
  stepper.last_good_state = [this] { return pictures.last_good_state(); };
  stepper.change = [this] {
    if (!neck || !neck->has_waist)
      return 0.;
    const Neck now = surface.necks(*membrane).front();
    return now.has_waist ? std::abs(now.radius / neck->radius - 1.) / largest_neck_change : 0.;
  };
}

template <int dim> void Budding<dim>::set_up_flow() {
  const auto &bilayer = parameters.bilayer;
  const bool tube = parameters.budding.donor == DonorShape::tube; // whose ends are held
  flow = std::make_unique<FlowSystem<dim>>(
      *membrane, std::map<Edge, EdgeCondition>{{Edge::rim, {tube, true, false, false}}});
  flow->use(choose_solver(parameters.linear_solver, flow->unknowns()));
  const double trace = 1e-6 * bilayer.surface_viscosity / (bud_radius * bud_radius);
  add_membrane_terms(*flow, parameters, std::max(bilayer.drag_coefficient, trace), !tube);
  if (tube)
    flow->add(TubeEnds<dim>());
  if (parameters.budding.line_tension > 0.)
    flow->add(LineTension<dim>(parameters.budding.line_tension));
  if (is_cut)
    closed_volume = &flow->add(
        EnclosedVolume<dim>::osmotic(vesicle_volume, parameters.vesicle.osmotic_modulus));
  flow->initialize();
  flow->area_relaxation_time =
      bilayer.surface_viscosity * std::pow(parameters.budding.cutting_radius, 2) / kappa;
}

template <int dim> void Budding<dim>::make_lipids() {
  lipids = std::make_unique<LipidFields<dim>>(*membrane, parameters.lipids.species(),
                                              LipidForces{kT, kappa});
}

template <int dim> void Budding<dim>::start() {
  Donor<dim> donor = make_donor<dim>(parameters, context.communicator);
  membrane = std::move(donor.membrane);
  if (dim == 2) {
    surface.set_pore(donor.pore);
    coat.set_distance(donor.distance);
  }
  coat_area = coat_area_at(0.);
  set_up_flow();
  make_lipids();
  const auto &given = parameters.lipids;
  for (unsigned int i = 0; i < given.names.size(); ++i) {
    lipids->add(i, Leaflet::outer, given.vesicle_outer[i], given.vesicle_outer[i]);
    lipids->add(i, Leaflet::inner, given.vesicle_inner[i], given.vesicle_inner[i]);
  }
  lay_coat();
  flow->project_moment();
  for (const LipidField &field : lipids->fields())
    initial_amounts.push_back(lipids->amount(field));
  initial_area = flow->total_material_area();
  neck = surface.necks(*membrane).front();
}

template <int dim> void Budding<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  state.item("coat area", coat_area);
  state.item("cut time", cut_time);
  state.item("cut energy", cut_energy);
  state.item("vesicle area", vesicle_area);
  state.item("initial area", initial_area);
  state.item("initial amounts", initial_amounts);
  state.item("area through rim", area_left);
  state.item("work of the coat", coat_work);
  state.item("remeshing energy", remeshing_energy);
  state.item("dissipated energy", dissipated);
  state.item("steps", n_steps);
  state.item("next output", next_output);
  stepper.serialize(state);
  surface.serialize(state);
  output.serialize(state);
  pictures.serialize(state);
  flow->serialize(archive);
  lipids->serialize(archive);
  coat.serialize(archive, *membrane);
  if (archive.loading())
    covered = membrane->scalar_vector(true);
  archive.field("coat", membrane->scalar_dofs(), covered);
}

template <int dim> double Budding<dim>::coat_area_at(const double time) const {
  const auto &given = parameters.budding;
  return std::min(given.final_area(), given.initial_area + given.growth_rate * time);
}

// Spontaneous curvature and relative rigidity of the membrane with its coat and its lipids.
template <int dim> std::pair<Vector, Vector> Budding<dim>::coated_membrane() const {
  Vector curvature = membrane->scalar_vector(false), rigidity = curvature, coated = curvature;
  coated = covered;
  curvature = lipids->spontaneous_curvature();
  rigidity = lipids->rigidity();
  curvature.add(parameters.budding.spontaneous_curvature, coated);
  for (const auto i : membrane->scalar_dofs().locally_owned_dofs())
    rigidity(i) = static_cast<double>(rigidity(i)) *
                  (1. + (parameters.budding.rigidity - 1.) * static_cast<double>(coated(i)));
  rigidity.compress(VectorOperation::insert);
  Vector curvature_everywhere = membrane->scalar_vector(true),
         rigidity_everywhere = membrane->scalar_vector(true);
  curvature_everywhere = curvature;
  rigidity_everywhere = rigidity;
  return {curvature_everywhere, rigidity_everywhere};
}

// Between these moments the coat stays as it is, although cells change their area a little.
template <int dim> void Budding<dim>::lay_coat() {
  replace(covered, coat.on(*membrane, coat_area));
  let_coat_and_lipids_act();
}

template <int dim> void Budding<dim>::let_coat_and_lipids_act() {
  const auto [curvature, rigidity] = coated_membrane();
  flow->set_lipids(curvature, rigidity);
  flow->set_domain(covered);
}

// What the coat does to the membrane by growing on it, at its shape, is work of its own.
template <int dim> void Budding<dim>::grow_coat() {
  const double area = is_cut ? coat_area : coat_area_at(stepper.time());
  if (area <= coat_area)
    return;
  const double energy_before = total_energy();
  coat_area = area;
  lay_coat();
  flow->project_moment();
  coat_work += total_energy() - energy_before;
}

template <int dim> double Budding<dim>::longest_step() const {
  const auto &given = parameters.budding;
  return is_cut || coat_area >= given.final_area()
             ? std::numeric_limits<double>::infinity()
             : largest_growth * 4. * PI * bud_radius * bud_radius / given.growth_rate;
}

template <int dim> double Budding<dim>::total_energy() const {
  return flow->energy() + parameters.plasma_membrane.tension * flow->total_material_area();
}

template <int dim> void Budding<dim>::move_lipids() {
  std::optional<Vector> moment;
  if (lipids->shape_membrane())
    moment = flow->normal_moment();
  lipids->advance(stepper.last_step(), moment ? &*moment : nullptr);
  if (lipids->shape_membrane()) {
    lay_coat();
    flow->project_moment();
  }
}

template <int dim> void Budding<dim>::keep_mesh() {
  const double energy_before = total_energy();
  std::vector<ConservedField> fields = lipids->conserved();
  const std::vector<ConservedField> of_coat = coat.conserved(*membrane);
  fields.insert(fields.end(), of_coat.begin(), of_coat.end());
  Vector tension = flow->tension(), material_area = flow->material_area;
  const auto left = surface.keep_mesh(*membrane, true, material_area, fields, tension);
  if (!left)
    return;
  area_left += *left;
  flow->set_tension(tension);
  if (!of_coat.empty()) {
    coat.set_distance(fields.back().density);
    fields.pop_back();
  }
  lipids->mesh_changed(fields);
  lay_coat();
  flow->mesh_moved(material_area);
  remeshing_energy += total_energy() - energy_before;
}

template <int dim> void Budding<dim>::advance(const double longest) {
  grow_coat();
  dissipated += stepper.advance(*flow, std::min(longest, longest_step())).dissipated;
  ++n_steps;
  move_lipids();
  keep_mesh();
  if (!is_cut)
    neck = surface.necks(*membrane).front();
}

template <int dim> bool Budding<dim>::neck_is_narrow() const {
  return neck && neck->has_waist && neck->radius < parameters.budding.cutting_radius;
}

template <int dim>
double Budding<dim>::vesicle_part(const std::function<double(const SurfacePoint &)> &f) const {
  double sum = 0.;
  SurfaceValues<dim> values(membrane->degree());
  std::vector<double> x;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && Membrane<dim>::component(cell) == Component::vesicle) {
      membrane->cell_positions(cell, x);
      values.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < values.n_quadrature_points(); ++q)
        sum += values.weight(q) * f(values.at(q));
    }
  return Utilities::MPI::sum(sum, context.communicator);
}

template <int dim> void Budding<dim>::cut() {
  const double energy_before = total_energy(), area_before = flow->total_material_area();
  auto change = [&] {
    try {
      return surface.cut(*membrane, flow->material_area, *lipids, coat.conserved(*membrane));
    } catch (const std::invalid_argument &error) {
      throw ComputationError(std::string("the neck cannot be cut: ") + error.what(), stepper.time(),
                             pictures.last_good_state());
    }
  }();
  std::vector<LipidField> fields = lipids->fields();
  std::vector<double> amounts;
  for (const LipidField &field : fields)
    amounts.push_back(lipids->amount(field));
  lipids.reset();
  flow.reset();
  membrane = std::move(change.membrane);
  if (!change.leaflet_densities.empty())
    coat.set_distance(change.leaflet_densities.front());
  is_cut = true;
  neck.reset();
  cut_time = stepper.time();
  vesicle_area = vesicle_part([](const SurfacePoint &) { return 1.; });
  vesicle_volume = vesicle_part([](const SurfacePoint &s) { return s.point * s.normal / 3.; });
  set_up_flow();
  make_lipids();
  for (unsigned int f = 0; f < fields.size(); ++f) {
    fields[f].content = change.contents[f];
    lipids->add(fields[f]);
  }
  Vector material_area = membrane->tension_vector(false);
  material_area = change.material_area ? *change.material_area : flow->material_area;
  if (!change.material_area) // right but for the error of the discretisation
    material_area *= area_before / flow->total_material_area();
  flow->material_area = material_area;
  for (unsigned int f = 0; f < change.fractions.size(); ++f)
    lipids->set_fractions(f, change.fractions[f], nullptr, amounts[f]);
  lay_coat();
  flow->project_moment();
  cut_energy = total_energy() - energy_before;
  stepper.restart_with(parameters.time.initial_step);
  std::ostringstream line;
  line << "the neck is cut at " << cut_time << " us: a vesicle of "
       << std::sqrt(vesicle_area / (4. * PI))
       << " nm in radius; bending and tension energy changes by " << cut_energy / kT
       << " kT, Gaussian energy by " << 4. * PI * parameters.gaussian_modulus() / kT << " kT";
  Log::instance().information(line.str());
}

template <int dim> Observables Budding<dim>::observables() const {
  Observables now;
  now.time = stepper.time();
  now.time_step = stepper.last_step();
  now.bending_energy = flow->energies().at("bending") / kT;
  now.total_energy = total_energy() / kT;
  now.dissipated_power = flow->total_dissipated_power() / kT;
  now.area = membrane->area();
  now.volume = is_cut ? vesicle_part([](const SurfacePoint &s) { return s.point * s.normal / 3.; })
               : neck->has_waist ? neck->lumen_volume
                                 : 0.;
  now.user_terms = user_term_shares(*flow, parameters);
  now.neck_radius = !is_cut && neck->has_waist ? neck->radius : std::nan("");
  return now;
}

template <int dim> void Budding<dim>::write() {
  Statistics row = observables().row();
  row.set("height", "nm", height());
  row.set("coat area", "nm^2", coat_area);
  row.set("coat work", "kT", coat_work / kT);
  if (parameters.budding.line_tension > 0.)
    row.set("line energy", "kT", flow->energies().at("line tension") / kT);
  row.set("Gaussian energy", "kT", is_cut ? 4. * PI * parameters.gaussian_modulus() / kT : 0.);
  row.set("dissipated energy", "kT", dissipated / kT);
  row.set("remeshing energy", "kT", remeshing_energy / kT);
  row.set("area through rim", "nm^2", area_left);
  row.set("Newton iterations", "", stepper.newton_iterations());
  output.append("statistics.csv", row);

  typename SurfaceOutput<dim>::Fields fields;
  for (const LipidField &field : lipids->fields())
    fields.scalars.emplace_back(
        field.species + (field.leaflet == Leaflet::outer ? " outer" : " inner") + " leaflet []",
        field.fraction);
  fields.scalars.emplace_back("coat []", covered);
  fields.scalars.emplace_back("tension [pN/nm]", flow->tension());
  fields.vectors.emplace_back("velocity [nm/us]", flow->velocity());
  const auto [curvature, rigidity] = coated_membrane();
  const Vector moment = flow->curvature_moment();
  pictures.write(
      *membrane, stepper.time(),
      {kappa, parameters.bilayer.spontaneous_curvature, kT, moment, &curvature, &rigidity}, fields);
}

template <int dim> void Budding<dim>::progress() const {
  std::ostringstream line;
  line.precision(4);
  line << "t = " << stepper.time() << " us, dt = " << stepper.last_step()
       << " us, coat = " << coat_area << " nm^2, height = " << height() << " nm";
  if (!is_cut && neck->has_waist)
    line << ", neck radius = " << neck->radius << " nm";
  Log::instance().progress(line.str());
}

template <int dim> void Budding<dim>::add_vesicle_to(Summary &summary) const {
  const double volume = vesicle_part([](const SurfacePoint &s) { return s.point * s.normal / 3.; });
  summary.set("vesicle radius", std::sqrt(vesicle_area / (4. * PI)), "nm");
  summary.set("vesicle area", vesicle_area, "nm^2");
  summary.set("vesicle volume", volume, "nm^3");
  summary.set("cut time", cut_time, "us");
  summary.set("cut energy change", cut_energy / kT, "kT");
  summary.set("Gaussian energy change", 4. * PI * parameters.gaussian_modulus() / kT, "kT");
  summary.set("cargo of the vesicle",
              molecules_per_millimolar * parameters.budding.cargo_concentration * volume, "");
  for (const LipidField &field : lipids->fields())
    summary.set(field.species + (field.leaflet == Leaflet::outer ? " outer" : " inner") +
                    " leaflet of the vesicle",
                lipids->amount(field, Component::vesicle), "nm^2");
}

template <int dim> void Budding<dim>::run() {
  const auto save = [this](SurfaceArchive<dim> &archive) {
    archive.state().item("is cut", is_cut);
    archive.state().item("vesicle volume", vesicle_volume);
    serialize(archive);
  };
  if (context.checkpoint) {
    membrane = std::make_unique<Membrane<dim>>(context.communicator, parameters.geometry.degree);
    SurfaceArchive<dim> archive = context.checkpoint->restore(*membrane);
    // Which terms there are depends on these.
    archive.state().item("is cut", is_cut);
    archive.state().item("vesicle volume", vesicle_volume);
    set_up_flow();
    make_lipids();
    serialize(archive);
    let_coat_and_lipids_act();
    if (!is_cut)
      neck = surface.necks(*membrane).front();
  } else {
    start();
    write();
  }
  const double end_time = parameters.time.end;
  const auto limit = [&] {
    return is_cut ? std::min(end_time, cut_time + parameters.budding.time_after_cut) : end_time;
  };
  while (stepper.time() < limit() * (1. - 1e-12)) {
    advance(std::min(next_output, limit()) - stepper.time());
    const bool is_cut_now = !is_cut && neck_is_narrow();
    if (is_cut_now) {
      write();
      cut();
      write();
    }
    if (stepper.time() >= std::min(next_output, limit()) * (1. - 1e-12)) {
      if (!is_cut_now)
        write();
      progress();
      next_output = next_output_after(stepper.time(), parameters.time.output_interval);
    }
    checkpointing.after_step<dim>(*membrane, stepper.time(), save);
  }
  Log::instance().finish_progress();
  const std::string outcome = is_cut ? outcome_vesicle : outcome_end_time;

  Summary &summary = output.summary;
  observables().add_to(summary);
  summary.set("coat area", coat_area, "nm^2");
  if (is_cut)
    add_vesicle_to(summary);
  summary.set("lipid mass error", lipids->mass_error(initial_amounts), "");
  summary.set("area ledger error",
              std::abs(membrane->area() + area_left - initial_area) / initial_area, "");
  summary.set("coat work", coat_work / kT, "kT");
  summary.set("dissipated energy", dissipated / kT, "kT");
  summary.set("remeshing energy", remeshing_energy / kT, "kT");
  summary.set("steps", n_steps, "");
  summary.set("rejected steps", stepper.n_rejected(), "");
  output.end(pictures);
  output.finish(outcome);
  checkpointing.finish<dim>(*membrane, stepper.time(), outcome, save);
  Log::instance().information("outcome: " + outcome);
}
} // namespace

void run_budding(const RunContext &context) {
  if (context.parameters.geometry.dimension == Dimension::meridian)
    Budding<1>(context).run();
  else
    Budding<2>(context).run();
}
} // namespace fusogen
