// SPDX-License-Identifier: LGPL-2.1-or-later
// States on the way to fusion against theory.
#include "base/units.h"
#include "pathway/fusion_path.h"
#include "pathway/fusion_states.h"
#include "pathway/minimisation.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

using namespace fusogen;
using boost::test_tools::tolerance;
using Network = BilayerNetwork;

namespace {
constexpr double pi = 3.141592653589793;
const double kT = units::thermal_energy(units::room_temperature);

/// A pair of equal leaflets of 10 kT, with free separation.
MirrorPair equal_leaflets(const double J0, const unsigned int n_elements = 20) {
  MirrorPair pair;
  pair.proximal.rigidity = 10. * kT;
  pair.proximal.spontaneous_curvature = J0;
  pair.distal = pair.proximal;
  pair.n_elements = n_elements;
  return pair;
}

void set_spontaneous_curvature(Network &network, const double J0) {
  network.for_all_monolayers([&](Monolayer &m) { m.spontaneous_curvature = J0; });
}

/// A stalk in equilibrium.
Network relaxed_stalk(const double J0) {
  Network network = stalk(equal_leaflets(0.));
  BOOST_REQUIRE(minimise_from_afar(network).converged);
  const Minimum minimum =
      follow(network, [&](Network &n, const double t) { set_spontaneous_curvature(n, t * J0); });
  BOOST_REQUIRE(minimum.converged);
  BOOST_TEST(minimum.negative_modes == 0u);
  return network;
}

/// Bending energy over rigidity of the torus's inner half between two parallel membranes: a circle
/// of radius h around a point at distance R from the axis (closed form, Kozlov and Markin 1983).
double torus(const double R, const double h) {
  return 4. * pi *
         (R * R / (h * std::sqrt(R * R - h * h)) * std::atan(std::sqrt((R + h) / (R - h))) - 2.);
}

/// A quarter of the meridian of a pore that is a torus, with leaflets of the same length.
Network torus_pore(const double R, const double h, const double length, const double J0,
                   const unsigned int n_elements) {
  MirrorPair pair = equal_leaflets(J0, n_elements);
  pair.proximal.thickness = pair.distal.thickness = length;
  pair.box = R;
  Network network = pore(pair, R - h - length);
  network.set_shape(0, [&](const double u) {
    const double t = u * pi / 2.;
    return Network::Shape{
        R - h * std::cos(t), h * std::sin(t), {t - pi / 2., t + pi / 2.}, {length, length}};
  });
  // The far end has no height yet.
  network.fix(network.last(0, Network::height), h);
  return network;
}
} // namespace

// The energy of a leaflet's edge whose lipids are tilted: it falls off over sqrt(kappa/kappa_t) and
// is 1/2 sqrt(kappa kappa_t) t0^2 for each length of the edge (Hamm and Kozlov 2000). That is for a
// flat surface. A real one gives way: within l0 sqrt(kappa_t/K_A) of the edge its slope follows the
// tilt, and splay makes it thicker. So the tails are short here and the area modulus is large,
// which leaves about 0.1 %. The edge is a wide circle.
BOOST_AUTO_TEST_CASE(tilt_decays_from_an_edge) {
  const double t0 = 0.05, inner = 5000., width = 12.;
  Monolayer monolayer;
  monolayer.thickness = 0.03;
  monolayer.area_modulus = 12000.;
  Network network({{graded_mesh(24, 6.), {monolayer, std::nullopt}}}, 1.);
  for (unsigned int i = 0; i < network.n_nodes(0, Network::height); ++i)
    network.fix(network.index(0, Network::height, i), 0.);
  network.fix(network.first(0, Network::radius), inner);
  network.fix(network.last(0, Network::radius), inner + width);
  network.fix(network.first(0, Network::angle_left), std::atan(t0));
  network.fix(network.last(0, Network::angle_left), 0.);
  network.set_shape(0, [&](const double u) {
    return Network::Shape{
        inner + width * u, 0., {std::atan(t0) * (1. - u), 0.}, {monolayer.thickness, 0.}};
  });
  network.barrier_weight = 1e-8;
  MinimisationSettings settings;
  settings.tolerance = 1e-4; // all forces are multiplied by the length of the edge
  BOOST_REQUIRE(minimise(network, settings).converged);

  const double decay = std::sqrt(monolayer.rigidity / monolayer.tilt_modulus);
  BOOST_TEST(decay == 1.0142, tolerance(1e-3));
  const double energy = network.energies().total() / (2. * pi * inner);
  BOOST_TEST(energy == 0.5 * std::sqrt(monolayer.rigidity * monolayer.tilt_modulus) * t0 * t0,
             tolerance(0.01));
  // The slope of log(tilt) between one and three decay lengths.
  const auto tilt_at = [&](const double distance) {
    double low = 0., high = 1.;
    for (unsigned int i = 0; i < 60; ++i) {
      const double u = 0.5 * (low + high);
      (network.evaluate(0, u).r < inner + distance ? low : high) = u;
    }
    return network.evaluate(0, low).angle[0];
  };
  BOOST_TEST(2. * decay / std::log(tilt_at(decay) / tilt_at(3. * decay)) == decay, tolerance(0.01));
}

