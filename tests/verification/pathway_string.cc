// SPDX-License-Identifier: LGPL-2.1-or-later
// The string method against saddles that are found along a coordinate, and the ranks' shares of the
// work against one rank alone.
#include "base/computation_error.h"
#include "base/units.h"
#include "pathway/fusion_path.h"
#include "pathway/share_out.h"
#include "pathway/string_method.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

using namespace fusogen;
using boost::test_tools::tolerance;
using Network = BilayerNetwork;

namespace {
const double kT = units::thermal_energy(units::room_temperature);

/// Lipids like DOPE that repel each other in contact, coarsely.
MirrorPair lipids() {
  MirrorPair pair;
  pair.proximal.rigidity = 10. * kT;
  pair.proximal.spontaneous_curvature = -0.3;
  pair.distal = pair.proximal;
  pair.proximal.hydration_pressure = 400.;
  pair.n_elements = 8;
  return pair;
}
} // namespace

// A flat bilayer of 12 nm that is lifted, or whose lipids all lean over.
BOOST_AUTO_TEST_CASE(mass_matrix_measures_displacements) {
  const Monolayer monolayer;
  const double length = 12., lift = 0.1, lean = 0.05;
  Network network({{graded_mesh(5, 3.), {monolayer, monolayer}}}, 2.);
  network.set_shape(0, [&](const double u) {
    return Network::Shape{length * u, 0., {0., std::acos(-1.)}, {1.5, 1.5}};
  });
  const std::vector<double> before = network.free_values(), mass = network.mass();
  const std::size_t n = before.size();
  const auto squared_length = [&](const Network &moved) {
    const std::vector<double> after = moved.free_values();
    double sum = 0.;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        sum += mass[i * n + j] * (after[i] - before[i]) * (after[j] - before[j]);
    return sum;
  };
  Network moved = network;
  moved.transform(0, Network::height, [&](const double z) { return z + lift; });
  BOOST_TEST(squared_length(moved) == length * lift * lift, tolerance(1e-10));
  moved = network;
  for (const auto field : {Network::angle_left, Network::angle_right})
    moved.transform(0, field, [&](const double angle) { return angle + lean; });
  BOOST_TEST(squared_length(moved) == 2. * length * std::pow(1.5 * lean, 2), tolerance(1e-10));
}

// Between states on both sides of the barrier to a stalk the first string makes a detour over a
// state that is far too high. It comes down to the saddle that is known from states at held
// directors, with any number of images and ranks.
BOOST_AUTO_TEST_CASE(string_finds_the_saddle_of_the_path) {
  FusionPath path(lipids(), {});
  const std::vector<PathState> patches = path.stalk_to_patches();
  const std::optional<PathSaddle> saddle = path.stalk_saddle(patches);
  BOOST_REQUIRE(saddle.has_value());
  BOOST_REQUIRE(saddle->negative_modes.has_value());
  std::vector<Network> start = path.string_to_stalk(patches);
  BOOST_REQUIRE(start.size() == 2u);
  const std::vector<double> from = start[0].free_values(), to = start[1].free_values();
  std::vector<double> middle = from;
  for (std::size_t i = 0; i < middle.size(); ++i)
    middle[i] = 0.5 * (from[i] + to[i]);
  start.insert(start.begin() + 1, start[0]);
  start[1].set_free_values(middle);
  for (const unsigned int strip : {0, 1})
    start[1].transform(strip, Network::height, [](const double z) { return z + 0.15; });
  BOOST_TEST(path.energy_of(start[1]) > saddle->energy + kT);

  for (const unsigned int n : {7u, 14u}) {
    StringSettings settings;
    settings.n_images = n;
    const MinimumEnergyPath string = find_minimum_energy_path(start, settings, MPI_COMM_WORLD);
    BOOST_REQUIRE(string.converged);
    BOOST_TEST(string.gradient <= 1e-3 * string.first_gradient);
    BOOST_REQUIRE(string.images.size() == n);
    // The energy is wrong by the square of what is left of the gradient.
    BOOST_CHECK_SMALL((path.energy_of(string.images[string.highest]) - saddle->energy) / kT, 1e-3);
    BOOST_TEST(string.stationary.converged);
    BOOST_TEST(string.stationary.negative_modes == 1u);
    BOOST_TEST(path.energy_of(string.saddle) == saddle->energy, tolerance(1e-6));
    for (unsigned int i = 1; i < n; ++i)
      BOOST_TEST((string.energy[i] > string.energy[i - 1]) == (i <= string.highest));
    if (n > 7)
      continue;
    const MinimumEnergyPath alone = find_minimum_energy_path(start, settings, MPI_COMM_SELF);
    BOOST_TEST(alone.steps == string.steps);
    BOOST_TEST(alone.energy == string.energy, boost::test_tools::per_element());
    BOOST_TEST(alone.position == string.position, boost::test_tools::per_element());

    // Two states on the same slope have no saddle between them.
    settings.maximum_steps = 10;
    BOOST_TEST(!find_minimum_energy_path({string.images.front(), string.images[string.highest - 1]},
                                         settings, MPI_COMM_WORLD)
                    .converged);
  }
}

