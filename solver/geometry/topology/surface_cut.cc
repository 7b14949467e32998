// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/surface_cut.h"

#include "geometry/topology/lateral_map.h"
#include "geometry/topology/surface_surgery.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
template <class... Parts> [[noreturn]] void fail(const Parts &...parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw std::invalid_argument(text.str());
}

// The circle inside which the membrane is replaced, as a share of the distance to the edge.
constexpr double given_circle_share = 0.9;
constexpr double circle_shares[] = {0.9, 0.8, 0.7, 0.6, 0.5};
// Least cosine between the axis and the membrane's normal at the edge.
constexpr double least_facing = 0.2;
// Steepest membrane (slope) at that circle: with a given one, and with the best of several.
constexpr double steepest_given = 1.5, steepest_best[] = {1., 1.5, 2.5, 4.};
// The smaller one of two bumps may be so much larger than the other one if it moves the sides
// apart.
constexpr double about_equal = 1.2;
// How much of the last row of cells may be replaced.
constexpr double row_shares[] = {1., 0.5};

// A function on a disc of radius 1, biharmonic, given by its value and its radial derivative on the
// edge at equal steps of the azimuth.
class ClampedPlate {
public:
  ClampedPlate() = default;
  ClampedPlate(const std::vector<double> &values, const std::vector<double> &slopes) {
    const unsigned int n = values.size();
    const auto coefficient = [&](const std::vector<double> &f, const unsigned int k,
                                 const bool sine) {
      double sum = 0.;
      for (unsigned int i = 0; i < n; ++i) {
        const double phi = 2. * PI * k * i / n;
        sum += f[i] * (sine ? std::sin(phi) : std::cos(phi)) * (k == 0 ? 1. : 2.) / n;
      }
      return sum;
    };
    // r^k (a + b r^2) cos or sin(k phi) with a + b = value, k a + (k + 2) b = slope.
    for (unsigned int k = 0; k < n / 4; ++k)
      for (unsigned int s = 0; s < 2; ++s) {
        const double value = coefficient(values, k, s == 1), slope = coefficient(slopes, k, s == 1);
        const double b = 0.5 * (slope - k * value);
        terms.push_back({{value - b, b}});
      }
  }
  double value(const double r, const double phi) const {
    double sum = 0., power = 1.;
    for (unsigned int k = 0; 2 * k < terms.size(); ++k, power *= r) {
      const auto &cosine = terms[2 * k], &sine = terms[2 * k + 1];
      sum += power * ((cosine[0] + cosine[1] * r * r) * std::cos(k * phi) +
                      (sine[0] + sine[1] * r * r) * std::sin(k * phi));
    }
    return sum;
  }

private:
  std::vector<std::array<double, 2>> terms;
};

// The rows of cells between the neck and a loop around it, as four patches of equally many cells.
class Funnel {
public:
  // @param beside rows of 4 k cells each, from the neck outward; @param extent how many of them, of
  // the last one a part
  Funnel(const std::vector<CellRing> &beside, const double extent)
      : rows(beside.begin(), beside.begin() + std::lround(std::ceil(extent))), extent(extent) {}

  unsigned int patch_cells() const { return rows[0].cells.size() / 4; } // along a row
  double cells_per_patch() const { return patch_cells() * extent; }
  // The last row, and the share of it that is in the funnel.
  const CellRing &last_row() const { return rows.back(); }
  double last_share() const { return extent - (rows.size() - 1.); }
  std::vector<unsigned int> cells() const {
    std::vector<unsigned int> cells;
    for (const CellRing &row : rows)
      for (const CellRing::Cell &cell : row.cells)
        cells.push_back(cell.cell);
    return cells;
  }
  // The place at the shares @p along and @p away (from the neck) of a patch.
  LateralPlace place(const unsigned int patch, const double along, const double away) const {
    const unsigned int n = patch_cells();
    const double x = along * n, y = away * extent;
    const unsigned int i = std::min<double>(x, n - 1), j = std::min<double>(y, rows.size() - 1);
    const CellRing::Cell &cell = rows[j].cells[patch * n + i];
    return {cell.cell, cell.point(x - i, y - j)};
  }

private:
  std::vector<CellRing> rows;
  double extent;
};

