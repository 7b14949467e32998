// SPDX-License-Identifier: LGPL-2.1-or-later
// Closest points between membranes and of a membrane with itself, against exact distances.
#include "geometry/contact_search.h"
#include "surfaces.h"

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

using namespace fusogen;
using namespace fusogen::test;
using dealii::Point;

namespace {
using Meridian = std::integral_constant<int, 1>;
using Space = std::integral_constant<int, 2>;
using Dimensions = boost::mpl::list<Meridian, Space>;
using Shared = std::shared_ptr<Membrane<2>>;

struct Ball {
  Point<3> centre;
  double radius;
  Component component;
};

// Spheres (every cell of the cube-sphere is the projection of a face of the cube) and, at z = 0, a
// square with its normal up, of the other component.
Shared scene(const std::vector<Ball> &balls, const double half_width, const unsigned int refinement,
             MPI_Comm communicator = MPI_COMM_WORLD) {
  QuadMesh mesh;
  for (const Ball &ball : balls) {
    const unsigned int first = mesh.vertices.size();
    for (unsigned int v = 0; v < 8; ++v)
      mesh.vertices.push_back(ball.centre +
                              ball.radius / std::sqrt(3.) *
                                  Point<3>(v & 1 ? 1 : -1, v & 2 ? 1 : -1, v & 4 ? 1 : -1));
    for (const std::array<unsigned int, 4> &face : {std::array<unsigned int, 4>{{0, 2, 1, 3}},
                                                    {{4, 5, 6, 7}},
                                                    {{0, 1, 4, 5}},
                                                    {{2, 6, 3, 7}},
                                                    {{0, 4, 2, 6}},
                                                    {{1, 3, 5, 7}}})
      mesh.cells.push_back(
          {{{first + face[0], first + face[1], first + face[2], first + face[3]}}, ball.component});
  }
  if (half_width > 0.) {
    const unsigned int first = mesh.vertices.size();
    for (unsigned int v = 0; v < 4; ++v)
      mesh.vertices.emplace_back(v & 1 ? half_width : -half_width, v & 2 ? half_width : -half_width,
                                 0.);
    mesh.cells.push_back({{{first, first + 1, first + 2, first + 3}}, Component::plasma_membrane});
  }
  const auto geometry = [&](const unsigned int c, const Point<2> &xi) {
    const auto &corners = mesh.cells[c].corners;
    Point<3> x;
    for (unsigned int v = 0; v < 4; ++v)
      x += (v & 1 ? xi[0] : 1. - xi[0]) * (v & 2 ? xi[1] : 1. - xi[1]) * mesh.vertices[corners[v]];
    if (c < 6 * balls.size()) {
      const Ball &ball = balls[c / 6];
      x = ball.centre + ball.radius / (x - ball.centre).norm() * (x - ball.centre);
    }
    return x;
  };
  auto membrane = std::make_shared<Membrane<2>>(communicator, 2);
  membrane->create_surface(mesh, refinement, geometry);
  return membrane;
}

const double gap = 2., radius = 10.;
Shared sphere_over_plane(const unsigned int refinement, MPI_Comm communicator = MPI_COMM_WORLD) {
  return scene({{Point<3>(0.3, -0.2, radius + gap), radius, Component::vesicle}}, 20., refinement,
               communicator);
}

// Calls f(cell, q, point, closest point) for the owned cells of the component.
template <int dim, class Function>
void for_each_contact(const Membrane<dim> &membrane, const ContactMap<dim> &contacts,
                      const Function &f) {
  for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      f(cell, q, surface, contacts(cell, q));
  });
}

double largest(const double x) { return dealii::Utilities::MPI::max(x, MPI_COMM_WORLD); }
double total(const double x) { return dealii::Utilities::MPI::sum(x, MPI_COMM_WORLD); }
} // namespace

BOOST_AUTO_TEST_SUITE(geometry_contact_search)

