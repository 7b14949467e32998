// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/meridian_cut.h"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/roots.hpp>

#include <cmath>
#include <optional>
#include <stdexcept>

namespace fusogen {
namespace {
constexpr double pi = 3.14159265358979323846;
// |dz/dr| at which a cap may begin, in the order in which they are tried.
constexpr double steepest[] = {1., 0.8, 0.6, 0.45, 0.3, 0.2, 0.1};
// Bumps whose sizes differ by less than this share are about equal.
constexpr double about_equal = 0.1;

using Gauss = boost::math::quadrature::gauss<double, 15>;

// The cap z = edge.z + slope (r^2 - c^2) / (2 c) + bump (1 - r^2/c^2)^2 inside the radius c.
struct Cap {
  double radius, height, slope, bump;

  double derivative(const double r) const {
    const double x = r / radius;
    return slope * x - 4. * bump / radius * x * (1. - x * x);
  }
  CurveSample at(const double r) const {
    const double x = r / radius, y = 1. - x * x;
    return {r,  height - 0.5 * slope * radius * y + bump * y * y,
            1., derivative(r),
            0., slope / radius - 4. * bump / (radius * radius) * (1. - 3. * x * x)};
  }
  double area() const {
    return 2. * pi *
           Gauss::integrate([&](const double r) { return r * std::hypot(1., derivative(r)); }, 0.,
                            radius);
  }
};

// The bump with which the cap has the area, on the side of this sign.
std::optional<double> find_bump(Cap cap, const double area, const int sign) {
  const auto excess = [&](const double size) {
    cap.bump = sign * size;
    return cap.area() - area;
  };
  // The area falls to its least value on the side where the bump makes the plate flatter.
  double low = 0.;
  if (excess(0.) > 0.) {
    const double flat = 0.25 * std::abs(cap.slope) * cap.radius;
    double best = excess(0.);
    for (int i = 1; i <= 40; ++i)
      if (const double size = flat * i / 10.; excess(size) < best) {
        best = excess(size);
        low = size;
      }
    if (best > 0.)
      return {};
  }
  double high = std::max(2. * low, 1e-3 * cap.radius);
  for (int i = 0; i < 60 && excess(high) < 0.; ++i)
    high *= 1.5;
  if (excess(high) < 0.)
    return {};
  std::uintmax_t iterations = 200;
  const auto root = boost::math::tools::toms748_solve(
      excess, low, high, boost::math::tools::eps_tolerance<double>(50), iterations);
  return sign * 0.5 * (root.first + root.second);
}

// The cap of the side that leaves the neck in this direction of the parameter, and where it begins.
std::optional<std::pair<double, Cap>> find_cap(const CurveSpline &omega, const Neck &neck,
                                               const int direction, const double steep) {
  const double end = direction < 0 ? 0. : omega.knots().back();
  // Samples are so fine that no wall between them is missed.
  const double step = 0.02 * std::max(neck.radius, 1e-3 * omega.knots().back());
  double t = neck.parameter, area = 0.;
  while ((end - t) * direction > step) {
    const double next = t + direction * step;
    const auto element = [&](const double u) {
      const CurveSample s = omega.at(u);
      return 2. * pi * s.r * std::hypot(s.r1, s.z1);
    };
    area += Gauss::integrate(element, std::min(t, next), std::max(t, next));
    t = next;
    const CurveSample s = omega.at(t);
    if (direction * s.r1 <= 0. || std::abs(s.z1) > steep * std::abs(s.r1))
      continue;
    Cap cap{s.r, s.z, s.z1 / s.r1, 0.};
    // A bump away from the other side: down on the plasma membrane, up on the vesicle.
    const auto apart = find_bump(cap, area, direction), near = find_bump(cap, area, -direction);
    if (!apart && !near)
      return {};
    cap.bump = apart && (!near || std::abs(*apart) < (1. + about_equal) * std::abs(*near)) ? *apart
                                                                                           : *near;
    return std::make_pair(t, cap);
  }
  return {};
}
} // namespace

SeparatedMeridians cut_at_neck(const CurveSpline &omega, const Neck &neck) {
  if (!neck.has_waist)
    throw std::invalid_argument("a membrane without a neck cannot be cut");
  const auto side = [&](const int direction) {
    for (const double steep : steepest)
      if (const auto found = find_cap(omega, neck, direction, steep))
        return *found;
    throw std::invalid_argument("the membrane at the neck is not enough to close both sides");
  };
  const auto [below, lower] = side(-1);
  const auto [above, upper] = side(1);
  const auto wall = [omega](const double t) { return omega.at(t); };
  const auto cap = [](const Cap &c) {
    return Profile::parametric([c](const double r) { return c.at(r); }, 0., c.radius);
  };
  return {Profile::parametric(wall, 0., below).joined(cap(lower).reversed()),
          cap(upper).joined(Profile::parametric(wall, above, omega.knots().back()))};
}
} // namespace fusogen
