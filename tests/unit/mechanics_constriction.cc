// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The ring around a neck and the pressure of the lumen: derivatives at a point by finite
/// differences, sums of forces, and work.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/neck.h"
#include "mechanics/bending.h"
#include "mechanics/constriction.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/lumen_pressure.h"
#include "mechanics/surface_viscosity.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {
const double pi = std::acos(-1.0);

SurfacePoint a_point(const double x, const double y, const double z) {
  SurfacePoint p;
  p.weight = 0.7;
  p.point = Vector3({x, y, z});
  p.tangents = {Vector3({0.6, 0., 0.8}), Vector3({0., 1., 0.})};
  p.normal = Vector3({-0.8, 0., 0.6});
  return p;
}
} // namespace

BOOST_AUTO_TEST_SUITE(mechanics_constriction)

BOOST_AUTO_TEST_CASE(derivatives_of_the_ring_at_a_point) {
  Constriction<2> ring({40, 3, 1.5}, 0);
  {
    // Only the scale comes from the membrane.
    const auto sphere_like = closed_membrane<2>(sphere(10), 1);
    ring.place(*sphere_like, Vector3({1, -0.5, 0.2}), 9.5);
  }
  const SurfacePoint before = a_point(9, 2, 0.6);
  SurfacePoint now = a_point(8.7, 2.3, 0.1);
  const VectorFieldValue displacement{}, moment{};
  const auto state = [&] {
    return PointState{before, now, displacement, moment, 0., 1., Component::vesicle,
                      0.,     1.,  {},           nullptr};
  };
  const auto gradient = [&] {
    PointDerivatives d{};
    ring.add_to(state(), d, true);
    return d;
  };
  const PointDerivatives d = gradient();
  const double h = 1e-3;
  for (unsigned int c = 0; c < 3; ++c) {
    const auto at = [&](const double step) {
      now = a_point(8.7, 2.3, 0.1);
      now.point[c] += step;
    };
    at(h);
    const double up = ring.energy(state());
    const PointDerivatives d_up = gradient();
    at(-h);
    const double down = ring.energy(state());
    const PointDerivatives d_down = gradient();
    at(0);
    // Central differences with h relative to rho = 8 have errors of 1e-8.
    BOOST_CHECK_SMALL((up - down) / (2 * h) - d.displacement_now[c],
                      1e-6 * std::abs(d.displacement_now[0]));
    for (unsigned int e = 0; e < 3; ++e)
      BOOST_CHECK_SMALL((d_up.displacement_now[e] - d_down.displacement_now[e]) / (2 * h) -
                            d.now_now[c][e],
                        1e-6 * std::abs(d.now_now[0][0]));
  }
  BOOST_CHECK_GT(std::abs(d.displacement_now[0]), 1e-4);
}

BOOST_AUTO_TEST_CASE(forces_of_the_ring_add_up) {
  // Along the meridian, moving all nodes outward by 1 takes the work F + 2 pi f <rho>.
  const auto membrane = open_membrane(omega(20, 6, 3, 80).profile, 60, Edge::rim, Edge::axis);
  const Neck neck =
      find_neck(CurveSpline(membrane->curve_points(0), CurveEnd::horizontal, CurveEnd::horizontal));
  BOOST_CHECK_SMALL(neck.radius - 3, 1e-3);
  for (const double per_length : {0., 5.}) {
    FlowSystem<1> flow(*membrane, {{Edge::rim, {false, false, false}}});
    auto &ring = flow.add(Constriction<1>({40, per_length, 0.5}, 0));
    flow.initialize();
    ring.place(*membrane, neck.middle, neck.radius);
    const Vector gradient = flow.energy_gradient();
    Vector outward = membrane->vector_field(false);
    std::vector<dealii::types::global_dof_index> indices;
    for (const auto &cell : membrane->position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        membrane->cell_position_indices(cell, indices);
        for (unsigned int i = 0; i < indices.size(); i += 2)
          if (outward.in_local_range(indices[i]))
            outward(indices[i]) = 1.;
      }
    outward.compress(dealii::VectorOperation::insert);
    const double energy = flow.energies().at("constriction"), force = gradient * outward;
    if (per_length == 0.) {
      BOOST_CHECK_CLOSE(force, 40., 1e-9);
      // <rho> is a little more than the neck, whose meridian is an arc of 3.45 nm: w^2 / (2
      // * 3.45).
      BOOST_CHECK_SMALL(energy / 40 - (3 + 0.5 * 0.5 / (2 * 3.45)), 0.02);
    } else {
      BOOST_CHECK_GT(force, 40 + 2 * pi * per_length * 3);
      BOOST_CHECK_LT(force, 40 + 2 * pi * per_length * 3.1);
    }
    ring.remove();
    BOOST_CHECK_EQUAL(flow.energies().at("constriction"), 0.);
  }
}

namespace {
// On a closed surface whose points all lie above the neck the lumen's pressure is any pressure.
template <int dim> void check_pressure(const unsigned int resolution) {
  const auto membrane = closed_membrane<dim>(prolate(20, 0.8), resolution);
  move(*membrane, noisy_direction(*membrane, 3), 0.02 * 20);
  FlowSystem<dim> one(*membrane, {}), other(*membrane, {});
  one.add(LumenPressure<dim>(0)).set(0.3, {Vector3({0, 0, -100})});
  other.add(EnclosedVolume<dim>::under_pressure(0.3));
  one.initialize();
  other.initialize();
  BOOST_CHECK_CLOSE(one.energy(), other.energy(), 0.1);
  // Derivative and difference quotient of the same discrete energy.
  const Vector start = membrane->positions(), gradient = one.energy_gradient(),
               direction = noisy_direction(*membrane, 5);
  const double h = 1e-3;
  move(*membrane, direction, h);
  const double up = one.energy();
  move(*membrane, direction, -2 * h);
  const double down = one.energy();
  membrane->set_positions(start);
  BOOST_CHECK_CLOSE((up - down) / (2 * h), gradient * direction, 1e-3);
}
} // namespace

BOOST_AUTO_TEST_CASE(pressure_of_the_lumen) {
  check_pressure<1>(32);
  check_pressure<2>(2);
}

BOOST_AUTO_TEST_CASE(steps_under_pressure) {
  // A step converges quadratically only with exact second derivatives, and loses energy.
  const auto membrane = closed_membrane<1>(prolate(20, 0.8), 32);
  FlowSystem<1> flow(*membrane, {});
  flow.add(Bending<1>(82, 0.));
  flow.add(SurfaceViscosity<1>(4));
  flow.add(Drag<1>(1e-3));
  flow.add(Inextensibility<1>());
  flow.add(LumenPressure<1>(0)).set(0.05, {Vector3({0, 0, -100})});
  flow.initialize();
  for (unsigned int i = 0; i < 3; ++i) {
    const StepResult step = flow.step(0.2);
    BOOST_CHECK(step.converged);
    BOOST_CHECK_LE(step.iterations, 6u);
    BOOST_CHECK_GT(step.energy_before - step.energy_after, step.dissipated);
  }
}

BOOST_AUTO_TEST_SUITE_END()