BOOST_AUTO_TEST_CASE_TEMPLATE(projection_on_a_cell, Dimension, Dimensions) {
  // Points above a bent cell, at known feet: x(xi) + h nu(xi), h less than the radius of curvature.
  constexpr int dim = Dimension::value;
  for (const unsigned int degree : {2u, 3u}) {
    const CellNodes<dim> nodes(degree);
    std::vector<double> x(nodes.n_nodes() * (dim + 1));
    for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
      const Point<dim> &xi = nodes.point(a);
      x[(dim + 1) * a] = 3. * xi[0] + 0.4 * xi[0] * xi[0];
      if constexpr (dim == 2)
        x[3 * a + 1] = 2. * xi[1] - 0.3 * xi[0] * xi[1];
      x[(dim + 1) * a + dim] = 0.5 * xi[0] * xi[0] - (dim == 2 ? 0.3 * xi[dim - 1] : 0.);
    }
    const CellMap<dim> map(nodes, x);
    for (double s = 0.; s <= 1.; s += 0.125)
      for (const double h : {-3., -0.1, 0., 0.5, 1.5}) {
        Point<dim> xi;
        xi[0] = s;
        if constexpr (dim == 2)
          xi[1] = 1. - 0.7 * s;
        const auto at = map.value(xi);
        dealii::Tensor<1, dim + 1> normal;
        if constexpr (dim == 2)
          normal = cross_product_3d(at.first[0], at.first[1]);
        else
          normal = dealii::Tensor<1, 2>({-at.first[0][1], at.first[0][0]});
        normal /= normal.norm();
        BOOST_CHECK_SMALL(map.closest(at.x + h * normal).distance(xi), 1e-11);
      }
    // Beyond the first edge the closest point is on it.
    dealii::Tensor<1, dim + 1> outside;
    outside[0] = -5.;
    BOOST_CHECK_EQUAL(map.closest(outside)[0], 0.);
  }
}

BOOST_AUTO_TEST_CASE(from_sphere_to_plane) {
  // The plane is exact, so the distance is the height of the point.
  const Shared membrane = sphere_over_plane(2);
  BOOST_CHECK_CLOSE(membrane->volume(), 4. / 3. * dealii::numbers::PI * std::pow(radius, 3), 0.1);
  BOOST_CHECK_CLOSE(membrane->area(), 4. * dealii::numbers::PI * radius * radius + 1600., 0.1);
  ContactSearch<2> search(*membrane, 15., ContactSearch<2>::only(Component::plasma_membrane));
  const auto contacts = search.from(*membrane, ContactSearch<2>::only(Component::vesicle));
  double error = 0.;
  unsigned int wrong = 0, found = 0;
  for_each_contact(*membrane, contacts,
                   [&](const auto &cell, const unsigned int q, const auto &surface,
                       const ClosestPoint<2> &closest) {
                     if (Membrane<2>::component(cell) == Component::plasma_membrane) {
                       wrong += closest.found();
                       return;
                     }
                     const Vector3 &x = surface.point(q);
                     wrong += closest.found() != (x[2] <= 15.);
                     if (!closest.found())
                       return;
                     ++found;
                     error = std::max({error, std::abs(closest.distance - x[2]),
                                       (closest.position - Vector3({x[0], x[1], 0.})).norm(),
                                       (closest.normal - Vector3({0., 0., 1.})).norm()});
                   });
  BOOST_CHECK_EQUAL(total(wrong), 0);
  BOOST_CHECK(total(found) > 100);
  BOOST_CHECK_SMALL(largest(error), 1e-11);
}

BOOST_AUTO_TEST_CASE(order_of_accuracy) {
  // To a sphere: from a plane, and from a second sphere, on another membrane. Nodes of degree 2
  // interpolate the sphere to third order at least.
  std::vector<double> from_plane, from_sphere;
  for (const unsigned int refinement : {1u, 2u, 3u}) {
    const Shared membrane = sphere_over_plane(refinement);
    const Point<3> centre(0.3, -0.2, radius + gap), other(20., 3., 10.);
    const Shared second = scene({{other, 6., Component::vesicle}}, 0., 2);
    ContactSearch<2> search(*membrane, 8., ContactSearch<2>::only(Component::vesicle));
    for (const auto &[from, only, errors] :
         {std::make_tuple(membrane, Component::plasma_membrane, &from_plane),
          {second, Component::vesicle, &from_sphere}}) {
      double error = 0.;
      unsigned int found = 0;
      for_each_contact(*from, search.from(*from, ContactSearch<2>::only(only)),
                       [&](const auto &, const unsigned int q, const auto &surface,
                           const ClosestPoint<2> &closest) {
                         if (!closest.found())
                           return;
                         ++found;
                         error =
                             std::max(error, std::abs(closest.distance -
                                                      (surface.point(q) - centre).norm() + radius));
                       });
      BOOST_CHECK(total(found) > 10);
      errors->push_back(largest(error));
    }
  }
  for (const auto &errors : {from_plane, from_sphere})
    for (unsigned int i = 0; i + 1 < errors.size(); ++i) {
      BOOST_TEST_MESSAGE("errors " << errors[i] << ", " << errors[i + 1]);
      BOOST_CHECK(order(errors[i], errors[i + 1]) > 2.7);
    }
}

