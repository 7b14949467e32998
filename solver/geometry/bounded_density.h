// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_BOUNDED_DENSITY_H
#define FUSOGEN_GEOMETRY_BOUNDED_DENSITY_H

#include "geometry/conforming_cell.h"
#include "geometry/membrane.h"

#include <functional>

namespace fusogen {
/// The continuous scalar space of a membrane, cell by cell, with what is needed for
/// transport that neither loses anything nor makes new extrema: flux-corrected transport with a
/// limiter for each cell (R. Loehner, K. Morgan, J. Peraire and M. Vahdati, Int. J. Numer. Methods
/// Fluids 7, 1093, 1987; S. T. Zalesak, J. Comput. Phys. 31, 335, 1979).
template <int dim> class BoundedDensity {
public:
  using Cell = typename Membrane<dim>::Cell;

  /// One owned cell: the degrees of freedom that its shape functions belong to and their mass
  /// matrix on the present shape.
  struct LocalCell : ConformingCell {
    LocalCell(const Cell &cell, const std::vector<Index> &local,
              const dealii::AffineConstraints<double> &constraints)
        : ConformingCell(local, constraints), cell(cell) {}
    Cell cell;
    dealii::FullMatrix<double> mass;
  };

  explicit BoundedDensity(const Membrane<dim> &membrane);

  const std::vector<LocalCell> &cells() const { return local_cells; }
  /// int q_j dA (owned); zero at hanging nodes.
  const Vector &lumped_mass() const { return masses; }

  /// int density q_j dA (owned), zero at hanging nodes. @p density is ghosted.
  Vector content(const Vector &density) const;

  /// content / mass at all nodes (ghosted), hanging ones included. Nodes without mass get 0.
  Vector quotient(const Vector &content, const Vector &mass) const;

  /// Starting from a density (ghosted, by @p mass) adds as much of the exchange between the nodes
  /// of each cell as leaves every node between the extrema @p low and @p high (ghosted, by cells:
  /// see bounds()). @p exchange gives what the nodes of a cell receive, which sums to zero, so that
  /// the total stays.
  Vector limited(const Vector &density, const Vector &mass, const std::pair<Vector, Vector> &bounds,
                 const std::function<std::vector<double>(const LocalCell &)> &exchange) const;

  /// The L2 projection (ghosted): the density with content(density) = @p content (owned). Sharp,
  /// but without bounds.
  Vector projected(const Vector &content) const;

  /// For each node the least and the largest value of several fields (ghosted) at the nodes of the
  /// cells around it.
  std::pair<Vector, Vector> bounds(const std::vector<const Vector *> &fields) const;

  /// The density whose lumped content is @p content (owned), sharp where that makes no new extrema:
  /// between the quotient of content and lumped mass, which smears fronts over a cell, and @p
  /// sharp (ghosted), a guess that need not have the right content. sum of lumped_mass() times the
  /// result = sum of @p content.
  Vector with_content(const Vector &content, const Vector &sharp) const;

  /// The density (owned) nearest to @p sharp (owned) that keeps to the bounds (least, largest) and
  /// has the total @p total: what clipping takes or gives is put where the density varies, in
  /// proportion to (density - least) (largest - density), which makes no new extrema beyond the
  /// bounds and leaves uniform parts alone.
  Vector clipped(const Vector &sharp, std::pair<double, double> bounds, double total) const;

  /// A density (owned) without bounds that has the total @p total: @p sharp (owned), and what it
  /// lacks in proportion to its size.
  Vector with_total(const Vector &sharp, double total) const;

  /// Values of a ghosted vector at the degrees of freedom of a cell.
  static std::vector<double> values(const LocalCell &cell, const Vector &field) {
    std::vector<double> result(cell.dofs.size());
    field.extract_subvector_to(cell.dofs.begin(), cell.dofs.end(), result.begin());
    return result;
  }

private:
  Vector ghosted(const Vector &owned) const;

  const Membrane<dim> &membrane;
  std::vector<LocalCell> local_cells;
  Vector masses;
};
} // namespace fusogen

#endif
