// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/import/spherical_map.h"

#include "base/assertion.h"

#include <deal.II/base/numbers.h>
#include <deal.II/base/symmetric_tensor.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/solver_cg.h>
#include <deal.II/lac/sparse_direct.h>
#include <deal.II/lac/sparse_matrix.h>
#include <deal.II/lac/vector.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fusogen {
using namespace dealii;
namespace bgi = boost::geometry::index;

namespace {
using Vector3 = Tensor<1, 3>;
using Points = std::vector<std::array<double, 3>>;
using Triangles = std::vector<std::array<unsigned int, 3>>;

Vector3 vector(const std::array<double, 3> &x) { return Vector3({x[0], x[1], x[2]}); }
std::array<double, 3> array(const Vector3 &x) { return {{x[0], x[1], x[2]}}; }
std::array<double, 3> normalised(const Vector3 &x) { return array(x / x.norm()); }

double area(const Points &points, const std::array<unsigned int, 3> &t) {
  const Vector3 x = vector(points[t[0]]);
  return 0.5 * cross_product_3d(vector(points[t[1]]) - x, vector(points[t[2]]) - x).norm();
}

// Positive where the triangle on the sphere has its outside outside.
double side(const Points &on_sphere, const std::array<unsigned int, 3> &t) {
  return vector(on_sphere[t[0]]) *
         cross_product_3d(vector(on_sphere[t[1]]), vector(on_sphere[t[2]]));
}

unsigned int n_overlapping(const Points &on_sphere, const Triangles &triangles) {
  return std::count_if(triangles.begin(), triangles.end(),
                       [&](const auto &t) { return !(side(on_sphere, t) > 0.); });
}

// Sparse matrices with an entry for each pair of points that an edge joins.
SparsityPattern edges_of(const Triangles &triangles, const unsigned int n) {
  DynamicSparsityPattern pattern(n, n);
  for (const auto &t : triangles)
    for (const unsigned int i : t)
      for (const unsigned int j : t)
        pattern.add(i, j);
  SparsityPattern result;
  result.copy_from(pattern);
  return result;
}

// The stiffness matrix of linear elements, int grad phi_i . grad phi_j, made of half the cotangents
// of the angles. @p least and @p most bound the cotangents of bad triangles.
SparseMatrix<double> stiffness(const SparsityPattern &pattern, const Points &points,
                               const Triangles &triangles, const double least, const double most) {
  SparseMatrix<double> matrix(pattern);
  for (const auto &t : triangles)
    for (unsigned int k = 0; k < 3; ++k) {
      const unsigned int i = t[(k + 1) % 3], j = t[(k + 2) % 3];
      const Vector3 a = vector(points[i]) - vector(points[t[k]]),
                    b = vector(points[j]) - vector(points[t[k]]);
      const double sine = cross_product_3d(a, b).norm(), cosine = a * b;
      // Tiny triangles on the sphere may have no angle at all in floating-point numbers.
      const double cotangent = sine > 0. ? cosine / sine : 0.;
      const double weight = 0.5 * std::clamp(cotangent, least, most);
      matrix.add(i, i, weight);
      matrix.add(j, j, weight);
      matrix.add(i, j, -weight);
      matrix.add(j, i, -weight);
    }
  return matrix;
}

// A third of the area of the triangles at each point.
Vector<double> lumped_mass(const Points &points, const Triangles &triangles) {
  Vector<double> mass(points.size());
  for (const auto &t : triangles)
    for (const unsigned int i : t)
      mass(i) += area(points, t) / 3.;
  return mass;
}

// The harmonic map into the plane with one triangle as its outline, and from there to the sphere.
Points stereographic_tutte(const TriangleSurface &surface) {
  const auto &[points, triangles] = std::tie(surface.points, surface.triangles);
  const unsigned int n = points.size();
  // The surface is spread out most around the triangle that is taken out, so that one near the
  // middle of an elongated vesicle is taken, not at its end.
  Vector3 middle;
  for (const auto &x : points)
    middle += vector(x) / n;
  unsigned int outline = 0;
  for (unsigned int t = 1; t < triangles.size(); ++t)
    if ((vector(points[triangles[t][0]]) - middle).norm() <
        (vector(points[triangles[outline][0]]) - middle).norm())
      outline = t;

  const SparsityPattern pattern = edges_of(triangles, n);
  SparseMatrix<double> matrix = stiffness(pattern, points, triangles, 0.05, 20.);
  std::array<Vector<double>, 2> plane = {{Vector<double>(n), Vector<double>(n)}};
  for (unsigned int k = 0; k < 3; ++k) {
    const unsigned int i = triangles[outline][k];
    for (auto entry = matrix.begin(i); entry != matrix.end(i); ++entry)
      entry->value() = entry->column() == i ? 1. : 0.;
    // On the sphere it lies around the north pole, and from outside runs anticlockwise as here.
    const double angle = 2. * numbers::PI * k / 3.;
    plane[0](i) = std::cos(angle);
    plane[1](i) = std::sin(angle);
  }
  SparseDirectUMFPACK solver;
  solver.initialize(matrix);
  for (Vector<double> &coordinate : plane)
    solver.solve(coordinate);

  // Half of the area goes to each half of the sphere.
  std::array<double, 2> centre{};
  const Vector<double> mass = lumped_mass(points, triangles);
  std::vector<std::pair<double, double>> distances(n);
  for (unsigned int d = 0; d < 2; ++d)
    centre[d] = (mass * plane[d]) / mass.l1_norm();
  for (unsigned int i = 0; i < n; ++i)
    distances[i] = {std::hypot(plane[0](i) - centre[0], plane[1](i) - centre[1]), mass(i)};
  std::sort(distances.begin(), distances.end());
  double inside = 0., equator = 0.;
  for (const auto &[distance, weight] : distances)
    if ((inside += weight) > 0.5 * mass.l1_norm()) {
      equator = distance;
      break;
    }

  Points on_sphere(n);
  for (unsigned int i = 0; i < n; ++i) {
    const double u = (plane[0](i) - centre[0]) / equator, v = (plane[1](i) - centre[1]) / equator,
                 square = u * u + v * v;
    on_sphere[i] = {
        {2. * u / (1. + square), 2. * v / (1. + square), (square - 1.) / (square + 1.)}};
  }
  return on_sphere;
}

// Puts points of triangles that overlap to the middle of their neighbours.
bool untangle(Points &on_sphere, const Triangles &triangles) {
  std::vector<std::vector<unsigned int>> neighbours(on_sphere.size());
  for (const auto &t : triangles)
    for (unsigned int k = 0; k < 3; ++k)
      neighbours[t[k]].push_back(t[(k + 1) % 3]);
  for (unsigned int sweep = 0; sweep < 500 && n_overlapping(on_sphere, triangles) > 0; ++sweep)
    for (const auto &t : triangles)
      if (!(side(on_sphere, t) > 0.))
        for (const unsigned int i : t) {
          Vector3 sum;
          for (const unsigned int j : neighbours[i])
            sum += vector(on_sphere[j]);
          on_sphere[i] = normalised(sum);
        }
  return n_overlapping(on_sphere, triangles) == 0;
}

// The Moebius transformation of the sphere that brings the centre of mass to its centre.
void centre_mass(Points &on_sphere, const Vector<double> &mass) {
  const double total = mass.l1_norm();
  for (unsigned int iteration = 0; iteration < 100; ++iteration) {
    Vector3 mean;
    Tensor<2, 3> jacobian;
    for (unsigned int i = 0; i < on_sphere.size(); ++i) {
      const Vector3 s = vector(on_sphere[i]);
      mean += mass(i) / total * s;
      jacobian += 2. * mass(i) / total *
                  (static_cast<Tensor<2, 3>>(unit_symmetric_tensor<3>()) - outer_product(s, s));
    }
    if (mean.norm() < 1e-8)
      return;
    Vector3 c = -(invert(jacobian) * mean);
    if (c.norm() > 0.5)
      c *= 0.5 / c.norm();
    for (auto &s : on_sphere) {
      const Vector3 moved = vector(s) + c;
      s = normalised((1. - c.norm_square()) / moved.norm_square() * moved + c);
    }
  }
}

// Evens out the areas between the parallels of one axis, the one along which the mass of the
// surface has gathered most: an elongated vesicle has its ends at two small spots of the sphere.
// The height along the axis becomes the share of the area that lies below.
void spread_along_axis(Points &on_sphere, const Vector<double> &mass) {
  SymmetricTensor<2, 3> moments;
  for (unsigned int i = 0; i < on_sphere.size(); ++i)
    moments += mass(i) * symmetrize(outer_product(vector(on_sphere[i]), vector(on_sphere[i])));
  const Vector3 axis = eigenvectors(moments)[0].second; // of the largest eigenvalue
  std::vector<std::pair<double, unsigned int>> order(on_sphere.size());
  for (unsigned int i = 0; i < on_sphere.size(); ++i)
    order[i] = {vector(on_sphere[i]) * axis, i};
  std::sort(order.begin(), order.end());
  const double total = mass.l1_norm();
  double below = 0.;
  for (const auto &[height, i] : order) {
    const double z = 2. * (below + 0.5 * mass(i)) / total - 1.;
    below += mass(i);
    const Vector3 across = vector(on_sphere[i]) - height * axis;
    const double radius = std::sqrt(1. - z * z) / std::max(across.norm(), 1e-100);
    on_sphere[i] = normalised(z * axis + radius * across);
  }
}

// Root mean square of the logarithm of how much more or less than their share of the area the
// neighbourhoods of points have on the sphere.
double spread(const Points &on_sphere, const TriangleSurface &surface) {
  const Vector<double> share = lumped_mass(surface.points, surface.triangles),
                       mass = lumped_mass(on_sphere, surface.triangles);
  double sum = 0.;
  for (unsigned int i = 0; i < share.size(); ++i)
    sum +=
        share(i) * std::pow(std::log(mass(i) * share.l1_norm() / (share(i) * mass.l1_norm())), 2);
  return std::sqrt(sum / share.l1_norm());
}
} // namespace

