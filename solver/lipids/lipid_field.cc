// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/lipid_field.h"

#include "geometry/curve_cell.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/affine_constraints.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

namespace fusogen {
using namespace dealii;

template <int dim>
LipidFields<dim>::LipidFields(const Membrane<dim> &membrane, const double diffusion_coefficient)
    : membrane(membrane), diffusion_coefficient(diffusion_coefficient) {
  setup();
}

template <int dim> void LipidFields<dim>::setup() {
  mesh_version = membrane.mesh_version();
  const auto &dofs = membrane.scalar_dofs();
  DynamicSparsityPattern pattern(membrane.relevant_scalar_dofs());
  DoFTools::make_sparsity_pattern(dofs, pattern, membrane.scalar_constraints(), true);
  SparsityTools::distribute_sparsity_pattern(
      pattern, dofs.locally_owned_dofs(), membrane.communicator(), membrane.relevant_scalar_dofs());
  matrix.reinit(dofs.locally_owned_dofs(), dofs.locally_owned_dofs(), pattern,
                membrane.communicator());
  solver = std::make_unique<SymmetricDirectSolver>(matrix);
}

template <int dim>
void LipidFields<dim>::add(const std::string &species, const Leaflet leaflet,
                           const Component component, const double reservoir_fraction) {
  LipidField field{species, leaflet, reservoir_fraction, membrane.scalar_vector(true),
                   membrane.scalar_vector(true)};
  Vector fraction = membrane.scalar_vector(false);
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && Membrane<dim>::component(cell) == component) {
      membrane.cell_scalar_indices(cell, indices);
      for (const auto i : indices)
        fraction(i) = 1.;
    }
  fraction.compress(VectorOperation::insert);
  assemble(1., 0.);
  set(field, fraction);
  lipid_fields.push_back(std::move(field));
}

template <int dim>
void LipidFields<dim>::times_matrix(const Vector &fraction, Vector &content) const {
  // The rows of hanging nodes hold a one for the solver's sake.
  matrix.vmult(content, fraction);
  membrane.scalar_constraints().set_zero(content);
}

template <int dim> void LipidFields<dim>::set(LipidField &field, Vector &fraction) const {
  membrane.scalar_constraints().distribute(fraction);
  Vector content = membrane.scalar_vector(false);
  times_matrix(fraction, content);
  field.fraction = fraction;
  field.content = content;
}

template <int dim> void LipidFields<dim>::add(const LipidField &given, const bool bounded) {
  LipidField field = given;
  field.fraction = membrane.scalar_vector(true);
  assemble(1., 0.);
  if (bounded) {
    Vector area = membrane.scalar_vector(false), fraction = membrane.scalar_vector(false);
    fraction = 1.;
    times_matrix(fraction, area);
    for (const auto i : membrane.scalar_dofs().locally_owned_dofs()) {
      const double a = area(i), amount = field.content(i);
      fraction(i) = a > 0. ? amount / a : 0.; // hanging nodes have no area
    }
    fraction.compress(VectorOperation::insert);
    set(field, fraction);
  } else {
    solver->factorize();
    solve(field);
  }
  lipid_fields.push_back(std::move(field));
}

template <int dim>
void LipidFields<dim>::assemble(const double mass_factor, const double stiffness_factor) {
  matrix = 0.;
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  std::vector<types::global_dof_index> indices;
  const unsigned int n = surface.n_scalar_dofs();
  FullMatrix<double> local(n, n);
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      local = 0.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int i = 0; i < n; ++i)
          for (unsigned int j = 0; j < n; ++j) {
            const ScalarFieldValue &a = surface.scalar_shape(q, i), &b = surface.scalar_shape(q, j);
            local(i, j) += surface.weight(q) *
                           (mass_factor * a.value * b.value +
                            stiffness_factor * diffusion_coefficient * (a.gradient * b.gradient));
          }
      membrane.scalar_constraints().distribute_local_to_global(local, indices, matrix);
    }
  matrix.compress(VectorOperation::add);
}

template <int dim> void LipidFields<dim>::solve(LipidField &field) {
  Vector right = membrane.scalar_vector(false), fraction = membrane.scalar_vector(false);
  right = field.content;
  solver->solve(fraction, right);
  membrane.scalar_constraints().distribute(fraction);
  field.fraction = fraction;
}

