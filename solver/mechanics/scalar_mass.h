// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_SCALAR_MASS_H
#define FUSOGEN_MECHANICS_SCALAR_MASS_H

#include "geometry/membrane.h"

#include <deal.II/lac/petsc_sparse_matrix.h>

namespace fusogen {
/// The mass matrix int q_i q_j dA of a membrane's scalar space on its shape when this was made.
template <int dim> class ScalarMass {
public:
  explicit ScalarMass(const Membrane<dim> &membrane);
  /// The field (owned entries, hanging nodes included) with the content int f q_j dA.
  void solve(const Vector &content, Vector &field) const;

private:
  const Membrane<dim> &membrane;
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
};
} // namespace fusogen

#endif
