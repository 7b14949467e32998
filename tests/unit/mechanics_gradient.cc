// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Forces against difference quotients of energies, Newton's method and the energy balance of a
/// step.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/coarse_meshes.h"
#include "mechanics/applied_force.h"
#include "mechanics/bending.h"
#include "mechanics/boundary_tension.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/leaflet_friction.h"
#include "mechanics/line_tension.h"
#include "mechanics/surface_viscosity.h"
#include "mechanics/tube_ends.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double kappa = 82;

/// Compares the gradient with the extrapolated central difference in two noisy directions and that
/// of steepest ascent. Returns the largest difference, relative to the largest derivative.
template <int dim> double gradient_error(Membrane<dim> &membrane, FlowSystem<dim> &flow) {
  const double cell = shortest_cell(membrane);
  move(membrane, noisy_direction(membrane, 11), 0.02 * cell);
  flow.initialize();
  flow.find_pole();
  const Vector start = membrane.positions();
  const Vector gradient = flow.energy_gradient();
  double worst = 0, largest = 0;
  for (int which = 0; which < 3; ++which) {
    Vector direction = noisy_direction(membrane, 17 + which);
    if (which == 2) {
      direction = gradient;
      direction *= 1 / gradient.linfty_norm();
    }
    const auto energy = [&](double step) {
      membrane.set_positions(start);
      move(membrane, direction, step);
      flow.project_moment();
      return flow.energy();
    };
    const auto difference = [&](double step) {
      return (energy(step) - energy(-step)) / (2 * step);
    };
    // Two extrapolations leave an error of the sixth order.
    const double h = 2e-3 * cell, d1 = difference(h), d2 = difference(h / 2),
                 d4 = difference(h / 4);
    const double numerical = (64 * d4 - 20 * d2 + d1) / 45;
    membrane.set_positions(start);
    flow.project_moment();
    const double analytic = gradient * direction;
    BOOST_TEST_MESSAGE("derivative " << analytic << ", relative difference "
                                     << numerical / analytic - 1);
    worst = std::max(worst, std::abs(numerical - analytic));
    largest = std::max(largest, std::abs(analytic));
  }
  return worst / largest;
}

template <int dim>
void check_bending(const Profile &profile, unsigned int resolution, unsigned int degree,
                   double c0) {
  const auto membrane = closed_membrane<dim>(profile, resolution, degree);
  FlowSystem<dim> flow(*membrane, {});
  flow.add(Bending<dim>(kappa, c0));
  BOOST_CHECK_SMALL(gradient_error(*membrane, flow), 1e-7);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mechanics_gradient)

BOOST_AUTO_TEST_CASE(bending_in_the_meridian) {
  for (const unsigned int degree : {2u, 3u})
    for (const double c0 : {0., 0.08}) {
      check_bending<1>(prolate(20, 0.7), 16, degree, c0);
      check_bending<1>(stomatocyte(20, 0.5), 32, degree, c0);
    }
}

