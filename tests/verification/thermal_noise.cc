// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Thermal undulations of a sphere against the theorem of equipartition (Milner and Safran, Phys.
/// Rev. A 36 (1987) 4371), and the flicker of a pore against its response to a force.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/neck_ring.h"
#include "mechanics/surface_viscosity.h"
#include "mechanics/thermal_noise.h"

#include <boost/math/special_functions/legendre.hpp>

#include <algorithm>
#include <limits>
#include <utility>

using namespace fusogen;
using namespace fusogen::test;

namespace {
const double pi = std::acos(-1.0), kT = 4.1143;
constexpr unsigned int first_mode = 2, last_mode = 6;

template <int dim, class Function>
double integral(const Membrane<dim> &membrane, const Function &f) {
  double sum = 0;
  for_each_cell(membrane, [&](const auto &, const SurfaceValues<dim> &surface) {
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      sum += surface.weight(q) * f(surface.point(q), surface.normal(q));
  });
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

/// f_l0 of r = R (1 + sum f_lm Y_lm), int |Y_lm|^2 dOmega = 1, about the middle of the volume.
template <int dim> std::vector<double> modes(const Membrane<dim> &membrane, const double radius) {
  const double volume = membrane.volume();
  const double middle =
      integral(membrane,
               [](const Vector3 &x, const Vector3 &n) { return 0.5 * x[2] * x[2] * n[2]; }) /
      volume;
  std::vector<double> result;
  for (unsigned int l = first_mode; l <= last_mode; ++l)
    result.push_back(std::sqrt((2. * l + 1) / (4 * pi)) / radius *
                     integral(membrane, [&](Vector3 x, const Vector3 &n) {
                       x[2] -= middle;
                       const double r = x.norm();
                       // r Y_l dOmega
                       return boost::math::legendre_p(int(l), std::clamp(x[2] / r, -1., 1.)) *
                              (x * n) / (r * r);
                     }));
  return result;
}

struct Estimate {
  double mean, error; // standard error, from the autocorrelation time
};

/// Of the deviation from the value @p about.
Estimate mean_square(const std::vector<double> &f, const double about = 0) {
  const std::size_t n = f.size();
  std::vector<double> square(n);
  for (std::size_t i = 0; i < n; ++i)
    square[i] = (f[i] - about) * (f[i] - about);
  const double mean = std::accumulate(square.begin(), square.end(), 0.) / n;
  const auto correlation = [&](const std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < n; ++i)
      sum += (square[i] - mean) * (square[i + lag] - mean);
    return sum / (n - lag);
  };
  // Up to where the sum's own error would exceed it (Sokal's window).
  const double variance = correlation(0);
  double time = 1;
  for (std::size_t lag = 1; lag < 6 * time && lag < n / 2; ++lag)
    time += 2 * correlation(lag) / variance;
  return {mean, std::sqrt(variance * time / n)};
}

/// The sampling error of what theory expects; one in a thousand seeds would miss by four.
void check(const std::string &what, const Estimate &found, const double exact) {
  BOOST_TEST_MESSAGE(what << ": " << found.mean / exact << " +- " << found.error / exact
                          << " of theory");
  const double error = found.error / found.mean;
  BOOST_CHECK_LT(error, 0.15); // else the run is too short to tell
  BOOST_CHECK_LT(std::abs(found.mean / exact - 1), 4 * error);
}

/// The membrane keeps its area, and a pressure p = 2 sigma / R stretches it with the tension sigma.
/// @param damped backward Euler instead of the midpoint rule
template <int dim>
void check_spectrum(const unsigned int resolution, const double reduced_tension, const int n_steps,
                    const bool damped = false) {
  // So stiff that undulations are linear.
  const double radius = 20, kappa = 400 * kT, viscosity = 4, drag = 1e-3;
  const auto membrane = closed_membrane<dim>(sphere(radius), resolution);
  FlowSystem<dim> flow(*membrane, {});
  flow.add(Bending<dim>(kappa, 0.));
  flow.add(SurfaceViscosity<dim>(viscosity));
  flow.add(Drag<dim>(drag));
  flow.add(Inextensibility<dim>());
  flow.add(EnclosedVolume<dim>::under_pressure(2 * reduced_tension * kappa / std::pow(radius, 3)));
  flow.initialize();
  ThermalNoise<dim> noise(kT, viscosity, drag, 1);

  const auto stiffness = [&](const unsigned int l) {
    return kappa * (l - 1.) * (l + 2) * (l * (l + 1) + reduced_tension);
  };
  // The rate of mode 2 is L (L + sigma) kappa / (4 eta R^2) with L = 6. Backward Euler, which damps
  // it by 1 + rate dt in each step, would be off by a third here, and by a factor of thirty in mode
  // 6.
  const double rate = 6 * (6 + reduced_tension) * kappa / (4 * viscosity * radius * radius),
               dt = 0.7 / rate;
  std::vector<std::vector<double>> series(last_mode - first_mode + 1);
  for (int step = -100; step < n_steps; ++step) {
    const Vector forces = noise.draw(*membrane, dt);
    BOOST_REQUIRE(
        (damped ? flow.jostled_step(dt, forces) : flow.midpoint_step(dt, forces)).converged);
    const std::vector<double> f = modes(*membrane, radius);
    for (unsigned int k = 0; k < f.size() && step >= 0; ++k)
      series[k].push_back(f[k]);
  }
  BOOST_TEST(membrane->area() / (4 * pi * radius * radius) == 1.,
             boost::test_tools::tolerance(1e-3));
  for (unsigned int l = first_mode; l <= last_mode; ++l) {
    // The rate of a mode without drag; backward Euler leaves 1 / (1 + rate dt / 2) of the variance.
    const double L = l * (l + 1.),
                 mode_rate = L * (L + reduced_tension) * kappa / (4 * viscosity * radius * radius);
    check("l = " + std::to_string(l), mean_square(series[l - first_mode]),
          kT / stiffness(l) / (damped ? 1 + 0.5 * mode_rate * dt : 1));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(thermal_noise)

BOOST_AUTO_TEST_CASE(spectrum_in_the_meridian) { check_spectrum<1>(16, 10, 1500); }

BOOST_AUTO_TEST_CASE(spectrum_with_damped_steps) { check_spectrum<1>(12, 10, 1000, true); }

namespace {
/// The narrowest node of the lower half of an Omega: its (r, z) [nm].
std::pair<double, double> neck_of(const Membrane<1> &membrane) {
  std::vector<std::pair<double, double>> nodes;
  double top = 0;
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators()) {
    membrane.cell_positions(cell, x);
    for (unsigned int n = 0; n < x.size(); n += 2) {
      nodes.emplace_back(x[n], x[n + 1]);
      top = std::max(top, x[n + 1]);
    }
  }
  std::pair<double, double> neck = {std::numeric_limits<double>::max(), 0};
  for (const auto &[r, z] : nodes)
    if (z < 0.5 * top)
      neck = std::min(neck, {r, z});
  return neck;
}
/// A ring with a force that can be changed [pN].
struct Ring : NeckRing<1> {
  Ring() : NeckRing<1>(2.) {}
  std::string name() const override { return "ring"; }
  std::array<double, 3> potential(const double rho) const override {
    return {force * rho, force, 0.};
  }
  double force = 1.;
};
} // namespace

// The neck of an Omega under a constant force flickers as much as it yields to the force,
// <(r - <r>)^2> = - kT dr/dF, which is kT over the second derivative of the energy by the radius.
// r is the mean over a window that does not move with the neck, as it would not be an energy else.
BOOST_AUTO_TEST_CASE(flicker_of_a_pore) {
  const double kappa = 20 * kT, viscosity = 4, drag = 1e-3, force = 50, L = 80;
  const double cold = kT / 400; // so that the pore's potential is a parabola
  const OmegaShape omega = omega_conserving_area(20, 6, 2.5, L);
  const auto membrane = open_membrane(omega.profile, 24, Edge::rim, Edge::axis);
  FlowSystem<1> flow(*membrane, {{Edge::rim, {true, true}}});
  Bending<1> bending(kappa, 0.);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1.;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(SurfaceViscosity<1>(viscosity));
  flow.add(Drag<1>(drag));
  flow.add(Inextensibility<1>());
  Ring &ring = flow.add(Ring());
  flow.initialize();
  std::pair<double, double> window = neck_of(*membrane);
  const auto radius = [&] {
    ring.place(*membrane, Vector3({0., 0., window.second}), window.first);
    return flow.energies().at(ring.name()) / ring.force;
  };
  const auto relax = [&](const double F) {
    ring.force = F;
    double dt = 1e-3;
    for (int n = 0; n < 200; ++n, dt = std::min(2 * dt, 1e3)) {
      const double before = radius();
      BOOST_REQUIRE(flow.step(dt).converged);
      if (dt == 1e3 && std::abs(radius() - before) < 1e-9)
        return radius();
    }
    BOOST_FAIL("the pore does not come to rest");
    return 0.;
  };
  for (int i = 0; i < 3; ++i) { // the window follows the neck to its place at rest
    relax(force);
    window = neck_of(*membrane);
  }
  const double mean = relax(force), yields = (relax(force - 0.05) - relax(force + 0.05)) / 0.1;
  relax(force);
  BOOST_TEST_MESSAGE("radius " << mean << " nm, yields by " << yields << " nm/pN");

  ThermalNoise<1> noise(cold, viscosity, drag, 2);
  const double dt = 1;
  std::vector<double> series;
  for (int step = -200; step < 1300; ++step) {
    BOOST_REQUIRE(flow.midpoint_step(dt, noise.draw(*membrane, dt)).converged);
    const double r = radius();
    if (step >= 0)
      series.push_back(r);
  }
  check("variance of the radius", mean_square(series, mean), cold * yields);
}

// The forces have the covariance of the friction: <(F.w)^2> dt / (2 kT) is the dissipation of w.
BOOST_AUTO_TEST_CASE(fluctuation_and_dissipation) {
  const auto check = [](const auto &membrane, auto dimension) {
    constexpr int dim = decltype(dimension)::value;
    const double viscosity = 4, drag = 0.01, dt = 0.1;
    const Vector w = noisy_direction(*membrane, 3);
    Vector ghosted = membrane->vector_field(true);
    ghosted = w;
    double dissipation = 0;
    std::vector<double> local;
    for_each_cell(*membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
      membrane->cell_vector_values(cell, ghosted, local);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const VectorFieldValue v = surface.vector_field(q, local);
        const Matrix2 &T = v.tangential;
        dissipation +=
            surface.weight(q) *
            (2 * viscosity *
                 (T[0][0] * T[0][0] + T[1][1] * T[1][1] + 0.5 * std::pow(T[0][1] + T[1][0], 2)) +
             drag * v.value.norm_square());
      }
    });
    ThermalNoise<dim> noise(kT, viscosity, drag, 5);
    const int n = 4000;
    double sum = 0;
    for (int i = 0; i < n; ++i)
      sum += std::pow(noise.draw(*membrane, dt) * w, 2);
    const double ratio = sum / n * dt / (2 * kT * dissipation);
    BOOST_TEST_MESSAGE("dim " << dim << ": " << ratio);
    BOOST_CHECK_LT(std::abs(ratio - 1), 3 * std::sqrt(2. / n));
  };
  check(closed_membrane<1>(prolate(20, 0.8), 12), std::integral_constant<int, 1>());
  check(closed_membrane<2>(prolate(20, 0.8), 1), std::integral_constant<int, 2>());
}

BOOST_AUTO_TEST_SUITE_END()