// One side of the neck and the cells that close it. For geometry and material they are one cell,
// with one unit square.
class Cap {
public:
  // @param axis across which the new cell is a graph; @param neck a point on the neck's axis;
  // @param outward 1 if the outward normals have the sense of the axis, -1 if they are against it
  // @param in_ring whether the edge is a smooth loop: then the new cells are a square of k rows and
  // columns in a ring of 4 k cells, which takes no corners from the edge; else it is one cell
  Cap(const GatheredSurface &old, const Funnel &funnel, const Tensor<1, 3> &axis,
      const Tensor<1, 3> &neck, const double outward, const bool in_ring, const double circle_share,
      const double steepest)
      : old(old), funnel(funnel), frame(middle_of_edge(), axis), side(old, funnel.cells(), frame),
        inner(in_ring ? std::exp(-0.5 * PI / funnel.patch_cells()) : 0.) {
    // The circle.
    double nearest = std::numeric_limits<double>::max();
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (unsigned int i = 0; i < samples; ++i)
        nearest = std::min(nearest, lateral_edge(edge, static_cast<double>(i) / samples).norm());
    circle = circle_share * nearest;
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (unsigned int i = 0; i < samples; ++i) {
        const LateralPlace place = funnel.place(edge, static_cast<double>(i) / samples, 1.);
        if (outward * (old.normal(place.cell, place.p) * axis) < least_facing)
          fail("The neck is too wide to be cut: the membrane overhangs around it.");
      }
    if (frame.lateral(neck).norm() > 0.5 * circle)
      fail("The neck is too close to the edge of the cells around it to be cut.");
    std::vector<double> heights, slopes;
    for (unsigned int i = 0; i < samples; ++i) {
      const double phi = 2. * PI * i / samples;
      LateralPlace place{};
      const Point<2> x(circle * std::cos(phi), circle * std::sin(phi));
      if (!side.find(x, place))
        fail("The neck is too wide to be cut: it fills the cells around it.");
      const LateralHeight h = side.height(place);
      heights.push_back(h.height);
      slopes.push_back(circle * (h.gradient[0] * std::cos(phi) + h.gradient[1] * std::sin(phi)));
      slope = std::max(slope, h.gradient.norm());
      if (slope > steepest)
        fail("The neck is too wide to be cut: ", circle,
             " nm from its axis the membrane has a slope of ", h.gradient.norm(), '.');
    }
    plate = ClampedPlate(heights, slopes);
  }

  double largest_slope() const { return slope; }

  // To be called before material().
  void measure_material() {
    // Share of the area between the outer edge of the ring and the places at each distance.
    area_share.assign(steps + 1, 0.);
    for (unsigned int i = 0; i < steps; ++i) {
      double area = 0.;
      for (unsigned int patch = 0; patch < 4; ++patch)
        for (unsigned int j = 0; j < samples; ++j) {
          const LateralPlace place =
              funnel.place(patch, (j + 0.5) / samples, 1. - (i + 0.5) / steps);
          const auto v = old.value(place.cell, place.p);
          area += cross_product_3d(v.first[0], v.first[1]).norm();
        }
      area_share[i + 1] = area_share[i] + area;
    }
    for (double &share : area_share)
      share /= area_share.back();
  }

  double bump = 0.; // of the middle, along the axis [nm]

  // Gives the bump about the height with which the cap has the area of the membrane that it
  // replaces and @p more [nm^2]; of two such heights the smaller one, or if they are about equal
  // that on the side @p apart of the axis. False if there is no such bump.
  bool fit(const double more, const double apart) {
    double area = more; // to have
    for (unsigned int patch = 0; patch < 4; ++patch)
      for (unsigned int i = 0; i < fit_samples; ++i)
        for (unsigned int j = 0; j < fit_samples; ++j) {
          const LateralPlace place =
              funnel.place(patch, (i + 0.5) / fit_samples, (j + 0.5) / fit_samples);
          const auto v = old.value(place.cell, place.p);
          if (frame.lateral(v.x).norm() < circle)
            area += cross_product_3d(v.first[0], v.first[1]).norm() * funnel.cells_per_patch() /
                    (fit_samples * fit_samples);
        }

    // Slopes of the plate, by differences, and what of the disc they stand for.
    struct Sample {
      double x, y, zx, zy, weight;
    };
    std::vector<Sample> disc;
    const auto z = [&](const double x, const double y) {
      return plate.value(std::hypot(x, y), std::atan2(y, x)) / circle;
    };
    constexpr unsigned int rings = 12, angles = 24;
    constexpr double h = 1e-3;
    for (unsigned int i = 0; i < rings; ++i)
      for (unsigned int j = 0; j < angles; ++j) {
        const double r = (i + 0.5) / rings, phi = 2. * PI * j / angles, x = r * std::cos(phi),
                     y = r * std::sin(phi);
        disc.push_back({x, y, (z(x + h, y) - z(x - h, y)) / (2. * h),
                        (z(x, y + h) - z(x, y - h)) / (2. * h), 2. * PI * r / (rings * angles)});
      }
    const auto excess = [&](const double height) {
      double sum = 0.;
      for (const Sample &s : disc) {
        const double factor = 4. * height / circle * (1. - s.x * s.x - s.y * s.y),
                     zx = s.zx - factor * s.x, zy = s.zy - factor * s.y;
        sum += std::sqrt(1. + zx * zx + zy * zy) * s.weight;
      }
      return sum * circle * circle - area;
    };
    // The area is convex in the height: down to its least value, and up from there on either side.
    double low = -2. * circle, high = 2. * circle;
    for (unsigned int i = 0; i < 60; ++i) {
      const double a = low + (high - low) / 3., b = high - (high - low) / 3.;
      if (excess(a) < excess(b))
        high = b;
      else
        low = a;
    }
    const double least = 0.5 * (low + high);
    if (excess(least) > 0.)
      return false;
    const auto root = [&](const double direction) {
      double inside = least, outside = least + direction * circle;
      while (excess(outside) < 0.)
        outside += direction * circle;
      for (unsigned int i = 0; i < 40; ++i) {
        const double middle = 0.5 * (inside + outside);
        (excess(middle) < 0. ? inside : outside) = middle;
      }
      return 0.5 * (inside + outside);
    };
    const double with = root(apart), against = root(-apart);
    bump = std::abs(with) < about_equal * std::abs(against) ? with : against;
    return true;
  }

