// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/symmetric_direct_solver.h"

#include <deal.II/base/exceptions.h>

namespace fusogen {
namespace {
void check(const PetscErrorCode code) {
  AssertThrow(code == 0, dealii::ExcMessage("A PETSc call of the direct solver failed."));
}
} // namespace

SymmetricDirectSolver::SymmetricDirectSolver(const dealii::PETScWrappers::MPI::SparseMatrix &m)
    : matrix(m) {
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE));
  check(KSPCreate(m.get_mpi_communicator(), &solver));
  check(KSPSetOperators(solver, matrix, matrix));
  check(KSPSetType(solver, KSPPREONLY));
  PC preconditioner;
  check(KSPGetPC(solver, &preconditioner));
  check(PCSetType(preconditioner, PCCHOLESKY));
  check(PCFactorSetMatSolverType(preconditioner, MATSOLVERMUMPS));
  check(PCFactorSetUpMatSolverType(preconditioner));
  Mat factor;
  check(PCFactorGetMatrix(preconditioner, &factor));
  check(MatMumpsSetIcntl(factor, 14, 60)); // room for delayed pivots of the saddle point [percent]
}

SymmetricDirectSolver::~SymmetricDirectSolver() { KSPDestroy(&solver); }

bool SymmetricDirectSolver::factorize() {
  if (KSPSetUp(solver) != 0)
    return false;
  PC preconditioner;
  check(KSPGetPC(solver, &preconditioner));
  PCFailedReason reason;
  check(PCGetFailedReason(preconditioner, &reason));
  return reason == PC_NOERROR;
}

void SymmetricDirectSolver::solve(dealii::PETScWrappers::MPI::Vector &solution,
                                  const dealii::PETScWrappers::MPI::Vector &right_hand_side) {
  check(KSPSolve(solver, right_hand_side, solution));
  KSPConvergedReason reason;
  check(KSPGetConvergedReason(solver, &reason));
  AssertThrow(reason > 0, dealii::ExcMessage("The direct solve failed."));
}
} // namespace fusogen
