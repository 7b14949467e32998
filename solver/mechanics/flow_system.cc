// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/flow_system.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace fusogen {
using namespace dealii;

namespace {
constexpr unsigned int max_newton_iterations = 12;
} // namespace

template <int dim>
FlowSystem<dim>::FlowSystem(Membrane<dim> &membrane, std::map<Edge, EdgeCondition> conditions)
    : surface_membrane(membrane), edge_conditions(std::move(conditions)),
      element(FE_Q<dim, spacedim>(membrane.degree()), 2 * spacedim,
              FE_DGP<dim, spacedim>(std::max(1u, membrane.degree() - 1)), 1),
      dof_handler(membrane.triangulation()) {
  setup();
}

template <int dim> void FlowSystem<dim>::setup() {
  const MPI_Comm communicator = surface_membrane.communicator();
  dof_handler.distribute_dofs(element);
  owned = dof_handler.locally_owned_dofs();
  DoFTools::extract_locally_relevant_dofs(dof_handler, relevant);

  block_index.resize(element.n_dofs_per_cell());
  for (unsigned int i = 0; i < element.n_dofs_per_cell(); ++i) {
    const auto [base, node] = element.system_to_base_index(i);
    if (base.first == 1)
      block_index[i] = {2, node};
    else
      block_index[i] = {base.second / spacedim, node * spacedim + base.second % spacedim};
  }

  // Every owned degree of freedom of the membrane's spaces has its partner in the mixed system.
  std::map<Index, Index> displacement, moment, tension;
  std::vector<Index> mixed(element.n_dofs_per_cell()), vector_indices, tension_indices;
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (!cell->is_artificial()) {
      cell->get_dof_indices(mixed);
      surface_membrane.cell_position_indices(cell, vector_indices);
      surface_membrane.cell_tension_indices(cell, tension_indices);
      for (unsigned int i = 0; i < mixed.size(); ++i)
        if (owned.is_element(mixed[i])) {
          const auto [block, index] = block_index[i];
          if (block == 2)
            tension[tension_indices[index]] = mixed[i];
          else
            (block == 0 ? displacement : moment)[vector_indices[index]] = mixed[i];
        }
    }
  displacement_map.assign(displacement.begin(), displacement.end());
  moment_map.assign(moment.begin(), moment.end());
  tension_map.assign(tension.begin(), tension.end());

  constraints.clear();
  constraints.reinit(relevant);
  DoFTools::make_hanging_node_constraints(dof_handler, constraints);
  if (dim == 1)
    for (const auto &cell : dof_handler.active_cell_iterators())
      for (const unsigned int f : cell->face_indices())
        if (!cell->is_artificial() && cell->face(f)->at_boundary()) {
          const Edge edge = Edge(cell->face(f)->boundary_id());
          cell->get_dof_indices(mixed);
          for (unsigned int i = 0; i < mixed.size(); ++i) {
            const auto [block, index] = block_index[i];
            if (block == 2 || index / spacedim != f)
              continue;
            const bool radial = index % spacedim == 0;
            bool fixed = false;
            if (edge == Edge::axis)
              fixed = radial; // r = 0, and no radial moment, by symmetry
            else {
              const EdgeCondition &condition = edge_conditions.at(edge);
              fixed = block == 0 ? (radial ? condition.radius_fixed : condition.height_fixed)
                                 : condition.moment_free;
            }
            if (fixed)
              constraints.add_line(mixed[i]);
          }
        }
  constraints.close();

  DynamicSparsityPattern pattern(relevant);
  DoFTools::make_sparsity_pattern(dof_handler, pattern, constraints, true);
  SparsityTools::distribute_sparsity_pattern(pattern, owned, communicator, relevant);
  matrix.reinit(owned, owned, pattern, communicator);
  solver = std::make_unique<SymmetricDirectSolver>(matrix);

  solution = mixed_vector(true);
  gradient = mixed_vector(false);
  velocity_vector = surface_membrane.vector_field(true);
  update_marks();
}