// Two neutral surfaces parallel to a torus: each is a torus of its own. The part that is linear in
// J0 comes from the integrated curvatures, -16 pi length together.
BOOST_AUTO_TEST_CASE(parallel_leaflets_of_a_torus_have_the_closed_form) {
  const double R = 8., h = 5., length = 1.3, J0 = -0.1, kappa = 10. * kT;
  const double quadratic = kappa * (torus(R, h - length) + torus(R, h + length));
  const double linear = 16. * pi * kappa * J0 * length;
  double before = 0.;
  for (const unsigned int n : {4u, 8u}) {
    const NetworkEnergy e = torus_pore(R, h, length, J0, n).energies();
    const double error = std::abs(e.splay - quadratic - linear) / quadratic;
    BOOST_TEST(error < 1e-4);
    BOOST_CHECK_SMALL(e.tilt / kT, 1e-3);
    if (before > 0.)
      BOOST_TEST(error < before / 8.); // of at least third order
    before = error;
  }
}

// Between membranes far apart, leaflets with 10 kT each make the pore of a bilayer with 20 kT. The
// energy of that pore, with the same neck radius and rim, is from two independent methods (spectral
// minimisation, shooting; to 1e-6): neck radius d/2, rim at d from the neck, clamped at distance d.
//
// Next to it there is the finite thickness. Two surfaces parallel to one with curvatures J and K,
// at distance l0, have sum J'^2 dA' = 2 (J^2 + l0^2 (4 K^2 - 5 J^2 K + J^4)) dA + O(l0^4), so that
// the relative excess falls as 1/d^2. At d = 6 nm it is 214 %: this, and nothing else, is why a
// pore of leaflets costs 110 kT more than the pore of a bilayer that has no thickness.
BOOST_AUTO_TEST_CASE(wide_pores_tend_to_those_of_a_bilayer_without_thickness) {
  const double bilayer = 2.562374 * 20. * kT;
  std::vector<double> excess;
  for (const double d : {48., 96., 192.}) {
    MirrorPair pair = equal_leaflets(0., 24);
    pair.half_separation = 0.5 * d;
    pair.box = 1.5 * d;
    Network network = pore(pair, 0.5 * d - pair.distal.thickness);
    MinimisationSettings settings;
    settings.tolerance = 1e-5;
    const Minimum minimum = minimise_from_afar(network, settings);
    BOOST_REQUIRE(minimum.converged);
    BOOST_TEST(minimum.negative_modes == 0u);
    excess.push_back(network.energies().total() / bilayer - 1.);
  }
  BOOST_TEST(excess[2] < 0.005);
  BOOST_TEST(excess[0] / excess[1] == 4., tolerance(0.05));
  BOOST_TEST(excess[1] / excess[2] == 4., tolerance(0.05));
  // What is left after the order 1/d^2.
  BOOST_CHECK_SMALL((4. * excess[2] - excess[1]) / 3., 2e-4);
}

