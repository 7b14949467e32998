// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Membranes and fields that several tests use.
#pragma once

#include "geometry/membrane.h"
#include "geometry/shapes.h"
#include <deal.II/fe/fe_q.h>

#include <cmath>
#include <functional>
#include <memory>

namespace fusogen::test {

/// A closed vesicle: in the meridian of @p resolution cells, in space of 6 * 4^resolution.
template <int dim>
std::unique_ptr<Membrane<dim>> closed_membrane(const Profile &profile, unsigned int resolution,
                                               unsigned int degree = 2) {
  auto membrane = std::make_unique<Membrane<dim>>(MPI_COMM_WORLD, degree);
  if constexpr (dim == 1) {
    GradingParameters grading;
    grading.n_cells = resolution;
    membrane->create_meridian(
        {{profile, graded_nodes(profile, grading), Component::vesicle, Edge::axis, Edge::axis}});
  } else
    membrane->create_sphere_like(
        resolution, [&](const std::array<double, 3> &n) { return on_surface(profile, n); });
  return membrane;
}

/// An open membrane in the meridian.
inline std::unique_ptr<Membrane<1>> open_membrane(const Profile &profile, int n_cells, Edge first,
                                                  Edge last, unsigned int degree = 2) {
  auto membrane = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, degree);
  GradingParameters grading;
  grading.n_cells = n_cells;
  membrane->create_meridian(
      {{profile, graded_nodes(profile, grading), Component::plasma_membrane, first, last}});
  return membrane;
}

/// A number in [-1, 1] that looks random; the same for the same point on any number of processes.
inline double noise(unsigned int seed, const double *x, unsigned int n) {
  double sum = 0.7 * seed;
  for (unsigned int c = 0; c < n; ++c)
    sum += (c + 1.3) * 12.9898 * std::round(1e6 * x[c]) * 1e-6;
  const double y = 43758.5453 * std::sin(sum);
  return 2 * (y - std::floor(y)) - 1;
}

/// A direction in which the nodes can be moved: noise at each node, and none at nodes on the axis
/// away from it.
template <int dim> Vector noisy_direction(const Membrane<dim> &membrane, unsigned int seed) {
  Vector direction = membrane.vector_field(false);
  std::vector<double> x;
  std::vector<dealii::types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_position_indices(cell, indices);
      for (unsigned int i = 0; i < indices.size(); ++i) {
        const unsigned int c = i % (dim + 1);
        const bool on_axis = dim == 1 && c == 0 && x[i] == 0.;
        if (direction.in_local_range(indices[i]))
          direction(indices[i]) = on_axis ? 0. : noise(seed + 31 * c, &x[i - c], dim + 1);
      }
    }
  direction.compress(dealii::VectorOperation::insert);
  return direction;
}

/// Moves the nodes by @p factor times @p direction.
template <int dim> void move(Membrane<dim> &membrane, const Vector &direction, double factor) {
  Vector positions = membrane.vector_field(false);
  positions = membrane.positions();
  positions.add(factor, direction);
  membrane.set_positions(positions);
}

/// The shortest cell [nm].
template <int dim> double shortest_cell(const Membrane<dim> &membrane) {
  double shortest = 1e99;
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      double squared = 0;
      for (unsigned int c = 0; c <= dim; ++c)
        squared += std::pow(x[dim + 1 + c] - x[c], 2);
      shortest = std::min(shortest, std::sqrt(squared));
    }
  return dealii::Utilities::MPI::min(shortest, membrane.communicator());
}

/// A scalar field given by its values at the nodes, as a function of the position.
template <int dim>
Vector scalar_field(const Membrane<dim> &membrane,
                    const std::function<double(const Vector3 &)> &function) {
  // The position inside the cell by the reference points of the two elements.
  const dealii::FE_Q<dim> nodes(membrane.degree()), scalar(scalar_degree);
  Vector field = membrane.scalar_vector(false);
  std::vector<double> x;
  std::vector<dealii::types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      for (unsigned int j = 0; j < indices.size(); ++j) {
        Vector3 point;
        for (unsigned int a = 0; a < nodes.n_dofs_per_cell(); ++a)
          for (unsigned int c = 0; c <= dim; ++c)
            point[dim == 1 ? 2 * c : c] +=
                nodes.shape_value(a, scalar.unit_support_point(j)) * x[a * (dim + 1) + c];
        if (field.in_local_range(indices[j]))
          field(indices[j]) = function(point);
      }
    }
  field.compress(dealii::VectorOperation::insert);
  Vector result = membrane.scalar_vector(true);
  result = field;
  return result;
}

/// Calls function(cell, values) for each owned cell, with its surface values.
template <int dim, class Function>
void for_each_cell(const Membrane<dim> &membrane, const Function &function) {
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      function(cell, surface);
    }
}

/// int f dA of a scalar field [nm^2].
template <int dim> double integral(const Membrane<dim> &membrane, const Vector &field) {
  double sum = 0;
  std::vector<double> values;
  for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
    membrane.cell_scalar_values(cell, field, values);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      sum += surface.weight(q) * surface.scalar_field(q, values).value;
  });
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

inline double sum_of(const Vector &v) {
  double sum = 0;
  const auto [begin, end] = v.local_range();
  for (auto i = begin; i < end; ++i)
    sum += v(i);
  return dealii::Utilities::MPI::sum(sum, v.get_mpi_communicator());
}

/// log2 of the ratio of two errors, for meshes that differ by a factor 2.
inline double order(double coarse, double fine) { return std::log2(std::abs(coarse / fine)); }

} // namespace fusogen::test
