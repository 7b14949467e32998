// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/surface_motion.h"

#include "geometry/bounded_density.h"
#include "geometry/cell_map.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/petsc_precondition.h>
#include <deal.II/lac/petsc_solver.h>
#include <deal.II/lac/petsc_sparse_matrix.h>
#include <deal.II/lac/sparsity_tools.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace fusogen {
using namespace dealii;

namespace {
using Index = types::global_dof_index;
using Cell = Membrane<2>::Cell;

constexpr unsigned int n_vertices = 4;
// A node moves by at most this share of the cells around it in a pass, so that it lands in one of
// them.
constexpr double largest_move = 0.4;
// Weight of the conditions that keep nodes in their tangent plane and on the rim, relative to the
// energy of a cell: they hold to its inverse, and what is left is put right on the old surface.
constexpr double condition_weight = 1e4;

bool at_rim(const Cell &cell, const unsigned int face) {
  return cell->face(face)->at_boundary() &&
         cell->face(face)->boundary_id() == types::boundary_id(Edge::rim);
}

// Calls function(cell, local node) for the nodes of owned cells at the rim.
template <class Function>
void for_each_rim_node(const Membrane<2> &membrane, const CellNodes<2> &nodes,
                       const Function &function) {
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && cell->at_boundary())
      for (const unsigned int face : cell->face_indices())
        if (at_rim(cell, face))
          for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
            if (std::abs(nodes.point(a)[face / 2] - face % 2) < 1e-12)
              function(cell, face, a);
}

Vector3 at(const std::vector<double> &nodal, const unsigned int node) {
  return Vector3({nodal[3 * node], nodal[3 * node + 1], nodal[3 * node + 2]});
}

// Area (1/2) int (x dy - y dx) that the rims enclose [nm^2].
double area_within_rim(const Membrane<2> &membrane) {
  const CellNodes<2> nodes(membrane.degree());
  const QGauss<1> rule(membrane.degree() + 2);
  std::vector<double> nodal;
  double area = 0.;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && cell->at_boundary())
      for (const unsigned int face : cell->face_indices())
        if (at_rim(cell, face)) {
          membrane.cell_positions(cell, nodal);
          const CellMap<2> map(nodes, nodal);
          const Vector3 centre = map.value(Point<2>(0.5, 0.5)).x;
          for (unsigned int q = 0; q < rule.size(); ++q) {
            Point<2> xi;
            xi[1 - face / 2] = rule.point(q)[0];
            xi[face / 2] = face % 2;
            const auto x = map.value(xi);
            const Vector3 along = x.first[1 - face / 2];
            // Run with the membrane on the left.
            const double sign =
                along[1] * (x.x - centre)[0] - along[0] * (x.x - centre)[1] > 0. ? 1. : -1.;
            area += 0.5 * sign * rule.weight(q) * (x.x[0] * along[1] - x.x[1] * along[0]);
          }
        }
  return Utilities::MPI::sum(area, membrane.communicator());
}

// Mean of a scalar field (ghosted) over the corners of cells at the rim.
double mean_at_rim(const Membrane<2> &membrane, const Vector &field) {
  std::vector<double> values;
  std::vector<double> sums(2, 0.);
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && cell->at_boundary())
      for (const unsigned int face : cell->face_indices())
        if (at_rim(cell, face)) {
          membrane.cell_scalar_values(cell, field, values);
          for (unsigned int v = 0; v < 2; ++v) {
            sums[0] += values[GeometryInfo<2>::face_to_cell_vertices(face, v)];
            sums[1] += 1.;
          }
        }
  Utilities::MPI::sum(sums, membrane.communicator(), sums);
  return sums[1] > 0. ? sums[0] / sums[1] : 0.;
}

// The surface as it was before a pass, to be looked up.
class OldSurface {
public:
  explicit OldSurface(const Membrane<2> &membrane)
      : membrane(membrane), nodes(membrane.degree()), positions(membrane.positions()) {
    std::vector<Index> indices;
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (!cell->is_artificial()) {
        membrane.cell_position_indices(cell, indices);
        for (unsigned int v = 0; v < n_vertices; ++v)
          cells_at[indices[3 * v]].push_back(cell);
      }
  }

