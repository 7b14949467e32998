// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_SURFACE_NODES_H
#define FUSOGEN_MECHANICS_SURFACE_NODES_H

#include "mechanics/mixed_space.h"

#include <deal.II/base/partitioner.h>
#include <deal.II/lac/la_parallel_vector.h>

namespace fusogen {
using NodalVector = dealii::LinearAlgebra::distributed::Vector<double>;

/// The nodes of a surface in space in one numbering, so that a cell's values can be fetched from
/// and added to nodal vectors without searching. Values at hanging nodes are means of others.
class SurfaceNodes {
public:
  using Index = dealii::types::global_dof_index;

  explicit SurfaceNodes(const MixedSpace<2> &space);

  unsigned int nodes_per_cell() const { return n_cell_nodes; }
  unsigned int n_owned() const { return partition->locally_owned_size(); }
  unsigned int n_local() const { return n_owned() + partition->n_ghost_indices(); }
  unsigned int n_cells() const { return cells.size(); }
  Index global_index(const unsigned int local) const { return partition->local_to_global(local); }

  /// The numbers of all owned (all known) nodes with @p n_values values each: n_values * node +
  /// value.
  dealii::IndexSet owned(unsigned int n_values) const;
  dealii::IndexSet relevant(unsigned int n_values) const;

  /// A vector with three components at each node (index: 3 * local node + component) and room for
  /// ghosts.
  NodalVector vector() const { return NodalVector(partition3); }

  /// Values at the nodes of owned cell number @p cell from @p field (3 components, ghosts updated).
  void fetch(unsigned int cell, const NodalVector &field, double *values) const;
  /// The transposed operation.
  void add(unsigned int cell, const double *values, NodalVector &field) const;

  /// Nodes that local node @p node of a cell depends on, with their weights: itself, unless it
  /// hangs.
  struct Share {
    unsigned int node;
    double weight;
  };
  const std::vector<Share> &shares(const unsigned int cell, const unsigned int node) const {
    return cells[cell].hanging.empty() ? simple[cells[cell].nodes[node]]
                                       : cells[cell].hanging[node];
  }

  /// Numbers of an owned node's three components in the mixed system.
  std::array<Index, 3> mixed_index(const unsigned int owned_node,
                                   const MixedSpace<2>::Block block) const {
    return mixed[block][owned_node];
  }

  /// For the three components of each local node: 1 if the displacement (the moment) there is an
  /// unknown, 0 if an edge condition holds it or the node hangs.
  std::vector<double> displacement_is_free, moment_is_free;

private:
  struct CellNodes {
    std::vector<unsigned int> nodes;
    std::vector<std::vector<Share>> hanging; // empty if no node hangs
  };
  unsigned int n_cell_nodes;
  dealii::DoFHandler<2, 3> dof_handler;
  std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partition, partition3;
  std::vector<CellNodes> cells;
  std::vector<std::vector<Share>> simple; // of each local node: itself
  std::array<std::vector<std::array<Index, 3>>, 2> mixed;
};
} // namespace fusogen

#endif
