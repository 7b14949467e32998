// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/block_solver.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/solver_gmres.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>
#include <numeric>
#include <random>

namespace fusogen {
using namespace dealii;

namespace {
constexpr unsigned int max_iterations = 150;
// Making the factors costs as much as so many iterations, measured with 6,000 and 25,000 cells:
// time to make them anew when they have cost as many more than in their first step.
constexpr double cost_of_factors = 8.;
// The tangential block is as good as definite, the normal one quasi-definite.
constexpr int room_for_pivots = 10; // [percent]

// Raw access to the owned entries of a PETSc vector.
class Writable {
public:
  explicit Writable(Vector &v) : vector(v) { VecGetArray(vector, &values); }
  ~Writable() { VecRestoreArray(vector, &values); }
  double &operator[](const unsigned int i) { return values[i]; }

private:
  Vec vector;
  PetscScalar *values;
};
class Readable {
public:
  explicit Readable(const Vector &v) : vector(v) { VecGetArrayRead(vector, &values); }
  ~Readable() { VecRestoreArrayRead(vector, &values); }
  double operator[](const unsigned int i) const { return values[i]; }

private:
  Vec vector;
  const PetscScalar *values;
};
} // namespace

BlockSolver::BlockSolver(const MixedSpace<2> &space)
    : space(space), nodes(space), cells(nodes, space.element.base_element(1).n_dofs_per_cell()) {
  std::vector<Index> indices(space.dofs_per_cell());
  for (const auto &cell : space.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell->get_dof_indices(indices);
      tension_index.emplace_back(cells.n_tension());
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (const auto [block, index] = space.block_index(i); block == MixedSpace<2>::tension)
          tension_index.back()[index] = indices[i];
    }
  for (NodalVector *v : {&u, &b, &force, &moment, &work})
    v->reinit(nodes.vector());

  // Two unknowns a node; nodes couple if they share a cell.
  const MPI_Comm communicator = space.membrane.communicator();
  const IndexSet owned = nodes.owned(2), relevant = nodes.relevant(2);
  DynamicSparsityPattern pattern(relevant);
  std::vector<Index> cell_dofs;
  for (unsigned int c = 0; c < nodes.n_cells(); ++c) {
    cell_dofs.clear();
    for (unsigned int a = 0; a < nodes.nodes_per_cell(); ++a)
      for (const auto &share : nodes.shares(c, a))
        for (unsigned int k = 0; k < 2; ++k)
          cell_dofs.push_back(2 * nodes.global_index(share.node) + k);
    std::sort(cell_dofs.begin(), cell_dofs.end());
    cell_dofs.erase(std::unique(cell_dofs.begin(), cell_dofs.end()), cell_dofs.end());
    for (const Index row : cell_dofs)
      pattern.add_entries(row, cell_dofs.begin(), cell_dofs.end(), true);
  }
  for (const Index i : owned)
    pattern.add(i, i);
  SparsityTools::distribute_sparsity_pattern(pattern, owned, communicator, relevant);
  for (Matrix *matrix : {&tangential_matrix, &normal_matrix})
    matrix->reinit(owned, owned, pattern, communicator);
  for (Vector *v : {&tangential_right, &tangential_left, &normal_right, &normal_left})
    v->reinit(owned, communicator);
  tangential_solver = std::make_unique<SymmetricDirectSolver>(tangential_matrix, room_for_pivots);
  normal_solver = std::make_unique<SymmetricDirectSolver>(normal_matrix, room_for_pivots);
}

bool BlockSolver::owns_multipliers() const {
  return Utilities::MPI::this_mpi_process(space.membrane.communicator()) == 0;
}

void BlockSolver::begin_step() {
  borders_are_old = true;
  if (iterations_with_factors == 0)
    return;
  if (iterations_per_digit == 0.)
    factors_exist = false; // those of the first step did not know the tensions yet
  if (steps_with_factors++ == 0)
    iterations_per_digit = iterations_with_factors / digits_with_factors;
}

void BlockSolver::begin() { cells.begin(); }

void BlockSolver::add(const MixedSpace<2>::Cell &, const CellSystem &system) { cells.add(system); }

// Nodal normals: means over the cells around, weighted with area.
void BlockSolver::find_frames() {
  const Membrane<2> &membrane = space.membrane;
  SurfaceValues<2> surface(membrane.degree());
  std::vector<double> x, local(3 * nodes.nodes_per_cell());
  work = 0.;
  unsigned int c = 0;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      surface.reinit(x, Membrane<2>::orientation(cell));
      std::fill(local.begin(), local.end(), 0.);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int a = 0; a < nodes.nodes_per_cell(); ++a)
          for (unsigned int d = 0; d < 3; ++d)
            local[3 * a + d] +=
                surface.weight(q) * surface.node_shape(q, 0, a) * surface.normal(q)[d];
      nodes.add(c++, local.data(), work);
    }
  work.compress(VectorOperation::add);
  work.update_ghost_values();
  frames.resize(nodes.n_local());
  for (unsigned int i = 0; i < frames.size(); ++i) {
    Vector3 normal;
    for (unsigned int d = 0; d < 3; ++d)
      normal[d] = work.local_element(3 * i + d);
    if (normal.norm() == 0.) // a hanging node, which is no unknown
      normal[2] = 1.;
    normal /= normal.norm();
    unsigned int smallest = 0;
    for (unsigned int d = 1; d < 3; ++d)
      if (std::abs(normal[d]) < std::abs(normal[smallest]))
        smallest = d;
    Vector3 first;
    first[smallest] = 1.;
    first -= normal[smallest] * normal;
    first /= first.norm();
    frames[i] = {{normal, first, cross_product_3d(normal, first)}};
  }
  work.zero_out_ghost_values();
}

