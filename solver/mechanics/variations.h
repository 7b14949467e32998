// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_VARIATIONS_H
#define FUSOGEN_MECHANICS_VARIATIONS_H

#include "geometry/surface_values.h"

namespace fusogen {
/// Adds factor times the derivative of the area element dA by the surface gradient of a
/// displacement, relative to dA: div w.
inline void add_variation_of_area(const double factor, FrameVector &derivative) {
  derivative[frame::tangential(0, 0)] += factor;
  derivative[frame::tangential(1, 1)] += factor;
}

/// Adds factor times the symmetric bilinear form second_variation_of_area() as a matrix.
inline void add_second_variation_of_area(const double factor, FrameMatrix &derivative) {
  using frame::normal;
  using frame::tangential;
  derivative[tangential(0, 0)][tangential(1, 1)] += factor;
  derivative[tangential(1, 1)][tangential(0, 0)] += factor;
  derivative[tangential(0, 1)][tangential(1, 0)] -= factor;
  derivative[tangential(1, 0)][tangential(0, 1)] -= factor;
  for (unsigned int a = 0; a < 2; ++a)
    derivative[normal(a)][normal(a)] += factor;
}

/// Adds factor times second_variation_of_area(u, .) for a given field u.
inline void add_second_variation_of_area(const double factor, const SurfaceGradient &u,
                                         FrameVector &derivative) {
  using frame::normal;
  using frame::tangential;
  derivative[tangential(0, 0)] += factor * u.tangential[1][1];
  derivative[tangential(1, 1)] += factor * u.tangential[0][0];
  derivative[tangential(0, 1)] -= factor * u.tangential[1][0];
  derivative[tangential(1, 0)] -= factor * u.tangential[0][1];
  for (unsigned int a = 0; a < 2; ++a)
    derivative[normal(a)] += factor * u.normal[a];
}

/// Adds the entry (i, j) and its mirror image (j, i).
inline void add_symmetric(const double value, const unsigned int i, const unsigned int j,
                          FrameMatrix &matrix) {
  matrix[i][j] += value;
  matrix[j][i] += value;
}
} // namespace fusogen

#endif
