// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/shapes.h"

#include "geometry/impossible.h"
#include <boost/math/constants/constants.hpp>
#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace fusogen {

namespace {

constexpr double pi = boost::math::constants::pi<double>();

void require_positive(double value, const char *what) {
  if (!(value > 0) || !std::isfinite(value))
    fail("The ", what, " must be positive and finite, not ", value, '.');
}

void require_reduced_volume(double v) {
  if (!(v > 0 && v <= 1))
    fail("A reduced volume lies between 0 (excluded) and 1, not at ", v, '.');
}

/// The root of f in [low, high], where f changes sign, to about rounding error.
template <class F> double root(const F &f, double low, double high) {
  const double at_low = f(low), at_high = f(high);
  if (at_low == 0)
    return low;
  if (at_high == 0)
    return high;
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(52), iterations);
  const double a = bracket.first, b = bracket.second;
  return std::abs(f(a)) < std::abs(f(b)) ? a : b;
}

/// asin(e) / e for e^2 = x in [0, 1]
double asin_ratio(double x) {
  const double e = std::sqrt(x);
  return x < 1e-8 ? 1 + x / 6 : std::asin(e) / e;
}

/// atanh(e) / e for e^2 = 1 - q^2, given q in (0, 1]
double atanh_ratio(double q) {
  const double x = (1 - q) * (1 + q), e = std::sqrt(x);
  // atanh(e) = log((1 + e) / q) since (1 - e)(1 + e) = q^2
  return x < 1e-8 ? 1 + x / 3 : std::log((1 + e) / q) / e;
}

/// The quarter ellipse from (start, 0), vertical, to (start + width, height), horizontal.
Profile elliptic_quarter(double start, double width, double height) {
  return Profile::parametric(
      [=](double t) {
        const double c = std::cos(t), s = std::sin(t);
        return CurveSample{
            start + width * (1 - c), height * s, width * s, height * c, width * c, -height * s};
      },
      0, pi / 2);
}

} // namespace

Profile sphere(double radius) {
  require_positive(radius, "radius of a sphere");
  return Profile::arc({0, 0}, radius, -pi / 2, pi / 2);
}

double spheroid_area(SpheroidAxes axes) {
  const double a = axes.a, c = axes.c;
  require_positive(a, "equatorial semi-axis");
  require_positive(c, "polar semi-axis");
  if (c >= a)
    return 2 * pi * a * (a + c * asin_ratio((1 - a / c) * (1 + a / c)));
  return 2 * pi * (a * a + c * c * atanh_ratio(c / a));
}

SpheroidAxes spheroid_axes(double R, double v, SpheroidKind kind) {
  require_positive(R, "radius of the sphere of equal area");
  require_reduced_volume(v);
  if (v < 0.01)
    fail("A spheroid of reduced volume ", v, " is too thin; the smallest is 0.01.");
  // x = a / c (prolate) or c / a (oblate), in (0, 1]; the reduced volume grows with x.
  const auto axes = [kind](double x) {
    return kind == SpheroidKind::prolate ? SpheroidAxes{x, 1} : SpheroidAxes{1, x};
  };
  const auto excess = [&](double log_x) {
    const SpheroidAxes s = axes(std::exp(log_x));
    return s.a * s.a * s.c / std::pow(spheroid_area(s) / (4 * pi), 1.5) - v;
  };
  const double x = v == 1 || excess(0) <= 0 ? 1.0 : std::exp(root(excess, std::log(1e-6), 0.0));
  SpheroidAxes s = axes(x);
  const double factor = R / std::sqrt(spheroid_area(s) / (4 * pi));
  s.a *= factor;
  s.c *= factor;
  return s;
}

Profile spheroid(SpheroidAxes axes) {
  require_positive(axes.a, "equatorial semi-axis");
  require_positive(axes.c, "polar semi-axis");
  const double a = axes.a, c = axes.c;
  return Profile::parametric(
      [=](double t) {
        const double n = std::sin(t), m = std::cos(t);
        return CurveSample{a * m, c * n, -a * n, c * m, -a * m, -c * n};
      },
      -pi / 2, pi / 2);
}