void BlockSolver::assemble_blocks() {
  // Unknowns of the blocks that are held by edge conditions or hang. A node that may slide along an
  // edge but not leave its plane counts as held in the direction of its frame nearest to the one
  // held.
  struct Held {
    bool tangential[2], normal[2];
  };
  std::vector<Held> held(nodes.n_local());
  for (unsigned int i = 0; i < held.size(); ++i) {
    const auto is_held = [&](const unsigned int k) {
      double share = 0.;
      for (unsigned int d = 0; d < 3; ++d)
        share += (1. - nodes.displacement_is_free[3 * i + d]) * std::pow(frames[i][k][d], 2);
      return share > 0.5;
    };
    held[i] = {{is_held(1), is_held(2)}, {is_held(0), nodes.moment_is_free[3 * i + 2] == 0.}};
  }

  tangential_matrix = 0.;
  normal_matrix = 0.;
  const unsigned int n_nodes = nodes.nodes_per_cell();
  FullMatrix<double> tangential(2, 2), normal(2, 2);
  std::vector<Index> rows(2), columns(2);
  for (unsigned int c = 0; c < nodes.n_cells(); ++c)
    for (unsigned int i = 0; i < n_nodes; ++i)
      for (const auto &row : nodes.shares(c, i))
        for (unsigned int j = 0; j < n_nodes; ++j)
          for (const auto &column : nodes.shares(c, j)) {
            const auto &row_frame = frames[row.node], &column_frame = frames[column.node];
            const double weight = row.weight * column.weight;
            tangential = 0.;
            normal = 0.;
            for (unsigned int d = 0; d < 3; ++d)
              for (unsigned int e = 0; e < 3; ++e) {
                const double A = weight * cells.A(c, 3 * i + d, 3 * j + e),
                             N = weight * cells.N(c, 3 * i + d, 3 * j + e),
                             N_mirror = weight * cells.N(c, 3 * j + e, 3 * i + d);
                for (unsigned int k = 0; k < 2; ++k)
                  for (unsigned int l = 0; l < 2; ++l)
                    tangential(k, l) += row_frame[1 + k][d] * A * column_frame[1 + l][e];
                const double both = row_frame[0][d] * column_frame[0][e];
                normal(0, 0) += both * A;
                normal(1, 0) += both * N;
                normal(0, 1) += both * N_mirror;
              }
            normal(1, 1) -= weight * cells.M(c, i, j);
            const Held &row_held = held[row.node], &column_held = held[column.node];
            for (unsigned int k = 0; k < 2; ++k)
              for (unsigned int l = 0; l < 2; ++l) {
                if (row_held.tangential[k] || column_held.tangential[l])
                  tangential(k, l) = 0.;
                if (row_held.normal[k] || column_held.normal[l])
                  normal(k, l) = 0.;
              }
            for (unsigned int k = 0; k < 2; ++k) {
              rows[k] = 2 * nodes.global_index(row.node) + k;
              columns[k] = 2 * nodes.global_index(column.node) + k;
            }
            tangential_matrix.add(rows, columns, tangential);
            normal_matrix.add(rows, columns, normal);
          }
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int k = 0; k < 2; ++k) {
      const Index dof = 2 * nodes.global_index(i) + k;
      if (held[i].tangential[k])
        tangential_matrix.add(dof, dof, 1.);
      if (held[i].normal[k])
        normal_matrix.add(dof, dof, 1.);
    }
  tangential_matrix.compress(VectorOperation::add);
  normal_matrix.compress(VectorOperation::add);
}

