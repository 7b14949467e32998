// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Signals of lipid-mixing assays in states for which they can be told in closed form.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/coarse_meshes.h"
#include "lipid_mixtures.h"
#include "lipids/mixing_signals.h"

#include <boost/math/quadrature/gauss.hpp>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

template <class Function> double integrate(double from, double to, const Function &f) {
  return boost::math::quadrature::gauss<double, 30>::integrate(f, from, to);
}

/// Largest relative error of the signals when the probe, distributed over a sphere with the
/// fraction (1 + z/R) / 2, becomes uniform in the outer leaflet and stays in the inner one, which
/// has half as many molecules.
template <int dim> double errors_on_a_sphere(unsigned int resolution) {
  Assay assay;
  assay.tirf_depth = 15.;
  const double radius = 10.;
  const auto membrane = closed_membrane<dim>(sphere(radius), resolution);
  const auto lipids = vesicle_lipid(*membrane);
  set_both<dim>(*membrane, *lipids, [&](const Vector3 &x) { return 0.5 * (1. + x[2] / radius); });
  MixingSignals<dim> signals(assay, {2., 1.});
  signals.start(*membrane, *lipids);
  set<dim>(*membrane, *lipids, 0, [](const Vector3 &) { return 0.5; });
  const auto now = signals.observe(*membrane, *lipids);

  // On a sphere, c is distributed evenly between 0 and 1, and <c> = int c^2 / int c.
  const auto fluorescence = [&](const double c) {
    return donor_fluorescence(c * assay.acceptor_fraction / assay.area_per_lipid,
                              assay.forster_radius);
  };
  const double uneven = integrate(0., 1., [&](double c) { return 2. * c * fluorescence(c); }),
               even = fluorescence(0.5);
  const auto light = [&](double c) { return std::exp(-(2. * c - 1.) * radius / assay.tirf_depth); };
  const double light_uneven = integrate(0., 1., [&](double c) { return 2. * c * light(c); }),
               light_even = integrate(0., 1., light);
  BOOST_CHECK_SMALL(now.energy_transfer_inner, 1e-11);
  double worst = 0.;
  for (const auto &[value, expected] : std::vector<std::pair<double, double>>{
           {now.dequenching, 100. * (1. - (2. / 2. + 2. / 3.) / (3. * 2. / 3.))},
           {now.energy_transfer, 100. * 2. / 3. * (even - uneven) / (1. - uneven)},
           {now.tirf, (2. * light_even + light_uneven) / (3. * light_uneven)}})
    worst = std::max(worst, std::abs(value / expected - 1.));
  return worst;
}

/// TIRF of a disc of radius w in a membrane of radius L that loses its probe as 1 - (r/L)^2.
template <int dim> double tirf_error(const Membrane<dim> &membrane, double L, double w) {
  const auto lipids = vesicle_lipid(membrane);
  Assay assay;
  assay.tirf_radius = w;
  MixingSignals<dim> signals(assay, {1., 1.});
  set_both<dim>(membrane, *lipids, [](const Vector3 &) { return 1.; });
  signals.start(membrane, *lipids);
  set_both<dim>(membrane, *lipids,
                [&](const Vector3 &x) { return 1. - x.norm_square() / (L * L); });
  return signals.observe(membrane, *lipids).tirf / (1. - 0.5 * w * w / (L * L)) - 1.;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mixing_signals)

BOOST_AUTO_TEST_CASE(fluorescence_of_donors_among_acceptors) {
  // The integral for a = Gamma(2/3) pi R_0^2 n, by mpmath with 30 digits (for a < 4 also by its
  // series, the sum over k of (-a)^k / k! Gamma(1 + k/3)).
  for (const auto &[a, expected] :
       std::vector<std::pair<double, double>>{{0., 1.},
                                              {0.01, 0.991115175977137076},
                                              {0.1, 0.915053946980793281},
                                              {1., 0.431110070228626322},
                                              {1.635, 0.266000240063997698},
                                              {3., 0.106505273325968315},
                                              {10., 5.68692498190784329e-3},
                                              {100., 5.99964006046005249e-6},
                                              {1000., 5.99999964000006048e-9}}) {
    const double radius = 5.;
    const double density = a / (std::tgamma(2. / 3.) * pi * radius * radius);
    BOOST_CHECK_SMALL(donor_fluorescence(density, radius) / expected - 1., 1e-10);
  }
}

