// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_SPHERICAL_MAP_H
#define FUSOGEN_GEOMETRY_IMPORT_SPHERICAL_MAP_H

#include "geometry/import/triangle_surface.h"

#include <deal.II/base/bounding_box.h>
#include <deal.II/base/point.h>
#include <deal.II/numerics/rtree.h>

#include <memory>

namespace fusogen {
/// Places the points of a closed surface without handles on the unit sphere, so that its triangles
/// cover the sphere once, the orientation kept and each with its share of the area up to a factor
/// of about two. The surface may be far from star-shaped.
///
/// Three steps: one triangle is taken out and the rest laid into the plane by a discrete harmonic
/// map (W. T. Tutte, Proc. London Math. Soc. 13, 743, 1963: without overlaps, because the weights
/// are positive), which the stereographic projection takes to the sphere (S. Haker et al., IEEE
/// Trans. Vis. Comput. Graph. 6, 181, 2000); a Moebius transformation brings the centre of mass to
/// the centre (A. Baden, K. Crane, M. Kazhdan, Comput. Graph. Forum 37(5), 211, 2018); and
/// parallels are moved along the axis of the largest moment until the area between each two of them
/// is right, for one axis after the other as long as that helps.
///
/// @param surface as check_and_mend() leaves it: one component, no rims, genus 0
/// @return a point of the unit sphere for each point of the surface; empty if triangles overlap on
/// the sphere, which only very bad meshes bring about
std::vector<std::array<double, 3>> map_to_sphere(const TriangleSurface &surface);

/// The surface as a function on the unit sphere: the inverse of map_to_sphere(), linear in each
/// triangle.
class SurfaceOverSphere {
public:
  SurfaceOverSphere(TriangleSurface surface, std::vector<std::array<double, 3>> on_sphere);
  /// The point of the surface [nm] that belongs to the point @p direction of the unit sphere.
  std::array<double, 3> operator()(const std::array<double, 3> &direction) const;

private:
  TriangleSurface surface;
  std::vector<std::array<double, 3>> on_sphere;
  dealii::RTree<std::pair<dealii::BoundingBox<3>, unsigned int>> tree; // of triangles on the sphere
};

/// Cuts each triangle into four at the middles of its edges, which on the sphere are those of the
/// arcs.
void subdivide(TriangleSurface &surface, std::vector<std::array<double, 3>> &on_sphere);

/// Smooths away details of a closed surface that are finer than some length: every harmonic of wave
/// number k becomes smaller by the factor 1 / (1 + (length k)^4), so that of wavelength 2 pi length
/// is halved while long ones stay as they are. One implicit step of surface diffusion
/// (M. Desbrun et al., Proc. SIGGRAPH 1999, 317).
///
/// @param length [nm]
void smooth(TriangleSurface &surface, double length);
} // namespace fusogen

#endif