void BlockSolver::to_tangential(const NodalVector &v, Vector &values) const {
  Writable target(values);
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int k = 0; k < 2; ++k) {
      double sum = 0.;
      for (unsigned int d = 0; d < 3; ++d)
        sum += nodes.displacement_is_free[3 * i + d] * v.local_element(3 * i + d) *
               frames[i][1 + k][d];
      target[2 * i + k] = sum;
    }
}

void BlockSolver::to_normal(const NodalVector &v, const NodalVector &w, Vector &values) const {
  Writable target(values);
  for (unsigned int i = 0; i < nodes.n_owned(); ++i) {
    target[2 * i] = target[2 * i + 1] = 0.;
    for (unsigned int d = 0; d < 3; ++d) {
      target[2 * i] +=
          nodes.displacement_is_free[3 * i + d] * v.local_element(3 * i + d) * frames[i][0][d];
      target[2 * i + 1] +=
          nodes.moment_is_free[3 * i + d] * w.local_element(3 * i + d) * frames[i][0][d];
    }
  }
}

void BlockSolver::add_tangential(const Vector &values, NodalVector &v) const {
  const Readable source(values);
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int d = 0; d < 3; ++d)
      v.local_element(3 * i + d) +=
          nodes.displacement_is_free[3 * i + d] *
          (frames[i][1][d] * source[2 * i] + frames[i][2][d] * source[2 * i + 1]);
}

void BlockSolver::add_normal(const Vector &values, NodalVector &v) const {
  const Readable source(values);
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int d = 0; d < 3; ++d)
      v.local_element(3 * i + d) +=
          nodes.displacement_is_free[3 * i + d] * frames[i][0][d] * source[2 * i];
}

// The tension's Schur complement is that of a viscous flow along the surface, int q q / area per
// cell times 1/s; s from the tangential flow that a random tension drives.
void BlockSolver::find_tension_scale() {
  std::mt19937 random(Utilities::MPI::this_mpi_process(space.membrane.communicator()) + 1);
  std::uniform_real_distribution<double> uniform(-1., 1.);
  std::vector<double> q(cells.n_all_tensions()), area(q.size());
  double weighted = 0., response = 0.;
  for (unsigned int i = 0; i < q.size(); ++i) {
    q[i] = uniform(random);
    weighted += q[i] * q[i] * cells.cell_mass(i / cells.n_tension());
  }
  force = 0.;
  cells.add_B_transposed(q.data(), force);
  to_tangential(force, tangential_right);
  tangential_solver->solve(tangential_left, tangential_right);
  work = 0.;
  add_tangential(tangential_left, work);
  cells.apply_B(work, area.data());
  response = std::inner_product(q.begin(), q.end(), area.begin(), 0.);
  const MPI_Comm communicator = space.membrane.communicator();
  tension_scale =
      Utilities::MPI::sum(weighted, communicator) / Utilities::MPI::sum(response, communicator);
}

