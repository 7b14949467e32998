// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/topology_change.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/grid/cell_id.h>
#include <deal.II/lac/affine_constraints.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <set>

namespace fusogen {
using namespace dealii;

namespace {
std::pair<unsigned int, unsigned int> face_vertices(const CellData<2> &cell,
                                                    const unsigned int face) {
  return std::minmax<unsigned int>(cell.vertices[GeometryInfo<2>::face_to_cell_vertices(face, 0)],
                                   cell.vertices[GeometryInfo<2>::face_to_cell_vertices(face, 1)]);
}

Vector3 vector_at(const Vector &field, const std::vector<types::global_dof_index> &indices,
                  const unsigned int node) {
  return Vector3(
      {field(indices[3 * node]), field(indices[3 * node + 1]), field(indices[3 * node + 2])});
}

void add_at(Vector &field, const std::vector<types::global_dof_index> &indices,
            const unsigned int node, const Vector3 &value) {
  for (unsigned int c = 0; c < 3; ++c)
    field(indices[3 * node + c]) += value[c];
}

// Unit normals at the nodes, averaged over the cells around them (ghosted).
Vector nodal_normals(const Membrane<2> &membrane) {
  const CellNodes<2> nodes(membrane.degree());
  Vector sums = membrane.vector_field(false);
  std::vector<double> nodal;
  std::vector<types::global_dof_index> indices;
  const auto for_each_cell = [&](const auto &function) {
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        membrane.cell_position_indices(cell, indices);
        function(cell);
      }
  };
  for_each_cell([&](const auto &cell) {
    membrane.cell_positions(cell, nodal);
    const CellMap<2> map(nodes, nodal);
    for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
      const CellMap<2>::Value x = map.value(nodes.point(a));
      const Vector3 normal = cross_product_3d(x.first[0], x.first[1]);
      add_at(sums, indices, a, Membrane<2>::orientation(cell) / normal.norm() * normal);
    }
  });
  sums.compress(VectorOperation::add);
  Vector readable = membrane.vector_field(true), normals = membrane.vector_field(false);
  readable = sums;
  for_each_cell([&](const auto &) {
    for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
      if (normals.in_local_range(indices[3 * a])) {
        const Vector3 sum = vector_at(readable, indices, a), normal = sum / sum.norm();
        for (unsigned int c = 0; c < 3; ++c)
          normals(indices[3 * a + c]) = normal[c];
      }
  });
  normals.compress(VectorOperation::insert);
  AffineConstraints<double> hanging(membrane.relevant_position_dofs());
  DoFTools::make_hanging_node_constraints(membrane.position_dofs(), hanging);
  hanging.close();
  hanging.distribute(normals);
  readable = normals;
  return readable;
}
} // namespace

double TopologyLedger::gaussian_energy_change() const {
  return 2. * numbers::PI * (after.euler_characteristic - before.euler_characteristic);
}

double area_of(const Membrane<2> &membrane, const std::vector<bool> &wanted) {
  return area_of(membrane, [&](const CellId &leaf) { return wanted[leaf.get_coarse_cell_id()]; });
}

double area_of(const Membrane<2> &membrane, const std::function<bool(const CellId &leaf)> &wanted) {
  SurfaceValues<2> surface(membrane.degree());
  std::vector<double> x;
  double sum = 0.;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && wanted(membrane.cell_id(cell))) {
      membrane.cell_positions(cell, x);
      surface.reinit(x, Membrane<2>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        sum += surface.weight(q);
    }
  return Utilities::MPI::sum(sum, membrane.communicator());
}

int euler_characteristic(const CoarseMesh<2> &mesh) {
  std::set<std::pair<unsigned int, unsigned int>> edges;
  for (const CellData<2> &cell : mesh.cells)
    for (unsigned int f = 0; f < 4; ++f)
      edges.insert(face_vertices(cell, f));
  return static_cast<int>(mesh.vertices.size() + mesh.cells.size()) -
         static_cast<int>(edges.size());
}

template <int dim> std::vector<unsigned int> connected_pieces(const CoarseMesh<dim> &mesh) {
  std::vector<unsigned int> piece(mesh.cells.size());
  std::iota(piece.begin(), piece.end(), 0u);
  const std::function<unsigned int(unsigned int)> root = [&](const unsigned int c) {
    return piece[c] == c ? c : piece[c] = root(piece[c]);
  };
  constexpr unsigned int n_corners = GeometryInfo<dim>::vertices_per_face;
  std::map<std::array<unsigned int, n_corners>, unsigned int> cell_at;
  for (unsigned int c = 0; c < mesh.cells.size(); ++c)
    for (const unsigned int f : GeometryInfo<dim>::face_indices()) {
      std::array<unsigned int, n_corners> face;
      for (unsigned int v = 0; v < n_corners; ++v)
        face[v] = mesh.cells[c].vertices[GeometryInfo<dim>::face_to_cell_vertices(f, v)];
      std::sort(face.begin(), face.end());
      const auto [neighbour, is_first] = cell_at.insert({face, c});
      if (!is_first)
        piece[root(c)] = root(neighbour->second);
    }
  std::map<unsigned int, unsigned int> numbers;
  std::vector<unsigned int> result;
  for (unsigned int c = 0; c < mesh.cells.size(); ++c)
    result.push_back(numbers.insert({root(c), numbers.size()}).first->second);
  return result;
}

template std::vector<unsigned int> connected_pieces(const CoarseMesh<1> &);
template std::vector<unsigned int> connected_pieces(const CoarseMesh<2> &);

