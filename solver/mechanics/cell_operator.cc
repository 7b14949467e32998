// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/cell_operator.h"

#include "base/small_products.h"
#include "base/vectorised.h"

#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
// y += A x and, with the same reading of A, z += A^T w, for a square matrix row by row.
FUSOGEN_VECTORISED
void multiply_both(const unsigned int n, const double *A, const double *x, double *y,
                   const double *w, double *z) {
  for (unsigned int i = 0; i < n; ++i) {
    double sum = 0.;
    const double *row = A + i * n, factor = w[i];
#pragma omp simd reduction(+ : sum)
    for (unsigned int j = 0; j < n; ++j) {
      sum += row[j] * x[j];
      z[j] += row[j] * factor;
    }
    y[i] += sum;
  }
}

// y += A x for a symmetric matrix of which the rows up to the diagonal are stored.
FUSOGEN_VECTORISED
void multiply_symmetric(const unsigned int n, const double *A, const double *x, double *y) {
  const double *row = A;
  for (unsigned int i = 0; i < n; ++i) {
    double sum = 0.;
    const double factor = x[i];
#pragma omp simd reduction(+ : sum)
    for (unsigned int j = 0; j < i; ++j) {
      sum += row[j] * x[j];
      y[j] += row[j] * factor;
    }
    y[i] += sum + row[i] * factor;
    row += i + 1;
  }
}

// y += A x for a matrix of m rows.
FUSOGEN_VECTORISED
void multiply(const unsigned int m, const unsigned int n, const double *A, const double *x,
              double *y) {
  for (unsigned int i = 0; i < m; ++i) {
    double sum = 0.;
    const double *row = A + i * n;
#pragma omp simd reduction(+ : sum)
    for (unsigned int j = 0; j < n; ++j)
      sum += row[j] * x[j];
    y[i] += sum;
  }
}

// y += A^T x for a matrix of m rows.
FUSOGEN_VECTORISED
void multiply_transposed(const unsigned int m, const unsigned int n, const double *A,
                         const double *x, double *y) {
  for (unsigned int i = 0; i < m; ++i) {
    const double *row = A + i * n, factor = x[i];
    for (unsigned int j = 0; j < n; ++j)
      y[j] += row[j] * factor;
  }
}
} // namespace

CellOperator::CellOperator(const SurfaceNodes &nodes, const unsigned int n_tension)
    : nodes(nodes), tension_per_cell(n_tension), n_nodes(nodes.nodes_per_cell()), n(3 * n_nodes),
      xx_size(n * (n + 1) / 2), bx_size(n * n), bb_size(n_nodes * n_nodes),
      tension_size(n_tension * n) {
  const std::size_t n_cells = nodes.n_cells();
  xx.resize(n_cells * xx_size);
  bx.resize(n_cells * bx_size);
  mass.resize(n_cells * bb_size);
  tension_x.resize(n_cells * tension_size);
  cell_sums.resize(n_cells);
  inverse_lumped_mass.reinit(nodes.vector());
  residual.reinit(nodes.vector());
  direction.reinit(nodes.vector());
}

void CellOperator::add(const CellSystem &system) {
  const std::size_t c = n_added++;
  for (unsigned int i = 0; i < n; ++i)
    std::copy_n(system.xx.begin() + i * n, i + 1, xx.begin() + c * xx_size + i * (i + 1) / 2);
  std::copy(system.bx.begin(), system.bx.end(), bx.begin() + c * bx_size);
  std::copy(system.tension_x.begin(), system.tension_x.end(), tension_x.begin() + c * tension_size);
  cell_sums[c] = 0.;
  for (unsigned int i = 0; i < bb_size; ++i) {
    mass[c * bb_size + i] = -system.bb[i];
    cell_sums[c] -= system.bb[i];
  }
}

void CellOperator::apply(NodalVector &u, NodalVector &b, const double *lambda, NodalVector &f,
                         NodalVector &m, double *a) const {
  u.update_ghost_values();
  b.update_ghost_values();
  f = 0.;
  m = 0.;
  std::fill(a, a + n_all_tensions(), 0.);
  std::vector<double> cu(n), cb(n), cf(n), cm(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    nodes.fetch(c, u, cu.data());
    nodes.fetch(c, b, cb.data());
    std::fill(cf.begin(), cf.end(), 0.);
    std::fill(cm.begin(), cm.end(), 0.);
    multiply_symmetric(n, &xx[c * xx_size], cu.data(), cf.data());
    multiply_both(n, &bx[c * bx_size], cu.data(), cm.data(), cb.data(), cf.data());
    add_transposed_product<3>(n_nodes, n_nodes, -1., &mass[c * bb_size], cb.data(), cm.data());
    const double *B = &tension_x[c * tension_size];
    multiply(tension_per_cell, n, B, cu.data(), a + c * tension_per_cell);
    multiply_transposed(tension_per_cell, n, B, lambda + c * tension_per_cell, cf.data());
    nodes.add(c, cf.data(), f);
    nodes.add(c, cm.data(), m);
  }
  f.compress(VectorOperation::add);
  m.compress(VectorOperation::add);
  u.zero_out_ghost_values();
  b.zero_out_ghost_values();
}

