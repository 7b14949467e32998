// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lipids with spontaneous curvature on a closed vesicle of two leaflets that slide: shape and
/// composition drive each other down one free energy, and nothing is lost.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/lipid_mixtures.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/leaflet_friction.h"
#include "mechanics/surface_viscosity.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

template <int dim> double highest(const Membrane<dim> &membrane) {
  double z = 0.;
  for_each_cell(membrane, [&](const auto &, const SurfaceValues<dim> &surface) {
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      z = std::max(z, surface.point(q)[2]);
  });
  return dealii::Utilities::MPI::max(z, MPI_COMM_WORLD);
}

template <int dim> void check_free_energy(const unsigned int resolution, const int n_steps) {
  const double R = 20, kappa = room_temperature.bending_rigidity, viscosity = 4,
               time = viscosity * R * R / kappa;
  const auto membrane = closed_membrane<dim>(prolate(R, 0.8), resolution);
  FlowSystem<dim> flow(*membrane, {}, Leaflets::two);
  flow.add(Bending<dim>(kappa, 0., 1.2));
  flow.add(SurfaceViscosity<dim>(viscosity));
  flow.add(Drag<dim>(1e-6 * viscosity / (R * R)));
  flow.add(Inextensibility<dim>());
  flow.add(LeafletElasticity<dim>(120));
  flow.add(IntermonolayerFriction<dim>(0.1));
  flow.add(SlipViscosity<dim>(viscosity));
  flow.add(EnclosedVolume<dim>::fixed(membrane->volume()));
  flow.initialize();

  // A cone and a lipid with a large head, on one half of the vesicle each to begin with.
  LipidFields<dim> lipids(*membrane,
                          {{"cone", 0.65, -0.3, 3}, {"head", 0.6, 0.2, 1, 0.8}, {"rest", 0.7}},
                          room_temperature);
  const auto half = [&](const double there, const double elsewhere) {
    return scalar_field<dim>(*membrane,
                             [=](const Vector3 &x) { return x[2] > 0 ? there : elsewhere; });
  };
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner})
    for (unsigned int i = 0; i < 3; ++i) {
      lipids.add(i, leaflet, 1., 1., &flow.leaflet_content);
      lipids.set_fractions(lipids.fields().size() - 1,
                           i == 0   ? half(0.5, 0.1)
                           : i == 1 ? half(0.1, 0.4)
                                    : half(0.4, 0.5),
                           &flow.leaflet_content);
    }
  const auto act = [&] {
    flow.set_lipids(lipids.spontaneous_curvature(), lipids.rigidity());
    flow.project_moment();
  };
  act();
  const auto free_energy = [&] {
    return flow.energy() + lipids.mixing_energy() + lipids.frustration_energy();
  };
  std::vector<double> amounts;
  for (const LipidField &field : lipids.fields())
    amounts.push_back(lipids.amount(field));
  const double difference = flow.leaflet_difference();

  double energy = free_energy(), largest_rise = -1e99;
  const double at_start = energy;
  for (int k = 0; k < n_steps; ++k) {
    const double dt = (k < 50 ? 1e-4 : k < 300 ? 3e-3 : 3e-2) * time;
    const Vector before = membrane->positions();
    BOOST_REQUIRE(flow.step(dt).converged);
    const LeafletSlip slip{before, flow.slip_velocity(), flow.slip_through_rim()};
    const Vector moment = flow.normal_moment();
    lipids.advance(dt, &moment, &slip);
    act();
    const double now = free_energy();
    largest_rise = std::max(largest_rise, now - energy);
    energy = now;
  }
  BOOST_TEST_MESSAGE("free energy from " << at_start << " to " << energy
                                         << " pN nm, largest change " << largest_rise << " pN nm");
  BOOST_CHECK_LT(energy, at_start);
  // All that each step leaves out is of the size of round-off of the energies.
  BOOST_CHECK_LT(largest_rise, 1e-8 * std::abs(at_start));
  double worst = 0.;
  for (unsigned int f = 0; f < amounts.size(); ++f)
    worst = std::max(worst, std::abs(lipids.amount(lipids.fields()[f]) / amounts[f] - 1));
  BOOST_TEST_MESSAGE("amounts to " << worst << ", leaflets' difference to "
                                   << flow.leaflet_difference() / difference - 1);
  BOOST_CHECK_SMALL(worst, 1e-10);
  BOOST_CHECK_SMALL(flow.leaflet_difference() / difference - 1, 1e-10);

  // Outside, cones leave the strongly curved poles and heads gather there.
  const double length = highest(*membrane);
  const auto at_pole = [&](const unsigned int field) {
    double pole = 0., mean = 0., pole_area = 0., area = 0.;
    std::vector<double> values;
    for_each_cell(*membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
      membrane->cell_scalar_values(cell, lipids.fields()[field].fraction, values);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const double dA = surface.weight(q), c = surface.scalar_field(q, values).value;
        area += dA;
        mean += c * dA;
        if (std::abs(surface.point(q)[2]) > 0.9 * length) {
          pole_area += dA;
          pole += c * dA;
        }
      }
    });
    const auto sum = [](const double x) { return dealii::Utilities::MPI::sum(x, MPI_COMM_WORLD); };
    return sum(pole) / sum(pole_area) - sum(mean) / sum(area);
  };
  BOOST_TEST_MESSAGE("excess at the poles: cones " << at_pole(0) << ", heads " << at_pole(1));
  if (n_steps >= 1000) { // time to sort
    BOOST_CHECK_LT(at_pole(0), 0.);
    BOOST_CHECK_GT(at_pole(1), 0.);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(coupled_lipids)

BOOST_AUTO_TEST_CASE(one_free_energy_falls) {
  check_free_energy<1>(48, 1000);
  check_free_energy<2>(2, 20);
}

BOOST_AUTO_TEST_SUITE_END()