double total_curvature(const Membrane<2> &membrane) {
  const Vector normals = nodal_normals(membrane);
  const CellNodes<2> nodes(membrane.degree());
  const QGauss<2> points(membrane.degree() + 3);
  const QGauss<1> line(membrane.degree() + 3);
  std::vector<double> nodal, nodal_normal;
  std::vector<types::global_dof_index> indices;
  double sum = 0.;
  // Tangents of the rim before and after each of its vertices.
  Vector before = membrane.vector_field(false), after = membrane.vector_field(false);
  // Faces of a cell in the sense that has the surface on the left if its normal is outward:
  // (coordinate that is fixed, its value, direction of the other one).
  struct Side {
    unsigned int fixed;
    double value, direction;
  };
  constexpr Side sides[4] = {{0, 0., -1.}, {0, 1., 1.}, {1, 0., 1.}, {1, 1., -1.}};
  const auto vertex = [](const Side &side, const double along) {
    return side.fixed == 0 ? (side.value > 0. ? 1 : 0) + (along > 0. ? 2 : 0)
                           : (along > 0. ? 1 : 0) + (side.value > 0. ? 2 : 0);
  };
  std::set<types::global_dof_index> rim_vertices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators()) {
    if (!cell->is_locally_owned())
      continue;
    membrane.cell_positions(cell, nodal);
    membrane.cell_vector_values(cell, normals, nodal_normal);
    membrane.cell_position_indices(cell, indices);
    const double orientation = Membrane<2>::orientation(cell);
    const CellMap<2> map(nodes, nodal), gauss_map(nodes, nodal_normal);
    for (unsigned int q = 0; q < points.size(); ++q) {
      // The solid angle of the image of the normalised normals.
      const CellMap<2>::Value n = gauss_map.value(points.point(q));
      sum += points.weight(q) * orientation * (n.x * cross_product_3d(n.first[0], n.first[1])) /
             std::pow(n.x.norm(), 3);
    }
    for (const unsigned int f : cell->face_indices()) {
      if (!cell->at_boundary(f))
        continue;
      Side side = sides[f];
      side.direction *= orientation;
      const unsigned int d = 1 - side.fixed;
      const auto at = [&](const double along) {
        Point<2> xi;
        xi[side.fixed] = side.value;
        xi[d] = along;
        return xi;
      };
      for (unsigned int q = 0; q < line.size(); ++q) {
        const Point<2> xi = at(line.point(q)[0]);
        const CellMap<2>::Value x = map.value(xi);
        const Vector3 n = gauss_map.value(xi).x;
        sum += line.weight(q) * side.direction * (n / n.norm()) *
               cross_product_3d(x.first[d], x.second[d][d]) / x.first[d].norm_square();
      }
      for (const double along : {0., 1.}) {
        const Vector3 tangent = side.direction * map.value(at(along)).first[d];
        const unsigned int v = vertex(side, along);
        add_at((along > 0.) == (side.direction > 0.) ? before : after, indices, v,
               tangent / tangent.norm());
        if (membrane.position_dofs().locally_owned_dofs().is_element(indices[3 * v]))
          rim_vertices.insert(indices[3 * v]);
      }
    }
  }
  before.compress(VectorOperation::add);
  after.compress(VectorOperation::add);
  Vector readable_before = membrane.vector_field(true), readable_after = readable_before;
  readable_before = before;
  readable_after = after;
  // The rim's own vertices, each seen once.
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && cell->at_boundary()) {
      membrane.cell_position_indices(cell, indices);
      for (unsigned int v = 0; v < 4; ++v)
        if (rim_vertices.erase(indices[3 * v]) > 0) {
          const Vector3 in = vector_at(readable_before, indices, v),
                        out = vector_at(readable_after, indices, v),
                        n = vector_at(normals, indices, v);
          sum += std::atan2(n * cross_product_3d(in, out), in * out);
        }
    }
  return Utilities::MPI::sum(sum, membrane.communicator());
}

TopologyState topology_state(const Membrane<2> &membrane) {
  TopologyState state;
  SurfaceValues<2> surface(membrane.degree());
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      surface.reinit(x, Membrane<2>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        state.area += surface.weight(q);
        state.volume += surface.point(q) * surface.normal(q) * surface.weight(q) / 3.;
      }
    }
  state.area = Utilities::MPI::sum(state.area, membrane.communicator());
  state.volume = Utilities::MPI::sum(state.volume, membrane.communicator());
  const CoarseMesh<2> mesh = membrane.coarse_mesh();
  const std::vector<unsigned int> pieces = connected_pieces(mesh);
  state.components = 1 + *std::max_element(pieces.begin(), pieces.end());
  state.euler_characteristic = euler_characteristic(mesh);
  state.total_curvature = total_curvature(membrane);
  return state;
}

void complete(TopologyLedger &ledger, const FieldsThroughEvent &fields,
              const TopologyChange &change) {
  const auto sum_of = [&](const Vector &vector, const unsigned int stride) {
    double sum = 0.;
    const auto [begin, end] = vector.local_range();
    for (auto i = begin; i < end; i += stride)
      sum += static_cast<double>(vector(i));
    return Utilities::MPI::sum(sum, change.membrane->communicator());
  };
  if (fields.material_area != nullptr) {
    // Shape function 0 of a cell is the constant 1.
    const unsigned int n = SurfaceValues<2>(change.membrane->degree()).n_tension_dofs();
    ledger.before.material_area = sum_of(*fields.material_area, n);
    ledger.after.material_area = sum_of(change.material_area, n);
  }
  for (const auto &[field, amount] : fields.all())
    ledger.before.amounts.push_back(amount);
  for (const auto *contents : {&change.contents, &change.density_contents})
    for (const Vector &content : *contents)
      ledger.after.amounts.push_back(sum_of(content, 1));
}
} // namespace fusogen
