// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CHOOSE_SOLVER_H
#define FUSOGEN_MECHANICS_CHOOSE_SOLVER_H

#include "mechanics/linear_solver.h"

#include <memory>

namespace fusogen {
enum class SolverKind {
  automatic, ///< iterative for surfaces in space of more than some thousand cells, else direct
  direct,
  iterative
};

/// The solver for the linear systems of @p space; meridians and two leaflets are always solved
/// directly.
template <int dim>
std::unique_ptr<LinearSolver<dim>> choose_solver(SolverKind kind, const MixedSpace<dim> &space);
} // namespace fusogen

#endif
