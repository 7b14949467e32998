// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/neck.h"

#include <boost/math/tools/minima.hpp>

#include <cmath>

namespace fusogen {
namespace {
constexpr double pi = 3.14159265358979323846;
constexpr int samples_per_knot = 4;
constexpr double round_off = 1e-12; // of a radius
} // namespace

Neck find_neck(const CurveSpline &curve) {
  const std::vector<double> &knots = curve.knots();
  std::vector<double> t;
  for (std::size_t k = 0; k + 1 < knots.size(); ++k)
    for (int j = 0; j < samples_per_knot; ++j)
      t.push_back(knots[k] + (knots[k + 1] - knots[k]) * j / samples_per_knot);
  t.push_back(knots.back());

  const auto radius = [&](const double u) { return curve.at(u).r; };
  const auto flatness = [&](const double u) {
    const CurveSample s = curve.at(u);
    return -s.z1 / std::hypot(s.r1, s.z1);
  };

  // The waist is the deepest valley of the radius between two wider places. Ripples of an
  // undulating membrane are shallower.
  Neck neck;
  std::size_t steepest = t.size() - 1, centre = 0;
  std::vector<double> widest_before(t.size());
  for (std::size_t i = 0; i < t.size(); ++i)
    widest_before[i] = i == 0 ? radius(t[i]) : std::max(widest_before[i - 1], radius(t[i]));
  double widest_behind = radius(t.back()), deepest = 0.;
  for (std::size_t i = t.size(); i-- > 0;) {
    const double r = radius(t[i]);
    widest_behind = std::max(widest_behind, r);
    const double depth = std::min(widest_before[i], widest_behind) - r;
    if (depth > std::max(deepest, round_off * widest_behind)) {
      deepest = depth;
      centre = i;
    }
  }
  if (centre > 0)
    neck.has_waist = true;
  else {
    for (std::size_t k = 0; k < t.size(); ++k)
      if (flatness(t[k]) < flatness(t[steepest]))
        steepest = k;
    centre = steepest;
  }
  const double low = t[centre > 0 ? centre - 1 : 0], high = t[std::min(centre + 1, t.size() - 1)];
  neck.parameter = neck.has_waist
                       ? boost::math::tools::brent_find_minima(
                             radius, low, high, std::numeric_limits<double>::digits / 2)
                             .first
                       : boost::math::tools::brent_find_minima(
                             flatness, low, high, std::numeric_limits<double>::digits / 2)
                             .first;
  const CurveSample s = curve.at(neck.parameter);
  neck.radius = s.r;
  neck.height = s.z;
  neck.middle = dealii::Point<3>(0., 0., s.z);

  // Trapezoidal sums over the samples; the spline is smooth and finely sampled.
  // The sum of what the neck and the access beyond its end resist is largest where the slope dr/dz
  // has its end value.
  const auto walk = [&](const int direction, const double end_slope, const auto &per_length,
                        const auto &access) {
    double resistance = 0.;
    CurveSample last = s;
    for (std::ptrdiff_t k = centre; k >= 0 && k < std::ptrdiff_t(t.size()); k += direction) {
      const CurveSample next = curve.at(t[k]);
      if ((t[k] - neck.parameter) * direction <= 0.)
        continue;
      const double slope = std::abs(next.r - last.r) / std::max(1e-300, std::abs(next.z - last.z));
      if (slope > end_slope)
        break;
      resistance += 0.5 * (per_length(last.r) + per_length(next.r)) * std::abs(next.z - last.z);
      last = next;
    }
    return resistance + access(last.r);
  };
  for (const int direction : {+1, -1}) {
    neck.resistance += walk(
        direction, 4. / pi, [](const double r) { return 1. / (pi * r * r); },
        [](const double r) { return 1. / (4. * r); });
    neck.flow_resistance += walk(
        direction, 16. / (9. * pi), [](const double r) { return 8. / (pi * std::pow(r, 4)); },
        [](const double r) { return 3. / (2. * r * r * r); });
  }

  CurveSample last = s;
  for (std::size_t k = 0; k < t.size(); ++k)
    if (t[k] > neck.parameter) {
      const CurveSample next = curve.at(t[k]);
      // Exact for a frustum of a cone.
      neck.lumen_volume +=
          pi * (last.r * last.r + last.r * next.r + next.r * next.r) / 3. * (next.z - last.z);
      last = next;
    }
  neck.lumen_volume = std::max(neck.lumen_volume, 0.);
  return neck;
}
} // namespace fusogen
