// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_SURFACE_MOTION_H
#define FUSOGEN_GEOMETRY_SURFACE_MOTION_H

#include "geometry/conserved_field.h"
#include "geometry/membrane.h"

#include <optional>

namespace fusogen {
/// Worst cell quality of a surface in space: the least over all points of
///   2 |x_1 x x_2| / (|x_1|^2 + |x_2|^2)
/// with the derivatives x_1, x_2 by the reference coordinates: 1 for squares, 0 for degenerate
/// cells (the mean ratio of the mesh literature).
double mesh_quality(const Membrane<2> &membrane);

/// Places the nodes of a surface in space anew along it, so that the flow may stretch cells without
/// end, and carries over what lives on it.
///
/// Nodes move to the minimum of
///   sum over cells of int tr(G^-1 (grad x)^T grad x) d xi,  x along the surface,
/// a Dirichlet energy by the reference coordinates xi, where G is the cell's present metric with
/// its aspect ratio limited. A mesh of cells within the limit is its own minimum (the map is
/// conformal) and stays; longer cells grow in breadth at the cost of their neighbours. Only ratios
/// count, so small cells stay small. A pass moves nodes by a fraction of a cell, and then to the
/// closest point of the surface they left, which changes the shape by the error of interpolating it
/// anew.
class SurfaceMotion {
public:
  /// @param rim_radius radius of the circle around the z axis on which the rim is to stay [nm];
  /// without it a rim moves with the material
  explicit SurfaceMotion(Membrane<2> &membrane, std::optional<double> rim_radius = {});

  /// How far the rim is from its place, relative to the cell at the rim.
  double rim_displacement() const;

  /// One pass. Of a cell's aspect ratio what is beyond @p largest_aspect_ratio is worked on, and
  /// the rim goes to its place. Returns the area that passed the rim outward [nm^2], or nothing if
  /// the quality would have fallen; then nothing has changed.
  /// @param material_area int q_j dA of the material for the tension's shape functions q_j
  /// (ghosted): afterwards that of the surface, scaled to the total before less what passed the rim
  /// @param fields densities follow the material to the new nodes, fractions between 0 and 1;
  /// content and outflow are filled in such that nothing is lost
  /// @param interpolated scalar-space fields (ghosted) to be interpolated at the new nodes
  std::optional<double> redistribute(double largest_aspect_ratio, Vector &material_area,
                                     std::vector<ConservedField> &fields,
                                     const std::vector<Vector *> &interpolated);

private:
  Vector nodal_normals() const;
  // Where nodes want to go (position space, ghosted), at most a fraction of a cell.
  Vector displacement(double largest_aspect_ratio) const;

  Membrane<2> &membrane;
  std::optional<double> rim_radius;
};

/// Passes of SurfaceMotion on a surface without fields until mesh_quality() has risen by a quarter
/// or no longer rises, thirty at most. Returns whether it has risen; if not, all nodes are where
/// they were.
bool smooth_along_surface(Membrane<2> &membrane);
} // namespace fusogen

#endif
