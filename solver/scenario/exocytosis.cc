// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/exocytosis.h"

#include "base/computation_error.h"
#include "base/log.h"
#include "base/user_error.h"
#include "geometry/topology/topology_change.h"
#include "mechanics/applied_force.h"
#include "mechanics/constriction.h"
#include "mechanics/direct_solver.h"
#include "mechanics/snares.h"
#include "scenario/exocytosis_run.h"
#include "scenario/leaflets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// Below this share of the vesicle's radius the highest point counts as down: the membrane is flat.
constexpr double flat_height = 0.02;
// Largest relative change of the neck radius in a step.
constexpr double largest_neck_change = 0.05;
// The outcome of vesicles that do not end alike.
constexpr const char *outcome_mixed = "mixed";
// Time steps between two looks at whether the cells have the right size.
constexpr unsigned int steps_between_adaptations = 5;
} // namespace

template <int dim>
Exocytosis<dim>::Exocytosis(const RunContext &context)
    : context(context), parameters(context.parameters), kT(parameters.thermal_energy()),
      kappa(parameters.bending_rigidity()), patch_radius(parameters.plasma_membrane.patch_radius),
      vesicle_area(4. * PI * parameters.vesicle.radius * parameters.vesicle.radius),
      output(context), schedule(context), pictures(context.communicator, context.directory),
      checkpointing(context), stepper(parameters.time, 1e-4 * 8. * PI * kappa),
      surface(parameters, context.communicator),
      assay(
          parameters.assay_of_probe(),
          // Amounts of leaflets that slide are their molecules already.
          parameters.leaflets.model == Leaflets::two
              ? std::array<double, 2>{1., 1.}
              : leaflet_densities(parameters.vesicle.radius, parameters.leaflets.neutral_distance),
          {parameters.vesicle.docking(0).x, parameters.vesicle.docking(0).y}),
      vesicles(parameters.vesicle.number(),
               {Lumen(parameters.cargo_diffusion_coefficient),
                ArrestWatch(parameters.fusion.arrest_time, parameters.thermal.noise)}),
      tension(parameters.plasma_membrane.tension_times.empty()
                  ? Course({0.}, {parameters.plasma_membrane.tension})
                  : Course(parameters.plasma_membrane.tension_times,
                           parameters.plasma_membrane.tensions)),
      next_output(schedule.next_output(0., parameters.time.output_interval)) {
  output.begin(pictures);
  if (dim == 1 && context.story != nullptr)
    for (unsigned int curve = 0; curve < 2; ++curve)
      for (unsigned int i = 0; i + 1 < context.story->docked[curve].size(); i += 2)
        surface.docked_shape[curve].emplace_back(context.story->docked[curve][i],
                                                 context.story->docked[curve][i + 1]);
  stepper.last_good_state = [this] { return pictures.last_good_state(); };
  stepper.change = [this] {
    const auto counts = [](const ExocytosisVesicle &vesicle) {
      return vesicle.is_open() && !vesicle.is_flat();
    };
    if (std::none_of(vesicles.begin(), vesicles.end(), counts))
      return 0.;
    const std::vector<Neck> now = surface.necks(*membrane);
    double largest = 0.;
    for (unsigned int i = 0; i < now.size(); ++i)
      if (const double radius = vesicles[i].neck.radius;
          counts(vesicles[i]) && now[i].radius > 0. && radius > 0.) // else it is flat there
        largest = std::max(largest, std::abs(now[i].radius / radius - 1.));
    return largest / largest_neck_change;
  };
}