std::vector<std::array<double, 3>> map_to_sphere(const TriangleSurface &surface) {
  Points on_sphere = stereographic_tutte(surface);
  if (!untangle(on_sphere, surface.triangles))
    return {};
  // Each of these keeps triangles apart, but for the straightness of their edges; what has crossed
  // is untangled, and left as it was where that fails.
  const Vector<double> mass = lumped_mass(surface.points, surface.triangles);
  Points moved = on_sphere;
  centre_mass(moved, mass);
  if (untangle(moved, surface.triangles))
    on_sphere = moved;
  constexpr unsigned int most_axes = 10;
  for (unsigned int i = 0; i < most_axes; ++i) {
    moved = on_sphere;
    spread_along_axis(moved, mass);
    if (!untangle(moved, surface.triangles) ||
        spread(moved, surface) > 0.95 * spread(on_sphere, surface))
      break;
    on_sphere = moved;
  }
  return on_sphere;
}

SurfaceOverSphere::SurfaceOverSphere(TriangleSurface surface_, Points on_sphere_)
    : surface(std::move(surface_)), on_sphere(std::move(on_sphere_)) {
  std::vector<std::pair<BoundingBox<3>, unsigned int>> boxes;
  for (unsigned int t = 0; t < surface.triangles.size(); ++t) {
    std::vector<Point<3>> corners;
    for (const unsigned int i : surface.triangles[t])
      corners.emplace_back(vector(on_sphere[i]));
    BoundingBox<3> box(corners);
    // The arc bulges over its chord of length l by l^2 / 8.
    const auto &[low, high] = box.get_boundary_points();
    box.extend(0.125 * (high - low).norm_square() + 1e-12);
    boxes.emplace_back(box, t);
  }
  tree = pack_rtree(boxes);
}

