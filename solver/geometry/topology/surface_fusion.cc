// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/surface_fusion.h"

#include "geometry/impossible.h"
#include "geometry/topology/lateral_map.h"
#include "geometry/topology/surface_surgery.h"

#include <deal.II/base/mpi.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/vector.h>

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
// The break between the patch's own shape and the arc lies in the middle of a tube cell, so that it
// is an edge of its children.
constexpr double arc_begins = 0.5;

// Pores keep this share of a cell away from its edges.
constexpr double margin = 0.2;

// The neck in one half plane through the axis: an arc of radius `radius` around (r, height), in
// coordinates along the axis from the middle of the gap. `touches` are the distances from the axis
// of the points where it touches the two membranes, `angles` those of these points as seen from the
// centre, counted from the direction to the axis towards the second membrane.
struct Arc {
  double r, height, radius;
  std::array<double, 2> touches, angles;
};

// The shape of the tube between two membranes, for given scaling of each.
class Tube {
public:
  Tube(const GatheredSurface &old, const DockingSite &site, const double pore_radius)
      : old(old), site(site), pore_radius(pore_radius),
        origin(site.points[0] + 0.5 * (site.points[1] - site.points[0])) {
    const LateralFrame frame(origin, site.axis);
    for (unsigned int m = 0; m < 2; ++m)
      sides.emplace_back(old, std::vector<unsigned int>{site.cells[m]}, frame);
    e = {{frame.e1, frame.e2}};
    for (unsigned int m = 0; m < 2; ++m) {
      const CellData<2> &cell = old.mesh().cells[site.cells[m]];
      // Anticlockwise seen from outside, which for the second membrane is from below.
      std::array<unsigned int, 4> order = {{0, 1, 3, 2}};
      if (old.inward(site.cells[m]) != (m == 1))
        order = {{0, 2, 3, 1}};
      for (unsigned int v = 0; v < 4; ++v) {
        corners[m][v] = Point<2>(order[v] % 2, order[v] / 2);
        vertices[m][v] = cell.vertices[order[v]];
      }
    }
    // The corners of the second cell next to those of the first.
    const auto azimuth = [&](const unsigned int m, const unsigned int v) {
      return polar(m, corners[m][v]).second;
    };
    double best = -5.;
    unsigned int best_shift = 0;
    for (unsigned int shift = 0; shift < 4; ++shift) {
      double agreement = 0.;
      for (unsigned int v = 0; v < 4; ++v)
        agreement += std::cos(azimuth(0, v) - azimuth(1, (v + shift) % 4));
      if (agreement > best + 1e-6) {
        best = agreement;
        best_shift = shift;
      }
    }
    std::rotate(corners[1].begin(), corners[1].begin() + best_shift, corners[1].end());
    std::rotate(vertices[1].begin(), vertices[1].begin() + best_shift, vertices[1].end());
    // Corners of the ring, a right angle apart.
    double sine = 0., cosine = 0.;
    for (unsigned int m = 0; m < 2; ++m)
      for (unsigned int v = 0; v < 4; ++v) {
        sine += std::sin(azimuth(m, v) - 0.5 * PI * v);
        cosine += std::cos(azimuth(m, v) - 0.5 * PI * v);
      }
    first_corner = std::atan2(sine, cosine);
  }

  // Scaling of each membrane about its docking point, and the angle on the arcs of the ring.
  void set(const std::array<double, 2> &scales, const double ring_angle) {
    if (scales != scale)
      arcs.clear();
    scale = scales;
    ring = ring_angle;
    for (unsigned int m = 0; m < 2; ++m)
      sides[m].scale_about(site.points[m], scales[m]);
  }

  // Position on the tube cell at edge @p edge of membrane @p m: the share @p along of the edge (in
  // the sense of growing azimuth), the share @p away of the way from the edge to the ring.
  Point<3> point(const unsigned int m, const unsigned int edge, const double along,
                 const double away) {
    if (away == 0.)
      return sides[m].scaled(old.value(site.cells[m], boundary(m, edge, along)).x);
    const double target = ring_azimuth(edge, along);
    const Arc &arc = arc_at(target);
    if (away > arc_begins) {
      const double angle = arc_angle(arc, m, away);
      return at(arc.r - arc.radius * std::cos(angle), target,
                arc.height + arc.radius * std::sin(angle));
    }
    return Point<3>(sides[m].value(patch_place(m, edge, along, away)).x);
  }