BOOST_AUTO_TEST_CASE(leaflets_of_a_sphere) {
  // 61 % of the lipid of a vesicle with the outer radius 20 and the inner radius 16 is outside.
  const auto density = leaflet_densities(18., 2.);
  BOOST_CHECK_CLOSE(density[0] / (density[0] + density[1]), 400. / (400. + 256.), 1e-11);
}

BOOST_AUTO_TEST_CASE(spreading_over_a_sphere) {
  // Fractions are linear in a cell of the size h: second order, some (h/R)^2 / 2.
  const double coarse = errors_on_a_sphere<1>(32), fine = errors_on_a_sphere<1>(64),
               coarse_in_space = errors_on_a_sphere<2>(2), fine_in_space = errors_on_a_sphere<2>(3);
  BOOST_TEST_MESSAGE("errors " << coarse << ", " << fine << "; in space " << coarse_in_space << ", "
                               << fine_in_space);
  BOOST_CHECK_LT(fine, 0.5 * std::pow(pi / 64., 2));
  BOOST_CHECK_GT(order(coarse, fine), 1.7);
  BOOST_CHECK_LT(fine_in_space, 0.5 * std::pow(pi / 16., 2));
  BOOST_CHECK_GT(order(coarse_in_space, fine_in_space), 1.7);
}

BOOST_AUTO_TEST_CASE(disc_seen_by_tirf) {
  const double L = 100., w = 63.;
  const MeshedSurface disc = membrane_mesh(L, {{dealii::Point<2>(), 20.}});
  const auto error = [&](const int n_cells) {
    return tirf_error(*open_membrane(flat_disc(L).reversed(), n_cells, Edge::rim, Edge::axis), L,
                      w);
  };
  const auto error_in_space = [&](const unsigned int refinement) {
    Membrane<2> surface(MPI_COMM_WORLD, 2);
    surface.create_surface(disc.mesh, refinement, disc.geometry);
    return tirf_error(surface, L, w);
  };
  const double coarse = error(32), fine = error(64), coarse_in_space = error_in_space(3),
               fine_in_space = error_in_space(4);
  BOOST_TEST_MESSAGE("errors " << coarse << ", " << fine << "; in space " << coarse_in_space << ", "
                               << fine_in_space);
  BOOST_CHECK_SMALL(fine, 1e-3);
  BOOST_CHECK_GT(order(coarse, fine), 1.7);
  BOOST_CHECK_SMALL(fine_in_space, 1e-2);
  BOOST_CHECK_GT(order(coarse_in_space, fine_in_space), 1.7);
}

BOOST_AUTO_TEST_CASE(what_has_left_is_infinitely_diluted) {
  // Half of the probe passes the rim, and the fraction halves where it stays.
  const auto membrane = open_membrane(flat_disc(100.).reversed(), 16, Edge::rim, Edge::axis);
  const auto lipids = vesicle_lipid(*membrane);
  const auto everywhere = [&](const double fraction) {
    set_both<1>(*membrane, *lipids, [&](const Vector3 &) { return fraction; });
  };
  Assay assay;
  const auto fluorescence = [&](const double c) {
    return donor_fluorescence(c * assay.acceptor_fraction / assay.area_per_lipid,
                              assay.forster_radius);
  };
  MixingSignals<1> signals(assay, {1.2, 0.8});
  everywhere(1.);
  signals.start(*membrane, *lipids);
  everywhere(0.5);
  auto half_left = std::make_unique<LipidFields<1>>(
      *membrane, std::vector<Species>{{"vesicle lipid"}, {"plasma membrane lipid"}},
      room_temperature);
  for (LipidField field : lipids->fields()) {
    field.left_through_rim = lipids->amount(field);
    half_left->add(field);
  }
  const double expected =
      100. * (0.5 * (fluorescence(0.5) + 1.) - fluorescence(1.)) / (1. - fluorescence(1.));
  const auto now = signals.observe(*membrane, *half_left);
  BOOST_CHECK_CLOSE(now.dequenching, 75., 1e-10);
  BOOST_CHECK_CLOSE(now.energy_transfer, expected, 1e-10);
  BOOST_CHECK_CLOSE(now.energy_transfer_inner, expected, 1e-10);
  BOOST_CHECK_CLOSE(now.tirf, 0.5, 1e-10);
}

BOOST_AUTO_TEST_SUITE_END()
