// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Waist, lumen and resistance of necks against closed forms.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "cargo/lumen.h"
#include "geometry/neck.h"
#include "surfaces.h"

#include <boost/math/quadrature/gauss_kronrod.hpp>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

CurveSpline spline_of(const Profile &profile, int n_cells, CurveEnd first, CurveEnd last) {
  return CurveSpline(open_membrane(profile, n_cells, Edge::rim, Edge::rim)->curve_points(0), first,
                     last);
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_neck)

BOOST_AUTO_TEST_CASE(cylinder) {
  // No waist: every place is as steep as any other, and the formula of a cylinder in a wall holds.
  const double r = 2, L = 10;
  const Neck neck = find_neck(spline_of(tube(r, L), 16, CurveEnd::free, CurveEnd::free));
  BOOST_CHECK(!neck.has_waist);
  BOOST_CHECK_CLOSE(neck.radius, r, 1e-10);
  BOOST_CHECK_CLOSE(neck.resistance, (L + pi * r / 2) / (pi * r * r), 1e-8);
  BOOST_CHECK_CLOSE(neck.flow_resistance, 8 * L / (pi * std::pow(r, 4)) + 3 / (r * r * r), 1e-8);
}

BOOST_AUTO_TEST_CASE(catenoids) {
  for (const double a : {0.7, 2., 5.}) {
    const Neck neck =
        find_neck(spline_of(catenoid(a, 2.5 * a), 64, CurveEnd::free, CurveEnd::free));
    BOOST_CHECK(neck.has_waist);
    BOOST_CHECK_CLOSE(neck.radius, a, 1e-5);
    BOOST_CHECK_SMALL(neck.height / a, 1e-4);
    // It ends where sinh(z / a) = 4 / pi.
    const double x = 4 / pi, r_end = a * std::hypot(1, x);
    const double expected = 2 * (x / std::hypot(1, x) / (pi * a) + 1 / (4 * r_end));
    BOOST_CHECK_CLOSE(neck.resistance, expected, 0.1);
    // The flow's resistance counts to where sinh(z / a) = 16 / (9 pi).
    const double s = 16 / (9 * pi), t = s / std::hypot(1, s),
                 of_flow = 2 * (8 / pi * (t - t * t * t / 3) + 1.5 / std::pow(std::hypot(1, s), 3));
    BOOST_CHECK_CLOSE(neck.flow_resistance, of_flow / (a * a * a), 0.1);
  }
}

BOOST_AUTO_TEST_CASE(flow_through_hyperboloids) {
  // Stokes flow has the stream function zeta^3 - 3 zeta0^2 zeta in oblate spheroidal coordinates
  // with the wall at zeta0 (Sampson 1891), and the pressure of the first term, which is that of a
  // hole of the focal radius.
  for (const double zeta0 : {0.2, 0.5, 0.8, 0.95}) {
    const double focal = 2, a = focal * std::sqrt(1 - zeta0 * zeta0),
                 exact = 3 / (std::pow(focal, 3) * std::pow(1 - zeta0, 2) * (1 + 2 * zeta0));
    const Profile wall = Profile::parametric(
        [&](const double u) {
          return CurveSample{a * std::cosh(u), focal * zeta0 * std::sinh(u),
                             a * std::sinh(u), focal * zeta0 * std::cosh(u),
                             a * std::cosh(u), focal * zeta0 * std::sinh(u)};
        },
        -2.5, 2.5);
    const Neck neck = find_neck(spline_of(wall, 128, CurveEnd::free, CurveEnd::free));
    BOOST_TEST_MESSAGE("hyperboloid, zeta0 = " << zeta0 << ": flow resistance "
                                               << neck.flow_resistance << ", exact " << exact);
    BOOST_CHECK_LT(neck.flow_resistance, 1.01 * exact);
    BOOST_CHECK_GT(neck.flow_resistance, 0.86 * exact);
  }
}

