// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/neck_cap.h"

#include "geometry/impossible.h"
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
// The circle inside which the membrane is replaced, as a share of the distance to the edge.
constexpr double given_circle_share = 0.9;
constexpr double circle_shares[] = {0.9, 0.8, 0.7, 0.6, 0.5};
// Least cosine between the axis and the membrane's normal at the edge.
constexpr double least_facing = 0.2;
// Steepest membrane (slope) at that circle: with a given one, and with the best of several.
constexpr double steepest_given = 1.5, steepest_best[] = {1., 1.5, 2.5, 4.};
// How much of the last row of cells may be replaced.
constexpr double row_shares[] = {1., 0.5};

} // namespace

ClampedPlate::ClampedPlate(const std::vector<double> &values, const std::vector<double> &slopes) {
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

double ClampedPlate::value(const double r, const double phi) const {
  double sum = 0., power = 1.;
  for (unsigned int k = 0; 2 * k < terms.size(); ++k, power *= r) {
    const auto &cosine = terms[2 * k], &sine = terms[2 * k + 1];
    sum += power * ((cosine[0] + cosine[1] * r * r) * std::cos(k * phi) +
                    (sine[0] + sine[1] * r * r) * std::sin(k * phi));
  }
  return sum;
}

std::vector<unsigned int> Funnel::cells() const {
  std::vector<unsigned int> cells;
  for (const CellRing &row : rows)
    for (const CellRing::Cell &cell : row.cells)
      cells.push_back(cell.cell);
  return cells;
}

LateralPlace Funnel::place(const unsigned int patch, const double along, const double away) const {
  const unsigned int n = patch_cells();
  const double x = along * n, y = away * extent;
  const unsigned int i = std::min<double>(x, n - 1), j = std::min<double>(y, rows.size() - 1);
  const CellRing::Cell &cell = rows[j].cells[patch * n + i];
  return {cell.cell, cell.point(x - i, y - j)};
}

NeckCap::NeckCap(const GatheredSurface &old, const Funnel &funnel, const Tensor<1, 3> &axis,
                 const Tensor<1, 3> &neck, const double outward, const bool in_ring,
                 const double circle_share, const double steepest)
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

void NeckCap::measure_material() {
  // Share of the area between the outer edge of the ring and the places at each distance.
  area_share.assign(steps + 1, 0.);
  for (unsigned int i = 0; i < steps; ++i) {
    double area = 0.;
    for (unsigned int patch = 0; patch < 4; ++patch)
      for (unsigned int j = 0; j < samples; ++j) {
        const LateralPlace place = funnel.place(patch, (j + 0.5) / samples, 1. - (i + 0.5) / steps);
        const auto v = old.value(place.cell, place.p);
        area += cross_product_3d(v.first[0], v.first[1]).norm();
      }
    area_share[i + 1] = area_share[i] + area;
  }
  for (double &share : area_share)
    share /= area_share.back();
}

bool NeckCap::fit(const double more, const double apart) {
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

std::vector<NeckCap::Cell> NeckCap::cells() const {
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
        cell.corners[c] = inside(Point<2>(static_cast<double>(x) / k, static_cast<double>(y) / k));
        cell.vertices[c] = grid(x, y);
      }
      cells.push_back(cell);
    }
  return cells;
}

Point<3> NeckCap::point(const Point<2> &p) const {
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

void NeckCap::check() const {
  const unsigned int n = 2 * old.degree();
  for (const Cell &cell : cells())
    for (unsigned int i = 0; i <= n; ++i)
      for (unsigned int j = 0; j <= n; ++j)
        point(cell.in_cap(Point<2>(static_cast<double>(i) / n, static_cast<double>(j) / n)));
}

LateralPlace NeckCap::material(const Point<2> &p, const double share) const {
  const auto [edge, along] = sector(p);
  const auto next =
      std::min(std::upper_bound(area_share.begin(), area_share.end(), share), area_share.end() - 1);
  const unsigned int i = next - area_share.begin() - 1;
  const double away =
      1. - (i + (share - area_share[i]) / (area_share[i + 1] - area_share[i])) / steps;
  return funnel.place(3 - edge, 1. - along, std::clamp(away, 0., 1.));
}

std::pair<unsigned int, double> NeckCap::sector(const Point<2> &p) {
  const double x = 2. * p[0] - 1., y = 2. * p[1] - 1., size = std::max(std::abs(x), std::abs(y));
  if (size == 0.)
    return {0, 0.5};
  const unsigned int edge = std::abs(x) > std::abs(y) ? (x > 0. ? 1 : 3) : (y > 0. ? 2 : 0);
  return {edge, along_edge(edge, Point<2>(0.5 + 0.5 * x / size, 0.5 + 0.5 * y / size))};
}

Tensor<1, 2> NeckCap::coons_patch(const Point<2> &p) const {
  const double u = p[0], v = p[1];
  const Tensor<1, 2> c00 = lateral_edge(0, 0.), c10 = lateral_edge(1, 0.),
                     c11 = lateral_edge(2, 0.), c01 = lateral_edge(3, 0.);
  return (1. - v) * lateral_edge(0, u) + v * lateral_edge(2, 1. - u) +
         (1. - u) * lateral_edge(3, 1. - v) + u * lateral_edge(1, v) -
         ((1. - u) * (1. - v) * c00 + u * (1. - v) * c10 + u * v * c11 + (1. - u) * v * c01);
}

Tensor<1, 2> NeckCap::square_in_ring(const Point<2> &p) const {
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

bool NeckCap::at_edge(const unsigned int edge, const Point<2> &p) {
  constexpr double round_off = 1e-12;
  return std::abs(edge == 0   ? p[1]
                  : edge == 1 ? 1. - p[0]
                  : edge == 2 ? 1. - p[1]
                              : p[0]) < round_off;
}

Point<3> NeckCap::middle_of_edge() const {
  Tensor<1, 3> sum;
  for (unsigned int edge = 0; edge < 4; ++edge)
    for (unsigned int i = 0; i < samples; ++i)
      sum += edge_point(edge, static_cast<double>(i) / samples);
  return Point<3>(sum / (4. * samples));
}

NeckCap single_cell_cap(const GatheredSurface &old, const std::vector<CellRing> &rows,
                        const Tensor<1, 3> &axis, const Tensor<1, 3> &neck, const double outward) {
  return NeckCap(old, Funnel(rows, 1.), axis, neck, outward, false, given_circle_share,
                 steepest_given);
}

NeckCap best_cap(const GatheredSurface &old, const std::vector<CellRing> &rows,
                 const Tensor<1, 3> &axis, const Tensor<1, 3> &neck, const double outward,
                 const double more) {
  std::optional<NeckCap> best;
  unsigned int steepness = std::size(steepest_best);
  std::string problem = "The neck is too wide to be cut: closing it takes more area than it has.";
  for (const double last : row_shares)
    for (unsigned int whole = 0; whole + 1 < rows.size(); ++whole) // a row stays
      for (const double share : circle_shares) {
        if (steepness == 0)
          return *best;
        try {
          NeckCap cap(old, Funnel(rows, whole + last), axis, neck, outward, true, share,
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

} // namespace fusogen