  // The place in the unit square of the old cell of the material at a point of the tube.
  Point<2> material(const unsigned int m, const unsigned int edge, const double along,
                    const double away) {
    if (away == 0.)
      return boundary(m, edge, along);
    if (away <= arc_begins)
      return patch_place(m, edge, along, away).p;
    const double azimuth = ring_azimuth(edge, along);
    const Arc &arc = arc_at(azimuth);
    // Area between the touching point and an angle, per azimuth and radius of the arc.
    const auto area = [&](const double angle) {
      return std::abs(arc.r * (angle - arc.angles[m]) -
                      arc.radius * (std::sin(angle) - std::sin(arc.angles[m])));
    };
    const double share = std::min(1., area(arc_angle(arc, m, away)) / area(ring));
    return place_at(m, arc.touches[m] * std::sqrt(1. - share), azimuth).p;
  }

  // Angles between which the ring is on all arcs, with a margin, and the arcs' mean radius; from
  // the same arcs on all ranks.
  std::array<double, 2> ring_limits() {
    constexpr double share = 0.6;
    std::array<double, 2> limits = {{-PI, PI}};
    for (const Arc *arc : some_arcs()) {
      limits[0] = std::max(limits[0], share * arc->angles[0]);
      limits[1] = std::min(limits[1], share * arc->angles[1]);
    }
    return limits;
  }
  double mean_arc_radius() {
    double sum = 0.;
    const std::vector<const Arc *> some = some_arcs();
    for (const Arc *arc : some)
      sum += arc->radius;
    return sum / some.size();
  }

  std::array<std::array<unsigned int, 4>, 2> vertices; // of the two cells, by azimuth
  Point<3> ring_point(const unsigned int v) { return point(0, v, 0., 1.); }

private:
  Point<3> at(const double r, const double azimuth, const double height) const {
    return origin + r * (std::cos(azimuth) * e[0] + std::sin(azimuth) * e[1]) + height * site.axis;
  }
  Point<2> boundary(const unsigned int m, const unsigned int edge, const double along) const {
    return corners[m][edge] + along * (corners[m][(edge + 1) % 4] - corners[m][edge]);
  }
  double ring_azimuth(const unsigned int edge, const double along) const {
    // The last piece ends where the first begins, to the last bit.
    return first_corner + 0.5 * PI * ((edge + along) >= 4. ? edge + along - 4. : edge + along);
  }
  // Distance from the axis and azimuth of a point of the unscaled or scaled patch.
  std::pair<double, double> polar(const unsigned int m, const Point<2> &p) const {
    const Tensor<1, 3> x = sides[m].scaled(old.value(site.cells[m], p).x) - origin;
    const double a = x * e[0], b = x * e[1];
    return {std::hypot(a, b), std::atan2(b, a)};
  }
  LateralPlace place_at(const unsigned int m, const double r, const double azimuth) const {
    LateralPlace place{site.cells[m], site.places[m]};
    if (!sides[m].find(Point<2>(r * std::cos(azimuth), r * std::sin(azimuth)), place))
      fail("A pore of radius ", pore_radius, " nm at a gap of ", site.gap(),
           " nm does not fit into the docking patch of the ", m == 0 ? "first" : "second",
           " membrane, which ends less than ", r, " nm from its axis.");
    return place;
  }
  // Between the edge and the arc: straight in logarithmic polar coordinates.
  LateralPlace patch_place(const unsigned int m, const unsigned int edge, const double along,
                           const double away) {
    const double target = ring_azimuth(edge, along);
    const auto [r, azimuth] = polar(m, boundary(m, edge, along));
    const double touch = arc_at(target).touches[m];
    if (!(r > touch))
      fail("A pore of radius ", pore_radius, " nm at a gap of ", site.gap(),
           " nm does not fit into the docking patch of the ", m == 0 ? "first" : "second",
           " membrane: its neck would reach ", touch, " nm from the axis, the patch ends at ", r,
           " nm.");
    const double turn = azimuth - target - 2. * PI * std::round((azimuth - target) / (2. * PI));
    const double t = away / arc_begins;
    return place_at(m, std::pow(r, 1. - t) * std::pow(touch, t), target + (1. - t) * turn);
  }
  double arc_angle(const Arc &arc, const unsigned int m, const double away) const {
    const double t = (away - arc_begins) / (1. - arc_begins);
    return arc.angles[m] + t * (ring - arc.angles[m]);
  }

