// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_SYMMETRIC_DIRECT_SOLVER_H
#define FUSOGEN_MECHANICS_SYMMETRIC_DIRECT_SOLVER_H

#include <deal.II/lac/petsc_sparse_matrix.h>
#include <deal.II/lac/petsc_vector.h>

#include <petscpc.h>

namespace fusogen {
/// LDL^T factorisation of a symmetric indefinite matrix by MUMPS through PETSc. The symbolic
/// factorisation is kept as long as the object lives; factorize() redoes the numbers.
class SymmetricDirectSolver {
public:
  /// @param matrix must outlive this object and keep its sparsity pattern
  /// @param room workspace for delayed pivots that MUMPS takes from the start [percent of the
  ///   rest]; saddle points want much, nearly definite matrices none. If it does not do, it is
  ///   doubled.
  explicit SymmetricDirectSolver(const dealii::PETScWrappers::MPI::SparseMatrix &matrix,
                                 int room = 60);
  ~SymmetricDirectSolver();
  SymmetricDirectSolver(const SymmetricDirectSolver &) = delete;
  SymmetricDirectSolver &operator=(const SymmetricDirectSolver &) = delete;

  /// Factorises the current entries; more room is given to MUMPS when its pivots need
  /// it; false if it found the matrix singular.
  bool factorize();
  /// Solves with the last factorisation.
  void solve(dealii::PETScWrappers::MPI::Vector &solution,
             const dealii::PETScWrappers::MPI::Vector &right_hand_side);

private:
  /// An empty factor with the room wanted now.
  void begin();

  PC solver = nullptr;
  Mat matrix;
  Mat factor = nullptr;
  int room;
};
} // namespace fusogen

#endif