  Point<3> middle() const { return frame.origin + (plate.value(0., 0.) + bump) * frame.axis; }

  const Funnel &replaced() const { return funnel; }

  // A cell of the cap.
  struct Cell {
    // The corners: places in the cap's unit square, and numbers; those along the outer edge come
    // first, anticlockwise from (0, 0), against the sense of the ring.
    std::array<Point<2>, 4> corners;
    std::array<unsigned int, 4> vertices;

    // The place in the cap's unit square of a point of the cell's own.
    Point<2> in_cap(const Point<2> &p) const {
      return Point<2>((1. - p[1]) * ((1. - p[0]) * corners[0] + p[0] * corners[1]) +
                      p[1] * ((1. - p[0]) * corners[2] + p[0] * corners[3]));
    }
  };
  std::vector<Cell> cells() const {
    const unsigned int k = funnel.patch_cells();
    const auto at_edge = [&](const unsigned int v) { // outer corner number v
      const double t = static_cast<double>(v % k) / k;
      const std::array<Point<2>, 4> sides = {
          {Point<2>(t, 0.), Point<2>(1., t), Point<2>(1. - t, 1.), Point<2>(0., 1. - t)}};
      return sides[(v / k) % 4];
    };
    if (inner == 0.)
      return {{{{at_edge(0), at_edge(1), at_edge(3), at_edge(2)}}, {{0, 1, 3, 2}}}};
    const Point<2> centre(0.5, 0.5);
    const auto inside = [&](const Point<2> &p) { return centre + inner * (p - centre); };
    const auto grid = [&](const unsigned int i, const unsigned int j) {
      return 4 * k + i + (k + 1) * j;
    };
    const auto grid_at_edge = [&](const unsigned int v) {
      const unsigned int t = v % k;
      const std::array<unsigned int, 4> sides = {
          {grid(t, 0), grid(k, t), grid(k - t, k), grid(0, k - t)}};
      return sides[(v / k) % 4];
    };
    std::vector<Cell> cells;
    for (unsigned int v = 0; v < 4 * k; ++v)
      cells.push_back({{{at_edge(v), at_edge(v + 1), inside(at_edge(v)), inside(at_edge(v + 1))}},
                       {{v, (v + 1) % (4 * k), grid_at_edge(v), grid_at_edge(v + 1)}}});
    for (unsigned int j = 0; j < k; ++j)
      for (unsigned int i = 0; i < k; ++i) {
        Cell cell;
        for (unsigned int c = 0; c < 4; ++c) {
          const unsigned int x = i + c % 2, y = j + c / 2;
          cell.corners[c] =
              inside(Point<2>(static_cast<double>(x) / k, static_cast<double>(y) / k));
          cell.vertices[c] = grid(x, y);
        }
        cells.push_back(cell);
      }
    return cells;
  }
  unsigned int n_vertices() const {
    const unsigned int k = funnel.patch_cells();
    return inner == 0. ? 4 : 4 * k + (k + 1) * (k + 1);
  }

  Point<3> point(const Point<2> &p) const {
    for (unsigned int edge = 0; edge < 4; ++edge)
      if (at_edge(edge, p))
        return Point<3>(edge_point(edge, along_edge(edge, p)));
    const Tensor<1, 2> x = inner == 0. ? coons_patch(p) : square_in_ring(p);
    const double r = x.norm();
    if (r >= circle) {
      LateralPlace place{};
      if (!side.find(Point<2>(x), place))
        fail("The cells around the neck are too distorted for it to be cut.");
      return Point<3>(side.value(place).x);
    }
    const double q = r / circle, flat = 1. - q * q;
    return frame.origin + x[0] * frame.e1 + x[1] * frame.e2 +
           (plate.value(q, std::atan2(x[1], x[0])) + bump * flat * flat) * frame.axis;
  }

  // Throws, on all ranks alike, if there are points that have no place.
  void check() const {
    const unsigned int n = 2 * old.degree();
    for (const Cell &cell : cells())
      for (unsigned int i = 0; i <= n; ++i)
        for (unsigned int j = 0; j <= n; ++j)
          point(cell.in_cap(Point<2>(static_cast<double>(i) / n, static_cast<double>(j) / n)));
  }

