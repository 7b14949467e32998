// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_TERM_H
#define FUSOGEN_MECHANICS_TERM_H

#include "base/state_archive.h"
#include "geometry/membrane.h"
#include "mechanics/pair_system.h"

#include <functional>
#include <string>
#include <vector>

namespace fusogen {
template <int dim> class MixedSpace;

/// What two leaflets that slide add to the state of a point, see leaflet_elasticity.h; with an area
/// difference there is no slip, and the potential is the same everywhere.
struct LeafletState {
  /// Half the displacement of the outer leaflet relative to the inner one during the step [nm], in
  /// the frame of the surface `before`; both leaflets share the normal motion.
  VectorFieldValue slip;
  double potential;           ///< mu [pN/nm]
  Vector2 potential_gradient; ///< in the frame of `before` [pN/nm^2]
  double cell_size;           ///< shortest edge of the cell [nm]
};

/// A point of the membrane in the middle of a time step that takes the surface `before` to the
/// surface `now` in the time dt.
struct PointState {
  const SurfacePoint &before, &now;
  VectorFieldValue displacement; ///< now minus before [nm], in the frame of `before`; material
                                 ///< points move with it. Under random forces friction belongs to
                                 ///< the middle of a step, and so does `before`, but displacements
                                 ///< count from its start: see FlowSystem::midpoint_step().
  VectorFieldValue moment; ///< bending moment vector b [pN], see bending.h, in the frame `now`
  double tension;          ///< surface tension [pN/nm]
  double dt;               ///< [us]
  Component component;
  /// What lipids add to the membrane's spontaneous curvature [1/nm], and its bending rigidity
  /// relative to that without them.
  double lipid_curvature, relative_rigidity;
  Vector2 domain_gradient;      ///< of FlowSystem::set_domain(), in the frame of `now` [1/nm]
  const LeafletState *leaflets; ///< null in a membrane without leaflets of its own motion
  unsigned int piece = 0;       ///< number of the connected piece, see connected_pieces()
};

/// First and second derivatives of the step's Lagrangian by slip and potential, area weight
/// included; by the slip and by the potential's gradient in the frame of the surface `before`.
struct LeafletDerivatives {
  FrameVector slip;
  double potential;
  Vector2 potential_gradient;

  FrameMatrix slip_slip;
  double slip_gradient;      ///< factor of (tangential slip) . (gradient of the potential)
  FrameVector potential_now; ///< by potential and displacement, in the frame of `now`
  Vector3 potential_moment;  ///< by potential and the moment's value
  double potential_potential;
};

/// First and second derivatives of the step's Lagrangian at a point, area weight included.
/// Derivatives by the displacement are taken in the frame of the surface to which the term belongs:
/// energies live on the surface `now`, dissipation on the one `before`.
struct PointDerivatives {
  FrameVector displacement_now, displacement_before, moment;
  double tension;

  FrameMatrix now_now, before_before;
  FrameMatrix moment_now; ///< row: moment, column: displacement
  double moment_moment;   ///< factor of b.b, of the moments' values only
  FrameVector tension_now;

