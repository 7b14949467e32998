// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CELL_OPERATOR_H
#define FUSOGEN_MECHANICS_CELL_OPERATOR_H

#include "mechanics/surface_nodes.h"

namespace fusogen {
/// The matrix of Newton's method on a surface in space, kept as its cells' matrices and applied
/// cell by cell. With displacement u, moment b and tension lambda it is
///   [ A    N^T  B^T ]
///   [ N   -M    0   ]
///   [ B    0    0   ].
/// Nothing is inserted into a global sparse matrix, which would take longer than computing the
/// entries, and half of the memory is needed. Nodal vectors have three components; those that are
/// no unknowns must be zero on entry and are undefined on exit.
class CellOperator {
public:
  CellOperator(const SurfaceNodes &nodes, unsigned int n_tension);

  void begin() { n_added = 0; }
  void add(const CellSystem &system);
  bool is_complete() const { return n_added == nodes.n_cells(); }

  /// Tensions are stored by owned cell, n_tension() values each.
  unsigned int n_tension() const { return tension_per_cell; }
  unsigned int n_all_tensions() const { return tension_per_cell * nodes.n_cells(); }

  /// f = A u + N^T b + B^T lambda, m = N u - M b, a = B u. Ghosts of u and b are fetched here.
  void apply(NodalVector &u, NodalVector &b, const double *lambda, NodalVector &f, NodalVector &m,
             double *a) const;

  /// f = A u.
  void apply_A(NodalVector &u, NodalVector &f) const;
  /// m = N u.
  void apply_N(NodalVector &u, NodalVector &m) const;
  /// f += N^T b (after which f has no ghost contributions left).
  void add_N_transposed(NodalVector &b, NodalVector &f) const;
  /// f += B^T lambda.
  void add_B_transposed(const double *lambda, NodalVector &f) const;
  /// a = B u.
  void apply_B(NodalVector &u, double *a) const;

  /// b <- approximately M^-1 b: a fixed polynomial of M, so that it is a linear operation.
  void divide_by_mass(NodalVector &b) const;
  /// Call when all cells are there: sums up the lumped mass.
  void find_lumped_mass();

  /// Entries of a cell's matrices, vector index = 3 * node + component.
  double A(const unsigned int cell, const unsigned int i, const unsigned int j) const {
    return xx[cell * xx_size + (i < j ? j * (j + 1) / 2 + i : i * (i + 1) / 2 + j)];
  }
  double N(const unsigned int cell, const unsigned int i, const unsigned int j) const {
    return bx[cell * bx_size + i * n + j];
  }
  double M(const unsigned int cell, const unsigned int node, const unsigned int other) const {
    return mass[cell * bb_size + node * n_nodes + other];
  }
  /// int 1 dA / kappa of the cell.
  double cell_mass(const unsigned int cell) const { return cell_sums[cell]; }

private:
  const SurfaceNodes &nodes;
  unsigned int tension_per_cell, n_nodes, n;
  std::size_t xx_size, bx_size, bb_size, tension_size; // entries of a cell; xx is symmetric
  std::size_t n_added = 0;
  std::vector<double> xx, bx, mass, tension_x, cell_sums;
  NodalVector inverse_lumped_mass;
  mutable NodalVector residual, direction; // of divide_by_mass
};
} // namespace fusogen

#endif
