// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/amount_beyond_pore.h"

#include <cmath>
#include <map>

namespace fusogen {
using namespace dealii;

double amount_within(const Membrane<2> &membrane, const Pore &pore, const Vector &fraction,
                     const double area) {
  // Each point has a rank in the order from the vesicle's pole to the rim: the number of the ring
  // of coarse cells it is in plus its share of the way through it. Area and amount are summed in
  // bins of that number.
  constexpr unsigned int bins_per_ring = 128;
  const CoarseMesh<2> mesh = membrane.coarse_mesh();
  struct Place {
    unsigned int ring;
    const CellRing::Cell *cell; // null in a cap
    bool outward;               // the way through the ring leads away from the vesicle's pole
  };
  std::array<std::vector<CellRing>, 2> rings; // plasma membrane, vesicle
  std::array<unsigned int, 2> caps;
  rings[1] = rings_beside(mesh, pore.ring, caps[1]);
  rings[0] = rings_beside(mesh, {pore.ring.rbegin(), pore.ring.rend()}, caps[0]);
  std::map<unsigned int, Place> places;
  unsigned int n_rings = 0;
  if (caps[1] != numbers::invalid_unsigned_int)
    places[caps[1]] = {n_rings++, nullptr, true};
  for (unsigned int r = rings[1].size(); r-- > 0; ++n_rings)
    for (const CellRing::Cell &cell : rings[1][r].cells)
      places[cell.cell] = {n_rings, &cell, false};
  for (unsigned int r = 0; r < rings[0].size(); ++r, ++n_rings)
    for (const CellRing::Cell &cell : rings[0][r].cells)
      places[cell.cell] = {n_rings, &cell, true};

  const unsigned int n_bins = n_rings * bins_per_ring;
  std::vector<double> sums(2 * n_bins, 0.); // area, amount
  SurfaceValues<2> surface(membrane.degree());
  const auto points = surface.reference_points();
  std::vector<double> x, values;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      const CellId id = membrane.cell_id(cell);
      const auto found = places.find(id.get_coarse_cell_id());
      if (found == places.end())
        continue;
      const Place &place = found->second;
      Point<2> low;
      double size = 1.;
      for (const auto child : id.get_child_indices()) {
        size *= 0.5;
        low += size * Point<2>(child % 2, child / 2);
      }
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_values(cell, fraction, values);
      surface.reinit(x, Membrane<2>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const Point<2> xi = low + size * Tensor<1, 2>(points[q]);
        double share; // of the way through the ring, 0 at the vesicle's side
        if (place.cell) {
          const auto &corners = place.cell->corners;
          share = (xi - corners[0]) * (corners[2] - corners[0]);
          if (!place.outward)
            share = 1. - share;
        } else
          share = 2. * std::max(std::abs(xi[0] - 0.5), std::abs(xi[1] - 0.5));
        const unsigned int bin = place.ring * bins_per_ring +
                                 std::min<unsigned int>(share * bins_per_ring, bins_per_ring - 1);
        sums[2 * bin] += surface.weight(q);
        sums[2 * bin + 1] += surface.weight(q) * surface.scalar_field(q, values).value;
      }
    }
  Utilities::MPI::sum(sums, membrane.communicator(), sums);

  double left = area, amount = 0.;
  for (unsigned int bin = 0; bin < n_bins && left > 0.; ++bin) {
    const double here = sums[2 * bin];
    if (here == 0.)
      continue;
    amount += sums[2 * bin + 1] * std::min(1., left / here);
    left -= here;
  }
  return amount;
}
} // namespace fusogen
