// SPDX-License-Identifier: LGPL-2.1-or-later
// The elastic energy of a leaflet, and the numbers that carry their derivatives.
#include "pathway/leaflet_energy.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>

using namespace fusogen;
using boost::test_tools::tolerance;

namespace {
constexpr double pi = 3.141592653589793;

/// A function with all operations.
template <class Number> Number everything(const std::array<Number, 3> &x) {
  using std::cos;
  using std::exp;
  using std::log;
  using std::sin;
  using std::sqrt;
  return sin(x[0] * x[1]) / (Number(2.) + cos(x[2])) - exp(x[0] - x[2]) * log(x[1]) +
         sqrt(x[0] * x[0] + x[1]) - 0.5 * x[2];
}

/// A point of a leaflet that is neither flat nor symmetric nor free of tilt.
constexpr std::array<double, 8> generic = {3., 1., 0.4, 1.6, 0.9, -0.3, 0.12, 0.07};

template <class Number> LeafletPoint<Number> point(const std::array<Number, 8> &x) {
  return {x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]};
}

Monolayer lipids() {
  Monolayer monolayer;
  monolayer.spontaneous_curvature = -0.1;
  monolayer.maximum_chain_stretch = 1.05;
  monolayer.chain_modulus = 100.;
  return monolayer;
}

template <class Number> Number sum(const std::array<Number, 8> &x) {
  const LeafletDensities<Number> d = leaflet_densities(lipids(), 1., point(x));
  return d.splay + d.tilt + d.stretch + d.chains;
}

/// The point of a leaflet on a circle of the meridian around the point (centre, 0): its heads are
/// at a distance from there, its director points from there, and u is the angle from the axis of
/// symmetry.
LeafletPoint<double> on_circle(const double centre, const double heads, const double length,
                               const double u) {
  const double tails = heads - length;
  return {centre + tails * std::sin(u), tails * std::cos(u),  u,  length,
          tails * std::cos(u),          -tails * std::sin(u), 1., 0.};
}
} // namespace

BOOST_AUTO_TEST_CASE(second_order_numbers_carry_exact_derivatives) {
  using Number = SecondOrder<3>;
  const std::array<double, 3> x = {0.7, 1.3, 0.2};
  const auto number = [&](const std::array<double, 3> &at) {
    return everything<Number>(
        {Number::variable(0, at[0]), Number::variable(1, at[1]), Number::variable(2, at[2])});
  };
  const Number f = number(x);
  BOOST_TEST(f.value() == everything(x), tolerance(1e-15));
  const double h = 1e-5;
  for (unsigned int i = 0; i < 3; ++i) {
    std::array<double, 3> more = x, less = x;
    more[i] += h;
    less[i] -= h;
    // Central differences of values of order one: h^2 and rounding/h are both 1e-10.
    BOOST_TEST(f.first(i) == (everything(more) - everything(less)) / (2. * h), tolerance(1e-8));
    for (unsigned int j = 0; j < 3; ++j) {
      BOOST_TEST(f.second(i, j) == (number(more).first(j) - number(less).first(j)) / (2. * h),
                 tolerance(1e-8));
      BOOST_TEST(f.second(i, j) == f.second(j, i));
    }
  }
}

BOOST_AUTO_TEST_CASE(derivatives_of_the_energy_are_those_of_its_differences) {
  using Number = SecondOrder<8>;
  const auto number = [](const std::array<double, 8> &at) {
    std::array<Number, 8> x;
    for (unsigned int i = 0; i < 8; ++i)
      x[i] = Number::variable(i, at[i]);
    return sum(x);
  };
  const Number energy = number(generic);
  BOOST_TEST(energy.value() == sum(generic), tolerance(1e-14));
  const double h = 1e-5;
  for (unsigned int i = 0; i < 8; ++i) {
    std::array<double, 8> more = generic, less = generic;
    more[i] += h;
    less[i] -= h;
    BOOST_CHECK_SMALL(energy.first(i) - (sum(more) - sum(less)) / (2. * h), 1e-6 * energy.value());
    for (unsigned int j = 0; j < 8; ++j)
      BOOST_CHECK_SMALL(energy.second(i, j) -
                            (number(more).first(j) - number(less).first(j)) / (2. * h),
                        1e-6 * energy.value());
  }
}