template <int dim> void Exocytosis<dim>::set_up_flow() {
  const auto &bilayer = parameters.bilayer;
  flow = std::make_unique<FlowSystem<dim>>(
      *membrane, std::map<Edge, EdgeCondition>{{Edge::rim, {false, true, false, true}}},
      parameters.leaflets.model);
  parted = nullptr;
  const bool has_contact = parted_membranes_touch();
  if (has_contact) // which other solvers do not take
    flow->use(std::make_unique<DirectSolver<dim>>(flow->unknowns()));
  else
    flow->use(choose_solver(parameters.linear_solver, flow->unknowns()));
  boundary_tension = &add_membrane_terms(*flow, parameters, drag());
  boundary_tension->tension = tension.at(stepper.time());
  add_leaflets(*flow, parameters);
  if (parameters.applied_force.pole != 0.)
    flow->add(PoleForce<dim>::given(parameters.applied_force.pole));
  pore_flows.clear();
  rings.clear();
  crowds.clear();
  lumen_pressures.clear();
  const Parameters::RingOfProteins &ring = parameters.constriction;
  for (unsigned int i = 0; i < vesicles.size(); ++i) {
    if (parameters.lumen_viscosity > 0.)
      pore_flows.push_back(&flow->add(PoreFlow<dim>(i)));
    rings.push_back(ring.acts(i) ? &flow->add(Constriction<dim>(
                                       {ring.force(i), ring.per_length, ring.width}, i))
                                 : nullptr);
    if (parameters.snares.number > 0)
      crowds.push_back(&flow->add(SnareCrowding<dim>(parameters.snares, kT, i)));
    if (parameters.lumen_pressure > 0.)
      lumen_pressures.push_back(&flow->add(LumenPressure<dim>(i)));
  }
  holding = {};
  if (surface.has_docked_shape() && vesicles[0].stage == ExocytosisVesicle::docked)
    holding = add_docking_terms(*flow, parameters, enclosed_volume<dim>(*membrane, is_closed<dim>));
  if (has_contact)
    parted = &flow->add(ContactAfterCut<dim>(parameters.contact));
  // A closed sphere has room for neither its area nor its volume: water follows solutes.
  volumes.assign(vesicles.size(), nullptr);
  for (unsigned int i = 0; i < vesicles.size(); ++i) {
    if (vesicles[i].stage != ExocytosisVesicle::cut)
      continue;
    double &volume = vesicles[i].closing.volume;
    if (volume == 0.)
      volume = enclosed_volume<dim>(*membrane, cells_of(i));
    volumes[i] = &flow->add(EnclosedVolume<dim>::osmotic(volume, parameters.vesicle.osmotic_modulus)
                                .of_vesicle(i, surface.piece(*membrane, i)));
  }
  flow->initialize();
  // The time in which a neck of the initial size relaxes.
  flow->area_relaxation_time =
      bilayer.surface_viscosity * std::pow(parameters.fusion.initial_pore_radius, 2) / kappa;
}

// A viscous membrane resists neither motion of flat pieces across themselves nor a vesicle that
// turns before it fuses; a trace of drag, far less than that of water, makes them unique.
template <int dim> double Exocytosis<dim>::drag() const {
  const auto &bilayer = parameters.bilayer;
  const double trace = 1e-6 * bilayer.surface_viscosity / std::pow(parameters.vesicle.radius, 2);
  return std::max(bilayer.drag_coefficient, trace);
}

template <int dim> void Exocytosis<dim>::let_noise_act(const bool acts) {
  const Parameters::Thermal &thermal = parameters.thermal;
  jostled = acts;
  std::optional<ThermalNoise<dim>> noise;
  if (acts)
    noise.emplace(kT, parameters.bilayer.surface_viscosity, drag(), thermal.seed,
                  thermal.shortest_wave);
  stepper.set_noise(std::move(noise), thermal.step, true);
}

template <int dim> void Exocytosis<dim>::make_lipids() {
  lipids = std::make_unique<LipidFields<dim>>(*membrane, parameters.lipids.species(),
                                              LipidForces{kT, kappa});
}

// The membrane takes the spontaneous curvature and rigidity of its lipids.
template <int dim> void Exocytosis<dim>::let_lipids_act() {
  if (lipids->shape_membrane())
    flow->set_lipids(lipids->spontaneous_curvature(), lipids->rigidity());
}

template <int dim> const Vector *Exocytosis<dim>::leaflet_difference() const {
  return parameters.leaflets.model == Leaflets::two ? &flow->leaflet_content : nullptr;
}

