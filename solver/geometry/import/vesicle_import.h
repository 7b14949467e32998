// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_VESICLE_IMPORT_H
#define FUSOGEN_GEOMETRY_IMPORT_VESICLE_IMPORT_H

#include "geometry/import/triangle_surface.h"
#include "geometry/membrane.h"

namespace fusogen {
/// A closed vesicle from a file, as a surface that is meshed with few curved quadrilaterals
/// whatever the number of its triangles.
class VesicleImport {
public:
  /// How far the points of the file lie from the membrane that was made of them [nm].
  struct Displacement {
    double largest, root_mean_square;
  };

  /// Collective; the first process reads, checks and maps the file to the sphere.
  ///
  /// @param path see read_surface_file()
  /// @param unit of the coordinates in the file [nm]
  /// @throws UserError, on all processes, if the file cannot be read, is no sound surface (see
  /// check_and_mend()), or not one closed vesicle without handles of a plausible size
  VesicleImport(MPI_Comm communicator, const std::string &path, double unit);

  /// What was found in the file, in nm.
  const SurfaceProperties &properties() const { return found; }
  unsigned int n_triangles() const { return surface.triangles.size(); }
  /// Radius of the sphere that has the area of the surface in the file [nm].
  double radius() const;

  /// Makes @p membrane a vesicle of 6 * 4^refinement cells, the nodes of which lie on the surface
  /// after it was smoothed (see smooth()): the amplitude of waves twice @p smoothing cells long is
  /// halved, finer ones vanish, as far as the cells could show them at all. 0: no smoothing.
  Displacement create(Membrane<2> &membrane, unsigned int refinement, double smoothing) const;

private:
  SurfaceProperties found;
  TriangleSurface surface;
  std::vector<std::array<double, 3>> on_sphere;
};
} // namespace fusogen

#endif