namespace {

/// Two leaflets, stretched here and squeezed there, or an area difference that is not the relaxed
/// one.
template <int dim>
void check_leaflets(const Leaflets leaflets, const Profile &profile, unsigned int resolution,
                    double c0) {
  const auto membrane = closed_membrane<dim>(profile, resolution);
  FlowSystem<dim> flow(*membrane, {}, leaflets);
  flow.add(Bending<dim>(kappa, c0, 1.2));
  flow.add(LeafletElasticity<dim>(120));
  flow.initialize();
  Vector content = membrane->scalar_vector(false);
  content = flow.leaflet_content;
  for (const auto i : membrane->scalar_dofs().locally_owned_dofs())
    content(i) = content(i) * (1.3 + 0.4 * std::sin(1. * i));
  content.compress(dealii::VectorOperation::insert);
  flow.relaxed_difference *= 1.3;
  const auto set = [&] {
    flow.leaflet_content = content;
    flow.project_moment();
  };
  const Vector start = membrane->positions();
  const double h = 2e-3 * shortest_cell(*membrane);
  for (int which = 0; which < 2; ++which) {
    const Vector direction = noisy_direction(*membrane, 5 + which);
    const auto at = [&](const double step) {
      membrane->set_positions(start);
      move(*membrane, direction, step);
      set();
      return flow.energy();
    };
    const auto difference = [&](const double step) { return (at(step) - at(-step)) / (2 * step); };
    const double d1 = difference(h), d2 = difference(h / 2), d4 = difference(h / 4);
    const double numerical = (64 * d4 - 20 * d2 + d1) / 45;
    membrane->set_positions(start);
    set();
    const Vector gradient = flow.energy_gradient();
    BOOST_CHECK(flow.energies().at("leaflet elasticity") > 1);
    BOOST_TEST_MESSAGE("leaflets: derivative " << gradient * direction << ", relative difference "
                                               << numerical / (gradient * direction) - 1);
    BOOST_CHECK_SMALL(numerical / (gradient * direction) - 1, 1e-7);
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(leaflets_in_both_dimensions) {
  for (const Leaflets leaflets : {Leaflets::two, Leaflets::area_difference})
    for (const double c0 : {0., 0.05}) {
      check_leaflets<1>(leaflets, prolate(20, 0.7), 16, c0);
      check_leaflets<2>(leaflets, oblate(20, 0.8), 1, c0);
    }
}

BOOST_AUTO_TEST_CASE(bending_in_space) {
  for (const double c0 : {0., 0.08})
    check_bending<2>(oblate(20, 0.8), 1, 2, c0);
}

BOOST_AUTO_TEST_CASE(all_energies_of_a_pore) {
  // An Omega with clamped rim under tension and a force on the pole.
  for (const unsigned int degree : {2u, 3u}) {
    const auto membrane =
        open_membrane(omega(20, 2, 3, 80).profile, 40, Edge::rim, Edge::axis, degree);
    FlowSystem<1> flow(*membrane, {{Edge::rim, {false, false, false}}});
    Bending<1> bending(kappa, 0.02);
    dealii::Tensor<1, 2> outward;
    outward[0] = 1;
    bending.clamp(Edge::rim, outward);
    flow.add(std::move(bending));
    flow.add(BoundaryTension<1>(0.1));
    flow.add(PoleForce<1>::given(7));
    BOOST_CHECK_SMALL(gradient_error(*membrane, flow), 1e-7);
    const auto energies = flow.energies();
    for (const char *name : {"bending", "boundary tension", "pole force"})
      BOOST_CHECK_MESSAGE(energies.at(name) != 0, name << " has no energy");
  }
}

BOOST_AUTO_TEST_CASE(tube_with_clamped_ends) {
  const double R = 40, length = 300;
  const MeshedSurface tube = tube_donor_mesh(R, length, 40);
  Membrane<2> membrane(MPI_COMM_WORLD, 2);
  membrane.create_surface(tube.mesh, 2, tube.geometry);
  const auto with_ends = [&](const bool ends) {
    FlowSystem<2> flow(membrane, {{Edge::rim, {true, true, false}}});
    flow.add(Bending<2>(kappa, 0.01));
    if (ends)
      flow.add(TubeEnds<2>());
    flow.initialize();
    return flow.energy();
  };
  // Without them the curvature of the ends would be taken for a kink.
  const double exact = kappa / 2 * std::pow(1 / R - 0.01, 2) * 2 * dealii::numbers::PI * R * length;
  BOOST_CHECK_CLOSE(with_ends(true), exact, 1);
  BOOST_CHECK_GT(with_ends(false), 2 * exact);

  FlowSystem<2> flow(membrane, {{Edge::rim, {false, false, false}}});
  flow.add(Bending<2>(kappa, 0.01));
  flow.add(TubeEnds<2>());
  BOOST_CHECK_SMALL(gradient_error(membrane, flow), 1e-7);
}

BOOST_AUTO_TEST_CASE(pressure) {
  const auto meridian = closed_membrane<1>(prolate(20, 0.8), 16);
  FlowSystem<1> flow(*meridian, {});
  flow.add(Bending<1>(kappa, 0.));
  flow.add(EnclosedVolume<1>::under_pressure(0.3));
  flow.add(PoleForce<1>::given(7));
  BOOST_CHECK_SMALL(gradient_error(*meridian, flow), 1e-7);

  const auto surface = closed_membrane<2>(prolate(20, 0.8), 1);
  FlowSystem<2> flow3(*surface, {});
  flow3.add(Bending<2>(kappa, 0.));
  flow3.add(EnclosedVolume<2>::under_pressure(0.3));
  flow3.add(PoleForce<2>::given(7));
  BOOST_CHECK_SMALL(gradient_error(*surface, flow3), 1e-7);
}

namespace {

template <int dim> void check_line_tension(const unsigned int resolution) {
  const auto membrane = closed_membrane<dim>(prolate(20, 0.8), resolution);
  FlowSystem<dim> flow(*membrane, {});
  flow.add(Bending<dim>(kappa, 0.));
  flow.add(LineTension<dim>(40));
  flow.set_domain(scalar_field<dim>(
      *membrane, [](const Vector3 &x) { return 0.5 + 0.5 * std::tanh((x[2] - 0.3 * x[0]) / 15); }));
  BOOST_CHECK_SMALL(gradient_error(*membrane, flow), 1e-7);
  BOOST_CHECK_GT(flow.energies().at("line tension"), 100);

  // The second derivatives are right if Newton's method converges as fast as it can.
  flow.add(SurfaceViscosity<dim>(4));
  flow.add(Drag<dim>(1e-3));
  flow.add(Inextensibility<dim>());
  flow.initialize();
  for (int k = 0; k < 3; ++k)
    BOOST_REQUIRE(flow.step(0.2).converged);
  const StepResult step = flow.step(1);
  BOOST_CHECK(step.converged);
  BOOST_CHECK_LE(step.iterations, 5u);
}

} // namespace

BOOST_AUTO_TEST_CASE(line_tension) {
  check_line_tension<1>(16);
  check_line_tension<2>(1);
}

namespace {

template <int dim>
void check_steps(const Profile &profile, unsigned int resolution, const Leaflets leaflets) {
  const auto membrane = closed_membrane<dim>(profile, resolution);
  const double viscosity = 4, radius = 20, time = viscosity * radius * radius / kappa;
  FlowSystem<dim> flow(*membrane, {}, leaflets);
  flow.add(Bending<dim>(kappa, 0.01, 1.2));
  if (leaflets != Leaflets::single)
    flow.add(LeafletElasticity<dim>(120));
  if (leaflets == Leaflets::two) {
    flow.add(IntermonolayerFriction<dim>(0.1));
    flow.add(SlipViscosity<dim>(viscosity));
  }
  flow.add(SurfaceViscosity<dim>(viscosity));
  flow.add(Drag<dim>(1e-8 * viscosity / (radius * radius)));
  flow.add(Inextensibility<dim>());
  flow.add(EnclosedVolume<dim>::fixed(membrane->volume()));
  flow.initialize();
  // Away from the fast start: nodes settle first.
  for (int k = 0; k < 4; ++k)
    BOOST_REQUIRE(flow.step(0.01 * time).converged);
  const auto start = flow.snapshot();

  // With exact second derivatives, Newton's method squares the error in each iteration.
  const StepResult moderate = flow.step(0.05 * time);
  BOOST_CHECK(moderate.converged);
  BOOST_CHECK_LE(moderate.iterations, 5u);
  flow.restore(start);

  // Minimising movement: at least what was dissipated is lost, and the difference falls with dt.
  std::vector<double> defects;
  for (const double dt : {4e-3 * time, 2e-3 * time, 1e-3 * time}) {
    const StepResult step = flow.step(dt);
    BOOST_REQUIRE(step.converged);
    const double loss = step.energy_before - step.energy_after;
    BOOST_CHECK(loss > 0);
    BOOST_CHECK(step.dissipated > 0);
    BOOST_CHECK(step.ledger_defect() > 0);
    BOOST_CHECK_LE(step.iterations, 3u);
    defects.push_back(step.ledger_defect() / loss);
    BOOST_TEST_MESSAGE("dt " << dt << ": share of the loss not dissipated " << defects.back()
                             << ", iterations " << step.iterations);
    flow.restore(start);
  }
  for (std::size_t k = 1; k < defects.size(); ++k) {
    BOOST_CHECK_GT(defects[k - 1] / defects[k], 1.7);
    BOOST_CHECK_LT(defects[k - 1] / defects[k], 2.2);
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(newton_and_the_ledger) {
  for (const Leaflets leaflets : {Leaflets::single, Leaflets::two, Leaflets::area_difference}) {
    check_steps<1>(prolate(20, 0.8), 32, leaflets);
    check_steps<2>(prolate(20, 0.8), 1, leaflets);
  }
}

BOOST_AUTO_TEST_SUITE_END()
