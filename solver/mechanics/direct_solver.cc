// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/direct_solver.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/sparsity_tools.h>

#include <algorithm>

namespace fusogen {
using namespace dealii;

namespace {
// Entry of a cell's matrix, of a row in a later or the same block.
template <int dim>
double second_derivative(const CellSystem &system, const unsigned int row_block,
                         const unsigned int row, const unsigned int column_block,
                         const unsigned int column) {
  using Space = MixedSpace<dim>;
  constexpr unsigned int spacedim = dim + 1;
  const unsigned int n = system.gradient_x.size(), n_nodes = n / spacedim;
  switch (row_block) {
  case Space::displacement:
    return system.xx[row * n + column];
  case Space::moment:
    if (column_block == Space::displacement)
      return system.bx[row * n + column];
    return row % spacedim == column % spacedim
               ? system.bb[row / spacedim * n_nodes + column / spacedim]
               : 0.;
  case Space::tension:
    return column_block == Space::displacement ? system.tension_x[row * n + column] : 0.;
  case Space::slip:
    return column_block == Space::slip ? system.slip_slip[row * n + column] : 0.;
  default: // potential
    switch (column_block) {
    case Space::displacement:
      return system.potential_x[row * n + column];
    case Space::moment:
      return system.potential_b[row * n + column];
    case Space::slip:
      return system.potential_slip[row * n + column];
    case Space::potential:
      return system.potential_potential[row * system.gradient_potential.size() + column];
    default:
      return 0.;
    }
  }
}
} // namespace

template <int dim> DirectSolver<dim>::DirectSolver(const MixedSpace<dim> &space) : space(space) {
  make_matrix();
}

template <int dim> void DirectSolver<dim>::make_matrix() {
  // Pairs of blocks with second derivatives; of moments, component by component.
  using Space = MixedSpace<dim>;
  const unsigned int n_components = space.element.n_components();
  Table<2, DoFTools::Coupling> coupling(n_components, n_components);
  for (unsigned int c = 0; c < n_components; ++c)
    for (unsigned int d = 0; d < n_components; ++d) {
      const auto pair = std::minmax({space.block_of_component(c), space.block_of_component(d)});
      const bool coupled =
          pair.second == Space::slip ? pair.first == Space::slip
          : pair.second == Space::potential
              ? pair.first != Space::tension
              : pair.first == Space::displacement || (pair.second == Space::moment && c == d);
      coupling[c][d] = coupled || c == d ? DoFTools::always : DoFTools::none;
    }
  IndexSet rows = space.relevant;
  for (const auto &dofs : pairs)
    rows.add_indices(dofs.begin(), dofs.end());
  DynamicSparsityPattern pattern(rows);
  DoFTools::make_sparsity_pattern(space.dof_handler, coupling, pattern, space.constraints, true);
  const MPI_Comm communicator = space.membrane.communicator();
  for (const auto &dofs : pairs)
    for (const Index row : dofs)
      pattern.add_entries(row, dofs.begin(), dofs.end(), true);
  SparsityTools::distribute_sparsity_pattern(pattern, space.owned, communicator, rows);
  if (solver)
    matrix.compress(VectorOperation::add); // as in begin()
  matrix.reinit(space.owned, space.owned, pattern, communicator);
  solver = std::make_unique<SymmetricDirectSolver>(matrix);
}

template <int dim> void DirectSolver<dim>::begin() {
  matrix.compress(VectorOperation::add); // if it was filled but not used
  matrix = 0.;
}

template <int dim>
void DirectSolver<dim>::add(const typename MixedSpace<dim>::Cell &cell, const CellSystem &system) {
  const unsigned int n = space.dofs_per_cell();
  cell_matrix.reinit(n, n);
  for (unsigned int i = 0; i < n; ++i) {
    const auto [row_block, row] = space.block_index(i);
    for (unsigned int j = 0; j < n; ++j) {
      const auto [column_block, column] = space.block_index(j);
      cell_matrix(i, j) =
          row_block >= column_block
              ? second_derivative<dim>(system, row_block, row, column_block, column)
              : second_derivative<dim>(system, column_block, column, row_block, row);
    }
  }
  std::vector<types::global_dof_index> indices(n);
  cell->get_dof_indices(indices);
  space.constraints.distribute_local_to_global(cell_matrix, indices, matrix);
}

template <int dim>
void DirectSolver<dim>::expect_pairs(const std::vector<std::vector<Index>> &expected) {
  const std::size_t before = pairs.size();
  for (std::vector<Index> dofs : expected) {
    std::sort(dofs.begin(), dofs.end());
    dofs.erase(std::unique(dofs.begin(), dofs.end()), dofs.end());
    pairs.insert(std::move(dofs));
  }
  if (Utilities::MPI::max(pairs.size() > before ? 1 : 0, space.membrane.communicator()) == 1)
    make_matrix();
}

template <int dim> void DirectSolver<dim>::add_pair(const PairSystem &pair) {
  matrix.add(pair.dofs, pair.matrix);
}

template <int dim>
bool DirectSolver<dim>::prepare(const std::vector<Vector> &given,
                                const std::vector<double> &given_diagonal) {
  matrix.compress(VectorOperation::add);
  columns = given;
  diagonal = given_diagonal;
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
        schur(k, l) = columns[k] * solved_columns[l] - (k == l ? diagonal[k] : 0.);
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
