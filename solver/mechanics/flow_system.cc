// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/flow_system.h"

#include "mechanics/direct_solver.h"
#include "mechanics/moment_mass.h"
#include "mechanics/scalar_mass.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace fusogen {
using namespace dealii;

namespace {
constexpr unsigned int max_newton_iterations = 12;
// Newton's method ends when what its last update left is below this share of the shortest edge:
// with a direct linear solver, where one more iteration costs little, and with an iterative one.
constexpr double direct_newton_tolerance = 2e-11, iterative_newton_tolerance = 1e-8;
// Relative residual at which an iterative linear solver may stop: as accurate as the nonlinear
// problem deserves at that point (inexact Newton method).
constexpr double first_linear_tolerance = 1e-4, largest_linear_tolerance = 1e-3,
                 smallest_linear_tolerance = 1e-8;
// The relative error of the displacement by the relative residual: much of a residual comes from
// moments and tensions that do not belong to the shape yet, in the first iteration most. Measured
// with 384 to 24,576 cells: up to 55 in the first, up to 17 in the next ones.
constexpr double first_amplification = 50., next_amplification = 10.;
// Newton's method leaves the square of the relative error times this. Measured: 0.15 to 0.45.
constexpr double newton_factor = 0.5;
// A step starts from the polynomial through so many past steps: a cubic for positions. Moments and
// tensions jump in the first step, which they leave out, and are less smooth.
constexpr unsigned int positions_order = 3, moments_order = 2;

// Newton's interpolation formula: the polynomial through the ends of the last n steps, taken a time
// dt after the last one, lies off it by the sum over past steps i of weight[i] times their rate of
// change.
template <class History>
std::vector<double> extrapolation_weights(const History &history, const unsigned int n,
                                          const double dt) {
  std::vector<double> weights(history.size(), 0.);
  for (unsigned int i = 0; i < n; ++i) {
    std::vector<double> difference(n, 0.); // divided, of the step that changes by 1 per time
    difference[i] = 1.;
    double product = dt, reached = dt;
    for (unsigned int order = 1; order <= n; ++order) {
      weights[i] += product * difference[0];
      reached += history[order - 1].dt;
      product *= reached;
      for (unsigned int k = 0; k + order < n; ++k) {
        double span = 0.;
        for (unsigned int l = k; l <= k + order; ++l)
          span += history[l].dt;
        difference[k] = (difference[k] - difference[k + 1]) / span;
      }
    }
  }
  return weights;
}
} // namespace

template <int dim>
FlowSystem<dim>::FlowSystem(Membrane<dim> &membrane, std::map<Edge, EdgeCondition> conditions,
                            const Leaflets leaflets)
    : leaflet_content(membrane.scalar_vector(true)), surface_membrane(membrane),
      space(membrane, std::move(conditions), leaflets),
      solver(std::make_unique<DirectSolver<dim>>(space)), solution(mixed_vector(true)),
      velocity_vector(membrane.vector_field(true)),
      slip_velocity_vector(membrane.vector_field(true)), through_rim(membrane.scalar_vector(true)),
      gradient(mixed_vector(false)) {
  find_pole();
}

template <int dim> void FlowSystem<dim>::find_pole() {
  // The highest vertex (in the meridian: on the axis). Among cells that share it, the one of lowest
  // (rank, index) treats it.
  double highest = -std::numeric_limits<double>::max();
  pole = {-1, -1};
  std::vector<double> x;
  for (const auto &cell : space.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_positions(cell, x);
      for (const unsigned int v : cell->vertex_indices()) {
        const double z = x[v * spacedim + dim];
        const bool on_axis =
            dim == 2 || (cell->face(v)->at_boundary() &&
                         cell->face(v)->boundary_id() == types::boundary_id(Edge::axis));
        if (on_axis && z > highest) {
          highest = z;
          pole = {cell->active_cell_index(), v};
        }
      }
    }
  const MPI_Comm communicator = surface_membrane.communicator();
  const double top = Utilities::MPI::max(highest, communicator);
  const bool mine = pole.first >= 0 && highest >= top - 1e-12 * std::abs(top);
  const int rank = Utilities::MPI::this_mpi_process(communicator);
  const int winner =
      Utilities::MPI::min(mine ? rank : std::numeric_limits<int>::max(), communicator);
  if (winner != rank)
    pole = {-1, -1};
}

