// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lipids on moving membranes: what there is stays, and it spreads at the rates of theory.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/refinement.h"
#include "lipids/largest_amount.h"
#include "lipids/lipid_field.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "surfaces.h"

#include <cmath>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

/// A field with the given fraction at the nodes.
template <int dim>
LipidField lipid(const Membrane<dim> &membrane, LipidFields<dim> &fields,
                 const std::function<double(const Vector3 &)> &fraction) {
  fields.assemble(1., 0.);
  Vector values = membrane.scalar_vector(false), content = membrane.scalar_vector(false);
  values = scalar_field<dim>(membrane, fraction);
  fields.system_matrix().vmult(content, values);
  LipidField field{"", Leaflet::outer, 0., membrane.scalar_vector(true),
                   membrane.scalar_vector(true)};
  field.content = content;
  return field;
}

template <int dim> void check_amounts(unsigned int resolution, int n_steps) {
  const double kappa = 82, viscosity = 4, radius = 20, time = viscosity * radius * radius / kappa;
  const auto membrane = closed_membrane<dim>(oblate(radius, 0.8), resolution);
  FlowSystem<dim> flow(*membrane, {});
  flow.add(Bending<dim>(kappa, 0));
  flow.add(SurfaceViscosity<dim>(viscosity));
  flow.add(Drag<dim>(1e-8 * viscosity / (radius * radius)));
  flow.add(Inextensibility<dim>());
  flow.add(EnclosedVolume<dim>::fixed(membrane->volume()));
  flow.initialize();

  LipidFields<dim> lipids(*membrane, 3.);
  lipids.add("uniform", Leaflet::inner, Component::vesicle, 0.);
  lipids.add(lipid<dim>(*membrane, lipids, [](const Vector3 &x) { return x[2] > 0 ? 1. : 0.; }),
             false);
  lipids.add(lipid<dim>(*membrane, lipids,
                        [](const Vector3 &x) { return std::exp(-0.05 * x.norm_square()); }),
             false);
  std::vector<double> before;
  for (const LipidField &field : lipids.fields())
    before.push_back(lipids.amount(field));
  BOOST_CHECK_CLOSE(before[0], membrane->area(), 1e-11);
  const Vector start = membrane->positions();
  for (int k = 0; k < n_steps; ++k) {
    BOOST_REQUIRE(flow.step(5e-3 * time).converged);
    lipids.advance(5e-3 * time);
  }
  Vector moved = membrane->vector_field(false), other = membrane->vector_field(false);
  moved = membrane->positions();
  other = start;
  moved.add(-1, other);
  BOOST_CHECK_GT(moved.linfty_norm(), 0.2); // the vesicle did deform
  for (unsigned int f = 0; f < before.size(); ++f)
    BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[f]) / before[f] - 1, 1e-13);
  // Fractions and contents belong together, and a uniform field stays uniform on a membrane whose
  // patches keep their area, to the order of the mesh.
  for (const LipidField &field : lipids.fields())
    BOOST_CHECK_CLOSE(integral(*membrane, field.fraction), lipids.amount(field), 1e-8);
  const auto [begin, end] = lipids.fields()[0].fraction.local_range();
  for (auto i = begin; i < end; ++i)
    BOOST_CHECK_SMALL(double(lipids.fields()[0].fraction(i)) - 1, dim == 1 ? 1e-3 : 2e-2);
}