bool BlockSolver::factorise() {
  find_frames();
  assemble_blocks();
  factors_exist = tangential_solver->factorize() && normal_solver->factorize();
  if (factors_exist)
    find_tension_scale();
  factors_are_new = true;
  steps_with_factors = iterations_with_factors = 0;
  digits_with_factors = surplus = 0.;
  return factors_exist;
}

bool BlockSolver::prepare(const std::vector<Vector> &columns, const std::vector<double> &diagonal) {
  AssertThrow(cells.is_complete(), ExcInternalError());
  cells.find_lumped_mass();
  set_columns(columns);
  border_diagonal = diagonal;
  factors_are_new = false;
  if ((!factors_exist || surplus > cost_of_factors) && !factorise())
    return false;
  // What follows serves the preconditioner only and for a whole step.
  if (factors_are_new || borders_are_old || inverse_schur.m() != columns.size())
    eliminate_borders();
  return true;
}

void BlockSolver::judge_factors(const unsigned int iterations, const double digits) {
  iterations_with_factors += iterations;
  digits_with_factors += digits;
  if (steps_with_factors > 0)
    surplus += iterations - iterations_per_digit * digits;
}

void BlockSolver::set_columns(const std::vector<Vector> &columns) {
  const unsigned int n3 = n_vector();
  borders.assign(columns.size(), std::vector<double>(n_unbordered()));
  for (unsigned int k = 0; k < columns.size(); ++k) {
    for (unsigned int i = 0; i < nodes.n_owned(); ++i)
      for (unsigned int d = 0; d < 3; ++d) {
        borders[k][3 * i + d] = nodes.displacement_is_free[3 * i + d] *
                                columns[k](nodes.mixed_index(i, MixedSpace<2>::displacement)[d]);
        borders[k][n3 + 3 * i + d] = nodes.moment_is_free[3 * i + d] *
                                     columns[k](nodes.mixed_index(i, MixedSpace<2>::moment)[d]);
      }
    for (unsigned int c = 0; c < nodes.n_cells(); ++c)
      for (unsigned int j = 0; j < cells.n_tension(); ++j)
        borders[k][2 * n3 + c * cells.n_tension() + j] = columns[k](tension_index[c][j]);
  }

  const MPI_Comm communicator = space.membrane.communicator();
  const unsigned int size = n_unbordered() + (owns_multipliers() ? borders.size() : 0);
  const std::vector<unsigned int> sizes = Utilities::MPI::all_gather(communicator, size);
  const unsigned int rank = Utilities::MPI::this_mpi_process(communicator);
  const Index begin = std::accumulate(sizes.begin(), sizes.begin() + rank, Index(0)),
              total = std::accumulate(sizes.begin(), sizes.end(), Index(0));
  IndexSet owned(total);
  owned.add_range(begin, begin + size);
  krylov_template.reinit(owned, communicator);
}

// The preconditioner's image of each border, and the Schur complement of the multipliers.
void BlockSolver::eliminate_borders() {
  borders_are_old = false;
  preconditioned_borders.clear();
  KrylovVector x(krylov_template), y(krylov_template);
  for (const auto &border : borders) {
    std::copy(border.begin(), border.end(), x.begin());
    precondition_without_borders(y, x);
    preconditioned_borders.emplace_back(y.begin(), y.begin() + n_unbordered());
  }
  const unsigned int m = borders.size();
  if (m == 0)
    return;
  FullMatrix<double> schur(m, m);
  for (unsigned int k = 0; k < m; ++k) {
    for (unsigned int l = 0; l < m; ++l)
      schur(k, l) = Utilities::MPI::sum(std::inner_product(borders[k].begin(), borders[k].end(),
                                                           preconditioned_borders[l].begin(), 0.),
                                        space.membrane.communicator());
    schur(k, k) -= border_diagonal[k];
  }
  inverse_schur.reinit(m, m);
  inverse_schur.invert(schur);
}

