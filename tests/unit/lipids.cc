// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lipids on moving membranes: what there is stays, and it spreads at the rates of theory.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/refinement.h"
#include "lipid_mixtures.h"
#include "lipids/largest_amount.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"

#include <cmath>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

std::pair<double, double> range(const Vector &v) {
  const auto [begin, end] = v.local_range();
  double low = 1e99, high = -1e99;
  for (auto i = begin; i < end; ++i) {
    low = std::min(low, double(v(i)));
    high = std::max(high, double(v(i)));
  }
  return {dealii::Utilities::MPI::min(low, MPI_COMM_WORLD),
          dealii::Utilities::MPI::max(high, MPI_COMM_WORLD)};
}

/// Fractions are between 0 and 1 and add up to 1.
template <int dim>
void check_fractions(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) {
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner}) {
    Vector sum = membrane.scalar_vector(false), fraction = sum;
    for (const LipidField &field : lipids.fields()) {
      if (field.leaflet != leaflet)
        continue;
      fraction = field.fraction;
      sum.add(1, fraction);
      const auto [low, high] = range(field.fraction);
      BOOST_CHECK_GT(low, -1e-11);
      BOOST_CHECK_LT(high, 1 + 1e-11);
    }
    if (sum.linfty_norm() == 0.)
      continue; // no lipids there
    const auto [low, high] = range(sum);
    BOOST_CHECK_SMALL(low - 1, 1e-14);
    BOOST_CHECK_SMALL(high - 1, 1e-14);
  }
}

/// int c x dA [nm^3].
template <int dim> Vector3 first_moment(const Membrane<dim> &membrane, const Vector &fraction) {
  Vector3 sum;
  std::vector<double> values;
  for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<dim> &point) {
    membrane.cell_scalar_values(cell, fraction, values);
    for (unsigned int q = 0; q < point.n_quadrature_points(); ++q)
      sum += point.weight(q) * point.scalar_field(q, values).value * point.point(q);
  });
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
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

  const auto spot = [](const Vector3 &x) { return 0.5 * std::exp(-0.05 * x.norm_square()); };
  LipidFields<dim> lipids = mixture<dim>(
      *membrane,
      {{"half", 0.65, 0, 3}, {"spot", 0.6, 0, 3}, {"uniform", 0.7, 0, 3}, {"rest", 0.5, 0, 3}},
      {[](const Vector3 &x) { return x[2] > 0 ? 0.3 : 0.; }, spot,
       [](const Vector3 &) { return 0.1; },
       [&](const Vector3 &x) { return 0.9 - spot(x) - (x[2] > 0 ? 0.3 : 0.); }});
  std::vector<double> before;
  for (const LipidField &field : lipids.fields())
    before.push_back(lipids.amount(field));
  BOOST_CHECK_CLOSE(before[2], 0.1 * membrane->area(), 1e-11);
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
  check_fractions(*membrane, lipids);
  // A uniform field stays uniform.
  const auto [low, high] = range(lipids.fields()[2].fraction);
  BOOST_CHECK_SMALL(low - 0.1, 1e-11);
  BOOST_CHECK_SMALL(high - 0.1, 1e-11);
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
  LipidFields<1> lipids = labelled<1>(*membrane, D, [](const Vector3 &x) {
    return x[2] > 0 ? 1. : x[2] < 0 ? 0. : 0.5;
  });
  const double half = 0.5 * membrane->area();
  double excess = 0, before = 0; // over what the half has in the end
  for (int k = 0; k < 30; ++k) {
    before = excess;
    lipids.advance(dt);
    excess = amount_within(*membrane, 0, lipids.fields()[0].fraction, half) - 0.5 * half;
  }
  return (before / excess - 1) / dt * R * R / D;
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
    BOOST_CHECK_SMALL(exchange_rate(degrees, 128, 3) / expected - 1, 0.005);
    if (std::abs(coarse / expected - 1) > 1e-5)
      BOOST_CHECK_GT(order(coarse / expected - 1, fine / expected - 1), 1.7);
  }
}

