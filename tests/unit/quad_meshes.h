// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Coarse meshes of quadrilaterals for tests, their cells listed with any corner first.
#pragma once

#include "geometry/profile.h"
#include "geometry/quad_mesh.h"

#include <cmath>
#include <functional>
#include <vector>

namespace fusogen::test {

struct QuadSurface {
  QuadMesh mesh;
  QuadMesh::Geometry geometry;
};

/// The same surface, its cells turned by as many quarters as their number times @p seed says.
inline QuadSurface turned(const QuadSurface &given, unsigned int seed) {
  QuadSurface result = given;
  std::vector<unsigned int> quarters;
  for (unsigned int c = 0; c < given.mesh.cells.size(); ++c) {
    quarters.push_back((7 * c + seed * (c / 2 + 1)) % 4);
    auto &corners = result.mesh.cells[c].corners;
    for (unsigned int turn = 0; turn < quarters[c]; ++turn)
      corners = {corners[1], corners[3], corners[0], corners[2]};
  }
  result.geometry = [given, quarters](unsigned int c, const dealii::Point<2> &xi) {
    dealii::Point<2> in_given = xi;
    for (unsigned int turn = 0; turn < quarters[c]; ++turn)
      in_given = dealii::Point<2>(1. - in_given[1], in_given[0]);
    return given.geometry(c, in_given);
  };
  return result;
}

/// A sphere of six cells.
inline QuadSurface cube_sphere(double radius, const dealii::Point<3> &centre = {},
                               Component component = Component::vesicle) {
  QuadSurface result;
  std::vector<std::array<dealii::Point<3>, 4>> corners;
  for (unsigned int v = 0; v < 8; ++v)
    result.mesh.vertices.push_back(
        centre + radius / std::sqrt(3.) *
                     dealii::Point<3>(v % 2 * 2. - 1., v / 2 % 2 * 2. - 1., v / 4 * 2. - 1.));
  const unsigned int faces[6][4] = {{0, 4, 2, 6}, {1, 3, 5, 7}, {0, 1, 4, 5},
                                    {2, 6, 3, 7}, {0, 2, 1, 3}, {4, 5, 6, 7}};
  for (const auto &face : faces)
    result.mesh.cells.push_back({{{face[0], face[1], face[2], face[3]}}, component});
  const QuadMesh mesh = result.mesh;
  result.geometry = [mesh, centre, radius](unsigned int c, const dealii::Point<2> &xi) {
    // Angles instead of tangents along the face make the cells more equal.
    const double pi = std::acos(-1.);
    const auto &corner = mesh.cells[c].corners;
    const double u = 0.5 * (1. + std::tan(0.5 * pi * (xi[0] - 0.5))),
                 v = 0.5 * (1. + std::tan(0.5 * pi * (xi[1] - 0.5)));
    dealii::Tensor<1, 3> x = mesh.vertices[corner[0]] - centre;
    x += u * (mesh.vertices[corner[1]] - mesh.vertices[corner[0]]) +
         v * (mesh.vertices[corner[2]] - mesh.vertices[corner[0]]);
    return centre + radius * x / x.norm();
  };
  return result;
}

/// A surface of revolution that ends at a pole on the axis, where its normal is +z: a square of one
/// cell around the pole, a ring of four cells that goes over to a circle, and more rings. @p rings
/// are distances from the pole along the curve at which rings end; the first is the half side of
/// the square.
inline QuadSurface
revolved(const std::function<std::array<double, 2>(double)> &curve, // distance -> (r, z)
         const std::vector<double> &rings, Component component) {
  const double pi = std::acos(-1.);
  QuadSurface result;
  // Distance and angle of the point at place t in [-1, 1] of side k of the square of ring n.
  const auto ring_point = [rings, pi](unsigned int n, unsigned int k, double t) {
    if (n == 0) {
      const double ratio = 0.8 * rings[0]; // bulging sides
      return std::array<double, 2>{std::hypot(rings[0] + (1 - t * t) * 0.2 * ratio, rings[0] * t),
                                   std::atan2(rings[0] * t, rings[0] + (1 - t * t) * 0.2 * ratio) +
                                       0.5 * pi * k};
    }
    return std::array<double, 2>{rings[n], 0.25 * pi * t + 0.5 * pi * k};
  };
  const auto place = [curve](double distance, double angle) {
    const auto [r, z] = curve(distance);
    return dealii::Point<3>(r * std::cos(angle), r * std::sin(angle), z);
  };
  const auto plane = [](const std::array<double, 2> &p) {
    return dealii::Point<2>(p[0] * std::cos(p[1]), p[0] * std::sin(p[1]));
  };
  for (unsigned int n = 0; n < rings.size(); ++n)
    for (unsigned int k = 0; k < 4; ++k) {
      const auto [distance, angle] = ring_point(n, k, -1.);
      result.mesh.vertices.push_back(place(distance, angle));
    }
  // Vertex k of a ring is at the angle (k - 1/2) pi/2.
  result.mesh.cells.push_back({{{3, 0, 2, 1}}, component});
  for (unsigned int n = 0; n + 1 < rings.size(); ++n)
    for (unsigned int k = 0; k < 4; ++k) {
      const unsigned int a = 4 * n, b = 4 * n + 4, next = (k + 1) % 4;
      result.mesh.cells.push_back({{{a + k, b + k, a + next, b + next}}, component});
    }
  result.geometry = [=](unsigned int c, const dealii::Point<2> &xi) {
    if (c == 0) {
      // Sides given by ring_point; transfinite interpolation between them.
      const double u = 2. * xi[0] - 1., v = 2. * xi[1] - 1.;
      const auto side = [&](unsigned int k, double t) { return plane(ring_point(0, k, t)); };
      dealii::Tensor<1, 2> p = 0.5 * (1. + u) * side(0, v) + 0.5 * (1. - u) * side(2, -v) +
                               0.5 * (1. + v) * side(1, -u) + 0.5 * (1. - v) * side(3, u);
      p -= rings[0] * dealii::Point<2>(u, v);
      return place(p.norm(), std::atan2(p[1], p[0]));
    }
    const unsigned int n = (c - 1) / 4, k = (c - 1) % 4;
    const double t = 2. * xi[1] - 1.;
    const auto inner = ring_point(n, k, t), outer = ring_point(n + 1, k, t);
    if (n > 0) // both ends have the same angle
      return place(inner[0] + xi[0] * (outer[0] - inner[0]), inner[1]);
    const dealii::Tensor<1, 2> p = plane(inner) + xi[0] * (plane(outer) - plane(inner));
    return place(p.norm(), std::atan2(p[1], p[0]));
  };
  return result;
}

/// A flat disc in the plane z = 0, normal +z.
inline QuadSurface disc(double radius) {
  return revolved(
      [](double s) {
        return std::array<double, 2>{s, 0.};
      },
      {0.25 * radius, 0.6 * radius, radius}, Component::plasma_membrane);
}

/// The surface of a meridian that ends at a pole on top, like those of an Omega.
inline QuadSurface revolved(const Profile &profile, const std::vector<double> &rings,
                            Component component) {
  return revolved(
      [profile](double s) {
        const ProfilePoint x = profile.point(profile.length() - s);
        return std::array<double, 2>{x.r, x.z};
      },
      rings, component);
}

} // namespace fusogen::test
