// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/choose_solver.h"

#include "mechanics/block_solver.h"
#include "mechanics/direct_solver.h"

namespace fusogen {
namespace {
// From here on the factorisation of the whole system takes longer than GMRES, see
// doc/benchmarks.md.
constexpr unsigned int cells_worth_iterating = 3000;
} // namespace

template <>
std::unique_ptr<LinearSolver<1>> choose_solver(const SolverKind, const MixedSpace<1> &space) {
  return std::make_unique<DirectSolver<1>>(space);
}

template <>
std::unique_ptr<LinearSolver<2>> choose_solver(const SolverKind kind, const MixedSpace<2> &space) {
  // The preconditioner knows nothing of slip and potential.
  if (space.leaflets == Leaflets::two)
    return std::make_unique<DirectSolver<2>>(space);
  const bool large =
      space.membrane.triangulation().n_global_active_cells() >= cells_worth_iterating;
  if (kind == SolverKind::iterative || (kind == SolverKind::automatic && large))
    return std::make_unique<BlockSolver>(space);
  return std::make_unique<DirectSolver<2>>(space);
}
} // namespace fusogen