  std::vector<const Arc *> some_arcs() {
    std::vector<const Arc *> some;
    for (unsigned int edge = 0; edge < 4; ++edge)
      for (const double along : {0., 0.5})
        some.push_back(&arc_at(ring_azimuth(edge, along)));
    return some;
  }

  const Arc &arc_at(const double azimuth) {
    const auto found = arcs.find(azimuth);
    if (found != arcs.end())
      return found->second;
    // Each membrane as a curve of heights h(r) towards the other one; a circle of given radius that
    // touches it and comes as near to the axis as wanted has its centre at the height centre(m).
    std::array<double, 2> touches, slopes;
    const auto centre = [&](const unsigned int m, const double radius) {
      double r = pore_radius + radius, height = 0., slope = 0.;
      for (unsigned int iteration = 0; iteration < 60; ++iteration) {
        const LateralPlace place = place_at(m, r, azimuth);
        const LateralHeight h = sides[m].height(place);
        const double sign = m == 0 ? 1. : -1.;
        slope = sign * (h.gradient[0] * std::cos(azimuth) + h.gradient[1] * std::sin(azimuth));
        height = sign * h.height;
        const double next = pore_radius + radius + radius * slope / std::hypot(1., slope);
        const double change = std::abs(next - r);
        r = std::max(next, 0.);
        if (change < 1e-13 * radius)
          break;
      }
      touches[m] = r;
      slopes[m] = slope;
      return height + radius / std::hypot(1., slope);
    };
    const auto overlap = [&](const double radius) { return centre(0, radius) + centre(1, radius); };
    double low = 0.25 * site.gap() + 1e-3 * pore_radius, high = low;
    double at_low = overlap(low), at_high = at_low;
    while (at_low > 0.) {
      high = low;
      at_high = at_low;
      low *= 0.5;
      at_low = overlap(low);
      if (low < 1e-6 * pore_radius)
        fail("The membranes overlap where a pore of radius ", pore_radius, " nm should open.");
    }
    while (at_high < 0.) {
      low = high;
      at_low = at_high;
      high *= 1.3;
      at_high = overlap(high);
    }
    Arc arc;
    std::uintmax_t iterations = 100;
    arc.radius = at_low == 0. || low == high
                     ? low
                     : boost::math::tools::toms748_solve(
                           overlap, low, high, at_low, at_high,
                           boost::math::tools::eps_tolerance<double>(48), iterations)
                           .first;
    arc.r = pore_radius + arc.radius;
    arc.height = centre(0, arc.radius);
    centre(1, arc.radius);
    arc.touches = touches;
    // A right angle where the membrane is level.
    for (unsigned int m = 0; m < 2; ++m)
      arc.angles[m] = (m == 0 ? -1. : 1.) * (0.5 * PI + std::atan(slopes[m]));
    return arcs.emplace(azimuth, arc).first->second;
  }

  const GatheredSurface &old;
  const DockingSite &site;
  const double pore_radius;
  const Point<3> origin;
  std::array<Tensor<1, 3>, 2> e;
  std::vector<LateralMap> sides;
  std::array<std::array<Point<2>, 4>, 2> corners; // of the unit squares, by azimuth
  double first_corner = 0.;
  std::array<double, 2> scale = {{1., 1.}};
  double ring = 0.;
  std::map<double, Arc> arcs;
};

