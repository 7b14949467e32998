// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_COARSE_MESHES_H
#define FUSOGEN_GEOMETRY_COARSE_MESHES_H

#include "geometry/quad_mesh.h"

#include <deal.II/base/tensor.h>

#include <functional>
#include <vector>

namespace fusogen {
/// A coarse mesh together with the exact shape of its cells, for Membrane<2>::create_surface().
struct MeshedSurface {
  QuadMesh mesh;
  QuadMesh::Geometry geometry;
  /// Docking patches: cells that a pore may take the place of, see fuse().
  std::vector<unsigned int> patches;
  /// Of a donor membrane: the vertices around the place where the bud will have its neck, as
  /// Pore::ring.
  std::vector<unsigned int> ring;
};

/// A place of a membrane where a vesicle can fuse with it.
struct DockingPatch {
  dealii::Point<2> position; ///< of its centre in the plane of the membrane [nm]
  double radius;             ///< from its centre to the middle of its edges [nm]
};

/// Maps directions (unit vectors) to the points of a closed surface [nm], smoothly and one to one.
using ClosedShape = std::function<dealii::Point<3>(const dealii::Tensor<1, 3> &)>;

/// The sphere as a map of directions.
ClosedShape sphere_shape(const dealii::Point<3> &centre, double radius);

/// A vesicle of the shape @p shape with a docking patch around the direction @p towards, from whose
/// centre to the middle of its edges the angle is @p patch_angle (0 to 2 rad). Around it are layers
/// of four cells each, which grow in proportion to their distance from it, and opposite to it is
/// another patch (a face of a cube). With pi/4 this is the cube projected to the sphere, cells of
/// equal angles. The patches are square-like, with three equal angles at each corner, the loops
/// between the layers circles. patches[0] is the docking patch, patches[1] the one opposite.
MeshedSurface vesicle_mesh(const ClosedShape &shape, const dealii::Tensor<1, 3> &towards,
                           double patch_angle);

/// A vesicle of 6 n^2 cells, n rows and columns on each face of a cube of equal angles: with a
/// larger n, any cell of it is a patch to dock at. All cells are patches.
MeshedSurface vesicle_mesh(const ClosedShape &shape, unsigned int n);

/// A plasma membrane in the plane z = 0 with its outward normal along +z: a disc with the rim
/// @p rim_radius [nm] around the origin and any number of docking patches. With one patch, layers
/// of cells go from its square to the circle of the rim. With several, the patches lie in the
/// blocks of a rectangular grid, whose lines run in the middle between them, and layers of cells go
/// from each patch to its block and from the grid to the rim. Cells grow in proportion to the
/// distance from the next patch.
///
/// Throws std::invalid_argument with a sentence if the patches overlap or reach beyond the rim.
MeshedSurface membrane_mesh(double rim_radius, const std::vector<DockingPatch> &patches);

/// A flat membrane as membrane_mesh() makes it, from which a vesicle will bud around the origin:
/// with layers of four cells each around a patch at the origin, and between them a loop at the
/// distance @p neck_radius [nm] from it, where the material of the neck lies.
MeshedSurface flat_donor_mesh(double rim_radius, double neck_radius);

/// A tube around the z axis, between z = -length/2 and length/2, from which a vesicle will bud
/// towards +x. Around the place where the tube meets the x axis it has the cells of
/// flat_donor_mesh(), laid on the tube as paper would be, in a block that goes six tenths of the
/// way around it, and beyond that a few more.
///
/// Throws std::invalid_argument with a sentence if the tube is too narrow or too short for the bud.
MeshedSurface tube_donor_mesh(double radius, double length, double neck_radius);

/// Both surfaces in one mesh; the cells and patches of @p second are counted after those of
/// @p first.
MeshedSurface together(const MeshedSurface &first, const MeshedSurface &second);
} // namespace fusogen

#endif
