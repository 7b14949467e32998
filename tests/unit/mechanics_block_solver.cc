// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The iterative solver takes the same steps as the factorisation, with as many iterations on a
/// fine mesh as on a coarse one.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "mechanics/bending.h"
#include "mechanics/block_solver.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/surface_viscosity.h"
#include "surfaces.h"

#include <cmath>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double kappa = 82, viscosity = 4, radius = 20,
             relaxation_time = viscosity * radius * radius / kappa;

struct Vesicle {
  Vesicle(unsigned int refinement, bool iterative, Leaflets leaflets = Leaflets::single)
      : membrane(closed_membrane<2>(prolate(radius, 0.8), refinement)),
        flow(*membrane, {}, leaflets) {
    if (iterative)
      flow.use(std::make_unique<BlockSolver>(flow.unknowns()));
    flow.add(Bending<2>(kappa, 0, 1.2));
    flow.add(SurfaceViscosity<2>(viscosity));
    flow.add(Drag<2>(1e-8 * viscosity / (radius * radius)));
    flow.add(Inextensibility<2>());
    flow.add(EnclosedVolume<2>::fixed(membrane->volume()));
    if (leaflets == Leaflets::area_difference)
      flow.add(LeafletElasticity<2>(120));
    flow.initialize();
    if (leaflets == Leaflets::area_difference) {
      flow.relaxed_difference *= 1.1;
      flow.project_moment();
    }
  }
  std::unique_ptr<Membrane<2>> membrane;
  FlowSystem<2> flow;
};

void check_same_steps(const Leaflets leaflets) {
  Vesicle direct(1, false, leaflets), iterative(1, true, leaflets);
  const double volume = iterative.membrane->volume(), area = iterative.membrane->area();
  for (int k = 0; k < 5; ++k) {
    const double dt = (k < 3 ? 0.003 : 0.01) * relaxation_time;
    const StepResult a = direct.flow.step(dt), b = iterative.flow.step(dt);
    BOOST_REQUIRE(a.converged && b.converged);
    BOOST_CHECK_EQUAL(a.linear_iterations, 0u);
    BOOST_CHECK_GT(b.linear_iterations, 0u);
    // Newton's method leaves up to 1e-8 of an edge in each step. By how much that is of the way the
    // surface went in the step, the velocity may be wrong and with it the lost energy.
    const double edge =
                     std::sqrt(area / iterative.membrane->triangulation().n_global_active_cells()),
                 error = (k + 1) * 1e-8 * edge / b.largest_displacement;
    BOOST_TEST_MESSAGE("relative error of the velocity up to "
                       << error << ", energy " << (a.energy_after - b.energy_after) / a.dissipated
                       << ", dissipated " << a.dissipated / b.dissipated - 1.);
    BOOST_CHECK_SMALL(a.energy_after - b.energy_after, error * a.dissipated);
    BOOST_CHECK_CLOSE_FRACTION(a.dissipated, b.dissipated, 2. * error);
  }
  BOOST_CHECK_CLOSE_FRACTION(iterative.membrane->volume(), volume, 1e-9);
  BOOST_CHECK_CLOSE_FRACTION(iterative.membrane->area(), area, 1e-9);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mechanics_block_solver)

BOOST_AUTO_TEST_CASE(same_steps_as_the_factorisation) { check_same_steps(Leaflets::single); }

BOOST_AUTO_TEST_CASE(same_steps_with_an_area_difference) {
  check_same_steps(Leaflets::area_difference);
}

BOOST_AUTO_TEST_CASE(iterations_do_not_grow_with_the_mesh) {
  std::vector<unsigned int> iterations;
  for (const unsigned int refinement : {2u, 3u, 4u}) {
    Vesicle vesicle(refinement, true);
    BOOST_REQUIRE(vesicle.flow.step(0.003 * relaxation_time).converged);
    const StepResult step = vesicle.flow.step(0.003 * relaxation_time);
    BOOST_REQUIRE(step.converged);
    iterations.push_back(step.linear_iterations);
    BOOST_TEST_MESSAGE("refinement " << refinement << ": " << step.iterations << " of Newton, "
                                     << step.linear_iterations << " of GMRES");
  }
  for (const unsigned int n : iterations)
    BOOST_CHECK_LE(n, 60u);
  BOOST_CHECK_LE(iterations.back(), 1.3 * iterations.front());
}

BOOST_AUTO_TEST_SUITE_END()