template <int dim>
template <class Function>
void FlowSystem<dim>::for_each_cell(const double dt, const Function &function) const {
  CellAssembly<dim> assembly(surface_membrane.degree());
  CellUnknowns<dim> unknowns;
  unknowns.dt = dt;
  for (const auto &cell : space.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      const int index = cell->active_cell_index();
      space.get(cell, solution, unknowns);
      if (space.leaflets == Leaflets::area_difference)
        unknowns.potential.assign(surface_membrane.scalar_dofs().get_fe().n_dofs_per_cell(),
                                  potential);
      if (lipid_effects) {
        surface_membrane.cell_scalar_values(cell, lipid_effects->first, unknowns.lipid_curvature);
        surface_membrane.cell_scalar_values(cell, lipid_effects->second,
                                            unknowns.relative_rigidity);
      }
      if (domain)
        surface_membrane.cell_scalar_values(cell, *domain, unknowns.domain);
      if (moved_before)
        surface_membrane.cell_vector_values(cell, *moved_before, unknowns.moved_before);
      unknowns.pole_node = pole.first == index ? pole.second : -1;
      assembly.reinit(unknowns);
      function(cell, assembly);
    }
}

template <int dim> void FlowSystem<dim>::assemble(const Part part, const double dt) {
  const unsigned int n = space.dofs_per_cell();
  CellSystem system;
  CellBorder border;
  dealii::Vector<double> cell_gradient(n), cell_border(n);
  std::vector<Index> indices(n);

  gradient = 0.;
  find_pairs();
  if (part == Part::all)
    solver->begin();
  for (unsigned int k = 0; k < n_borders(); ++k) {
    borders[k] = 0.;
    border_values[k] = border_diagonal[k] = 0.;
  }
  bool degenerate_here = false;
  double shortest_here = std::numeric_limits<double>::max();

  for_each_cell(dt, [&](const auto &cell, const CellAssembly<dim> &assembly) {
    degenerate_here |= assembly.is_degenerate();
    shortest_here = std::min(shortest_here, assembly.shortest_edge());
    assembly.assemble(terms, system, part == Part::all);
    for (unsigned int i = 0; i < n; ++i) {
      const auto [block, index] = space.block_index(i);
      cell_gradient(i) = block == MixedSpace<dim>::displacement ? system.gradient_x[index]
                         : block == MixedSpace<dim>::moment     ? system.gradient_b[index]
                         : block == MixedSpace<dim>::tension    ? system.gradient_tension[index]
                         : block == MixedSpace<dim>::slip       ? system.gradient_slip[index]
                                                                : system.gradient_potential[index];
    }
    cell->get_dof_indices(indices);
    space.constraints.distribute_local_to_global(cell_gradient, indices, gradient);
    if (part == Part::energies)
      return;
    if (part == Part::all)
      solver->add(cell, system);
    for (unsigned int k = 0; k < n_borders(); ++k) {
      if (k < constrained_terms.size())
        assembly.assemble_constraint(*constrained_terms[k], border);
      else
        border = uniform_potential(system);
      border_values[k] += border.value;
      border_diagonal[k] += border.diagonal;
      for (unsigned int i = 0; i < n; ++i) {
        const auto [block, index] = space.block_index(i);
        cell_border(i) = block == MixedSpace<dim>::displacement ? border.gradient_x[index]
                         : block == MixedSpace<dim>::moment     ? border.gradient_b[index]
                         : block == MixedSpace<dim>::tension    ? border.gradient_tension[index]
                                                                : 0.;
      }
      space.constraints.distribute_local_to_global(cell_border, indices, borders[k]);
    }
  });
  for (const Term<dim> *term : paired_terms)
    term->for_each_pair(part == Part::all, [&](const PairSystem &pair) {
      gradient.add(pair.dofs, pair.gradient);
      if (part == Part::all)
        solver->add_pair(pair);
    });
  for (const auto &[scalar, mixed] : space.potential_map)
    gradient(mixed) += static_cast<double>(leaflet_content(scalar));
  gradient.compress(VectorOperation::add);

  const MPI_Comm communicator = surface_membrane.communicator();
  degenerate_geometry = Utilities::MPI::max(degenerate_here ? 1 : 0, communicator) == 1;
  shortest_edge = Utilities::MPI::min(shortest_here, communicator);
  if (part == Part::energies)
    return;
  // The inextensibility rows still lack what the material area is.
  for (const auto &[area, mixed] : space.tension_map)
    gradient(mixed) += -static_cast<double>(area_target(area));
  if (given_forces)
    for (const auto &[vector, mixed] : space.displacement_map)
      if (!space.constraints.is_constrained(mixed))
        gradient(mixed) += -static_cast<double>((*given_forces)(vector));
  gradient.compress(VectorOperation::add);
  Utilities::MPI::sum(border_values, communicator, border_values);
  Utilities::MPI::sum(border_diagonal, communicator, border_diagonal);
  for (unsigned int k = 0; k < n_borders(); ++k) {
    borders[k].compress(VectorOperation::add);
    // The potential's part of the gradient has come from the terms, which know it.
    if (k == constrained_terms.size()) {
      border_values[k] += relaxed_difference;
      continue;
    }
    const Term<dim> &term = *constrained_terms[k];
    const double compliance = term.constraint_compliance(dt);
    border_values[k] += term.constraint_offset() - compliance * term.multiplier;
    border_diagonal[k] -= compliance;
    gradient.add(term.multiplier, borders[k]);
  }
}

