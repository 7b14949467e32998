// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_CURVE_SPLINE_H
#define FUSOGEN_GEOMETRY_CURVE_SPLINE_H

#include "geometry/profile.h"

#include <deal.II/base/point.h>

#include <array>
#include <vector>

namespace fusogen {
/// How a curve ends, as far as interpolation is concerned.
enum class CurveEnd {
  horizontal, ///< z' = 0 and r'' = 0: on the axis by symmetry, and at a rim of clamped slope
  vertical,   ///< r' = 0 and z'' = 0: at the waist of a neck
  free        ///< r'' = z'' = 0
};

/// A twice continuously differentiable curve (r, z) through the nodes of a meridian: cubic splines
/// over the chord length t [nm]. Beyond its ends it goes on straight.
class CurveSpline {
public:
  CurveSpline(const std::vector<dealii::Point<2>> &points, CurveEnd first, CurveEnd last);

  /// Chord length at the nodes; front() is 0.
  const std::vector<double> &knots() const { return parameters; }
  /// Point, first and second derivative by t.
  CurveSample at(double t) const;
  /// Curvature of the meridian and in the direction around the axis, with their signs [1/nm].
  std::array<double, 2> curvatures(double t) const;
  /// The larger of the two, by magnitude [1/nm].
  double largest_curvature(double t) const;

private:
  struct Coordinate {
    std::vector<double> values, second_derivatives;
  };
  std::vector<double> parameters;
  Coordinate r, z;
};
} // namespace fusogen

#endif