template <int dim> void Exocytosis<dim>::dock() {
  membrane = surface.docked();
  set_up_flow();

  make_lipids();
  const auto &given = parameters.lipids;
  for (unsigned int i = 0; i < given.names.size(); ++i) {
    lipids->add(i, Leaflet::outer, given.vesicle_outer[i], given.plasma_membrane_outer[i],
                leaflet_difference());
    lipids->add(i, Leaflet::inner, given.vesicle_inner[i], given.plasma_membrane_inner[i],
                leaflet_difference());
  }
  let_lipids_act();
  if (lipids->shape_membrane()) // the moment was that of a membrane without lipids
    flow->project_moment();
  for (const LipidField &field : lipids->fields())
    initial_amounts.push_back(lipids->amount(field));
  assay.start(*membrane, *lipids);
  initial_area = area_inside();
}

template <int dim> unsigned int Exocytosis<dim>::n_open() const {
  return std::count_if(vesicles.begin(), vesicles.end(),
                       [](const ExocytosisVesicle &vesicle) { return vesicle.is_open(); });
}

template <int dim> bool Exocytosis<dim>::is_any_cut() const {
  return std::any_of(vesicles.begin(), vesicles.end(), [](const ExocytosisVesicle &vesicle) {
    return vesicle.stage == ExocytosisVesicle::cut;
  });
}

// Whether a vesicle that has left repels the plasma membrane: not as long as others are docked,
// whose distance is a given one.
template <int dim> bool Exocytosis<dim>::parted_membranes_touch() const {
  return parameters.contact.hydration_pressure > 0. && is_any_cut() &&
         std::none_of(vesicles.begin(), vesicles.end(), [](const ExocytosisVesicle &vesicle) {
           return vesicle.stage == ExocytosisVesicle::docked;
         });
}

// The cells of a vesicle without a pore.
template <int dim> CellFilter<dim> Exocytosis<dim>::cells_of(const unsigned int which) const {
  return [membrane = membrane.get(), pieces = connected_pieces(membrane->coarse_mesh()),
          piece = surface.piece(*membrane, which)](const typename Membrane<dim>::Cell &cell) {
    return pieces[membrane->cell_id(cell).get_coarse_cell_id()] == piece;
  };
}

// What tells a vesicle's numbers from those of the first one.
template <int dim> std::string Exocytosis<dim>::suffix(const unsigned int which) const {
  return which == 0 ? "" : " " + std::to_string(which + 1);
}

template <int dim> void Exocytosis<dim>::fuse_those_due() {
  std::vector<unsigned int> due;
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    if (vesicles[i].stage == ExocytosisVesicle::docked &&
        stepper.time() >= schedule.pore_time(i) * (1. - 1e-12))
      due.push_back(i);
  if (due.empty())
    return;
  fuse(due);
  write();
  next_output = schedule.next_output(stepper.time(), parameters.time.output_interval);
}

template <int dim> void Exocytosis<dim>::fuse(const std::vector<unsigned int> &which) {
  const double energy_before = total_energy();
  const double area = area_inside();
  const bool is_first = !is_any_open() && !is_any_cut();
  NewMembrane change;
  try {
    change = surface.fuse(*membrane, flow->material_area, *lipids, flow->leaflet_fields(), which);
  } catch (const std::invalid_argument &error) {
    if (is_first) // the membranes are as they were given
      throw UserError("Fusion/Initial pore radius and Fusion/Gap do not make a neck: " +
                      std::string(error.what()));
    throw ComputationError(std::string("a vesicle that is still docked cannot fuse: ") +
                               error.what(),
                           stepper.time(), pictures.last_good_state());
  }
  for (const unsigned int i : which)
    vesicles[i].stage = ExocytosisVesicle::open;
  take(std::move(change), area);
  if (is_first) {
    dissipated = heat = 0.;
    dissipated_by.clear();
  }
  const double jump = total_energy() - energy_before;
  fusion_energy += jump;
  stepper.restart_with(parameters.time.initial_step);
  observe();
  std::ostringstream line;
  line << "fusion at " << stepper.time() << " us: bending and tension energy changes by "
       << jump / kT << " kT, Gaussian energy by "
       << -4. * PI * which.size() * parameters.gaussian_modulus() / kT << " kT";
  Log::instance().information(line.str());
  schedule.hand_over(jump);
}