void BlockSolver::apply(KrylovVector &y, const KrylovVector &x) {
  const unsigned int n3 = n_vector(), n = n_unbordered(), m = borders.size();
  const double *in = x.begin();
  double *out = y.begin();
  std::copy(in, in + n3, u.begin());
  std::copy(in + n3, in + 2 * n3, b.begin());
  cells.apply(u, b, in + 2 * n3, force, moment, out + 2 * n3);
  for (unsigned int i = 0; i < n3; ++i) {
    out[i] = nodes.displacement_is_free[i] > 0. ? force.local_element(i) : in[i];
    out[n3 + i] = nodes.moment_is_free[i] > 0. ? moment.local_element(i) : in[n3 + i];
  }
  if (m == 0)
    return;
  std::vector<double> sums(2 * m, 0.); // multipliers, products
  for (unsigned int k = 0; k < m; ++k) {
    if (owns_multipliers())
      sums[k] = in[n + k];
    sums[m + k] = std::inner_product(borders[k].begin(), borders[k].end(), in, 0.);
  }
  Utilities::MPI::sum(sums, space.membrane.communicator(), sums);
  for (unsigned int k = 0; k < m; ++k) {
    for (unsigned int i = 0; i < n; ++i)
      out[i] += sums[k] * borders[k][i];
    if (owns_multipliers())
      out[n + k] = sums[m + k] + border_diagonal[k] * sums[k];
  }
}

void BlockSolver::precondition_without_borders(KrylovVector &y, const KrylovVector &x) {
  const unsigned int n3 = n_vector(), n_tensions = cells.n_all_tensions();
  const double *in = x.begin(), *r_area = in + 2 * n3;
  double *out = y.begin(), *lambda = out + 2 * n3;

  // The force with the tension eliminated: r_u - B^T lambda.
  std::copy(in, in + n3, force.begin());
  std::vector<double> minus_lambda(n_tensions);
  for (unsigned int i = 0; i < n_tensions; ++i) {
    minus_lambda[i] = tension_scale * r_area[i] / cells.cell_mass(i / cells.n_tension());
    lambda[i] = -minus_lambda[i];
  }
  cells.add_B_transposed(minus_lambda.data(), force);

  // Tangential displacement.
  to_tangential(force, tangential_right);
  tangential_solver->solve(tangential_left, tangential_right);
  u = 0.;
  add_tangential(tangential_left, u);

  // The force and the curvature it leaves, f - A u and r_b - N u, for the normal displacement.
  cells.apply_A(u, work);
  force.add(-1., work);
  cells.apply_N(u, moment);
  for (unsigned int i = 0; i < n3; ++i)
    moment.local_element(i) = in[n3 + i] - moment.local_element(i);
  to_normal(force, moment, normal_right);
  normal_solver->solve(normal_left, normal_right);
  add_normal(normal_left, u);

  cells.apply_N(u, moment);
  for (unsigned int i = 0; i < n3; ++i)
    moment.local_element(i) = nodes.moment_is_free[i] * (moment.local_element(i) - in[n3 + i]);
  cells.divide_by_mass(moment);
  for (unsigned int i = 0; i < n3; ++i) {
    out[i] = nodes.displacement_is_free[i] > 0. ? u.local_element(i) : in[i];
    out[n3 + i] = nodes.moment_is_free[i] > 0. ? moment.local_element(i) : in[n3 + i];
  }
}

