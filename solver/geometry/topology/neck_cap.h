// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_NECK_CAP_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_NECK_CAP_H

#include "geometry/topology/lateral_map.h"
#include "geometry/topology/pore.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace fusogen {
/// The smaller one of two bumps of a cap may be so much larger than the other one if it moves the
/// sides apart.
constexpr double about_equal = 1.2;

/// A function on a disc of radius 1, biharmonic, given by its value and its radial derivative on
/// the edge at equal steps of the azimuth.
class ClampedPlate {
public:
  ClampedPlate() = default;
  ClampedPlate(const std::vector<double> &values, const std::vector<double> &slopes);
  double value(const double r, const double phi) const;

private:
  std::vector<std::array<double, 2>> terms;
};

/// The rows of cells between the neck and a loop around it, as four patches of equally many cells.
class Funnel {
public:
  /// @param beside rows of 4 k cells each, from the neck outward
  /// @param extent how many of them, of the last one a part
  Funnel(const std::vector<CellRing> &beside, const double extent)
      : rows(beside.begin(), beside.begin() + std::lround(std::ceil(extent))), extent(extent) {}

  unsigned int patch_cells() const { return rows[0].cells.size() / 4; } // along a row
  double cells_per_patch() const { return patch_cells() * extent; }
  /// The last row, and the share of it that is in the funnel.
  const CellRing &last_row() const { return rows.back(); }
  double last_share() const { return extent - (rows.size() - 1.); }
  std::vector<unsigned int> cells() const;
  /// The place at the shares @p along and @p away (from the neck) of a patch.
  LateralPlace place(const unsigned int patch, const double along, const double away) const;

private:
  std::vector<CellRing> rows;
  double extent;
};

/// One side of the neck and the cells that close it. For geometry and material they are one cell,
/// with one unit square.
class NeckCap {
public:
  /// @param axis across which the new cell is a graph
  /// @param neck a point on the neck's axis [nm]
  /// @param outward 1 if the outward normals have the sense of the axis, -1 if they are against it
  /// @param in_ring whether the edge is a smooth loop: then the new cells are a square of k rows
  /// and columns in a ring of 4 k cells, which takes no corners from the edge; else it is one cell
  /// @param circle_share the radius of the circle inside which the membrane is replaced, as a share
  /// of the distance to the edge
  /// @param steepest largest slope on that circle
  /// Throws std::invalid_argument with a sentence if the membrane is too steep or the neck too
  /// wide.
  NeckCap(const GatheredSurface &old, const Funnel &funnel, const dealii::Tensor<1, 3> &axis,
          const dealii::Tensor<1, 3> &neck, const double outward, const bool in_ring,
          const double circle_share, const double steepest);

  /// Of the membrane on the circle.
  double largest_slope() const { return slope; }

  /// To be called before material().
  void measure_material();

  double bump = 0.; ///< height that the middle has got, along the axis [nm]

  /// Gives the bump about the height with which the cap has the area of the membrane that it
  /// replaces and @p more [nm^2]; of two such heights the smaller one, or if they are about equal
  /// that on the side @p apart of the axis. False if there is no such bump.
  bool fit(const double more, const double apart);

  /// The middle of the cap [nm].
  dealii::Point<3> middle() const {
    return frame.origin + (plate.value(0., 0.) + bump) * frame.axis;
  }

  /// What the cap takes the place of.
  const Funnel &replaced() const { return funnel; }

  /// A cell of the cap.
  struct Cell {
    /// The corners: places in the cap's unit square, and numbers; those along the outer edge come
    /// first, anticlockwise from (0, 0), against the sense of the ring.
    std::array<dealii::Point<2>, 4> corners;
    std::array<unsigned int, 4> vertices;

    /// The place in the cap's unit square of a point of the cell's own.
    dealii::Point<2> in_cap(const dealii::Point<2> &p) const {
      return dealii::Point<2>((1. - p[1]) * ((1. - p[0]) * corners[0] + p[0] * corners[1]) +
                              p[1] * ((1. - p[0]) * corners[2] + p[0] * corners[3]));
    }
  };
  std::vector<Cell> cells() const;
  unsigned int n_vertices() const {
    const unsigned int k = funnel.patch_cells();
    return inner == 0. ? 4 : 4 * k + (k + 1) * (k + 1);
  }

  /// Position of a point of the cap's unit square [nm].
  dealii::Point<3> point(const dealii::Point<2> &p) const;

  /// Throws, on all ranks alike, if there are points that have no place.
  void check() const;

  /// How far inside the new cell a point is: the share of the new cell's area that is nearer to the
  /// edge (as if cells had the same area everywhere).
  static double share_outside(const dealii::Point<2> &p) {
    const double size = std::max(std::abs(2. * p[0] - 1.), std::abs(2. * p[1] - 1.));
    return 1. - size * size;
  }

  /// Coarse cell and place in it where the share @p share of the old cells' area is nearer to the
  /// outer edge, in the direction of the point @p p of the new cell.
  LateralPlace material(const dealii::Point<2> &p, const double share) const;

private:
  static constexpr unsigned int samples = 64, steps = 128, fit_samples = 48;

  // Edges of the new cell's unit square, anticlockwise from (0, 0), against the sense of the ring.
  dealii::Tensor<1, 3> edge_point(const unsigned int edge, const double along) const {
    const LateralPlace place = funnel.place(3 - edge, 1. - along, 1.);
    return old.value(place.cell, place.p).x;
  }
  dealii::Tensor<1, 2> lateral_edge(const unsigned int edge, const double along) const {
    return frame.lateral(edge_point(edge, along));
  }
  static double along_edge(const unsigned int edge, const dealii::Point<2> &p) {
    return edge == 0 ? p[0] : edge == 1 ? p[1] : edge == 2 ? 1. - p[0] : 1. - p[1];
  }
  // The edge that a point is in the sector of, and how far along it the ray from the middle through
  // the point ends.
  static std::pair<unsigned int, double> sector(const dealii::Point<2> &p);
  // Lateral coordinates of the cap's points: the Coons patch of the edges.
  dealii::Tensor<1, 2> coons_patch(const dealii::Point<2> &p) const;
  // The same for an edge without corners: a square with angles of 120 degrees in a ring.
  dealii::Tensor<1, 2> square_in_ring(const dealii::Point<2> &p) const;
  static bool at_edge(const unsigned int edge, const dealii::Point<2> &p);
  dealii::Point<3> middle_of_edge() const;

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

/// The cap of one cell that takes the place of the first row of four cells.
NeckCap single_cell_cap(const GatheredSurface &old, const std::vector<CellRing> &rows,
                        const dealii::Tensor<1, 3> &axis, const dealii::Tensor<1, 3> &neck,
                        double outward);

/// The cap that closes a side with an edge where the membrane is as little steep as possible (in a
/// few steps) and as few rows of cells are replaced as possible. Its bump is about the one it has
/// to have.
/// @param more the area that it has beyond that of the membrane it replaces [nm^2]
NeckCap best_cap(const GatheredSurface &old, const std::vector<CellRing> &rows,
                 const dealii::Tensor<1, 3> &axis, const dealii::Tensor<1, 3> &neck, double outward,
                 double more);
} // namespace fusogen

#endif
