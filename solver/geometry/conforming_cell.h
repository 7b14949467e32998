// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CONFORMING_CELL_H
#define FUSOGEN_GEOMETRY_CONFORMING_CELL_H

#include <deal.II/lac/affine_constraints.h>
#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <vector>

namespace fusogen {
/// The degrees of freedom that determine a scalar field on one cell, hanging nodes replaced by the
/// nodes that they hang on: value of local node a = sum_i weight(a, i) * value of dofs[i].
struct ConformingCell {
  using Index = dealii::types::global_dof_index;

  /// @param local the cell's own degrees of freedom
  ConformingCell(const std::vector<Index> &local,
                 const dealii::AffineConstraints<double> &constraints) {
    std::vector<std::pair<unsigned int, std::pair<unsigned int, double>>> entries;
    const auto number_of = [this](const Index dof) {
      const unsigned int number = std::find(dofs.begin(), dofs.end(), dof) - dofs.begin();
      if (number == dofs.size())
        dofs.push_back(dof);
      return number;
    };
    for (unsigned int a = 0; a < local.size(); ++a)
      if (!constraints.is_constrained(local[a]))
        entries.push_back({a, {number_of(local[a]), 1.}});
      else
        for (const auto &[master, factor] : *constraints.get_constraint_entries(local[a]))
          entries.push_back({a, {number_of(master), factor}});
    weight.reinit(local.size(), dofs.size());
    for (const auto &[a, entry] : entries)
      weight(a, entry.first) += entry.second;
  }

  /// The cell's matrix by these degrees of freedom, weight^T local weight.
  dealii::FullMatrix<double> condense(const dealii::FullMatrix<double> &local) const {
    dealii::FullMatrix<double> half(local.m(), dofs.size()), result(dofs.size(), dofs.size());
    local.mmult(half, weight);
    weight.Tmmult(result, half);
    return result;
  }
  std::vector<double> condense(const std::vector<double> &local) const {
    std::vector<double> result(dofs.size(), 0.);
    for (unsigned int a = 0; a < local.size(); ++a)
      for (unsigned int i = 0; i < dofs.size(); ++i)
        result[i] += weight(a, i) * local[a];
    return result;
  }

  std::vector<Index> dofs;
  dealii::FullMatrix<double> weight; ///< [local node][number in dofs]
};
} // namespace fusogen

#endif