  // How far inside the new cell a point is: the share of the new cell's area that is nearer to the
  // edge (as if cells had the same area everywhere).
  static double share_outside(const Point<2> &p) {
    const double size = std::max(std::abs(2. * p[0] - 1.), std::abs(2. * p[1] - 1.));
    return 1. - size * size;
  }

  // Coarse cell and place in it where the share @p share of the old cells' area is nearer to the
  // outer edge, in the direction of the point @p p of the new cell.
  LateralPlace material(const Point<2> &p, const double share) const {
    const auto [edge, along] = sector(p);
    const auto next = std::min(std::upper_bound(area_share.begin(), area_share.end(), share),
                               area_share.end() - 1);
    const unsigned int i = next - area_share.begin() - 1;
    const double away =
        1. - (i + (share - area_share[i]) / (area_share[i + 1] - area_share[i])) / steps;
    return funnel.place(3 - edge, 1. - along, std::clamp(away, 0., 1.));
  }

private:
  static constexpr unsigned int samples = 64, steps = 128, fit_samples = 48;

  // Edges of the new cell's unit square, anticlockwise from (0, 0), against the sense of the ring.
  Tensor<1, 3> edge_point(const unsigned int edge, const double along) const {
    const LateralPlace place = funnel.place(3 - edge, 1. - along, 1.);
    return old.value(place.cell, place.p).x;
  }
  Tensor<1, 2> lateral_edge(const unsigned int edge, const double along) const {
    return frame.lateral(edge_point(edge, along));
  }
  static double along_edge(const unsigned int edge, const Point<2> &p) {
    return edge == 0 ? p[0] : edge == 1 ? p[1] : edge == 2 ? 1. - p[0] : 1. - p[1];
  }
  // The edge that a point is in the sector of, and how far along it the ray from the middle through
  // the point ends.
  static std::pair<unsigned int, double> sector(const Point<2> &p) {
    const double x = 2. * p[0] - 1., y = 2. * p[1] - 1., size = std::max(std::abs(x), std::abs(y));
    if (size == 0.)
      return {0, 0.5};
    const unsigned int edge = std::abs(x) > std::abs(y) ? (x > 0. ? 1 : 3) : (y > 0. ? 2 : 0);
    return {edge, along_edge(edge, Point<2>(0.5 + 0.5 * x / size, 0.5 + 0.5 * y / size))};
  }
  // Lateral coordinates of the cap's points: the Coons patch of the edges.
  Tensor<1, 2> coons_patch(const Point<2> &p) const {
    const double u = p[0], v = p[1];
    const Tensor<1, 2> c00 = lateral_edge(0, 0.), c10 = lateral_edge(1, 0.),
                       c11 = lateral_edge(2, 0.), c01 = lateral_edge(3, 0.);
    return (1. - v) * lateral_edge(0, u) + v * lateral_edge(2, 1. - u) +
           (1. - u) * lateral_edge(3, 1. - v) + u * lateral_edge(1, v) -
           ((1. - u) * (1. - v) * c00 + u * (1. - v) * c10 + u * v * c11 + (1. - u) * v * c01);
  }
  // The same for an edge without corners: a square with angles of 120 degrees in a ring.
  Tensor<1, 2> square_in_ring(const Point<2> &p) const {
    const Tensor<1, 2> c00 = lateral_edge(0, 0.), c10 = lateral_edge(1, 0.),
                       c11 = lateral_edge(2, 0.), c01 = lateral_edge(3, 0.);
    // The face of a cube of equal angles in stereographic projection, as in coarse_meshes.cc.
    const auto square = [&](const double u, const double v) {
      const double x = std::tan(0.25 * PI * u), y = std::tan(0.25 * PI * v),
                   factor = 1. / ((1. + std::sqrt(1. + x * x + y * y)) * std::tan(PI / 8.));
      // Its corners are that much farther from the middle than the middles of its edges.
      constexpr double corner = 1.25;
      const double scale = inner * std::sqrt(2. / corner) * factor;
      return 0.25 * ((c00 + c10 + c01 + c11) + scale * x * (c10 + c11 - c00 - c01) +
                     scale * y * (c01 + c11 - c00 - c10));
    };
    const double u = 2. * p[0] - 1., v = 2. * p[1] - 1., size = std::max(std::abs(u), std::abs(v));
    if (size <= inner)
      return square(u / inner, v / inner);
    const auto [edge, along] = sector(p);
    const double outward = (size - inner) / (1. - inner);
    return (1. - outward) * square(u / size, v / size) + outward * lateral_edge(edge, along);
  }
  static bool at_edge(const unsigned int edge, const Point<2> &p) {
    constexpr double round_off = 1e-12;
    return std::abs(edge == 0   ? p[1]
                    : edge == 1 ? 1. - p[0]
                    : edge == 2 ? 1. - p[1]
                                : p[0]) < round_off;
  }
  Point<3> middle_of_edge() const {
    Tensor<1, 3> sum;
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (unsigned int i = 0; i < samples; ++i)
        sum += edge_point(edge, static_cast<double>(i) / samples);
    return Point<3>(sum / (4. * samples));
  }

