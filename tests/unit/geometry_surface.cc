// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Areas, volumes, normals and the gradients of shape functions, in both geometries.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "surfaces.h"

#include <type_traits>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

using Meridian = std::integral_constant<int, 1>;
using Space = std::integral_constant<int, 2>;

/// Prints and checks the mean order at which an error falls from mesh to mesh; graded meshes are
/// not nested, so that it varies a little.
void check_order(const char *what, const std::vector<double> &errors, double least) {
  const double mean = order(errors.front(), errors.back()) / (errors.size() - 1);
  BOOST_TEST_MESSAGE(what << ": error " << errors.back() << ", order " << mean);
  BOOST_CHECK_MESSAGE(mean > least, what << " converges at the order " << mean << " only");
}

template <int dim> void check_areas(const Profile &profile, unsigned int degree, double least) {
  std::vector<double> areas, volumes;
  for (const unsigned int n :
       dim == 1 ? std::vector<unsigned int>{32, 64, 128} : std::vector<unsigned int>{1, 2, 3}) {
    const auto membrane = closed_membrane<dim>(profile, n, degree);
    areas.push_back(membrane->area() / profile.area() - 1);
    volumes.push_back(membrane->volume() / profile.volume() - 1);
  }
  check_order("area", areas, least);
  check_order("volume", volumes, least);
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_surface)

BOOST_AUTO_TEST_CASE(areas_and_volumes_in_the_meridian) {
  for (const unsigned int degree : {2u, 3u}) {
    check_areas<1>(sphere(20), degree, 3.7);
    check_areas<1>(prolate(20, 0.7), degree, 3.5);
    check_areas<1>(oblate(20, 0.7), degree, 3.5);
  }
}

BOOST_AUTO_TEST_CASE(areas_and_volumes_in_space) {
  check_areas<2>(sphere(20), 2, 3.5);
  check_areas<2>(prolate(20, 0.8), 2, 3.);
}

BOOST_AUTO_TEST_CASE(areas_of_open_surfaces) {
  std::vector<double> errors;
  const Profile neck = toroidal_neck(2, 3);
  for (const int n : {16, 32, 64})
    errors.push_back(open_membrane(neck, n, Edge::rim, Edge::rim)->area() / neck.area() - 1);
  check_order("area of a neck", errors, 3.5);
  // Straight pieces are exact.
  BOOST_CHECK_CLOSE(open_membrane(flat_disc(30), 8, Edge::axis, Edge::rim)->area(), 900 * pi,
                    1e-10);
  BOOST_CHECK_CLOSE(open_membrane(tube(3, 10), 8, Edge::rim, Edge::rim)->area(), 60 * pi, 1e-10);
}

template <class Dimension> void check_normals() {
  constexpr int dim = Dimension::value;
  const auto membrane = closed_membrane<dim>(sphere(20), dim == 1 ? 32 : 2);
  Vector3 vector_area;
  SurfaceValues<dim> inward(2);
  std::vector<double> x;
  double largest_error = 0;
  for_each_cell(*membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
    membrane->cell_positions(cell, x);
    inward.reinit(x, -Membrane<dim>::orientation(cell));
    BOOST_CHECK(Membrane<dim>::component(cell) == Component::vesicle);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
      const Vector3 radial = surface.point(q) / surface.point(q).norm();
      largest_error = std::max(largest_error, (surface.normal(q) - radial).norm());
      // The other orientation: the opposite normal, the same area, again a right-handed frame.
      BOOST_CHECK_SMALL((inward.normal(q) + surface.normal(q)).norm(), 1e-14);
      BOOST_CHECK_EQUAL(inward.weight(q), surface.weight(q));
      for (const auto *s : std::array<const SurfaceValues<dim> *, 2>{&surface, &inward})
        BOOST_CHECK_SMALL(
            (dealii::cross_product_3d(s->tangent(q, 0), s->tangent(q, 1)) - s->normal(q)).norm(),
            1e-14);
      vector_area += surface.weight(q) * surface.normal(q);
    }
  });
  BOOST_CHECK_SMALL(largest_error, 0.02);
  // int nu dA = 0 on a closed surface; in the meridian only the component along the axis is there.
  if (dim == 1)
    vector_area[0] = 0;
  BOOST_CHECK_SMALL(vector_area.norm() / membrane->area(), 1e-13);
}