// True if the last row is of the membrane as it is now.
template <int dim> bool Exocytosis<dim>::cut_closed_pores() {
  bool has_cut = false;
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    if (const Neck &neck = vesicles[i].neck;
        vesicles[i].is_open() && neck.has_waist && neck.radius < parameters.fusion.closing_radius) {
      write();
      cut(i);
      write();
      has_cut = true;
    }
  return has_cut;
}

// The neck is cut, and vesicle and plasma membrane are separate again.
template <int dim> void Exocytosis<dim>::cut(const unsigned int which) {
  const double energy_before = total_energy();
  ExocytosisVesicle &vesicle = vesicles[which];
  vesicle.closing.time = stepper.time();
  vesicle.closing.lumen_volume = vesicle.neck.lumen_volume;
  vesicle.stage = ExocytosisVesicle::cut;
  let_noise_act(false);
  try {
    take(surface.cut(*membrane, flow->material_area, *lipids, flow->leaflet_fields(), which),
         area_inside());
  } catch (const std::invalid_argument &error) {
    throw ComputationError(std::string("the neck cannot be cut: ") + error.what(), stepper.time(),
                           pictures.last_good_state());
  }
  vesicle.neck = {};
  vesicle.closing.energy = total_energy() - energy_before;
  vesicle.closing.area = area_on<dim>(*membrane, cells_of(which));
  stepper.restart_with(parameters.time.initial_step);
  observe();
  std::ostringstream line;
  line << "the pore "
       << (vesicles.size() == 1 ? "" : "of vesicle " + std::to_string(which + 1) + " ")
       << "closes at " << stepper.time() << " us: bending and tension energy changes by "
       << vesicle.closing.energy / kT << " kT, Gaussian energy by "
       << 4. * PI * parameters.gaussian_modulus() / kT << " kT; " << 100. * vesicle.lumen.released()
       << " % of the cargo";
  if (vesicles.size() == 1)
    line << " and " << 100. * transferred << " % of the vesicle's lipid have left";
  else
    line << " has left";
  Log::instance().information(line.str());
}

// Goes on with a new membrane, on which everything is as @p change says.
template <int dim> void Exocytosis<dim>::take(NewMembrane change, const double area) {
  std::vector<LipidField> old_fields = lipids->fields();
  std::vector<double> amounts;
  for (const LipidField &field : old_fields)
    amounts.push_back(lipids->amount(field));
  lipids.reset();
  flow.reset();
  membrane = std::move(change.membrane);
  set_up_flow();
  make_lipids();
  for (unsigned int f = 0; f < old_fields.size(); ++f) {
    old_fields[f].content = change.contents[f];
    lipids->add(old_fields[f]);
  }
  Vector material_area = membrane->tension_vector(false);
  material_area = change.material_area ? *change.material_area : flow->material_area;
  if (!change.material_area) // right but for the error of the discretisation
    material_area *= area / area_inside();
  flow->material_area = material_area;
  if (!change.leaflet_contents.empty())
    flow->leaflet_content = change.leaflet_contents.front();
  for (unsigned int f = 0; f < change.fractions.size(); ++f)
    lipids->set_fractions(f, change.fractions[f], leaflet_difference(), amounts[f]);
  let_lipids_act();
  flow->project_moment();
}

template <int dim> void Exocytosis<dim>::resume() {
  membrane = std::make_unique<Membrane<dim>>(context.communicator, parameters.geometry.degree);
  SurfaceArchive<dim> archive = context.checkpoint->restore(*membrane);
  // What terms there are depends on it.
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    vesicles[i].serialize(archive.state(), i + 1);
  surface.serialize(archive.state());
  archive.state().item("jostled", jostled);
  let_noise_act(jostled);
  set_up_flow();
  make_lipids();
  serialize(archive);
  let_lipids_act();
  observe();
}

