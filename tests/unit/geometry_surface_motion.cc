// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Smoothing of surfaces in space: better cells, the same surface.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/surface_motion.h"

#include <array>
#include <cmath>

using namespace fusogen;

namespace {

constexpr double radius = 10.;

/// A sphere whose cells are sheared by a twist about the axis.
void make_twisted_sphere(Membrane<2> &membrane, const unsigned int refinement) {
  membrane.create_sphere_like(refinement, [](const std::array<double, 3> &n) {
    const double angle = 0.9 * n[2], c = std::cos(angle), s = std::sin(angle);
    return std::array<double, 3>{radius * (c * n[0] - s * n[1]), radius * (s * n[0] + c * n[1]),
                                 radius * n[2]};
  });
}

/// Largest relative distance of a node from the sphere.
double distance_from_sphere(const Membrane<2> &membrane) {
  double worst = 0.;
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      for (unsigned int i = 0; i < x.size(); i += 3)
        worst = std::max(worst, std::abs(std::hypot(x[i], x[i + 1], x[i + 2]) / radius - 1.));
    }
  return dealii::Utilities::MPI::max(worst, membrane.communicator());
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_surface_motion)

BOOST_AUTO_TEST_CASE(cells_improve_and_nodes_stay_on_the_surface) {
  double off[2];
  for (const unsigned int refinement : {2u, 3u}) {
    Membrane<2> membrane(MPI_COMM_WORLD, 2);
    make_twisted_sphere(membrane, refinement);
    const double quality = mesh_quality(membrane);
    BOOST_CHECK_SMALL(distance_from_sphere(membrane), 1e-12);
    BOOST_CHECK(smooth_along_surface(membrane));
    BOOST_CHECK_GT(mesh_quality(membrane), quality);
    off[refinement - 2] = distance_from_sphere(membrane);
    BOOST_TEST_MESSAGE("quality " << quality << " to " << mesh_quality(membrane)
                                  << ", off the sphere by " << off[refinement - 2]);
  }
  // Each sweep interpolates the surface of degree 2 anew, with an error of at least third order,
  // but the finer mesh takes more sweeps.
  BOOST_CHECK_LT(off[0], 1e-2);
  BOOST_CHECK_LT(off[1], off[0] / 2.);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_improved_stays) {
  // Smoothed until nothing is gained any more, the next call must leave every node untouched or
  // improve the quality; it never makes it worse.
  Membrane<2> membrane(MPI_COMM_WORLD, 2);
  make_twisted_sphere(membrane, 1);
  bool improved = true;
  for (unsigned int call = 0; call < 20 && improved; ++call) {
    const Vector before = membrane.positions();
    const double quality = mesh_quality(membrane);
    improved = smooth_along_surface(membrane);
    if (improved)
      BOOST_CHECK_GT(mesh_quality(membrane), quality);
    else
      for (const auto i : membrane.position_dofs().locally_owned_dofs())
        BOOST_CHECK_EQUAL(static_cast<double>(membrane.positions()(i)),
                          static_cast<double>(before(i)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
