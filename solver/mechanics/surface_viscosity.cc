// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/surface_viscosity.h"

#include "mechanics/variations.h"

namespace fusogen {
template <int dim>
void SurfaceViscosity<dim>::add_to(const PointState &p, PointDerivatives &d,
                                   const bool second) const {
  using frame::tangential;
  const double factor = 2. * viscosity * p.before.weight / p.dt;
  const Matrix2 &T = p.displacement.tangential;
  const double shear = 0.5 * (T[0][1] + T[1][0]);
  d.displacement_before[tangential(0, 0)] += factor * T[0][0];
  d.displacement_before[tangential(1, 1)] += factor * T[1][1];
  d.displacement_before[tangential(0, 1)] += factor * shear;
  d.displacement_before[tangential(1, 0)] += factor * shear;
  if (!second)
    return;
  for (unsigned int a = 0; a < 2; ++a)
    d.before_before[tangential(a, a)][tangential(a, a)] += factor;
  for (const unsigned int i : {tangential(0, 1), tangential(1, 0)})
    for (const unsigned int j : {tangential(0, 1), tangential(1, 0)})
      d.before_before[i][j] += 0.5 * factor;
}

template <int dim> double SurfaceViscosity<dim>::dissipated(const PointState &p) const {
  const Matrix2 &T = p.displacement.tangential;
  const double shear = 0.5 * (T[0][1] + T[1][0]);
  return 2. * viscosity * p.before.weight / p.dt *
         (T[0][0] * T[0][0] + T[1][1] * T[1][1] + 2. * shear * shear);
}

template class SurfaceViscosity<1>;
template class SurfaceViscosity<2>;
} // namespace fusogen