void BlockSolver::precondition(KrylovVector &y, const KrylovVector &x) {
  precondition_without_borders(y, x);
  const unsigned int m = borders.size(), n = n_unbordered();
  if (m == 0)
    return;
  const double *in = x.begin();
  double *out = y.begin();
  std::vector<double> defects(m);
  for (unsigned int k = 0; k < m; ++k)
    defects[k] = std::inner_product(borders[k].begin(), borders[k].end(), out, 0.) -
                 (owns_multipliers() ? in[n + k] : 0.);
  Utilities::MPI::sum(defects, space.membrane.communicator(), defects);
  for (unsigned int k = 0; k < m; ++k) {
    double multiplier = 0.;
    for (unsigned int l = 0; l < m; ++l)
      multiplier += inverse_schur(k, l) * defects[l];
    for (unsigned int i = 0; i < n; ++i)
      out[i] -= multiplier * preconditioned_borders[k][i];
    if (owns_multipliers())
      out[n + k] = multiplier;
  }
}

bool BlockSolver::solve(const Vector &f, const std::vector<double> &g, Vector &x,
                        std::vector<double> &m, const double tolerance) {
  const unsigned int n3 = n_vector(), n = n_unbordered();
  KrylovVector right(krylov_template), left(krylov_template);
  double *r = right.begin();
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int d = 0; d < 3; ++d) {
      r[3 * i + d] = nodes.displacement_is_free[3 * i + d] *
                     f(nodes.mixed_index(i, MixedSpace<2>::displacement)[d]);
      r[n3 + 3 * i + d] =
          nodes.moment_is_free[3 * i + d] * f(nodes.mixed_index(i, MixedSpace<2>::moment)[d]);
    }
  for (unsigned int c = 0; c < nodes.n_cells(); ++c)
    for (unsigned int j = 0; j < cells.n_tension(); ++j)
      r[2 * n3 + c * cells.n_tension() + j] = f(tension_index[c][j]);
  if (owns_multipliers())
    std::copy(g.begin(), g.end(), r + n);

  struct Operator {
    BlockSolver &solver;
    void (BlockSolver::*function)(KrylovVector &, const KrylovVector &);
    void vmult(KrylovVector &y, const KrylovVector &x) const {
      if (x.all_zero()) // as the first one, for the residual of the start
        y = 0.;
      else
        (solver.*function)(y, x);
    }
  };
  last_iterations = 0;
  bool converged = false;
  const double norm = right.l2_norm();
  while (!converged) {
    left = 0.;
    SolverControl control(max_iterations, tolerance * norm);
    SolverGMRES<KrylovVector> solver(
        control, SolverGMRES<KrylovVector>::AdditionalData(max_iterations + 2, true));
    try {
      solver.solve(Operator{*this, &BlockSolver::apply}, left, right,
                   Operator{*this, &BlockSolver::precondition});
      converged = true;
    } catch (const SolverControl::NoConvergence &) {
    }
    last_iterations += control.last_step();
    judge_factors(control.last_step(), std::log10(norm / std::max(control.last_value(), 1e-300)));
    if (!converged) {
      if (factors_are_new || !factorise()) // old factors get a second chance
        return false;
      eliminate_borders();
    }
  }

  const double *l = left.begin();
  for (unsigned int i = 0; i < nodes.n_owned(); ++i)
    for (unsigned int d = 0; d < 3; ++d) {
      x(nodes.mixed_index(i, MixedSpace<2>::displacement)[d]) = l[3 * i + d];
      x(nodes.mixed_index(i, MixedSpace<2>::moment)[d]) = l[n3 + 3 * i + d];
    }
  for (unsigned int c = 0; c < nodes.n_cells(); ++c)
    for (unsigned int j = 0; j < cells.n_tension(); ++j)
      x(tension_index[c][j]) = l[2 * n3 + c * cells.n_tension() + j];
  x.compress(VectorOperation::insert);
  space.constraints.distribute(x);
  for (unsigned int k = 0; k < borders.size(); ++k)
    m[k] = Utilities::MPI::broadcast(space.membrane.communicator(),
                                     owns_multipliers() ? l[n + k] : 0.);
  return true;
}
} // namespace fusogen
