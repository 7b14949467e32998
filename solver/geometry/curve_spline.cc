// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/curve_spline.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
namespace {
// Second derivatives of the cubic spline through (t, y); at each end either the first derivative or
// the second one is zero. Thomas algorithm on the usual tridiagonal system.
std::vector<double> spline_second_derivatives(const std::vector<double> &t,
                                              const std::vector<double> &y, const bool flat_first,
                                              const bool flat_last) {
  const std::size_t n = t.size();
  std::vector<double> lower(n, 0.), diagonal(n, 1.), upper(n, 0.), right(n, 0.);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double h0 = t[i] - t[i - 1], h1 = t[i + 1] - t[i];
    lower[i] = h0 / 6.;
    diagonal[i] = (h0 + h1) / 3.;
    upper[i] = h1 / 6.;
    right[i] = (y[i + 1] - y[i]) / h1 - (y[i] - y[i - 1]) / h0;
  }
  if (flat_first) {
    const double h = t[1] - t[0];
    diagonal[0] = h / 3.;
    upper[0] = h / 6.;
    right[0] = (y[1] - y[0]) / h;
  }
  if (flat_last) {
    const double h = t[n - 1] - t[n - 2];
    diagonal[n - 1] = h / 3.;
    lower[n - 1] = h / 6.;
    right[n - 1] = -(y[n - 1] - y[n - 2]) / h;
  }
  for (std::size_t i = 1; i < n; ++i) {
    const double factor = lower[i] / diagonal[i - 1];
    diagonal[i] -= factor * upper[i - 1];
    right[i] -= factor * right[i - 1];
  }
  std::vector<double> m(n);
  for (std::size_t i = n; i-- > 0;)
    m[i] = (right[i] - (i + 1 < n ? upper[i] * m[i + 1] : 0.)) / diagonal[i];
  return m;
}
} // namespace

CurveSpline::CurveSpline(const std::vector<dealii::Point<2>> &points, const CurveEnd first,
                         const CurveEnd last) {
  parameters.push_back(0.);
  for (std::size_t i = 1; i < points.size(); ++i)
    parameters.push_back(parameters.back() + points[i].distance(points[i - 1]));
  for (const auto &p : points) {
    r.values.push_back(p[0]);
    z.values.push_back(p[1]);
  }
  r.second_derivatives = spline_second_derivatives(
      parameters, r.values, first == CurveEnd::vertical, last == CurveEnd::vertical);
  z.second_derivatives = spline_second_derivatives(
      parameters, z.values, first == CurveEnd::horizontal, last == CurveEnd::horizontal);
}

CurveSample CurveSpline::at(const double t) const {
  const double inside = std::clamp(t, 0., parameters.back());
  const std::size_t i = std::min<std::size_t>(
      std::max<std::ptrdiff_t>(std::upper_bound(parameters.begin(), parameters.end(), inside) -
                                   parameters.begin() - 1,
                               0),
      parameters.size() - 2);
  const double h = parameters[i + 1] - parameters[i];
  const double b = (inside - parameters[i]) / h, a = 1. - b;
  const auto evaluate = [&](const Coordinate &c, double &y, double &y1, double &y2) {
    const double m0 = c.second_derivatives[i], m1 = c.second_derivatives[i + 1];
    y = a * c.values[i] + b * c.values[i + 1] +
        ((a * a * a - a) * m0 + (b * b * b - b) * m1) * h * h / 6.;
    y1 = (c.values[i + 1] - c.values[i]) / h +
         ((1. - 3. * a * a) * m0 + (3. * b * b - 1.) * m1) * h / 6.;
    y2 = a * m0 + b * m1;
  };
  CurveSample s;
  evaluate(r, s.r, s.r1, s.r2);
  evaluate(z, s.z, s.z1, s.z2);
  if (t != inside) {
    s.r += (t - inside) * s.r1;
    s.z += (t - inside) * s.z1;
    s.r2 = s.z2 = 0.;
  }
  return s;
}

std::array<double, 2> CurveSpline::curvatures(const double t) const {
  const CurveSample s = at(t);
  const double speed = std::hypot(s.r1, s.z1);
  return {(s.r1 * s.z2 - s.z1 * s.r2) / (speed * speed * speed),
          s.r > 1e-9 * parameters.back() ? s.z1 / (speed * s.r) : 0.};
}

double CurveSpline::largest_curvature(const double t) const {
  const auto [meridian, hoop] = curvatures(t);
  return std::max(std::abs(meridian), std::abs(hoop));
}
} // namespace fusogen
