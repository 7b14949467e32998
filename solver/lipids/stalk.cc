// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/stalk.h"

#include <deal.II/base/mpi.h>
#include <deal.II/lac/affine_constraints.h>

#include <cmath>
#include <map>

namespace fusogen {
using namespace dealii;

namespace {
template <int dim>
std::vector<std::pair<Stalk::Index, double>>
mean_over_circle(const Membrane<dim> &membrane, const Component component, const Point<3> &centre,
                 const double radius) {
  Vector weights = membrane.scalar_vector(false);
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  std::vector<Stalk::Index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && Membrane<dim>::component(cell) == component) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      std::vector<double> local(indices.size(), 0.);
      double size = 0.; // of the cell, so that there are points under the hat
      for (unsigned int q = 1; q < surface.n_quadrature_points(); ++q)
        size = std::max(size, 1.5 * (surface.point(q) - surface.point(0)).norm());
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const double distance = (surface.point(q) - centre).norm(),
                     hat = std::max(0., 1. - std::abs(distance - radius) / size) / size;
        for (unsigned int j = 0; j < local.size(); ++j)
          local[j] += surface.weight(q) * hat * surface.scalar_shape(q, j).value;
      }
      membrane.scalar_constraints().distribute_local_to_global(local, indices, weights);
    }
  weights.compress(VectorOperation::add);

  std::map<Stalk::Index, double> here, all;
  for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
    if (const double weight = weights(i); weight > 0.)
      here[i] = weight;
  double sum = 0.;
  for (const auto &part : Utilities::MPI::all_gather(membrane.communicator(), here))
    for (const auto &[index, weight] : part) {
      all[index] = weight;
      sum += weight;
    }
  std::vector<std::pair<Stalk::Index, double>> result;
  for (const auto &[index, weight] : all)
    result.emplace_back(index, weight / sum);
  return result;
}
} // namespace

template <int dim> Stalk make_stalk(const Membrane<dim> &membrane, const Stalk::Site &site) {
  return {
      mean_over_circle(membrane, Component::vesicle, site.on_vesicle, site.radius),
      mean_over_circle(membrane, Component::plasma_membrane, site.on_plasma_membrane, site.radius),
      2. * numbers::PI * site.radius / site.length};
}

template Stalk make_stalk(const Membrane<1> &, const Stalk::Site &);
template Stalk make_stalk(const Membrane<2> &, const Stalk::Site &);
} // namespace fusogen
