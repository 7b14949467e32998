// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Hydration and adhesion between two membranes: derivatives, Newton's third law, Derjaguin's
/// force.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/coarse_meshes.h"
#include "mechanics/bending.h"
#include "mechanics/contact.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/snares.h"
#include "mechanics/surface_viscosity.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.);

ContactLaw soft_law() {
  ContactLaw law;
  law.hydration_pressure = 10;
  law.hydration_decay = 1;
  law.adhesion_energy = 0.5;
  law.adhesion_decay = 3;
  law.thickness = 4;
  return law;
}

/// A sphere whose lowest point is @p gap above a flat disc.
template <int dim>
std::unique_ptr<Membrane<dim>> sphere_above_disc(double radius, double gap, double rim,
                                                 unsigned int resolution) {
  auto membrane = std::make_unique<Membrane<dim>>(MPI_COMM_WORLD, 2);
  if constexpr (dim == 1) {
    const Profile ball = sphere(radius).shifted(gap + radius), disc = flat_disc(rim).reversed();
    GradingParameters grading;
    grading.n_cells = resolution;
    membrane->create_meridian(
        {{disc, graded_nodes(disc, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
         {ball, graded_nodes(ball, grading), Component::vesicle, Edge::axis, Edge::axis}});
  } else {
    const dealii::Tensor<1, 3> down({0., 0., -1.});
    const MeshedSurface surfaces =
        together(membrane_mesh(rim, {{{0, 0}, 0.2 * radius}}),
                 vesicle_mesh(sphere_shape({0, 0, gap + radius}, radius), down, 0.2));
    membrane->create_surface(surfaces.mesh, resolution, surfaces.geometry);
  }
  return membrane;
}

template <int dim, class T> void check_derivatives(T term) {
  const auto membrane = sphere_above_disc<dim>(20, 5, 40, dim == 1 ? 24 : 1);
  FlowSystem<dim> flow(*membrane, {{Edge::rim, {true, true, true}}});
  auto &contact = flow.add(std::move(term));
  flow.initialize();
  const Vector start = membrane->positions();
  const Vector direction = noisy_direction(*membrane, 5);
  MixedSpace<dim> space(*membrane, {{Edge::rim, {true, true, true}}});
  contact.begin_pairs(space);
  // Derivatives along the direction, of the nodes that are not held.
  Vector along = space.vector(false);
  for (const auto &[vector, mixed] : space.displacement_map)
    along(mixed) = static_cast<double>(direction(vector));
  along.compress(dealii::VectorOperation::insert);
  space.constraints.set_zero(along);
  Vector step = membrane->vector_field(false), ghosted = space.vector(true);
  ghosted = along;
  for (const auto &[vector, mixed] : space.displacement_map)
    step(vector) = static_cast<double>(along(mixed));
  step.compress(dealii::VectorOperation::insert);

  struct Derivatives {
    double energy, first, second;
  };
  const auto all_values = [&] { // of a vector that fits in memory
    std::map<dealii::types::global_dof_index, double> here, all;
    for (const auto i : space.owned)
      here[i] = along(i);
    for (const auto &part : dealii::Utilities::MPI::all_gather(MPI_COMM_WORLD, here))
      all.insert(part.begin(), part.end());
    return all;
  }();
  const auto at = [&](const double t) {
    membrane->set_positions(start);
    move(*membrane, step, t);
    contact.find_pairs(space);
    Derivatives result{contact.pair_energy(), 0, 0};
    contact.for_each_pair(true, [&](const PairSystem &pair) {
      for (unsigned int i = 0; i < pair.dofs.size(); ++i) {
        result.first += pair.gradient[i] * all_values.at(pair.dofs[i]);
        for (unsigned int j = 0; j < pair.dofs.size(); ++j)
          result.second +=
              pair.matrix(i, j) * all_values.at(pair.dofs[i]) * all_values.at(pair.dofs[j]);
      }
    });
    for (double *value : {&result.energy, &result.first, &result.second})
      *value = dealii::Utilities::MPI::sum(*value, MPI_COMM_WORLD);
    return result;
  };
  const double h = 1e-4;
  const Derivatives now = at(0), before = at(-h), after = at(h);
  BOOST_TEST_MESSAGE("first derivative " << now.first << ", second " << now.second);
  BOOST_CHECK(std::abs(now.first) > 1e-3 * std::abs(now.energy));
  // Central differences are right to h^2, and to the change of which cell is the closest.
  BOOST_CHECK_CLOSE_FRACTION(now.first, (after.energy - before.energy) / (2 * h), 1e-5);
  BOOST_CHECK_CLOSE_FRACTION(now.second, (after.first - before.first) / (2 * h), 1e-3);
}

/// The vertical forces of all pairs, summed over both membranes, relative to their sizes.
template <int dim> double imbalance(const FlowSystem<dim> &flow, const Contact<dim> &contact) {
  double total = 0, size = 0;
  const auto &space = flow.unknowns();
  std::map<dealii::types::global_dof_index, double> here, vertical;
  for (const auto &[vector, mixed] : space.displacement_map)
    here[mixed] = vector % (dim + 1) == dim ? 1. : 0.;
  for (const auto &part : dealii::Utilities::MPI::all_gather(MPI_COMM_WORLD, here))
    vertical.insert(part.begin(), part.end());
  contact.for_each_pair(false, [&](const PairSystem &pair) {
    for (unsigned int i = 0; i < pair.dofs.size(); ++i) {
      size += std::abs(pair.gradient[i]);
      total += pair.gradient[i] * vertical.at(pair.dofs[i]);
    }
  });
  return dealii::Utilities::MPI::sum(total, MPI_COMM_WORLD) /
         dealii::Utilities::MPI::sum(size, MPI_COMM_WORLD);
}

template <int dim> void check_forces() {
  // Without a held rim: what acts on the vesicle acts in reverse on the plasma membrane.
  const double radius = 40;
  ContactLaw law = soft_law();
  const double gap = law.thickness + 1.;
  const auto membrane = sphere_above_disc<dim>(radius, gap, 60, dim == 1 ? 200 : 4);
  FlowSystem<dim> flow(*membrane, {{Edge::rim, {false, false, true}}});
  auto &contact = flow.add(Contact<dim>(law));
  flow.initialize();
  BOOST_CHECK_SMALL(imbalance(flow, contact), 1e-12);

  // Half of the energy is over the sphere, half over the plane, see below.
  const double force = contact.force_on(Component::vesicle)[2],
               derjaguin = 2 * pi * (radius + 0.5 * gap) * law.at(gap)[0];
  BOOST_TEST_MESSAGE("force " << force << " pN, Derjaguin " << derjaguin << " pN");
  BOOST_CHECK_CLOSE_FRACTION(force, -contact.force_on(Component::plasma_membrane)[2], 1e-12);
  BOOST_CHECK_CLOSE_FRACTION(force, derjaguin, 1e-3);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mechanics_contact)

BOOST_AUTO_TEST_CASE(law) {
  const ContactLaw law = soft_law();
  const double h = 1e-5;
  for (const double d : {-1., 3., 5., 9.}) {
    const auto before = law.at(d - h), now = law.at(d), after = law.at(d + h);
    BOOST_CHECK_CLOSE_FRACTION(now[1], (after[0] - before[0]) / (2 * h), 1e-7);
    BOOST_CHECK_CLOSE_FRACTION(now[2], (after[1] - before[1]) / (2 * h), 1e-7);
  }
}

BOOST_AUTO_TEST_CASE(derivatives) {
  for (const ContactOf of : {ContactOf::two_components, ContactOf::all}) {
    check_derivatives<1>(Contact<1>(soft_law(), of));
    check_derivatives<2>(Contact<2>(soft_law(), of));
  }
}

namespace {
SnareRing eight() {
  SnareRing snares;
  snares.number = 8;
  snares.radius = 8;
  snares.width = 2;
  // Softer than the plateau, so that the second derivative has something to show.
  snares.extensions = {0, 20};
  snares.forces = {5, 25};
  return snares;
}
} // namespace

BOOST_AUTO_TEST_CASE(derivatives_of_zippering) {
  check_derivatives<1>(Zippering<1>(eight(), {}));
  check_derivatives<2>(Zippering<2>(eight(), {}));
  SnareRing beside_the_axis = eight();
  beside_the_axis.number = 2;
  beside_the_axis.positions_x = {8, 3};
  beside_the_axis.positions_y = {-1, 5};
  check_derivatives<2>(Zippering<2>(beside_the_axis, {}));
}

namespace {
/// Mean height over the lower side of a sphere, with a weight in the two lateral coordinates.
template <typename Weight> double mean_height(const double radius, const Weight &weight) {
  double sums[2] = {0., 0.};
  const double h = 0.02, reach = 0.8 * radius;
  for (double x = -reach; x < reach; x += h)
    for (double y = -reach; y < reach; y += h)
      if (const double rho = std::hypot(x, y); rho < reach) {
        const double z = std::sqrt(radius * radius - rho * rho), w = weight(x, y) * radius / z;
        sums[0] += w;
        sums[1] += w * (radius - z);
      }
  return sums[1] / sums[0];
}
} // namespace

// Complexes at positions spread over a circle are a ring, but for the radial average. With a force
// that does not change and a sphere above a plane, only the mean heights count.
BOOST_AUTO_TEST_CASE(positions_of_complexes) {
  SnareRing snares;
  snares.number = 6;
  snares.radius = 7;
  snares.width = 1;
  const auto energy = [&](const SnareRing &complexes) {
    const auto membrane = sphere_above_disc<2>(20, 8, 60, 3);
    FlowSystem<2> flow(*membrane, {{Edge::rim, {false, false, true}}});
    auto &term = flow.add(Zippering<2>(complexes, {}));
    flow.initialize();
    BOOST_CHECK_CLOSE_FRACTION(term.force_on(Component::vesicle)[2], -6 * 17., 1e-10);
    BOOST_CHECK_SMALL(imbalance(flow, term), 1e-12);
    return flow.energies().at(term.name());
  };
  const double ring = energy(snares);
  for (int i = 0; i < 6; ++i) {
    snares.positions_x.push_back(7 * std::cos(i * pi / 3));
    snares.positions_y.push_back(7 * std::sin(i * pi / 3));
  }
  const auto at_position = [](const double x, const double y) {
    return std::exp(-0.5 * ((x - 7) * (x - 7) + y * y));
  };
  const auto on_ring = [](const double x, const double y) {
    const double rho = std::hypot(x, y);
    return rho > 1 ? std::exp(-0.5 * (rho - 7) * (rho - 7)) / rho : 0.;
  };
  const double higher = mean_height(20, at_position) - mean_height(20, on_ring);
  BOOST_CHECK_CLOSE_FRACTION(energy(snares) - ring, 6 * 17. * higher, 1e-3); // seen: 3e-4
}

BOOST_AUTO_TEST_CASE(landscape_of_a_complex) {
  const SnareRing snares;
  BOOST_CHECK_CLOSE_FRACTION(snares.total_energy(), 65 * 4.1143, 1e-3);
  BOOST_CHECK_SMALL(snares.zippering(snares.extensions.back())[0], 1e-10);
  BOOST_CHECK_CLOSE_FRACTION(snares.zippering(0.)[0], -snares.total_energy(), 1e-12);
  BOOST_CHECK_CLOSE_FRACTION(snares.zippering(-1.)[0], -snares.total_energy(), 1e-12);
  const double h = 1e-5;
  for (const double x : {-1., 0.4, 8., 16., 20.}) {
    const auto before = snares.zippering(x - h), now = snares.zippering(x),
               after = snares.zippering(x + h);
    BOOST_CHECK_SMALL(now[1] - (after[0] - before[0]) / (2 * h), 1e-6);
    BOOST_CHECK_SMALL(now[2] - (after[1] - before[1]) / (2 * h), 1e-6);
  }
  BOOST_CHECK_EQUAL(snares.zippering(8.)[1], 17.);
}

namespace {
template <int dim> void check_zippering(const unsigned int resolution) {
  SnareRing snares;
  snares.number = 6;
  snares.radius = 7;
  snares.width = 0.5;
  // Of a sphere of 20 nm radius the ring is 1.3 nm higher than the lowest point.
  const auto energy_and_force = [&](const double gap) {
    const auto membrane = sphere_above_disc<dim>(20, gap, 60, resolution);
    FlowSystem<dim> flow(*membrane, {{Edge::rim, {false, false, true}}});
    auto &term = flow.add(Zippering<dim>(snares, {}));
    flow.initialize();
    const double force = term.force_on(Component::vesicle)[2];
    if (force != 0.) {
      BOOST_CHECK_SMALL(imbalance(flow, term), 1e-12);
      BOOST_CHECK_CLOSE_FRACTION(force, -term.force_on(Component::plasma_membrane)[2], 1e-12);
    }
    return std::make_pair(flow.energies().at("SNARE zippering"), force);
  };
  const auto far = energy_and_force(25), plateau = energy_and_force(8),
             zipped = energy_and_force(0.5);
  BOOST_CHECK_SMALL(far.first, 1e-10);
  BOOST_CHECK_SMALL(far.second, 1e-10);
  BOOST_CHECK_CLOSE_FRACTION(plateau.second, -6 * 17., 1e-10);
  // All complexes have done all their work.
  BOOST_CHECK_CLOSE_FRACTION(far.first - zipped.first, 6 * snares.total_energy(), 1e-10);
}
} // namespace

BOOST_AUTO_TEST_CASE(zippering_releases_its_energy) {
  check_zippering<1>(100);
  check_zippering<2>(3);
}

BOOST_AUTO_TEST_CASE(crowding_of_complexes) {
  SnareRing snares;
  double last = 0;
  for (const int n : {1, 5, 10, 20}) {
    snares.number = n;
    const SnareCrowding<1> crowding(snares, 4.1143, 0);
    const double h = 1e-5;
    for (const double rho : {0.5, 1.5, 4., 30.}) {
      const auto before = crowding.potential(rho - h), now = crowding.potential(rho),
                 after = crowding.potential(rho + h);
      BOOST_CHECK_CLOSE_FRACTION(now[1], (after[0] - before[0]) / (2 * h), 1e-6);
      BOOST_CHECK_CLOSE_FRACTION(now[2], (after[1] - before[1]) / (2 * h), 1e-6);
      BOOST_CHECK_LT(now[1], 0.); // it dilates the neck
    }
    // Tonks' gas: the pressure of N rods beyond the ideal one.
    const double length = 2 * pi * (4. + snares.offset), free = length - n * snares.thickness;
    if (free > 0.1 * length) {
      const double excess = n * 4.1143 * (1 / free - 1 / length) * 2 * pi;
      BOOST_CHECK_CLOSE_FRACTION(-crowding.potential(4.)[1], excess, 1e-10);
    }
    BOOST_CHECK_GT(-crowding.potential(4.)[1], last);
    last = -crowding.potential(4.)[1];
  }
}

BOOST_AUTO_TEST_CASE(forces) {
  check_forces<1>();
  check_forces<2>();
}

BOOST_AUTO_TEST_CASE(derjaguin_force_of_hydration) {
  // The bilayer's surface has the radius R + thickness / 2. Of sphere and plane with mid-surfaces D
  // apart the energy over the sphere gives the force 2 pi R W, that over the plane 2 pi (R + D) W.
  ContactLaw law;
  law.hydration_pressure = 1000;
  law.hydration_decay = 0.2;
  for (const double radius : {20., 100.}) {
    const double distance = law.thickness + 1;
    const auto membrane = sphere_above_disc<1>(radius, distance, radius, 200);
    FlowSystem<1> flow(*membrane, {{Edge::rim, {false, false, true}}});
    auto &contact = flow.add(Contact<1>(law));
    flow.initialize();
    const double force = contact.force_on(Component::vesicle)[2], W = law.at(distance)[0];
    BOOST_TEST_MESSAGE("R = " << radius << ": force " << force << " pN, Derjaguin "
                              << 2 * pi * (radius + 0.5 * law.thickness) * W << " pN");
    BOOST_CHECK_CLOSE_FRACTION(force, 2 * pi * (radius + 0.5 * distance) * W, 1e-3);
    BOOST_CHECK_CLOSE_FRACTION(force, 2 * pi * (radius + 0.5 * law.thickness) * W, 0.03);
  }
}

BOOST_AUTO_TEST_CASE(parallel_membranes_find_their_distance) {
  // Two discs whose outer sides face each other; the upper one is free to move as a whole.
  ContactLaw law;
  law.hydration_pressure = 1000;
  law.hydration_decay = 0.2;
  law.adhesion_energy = 0.1;
  law.adhesion_decay = 1;
  const double xi = law.hydration_decay, zeta = law.adhesion_decay,
               expected = law.thickness +
                          xi * zeta / (zeta - xi) *
                              std::log(law.hydration_pressure * zeta / law.adhesion_energy);
  for (const double start : {expected - 0.5, expected + 2.}) {
    auto membrane = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, 2);
    const Profile lower = flat_disc(20).reversed(), upper = flat_disc(20).shifted(start);
    GradingParameters grading;
    grading.n_cells = 16;
    membrane->create_meridian(
        {{lower, graded_nodes(lower, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
         {upper, graded_nodes(upper, grading), Component::vesicle, Edge::axis, Edge::rim}});
    FlowSystem<1> flow(*membrane, {{Edge::rim, {false, false, true}}});
    flow.add(Bending<1>(82, 0));
    flow.add(SurfaceViscosity<1>(4));
    flow.add(Drag<1>(1e-4));
    flow.add(Inextensibility<1>());
    auto &contact = flow.add(Contact<1>(law));
    flow.initialize();
    double energy = flow.energy();
    // Where attraction grows, a step must be shorter than what it takes to fall in.
    double dt = 1e-6;
    for (int k = 0; k < 1000 && dt < 1e3; ++k) {
      if (!flow.step(dt).converged) {
        dt /= 4;
        continue;
      }
      BOOST_CHECK_LE(flow.energy(), energy + 1e-9 * std::abs(energy));
      energy = flow.energy();
      dt *= 2;
    }
    BOOST_CHECK_GE(dt, 1e3);
    BOOST_TEST_MESSAGE("distance " << contact.least_distance() << " nm, theory " << expected);
    BOOST_CHECK_CLOSE_FRACTION(contact.least_distance(), expected, 1e-6);
  }
}

// A flat vesicle with so little water in it that its two sides touch: where they lie flat on each
// other the pressure that keeps the volume is the repulsion's.
BOOST_AUTO_TEST_CASE(membrane_that_touches_itself) {
  const double radius = 100, reduced_volume = 0.2;
  ContactLaw law;
  law.hydration_pressure = 1000;
  law.hydration_decay = 0.2;
  auto membrane = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, 2);
  const Profile shape = oblate(radius, reduced_volume);
  GradingParameters grading;
  grading.n_cells = 64;
  membrane->create_meridian(
      {{shape, graded_nodes(shape, grading), Component::vesicle, Edge::axis, Edge::axis}});
  FlowSystem<1> flow(*membrane, {});
  flow.add(Bending<1>(82, 0));
  flow.add(SurfaceViscosity<1>(4));
  flow.add(Drag<1>(1e-9));
  flow.add(Inextensibility<1>());
  auto &volume = flow.add(EnclosedVolume<1>::fixed(membrane->volume()));
  auto &contact = flow.add(Contact<1>(law, ContactOf::all));
  flow.initialize();
  // At rest when steps that are long for a contact, though not for eta_m R^2 / kappa, change
  // nothing.
  const double relaxation_time = 4. * radius * radius / 82.;
  double energy = flow.energy(), dt = 1., change = 1.;
  for (int k = 0; k < 400 && (change > 1e-9 || dt < 0.01 * relaxation_time); ++k) {
    if (!flow.step(dt).converged) {
      dt /= 4;
      continue;
    }
    change = (energy - flow.energy()) / energy;
    BOOST_CHECK_GE(change, -1e-9);
    energy = flow.energy();
    if (dt < 0.01 * relaxation_time)
      dt *= 1.5;
  }
  double top = -radius, bottom = radius;
  std::vector<double> x;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators()) {
    membrane->cell_positions(cell, x);
    for (unsigned int node = 0; 2 * node < x.size(); ++node)
      if (std::abs(x[2 * node]) < 1e-9) {
        top = std::max(top, x[2 * node + 1]);
        bottom = std::min(bottom, x[2 * node + 1]);
      }
  }
  BOOST_CHECK_LE(change, 1e-9);
  const double repulsion = -law.at(top - bottom)[1];
  BOOST_TEST_MESSAGE("distance of the poles " << top - bottom << " nm, pressure "
                                              << -volume.multiplier << ", repulsion " << repulsion
                                              << " pN/nm^2");
  // At the border of the contact they are closer. What is left of that at the poles has gone
  // through some five decay lengths, (kappa / W'')^(1/4) = 7 nm each.
  BOOST_CHECK_LT(contact.least_distance(), top - bottom);
  BOOST_CHECK_CLOSE_FRACTION(repulsion, -volume.multiplier, 0.01);
}

BOOST_AUTO_TEST_SUITE_END()