Profile prolate(double R, double v) { return spheroid(spheroid_axes(R, v, SpheroidKind::prolate)); }

Profile oblate(double R, double v) { return spheroid(spheroid_axes(R, v, SpheroidKind::oblate)); }

std::array<double, 3> on_spheroid(SpheroidAxes axes, std::array<double, 3> n) {
  const double norm = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  if (!(norm > 0) || !std::isfinite(norm))
    fail("A direction on the unit sphere must be finite and not zero.");
  return {axes.a * (n[0] / norm), axes.a * (n[1] / norm), axes.c * (n[2] / norm)};
}

Profile stomatocyte(double R, double v, double opening) {
  require_positive(R, "radius of the sphere of equal area");
  require_reduced_volume(v);
  if (!(opening > 0 && opening < 1))
    fail("The opening of a stomatocyte must lie between 0 and 1 mean radii, not at ", opening, '.');
  // Mean radius 1, spheres of radii 1 +- b, lip of radius b centred at polar angle alpha from +z
  // with sin(alpha) = opening + b.
  const auto shape = [opening](double b) {
    const double alpha = std::asin(std::min(opening + b, 1.0));
    const double n = std::sin(alpha), m = std::cos(alpha);
    return Profile::arc({0, 0}, 1 + b, -pi / 2, pi / 2 - alpha)
        .joined(Profile::arc({n, m}, b, pi / 2 - alpha, 3 * pi / 2 - alpha))
        .joined(Profile::arc({0, 0}, 1 - b, pi / 2 - alpha, -pi / 2));
  };
  const auto excess = [&](double b) { return shape(b).reduced_volume() - v; };
  const double thinnest = 1e-4, thickest = std::min(1 - opening, 0.98);
  if (excess(thinnest) > 0 || excess(thickest) < 0)
    fail("A stomatocyte with opening ", opening, " has a reduced volume between ",
         excess(thinnest) + v, " and ", excess(thickest) + v, ", not ", v, '.');
  const Profile result = shape(root(excess, thinnest, thickest));
  return result.scaled(R / std::sqrt(result.area() / (4 * pi)));
}

Profile mode(double R, int l, double amplitude) {
  require_positive(R, "radius");
  if (l < 0 || l > 1000)
    fail("The degree of a mode lies between 0 and 1000, not at ", l, '.');
  struct Legendre {
    double p, d, dd;
  };
  const auto legendre = [l](double x) {
    Legendre before{0, 0, 0}, now{1, 0, 0};
    for (int n = 0; n < l; ++n) {
      const Legendre next{((2 * n + 1) * x * now.p - n * before.p) / (n + 1),
                          before.d + (2 * n + 1) * now.p, before.dd + (2 * n + 1) * now.d};
      before = now;
      now = next;
    }
    return now;
  };
  const int samples = 40 * (l + 1);
  for (int i = 0; i <= samples; ++i)
    if (!(1 + amplitude * legendre(std::cos(pi * i / samples)).p > 0))
      fail("The amplitude ", amplitude, " of mode ", l, " makes the radius negative.");
  // t is the latitude: x = cos(theta) = sin(t), rho(t) = 1 + a P_l(sin t)
  const Profile unit = Profile::parametric(
      [=](double t) {
        const double n = std::sin(t), m = std::cos(t);
        const Legendre f = legendre(n);
        const double q = 1 + amplitude * f.p, q1 = amplitude * f.d * m,
                     q2 = amplitude * (f.dd * m * m - f.d * n);
        return CurveSample{q * m,
                           q * n,
                           q1 * m - q * n,
                           q1 * n + q * m,
                           (q2 - q) * m - 2 * q1 * n,
                           (q2 - q) * n + 2 * q1 * m};
      },
      -pi / 2, pi / 2);
  return unit.scaled(R / std::sqrt(unit.area() / (4 * pi)));
}