  LeafletDerivatives *leaflets; ///< null as in the state
};

/// First derivatives of a scalar constraint g at a point, and its value there.
struct PointConstraint {
  double value;
  FrameVector displacement_now;
  double tension;
};

/// A point of an open edge; x' is the derivative along it by a parameter, such that the membrane
/// lies on the left of x' seen from above (+z) and x' times the parameter's weight is an element of
/// length. In the meridian the edge is a ring, x' = r e_phi.
struct EdgePointState {
  Edge edge;
  Component component;
  double weight;
  Vector3 point, along; ///< x [nm], x'
  Vector3 moment;       ///< [pN]
};

/// First and second derivatives of the Lagrangian at a point of an edge, weight included, by x, x'
/// and b.
struct EdgePointDerivatives {
  Vector3 point, along, moment;
  dealii::Tensor<2, 3> point_along, along_along, moment_along; ///< row, column
};

/// One cell and its nodes, for forces on single nodes. Local vector index = node * spacedim +
/// component.
struct NodalState {
  const std::vector<double> &positions; ///< of the surface now [nm]
  int pole_node; ///< local node of the membrane's highest point if it is this cell's to treat, else
                 ///< -1
};

/// A physical effect on the membrane: an energy, a dissipation or a constraint, written once for
/// both geometries.
///
/// A time step minimises energy + dissipation over the displacement (Onsager's principle in the
/// form of minimising movements, De Giorgi; backward Euler): of the Lagrangian
///   L = sum of energies(x) + (1 / 2 dt) sum of dissipation quadratic forms(displacement, on the
///   old surface)
///       + sum of multiplier * constraint
/// a term adds its first and second derivatives at each quadrature point. Nothing is lagged, so L's
/// stationary point has less energy than the start by at least what was dissipated.
template <int dim> class Term {
public:
  virtual ~Term() = default;

  /// Name in the energy ledger and in statistics.csv.
  virtual std::string name() const = 0;

  /// Adds the first and, if @p second is true, the second derivatives at a point; of symmetric
  /// second derivatives both halves.
  virtual void add_to(const PointState &, PointDerivatives &, bool /*second*/) const {}
  /// The same at a point of an open edge.
  virtual void add_to_edge(const EdgePointState &, EdgePointDerivatives &, bool /*second*/) const {}
  /// Adds forces on nodes to the derivative by the cell's nodal positions.
  virtual void add_to_nodes(const NodalState &, std::vector<double> & /*derivative*/) const {}

  /// Energy stored at the point, at the point of an edge, at the nodes of the cell [pN nm].
  virtual double energy(const PointState &) const { return 0.; }
  virtual double edge_energy(const EdgePointState &) const { return 0.; }
  virtual double nodal_energy(const NodalState &) const { return 0.; }
  /// Energy dissipated at the point during the step [pN nm].
  virtual double dissipated(const PointState &) const { return 0.; }

  /// A term with a scalar constraint g = 0 has one Lagrange multiplier, which add_to() reads for
  /// its second derivatives; the multiplier's own row and column are assembled from here.
  virtual bool has_constraint() const { return false; }
  virtual void add_to_constraint(const PointState &, PointConstraint &) const {}
  /// Returns the value of g at the nodes of the cell and adds its derivative.
  virtual double add_to_nodal_constraint(const NodalState &,
                                         std::vector<double> & /*derivative*/) const {
    return 0.;
  }
  /// What the sum of the values of g lacks to be the constraint (e.g. minus the target).
  virtual double constraint_offset() const { return 0.; }
  /// How far the constraint yields to its multiplier: it is g = compliance * multiplier.
  virtual double constraint_compliance(double /*dt*/) const { return 0.; }
  /// Energy stored in that [pN nm], of all processes together.
  virtual double constraint_energy() const { return 0.; }
  double multiplier = 0.;

  /// A term between places of the membrane that are not in the same cell. All of these are called
  /// by all processes together but for_each_pair().
  virtual bool has_pairs() const { return false; }
  /// The positions are those at the start of a step.
  virtual void begin_pairs(const MixedSpace<dim> &) {}
  /// Looks for the pairs at the positions now.
  virtual void find_pairs(const MixedSpace<dim> &) {}
  /// Calls the function for what each of this process' pairs adds, with second derivatives or
  /// without.
  virtual void for_each_pair(bool /*second*/,
                             const std::function<void(const PairSystem &)> &) const {}
  /// Energy of this process' pairs [pN nm].
  virtual double pair_energy() const { return 0.; }

  /// Saves and loads what a step or the scenario changes in the term; @p name tells this term's
  /// values from those of others.
  virtual void serialize(StateArchive &state, const std::string &name) {
    state.item(name + ": multiplier", multiplier);
  }

  /// Area modulus of one leaflet [pN/nm], if the term has it.
  virtual double leaflet_modulus() const { return 0.; }

  /// Called once before each step.
  virtual void begin_step() {}
  /// True if the term lets patches change their area, so that the material area must be measured
  /// anew after a step.
  virtual bool changes_material_area() const { return false; }
};
} // namespace fusogen

#endif
