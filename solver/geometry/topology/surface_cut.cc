// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/surface_cut.h"

#include "geometry/impossible.h"
#include "geometry/topology/neck_cap.h"
#include "geometry/topology/surface_surgery.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
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
                    : single_cell_cap(old, rows[m], axis, neck, outward);
  };
  std::array<NeckCap, 2> caps = {{cap(0), cap(1)}};
  for (NeckCap &cap : caps)
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
  std::vector<NeckCap::Cell> cap_cells;
  std::array<unsigned int, 2> first_of_cap;
  for (unsigned int m = 0; m < 2; ++m) {
    first_of_cap[m] = cells.size();
    const unsigned int n_edge = loops[m].size(), first_inside = vertices.size();
    vertices.resize(first_inside + caps[m].n_vertices() - n_edge);
    for (const NeckCap::Cell &here : caps[m].cells()) {
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
        const double area = NeckCap::share_outside(at) * cap_areas[m];
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