// Hellmann and Feynman: by a parameter, the minimum changes as the energy does at fixed shape.
BOOST_AUTO_TEST_CASE(derivative_by_spontaneous_curvature_is_the_integrated_splay) {
  Network network = relaxed_stalk(-0.1);
  const double by_theory = -10. * kT * network.energies().total_splay;
  const double h = 0.01;
  std::vector<double> energy;
  for (const double J0 : {-0.1 - h, -0.1 + h}) {
    Network other = network;
    set_spontaneous_curvature(other, J0);
    BOOST_REQUIRE(minimise(other).converged);
    energy.push_back(other.energies().total());
  }
  // Central difference; third derivatives are about a hundred times smaller than the first.
  BOOST_TEST((energy[1] - energy[0]) / (2. * h) == by_theory, tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(multipliers_are_derivatives_by_the_coordinates) {
  struct Case {
    Network network;
    double coordinate;
    void (*set)(Network &, double);
    double (*force)(const Network &);
  };
  MirrorPair wide = equal_leaflets(0.);
  wide.half_separation = 3.;
  std::vector<Case> cases = {
      {relaxed_stalk(-0.1), 0.6, set_stalk_radius, stalk_force},
      {diaphragm(equal_leaflets(0.), 3.), 3., set_diaphragm_radius, diaphragm_force},
      {pore(wide, 2.), 2., set_lumen_radius, lumen_force}};
  for (Case &c : cases) {
    if (c.set != set_stalk_radius)
      BOOST_REQUIRE(minimise_from_afar(c.network).converged);
    const double h = 0.02;
    std::vector<double> energy, force;
    for (const double x : {c.coordinate - h, c.coordinate, c.coordinate + h}) {
      c.set(c.network, x);
      BOOST_REQUIRE(minimise(c.network).converged);
      energy.push_back(c.network.energy());
      force.push_back(c.force(c.network));
    }
    BOOST_TEST((energy[2] - energy[0]) / (2. * h) == force[1], tolerance(5e-3));
  }
}

// Lipids whose leaflets bulge towards the tails like stalks, in which proximal leaflets do so.
BOOST_AUTO_TEST_CASE(stalks_get_cheaper_with_negative_spontaneous_curvature) {
  Network network = relaxed_stalk(0.);
  double before = network.energies().total();
  for (const double J0 : {-0.1, -0.2, -0.3, -0.4}) {
    set_spontaneous_curvature(network, J0);
    const Minimum minimum = minimise(network);
    BOOST_REQUIRE(minimum.converged);
    BOOST_TEST(minimum.negative_modes == 0u);
    BOOST_TEST(network.energies().total() < before);
    before = network.energies().total();
  }
}

BOOST_AUTO_TEST_CASE(energies_do_not_depend_on_mesh_gauge_and_barrier) {
  const Network network = relaxed_stalk(-0.1);
  const double energy = network.energies().total();
  BOOST_CHECK_SMALL(network.energies().gauge / kT, 0.01);
  const auto change = [&](Network other) {
    BOOST_REQUIRE(minimise(other).converged);
    return (other.energies().total() - energy) / kT;
  };
  BOOST_CHECK_SMALL(change(network.refined()), 0.01);
  Network other = network;
  other.gauge_weight *= 10.;
  BOOST_CHECK_SMALL(change(other), 0.01);
  other = network;
  other.barrier_weight *= 0.5;
  BOOST_CHECK_SMALL(change(other), 0.01);
}

// With a stalk's waist the core's height falls to zero; with a diaphragm's its junction's radius
// does. Where both are nearly zero it is one state.
BOOST_AUTO_TEST_CASE(stalk_and_diaphragm_are_one_path) {
  const double J0 = -0.2, radius = 1.48;
  MirrorPair pair = equal_leaflets(J0);
  Network core = relaxed_stalk(J0);
  const double start = core.evaluate(0, 0.).length[1] - pair.proximal.thickness;
  BOOST_REQUIRE(follow(core, [&](Network &n, const double t) {
                  set_stalk_radius(n, start + t * (radius - start));
                }).converged);
  Network disc = diaphragm(equal_leaflets(0.), 3.);
  BOOST_REQUIRE(minimise_from_afar(disc).converged);
  BOOST_REQUIRE(follow(disc, [&](Network &n, const double t) {
                  set_spontaneous_curvature(n, t * J0);
                }).converged);
  BOOST_REQUIRE(follow(disc, [&](Network &n, const double t) {
                  set_diaphragm_radius(n, 3. + t * (1.5 - 3.));
                }).converged);
  BOOST_TEST(core.evaluate(1, 0.).z < 0.5);
  BOOST_TEST(disc.evaluate(1, 0.).r < 0.5);
  const double slope = 0.5 * (stalk_force(core) + diaphragm_force(disc)) * (1.5 - radius);
  BOOST_CHECK_SMALL((disc.energies().total() - core.energies().total() - slope) / kT, 0.3);
}

// Lipids with a strongly negative spontaneous curvature, as DOPE's: a stalk, a saddle, and a
// diaphragm that is a minimum, in which a pore has to pass a barrier. Before the stalk there is
// one, too.
BOOST_AUTO_TEST_CASE(path_of_fusion_has_its_stages) {
  MirrorPair pair = equal_leaflets(-0.3, 12);
  pair.box = 16.;
  FusionPath path(pair, {});
  const std::vector<PathState> states = path.stalk_to_diaphragm(0.5, 4.5);
  for (const PathState &state : states) {
    BOOST_TEST(state.minimum.negative_modes == 0u);
    BOOST_TEST(state.minimum.gradient < 1e-8 * 1e3);
  }
  const std::optional<PathSaddle> saddle = path.saddle(states);
  BOOST_REQUIRE(saddle.has_value());
  BOOST_TEST(saddle->energy > states.front().energy.total());
  if (saddle->negative_modes)
    BOOST_TEST(*saddle->negative_modes == 1u);
  const std::optional<PathState> minimum = path.metastable_diaphragm(states);
  BOOST_REQUIRE(minimum.has_value());
  BOOST_CHECK_SMALL(minimum->mesh_error() / kT, 0.1);
  const std::optional<PathSaddle> pore = path.pore_in_diaphragm(minimum->coordinate);
  BOOST_REQUIRE(pore.has_value());
  BOOST_TEST(pore->energy > minimum->energy.total());

  pair.half_separation = 2.75;
  pair.proximal.hydration_pressure = 400.;
  FusionPath held(pair, {});
  const std::vector<PathState> patches = held.stalk_to_patches();
  BOOST_TEST(patches.front().energy.total() == held.stalk().energy.total(), tolerance(1e-6));
  const std::optional<PathSaddle> first = held.stalk_saddle(patches);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->energy > 0.);
  BOOST_TEST(first->energy > patches.front().energy.total());
  BOOST_REQUIRE(first->negative_modes.has_value());
  BOOST_TEST(*first->negative_modes == 1u);
}

// Nothing in a network needs the mirror plane: a whole pore, from far below to far above, has the
// energy of two halves.
BOOST_AUTO_TEST_CASE(pores_without_mirror_plane) {
  const double lumen = 2.;
  const unsigned int n = 16;
  std::vector<double> symmetric;
  std::vector<Network> halves;
  for (const double J0 : {0., -0.1}) {
    MirrorPair pair = equal_leaflets(0., n);
    pair.half_separation = 3.;
    Network half = pore(pair, lumen);
    BOOST_REQUIRE(minimise_from_afar(half).converged);
    set_spontaneous_curvature(half, J0);
    BOOST_REQUIRE(minimise(half).converged);
    symmetric.push_back(half.energies().total());
    halves.push_back(half);
  }

  const Monolayer lipids = equal_leaflets(0.).distal;
  const std::vector<double> mesh = graded_mesh(2 * n, 1.);
  Network whole({{mesh, {lipids, lipids}}}, 1.);
  const double box = equal_leaflets(0.).box;
  for (const bool upper : {false, true}) {
    const auto end = [&](const Network::Field field) {
      return upper ? whole.last(0, field) : whole.first(0, field);
    };
    whole.fix(end(Network::radius), box);
    whole.fix(end(Network::angle_left), upper ? 0. : -pi);
    whole.fix(end(Network::angle_right), upper ? pi : 0.);
    const double sign = upper ? 1. : -1.;
    whole.tie(end(Network::height),
              {{end(Network::length_left), -0.5 * sign}, {end(Network::length_right), 0.5 * sign}},
              sign * 3.);
  }
  whole.fix(whole.index(0, Network::angle_left, 3 * n), -0.5 * pi);
  whole.tie(whole.index(0, Network::radius, 3 * n), whole.index(0, Network::length_left, 2 * n),
            lumen);
  whole.set_shape(0, [&](const double u) {
    Network::Shape at = halves[0].evaluate(0, std::abs(2. * u - 1.));
    if (u < 0.5) {
      at.z = -at.z;
      at.angle = {-pi - at.angle[0], pi - at.angle[1]};
    }
    return at;
  });
  Minimum minimum = minimise(whole);
  BOOST_TEST(minimum.converged);
  BOOST_TEST(minimum.negative_modes == 0u);
  BOOST_TEST(whole.energies().total() == symmetric[0], tolerance(1e-4));

  set_spontaneous_curvature(whole, -0.1);
  minimum = minimise(whole);
  BOOST_TEST(minimum.converged);
  BOOST_TEST(whole.energies().total() == symmetric[1], tolerance(1e-4));
}

// Both halves of a mirror pair, with nothing that holds them to the plane: the same energy, and no
// way down on either side of the plane.
BOOST_AUTO_TEST_CASE(states_without_mirror_plane_are_those_of_a_pair) {
  const double J0 = -0.2;
  MirrorPair pair = equal_leaflets(0., 10);
  MirrorPair held = pair;
  held.half_separation = 3.;
  struct Case {
    Network half;
    Topology topology;
  };
  std::vector<Case> cases = {{stalk(pair), Topology::stalk},
                             {stalk(held), Topology::stalk},
                             {diaphragm(pair, 3.), Topology::diaphragm},
                             {diaphragm(held, 3.), Topology::diaphragm},
                             {pore(pair, 1.5), Topology::pore},
                             {pore(held, 1.5), Topology::pore},
                             {apposed_bilayers(pair, 2.75), Topology::apposed}};
  for (Case &c : cases) {
    BOOST_REQUIRE(minimise_from_afar(c.half).converged);
    BOOST_REQUIRE(follow(c.half, [&](Network &n, const double t) {
                    set_spontaneous_curvature(n, t * J0);
                  }).converged);
    Network whole = without_mirror_plane(c.half, c.topology);
    BOOST_TEST(whole.gaussian_curvature() == c.half.gaussian_curvature());
    // Not to start from the symmetric state itself, in which no force breaks the symmetry.
    set_slope(whole, 0.02, 0);
    BOOST_REQUIRE(minimise(whole).converged);
    BOOST_TEST(std::abs(whole.energies().total() - c.half.energies().total()) > 0.01 * kT);
    set_slope(whole, 0., 0);
    const Minimum minimum = minimise(whole);
    BOOST_TEST(minimum.converged);
    BOOST_TEST(minimum.gradient < 1e-6);
    BOOST_TEST(minimum.negative_modes == 0u);
    // A tenth of the accuracy asked for; the gauge is no longer the same on both sides of a disc.
    BOOST_CHECK_SMALL((whole.energies().total() - c.half.energies().total()) / kT, 1e-4);
  }
}

// Bilayers that exchange their lipids are the same state upside down, so that energies go with the
// square of the difference.
BOOST_AUTO_TEST_CASE(energies_go_with_the_square_of_a_difference) {
  const auto stalk_of = [](const double upper, const double lower) {
    return FusionPath(
               UnequalPair{equal_leaflets(-0.2 + upper, 10), equal_leaflets(-0.2 + lower, 10)}, {})
        .stalk()
        .energy.total();
  };
  const double mean = stalk_of(0., 0.), one = stalk_of(0.05, -0.05), two = stalk_of(0.1, -0.1);
  BOOST_CHECK_SMALL((stalk_of(-0.1, 0.1) - two) / kT, 1e-4);
  BOOST_TEST(std::abs(one - mean) / kT > 0.1);
  BOOST_TEST((two - mean) / (one - mean) == 4., tolerance(0.05));
}

// All saddles of equal bilayers are saddles of two that need not be equal, too.
BOOST_AUTO_TEST_CASE(saddle_to_the_stalk_without_mirror_plane) {
  MirrorPair pair = equal_leaflets(-0.3, 8);
  pair.proximal.hydration_pressure = 400.;
  FusionPath path(pair, {}, 5.5);
  const std::optional<PathSaddle> half = path.stalk_saddle(path.stalk_to_patches());
  BOOST_REQUIRE(half.has_value());
  BOOST_REQUIRE(half->state.has_value());
  Network whole = without_mirror_plane(half->state->network, Topology::patches);
  release_patches(whole);
  const Minimum stationary = find_stationary(whole);
  BOOST_TEST(stationary.converged);
  BOOST_TEST(stationary.negative_modes == 1u);
  BOOST_CHECK_SMALL((whole.energies().total() - half->state->network.energies().total()) / kT,
                    1e-3);
}

// By a force on the far ends the energy changes as their distance does.
BOOST_AUTO_TEST_CASE(distance_of_the_far_ends_is_the_derivative_by_the_force) {
  const auto stalk_under = [](const double force) {
    MirrorPair pair = equal_leaflets(-0.2, 10);
    pair.force = force;
    return FusionPath(pair, {}).stalk().network;
  };
  const double h = 0.3;
  const Network less = stalk_under(20. - h), at = stalk_under(20.), more = stalk_under(20. + h);
  // The rest is of the third order: with h = 1 pN it is 1.3e-4.
  BOOST_TEST((more.energy() - less.energy()) / (2. * h) == at.far_distance(), tolerance(3e-5));
  BOOST_TEST(more.far_distance() < less.far_distance());
}
