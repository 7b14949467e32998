// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/surface_motion.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/lac/affine_constraints.h>

#include <algorithm>
#include <map>

namespace fusogen {
using namespace dealii;

namespace {
using Index = types::global_dof_index;

// Position and its derivatives by the reference coordinates on one cell.
class CellMap {
public:
  CellMap(const FE_Q<2> &element, const std::vector<double> &nodal)
      : element(element), nodal(nodal) {}
  void evaluate(const Point<2> &xi, Vector3 &x, Vector3 &x1, Vector3 &x2) const {
    x = x1 = x2 = Vector3();
    for (unsigned int a = 0; a < element.n_dofs_per_cell(); ++a) {
      const double value = element.shape_value(a, xi);
      const Tensor<1, 2> slope = element.shape_grad(a, xi);
      for (unsigned int c = 0; c < 3; ++c) {
        x[c] += nodal[3 * a + c] * value;
        x1[c] += nodal[3 * a + c] * slope[0];
        x2[c] += nodal[3 * a + c] * slope[1];
      }
    }
  }
  // Closest point of the cell to y, by Gauss-Newton steps kept inside the reference cell.
  Vector3 closest(const Vector3 &y) const {
    Point<2> xi(0.5, 0.5);
    Vector3 x, x1, x2;
    for (unsigned int iteration = 0; iteration < 40; ++iteration) {
      evaluate(xi, x, x1, x2);
      const Vector3 gap = y - x;
      const double a = x1 * x1, b = x1 * x2, d = x2 * x2, e = x1 * gap, f = x2 * gap;
      const double determinant = a * d - b * b;
      const Point<2> next(std::clamp(xi[0] + (d * e - b * f) / determinant, 0., 1.),
                          std::clamp(xi[1] + (a * f - b * e) / determinant, 0., 1.));
      const double change = next.distance(xi);
      xi = next;
      if (change < 1e-13)
        break;
    }
    evaluate(xi, x, x1, x2);
    return x;
  }

private:
  const FE_Q<2> &element;
  std::vector<double> nodal;
};
} // namespace

double mesh_quality(const Membrane<2> &membrane) {
  const FE_Q<2> element(membrane.degree());
  const QGauss<2> points(membrane.degree() + 1);
  std::vector<double> nodal;
  double worst = 1.;
  Vector3 x, x1, x2;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, nodal);
      const CellMap map(element, nodal);
      for (const Point<2> &xi : points.get_points()) {
        map.evaluate(xi, x, x1, x2);
        worst = std::min(worst, 2. * cross_product_3d(x1, x2).norm() / (x1 * x1 + x2 * x2));
      }
    }
  return Utilities::MPI::min(worst, membrane.communicator());
}