BOOST_AUTO_TEST_CASE(exchange_through_a_stalk) {
  // Two equal spheres whose outer leaflets are connected along circles of radius a = R sin(5 deg)
  // by a tube so short that it is as if they shared the circle. What lies inside the circles takes
  // part here, 0.2 % of the area.
  const double R = 10, D = 2, degrees = 5, expected = 0.183153, dt = R * R / D;
  const double a = R * std::sin(degrees * pi / 180);
  GradingParameters grading;
  grading.n_cells = 256;
  Membrane<1> membrane(MPI_COMM_WORLD, 2);
  const Profile below = sphere(R).shifted(-R), above = sphere(R).shifted(R + 2);
  membrane.create_meridian(
      {{below, graded_nodes(below, grading), Component::plasma_membrane, Edge::axis, Edge::axis},
       {above, graded_nodes(above, grading), Component::vesicle, Edge::axis, Edge::axis}});
  LipidFields<1> lipids(membrane, {{"labelled", 0.65, 0, D}, {"unlabelled", 0.65, 0, D}},
                        room_temperature);
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner}) {
    lipids.add(0, leaflet, 1., 0.);
    lipids.add(1, leaflet, 0., 1.);
  }
  const LipidField &outer = lipids.fields()[0], &inner = lipids.fields()[2];
  const double all = lipids.amount(outer), amount = lipids.amount(inner, Component::vesicle);
  double excess = 0, before = 0;
  for (int k = 0; k < 15; ++k) {
    const Stalk stalk =
        make_stalk(membrane, {dealii::Point<3>(0, 0, 2), dealii::Point<3>(), a, 0.01 * a});
    lipids.advance(dt, nullptr, nullptr, {stalk});
    before = excess;
    excess = lipids.amount(outer, Component::vesicle) - 0.5 * all;
  }
  const double rate = (before / excess - 1) / dt * R * R / D;
  BOOST_TEST_MESSAGE("rate through a stalk " << rate << " instead of " << expected);
  BOOST_CHECK_CLOSE(rate, expected, 2);
  BOOST_CHECK_SMALL(lipids.amount(outer) / all - 1, 1e-13);
  BOOST_CHECK_SMALL(lipids.amount(inner, Component::vesicle) / amount - 1, 1e-13);
  check_fractions(membrane, lipids);
}

BOOST_AUTO_TEST_CASE(spreading_on_a_sphere) {
  // P_l decays with the rate l (l + 1) D / R^2; backward Euler with 1 / (1 + rate dt).
  const double R = 10, D = 2, dt = 0.5;
  for (const int l : {1, 2}) {
    const auto fraction = [&](const Vector3 &x) {
      return 0.5 + 0.4 * std::legendre(l, x[2] / x.norm());
    };
    const double factor = 1 / (1 + l * (l + 1) * D / (R * R) * dt);
    const auto error = [&](const auto &membrane) {
      auto lipids = labelled(membrane, D, fraction);
      const auto variation = [&]() {
        Vector c(lipids.fields()[0].fraction.locally_owned_elements(), MPI_COMM_WORLD);
        c = lipids.fields()[0].fraction;
        c.add(-0.5);
        return c.l2_norm();
      };
      const double before = variation();
      lipids.advance(dt);
      return (1 - variation() / before) / (1 - factor) - 1;
    };
    const double coarse = error(*closed_membrane<1>(sphere(R), 64)),
                 fine = error(*closed_membrane<1>(sphere(R), 128)),
                 in_space = error(*closed_membrane<2>(sphere(R), 3));
    BOOST_TEST_MESSAGE("P_" << l << ": errors " << coarse << ", " << fine << ", in space "
                            << in_space);
    BOOST_CHECK_SMALL(fine, 2e-3);
    BOOST_CHECK_GT(order(coarse, fine), 1.7);
    BOOST_CHECK_SMALL(in_space, 0.05);
  }
}

BOOST_AUTO_TEST_CASE(spreading_across_hanging_nodes) {
  // Half of the sphere has cells of half the size. P_1 decays as on an even mesh, amounts stay, and
  // so do they when the mesh changes once more.
  const double R = 10, D = 2, dt = 0.5, factor = 1 / (1 + 2 * D / (R * R) * dt);
  const auto surface = closed_membrane<2>(sphere(R), 2);
  LipidFields<2> lipids =
      labelled<2>(*surface, D, [](const Vector3 &x) { return 0.5 + 0.04 * x[2]; });
  const auto adapt = [&](const std::function<int(const Membrane<2>::Cell &)> &mark) {
    auto fields = lipids.conserved();
    CarriedFields carried;
    for (auto &field : fields)
      carried.conserved.push_back(&field);
    BOOST_REQUIRE(refine_and_coarsen(*surface, mark, carried).changed);
    lipids.mesh_changed(fields);
  };
  const std::vector<double> amounts = {lipids.amount(lipids.fields()[0]),
                                       lipids.amount(lipids.fields()[1])};
  const auto height = [&](const auto &cell) {
    std::vector<double> x;
    surface->cell_positions(cell, x);
    return 0.5 * (x[2] + x[11]);
  };
  adapt([&](const auto &cell) { return height(cell) > -2. ? 1 : 0; });
  // Proportional to the amplitude of P_1.
  const auto moment = [&]() { return first_moment(*surface, lipids.fields()[0].fraction)[2]; };
  const double before = moment();
  lipids.advance(dt);
  BOOST_CHECK_SMALL((1 - moment() / before) / (1 - factor) - 1, 0.02);
  adapt([&](const auto &cell) {
    return height(cell) > 2. && cell->level() == 3 ? -1 : height(cell) < -2. ? 1 : 0;
  });
  lipids.advance(dt);
  BOOST_CHECK_SMALL(moment() / before - factor * factor, 2e-3);
  for (unsigned int f = 0; f < 2; ++f)
    BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[f]) / amounts[f] - 1, 1e-13);
  check_fractions(*surface, lipids);
}

