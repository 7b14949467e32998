// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/gathered_surface.h"

#include <deal.II/base/mpi.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/vector.h>

#include <stdexcept>

namespace fusogen {
using namespace dealii;

GatheredSurface::GatheredSurface(const Membrane<2> &membrane, const FieldsThroughEvent &fields,
                                 const CoarseCells coarse_cells)
    : coarse_mesh(membrane.coarse_mesh()), nodes(membrane.degree()), scalar_nodes(scalar_degree),
      tension_element(std::max(1u, membrane.degree() - 1)), scalar_fields(fields.all().size()) {
  // Each leaf as one row of numbers: positions, scalars, density.
  const unsigned int n_positions = 3 * nodes.n_nodes(), n_scalars = scalar_nodes.n_nodes(),
                     n_density = tension_element.n_dofs_per_cell();
  std::map<CellId, std::vector<double>> own;
  SurfaceValues<2> surface(membrane.degree());
  std::vector<double> values;
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      std::vector<double> &row = own[membrane.cell_id(cell)];
      membrane.cell_positions(cell, row);
      surface.reinit(row, Membrane<2>::orientation(cell));
      for (const auto &[field, amount] : fields.all()) {
        membrane.cell_scalar_values(cell, *field, values);
        row.insert(row.end(), values.begin(), values.end());
      }
      dealii::Vector<double> density(n_density), area(n_density);
      if (fields.material_area != nullptr) {
        membrane.cell_tension_indices(cell, indices);
        for (unsigned int j = 0; j < n_density; ++j)
          area(j) = (*fields.material_area)(indices[j]);
        FullMatrix<double> mass(n_density);
        for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
          for (unsigned int i = 0; i < n_density; ++i)
            for (unsigned int j = 0; j < n_density; ++j)
              mass(i, j) +=
                  surface.weight(q) * surface.tension_shape(q, i) * surface.tension_shape(q, j);
        mass.gauss_jordan();
        mass.vmult(density, area);
      }
      row.insert(row.end(), density.begin(), density.end());
    }

  if (coarse_cells == CoarseCells::leaves)
    make_leaves_coarse(membrane);
  tree.resize(coarse_mesh.cells.size());
  for (const auto &part : Utilities::MPI::all_gather(membrane.communicator(), own))
    for (const auto &[id, row] : part) {
      Leaf leaf;
      auto next = row.begin();
      const auto take = [&](const unsigned int n) {
        const std::vector<double> taken(next, next + n);
        next += n;
        return taken;
      };
      leaf.positions = take(n_positions);
      for (unsigned int f = 0; f < scalar_fields; ++f)
        leaf.scalars.push_back(take(n_scalars));
      leaf.density = take(n_density);

      unsigned int node = cell_of(id);
      if (coarse_cells == CoarseCells::of_membrane)
        for (const auto child : id.get_child_indices()) {
          if (tree[node].children[child] < 0) {
            tree[node].children[child] = tree.size();
            tree.emplace_back();
          }
          node = tree[node].children[child];
        }
      else
        for (unsigned int v = 0; v < 4; ++v) // the first nodes
          for (unsigned int d = 0; d < 3; ++d)
            coarse_mesh.vertices[coarse_mesh.cells[node].vertices[v]][d] =
                leaf.positions[3 * v + d];
      tree[node].leaf = leaves.size();
      leaves.push_back(std::move(leaf));
    }
}

void GatheredSurface::make_leaves_coarse(const Membrane<2> &membrane) {
  if (membrane.triangulation().has_hanging_nodes())
    throw std::invalid_argument("The cells around the neck are not all equally fine.");
  // Of each leaf the corners (named by their degrees of freedom), what its faces are (0: inside),
  // and the material.
  std::map<CellId, std::vector<types::global_dof_index>> own, all;
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_position_indices(cell, indices);
      auto &row = own[membrane.cell_id(cell)];
      for (unsigned int v = 0; v < 4; ++v)
        row.push_back(indices[3 * v]);
      for (unsigned int f = 0; f < 4; ++f)
        row.push_back(cell->at_boundary(f) ? cell->face(f)->boundary_id() : 0);
      row.push_back(cell->material_id());
    }
  for (const auto &part : Utilities::MPI::all_gather(membrane.communicator(), own))
    all.insert(part.begin(), part.end());

  // Vertices are numbered as the cells meet them, the same on any number of ranks.
  CoarseMesh<2> mesh;
  std::map<types::global_dof_index, unsigned int> vertices;
  for (const auto &[id, row] : all) {
    const unsigned int number = mesh.cells.size();
    number_of_leaf[id] = number;
    CellData<2> cell;
    for (unsigned int v = 0; v < 4; ++v) {
      cell.vertices[v] = vertices.insert({row[v], vertices.size()}).first->second;
      if (row[4 + v] != 0)
        mesh.edges[{number, v}] = Edge(row[4 + v]);
    }
    cell.material_id = row[8];
    mesh.cells.push_back(cell);
  }
  mesh.vertices.resize(vertices.size());
  coarse_mesh = mesh;
}

GatheredSurface::Place GatheredSurface::locate(const unsigned int cell, Point<2> p) const {
  unsigned int node = cell, level = 0;
  while (tree[node].leaf < 0) {
    const unsigned int child = (p[0] >= 0.5 ? 1 : 0) + (p[1] >= 0.5 ? 2 : 0);
    p = Point<2>(2. * p[0] - child % 2, 2. * p[1] - child / 2);
    node = tree[node].children[child];
    ++level;
  }
  return {&leaves[tree[node].leaf], p, level};
}

CellMap<2>::Value GatheredSurface::value(const unsigned int cell, const Point<2> &p) const {
  const Place place = locate(cell, p);
  CellMap<2>::Value value = CellMap<2>(nodes, place.leaf->positions).value(place.xi);
  const double factor = std::ldexp(1., place.level);
  for (unsigned int d = 0; d < 2; ++d) {
    value.first[d] *= factor;
    for (unsigned int e = 0; e < 2; ++e)
      value.second[d][e] *= factor * factor;
  }
  return value;
}

double GatheredSurface::scalar(const unsigned int field, const unsigned int cell,
                               const Point<2> &p) const {
  const Place place = locate(cell, p);
  const std::vector<double> &values = place.leaf->scalars[field];
  const unsigned int n = scalar_nodes.n_nodes_1d();
  double sum = 0.;
  for (unsigned int k = 0; k < scalar_nodes.n_nodes(); ++k)
    sum += values[scalar_nodes.node(k)] * scalar_nodes.polynomial(k % n).value(place.xi[0]) *
           scalar_nodes.polynomial(k / n).value(place.xi[1]);
  return sum;
}

Tensor<1, 3> GatheredSurface::normal(const unsigned int cell, const Point<2> &p) const {
  const CellMap<2>::Value x = value(cell, p);
  const Tensor<1, 3> normal = cross_product_3d(x.first[0], x.first[1]);
  return (inward(cell) ? -1. : 1.) * normal / normal.norm();
}

unsigned int GatheredSurface::level(const unsigned int cell, const Point<2> &p) const {
  return locate(cell, p).level;
}

double GatheredSurface::material_density(const unsigned int cell, const Point<2> &p) const {
  const Place place = locate(cell, p);
  double sum = 0.;
  for (unsigned int j = 0; j < place.leaf->density.size(); ++j)
    sum += place.leaf->density[j] * tension_element.shape_value(j, place.xi);
  return sum;
}
} // namespace fusogen