template <int dim> void FlowSystem<dim>::begin_pairs() {
  for (Term<dim> *term : paired_terms)
    term->begin_pairs(space);
  find_pairs();
}

template <int dim> void FlowSystem<dim>::find_pairs() {
  if (paired_terms.empty())
    return;
  Assert(solver->takes_pairs(), ExcNotImplemented());
  const Vector start = surface_membrane.positions();
  Vector now = surface_membrane.vector_field(false);
  now = start;
  for (const auto &[vector, mixed] : space.displacement_map)
    now(vector) += static_cast<double>(solution(mixed));
  now.compress(VectorOperation::add);
  surface_membrane.set_positions(now);
  std::vector<std::vector<Index>> pairs;
  for (Term<dim> *term : paired_terms) {
    term->find_pairs(space);
    term->for_each_pair(false, [&](const PairSystem &pair) { pairs.push_back(pair.dofs); });
  }
  surface_membrane.set_positions(start);
  solver->expect_pairs(pairs);
}

template <int dim> void FlowSystem<dim>::initialize() {
  constrained_terms.clear();
  paired_terms.clear();
  for (const auto &term : terms) {
    if (term->has_constraint())
      constrained_terms.push_back(term.get());
    if (term->has_pairs())
      paired_terms.push_back(term.get());
  }
  begin_pairs();
  borders.assign(n_borders(), mixed_vector(false));
  border_values.assign(n_borders(), 0.);
  border_diagonal.assign(n_borders(), 0.);
  material_area = surface_membrane.shape_areas();
  if (space.leaflets == Leaflets::single)
    project_moment();
  else
    relax_leaflets();
}

template <int dim> void FlowSystem<dim>::project_moment() {
  project_moment_alone();
  if (space.leaflets == Leaflets::two)
    project_potential();
  else if (space.leaflets == Leaflets::area_difference)
    project_uniform_potential();
}

template <int dim>
void FlowSystem<dim>::set_lipids(const Vector &curvature, const Vector &rigidity) {
  lipid_effects.emplace(curvature, rigidity);
}

template <int dim> void FlowSystem<dim>::set_domain(const Vector &fraction) {
  domain.emplace(fraction);
}

template <int dim>
void FlowSystem<dim>::clear_potential(const typename MixedSpace<dim>::FieldMap &map) {
  Vector cleared = mixed_vector(false);
  cleared = solution;
  for (const auto &[scalar, mixed] : map)
    cleared(mixed) = 0.;
  cleared.compress(VectorOperation::insert);
  solution = cleared;
}

template <int dim> Vector FlowSystem<dim>::continuity_defect(const double dt) const {
  Vector defect = surface_membrane.scalar_vector(false), content = defect;
  std::vector<Index> indices;
  CellSystem system;
  for_each_cell(dt, [&](const auto &cell, const CellAssembly<dim> &assembly) {
    surface_membrane.cell_scalar_indices(cell, indices);
    assembly.assemble(terms, system, false);
    surface_membrane.scalar_constraints().distribute_local_to_global(system.gradient_potential,
                                                                     indices, defect);
  });
  defect.compress(VectorOperation::add);
  content = leaflet_content;
  defect.add(1., content);
  return defect;
}

template <int dim> void FlowSystem<dim>::relax_leaflets() {
  clear_potential(space.potential_map);
  potential = 0.;
  project_moment_alone();
  if (space.leaflets == Leaflets::area_difference) {
    relaxed_difference -= difference_defect();
    return;
  }
  Vector content = surface_membrane.scalar_vector(false);
  content = leaflet_content;
  content.add(-1., continuity_defect(1.));
  leaflet_content = content;
}

