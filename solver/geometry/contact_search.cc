// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/contact_search.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/polynomials_bernstein.h>
#include <deal.II/grid/grid_tools.h>
#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace fusogen {
using namespace dealii;
namespace bgi = boost::geometry::index;

namespace {
// (r, z) or (x, y, z) of a point in space, and back.
template <int spacedim> Tensor<1, spacedim> flat(const Vector3 &x) {
  if constexpr (spacedim == 2)
    return Tensor<1, 2>({x[0], x[2]});
  else
    return x;
}

template <std::size_t n> Vector3 in_space(const std::array<double, n> &x) {
  if constexpr (n == 2)
    return Vector3({x[0], 0., x[1]});
  else
    return Vector3({x[0], x[1], x[2]});
}

template <int n, class From> std::array<double, n> packed(const From &from) {
  std::array<double, n> to;
  for (unsigned int i = 0; i < n; ++i)
    to[i] = from[i];
  return to;
}

template <int n> Tensor<1, n> unpacked(const std::array<double, n> &from) {
  Tensor<1, n> to;
  for (unsigned int i = 0; i < n; ++i)
    to[i] = from[i];
  return to;
}

template <int spacedim>
BoundingBox<spacedim> box_around(const Tensor<1, spacedim> &x, const double distance) {
  Point<spacedim> low(x), high(x);
  for (unsigned int c = 0; c < spacedim; ++c) {
    low[c] -= distance;
    high[c] += distance;
  }
  return BoundingBox<spacedim>(std::make_pair(low, high));
}

// From nodal values to the control points of the Bernstein form, in whose convex hull the whole
// cell lies; the nodes alone do not enclose a curved cell.
template <int dim> FullMatrix<double> control_points_of_nodes(const CellNodes<dim> &nodes) {
  const unsigned int n = nodes.n_nodes_1d();
  const auto bernstein = generate_complete_bernstein_basis<double>(n - 1);
  FullMatrix<double> values(nodes.n_nodes());
  for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
    for (unsigned int k = 0; k < nodes.n_nodes(); ++k) {
      values(a, k) = bernstein[k % n].value(nodes.point(a)[0]);
      if constexpr (dim == 2)
        values(a, k) *= bernstein[k / n].value(nodes.point(a)[1]);
    }
  values.gauss_jordan();
  return values;
}

// Not normalised; the direction of SurfaceValues.
Tensor<1, 2> normal_of(const std::array<Tensor<1, 2>, 1> &first) {
  return Tensor<1, 2>({first[0][1], -first[0][0]});
}

Tensor<1, 3> normal_of(const std::array<Tensor<1, 3>, 2> &first) {
  return cross_product_3d(first[0], first[1]);
}

std::array<Tensor<1, 2>, 2> axes_of(const std::array<Tensor<1, 2>, 1> &first) {
  const Tensor<1, 2> normal = normal_of(first) / first[0].norm();
  return {{first[0] / first[0].norm(), normal}};
}

std::array<Tensor<1, 3>, 3> axes_of(const std::array<Tensor<1, 3>, 2> &first) {
  const Tensor<1, 3> normal = normal_of(first) / normal_of(first).norm();
  const Tensor<1, 3> along = first[0] / first[0].norm();
  return {{along, cross_product_3d(normal, along), normal}};
}

double angle_between(const double cosine) { return std::acos(std::clamp(cosine, -1., 1.)); }
} // namespace

template <int dim>
ContactSearch<dim>::ContactSearch(const Membrane<dim> &membrane, const double cutoff,
                                  const Filter &targets_wanted)
    : membrane(membrane), cutoff(cutoff), filter(targets_wanted), nodes(membrane.degree()) {
  const FullMatrix<double> to_control_points = control_points_of_nodes(nodes);
  std::vector<std::pair<Box, std::size_t>> boxes, owned_boxes;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (!cell->is_artificial() && filter(cell)) {
      targets.push_back(make_target(cell, to_control_points));
      const Target &target = targets.back();
      // The box along x, y and z of the one along the cell's own axes would be larger than needed.
      std::vector<Point<spacedim>> controls(nodes.n_nodes());
      for (unsigned int k = 0; k < nodes.n_nodes(); ++k)
        for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
          for (unsigned int c = 0; c < spacedim; ++c)
            controls[k][c] += to_control_points(k, a) * target.nodal[spacedim * a + c];
      boxes.emplace_back(Box(controls), targets.size() - 1);
      if (cell->is_locally_owned())
        owned_boxes.push_back(boxes.back());
    }
  tree = pack_rtree(boxes);

  // Some ten boxes that cover what this process owns.
  std::vector<BoundingBox<spacedim>> cover;
  if (!owned_boxes.empty())
    cover = extract_rtree_level(pack_rtree(owned_boxes), 0);
  rank_boxes = GridTools::build_global_description_tree(cover, membrane.communicator());
}