namespace {
// One sweep: each vertex goes half of the way to the mean of its neighbours, then the other nodes
// between the vertices; all to the closest point of the surface they left.
void sweep(Membrane<2> &membrane) {
  const auto &dofs = membrane.position_dofs();
  const IndexSet owned = dofs.locally_owned_dofs();
  const FE_Q<2> element(membrane.degree()), bilinear(1);
  const unsigned int n_nodes = element.n_dofs_per_cell();
  constexpr unsigned int n_vertices = 4;
  std::vector<double> nodal;
  std::vector<Index> indices;

  // Means of the neighbours of each vertex. Every edge of a closed surface is seen from two cells,
  // so each neighbour counts twice.
  Vector sums = membrane.vector_field(false), counts = membrane.vector_field(false);
  constexpr unsigned int edges[4][2] = {{0, 1}, {2, 3}, {0, 2}, {1, 3}};
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, nodal);
      membrane.cell_position_indices(cell, indices);
      for (const auto &edge : edges)
        for (unsigned int c = 0; c < 3; ++c) {
          sums(indices[3 * edge[0] + c]) += nodal[3 * edge[1] + c];
          sums(indices[3 * edge[1] + c]) += nodal[3 * edge[0] + c];
          counts(indices[3 * edge[0] + c]) += 1.;
          counts(indices[3 * edge[1] + c]) += 1.;
        }
    }
  sums.compress(VectorOperation::add);
  counts.compress(VectorOperation::add);
  Vector mean = membrane.vector_field(false);
  for (const Index i : owned)
    if (counts(i) > 0.)
      mean(i) = static_cast<double>(sums(i)) / static_cast<double>(counts(i));
  mean.compress(VectorOperation::insert);
  Vector readable_mean = membrane.vector_field(true);
  readable_mean = mean;

  // The cells around each cell that this rank knows, ghosts included.
  std::map<Index, std::vector<Membrane<2>::Cell>> cells_at;
  for (const auto &cell : dofs.active_cell_iterators())
    if (!cell->is_artificial()) {
      membrane.cell_position_indices(cell, indices);
      for (unsigned int v = 0; v < n_vertices; ++v)
        cells_at[indices[3 * v]].push_back(cell);
    }
  const auto put_on_surface = [&](const std::vector<Index> &cell_indices, const Vector3 &y) {
    Vector3 best;
    double best_distance = std::numeric_limits<double>::max();
    std::vector<double> other;
    for (unsigned int v = 0; v < n_vertices; ++v)
      for (const auto &candidate : cells_at[cell_indices[3 * v]]) {
        membrane.cell_positions(candidate, other);
        const Vector3 point = CellMap(element, other).closest(y);
        if ((point - y).norm() < best_distance) {
          best_distance = (point - y).norm();
          best = point;
        }
      }
    return best;
  };

  // Vertices go half of the way to the mean of their neighbours.
  std::map<Index, double> moved;
  std::vector<double> means;
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_position_indices(cell, indices);
      membrane.cell_positions(cell, nodal);
      membrane.cell_vector_values(cell, readable_mean, means);
      for (unsigned int v = 0; v < n_vertices; ++v) {
        if (!owned.is_element(indices[3 * v]) || moved.count(indices[3 * v]) > 0)
          continue;
        Vector3 y;
        for (unsigned int c = 0; c < 3; ++c) {
          y[c] = 0.5 * (nodal[3 * v + c] + means[3 * v + c]);
        }
        const Vector3 point = put_on_surface(indices, y);
        for (unsigned int c = 0; c < 3; ++c)
          moved[indices[3 * v + c]] = point[c];
      }
    }
  Vector positions = membrane.vector_field(false);
  positions = membrane.positions();
  for (const auto &[index, value] : moved)
    positions(index) = value;
  positions.compress(VectorOperation::insert);
  Vector readable = membrane.vector_field(true);
  readable = positions;

  // All other nodes go to where they belong between the vertices.
  moved.clear();
  std::vector<double> vertices;
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_position_indices(cell, indices);
      membrane.cell_vector_values(cell, readable, vertices);
      for (unsigned int a = n_vertices; a < n_nodes; ++a) {
        if (!owned.is_element(indices[3 * a]) || moved.count(indices[3 * a]) > 0)
          continue;
        Vector3 y;
        for (unsigned int v = 0; v < n_vertices; ++v)
          for (unsigned int c = 0; c < 3; ++c)
            y[c] += bilinear.shape_value(v, element.unit_support_point(a)) * vertices[3 * v + c];
        const Vector3 point = put_on_surface(indices, y);
        for (unsigned int c = 0; c < 3; ++c)
          moved[indices[3 * a + c]] = point[c];
      }
    }
  for (const auto &[index, value] : moved)
    positions(index) = value;
  positions.compress(VectorOperation::insert);
  AffineConstraints<double> constraints(membrane.relevant_position_dofs());
  DoFTools::make_hanging_node_constraints(dofs, constraints);
  constraints.close();
  constraints.distribute(positions);
  membrane.set_positions(positions);
}
} // namespace

bool smooth_along_surface(Membrane<2> &membrane) {
  constexpr unsigned int largest_number_of_sweeps = 30;
  constexpr double wanted_improvement = 1.25;
  const Vector start = membrane.positions();
  const double quality_before = mesh_quality(membrane);
  // The first sweep straightens the cells, which may first make the worst one worse.
  double quality = 0.;
  for (unsigned int i = 0;
       i < largest_number_of_sweeps && quality < wanted_improvement * quality_before; ++i) {
    sweep(membrane);
    quality = mesh_quality(membrane);
  }
  if (quality > quality_before)
    return true;
  membrane.set_positions(start);
  return false;
}
} // namespace fusogen