template <int dim> void FlowSystem<dim>::project_potential() {
  // With the moment projected anew for each potential, the density is d H + mu / (2 K_m) and H
  // changes by the error of a projection only: a fixed point, reached within a few rounds.
  constexpr unsigned int most_rounds = 50;
  ScalarMass<dim> mass(surface_membrane);
  const double modulus = [&] {
    for (const auto &term : terms)
      if (const double value = term->leaflet_modulus(); value > 0.)
        return value;
    return 0.;
  }();
  Vector current = mixed_vector(false), change = surface_membrane.scalar_vector(false);
  double last = std::numeric_limits<double>::max();
  for (unsigned int round = 0; round < most_rounds; ++round) {
    mass.solve(continuity_defect(1.), change);
    change *= 2. * modulus;
    const double size = change.linfty_norm();
    current = solution;
    for (const auto &[scalar, mixed] : space.potential_map)
      current(mixed) = current(mixed) + static_cast<double>(change(scalar));
    current.compress(VectorOperation::insert);
    solution = current;
    project_moment_alone();
    if (size < 1e-10 * modulus || size >= 0.9 * last) // round-off, of densities near 1
      break;
    last = size;
  }
}

template <int dim> double FlowSystem<dim>::difference_defect() const {
  double sum = 0.;
  CellSystem system;
  for_each_cell(1., [&](const auto &, const CellAssembly<dim> &assembly) {
    assembly.assemble(terms, system, false);
    sum += uniform_potential(system).value;
  });
  return Utilities::MPI::sum(sum, surface_membrane.communicator()) + relaxed_difference;
}

template <int dim> void FlowSystem<dim>::project_uniform_potential() {
  // The moment is linear in the potential, and so is the defect: two values tell the root.
  const auto defect = [&](const double value) {
    potential = value;
    project_moment_alone();
    return difference_defect();
  };
  const double at_zero = defect(0.), at_one = defect(1.);
  potential = at_zero / (at_zero - at_one);
  project_moment_alone();
}

template <int dim> void FlowSystem<dim>::move_leaflets(const double dt) {
  Vector content = surface_membrane.scalar_vector(false), flow = content, passed = content;
  std::vector<Index> indices;
  std::vector<double> local;
  for_each_cell(dt, [&](const auto &cell, const CellAssembly<dim> &assembly) {
    surface_membrane.cell_scalar_indices(cell, indices);
    assembly.slip_flow(local);
    surface_membrane.scalar_constraints().distribute_local_to_global(local, indices, flow);
  });
  flow.compress(VectorOperation::add);
  // Where the potential is held, the continuity equation tells what has left.
  const Vector defect = continuity_defect(dt);
  for (const auto &[scalar, mixed] : space.reservoir_map)
    passed(scalar) = static_cast<double>(defect(scalar));
  passed.compress(VectorOperation::insert);
  content = leaflet_content;
  content.add(1., flow, -1., passed);
  leaflet_content = content;
  through_rim = passed;
}

template <int dim> double FlowSystem<dim>::total(const Vector &content) {
  return content.mean_value() * content.size();
}

template <int dim> void FlowSystem<dim>::project_moment_alone() {
  Vector start = mixed_vector(false);
  start = solution;
  for (const auto *map : space.increments())
    for (const auto &[vector, mixed] : *map)
      start(mixed) = 0.;
  start.compress(VectorOperation::insert);
  solution = start;
  assemble(Part::energies, 1.);
  // The Lagrangian is quadratic in the moment, so one step of Newton's method finds it.
  MomentMass<dim> mass(space);
  for_each_cell(1., [&](const auto &cell, const CellAssembly<dim> &assembly) {
    CellSystem system;
    assembly.assemble(terms, system, true);
    mass.add(cell, system);
  });
  mass.correct(gradient, start);
  solution = start;
}

template <int dim> Vector FlowSystem<dim>::density_difference() const {
  Vector content = surface_membrane.scalar_vector(false), density = content;
  content = leaflet_content;
  ScalarMass<dim>(surface_membrane).solve(content, density);
  Vector result = surface_membrane.scalar_vector(true);
  result = density;
  return result;
}

template <int dim> std::vector<ConservedField> FlowSystem<dim>::leaflet_fields() const {
  if (space.leaflets != Leaflets::two)
    return {};
  ConservedField field;
  field.density = density_difference();
  field.total = leaflet_difference();
  field.bounds.reset();
  return {field};
}

template <int dim>
void FlowSystem<dim>::mesh_moved(const Vector &new_material_area,
                                 const std::vector<ConservedField> &leaflets) {
  if (!leaflets.empty())
    leaflet_content = leaflets.front().content;
  mesh_moved(new_material_area);
}