template <int dim>
typename ContactSearch<dim>::Target
ContactSearch<dim>::make_target(const typename Membrane<dim>::Cell &cell,
                                const FullMatrix<double> &to_control_points) const {
  Target target;
  target.cell = cell;
  membrane.cell_positions(cell, target.nodal);
  const CellMap<dim> map(nodes, target.nodal);
  const double orientation = Membrane<dim>::orientation(cell);
  Point<dim> middle;
  for (unsigned int d = 0; d < dim; ++d)
    middle[d] = 0.5;
  const auto centre = map.value(middle);
  target.centre = centre.x;
  target.axes = axes_of(centre.first);
  target.axes[spacedim - 1] *= orientation;

  target.size = 0.;
  for (unsigned int c = 0; c < spacedim; ++c) {
    target.low[c] = std::numeric_limits<double>::max();
    target.high[c] = std::numeric_limits<double>::lowest();
  }
  for (unsigned int k = 0; k < nodes.n_nodes(); ++k) {
    Position control = -target.centre;
    for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
      control += to_control_points(k, a) * map.node(a);
    for (unsigned int c = 0; c < spacedim; ++c) {
      target.low[c] = std::min(target.low[c], control * target.axes[c]);
      target.high[c] = std::max(target.high[c], control * target.axes[c]);
    }
    target.size = std::max(target.size, 2. * control.norm());
  }

  // The normal turns little more between the nodes than from one to the next.
  double cone = 0.;
  for (unsigned int a = 0; a < nodes.n_nodes(); ++a)
    cone = std::max(cone, angle_between(outward_normal(target, map.value(nodes.point(a))) *
                                        target.axes[spacedim - 1]));
  target.cone = 1.5 * cone;
  return target;
}

template <int dim> double ContactSearch<dim>::Target::distance_below(const Position &x) const {
  Position outside;
  for (unsigned int c = 0; c < spacedim; ++c) {
    const double s = (x - centre) * axes[c];
    outside[c] = std::max({0., low[c] - s, s - high[c]});
  }
  return outside.norm();
}

template <int dim>
Point<dim> ContactSearch<dim>::project(const Target &target, const Position &x) const {
  ++projections;
  return CellMap<dim>(nodes, target.nodal).closest(x);
}

template <int dim>
typename ContactSearch<dim>::Position
ContactSearch<dim>::outward_normal(const Target &target,
                                   const typename CellMap<dim>::Value &value) const {
  const Position normal = normal_of(value.first);
  return Membrane<dim>::orientation(target.cell) / normal.norm() * normal;
}

template <int dim>
bool ContactSearch<dim>::is_local_minimum(const std::size_t number, const Position &x,
                                          const Point<dim> &xi, const Position &y,
                                          const double distance) const {
  bool inside = true;
  for (unsigned int d = 0; d < dim; ++d)
    inside = inside && xi[d] > 0. && xi[d] < 1.;
  if (inside)
    return true;
  // On the edge of a cell: unless one of the other cells that meet there comes closer.
  const double tolerance = 1e-8 * targets[number].size;
  for (auto it = tree.qbegin(bgi::intersects(box_around<spacedim>(y, tolerance)));
       it != tree.qend(); ++it)
    if (it->second != number) {
      const Target &other = targets[it->second];
      const CellMap<dim> map(nodes, other.nodal);
      if ((map.value(project(other, y)).x - y).norm() < tolerance &&
          (map.value(project(other, x)).x - x).norm() < distance - tolerance)
        return false;
    }
  return true;
}

