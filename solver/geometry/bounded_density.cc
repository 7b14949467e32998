// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/bounded_density.h"

#include "geometry/nodal_minimum.h"

#include <cmath>

namespace fusogen {
using namespace dealii;
using Index = types::global_dof_index;

template <int dim>
BoundedDensity<dim>::BoundedDensity(const Membrane<dim> &membrane)
    : membrane(membrane), masses(membrane.scalar_vector(false)) {
  SurfaceValues<dim> surface(membrane.degree());
  const unsigned int n = surface.n_scalar_dofs();
  std::vector<double> x, shapes(n);
  std::vector<Index> indices;
  FullMatrix<double> local(n, n);
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      local = 0.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        for (unsigned int i = 0; i < n; ++i)
          shapes[i] = surface.scalar_shape(q, i).value;
        for (unsigned int i = 0; i < n; ++i)
          for (unsigned int j = 0; j < n; ++j)
            local(i, j) += surface.weight(q) * shapes[i] * shapes[j];
      }
      local_cells.emplace_back(cell, indices, membrane.scalar_constraints());
      LocalCell &local_cell = local_cells.back();
      local_cell.mass = local_cell.condense(local);
      std::vector<double> rows(local_cell.dofs.size(), 0.);
      for (unsigned int i = 0; i < rows.size(); ++i)
        for (unsigned int j = 0; j < rows.size(); ++j)
          rows[i] += local_cell.mass(i, j);
      masses.add(local_cell.dofs, rows);
    }
  masses.compress(VectorOperation::add);
}

template <int dim> Vector BoundedDensity<dim>::ghosted(const Vector &owned) const {
  Vector result = membrane.scalar_vector(true);
  result = owned;
  return result;
}

template <int dim> Vector BoundedDensity<dim>::content(const Vector &density) const {
  Vector result = membrane.scalar_vector(false);
  for (const LocalCell &cell : local_cells) {
    const std::vector<double> c = values(cell, density);
    std::vector<double> local(c.size(), 0.);
    for (unsigned int i = 0; i < c.size(); ++i)
      for (unsigned int j = 0; j < c.size(); ++j)
        local[i] += cell.mass(i, j) * c[j];
    result.add(cell.dofs, local);
  }
  result.compress(VectorOperation::add);
  return result;
}

template <int dim>
Vector BoundedDensity<dim>::quotient(const Vector &content, const Vector &mass) const {
  Vector result = membrane.scalar_vector(false);
  for (const Index i : membrane.scalar_dofs().locally_owned_dofs()) {
    const double m = mass(i), amount = content(i);
    result(i) = m > 0. ? amount / m : 0.;
  }
  result.compress(VectorOperation::insert);
  membrane.scalar_constraints().distribute(result);
  return ghosted(result);
}

template <int dim> Vector BoundedDensity<dim>::projected(const Vector &wanted) const {
  // Conjugate gradients; scaled by the lumped masses, a mass matrix needs a dozen iterations on any
  // mesh.
  constexpr unsigned int most_iterations = 50;
  constexpr double tolerance = 1e-12;
  Vector density = quotient(wanted, masses), residual = wanted, direction = wanted;
  residual -= content(density);
  const auto product = [](const Vector &a, const Vector &b) { return a * b; };
  Vector solution = membrane.scalar_vector(false), scaled = membrane.scalar_vector(false);
  solution = density;
  double last = 0.;
  const double enough = tolerance * wanted.l2_norm();
  for (unsigned int k = 0; k < most_iterations && residual.l2_norm() > enough; ++k) {
    scaled = quotient(residual, masses);
    const double now = product(scaled, residual);
    if (k == 0)
      direction = scaled;
    else
      direction.sadd(now / last, scaled);
    last = now;
    const Vector image = content(ghosted(direction));
    const double step = now / product(direction, image);
    solution.add(step, direction);
    residual.add(-step, image);
  }
  membrane.scalar_constraints().distribute(solution);
  return ghosted(solution);
}

template <int dim>
std::pair<Vector, Vector>
BoundedDensity<dim>::bounds(const std::vector<const Vector *> &fields) const {
  NodalMinimum<dim> low(membrane), negative_high(membrane);
  for (const LocalCell &cell : local_cells) {
    double least = std::numeric_limits<double>::max(), largest = -least;
    for (const Vector *field : fields)
      for (const double value : values(cell, *field)) {
        least = std::min(least, value);
        largest = std::max(largest, value);
      }
    for (const Index dof : cell.dofs) {
      low.offer(dof, least);
      negative_high.offer(dof, -largest);
    }
  }
  Vector high = membrane.scalar_vector(false);
  high = negative_high.result();
  high *= -1.;
  return {low.result(), ghosted(high)};
}