template <int dim> void FlowSystem<dim>::mesh_moved(const Vector &new_material_area) {
  material_area = new_material_area;
  history.clear(); // it belongs to nodes that were elsewhere
  begin_pairs();
  project_moment();
  find_pole();
}

template <int dim>
void FlowSystem<dim>::assemble_at_start(const double dt, Vector &current, const Vector &rest) {
  double at_rest = std::numeric_limits<double>::max();
  const double potential_at_rest = potential;
  if (!history.empty()) {
    assemble(Part::first_derivatives, dt);
    at_rest = gradient.l2_norm();
    const unsigned int n = history.size();
    const auto weights = extrapolation_weights(history, std::min(n, positions_order), dt),
               moment_weights = extrapolation_weights(history, std::min(n - 1, moments_order), dt);
    for (unsigned int i = 0; i < n; ++i) {
      current.add(moment_weights[i], *history[i].rate);
      potential += moment_weights[i] * history[i].potential_rate;
    }
    for (const auto *map : space.increments())
      for (const auto &[vector, mixed] : *map) {
        double increment = 0.;
        for (unsigned int i = 0; i < n; ++i)
          increment += weights[i] * static_cast<double>((*history[i].rate)(mixed));
        current(mixed) = increment;
      }
    current.compress(VectorOperation::insert);
    solution = current;
  }
  assemble(Part::all, dt);
  // The negated comparison also turns down a prediction that has no surface.
  if (!history.empty() && (!(gradient.l2_norm() < at_rest) || degenerate_geometry)) {
    current = rest;
    solution = current;
    potential = potential_at_rest;
    assemble(Part::all, dt);
  }
}