Profile capped_tube(double R, double v) {
  require_positive(R, "radius of the sphere of equal area");
  require_reduced_volume(v);
  if (v == 1)
    return sphere(R);
  // x^3 - 3 x + 2 v = 0 for x = rho / R: x = 2 cos(phi) with cos(3 phi) = -v
  const double x = 2 * std::cos((2 * pi - std::acos(-v)) / 3);
  const double rho = R * x, half = R * (1 - x) * (1 + x) / x;
  if (!(half > 1e-6 * R)) // 1 - v is below 1e-12 then
    return sphere(R);
  return Profile::arc({0, -half}, rho, -pi / 2, 0)
      .joined(Profile::line({rho, -half}, {rho, half}))
      .joined(Profile::arc({0, half}, rho, 0, pi / 2));
}

Profile joined_spheres(double R1, double R2, double a) {
  require_positive(a, "radius of the shared circle");
  if (!(R1 > a && R2 > a))
    fail("Two spheres of radii ", R1, " and ", R2, " nm cannot share a circle of radius ", a,
         " nm.");
  const double z1 = std::sqrt((R1 - a) * (R1 + a)), z2 = std::sqrt((R2 - a) * (R2 + a));
  return Profile::arc({0, -z1}, R1, -pi / 2, std::atan2(z1, a))
      .joined(Profile::arc({0, z2}, R2, -std::atan2(z2, a), pi / 2));
}

Profile joined_equal_spheres(double R, double half_angle) {
  require_positive(R, "radius of the spheres");
  if (!(half_angle > 0 && half_angle < pi / 2))
    fail("The half angle of the shared circle lies between 0 and pi/2, not at ", half_angle, '.');
  return joined_spheres(R, R, R * std::sin(half_angle));
}

Profile tube(double radius, double length) {
  require_positive(radius, "radius of a tube");
  require_positive(length, "length of a tube");
  return Profile::line({radius, -length / 2}, {radius, length / 2});
}

Profile catenoid(double waist, double half_height) {
  require_positive(waist, "waist of a catenoid");
  require_positive(half_height, "half height of a catenoid");
  return Profile::catenary(waist, half_height);
}

Profile toroidal_neck(double a, double h) {
  require_positive(a, "radius of a neck");
  require_positive(h, "half separation of a neck");
  return Profile::arc({a + h, 0}, h, 3 * pi / 2, pi / 2);
}

Profile half_toroidal_neck(double a, double h, double rim) {
  require_positive(a, "radius of a neck");
  require_positive(h, "half separation of a neck");
  if (!(rim > a) || !std::isfinite(rim))
    fail("The rim of a neck at ", rim, " nm must lie outside its radius of ", a, " nm.");
  if (rim - (a + h) < 0.1 * h) {
    if (std::abs(rim - (a + h)) < 1e-9 * h)
      return Profile::arc({a + h, 0}, h, pi, pi / 2);
    return elliptic_quarter(a, rim - a, h);
  }
  return planar_neck_side(a, h, rim);
}

Profile planar_neck_side(double neck, double fillet, double rim) {
  require_positive(neck, "radius of a neck");
  require_positive(fillet, "fillet radius of a neck");
  if (!(rim > neck + fillet) || !std::isfinite(rim))
    fail("The rim at ", rim, " nm must lie outside the fillet, which ends at ", neck + fillet,
         " nm.");
  return Profile::arc({neck + fillet, 0}, fillet, pi, pi / 2)
      .joined(Profile::line({neck + fillet, fillet}, {rim, fillet}));
}

Profile vesicle_side(double Rv, double neck, double fillet) {
  require_positive(Rv, "radius of a vesicle");
  require_positive(neck, "radius of a neck");
  const double rho = fillet == 0 ? neck : fillet;
  require_positive(rho, "fillet radius of a neck");
  // Sphere of radius Rs centred at (0, z), fillet centred at (neck + rho, 0); the line of centres
  // is inclined by psi, cos(psi) = (neck + rho) / (Rs + rho).
  const auto inclination = [=](double Rs) {
    return std::atan2(std::sqrt(std::max(Rs - neck, 0.0) * (Rs + neck + 2 * rho)), neck + rho);
  };
  const auto excess = [&](double Rs) {
    const double psi = inclination(Rs);
    return 2 * pi * Rs * Rs * (1 + std::sin(psi)) +
           2 * pi * rho * ((neck + rho) * psi - rho * std::sin(psi)) - 4 * pi * Rv * Rv;
  };
  if (!(excess(neck) < 0))
    fail("A vesicle of radius ", Rv, " nm has too little area for a neck of radius ", neck, " nm.");
  const double Rs = root(excess, neck, 2 * Rv), psi = inclination(Rs);
  const double z = (Rs + rho) * std::sin(psi);
  return Profile::arc({neck + rho, 0}, rho, pi, pi - psi)
      .joined(Profile::arc({0, z}, Rs, -psi, pi / 2));
}

