// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/surface_cut.h"

#include "geometry/topology/lateral_map.h"
#include "geometry/topology/surface_surgery.h"

#include <algorithm>
#include <cmath>
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
constexpr double circle_share = 0.9;
// Steepest membrane (slope) at that circle.
constexpr double steepest = 1.5;

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

// One side of the neck and the cell that closes it.
class Cap {
public:
  // @param axis across which the new cell is a graph; @param neck a point on the neck's axis
  Cap(const GatheredSurface &old, const CellRing &ring, const Tensor<1, 3> &axis,
      const Tensor<1, 3> &neck)
      : old(old), ring(ring), frame(middle_of_edge(), axis), side(old, cells_of(ring), frame) {
    // The circle.
    double nearest = std::numeric_limits<double>::max();
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (unsigned int i = 0; i < samples; ++i)
        nearest = std::min(nearest, lateral_edge(edge, static_cast<double>(i) / samples).norm());
    circle = circle_share * nearest;
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
      if (h.gradient.norm() > steepest)
        fail("The neck is too wide to be cut: ", circle,
             " nm from its axis the membrane has a slope of ", h.gradient.norm(), '.');
    }
    plate = ClampedPlate(heights, slopes);

    // Share of the area between the outer edge of the ring and the places at each distance.
    area_share.assign(steps + 1, 0.);
    for (unsigned int i = 0; i < steps; ++i) {
      double area = 0.;
      for (const CellRing::Cell &cell : ring.cells)
        for (unsigned int j = 0; j < samples; ++j) {
          const auto v =
              old.value(cell.cell, cell.point((j + 0.5) / samples, 1. - (i + 0.5) / steps));
          area += cross_product_3d(v.first[0], v.first[1]).norm();
        }
      area_share[i + 1] = area_share[i] + area;
    }
    for (double &share : area_share)
      share /= area_share.back();
  }

  double bump = 0.; // of the middle, along the axis [nm]

  Point<3> middle() const { return frame.origin + (plate.value(0., 0.) + bump) * frame.axis; }

  // Corners of the new cell, in the order (0,0), (1,0), (0,1), (1,1).
  std::array<unsigned int, 4> corners() const {
    const auto &far = ring.far_loop;
    return {{far[0], far[3], far[1], far[2]}};
  }

  Point<3> point(const Point<2> &p) const {
    for (unsigned int edge = 0; edge < 4; ++edge)
      if (at_edge(edge, p))
        return Point<3>(edge_point(edge, along_edge(edge, p)));
    // Coons patch of the lateral coordinates of the edges.
    const double u = p[0], v = p[1];
    const Tensor<1, 2> c00 = lateral_edge(0, 0.), c10 = lateral_edge(1, 0.),
                       c11 = lateral_edge(2, 0.), c01 = lateral_edge(3, 0.);
    const Tensor<1, 2> x =
        (1. - v) * lateral_edge(0, u) + v * lateral_edge(2, 1. - u) +
        (1. - u) * lateral_edge(3, 1. - v) + u * lateral_edge(1, v) -
        ((1. - u) * (1. - v) * c00 + u * (1. - v) * c10 + u * v * c11 + (1. - u) * v * c01);
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

  // How far inside the new cell a point is: the share of the new cell's area that is nearer to the
  // edge (as if cells had the same area everywhere).
  static double share_outside(const Point<2> &p) {
    const double size = std::max(std::abs(2. * p[0] - 1.), std::abs(2. * p[1] - 1.));
    return 1. - size * size;
  }

  // Coarse cell and place in it where the share @p share of the old cells' area is nearer to the
  // outer edge, in the direction of the point @p p of the new cell.
  LateralPlace material(const Point<2> &p, const double share) const {
    // Squares around the middle: the edge that the point is in the sector of.
    const double x = 2. * p[0] - 1., y = 2. * p[1] - 1., size = std::max(std::abs(x), std::abs(y));
    unsigned int edge = 0;
    Point<2> on_edge(0.5, 0.);
    if (size > 0.) {
      edge = std::abs(x) > std::abs(y) ? (x > 0. ? 1 : 3) : (y > 0. ? 2 : 0);
      on_edge = Point<2>(0.5 + 0.5 * x / size, 0.5 + 0.5 * y / size);
    }
    const auto next = std::min(std::upper_bound(area_share.begin(), area_share.end(), share),
                               area_share.end() - 1);
    const unsigned int i = next - area_share.begin() - 1;
    const double away =
        1. - (i + (share - area_share[i]) / (area_share[i + 1] - area_share[i])) / steps;
    const CellRing::Cell &cell = ring.cells[3 - edge];
    return {cell.cell, cell.point(1. - along_edge(edge, on_edge), std::clamp(away, 0., 1.))};
  }

private:
  static constexpr unsigned int samples = 64, steps = 128;

  static std::vector<unsigned int> cells_of(const CellRing &ring) {
    std::vector<unsigned int> cells;
    for (const CellRing::Cell &cell : ring.cells)
      cells.push_back(cell.cell);
    return cells;
  }
  // Edges of the new cell's unit square, anticlockwise from (0, 0), against the sense of the ring.
  Tensor<1, 3> edge_point(const unsigned int edge, const double along) const {
    const CellRing::Cell &cell = ring.cells[3 - edge];
    return old.value(cell.cell, cell.point(1. - along, 1.)).x;
  }
  Tensor<1, 2> lateral_edge(const unsigned int edge, const double along) const {
    return frame.lateral(edge_point(edge, along));
  }
  static double along_edge(const unsigned int edge, const Point<2> &p) {
    return edge == 0 ? p[0] : edge == 1 ? p[1] : edge == 2 ? 1. - p[0] : 1. - p[1];
  }
  static bool at_edge(const unsigned int edge, const Point<2> &p) {
    return edge == 0 ? p[1] == 0. : edge == 1 ? p[0] == 1. : edge == 2 ? p[1] == 1. : p[0] == 0.;
  }
  Point<3> middle_of_edge() const {
    Tensor<1, 3> sum;
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (unsigned int i = 0; i < samples; ++i)
        sum += edge_point(edge, static_cast<double>(i) / samples);
    return Point<3>(sum / (4. * samples));
  }

  const GatheredSurface &old;
  const CellRing &ring;
  const LateralFrame frame;
  const LateralMap side;
  double circle = 0.;
  ClampedPlate plate;
  std::vector<double> area_share;
};
} // namespace