template <int dim> Vector FlowSystem<dim>::mixed_vector(const bool ghosted) const {
  return ghosted ? Vector(owned, relevant, surface_membrane.communicator())
                 : Vector(owned, surface_membrane.communicator());
}

template <int dim> void FlowSystem<dim>::update_marks() {
  // The pole is the highest vertex (in the meridian: on the axis), the neck the vertex of least r
  // whose neighbours both lie farther out. Among cells that share it, the one of lowest (rank,
  // index) treats it.
  const MPI_Comm communicator = surface_membrane.communicator();
  const auto claim = [&](const double best_here,
                         const std::pair<int, int> candidate) -> std::pair<int, int> {
    const double best = Utilities::MPI::max(best_here, communicator);
    const bool mine = candidate.first >= 0 && best_here >= best - 1e-12 * std::abs(best);
    const int rank = Utilities::MPI::this_mpi_process(communicator);
    const int winner =
        Utilities::MPI::min(mine ? rank : std::numeric_limits<int>::max(), communicator);
    return winner == rank ? candidate : std::pair<int, int>(-1, -1);
  };
  double highest = -std::numeric_limits<double>::max(),
         narrowest = -std::numeric_limits<double>::max();
  std::pair<int, int> pole_here = {-1, -1}, neck_here = {-1, -1};
  std::vector<double> x, next;
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_positions(cell, x);
      for (const unsigned int v : cell->vertex_indices()) {
        const double z = x[v * spacedim + dim], r = x[v * spacedim];
        const bool on_axis =
            dim == 2 || (cell->face(v)->at_boundary() &&
                         cell->face(v)->boundary_id() == types::boundary_id(Edge::axis));
        if (on_axis && z > highest) {
          highest = z;
          pole_here = {cell->active_cell_index(), v};
        }
        if (dim == 1 && v == 0 && !cell->face(0)->at_boundary() && -r > narrowest) {
          surface_membrane.cell_positions(cell->neighbor(0), next);
          if (x[spacedim] > r && next[0] > r) {
            narrowest = -r;
            neck_here = {cell->active_cell_index(), v};
          }
        }
      }
    }
  pole = claim(highest, pole_here);
  neck = claim(narrowest, neck_here);
}

template <int dim>
template <class Function>
void FlowSystem<dim>::for_each_cell(const double dt, const Function &function) const {
  SurfaceValues<dim> before(surface_membrane.degree()), now(surface_membrane.degree());
  const unsigned int n = before.n_vector_dofs();
  std::vector<double> old_positions, positions(n), displacement(n), moment(n),
      tension(before.n_tension_dofs());
  std::vector<Index> indices(element.n_dofs_per_cell());
  std::vector<double> values(element.n_dofs_per_cell());
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell->get_dof_indices(indices);
      solution.extract_subvector_to(indices.begin(), indices.end(), values.begin());
      for (unsigned int i = 0; i < values.size(); ++i) {
        const auto [block, index] = block_index[i];
        (block == 0 ? displacement : block == 1 ? moment : tension)[index] = values[i];
      }
      surface_membrane.cell_positions(cell, old_positions);
      for (unsigned int i = 0; i < n; ++i)
        positions[i] = old_positions[i] + displacement[i];
      const double orientation = Membrane<dim>::orientation(cell);
      before.reinit(old_positions, orientation);
      now.reinit(positions, orientation);
      const int index = cell->active_cell_index();
      const CellState<dim> state{cell,
                                 before,
                                 now,
                                 positions,
                                 displacement,
                                 moment,
                                 tension,
                                 dt,
                                 Membrane<dim>::component(cell),
                                 pole.first == index ? pole.second : -1,
                                 neck.first == index ? neck.second : -1};
      std::vector<EdgeState<dim>> edges;
      if (dim == 1)
        for (const unsigned int f : cell->face_indices())
          if (cell->face(f)->at_boundary() &&
              cell->face(f)->boundary_id() != types::boundary_id(Edge::axis))
            edges.push_back({Edge(cell->face(f)->boundary_id()), f, positions[f * spacedim],
                             state.component, moment, displacement});
      function(state, edges, indices);
    }
}

