// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/pore.h"

#include "geometry/cell_map.h"

#include <deal.II/base/mpi.h>
#include <deal.II/grid/cell_id.h>

#include <algorithm>
#include <map>
#include <set>

namespace fusogen {
using namespace dealii;

namespace {
constexpr unsigned int invalid = numbers::invalid_unsigned_int;

// Corners of a cell anticlockwise seen from outside.
std::array<unsigned int, 4> anticlockwise(const CellData<2> &cell) {
  if (cell.material_id % 2 == 0)
    return {{0, 1, 3, 2}};
  return {{0, 2, 3, 1}};
}

Point<2> unit_corner(const unsigned int v) { return Point<2>(v % 2, v / 2); }

// A straight piece of a loop in the unit square of a coarse cell, parallel to one of its axes.
struct Segment {
  unsigned int cell;
  Point<2> begin, end;
};

// Integrals over a closed loop.
struct LoopSums {
  static constexpr unsigned int size = 7;
  double length = 0.;
  Vector3 area, middle; // vector area; int x ds
};
} // namespace

Pore Pore::renumbered(const std::vector<unsigned int> &new_vertices) const {
  Pore pore;
  for (const unsigned int v : ring) {
    if (new_vertices[v] == invalid)
      return {};
    pore.ring.push_back(new_vertices[v]);
  }
  return pore;
}

Point<2> CellRing::Cell::point(const double along, const double away) const {
  // The corners are those of a square, so this is affine.
  return corners[0] + along * (corners[1] - corners[0]) + away * (corners[3] - corners[0]);
}

std::vector<CellRing> rings_beside(const CoarseMesh<2> &mesh, std::vector<unsigned int> loop,
                                   unsigned int &cap) {
  // The cell on the left of each directed edge, and the number of the edge in it.
  std::map<std::pair<unsigned int, unsigned int>, std::pair<unsigned int, unsigned int>> left;
  for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
    const auto order = anticlockwise(mesh.cells[c]);
    for (unsigned int e = 0; e < 4; ++e)
      left[{mesh.cells[c].vertices[order[e]], mesh.cells[c].vertices[order[(e + 1) % 4]]}] = {c, e};
  }
  std::vector<CellRing> rings;
  std::set<unsigned int> used;
  cap = invalid;
  const unsigned int n = loop.size();
  while (true) {
    const auto beside = [&](const unsigned int k) {
      return left.find({loop[k % n], loop[(k + 1) % n]});
    };
    std::set<unsigned int> here;
    for (unsigned int k = 0; k < n; ++k) {
      if (beside(k) == left.end())
        return rings;
      here.insert(beside(k)->second.first);
    }
    for (const unsigned int c : here)
      if (!used.insert(c).second)
        return rings;
    if (here.size() == 1 && n == 4)
      cap = *here.begin();
    if (here.size() != n)
      return rings;

    CellRing ring;
    for (unsigned int k = 0; k < n; ++k) {
      const auto [c, e] = beside(k)->second;
      const auto [d, g] = beside(k + 1)->second;
      const auto order = anticlockwise(mesh.cells[c]);
      if (mesh.cells[c].vertices[order[(e + 2) % 4]] !=
          mesh.cells[d].vertices[anticlockwise(mesh.cells[d])[(g + 3) % 4]])
        return rings;
      CellRing::Cell cell;
      cell.cell = c;
      for (unsigned int v = 0; v < 4; ++v)
        cell.corners[v] = unit_corner(order[(e + v) % 4]);
      ring.cells.push_back(cell);
      ring.far_loop.push_back(mesh.cells[c].vertices[order[(e + 3) % 4]]);
    }
    loop = ring.far_loop;
    rings.push_back(std::move(ring));
  }
}