void CellOperator::apply_A(NodalVector &u, NodalVector &f) const {
  u.update_ghost_values();
  f = 0.;
  std::vector<double> cu(n), cf(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    nodes.fetch(c, u, cu.data());
    std::fill(cf.begin(), cf.end(), 0.);
    multiply_symmetric(n, &xx[c * xx_size], cu.data(), cf.data());
    nodes.add(c, cf.data(), f);
  }
  f.compress(VectorOperation::add);
  u.zero_out_ghost_values();
}

void CellOperator::apply_N(NodalVector &u, NodalVector &m) const {
  u.update_ghost_values();
  m = 0.;
  std::vector<double> cu(n), cm(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    nodes.fetch(c, u, cu.data());
    std::fill(cm.begin(), cm.end(), 0.);
    multiply(n, n, &bx[c * bx_size], cu.data(), cm.data());
    nodes.add(c, cm.data(), m);
  }
  m.compress(VectorOperation::add);
  u.zero_out_ghost_values();
}

void CellOperator::add_N_transposed(NodalVector &b, NodalVector &f) const {
  b.update_ghost_values();
  f.zero_out_ghost_values();
  std::vector<double> cb(n), cf(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    nodes.fetch(c, b, cb.data());
    std::fill(cf.begin(), cf.end(), 0.);
    multiply_transposed(n, n, &bx[c * bx_size], cb.data(), cf.data());
    nodes.add(c, cf.data(), f);
  }
  f.compress(VectorOperation::add);
  b.zero_out_ghost_values();
}

void CellOperator::add_B_transposed(const double *lambda, NodalVector &f) const {
  f.zero_out_ghost_values();
  std::vector<double> cf(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    std::fill(cf.begin(), cf.end(), 0.);
    multiply_transposed(tension_per_cell, n, &tension_x[c * tension_size],
                        lambda + c * tension_per_cell, cf.data());
    nodes.add(c, cf.data(), f);
  }
  f.compress(VectorOperation::add);
}

void CellOperator::apply_B(NodalVector &u, double *a) const {
  u.update_ghost_values();
  std::fill(a, a + n_all_tensions(), 0.);
  std::vector<double> cu(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    nodes.fetch(c, u, cu.data());
    multiply(tension_per_cell, n, &tension_x[c * tension_size], cu.data(),
             a + c * tension_per_cell);
  }
  u.zero_out_ghost_values();
}

void CellOperator::find_lumped_mass() {
  inverse_lumped_mass = 0.;
  std::vector<double> local(n);
  for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
    for (unsigned int i = 0; i < n_nodes; ++i) {
      double sum = 0.;
      for (unsigned int j = 0; j < n_nodes; ++j)
        sum += mass[c * bb_size + i * n_nodes + j];
      for (unsigned int d = 0; d < 3; ++d)
        local[3 * i + d] = sum;
    }
    nodes.add(c, local.data(), inverse_lumped_mass);
  }
  inverse_lumped_mass.compress(VectorOperation::add);
  for (double &value : inverse_lumped_mass)
    value = value > 0. ? 1. / value : 1.; // hanging nodes have none
}

void CellOperator::divide_by_mass(NodalVector &b) const {
  // Chebyshev's iteration. The spectrum of lumped(M)^-1 M for quadratic elements lies in [0.4, 1]
  // on an interval, so in [0.16, 1] on a quadrilateral.
  constexpr double smallest = 0.15, largest = 1.05;
  constexpr double centre = 0.5 * (largest + smallest), radius = 0.5 * (largest - smallest);
  constexpr unsigned int n_terms = 3;
  const unsigned int size = 3 * nodes.n_owned();
  const double *scaling = inverse_lumped_mass.begin();
  double *r = residual.begin(), *p = direction.begin(), *x = b.begin();
  std::copy(x, x + size, r);
  double alpha = 1. / centre, beta = 0.;
  for (unsigned int k = 0; k < n_terms; ++k) {
    if (k > 0) {
      beta = (k == 1 ? 0.5 : 0.25) * std::pow(radius * alpha, 2);
      alpha = 1. / (centre - beta / alpha);
    }
    for (unsigned int i = 0; i < size; ++i) {
      p[i] = scaling[i] * r[i] + (k > 0 ? beta * p[i] : 0.);
      x[i] = (k > 0 ? x[i] : 0.) + alpha * p[i];
    }
    if (k + 1 == n_terms)
      break;
    direction.update_ghost_values();
    residual.zero_out_ghost_values();
    std::vector<double> cp(n), cr(n);
    for (std::size_t c = 0; c < nodes.n_cells(); ++c) {
      nodes.fetch(c, direction, cp.data());
      std::fill(cr.begin(), cr.end(), 0.);
      add_transposed_product<3>(n_nodes, n_nodes, -alpha, &mass[c * bb_size], cp.data(), cr.data());
      nodes.add(c, cr.data(), residual);
    }
    residual.compress(VectorOperation::add);
    direction.zero_out_ghost_values();
  }
}
} // namespace fusogen