template <int dim>
typename ContactSearch<dim>::Answer ContactSearch<dim>::answer(const Query &query,
                                                               const bool itself) const {
  const Position x = unpacked<spacedim>(query.x), normal = unpacked<spacedim>(query.normal);
  Answer best;
  best.number = query.number;
  best.distance = std::numeric_limits<double>::infinity();
  CellId best_cell;

  const auto nearest = bgi::nearest(Point<spacedim>(x), std::max<std::size_t>(tree.size(), 1));
  const auto in_reach = bgi::intersects(box_around<spacedim>(x, cutoff));
  for (auto it = tree.qbegin(in_reach && nearest); it != tree.qend(); ++it) {
    const double reach = std::min(cutoff, best.distance);
    // Cells that meet at the closest point are equally far up to round-off.
    const double margin = 1e-10 * targets[it->second].size;
    if (boost::geometry::distance(Point<spacedim>(x), it->first) > reach + margin)
      break;
    const Target &target = targets[it->second];
    if (!target.cell->is_locally_owned() || target.distance_below(x) > reach + margin)
      continue;
    const CellId id = target.cell->id();
    if (itself && (id == CellId(query.cell) ||
                   angle_between(normal * target.axes[spacedim - 1]) + target.cone < numbers::PI_2))
      continue;

    const CellMap<dim> map(nodes, target.nodal);
    const Point<dim> xi = project(target, x);
    const auto value = map.value(xi);
    const double distance = (value.x - x).norm();
    // Of equally close cells the first in the mesh is taken, whoever owns it.
    if (distance > cutoff || distance > best.distance + margin ||
        (distance > best.distance - margin && best_cell < id))
      continue;
    const Position there = outward_normal(target, value);
    if (itself && (normal * there >= 0. || !is_local_minimum(it->second, x, xi, value.x, distance)))
      continue;
    best_cell = id;
    best.distance = distance;
    best.position = packed<spacedim>(value.x);
    best.normal = packed<spacedim>(there);
    best.reference = packed<dim>(xi);
    best.cell = id.template to_binary<dim>();
  }
  return best;
}

template <int dim>
std::vector<ClosestPoint<dim>> ContactSearch<dim>::search(const std::vector<Query> &queries,
                                                          const bool itself) const {
  std::map<unsigned int, std::vector<Query>> to_rank;
  for (const Query &query : queries) {
    const auto reach = box_around<spacedim>(unpacked<spacedim>(query.x), cutoff);
    std::set<unsigned int> ranks;
    for (auto it = rank_boxes.qbegin(bgi::intersects(reach)); it != rank_boxes.qend(); ++it)
      ranks.insert(it->second);
    for (const unsigned int rank : ranks)
      to_rank[rank].push_back(query);
  }
  const auto from_rank = Utilities::MPI::some_to_some(membrane.communicator(), to_rank);

  std::map<unsigned int, std::vector<Answer>> answers_to;
  for (const auto &[rank, theirs] : from_rank)
    for (const Query &query : theirs) {
      const Answer found = answer(query, itself);
      if (std::isfinite(found.distance))
        answers_to[rank].push_back(found);
    }
  const auto answers = Utilities::MPI::some_to_some(membrane.communicator(), answers_to);

  std::vector<ClosestPoint<dim>> result(queries.size());
  for (const auto &[rank, theirs] : answers)
    for (const Answer &found : theirs) {
      ClosestPoint<dim> &best = result[found.number];
      const CellId id(found.cell);
      const double margin = 1e-10 * std::max(1., found.distance);
      if (found.distance > best.distance + margin ||
          (found.distance > best.distance - margin && best.found() && best.cell < id))
        continue;
      best.distance = found.distance;
      best.position = in_space(found.position);
      best.normal = in_space(found.normal);
      best.cell = id;
      best.reference = Point<dim>(unpacked<dim>(found.reference));
      best.owner = rank;
    }
  return result;
}

template <int dim>
std::vector<ClosestPoint<dim>>
ContactSearch<dim>::closest_points(const std::vector<Vector3> &points) const {
  std::vector<Query> queries(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    queries[i] = Query();
    queries[i].x = packed<spacedim>(flat<spacedim>(points[i]));
    queries[i].number = i;
  }
  return search(queries, false);
}

template <int dim>
ContactMap<dim> ContactSearch<dim>::search_from(const Membrane<dim> &from, const Filter &sources,
                                                const bool itself) const {
  SurfaceValues<dim> surface(from.degree());
  const unsigned int n_q = surface.n_quadrature_points();
  ContactMap<dim> contacts(from, n_q);
  std::vector<Query> queries;
  std::vector<double> x;
  for (const auto &cell : from.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && sources(cell)) {
      contacts.first[cell->active_cell_index()] = queries.size();
      from.cell_positions(cell, x);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < n_q; ++q)
        queries.push_back({packed<spacedim>(flat<spacedim>(surface.point(q))),
                           packed<spacedim>(flat<spacedim>(surface.normal(q))),
                           cell->id().template to_binary<dim>(), queries.size()});
    }
  contacts.points = search(queries, itself);
  return contacts;
}

template <int dim>
ContactMap<dim> ContactSearch<dim>::from(const Membrane<dim> &from, const Filter &sources) const {
  return search_from(from, sources, false);
}

template <int dim> ContactMap<dim> ContactSearch<dim>::with_itself() const {
  return search_from(membrane, filter, true);
}

template class ContactSearch<1>;
template class ContactSearch<2>;
} // namespace fusogen