Profile flat_disc(double radius) {
  require_positive(radius, "radius of a disc");
  return Profile::line({0, 0}, {radius, 0});
}

Profile annulus(double r_in, double r_out) {
  require_positive(r_in, "inner radius of an annulus");
  if (!(r_out > r_in) || !std::isfinite(r_out))
    fail("The outer radius ", r_out, " nm of an annulus must exceed the inner one, ", r_in, " nm.");
  return Profile::line({r_in, 0}, {r_out, 0});
}

namespace {

struct OmegaNumbers {
  double rho,
      psi; ///< fillet radius; inclination of the line from the fillet's to the sphere's centre
};

OmegaNumbers omega_numbers(double R, double g, double r0) {
  const double half = 2 * R + g - r0, constant = r0 * r0 + g * g + 2 * g * R;
  const double discriminant = half * half - constant;
  if (!(half > 0) || !(discriminant >= 0) || !(constant > 0))
    fail("No fillet joins a sphere of radius ", R, " nm at a gap of ", g,
         " nm with the plane through a neck of radius ", r0, " nm.");
  const double rho = constant / (half + std::sqrt(discriminant));
  if (!(rho < g + R))
    fail("A neck of radius ", r0, " nm is too wide for a sphere of radius ", R, " nm at a gap of ",
         g, " nm: its waist would lie above the equator.");
  return {rho, std::atan2(g + R - rho, r0 + rho)};
}

double omega_area(double R, double g, double r0, double L) {
  const OmegaNumbers x = omega_numbers(R, g, r0);
  const double c = r0 + x.rho, n = std::sin(x.psi);
  return pi * (L - c) * (L + c) + 2 * pi * x.rho * (c * (x.psi + pi / 2) - x.rho * (n + 1)) +
         2 * pi * R * R * (1 + n);
}

} // namespace

OmegaShape omega(double R, double g, double r0, double L) {
  require_positive(R, "radius of a vesicle");
  require_positive(r0, "radius of a neck");
  if (!std::isfinite(g))
    fail("The gap between vesicle and membrane must be finite.");
  const OmegaNumbers x = omega_numbers(R, g, r0);
  const double c = r0 + x.rho;
  if (!(L > c) || !std::isfinite(L))
    fail("The patch of radius ", L, " nm must reach beyond the fillet, which ends at ", c, " nm.");
  return {Profile::line({L, 0}, {c, 0})
              .joined(Profile::arc({c, x.rho}, x.rho, 3 * pi / 2, pi - x.psi))
              .joined(Profile::arc({0, g + R}, R, -x.psi, pi / 2)),
          R, x.rho};
}

OmegaShape omega_conserving_area(double R, double g, double r0, double L) {
  omega(R, g, r0, L); // reports impossible input
  const double wanted = 4 * pi * R * R + pi * L * L;
  const auto excess = [&](double x) { return omega_area(x, g, r0, L) - wanted; };
  double low = R, high = R, step = 1e-3 * R;
  const bool grow = excess(R) < 0;
  for (int i = 0; i < 60 && excess(low) * excess(high) > 0; ++i, step *= 1.5)
    (grow ? high : low) = grow ? high + step : std::max(low - step, 0.5 * low);
  if (excess(low) * excess(high) > 0)
    fail("No sphere radius near ", R, " nm conserves the area with a neck of radius ", r0, " nm.");
  const double sphere_radius = excess(R) == 0 ? R : root(excess, low, high);
  return omega(sphere_radius, g, r0, L);
}

} // namespace fusogen
