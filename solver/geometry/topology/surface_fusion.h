// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_FUSION_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_FUSION_H

#include "geometry/topology/topology_change.h"

#include <vector>

namespace fusogen {
/// Where two membranes are about to fuse: a coarse cell of each, whose outward sides face each
/// other, and a point on each.
struct DockingSite {
  std::array<unsigned int, 2> cells;      ///< numbers in CoarseMesh::cells
  std::array<dealii::Point<2>, 2> places; ///< in the unit squares of the cells
  std::array<dealii::Point<3>, 2> points; ///< [nm]
  /// Direction of the pore's axis, from the first membrane to the second one (unit vector).
  dealii::Tensor<1, 3> axis;

  double gap() const { return points[0].distance(points[1]); } ///< [nm]
};

/// The place where two membranes are closest, up to a fifth of a cell away from the edges of coarse
/// cells, to leave room for the neck: of all pairs of coarse cells, one from each list, the pair
/// with the nearest points; in it the point where the gap along the mean normal, as a parabola
/// fitted to it, is least. Collective; the same on all ranks. Throws std::invalid_argument with a
/// sentence if there is no such place.
DockingSite find_docking_site(const Membrane<2> &membrane, const std::vector<unsigned int> &first,
                              const std::vector<unsigned int> &second);

/// How fuse() meshes the tube.
struct FusionMesh {
  /// Largest size of a cell times the largest principal curvature on it; 1/2 means at least 12
  /// cells around the neck.
  double largest_angle = 0.5;
  /// The tube's cells are refined at least and at most so many times.
  unsigned int least_level = 1, most_levels = 7;
};

/// Two separate membranes, at least one of them closed, become one: the two coarse cells of
/// @p site are replaced by a tube of eight (four from the edges of each to a ring), all others keep
/// their refinement and the values at their nodes.
///
/// In each half plane through the pore's axis the neck is the arc of the circle that touches both
/// membranes and comes to the axis as near as @p pore_radius [nm]; for a sphere above a plane this
/// is omega(). Between the arcs and the edges of the two cells the membranes stay as they are, with
/// nodes placed anew such that cells are in proportion to their distance from the axis. The area is
/// conserved by scaling closed membranes about their docking point, all by the same factor, as
/// omega_conserving_area() does (so "the values at their nodes" are, for these, scaled positions).
/// The coarse cells part at the ring at which the area on either side is that of the membrane which
/// was there, so that lipids keep a sharp front along edges of cells (smeared by continuous shape
/// functions over the cells next to it). Fractions in the rest of the tube are those of the
/// material there; on the arcs, those of the disc that has been there, in the order of the area
/// from its edge.
///
/// Throws std::invalid_argument with a sentence if the neck does not fit, and is collective.
TopologyChange fuse(const Membrane<2> &membrane, const DockingSite &site, double pore_radius,
                    const FieldsThroughEvent &fields = {}, const FusionMesh &mesh = {});
} // namespace fusogen

#endif
