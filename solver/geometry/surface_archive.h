// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_SURFACE_ARCHIVE_H
#define FUSOGEN_GEOMETRY_SURFACE_ARCHIVE_H

#include "base/state_archive.h"
#include "geometry/membrane.h"

namespace fusogen {
/// The state of everything that lives on a membrane, for a checkpoint: fields as the values at the
/// nodes of each cell, which depend on neither the numbering of degrees of freedom nor the number
/// of ranks, and the numbers and texts of a StateArchive. Like that one it either collects or gives
/// back, and what has a state lists it once, in a function
/// @code
///   void serialize(SurfaceArchive<dim> &archive)
/// @endcode
/// Each rank holds the values of the cells it owns.
template <int dim> class SurfaceArchive {
public:
  /// One field: the values of the rank's own active cells, in the order of the triangulation.
  struct Column {
    std::string name;
    unsigned int values_per_cell;
    std::vector<double> values;
  };

  /// An archive that collects; the positions of the nodes are in it from the start.
  explicit SurfaceArchive(const Membrane<dim> &membrane);
  /// An archive that gives back what was collected on the same mesh; the positions are taken by
  /// @p membrane at once.
  SurfaceArchive(Membrane<dim> &membrane, StateArchive::Values values, std::vector<Column> columns);

  bool loading() const { return scalars.loading(); }
  /// What is no field.
  StateArchive &state() { return scalars; }

  /// A ghosted vector of the degrees of freedom @p dofs on the membrane's triangulation. Values
  /// come back exactly.
  void field(const std::string &name, const typename Membrane<dim>::DoFs &dofs, Vector &field);

  /// Values that belong to cells themselves, @p values_per_cell for each owned one, in order.
  void cell_values(const std::string &name, unsigned int values_per_cell,
                   std::vector<double> &values);

  /// The owned active cells in the order of the values in columns().
  static std::vector<typename Membrane<dim>::Triangulation::active_cell_iterator>
  owned_cells(const Membrane<dim> &membrane);

  const std::vector<Column> &columns() const { return fields; }

private:
  const Membrane<dim> &membrane;
  StateArchive scalars;
  std::vector<Column> fields;
};
} // namespace fusogen

#endif
