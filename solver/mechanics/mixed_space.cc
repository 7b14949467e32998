// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/mixed_space.h"

#include "geometry/topology/topology_change.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>

#include <set>

namespace fusogen {
using namespace dealii;

namespace {
// Vector fields first, then the tension, then the potential.
template <int dim>
FESystem<dim, dim + 1> mixed_element(const unsigned int degree, const Leaflets leaflets) {
  const FE_Q<dim, dim + 1> vectors(degree), scalars(scalar_degree);
  const FE_DGP<dim, dim + 1> tensions(std::max(1u, degree - 1));
  if (leaflets != Leaflets::two)
    return {vectors, 2 * (dim + 1), tensions, 1};
  return {vectors, 3 * (dim + 1), tensions, 1, scalars, 1};
}

template <int dim> std::vector<std::vector<bool>> nodes_on_faces(const unsigned int degree) {
  const FE_Q<dim> nodes(degree);
  std::vector<std::vector<bool>> on_face;
  for (const unsigned int face : GeometryInfo<dim>::face_indices()) {
    on_face.emplace_back();
    for (unsigned int a = 0; a < nodes.n_dofs_per_cell(); ++a) {
      const double coordinate =
          nodes.unit_support_point(a)[GeometryInfo<dim>::unit_normal_direction[face]];
      on_face.back().push_back(std::abs(coordinate - face % 2) < 1e-12);
    }
  }
  return on_face;
}
} // namespace

template <int dim>
MixedSpace<dim>::MixedSpace(const Membrane<dim> &membrane,
                            std::map<Edge, EdgeCondition> edge_conditions, const Leaflets leaflets)
    : membrane(membrane), leaflets(leaflets),
      element(mixed_element<dim>(membrane.degree(), leaflets)),
      dof_handler(membrane.triangulation()), edge_conditions(std::move(edge_conditions)),
      piece_of_coarse_cell(connected_pieces(membrane.coarse_mesh())),
      vector_on_face(nodes_on_faces<dim>(membrane.degree())),
      scalar_on_face(nodes_on_faces<dim>(std::max(1u, membrane.degree() - 1))) {
  dof_handler.distribute_dofs(element);
  owned = dof_handler.locally_owned_dofs();
  DoFTools::extract_locally_relevant_dofs(dof_handler, relevant);

  local_index.resize(element.n_dofs_per_cell());
  for (unsigned int i = 0; i < local_index.size(); ++i) {
    const auto [base, node] = element.system_to_base_index(i);
    const Block block = block_of_component(element.system_to_component_index(i).first);
    local_index[i] = {block, base.first == 0 ? node * spacedim + base.second % spacedim : node};
  }

  // Every owned degree of freedom of the membrane's spaces has its partner in the mixed system.
  std::map<Index, Index> partners[5];
  std::vector<Index> mixed(element.n_dofs_per_cell()), vector_indices, tension_indices,
      scalar_indices;
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (!cell->is_artificial()) {
      cell->get_dof_indices(mixed);
      membrane.cell_position_indices(cell, vector_indices);
      membrane.cell_tension_indices(cell, tension_indices);
      membrane.cell_scalar_indices(cell, scalar_indices);
      for (unsigned int i = 0; i < mixed.size(); ++i)
        if (owned.is_element(mixed[i])) {
          const auto [block, index] = local_index[i];
          const auto &field = block == tension     ? tension_indices
                              : block == potential ? scalar_indices
                                                   : vector_indices;
          partners[block][field[index]] = mixed[i];
        }
    }
  displacement_map.assign(partners[displacement].begin(), partners[displacement].end());
  moment_map.assign(partners[moment].begin(), partners[moment].end());
  tension_map.assign(partners[tension].begin(), partners[tension].end());
  slip_map.assign(partners[slip].begin(), partners[slip].end());
  potential_map.assign(partners[potential].begin(), partners[potential].end());

  std::set<Index> held_potentials;
  constraints.reinit(relevant);
  DoFTools::make_hanging_node_constraints(dof_handler, constraints);
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (!cell->is_artificial() && cell->at_boundary()) {
      cell->get_dof_indices(mixed);
      for (unsigned int i = 0; i < mixed.size(); ++i) {
        const auto [block, index] = local_index[i];
        if (is_fixed(cell, index, Block(block)) && !constraints.is_constrained(mixed[i])) {
          constraints.add_line(mixed[i]);
          if (block == potential)
            held_potentials.insert(mixed[i]);
        }
      }
    }
  constraints.close();
  for (const auto &pair : potential_map)
    if (held_potentials.count(pair.second) > 0)
      reservoir_map.push_back(pair);
}

namespace {
// Whether a side of a rectangle is parallel to x (0) or y (1).
unsigned int direction_along(const typename Membrane<2>::Cell &cell, const unsigned int face) {
  const Tensor<1, 3> side = cell->face(face)->vertex(1) - cell->face(face)->vertex(0);
  return std::abs(side[0]) > std::abs(side[1]) ? 0 : 1;
}
unsigned int direction_along(const typename Membrane<1>::Cell &, unsigned int) {
  return numbers::invalid_unsigned_int; // a ring: slip along it is none
}
} // namespace

template <int dim>
typename MixedSpace<dim>::Block
MixedSpace<dim>::block_of_component(const unsigned int component) const {
  const unsigned int n_vectors = element.element_multiplicity(0);
  if (component >= n_vectors)
    return component == n_vectors ? tension : potential;
  constexpr Block blocks[] = {displacement, moment, slip};
  return blocks[component / spacedim];
}

template <int dim> Vector MixedSpace<dim>::vector(const bool ghosted) const {
  return ghosted ? Vector(owned, relevant, membrane.communicator())
                 : Vector(owned, membrane.communicator());
}

template <int dim>
bool MixedSpace<dim>::is_fixed(const Cell &cell, const unsigned int index,
                               const Block block) const {
  if (block == tension)
    return false;
  const bool vertical = index % spacedim == spacedim - 1;
  for (const unsigned int face : cell->face_indices())
    if (cell->face(face)->at_boundary() &&
        (block == potential ? scalar_on_face[face][index]
                            : vector_on_face[face][index / spacedim])) {
      const Edge edge = Edge(cell->face(face)->boundary_id());
      if (edge == Edge::axis) { // r = 0, and no radial moment, by symmetry
        if (!vertical && block != potential)
          return true;
        continue;
      }
      const EdgeCondition &condition = edge_conditions.at(edge);
      if (block == potential ? condition.leaflets_at_rest_beyond
          : block == slip    ? vertical || !(condition.leaflets_at_rest_beyond ||
                                          (condition.leaflets_slip_along &&
                                           index % spacedim == direction_along(cell, face)))
          : block == moment  ? condition.moment_free
          : vertical         ? condition.height_fixed
                             : condition.radius_fixed)
        return true;
    }
  return false;
}

template <int dim>
void MixedSpace<dim>::get(const Cell &cell, const Vector &solution,
                          CellUnknowns<dim> &unknowns) const {
  std::vector<Index> indices(element.n_dofs_per_cell());
  std::vector<double> values(indices.size());
  const Cell mixed_cell(&dof_handler.get_triangulation(), cell->level(), cell->index(),
                        &dof_handler);
  mixed_cell->get_dof_indices(indices);
  solution.extract_subvector_to(indices.begin(), indices.end(), values.begin());
  membrane.cell_positions(cell, unknowns.old_positions);
  unknowns.displacement.resize(unknowns.old_positions.size());
  unknowns.moment.resize(unknowns.old_positions.size());
  unknowns.tension.resize(element.base_element(1).n_dofs_per_cell());
  if (leaflets == Leaflets::two) {
    unknowns.slip.resize(unknowns.old_positions.size());
    unknowns.potential.resize(element.base_element(2).n_dofs_per_cell());
  }
  for (unsigned int i = 0; i < values.size(); ++i) {
    const auto [block, index] = local_index[i];
    (block == displacement ? unknowns.displacement
     : block == moment     ? unknowns.moment
     : block == tension    ? unknowns.tension
     : block == slip       ? unknowns.slip
                           : unknowns.potential)[index] = values[i];
  }
  unknowns.orientation = Membrane<dim>::orientation(cell);
  unknowns.component = Membrane<dim>::component(cell);
  unknowns.piece = piece_of_coarse_cell[membrane.cell_id(cell).get_coarse_cell_id()];
  unknowns.edges.clear();
  if (cell->at_boundary())
    for (const unsigned int face : cell->face_indices())
      if (cell->face(face)->at_boundary() &&
          cell->face(face)->boundary_id() != types::boundary_id(Edge::axis))
        unknowns.edges.emplace_back(face, Edge(cell->face(face)->boundary_id()));
}

template class MixedSpace<1>;
template class MixedSpace<2>;
} // namespace fusogen