BOOST_AUTO_TEST_CASE(in_the_meridian) {
  // A sphere over a disc: both exact in one direction, as in space.
  GradingParameters grading;
  std::vector<double> errors;
  for (const unsigned int cells : {16u, 32u, 64u}) {
    grading.n_cells = cells;
    Membrane<1> membrane(MPI_COMM_WORLD, 2);
    const Profile disc = flat_disc(40.), ball = sphere(radius).shifted(radius + gap);
    membrane.create_meridian(
        {{disc, graded_nodes(disc, grading), Component::plasma_membrane, Edge::axis, Edge::rim},
         {ball, graded_nodes(ball, grading), Component::vesicle, Edge::axis, Edge::axis}});
    double to_disc = 0., to_ball = 0.;
    for (const Component target : {Component::plasma_membrane, Component::vesicle}) {
      ContactSearch<1> search(membrane, 100., ContactSearch<1>::only(target));
      for_each_contact(
          membrane,
          search.from(membrane,
                      [&](const auto &cell) { return Membrane<1>::component(cell) != target; }),
          [&](const auto &cell, const unsigned int q, const auto &surface,
              const ClosestPoint<1> &closest) {
            if (Membrane<1>::component(cell) == target)
              return;
            const Vector3 &x = surface.point(q);
            BOOST_CHECK(closest.found());
            if (target == Component::plasma_membrane)
              to_disc = std::max({to_disc, std::abs(closest.distance - x[2]),
                                  (closest.normal + Vector3({0., 0., 1.})).norm()});
            else
              to_ball = std::max(
                  to_ball, std::abs(closest.distance - std::hypot(x[0], radius + gap) + radius));
          });
    }
    BOOST_CHECK_SMALL(largest(to_disc), 1e-11);
    errors.push_back(largest(to_ball));
  }
  for (unsigned int i = 0; i + 1 < errors.size(); ++i)
    BOOST_CHECK(order(errors[i], errors[i + 1]) > 2.7);
}

BOOST_AUTO_TEST_CASE(independent_of_the_partition) {
  // Every process has the whole scene for itself, too.
  const Shared shared = sphere_over_plane(2), whole = sphere_over_plane(2, MPI_COMM_SELF);
  ContactSearch<2> search(*shared, 12., ContactSearch<2>::only(Component::vesicle)),
      reference(*whole, 12., ContactSearch<2>::only(Component::vesicle));
  std::vector<Vector3> points;
  for_each_cell(*shared, [&](const auto &cell, const SurfaceValues<2> &surface) {
    if (Membrane<2>::component(cell) == Component::plasma_membrane)
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        points.push_back(surface.point(q));
  });
  // On edges and corners of cells two or more of them are equally close.
  if (points.empty() || shared->triangulation().locally_owned_subdomain() == 0)
    for (const double s : {-1., 0., 1.}) {
      points.emplace_back(Vector3({0.3 + s, -0.2 + s, 0.5}));
      points.emplace_back(Vector3({0.3, -0.2 + s, 0.5}));
    }
  const auto a = search.closest_points(points), b = reference.closest_points(points);
  unsigned int found = 0;
  for (unsigned int i = 0; i < points.size(); ++i) {
    BOOST_CHECK_EQUAL(a[i].found(), b[i].found());
    if (!a[i].found())
      continue;
    ++found;
    BOOST_CHECK_SMALL(a[i].distance - b[i].distance, 1e-12);
    BOOST_CHECK_SMALL((a[i].position - b[i].position).norm(), 1e-11);
    BOOST_CHECK_SMALL((a[i].normal - b[i].normal).norm(), 1e-11);
    BOOST_CHECK(a[i].cell == b[i].cell);
    BOOST_CHECK_SMALL(a[i].reference.distance(b[i].reference), 1e-11);
  }
  BOOST_CHECK(total(found) > 50);
}

