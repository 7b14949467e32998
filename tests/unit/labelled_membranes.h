// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lipids in states that a test prescribes.
#pragma once

#include "lipids/lipid_field.h"
#include "surfaces.h"

namespace fusogen::test {

/// Gives a field the fraction @p fraction of the position at the nodes, and the content that goes
/// with it.
template <int dim>
void set(const Membrane<dim> &membrane, LipidField &field,
         const std::function<double(const Vector3 &)> &fraction) {
  field.fraction = scalar_field<dim>(membrane, fraction);
  Vector content = membrane.scalar_vector(false);
  std::vector<double> values;
  std::vector<dealii::types::global_dof_index> indices;
  for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
    membrane.cell_scalar_values(cell, field.fraction, values);
    membrane.cell_scalar_indices(cell, indices);
    dealii::Vector<double> local(indices.size());
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      for (unsigned int j = 0; j < indices.size(); ++j)
        local[j] += surface.weight(q) * surface.scalar_field(q, values).value *
                    surface.scalar_shape(q, j).value;
    membrane.scalar_constraints().distribute_local_to_global(local, indices, content);
  });
  content.compress(dealii::VectorOperation::add);
  field.content = content;
}

/// The lipid of the vesicle in both leaflets, outer first: fraction 1 on the vesicle, 0 elsewhere.
template <int dim> std::unique_ptr<LipidFields<dim>> vesicle_lipid(const Membrane<dim> &membrane) {
  auto lipids = std::make_unique<LipidFields<dim>>(membrane, 1.);
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner})
    lipids->add("vesicle lipid", leaflet, Component::vesicle, 0.);
  return lipids;
}

} // namespace fusogen::test