std::array<double, 3> SurfaceOverSphere::operator()(const std::array<double, 3> &direction) const {
  const Point<3> n(direction[0], direction[1], direction[2]);
  // The triangle that the ray hits, or misses by the least round-off.
  double best = -std::numeric_limits<double>::max();
  Vector3 result;
  for (auto it = tree.qbegin(bgi::intersects(n)); it != tree.qend(); ++it) {
    const auto &t = surface.triangles[it->second];
    std::array<double, 3> weights;
    double sum = 0.;
    for (unsigned int k = 0; k < 3; ++k) {
      weights[k] = n * cross_product_3d(vector(on_sphere[t[(k + 1) % 3]]),
                                        vector(on_sphere[t[(k + 2) % 3]]));
      sum += weights[k];
    }
    const double least = std::min({weights[0], weights[1], weights[2]}) / sum;
    if (sum > 0. && least > best) {
      best = least;
      result = Vector3();
      for (unsigned int k = 0; k < 3; ++k)
        result += weights[k] / sum * vector(surface.points[t[k]]);
    }
  }
  FUSOGEN_ASSERT(best > -1e-6, "the triangles do not cover the sphere");
  return array(result);
}

void subdivide(TriangleSurface &surface, Points &on_sphere) {
  std::map<std::pair<unsigned int, unsigned int>, unsigned int> middles;
  const auto middle = [&](const unsigned int i, const unsigned int j) {
    const auto [entry, is_new] = middles.insert({std::minmax(i, j), surface.points.size()});
    if (is_new) {
      surface.points.push_back(
          array(0.5 * (vector(surface.points[i]) + vector(surface.points[j]))));
      on_sphere.push_back(normalised(vector(on_sphere[i]) + vector(on_sphere[j])));
    }
    return entry->second;
  };
  Triangles triangles;
  for (const auto &t : surface.triangles) {
    const unsigned int a = middle(t[0], t[1]), b = middle(t[1], t[2]), c = middle(t[2], t[0]);
    triangles.push_back({{t[0], a, c}});
    triangles.push_back({{t[1], b, a}});
    triangles.push_back({{t[2], c, b}});
    triangles.push_back({{a, b, c}});
  }
  surface.triangles = triangles;
}