  const GatheredSurface &old;
  const Funnel funnel;
  const LateralFrame frame;
  const LateralMap side;
  const double inner; // size of the square in the ring, or 0 if there is none
  double circle = 0.;
  double slope = 0.; // the largest one on the circle
  ClampedPlate plate;
  std::vector<double> area_share;
};

// The cap that closes a side with an edge where the membrane is as little steep as possible (in a
// few steps) and as few rows of cells are replaced as possible.
// @param more the area that it has beyond that of the membrane it replaces [nm^2]
Cap best_cap(const GatheredSurface &old, const std::vector<CellRing> &rows,
             const Tensor<1, 3> &axis, const Tensor<1, 3> &neck, const double outward,
             const double more) {
  std::optional<Cap> best;
  unsigned int steepness = std::size(steepest_best);
  std::string problem = "The neck is too wide to be cut: closing it takes more area than it has.";
  for (const double last : row_shares)
    for (unsigned int whole = 0; whole + 1 < rows.size(); ++whole) // a row stays
      for (const double share : circle_shares) {
        if (steepness == 0)
          return *best;
        try {
          Cap cap(old, Funnel(rows, whole + last), axis, neck, outward, true, share,
                  steepest_best[steepness - 1]);
          if (!cap.fit(more, -outward))
            continue;
          cap.check();
          while (steepness > 0 && cap.largest_slope() <= steepest_best[steepness - 1])
            --steepness;
          best.emplace(cap);
        } catch (const std::invalid_argument &error) {
          problem = error.what();
        }
      }
  if (!best)
    throw std::invalid_argument(problem);
  return *best;
}