  struct Place {
    Cell cell;
    Point<2> xi;
    Vector3 x, normal;
  };

  // The cells around the vertex, edge or cell that has the place @p xi of @p cell inside; a rank
  // that owns a node there knows them all, so that the answer does not hang on who asks.
  std::vector<Cell> cells_around(const Cell &cell, const Point<2> &xi) const {
    std::vector<Index> indices;
    membrane.cell_position_indices(cell, indices);
    std::vector<Cell> cells;
    for (unsigned int v = 0; v < n_vertices; ++v) {
      bool of_entity = true;
      for (unsigned int d = 0; d < 2; ++d)
        if (std::abs(xi[d]) < 1e-12 || std::abs(xi[d] - 1.) < 1e-12)
          of_entity &= std::abs(xi[d] - nodes.point(v)[d]) < 1e-12;
      if (of_entity)
        for (const Cell &candidate : cells_at.at(indices[3 * v]))
          if (std::find(cells.begin(), cells.end(), candidate) == cells.end())
            cells.push_back(candidate);
    }
    return cells;
  }

  // The closest point to y on the given cells.
  Place closest(const std::vector<Cell> &cells, const Vector3 &y) const {
    Place best{cells[0], Point<2>(), Vector3(), Vector3()};
    double least = std::numeric_limits<double>::max();
    std::vector<double> nodal;
    for (const Cell &cell : cells) {
      membrane.cell_vector_values(cell, positions, nodal);
      const CellMap<2> map(nodes, nodal);
      const Point<2> xi = map.closest(y);
      const auto value = map.value(xi);
      if ((value.x - y).norm_square() < least) {
        least = (value.x - y).norm_square();
        const Vector3 normal = cross_product_3d(value.first[0], value.first[1]);
        best = {cell, xi, value.x, normal / normal.norm()};
      }
    }
    return best;
  }

  // A point near y of a smoother surface through the nodes: over the tangent plane at the closest
  // point, a cubic polynomial fitted to the nodes around by moving least squares (P. Lancaster and
  // K. Salkauskas, Math. Comp. 37, 141, 1981). The piecewise quadratic surface itself has slopes
  // that jump, and bending would feel each node that has moved along it.
  Vector3 smooth_point(const std::vector<Cell> &cells, const Vector3 &y) const {
    constexpr unsigned int n_terms = 10;
    // Nodes that face another way than this (cosine) belong to another part of the surface.
    constexpr double facing = 0.3;
    const Place place = closest(cells, y);
    const Vector3 &n = place.normal;
    unsigned int smallest = 0;
    for (unsigned int d = 1; d < 3; ++d)
      if (std::abs(n[d]) < std::abs(n[smallest]))
        smallest = d;
    Vector3 e1;
    e1[smallest] = 1.;
    e1 -= n[smallest] * n;
    e1 /= e1.norm();
    const Vector3 e2 = cross_product_3d(n, e1);

    std::vector<double> nodal;
    membrane.cell_vector_values(place.cell, positions, nodal);
    const double size =
        std::sqrt((at(nodal, 1) - at(nodal, 0)).norm() * (at(nodal, 2) - at(nodal, 0)).norm());
    FullMatrix<double> normal_matrix(n_terms, n_terms);
    dealii::Vector<double> right(n_terms), coefficients(n_terms);
    std::set<Index> seen;
    unsigned int n_facing = 0;
    std::vector<Index> indices;
    std::array<double, n_terms> terms;
    for (const Cell &cell : cells) {
      membrane.cell_vector_values(cell, positions, nodal);
      membrane.cell_position_indices(cell, indices);
      const CellMap<2> map(nodes, nodal);
      for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
        if (!seen.insert(indices[3 * a]).second)
          continue;
        const auto value = map.value(nodes.point(a));
        const Vector3 normal = cross_product_3d(value.first[0], value.first[1]);
        const double sign = Membrane<2>::orientation(cell) * Membrane<2>::orientation(place.cell);
        if (sign * (normal * n) < facing * normal.norm())
          continue;
        ++n_facing;
        const Vector3 offset = (value.x - place.x) / size;
        const double u = offset * e1, v = offset * e2, d2 = offset.norm_square(),
                     weight = 1. / ((1e-2 + d2) * (1e-2 + d2));
        terms = {{1., u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v}};
        for (unsigned int i = 0; i < n_terms; ++i) {
          right(i) += weight * terms[i] * (offset * n);
          for (unsigned int j = 0; j < n_terms; ++j)
            normal_matrix(i, j) += weight * terms[i] * terms[j];
        }
      }
    }
    if (n_facing < 15) // a corner of the rim, or a neck with few cells around it
      return place.x;
    normal_matrix.gauss_jordan();
    normal_matrix.vmult(coefficients, right);
    return place.x + size * coefficients(0) * n;
  }

