// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONTRACTION_H
#define FUSOGEN_MECHANICS_CONTRACTION_H

#include "geometry/surface_values.h"

#include <array>
#include <vector>

namespace fusogen {
/// Adds sum_q sum_r shape(q, r, a) point[q](r, c) to result[a * spacedim + c]: from derivatives at
/// points to derivatives by nodal values. @p shapes as in SurfaceValues::node_shapes().
template <int dim>
void contract_vectors(const double *shapes, unsigned int n_nodes,
                      const std::vector<ReferenceVector<dim>> &points, double *result);

/// The same for second derivatives: adds sum_q sum_rs shape(q, r, a) point[q](r, c; s, d) shape(q,
/// s, b) to result[row (a, c), column (b, d)], a square matrix row by row. Half of the work if the
/// result is @p symmetric.
template <int dim>
void contract_matrices(const double *shapes, unsigned int n_nodes,
                       const std::vector<typename SurfaceValues<dim>::ReferenceMatrix> &points,
                       bool symmetric, double *result);
} // namespace fusogen

#endif
