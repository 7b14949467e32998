// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CELL_MAP_H
#define FUSOGEN_GEOMETRY_CELL_MAP_H

#include <deal.II/base/point.h>
#include <deal.II/base/polynomial.h>
#include <deal.II/base/symmetric_tensor.h>

#include <array>
#include <vector>

namespace fusogen {
/// What all cells of one degree have in common: the nodes of the reference cell and the polynomials
/// through them.
template <int dim> class CellNodes {
public:
  explicit CellNodes(unsigned int degree);

  unsigned int n_nodes_1d() const { return basis.size(); }
  unsigned int n_nodes() const { return points.size(); }
  /// Node number @p node, in the order of the membrane's cell_positions().
  const dealii::Point<dim> &point(unsigned int node) const { return points[node]; }
  /// The node at place (i, j) of the tensor product, j running slower.
  unsigned int node(unsigned int lexicographic) const { return node_at[lexicographic]; }
  const dealii::Polynomials::Polynomial<double> &polynomial(unsigned int i) const {
    return basis[i];
  }

private:
  std::vector<dealii::Point<dim>> points;
  std::vector<unsigned int> node_at;
  std::vector<dealii::Polynomials::Polynomial<double>> basis;
};

/// The map from the reference cell to one curved cell of a membrane.
template <int dim> class CellMap {
public:
  static constexpr int spacedim = dim + 1;
  using Position = dealii::Tensor<1, spacedim>;

  /// Position [nm] and its derivatives by the reference coordinates.
  struct Value {
    Position x;
    std::array<Position, dim> first;
    std::array<std::array<Position, dim>, dim> second;
  };

  /// @param nodal as Membrane::cell_positions() gives it: [node * spacedim + component]
  CellMap(const CellNodes<dim> &nodes, const std::vector<double> &nodal);

  Value value(const dealii::Point<dim> &xi) const;
  Position node(unsigned int a) const;

  /// Reference coordinates of a point of the cell, its edges included, than which none in its
  /// neighbourhood is closer to @p y. The search, a projected Newton method (D. P. Bertsekas, SIAM
  /// J. Control Optim. 20, 221, 1982), starts at the node next to y; in a cell that is not folded
  /// up it finds the closest point of all.
  dealii::Point<dim> closest(const Position &y) const;

private:
  const CellNodes<dim> &nodes;
  const std::vector<double> &nodal;
};
} // namespace fusogen

#endif