void smooth(TriangleSurface &surface, const double length) {
  const auto &triangles = surface.triangles;
  const unsigned int n = surface.points.size();
  const SparsityPattern pattern = edges_of(triangles, n);
  const SparseMatrix<double> laplacian = stiffness(pattern, surface.points, triangles, -1e3, 1e3);
  const Vector<double> mass = lumped_mass(surface.points, triangles);

  // M + l^4 K M^-1 K, preconditioned by (M + l^2 K) M^-1 (M + l^2 K), which lies between it and
  // twice it.
  struct Filter {
    const SparseMatrix<double> &laplacian;
    const Vector<double> &mass;
    double factor;
    mutable Vector<double> between;
    void vmult(Vector<double> &to, const Vector<double> &from) const {
      between.reinit(from, true);
      laplacian.vmult(between, from);
      for (unsigned int i = 0; i < from.size(); ++i)
        between(i) *= factor / mass(i);
      laplacian.vmult(to, between);
      for (unsigned int i = 0; i < from.size(); ++i)
        to(i) += mass(i) * from(i);
    }
  };
  struct Preconditioner {
    SparseDirectUMFPACK solver;
    const Vector<double> &mass;
    void vmult(Vector<double> &to, const Vector<double> &from) const {
      to = from;
      solver.solve(to);
      to.scale(mass);
      solver.solve(to);
    }
  };
  const double square = length * length;
  const Filter filter{laplacian, mass, square * square, Vector<double>()};
  SparseMatrix<double> root(pattern);
  root.copy_from(laplacian);
  root *= square;
  for (unsigned int i = 0; i < n; ++i)
    root.diag_element(i) += mass(i);
  Preconditioner preconditioner{SparseDirectUMFPACK(), mass};
  preconditioner.solver.initialize(root);

  for (unsigned int c = 0; c < 3; ++c) {
    Vector<double> x(n), right(n);
    for (unsigned int i = 0; i < n; ++i) {
      x(i) = surface.points[i][c];
      right(i) = mass(i) * x(i);
    }
    SolverControl control(200, 1e-10 * right.l2_norm());
    SolverCG<Vector<double>> solver(control);
    solver.solve(filter, x, right, preconditioner);
    for (unsigned int i = 0; i < n; ++i)
      surface.points[i][c] = x(i);
  }
}
} // namespace fusogen