template <int dim> void FlowSystem<dim>::assemble(const Part part, const double dt) {
  const unsigned int n_vector = SurfaceValues<dim>(surface_membrane.degree()).n_vector_dofs();
  const unsigned int n_tension = SurfaceValues<dim>(surface_membrane.degree()).n_tension_dofs();
  LocalSystem local(n_vector, n_tension);
  LocalConstraint local_constraint(n_vector, n_tension);
  const unsigned int n = element.n_dofs_per_cell();
  FullMatrix<double> cell_matrix(n, n);
  dealii::Vector<double> cell_gradient(n), cell_border(n);
  std::vector<Index> index_list(n);

  gradient = 0.;
  if (part != Part::gradient)
    matrix = 0.;
  if (part == Part::all)
    for (unsigned int k = 0; k < constrained_terms.size(); ++k) {
      borders[k] = 0.;
      border_values[k] = 0.;
    }
  bool degenerate_here = false;

  for_each_cell(dt, [&](const CellState<dim> &cell, const std::vector<EdgeState<dim>> &edges,
                        const std::vector<Index> &indices) {
    degenerate_here |= cell.now.is_degenerate();
    local.reset();
    const bool second = part != Part::gradient;
    for (const auto &term : terms) {
      term->add_to(cell, local, second);
      for (const EdgeState<dim> &edge : edges)
        term->add_to_edge(edge, local, second);
    }
    for (unsigned int i = 0; i < n; ++i) {
      const auto [row_block, row] = block_index[i];
      cell_gradient(i) = row_block == 0   ? local.gradient_x(row)
                         : row_block == 1 ? local.gradient_b(row)
                                          : local.gradient_tension(row);
      if (part == Part::moment_only && row_block != 1)
        cell_gradient(i) = 0.;
      if (!second)
        continue;
      for (unsigned int j = 0; j < n; ++j) {
        const auto [column_block, column] = block_index[j];
        double value = 0.;
        if (row_block == 1 && column_block == 1)
          value = local.bb(row, column);
        else if (part == Part::moment_only)
          value = i == j ? 1. : 0.;
        else if (row_block == 0 && column_block == 0)
          value = local.xx(row, column);
        else if (row_block == 1 && column_block == 0)
          value = local.bx(row, column);
        else if (row_block == 0 && column_block == 1)
          value = local.bx(column, row);
        else if (row_block == 2 && column_block == 0)
          value = local.tension_x(row, column);
        else if (row_block == 0 && column_block == 2)
          value = local.tension_x(column, row);
        cell_matrix(i, j) = value;
      }
    }
    if (second)
      constraints.distribute_local_to_global(cell_matrix, cell_gradient, indices, matrix, gradient);
    else
      constraints.distribute_local_to_global(cell_gradient, indices, gradient);

    if (part != Part::all)
      return;
    for (unsigned int k = 0; k < constrained_terms.size(); ++k) {
      local_constraint.reset();
      constrained_terms[k]->add_to_constraint(cell, local_constraint);
      border_values[k] += local_constraint.value;
      for (unsigned int i = 0; i < n; ++i) {
        const auto [block, index] = block_index[i];
        cell_border(i) = block == 0   ? local_constraint.gradient_x(index)
                         : block == 2 ? local_constraint.gradient_tension(index)
                                      : 0.;
      }
      constraints.distribute_local_to_global(cell_border, indices, borders[k]);
    }
  });
  gradient.compress(VectorOperation::add);
  if (part != Part::gradient)
    matrix.compress(VectorOperation::add);

  const MPI_Comm communicator = surface_membrane.communicator();
  degenerate_geometry = Utilities::MPI::max(degenerate_here ? 1 : 0, communicator) == 1;
  if (part == Part::all) {
    // The inextensibility rows still lack what the material area is.
    for (const auto &[area, mixed] : tension_map)
      gradient(mixed) += -static_cast<double>(area_target(area));
    gradient.compress(VectorOperation::add);
    for (unsigned int k = 0; k < constrained_terms.size(); ++k) {
      borders[k].compress(VectorOperation::add);
      border_values[k] = Utilities::MPI::sum(border_values[k], communicator) +
                         constrained_terms[k]->constraint_offset();
      gradient.add(constrained_terms[k]->multiplier, borders[k]);
    }
  }
}