template <int dim> void Exocytosis<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    vesicles[i].serialize(state, i + 1);
  state.item("external work", external_work);
  state.item("work of tension", tension_work);
  state.item("initial area", initial_area);
  state.item("initial amounts", initial_amounts);
  state.item("area through rim", area_left);
  state.item("leaflet difference through rim", difference_left);
  state.item("remeshing energy", remeshing_energy);
  state.item("dissipated energy", dissipated);
  state.item("jostled", jostled);
  state.item("heat", heat);
  state.item("fusion energy change", fusion_energy);
  for (const auto &[name, energy] : flow->energies())
    state.item("dissipated by " + name, dissipated_by[name]);
  state.item("steps", n_steps);
  state.item("cells divided", cells_divided);
  state.item("cells merged", cells_merged);
  state.item("next output", next_output);
  stepper.serialize(state);
  surface.serialize(state);
  schedule.serialize(state);
  assay.serialize(state);
  output.serialize(state);
  pictures.serialize(state);
  flow->serialize(archive);
  lipids->serialize(archive);
}

template <int dim> double Exocytosis<dim>::area_inside() const {
  return flow->total_material_area();
}

// Bending energy plus tension times the area in excess of the flat patch. Material that passes the
// rim takes its share of the tension's energy along, so that this is also what a membrane with its
// reservoir loses.
template <int dim> double Exocytosis<dim>::total_energy() const {
  return flow->energy() - external_energy() + boundary_tension->tension * area_inside();
}

// Whether there are rings, crowds, swelling lumens, or membranes that have parted and touch.
template <int dim> bool Exocytosis<dim>::acts_on_membrane() const {
  return parted || !(crowds.empty() && lumen_pressures.empty()) ||
         std::any_of(rings.begin(), rings.end(), [](const auto *ring) { return ring != nullptr; });
}

// Potential energy of what acts on the membrane from outside; what it loses is work on the
// membrane.
template <int dim> double Exocytosis<dim>::external_energy() const {
  double sum = holding.contact ? holding.energy(*flow) : 0.;
  if (!acts_on_membrane())
    return sum;
  const auto energies = flow->energies();
  for (const auto *all : {&rings, &crowds})
    for (const auto *ring : *all)
      if (ring)
        sum += energies.at(ring->name());
  for (const auto *pressure : lumen_pressures)
    sum += energies.at(pressure->name());
  if (parted)
    sum += energies.at(parted->name());
  return sum;
}

// Amount of a field outside the vesicles or their former area, also beyond the rim [nm^2].
template <int dim> double Exocytosis<dim>::outside_vesicle(const LipidField &field) const {
  double outside = lipids->amount(field) + field.left_through_rim;
  if (n_open() < vesicles.size())
    outside -= lipids->amount(field, Component::vesicle);
  if (is_any_open())
    outside -= surface.amount_within(*membrane, lipids->density(field), n_open() * vesicle_area);
  return outside;
}

template <int dim> std::vector<Vector3> Exocytosis<dim>::places() const {
  std::vector<Vector3> result;
  for (const ExocytosisVesicle &vesicle : vesicles)
    result.push_back(vesicle.place);
  return result;
}

template <int dim> void Exocytosis<dim>::observe() {
  if (is_any_open()) {
    const std::vector<Neck> necks = surface.necks(*membrane);
    for (unsigned int i = 0; i < vesicles.size(); ++i) {
      ExocytosisVesicle &vesicle = vesicles[i];
      vesicle.neck = necks[i];
      if (vesicle.is_open())
        vesicle.place = necks[i].middle;
      else
        for (unsigned int c = 0; c < 3; ++c) // one that is closed, where it is now
          vesicle.place[c] = integral<dim>(*membrane, cells_of(i),
                                           [c](const SurfacePoint &s) { return s.point[c]; }) /
                             area_on<dim>(*membrane, cells_of(i));
    }
    const std::vector<double> heights = surface.heights(*membrane, places());
    for (unsigned int i = 0; i < vesicles.size(); ++i) {
      ExocytosisVesicle &vesicle = vesicles[i];
      vesicle.height = heights[i];
      if (vesicle.is_open() && !vesicle.is_flat() &&
          vesicle.height < flat_height * parameters.vesicle.radius)
        vesicle.flat_since = stepper.time();
    }
  }
  double outside = 0., all = 0.;
  for (const LipidField &field : lipids->fields())
    if (field.species == parameters.assay.probe) {
      outside += outside_vesicle(field);
      all += lipids->amount(field) + field.left_through_rim;
    }
  transferred = outside / all;
}

