// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/fused_pair.h"

#include "base/log.h"
#include "base/user_error.h"
#include "geometry/coarse_meshes.h"
#include "geometry/topology/surface_fusion.h"

#include <cmath>
#include <sstream>

namespace fusogen {
using namespace dealii;

std::unique_ptr<Membrane<2>> fused_pair(MPI_Comm communicator, const Parameters &parameters) {
  const double radius = parameters.vesicle.radius / std::sqrt(2.), gap = parameters.fusion.gap,
               pore_radius = parameters.fusion.initial_pore_radius;
  // The arc, of radius rho, that touches both spheres and comes as near to the axis as the pore:
  // (radius + rho)^2 = (radius + gap / 2)^2 + (pore_radius + rho)^2.
  const double half = radius + 0.5 * gap,
               rho = (half * half + pore_radius * pore_radius - radius * radius) /
                     (2. * (radius - pore_radius));
  constexpr double patch_per_fillet = 2.2;
  const double patch = patch_per_fillet * (pore_radius + rho);
  try {
    Tensor<1, 3> up;
    up[2] = 1.;
    const Point<3> lower(0., 0., -half), upper(0., 0., half);
    const MeshedSurface pair =
        together(vesicle_mesh(sphere_shape(lower, radius), up, patch / radius),
                 vesicle_mesh(sphere_shape(upper, radius), -up, patch / radius));
    Membrane<2> docked(communicator, parameters.geometry.degree);
    docked.create_surface(pair.mesh, parameters.geometry.refinement, pair.geometry);
    FusionMesh mesh;
    mesh.least_level = mesh.most_levels = parameters.geometry.refinement;
    TopologyChange change =
        fuse(docked, find_docking_site(docked, {pair.patches[0]}, {pair.patches[2]}), pore_radius,
             {}, mesh);
    const TopologyState &before = change.ledger.before, &after = change.ledger.after;
    std::ostringstream line;
    line << "two vesicles fuse: area " << before.area << " to " << after.area << " nm^2, volume "
         << before.volume << " to " << after.volume << " nm^3, Euler characteristic "
         << before.euler_characteristic << " to " << after.euler_characteristic
         << ", int K dA / 2 pi " << before.total_curvature / (2. * numbers::PI) << " to "
         << after.total_curvature / (2. * numbers::PI);
    Log::instance().information(line.str());
    return std::move(change.membrane);
  } catch (const std::invalid_argument &error) {
    throw UserError("Fusion/Initial pore radius and Fusion/Gap do not make a neck: " +
                    std::string(error.what()));
  }
}
} // namespace fusogen