TopologyChange cut(const Membrane<2> &membrane, const Pore &pore, const FieldsThroughEvent &fields,
                   const CutMesh &parameters) {
  const GatheredSurface old(membrane, fields);
  const CoarseMesh<2> &mesh = old.mesh();
  unsigned int cap_cell;
  const std::vector<CellRing> second = rings_beside(mesh, pore.ring, cap_cell),
                              first = rings_beside(mesh, {pore.ring.rbegin(), pore.ring.rend()},
                                                   cap_cell);
  if (pore.ring.size() != 4 || first.empty() || second.empty())
    fail("A neck can be cut where four coarse cells go around it on each side.");
  const std::array<const CellRing *, 2> rings = {{&first[0], &second[0]}};

  // The loop around the neck: its vector area is the axis.
  Tensor<1, 3> axis, neck;
  constexpr unsigned int samples = 64;
  std::vector<Tensor<1, 3>> loop;
  for (const CellRing::Cell &cell : second[0].cells)
    for (unsigned int i = 0; i < samples; ++i)
      loop.push_back(old.value(cell.cell, cell.point(static_cast<double>(i) / samples, 0.)).x);
  for (unsigned int i = 0; i < loop.size(); ++i)
    neck += loop[i] / static_cast<double>(loop.size());
  for (unsigned int i = 0; i < loop.size(); ++i)
    axis += cross_product_3d(loop[i] - neck, loop[(i + 1) % loop.size()] - neck);
  axis /= axis.norm();
  std::array<Cap, 2> caps = {{Cap(old, *rings[0], axis, neck), Cap(old, *rings[1], axis, neck)}};

  // The new coarse mesh: sides 0 and 1 are the caps, 2 is the rest.
  std::array<std::vector<bool>, 2> removed;
  for (unsigned int m = 0; m < 2; ++m) {
    removed[m].resize(mesh.cells.size(), false);
    for (const CellRing::Cell &cell : rings[m]->cells)
      removed[m][cell.cell] = true;
  }
  std::vector<SurfaceSurgery::Cell> cells;
  for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
    if (removed[0][c] || removed[1][c])
      continue;
    SurfaceSurgery::Cell cell;
    for (unsigned int v = 0; v < 4; ++v)
      cell.corners[v] = mesh.cells[c].vertices[v];
    cell.old_cell = c;
    cell.side = 2;
    cells.push_back(cell);
  }
  const unsigned int n_kept = cells.size();
  for (unsigned int m = 0; m < 2; ++m) {
    SurfaceSurgery::Cell cell;
    cell.corners = caps[m].corners();
    cell.side = m;
    cells.push_back(cell);
  }
  SurfaceSurgery surgery(old, mesh.vertices, cells);
  const std::vector<unsigned int> piece = connected_pieces(surgery.coarse_mesh());
  std::array<bool, 2> closed;
  for (unsigned int m = 0; m < 2; ++m)
    closed[m] =
        Component(surgery.coarse_mesh().cells[n_kept + m].material_id / 2) == Component::vesicle;

  // Which side a cell belongs to, as far as it is scaled: 0 or 1, 2 for neither.
  std::array<double, 2> scales = {{1., 1.}};
  const auto side_of = [&](const unsigned int cell) {
    for (const unsigned int m : {0u, 1u})
      if (cell == n_kept + m || (cell < n_kept && piece[cell] == piece[n_kept + m]))
        return m;
    return 2u;
  };
  const SurfaceSurgery::Geometry geometry = [&](const unsigned int cell, const Point<2> &p) {
    const Point<3> x = cell < n_kept ? Point<3>(old.value(cells[cell].old_cell, p).x)
                                     : caps[cell - n_kept].point(p);
    const unsigned int m = side_of(cell);
    if (m == 2 || scales[m] == 1.)
      return x;
    return caps[m].middle() + scales[m] * (x - caps[m].middle());
  };
  surgery.resolve(geometry, parameters.least_level, parameters.largest_angle,
                  parameters.most_levels);

  TopologyChange change;
  change.membrane = surgery.build(membrane.communicator());
  change.ledger.before = topology_state(membrane);

  // Areas of the caps, and of all, beyond what they should be.
  const std::array<double, 2> wanted = {
      {area_of(membrane, removed[0]), area_of(membrane, removed[1])}};
  const double total = change.ledger.before.area;
  std::array<double, 2> bumps = {{0., 0.}};
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
    bumps = {{height, height}};
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
      bumps[m] = a > 0. ? -b / (2. * a) : 0.;
      continue;
    }
    // Apart is down for the first side and up for the second one.
    const double apart = m == 0 ? -1. : 1.;
    const double with = (-b + apart * std::sqrt(root)) / (2. * a),
                 against = (-b - apart * std::sqrt(root)) / (2. * a);
    bumps[m] = std::abs(with) < 1.2 * std::abs(against) ? with : against;
    slopes[m] = 2. * a * bumps[m] + b;
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
    taken[m] = wanted[m] - growth * (side_areas[m] - cap_areas[m]);
  }
  SurfaceSurgery::Fields carried = surgery.carry_fields(
      *change.membrane, fields,
      [&](const unsigned int field, const unsigned int cell, const Point<2> &p) {
        const unsigned int m = cell - n_kept;
        const double area = Cap::share_outside(p) * cap_areas[m];
        const LateralPlace place =
            area <= taken[m] ? caps[m].material(p, area / taken[m])
                             : caps[1 - m].material(p, 1. - (area - taken[m]) / taken[1 - m]);
        return old.scalar(field, place.cell, place.p);
      });
  change.material_area = carried.material_area;
  change.fractions = carried.fractions;
  change.contents = carried.contents;
  change.densities = carried.densities;
  change.density_contents = carried.density_contents;
  change.new_cells = surgery.new_cell_numbers();
  change.new_vertices = surgery.new_vertex_numbers();
  change.patches = {{n_kept, n_kept + 1}};
  change.ledger.after = topology_state(*change.membrane);
  complete(change.ledger, fields, change);
  return change;
}
} // namespace fusogen
