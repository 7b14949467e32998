// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_SMALL_PRODUCTS_H
#define FUSOGEN_BASE_SMALL_PRODUCTS_H

namespace fusogen {
/// y += factor A^T x for a matrix A of m rows and n columns and vectors with 2 or 3 components:
/// x[i * components + c], y[j * components + c]. For the small matrices of cells.
template <unsigned int components>
void add_transposed_product(unsigned int m, unsigned int n, double factor, const double *A,
                            const double *x, double *y);
} // namespace fusogen

#endif
