// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_MOMENT_MASS_H
#define FUSOGEN_MECHANICS_MOMENT_MASS_H

#include "mechanics/mixed_space.h"

namespace fusogen {
/// The block of second derivatives by the moment, minus a mass matrix, on its own: finds the moment
/// that belongs to a given shape.
template <int dim> class MomentMass {
public:
  explicit MomentMass(const MixedSpace<dim> &space);
  void add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system);

  /// One step of Newton's method in the moment alone: subtracts from the moments of @p solution
  /// what @p gradient, the first derivatives there, asks for.
  void correct(const Vector &gradient, Vector &solution);

private:
  using Index = typename MixedSpace<dim>::Index;
  const MixedSpace<dim> &space;
  dealii::AffineConstraints<double> constraints; // on the position space
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
};
} // namespace fusogen

#endif
