// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/small_products.h"

#include "base/vectorised.h"

#include <algorithm>

namespace fusogen {
namespace {
// Columns of A that are summed up at a time, in registers.
constexpr unsigned int n_at_once = 16;

template <unsigned int components>
inline __attribute__((always_inline)) void
add_columns(const unsigned int m, const unsigned int n, const unsigned int width,
            const double factor, const double *A, const double *x, double *y) {
  double sums[components][n_at_once] = {};
  for (unsigned int i = 0; i < m; ++i)
    for (unsigned int c = 0; c < components; ++c) {
      const double value = x[i * components + c];
      for (unsigned int j = 0; j < width; ++j)
        sums[c][j] += A[i * n + j] * value;
    }
  for (unsigned int j = 0; j < width; ++j)
    for (unsigned int c = 0; c < components; ++c)
      y[j * components + c] += factor * sums[c][j];
}

// The case that counts; the compiler unrolls a constant width.
FUSOGEN_VECTORISED
void add_three_components(const unsigned int m, const unsigned int n, const double factor,
                          const double *A, const double *x, double *y) {
  if (n == 9) // nodes of a quadratic surface element
    return add_columns<3>(m, 9, 9, factor, A, x, y);
  unsigned int begin = 0;
  for (; begin + n_at_once <= n; begin += n_at_once)
    add_columns<3>(m, n, n_at_once, factor, A + begin, x, y + begin * 3);
  if (begin < n)
    add_columns<3>(m, n, n - begin, factor, A + begin, x, y + begin * 3);
}
} // namespace

template <>
void add_transposed_product<3>(const unsigned int m, const unsigned int n, const double factor,
                               const double *A, const double *x, double *y) {
  add_three_components(m, n, factor, A, x, y);
}

template <>
void add_transposed_product<2>(const unsigned int m, const unsigned int n, const double factor,
                               const double *A, const double *x, double *y) {
  for (unsigned int begin = 0; begin < n; begin += n_at_once)
    add_columns<2>(m, n, std::min(n_at_once, n - begin), factor, A + begin, x, y + begin * 2);
}
} // namespace fusogen
