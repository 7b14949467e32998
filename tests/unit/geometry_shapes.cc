// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Shapes against closed forms, smoothness at joints, and the properties of graded nodes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/shapes.h"

#include "floating_point_traps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace fusogen;

namespace {

const double pi = std::acos(-1.0);

void check_close(double value, double expected, double relative) {
  BOOST_CHECK_MESSAGE(std::abs(value - expected) <= relative * std::abs(expected),
                      value << " differs from " << expected << " by "
                            << (value - expected) / expected << " relative");
}

double sphere_area(double r) { return 4 * pi * r * r; }

/// The arc length parametrisation is one, tangents are derivatives of points, and the curvature is
/// that of the tangents; pieces meet, with equal tangents unless kinks are allowed.
void check_consistency(const Profile &p, bool smooth = true) {
  const auto &b = p.breaks();
  BOOST_CHECK_EQUAL(b.front(), 0.0);
  BOOST_CHECK_EQUAL(b.back(), p.length());
  for (std::size_t i = 0; i + 1 < b.size(); ++i) {
    const double l = b[i + 1] - b[i];
    BOOST_REQUIRE(l > 0);
    for (const double x : {0.013, 0.2, 0.5, 0.77, 0.99}) {
      const double u = b[i] + x * l;
      const ProfilePoint t = p.tangent(u);
      BOOST_CHECK_SMALL(std::hypot(t.r, t.z) - 1, 1e-14);
      const double e = std::min({1e-4 * l, 0.01 / (p.curvature(u) + 1e-30), 0.005 * l});
      const auto d = [&](double h, auto f) { return (f(u + h) - f(u - h)) / (2 * h); };
      const auto richardson = [&](auto f) { return (4 * d(e / 2, f) - d(e, f)) / 3; };
      const double r1 = richardson([&](double w) { return p.point(w).r; });
      const double z1 = richardson([&](double w) { return p.point(w).z; });
      BOOST_CHECK_SMALL(std::hypot(r1 - t.r, z1 - t.z), 1e-8);
      const double r2 = richardson([&](double w) { return p.tangent(w).r; });
      const double z2 = richardson([&](double w) { return p.tangent(w).z; });
      BOOST_CHECK_SMALL(std::hypot(r2, z2) - p.curvature(u), 1e-6 * p.curvature(u) + 1e-9 / l);
      const double hoop = std::abs(t.z) / p.point(u).r;
      check_close(p.largest_curvature(u) + 1 / p.length(),
                  std::max(hoop, p.curvature(u)) + 1 / p.length(), 1e-9);
    }
    if (i > 0) {
      const double e = 1e-11 * std::min({l, b[i] - b[i - 1], 1 / (p.curvature(b[i]) + 1e-30)});
      const ProfilePoint x = p.point(b[i] - e), y = p.point(b[i] + e);
      BOOST_CHECK_SMALL(std::hypot(x.r - y.r, x.z - y.z) / p.length(), 1e-9);
      if (smooth) {
        const ProfilePoint s = p.tangent(b[i] - e), t = p.tangent(b[i] + e);
        BOOST_CHECK_SMALL(std::hypot(s.r - t.r, s.z - t.z), 1e-8);
      }
    }
  }
}

/// Poles on the axis, horizontal there; outward normal means positive volume.
void check_closed(const Profile &p, double R, double v) {
  check_consistency(p);
  BOOST_CHECK(p.closed());
  BOOST_CHECK_EQUAL(p.point(0).r, 0.0);
  BOOST_CHECK_EQUAL(p.point(p.length()).r, 0.0);
  BOOST_CHECK_SMALL(p.tangent(0).z, 1e-12);
  BOOST_CHECK_SMALL(p.tangent(p.length()).z, 1e-12);
  BOOST_CHECK(std::isfinite(p.largest_curvature(0)));
  check_close(p.area(), sphere_area(R), 1e-12);
  check_close(p.volume(), v * 4 / 3 * pi * R * R * R, 1e-12);
  check_close(p.reduced_volume(), v, 1e-12);
}

double largest_ratio(const std::vector<double> &nodes) {
  double ratio = 1;
  for (std::size_t i = 2; i < nodes.size(); ++i) {
    const double x = (nodes[i] - nodes[i - 1]) / (nodes[i - 1] - nodes[i - 2]);
    ratio = std::max({ratio, x, 1 / x});
  }
  return ratio;
}

std::vector<double> check_nodes(const Profile &p, int n, double allowed_ratio) {
  GradingParameters g;
  g.n_cells = n;
  const std::vector<double> nodes = graded_nodes(p, g);
  BOOST_REQUIRE_EQUAL(nodes.size(), n + 1u);
  BOOST_CHECK_EQUAL(nodes.front(), 0.0);
  BOOST_CHECK_EQUAL(nodes.back(), p.length());
  BOOST_CHECK(std::is_sorted(nodes.begin(), nodes.end(), std::less_equal<double>()));
  for (const double b : p.breaks())
    BOOST_CHECK(std::find(nodes.begin(), nodes.end(), b) != nodes.end());
  BOOST_CHECK_MESSAGE(largest_ratio(nodes) <= allowed_ratio,
                      "neighbouring cells differ by a factor " << largest_ratio(nodes) << " for "
                                                               << n << " cells");
  return nodes;
}

bool explains(const std::invalid_argument &e) {
  const std::string text = e.what();
  return text.size() > 20 && text.back() == '.';
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_shapes)

BOOST_AUTO_TEST_CASE(spheres_and_spheroids) {
  check_closed(sphere(7), 7, 1);
  check_closed(sphere(7).shifted(3).scaled(2), 14, 1);
  BOOST_CHECK_SMALL(sphere(2).shifted(3).point(0).z - 1, 1e-14);

  for (const double v : {0.05, 0.3, 0.59, 0.8, 0.95, 0.999, 0.9999999, 1.0}) {
    check_closed(prolate(20, v), 20, v);
    check_closed(oblate(20, v), 20, v);
    const SpheroidAxes p = spheroid_axes(20, v, SpheroidKind::prolate);
    const SpheroidAxes o = spheroid_axes(20, v, SpheroidKind::oblate);
    BOOST_CHECK(p.c >= p.a && o.a >= o.c);
    for (const SpheroidAxes &s : {p, o}) {
      check_close(spheroid_area(s), sphere_area(20), 1e-13);
      check_close(spheroid(s).area(), sphere_area(20), 1e-12);
      const auto x = on_spheroid(s, {3, -4, 12});
      check_close(x[0], s.a * 3 / 13, 1e-14);
      check_close(x[1], -s.a * 4 / 13, 1e-14);
      check_close(x[2], s.c * 12 / 13, 1e-14);
    }
  }
  // Known lengths: the perimeter of the ellipse of axes 2 and 1 is 4 * 2 E(3/4).
  check_close(2 * spheroid({1, 2}).length(), 9.688448220547675, 1e-14);
}

BOOST_AUTO_TEST_CASE(parametrisation_by_arc_length) {
  const SpheroidAxes s = spheroid_axes(10, 0.4, SpheroidKind::oblate);
  const Profile p = spheroid(s);
  for (int i = 0; i <= 200; ++i) {
    const double u = p.length() * i / 200;
    const ProfilePoint x = p.point(u);
    BOOST_CHECK_SMALL(std::pow(x.r / s.a, 2) + std::pow(x.z / s.c, 2) - 1, 1e-13);
    const ProfilePoint y = p.point(p.length() - u); // symmetric to rounding error
    BOOST_CHECK_SMALL((x.r - y.r) / s.a, 1e-13);
    BOOST_CHECK_SMALL((x.z + y.z) / s.a, 1e-13);
  }
  check_close(p.curvature(0), s.c / (s.a * s.a), 1e-12);
  check_close(p.largest_curvature(p.length()), s.c / (s.a * s.a), 1e-12);
  check_close(p.curvature(p.length() / 2), s.a / (s.c * s.c), 1e-10);
}

BOOST_AUTO_TEST_CASE(stomatocytes) {
  for (const double v : {0.01, 0.2, 0.3, 0.45, 0.55, 0.66, 0.9}) {
    const Profile p = stomatocyte(15, v);
    check_closed(p, 15, v);
    BOOST_CHECK_EQUAL(p.breaks().size(), 4u);
    BOOST_CHECK(p.point(0).z < p.point(p.length()).z); // inner pole above the outer one
    BOOST_CHECK(p.tangent(p.length()).r < 0);
  }
  check_closed(stomatocyte(15, 0.5, 0.05), 15, 0.5);
  // The opening: smallest r on the lip over the mean radius.
  const Profile p = stomatocyte(1, 0.5, 0.3);
  const double outer = -p.point(0).z, inner = -p.point(p.length()).z;
  double waist = 1e9;
  for (int i = 0; i <= 10000; ++i)
    waist = std::min(waist, p.point(p.breaks()[1] + (p.breaks()[2] - p.breaks()[1]) * i / 10000).r);
  check_close(waist, 0.3 * 0.5 * (outer + inner), 1e-6);
}

BOOST_AUTO_TEST_CASE(modes) {
  for (const auto &x : std::vector<std::pair<int, double>>{
           {0, 0.3}, {1, 0.2}, {2, 0.3}, {2, -0.4}, {3, 0.25}, {6, 0.1}, {40, 0.01}}) {
    const Profile p = mode(9, x.first, x.second);
    check_consistency(p);
    check_close(p.area(), sphere_area(9), 1e-12);
    BOOST_CHECK(p.point(0).z < 0 && p.closed());
  }
  // l = 2: volume in closed form, int (1 + a P2)^3 = 2 + 3 a^2 * 2/5 + a^3 * 4/35
  const double a = 0.3, scale = mode(1, 2, a).point(0).z / -(1 + a);
  check_close(mode(1, 2, a).volume(),
              2 * pi / 3 * (2 + 6 * a * a / 5 + 4 * a * a * a / 35) * std::pow(scale, 3), 1e-12);
}

BOOST_AUTO_TEST_CASE(tubes_and_catenoids) {
  for (const double v : {0.05, 0.4, 0.8, 0.99, 1.0})
    check_closed(capped_tube(12, v), 12, v);
  const Profile t = tube(3, 10);
  check_consistency(t);
  check_close(t.area(), 2 * pi * 30, 1e-14);
  check_close(t.volume(), pi * 90, 1e-14);
  check_close(t.largest_curvature(5), 1 / 3.0, 1e-14);

  for (const double h : {0.5, 3.0, 12.0}) {
    const double a = 2;
    const Profile c = catenoid(a, h);
    check_consistency(c);
    check_close(c.area(), 2 * pi * a * (h + a / 2 * std::sinh(2 * h / a)), 1e-13);
    check_close(c.volume(), pi * a * a * (h + a / 2 * std::sinh(2 * h / a)), 1e-13);
    check_close(c.point(c.length()).r, a * std::cosh(h / a), 1e-13);
    check_close(c.point(c.length()).z, h, 1e-13);
    // zero mean curvature: |meridian| = |hoop|
    const double u = 0.3 * c.length();
    check_close(c.curvature(u), c.tangent(u).z / c.point(u).r, 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(necks) {
  const double a = 1.5, h = 4;
  const Profile t = toroidal_neck(a, h);
  check_consistency(t);
  check_close(t.area(), 2 * pi * h * (pi * (a + h) - 2 * h), 1e-13);
  check_close(t.point(t.length() / 2).r, a, 1e-14);
  check_close(t.point(0).z, -h, 1e-14);
  BOOST_CHECK_SMALL(t.tangent(t.length() / 2).r, 1e-14);
  BOOST_CHECK(t.tangent(t.length() / 2).z > 0);

  const Profile n = half_toroidal_neck(a, h, 100);
  check_consistency(n);
  check_close(n.area(), t.area() / 2 + pi * (100 * 100 - (a + h) * (a + h)), 1e-13);
  for (const double rim : {2.0, 5.4, 5.5, 5.55, 5.95, 100.0}) {
    const Profile p = half_toroidal_neck(a, h, rim);
    check_consistency(p);
    check_close(p.point(0).r, a, 1e-14);
    BOOST_CHECK_SMALL(p.point(0).z, 1e-14);
    check_close(p.point(p.length()).r, rim, 1e-14);
    check_close(p.point(p.length()).z, h, 1e-14);
    BOOST_CHECK_SMALL(p.tangent(0).r, 1e-14);
    BOOST_CHECK_SMALL(p.tangent(p.length()).z, 1e-14);
    check_consistency(p.mirrored().reversed().joined(p)); // a whole neck
  }

  const Profile side = planar_neck_side(2, 3, 50);
  check_consistency(side);
  check_close(side.point(side.length()).z, 3, 1e-14);

  for (const auto &x : std::vector<std::pair<double, double>>{{1, 0}, {0.5, 4}, {3, 10}, {15, 2}}) {
    const double Rv = 20, r0 = x.first, fillet = x.second == 0 ? r0 : x.second;
    const Profile p = vesicle_side(Rv, r0, x.second);
    check_consistency(p);
    check_close(p.area(), sphere_area(Rv), 1e-12);
    check_close(p.point(0).r, r0, 1e-14);
    BOOST_CHECK_SMALL(p.tangent(0).r, 1e-14);
    BOOST_CHECK_EQUAL(p.point(p.length()).r, 0.0);
    check_close(p.curvature(0), 1 / fillet, 1e-12);
    // A fusion pore: plasma membrane from the rim inward, then the vesicle, vertical at the joint.
    const Profile pore = planar_neck_side(r0, fillet, 100).mirrored().reversed().joined(p);
    check_consistency(pore);
    BOOST_CHECK(pore.tangent(0).r < 0);
  }

  check_close(flat_disc(30).area(), pi * 900, 1e-14);
  check_close(annulus(10, 30).area(), pi * 800, 1e-14);
  BOOST_CHECK_EQUAL(flat_disc(30).point(0).r, 0.0);
  BOOST_CHECK_EQUAL(flat_disc(30).largest_curvature(0), 0.0);
}

BOOST_AUTO_TEST_CASE(omega_shapes) {
  for (const double R : {10.0, 20.0, 100.0})
    for (const double g : {0.5, 3.0, 6.0})
      for (const double r0 : {0.3, 1.0, 4.0}) {
        const double L = 300;
        const OmegaShape w = omega(R, g, r0, L);
        const Profile &p = w.profile;
        check_consistency(p);
        const double rho = w.fillet_radius;
        BOOST_CHECK_SMALL(
            (rho * rho + rho * (2 * r0 - 2 * g - 4 * R) + r0 * r0 + g * g + 2 * g * R) / (R * R),
            1e-13);
        check_close(p.point(0).r, L, 1e-14);
        BOOST_CHECK_EQUAL(p.point(p.length()).r, 0.0);
        check_close(p.point(p.length()).z, g + 2 * R, 1e-12);
        check_close(p.tangent(0).r, -1, 1e-14);
        // The waist is where a quarter of the fillet's circle is done.
        const double u = p.breaks()[1] + rho * pi / 2;
        BOOST_REQUIRE(u < p.breaks()[2]);
        check_close(p.point(u).r, r0, 1e-11);
        check_close(p.point(u).z, rho, 1e-11);
        BOOST_CHECK_SMALL(p.tangent(u).r, 1e-11);

        const OmegaShape c = omega_conserving_area(R, g, r0, L);
        check_consistency(c.profile);
        check_close(c.profile.area(), sphere_area(R) + pi * L * L, 1e-13);
        check_close(c.sphere_radius, R, 0.2);
      }
  // Without a gap or a neck, the sphere only touches the plane: nothing is lost.
  check_close(omega_conserving_area(50, 0, 1e-4, 500).sphere_radius, 50, 1e-4);
}

BOOST_AUTO_TEST_CASE(dumbbells) {
  const double a = 3, R1 = 10, R2 = 4;
  const Profile p = joined_spheres(R1, R2, a);
  check_consistency(p, false);
  const double z1 = std::sqrt(R1 * R1 - a * a), z2 = std::sqrt(R2 * R2 - a * a);
  check_close(p.area(), 2 * pi * (R1 * (R1 + z1) + R2 * (R2 + z2)), 1e-13);
  const auto part = [](double R, double z) { // a ball up to height z above its centre
    return pi * (2 * R * R * R / 3 + R * R * z - z * z * z / 3);
  };
  check_close(p.volume(), part(R1, z1) + part(R2, z2), 1e-13);
  const double th = 0.2;
  const Profile e = joined_equal_spheres(10, th);
  check_close(e.area(), 4 * pi * 100 * (1 + std::cos(th)), 1e-13);
  check_close(e.point(e.breaks()[1]).r, 10 * std::sin(th), 1e-13);
}

BOOST_AUTO_TEST_CASE(transformations) {
  const Profile p = omega(20, 3, 1, 200).profile;
  for (const Profile &q : {p.reversed(), p.mirrored(), p.mirrored().shifted(5).reversed(),
                           p.shifted(-2).scaled(3).reversed().reversed()})
    check_consistency(q);
  check_close(p.scaled(3).area(), 9 * p.area(), 1e-14);
  check_close(p.scaled(3).curvature(3 * p.length()), p.curvature(p.length()) / 3, 1e-14);
  check_close(sphere(2).reversed().volume(), -sphere(2).volume(), 1e-14);
  check_close(sphere(2).mirrored().reversed().volume(), sphere(2).volume(), 1e-14);
  const double u = 0.3 * p.length();
  BOOST_CHECK_SMALL(p.reversed().point(p.length() - u).r - p.point(u).r, 1e-11);
  BOOST_CHECK_SMALL(p.reversed().tangent(p.length() - u).z + p.tangent(u).z, 1e-11);
  BOOST_CHECK_SMALL(p.shifted(2).mirrored().point(u).z + p.point(u).z + 2, 1e-12);
  check_close(p.area_between(0, u) + p.area_between(u, p.length()), p.area(), 1e-13);
  BOOST_CHECK_EXCEPTION(sphere(1).joined(sphere(2)), std::invalid_argument, explains);
}

BOOST_AUTO_TEST_CASE(graded_nodes_on_all_scales) {
  check_nodes(sphere(20), 40, 1.01);
  check_nodes(oblate(20, 0.4), 60, 1.3);
  check_nodes(prolate(20, 0.2), 60, 1.3);
  check_nodes(mode(20, 6, 0.1), 80, 1.3);
  for (const int n : {80, 97, 128, 400}) {
    check_nodes(stomatocyte(20, 0.3), n, 1.3);
    check_nodes(capped_tube(20, 0.5), n, 1.3);
    check_nodes(capped_tube(20, 0.99), n, 1.3);
    check_nodes(omega(20, 3, 1, 1270).profile, n, 1.3);
    check_nodes(planar_neck_side(1, 3, 1270).mirrored().reversed().joined(vesicle_side(20, 1, 3)),
                n, 1.3);
    check_nodes(joined_equal_spheres(20, 0.05), n, 1.3);
    check_nodes(annulus(1, 1270), n, 1.3);

    // A neck of radius 1 in a disc of radius 1270: cells in proportion to the distance from it.
    const Profile p = half_toroidal_neck(1, 1, 1270);
    const std::vector<double> nodes = check_nodes(p, n, 1.3);
    BOOST_CHECK(nodes[1] < 0.4);
    for (std::size_t i = 1; i < nodes.size(); ++i)
      BOOST_CHECK(nodes[i] - nodes[i - 1] < 0.3 * (nodes[i - 1] + 1));
  }
  // Twice the cells: about half the size everywhere.
  const Profile p = omega(20, 3, 1, 1270).profile;
  const auto coarse = check_nodes(p, 200, 1.3), fine = check_nodes(p, 400, 1.3);
  const auto smallest = [](const std::vector<double> &x) {
    double h = 1e99;
    for (std::size_t i = 1; i < x.size(); ++i)
      h = std::min(h, x[i] - x[i - 1]);
    return h;
  };
  check_close(smallest(fine), smallest(coarse) / 2, 0.25);
  // Far too few cells still give a mesh.
  check_nodes(p, 3, 1e9);
  check_nodes(p, 10, 1e9);
  BOOST_CHECK_EXCEPTION(graded_nodes(p, {2, 1.0, 0.2}), std::invalid_argument, explains);

  const auto equal = graded_nodes(sphere(5).scaled(2), {10, 0.0, 0.2});
  for (std::size_t i = 1; i < equal.size(); ++i)
    check_close(equal[i] - equal[i - 1], pi, 1e-9);
}

BOOST_AUTO_TEST_CASE(grading_of_samples) {
  std::vector<double> s, m, k;
  for (int i = 0; i <= 2000; ++i) {
    s.push_back(0.05 * i);
    m.push_back(i == 1000 ? 10.0 : 0.0);
    k.push_back(std::abs(s.back() - 50) < 2 ? 1.0 : 0.0);
  }
  const auto limited = limit_growth(s, m, 0.2);
  for (std::size_t i = 0; i < s.size(); ++i)
    check_close(1 / limited[i], 0.1 + 0.2 * std::abs(s[i] - 50), 1e-12);
  const auto nodes = equidistribute(s, limited, 50);
  BOOST_CHECK_EQUAL(nodes.size(), 51u);
  BOOST_CHECK_EQUAL(nodes.back(), s.back());
  BOOST_CHECK_SMALL(nodes[25] - 50, 1e-9);

  // int_0^x (1 + 2 t) dt = x + x^2 equals j / 5 of 2: exact for a linear monitor
  const auto linear = equidistribute({0, 0.3, 1}, {1, 1.6, 3}, 5);
  for (int j = 0; j <= 5; ++j)
    BOOST_CHECK_SMALL(linear[j] - (std::sqrt(1 + 1.6 * j) - 1) / 2, 1e-14);

  GradingParameters g;
  g.n_cells = 60;
  const auto monitor = graded_monitor(s, k, g);
  double total = 0;
  for (std::size_t i = 1; i < s.size(); ++i)
    total += 0.5 * (monitor[i] + monitor[i - 1]) * (s[i] - s[i - 1]);
  check_close(total, 60, 1e-12);
  BOOST_CHECK(largest_ratio(equidistribute(s, monitor, 60)) < 1.3);
  BOOST_CHECK_EXCEPTION(equidistribute({0, 0}, {1, 1}, 2), std::invalid_argument, explains);
  BOOST_CHECK_EXCEPTION(limit_growth({0, 1}, {0, 0}, 2), std::invalid_argument, explains);
}

BOOST_AUTO_TEST_CASE(maps_of_the_unit_sphere) {
  const auto direction = [](double theta, double phi) {
    return std::array<double, 3>{std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi),
                                 std::cos(theta)};
  };
  const double R = 13;
  for (const double theta : {0.0, 1e-9, 1e-6, 1e-3, 0.3, pi / 2, 2.0, 3.1, pi - 1e-7})
    for (const double phi : {0.0, 1.0, -2.5}) {
      const auto n = direction(theta, phi);
      const auto x = on_surface(sphere(R), n);
      for (int d = 0; d < 3; ++d)
        BOOST_CHECK_SMALL(x[d] - R * n[d], 1e-13 * R);
    }
  const SpheroidAxes axes = spheroid_axes(R, 0.5, SpheroidKind::oblate);
  for (const Profile &p : {spheroid(axes), stomatocyte(R, 0.4), mode(R, 3, 0.2),
                           capped_tube(R, 0.7), prolate(R, 0.6).mirrored().reversed()}) {
    check_close(on_surface(p, {0, 0, 2})[2], p.point(p.length()).z, 1e-14);
    check_close(on_surface(p, {0, 0, -1})[2], p.point(0).z, 1e-14);
    for (const double theta : {1e-5, 0.02, 0.5, 1.2, 1.7, 2.9, pi - 1e-4}) {
      // The image's area fraction, by bisection for its u along the meridian.
      const bool north = theta < pi / 2;
      const double fraction = std::pow(north ? std::sin(theta / 2) : std::cos(theta / 2), 2);
      double low = 0, high = p.length();
      for (int i = 0; i < 200; ++i) {
        const double u = 0.5 * (low + high);
        const bool below = north ? p.area_between(u, p.length()) > fraction * p.area()
                                 : p.area_between(0, u) < fraction * p.area();
        (below ? low : high) = u;
      }
      const auto x = on_surface(p, direction(theta, 0.7));
      BOOST_CHECK_SMALL(std::hypot(x[0], x[1]) - p.point(low).r, 1e-12 * R);
      BOOST_CHECK_SMALL(x[2] - p.point(low).z, 1e-12 * R);
      BOOST_CHECK_SMALL(std::atan2(x[1], x[0]) - 0.7, 1e-12);
    }
    // Smooth at the poles: r grows linearly with theta, by the square root of the area ratio.
    for (const double theta : {1e-7, 1e-5, 1e-4}) {
      const auto x = on_surface(p, direction(theta, 0.7));
      check_close(std::hypot(x[0], x[1]), R * theta, 1e-6);
    }
    // and continuous across the equator, where the pole counted from changes
    const auto a = on_surface(p, {1, 0, 1e-17}), b = on_surface(p, {1, 0, -1e-17});
    BOOST_CHECK_SMALL(std::hypot(a[0] - b[0], a[2] - b[2]), 1e-12 * R);
  }
  BOOST_CHECK_EXCEPTION(on_surface(tube(1, 2), {0, 0, 1}), std::invalid_argument, explains);
  BOOST_CHECK_EXCEPTION(on_surface(sphere(1), {0, 0, 0}), std::invalid_argument, explains);
}

BOOST_AUTO_TEST_CASE(impossible_input) {
  const auto refused = [](auto f) { BOOST_CHECK_EXCEPTION(f(), std::invalid_argument, explains); };
  refused([] { sphere(0); });
  refused([] {
    const WithoutFloatingPointTraps lifted;
    sphere(NAN);
  });
  refused([] { prolate(1, 1.1); });
  refused([] { oblate(1, 0); });
  refused([] { stomatocyte(1, 0.98); });
  refused([] { stomatocyte(1, 0.5, 1.5); });
  refused([] { mode(1, 2, -3); });
  refused([] { mode(1, 2, 2.5); });
  refused([] { mode(1, -2, 0.1); });
  refused([] { capped_tube(1, -0.5); });
  refused([] { joined_spheres(1, 2, 1.5); });
  refused([] { joined_equal_spheres(1, 2); });
  refused([] { tube(-1, 2); });
  refused([] { catenoid(1e-3, 10); });
  refused([] { toroidal_neck(0, 1); });
  refused([] { half_toroidal_neck(2, 1, 1.5); });
  refused([] { planar_neck_side(2, 1, 2.5); });
  refused([] { vesicle_side(1, 2); });
  refused([] { annulus(2, 1); });
  refused([] { omega(10, 1, 20, 100); });
  refused([] { omega(10, 1, 2, 2.5); });
  refused([] { omega_conserving_area(10, 1, 2, 2.5); });
}

BOOST_AUTO_TEST_SUITE_END()
