// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_QUAD_MESH_H
#define FUSOGEN_GEOMETRY_QUAD_MESH_H

#include <deal.II/base/point.h>

#include <array>
#include <functional>
#include <vector>

namespace fusogen {
/// Which membrane a cell belongs to.
enum class Component : unsigned int { vesicle = 0, plasma_membrane = 1 };

/// A coarse mesh of quadrilaterals: the cells from which a surface in space grows by refinement.
/// Small enough (some hundred cells) to be known to every rank.
struct QuadMesh {
  struct Cell {
    /// Numbers of the corners, in the order (0,0), (1,0), (0,1), (1,1) of the unit square. Seen
    /// from outside the first direction turns into the second one anticlockwise: (x1 - x0) x
    /// (x2 - x0) points outward.
    std::array<unsigned int, 4> corners;
    Component component;
  };
  std::vector<dealii::Point<3>> vertices; ///< [nm]
  std::vector<Cell> cells;

  /// Position [nm] of the point @p xi of the unit square of cell number @p cell; equal for
  /// both cells at a common edge.
  using Geometry = std::function<dealii::Point<3>(unsigned int cell, const dealii::Point<2> &xi)>;
};
} // namespace fusogen

#endif
