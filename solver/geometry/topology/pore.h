// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_PORE_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_PORE_H

#include "geometry/membrane.h"
#include "geometry/neck.h"

#include <vector>

namespace fusogen {
/// A pore between two membranes that have fused: a closed loop of edges of the coarse mesh around
/// it.
struct Pore {
  /// The vertices (numbers in CoarseMesh::vertices) along the loop. Seen from outside, the second
  /// of the two membranes (the vesicle) is on the left of the way.
  std::vector<unsigned int> ring;

  /// The same loop after the vertices have got new numbers (TopologyChange::new_vertices); empty if
  /// the pore is gone.
  Pore renumbered(const std::vector<unsigned int> &new_vertices) const;
};

/// A row of coarse cells along a closed loop of edges, one for each of its edges.
struct CellRing {
  struct Cell {
    unsigned int cell; ///< number in CoarseMesh::cells
    /// Places in its unit square of the ends of its edge in the loop, in the order of the loop, and
    /// of the corners opposite to them.
    std::array<dealii::Point<2>, 4> corners;

    /// The point at the share @p along (0 to 1) of the edge and the share @p away of the way from
    /// it to the opposite one.
    dealii::Point<2> point(double along, double away) const;
  };
  std::vector<Cell> cells;
  std::vector<unsigned int> far_loop; ///< the vertices opposite to those of the loop
};

/// The rings of coarse cells that follow each other on the left of the loop of vertices @p loop, as
/// far as they go: each must be closed, with cells that are different from each other and from
/// those before. @p cap becomes the cell whose four edges are the last loop, if there is one
/// (invalid otherwise).
std::vector<CellRing> rings_beside(const CoarseMesh<2> &mesh, std::vector<unsigned int> loop,
                                   unsigned int &cap);

/// The neck of a pore in space, in the terms of a meridian: the rings of coarse cells on both sides
/// of the pore are cut into closed loops around it, and the effective meridian has at each loop the
/// radius of the circle of the same area as the loop (the length of its vector area
/// 1/2 int x x dx), at the height of its middle along the axis (the vector area of the pore's
/// ring). For a surface of revolution around the pore these are the radius and the height of its
/// meridian. Collective; no rank needs more of the membrane than its own cells.
Neck find_neck(const Membrane<2> &membrane, const Pore &pore);

/// The effective meridian.
struct EffectiveMeridian {
  /// Points (r, z) [nm], from the side of the first membrane to the second one; z is measured from
  /// the ring.
  std::vector<dealii::Point<2>> points;
  unsigned int ring;    ///< number of the ring's point
  unsigned int per_row; ///< points to a row of coarse cells around the neck
  Vector3 origin, axis; ///< middle of the ring [nm], and where z goes from there (unit vector)
};
EffectiveMeridian effective_meridian(const Membrane<2> &membrane, const Pore &pore);
} // namespace fusogen

#endif