BOOST_AUTO_TEST_CASE(normals_point_outward) {
  check_normals<Meridian>();
  check_normals<Space>();
}

BOOST_AUTO_TEST_CASE(components_and_edges) {
  Membrane<1> membrane(MPI_COMM_WORLD, 2);
  const Profile patch = flat_disc(50).reversed(), vesicle = sphere(10).shifted(12);
  GradingParameters grading;
  grading.n_cells = 10;
  membrane.create_meridian(
      {{patch, graded_nodes(patch, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
       {vesicle, graded_nodes(vesicle, grading), Component::vesicle, Edge::axis, Edge::axis}});
  BOOST_REQUIRE_EQUAL(membrane.curves().size(), 2u);
  std::map<unsigned int, unsigned int> edges;
  std::map<Component, unsigned int> components;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators()) {
    ++components[Membrane<1>::component(cell)];
    for (const unsigned int f : cell->face_indices())
      if (cell->face(f)->at_boundary())
        ++edges[cell->face(f)->boundary_id()];
  }
  BOOST_CHECK_EQUAL(components[Component::plasma_membrane], 10u);
  BOOST_CHECK_EQUAL(components[Component::vesicle], 10u);
  BOOST_CHECK_EQUAL(edges[unsigned(Edge::rim)], 1u);
  BOOST_CHECK_EQUAL(edges[unsigned(Edge::axis)], 3u);
  const auto points = membrane.curve_points(0);
  BOOST_REQUIRE_EQUAL(points.size(), 21u);
  BOOST_CHECK_EQUAL(points.front()[0], 50.);
  BOOST_CHECK_EQUAL(points.back()[0], 0.);
  BOOST_CHECK_CLOSE(membrane.curve_points(1).back()[1], 22., 1e-12);
  // The vesicle alone counts for the volume.
  BOOST_CHECK_CLOSE(membrane.volume(), 4. / 3 * pi * 1000, 0.1);
}

template <class Dimension> void check_gradients() {
  constexpr int dim = Dimension::value;
  for (const unsigned int degree : {2u, 3u}) {
    const auto membrane = closed_membrane<dim>(prolate(20, 0.8), dim == 1 ? 8 : 1, degree);
    move(*membrane, noisy_direction(*membrane, 5), 0.05 * shortest_cell(*membrane));
    const Vector u = noisy_direction(*membrane, 1), w = noisy_direction(*membrane, 2);
    Vector ghosted_u = membrane->vector_field(true), ghosted_w = membrane->vector_field(true);
    ghosted_u = u;
    ghosted_w = w;
    SurfaceValues<dim> surface(degree), moved(degree);
    std::vector<double> x, y, un, wn;
    double divergence = 0, area = 0, second = 0, normal = 0;
    for (const auto &cell : membrane->position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        const double orientation = Membrane<dim>::orientation(cell);
        membrane->cell_positions(cell, x);
        membrane->cell_vector_values(cell, ghosted_u, un);
        membrane->cell_vector_values(cell, ghosted_w, wn);
        surface.reinit(x, orientation);
        for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
          // The gradient of the position is the projection on the tangent plane.
          const VectorFieldValue position = surface.vector_field(q, x);
          divergence = std::max({divergence, std::abs(position.divergence - 2),
                                 std::abs(position.tangential[0][0] - 1),
                                 std::abs(position.tangential[1][1] - 1),
                                 std::abs(position.tangential[0][1]), position.normal.norm()});
          BOOST_CHECK_SMALL((position.value - surface.point(q)).norm(), 1e-12);
        }
        // The weights and normals of x + a u + b w at (0, 0), by central differences.
        const double h = 1e-4;
        const auto at = [&](double a, double b) {
          y = x;
          for (unsigned int i = 0; i < x.size(); ++i)
            y[i] += a * un[i] + b * wn[i];
          moved.reinit(y, orientation);
        };
        std::vector<double> first(surface.n_quadrature_points()),
            mixed(surface.n_quadrature_points());
        std::vector<Vector3> turn(surface.n_quadrature_points());
        for (const double s : {1., -1.}) {
          at(s * h, 0);
          for (unsigned int q = 0; q < first.size(); ++q) {
            first[q] += s * moved.weight(q) / (2 * h);
            turn[q] += s * moved.normal(q) / (2 * h);
          }
          for (const double t : {1., -1.}) {
            at(s * h, t * h);
            for (unsigned int q = 0; q < first.size(); ++q)
              mixed[q] += s * t * moved.weight(q) / (4 * h * h);
          }
        }
        for (unsigned int q = 0; q < first.size(); ++q) {
          const VectorFieldValue gu = surface.vector_field(q, un), gw = surface.vector_field(q, wn);
          const double dA = surface.weight(q);
          area = std::max(area, std::abs(first[q] / dA - gu.divergence));
          second = std::max(second, std::abs(mixed[q] / dA - second_variation_of_area(gu, gw)));
          const Vector3 expected =
              -gu.normal[0] * surface.tangent(q, 0) - gu.normal[1] * surface.tangent(q, 1);
          normal = std::max(normal, (turn[q] - expected).norm());
        }
      }
    BOOST_CHECK_SMALL(divergence, 1e-12);
    BOOST_CHECK_SMALL(area, 1e-6);
    BOOST_CHECK_SMALL(second, 1e-5);
    BOOST_CHECK_SMALL(normal, 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_derivatives) {
  check_gradients<Meridian>();
  check_gradients<Space>();
}

BOOST_AUTO_TEST_CASE(scalar_gradients) {
  // On a cylinder with f = z the gradient is the unit vector along the axis, on a disc with f = r
  // the radial one.
  for (const unsigned int degree : {2u, 3u}) {
    const auto cylinder = open_membrane(tube(3, 10), 8, Edge::rim, Edge::rim, degree);
    const Vector z = scalar_field<1>(*cylinder, [](const Vector3 &x) { return x[2]; });
    std::vector<double> values;
    for_each_cell(*cylinder, [&](const auto &cell, const SurfaceValues<1> &surface) {
      cylinder->cell_scalar_values(cell, z, values);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const ScalarFieldValue f = surface.scalar_field(q, values);
        BOOST_CHECK_SMALL(f.value - surface.point(q)[2], 1e-12);
        BOOST_CHECK_SMALL(f.gradient[0] - 1, 1e-12);
        BOOST_CHECK_SMALL(f.gradient[1], 1e-14);
      }
    });
  }
  // In space: linear functions on a sphere have int |grad f|^2 = (2/3) A |grad|^2.
  double previous = 0;
  for (const unsigned int refinement : {2u, 3u}) {
    const auto ball = closed_membrane<2>(sphere(5), refinement);
    const Vector f =
        scalar_field<2>(*ball, [](const Vector3 &x) { return x[0] - 2 * x[1] + 2 * x[2]; });
    std::vector<double> values;
    double sum = 0;
    for_each_cell(*ball, [&](const auto &cell, const SurfaceValues<2> &surface) {
      ball->cell_scalar_values(cell, f, values);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        sum += surface.weight(q) * surface.scalar_field(q, values).gradient.norm_square();
    });
    const double error = sum / (100 * pi * 2. / 3 * 9) - 1;
    if (previous != 0)
      BOOST_CHECK(order(previous, error) > 1.7);
    BOOST_CHECK_SMALL(error, 0.15);
    previous = error;
  }
}

BOOST_AUTO_TEST_SUITE_END()
