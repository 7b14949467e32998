// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CELL_CURVATURE_H
#define FUSOGEN_GEOMETRY_CELL_CURVATURE_H

#include "geometry/cell_map.h"
#include "geometry/membrane.h"

#include <vector>

namespace fusogen {
/// How well cells of a surface in space resolve its curvature.
struct Resolution {
  double largest_curvature = 0.; ///< |principal curvature| of the cells themselves [1/nm]
  /// The same times the size of the cell (the larger of the two distances between the middles of
  /// opposite edges): about the angle that the cell spans.
  double largest_angle = 0.;
};

/// For one cell, at 3 x 3 Gauss points of its own second fundamental form. @p nodal as
/// Membrane::cell_positions() gives it.
Resolution cell_resolution(const CellNodes<2> &nodes, const std::vector<double> &nodal);

/// The largest values over the coarse cells (numbers of CoarseMesh::cells) for which @p wanted is
/// true, or over all cells if it is empty. Collective.
Resolution resolution(const Membrane<2> &membrane, const std::vector<bool> &wanted = {});
} // namespace fusogen

#endif