private:
  const Membrane<2> &membrane;
  CellNodes<2> nodes;
  Vector positions;
  std::map<Index, std::vector<Cell>> cells_at;
};

// Inverse of a symmetric positive 2x2 metric of determinant 1 after its aspect ratio (ratio of
// lengths, the root of that of the eigenvalues) has been limited.
Tensor<2, 2> inverse_limited_metric(Tensor<2, 2> g, const double largest_aspect_ratio) {
  g /= std::sqrt(determinant(g));
  // Eigenvalues m and 1/m with m + 1/m the trace.
  const double half = 0.5 * trace(g), root = std::sqrt(std::max(half * half - 1., 0.)),
               m = half + root, limit = largest_aspect_ratio;
  Tensor<2, 2> unit;
  unit[0][0] = unit[1][1] = 1.;
  if (m > limit) {
    // The traceless part scales with (m - 1/m) / 2.
    g = 0.5 * (limit + 1. / limit) * unit + 0.5 * (limit - 1. / limit) / root * (g - half * unit);
  }
  return invert(g);
}
} // namespace

double mesh_quality(const Membrane<2> &membrane) {
  const CellNodes<2> nodes(membrane.degree());
  const QGauss<2> points(membrane.degree() + 1);
  std::vector<double> nodal;
  double worst = 1.;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, nodal);
      const CellMap<2> map(nodes, nodal);
      for (const Point<2> &xi : points.get_points()) {
        const auto x = map.value(xi);
        worst = std::min(worst, 2. * cross_product_3d(x.first[0], x.first[1]).norm() /
                                    (x.first[0].norm_square() + x.first[1].norm_square()));
      }
    }
  return Utilities::MPI::min(worst, membrane.communicator());
}

SurfaceMotion::SurfaceMotion(Membrane<2> &membrane, std::optional<double> rim_radius)
    : membrane(membrane), rim_radius(rim_radius) {}

double SurfaceMotion::rim_displacement() const {
  if (!rim_radius)
    return 0.;
  const CellNodes<2> nodes(membrane.degree());
  std::vector<double> nodal;
  double worst = 0.;
  for_each_rim_node(
      membrane, nodes, [&](const Cell &cell, const unsigned int face, unsigned int a) {
        membrane.cell_positions(cell, nodal);
        const Vector3 x = at(nodal, a);
        const unsigned int corner = face % 2 << face / 2,
                           inner = (1 - face % 2)
                                   << face / 2; // opposite ends of an edge to the rim
        const double cell_size = (at(nodal, corner) - at(nodal, inner)).norm();
        worst = std::max(worst, std::abs(std::hypot(x[0], x[1]) - *rim_radius) / cell_size);
      });
  return Utilities::MPI::max(worst, membrane.communicator());
}

// Means of the normals of the cells around each node, weighted with area; not normalised.
Vector SurfaceMotion::nodal_normals() const {
  SurfaceValues<2> surface(membrane.degree());
  Vector sums = membrane.vector_field(false);
  std::vector<double> x;
  std::vector<Index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_position_indices(cell, indices);
      surface.reinit(x, Membrane<2>::orientation(cell));
      std::vector<double> local(x.size(), 0.);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int a = 0; a < surface.n_vector_nodes(); ++a)
          for (unsigned int d = 0; d < 3; ++d)
            local[3 * a + d] +=
                surface.weight(q) * surface.node_shape(q, 0, a) * surface.normal(q)[d];
      sums.add(indices, local);
    }
  sums.compress(VectorOperation::add);
  Vector normals = membrane.vector_field(true);
  normals = sums;
  return normals;
}