template <int dim> StepResult FlowSystem<dim>::step(const double dt) {
  StepResult result;
  begin_pairs();
  result.energy_before = energy();
  const Snapshot start = snapshot();
  const MPI_Comm communicator = surface_membrane.communicator();

  Vector current = mixed_vector(false), update = mixed_vector(false);
  // The content that mesh motion left at an open edge need not be that of a potential of zero.
  clear_potential(space.reservoir_map);
  current = solution;
  for (const auto *map : space.increments())
    for (const auto &[vector, mixed] : *map)
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
  target = surface_membrane.shape_areas();
  material = material_area;
  target *= 1. - share;
  target.add(share, material);
  area_target = surface_membrane.tension_vector(true);
  area_target = target;

  const unsigned int m = n_borders();
  std::vector<double> constraint_defects(m), multiplier_changes(m);
  const double length = std::sqrt(total_material_area());
  const double newton_tolerance =
      solver->is_exact() ? direct_newton_tolerance : iterative_newton_tolerance;
  const Vector rest(current);
  solver->begin_step();
  assemble_at_start(dt, current, rest);
  const double shortest = shortest_edge;

  const auto fail = [&]() {
    restore(start);
    return result;
  };

  double last_size = std::numeric_limits<double>::max(), linear_tolerance = first_linear_tolerance;
  double moved = 0.; // since the matrix was assembled, by the shortest edge as the other sizes
  bool keep_matrix = false;
  for (unsigned int iteration = 1; iteration <= max_newton_iterations; ++iteration) {
    if (iteration > 1)
      assemble(keep_matrix ? Part::first_derivatives : Part::all, dt);
    if (degenerate_geometry || !std::isfinite(gradient.l2_norm()) ||
        !(keep_matrix || solver->prepare(borders, border_diagonal)))
      return fail();
    gradient *= -1.;
    for (unsigned int k = 0; k < m; ++k)
      constraint_defects[k] = -border_values[k];
    const bool solved =
        solver->solve(gradient, constraint_defects, update, multiplier_changes, linear_tolerance);
    result.linear_iterations += solver->iterations();
    if (!solved)
      return fail();
    for (unsigned int k = 0; k < m; ++k)
      border_unknown(k) += multiplier_changes[k];
    current.add(1., update);
    solution = current;

    double size = 0.;
    for (const auto *map : space.increments())
      for (const auto &[vector, mixed] : *map)
        size = std::max(size, std::abs(update(mixed)));
    size = Utilities::MPI::max(size, communicator) / shortest;
    result.iterations = iteration;
    if (!std::isfinite(size) || size > length / shortest ||
        (iteration > 4 && size > 2. * last_size))
      return fail();
    // What is left: with a new matrix Newton's method squares the relative error, with an older one
    // it multiplies it by what the surface has moved since; an iterative solver leaves its share.
    moved = keep_matrix ? moved + size : size;
    const double by_newton = newton_factor * moved,
                 by_solver = solver->is_exact()
                                 ? 0.
                                 : linear_tolerance *
                                       (iteration == 1 ? first_amplification : next_amplification),
                 left = std::max(by_newton, by_solver) * size;
    if (left < newton_tolerance) {
      result.converged = true;
      break;
    }
    // The next iteration does without a new matrix if it can well be the last all the same.
    keep_matrix = !solver->is_exact() && by_newton * left < 0.2 * newton_tolerance;
    // Its linear system is solved to what the matrix is good for, and no further than needed.
    const double next_error = keep_matrix ? by_newton : newton_factor * left,
                 enough = 0.3 * newton_tolerance / left;
    linear_tolerance = next_error * left < newton_tolerance ? enough : std::max(next_error, enough);
    linear_tolerance = std::clamp(linear_tolerance / next_amplification, smallest_linear_tolerance,
                                  largest_linear_tolerance);
    last_size = size;
  }
  if (!result.converged)
    return fail();

  // Accept: the ledger first, while both surfaces are at hand.
  std::map<std::string, double> dissipated;
  double energy_after = 0.;
  for_each_cell(dt, [&](const auto &, const CellAssembly<dim> &assembly) {
    degenerate_geometry |= assembly.is_degenerate();
    for (const auto &term : terms) {
      dissipated[term->name()] += assembly.dissipated(*term);
      energy_after += assembly.energy(*term);
    }
  });
  if (Utilities::MPI::max(degenerate_geometry ? 1 : 0, communicator) == 1)
    return fail();
  find_pairs();
  for (const Term<dim> *term : paired_terms)
    energy_after += term->pair_energy();
  result.energy_after = Utilities::MPI::sum(energy_after, communicator);
  for (const Term<dim> *term : constrained_terms)
    result.energy_after += term->constraint_energy();
  if (space.leaflets == Leaflets::two)
    move_leaflets(dt);
  last_power.clear();
  for (const auto &term : terms) {
    const double sum = Utilities::MPI::sum(dissipated[term->name()], communicator);
    result.dissipated += sum;
    last_power[term->name()] += sum / dt;
  }

  update = current;
  update -= rest;
  update /= dt;
  auto rate = std::make_shared<Vector>(mixed_vector(true));
  *rate = update;
  history.insert(history.begin(), {dt, std::move(rate), (potential - start.potential) / dt});
  if (history.size() > positions_order)
    history.pop_back();

  Vector positions = surface_membrane.vector_field(false),
         velocity = surface_membrane.vector_field(false),
         slip_velocity = surface_membrane.vector_field(false);
  for (const auto &[vector, mixed] : space.slip_map) {
    slip_velocity(vector) = static_cast<double>(current(mixed)) / dt;
    current(mixed) = 0.;
  }
  slip_velocity.compress(VectorOperation::insert);
  slip_velocity_vector = slip_velocity;
  positions = surface_membrane.positions();
  for (const auto &[vector, mixed] : space.displacement_map) {
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
      material_area = surface_membrane.shape_areas();
  return result;
}

template <int dim>
StepResult FlowSystem<dim>::midpoint_step(const double dt, const Vector &forces) {
  // The area of a cell is met half way, so that what it lacks is gone at the end.
  const double relaxation_time = area_relaxation_time;
  area_relaxation_time = 0.5 * dt / std::log(2.);
  given_forces = &forces;
  Vector displacement = surface_membrane.vector_field(false),
         positions = surface_membrane.vector_field(false);
  const Snapshot start = snapshot();
  displacement = surface_membrane.positions();
  StepResult result = step(0.5 * dt);
  given_forces = nullptr;
  area_relaxation_time = relaxation_time;
  history.clear(); // random forces lead nowhere
  if (!result.converged)
    return result;
  positions = surface_membrane.positions();
  displacement.sadd(-1., 1., positions);
  positions.add(1., displacement);
  surface_membrane.set_positions(positions);
  if (degenerate()) {
    restore(start);
    history.clear();
    result.converged = false;
    return result;
  }
  project_moment();
  result.dissipated *= 2.;
  result.heat = forces * displacement * 2.;
  result.largest_displacement *= 2.;
  result.energy_after = energy_since(start.positions);
  return result;
}

template <int dim> StepResult FlowSystem<dim>::jostled_step(const double dt, const Vector &forces) {
  const Snapshot start = snapshot();
  Vector displacement = surface_membrane.vector_field(false), positions = displacement;
  const auto move = [&] {
    displacement = start.positions;
    positions = surface_membrane.positions();
    displacement.sadd(-1., 1., positions);
  };
  given_forces = &forces;
  history.clear(); // random forces lead nowhere
  StepResult result = step(0.5 * dt);
  if (result.converged) {
    move();
    moved_before.emplace(surface_membrane.vector_field(true));
    *moved_before = displacement;
    history.clear();
    const StepResult whole = step(dt);
    moved_before.reset();
    result.converged = whole.converged;
    result.iterations += whole.iterations;
    result.linear_iterations += whole.linear_iterations;
    result.dissipated = whole.dissipated;
  }
  given_forces = nullptr;
  if (!result.converged) {
    restore(start);
    history.clear();
    return result;
  }
  history.clear();
  move();
  result.heat = forces * displacement;
  result.largest_displacement = displacement.linfty_norm();
  displacement /= dt;
  velocity_vector = displacement;
  result.energy_after = energy_since(start.positions);
  return result;
}

template <int dim> double FlowSystem<dim>::energy_since(const Vector &start) {
  const Vector end = surface_membrane.positions(), at_end = solution;
  Vector moved = mixed_vector(false);
  moved = solution;
  for (const auto &[vector, mixed] : space.displacement_map)
    moved(mixed) = static_cast<double>(end(vector)) - static_cast<double>(start(vector));
  moved.compress(VectorOperation::insert);
  surface_membrane.set_positions(start);
  solution = moved;
  const double result = energy();
  surface_membrane.set_positions(end);
  solution = at_end;
  return result;
}

template <int dim> bool FlowSystem<dim>::degenerate() const {
  bool here = false;
  for_each_cell(1., [&](const auto &, const CellAssembly<dim> &assembly) {
    here |= assembly.is_degenerate();
  });
  return Utilities::MPI::max(here ? 1 : 0, surface_membrane.communicator()) == 1;
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
  for_each_cell(1., [&](const auto &, const CellAssembly<dim> &assembly) {
    for (const auto &term : terms)
      sums[term->name()] += assembly.energy(*term);
  });
  for (const Term<dim> *term : paired_terms)
    sums[term->name()] += term->pair_energy();
  for (auto &[name, value] : sums)
    value = Utilities::MPI::sum(value, surface_membrane.communicator());
  for (const Term<dim> *term : constrained_terms)
    sums[term->name()] += term->constraint_energy();
  return sums;
}

template <int dim> double FlowSystem<dim>::total_dissipated_power() const {
  double sum = 0.;
  for (const auto &[name, value] : last_power)
    sum += value;
  return sum;
}

template <int dim> Vector FlowSystem<dim>::energy_gradient() {
  assemble(Part::energies, 1.);
  Vector result = surface_membrane.vector_field(false);
  for (const auto &[vector, mixed] : space.displacement_map)
    result(vector) = static_cast<double>(gradient(mixed));
  result.compress(VectorOperation::insert);
  return result;
}

template <int dim> typename FlowSystem<dim>::Snapshot FlowSystem<dim>::snapshot() const {
  Snapshot s{
      surface_membrane.positions(), solution,    material_area, leaflet_content, velocity_vector,
      slip_velocity_vector,         through_rim, potential,     history,         {}};
  for (const auto &term : terms)
    s.multipliers.push_back(term->multiplier);
  return s;
}

template <int dim> void FlowSystem<dim>::restore(const Snapshot &s) {
  surface_membrane.set_positions(s.positions);
  solution = s.solution;
  material_area = s.material_area;
  leaflet_content = s.leaflet_content;
  velocity_vector = s.velocity;
  slip_velocity_vector = s.slip_velocity;
  through_rim = s.through_rim;
  potential = s.potential;
  history = s.history;
  for (unsigned int k = 0; k < terms.size(); ++k)
    terms[k]->multiplier = s.multipliers[k];
}

template <int dim> void FlowSystem<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  for (unsigned int k = 0; k < terms.size(); ++k) {
    const std::string name = "term " + std::to_string(k) + ", " + terms[k]->name();
    terms[k]->serialize(state, name);
    state.item(name + ": dissipated power", last_power[terms[k]->name()]);
  }
  archive.field("displacement, moment and tension", space.dof_handler, solution);
  archive.field("material area", surface_membrane.tension_dofs(), material_area);
  if (space.leaflets == Leaflets::two) {
    archive.field("leaflet content", surface_membrane.scalar_dofs(), leaflet_content);
    archive.field("slip velocity", surface_membrane.position_dofs(), slip_velocity_vector);
    archive.field("slip through rim", surface_membrane.scalar_dofs(), through_rim);
  }
  if (space.leaflets == Leaflets::area_difference) {
    state.item("relaxed difference of the leaflets", relaxed_difference);
    state.item("potential", potential);
  }
  archive.field("velocity", surface_membrane.position_dofs(), velocity_vector);
  std::size_t n_past = history.size();
  state.item("past steps", n_past);
  history.resize(n_past);
  for (std::size_t i = 0; i < n_past; ++i) {
    const std::string name = "past step " + std::to_string(i + 1);
    state.item(name + ": length", history[i].dt);
    Vector rate = archive.loading() ? mixed_vector(true) : *history[i].rate;
    archive.field(name + ": rate of change", space.dof_handler, rate);
    history[i].rate = std::make_shared<const Vector>(rate);
    state.item(name + ": rate of change of the potential", history[i].potential_rate);
  }

  // The pole stays the same until the mesh changes, though another node may have become the
  // highest: the marked node of each cell, or -1.
  const auto cells = SurfaceArchive<dim>::owned_cells(surface_membrane);
  std::vector<double> marks(cells.size(), -1.);
  for (unsigned int c = 0; c < cells.size() && !archive.loading(); ++c)
    if (static_cast<int>(cells[c]->active_cell_index()) == pole.first)
      marks[c] = pole.second;
  archive.cell_values("pole", 1, marks);
  pole = {-1, -1};
  for (unsigned int c = 0; c < cells.size(); ++c)
    if (marks[c] >= 0.)
      pole = {cells[c]->active_cell_index(), static_cast<int>(marks[c])};
}

