// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_NODAL_MINIMUM_H
#define FUSOGEN_GEOMETRY_NODAL_MINIMUM_H

#include "geometry/membrane.h"

#include <deal.II/lac/la_parallel_vector.h>

#include <limits>

namespace fusogen {
/// For each degree of freedom of the scalar space the least of all values offered for it, on
/// whatever rank. Collective.
template <int dim> class NodalMinimum {
public:
  explicit NodalMinimum(const Membrane<dim> &membrane)
      : membrane(membrane), least(membrane.scalar_dofs().locally_owned_dofs(),
                                  membrane.relevant_scalar_dofs(), membrane.communicator()) {
    least = std::numeric_limits<double>::max();
    forget_ghosts();
  }

  /// @p dof must be readable on this rank (on an owned or ghost cell).
  void offer(const dealii::types::global_dof_index dof, const double value) {
    least(dof) = std::min(static_cast<double>(least(dof)), value);
  }

  /// What was offered so far (ghosted).
  Vector result() {
    least.compress(dealii::VectorOperation::min);
    forget_ghosts(); // which compress() leaves at zero
    Vector owned = membrane.scalar_vector(false);
    for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
      owned(i) = static_cast<double>(least(i));
    owned.compress(dealii::VectorOperation::insert);
    Vector readable = membrane.scalar_vector(true);
    readable = owned;
    return readable;
  }

private:
  void forget_ghosts() {
    for (const auto i : membrane.relevant_scalar_dofs())
      if (!least.in_local_range(i))
        least(i) = std::numeric_limits<double>::max();
  }

  const Membrane<dim> &membrane;
  dealii::LinearAlgebra::distributed::Vector<double> least;
};
} // namespace fusogen

#endif