// What changes of the mesh carry along: lipids, then what the leaflets have.
template <int dim> std::vector<ConservedField> Exocytosis<dim>::conserved() const {
  std::vector<ConservedField> fields = lipids->conserved();
  for (ConservedField &field : flow->leaflet_fields())
    fields.push_back(std::move(field));
  return fields;
}

template <int dim> void Exocytosis<dim>::keep_mesh() {
  const double energy_before = total_energy();
  std::vector<ConservedField> fields = conserved();
  Vector tension = flow->tension(), material_area = flow->material_area;
  const std::optional<double> left =
      surface.keep_mesh(*membrane, is_any_open(), material_area, fields, tension);
  if (!left)
    return;
  area_left += *left;
  mesh_changed(material_area, tension, fields, energy_before);
}

// Everything is where the fields say; the area that left still counts with the tension it had.
template <int dim>
void Exocytosis<dim>::mesh_changed(const Vector &material_area, const Vector &tension,
                                   const std::vector<ConservedField> &fields,
                                   const double energy_before) {
  flow->set_tension(tension);
  const auto n_lipids = lipids->fields().size();
  for (auto field = fields.begin() + n_lipids; field != fields.end(); ++field)
    difference_left += field->outflow;
  lipids->mesh_changed({fields.begin(), fields.begin() + n_lipids});
  let_lipids_act();
  flow->mesh_moved(material_area, {fields.begin() + n_lipids, fields.end()});
  // Nodes that moved along the membrane changed the volume a little, and a step begins with the
  // pressure of the volume that is there.
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    if (volumes[i])
      volumes[i]->set_volume(enclosed_volume<dim>(*membrane, cells_of(i)));
  remeshing_energy += total_energy() - energy_before;
}

// Before a step, so that what belongs to the last one is there when it is written.
template <int dim> void Exocytosis<dim>::adapt_mesh() {
  if (!is_any_open() || n_steps % steps_between_adaptations != 0 ||
      !surface.wants_other_cells(*membrane))
    return;
  const double energy_before = total_energy();
  std::vector<ConservedField> fields = conserved();
  Vector tension = flow->tension(), material_area = flow->material_area;
  CarriedFields carried{{&tension}, {}, {&material_area}, {}};
  for (ConservedField &field : fields)
    carried.conserved.push_back(&field);
  flow.reset();
  const MeshChange change = surface.adapt(*membrane, carried);
  cells_divided += change.divided;
  cells_merged += change.merged;
  set_up_flow();
  mesh_changed(material_area, tension, fields, energy_before);
}

// What is in the lumens has to pass the necks as they are now.
template <int dim> void Exocytosis<dim>::open_pores() {
  for (unsigned int i = 0; i < pore_flows.size(); ++i) {
    const Neck &neck = vesicles[i].neck;
    if (vesicles[i].is_open() && neck.radius > 0. && neck.lumen_volume > 0.)
      pore_flows[i]->open(places(), parameters.lumen_viscosity * neck.flow_resistance);
    else
      pore_flows[i]->remove();
  }
}

// Tension, ring and the pressure of the lumen are those at the start of a step.
template <int dim> void Exocytosis<dim>::act_from_outside() {
  const double energy_before = total_energy();
  boundary_tension->tension = tension.at(stepper.time());
  tension_work += total_energy() - energy_before;
  if (!is_any_open())
    return;
  const bool on = stepper.time() >= parameters.constriction.start * (1. - 1e-12) &&
                  stepper.time() < parameters.constriction.end * (1. - 1e-12);
  const auto act = [&](NeckRing<dim> &ring, const Neck &neck, const bool acts) {
    if (acts && neck.has_waist)
      ring.place(*membrane, neck.middle, neck.radius);
    else
      ring.remove();
  };
  const double initial_volume = 4. / 3. * PI * std::pow(parameters.vesicle.radius, 3);
  for (unsigned int i = 0; i < vesicles.size(); ++i) {
    const Neck &neck = vesicles[i].neck;
    if (rings[i])
      act(*rings[i], neck, on);
    if (!crowds.empty())
      act(*crowds[i], neck, true);
    if (!lumen_pressures.empty())
      lumen_pressures[i]->set(neck.has_waist && neck.lumen_volume > 0.
                                  ? parameters.lumen_pressure * initial_volume / neck.lumen_volume
                                  : 0.,
                              places());
  }
}

