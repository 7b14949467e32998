// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_PAIR_SYSTEM_H
#define FUSOGEN_MECHANICS_PAIR_SYSTEM_H

#include <deal.II/base/types.h>
#include <deal.II/lac/full_matrix.h>

#include <vector>

namespace fusogen {
/// What an interaction between two places of the membrane adds to the system of a step: first and
/// second derivatives by a few displacements, which may belong to other processes.
struct PairSystem {
  std::vector<dealii::types::global_dof_index> dofs; ///< in the mixed system, none of them held
  std::vector<double> gradient;
  dealii::FullMatrix<double> matrix; ///< empty if only first derivatives were wanted
};
} // namespace fusogen

#endif