BOOST_AUTO_TEST_CASE(toroids) {
  for (const auto &[a, h] :
       std::vector<std::pair<double, double>>{{1, 1}, {1, 3}, {2, 3}, {5, 1}}) {
    const Neck neck =
        find_neck(spline_of(toroidal_neck(a, h), 64, CurveEnd::horizontal, CurveEnd::horizontal));
    BOOST_CHECK(neck.has_waist);
    BOOST_CHECK_CLOSE(neck.radius, a, 1e-5);
    BOOST_CHECK_SMALL(neck.height / h, 1e-4);
    // r = a + h - h cos(phi), z = h sin(phi); dr/dz = tan(phi) = 4 / pi at the end.
    const double end = std::atan(4 / pi), r_end = a + h - h * std::cos(end);
    const auto integrand = [a = a, h = h](double phi) {
      const double r = a + h - h * std::cos(phi);
      return h * std::cos(phi) / (pi * r * r);
    };
    const double expected =
        2 * (boost::math::quadrature::gauss_kronrod<double, 61>::integrate(integrand, 0., end) +
             1 / (4 * r_end));
    BOOST_CHECK_CLOSE(neck.resistance, expected, 0.1);
  }
}

BOOST_AUTO_TEST_CASE(omega_shapes) {
  for (const double r0 : {0.5, 1.5, 4.}) {
    const double R = 20, gap = 3, L = 150;
    const OmegaShape shape = omega(R, gap, r0, L);
    const Neck neck =
        find_neck(spline_of(shape.profile, 200, CurveEnd::horizontal, CurveEnd::horizontal));
    BOOST_CHECK(neck.has_waist);
    BOOST_CHECK_CLOSE(neck.radius, r0, 1e-3);
    BOOST_CHECK_SMALL((neck.height - shape.fillet_radius) / r0, 1e-2);
    // Volume above the waist: the fillet's part and the part of the ball above it.
    const Profile &p = shape.profile;
    const double waist = p.breaks()[1] + shape.fillet_radius * pi / 2, end = p.breaks()[2];
    const auto disc = [&](double u) { return pi * std::pow(p.point(u).r, 2) * p.tangent(u).z; };
    const double cut = p.point(end).z - (gap + R); // height over the ball's centre
    const double volume =
        boost::math::quadrature::gauss_kronrod<double, 61>::integrate(disc, waist, end) +
        pi * (2 * R * R * R / 3 - R * R * cut + cut * cut * cut / 3);
    BOOST_CHECK_CLOSE(neck.lumen_volume, volume, 0.05);
  }
  // After the waist is gone, the steepest point of the meridian takes its place.
  const Profile bump = Profile::parametric(
      [](const double r) {
        const double x = r / 50, y = 1 - x * x;
        return CurveSample{r, 5 * y * y, 1, -20 * x * y / 50, 0, 5 * (12 * x * x - 4) / 2500};
      },
      0, 50);
  const Neck flat =
      find_neck(spline_of(bump.reversed(), 64, CurveEnd::horizontal, CurveEnd::horizontal));
  BOOST_CHECK(!flat.has_waist);
  BOOST_CHECK_CLOSE(flat.radius, 50 / std::sqrt(3.), 0.1); // where z'' = 0
}

BOOST_AUTO_TEST_CASE(cargo_leaves_exponentially) {
  Neck neck;
  neck.resistance = 0.4;
  neck.lumen_volume = 30000;
  Lumen lumen(300);
  BOOST_CHECK_EQUAL(lumen.released(), 0.);
  for (int k = 0; k < 10; ++k)
    lumen.advance(neck, 2.);
  BOOST_CHECK_CLOSE(1 - lumen.released(), std::exp(-20. * 300 / (0.4 * 30000)), 1e-10);
  neck.lumen_volume = 0;
  lumen.advance(neck, 1e-3);
  BOOST_CHECK_EQUAL(lumen.released(), 1.);
}

BOOST_AUTO_TEST_SUITE_END()