BOOST_AUTO_TEST_CASE(carried_by_the_slip) {
  // The outer leaflet turns about the z axis by an angle in all, with a sharp front in its lipids;
  // it does not spread.
  const double R = 10, angle = 0.5;
  double errors[2];
  for (const unsigned int refinement : {3u, 4u}) {
    const auto surface = closed_membrane<2>(sphere(R), refinement);
    LipidFields<2> lipids =
        labelled<2>(*surface, 0., [](const Vector3 &x) { return x[0] > 0.1 ? 1. : 0.; });
    const double amount = lipids.amount(lipids.fields()[0]);
    const int n_steps = 10 << (refinement - 3);
    // s = (angle / n_steps) e_z x x
    const Vector &x = surface->positions();
    Vector s = surface->vector_field(false), slip = surface->vector_field(true);
    std::vector<dealii::types::global_dof_index> indices;
    for (const auto &cell : surface->position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        surface->cell_position_indices(cell, indices);
        for (unsigned int i = 0; i < indices.size(); i += 3)
          if (s.in_local_range(indices[i])) {
            s(indices[i]) = -angle / n_steps * double(x(indices[i + 1]));
            s(indices[i + 1]) = angle / n_steps * double(x(indices[i]));
          }
      }
    s.compress(dealii::VectorOperation::insert);
    slip = s;
    const LeafletSlip turn{x, slip, surface->scalar_vector(true)};
    const Vector3 before = first_moment(*surface, lipids.fields()[0].fraction);
    for (int k = 0; k < n_steps; ++k)
      lipids.advance(1., nullptr, &turn);
    const Vector3 after = first_moment(*surface, lipids.fields()[0].fraction);
    check_fractions(*surface, lipids);
    BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[0]) / amount - 1, 1e-13);
    const double turned = std::atan2(after[1], after[0]) - std::atan2(before[1], before[0]);
    errors[refinement - 3] = std::abs(turned / angle - 1);
  }
  BOOST_TEST_MESSAGE("errors of the angle " << errors[0] << ", " << errors[1]);
  BOOST_CHECK_LT(errors[0], 0.05);
  BOOST_CHECK_LT(errors[1], 0.6 * errors[0]); // upwind: first order
}