/// Slowest rate of exchange between two equal spheres that share a circle, in D / R^2: inverse
/// iteration, whose steps are long steps of diffusion, on an antisymmetric start.
double exchange_rate(double degrees, int n_cells, unsigned int degree = 2) {
  const double R = 10, D = 2, dt = R * R / D;
  // Cells may grow the less from one to the next, the more there are, as in a
  // refinement of the same mesh.
  GradingParameters grading;
  grading.n_cells = n_cells;
  grading.growth *= 64. / n_cells;
  const Profile profile = joined_equal_spheres(R, degrees * pi / 180);
  auto membrane = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, degree);
  membrane->create_meridian(
      {{profile, graded_nodes(profile, grading), Component::vesicle, Edge::axis, Edge::axis}});
  LipidFields<1> lipids(*membrane, D);
  lipids.add(lipid<1>(*membrane, lipids,
                      [](const Vector3 &x) { return x[2] > 0   ? 1.
                                                    : x[2] < 0 ? -1.
                                                               : 0.; }),
             false);
  const double half = 0.5 * membrane->area();
  double amount = 0, before = 0;
  for (int k = 0; k < 30; ++k) {
    before = amount;
    lipids.advance(dt);
    amount = amount_within(*membrane, 0, lipids.fields()[0].fraction, half);
  }
  return (before / amount - 1) / dt * R * R / D;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lipids)

BOOST_AUTO_TEST_CASE(amounts_stay_on_a_moving_vesicle) {
  check_amounts<1>(32, 200);
  check_amounts<2>(1, 20);
}

BOOST_AUTO_TEST_CASE(exchange_of_two_joined_spheres) {
  // nu (nu + 1) with P_nu(-cos(angle)) = 0.
  for (const auto &[degrees, expected] :
       std::vector<std::pair<double, double>>{{1, 0.116216}, {5, 0.183153}, {20, 0.349854}}) {
    const double coarse = exchange_rate(degrees, 64), fine = exchange_rate(degrees, 128);
    BOOST_TEST_MESSAGE(degrees << " degrees: rate " << fine << " instead of " << expected
                               << ", errors with 64 and 128 cells " << coarse / expected - 1 << ", "
                               << fine / expected - 1);
    BOOST_CHECK_SMALL(fine / expected - 1, 0.005);
    BOOST_CHECK_SMALL(exchange_rate(degrees, 128, 3) / expected - 1, 1e-4);
    if (std::abs(coarse / expected - 1) > 1e-5)
      BOOST_CHECK_GT(order(coarse / expected - 1, fine / expected - 1), 1.7);
  }
}

BOOST_AUTO_TEST_CASE(spreading_on_a_sphere) {
  // P_l decays with the rate l (l + 1) D / R^2; backward Euler with 1 / (1 + rate dt).
  const double R = 10, D = 2, dt = 0.5;
  for (const int l : {1, 2}) {
    const auto meridian = closed_membrane<1>(sphere(R), 64, 3);
    const auto surface = closed_membrane<2>(sphere(R), 3);
    const auto harmonic = [&](const Vector3 &x) { return std::legendre(l, x[2] / x.norm()); };
    const double factor = 1 / (1 + l * (l + 1) * D / (R * R) * dt);
    LipidFields<1> a(*meridian, D);
    a.add(lipid<1>(*meridian, a, harmonic), false);
    LipidFields<2> b(*surface, D);
    b.add(lipid<2>(*surface, b, harmonic), false);
    double ratio_a = a.fields()[0].fraction.l2_norm(), ratio_b = b.fields()[0].fraction.l2_norm();
    a.advance(dt);
    b.advance(dt);
    ratio_a = a.fields()[0].fraction.l2_norm() / ratio_a;
    ratio_b = b.fields()[0].fraction.l2_norm() / ratio_b;
    BOOST_CHECK_SMALL((1 - ratio_a) / (1 - factor) - 1, 1e-4);
    BOOST_CHECK_SMALL((1 - ratio_b) / (1 - factor) - 1, 0.05);
  }
}

