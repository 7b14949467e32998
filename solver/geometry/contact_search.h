// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CONTACT_SEARCH_H
#define FUSOGEN_GEOMETRY_CONTACT_SEARCH_H

#include "geometry/cell_map.h"
#include "geometry/membrane.h"

#include <deal.II/base/bounding_box.h>
#include <deal.II/grid/cell_id.h>
#include <deal.II/numerics/rtree.h>

#include <boost/serialization/array.hpp>

#include <array>
#include <functional>
#include <limits>
#include <vector>

namespace fusogen {
/// The point of a membrane that is closest to some other point.
template <int dim> struct ClosestPoint {
  /// [nm]; infinite if no point of the membrane lies within the cut-off.
  double distance = std::numeric_limits<double>::infinity();
  bool found() const { return distance < std::numeric_limits<double>::infinity(); }

  Vector3 position;             ///< [nm]; (r, 0, z) in the meridian
  Vector3 normal;               ///< outward
  dealii::CellId cell;          ///< where it lies
  dealii::Point<dim> reference; ///< coordinates in that cell
  unsigned int owner = 0;       ///< the process that owns the cell
};

/// Closest points for all quadrature points (those of SurfaceValues) of the cells a process owns.
template <int dim> class ContactMap {
public:
  ContactMap(const Membrane<dim> &from, unsigned int n_quadrature_points)
      : n_q(n_quadrature_points), first(from.triangulation().n_active_cells(), none) {}

  /// Point @p q of an owned cell of the membrane that the search started from; not found for cells
  /// that were left out of it.
  ClosestPoint<dim> operator()(const typename Membrane<dim>::Cell &cell, unsigned int q) const {
    const unsigned int start = first[cell->active_cell_index()];
    return start == none ? ClosestPoint<dim>() : points[start + q];
  }

private:
  template <int> friend class ContactSearch;
  static constexpr unsigned int none = dealii::numbers::invalid_unsigned_int;
  unsigned int n_q;
  std::vector<unsigned int> first; // by active cell
  std::vector<ClosestPoint<dim>> points;
};

/// Finds, for points in space, the closest point of a membrane, on curved cells and across
/// processes.
///
/// Each process keeps a tree of boxes around its own cells; of the others it knows a few boxes that
/// cover theirs. A point travels to the processes that may have something within the cut-off, each
/// of which looks at cells in the order of their boxes' distances until no box can hold anything
/// closer. So the work per point does not grow as the mesh is refined, and the result does not
/// depend on which process owns what. In the meridian the closest point lies in the half plane of
/// the given one, and distances are those in space.
///
/// All functions but n_projections() are collective. Positions are those of the membrane when the
/// object was made; make a new one when it has moved, and do not keep it longer than the membrane.
template <int dim> class ContactSearch {
public:
  /// Which cells take part; it is called for owned and ghost cells.
  using Filter = std::function<bool(const typename Membrane<dim>::Cell &)>;
  static Filter all() {
    return [](const auto &) { return true; };
  }
  static Filter only(Component component) {
    return [component](const auto &cell) { return Membrane<dim>::component(cell) == component; };
  }

  /// @param cutoff [nm] points farther away are not found; of the order of the range of the
  /// interaction, since the number of cells looked at can grow with its square over the cell size
  ContactSearch(const Membrane<dim> &membrane, double cutoff, const Filter &targets = all());

  /// The closest points of this process' @p points [nm] ((r, 0, z) in the meridian), in the same
  /// order.
  std::vector<ClosestPoint<dim>> closest_points(const std::vector<Vector3> &points) const;

  /// From each quadrature point of the cells of @p from, which may be the same membrane with
  /// another filter or another membrane on the same processes.
  ContactMap<dim> from(const Membrane<dim> &from, const Filter &sources = all()) const;

  /// From each quadrature point x of the membrane's cells to the rest of the same membrane. Every
  /// point is close to its own neighbours, which must not count, so y is a contact of x if
  ///   - y is a local minimum of the distance from x along the membrane, edges of cells included:
  ///     the surface comes near and goes away again, and
  ///   - the normals at x and y are opposed, nu(x).nu(y) < 0: the two pieces show each other the
  ///     same side, as the walls of a fold or of a bent sheet do;
  /// the closest such y is taken. There is none on a sphere or inside a straight tube (the opposite
  /// wall is a minimum along the tube, but a maximum around it).
  ContactMap<dim> with_itself() const;

  /// How often this process has projected a point on a curved cell so far: the cost of the search.
  std::size_t n_projections() const { return projections; }

private:
  static constexpr int spacedim = dim + 1;
  using Position = dealii::Tensor<1, spacedim>;
  using Box = dealii::BoundingBox<spacedim>;

  // One cell that may be hit: a box along its own axes, closer than the one along x, y and z, and a
  // cone of its normals.
  struct Target {
    typename Membrane<dim>::Cell cell;
    std::vector<double> nodal;
    Position centre;
    std::array<Position, spacedim> axes; // the last one is the normal
    Position low, high;
    double cone; // the largest angle of a normal with the last axis
    double size; // [nm]
    double distance_below(const Position &x) const;
  };
  // What travels.
  struct Query {
    std::array<double, spacedim> x, normal;
    dealii::CellId::binary_type cell;
    std::size_t number;
    template <class Archive> void serialize(Archive &archive, unsigned int) {
      archive &x &normal &cell &number;
    }
  };
  struct Answer {
    std::size_t number;
    double distance;
    std::array<double, spacedim> position, normal;
    std::array<double, dim> reference;
    dealii::CellId::binary_type cell;
    template <class Archive> void serialize(Archive &archive, unsigned int) {
      archive &number &distance &position &normal &reference &cell;
    }
  };

  Target make_target(const typename Membrane<dim>::Cell &cell,
                     const dealii::FullMatrix<double> &to_control_points) const;
  dealii::Point<dim> project(const Target &target, const Position &x) const;
  Position outward_normal(const Target &target, const typename CellMap<dim>::Value &value) const;
  bool is_local_minimum(std::size_t number, const Position &x, const dealii::Point<dim> &xi,
                        const Position &y, double distance) const;
  Answer answer(const Query &query, bool itself) const;
  std::vector<ClosestPoint<dim>> search(const std::vector<Query> &queries, bool itself) const;
  ContactMap<dim> search_from(const Membrane<dim> &from, const Filter &sources, bool itself) const;

  const Membrane<dim> &membrane;
  double cutoff;
  Filter filter;
  CellNodes<dim> nodes;
  std::vector<Target> targets;                            // owned, and ghosts for with_itself()
  dealii::RTree<std::pair<Box, std::size_t>> tree;        // of targets
  dealii::RTree<std::pair<Box, unsigned int>> rank_boxes; // of all processes
  mutable std::size_t projections = 0;
};
} // namespace fusogen

#endif
