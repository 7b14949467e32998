// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/direct_solver.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/sparsity_tools.h>

namespace fusogen {
using namespace dealii;

template <int dim> DirectSolver<dim>::DirectSolver(const MixedSpace<dim> &space) : space(space) {
  // Moments do not couple to tensions.
  const unsigned int n_components = space.element.n_components();
  Table<2, DoFTools::Coupling> coupling(n_components, n_components);
  constexpr unsigned int spacedim = dim + 1;
  const auto block = [](const unsigned int component) { return component / spacedim; };
  for (unsigned int c = 0; c < n_components; ++c)
    for (unsigned int d = 0; d < n_components; ++d) {
      const bool coupled = block(c) + block(d) < 3 && (block(c) != 1 || block(d) != 1 || c == d);
      coupling[c][d] = coupled || c == d ? DoFTools::always : DoFTools::none;
    }
  DynamicSparsityPattern pattern(space.relevant);
  DoFTools::make_sparsity_pattern(space.dof_handler, coupling, pattern, space.constraints, true);
  const MPI_Comm communicator = space.membrane.communicator();
  SparsityTools::distribute_sparsity_pattern(pattern, space.owned, communicator, space.relevant);
  matrix.reinit(space.owned, space.owned, pattern, communicator);
  solver = std::make_unique<SymmetricDirectSolver>(matrix);
}

template <int dim> void DirectSolver<dim>::begin() {
  matrix.compress(VectorOperation::add); // if it was filled but not used
  matrix = 0.;
}

template <int dim>
void DirectSolver<dim>::add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system) {
  constexpr unsigned int spacedim = dim + 1;
  const unsigned int n = space.dofs_per_cell(), n_vector = system.gradient_x.size(),
                     n_nodes = n_vector / spacedim;
  cell_matrix.reinit(n, n);
  for (unsigned int i = 0; i < n; ++i) {
    const auto [row_block, row] = space.block_index(i);
    for (unsigned int j = 0; j < n; ++j) {
      const auto [column_block, column] = space.block_index(j);
      double value = 0.;
      if (row_block == 0 && column_block == 0)
        value = system.xx[row * n_vector + column];
      else if (row_block == 1 && column_block == 0)
        value = system.bx[row * n_vector + column];
      else if (row_block == 0 && column_block == 1)
        value = system.bx[column * n_vector + row];
      else if (row_block == 1 && column_block == 1)
        value = row % spacedim == column % spacedim
                    ? system.bb[row / spacedim * n_nodes + column / spacedim]
                    : 0.;
      else if (row_block == 2 && column_block == 0)
        value = system.tension_x[row * n_vector + column];
      else if (row_block == 0 && column_block == 2)
        value = system.tension_x[column * n_vector + row];
      cell_matrix(i, j) = value;
    }
  }
  std::vector<types::global_dof_index> indices(n);
  cell->get_dof_indices(indices);
  space.constraints.distribute_local_to_global(cell_matrix, indices, matrix);
}

template <int dim> bool DirectSolver<dim>::prepare(const std::vector<Vector> &given) {
  matrix.compress(VectorOperation::add);
  columns = given;
  solved_columns.assign(columns.size(), space.vector(false));
  if (!solver->factorize())
    return false;
  for (unsigned int k = 0; k < columns.size(); ++k)
    solver->solve(solved_columns[k], columns[k]);
  return true;
}

template <int dim>
bool DirectSolver<dim>::solve(const Vector &f, const std::vector<double> &g, Vector &x,
                              std::vector<double> &m, double) {
  solver->solve(x, f);
  const unsigned int n = columns.size();
  if (n > 0) {
    FullMatrix<double> schur(n, n), inverse(n, n);
    dealii::Vector<double> defect(n), multipliers(n);
    for (unsigned int k = 0; k < n; ++k) {
      defect(k) = columns[k] * x - g[k];
      for (unsigned int l = 0; l < n; ++l)
        schur(k, l) = columns[k] * solved_columns[l];
    }
    inverse.invert(schur);
    inverse.vmult(multipliers, defect);
    for (unsigned int k = 0; k < n; ++k) {
      m[k] = multipliers(k);
      x.add(-m[k], solved_columns[k]);
    }
  }
  space.constraints.distribute(x);
  return true;
}

template class DirectSolver<1>;
template class DirectSolver<2>;
} // namespace fusogen
