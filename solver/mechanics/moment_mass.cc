// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/moment_mass.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/petsc_precondition.h>
#include <deal.II/lac/petsc_solver.h>
#include <deal.II/lac/sparsity_tools.h>

namespace fusogen {
using namespace dealii;

template <int dim> MomentMass<dim>::MomentMass(const MixedSpace<dim> &space) : space(space) {
  const Membrane<dim> &membrane = space.membrane;
  const auto &dofs = membrane.position_dofs();
  const IndexSet &relevant = membrane.relevant_position_dofs();
  constraints.reinit(relevant);
  DoFTools::make_hanging_node_constraints(dofs, constraints);
  std::vector<Index> indices;
  for (const auto &cell : dofs.active_cell_iterators())
    if (!cell->is_artificial() && cell->at_boundary()) {
      membrane.cell_position_indices(cell, indices);
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (space.is_fixed(cell, i, MixedSpace<dim>::moment) &&
            !constraints.is_constrained(indices[i]))
          constraints.add_line(indices[i]);
    }
  constraints.close();

  Table<2, DoFTools::Coupling> coupling(dim + 1, dim + 1);
  for (unsigned int c = 0; c <= dim; ++c)
    for (unsigned int d = 0; d <= dim; ++d)
      coupling[c][d] = c == d ? DoFTools::always : DoFTools::none;
  DynamicSparsityPattern pattern(relevant);
  DoFTools::make_sparsity_pattern(dofs, coupling, pattern, constraints, true);
  const IndexSet &owned = dofs.locally_owned_dofs();
  SparsityTools::distribute_sparsity_pattern(pattern, owned, membrane.communicator(), relevant);
  matrix.reinit(owned, owned, pattern, membrane.communicator());
}

template <int dim>
void MomentMass<dim>::add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system) {
  constexpr unsigned int spacedim = dim + 1;
  const unsigned int n = system.gradient_x.size(), n_nodes = n / spacedim;
  FullMatrix<double> local(n, n);
  for (unsigned int i = 0; i < n; ++i)
    for (unsigned int j = i % spacedim; j < n; j += spacedim)
      local(i, j) = -system.bb[i / spacedim * n_nodes + j / spacedim];
  std::vector<Index> indices;
  space.membrane.cell_position_indices(cell, indices);
  constraints.distribute_local_to_global(local, indices, matrix);
}

template <int dim> void MomentMass<dim>::correct(const Vector &gradient, Vector &solution) {
  matrix.compress(VectorOperation::add);
  Vector right = space.membrane.vector_field(false), correction = right;
  for (const auto &[vector, mixed] : space.moment_map)
    right(vector) = static_cast<double>(gradient(mixed));
  right.compress(VectorOperation::insert);
  // A mass matrix scaled by its diagonal is well conditioned on any mesh.
  SolverControl control(1000, 1e-14 * right.l2_norm() + 1e-300);
  PETScWrappers::SolverCG solver(control, space.membrane.communicator());
  solver.solve(matrix, correction, right, PETScWrappers::PreconditionJacobi(matrix));
  constraints.distribute(correction);
  for (const auto &[vector, mixed] : space.moment_map)
    solution(mixed) = solution(mixed) + static_cast<double>(correction(vector));
  solution.compress(VectorOperation::insert);
}

template class MomentMass<1>;
template class MomentMass<2>;
} // namespace fusogen
