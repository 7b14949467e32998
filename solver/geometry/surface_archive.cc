// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/surface_archive.h"

#include "base/user_error.h"

#include <deal.II/dofs/dof_tools.h>

#include <algorithm>
#include <stdexcept>

namespace fusogen {
using namespace dealii;

template <int dim>
SurfaceArchive<dim>::SurfaceArchive(const Membrane<dim> &membrane) : membrane(membrane) {
  fusogen::Vector positions = membrane.positions();
  field("positions", membrane.position_dofs(), positions);
}

template <int dim>
SurfaceArchive<dim>::SurfaceArchive(Membrane<dim> &membrane, StateArchive::Values values,
                                    std::vector<Column> columns)
    : membrane(membrane), scalars(std::move(values)), fields(std::move(columns)) {
  fusogen::Vector positions;
  field("positions", membrane.position_dofs(), positions);
  membrane.set_positions(positions);
}

template <int dim>
std::vector<typename Membrane<dim>::Triangulation::active_cell_iterator>
SurfaceArchive<dim>::owned_cells(const Membrane<dim> &membrane) {
  std::vector<typename Membrane<dim>::Triangulation::active_cell_iterator> cells;
  for (const auto &cell : membrane.triangulation().active_cell_iterators())
    if (cell->is_locally_owned())
      cells.push_back(cell);
  return cells;
}

template <int dim>
void SurfaceArchive<dim>::cell_values(const std::string &name, const unsigned int values_per_cell,
                                      std::vector<double> &values) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Column &column) { return column.name == name; });
  if (!loading()) {
    if (found != fields.end())
      throw std::logic_error("the field \"" + name + "\" is saved twice");
    fields.push_back({name, values_per_cell, values});
    return;
  }
  if (found == fields.end() || found->values_per_cell != values_per_cell)
    throw UserError("the checkpoint has no field \"" + name +
                    "\": it was written by another version of fusogen, which alone can resume it");
  values = found->values;
}

template <int dim>
void SurfaceArchive<dim>::field(const std::string &name, const typename Membrane<dim>::DoFs &dofs,
                                fusogen::Vector &field) {
  const unsigned int n = dofs.get_fe().n_dofs_per_cell();
  const auto cells = owned_cells(membrane);
  std::vector<types::global_dof_index> indices(n);
  const auto read_indices = [&](const unsigned int c) {
    typename Membrane<dim>::Cell(&membrane.triangulation(), cells[c]->level(), cells[c]->index(),
                                 &dofs)
        ->get_dof_indices(indices);
  };

  std::vector<double> values;
  if (!loading()) {
    values.resize(n * cells.size());
    for (unsigned int c = 0; c < cells.size(); ++c) {
      read_indices(c);
      field.extract_subvector_to(indices.begin(), indices.end(), values.begin() + n * c);
    }
  }
  cell_values(name, n, values);
  if (!loading())
    return;

  const IndexSet owned = dofs.locally_owned_dofs();
  fusogen::Vector written(owned, membrane.communicator());
  for (unsigned int c = 0; c < cells.size(); ++c) {
    read_indices(c);
    for (unsigned int i = 0; i < n; ++i)
      if (owned.is_element(indices[i]))
        written(indices[i]) = values[n * c + i];
  }
  written.compress(VectorOperation::insert);
  IndexSet relevant;
  DoFTools::extract_locally_relevant_dofs(dofs, relevant);
  field.reinit(owned, relevant, membrane.communicator());
  field = written;
}

template class SurfaceArchive<1>;
template class SurfaceArchive<2>;
} // namespace fusogen