// The unit normals of a membrane around a point, averaged over circles, and the mean square fit of
// the gap between two membranes by a parabola.
DockingSite refined_site(const GatheredSurface &surface, const std::array<unsigned int, 2> &cells,
                         std::array<LateralPlace, 2> places) {
  DockingSite site;
  const auto position = [&](const unsigned int m) {
    return Point<3>(surface.value(cells[m], places[m].p).x);
  };
  Tensor<1, 3> axis = surface.normal(cells[0], places[0].p) - surface.normal(cells[1], places[1].p);
  // How far to look: the smaller of the distances to the middles of the edges, halved.
  double reach = std::numeric_limits<double>::max();
  for (const unsigned int cell : cells)
    for (const Point<2> &p :
         {Point<2>(0., 0.5), Point<2>(1., 0.5), Point<2>(0.5, 0.), Point<2>(0.5, 1.)})
      reach = std::min(
          reach,
          0.5 * (surface.value(cell, p).x - surface.value(cell, Point<2>(0.5, 0.5)).x).norm());
  constexpr unsigned int directions = 16, rings = 3, rounds = 8;
  constexpr const char *wrong_sides =
      "Membranes can fuse only where their outward sides face each other.";
  for (unsigned int round = 0; round < rounds; ++round) {
    if (axis.norm() < 0.5)
      fail(wrong_sides);
    axis /= axis.norm();
    const LateralFrame frame(position(0) + 0.5 * (position(1) - position(0)), axis);
    const std::array<LateralMap, 2> sides = {
        {LateralMap(surface, {cells[0]}, frame), LateralMap(surface, {cells[1]}, frame)}};
    // gap = a0 + a1 x + a2 y + a3 x^2 + a4 x y + a5 y^2
    FullMatrix<double> normal_equations(6);
    dealii::Vector<double> right(6), fit(6);
    Tensor<1, 3> mean_normal;
    unsigned int n_samples = 0;
    for (unsigned int ring = 1; ring <= rings; ++ring)
      for (unsigned int k = 0; k < directions; ++k) {
        const double r = reach * ring / rings, phi = 2. * PI * k / directions;
        const Point<2> lateral(r * std::cos(phi), r * std::sin(phi));
        std::array<LateralPlace, 2> here;
        if (!sides[0].find(lateral, here[0]) || !sides[1].find(lateral, here[1]))
          continue;
        const double x = lateral[0] / reach, y = lateral[1] / reach;
        const std::array<double, 6> basis = {{1., x, y, x * x, x * y, y * y}};
        const double gap = sides[1].height(here[1]).height - sides[0].height(here[0]).height;
        for (unsigned int i = 0; i < 6; ++i) {
          right(i) += basis[i] * gap;
          for (unsigned int j = 0; j < 6; ++j)
            normal_equations(i, j) += basis[i] * basis[j];
        }
        mean_normal += surface.normal(cells[0], here[0].p) - surface.normal(cells[1], here[1].p);
        ++n_samples;
      }
    if (n_samples < 6)
      fail(wrong_sides);
    axis = mean_normal / static_cast<double>(n_samples);
    normal_equations.gauss_jordan();
    normal_equations.vmult(fit, right);
    Point<2> best;
    const double det = 4. * fit(3) * fit(5) - fit(4) * fit(4);
    // Membranes that are parallel touch anywhere.
    if (fit(3) + fit(5) > 1e-6 && det > 1e-6 * std::pow(fit(3) + fit(5), 2)) {
      best[0] = -reach * (2. * fit(5) * fit(1) - fit(4) * fit(2)) / det;
      best[1] = -reach * (2. * fit(3) * fit(2) - fit(4) * fit(1)) / det;
      const double far = best.norm() / reach;
      if (far > 1.)
        best /= far;
    }
    // Room for the neck in both cells: each in turn draws the point to its inside.
    bool found = true;
    for (unsigned int m = 0; m < 2 && found; ++m) {
      found = sides[m].find(best, places[m]);
      if (!found)
        break;
      for (unsigned int d = 0; d < 2; ++d)
        places[m].p[d] = std::clamp(places[m].p[d], margin, 1. - margin);
      best = frame.lateral(sides[m].value(places[m]).x);
    }
    if (!found || !sides[0].find(best, places[0]))
      fail("No pair of docking patches faces each other well enough for a pore.");
  }
  site.cells = cells;
  for (unsigned int m = 0; m < 2; ++m) {
    site.places[m] = places[m].p;
    site.points[m] = position(m);
  }
  if (axis.norm() < 0.5)
    fail(wrong_sides);
  site.axis = axis / axis.norm();
  if (!(surface.normal(cells[0], places[0].p) * site.axis > 0.2 &&
        surface.normal(cells[1], places[1].p) * site.axis < -0.2 &&
        (site.points[1] - site.points[0]) * site.axis >= 0.))
    fail(wrong_sides);
  return site;
}
} // namespace