template <int dim> void FlowSystem<dim>::initialize() {
  constrained_terms.clear();
  for (const auto &term : terms)
    if (term->has_constraint())
      constrained_terms.push_back(term.get());
  borders.assign(constrained_terms.size(), mixed_vector(false));
  border_values.assign(constrained_terms.size(), 0.);
  material_area = measured_area();
  project_moment();
}

template <int dim> Vector FlowSystem<dim>::measured_area() const {
  Vector area = surface_membrane.tension_vector(false);
  std::vector<Index> indices;
  SurfaceValues<dim> surface(surface_membrane.degree());
  std::vector<double> x;
  for (const auto &cell : surface_membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_positions(cell, x);
      surface_membrane.cell_tension_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      std::vector<double> local(indices.size(), 0.);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int j = 0; j < indices.size(); ++j)
          local[j] += surface.weight(q) * surface.tension_shape(q, j);
      area.add(indices, local);
    }
  area.compress(VectorOperation::add);
  Vector result = surface_membrane.tension_vector(true);
  result = area;
  return result;
}

template <int dim> void FlowSystem<dim>::project_moment() {
  Vector start = mixed_vector(false);
  start = solution;
  for (const auto &[vector, mixed] : displacement_map)
    start(mixed) = 0.;
  start.compress(VectorOperation::insert);
  solution = start;
  assemble(Part::moment_only, 1.);
  AssertThrow(solver->factorize(),
              ExcMessage("The mass matrix of the bending moment is singular."));
  Vector correction = mixed_vector(false);
  solver->solve(correction, gradient);
  constraints.distribute(correction);
  start.add(-1., correction);
  solution = start;
}

template <int dim> void FlowSystem<dim>::mesh_moved(const Vector &new_material_area) {
  material_area = new_material_area;
  project_moment();
  update_marks();
}

