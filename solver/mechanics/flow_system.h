// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_FLOW_SYSTEM_H
#define FUSOGEN_MECHANICS_FLOW_SYSTEM_H

#include "geometry/conserved_field.h"
#include "geometry/membrane.h"
#include "geometry/surface_archive.h"
#include "mechanics/linear_solver.h"
#include "mechanics/mixed_space.h"
#include "mechanics/term.h"

#include <map>
#include <memory>
#include <optional>

namespace fusogen {
/// What a step did.
struct StepResult {
  bool converged = false;
  unsigned int iterations = 0;                  ///< of Newton's method
  unsigned int linear_iterations = 0;           ///< summed over them; 0 with a direct solver
  double energy_before = 0., energy_after = 0.; ///< [pN nm]
  double dissipated = 0.;                       ///< energy dissipated during the step [pN nm]
  double heat = 0.; ///< work of the forces given to midpoint_step() or jostled_step() [pN nm]
  double largest_displacement = 0.; ///< of a node [nm]

  /// The scheme's own loss: energy that vanished without being dissipated by a term, relative to
  /// the loss. It is dt/2 times the fastest relevant rate and goes to zero with dt.
  double ledger_defect() const { return energy_before - energy_after + heat - dissipated; }
};

/// Assembles all terms into one symmetric system for displacement, bending moment and tension, and
/// steps the membrane through time: each step solves the nonlinear backward-Euler problem of term.h
/// by Newton's method.
template <int dim> class FlowSystem {
public:
  static constexpr int spacedim = dim + 1;

  FlowSystem(Membrane<dim> &membrane, std::map<Edge, EdgeCondition> edge_conditions,
             Leaflets leaflets = Leaflets::single);

  /// Registers a term; returns it for later changes of its numbers.
  template <class T> T &add(T term) {
    auto owned = std::make_unique<T>(std::move(term));
    T &reference = *owned;
    terms.push_back(std::move(owned));
    return reference;
  }

  /// Solves the linear systems of this object's steps with @p linear_solver from now on.
  void use(std::unique_ptr<LinearSolver<dim>> linear_solver) { solver = std::move(linear_solver); }
  const MixedSpace<dim> &unknowns() const { return space; }

  /// Measures the material area of the current shape, projects the moment, relaxes two leaflets;
  /// call once after the terms are in place.
  void initialize();

  /// Computes the bending moment of the current shape, and with two leaflets or an area difference
  /// the potential that belongs to their content.
  void project_moment();

  /// Lipids add @p curvature to the spontaneous curvature [1/nm] and change the bending rigidity by
  /// the factor @p rigidity (scalar space, ghosted) from now on; call project_moment() then.
  void set_lipids(const Vector &curvature, const Vector &rigidity);

  /// A domain of the membrane, 1 inside and 0 outside of it (scalar space, ghosted), that moves
  /// with the material; LineTension acts at its boundary, where the field goes from one to the
  /// other.
  void set_domain(const Vector &fraction);

  /// Gives two leaflets the contents (or the relaxed difference) with which none is stretched on
  /// the current shape.
  void relax_leaflets();

  /// After nodes moved along the surface: @p new_material_area is the area as the mesh motion
  /// carried it over.
  void mesh_moved(const Vector &new_material_area);

  /// What mesh motion must carry along besides, for mesh_moved(): nothing, or the density
  /// difference of two leaflets.
  std::vector<ConservedField> leaflet_fields() const;
  void mesh_moved(const Vector &new_material_area, const std::vector<ConservedField> &leaflets);

  /// Difference of the densities of two leaflets (scalar space, ghosted).
  Vector density_difference() const;

  /// Takes one time step of dt [us]. If Newton's method fails, the membrane and all fields are as
  /// before.
  StepResult step(double dt);

  /// Takes one time step of dt [us] by the implicit midpoint rule, under given forces on the nodes
  /// (position space, owned) [pN] besides those of the terms: half a step of backward Euler, and as
  /// much again. What fluctuates in a harmonic potential under random forces that fit its friction
  /// then has the variance of equilibrium, whatever dt is; backward Euler would damp it. The energy
  /// after the step is that of what terms hold on to the step's start, as for step().
  StepResult midpoint_step(double dt, const Vector &forces);

  /// Takes one time step of dt [us] of backward Euler under given forces likewise. Motion that is
  /// faster than dt is damped instead of having the variance of equilibrium, so that a shape far
  /// from equilibrium stays smooth. Friction is that of the shape half way (Fixman, J. Chem. Phys.
  /// 69 (1978) 1527): that of the start would make the membrane drift to where friction is large.
  StepResult jostled_step(double dt, const Vector &forces);

  /// Energy of the current shape [pN nm]: the sum, or by term.
  double energy() const;
  std::map<std::string, double> energies() const;
  /// Power dissipated during the last step [pN nm/us], by term.
  const std::map<std::string, double> &dissipated_power() const { return last_power; }
  double total_dissipated_power() const;

  /// Derivative of the discrete energy by the nodal positions (position space), all multipliers and
  /// tensions left out: minus the force of the energies. The moment must belong to the shape.
  Vector energy_gradient();

  /// How displacement, moment, tension and potential changed in a step, per time.
  struct PastStep {
    double dt;
    std::shared_ptr<const Vector> rate; ///< mixed space, ghosted
    double potential_rate;              ///< of the uniform potential of an area difference
  };
  /// The last steps on this mesh, newest first: where the next one leads.
  using History = std::vector<PastStep>;

  /// Everything that a rejected step or a look-ahead must put back; serialize() lists the same.
  struct Snapshot {
    Vector positions, solution, material_area, leaflet_content, velocity, slip_velocity,
        through_rim;
    double potential;
    History history;
    std::vector<double> multipliers;
  };
  Snapshot snapshot() const;
  void restore(const Snapshot &);

  /// The state between steps, without the numbers that terms were made with; loading needs the same
  /// terms and comes after initialize(). Positions are in the archive already.
  void serialize(SurfaceArchive<dim> &archive);

  /// The area int q_j dA of the material that belongs to the shape functions of the tension [nm^2],
  /// kept by each step; mesh motion transports it.
  Vector material_area;

  /// With two leaflets, the content int rho q_j dA of the difference of their densities for the
  /// scalar shape functions q_j [nm^2], see leaflet_elasticity.h; ghosted. A step lets it slip
  /// along the membrane and through an open edge; mesh motion transports it. After a change, call
  /// project_moment().
  Vector leaflet_content;
  /// Its sum, int rho dA [nm^2].
  double leaflet_difference() const { return total(leaflet_content); }

  /// With an area difference, R0 = int rho dA of the density difference rho = d H + mu / (2 K_m)
  /// [nm^2], see leaflet_elasticity.h; half the relaxed difference of the leaflets' areas. After a
  /// change, call project_moment().
  double relaxed_difference = 0.;

  /// Time over which a step makes cells return to their material area after mesh motion [us]; 0 for
  /// at once.
  double area_relaxation_time = 0.;

  /// Sum of the material area: the area of the membrane [nm^2].
  double total_material_area() const { return surface_membrane.total_area(material_area); }

  /// Fields on the membrane's own spaces, ghosted: bending moment [pN] and velocity [nm/us] of the
  /// last step (position space), tension [pN/nm] averaged to the continuous scalar space.
  Vector moment() const;
  Vector tension() const;
  /// kappa (C0 - H) nu [pN] (position space, ghosted): the moment without what two leaflets add.
  Vector curvature_moment();
  /// kappa (C0 - H) [pN] averaged to the scalar space (ghosted).
  Vector normal_moment();
  Vector velocity() const { return velocity_vector; }
  /// What the outer leaflet lost in the last step to membrane at rest beyond an edge, by scalar
  /// shape function [nm^2] (scalar space, ghosted; zero inside); the inner leaflet gained it. See
  /// EdgeCondition::leaflets_at_rest_beyond.
  const Vector &slip_through_rim() const { return through_rim; }
  double difference_through_rim() const { return total(through_rim); } ///< its sum [nm^2]
  /// Velocity of the outer leaflet relative to the mid-surface in the last step [nm/us] (position
  /// space, ghosted); the inner one has the opposite.
  Vector slip_velocity() const { return slip_velocity_vector; }
  /// Gives the next step a tension (scalar space, ghosted) to start from.
  void set_tension(const Vector &tension);

  /// Finds the pole, on which a point force acts; after the mesh changed.
  void find_pole();

  const Membrane<dim> &membrane() const { return surface_membrane; }

private:
  using Index = dealii::types::global_dof_index;

  enum class Part { all, first_derivatives, energies };
  /// Sets the gradient of the Lagrangian and the border's equations, for Part::all the matrix of
  /// second derivatives and the border's columns, too; or (Part::energies) the gradient of the
  /// energies alone.
  void assemble(const Part part, double dt);
  /// Assembles all where the last steps lead, or at rest if the equations are nearer to being met
  /// there; sets @p current, which is at @p rest, to that start.
  void assemble_at_start(double dt, Vector &current, const Vector &rest);
  /// Calls function(cell, assembly) for each owned cell with the assembly at the current state.
  template <class Function> void for_each_cell(double dt, const Function &function) const;
  /// Lumped L2 projection of a number at each point to the scalar space (ghosted); prepare(cell,
  /// assembly) comes before function(assembly, q) for the points q of a cell.
  template <class Prepare, class Function>
  Vector averaged(const Prepare &prepare, const Function &function) const;
  Vector mixed_vector(bool ghosted) const { return space.vector(ghosted); }
  /// Lets terms between distant places look for their pairs where the membrane is now.
  void find_pairs();
  void begin_pairs(); // on a surface that is the start of a step
  /// Energy of the surface as it is, of a step that began at the positions @p start [pN nm].
  double energy_since(const Vector &start);
  /// Whether the surface has folded over or is no surface any more.
  bool degenerate() const;
  void project_moment_alone();
  void project_potential();
  void project_uniform_potential();
  /// What the equation of the uniform potential lacks [nm^2].
  double difference_defect() const;
  /// The scalar unknowns of the border: multipliers of constraints, then the uniform potential.
  unsigned int n_borders() const {
    return constrained_terms.size() + (space.leaflets == Leaflets::area_difference ? 1 : 0);
  }
  double &border_unknown(const unsigned int k) {
    return k < constrained_terms.size() ? constrained_terms[k]->multiplier : potential;
  }
  /// What the equations of the potentials lack with the content as it is [nm^2] (scalar space).
  Vector continuity_defect(double dt) const;
  /// Sets the potentials of @p map to zero.
  void clear_potential(const typename MixedSpace<dim>::FieldMap &map);
  /// Lets the content follow the slip of the step.
  void move_leaflets(double dt);
  static double total(const Vector &content);

  Membrane<dim> &surface_membrane;
  std::vector<std::unique_ptr<Term<dim>>> terms;
  MixedSpace<dim> space;
  std::unique_ptr<LinearSolver<dim>> solver;
  // Ghosted: displacement and slip since the start of the step (0 between steps), moment, tension,
  // potential.
  Vector solution;
  Vector velocity_vector, slip_velocity_vector, through_rim, area_target;
  std::optional<std::pair<Vector, Vector>> lipid_effects; // as in set_lipids()
  const Vector *given_forces = nullptr;                   // of midpoint_step()
  std::optional<Vector> moved_before;                     // likewise: ghosted, position space
  std::optional<Vector> domain;                           // as in set_domain()
  History history;
  Vector gradient; // owned
  std::vector<Vector> borders;
  std::vector<double> border_values, border_diagonal;
  std::vector<Term<dim> *> constrained_terms, paired_terms;
  double potential = 0.; // mu of an area difference [pN/nm]

  // (active cell index, local node), on the rank that treats it
  std::pair<int, int> pole = {-1, -1};
  std::map<std::string, double> last_power;
  // Of the state that was assembled last.
  bool degenerate_geometry = false;
  double shortest_edge = 0.; // [nm]
};
} // namespace fusogen

#endif
