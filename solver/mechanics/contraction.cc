// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/contraction.h"

// Debian compiles for the oldest x86-64; the inner loops here run about three times as fast with
// the vector units of the last ten years, chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FUSOGEN_VECTORISED __attribute__((target_clones("arch=haswell", "default")))
#else
#define FUSOGEN_VECTORISED
#endif

namespace fusogen {
template <int dim>
void contract_vectors(const double *shapes, const unsigned int n_nodes,
                      const std::vector<ReferenceVector<dim>> &points, double *result) {
  constexpr unsigned int spacedim = dim + 1;
  for (const ReferenceVector<dim> &point : points)
    for (unsigned int r = 0; r <= dim; ++r, shapes += n_nodes)
      for (unsigned int a = 0; a < n_nodes; ++a)
        for (unsigned int c = 0; c < spacedim; ++c)
          result[a * spacedim + c] += shapes[a] * point[r * spacedim + c];
}

namespace {
// For one pair of components; `point` strides over the matrices of the quadrature points. n is the
// number of nodes, a constant where the compiler shall unroll.
template <int dim, class Matrix>
inline __attribute__((always_inline)) void
contract_pair(const double *shapes, const unsigned int n, const Matrix *points,
              const unsigned int n_points, const unsigned int c, const unsigned int d, double *sum,
              double *half) {
  constexpr unsigned int spacedim = dim + 1;
  for (unsigned int i = 0; i < n * n; ++i)
    sum[i] = 0.;
  for (unsigned int q = 0; q < n_points; ++q) {
    const double *shape = shapes + q * (dim + 1) * n;
    for (unsigned int s = 0; s <= dim; ++s) {
      for (unsigned int a = 0; a < n; ++a)
        half[a] = 0.;
      for (unsigned int r = 0; r <= dim; ++r) {
        const double entry = points[q][r * spacedim + c][s * spacedim + d];
        for (unsigned int a = 0; a < n; ++a)
          half[a] += entry * shape[r * n + a];
      }
      for (unsigned int a = 0; a < n; ++a)
        for (unsigned int b = 0; b < n; ++b)
          sum[a * n + b] += half[a] * shape[s * n + b];
    }
  }
}

using Matrix1 = SurfaceValues<1>::ReferenceMatrix;
using Matrix2D = SurfaceValues<2>::ReferenceMatrix;

// Quadratic surface elements, the case that counts.
FUSOGEN_VECTORISED
void contract_quadratic_surface(const double *shapes, const Matrix2D *points,
                                const unsigned int n_points, const unsigned int c,
                                const unsigned int d, double *sum, double *half) {
  contract_pair<2>(shapes, 9, points, n_points, c, d, sum, half);
}
} // namespace

template <int dim>
void contract_matrices(const double *shapes, const unsigned int n_nodes,
                       const std::vector<typename SurfaceValues<dim>::ReferenceMatrix> &points,
                       const bool symmetric, double *result) {
  constexpr unsigned int spacedim = dim + 1;
  const unsigned int n = n_nodes * spacedim;
  std::vector<double> sum(n_nodes * n_nodes), half(n_nodes);
  for (unsigned int c = 0; c < spacedim; ++c)
    for (unsigned int d = 0; d < (symmetric ? c + 1 : spacedim); ++d) {
      if constexpr (dim == 2) {
        if (n_nodes == 9)
          contract_quadratic_surface(shapes, points.data(), points.size(), c, d, sum.data(),
                                     half.data());
        else
          contract_pair<dim>(shapes, n_nodes, points.data(), points.size(), c, d, sum.data(),
                             half.data());
      } else
        contract_pair<dim>(shapes, n_nodes, points.data(), points.size(), c, d, sum.data(),
                           half.data());
      for (unsigned int a = 0; a < n_nodes; ++a)
        for (unsigned int b = 0; b < n_nodes; ++b) {
          const double value = sum[a * n_nodes + b];
          result[(a * spacedim + c) * n + b * spacedim + d] += value;
          if (symmetric && c != d)
            result[(b * spacedim + d) * n + a * spacedim + c] += value;
        }
    }
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
