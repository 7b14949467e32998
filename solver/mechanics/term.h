// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_TERM_H
#define FUSOGEN_MECHANICS_TERM_H

#include "geometry/membrane.h"

#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/vector.h>

#include <string>

namespace fusogen {
/// One cell in the middle of a time step that takes the surface `before` to the surface `now` in
/// the time dt. Nodal arrays: index = node * spacedim + component for vectors.
template <int dim> struct CellState {
  typename Membrane<dim>::Cell iterator;
  const SurfaceValues<dim> &before, &now;
  const std::vector<double> &positions;    ///< of the surface now [nm]
  const std::vector<double> &displacement; ///< now minus before [nm]; material points move with it
  const std::vector<double> &moment;       ///< bending moment vector b [pN], see bending.h
  const std::vector<double> &tension;      ///< coefficients of the surface tension [pN/nm]
  double dt;                               ///< [us]
  Component component;
  int pole_node; ///< local node of the membrane's highest point if it is this cell's to treat, else
                 ///< -1
  int neck_node; ///< local node of the narrowest point of a neck likewise, else -1
};

/// An end of a meridian (edge of an open surface). Only dim = 1 has these so far: every integral
/// along the edge is 2 pi r times the value at the end point.
template <int dim> struct EdgeState {
  Edge edge;
  unsigned int node; ///< local node at the end
  double radius;     ///< r of the end point [nm]
  Component component;
  const std::vector<double> &moment, &displacement;
};

/// First and second derivatives of the step's Lagrangian on one cell, in blocks: x positions
/// (displacements), b moments, lambda tensions. Sizes as in SurfaceValues. Second derivatives: xx,
/// bx, bb, lambda-x; the rest follows by symmetry.
struct LocalSystem {
  LocalSystem(unsigned int n_vector, unsigned int n_tension)
      : gradient_x(n_vector), gradient_b(n_vector), gradient_tension(n_tension),
        xx(n_vector, n_vector), bx(n_vector, n_vector), bb(n_vector, n_vector),
        tension_x(n_tension, n_vector) {}
  void reset() {
    gradient_x = 0.;
    gradient_b = 0.;
    gradient_tension = 0.;
    xx = 0.;
    bx = 0.;
    bb = 0.;
    tension_x = 0.;
  }
  dealii::Vector<double> gradient_x, gradient_b, gradient_tension;
  dealii::FullMatrix<double> xx, bx, bb, tension_x;
};

/// First derivatives of a scalar constraint g on one cell, and its value there.
struct LocalConstraint {
  LocalConstraint(unsigned int n_vector, unsigned int n_tension)
      : gradient_x(n_vector), gradient_tension(n_tension) {}
  void reset() {
    gradient_x = 0.;
    gradient_tension = 0.;
    value = 0.;
  }
  dealii::Vector<double> gradient_x, gradient_tension;
  double value = 0.;
};

/// A physical effect on the membrane: an energy, a dissipation or a constraint, written once for
/// both geometries.
///
/// A time step minimises energy + dissipation over the displacement (Onsager's principle in the
/// form of minimising movements, De Giorgi; backward Euler): of the Lagrangian
///   L = sum of energies(x) + (1 / 2 dt) sum of dissipation quadratic forms(displacement, on the
///   old surface)
///       + sum of multiplier * constraint
/// a term adds its first and second derivatives. Nothing is lagged, so L's stationary point has
/// less energy than the start by at least what was dissipated.
template <int dim> class Term {
public:
  virtual ~Term() = default;

  /// Name in the energy ledger and in statistics.csv.
  virtual std::string name() const = 0;

  /// Adds the first and, if @p second is true, the second derivatives on a cell.
  virtual void add_to(const CellState<dim> &cell, LocalSystem &local, bool second) const = 0;
  /// The same at an edge of the surface; @p local is that of the adjacent cell.
  virtual void add_to_edge(const EdgeState<dim> &, LocalSystem &, bool /*second*/) const {}

  /// Energy stored in the cell or at the edge [pN nm].
  virtual double energy(const CellState<dim> &) const { return 0.; }
  virtual double edge_energy(const EdgeState<dim> &) const { return 0.; }
  /// Energy dissipated in the cell during the step [pN nm].
  virtual double dissipated(const CellState<dim> &) const { return 0.; }

  /// A term with a scalar constraint g = 0 has one Lagrange multiplier, which add_to() reads for
  /// its second derivatives; the multiplier's own row and column are assembled from here.
  virtual bool has_constraint() const { return false; }
  virtual void add_to_constraint(const CellState<dim> &, LocalConstraint &) const {}
  /// What the sum of the cells' values of g lacks to be the constraint (e.g. minus the target).
  virtual double constraint_offset() const { return 0.; }
  double multiplier = 0.;

  /// Called once before each step.
  virtual void begin_step() {}
  /// True if the term lets patches change their area, so that the material area must be measured
  /// anew after a step.
  virtual bool changes_material_area() const { return false; }
};
} // namespace fusogen

#endif
