// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/contraction.h"

#include "base/small_products.h"
#include "base/vectorised.h"

namespace fusogen {
template <int dim>
void contract_vectors(const double *shapes, const unsigned int n_nodes,
                      const std::vector<ReferenceVector<dim>> &points, double *result) {
  constexpr unsigned int spacedim = dim + 1;
  add_transposed_product<spacedim>(points.size() * (dim + 1), n_nodes, 1., shapes,
                                   points.front().data(), result);
}

namespace {
// Sums over quadrature points for `n_pairs` pairs of components at a time: sum[b][pair, a] +=
// sum_qrs shape(q, r, a) point[q](r, pair.first; s, pair.second) shape(q, s, b). The long innermost
// loop over (pair, a) is what vector units like. n is the number of nodes, a constant where the
// compiler shall unroll.
template <int dim, class Matrix, class Pairs>
inline __attribute__((always_inline)) void
contract_pairs(const double *shapes, const unsigned int n, const std::vector<Matrix> &points,
               const Pairs &pairs, double *half, double *sum) {
  constexpr unsigned int spacedim = dim + 1;
  const unsigned int n_wide = pairs.size() * n;
  for (const Matrix &point : points) {
    for (unsigned int s = 0; s <= dim; ++s) {
      for (unsigned int i = 0; i < n_wide; ++i)
        half[i] = 0.;
      for (unsigned int p = 0; p < pairs.size(); ++p)
        for (unsigned int r = 0; r <= dim; ++r) {
          const double entry = point[r * spacedim + pairs[p].first][s * spacedim + pairs[p].second];
          for (unsigned int a = 0; a < n; ++a)
            half[p * n + a] += entry * shapes[r * n + a];
        }
      for (unsigned int b = 0; b < n; ++b) {
        const double factor = shapes[s * n + b];
        for (unsigned int i = 0; i < n_wide; ++i)
          sum[b * n_wide + i] += factor * half[i];
      }
    }
    shapes += (dim + 1) * n;
  }
}

using Matrix1 = SurfaceValues<1>::ReferenceMatrix;
using Matrix2D = SurfaceValues<2>::ReferenceMatrix;
using Pair = std::pair<unsigned int, unsigned int>;

// Quadratic surface elements, the case that counts.
FUSOGEN_VECTORISED
void contract_quadratic(const double *shapes, const std::vector<Matrix2D> &points,
                        const std::array<Pair, 6> &pairs, double *half, double *sum) {
  contract_pairs<2>(shapes, 9, points, pairs, half, sum);
}
FUSOGEN_VECTORISED
void contract_quadratic(const double *shapes, const std::vector<Matrix2D> &points,
                        const std::array<Pair, 9> &pairs, double *half, double *sum) {
  contract_pairs<2>(shapes, 9, points, pairs, half, sum);
}

// Pairs of components: all, or one of each two that mirror each other.
template <int dim, bool symmetric> constexpr auto component_pairs() {
  constexpr unsigned int n = dim + 1;
  std::array<Pair, symmetric ? n *(n + 1) / 2 : n * n> pairs{};
  unsigned int p = 0;
  for (unsigned int c = 0; c < n; ++c)
    for (unsigned int d = 0; d < (symmetric ? c + 1 : n); ++d, ++p) {
      pairs[p].first = c;
      pairs[p].second = d;
    }
  return pairs;
}

template <int dim, bool symmetric, class Matrix>
void contract(const double *shapes, const unsigned int n_nodes, const std::vector<Matrix> &points,
              double *result) {
  constexpr unsigned int spacedim = dim + 1;
  constexpr auto pairs = component_pairs<dim, symmetric>();
  const unsigned int n = n_nodes * spacedim, n_wide = pairs.size() * n_nodes;
  thread_local std::vector<double> sum, half;
  sum.assign(n_nodes * n_wide, 0.);
  half.resize(n_wide);
  if constexpr (dim == 2) {
    if (n_nodes == 9)
      contract_quadratic(shapes, points, pairs, half.data(), sum.data());
    else
      contract_pairs<dim>(shapes, n_nodes, points, pairs, half.data(), sum.data());
  } else
    contract_pairs<dim>(shapes, n_nodes, points, pairs, half.data(), sum.data());

  for (unsigned int p = 0; p < pairs.size(); ++p) {
    const auto [c, d] = pairs[p];
    for (unsigned int a = 0; a < n_nodes; ++a)
      for (unsigned int b = 0; b < n_nodes; ++b) {
        const double value = sum[b * n_wide + p * n_nodes + a];
        result[(a * spacedim + c) * n + b * spacedim + d] += value;
        if (symmetric && c != d)
          result[(b * spacedim + d) * n + a * spacedim + c] += value;
      }
  }
}
} // namespace

template <int dim>
void contract_matrices(const double *shapes, const unsigned int n_nodes,
                       const std::vector<typename SurfaceValues<dim>::ReferenceMatrix> &points,
                       const bool symmetric, double *result) {
  if (symmetric)
    contract<dim, true>(shapes, n_nodes, points, result);
  else
    contract<dim, false>(shapes, n_nodes, points, result);
}

template void contract_vectors<1>(const double *, unsigned int,
                                  const std::vector<ReferenceVector<1>> &, double *);
template void contract_vectors<2>(const double *, unsigned int,
                                  const std::vector<ReferenceVector<2>> &, double *);
template void contract_matrices<1>(const double *, unsigned int, const std::vector<Matrix1> &, bool,
                                   double *);
template void contract_matrices<2>(const double *, unsigned int, const std::vector<Matrix2D> &,
                                   bool, double *);
} // namespace fusogen
