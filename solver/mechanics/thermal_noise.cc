// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/thermal_noise.h"

#include <cmath>

namespace fusogen {
template <int dim> Vector ThermalNoise<dim>::draw(const Membrane<dim> &membrane, const double dt) {
  ++n_draws;
  Vector force = membrane.vector_field(false);
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  std::vector<dealii::types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_position_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      // Named by the cell, so that it does not matter who owns it.
      std::vector<std::uint64_t> name = {n_draws};
      for (const auto part : membrane.cell_id(cell).template to_binary<dim>())
        name.push_back(part);
      RandomStream random(seed, name);
      dealii::Vector<double> local(indices.size());
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const double stress = std::sqrt(4. * kT * viscosity * surface.weight(q) / dt),
                     push = std::sqrt(2. * kT * drag * surface.weight(q) / dt);
        const double s11 = stress * random.normal(), s22 = stress * random.normal(),
                     s12 = stress * random.normal() / std::sqrt(2.);
        const Vector3 f({push * random.normal(), push * random.normal(), push * random.normal()});
        for (unsigned int i = 0; i < indices.size(); ++i) {
          const VectorFieldValue w = surface.vector_shape(q, i);
          local(i) += s11 * w.tangential[0][0] + s22 * w.tangential[1][1] +
                      s12 * (w.tangential[0][1] + w.tangential[1][0]) + f * w.value;
        }
      }
      membrane.position_constraints().distribute_local_to_global(local, indices, force);
    }
  force.compress(dealii::VectorOperation::add);
  return force;
}

template class ThermalNoise<1>;
template class ThermalNoise<2>;
} // namespace fusogen