BOOST_AUTO_TEST_CASE(flat_leaflet_has_no_energy) {
  // A ring of radius 5 nm with heads up, the one on the left and its mirror image on the right.
  for (const double side : {1., -1.}) {
    const double angle = side > 0. ? 0. : pi;
    const LeafletDensities<double> d =
        leaflet_densities(lipids(), side, LeafletPoint<double>{5., 2., angle, 1.5, 1., 0., 0., 0.});
    BOOST_CHECK_SMALL(d.splay, 1e-12);
    BOOST_CHECK_SMALL(d.tilt, 1e-12);
    BOOST_CHECK_SMALL(d.stretch, 1e-12);
    BOOST_TEST(d.area == 2. * pi * 5., tolerance(1e-14));
    BOOST_TEST(d.rest_area == d.area, tolerance(1e-14));
  }
}

BOOST_AUTO_TEST_CASE(sphere_and_cylinder_have_the_energy_of_their_curvature) {
  const Monolayer monolayer = lipids();
  const double kappa = monolayer.rigidity, J0 = monolayer.spontaneous_curvature, R = 7.;
  for (const double length : {1.5, 1.9}) { // the tails' length has no part in it
    const LeafletDensities<double> sphere =
        leaflet_densities(monolayer, 1., on_circle(0., R, length, 0.6));
    const double J = 2. / R;
    BOOST_TEST(sphere.area == 2. * pi * R * R * std::sin(0.6), tolerance(1e-14));
    BOOST_TEST(sphere.splay == (kappa / 2. * J * J - kappa * J0 * J) * sphere.area,
               tolerance(1e-13));
    BOOST_CHECK_SMALL(sphere.tilt, 1e-12);

    // Upwards along a cylinder, heads outside: the leaflet on the right.
    const LeafletDensities<double> cylinder = leaflet_densities(
        monolayer, -1., LeafletPoint<double>{R - length, 0., 0.5 * pi, length, 0., 1., 0., 0.});
    BOOST_TEST(cylinder.area == 2. * pi * R, tolerance(1e-14));
    BOOST_TEST(cylinder.splay == (kappa / 2. / R / R - kappa * J0 / R) * cylinder.area,
               tolerance(1e-13));
    BOOST_CHECK_SMALL(cylinder.tilt, 1e-12);
    // Heads inside, with the tails' ends outside: the splay has the other sign.
    const LeafletDensities<double> inside = leaflet_densities(
        monolayer, 1., LeafletPoint<double>{R + length, 0., -0.5 * pi, length, 0., 1., 0., 0.});
    BOOST_TEST(inside.splay == (kappa / 2. / R / R + kappa * J0 / R) * inside.area,
               tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(stretch_is_from_the_volume_of_the_tails) {
  const Monolayer monolayer = lipids();
  const double R = 4., l = 1.6, u = 0.8, inner = R - l;
  const LeafletDensities<double> d = leaflet_densities(monolayer, 1., on_circle(0., R, l, u));
  const double volume = 2. * pi * std::sin(u) * (R * R * R - inner * inner * inner) / 3.;
  BOOST_TEST(d.rest_area == volume / monolayer.thickness, tolerance(1e-13));
  const double excess = d.area / d.rest_area - 1.;
  BOOST_TEST(d.stretch == monolayer.area_modulus / 2. * excess * excess * d.rest_area,
             tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(tilt_is_the_tangent_of_the_angle_to_the_normal) {
  const Monolayer monolayer = lipids();
  const double angle = 0.3;
  const LeafletDensities<double> d =
      leaflet_densities(monolayer, 1., LeafletPoint<double>{5., 0., angle, 1.5, 1., 0., 0., 0.});
  BOOST_TEST(d.tilt == monolayer.tilt_modulus / 2. * std::pow(std::tan(angle), 2) * d.area,
             tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(long_chains_pay_beyond_their_limit_only) {
  const Monolayer monolayer = lipids();
  const auto chains = [&](const double stretch) {
    return leaflet_densities(
        monolayer, 1.,
        LeafletPoint<double>{5., 0., 0., stretch * monolayer.thickness, 1., 0., 0., 0.});
  };
  BOOST_TEST(chains(monolayer.maximum_chain_stretch).chains == 0.);
  const LeafletDensities<double> d = chains(monolayer.maximum_chain_stretch + 0.5);
  // The parabola, but for the smooth start over the first 0.02.
  const double parabola = monolayer.chain_modulus / 2. * 0.25 * d.rest_area;
  BOOST_TEST(d.chains < parabola);
  BOOST_TEST(d.chains == parabola, tolerance(0.05));
}
