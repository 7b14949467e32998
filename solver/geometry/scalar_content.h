// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_SCALAR_CONTENT_H
#define FUSOGEN_GEOMETRY_SCALAR_CONTENT_H

#include "geometry/membrane.h"
#include "geometry/surface_values.h"

#include <deal.II/lac/affine_constraints.h>

namespace fusogen {
/// int f q_j dA for the shape functions q_j of the scalar space (owned; zero at hanging nodes).
/// @param density called as density(cell, surface, values) for each owned cell, sets the values
///   (std::vector<double>, given as zeros) of f at the quadrature points of @p surface
template <int dim, class Density>
Vector scalar_content(const Membrane<dim> &membrane, const Density &density) {
  Vector content = membrane.scalar_vector(false);
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x, values, local;
  std::vector<dealii::types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      values.assign(surface.n_quadrature_points(), 0.);
      density(cell, surface, values);
      local.assign(indices.size(), 0.);
      for (unsigned int q = 0; q < values.size(); ++q)
        for (unsigned int j = 0; j < local.size(); ++j)
          local[j] += surface.weight(q) * values[q] * surface.scalar_shape(q, j).value;
      membrane.scalar_constraints().distribute_local_to_global(local, indices, content);
    }
  content.compress(dealii::VectorOperation::add);
  return content;
}
} // namespace fusogen

#endif