template <int dim> std::vector<ConservedField> LipidFields<dim>::conserved() const {
  std::vector<ConservedField> fields(lipid_fields.size());
  for (unsigned int f = 0; f < fields.size(); ++f) {
    fields[f].density = lipid_fields[f].fraction;
    fields[f].total = amount(lipid_fields[f]);
    fields[f].reservoir_density = lipid_fields[f].reservoir_fraction;
  }
  return fields;
}

template <int dim> void LipidFields<dim>::mesh_changed(const std::vector<ConservedField> &fields) {
  Assert(fields.size() == lipid_fields.size(),
         ExcDimensionMismatch(fields.size(), lipid_fields.size()));
  if (mesh_version != membrane.mesh_version())
    setup();
  assemble(1., 0.);
  AssertThrow(solver->factorize(), ExcMessage("The mass matrix of the lipids is singular."));
  for (unsigned int f = 0; f < fields.size(); ++f) {
    LipidField &field = lipid_fields[f];
    replace(field.content, fields[f].content);
    field.left_through_rim += fields[f].outflow;
    replace(field.fraction, membrane.scalar_vector(true));
    solve(field);
  }
}

template <int dim> void LipidFields<dim>::advance(const double dt) {
  assemble(1., dt);
  AssertThrow(solver->factorize(), ExcMessage("The diffusion matrix is singular."));
  for (LipidField &field : lipid_fields)
    solve(field);
  // What flowed between nodes; the rows of the stiffness matrix sum to zero, so the amount stays.
  assemble(0., dt);
  for (LipidField &field : lipid_fields) {
    Vector content = membrane.scalar_vector(false), fraction = membrane.scalar_vector(false),
           flow = membrane.scalar_vector(false);
    content = field.content;
    fraction = field.fraction;
    times_matrix(fraction, flow);
    content.add(-1., flow);
    field.content = content;
  }
}

template <int dim> double LipidFields<dim>::amount(const LipidField &field) const {
  double sum = 0.;
  for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
    sum += static_cast<double>(field.content(i));
  return Utilities::MPI::sum(sum, membrane.communicator());
}

template <int dim> void LipidFields<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  std::size_t n = lipid_fields.size();
  state.item("lipid fields", n);
  lipid_fields.resize(n);
  for (std::size_t f = 0; f < n; ++f) {
    LipidField &field = lipid_fields[f];
    const std::string name = "lipid field " + std::to_string(f) + ": ";
    state.item(name + "species", field.species);
    state.item(name + "leaflet", field.leaflet);
    state.item(name + "reservoir fraction", field.reservoir_fraction);
    state.item(name + "left through rim", field.left_through_rim);
    archive.field(name + "content", membrane.scalar_dofs(), field.content);
    archive.field(name + "fraction", membrane.scalar_dofs(), field.fraction);
  }
}

double amount_within(const Membrane<1> &membrane, const unsigned int curve, const Vector &fraction,
                     const double area) {
  const unsigned int p = membrane.degree(), scalar_degree = std::max(1u, p - 1);
  const CurveCell geometry(p), scalar(scalar_degree);
  const auto points = membrane.curve_points(curve);
  const auto values = membrane.curve_scalars(curve, fraction);
  const unsigned int n_cells = membrane.curves()[curve].size();

  double area_left = area, amount = 0.;
  for (unsigned int k = n_cells; k-- > 0 && area_left > 0.;) {
    const auto points_of = [&](const unsigned int a) { return points[k * p + a]; };
    const auto area_from = [&](const double xi) {
      double sum = 0.;
      geometry.integrate(points_of, xi, 1., [&](double, const double dA) { sum += dA; });
      return sum;
    };
    double xi = 0.;
    if (area_from(0.) > area_left) {
      double low = 0., high = 1.; // area_from falls from low to high
      for (unsigned int i = 0; i < 60; ++i) {
        xi = 0.5 * (low + high);
        (area_from(xi) > area_left ? low : high) = xi;
      }
    }
    geometry.integrate(points_of, xi, 1., [&](const double x, const double dA) {
      amount +=
          dA * scalar.value([&](const unsigned int j) { return values[k * scalar_degree + j]; }, x);
    });
    area_left -= area_from(xi);
    if (xi > 0.)
      break;
  }
  return amount;
}

template class LipidFields<1>;
template class LipidFields<2>;
} // namespace fusogen
