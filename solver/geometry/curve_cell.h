// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CURVE_CELL_H
#define FUSOGEN_GEOMETRY_CURVE_CELL_H

#include <deal.II/base/numbers.h>
#include <deal.II/base/polynomial.h>
#include <deal.II/base/quadrature_lib.h>

#include <cmath>
#include <vector>

namespace fusogen {
/// Interpolation on one cell of a meridian with nodes in curve order: node k of degree + 1
/// Gauss-Lobatto points, the reference coordinate xi from 0 to 1 along the curve.
class CurveCell {
public:
  explicit CurveCell(const unsigned int degree)
      : points(dealii::QGaussLobatto<1>(degree + 1).get_points()),
        basis(dealii::Polynomials::generate_complete_Lagrange_basis(points)) {}
  unsigned int n_nodes() const { return basis.size(); }
  double node(const unsigned int k) const { return points[k][0]; }
  double shape(const unsigned int k, const double xi) const { return basis[k].value(xi); }

  /// Sum of nodal values values(k) times shapes, and its derivative by xi if wanted.
  template <class Values>
  double value(const Values &values, const double xi, double *derivative = nullptr) const {
    double sum = 0., slope = 0.;
    std::vector<double> both(2);
    for (unsigned int k = 0; k < basis.size(); ++k) {
      basis[k].value(xi, both);
      sum += values(k) * both[0];
      slope += values(k) * both[1];
    }
    if (derivative != nullptr)
      *derivative = slope;
    return sum;
  }

  /// Calls f(xi, dA) at Gauss points of the piece [xi0, xi1]; dA = 2 pi r ds times the Gauss weight
  /// [nm^2]. points(k) gives node k of the cell.
  template <class Points, class Function>
  void integrate(const Points &points_of, const double xi0, const double xi1,
                 const Function &f) const {
    static const dealii::QGauss<1> gauss(6);
    for (unsigned int q = 0; q < gauss.size(); ++q) {
      const double xi = xi0 + (xi1 - xi0) * gauss.point(q)[0];
      double dr, dz;
      const double r = value([&](const unsigned int k) { return points_of(k)[0]; }, xi, &dr);
      value([&](const unsigned int k) { return points_of(k)[1]; }, xi, &dz);
      f(xi, 2. * dealii::numbers::PI * r * std::hypot(dr, dz) * (xi1 - xi0) * gauss.weight(q));
    }
  }

private:
  std::vector<dealii::Point<1>> points;
  std::vector<dealii::Polynomials::Polynomial<double>> basis;
};
} // namespace fusogen

#endif