EffectiveMeridian effective_meridian(const Membrane<2> &membrane, const Pore &pore) {
  const CoarseMesh<2> mesh = membrane.coarse_mesh();
  // The right side is on the left of the loop run backwards.
  std::array<std::vector<CellRing>, 2> rings; // first membrane, second one
  std::array<unsigned int, 2> caps;
  rings[1] = rings_beside(mesh, pore.ring, caps[1]);
  rings[0] = rings_beside(mesh, {pore.ring.rbegin(), pore.ring.rend()}, caps[0]);

  int finest = 0;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned())
      finest = std::max(finest, cell->level());
  finest = Utilities::MPI::max(finest, membrane.communicator());
  // Nodes of the finest cells.
  const unsigned int samples = (1u << finest) * membrane.degree();

  // All loops from the far end of the first membrane to that of the second. Those of the first side
  // run backwards, so that the vector areas of all point to the second one.
  std::vector<std::vector<Segment>> loops;
  std::array<bool, 2> has_pole;
  for (const unsigned int side : {1u, 0u}) {
    std::vector<std::vector<Segment>> here;
    const auto add = [&](const auto &segments_at, const unsigned int first,
                         const unsigned int end) {
      for (unsigned int i = first; i < end; ++i) {
        std::vector<Segment> loop = segments_at(static_cast<double>(i) / samples);
        if (side == 0)
          for (Segment &segment : loop)
            std::swap(segment.begin, segment.end);
        here.push_back(loop);
      }
    };
    for (unsigned int l = 0; l < rings[side].size(); ++l) {
      const CellRing &ring = rings[side][l];
      const bool last = l + 1 == rings[side].size() && caps[side] == invalid;
      add(
          [&](const double away) {
            std::vector<Segment> loop;
            for (const CellRing::Cell &cell : ring.cells)
              loop.push_back({cell.cell, cell.point(0., away), cell.point(1., away)});
            return loop;
          },
          // The ring itself counts for the second side.
          l == 0 && side == 0 ? 1 : 0, samples + (last ? 1 : 0));
    }
    has_pole[side] = caps[side] != invalid;
    if (has_pole[side]) {
      // Squares around the middle of the cap. Anticlockwise seen from outside is the sense of the
      // loop on either side.
      const auto order = anticlockwise(mesh.cells[caps[side]]);
      add(
          [&](const double inward) {
            std::vector<Segment> loop;
            const Point<2> middle(0.5, 0.5);
            for (unsigned int e = 0; e < 4; ++e)
              loop.push_back({caps[side], middle + (1. - inward) * (unit_corner(order[e]) - middle),
                              middle + (1. - inward) * (unit_corner(order[(e + 1) % 4]) - middle)});
            return loop;
          },
          0, samples);
    }
    if (side == 1)
      loops = here;
    else
      loops.insert(loops.begin(), here.rbegin(), here.rend());
  }

  // Each rank integrates over its part of each loop.
  struct Piece {
    unsigned int loop;
    Segment segment;
  };
  std::map<unsigned int, std::vector<Piece>> pieces_of_cell;
  for (unsigned int l = 0; l < loops.size(); ++l)
    for (const Segment &segment : loops[l])
      pieces_of_cell[segment.cell].push_back({l, segment});
  std::vector<unsigned int> pole_cells;
  for (const unsigned int side : {0u, 1u})
    if (has_pole[side])
      pole_cells.push_back(caps[side]);

  const CellNodes<2> nodes(membrane.degree());
  const QGauss<1> gauss(membrane.degree() + 2);
  std::vector<double> sums(LoopSums::size * loops.size(), 0.), poles(3 * 2, 0.);
  std::vector<double> nodal;
  for (const auto &active : membrane.position_dofs().active_cell_iterators()) {
    if (!active->is_locally_owned())
      continue;
    const CellId id = membrane.cell_id(active);
    const unsigned int coarse = id.get_coarse_cell_id();
    const auto found = pieces_of_cell.find(coarse);
    if (found == pieces_of_cell.end())
      continue;
    membrane.cell_positions(active, nodal);
    const CellMap<2> map(nodes, nodal);
    Point<2> low;
    double size = 1.;
    for (const auto child : id.get_child_indices()) {
      size *= 0.5;
      low += size * Point<2>(child % 2, child / 2);
    }
    // Whether the coordinate lies in the leaf; edges belong to the cell beyond, but for the last.
    const auto within = [&](const double x, const unsigned int d) {
      return x >= low[d] && (x < low[d] + size || (x == 1. && low[d] + size == 1.));
    };
    for (const Piece &piece : found->second) {
      const Tensor<1, 2> way = piece.segment.end - piece.segment.begin;
      const unsigned int along = std::abs(way[0]) > std::abs(way[1]) ? 0 : 1, across = 1 - along;
      if (!within(piece.segment.begin[across], across))
        continue;
      const double sign = way[along] > 0. ? 1. : -1.;
      const double from = std::max(std::min(piece.segment.begin[along], piece.segment.end[along]),
                                   low[along]),
                   to = std::min(std::max(piece.segment.begin[along], piece.segment.end[along]),
                                 low[along] + size);
      if (!(to > from))
        continue;
      LoopSums here;
      for (unsigned int q = 0; q < gauss.size(); ++q) {
        Point<2> xi;
        xi[across] = (piece.segment.begin[across] - low[across]) / size;
        xi[along] = (from + (to - from) * gauss.point(q)[0] - low[along]) / size;
        const CellMap<2>::Value x = map.value(xi);
        const Vector3 step = sign * gauss.weight(q) * (to - from) / size * x.first[along];
        here.length += step.norm();
        here.area += 0.5 * cross_product_3d(x.x, step);
        here.middle += step.norm() * x.x;
      }
      double *sum = &sums[LoopSums::size * piece.loop];
      sum[0] += here.length;
      for (unsigned int c = 0; c < 3; ++c) {
        sum[1 + c] += here.area[c];
        sum[4 + c] += here.middle[c];
      }
    }
    for (const unsigned int side : {0u, 1u})
      if (has_pole[side] && caps[side] == coarse && within(0.5, 0) && within(0.5, 1)) {
        const Vector3 x = map.value(Point<2>((0.5 - low[0]) / size, (0.5 - low[1]) / size)).x;
        for (unsigned int c = 0; c < 3; ++c)
          poles[3 * side + c] += x[c];
      }
  }
  Utilities::MPI::sum(sums, membrane.communicator(), sums);
  Utilities::MPI::sum(poles, membrane.communicator(), poles);

  std::vector<LoopSums> results(loops.size());
  for (unsigned int l = 0; l < loops.size(); ++l) {
    const double *sum = &sums[LoopSums::size * l];
    results[l].length = sum[0];
    results[l].area = Vector3({sum[1], sum[2], sum[3]});
    results[l].middle = Vector3({sum[4], sum[5], sum[6]}) / sum[0];
  }
  // The ring is the first loop of the second side.
  const unsigned int ring = [&] {
    unsigned int l = 0;
    while (!(loops[l][0].cell == rings[1][0].cells[0].cell))
      ++l;
    return l;
  }();
  const Vector3 axis = results[ring].area / results[ring].area.norm(),
                origin = results[ring].middle;
  std::vector<Point<2>> meridian;
  const auto add_pole = [&](const unsigned int side) {
    if (has_pole[side])
      meridian.emplace_back(
          0.,
          (Vector3({poles[3 * side], poles[3 * side + 1], poles[3 * side + 2]}) - origin) * axis);
  };
  add_pole(0);
  for (const LoopSums &loop : results)
    meridian.emplace_back(std::sqrt(loop.area.norm() / numbers::PI), (loop.middle - origin) * axis);
  add_pole(1);
  return {meridian, ring + (has_pole[0] ? 1 : 0), samples, origin, axis};
}

Neck find_neck(const Membrane<2> &membrane, const Pore &pore) {
  const EffectiveMeridian meridian = effective_meridian(membrane, pore);
  Neck neck = find_neck(CurveSpline(meridian.points, CurveEnd::free, CurveEnd::horizontal));
  neck.middle = Point<3>(meridian.origin + neck.height * meridian.axis);
  return neck;
}
} // namespace fusogen