template <int dim> Vector FlowSystem<dim>::moment() const {
  Vector owned_field = surface_membrane.vector_field(false);
  for (const auto &[field_dof, mixed] : space.moment_map)
    owned_field(field_dof) = static_cast<double>(solution(mixed));
  owned_field.compress(VectorOperation::insert);
  Vector result = surface_membrane.vector_field(true);
  result = owned_field;
  return result;
}

template <int dim> Vector FlowSystem<dim>::curvature_moment() {
  if (space.leaflets == Leaflets::single)
    return moment();
  const Vector now = solution;
  const double potential_now = potential;
  clear_potential(space.potential_map);
  potential = 0.;
  project_moment_alone();
  const Vector result = moment();
  solution = now;
  potential = potential_now;
  return result;
}

template <int dim>
template <class Prepare, class Function>
Vector FlowSystem<dim>::averaged(const Prepare &prepare, const Function &function) const {
  Vector sums = surface_membrane.scalar_vector(false),
         weights = surface_membrane.scalar_vector(false);
  std::vector<Index> indices;
  for_each_cell(1., [&](const auto &cell, const CellAssembly<dim> &assembly) {
    const SurfaceValues<dim> &surface = assembly.now();
    surface_membrane.cell_scalar_indices(cell, indices);
    prepare(cell, assembly);
    std::vector<double> sum(indices.size(), 0.), weight(indices.size(), 0.);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      for (unsigned int j = 0; j < indices.size(); ++j) {
        const double part = surface.weight(q) * std::abs(surface.scalar_shape(q, j).value);
        sum[j] += part * function(assembly, q);
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

template <int dim> Vector FlowSystem<dim>::tension() const {
  return averaged([](const auto &, const auto &) {},
                  [](const CellAssembly<dim> &assembly, const unsigned int q) {
                    return assembly.now().tension(q, assembly.unknowns().tension);
                  });
}

template <int dim> Vector FlowSystem<dim>::normal_moment() {
  const Vector field = curvature_moment();
  std::vector<double> values;
  return averaged([&](const auto &cell,
                      const auto &) { surface_membrane.cell_vector_values(cell, field, values); },
                  [&](const CellAssembly<dim> &assembly, const unsigned int q) {
                    const SurfaceValues<dim> &surface = assembly.now();
                    return surface.vector_field(q, values).value * surface.normal(q);
                  });
}

template <int dim> void FlowSystem<dim>::set_tension(const Vector &tension) {
  // Only a start for Newton's method: the mean over each cell will do.
  Vector current = mixed_vector(false);
  current = solution;
  std::vector<double> values;
  std::vector<Index> indices(space.dofs_per_cell());
  for (const auto &cell : space.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      surface_membrane.cell_scalar_values(cell, tension, values);
      cell->get_dof_indices(indices);
      const double mean = std::accumulate(values.begin(), values.end(), 0.) / values.size();
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (const auto [block, index] = space.block_index(i); block == MixedSpace<dim>::tension)
          current(indices[i]) = index == 0 ? mean : 0.;
    }
  current.compress(VectorOperation::insert);
  solution = current;
}

template class FlowSystem<1>;
template class FlowSystem<2>;
} // namespace fusogen
