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
// |dz/dr| at which a cap may begin.
constexpr double slopes[] = {1., 0.8, 0.6, 0.45, 0.3, 0.2, 0.1};
// Bumps whose sizes differ by less than this share are about equal.
constexpr double about_equal = 0.1;

// int H^2 dA per du of a surface of revolution, r > 0.
double squared_curvature(const CurveSample &s) {
  const double speed = std::hypot(s.r1, s.z1),
               H = (s.r1 * s.z2 - s.z1 * s.r2) / (speed * speed * speed) + s.z1 / (s.r * speed);
  return 2. * pi * s.r * speed * H * H;
}

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
  double squared_curvature() const {
    return Gauss::integrate([&](const double r) { return fusogen::squared_curvature(at(r)); }, 0.,
                            radius);
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

struct CapAndEdge {
  double parameter; // of the curve where the cap begins
  Cap cap;
  double excess; // int H^2 dA of the cap less that of the wall it replaces
};

// The cap of the side that leaves the neck in this direction of the parameter.
std::optional<CapAndEdge> find_cap(const CurveSpline &omega, const Neck &neck, const int direction,
                                   const double slope) {
  const double end = direction < 0 ? 0. : omega.knots().back();
  // Samples are so fine that no wall between them is missed.
  const double step = 0.02 * std::max(neck.radius, 1e-3 * omega.knots().back());
  double t = neck.parameter, area = 0., wall = 0.;
  while ((end - t) * direction > step) {
    const double next = t + direction * step;
    const auto element = [&](const double u) {
      const CurveSample s = omega.at(u);
      return 2. * pi * s.r * std::hypot(s.r1, s.z1);
    };
    area += Gauss::integrate(element, std::min(t, next), std::max(t, next));
    wall += Gauss::integrate([&](const double u) { return squared_curvature(omega.at(u)); },
                             std::min(t, next), std::max(t, next));
    t = next;
    const CurveSample s = omega.at(t);
    if (direction * s.r1 <= 0. || std::abs(s.z1) > slope * std::abs(s.r1))
      continue;
    Cap cap{s.r, s.z, s.z1 / s.r1, 0.};
    // A bump away from the other side: down on the plasma membrane, up on the vesicle.
    const auto apart = find_bump(cap, area, direction), near = find_bump(cap, area, -direction);
    if (!apart && !near)
      return {};
    cap.bump = apart && (!near || std::abs(*apart) < (1. + about_equal) * std::abs(*near)) ? *apart
                                                                                           : *near;
    return CapAndEdge{t, cap, cap.squared_curvature() - wall};
  }
  return {};
}
} // namespace

SeparatedMeridians cut_at_neck(const CurveSpline &omega, const Neck &neck) {
  if (!neck.has_waist)
    throw std::invalid_argument("a membrane without a neck cannot be cut");
  const auto side = [&](const int direction) {
    std::optional<CapAndEdge> best;
    for (const double slope : slopes)
      if (const auto found = find_cap(omega, neck, direction, slope);
          found && (!best || found->excess < best->excess))
        best = found;
    if (!best)
      throw std::invalid_argument("the membrane at the neck is not enough to close both sides");
    return *best;
  };
  const CapAndEdge lower = side(-1), upper = side(1);
  const auto wall = [omega](const double t) { return omega.at(t); };
  const auto cap = [](const Cap &c) {
    return Profile::parametric([c](const double r) { return c.at(r); }, 0., c.radius);
  };
  return {Profile::parametric(wall, 0., lower.parameter).joined(cap(lower.cap).reversed()),
          cap(upper.cap).joined(Profile::parametric(wall, upper.parameter, omega.knots().back()))};
}
} // namespace fusogen
