// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EXOCYTOSIS_RUN_H
#define FUSOGEN_SCENARIO_EXOCYTOSIS_RUN_H

#include "io/surface_output.h"
#include "lipids/mixing_signals.h"
#include "mechanics/contact_after_cut.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/lumen_pressure.h"
#include "mechanics/pore_flow.h"
#include "scenario/checkpointing.h"
#include "scenario/course.h"
#include "scenario/docking_terms.h"
#include "scenario/exocytosis_surface.h"
#include "scenario/exocytosis_vesicle.h"
#include "scenario/fusion_schedule.h"
#include "scenario/membrane_terms.h"
#include "scenario/time_stepper.h"

#include <functional>
#include <optional>

namespace fusogen {
/// Which cells of a membrane are meant.
template <int dim> using CellFilter = std::function<bool(const typename Membrane<dim>::Cell &)>;

template <int dim> bool is_closed(const typename Membrane<dim>::Cell &cell) {
  return Membrane<dim>::component(cell) == Component::vesicle;
}

/// int f dA over the cells that are wanted, on all ranks.
template <int dim, class Function>
double integral(const Membrane<dim> &membrane, const CellFilter<dim> &wanted, const Function &f) {
  double sum = 0.;
  SurfaceValues<dim> values(membrane.degree());
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && wanted(cell)) {
      membrane.cell_positions(cell, x);
      values.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < values.n_quadrature_points(); ++q)
        sum += values.weight(q) * f(values.at(q));
    }
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}
template <int dim> double area_on(const Membrane<dim> &membrane, const CellFilter<dim> &wanted) {
  return integral<dim>(membrane, wanted, [](const SurfacePoint &) { return 1.; });
}
template <int dim>
double enclosed_volume(const Membrane<dim> &membrane, const CellFilter<dim> &wanted) {
  return integral<dim>(membrane, wanted,
                       [](const SurfacePoint &s) { return (s.point * s.normal) / 3.; });
}

/// A run of the scenario exocytosis: what happens is in exocytosis.cc, what is written of it in
/// exocytosis_results.cc.
template <int dim> class Exocytosis {
public:
  explicit Exocytosis(const RunContext &context);
  void run();

private:
  void dock();
  void resume();
  void serialize(SurfaceArchive<dim> &archive);
  void fuse_those_due();
  void fuse(const std::vector<unsigned int> &which);
  bool cut_closed_pores();
  void cut(unsigned int which);
  unsigned int n_open() const;
  bool is_any_open() const { return n_open() > 0; }
  bool is_any_cut() const;
  bool parted_membranes_touch() const;
  double end_of(const ExocytosisVesicle &vesicle) const;
  std::string fate(unsigned int which) const;
  CellFilter<dim> cells_of(unsigned int which) const;
  std::string suffix(unsigned int which) const;
  double neck_radius(unsigned int which) const;
  using NewMembrane = typename ExocytosisSurface<dim>::Fused;
  void take(NewMembrane change, double area);
  void set_up_flow();
  void make_lipids();
  void let_lipids_act();
  const Vector *leaflet_difference() const;
  void open_pores();
  void act_from_outside();
  void let_noise_act(bool acts);
  double drag() const;
  double longest_step() const;
  double external_energy() const;
  bool acts_on_membrane() const;
  std::vector<Vector3> places() const;
  void advance(double longest);
  bool is_hemifused(unsigned int which) const;
  std::vector<Stalk> stalks() const;
  void move_lipids(const Vector &positions);
  void keep_mesh();
  void adapt_mesh();
  std::vector<ConservedField> conserved() const;
  void mesh_changed(const Vector &material_area, const Vector &tension,
                    const std::vector<ConservedField> &fields, double energy_before);
  void observe();
  double outside_vesicle(const LipidField &field) const;
  Observables observables() const;
  struct Signal {
    std::string name, unit;
    double value;
  };
  std::vector<Signal> signals() const;
  void write();
  void progress() const;
  void summarise();
  void add_vesicles_to(Summary &summary) const;
  double total_energy() const;
  double area_inside() const;
  std::optional<std::string> outcome() const;

  const RunContext &context;
  const Parameters &parameters;
  const double kT, kappa, patch_radius, vesicle_area; // area of a vesicle
  RunOutput output;
  FusionSchedule schedule; // when stalks connect the outer leaflets, and when pores open
  SurfaceOutput<dim> pictures;
  Checkpointing checkpointing;
  TimeStepper<dim> stepper;
  ExocytosisSurface<dim> surface;

  std::unique_ptr<Membrane<dim>> membrane;
  std::unique_ptr<FlowSystem<dim>> flow;
  // Terms of flow, one for each vesicle, or none; of rings some may be null.
  std::vector<PoreFlow<dim> *> pore_flows;
  std::vector<NeckRing<dim> *> rings, crowds; // of constriction, of SNARE complexes
  std::vector<LumenPressure<dim> *> lumen_pressures;
  BoundaryTension<dim> *boundary_tension = nullptr;
  DockingTerms<dim> holding; // of a vesicle whose docking was computed, until the pore opens
  std::vector<EnclosedVolume<dim> *> volumes; // for each vesicle; null if it has not left
  ContactAfterCut<dim> *parted = nullptr;     // of a vesicle that has left and the plasma membrane
  std::unique_ptr<LipidFields<dim>> lipids;
  MixingSignals<dim> assay; // contents count mid-surface, so it is told each leaflet's density
  std::vector<ExocytosisVesicle> vesicles;
  bool jostled = false; // by thermal noise
  Course tension;
  double external_work = 0.,
         tension_work = 0.; // of ring and lumen pressure; of the tension's change
  double initial_area = 0., area_left = 0.;
  double difference_left = 0.; // of the leaflets' contents, through the rim [nm^2]
  std::vector<double> initial_amounts;
  double transferred = 0.;
  double remeshing_energy = 0.; // changes of the energy with the mesh, summed [pN nm]
  double dissipated = 0.;       // since the fusion [pN nm]
  std::map<std::string, double> dissipated_by; // the same by term
  double heat = 0.;                            // from the surroundings, the noise's work [pN nm]
  double fusion_energy = 0.; // jumps of bending and tension energy at fusions, summed [pN nm]
  unsigned int n_steps = 0, cells_divided = 0, cells_merged = 0;
  double next_output; // [us]
};
} // namespace fusogen

#endif