DockingSite find_docking_site(const Membrane<2> &membrane, const std::vector<unsigned int> &first,
                              const std::vector<unsigned int> &second) {
  const GatheredSurface surface(membrane, {});
  constexpr unsigned int n = 13;
  const auto grid = [&](const unsigned int cell) {
    std::vector<std::pair<Point<3>, Point<2>>> points;
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = 0; j < n; ++j) {
        const Point<2> p(margin + (1. - 2. * margin) * i / (n - 1),
                         margin + (1. - 2. * margin) * j / (n - 1));
        points.emplace_back(Point<3>(surface.value(cell, p).x), p);
      }
    return points;
  };
  std::map<unsigned int, std::vector<std::pair<Point<3>, Point<2>>>> grids;
  for (const auto *list : {&first, &second})
    for (const unsigned int cell : *list)
      if (grids.count(cell) == 0)
        grids[cell] = grid(cell);
  double least = std::numeric_limits<double>::max();
  std::array<unsigned int, 2> cells = {{0, 0}};
  std::array<LateralPlace, 2> places;
  for (const unsigned int a : first)
    for (const unsigned int b : second)
      for (const auto &[x, p] : grids[a])
        for (const auto &[y, q] : grids[b]) {
          const double distance = x.distance_square(y);
          if (distance < least * (1. - 1e-9)) {
            least = distance;
            cells = {{a, b}};
            places = {{{a, p}, {b, q}}};
          }
        }
  return refined_site(surface, cells, places);
}

