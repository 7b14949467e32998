// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/scalar_mass.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/petsc_precondition.h>
#include <deal.II/lac/petsc_solver.h>
#include <deal.II/lac/sparsity_tools.h>

namespace fusogen {
using namespace dealii;

template <int dim> ScalarMass<dim>::ScalarMass(const Membrane<dim> &membrane) : membrane(membrane) {
  const auto &dofs = membrane.scalar_dofs();
  const IndexSet &owned = dofs.locally_owned_dofs(), &relevant = membrane.relevant_scalar_dofs();
  DynamicSparsityPattern pattern(relevant);
  DoFTools::make_sparsity_pattern(dofs, pattern, membrane.scalar_constraints(), true);
  SparsityTools::distribute_sparsity_pattern(pattern, owned, membrane.communicator(), relevant);
  matrix.reinit(owned, owned, pattern, membrane.communicator());

  SurfaceValues<dim> surface(membrane.degree());
  const unsigned int n = surface.n_scalar_dofs();
  FullMatrix<double> local(n, n);
  std::vector<double> x;
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      local = 0.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int i = 0; i < n; ++i)
          for (unsigned int j = 0; j < n; ++j)
            local(i, j) += surface.weight(q) * surface.scalar_shape(q, i).value *
                           surface.scalar_shape(q, j).value;
      membrane.scalar_constraints().distribute_local_to_global(local, indices, matrix);
    }
  matrix.compress(VectorOperation::add);
}

template <int dim> void ScalarMass<dim>::solve(const Vector &content, Vector &field) const {
  // A mass matrix scaled by its diagonal is well conditioned on any mesh.
  SolverControl control(1000, 1e-14 * content.l2_norm() + 1e-300);
  PETScWrappers::SolverCG solver(control, membrane.communicator());
  field = 0.;
  solver.solve(matrix, field, content, PETScWrappers::PreconditionJacobi(matrix));
  membrane.scalar_constraints().distribute(field);
}

template class ScalarMass<1>;
template class ScalarMass<2>;
} // namespace fusogen