BOOST_AUTO_TEST_CASE(rest_in_a_field_of_curvature) {
  // With J0 = +-0.1 and kappa (C0 - H) fixed, the fractions of two lipids of one area come to
  //   ln (c / (1 - c)) + a (g - g') / kT = const ,
  // g = -kappa/2 J0 (H - C0 - J) in the outer leaflet.
  const double J0 = 0.1, area = 0.65, kappa = room_temperature.bending_rigidity;
  const auto membrane = closed_membrane<1>(prolate(20, 0.8), 48);
  LipidFields<1> lipids = mixture<1>(*membrane, {{"head", area, J0, 3}, {"cone", area, -J0, 8}},
                                     {[](const Vector3 &x) { return x[2] > 0 ? 0.8 : 0.1; },
                                      [](const Vector3 &x) { return x[2] > 0 ? 0.2 : 0.9; }});
  const double amount = lipids.amount(lipids.fields()[0]);
  const Vector curvature = scalar_field<1>(
      *membrane, [](const Vector3 &x) { return 0.1 + 0.05 * std::sin(0.3 * x[2]); });
  const auto moment = [&]() {
    // kappa (C0 - H), C0 = J / 2 of the one leaflet that there is
    Vector m = membrane->scalar_vector(false), h = m, result = membrane->scalar_vector(true);
    m = lipids.spontaneous_curvature();
    h = curvature;
    m.add(-1, h);
    m *= 0.5 * kappa; // no lipids inside: half of the rigidity
    result = m;
    return result;
  };
  for (int k = 0; k < 60; ++k) {
    const Vector m = moment();
    lipids.advance(50., &m);
  }
  double low = 1e99, high = -1e99;
  Vector J = lipids.spontaneous_curvature();
  for (const auto i : membrane->scalar_dofs().locally_owned_dofs()) {
    const double c = lipids.fields()[0].fraction(i), own = 2 * double(J(i)),
                 g = -0.5 * kappa * J0 * (double(curvature(i)) - own),
                 rest = std::log(c / (1 - c)) + area / room_temperature.thermal_energy * 2 * g;
    low = std::min(low, rest);
    high = std::max(high, rest);
  }
  low = dealii::Utilities::MPI::min(low, MPI_COMM_WORLD);
  high = dealii::Utilities::MPI::max(high, MPI_COMM_WORLD);
  BOOST_TEST_MESSAGE("constant between " << low << " and " << high);
  BOOST_CHECK_SMALL(high - low, 1e-7); // the tolerance of the linear solver
  BOOST_CHECK_SMALL(lipids.amount(lipids.fields()[0]) / amount - 1, 1e-13);
  const auto [least, most] = range(lipids.fields()[0].fraction);
  BOOST_CHECK_GT(most - least, 0.01); // it did sort
  check_fractions(*membrane, lipids);
}

BOOST_AUTO_TEST_CASE(species_of_different_mobility_fill_the_leaflet) {
  // A fast, a slow and a large lipid; what all have in common is that entropy wants them to mix.
  const auto meridian = closed_membrane<1>(sphere(20), 32);
  LipidFields<1> lipids =
      mixture<1>(*meridian, {{"fast", 0.6, 0, 10}, {"slow", 0.65, 0, 0.5}, {"large", 1.3, 0, 2}},
                 {[](const Vector3 &x) { return x[2] > 0 ? 1. : 0.; },
                  [](const Vector3 &x) { return x[2] > 0 ? 0. : 0.7; },
                  [](const Vector3 &x) { return x[2] > 0 ? 0. : 0.3; }});
  std::vector<double> before;
  for (const LipidField &field : lipids.fields())
    before.push_back(lipids.amount(field));
  double energy = lipids.mixing_energy();
  for (int k = 0; k < 100; ++k) {
    lipids.advance(k < 50 ? 0.1 : 200.);
    const double now = lipids.mixing_energy();
    BOOST_CHECK_LT(now, energy + 1e-9 * std::abs(energy));
    energy = now;
    check_fractions(*meridian, lipids);
  }
  for (unsigned int f = 0; f < 3; ++f) {
    const LipidField &field = lipids.fields()[f];
    BOOST_CHECK_SMALL(lipids.amount(field) / before[f] - 1, 1e-12);
    const auto [low, high] = range(field.fraction);
    BOOST_CHECK_SMALL(high - low, 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(changing_leaflets) {
  const double rate = 0.02, dt = 3, R = 20;
  const auto membrane = closed_membrane<1>(sphere(R), 16);
  LipidFields<1> lipids(*membrane, {{"cholesterol", 0.4, 0, 1, 1, rate}, {"rest"}},
                        room_temperature);
  lipids.add(0, Leaflet::outer, 0.4, 0.4);
  lipids.add(0, Leaflet::inner, 0.1, 0.1);
  lipids.add(1, Leaflet::outer, 0.6, 0.6);
  lipids.add(1, Leaflet::inner, 0.9, 0.9);
  const auto difference = [&]() {
    return lipids.amount(lipids.fields()[0]) - lipids.amount(lipids.fields()[1]);
  };
  const double before = difference(), outer = lipids.amount(lipids.fields()[0]);
  lipids.advance(dt);
  BOOST_CHECK_CLOSE(difference() / before, std::exp(-2 * rate * dt), 1e-10);
  BOOST_CHECK_CLOSE(lipids.amount(lipids.fields()[0]) - outer, lipids.fields()[0].flipped_in, 1e-9);
  Vector flipped = membrane->scalar_vector(false);
  flipped = lipids.flipped();
  BOOST_CHECK_CLOSE(flipped.mean_value() * flipped.size(), lipids.fields()[0].flipped_in, 1e-9);
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
