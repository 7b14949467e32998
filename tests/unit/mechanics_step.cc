// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a time step keeps: the area of each cell, the volume; and everything, if it fails.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "mechanics/applied_force.h"
#include "mechanics/area_reservoir.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/pore_flow.h"
#include "mechanics/surface_viscosity.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double PI = std::acos(-1.), kappa = 82, viscosity = 4, radius = 20,
             relaxation_time = viscosity * radius * radius / kappa;

/// A vesicle that keeps its volume and relaxes under bending.
template <int dim> struct Vesicle {
  explicit Vesicle(const Profile &profile)
      : membrane(closed_membrane<dim>(profile, dim == 1 ? 32 : 1)), volume(membrane->volume()),
        flow(*membrane, {}) {
    flow.add(Bending<dim>(kappa, 0));
    flow.add(SurfaceViscosity<dim>(viscosity));
    flow.add(Drag<dim>(1e-8 * viscosity / (radius * radius)));
    flow.add(Inextensibility<dim>());
    enclosed = &flow.add(EnclosedVolume<dim>::fixed(volume));
    force = &flow.add(PoleForce<dim>::given(0));
    flow.initialize();
  }
  std::unique_ptr<Membrane<dim>> membrane;
  double volume;
  FlowSystem<dim> flow;
  EnclosedVolume<dim> *enclosed;
  PoleForce<dim> *force;
};

bool equal(const Vector &a, const Vector &b) {
  const auto [begin, end] = a.local_range();
  bool same = true;
  for (auto i = begin; i < end; ++i)
    same = same && a(i) == b(i);
  return dealii::Utilities::MPI::min(same ? 1 : 0, MPI_COMM_WORLD) == 1;
}

template <int dim> void check_kept() {
  Vesicle<dim> v(oblate(radius, 0.8));
  std::vector<dealii::types::global_dof_index> indices;
  for (int k = 0; k < 10; ++k) {
    const StepResult step = v.flow.step(0.02 * relaxation_time);
    BOOST_REQUIRE(step.converged);
    double worst = 0;
    for_each_cell(*v.membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
      v.membrane->cell_tension_indices(cell, indices);
      for (unsigned int j = 0; j < indices.size(); ++j) {
        double area = 0, content = 0;
        for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
          area += surface.weight(q);
          content += surface.weight(q) * surface.tension_shape(q, j);
        }
        worst = std::max(worst, std::abs(content - v.flow.material_area(indices[j])) / area);
      }
    });
    BOOST_CHECK_SMALL(dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD), 1e-10);
    BOOST_CHECK_SMALL(v.membrane->volume() / v.volume - 1, 1e-10);
  }
  // What Newton's method leaves of a displacement, 2e-11 of the shortest edge, is no more of the
  // area.
  BOOST_CHECK_SMALL(v.membrane->area() / v.flow.total_material_area() - 1, 2e-11);
}

template <int dim> void check_failure() {
  Vesicle<dim> v(prolate(radius, 0.7));
  BOOST_REQUIRE(v.flow.step(0.02 * relaxation_time).converged);
  const auto before = v.flow.snapshot();
  const auto dissipated = v.flow.dissipated_power();
  const double pressure = v.enclosed->multiplier;
  BOOST_CHECK(pressure != 0);
  const Vector moment = v.flow.moment(), tension = v.flow.tension(), velocity = v.flow.velocity();

  v.force->force = 1e9; // no shape of this area can bear it
  const StepResult step = v.flow.step(relaxation_time);
  BOOST_CHECK(!step.converged);
  const auto after = v.flow.snapshot();
  BOOST_CHECK(equal(before.positions, after.positions));
  BOOST_CHECK(equal(before.positions, v.membrane->positions()));
  BOOST_CHECK(equal(before.solution, after.solution));
  BOOST_CHECK(equal(before.material_area, after.material_area));
  BOOST_CHECK(equal(before.velocity, after.velocity));
  BOOST_CHECK(before.multipliers == after.multipliers);
  BOOST_CHECK_EQUAL(v.enclosed->multiplier, pressure);
  BOOST_CHECK(equal(moment, v.flow.moment()));
  BOOST_CHECK(equal(tension, v.flow.tension()));
  BOOST_CHECK(equal(velocity, v.flow.velocity()));
  BOOST_CHECK(dissipated == v.flow.dissipated_power());

  // Life goes on as if nothing had happened.
  v.force->force = 0;
  const StepResult next = v.flow.step(0.02 * relaxation_time);
  BOOST_REQUIRE(next.converged);
  const Vector reached = v.membrane->positions();
  v.flow.restore(before);
  BOOST_CHECK(equal(before.positions, v.membrane->positions()));
  const StepResult again = v.flow.step(0.02 * relaxation_time);
  BOOST_CHECK_CLOSE(again.energy_after, next.energy_after, 1e-10);
  Vector difference = v.membrane->vector_field(false), other = v.membrane->vector_field(false);
  difference = reached;
  other = v.membrane->positions();
  difference.add(-1, other);
  // Round-off, which the trace of drag leaves free to move the vesicle as a whole.
  BOOST_CHECK_SMALL(difference.linfty_norm(), 1e-7 * radius);
}