Vector SurfaceMotion::displacement(const double largest_aspect_ratio) const {
  const auto &dofs = membrane.position_dofs();
  const MPI_Comm communicator = membrane.communicator();
  const AffineConstraints<double> &hanging = membrane.position_constraints();
  const IndexSet &owned = dofs.locally_owned_dofs(), &relevant = membrane.relevant_position_dofs();
  DynamicSparsityPattern pattern(relevant);
  DoFTools::make_sparsity_pattern(dofs, pattern, hanging, true);
  SparsityTools::distribute_sparsity_pattern(pattern, owned, communicator, relevant);
  PETScWrappers::MPI::SparseMatrix matrix;
  matrix.reinit(owned, owned, pattern, communicator);
  Vector right = membrane.vector_field(false), solution = membrane.vector_field(false);
  const Vector normals = nodal_normals();

  SurfaceValues<2> surface(membrane.degree());
  const CellNodes<2> nodes(membrane.degree());
  const QGauss<2> rule(membrane.degree() + 2);
  const unsigned int n_nodes = surface.n_vector_nodes(), n = 3 * n_nodes;
  FullMatrix<double> local(n, n);
  dealii::Vector<double> local_right(n);
  std::vector<double> x, nu;
  std::vector<Index> indices;
  std::vector<ReferenceVector<2>> derivatives;
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_vector_values(cell, normals, nu);
      membrane.cell_position_indices(cell, indices);
      surface.reference_field(x, derivatives);
      local = 0.;
      local_right = 0.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        Tensor<2, 2> g;
        for (unsigned int d = 0; d < 2; ++d)
          for (unsigned int e = 0; e < 2; ++e)
            for (unsigned int c = 0; c < 3; ++c)
              g[d][e] += derivatives[q][3 * (1 + d) + c] * derivatives[q][3 * (1 + e) + c];
        const Tensor<2, 2> weight =
            rule.weight(q) * inverse_limited_metric(g, largest_aspect_ratio);
        for (unsigned int a = 0; a < n_nodes; ++a)
          for (unsigned int d = 0; d < 2; ++d)
            for (unsigned int e = 0; e < 2; ++e) {
              const double factor = weight[d][e] * surface.node_shape(q, 1 + d, a);
              for (unsigned int b = 0; b < n_nodes; ++b) {
                const double entry = factor * surface.node_shape(q, 1 + e, b);
                for (unsigned int c = 0; c < 3; ++c)
                  local(3 * a + c, 3 * b + c) += entry;
              }
              for (unsigned int c = 0; c < 3; ++c)
                local_right(3 * a + c) -= factor * derivatives[q][3 * (1 + e) + c];
            }
      }
      // Every cell holds its nodes in their tangent planes.
      for (unsigned int a = 0; a < n_nodes; ++a) {
        Vector3 normal = at(nu, a);
        normal /= std::max(normal.norm(), 1e-300);
        for (unsigned int c = 0; c < 3; ++c)
          for (unsigned int d = 0; d < 3; ++d)
            local(3 * a + c, 3 * a + d) += condition_weight * normal[c] * normal[d];
      }
      // And those at the rim on its circle.
      if (cell->at_boundary())
        for (const unsigned int face : cell->face_indices())
          if (at_rim(cell, face))
            for (unsigned int a = 0; a < n_nodes; ++a)
              if (std::abs(nodes.point(a)[face / 2] - face % 2) < 1e-12) {
                const double r = std::hypot(x[3 * a], x[3 * a + 1]);
                const double out[2] = {x[3 * a] / r, x[3 * a + 1] / r};
                for (unsigned int c = 0; c < 2; ++c) {
                  for (unsigned int d = 0; d < 2; ++d)
                    local(3 * a + c, 3 * a + d) += condition_weight * out[c] * out[d];
                  local_right(3 * a + c) +=
                      condition_weight * out[c] * (rim_radius ? *rim_radius - r : 0.);
                }
              }
      hanging.distribute_local_to_global(local, local_right, indices, matrix, right);
    }
  matrix.compress(VectorOperation::add);
  right.compress(VectorOperation::add);

  SolverControl control(2000, 1e-8 * right.l2_norm() + 1e-300);
  PETScWrappers::SolverCG solver(control, communicator);
  PETScWrappers::PreconditionBlockJacobi preconditioner(matrix);
  solver.solve(matrix, solution, right, preconditioner);
  hanging.distribute(solution);

  // No node farther than a share of the smallest cell around it.
  Vector readable = membrane.vector_field(true);
  readable = solution;
  double largest = 0.;
  std::vector<double> s;
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_vector_values(cell, readable, s);
      double shortest = std::numeric_limits<double>::max();
      for (const auto &edge : {std::make_pair(0, 1), {2, 3}, {0, 2}, {1, 3}})
        shortest = std::min(shortest, (at(x, edge.first) - at(x, edge.second)).norm());
      for (unsigned int a = 0; a < n_nodes; ++a)
        largest = std::max(largest, at(s, a).norm() / shortest);
    }
  largest = Utilities::MPI::max(largest, communicator);
  if (largest > largest_move) {
    solution *= largest_move / largest;
    readable = solution;
  }
  return readable;
}