template <int dim> StepResult FlowSystem<dim>::step(const double dt) {
  StepResult result;
  result.energy_before = energy();
  const Snapshot start = snapshot();
  const MPI_Comm communicator = surface_membrane.communicator();

  Vector current = mixed_vector(false), update = mixed_vector(false);
  current = solution;
  for (const auto &[vector, mixed] : displacement_map)
    current(mixed) = 0.;
  current.compress(VectorOperation::insert);
  solution = current;
  for (const auto &term : terms)
    term->begin_step();

  // The mesh motion leaves cells whose area is not quite that of their material. Making up for it
  // in one short step would be a fast motion, so it takes the time area_relaxation_time.
  const double share = area_relaxation_time > 0. ? -std::expm1(-dt / area_relaxation_time) : 1.;
  Vector target = surface_membrane.tension_vector(false),
         material = surface_membrane.tension_vector(false);
  target = measured_area();
  material = material_area;
  target *= 1. - share;
  target.add(share, material);
  area_target = surface_membrane.tension_vector(true);
  area_target = target;

  const unsigned int m = constrained_terms.size();
  std::vector<Vector> columns(m, mixed_vector(false));
  const double length = std::sqrt(total_material_area());
  double shortest = length;
  for_each_cell(dt, [&](const CellState<dim> &cell, const auto &, const auto &) {
    double squared = 0.;
    for (unsigned int c = 0; c < spacedim; ++c)
      squared += std::pow(cell.positions[spacedim + c] - cell.positions[c], 2);
    shortest = std::min(shortest, std::sqrt(squared));
  });
  shortest = Utilities::MPI::min(shortest, communicator);
  double last_size = std::numeric_limits<double>::max();

  const auto fail = [&]() {
    restore(start);
    return result;
  };

  for (unsigned int iteration = 1; iteration <= max_newton_iterations; ++iteration) {
    assemble(Part::all, dt);
    if (degenerate_geometry || !std::isfinite(gradient.l2_norm()) || !solver->factorize())
      return fail();
    solver->solve(update, gradient);
    update *= -1.;
    if (m > 0) {
      FullMatrix<double> schur(m, m), inverse(m, m);
      dealii::Vector<double> defect(m), change(m);
      for (unsigned int k = 0; k < m; ++k) {
        solver->solve(columns[k], borders[k]);
        defect(k) = border_values[k] + borders[k] * update;
      }
      for (unsigned int k = 0; k < m; ++k)
        for (unsigned int l = 0; l < m; ++l)
          schur(k, l) = borders[k] * columns[l];
      inverse.invert(schur);
      inverse.vmult(change, defect);
      for (unsigned int k = 0; k < m; ++k) {
        update.add(-change(k), columns[k]);
        constrained_terms[k]->multiplier += change(k);
      }
    }
    constraints.distribute(update);
    current.add(1., update);
    solution = current;

    double size = 0.;
    for (const auto &[vector, mixed] : displacement_map)
      size = std::max(size, std::abs(update(mixed)));
    size = Utilities::MPI::max(size, communicator);
    result.iterations = iteration;
    if (!std::isfinite(size) || size > length || (iteration > 4 && size > 2. * last_size))
      return fail();
    // Newton's method squares the error, so the one left after this update is far below its size.
    if (size < 1e-5 * shortest) {
      result.converged = true;
      break;
    }
    last_size = size;
  }
  if (!result.converged)
    return fail();

  // Accept: the ledger first, while both surfaces are at hand.
  std::map<std::string, double> dissipated;
  for_each_cell(dt, [&](const CellState<dim> &cell, const auto &, const auto &) {
    degenerate_geometry |= cell.now.is_degenerate();
    for (const auto &term : terms)
      dissipated[term->name()] += term->dissipated(cell);
  });
  if (Utilities::MPI::max(degenerate_geometry ? 1 : 0, communicator) == 1)
    return fail();
  last_power.clear();
  for (const auto &term : terms) {
    const double sum = Utilities::MPI::sum(dissipated[term->name()], communicator);
    result.dissipated += sum;
    last_power[term->name()] += sum / dt;
  }

  Vector positions = surface_membrane.vector_field(false),
         velocity = surface_membrane.vector_field(false);
  positions = surface_membrane.positions();
  for (const auto &[vector, mixed] : displacement_map) {
    const double displacement = current(mixed);
    positions(vector) = positions(vector) + displacement;
    velocity(vector) = displacement / dt;
    result.largest_displacement = std::max(result.largest_displacement, std::abs(displacement));
    current(mixed) = 0.;
  }
  result.largest_displacement = Utilities::MPI::max(result.largest_displacement, communicator);
  positions.compress(VectorOperation::insert);
  velocity.compress(VectorOperation::insert);
  current.compress(VectorOperation::insert);
  solution = current;
  surface_membrane.set_positions(positions);
  velocity_vector = velocity;
  for (const auto &term : terms)
    if (term->changes_material_area())
      material_area = measured_area();
  result.energy_after = energy();
  return result;
}

template <int dim> double FlowSystem<dim>::energy() const {
  double sum = 0.;
  for (const auto &[name, value] : energies())
    sum += value;
  return sum;
}

template <int dim> std::map<std::string, double> FlowSystem<dim>::energies() const {
  std::map<std::string, double> sums;
  for (const auto &term : terms)
    sums[term->name()] += 0.;
  for_each_cell(
      1., [&](const CellState<dim> &cell, const std::vector<EdgeState<dim>> &edges, const auto &) {
        for (const auto &term : terms) {
          sums[term->name()] += term->energy(cell);
          for (const EdgeState<dim> &edge : edges)
            sums[term->name()] += term->edge_energy(edge);
        }
      });
  for (auto &[name, value] : sums)
    value = Utilities::MPI::sum(value, surface_membrane.communicator());
  return sums;
}

