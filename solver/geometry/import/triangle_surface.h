// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_TRIANGLE_SURFACE_H
#define FUSOGEN_GEOMETRY_IMPORT_TRIANGLE_SURFACE_H

#include <array>
#include <string>
#include <vector>

namespace fusogen {
/// A triangulated surface as it comes from a file.
struct TriangleSurface {
  std::vector<std::array<double, 3>> points; ///< [nm], or the file's unit where that is said
  std::vector<std::array<unsigned int, 3>> triangles;

  template <class Archive> void serialize(Archive &archive, unsigned int) {
    archive &points &triangles;
  }
};

/// What was found out about a surface, and what was mended.
struct SurfaceProperties {
  unsigned int merged_points = 0;     ///< that coincided with another one
  unsigned int dropped_triangles = 0; ///< that had collapsed to a line when points were merged
  unsigned int turned_triangles = 0;  ///< that had the opposite orientation of the others
  bool turned_inside_out = false;     ///< all normals of a closed surface pointed inward
  unsigned int components = 0;
  unsigned int rims = 0; ///< closed loops of edges with a triangle on one side only; 0 if closed
  int genus = 0;         ///< number of handles, of all components together
  double area = 0.;      ///< in the square of the unit of the points
  double volume = 0.;    ///< enclosed; 0 if there are rims

  /// The repairs as phrases, such as "30 points merged"; empty if nothing had to be mended.
  std::vector<std::string> repairs() const;
};

/// Checks a surface and mends what can be mended without asking: points of the same place become
/// one (STL files have three for each triangle), triangles are turned to agree with their
/// neighbours, and the normals of closed surfaces outward ((x1 - x0) x (x2 - x0) in each triangle).
///
/// @param name of the file, for the messages
/// @throws UserError in one sentence, if the surface is empty, has undefined coordinates or numbers
/// of points, triangles without area, edges with more than two triangles, points at which several
/// sheets meet, one side only (as a Moebius strip), or passes through itself
SurfaceProperties check_and_mend(TriangleSurface &surface, const std::string &name);
} // namespace fusogen

#endif