BOOST_AUTO_TEST_CASE(spreading_across_hanging_nodes) {
  // Half of the sphere has cells of half the size. P_1 decays as on an even mesh, amounts stay, and
  // so do they when the mesh changes once more.
  const double R = 10, D = 2, dt = 0.5, factor = 1 / (1 + 2 * D / (R * R) * dt);
  const auto surface = closed_membrane<2>(sphere(R), 2);
  LipidFields<2> lipids(*surface, D);
  lipids.add("uniform", Leaflet::inner, Component::vesicle, 0.);
  lipids.add(lipid<2>(*surface, lipids, [](const Vector3 &x) { return 0.5 + 0.04 * x[2]; }), false);
  const auto adapt = [&](const std::function<int(const Membrane<2>::Cell &)> &mark) {
    auto fields = lipids.conserved();
    CarriedFields carried;
    for (auto &field : fields)
      carried.conserved.push_back(&field);
    BOOST_REQUIRE(refine_and_coarsen(*surface, mark, carried).changed);
    lipids.mesh_changed(fields);
  };
  const double uniform = lipids.amount(lipids.fields()[0]),
               amount = lipids.amount(lipids.fields()[1]);
  const auto height = [&](const auto &cell) {
    std::vector<double> x;
    surface->cell_positions(cell, x);
    return 0.5 * (x[2] + x[11]);
  };
  adapt([&](const auto &cell) { return height(cell) > -2. ? 1 : 0; });
  // The first moment int c z dA, which is proportional to the amplitude of P_1.
  const auto moment = [&]() {
    double sum = 0;
    std::vector<double> values;
    for_each_cell(*surface, [&](const auto &cell, const SurfaceValues<2> &point) {
      surface->cell_scalar_values(cell, lipids.fields()[1].fraction, values);
      for (unsigned int q = 0; q < point.n_quadrature_points(); ++q)
        sum += point.weight(q) * point.point(q)[2] * point.scalar_field(q, values).value;
    });
    return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
  };
  const double before = moment();
  BOOST_TEST_MESSAGE("a" << moment() / before);
  lipids.advance(dt);
  BOOST_TEST_MESSAGE("b" << moment() / before << " " << factor);
  BOOST_CHECK_SMALL((1 - moment() / before) / (1 - factor) - 1, 0.02);
  adapt([&](const auto &cell) {
    return height(cell) > 2. && cell->level() == 3 ? -1 : height(cell) < -2. ? 1 : 0;
  });
  BOOST_TEST_MESSAGE("c" << moment() / before);
  lipids.advance(dt);
  BOOST_TEST_MESSAGE("d" << moment() / before << " " << factor * factor);
  BOOST_CHECK_SMALL(moment() / before - factor * factor, 2e-3);
  BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[0]) / uniform - 1, 1e-13);
  BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[1]) / amount - 1, 1e-13);
  for (const LipidField &field : lipids.fields())
    BOOST_CHECK_CLOSE(integral(*surface, field.fraction), lipids.amount(field), 1e-8);
}

BOOST_AUTO_TEST_CASE(largest_amount_on_a_part_of_a_sphere) {
  // c = (1 + z/R) / 2 on the cap of the area s 4 pi R^2 around the pole: 4 pi R^2 s (1 - s/2). The
  // lipid's pole lies where no cell has it.
  const double radius = 10;
  Vector3 pole;
  pole[0] = 0.36;
  pole[1] = 0.48;
  pole[2] = 0.8;
  double errors[2];
  for (const unsigned int refinement : {2u, 3u}) {
    const auto membrane = closed_membrane<2>(sphere(radius), refinement);
    const Vector fraction = scalar_field<2>(
        *membrane, [&](const Vector3 &x) { return 0.5 * (1. + x * pole / radius); });
    double worst = 0.;
    for (const double share : {0.1, 0.3, 0.5, 0.9})
      worst = std::max(
          worst, std::abs(largest_amount(*membrane, fraction, share * 4. * pi * radius * radius) /
                              (4. * pi * radius * radius * share * (1. - share / 2.)) -
                          1.));
    errors[refinement - 2] = worst;
  }
  BOOST_TEST_MESSAGE("largest amount: errors " << errors[0] << ", " << errors[1]);
  BOOST_CHECK_LT(errors[0], 0.02); // (h/R)^2 / 8 of linear interpolation with h = R pi / 8
  BOOST_CHECK_LT(errors[1], 0.3 * errors[0]);
}

BOOST_AUTO_TEST_SUITE_END()
