// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CELL_ASSEMBLY_H
#define FUSOGEN_MECHANICS_CELL_ASSEMBLY_H

#include "mechanics/term.h"

#include <memory>

namespace fusogen {
/// First and second derivatives of the step's Lagrangian on one cell, in blocks: x positions
/// (displacements), b moments, lambda tensions. Vector index = node * spacedim + component;
/// matrices are dense, row by row. Second derivatives: xx, bx, bb, lambda-x; the rest follows by
/// symmetry.
struct CellSystem {
  std::vector<double> gradient_x, gradient_b, gradient_tension;
  std::vector<double> xx, bx, tension_x;
  std::vector<double> bb; ///< node by node: the same for each component of the moment
  /// With two leaflets also slip s and potential mu; rows of the last four belong to the potential.
  /// With an area difference the same without slip, see uniform_potential().
  std::vector<double> gradient_slip, gradient_potential;
  std::vector<double> slip_slip, potential_slip, potential_x, potential_b, potential_potential;
};

/// What one cell adds to the border of the system, i.e. to the equation of a scalar unknown (the
/// multiplier of a constraint, or the potential of an area difference): the equation's value and
/// its derivatives, the last one by the unknown itself.
struct CellBorder {
  double value = 0.;
  std::vector<double> gradient_x, gradient_b, gradient_tension;
  double diagonal = 0.;
};

/// The potential of all nodes as one scalar unknown: sums its rows, and both its rows and columns,
/// over the nodes of the cell; derivatives only if @p system has second ones.
CellBorder uniform_potential(const CellSystem &system);

/// What the nodes of a cell carry in the middle of a time step.
template <int dim> struct CellUnknowns {
  std::vector<double> old_positions, displacement; ///< [nm], node * spacedim + component
  /// How far the old positions are already from where displacements count from, or empty [nm].
  std::vector<double> moved_before;
  std::vector<double> moment;  ///< [pN]
  std::vector<double> tension; ///< coefficients [pN/nm]
  /// Of two leaflets, else empty: slip [nm], as the displacement, and potential [pN/nm]. With an
  /// area difference the potential is the same at each node, and there is no slip.
  std::vector<double> slip, potential;
  /// By lipids, or empty: spontaneous curvature [1/nm] and relative bending rigidity.
  std::vector<double> lipid_curvature, relative_rigidity;
  std::vector<double> domain; ///< see FlowSystem::set_domain(), or empty
  double dt = 1.;             ///< [us]
  double orientation = 1.;
  Component component = Component::vesicle;
  unsigned int piece = 0; ///< see PointState
  /// Open edges of the cell: local face number and what edge it is.
  std::vector<std::pair<unsigned int, Edge>> edges;
  int pole_node = -1; ///< see NodalState
};

/// Integrates terms over one cell: evaluates the state at the quadrature points, lets each term add
/// its derivatives there, and contracts these with the shape functions.
template <int dim> class CellAssembly {
public:
  static constexpr int spacedim = dim + 1;
  using Terms = std::vector<std::unique_ptr<Term<dim>>>;

  explicit CellAssembly(unsigned int degree);

  /// @p unknowns must live as long as they are used.
  void reinit(const CellUnknowns<dim> &unknowns);

  const CellUnknowns<dim> &unknowns() const { return *cell_unknowns; }
  const SurfaceValues<dim> &before() const { return surface_before; }
  const SurfaceValues<dim> &now() const { return surface_now; }
  bool is_degenerate() const { return surface_now.is_degenerate(); }
  double shortest_edge() const { return shortest_edge(positions); }

  /// Sets @p system to the sum over @p terms; the second derivatives only if @p second.
  void assemble(const Terms &terms, CellSystem &system, bool second) const;
  void assemble_constraint(const Term<dim> &term, CellBorder &border) const;
  /// Energy and dissipated energy of a term on the cell [pN nm].
  double energy(const Term<dim> &term) const;
  double dissipated(const Term<dim> &term) const;
  /// What slips to each scalar shape function, int s . grad q_j dA over the surface before [nm^2].
  void slip_flow(std::vector<double> &flow) const;

private:
  PointState state(unsigned int q) const;
  NodalState nodes() const;

  // A point of an edge and how its position, the derivative along the edge and fields depend on
  // nodes.
  struct EdgePoint {
    EdgePointState state;
    std::vector<double> values, slopes; // per node
  };
  std::vector<EdgePoint> edge_points() const;
  void assemble_edges(const Terms &terms, CellSystem &system, bool second) const;
  void set_leaflets();
  static double shortest_edge(const std::vector<double> &positions);
  void assemble_leaflets(const std::vector<LeafletDerivatives> &points, CellSystem &system,
                         bool second) const;
  void assemble_slip(const std::vector<LeafletDerivatives> &points, CellSystem &system,
                     bool second) const;

  unsigned int degree;
  SurfaceValues<dim> surface_before, surface_now;
  const CellUnknowns<dim> *cell_unknowns = nullptr;
  std::vector<double> positions;
  std::vector<ReferenceVector<dim>> old_points, points, displacements, moments;
  std::vector<LeafletState> leaflets; // by quadrature point; empty without leaflets
};
} // namespace fusogen

#endif