/// A sphere under a tension that empties through a pore with the pressure 2 sigma / R.
template <int dim> void check_leak() {
  const double sigma = 0.5, resistance = 1e-5, dt = 1e-3;
  const auto membrane = closed_membrane<dim>(sphere(radius), dim == 1 ? 32 : 2);
  FlowSystem<dim> flow(*membrane, {});
  flow.add(Bending<dim>(kappa, 0));
  flow.add(SurfaceViscosity<dim>(1e-6 * viscosity));
  flow.add(Drag<dim>(1e-12));
  flow.add(Inextensibility<dim>());
  flow.add(AreaReservoir<dim>(sigma));
  auto &pore = flow.add(PoreFlow<dim>(0));
  flow.initialize();
  const auto radius_of = [&] { return std::cbrt(3 * membrane->volume() / (4 * PI)); };

  pore.open({Vector3({0, 0, -2 * radius})}, resistance);
  for (int k = 0; k < 3; ++k) {
    const double before = radius_of(), energy = flow.energies().at("reservoir");
    const StepResult step = flow.step(dt);
    BOOST_REQUIRE(step.converged);
    const double now = radius_of();
    BOOST_CHECK_CLOSE(pore.pressure(), 2 * sigma * now / (before * before), 0.1);
    const double rate = (before - now) / dt * 4 * PI * before * before;
    BOOST_CHECK_CLOSE(rate, pore.pressure() / resistance, 0.1);
    BOOST_CHECK_CLOSE(flow.dissipated_power().at("pore flow"),
                      resistance * std::pow(pore.pressure() / resistance, 2), 1e-6);
    // Of what the tension loses, backward Euler does not dissipate a share of the step.
    BOOST_CHECK_CLOSE(energy - flow.energies().at("reservoir"), step.dissipated,
                      100 * (before / now - 1) + 0.1);
  }
  pore.remove();
  const double before = radius_of();
  BOOST_REQUIRE(flow.step(1e-4 * dt).converged);
  BOOST_CHECK_SMALL(pore.pressure(), 1e-12);
  BOOST_CHECK_LT(radius_of(), before);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mechanics_step)

BOOST_AUTO_TEST_CASE(a_vesicle_leaks_through_a_pore) {
  check_leak<1>();
  check_leak<2>();
}

BOOST_AUTO_TEST_CASE(area_and_volume_are_kept) {
  check_kept<1>();
  check_kept<2>();
}

BOOST_AUTO_TEST_CASE(a_failed_step_leaves_no_trace) {
  check_failure<1>();
  check_failure<2>();
}

BOOST_AUTO_TEST_CASE(a_pole_held_at_a_height) {
  // A flat disc with a clamped rim, its centre lifted: the multiplier is the force, and the force
  // times a small displacement is the work.
  const Profile bump = Profile::parametric(
      [](const double r) {
        const double x = r / 50, y = 1 - x * x;
        return CurveSample{r, 5 * y * y, 1, -20 * x * y / 50, 0, 5 * (12 * x * x - 4) / 2500};
      },
      0, 50);
  const auto membrane = open_membrane(bump.reversed(), 24, Edge::rim, Edge::axis);
  FlowSystem<1> flow(*membrane, {{Edge::rim, {false, true, false}}});
  Bending<1> bending(kappa, 0);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(SurfaceViscosity<1>(viscosity));
  flow.add(Drag<1>(1e-6));
  flow.add(Inextensibility<1>());
  auto &pole = flow.add(PoleForce<1>::holding(5.));
  flow.initialize();
  for (double dt = 1e-2; dt < 1e7; dt *= 3)
    BOOST_REQUIRE(flow.step(dt).converged);
  BOOST_CHECK_CLOSE(membrane->curve_points(0).back()[1], 5., 1e-9);
  const double energy = flow.energy(), force = pole.multiplier;
  pole.height = 5.01;
  for (int k = 0; k < 3; ++k)
    BOOST_REQUIRE(flow.step(1e7).converged);
  BOOST_CHECK_CLOSE(membrane->curve_points(0).back()[1], 5.01, 1e-9);
  BOOST_CHECK_CLOSE((flow.energy() - energy) / 0.01, 0.5 * (force + pole.multiplier), 0.01);
}

BOOST_AUTO_TEST_SUITE_END()
