// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_BLOCK_SOLVER_H
#define FUSOGEN_MECHANICS_BLOCK_SOLVER_H

#include "mechanics/cell_operator.h"
#include "mechanics/linear_solver.h"
#include "mechanics/symmetric_direct_solver.h"

namespace fusogen {
/// GMRES for surfaces in space with a preconditioner that makes the number of iterations
/// independent of the mesh: for surfaces too large to factorise the whole system, see CellOperator.
///
/// In the frame (nu, t1, t2) of each node the displacement has a normal part, which bends the
/// membrane, and a tangential part, which shears it. The preconditioner takes them one after the
/// other:
///   tensions: lambda = - s r_a / area, the Schur complement of a viscous flow being the mass
///   matrix
///     of the tension divided by the viscosity; s is measured by a random probe;
///   tangential displacement: the block T = Q_t^T A Q_t, a second-order operator, for the force;
///   normal displacement: the block [ Q_n^T A Q_n, sym ; Q_n^T N Q_n, -M ], i.e. the fourth-order
///     operator of the normal part in mixed form, for what the tangential part leaves of r_u and
///     r_b;
///   moment: b = M^-1 (N u - r_b), with M^-1 by a few terms of Chebyshev's iteration.
/// Both blocks have two unknowns a node on a two-dimensional mesh, where a sparse factorisation
/// costs hardly more than its memory; the factors are kept as long as they serve. Scalar
/// unknowns border the system and are eliminated.
class BlockSolver : public LinearSolver<2> {
public:
  explicit BlockSolver(const MixedSpace<2> &space);
  void begin_step() override;
  void begin() override;
  void add(const MixedSpace<2>::Cell &cell, const CellSystem &system) override;
  bool prepare(const std::vector<Vector> &columns, const std::vector<double> &diagonal) override;
  bool solve(const Vector &f, const std::vector<double> &g, Vector &x, std::vector<double> &m,
             double tolerance) override;
  bool is_exact() const override { return false; }
  unsigned int iterations() const override { return last_iterations; }

private:
  using Index = dealii::types::global_dof_index;
  using Matrix = dealii::PETScWrappers::MPI::SparseMatrix;

  // The unknowns of a rank: displacements and moments (3 a node each), tensions by cell; and on the
  // first rank the scalar unknowns of the border, called multipliers.
  using KrylovVector = NodalVector;
  void apply(KrylovVector &y, const KrylovVector &x);
  void precondition(KrylovVector &y, const KrylovVector &x);
  void precondition_without_borders(KrylovVector &y, const KrylovVector &x);
  unsigned int n_vector() const { return 3 * nodes.n_owned(); }
  unsigned int n_unbordered() const { return 2 * n_vector() + cells.n_all_tensions(); }
  bool owns_multipliers() const;

  void find_frames();
  bool factorise();
  void assemble_blocks();
  void find_tension_scale();
  void judge_factors(unsigned int iterations, double digits);
  void set_columns(const std::vector<Vector> &columns);
  void eliminate_borders();

  // Components in the frames of the owned nodes, two a node: of v along t1 and t2; or of v and of w
  // along nu. And back, adding to v.
  void to_tangential(const NodalVector &v, Vector &values) const;
  void to_normal(const NodalVector &v, const NodalVector &w, Vector &values) const;
  void add_tangential(const Vector &values, NodalVector &v) const;
  void add_normal(const Vector &values, NodalVector &v) const;

  const MixedSpace<2> &space;
  SurfaceNodes nodes;
  CellOperator cells;
  std::vector<std::vector<Index>> tension_index; // of each owned cell, in the mixed system

  std::vector<std::array<Vector3, 3>> frames; // nu, t1, t2 of each local node
  Matrix tangential_matrix, normal_matrix;
  std::unique_ptr<SymmetricDirectSolver> tangential_solver, normal_solver;
  Vector tangential_right, tangential_left, normal_right, normal_left;
  double tension_scale = 1.;

  // How well the factors serve: iterations and decimal digits since they were made, iterations per
  // digit in their first step, and iterations too many since then.
  unsigned int iterations_with_factors = 0;
  double digits_with_factors = 0., iterations_per_digit = 0., surplus = 0.;
  unsigned int steps_with_factors = 0;
  bool factors_exist = false, factors_are_new = false, borders_are_old = true;

  KrylovVector krylov_template;
  NodalVector u, b, force, moment, work;
  std::vector<std::vector<double>> borders, preconditioned_borders; // own entries, unbordered
  std::vector<double> border_diagonal;
  dealii::FullMatrix<double> inverse_schur;
  unsigned int last_iterations = 0;
};
} // namespace fusogen

#endif
