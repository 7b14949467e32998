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
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
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

template <int dim> void check_derivatives() {
  const auto membrane = sphere_above_disc<dim>(20, 5, 40, dim == 1 ? 24 : 1);
  FlowSystem<dim> flow(*membrane, {{Edge::rim, {true, true, true}}});
  auto &contact = flow.add(Contact<dim>(soft_law()));
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

template <int dim> void check_forces() {
  // Without a held rim: what acts on the vesicle acts in reverse on the plasma membrane.
  const double radius = 40;
  ContactLaw law = soft_law();
  const double gap = law.thickness + 1.;
  const auto membrane = sphere_above_disc<dim>(radius, gap, 60, dim == 1 ? 200 : 4);
  FlowSystem<dim> flow(*membrane, {{Edge::rim, {false, false, true}}});
  auto &contact = flow.add(Contact<dim>(law));
  flow.initialize();
  double total = 0, size = 0;
  contact.for_each_pair(false, [&](const PairSystem &pair) {
    for (unsigned int i = 0; i < pair.dofs.size(); ++i)
      size += std::abs(pair.gradient[i]);
  });
  // The vertical displacement of all nodes by one.
  const auto &space = flow.unknowns();
  std::map<dealii::types::global_dof_index, double> here, vertical;
  for (const auto &[vector, mixed] : space.displacement_map)
    here[mixed] = vector % (dim + 1) == dim ? 1. : 0.;
  for (const auto &part : dealii::Utilities::MPI::all_gather(MPI_COMM_WORLD, here))
    vertical.insert(part.begin(), part.end());
  contact.for_each_pair(false, [&](const PairSystem &pair) {
    for (unsigned int i = 0; i < pair.dofs.size(); ++i)
      total += pair.gradient[i] * vertical.at(pair.dofs[i]);
  });
  total = dealii::Utilities::MPI::sum(total, MPI_COMM_WORLD);
  size = dealii::Utilities::MPI::sum(size, MPI_COMM_WORLD);
  BOOST_CHECK_SMALL(total / size, 1e-12);

  // Derjaguin: 2 pi R W(gap), right to the order of the decay length over R.
  const double force = contact.force_on(Component::vesicle)[2],
               derjaguin = 2 * pi * radius * law.at(gap)[0];
  BOOST_TEST_MESSAGE("force " << force << " pN, Derjaguin " << derjaguin << " pN");
  BOOST_CHECK_CLOSE_FRACTION(force, -contact.force_on(Component::plasma_membrane)[2], 1e-12);
  BOOST_CHECK_CLOSE_FRACTION(force, derjaguin, law.adhesion_decay / radius);
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
  check_derivatives<1>();
  check_derivatives<2>();
}

BOOST_AUTO_TEST_CASE(forces) {
  check_forces<1>();
  check_forces<2>();
}

BOOST_AUTO_TEST_SUITE_END()