// Results travel with all that belongs to them, and a failure reaches all ranks.
BOOST_AUTO_TEST_CASE(ranks_share_states) {
  const auto state = [](const double separation) {
    Network network = apposed_bilayers(lipids(), separation);
    network.defects = {{0, Network::left, HydrophobicDefect{}}};
    const Minimum minimum = minimise(network);
    return PathState{"patch", separation, network.energies(), 0.5, minimum, network};
  };
  std::vector<std::function<PathState()>> tasks;
  for (const double separation : {2.5, 2.7, 3.})
    tasks.push_back([&state, separation] { return state(separation); });
  const std::vector<PathState> shared = share_out(tasks, MPI_COMM_WORLD);
  BOOST_REQUIRE(shared.size() == tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const PathState own = tasks[i]();
    BOOST_TEST(shared[i].stage == own.stage);
    BOOST_TEST(shared[i].coordinate == own.coordinate);
    BOOST_TEST(shared[i].energy.total() == own.energy.total());
    BOOST_TEST(shared[i].minimum.steps == own.minimum.steps);
    BOOST_TEST(shared[i].network.energy() == own.network.energy());
    BOOST_TEST(shared[i].network.values() == own.network.values(),
               boost::test_tools::per_element());
    // What is held and tied.
    const unsigned int height = own.network.first(0, Network::height);
    BOOST_TEST(shared[i].network.n_free() == own.network.n_free());
    BOOST_TEST(shared[i].network.force(height) == own.network.force(height));
    BOOST_TEST(shared[i].network.refined().energy() == own.network.refined().energy());
  }

  std::vector<std::function<std::optional<PathSaddle>()>> failing(
      3, [] { return std::optional<PathSaddle>(); });
  for (const std::optional<PathSaddle> &none : share_out(failing, MPI_COMM_WORLD))
    BOOST_TEST(!none.has_value());
  failing[1] = []() -> std::optional<PathSaddle> {
    throw ComputationError("no such state", 0., "");
  };
  BOOST_CHECK_THROW(share_out(failing, MPI_COMM_WORLD), ComputationError);
}

// The hole in a diaphragm, whose branches and attempts ranks share.
BOOST_AUTO_TEST_CASE(pore_saddle_does_not_depend_on_the_number_of_ranks) {
  MirrorPair pair = lipids();
  pair.proximal.hydration_pressure = 0.;
  FusionPath alone(pair, {}), together(pair, {}, {}, MPI_COMM_WORLD);
  std::vector<PathState> holes, shared_holes;
  const std::optional<PathSaddle> saddle = alone.pore_in_diaphragm(4., &holes),
                                  shared = together.pore_in_diaphragm(4., &shared_holes);
  BOOST_REQUIRE(saddle.has_value());
  BOOST_REQUIRE(shared.has_value());
  BOOST_TEST(saddle->energy == shared->energy);
  BOOST_TEST(saddle->coordinate == shared->coordinate);
  BOOST_REQUIRE(holes.size() == shared_holes.size());
  for (std::size_t i = 0; i < holes.size(); ++i)
    BOOST_TEST(holes[i].energy.total() == shared_holes[i].energy.total());

  BOOST_REQUIRE(saddle->negative_modes.has_value());
  const std::vector<Network> start = alone.string_to_pore(holes);
  BOOST_REQUIRE(!start.empty());
  const MinimumEnergyPath string = find_minimum_energy_path(start, {}, MPI_COMM_WORLD);
  BOOST_REQUIRE(string.converged);
  BOOST_CHECK_SMALL((alone.energy_of(string.images[string.highest]) - saddle->energy) / kT, 1e-3);
  BOOST_TEST(string.stationary.negative_modes == 1u);
}
