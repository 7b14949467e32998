// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks of bilayers: derivatives, ties, refinement, and the minimiser.
#include "pathway/bilayer_network.h"
#include "pathway/fusion_states.h"
#include "pathway/minimisation.h"
#include "pathway/unequal_bilayers.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace fusogen;
using boost::test_tools::tolerance;
using Network = BilayerNetwork;

namespace {
constexpr double pi = 3.141592653589793;

/// A coarse stalk, partly on its way to equilibrium: two strips that are tied to each other.
Network rough_stalk() {
  MirrorPair pair;
  pair.n_elements = 6;
  pair.half_separation = 3.;
  pair.proximal.spontaneous_curvature = -0.1;
  pair.distal.chain_modulus = pair.proximal.chain_modulus = 50.;
  pair.distal.tension = pair.proximal.tension = 0.5;
  Network network = stalk(pair);
  MinimisationSettings few;
  few.maximum_steps = 5;
  minimise(network, few);
  return network;
}

/// Gradient and Hessian against central differences of energy and gradient.
void check_derivatives(Network network) {
  const std::vector<double> x = network.free_values();
  std::vector<double> gradient, hessian, more_gradient, less_gradient, unused;
  network.derivatives(gradient, hessian);
  const std::size_t n = network.n_free();
  BOOST_REQUIRE(x.size() == n);
  BOOST_REQUIRE(gradient.size() == n);
  double scale = 0., largest = 0.;
  for (const double g : gradient)
    scale = std::max(scale, std::abs(g));
  for (const double h : hessian)
    largest = std::max(largest, std::abs(h));
  const double h = 1e-6;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> moved = x;
    moved[i] += h;
    network.set_free_values(moved);
    const double more = network.energy();
    network.derivatives(more_gradient, unused);
    moved[i] -= 2. * h;
    network.set_free_values(moved);
    const double less = network.energy();
    network.derivatives(less_gradient, unused);
    BOOST_CHECK_SMALL(gradient[i] - (more - less) / (2. * h), 1e-5 * scale);
    for (std::size_t j = 0; j < n; ++j)
      BOOST_CHECK_SMALL(hessian[i * n + j] - (more_gradient[j] - less_gradient[j]) / (2. * h),
                        1e-6 * largest);
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(derivatives_by_the_free_unknowns_are_those_of_the_energy) {
  check_derivatives(rough_stalk());
}

BOOST_AUTO_TEST_CASE(derivatives_with_hydrophobic_defects_and_hydration) {
  MirrorPair pair;
  pair.n_elements = 6;
  pair.half_separation = 3.;
  pair.proximal.hydration_pressure = 100.;
  Network patches = facing_patches(pair, {});
  MinimisationSettings few;
  few.maximum_steps = 5;
  minimise(patches, few);
  set_patches(patches, 0.52 * pi, 0.05);
  BOOST_REQUIRE(std::isfinite(patches.energy()));
  BOOST_TEST(patches.energies().defects > 0.);
  minimise(patches, few);
  check_derivatives(patches);
  Network hole = diaphragm_with_hole(pair, {}, 4., 1., -0.3 * pi);
  minimise(hole, few);
  check_derivatives(hole);
}

// With all that couples the two: patches of unequal size, hydration across a surface that moves,
// and a force on the far ends.
BOOST_AUTO_TEST_CASE(derivatives_without_mirror_plane) {
  MirrorPair pair;
  pair.n_elements = 4;
  pair.proximal.hydration_pressure = 100.;
  pair.force = 20.;
  Network half = facing_patches(pair, {});
  half.far_force = pair.force;
  set_patches(half, 0.55 * pi, 0.5);
  MinimisationSettings few;
  few.maximum_steps = 5;
  minimise(half, few);
  set_separate_patches(half, 0.55 * pi);
  UnequalPair unequal{pair, pair};
  unequal.upper.proximal.spontaneous_curvature = -0.2;
  unequal.upper.distal.tension = 0.3;
  unequal.upper.slope = 0.2;
  Network whole = without_mirror_plane(half, Topology::patches);
  set_difference(whole, unequal, 1.);
  BOOST_REQUIRE(std::isfinite(whole.energy()));
  release_patches(whole);
  std::vector<double> x = whole.free_values();
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] += 0.003 * std::sin(i);
  whole.set_free_values(x);
  BOOST_REQUIRE(std::isfinite(whole.energy()));
  BOOST_TEST(whole.energies().hydration > 0.);
  BOOST_TEST(whole.energies().defects > 0.);
  BOOST_TEST(whole.energies().work == 20. * whole.far_distance());
  check_derivatives(whole);
}

BOOST_AUTO_TEST_CASE(defects_have_the_energy_of_their_shape) {
  HydrophobicDefect defect;
  const auto energy_of = [&](const double r, const double z, const double angle,
                             const double length) {
    const BareEnd<double> end{r, z, angle, length};
    return defect_energy(defect, 1., end, end.mirrored());
  };
  const double sigma = defect.tension, xi = defect.decay;
  // Upright tails around a hole: half of a cylinder of the tails' length.
  defect.kind = HydrophobicDefect::Kind::hole;
  const double R = 0.7, l = 1.4;
  BOOST_TEST(energy_of(R, 0., 0., l) == sigma * 2. * pi * R * l * std::cyl_bessel_i(1., R / xi) /
                                            std::cyl_bessel_i(0., R / xi),
             tolerance(1e-13));
  BOOST_CHECK_SMALL(energy_of(R + l, 0., -0.5 * pi, l), 1e-12);
  // Flat patches, far apart and touching.
  defect.kind = HydrophobicDefect::Kind::patch;
  BOOST_TEST(energy_of(0., 100., 0.5 * pi, l) == sigma * pi * l * l, tolerance(1e-12));
  BOOST_TEST(energy_of(0., 0.4, 0.5 * pi, l) == sigma * pi * l * l * std::tanh(0.4 / xi),
             tolerance(1e-12));
  BOOST_CHECK_SMALL(energy_of(0., 0., 0.5 * pi, l), 1e-12);
  // A patch without another one, before heads: the order parameter of one surface alone. A film of
  // 0.02 xi keeps it finite.
  const BareEnd<double> patch{0., 0.4, 0.5 * pi, l}, none{0., 0., 0.5 * pi, 1e-12};
  BOOST_TEST(defect_energy(defect, 1., patch, none) + defect_energy(defect, -1., none, patch) ==
                 sigma * pi * l * l * (std::tanh(0.2 / xi) + 1. / (std::sinh(0.4 / xi) + 0.02)),
             tolerance(1e-5)); // the square root of the other's relative area
}

BOOST_AUTO_TEST_CASE(energy_is_that_of_its_parts) {
  const Network network = rough_stalk();
  const NetworkEnergy e = network.energies();
  // The tension's part is less the reference, two leaflets on each side of the mirror plane.
  const double reference = 2. * 2. * 0.5 * network.reference_area;
  BOOST_TEST(network.energy() == e.total() + reference + e.barrier + e.gauge, tolerance(1e-12));
  BOOST_TEST(e.splay != 0.);
  BOOST_TEST(e.tilt > 0.);
  BOOST_TEST(e.stretch > 0.);
  BOOST_TEST(e.chains > 0.);
  BOOST_TEST(e.barrier > 0.);
}

BOOST_AUTO_TEST_CASE(tied_unknowns_follow) {
  Network network({{graded_mesh(2, 1.), {Monolayer(), Monolayer()}}}, 1.);
  const unsigned int z = network.last(0, Network::height),
                     left = network.last(0, Network::length_left),
                     right = network.last(0, Network::length_right);
  network.tie(z, {{left, -0.5}, {right, 0.5}}, 3.);
  network.tie(right, left, 0.25);
  network.fix(left, 2.);
  BOOST_TEST(network.values()[right] == 2.25);
  BOOST_TEST(network.values()[z] == 3.125);
  network.release(z);
  network.fix(left, 1.);
  BOOST_TEST(network.values()[right] == 1.25);
  BOOST_TEST(network.values()[z] == 3.125);
}

BOOST_AUTO_TEST_CASE(gradation_of_a_mesh) {
  const std::vector<double> mesh = graded_mesh(5, 16.);
  BOOST_REQUIRE(mesh.size() == 6u);
  BOOST_TEST(mesh.front() == 0.);
  BOOST_TEST(mesh.back() == 1.);
  BOOST_TEST((mesh[5] - mesh[4]) / (mesh[1] - mesh[0]) == 16., tolerance(1e-12));
  BOOST_TEST((mesh[2] - mesh[1]) / (mesh[1] - mesh[0]) == 2., tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_refined_network_is_the_same_state) {
  const Network network = rough_stalk(), fine = network.refined();
  for (unsigned int s = 0; s < network.n_strips(); ++s)
    for (const double u : {0., 0.13, 0.5, 0.77, 1.}) {
      const Network::Shape a = network.evaluate(s, u), b = fine.evaluate(s, u);
      BOOST_CHECK_SMALL(a.r - b.r, 1e-12);
      BOOST_CHECK_SMALL(a.z - b.z, 1e-12);
      BOOST_CHECK_SMALL(a.angle[1] - b.angle[1], 1e-12);
      BOOST_CHECK_SMALL(a.length[1] - b.length[1], 1e-12);
    }
  // The same number of unknowns at the ends is held or tied, and all of the core's radii.
  const auto constrained = [](const Network &n) {
    return n.values().size() - n.n_free() - n.n_nodes(0, Network::radius);
  };
  BOOST_TEST(constrained(network) == constrained(fine));
  // Quadrature is the only difference.
  BOOST_TEST(network.energy() == fine.energy(), tolerance(2e-2));
}

BOOST_AUTO_TEST_CASE(flat_bilayers_are_a_minimum_of_energy_zero) {
  MirrorPair pair;
  pair.proximal.spontaneous_curvature = pair.distal.spontaneous_curvature = -0.2;
  Network network = apposed_bilayers(pair, 3.);
  // A disturbance, which the minimiser has to take back.
  network.set_shape(0, [&](const double u) {
    return Network::Shape{u * pair.box,
                          3. + 0.3 * std::sin(pi * u) * std::sin(pi * u),
                          {0.1 * std::sin(pi * u), pi + 0.1 * std::sin(2. * pi * u)},
                          {1.6, 1.4}};
  });
  BOOST_TEST(network.energies().total() > 10.);
  const Minimum minimum = minimise(network);
  BOOST_TEST(minimum.converged);
  BOOST_TEST(minimum.negative_modes == 0u);
  BOOST_CHECK_SMALL(network.energies().total(), 1e-3);
}

BOOST_AUTO_TEST_CASE(eigenvalues_of_a_known_matrix) {
  // Second differences: 2 - 2 cos(k pi/(n + 1)).
  const unsigned int n = 5;
  std::vector<double> matrix(n * n, 0.);
  for (unsigned int i = 0; i < n; ++i) {
    matrix[i * n + i] = 2.;
    if (i > 0)
      matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1.;
  }
  const std::vector<double> eigenvalues = eigen_decomposition(matrix);
  for (unsigned int k = 0; k < n; ++k)
    BOOST_TEST(eigenvalues[k] == 2. - 2. * std::cos((k + 1) * pi / (n + 1)), tolerance(1e-13));
}