// cut() along a loop of 4 k coarse edges of @p old, whose two sides have these rows of cells.
// @param to_first the area beyond the loop that belongs to the first side all the same [nm^2]; if
// there is none, just the row next to the neck is replaced on each side
TopologyChange cut_along_loop(const Membrane<2> &membrane, const GatheredSurface &old,
                              const std::array<std::vector<CellRing>, 2> &rows,
                              const std::optional<double> &to_first,
                              const FieldsThroughEvent &fields, const CutMesh &parameters) {
  const CoarseMesh<2> &mesh = old.mesh();
  // The loop around the neck: its vector area is the axis.
  Tensor<1, 3> axis, neck;
  constexpr unsigned int samples = 64;
  std::vector<Tensor<1, 3>> loop;
  for (const CellRing::Cell &cell : rows[1][0].cells)
    for (unsigned int i = 0; i < samples; ++i)
      loop.push_back(old.value(cell.cell, cell.point(static_cast<double>(i) / samples, 0.)).x);
  for (unsigned int i = 0; i < loop.size(); ++i)
    neck += loop[i] / static_cast<double>(loop.size());
  for (unsigned int i = 0; i < loop.size(); ++i)
    axis += cross_product_3d(loop[i] - neck, loop[(i + 1) % loop.size()] - neck);
  axis /= axis.norm();
  const auto cap = [&](const unsigned int m) {
    const double outward = m == 0 ? 1. : -1.;
    return to_first ? best_cap(old, rows[m], axis, neck, outward, outward * *to_first)
                    : Cap(old, Funnel(rows[m], 1.), axis, neck, outward, false, given_circle_share,
                          steepest_given);
  };
  std::array<Cap, 2> caps = {{cap(0), cap(1)}};
  for (Cap &cap : caps)
    cap.measure_material();

  // The new coarse mesh: sides 0 and 1 are the caps, 2 and 3 what is left of rows that they take
  // part of, 4 is the rest.
  constexpr unsigned int rest = 4;
  std::array<std::vector<bool>, 2> affected;
  std::vector<SurfaceSurgery::Cell> cells;
  std::vector<Point<3>> vertices = mesh.vertices;
  std::array<std::vector<unsigned int>, 2> loops; // the edges of the caps
  for (unsigned int m = 0; m < 2; ++m) {
    affected[m].resize(mesh.cells.size(), false);
    const Funnel &funnel = caps[m].replaced();
    for (const unsigned int cell : funnel.cells())
      affected[m][cell] = true;
    const CellRing &row = funnel.last_row();
    loops[m] = row.far_loop;
    if (funnel.last_share() == 1.)
      continue;
    const unsigned int n = row.cells.size();
    for (unsigned int i = 0; i < n; ++i) {
      loops[m][i] = vertices.size() + i;
      const CellRing::Cell &old_cell = row.cells[i];
      SurfaceSurgery::Cell cell;
      cell.old_cell = old_cell.cell;
      cell.side = 2 + m;
      const Point<2> a = old_cell.point(0., funnel.last_share()), b = old_cell.point(1., 1.);
      for (unsigned int d = 0; d < 2; ++d) {
        cell.part[0][d] = std::min(a[d], b[d]);
        cell.part[1][d] = std::max(a[d], b[d]);
      }
      for (unsigned int v = 0; v < 4; ++v) {
        const Point<2> corner(v % 2, v / 2);
        cell.corners[v] = corner == old_cell.corners[0]   ? vertices.size() + i
                          : corner == old_cell.corners[1] ? vertices.size() + (i + 1) % n
                                                          : mesh.cells[cell.old_cell].vertices[v];
      }
      cells.push_back(cell);
    }
    for (const CellRing::Cell &cell : row.cells)
      vertices.emplace_back(old.value(cell.cell, cell.point(0., funnel.last_share())).x);
  }
  for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
    if (affected[0][c] || affected[1][c])
      continue;
    SurfaceSurgery::Cell cell;
    for (unsigned int v = 0; v < 4; ++v)
      cell.corners[v] = mesh.cells[c].vertices[v];
    cell.old_cell = c;
    cell.side = rest;
    cells.push_back(cell);
  }
  const unsigned int n_kept = cells.size();
  std::vector<Cap::Cell> cap_cells;
  std::array<unsigned int, 2> first_of_cap;
  for (unsigned int m = 0; m < 2; ++m) {
    first_of_cap[m] = cells.size();
    const unsigned int n_edge = loops[m].size(), first_inside = vertices.size();
    vertices.resize(first_inside + caps[m].n_vertices() - n_edge);
    for (const Cap::Cell &here : caps[m].cells()) {
      SurfaceSurgery::Cell cell;
      for (unsigned int c = 0; c < 4; ++c) {
        const unsigned int v = here.vertices[c];
        cell.corners[c] = v < n_edge ? loops[m][(n_edge - v) % n_edge] : first_inside + v - n_edge;
        if (v >= n_edge)
          vertices[cell.corners[c]] = caps[m].point(here.corners[c]);
      }
      cell.side = m;
      cells.push_back(cell);
      cap_cells.push_back(here);
    }
  }
  SurfaceSurgery surgery(old, vertices, cells);
  const std::vector<unsigned int> piece = connected_pieces(surgery.coarse_mesh());
  std::array<bool, 2> closed;
  for (unsigned int m = 0; m < 2; ++m)
    closed[m] = Component(surgery.coarse_mesh().cells[first_of_cap[m]].material_id / 2) ==
                Component::vesicle;

  // Which side a cell belongs to, as far as it is scaled: 0 or 1, or neither.
  std::array<double, 2> scales = {{1., 1.}};
  const auto side_of = [&](const unsigned int cell) {
    for (const unsigned int m : {0u, 1u})
      if (cells[cell].side == m || (cell < n_kept && piece[cell] == piece[first_of_cap[m]]))
        return m;
    return rest;
  };
  const SurfaceSurgery::Geometry geometry = [&](const unsigned int cell, const Point<2> &p) {
    const Point<3> x = cell < n_kept
                           ? Point<3>(old.value(cells[cell].old_cell, cells[cell].in_old_cell(p)).x)
                           : caps[cells[cell].side].point(cap_cells[cell - n_kept].in_cap(p));
    const unsigned int m = side_of(cell);
    if (m == rest || scales[m] == 1.)
      return x;
    return caps[m].middle() + scales[m] * (x - caps[m].middle());
  };
  surgery.resolve(geometry, parameters.least_level, parameters.largest_angle,
                  parameters.most_levels);

  TopologyChange change;
  change.membrane = surgery.build(membrane.communicator());
  change.ledger.before = topology_state(membrane);

  // Areas of the caps, and of all, beyond what they should be.
  surgery.place(*change.membrane, geometry);
  std::array<double, 2> removed, wanted;
  for (unsigned int m = 0; m < 2; ++m) {
    removed[m] =
        area_of(membrane, [&](const CellId &leaf) { return affected[m][old.cell_of(leaf)]; }) -
        surgery.area(*change.membrane, 2 + m);
    wanted[m] = removed[m] + (m == 0 ? 1. : -1.) * to_first.value_or(0.);
  }
  const double total = change.ledger.before.area;
  // Where caps were chosen, their bumps are known roughly.
  const std::array<double, 2> about = {{caps[0].bump, caps[1].bump}};
  std::array<double, 2> bumps = about;
  const auto excess = [&]() {
    for (unsigned int m = 0; m < 2; ++m)
      caps[m].bump = bumps[m];
    surgery.place(*change.membrane, geometry);
    return std::array<double, 3>{{surgery.area(*change.membrane, 0) - wanted[0],
                                  surgery.area(*change.membrane, 1) - wanted[1],
                                  change.membrane->area() - total}};
  };
  const double step = 0.1 * std::sqrt(std::min(wanted[0], wanted[1]));
  const auto with_bumps = [&](const double height) {
    bumps = {{about[0] + height, about[1] + height}};
    return excess();
  };
  // The areas are close to parabolas in the heights of the bumps.
  const auto at_zero = with_bumps(0.), above = with_bumps(step), below = with_bumps(-step);
  std::array<double, 2> slopes = {{0., 0.}};
  std::array<bool, 2> fits;
  for (unsigned int m = 0; m < 2; ++m) {
    const double a = 0.5 * (above[m] + below[m] - 2. * at_zero[m]) / (step * step),
                 b = 0.5 * (above[m] - below[m]) / step, root = b * b - 4. * a * at_zero[m];
    // A root next to the least area is too flat to be found, and not worth it.
    constexpr double flat = 1e-6;
    fits[m] = a > 0. && root > std::max(b * b, a * wanted[m]) * flat;
    if (!fits[m]) {
      bumps[m] = about[m] + (a > 0. ? -b / (2. * a) : 0.);
      continue;
    }
    // Apart is down for the first side and up for the second one.
    const double apart = m == 0 ? -1. : 1.;
    const double with = (-b + apart * std::sqrt(root)) / (2. * a),
                 against = (-b - apart * std::sqrt(root)) / (2. * a);
    const double ratio = to_first ? 1. : about_equal;
    const double change = std::abs(with) < ratio * std::abs(against) ? with : against;
    bumps[m] = about[m] + change;
    slopes[m] = 2. * a * change + b;
  }
  // Where no bump fits, closed pieces give the area.
  std::array<bool, 2> scaled = {{false, false}};
  for (unsigned int m = 0; m < 2; ++m)
    if (!fits[m]) {
      if (!closed[m] && !closed[1 - m])
        fail("The neck is too wide to be cut: closing it takes more area than it has.");
      scaled[closed[m] ? m : 1 - m] = true;
    }
  std::array<double, 2> side_areas;
  for (unsigned int m = 0; m < 2; ++m) {
    std::vector<bool> cells_of_side;
    for (unsigned int c = 0; c < cells.size(); ++c)
      cells_of_side.push_back(side_of(c) == m);
    side_areas[m] = area_of(*change.membrane, cells_of_side);
  }
  const double scaled_area = (scaled[0] ? side_areas[0] : 0.) + (scaled[1] ? side_areas[1] : 0.);

  // Secant steps from there.
  std::array<double, 2> last_bumps = bumps, last = {{0., 0.}};
  constexpr unsigned int most_iterations = 40;
  for (unsigned int iteration = 0; iteration < most_iterations; ++iteration) {
    const auto now = excess();
    const double tolerance = 1e-13 * total;
    bool done = !(scaled[0] || scaled[1]) || std::abs(now[2]) < tolerance;
    for (unsigned int m = 0; m < 2; ++m)
      if (fits[m]) {
        done = done && std::abs(now[m]) < tolerance;
        if (iteration > 0 && now[m] != last[m] && bumps[m] != last_bumps[m])
          slopes[m] = (now[m] - last[m]) / (bumps[m] - last_bumps[m]);
        last[m] = now[m];
        last_bumps[m] = bumps[m];
      }
    if (done)
      break;
    for (unsigned int m = 0; m < 2; ++m) {
      if (fits[m])
        bumps[m] -= now[m] / slopes[m];
      if (scaled[m])
        scales[m] -= 0.5 * now[2] / scaled_area;
    }
  }

  // The area that each side's material takes of its cap, and the area of the cap: they differ where
  // pieces were scaled, and then what is beyond one's own material is the other side's next to the
  // ring.
  std::array<double, 2> taken, cap_areas;
  for (unsigned int m = 0; m < 2; ++m) {
    cap_areas[m] = surgery.area(*change.membrane, m);
    const double growth = scaled[m] ? 1. - 1. / (scales[m] * scales[m]) : 0.;
    taken[m] = removed[m] - growth * (side_areas[m] - cap_areas[m]);
  }
  SurfaceSurgery::Fields carried = surgery.carry_fields(
      *change.membrane, fields,
      [&](const unsigned int field, const unsigned int cell, const Point<2> &p) {
        const unsigned int m = cells[cell].side;
        const Point<2> at = cap_cells[cell - n_kept].in_cap(p);
        const double area = Cap::share_outside(at) * cap_areas[m];
        const LateralPlace place =
            area <= taken[m] ? caps[m].material(at, area / taken[m])
                             : caps[1 - m].material(at, 1. - (area - taken[m]) / taken[1 - m]);
        return old.scalar(field, place.cell, place.p);
      });
  change.material_area = carried.material_area;
  change.fractions = carried.fractions;
  change.contents = carried.contents;
  change.densities = carried.densities;
  change.density_contents = carried.density_contents;
  change.new_cells = surgery.new_cell_numbers();
  change.new_vertices = surgery.new_vertex_numbers();
  change.new_vertices.resize(mesh.vertices.size());
  if (cap_cells.size() == 2)
    change.patches = first_of_cap;
  change.ledger.after = topology_state(*change.membrane);
  complete(change.ledger, fields, change);
  return change;
}
} // namespace