template <int dim>
Vector BoundedDensity<dim>::limited(
    const Vector &density, const Vector &mass, const std::pair<Vector, Vector> &bounds,
    const std::function<std::vector<double>(const LocalCell &)> &exchange) const {
  // A cell's exchange is let through by the share that no node of it would object to, even if all
  // that works the other way came to nothing. What was held back gets another chance.
  constexpr unsigned int n_rounds = 3;
  std::vector<std::vector<double>> left;
  for (const LocalCell &cell : local_cells)
    left.push_back(exchange(cell));

  Vector content = membrane.scalar_vector(false), now = density;
  for (const Index i : membrane.scalar_dofs().locally_owned_dofs())
    content(i) = static_cast<double>(density(i)) * static_cast<double>(mass(i));
  content.compress(VectorOperation::insert);
  for (unsigned int round = 0; round < n_rounds; ++round) {
    Vector up = membrane.scalar_vector(false), down = membrane.scalar_vector(false);
    for (unsigned int c = 0; c < local_cells.size(); ++c) {
      std::vector<double> rise = left[c], fall = left[c];
      for (double &value : rise)
        value = std::max(value, 0.);
      for (double &value : fall)
        value = std::min(value, 0.);
      up.add(local_cells[c].dofs, rise);
      down.add(local_cells[c].dofs, fall);
    }
    up.compress(VectorOperation::add);
    down.compress(VectorOperation::add);
    Vector up_share = membrane.scalar_vector(false), down_share = membrane.scalar_vector(false);
    for (const Index i : membrane.scalar_dofs().locally_owned_dofs()) {
      const double m = mass(i), c = now(i), low = bounds.first(i), high = bounds.second(i),
                   plus = up(i), minus = down(i);
      up_share(i) = plus > 0. ? std::clamp(m * (high - c) / plus, 0., 1.) : 1.;
      down_share(i) = minus < 0. ? std::clamp(m * (low - c) / minus, 0., 1.) : 1.;
    }
    up_share.compress(VectorOperation::insert);
    down_share.compress(VectorOperation::insert);
    const Vector readable_up = ghosted(up_share), readable_down = ghosted(down_share);
    for (unsigned int c = 0; c < local_cells.size(); ++c) {
      const std::vector<double> u = values(local_cells[c], readable_up),
                                d = values(local_cells[c], readable_down);
      double largest = 0., share = 1.;
      for (const double value : left[c])
        largest = std::max(largest, std::abs(value));
      // A node whose own exchange is round-off has no say.
      for (unsigned int i = 0; i < u.size(); ++i)
        if (std::abs(left[c][i]) > 1e-13 * largest)
          share = std::min(share, left[c][i] > 0. ? u[i] : d[i]);
      std::vector<double> passed = left[c];
      for (unsigned int i = 0; i < u.size(); ++i) {
        passed[i] *= share;
        left[c][i] -= passed[i];
      }
      content.add(local_cells[c].dofs, passed);
    }
    content.compress(VectorOperation::add);
    now = quotient(content, mass);
  }
  return now;
}

template <int dim>
Vector BoundedDensity<dim>::with_content(const Vector &content, const Vector &sharp) const {
  const Vector smeared = quotient(content, masses);
  return limited(smeared, masses, bounds({&smeared, &sharp}), [&](const LocalCell &cell) {
    // sum_j m_ij (c_i - c_j): what lumping the mass matrix took from the peaks of `sharp`.
    const std::vector<double> c = values(cell, sharp);
    std::vector<double> exchange(c.size(), 0.);
    for (unsigned int i = 0; i < c.size(); ++i)
      for (unsigned int j = 0; j < c.size(); ++j)
        exchange[i] += cell.mass(i, j) * (c[i] - c[j]);
    return exchange;
  });
}

template <int dim>
Vector BoundedDensity<dim>::clipped(const Vector &sharp, const std::pair<double, double> bounds,
                                    const double total) const {
  const auto [least, largest] = bounds;
  Vector density = membrane.scalar_vector(false), room = membrane.scalar_vector(false);
  for (const Index i : membrane.scalar_dofs().locally_owned_dofs()) {
    const double c = std::clamp(static_cast<double>(sharp(i)), least, largest);
    density(i) = c;
    room(i) = (c - least) * (largest - c);
  }
  density.compress(VectorOperation::insert);
  room.compress(VectorOperation::insert);
  const double present = density * masses, missing = total - present, available = room * masses;
  if (available > (largest - least) * std::abs(missing))
    density.add(missing / available, room);
  else if (present > 0.) // uniform, or too much for the room there is
    density *= total / present;
  membrane.scalar_constraints().distribute(density);
  return density;
}

template <int dim>
Vector BoundedDensity<dim>::with_total(const Vector &sharp, const double total) const {
  Vector density = sharp, size = membrane.scalar_vector(false);
  for (const Index i : membrane.scalar_dofs().locally_owned_dofs())
    size(i) = std::abs(static_cast<double>(sharp(i)));
  size.compress(VectorOperation::insert);
  if (const double whole = size * masses; whole > 0.)
    density.add((total - density * masses) / whole, size);
  membrane.scalar_constraints().distribute(density);
  return density;
}

template class BoundedDensity<1>;
template class BoundedDensity<2>;
} // namespace fusogen
