// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/symmetric_direct_solver.h"

#include <deal.II/base/exceptions.h>

namespace fusogen {
namespace {
void check(const PetscErrorCode code) {
  AssertThrow(code == 0, dealii::ExcMessage("A PETSc call of the direct solver failed."));
}
} // namespace

SymmetricDirectSolver::SymmetricDirectSolver(const dealii::PETScWrappers::MPI::SparseMatrix &m,
                                             const int room)
    : matrix(m), room(room) {
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE));
  check(PCCreate(m.get_mpi_communicator(), &solver));
  check(PCSetOperators(solver, matrix, matrix));
  check(PCSetType(solver, PCCHOLESKY));
  check(PCFactorSetMatSolverType(solver, MATSOLVERMUMPS));
  begin();
}

void SymmetricDirectSolver::begin() {
  check(PCFactorSetUpMatSolverType(solver));
  check(PCFactorGetMatrix(solver, &factor));
  check(MatMumpsSetIcntl(factor, 14, room));
}

SymmetricDirectSolver::~SymmetricDirectSolver() { PCDestroy(&solver); }

bool SymmetricDirectSolver::factorize() {
  constexpr PetscInt too_little_room = -9;
  constexpr int most_room = 10000;
  for (;;) {
    check(PCSetUp(solver));
    PetscInt status;
    check(MatMumpsGetInfog(factor, 1, &status));
    if (status != too_little_room || room > most_room)
      return status >= 0;
    room *= 2;
    check(PCReset(solver)); // PETSc would find the matrix unchanged and do nothing
    check(PCSetOperators(solver, matrix, matrix));
    begin();
  }
}

void SymmetricDirectSolver::solve(dealii::PETScWrappers::MPI::Vector &solution,
                                  const dealii::PETScWrappers::MPI::Vector &right_hand_side) {
  check(PCApply(solver, right_hand_side, solution));
}
} // namespace fusogen
