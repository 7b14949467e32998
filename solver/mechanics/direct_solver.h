// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_DIRECT_SOLVER_H
#define FUSOGEN_MECHANICS_DIRECT_SOLVER_H

#include "mechanics/linear_solver.h"
#include "mechanics/symmetric_direct_solver.h"

#include <set>

namespace fusogen {
/// Factorisation of the whole system; the robust choice for meridians and small surfaces. The
/// columns of scalar unknowns are eliminated with one more solve each.
template <int dim> class DirectSolver : public LinearSolver<dim> {
public:
  using Index = dealii::types::global_dof_index;
  explicit DirectSolver(const MixedSpace<dim> &space);
  void begin() override;
  void add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system) override;
  bool takes_pairs() const override { return true; }
  void expect_pairs(const std::vector<std::vector<Index>> &pairs) override;
  void add_pair(const PairSystem &pair) override;
  bool prepare(const std::vector<Vector> &columns, const std::vector<double> &diagonal) override;
  bool solve(const Vector &f, const std::vector<double> &g, Vector &x, std::vector<double> &m,
             double tolerance) override;
  bool is_exact() const override { return true; }

private:
  void make_matrix();

  const MixedSpace<dim> &space;
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
  std::unique_ptr<SymmetricDirectSolver> solver;
  std::set<std::vector<Index>> pairs; // which the matrix has room for
  std::vector<Vector> columns, solved_columns;
  std::vector<double> diagonal;
  dealii::FullMatrix<double> cell_matrix;
};
} // namespace fusogen

#endif
