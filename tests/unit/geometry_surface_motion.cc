// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Smoothing of surfaces in space: better cells, the same surface.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/surface_motion.h"
#include "surfaces.h"

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

BOOST_AUTO_TEST_CASE(what_lives_on_the_surface_stays_where_it_was) {
  // The surface does not move, only its nodes do: a front of a lipid must stay in its place.
  const auto front = [](const Vector3 &x) { return 0.5 * (1. + std::tanh(x[2] / 3.)); };
  double errors[2], interpolation_errors[2];
  for (const unsigned int refinement : {2u, 3u}) {
    Membrane<2> membrane(MPI_COMM_WORLD, 2);
    make_twisted_sphere(membrane, refinement);
    const auto error = [&](const Vector &density) {
      SurfaceValues<2> surface(membrane.degree());
      std::vector<double> x, c;
      double sum = 0.;
      for (const auto &cell : membrane.position_dofs().active_cell_iterators())
        if (cell->is_locally_owned()) {
          membrane.cell_positions(cell, x);
          membrane.cell_scalar_values(cell, density, c);
          surface.reinit(x, Membrane<2>::orientation(cell));
          for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
            sum += surface.weight(q) *
                   std::abs(surface.scalar_field(q, c).value - front(surface.point(q)));
        }
      return dealii::Utilities::MPI::sum(sum, membrane.communicator()) / membrane.area();
    };
    std::vector<ConservedField> fields(2);
    fields[0].density = test::scalar_field<2>(membrane, [](const Vector3 &) { return 1.; });
    fields[1].density = test::scalar_field<2>(membrane, front);
    for (ConservedField &field : fields)
      field.total = test::integral(membrane, field.density);
    interpolation_errors[refinement - 2] = error(fields[1].density);

    SurfaceMotion motion(membrane);
    Vector area = membrane.shape_areas();
    const double total_area = membrane.total_area(area);
    const Vector start = membrane.positions();
    for (unsigned int pass = 0; pass < 10; ++pass)
      BOOST_REQUIRE(motion.redistribute(1.2, area, fields, {}));
    Vector moved = membrane.vector_field(false), other = membrane.vector_field(false);
    moved = membrane.positions();
    other = start;
    moved.add(-1., other);
    BOOST_CHECK_GT(moved.linfty_norm(), 0.5);

    BOOST_CHECK_CLOSE(membrane.total_area(area), total_area, 1e-11);
    for (const ConservedField &field : fields) {
      BOOST_CHECK_EQUAL(field.outflow, 0.);
      BOOST_CHECK_CLOSE(test::integral(membrane, field.density), field.total, 1e-10);
      const auto [begin, end] = field.density.local_range();
      for (auto i = begin; i < end; ++i) {
        const double c = field.density(i);
        BOOST_CHECK_GT(c, -1e-14);
        BOOST_CHECK_LT(c, 1. + 1e-2); // the fraction fills the area that the mesh now has
      }
    }
    const double uniform = total_area / membrane.area();
    const auto [begin, end] = fields[0].density.local_range();
    for (auto i = begin; i < end; ++i)
      BOOST_CHECK_CLOSE(double(fields[0].density(i)), uniform, 1e-9);
    errors[refinement - 2] = error(fields[1].density);
    BOOST_TEST_MESSAGE("mean error of a front after 10 passes "
                       << errors[refinement - 2] << ", of its interpolation "
                       << interpolation_errors[refinement - 2]);
  }
  // Ten projections are each as good as an interpolation, of second order.
  BOOST_CHECK_LT(errors[0], 5. * interpolation_errors[0]);
  BOOST_CHECK_LT(errors[1], 5. * interpolation_errors[1]);
  BOOST_CHECK_LT(errors[1], 0.4 * errors[0]);
}

BOOST_AUTO_TEST_SUITE_END()
