// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"
#include "scenario/exocytosis_run.h"
#include "scenario/leaflets.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace fusogen {
using dealii::numbers::PI;

template <int dim> double Exocytosis<dim>::neck_radius(const unsigned int which) const {
  return vesicles[which].was_flat(stepper.time()) ? 0. : vesicles[which].neck.radius;
}

template <int dim> Observables Exocytosis<dim>::observables() const {
  Observables now;
  now.time = stepper.time();
  now.time_step = stepper.last_step();
  now.bending_energy = flow->energies().at("bending") / kT;
  now.total_energy = total_energy() / kT;
  now.dissipated_power = flow->total_dissipated_power() / kT;
  now.area = membrane->area();
  now.volume = enclosed_volume<dim>(*membrane, is_closed<dim>);
  for (const ExocytosisVesicle &vesicle : vesicles) {
    now.volume += vesicle.neck.lumen_volume;
    now.cargo_released += vesicle.lumen.released() / vesicles.size();
  }
  now.neck_radius = neck_radius(0);
  now.vesicle_lipid_transferred = transferred;
  now.user_terms = user_term_shares(*flow, parameters);
  return now;
}

template <int dim> std::vector<typename Exocytosis<dim>::Signal> Exocytosis<dim>::signals() const {
  std::vector<Signal> result;
  for (const LipidField &field : lipids->fields())
    if (field.species == parameters.assay.probe)
      result.push_back({std::string("lipid mixing ") +
                            (field.leaflet == Leaflet::outer ? "outer" : "inner") + " leaflet",
                        "",
                        outside_vesicle(field) / (lipids->amount(field) + field.left_through_rim)});
  const auto now = assay.observe(*membrane, *lipids);
  result.push_back({"R18 dequenching", "%", now.dequenching});
  result.push_back({"RET lipid mixing", "%", now.energy_transfer});
  result.push_back({"RET lipid mixing inner leaflet", "%", now.energy_transfer_inner});
  result.push_back({"TIRF intensity", "", now.tirf});
  return result;
}

template <int dim> void Exocytosis<dim>::write() {
  Statistics row = observables().row();
  for (const Signal &signal : signals())
    row.set(signal.name, signal.unit, signal.value);
  row.set("height", "nm", surface.height(*membrane));
  row.set("Gaussian energy", "kT",
          4. * (vesicles.size() - n_open()) * PI * parameters.gaussian_modulus() / kT);
  row.set("dissipated energy", "kT", dissipated / kT);
  if (parameters.thermal.noise)
    row.set("heat from the surroundings", "kT", heat / kT);
  row.set("remeshing energy", "kT", remeshing_energy / kT);
  row.set("tension", "pN/nm", boundary_tension->tension);
  row.set("work from outside", "kT", (external_work + tension_work) / kT);
  row.set("mixing energy", "kT", lipids->mixing_energy() / kT);
  if (lipids->shape_membrane())
    row.set("frustration energy", "kT", lipids->frustration_energy() / kT);
  row.set("area through rim", "nm^2", area_left);
  row.set("pore resistance", "1/nm",
          vesicles[0].is_open() ? vesicles[0].neck.resistance : std::nan(""));
  for (unsigned int i = 0; i < pore_flows.size(); ++i)
    row.set("lumen pressure" + suffix(i), "pN/nm^2", pore_flows[i]->pressure());
  for (unsigned int i = 0; i < vesicles.size() && vesicles.size() > 1; ++i) {
    const std::string number = " " + std::to_string(i + 1);
    if (i > 0)
      row.set("neck radius" + number, "nm", neck_radius(i));
    row.set("cargo released" + number, "", vesicles[i].lumen.released());
    row.set("pore state" + number, "", vesicles[i].pore_state());
  }
  if (parameters.contact.hydration_pressure > 0.)
    row.set("least distance", "nm", parted ? parted->least_distance() : std::nan(""));
  if (parameters.leaflets.model == Leaflets::two) {
    row.set("leaflet elastic energy", "kT", flow->energies().at("leaflet elasticity") / kT);
    row.set("leaflet difference", "nm^2", flow->leaflet_difference());
    row.set("leaflet difference through rim", "nm^2", difference_left);
  }
  row.set("mesh quality", "", surface.mesh_quality(*membrane));
  if (parameters.geometry.adaptive) {
    row.set("cells", "", membrane->triangulation().n_global_active_cells());
    row.set("cells divided", "", cells_divided);
    row.set("cells merged", "", cells_merged);
  }
  row.set("Newton iterations", "", stepper.newton_iterations());
  row.set("linear iterations", "", stepper.linear_iterations());
  output.append("statistics.csv", row);

  typename SurfaceOutput<dim>::Fields fields;
  for (const LipidField &field : lipids->fields())
    fields.scalars.emplace_back(
        field.species + (field.leaflet == Leaflet::outer ? " outer" : " inner") + " leaflet []",
        field.fraction);
  fields.scalars.emplace_back("tension [pN/nm]", flow->tension());
  fields.vectors.emplace_back("velocity [nm/us]", flow->velocity());
  add_leaflets<dim>(fields, *flow);
  const Vector moment = flow->curvature_moment();
  const Vector curvature = lipids->spontaneous_curvature(), rigidity = lipids->rigidity();
  pictures.write(
      *membrane, stepper.time(),
      {kappa, parameters.bilayer.spontaneous_curvature, kT, moment, &curvature, &rigidity}, fields);
}