BOOST_AUTO_TEST_CASE(work_per_point_is_bounded) {
  std::vector<double> work;
  for (const unsigned int refinement : {2u, 3u, 4u}) {
    const Shared membrane = sphere_over_plane(refinement);
    ContactSearch<2> search(*membrane, 5., ContactSearch<2>::only(Component::vesicle));
    const auto contacts =
        search.from(*membrane, ContactSearch<2>::only(Component::plasma_membrane));
    unsigned int found = 0;
    for_each_contact(*membrane, contacts,
                     [&](const auto &, unsigned int, const auto &, const ClosestPoint<2> &closest) {
                       found += closest.found();
                     });
    work.push_back(total(search.n_projections()) / total(found));
    BOOST_TEST_MESSAGE("projections per point found: " << work.back());
  }
  for (const double per_point : work)
    BOOST_CHECK(per_point < 10.);
  BOOST_CHECK(work[2] < 1.2 * work[1]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_convex_membrane_does_not_touch_itself, Dimension, Dimensions) {
  constexpr int dim = Dimension::value;
  const auto membrane = closed_membrane<dim>(prolate(10., 0.9), dim == 1 ? 24 : 2);
  ContactSearch<dim> search(*membrane, 100.);
  unsigned int found = 0, points = 0;
  for_each_contact(*membrane, search.with_itself(),
                   [&](const auto &, unsigned int, const auto &, const ClosestPoint<dim> &closest) {
                     ++points;
                     found += closest.found();
                   });
  BOOST_CHECK(total(points) > 0);
  BOOST_CHECK_EQUAL(total(found), 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_walls_of_a_cup, Dimension, Dimensions) {
  // A cup has walls that are concentric spheres: away from its lip they face each other at the
  // difference of the radii.
  constexpr int dim = Dimension::value;
  const Profile cup = stomatocyte(10., 0.5);
  const double outer = -cup.point(0.).z; // the spheres are centred at the origin
  const double inner = -cup.point(cup.length()).z;
  std::vector<double> errors;
  for (const unsigned int level : {1u, 2u}) {
    const auto membrane = closed_membrane<dim>(cup, dim == 1 ? 24u << level : 1 + level);
    ContactSearch<dim> search(*membrane, 1.5 * (outer - inner));
    double error = 0.;
    unsigned int missed = 0, points = 0;
    for_each_contact(*membrane, search.with_itself(),
                     [&](const auto &, const unsigned int q, const auto &surface,
                         const ClosestPoint<dim> &closest) {
                       const Vector3 &x = surface.point(q);
                       if (x[2] > 0.)
                         return;
                       ++points;
                       missed += !closest.found();
                       if (closest.found())
                         error = std::max(error, std::abs(closest.distance - (outer - inner)));
                     });
    BOOST_CHECK(total(points) > 50);
    BOOST_CHECK_EQUAL(total(missed), 0);
    errors.push_back(largest(error));
    BOOST_TEST_MESSAGE("points " << total(points) << ", error " << errors.back());
  }
  BOOST_CHECK(errors[1] < 0.02 * (outer - inner));
  BOOST_CHECK(order(errors[0], errors[1]) > 1.7);
}

BOOST_AUTO_TEST_CASE(walls_of_a_tube_are_no_contact) {
  const auto membrane = open_membrane(tube(1., 20.), 32, Edge::rim, Edge::rim);
  ContactSearch<1> search(*membrane, 5.);
  unsigned int found = 0;
  for_each_contact(*membrane, search.with_itself(),
                   [&](const auto &, unsigned int, const auto &, const ClosestPoint<1> &closest) {
                     found += closest.found();
                   });
  BOOST_CHECK_EQUAL(total(found), 0);
}

BOOST_AUTO_TEST_SUITE_END()
