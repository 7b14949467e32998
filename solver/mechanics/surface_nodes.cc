// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/surface_nodes.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_q.h>

namespace fusogen {
using namespace dealii;

SurfaceNodes::SurfaceNodes(const MixedSpace<2> &space)
    : dof_handler(space.membrane.triangulation()) {
  const FE_Q<2, 3> element(space.membrane.degree());
  n_cell_nodes = element.n_dofs_per_cell();
  dof_handler.distribute_dofs(element);
  const MPI_Comm communicator = space.membrane.communicator();
  const IndexSet owned = dof_handler.locally_owned_dofs();
  IndexSet relevant;
  DoFTools::extract_locally_relevant_dofs(dof_handler, relevant);
  partition = std::make_shared<Utilities::MPI::Partitioner>(owned, relevant, communicator);
  partition3 = std::make_shared<Utilities::MPI::Partitioner>(this->owned(3), this->relevant(3),
                                                             communicator);

  AffineConstraints<double> constraints(relevant);
  DoFTools::make_hanging_node_constraints(dof_handler, constraints);
  constraints.close();

  for (unsigned int i = 0; i < n_local(); ++i)
    simple.push_back({{i, 1.}});
  mixed[0].resize(n_owned());
  mixed[1].resize(n_owned());
  NodalVector free_x(partition3), free_b(partition3);
  free_x = 1.;
  free_b = 1.;
  std::vector<Index> indices(n_cell_nodes), mixed_indices(space.dofs_per_cell());
  for (const auto &cell : dof_handler.active_cell_iterators()) {
    if (cell->is_artificial())
      continue;
    cell->get_dof_indices(indices);
    const MixedSpace<2>::Cell mixed_cell(&dof_handler.get_triangulation(), cell->level(),
                                         cell->index(), &space.dof_handler);
    mixed_cell->get_dof_indices(mixed_indices);
    for (unsigned int i = 0; i < mixed_indices.size(); ++i) {
      const auto [block, index] = space.block_index(i);
      if (block == MixedSpace<2>::tension)
        continue;
      const Index node = indices[index / 3];
      if (!partition->in_local_range(node))
        continue;
      const unsigned int local = partition->global_to_local(node);
      mixed[block][local][index % 3] = mixed_indices[i];
      if (cell->at_boundary() && space.is_fixed(cell, index, MixedSpace<2>::Block(block)))
        (block == 0 ? free_x : free_b).local_element(3 * local + index % 3) = 0.;
      if (constraints.is_constrained(node))
        free_x.local_element(3 * local + index % 3) = free_b.local_element(3 * local + index % 3) =
            0.;
    }
    if (!cell->is_locally_owned())
      continue;
    CellNodes here;
    bool hangs = false;
    for (const Index i : indices) {
      here.nodes.push_back(partition->global_to_local(i));
      hangs |= constraints.is_constrained(i);
    }
    if (hangs)
      for (const Index i : indices) {
        here.hanging.emplace_back();
        if (const auto *entries = constraints.get_constraint_entries(i))
          for (const auto &[master, weight] : *entries)
            here.hanging.back().push_back({partition->global_to_local(master), weight});
        else
          here.hanging.back().push_back({partition->global_to_local(i), 1.});
      }
    cells.push_back(std::move(here));
  }
  free_x.update_ghost_values();
  free_b.update_ghost_values();
  for (unsigned int i = 0; i < 3 * n_local(); ++i) {
    displacement_is_free.push_back(free_x.local_element(i));
    moment_is_free.push_back(free_b.local_element(i));
  }
}

namespace {
IndexSet with_values(const IndexSet &nodes, const unsigned int n_values) {
  IndexSet result(n_values * nodes.size());
  for (auto interval = nodes.begin_intervals(); interval != nodes.end_intervals(); ++interval)
    result.add_range(n_values * *interval->begin(), n_values * (interval->last() + 1));
  result.compress();
  return result;
}
} // namespace

IndexSet SurfaceNodes::owned(const unsigned int n_values) const {
  return with_values(partition->locally_owned_range(), n_values);
}

IndexSet SurfaceNodes::relevant(const unsigned int n_values) const {
  IndexSet known = partition->locally_owned_range();
  known.add_indices(partition->ghost_indices());
  return with_values(known, n_values);
}

void SurfaceNodes::fetch(const unsigned int cell, const NodalVector &field, double *values) const {
  const CellNodes &here = cells[cell];
  const double *source = field.begin();
  if (here.hanging.empty())
    for (unsigned int a = 0; a < n_cell_nodes; ++a)
      for (unsigned int c = 0; c < 3; ++c)
        values[3 * a + c] = source[3 * here.nodes[a] + c];
  else
    for (unsigned int a = 0; a < n_cell_nodes; ++a)
      for (unsigned int c = 0; c < 3; ++c) {
        values[3 * a + c] = 0.;
        for (const Share &share : here.hanging[a])
          values[3 * a + c] += share.weight * source[3 * share.node + c];
      }
}

void SurfaceNodes::add(const unsigned int cell, const double *values, NodalVector &field) const {
  const CellNodes &here = cells[cell];
  double *target = field.begin();
  if (here.hanging.empty())
    for (unsigned int a = 0; a < n_cell_nodes; ++a)
      for (unsigned int c = 0; c < 3; ++c)
        target[3 * here.nodes[a] + c] += values[3 * a + c];
  else
    for (unsigned int a = 0; a < n_cell_nodes; ++a)
      for (const Share &share : here.hanging[a])
        for (unsigned int c = 0; c < 3; ++c)
          target[3 * share.node + c] += share.weight * values[3 * a + c];
}
} // namespace fusogen