std::optional<double> SurfaceMotion::redistribute(const double largest_aspect_ratio,
                                                  Vector &material_area,
                                                  std::vector<ConservedField> &fields,
                                                  const std::vector<Vector *> &interpolated) {
  const auto &dofs = membrane.position_dofs();
  // The material of a rim without a place of its own stays there.
  const auto area_in_reach = [&] { return rim_radius ? area_within_rim(membrane) : 0.; };
  const double quality_before = mesh_quality(membrane), rim_before = area_in_reach(),
               area_before = membrane.area();
  const OldSurface old(membrane);
  const Vector start = membrane.positions(), move = displacement(largest_aspect_ratio);
  const CellNodes<2> nodes(membrane.degree());

  // Nodes on the rim go around it, also to where the surface has not been: it is flat there.
  std::map<Index, double> moved;
  std::vector<double> x, s;
  std::vector<Index> indices;
  const IndexSet &owned = dofs.locally_owned_dofs();
  for_each_rim_node(membrane, nodes, [&](const Cell &cell, unsigned int, const unsigned int a) {
    membrane.cell_position_indices(cell, indices);
    membrane.cell_positions(cell, x);
    membrane.cell_vector_values(cell, move, s);
    const Vector3 from = at(x, a), to = from + at(s, a);
    const double r = rim_radius ? std::hypot(from[0], from[1]) +
                                      std::clamp(*rim_radius - std::hypot(from[0], from[1]),
                                                 -at(s, a).norm(), at(s, a).norm())
                                : std::hypot(from[0], from[1]),
                 scale = r / std::hypot(to[0], to[1]);
    const double target[3] = {to[0] * scale, to[1] * scale, from[2]};
    for (unsigned int c = 0; c < 3; ++c)
      if (owned.is_element(indices[3 * a + c]))
        moved[indices[3 * a + c]] = target[c];
  });
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_position_indices(cell, indices);
      membrane.cell_positions(cell, x);
      membrane.cell_vector_values(cell, move, s);
      for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
        if (!owned.is_element(indices[3 * a]) || moved.count(indices[3 * a]) > 0)
          continue;
        const Vector3 point =
            old.smooth_point(old.cells_around(cell, nodes.point(a)), at(x, a) + at(s, a));
        for (unsigned int c = 0; c < 3; ++c)
          moved[indices[3 * a + c]] = point[c];
      }
    }
  Vector positions = membrane.vector_field(false);
  for (const auto &[index, value] : moved)
    positions(index) = value;
  positions.compress(VectorOperation::insert);
  membrane.position_constraints().distribute(positions);
  Vector readable = membrane.vector_field(true);
  readable = positions;
  membrane.set_positions(readable);
  const double quality = mesh_quality(membrane);
  if (quality < quality_before && rim_displacement() == 0.) {
    membrane.set_positions(start);
    return {};
  }

  // Scalar fields at the new nodes: where these lie on the old surface.
  const std::vector<Vector *> &sources = interpolated;
  std::vector<Vector> values(sources.size(), membrane.scalar_vector(false));
  const FE_Q<2> scalar_element(scalar_degree);
  std::vector<double> old_values;
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned() && !sources.empty()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      const CellMap<2> map(nodes, x);
      for (unsigned int a = 0; a < indices.size(); ++a) {
        if (!membrane.scalar_dofs().locally_owned_dofs().is_element(indices[a]))
          continue;
        const Point<2> xi = scalar_element.unit_support_point(a);
        const auto place = old.closest(old.cells_around(cell, xi), map.value(xi).x);
        for (unsigned int f = 0; f < sources.size(); ++f) {
          membrane.cell_scalar_values(place.cell, *sources[f], old_values);
          double value = 0.;
          for (unsigned int b = 0; b < old_values.size(); ++b)
            value += scalar_element.shape_value(b, place.xi) * old_values[b];
          values[f](indices[a]) = value;
        }
      }
    }
  for (unsigned int f = 0; f < sources.size(); ++f) {
    values[f].compress(VectorOperation::insert);
    membrane.scalar_constraints().distribute(values[f]);
  }

  // What passed the rim; the rest of the material is where it was.
  const double left = rim_before - area_in_reach(), area_after = membrane.area();
  Vector areas = membrane.tension_vector(false);
  areas = membrane.shape_areas();
  areas *= (membrane.total_area(material_area) - left) / area_after;
  material_area = areas;

  // The content that the new shape functions find on the old surface.
  std::vector<Vector> contents(fields.size(), membrane.scalar_vector(false));
  SurfaceValues<2> surface(membrane.degree());
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned() && !fields.empty()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<2>::orientation(cell));
      std::vector<std::vector<double>> local(fields.size(),
                                             std::vector<double>(indices.size(), 0.));
      const std::vector<Cell> cells = old.cells_around(cell, Point<2>(0.5, 0.5));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        auto place = old.closest({cell}, surface.point(q)); // most stay in their cell
        const Point<2> &xi = place.xi;
        if (std::min({xi[0], xi[1], 1. - xi[0], 1. - xi[1]}) <= 0.)
          place = old.closest(cells, surface.point(q));
        for (unsigned int f = 0; f < fields.size(); ++f) {
          membrane.cell_scalar_values(place.cell, fields[f].density, old_values);
          double value = 0.;
          for (unsigned int b = 0; b < old_values.size(); ++b)
            value += scalar_element.shape_value(b, place.xi) * old_values[b];
          for (unsigned int j = 0; j < indices.size(); ++j)
            local[f][j] += surface.weight(q) * value * surface.scalar_shape(q, j).value;
        }
      }
      for (unsigned int f = 0; f < fields.size(); ++f)
        membrane.scalar_constraints().distribute_local_to_global(local[f], indices, contents[f]);
    }

  const BoundedDensity<2> space(membrane);
  for (unsigned int f = 0; f < fields.size(); ++f) {
    ConservedField &field = fields[f];
    // Outside the rim is what the membrane has there, or the reservoir's.
    field.outflow =
        left < 0. ? left * field.reservoir_density : left * mean_at_rim(membrane, field.density);
    const double wanted = field.total - field.outflow;
    contents[f].compress(VectorOperation::add);
    // The area of the shape has changed by the error of its interpolation; a uniform field stays
    // so.
    Vector sharp = membrane.scalar_vector(false);
    sharp = space.projected(contents[f]);
    sharp *= (area_before - left) / area_after;
    field.density = field.bounds ? space.clipped(sharp, *field.bounds, wanted)
                                 : space.with_total(sharp, wanted);
    field.content = space.content(field.density);
  }
  for (unsigned int k = 0; k < interpolated.size(); ++k)
    *interpolated[k] = values[k];
  return left;
}

bool smooth_along_surface(Membrane<2> &membrane) {
  constexpr unsigned int largest_number_of_passes = 30;
  constexpr double wanted_improvement = 1.25, aspect_ratio = 1.2;
  const Vector start = membrane.positions();
  const double quality_before = mesh_quality(membrane);
  SurfaceMotion motion(membrane);
  std::vector<ConservedField> no_fields;
  double quality = quality_before;
  for (unsigned int i = 0;
       i < largest_number_of_passes && quality < wanted_improvement * quality_before; ++i) {
    Vector area = membrane.shape_areas();
    if (!motion.redistribute(aspect_ratio, area, no_fields, {}))
      break;
    quality = mesh_quality(membrane);
  }
  if (quality > quality_before)
    return true;
  membrane.set_positions(start);
  return false;
}
} // namespace fusogen
