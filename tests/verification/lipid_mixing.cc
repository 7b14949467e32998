// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What assays of lipid mixing show of vesicles that have mixed completely, and how fast lipids
/// pass from one vesicle to another.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/lipid_mixtures.h"
#include "geometry/coarse_meshes.h"
#include "geometry/topology/surface_fusion.h"
#include "lipids/mixing_signals.h"

using namespace fusogen;
using namespace fusogen::test;
using dealii::Point;
using dealii::Tensor;

namespace {

const double pi = std::acos(-1.0);

// A vesicle with the outer radius 20 and the inner radius 16, above an unlabelled membrane.
constexpr double R = 18., d = 2., gap = 2., pore_radius = 1.5, rim = 60.;

/// The membranes before and after the fusion.
template <int dim> struct Membranes { std::unique_ptr<Membrane<dim>> docked, fused; };

Membranes<1> meridians() {
  Membranes<1> result;
  GradingParameters grading;
  grading.n_cells = 64;
  const Profile disc = flat_disc(rim).reversed(), ball = sphere(R).shifted(gap + R);
  result.docked = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, 2);
  result.docked->create_meridian(
      {{disc, graded_nodes(disc, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
       {ball, graded_nodes(ball, grading), Component::vesicle, Edge::axis, Edge::axis}});
  result.fused = open_membrane(omega_conserving_area(R, gap, pore_radius, rim).profile, 128,
                               Edge::rim, Edge::axis);
  return result;
}

Membranes<2> surfaces() {
  Membranes<2> result;
  Tensor<1, 3> down;
  down[2] = -1.;
  const unsigned int refinement = 2;
  const MeshedSurface mesh =
      together(membrane_mesh(rim, {{Point<2>(), 6.}}),
               vesicle_mesh(sphere_shape(Point<3>(0, 0, R + gap), R), down, 6. / R));
  result.docked = std::make_unique<Membrane<2>>(MPI_COMM_WORLD, 2);
  result.docked->create_surface(mesh.mesh, refinement, mesh.geometry);
  FusionMesh size;
  size.least_level = size.most_levels = refinement;
  result.fused =
      fuse(*result.docked, find_docking_site(*result.docked, {mesh.patches[0]}, {mesh.patches[1]}),
           pore_radius, {}, size)
          .membrane;
  return result;
}

template <int dim> void check_plateaus(const Membranes<dim> &membranes) {
  const double labelled = 4. * pi * R * R, unlabelled = pi * rim * rim,
               diluted = labelled / (labelled + unlabelled),
               outer_share = 20. * 20. / (20. * 20. + 16. * 16.);
  Assay assay;
  const auto fluorescence = [&](const double c) {
    return donor_fluorescence(c * assay.acceptor_fraction / assay.area_per_lipid,
                              assay.forster_radius);
  };
  const double energy_transfer =
      100. * (fluorescence(diluted) - fluorescence(1.)) / (1. - fluorescence(1.));
  const auto mixed = [&](const Vector3 &) { return diluted; };
  MixingSignals<dim> signals(assay, leaflet_densities(R, d));
  const auto separate = vesicle_lipid(*membranes.docked);
  signals.start(*membranes.docked, *separate);
  const auto check = [&](const char *what, const double value, const double expected) {
    BOOST_TEST_MESSAGE("theory " << expected << " %, " << (dim == 1 ? "meridian" : "space") << " "
                                 << value << " %: " << what);
    BOOST_CHECK_CLOSE(value, expected, 0.5);
  };

  const auto mixture = vesicle_lipid(*membranes.fused);
  set_both<dim>(*membranes.fused, *mixture, mixed);
  const auto full = signals.observe(*membranes.fused, *mixture);
  check("R18, full fusion", full.dequenching, 100. * (1. - diluted));
  check("RET, full fusion", full.energy_transfer, energy_transfer);
  check("RET of the inner leaflet, full fusion", full.energy_transfer_inner, energy_transfer);

  set<dim>(*membranes.docked, *separate, 0, mixed);
  const auto hemifused = signals.observe(*membranes.docked, *separate);
  check("R18, hemifusion", hemifused.dequenching, 100. * outer_share * (1. - diluted));
  check("RET, hemifusion", hemifused.energy_transfer, outer_share * energy_transfer);
  BOOST_CHECK_SMALL(hemifused.energy_transfer_inner, 1e-10);
}

/// Two spheres of radius 1 that share a circle of half-angle @p angle, one of each component: on
/// each four cells from the circle to a face of a cube, and that face.
MeshedSurface joined_spheres_in_space(const double angle) {
  MeshedSurface result;
  QuadMesh &mesh = result.mesh;
  // On the upper sphere, seen from its centre.
  const auto direction = [angle](const unsigned int cell, const Point<2> &xi) {
    const double a = std::tan(0.5 * pi * (xi[0] - 0.5));
    Point<3> n;
    if (cell == 4)
      n = Point<3>(a, std::tan(0.5 * pi * (xi[1] - 0.5)), 1.);
    else {
      // Along meridians, with the same factor of tan(theta / 2) for the same step.
      const double azimuth = 0.5 * pi * (cell + xi[0] - 0.5), start = std::tan(0.5 * angle),
                   end = std::tan(0.5 * (pi - std::atan(std::hypot(1., a)))),
                   theta = 2. * std::atan(start * std::pow(end / start, xi[1]));
      n = Point<3>(std::sin(theta) * std::cos(azimuth), std::sin(theta) * std::sin(azimuth),
                   -std::cos(theta));
    }
    return n / n.norm();
  };
  result.geometry = [=](const unsigned int cell, const Point<2> &xi) {
    Point<3> x = direction(cell % 5, xi);
    x[2] += std::cos(angle);
    return cell < 5 ? x : Point<3>(x[0], -x[1], -x[2]);
  };
  // Corners 0 to 3 on the circle, then those of the upper and the lower face.
  for (unsigned int k = 0; k < 4; ++k)
    mesh.vertices.push_back(result.geometry(k, Point<2>(0, 0)));
  for (const unsigned int ball : {0u, 1u}) {
    const unsigned int first = 4 * (ball + 1);
    const Component component = ball == 0 ? Component::vesicle : Component::plasma_membrane;
    for (unsigned int k = 0; k < 4; ++k)
      mesh.vertices.push_back(result.geometry(5 * ball + k, Point<2>(0, 1)));
    const auto on_circle = [&](const unsigned int k) { return (ball == 0 ? k : 5 - k) % 4; };
    for (unsigned int k = 0; k < 4; ++k)
      mesh.cells.push_back(
          {{{on_circle(k), on_circle(k + 1), first + k, first + (k + 1) % 4}}, component});
    // The face's corner at azimuth -3/4 pi comes first.
    mesh.cells.push_back({{{first + 3, first, first + 2, first + 1}}, component});
  }
  return result;
}

/// Slowest rate of exchange between them, in D / R^2: long steps of diffusion of a lipid that is in
/// one of them, each of which divides what is there in excess by 1 + rate dt in the end.
double exchange_rate_in_space(const double degrees, const unsigned int refinement,
                              const unsigned int degree) {
  const MeshedSurface spheres = joined_spheres_in_space(degrees * pi / 180.);
  Membrane<2> membrane(MPI_COMM_WORLD, degree);
  membrane.create_surface(spheres.mesh, refinement, spheres.geometry);
  LipidFields<2> lipids = vesicle_and_plasma_membrane(membrane);
  const LipidField &field = lipids.fields()[0];
  const double mean = lipids.amount(field) / membrane.area(), dt = 1.;
  double excess = 0., before = 0.;
  for (unsigned int step = 0; step < 15; ++step) {
    lipids.advance(dt);
    before = excess;
    excess = 0.;
    std::vector<double> values;
    for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<2> &surface) {
      if (Membrane<2>::component(cell) != Component::vesicle)
        return;
      membrane.cell_scalar_values(cell, field.fraction, values);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        excess += surface.weight(q) * (surface.scalar_field(q, values).value - mean);
    });
    excess = dealii::Utilities::MPI::sum(excess, membrane.communicator());
  }
  return (before / excess - 1.) / dt;
}

} // namespace

BOOST_AUTO_TEST_CASE(plateaus_of_fusion_and_hemifusion) {
  check_plateaus(meridians());
  check_plateaus(surfaces());
}

BOOST_AUTO_TEST_CASE(exchange_of_two_joined_spheres_in_space) {
  // nu (nu + 1) with P_nu(-cos(angle)) = 0, as for the meridian in unit/lipids.cc.
  const double degrees = 20., expected = 0.349853712973;
  const double coarse = exchange_rate_in_space(degrees, 2, 2) / expected - 1.,
               fine = exchange_rate_in_space(degrees, 3, 2) / expected - 1.,
               higher = exchange_rate_in_space(degrees, 2, 3) / expected - 1.;
  BOOST_TEST_MESSAGE(degrees << " degrees in space: errors of the rate with 160 and 640 cells "
                             << coarse << ", " << fine << ", with 160 of degree 3 " << higher);
  BOOST_CHECK_SMALL(fine, 0.005);
  BOOST_CHECK_SMALL(higher, 0.005);
  BOOST_CHECK_GT(order(coarse, fine), 1.7);
}
