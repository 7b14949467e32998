// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/cell_map.h"

#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_tools.h>

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

template <int dim>
CellNodes<dim>::CellNodes(const unsigned int degree)
    : points(FE_Q<dim>(degree).get_unit_support_points()),
      node_at(FETools::lexicographic_to_hierarchic_numbering<dim>(degree)) {
  std::vector<Point<1>> line(degree + 1);
  for (unsigned int i = 0; i <= degree; ++i)
    line[i][0] = points[node_at[i]][0];
  basis = Polynomials::generate_complete_Lagrange_basis(line);
}

template <int dim>
CellMap<dim>::CellMap(const CellNodes<dim> &nodes, const std::vector<double> &nodal)
    : nodes(nodes), nodal(nodal) {}

template <int dim> typename CellMap<dim>::Position CellMap<dim>::node(const unsigned int a) const {
  Position x;
  for (unsigned int c = 0; c < spacedim; ++c)
    x[c] = nodal[spacedim * a + c];
  return x;
}

template <int dim> typename CellMap<dim>::Value CellMap<dim>::value(const Point<dim> &xi) const {
  const unsigned int n = nodes.n_nodes_1d();
  constexpr unsigned int largest = 16;
  Assert(n <= largest, ExcInternalError());
  // Value, first and second derivative of the one-dimensional polynomials.
  std::array<std::array<std::array<double, 3>, largest>, dim> line;
  for (unsigned int d = 0; d < dim; ++d)
    for (unsigned int i = 0; i < n; ++i)
      nodes.polynomial(i).value(xi[d], 2, line[d][i].data());
  Value result;
  for (unsigned int k = 0; k < nodes.n_nodes(); ++k) {
    const Position x = node(nodes.node(k));
    if constexpr (dim == 1) {
      result.x += line[0][k][0] * x;
      result.first[0] += line[0][k][1] * x;
      result.second[0][0] += line[0][k][2] * x;
    } else {
      const auto &a = line[0][k % n], &b = line[1][k / n];
      result.x += a[0] * b[0] * x;
      result.first[0] += a[1] * b[0] * x;
      result.first[1] += a[0] * b[1] * x;
      result.second[0][0] += a[2] * b[0] * x;
      result.second[0][1] += a[1] * b[1] * x;
      result.second[1][1] += a[0] * b[2] * x;
    }
  }
  if constexpr (dim == 2)
    result.second[1][0] = result.second[0][1];
  return result;
}

template <int dim> Point<dim> CellMap<dim>::closest(const Position &y) const {
  unsigned int nearest = 0;
  for (unsigned int a = 1; a < nodes.n_nodes(); ++a)
    if ((node(a) - y).norm_square() < (node(nearest) - y).norm_square())
      nearest = a;
  Point<dim> xi = nodes.point(nearest);
  Value now = value(xi);

  constexpr unsigned int most_iterations = 50;
  for (unsigned int iteration = 0; iteration < most_iterations; ++iteration) {
    // Half the squared distance: gradient and Hessian. Coordinates that sit at an edge and want to
    // leave the cell are held.
    const Position gap = now.x - y;
    Tensor<1, dim> gradient, step;
    std::array<bool, dim> held;
    for (unsigned int d = 0; d < dim; ++d) {
      gradient[d] = now.first[d] * gap;
      held[d] = (xi[d] == 0. && gradient[d] >= 0.) || (xi[d] == 1. && gradient[d] <= 0.);
    }
    SymmetricTensor<2, dim> gauss, newton;
    for (unsigned int d = 0; d < dim; ++d)
      for (unsigned int e = d; e < dim; ++e) {
        const bool coupled = d == e || (!held[d] && !held[e]);
        gauss[d][e] = coupled ? now.first[d] * now.first[e] : 0.;
        newton[d][e] = coupled ? gauss[d][e] + now.second[d][e] * gap : 0.;
      }
    for (unsigned int d = 0; d < dim; ++d)
      if (held[d]) {
        gradient[d] = 0.;
        newton[d][d] = gauss[d][d];
      }
    // Where the squared distance is not convex the Gauss-Newton matrix takes the place.
    bool convex = determinant(newton) > 1e-8 * determinant(gauss);
    for (unsigned int d = 0; d < dim; ++d)
      convex = convex && newton[d][d] > 0.;
    const SymmetricTensor<2, dim> &matrix = convex ? newton : gauss;
    if (!(determinant(matrix) > 0.))
      break; // a degenerate cell
    step = -(invert(matrix) * gradient);

    const auto at = [&](const double t) {
      Point<dim> there;
      for (unsigned int d = 0; d < dim; ++d)
        there[d] = std::clamp(xi[d] + t * step[d], 0., 1.);
      return there;
    };
    double t = 1.;
    Point<dim> next = at(t);
    Value then = value(next);
    // Close to the end the decrease drowns in round-off, and Newton's steps are good.
    while (xi.distance(next) > 1e-7 &&
           0.5 * (then.x - y).norm_square() >
               0.5 * gap.norm_square() + 1e-4 * (gradient * (next - xi))) {
      t *= 0.5;
      next = at(t);
      then = value(next);
    }
    const double change = xi.distance(next);
    xi = next;
    now = then;
    if (change < 1e-13)
      break;
  }
  return xi;
}

template class CellNodes<1>;
template class CellNodes<2>;
template class CellMap<1>;
template class CellMap<2>;
} // namespace fusogen
