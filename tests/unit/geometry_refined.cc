// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A membrane is built again from its coarse mesh, its leaves and the values at their nodes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "surfaces.h"

#include <deal.II/base/mpi.h>
#include <deal.II/grid/cell_id.h>

using namespace fusogen;
using namespace fusogen::test;
using namespace dealii;

namespace {
/// Ids and nodal positions of the owned cells.
template <int dim> std::map<CellId, std::vector<double>> cells_of(const Membrane<dim> &membrane) {
  std::map<CellId, std::vector<double>> cells;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned())
      membrane.cell_positions(cell, cells[membrane.cell_id(cell)]);
  return cells;
}

/// The cells of all processes.
template <class Cells> Cells gathered(const Cells &cells) {
  Cells all;
  for (const auto &part : Utilities::MPI::all_gather(MPI_COMM_WORLD, cells))
    all.insert(part.begin(), part.end());
  return all;
}

template <int dim>
std::unique_ptr<Membrane<dim>> built_again(const CoarseMesh<dim> &mesh,
                                           const std::map<CellId, std::vector<double>> &cells,
                                           unsigned int degree) {
  auto membrane = std::make_unique<Membrane<dim>>(MPI_COMM_WORLD, degree);
  membrane->create_refined(mesh, [&](const std::function<void(const CellId &)> &visit) {
    for (const auto &[id, values] : cells)
      visit(id);
  });
  fusogen::Vector positions = membrane->vector_field(false);
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane->cell_position_indices(cell, indices);
      const auto &values = cells.at(membrane->cell_id(cell));
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (positions.in_local_range(indices[i]))
          positions(indices[i]) = values[i];
    }
  positions.compress(VectorOperation::insert);
  membrane->set_positions(positions);
  return membrane;
}

template <int dim> void check_same(const Membrane<dim> &a, const Membrane<dim> &b) {
  BOOST_CHECK(gathered(cells_of(a)) == gathered(cells_of(b)));
  BOOST_CHECK_EQUAL(a.triangulation().n_global_active_cells(),
                    b.triangulation().n_global_active_cells());
  const CoarseMesh<dim> mesh = a.coarse_mesh(), other = b.coarse_mesh();
  BOOST_CHECK(mesh.vertices == other.vertices);
  BOOST_CHECK(mesh.edges == other.edges);
  for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
    BOOST_CHECK(mesh.cells[c].vertices == other.cells.at(c).vertices);
    BOOST_CHECK_EQUAL(mesh.cells[c].material_id, other.cells[c].material_id);
  }
  BOOST_CHECK_CLOSE(a.area(), b.area(), 1e-10);
}
} // namespace

BOOST_AUTO_TEST_SUITE(geometry_refined)

BOOST_AUTO_TEST_CASE(meridian) {
  Membrane<1> membrane(MPI_COMM_WORLD, 3);
  const Profile patch = sphere(10), vesicle = prolate(20, 0.8);
  GradingParameters grading;
  grading.n_cells = 17;
  membrane.create_meridian(
      {{patch, graded_nodes(patch, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
       {vesicle, graded_nodes(vesicle, grading), Component::vesicle, Edge::axis, Edge::axis}});
  const auto again = built_again(membrane.coarse_mesh(), gathered(cells_of(membrane)), 3);
  check_same(membrane, *again);
  BOOST_CHECK(membrane.curves() == again->curves());
}

BOOST_AUTO_TEST_CASE(vesicle_in_space) {
  const auto membrane = closed_membrane<2>(prolate(20, 0.8), 2);
  check_same(*membrane, *built_again(membrane->coarse_mesh(), gathered(cells_of(*membrane)), 2));
}

// Two patches of six cells each, refined unevenly, with hanging nodes inside and across the edges
// of coarse cells.
BOOST_AUTO_TEST_CASE(open_surface_with_hanging_nodes) {
  QuadMesh quads;
  for (const Component component : {Component::plasma_membrane, Component::vesicle}) {
    const unsigned int first = quads.vertices.size();
    for (unsigned int j = 0; j < 3; ++j)
      for (unsigned int i = 0; i < 4; ++i)
        quads.vertices.emplace_back(i, j, 5. * static_cast<unsigned int>(component));
    for (unsigned int j = 0; j < 2; ++j)
      for (unsigned int i = 0; i < 3; ++i) {
        const unsigned int v = first + 4 * j + i;
        quads.cells.push_back({{{v, v + 1, v + 4, v + 5}}, component});
      }
  }
  Membrane<2> flat(MPI_COMM_WORLD, 2);
  flat.create_surface(quads, 0, [&](const unsigned int c, const Point<2> &xi) {
    return quads.vertices[quads.cells[c].corners[0]] + Point<3>(xi[0], xi[1], 0.);
  });

  // The corner of cell 1 that is child 0 of child 3 of child 0, and what keeps the mesh balanced.
  std::map<CellId, std::vector<double>> leaves;
  const auto leaf = [&](const unsigned int coarse, const std::vector<std::uint8_t> &children) {
    leaves[CellId(coarse, children)].resize(27, 0.);
  };
  for (const unsigned int c : {1u, 2u})
    for (std::uint8_t child = 0; child < 4; ++child)
      if (c == 1 && child == 3)
        for (std::uint8_t grandchild = 0; grandchild < 4; ++grandchild)
          leaf(c, {child, grandchild});
      else
        leaf(c, {child});
  for (const unsigned int c : {0u, 3u, 4u, 5u})
    for (std::uint8_t child = 0; child < 4; ++child)
      leaf(c, {child});
  for (unsigned int c = 6; c < 12; ++c)
    leaf(c, {});
  auto uneven = built_again(flat.coarse_mesh(), leaves, 2);
  // Nodal values that tell every node of every cell from all others.
  fusogen::Vector positions = uneven->vector_field(false);
  for (const auto i : uneven->position_dofs().locally_owned_dofs())
    positions(i) = std::sin(1. + i);
  positions.compress(VectorOperation::insert);
  uneven->set_positions(positions);

  const auto cells = gathered(cells_of(*uneven));
  BOOST_CHECK_EQUAL(cells.size(), leaves.size());
  for (const auto &[id, values] : leaves)
    BOOST_CHECK(cells.count(id) == 1);
  check_same(*uneven, *built_again(uneven->coarse_mesh(), cells, 2));
}

BOOST_AUTO_TEST_SUITE_END()
