// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_SURGERY_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_SURFACE_SURGERY_H

#include "geometry/topology/gathered_surface.h"

#include <deal.II/grid/cell_id.h>

#include <functional>
#include <memory>
#include <vector>

namespace fusogen {
/// A surface in space whose coarse mesh has been cut open and put together anew: some coarse cells
/// of an old surface are kept, with their refinement trees and the values on them, others are new.
/// Everything here is the same on all ranks, except for the membrane that is built in the end.
class SurfaceSurgery {
public:
  static constexpr unsigned int invalid = dealii::numbers::invalid_unsigned_int;

  /// A coarse cell of the new surface.
  struct Cell {
    /// For a kept cell as in the old coarse mesh; for a new one in the order (0,0), (1,0), (0,1),
    /// (1,1) of its unit square, (x1 - x0) x (x2 - x0) pointing outward.
    std::array<unsigned int, 4> corners;
    unsigned int old_cell = invalid; ///< its number in the old coarse mesh
    unsigned int side = 0;           ///< a mark of the caller's
    /// The part of an old cell without refinement that is kept: two opposite corners in the unit
    /// square. It has the shape and the fields that were there.
    std::array<dealii::Point<2>, 2> part = {{dealii::Point<2>(0., 0.), dealii::Point<2>(1., 1.)}};

    /// The point of the old cell at the point @p p of this one.
    dealii::Point<2> in_old_cell(const dealii::Point<2> &p) const {
      return {part[0][0] + (part[1][0] - part[0][0]) * p[0],
              part[0][1] + (part[1][1] - part[0][1]) * p[1]};
    }
  };

  /// Position [nm] of a point of the unit square (in the order of Cell::corners) of a cell.
  using Geometry = QuadMesh::Geometry;

  /// @param vertices the old ones, followed by new ones; those that no cell uses are dropped.
  /// Connected pieces with a rim become plasma membrane, closed ones vesicles.
  SurfaceSurgery(const GatheredSurface &old, const std::vector<dealii::Point<3>> &vertices,
                 const std::vector<Cell> &cells);
  SurfaceSurgery(const SurfaceSurgery &) = delete;

  /// The new coarse mesh; its cells are in the order of the constructor's list.
  const CoarseMesh<2> &coarse_mesh() const { return mesh; }

  /// Refines the new cells, to begin with @p least_level times, until they are nowhere coarser than
  /// their kept neighbours and, for the shape @p geometry, the size of each cell times the largest
  /// principal curvature on it is at most @p largest_angle (it is at most @p most_levels times as
  /// fine). Where that makes neighbours in the kept cells too coarse, those are refined too, which
  /// does not change their shape.
  void resolve(const Geometry &geometry, unsigned int least_level, double largest_angle,
               unsigned int most_levels);

  /// The membrane, with positions yet to be set; collective.
  std::unique_ptr<Membrane<2>> build(MPI_Comm communicator) const;

  /// Puts the nodes of @p membrane (from build()) where @p geometry says; collective.
  void place(Membrane<2> &membrane, const Geometry &geometry) const;

  /// Area on all cells with the mark @p side [nm^2]; collective.
  double area(const Membrane<2> &membrane, unsigned int side) const;

  /// Value of scalar field @p field at a point of a cell.
  using Scalar =
      std::function<double(unsigned int field, unsigned int cell, const dealii::Point<2> &)>;

  struct Fields {
    Vector material_area;                                                 ///< ghosted
    std::vector<Vector> fractions, contents, densities, density_contents; ///< ghosted
  };
  /// The fields on the new surface; collective. The material of kept cells stays on them, that of
  /// the others spreads evenly over the new cells; the sum stays. Fractions are @p scalar at the
  /// nodes of new cells. Then, at nodes that touch none but new cells, c becomes
  ///   c e^m / (1 - c + c e^m)
  /// with m such that the amount is that of @p carried: 0 and 1 stay, and of two species that fill
  /// a leaflet both are changed by the same. Densities are changed there in proportion to their
  /// size instead. The contents are int c q_j dA.
  Fields carry_fields(const Membrane<2> &membrane, const FieldsThroughEvent &carried,
                      const Scalar &scalar) const;

  /// Number of coarse cell and vertex of the new surface by that of the old one (for vertices, and
  /// for new ones, by their place in the constructor's list); invalid if it is gone.
  std::vector<unsigned int> new_cell_numbers() const;
  const std::vector<unsigned int> &new_vertex_numbers() const { return vertex_numbers; }

private:
  using Serial = dealii::Triangulation<2, 3>;
  // Coarse cell and the place of a point of a cell in the unit square of Cell::corners.
  std::pair<unsigned int, dealii::Point<2>> in_coarse_cell(const dealii::CellId &id,
                                                           dealii::Point<2> xi) const;
  bool refine(const std::function<bool(const Serial::active_cell_iterator &)> &wanted);

  const GatheredSurface &old;
  std::vector<Cell> cells;
  CoarseMesh<2> mesh;
  std::vector<unsigned int> vertex_numbers;
  /// Where the corners of the cells of `mesh` lie in the unit squares of `cells`.
  std::vector<std::array<dealii::Point<2>, 4>> turned;
  Serial tria;
};
} // namespace fusogen

#endif
