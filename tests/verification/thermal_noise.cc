// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Thermal undulations of a sphere against the theorem of equipartition (Milner and Safran, Phys.
/// Rev. A 36 (1987) 4371).
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "mechanics/thermal_noise.h"

#include <boost/math/special_functions/legendre.hpp>

#include <algorithm>

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

Estimate mean_square(const std::vector<double> &f) {
  const std::size_t n = f.size();
  std::vector<double> square(n);
  for (std::size_t i = 0; i < n; ++i)
    square[i] = f[i] * f[i];
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

/// The membrane keeps its area, and a pressure p = 2 sigma / R stretches it with the tension sigma.
template <int dim>
void check_spectrum(const unsigned int resolution, const double reduced_tension,
                    const int n_steps) {
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
    BOOST_REQUIRE(flow.midpoint_step(dt, noise.draw(*membrane, dt)).converged);
    const std::vector<double> f = modes(*membrane, radius);
    for (unsigned int k = 0; k < f.size() && step >= 0; ++k)
      series[k].push_back(f[k]);
  }
  BOOST_TEST(membrane->area() / (4 * pi * radius * radius) == 1.,
             boost::test_tools::tolerance(1e-3));
  for (unsigned int l = first_mode; l <= last_mode; ++l) {
    const Estimate found = mean_square(series[l - first_mode]);
    const double exact = kT / stiffness(l);
    BOOST_TEST_MESSAGE("sigma " << reduced_tension << ", l = " << l << ": " << found.mean / exact
                                << " +- " << found.error / exact << " of theory");
    // The sampling error of what theory expects; one in a thousand seeds would miss by four.
    const double error = found.error / found.mean;
    BOOST_CHECK_LT(error, 0.15); // else the run is too short to tell
    BOOST_CHECK_LT(std::abs(found.mean / exact - 1), 4 * error);
  }
}
} // namespace

BOOST_AUTO_TEST_SUITE(thermal_noise)

BOOST_AUTO_TEST_CASE(spectrum_in_the_meridian) { check_spectrum<1>(16, 10, 1500); }

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