// Steps end where something outside changes, and resolve the change.
template <int dim> double Exocytosis<dim>::longest_step() const {
  constexpr double share = 0.02; // of the way between two points of the tension
  double longest = tension.longest_step(stepper.time(), share);
  for (const double time : {parameters.constriction.start, parameters.constriction.end})
    if (const double left = time - stepper.time(); left > 1e-9 * time)
      longest = std::min(longest, left);
  return longest;
}

template <int dim> void Exocytosis<dim>::advance(const double longest) {
  adapt_mesh();
  open_pores();
  act_from_outside();
  const double own_energy = flow->energy() - external_energy();
  const Vector positions = membrane->positions();
  // Not before the neck that was put in has become round: that is faster than steps with noise
  // would follow, and over before the noise has done anything.
  if (is_any_open() && parameters.thermal.noise && !jostled &&
      stepper.wish() >= parameters.thermal.step)
    let_noise_act(true);
  const StepResult step = stepper.advance(*flow, std::min(longest, longest_step()));
  // What acts from outside is held on to the material during the step, whose energies tell its
  // work.
  if ((is_any_open() || parted) && acts_on_membrane())
    external_work +=
        step.energy_before - step.energy_after - own_energy + flow->energy() - external_energy();
  dissipated += step.dissipated;
  heat += step.heat;
  for (const auto &[name, power] : flow->dissipated_power())
    dissipated_by[name] += power * stepper.last_step();
  difference_left += flow->difference_through_rim();
  ++n_steps;
  move_lipids(positions);
  keep_mesh();
  observe();
  const Parameters::RingOfProteins &ring = parameters.constriction;
  const double now = stepper.time();
  for (unsigned int i = 0; i < vesicles.size(); ++i) {
    ExocytosisVesicle &vesicle = vesicles[i];
    if (!vesicle.is_open())
      continue;
    vesicle.lumen.advance(vesicle.neck, stepper.last_step());
    const bool ring_is_steady =
        now >= ring.start && (now >= ring.end || ring.end > parameters.time.end);
    vesicle.arrest.observe(now, vesicle.neck.radius, vesicle.height,
                           vesicle.neck.has_waist && now >= tension.end() &&
                               (!rings[i] || ring_is_steady));
  }
}

template <int dim> bool Exocytosis<dim>::is_hemifused(const unsigned int which) const {
  return vesicles[which].stage == ExocytosisVesicle::docked &&
         schedule.hemifused(which, stepper.time());
}

template <int dim> std::vector<Stalk> Exocytosis<dim>::stalks() const {
  std::vector<Stalk> result;
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    if (is_hemifused(i))
      try {
        const auto [lower, upper] = surface.docking_points(*membrane, i);
        result.push_back(make_stalk(
            *membrane, {upper, lower, parameters.fusion.hemifusion_radius, upper.distance(lower)}));
      } catch (const std::invalid_argument &error) {
        throw ComputationError(std::string("no place for a stalk: ") + error.what(), stepper.time(),
                               pictures.last_good_state());
      }
  return result;
}

// Lipids follow the step that began at these positions, and act on the next one.
template <int dim> void Exocytosis<dim>::move_lipids(const Vector &positions) {
  const bool two_leaflets = parameters.leaflets.model == Leaflets::two;
  std::optional<LeafletSlip> slip;
  if (two_leaflets)
    slip.emplace(LeafletSlip{positions, flow->slip_velocity(), flow->slip_through_rim()});
  std::optional<Vector> moment;
  if (lipids->shape_membrane())
    moment = flow->normal_moment();
  lipids->advance(stepper.last_step(), moment ? &*moment : nullptr, slip ? &*slip : nullptr,
                  stalks());
  const bool flipped = two_leaflets && lipids->flip_flop();
  if (flipped) {
    Vector content = membrane->scalar_vector(false), gained = content;
    content = flow->leaflet_content;
    gained = lipids->flipped();
    content.add(1., gained);
    flow->leaflet_content = content;
  }
  let_lipids_act();
  if (flipped || lipids->shape_membrane())
    flow->project_moment();
}

