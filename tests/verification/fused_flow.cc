// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A vesicle fused with a membrane in space flows like the axisymmetric one, and the neck can be
/// cut at any time.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "geometry/cell_curvature.h"
#include "geometry/coarse_meshes.h"
#include "geometry/surface_motion.h"
#include "geometry/topology/surface_cut.h"
#include "geometry/topology/surface_fusion.h"
#include "mechanics/bending.h"
#include "mechanics/boundary_tension.h"
#include "mechanics/drag.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"

using namespace fusogen;
using namespace fusogen::test;
using dealii::Point;
using dealii::Tensor;

namespace {

constexpr double kappa = 82., viscosity = 1., tension = 0.1;
constexpr double R = 20, gap = 2, pore_radius = 1.5, rim = 80;

/// Flows for a number of growing steps and calls @p after(step, bending energy) after each.
template <int dim, class After> void flow(Membrane<dim> &membrane, const After &after) {
  FlowSystem<dim> flow(membrane, {{Edge::rim, {false, true, false}}});
  Bending<dim> bending(kappa, 0.);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1.;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(SurfaceViscosity<dim>(viscosity));
  flow.add(Drag<dim>(1e-8));
  flow.add(Inextensibility<dim>());
  flow.add(BoundaryTension<dim>(tension));
  flow.initialize();
  flow.area_relaxation_time = viscosity * pore_radius * pore_radius / kappa;
  double dt = 1e-3;
  for (unsigned int step = 0; step < 16; ++step, dt *= 1.2) {
    BOOST_REQUIRE(flow.step(dt).converged);
    after(step, flow.energies().at("bending"));
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(fused_surface_flows_like_the_meridian) {
  const auto meridian = open_membrane(omega_conserving_area(R, gap, pore_radius, rim).profile, 100,
                                      Edge::rim, Edge::axis);
  std::vector<Neck> necks;
  std::vector<double> energies;
  flow<1>(*meridian, [&](unsigned int, const double energy) {
    necks.push_back(find_neck(
        CurveSpline(meridian->curve_points(0), CurveEnd::horizontal, CurveEnd::horizontal)));
    energies.push_back(energy);
  });

  Tensor<1, 3> down;
  down[2] = -1.;
  const unsigned int refinement = 2;
  const MeshedSurface docked =
      together(membrane_mesh(rim, {{Point<2>(), 6.}}),
               vesicle_mesh(sphere_shape(Point<3>(0, 0, R + gap), R), down, 6. / R));
  Membrane<2> separate(MPI_COMM_WORLD, 2);
  separate.create_surface(docked.mesh, refinement, docked.geometry);
  FusionMesh mesh;
  mesh.least_level = mesh.most_levels = refinement;
  const TopologyChange fused =
      fuse(separate, find_docking_site(separate, {docked.patches[0]}, {docked.patches[1]}),
           pore_radius, {}, mesh);
  flow<2>(*fused.membrane, [&](const unsigned int step, const double energy) {
    const Neck neck = find_neck(*fused.membrane, fused.pore);
    BOOST_TEST_MESSAGE("step " << step << ": bending energy " << energy << " (" << energies[step]
                               << ") pN nm, neck " << neck.radius << " (" << necks[step].radius
                               << ") nm, resistance " << neck.resistance << " ("
                               << necks[step].resistance << "), quality "
                               << mesh_quality(*fused.membrane));
    // The two start from the same Omega, resolved by 16 cells around the neck.
    BOOST_CHECK_CLOSE(neck.radius, necks[step].radius, 1.);
    BOOST_CHECK_CLOSE(neck.resistance, necks[step].resistance, 1.);
    BOOST_CHECK_CLOSE(energy, energies[step], 1.);
    BOOST_CHECK_GT(mesh_quality(*fused.membrane), 0.5);

    if (step % 5 == 0) {
      CutMesh caps;
      caps.least_level = caps.most_levels = refinement;
      const TopologyChange parted = cut(*fused.membrane, fused.pore, {}, caps);
      const TopologyState &state = parted.ledger.after;
      BOOST_CHECK_CLOSE(state.area, parted.ledger.before.area, 1e-9);
      BOOST_CHECK_EQUAL(state.euler_characteristic, 3);
      BOOST_CHECK_CLOSE(state.total_curvature, 2 * dealii::numbers::PI * 3, 1e-3);
      BOOST_CHECK_GT(mesh_quality(*parted.membrane), 0.5);
      // No sharper than the fillets were.
      BOOST_CHECK_LT(resolution(*parted.membrane).largest_curvature, 0.5);
    }
  });
}
