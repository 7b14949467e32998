// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/import/triangle_surface.h"

#include "base/user_error.h"

#include <deal.II/base/bounding_box.h>
#include <deal.II/base/point.h>
#include <deal.II/base/tensor.h>
#include <deal.II/numerics/rtree.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

namespace fusogen {
namespace {
using dealii::BoundingBox;
using dealii::Point;
using Vector = dealii::Tensor<1, 3>;
using Triangle = std::array<unsigned int, 3>;
using Edge = std::pair<unsigned int, unsigned int>; // the smaller number first
constexpr unsigned int none = dealii::numbers::invalid_unsigned_int;

Point<3> point(const TriangleSurface &surface, const unsigned int i) {
  const auto &x = surface.points[i];
  return Point<3>(x[0], x[1], x[2]);
}

std::string place(const Point<3> &x) {
  std::ostringstream text;
  text << "(" << x[0] << ", " << x[1] << ", " << x[2] << ")";
  return text.str();
}

std::string count(const unsigned int n, const std::string &what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

Vector area_vector(const TriangleSurface &surface, const Triangle &t) {
  return 0.5 * cross_product_3d(point(surface, t[1]) - point(surface, t[0]),
                                point(surface, t[2]) - point(surface, t[0]));
}

Edge edge_of(const Triangle &t, const unsigned int k) { return std::minmax(t[k], t[(k + 1) % 3]); }

// Sets that grow together.
class Union {
public:
  explicit Union(const unsigned int n) : parent(n) {
    for (unsigned int i = 0; i < n; ++i)
      parent[i] = i;
  }
  unsigned int root(unsigned int i) {
    while (parent[i] != i)
      i = parent[i] = parent[parent[i]];
    return i;
  }
  void join(const unsigned int a, const unsigned int b) { parent[root(a)] = root(b); }

private:
  std::vector<unsigned int> parent;
};

void check_numbers(const TriangleSurface &surface, const std::string &name) {
  if (surface.triangles.empty())
    throw UserError(name + " contains no triangles, but Vesicle/File must be a surface");
  for (const Triangle &t : surface.triangles)
    for (const unsigned int i : t)
      if (i >= surface.points.size())
        throw UserError(name + " has a triangle with point number " + std::to_string(i) +
                        ", but only " + count(surface.points.size(), "point") + " numbered from 0");
  for (unsigned int i = 0; i < surface.points.size(); ++i)
    for (const double x : surface.points[i])
      if (!std::isfinite(x))
        throw UserError("point number " + std::to_string(i) + " of " + name +
                        " has a coordinate that is not a finite number");
}

void merge_points(TriangleSurface &surface, SurfaceProperties &properties) {
  std::vector<Point<3>> all;
  for (const Triangle &t : surface.triangles)
    for (const unsigned int i : t)
      all.push_back(point(surface, i));
  const BoundingBox<3> bounds(all);
  // Coordinates in files often have the seven digits of single precision.
  const double tolerance =
      1e-6 * (bounds.get_boundary_points().second - bounds.get_boundary_points().first).norm();

  dealii::RTree<std::pair<Point<3>, unsigned int>> kept;
  std::vector<unsigned int> number(surface.points.size(), none);
  std::vector<std::array<double, 3>> points;
  for (const Triangle &t : surface.triangles)
    for (const unsigned int i : t) {
      if (number[i] != none)
        continue;
      const Point<3> x = point(surface, i);
      Point<3> low = x, high = x;
      for (unsigned int c = 0; c < 3; ++c) {
        low[c] -= tolerance;
        high[c] += tolerance;
      }
      const BoundingBox<3> near(std::make_pair(low, high));
      const auto found = kept.qbegin(boost::geometry::index::intersects(near));
      if (found != kept.qend()) {
        number[i] = found->second;
        ++properties.merged_points;
      } else {
        number[i] = points.size();
        kept.insert({x, number[i]});
        points.push_back(surface.points[i]);
      }
    }
  surface.points = points;
  std::vector<Triangle> triangles;
  for (Triangle t : surface.triangles) {
    for (unsigned int &i : t)
      i = number[i];
    if (t[0] == t[1] || t[1] == t[2] || t[2] == t[0])
      ++properties.dropped_triangles;
    else
      triangles.push_back(t);
  }
  surface.triangles = triangles;
}

void check_areas(const TriangleSurface &surface, const std::string &name) {
  for (const Triangle &t : surface.triangles) {
    double longest = 0.;
    for (unsigned int k = 0; k < 3; ++k)
      longest =
          std::max(longest, (point(surface, t[k]) - point(surface, t[(k + 1) % 3])).norm_square());
    if (area_vector(surface, t).norm() < 1e-10 * longest)
      throw UserError(name + " has a triangle without area at " + place(point(surface, t[0])) +
                      ", its three corners lying on a line; mend the mesh, for instance by "
                      "merging close points");
  }
}

// The triangles at each edge.
std::map<Edge, std::vector<unsigned int>> edges_of(const TriangleSurface &surface,
                                                   const std::string &name) {
  std::map<Edge, std::vector<unsigned int>> edges;
  for (unsigned int t = 0; t < surface.triangles.size(); ++t)
    for (unsigned int k = 0; k < 3; ++k)
      edges[edge_of(surface.triangles[t], k)].push_back(t);
  for (const auto &[edge, at] : edges)
    if (at.size() > 2)
      throw UserError(name + " is no surface: " + count(at.size(), "triangle") +
                      " meet at the edge from " + place(point(surface, edge.first)) + " to " +
                      place(point(surface, edge.second)) + ", where at most two may");
  return edges;
}

// The triangles at a point must form one fan, so that a small piece of the surface around it is a
// disc.
void check_fans(const TriangleSurface &surface,
                const std::map<Edge, std::vector<unsigned int>> &edges, const std::string &name) {
  // Corners k of triangles t, joined across the edges that meet at them.
  Union fans(3 * surface.triangles.size());
  const auto corner = [&](const unsigned int t, const unsigned int i) {
    const Triangle &triangle = surface.triangles[t];
    return 3 * t + (triangle[0] == i ? 0 : triangle[1] == i ? 1 : 2);
  };
  for (const auto &[edge, at] : edges)
    if (at.size() == 2)
      for (const unsigned int i : {edge.first, edge.second})
        fans.join(corner(at[0], i), corner(at[1], i));
  std::vector<unsigned int> fan_at(surface.points.size(), none);
  for (unsigned int t = 0; t < surface.triangles.size(); ++t)
    for (unsigned int k = 0; k < 3; ++k) {
      const unsigned int i = surface.triangles[t][k], fan = fans.root(3 * t + k);
      if (fan_at[i] != none && fan_at[i] != fan)
        throw UserError(name + " is no surface: several sheets touch in the point " +
                        place(point(surface, i)) + " alone");
      fan_at[i] = fan;
    }
}

bool runs_along(const Triangle &t, const unsigned int from, const unsigned int to) {
  return (t[0] == from && t[1] == to) || (t[1] == from && t[2] == to) ||
         (t[2] == from && t[0] == to);
}

void orient(TriangleSurface &surface, const std::map<Edge, std::vector<unsigned int>> &edges,
            SurfaceProperties &properties, const std::string &name) {
  const unsigned int n = surface.triangles.size();
  std::vector<std::vector<std::pair<unsigned int, bool>>> neighbours(n); // and whether they agree
  for (const auto &[edge, at] : edges)
    if (at.size() == 2) {
      const bool agree = runs_along(surface.triangles[at[0]], edge.first, edge.second) !=
                         runs_along(surface.triangles[at[1]], edge.first, edge.second);
      neighbours[at[0]].emplace_back(at[1], agree);
      neighbours[at[1]].emplace_back(at[0], agree);
    }
  std::vector<int> side(n, 0);
  for (unsigned int start = 0; start < n; ++start) {
    if (side[start] != 0)
      continue;
    ++properties.components;
    side[start] = 1;
    std::vector<unsigned int> component = {start};
    unsigned int n_turned = 0;
    for (unsigned int next = 0; next < component.size(); ++next) {
      const unsigned int t = component[next];
      for (const auto &[other, agree] : neighbours[t]) {
        const int wanted = agree ? side[t] : -side[t];
        if (side[other] == 0) {
          side[other] = wanted;
          component.push_back(other);
          n_turned += wanted < 0;
        } else if (side[other] != wanted)
          throw UserError(name +
                          " has one side only, like a Moebius strip, so that no inside and "
                          "outside can be told apart at " +
                          place(point(surface, surface.triangles[t][0])));
      }
    }
    // The majority is right.
    const int wrong = 2 * n_turned > component.size() ? 1 : -1;
    for (const unsigned int t : component)
      if (side[t] == wrong) {
        std::swap(surface.triangles[t][1], surface.triangles[t][2]);
        ++properties.turned_triangles;
      }
  }
}

void count_rims_and_handles(const TriangleSurface &surface,
                            const std::map<Edge, std::vector<unsigned int>> &edges,
                            SurfaceProperties &properties) {
  Union loops(surface.points.size());
  std::set<unsigned int> on_rim;
  for (const auto &[edge, at] : edges)
    if (at.size() == 1) {
      loops.join(edge.first, edge.second);
      on_rim.insert({edge.first, edge.second});
    }
  std::set<unsigned int> roots;
  for (const unsigned int i : on_rim)
    roots.insert(loops.root(i));
  properties.rims = roots.size();
  const int euler = int(surface.points.size()) - int(edges.size()) + int(surface.triangles.size());
  properties.genus = (2 * int(properties.components) - int(properties.rims) - euler) / 2;
}

void measure(TriangleSurface &surface, SurfaceProperties &properties) {
  const Point<3> origin = point(surface, 0);
  for (const Triangle &t : surface.triangles) {
    const Vector area = area_vector(surface, t);
    properties.area += area.norm();
    properties.volume += area * (point(surface, t[0]) - origin) / 3.;
  }
  if (properties.rims > 0)
    properties.volume = 0.;
  if (properties.volume < 0.) {
    properties.volume *= -1.;
    properties.turned_inside_out = true;
    for (Triangle &t : surface.triangles)
      std::swap(t[1], t[2]);
  }
}

// Six times the signed volume of a tetrahedron.
double volume(const Point<3> &a, const Point<3> &b, const Point<3> &c, const Point<3> &d) {
  return cross_product_3d(b - a, c - a) * (d - a);
}

// Whether the segment from p to q passes through the triangle, its edges included.
bool pierces(const Point<3> &p, const Point<3> &q, const std::array<Point<3>, 3> &t) {
  if (volume(t[0], t[1], t[2], p) * volume(t[0], t[1], t[2], q) >= 0.)
    return false;
  const double a = volume(p, q, t[0], t[1]), b = volume(p, q, t[1], t[2]),
               c = volume(p, q, t[2], t[0]);
  return (a >= 0. && b >= 0. && c >= 0.) || (a <= 0. && b <= 0. && c <= 0.);
}

// Whether an edge of t that does not end at a corner of u passes through u.
bool cuts(const TriangleSurface &surface, const Triangle &t, const Triangle &u) {
  const std::array<Point<3>, 3> corners = {
      {point(surface, u[0]), point(surface, u[1]), point(surface, u[2])}};
  const auto belongs_to_u = [&](const unsigned int i) {
    return std::find(u.begin(), u.end(), i) != u.end();
  };
  for (unsigned int k = 0; k < 3; ++k) {
    const unsigned int i = t[k], j = t[(k + 1) % 3];
    if (!belongs_to_u(i) && !belongs_to_u(j) &&
        pierces(point(surface, i), point(surface, j), corners))
      return true;
  }
  return false;
}

void check_self_intersection(const TriangleSurface &surface, const std::string &name) {
  std::vector<std::pair<BoundingBox<3>, unsigned int>> boxes;
  for (unsigned int t = 0; t < surface.triangles.size(); ++t) {
    const Triangle &triangle = surface.triangles[t];
    boxes.emplace_back(BoundingBox<3>(std::vector<Point<3>>{point(surface, triangle[0]),
                                                            point(surface, triangle[1]),
                                                            point(surface, triangle[2])}),
                       t);
  }
  const auto tree = dealii::pack_rtree(boxes);
  for (const auto &[box, t] : boxes)
    for (auto it = tree.qbegin(boost::geometry::index::intersects(box)); it != tree.qend(); ++it) {
      const Triangle &a = surface.triangles[t], &b = surface.triangles[it->second];
      if (it->second > t && (cuts(surface, a, b) || cuts(surface, b, a)))
        throw UserError(name + " passes through itself at " + place(point(surface, a[0])) +
                        ", which a membrane cannot do");
    }
}
} // namespace

std::vector<std::string> SurfaceProperties::repairs() const {
  std::vector<std::string> phrases;
  if (merged_points > 0)
    phrases.push_back(count(merged_points, "point") + " merged with others at the same place");
  if (dropped_triangles > 0)
    phrases.push_back(count(dropped_triangles, "collapsed triangle") + " left out");
  if (turned_triangles > 0)
    phrases.push_back(count(turned_triangles, "triangle") + " turned to agree with the others");
  if (turned_inside_out)
    phrases.push_back("normals turned outward");
  return phrases;
}

SurfaceProperties check_and_mend(TriangleSurface &surface, const std::string &name) {
  SurfaceProperties properties;
  check_numbers(surface, name);
  merge_points(surface, properties);
  if (surface.triangles.empty())
    throw UserError(name + " contains triangles without area only");
  check_areas(surface, name);
  const auto edges = edges_of(surface, name);
  check_fans(surface, edges, name);
  orient(surface, edges, properties, name);
  count_rims_and_handles(surface, edges, properties);
  measure(surface, properties);
  check_self_intersection(surface, name);
  return properties;
}
} // namespace fusogen