// What becomes of each vesicle, and what those that leave take along.
template <int dim> void Exocytosis<dim>::add_vesicles_to(Summary &summary) const {
  if (vesicles.size() > 1)
    for (unsigned int i = 0; i < vesicles.size(); ++i) {
      const std::string vesicle = " of vesicle " + std::to_string(i + 1);
      summary.set_text("outcome" + vesicle, fate(i));
      summary.set("cargo released" + vesicle, vesicles[i].lumen.released(), "");
    }
  for (unsigned int i = 0; i < vesicles.size(); ++i) {
    if (vesicles[i].stage != ExocytosisVesicle::cut)
      continue;
    const ExocytosisVesicle::Closing &closing = vesicles[i].closing;
    const std::string number = suffix(i);
    summary.set("closing time" + number, closing.time, "us");
    summary.set("closing energy change" + number, closing.energy / kT, "kT");
    summary.set("Gaussian energy change at closing" + number,
                4. * PI * parameters.gaussian_modulus() / kT, "kT");
    summary.set("lumen volume before closing" + number, closing.lumen_volume, "nm^3");
    summary.set("vesicle volume after closing" + number, closing.volume, "nm^3");
    summary.set("vesicle area after closing" + number, closing.area, "nm^2");
    for (const LipidField &field : lipids->fields())
      summary.set(field.species + (field.leaflet == Leaflet::outer ? " outer" : " inner") +
                      " leaflet of " + (i == 0 ? "the vesicle" : "vesicle" + number),
                  lipids->amount(field, cells_of(i)), "nm^2");
  }
}

template <int dim> void Exocytosis<dim>::progress() const {
  std::ostringstream line;
  double highest = 0.;
  for (const ExocytosisVesicle &vesicle : vesicles)
    if (vesicle.is_open())
      highest = std::max(highest, vesicle.height);
  const double share =
      !is_any_open() ? 0. : 1. - std::min(1., highest / (2. * parameters.vesicle.radius));
  line.precision(4);
  line << "t = " << stepper.time() << " us, dt = " << stepper.last_step()
       << " us, neck radius = " << vesicles[0].neck.radius
       << " nm, energy = " << total_energy() / kT << " kT, " << static_cast<int>(100. * share)
       << " % flattened";
  Log::instance().progress(line.str());
}

template <int dim> void Exocytosis<dim>::summarise() {
  Summary &summary = output.summary;
  observables().add_to(summary);
  for (const Signal &signal : signals())
    summary.set(signal.name, signal.value, signal.unit);
  summary.set("lipid mass error", lipids->mass_error(initial_amounts), "");
  summary.set("area ledger error",
              std::abs(membrane->area() + area_left - initial_area) / initial_area, "");
  summary.set("fusion energy change", fusion_energy / kT, "kT");
  summary.set("Gaussian energy change",
              is_any_open() ? -4. * PI * n_open() * parameters.gaussian_modulus() / kT : 0., "kT");
  schedule.add_to(summary);
  summary.set("dissipated energy", dissipated / kT, "kT");
  if (parameters.thermal.noise)
    summary.set("heat from the surroundings", heat / kT, "kT");
  summary.set("work from outside", (external_work + tension_work) / kT, "kT");
  add_vesicles_to(summary);
  if (parted)
    summary.set("least distance", parted->least_distance(), "nm");
  for (const auto &[name, energy] : dissipated_by)
    if (energy != 0.)
      summary.set("dissipated by " + name, energy / kT, "kT");
  summary.set("remeshing energy", remeshing_energy / kT, "kT");
  if (parameters.leaflets.model == Leaflets::two) {
    summary.set("leaflet elastic energy", flow->energies().at("leaflet elasticity") / kT, "kT");
    summary.set("leaflet difference", flow->leaflet_difference(), "nm^2");
    summary.set("leaflet difference through rim", difference_left, "nm^2");
  }
  summary.set("steps", n_steps, "");
  summary.set("rejected steps", stepper.n_rejected(), "");
}

template class Exocytosis<1>;
template class Exocytosis<2>;
} // namespace fusogen
