// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_LINEAR_SOLVER_H
#define FUSOGEN_MECHANICS_LINEAR_SOLVER_H

#include "mechanics/mixed_space.h"

namespace fusogen {
/// Solves the linear systems of Newton's method,
///   [ K    C ] [ x ]   [ f ]
///   [ C^T  D ] [ m ] = [ g ],
/// K the second derivatives of the Lagrangian, C one column for each scalar unknown, D diagonal:
/// zero for the multiplier of a constraint.
template <int dim> class LinearSolver {
public:
  virtual ~LinearSolver() = default;

  /// A new time step begins: matrices may change more than from one iteration to the next.
  virtual void begin_step() {}
  /// Forgets the old matrix; then follow add() for every owned cell and prepare().
  virtual void begin() = 0;
  virtual void add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system) = 0;
  /// Pairs that will be added between begin() and prepare(), this process' part; collective. Only
  /// solvers with a matrix of the whole system can take them.
  virtual bool takes_pairs() const { return false; }
  virtual void expect_pairs(const std::vector<std::vector<dealii::types::global_dof_index>> &) {}
  virtual void add_pair(const PairSystem &) {}
  /// Factorises or sets up the preconditioner; false if the matrix is singular.
  virtual bool prepare(const std::vector<Vector> &columns, const std::vector<double> &diagonal) = 0;

  /// Solves for @p x and @p m with the columns given to prepare(); f is zero in constrained dofs.
  /// False if no solution was found. @p tolerance is the relative residual at which an iterative
  /// method may stop.
  virtual bool solve(const Vector &f, const std::vector<double> &g, Vector &x,
                     std::vector<double> &m, double tolerance) = 0;

  /// Whether solutions are exact but for round-off, whatever the tolerance.
  virtual bool is_exact() const = 0;
  /// Iterations of the last solve; 0 for a direct method.
  virtual unsigned int iterations() const { return 0; }
};
} // namespace fusogen

#endif