TopologyChange cut(const Membrane<2> &membrane, const Pore &pore, const FieldsThroughEvent &fields,
                   const CutMesh &parameters) {
  const GatheredSurface old(membrane, fields);
  unsigned int cap_cell;
  const std::array<std::vector<CellRing>, 2> rows = {
      {rings_beside(old.mesh(), {pore.ring.rbegin(), pore.ring.rend()}, cap_cell),
       rings_beside(old.mesh(), pore.ring, cap_cell)}};
  if (pore.ring.size() != 4 || rows[0].empty() || rows[1].empty())
    fail("A neck can be cut where four coarse cells go around it on each side.");
  return cut_along_loop(membrane, old, rows, {}, fields, parameters);
}

TopologyChange cut_at_waist(const Membrane<2> &membrane, const Pore &pore,
                            const FieldsThroughEvent &fields) {
  const GatheredSurface old(membrane, fields, GatheredSurface::CoarseCells::leaves);
  unsigned int cap_cell;
  const std::vector<CellRing> beside = rings_beside(membrane.coarse_mesh(), pore.ring, cap_cell);
  if (pore.ring.size() % 4 != 0 || beside.empty())
    fail("A neck can be cut where coarse cells, a multiple of four, go around it.");

  // The pore's ring as edges of the leaves.
  const unsigned int levels = membrane.triangulation().n_global_levels() - 1, n = 1u << levels;
  std::vector<unsigned int> loop;
  for (const CellRing::Cell &cell : beside[0].cells)
    for (unsigned int i = 0; i < n; ++i) {
      Point<2> inside = cell.point((i + 0.5) / n, 0.5 / n),
               corner = cell.point(static_cast<double>(i) / n, 0.);
      std::vector<std::uint8_t> children;
      for (unsigned int level = 0; level < levels; ++level) {
        children.push_back((inside[0] > 0.5 ? 1 : 0) + (inside[1] > 0.5 ? 2 : 0));
        inside = GeometryInfo<2>::cell_to_child_coordinates(inside, children.back());
        corner = GeometryInfo<2>::cell_to_child_coordinates(corner, children.back());
      }
      const unsigned int leaf = old.cell_of(CellId(cell.cell, levels, children.data()));
      loop.push_back(
          old.mesh().cells[leaf].vertices[std::lround(corner[0]) + 2 * std::lround(corner[1])]);
    }

  // Where the waist is, in rows of leaves from that loop on.
  const EffectiveMeridian meridian = effective_meridian(membrane, pore);
  const CurveSpline curve(meridian.points, CurveEnd::free, CurveEnd::horizontal);
  const Neck neck = find_neck(curve);
  if (!neck.has_waist)
    fail("A membrane without a neck cannot be cut.");
  const auto &knots = curve.knots();
  const unsigned int next =
      std::clamp<int>(std::upper_bound(knots.begin(), knots.end(), neck.parameter) - knots.begin(),
                      1, knots.size() - 1);
  const double waist =
      (next - 1. + (neck.parameter - knots[next - 1]) / (knots[next] - knots[next - 1]) -
       meridian.ring) *
      n / meridian.per_row;

  // The loop of edges next to it.
  const int nearest = std::lround(waist);
  const auto reversed = [](const std::vector<unsigned int> &loop) {
    return std::vector<unsigned int>(loop.rbegin(), loop.rend());
  };
  const auto rows_beside = [&](const std::vector<unsigned int> &loop) {
    return rings_beside(old.mesh(), loop, cap_cell);
  };
  if (nearest != 0) {
    const std::vector<CellRing> passed = rows_beside(nearest > 0 ? loop : reversed(loop));
    const unsigned int last = std::abs(nearest) - 1;
    if (last >= passed.size())
      fail("The neck is not where rings of cells go around it.");
    loop = nearest > 0 ? passed[last].far_loop : reversed(passed[last].far_loop);
  }
  const std::array<std::vector<CellRing>, 2> rows = {
      {rows_beside(reversed(loop)), rows_beside(loop)}};
  // A row stays on either side.
  const unsigned int shorter = std::min(rows[0].size(), rows[1].size());
  if (shorter < 2)
    fail("The neck is too close to the edge of the rings of cells around it to be cut.");

  // What is between the loop and the waist.
  const double beyond = waist - nearest;
  const QGauss<2> rule(membrane.degree() + 2);
  double strip = 0.;
  for (const CellRing::Cell &cell : rows[beyond > 0. ? 1 : 0][0].cells)
    for (unsigned int q = 0; q < rule.size(); ++q) {
      const auto v =
          old.value(cell.cell, cell.point(rule.point(q)[0], std::abs(beyond) * rule.point(q)[1]));
      strip += rule.weight(q) * beyond * cross_product_3d(v.first[0], v.first[1]).norm();
    }
  CutMesh as_it_is;
  as_it_is.most_levels = 0;
  return cut_along_loop(membrane, old, rows, strip, fields, as_it_is);
}
} // namespace fusogen
