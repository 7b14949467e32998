// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_CUT_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_CUT_H

#include "geometry/topology/topology_change.h"

namespace fusogen {
/// How cut() meshes the caps.
struct CutMesh {
  /// Largest size of a cell times the largest principal curvature on it.
  double largest_angle = 0.5;
  /// The caps are refined at least and at most so many times.
  unsigned int least_level = 0, most_levels = 7;
};

/// The inverse of fuse(): opens a membrane at a pore and closes both sides. On each side of the
/// pore's ring the four coarse cells at it are replaced by one; all others keep their refinement
/// and the values at their nodes.
///
/// The new cell is a graph over the plane across the pore's axis. Next to its edges it is the
/// membrane that was there. Inside a circle of nine tenths of the distance to the nearest edge it
/// is the biharmonic function with the height and the slope of the membrane on the circle (a
/// clamped plate), and on top of that d (1 - r^2/r_circle^2)^2, with d such that the area is that
/// of the four old cells: of the two such d the smaller one, or, if they are about equal, the one
/// that moves the two sides apart. If a side has not enough area for any d (the least area is taken
/// then), the total is conserved by scaling the closed piece, this one or else the other one, about
/// the middle of its new cell.
///
/// Lipids go from the old cells to the new one in the order of the area from its edge, with the
/// azimuth they had; if one side has got more area than its material, the middle of the new cell is
/// filled from the other side of the ring. A connected piece with a rim is plasma membrane
/// afterwards, a closed one a vesicle.
///
/// Throws std::invalid_argument with a sentence if the neck is too wide to be cut or the pore has
/// no rings of four cells at its sides. Collective.
TopologyChange cut(const Membrane<2> &membrane, const Pore &pore,
                   const FieldsThroughEvent &fields = {}, const CutMesh &mesh = {});

/// cut() of a neck to which the loops of the coarse mesh are not close (any more): each leaf of the
/// membrane becomes a coarse cell, with the same place and the same fields, and the loop of edges
/// next to the waist takes the place of the pore's. With n cells around the neck, a cap is a square
/// of n/4 rows and columns of cells in a ring of n cells, in place of as few rows around the neck
/// as end where the membrane is not steep; half of a row may stay. What is between that loop and
/// the waist goes to the side of the waist that it is on. new_cells and new_vertices of the result
/// count the former leaves.
/// @param pore any loop of 4 k edges of the coarse mesh from which rings of cells follow each other
/// to beyond the neck
///
/// Throws std::invalid_argument with a sentence as cut() does, and if there are hanging nodes.
/// Collective.
TopologyChange cut_at_waist(const Membrane<2> &membrane, const Pore &pore,
                            const FieldsThroughEvent &fields = {});
} // namespace fusogen

#endif