template <int dim> double FlowSystem<dim>::total_dissipated_power() const {
  double sum = 0.;
  for (const auto &[name, value] : last_power)
    sum += value;
  return sum;
}

template <int dim> Vector FlowSystem<dim>::energy_gradient() {
  assemble(Part::gradient, 1.);
  Vector result = surface_membrane.vector_field(false);
  for (const auto &[vector, mixed] : displacement_map)
    result(vector) = static_cast<double>(gradient(mixed));
  result.compress(VectorOperation::insert);
  return result;
}

template <int dim> typename FlowSystem<dim>::Snapshot FlowSystem<dim>::snapshot() const {
  Snapshot s{surface_membrane.positions(), solution, material_area, velocity_vector, {}};
  for (const auto &term : terms)
    s.multipliers.push_back(term->multiplier);
  return s;
}

template <int dim> void FlowSystem<dim>::restore(const Snapshot &s) {
  surface_membrane.set_positions(s.positions);
  solution = s.solution;
  material_area = s.material_area;
  velocity_vector = s.velocity;
  for (unsigned int k = 0; k < terms.size(); ++k)
    terms[k]->multiplier = s.multipliers[k];
}

template <int dim> double FlowSystem<dim>::total_material_area() const {
  // Shape function 0 of a cell is the constant 1.
  double sum = 0.;
  std::vector<Index> indices;
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_tension_indices(cell, indices);
      sum += material_area(indices[0]);
    }
  return Utilities::MPI::sum(sum, surface_membrane.communicator());
}

template <int dim> Vector FlowSystem<dim>::moment() const {
  Vector owned_field = surface_membrane.vector_field(false);
  for (const auto &[field_dof, mixed] : moment_map)
    owned_field(field_dof) = static_cast<double>(solution(mixed));
  owned_field.compress(VectorOperation::insert);
  Vector result = surface_membrane.vector_field(true);
  result = owned_field;
  return result;
}

template <int dim> Vector FlowSystem<dim>::tension() const {
  // Lumped L2 projection of the discontinuous tension.
  Vector sums = surface_membrane.scalar_vector(false),
         weights = surface_membrane.scalar_vector(false);
  std::vector<Index> indices;
  for_each_cell(1., [&](const CellState<dim> &cell, const auto &, const auto &) {
    const SurfaceValues<dim> &surface = cell.now;
    surface_membrane.cell_scalar_indices(cell.iterator, indices);
    std::vector<double> sum(indices.size(), 0.), weight(indices.size(), 0.);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      for (unsigned int j = 0; j < indices.size(); ++j) {
        const double part = surface.weight(q) * std::abs(surface.scalar_shape(q, j).value);
        sum[j] += part * surface.tension(q, cell.tension);
        weight[j] += part;
      }
    sums.add(indices, sum);
    weights.add(indices, weight);
  });
  sums.compress(VectorOperation::add);
  weights.compress(VectorOperation::add);
  Vector average = surface_membrane.scalar_vector(false);
  for (const auto i : surface_membrane.scalar_dofs().locally_owned_dofs())
    average(i) = static_cast<double>(sums(i)) / static_cast<double>(weights(i));
  average.compress(VectorOperation::insert);
  Vector result = surface_membrane.scalar_vector(true);
  result = average;
  return result;
}

template <int dim> void FlowSystem<dim>::set_tension(const Vector &tension) {
  // Only a start for Newton's method: the mean over each cell will do.
  Vector current = mixed_vector(false);
  current = solution;
  std::vector<double> values;
  std::vector<Index> indices(element.n_dofs_per_cell());
  for (const auto &cell : dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_scalar_values(cell, tension, values);
      cell->get_dof_indices(indices);
      const double mean = std::accumulate(values.begin(), values.end(), 0.) / values.size();
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (block_index[i].first == 2)
          current(indices[i]) = block_index[i].second == 0 ? mean : 0.;
    }
  current.compress(VectorOperation::insert);
  solution = current;
}

template class FlowSystem<1>;
template class FlowSystem<2>;
} // namespace fusogen
