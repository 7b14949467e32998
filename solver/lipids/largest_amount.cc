// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/largest_amount.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

double largest_amount(const Membrane<2> &membrane, const Vector &fraction, const double area,
                      const std::optional<Component> component) {
  // Area and amount in bins of the fraction; the fraction is as good as constant in one of them.
  constexpr unsigned int n_bins = 4096;
  std::vector<double> sums(2 * n_bins, 0.);
  SurfaceValues<2> surface(membrane.degree());
  std::vector<double> x, values;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && (!component || Membrane<2>::component(cell) == *component)) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_values(cell, fraction, values);
      surface.reinit(x, Membrane<2>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const double c = surface.scalar_field(q, values).value;
        const auto bin = static_cast<unsigned int>(std::clamp(c, 0., 1.) * (n_bins - 1) + 0.5);
        sums[2 * bin] += surface.weight(q);
        sums[2 * bin + 1] += surface.weight(q) * c;
      }
    }
  Utilities::MPI::sum(sums, membrane.communicator(), sums);

  double left = area, amount = 0.;
  for (unsigned int bin = n_bins; bin-- > 0 && left > 0.;) {
    const double here = sums[2 * bin];
    if (here == 0.)
      continue;
    amount += sums[2 * bin + 1] * std::min(1., left / here);
    left -= here;
  }
  return amount;
}
} // namespace fusogen