// When a vesicle that has been cut, or whose membrane is flat, has been followed for long enough.
template <int dim> double Exocytosis<dim>::end_of(const ExocytosisVesicle &vesicle) const {
  if (vesicle.stage == ExocytosisVesicle::cut)
    return vesicle.closing.time + parameters.fusion.time_after_closing;
  if (vesicle.is_flat())
    return vesicle.flat_since + parameters.fusion.mixing_time;
  return std::numeric_limits<double>::infinity();
}

template <int dim> std::string Exocytosis<dim>::fate(const unsigned int which) const {
  const ExocytosisVesicle &vesicle = vesicles[which];
  if (vesicle.stage == ExocytosisVesicle::docked)
    return is_hemifused(which) ? "hemifused" : "docked";
  if (vesicle.stage == ExocytosisVesicle::cut)
    return "kiss-and-run";
  return vesicle.arrest.stopped() ? "arrested Omega"
         : vesicle.is_flat()      ? "full fusion"
                                  : "open pore";
}

// Once each vesicle has come to its end: what they have in common.
template <int dim> std::optional<std::string> Exocytosis<dim>::outcome() const {
  for (const ExocytosisVesicle &vesicle : vesicles)
    if (!(vesicle.is_open() && vesicle.arrest.stopped()) &&
        stepper.time() < end_of(vesicle) * (1. - 1e-12))
      return {};
  const std::string first = fate(0);
  for (unsigned int i = 1; i < vesicles.size(); ++i)
    if (fate(i) != first)
      return outcome_mixed;
  return first;
}

template <int dim> void Exocytosis<dim>::run() {
  const auto save = [this](SurfaceArchive<dim> &archive) { serialize(archive); };
  if (context.checkpoint)
    resume();
  else {
    dock();
    write();
  }
  std::string end = outcome_end_time;
  const double end_time = parameters.time.end;
  while (stepper.time() < end_time * (1. - 1e-12)) {
    fuse_those_due();
    double limit = std::min({next_output, end_time, schedule.next_event(stepper.time())});
    for (const ExocytosisVesicle &vesicle : vesicles)
      if (const double ends = end_of(vesicle); stepper.time() < ends * (1. - 1e-12))
        limit = std::min(limit, ends);
    advance(limit - stepper.time());
    const bool is_written = cut_closed_pores();
    const auto reached = outcome();
    if (stepper.time() >= std::min(next_output, end_time) * (1. - 1e-12) || reached) {
      if (!is_written)
        write();
      progress();
      const bool is_mixing =
          parameters.fusion.mixing_interval > 0. &&
          std::all_of(vesicles.begin(), vesicles.end(),
                      [](const ExocytosisVesicle &vesicle) { return vesicle.is_flat(); });
      next_output =
          schedule.next_output(stepper.time(), is_mixing ? parameters.fusion.mixing_interval
                                                         : parameters.time.output_interval);
    }
    if (reached) {
      end = *reached;
      break;
    }
    checkpointing.after_step<dim>(*membrane, stepper.time(), save);
  }
  Log::instance().finish_progress();
  const std::string way_to_end = end; // a hemifused vesicle can go on, too
  bool all_hemifused = true;
  for (unsigned int i = 0; i < vesicles.size(); ++i)
    all_hemifused = all_hemifused && is_hemifused(i);
  if (all_hemifused)
    end = "hemifused";

  summarise();
  output.end(pictures);
  output.finish(end);
  checkpointing.finish<dim>(*membrane, stepper.time(), way_to_end, save);
  Log::instance().information("outcome: " + end);
}

template class Exocytosis<1>;
template class Exocytosis<2>;

void run_exocytosis(const RunContext &context) {
  if (context.parameters.geometry.dimension == Dimension::meridian)
    Exocytosis<1>(context).run();
  else
    Exocytosis<2>(context).run();
}
} // namespace fusogen
