// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/cell_curvature.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/grid/cell_id.h>

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

Resolution cell_resolution(const CellNodes<2> &nodes, const std::vector<double> &nodal) {
  static const QGauss<2> points(3);
  const CellMap<2> map(nodes, nodal);
  Resolution result;
  for (const Point<2> &xi : points.get_points()) {
    const CellMap<2>::Value v = map.value(xi);
    Tensor<1, 3> normal = cross_product_3d(v.first[0], v.first[1]);
    normal /= normal.norm();
    // First and second fundamental form, and from them mean and Gaussian curvature.
    const double E = v.first[0] * v.first[0], F = v.first[0] * v.first[1],
                 G = v.first[1] * v.first[1], L = v.second[0][0] * normal,
                 M = v.second[0][1] * normal, N = v.second[1][1] * normal, det = E * G - F * F;
    const double mean = 0.5 * (L * G - 2. * M * F + N * E) / det, gauss = (L * N - M * M) / det;
    result.largest_curvature = std::max(
        result.largest_curvature, std::abs(mean) + std::sqrt(std::max(0., mean * mean - gauss)));
  }
  const auto at = [&](const double x, const double y) { return map.value(Point<2>(x, y)).x; };
  result.largest_angle = result.largest_curvature * std::max((at(1., 0.5) - at(0., 0.5)).norm(),
                                                             (at(0.5, 1.) - at(0.5, 0.)).norm());
  return result;
}

Resolution resolution(const Membrane<2> &membrane, const std::vector<bool> &wanted) {
  const CellNodes<2> nodes(membrane.degree());
  std::vector<double> nodal;
  Resolution worst;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() &&
        (wanted.empty() || wanted[membrane.cell_id(cell).get_coarse_cell_id()])) {
      membrane.cell_positions(cell, nodal);
      const Resolution here = cell_resolution(nodes, nodal);
      worst.largest_curvature = std::max(worst.largest_curvature, here.largest_curvature);
      worst.largest_angle = std::max(worst.largest_angle, here.largest_angle);
    }
  worst.largest_curvature = Utilities::MPI::max(worst.largest_curvature, membrane.communicator());
  worst.largest_angle = Utilities::MPI::max(worst.largest_angle, membrane.communicator());
  return worst;
}
} // namespace fusogen