TopologyChange fuse(const Membrane<2> &membrane, const DockingSite &site, const double pore_radius,
                    const FieldsThroughEvent &fields, const FusionMesh &parameters) {
  if (!(pore_radius > 0.))
    fail("The radius of a pore must be positive, not ", pore_radius, " nm.");
  const GatheredSurface old(membrane, fields);
  const CoarseMesh<2> &mesh = old.mesh();
  const std::vector<unsigned int> piece = connected_pieces(mesh);
  const std::array<unsigned int, 2> pieces = {{piece[site.cells[0]], piece[site.cells[1]]}};
  if (pieces[0] == pieces[1])
    fail("A membrane cannot fuse with itself.");
  std::array<bool, 2> closed = {{true, true}};
  for (const auto &[face, edge] : mesh.edges)
    for (unsigned int m = 0; m < 2; ++m)
      if (piece[face.first] == pieces[m])
        closed[m] = false;
  if (!closed[0] && !closed[1])
    fail("Of two membranes that fuse at least one must be closed.");

  Tube tube(old, site, pore_radius);

  // The new coarse mesh: sides 0 and 1 are what belongs to the two membranes, 2 is the rest.
  std::vector<Point<3>> vertices = mesh.vertices;
  std::vector<SurfaceSurgery::Cell> cells;
  for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
    if (c == site.cells[0] || c == site.cells[1])
      continue;
    SurfaceSurgery::Cell cell;
    for (unsigned int v = 0; v < 4; ++v)
      cell.corners[v] = mesh.cells[c].vertices[v];
    cell.old_cell = c;
    cell.side = piece[c] == pieces[0] ? 0 : piece[c] == pieces[1] ? 1 : 2;
    cells.push_back(cell);
  }
  const unsigned int n_kept = cells.size(), first_ring_vertex = vertices.size();
  for (unsigned int v = 0; v < 4; ++v)
    vertices.push_back(tube.ring_point(v));
  for (unsigned int m = 0; m < 2; ++m)
    for (unsigned int v = 0; v < 4; ++v) {
      const std::array<unsigned int, 2> edge = {{tube.vertices[m][v],
                                                 tube.vertices[m][(v + 1) % 4]}},
                                        ring = {{first_ring_vertex + v,
                                                 first_ring_vertex + (v + 1) % 4}};
      SurfaceSurgery::Cell cell;
      cell.corners = m == 0 ? std::array<unsigned int, 4>{{edge[0], edge[1], ring[0], ring[1]}}
                            : std::array<unsigned int, 4>{{ring[0], ring[1], edge[0], edge[1]}};
      cell.side = m;
      cells.push_back(cell);
    }
  SurfaceSurgery surgery(old, vertices, cells);

  struct TubePlace {
    unsigned int m, edge;
    double along, away;
  };
  const auto tube_place = [&](const unsigned int cell, const Point<2> &p) {
    const unsigned int m = (cell - n_kept) / 4;
    return TubePlace{m, (cell - n_kept) % 4, p[0], m == 0 ? p[1] : 1. - p[1]};
  };
  std::array<double, 2> scales = {{1., 1.}};
  const SurfaceSurgery::Geometry geometry = [&](const unsigned int cell, const Point<2> &p) {
    if (cell < n_kept) {
      const Tensor<1, 3> x = old.value(cells[cell].old_cell, p).x;
      const unsigned int m = cells[cell].side;
      return m < 2 && scales[m] != 1. ? site.points[m] + scales[m] * (x - site.points[m])
                                      : Point<3>(x);
    }
    const TubePlace place = tube_place(cell, p);
    return tube.point(place.m, place.edge, place.along, place.away);
  };
  tube.set(scales, 0.);
  surgery.resolve(geometry, std::max(1u, parameters.least_level), parameters.largest_angle,
                  parameters.most_levels);

  TopologyChange change;
  change.membrane = surgery.build(membrane.communicator());
  TopologyLedger &ledger = change.ledger;
  ledger.before = topology_state(membrane);

  // Scaling and ring such that the area of the whole and of the first membrane's part are as
  // before. The unknowns hardly depend on each other, so that Newton's method with the derivatives
  // of the undisturbed shapes converges by a factor of a hundred and more.
  std::array<double, 2> wanted;
  for (unsigned int m = 0; m < 2; ++m) {
    std::vector<bool> cells_of_piece;
    for (const unsigned int p : piece)
      cells_of_piece.push_back(p == pieces[m]);
    wanted[m] = area_of(membrane, cells_of_piece);
  }
  double ring = 0., scale = 1.;
  constexpr unsigned int most_iterations = 25;
  for (unsigned int iteration = 0; iteration < most_iterations; ++iteration) {
    for (unsigned int m = 0; m < 2; ++m)
      scales[m] = closed[m] ? scale : 1.;
    tube.set(scales, ring);
    surgery.place(*change.membrane, geometry);
    const double area0 = surgery.area(*change.membrane, 0),
                 area1 = surgery.area(*change.membrane, 1);
    const double total = wanted[0] + wanted[1], excess = area0 + area1 - total,
                 excess0 = area0 - wanted[0];
    if (std::abs(excess) < 1e-13 * total && std::abs(excess0) < 1e-11 * total)
      break;
    const double by_scale = 2. * ((closed[0] ? area0 : 0.) + (closed[1] ? area1 : 0.));
    const double change_of_scale = -excess / by_scale;
    const double by_ring = 2. * PI * pore_radius * tube.mean_arc_radius();
    const double excess0_then = excess0 + (closed[0] ? 2. * area0 * change_of_scale : 0.);
    scale += change_of_scale;
    const std::array<double, 2> limits = tube.ring_limits();
    ring = std::clamp(ring - excess0_then / by_ring, limits[0], limits[1]);
  }

  SurfaceSurgery::Fields carried = surgery.carry_fields(
      *change.membrane, fields,
      [&](const unsigned int field, const unsigned int cell, const Point<2> &p) {
        const TubePlace place = tube_place(cell, p);
        return old.scalar(field, site.cells[place.m],
                          tube.material(place.m, place.edge, place.along, place.away));
      });
  change.material_area = carried.material_area;
  change.fractions = carried.fractions;
  change.contents = carried.contents;
  change.densities = carried.densities;
  change.density_contents = carried.density_contents;
  change.new_cells = surgery.new_cell_numbers();
  change.new_vertices = surgery.new_vertex_numbers();
  for (unsigned int v = 0; v < 4; ++v)
    change.pore.ring.push_back(change.new_vertices[first_ring_vertex + v]);
  change.new_vertices.resize(mesh.vertices.size());

  ledger.after = topology_state(*change.membrane);
  complete(ledger, fields, change);
  return change;
}
} // namespace fusogen
