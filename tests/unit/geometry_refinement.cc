// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Surfaces in space from coarse meshes, refined and coarsened: watertight, and what lives on them
/// is kept.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/bounded_density.h"
#include "geometry/refinement.h"
#include "geometry/surface_motion.h"
#include "quad_meshes.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

/// Of areas on cells that span 20 degrees, with 4 x 4 Gauss points.
constexpr double quadrature_error = 1e-8;

/// int nu dA: zero for a closed surface without gaps.
Vector3 area_vector(const Membrane<2> &membrane) {
  Vector3 sum;
  for_each_cell(membrane, [&](const auto &, const SurfaceValues<2> &surface) {
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      sum += surface.weight(q) * surface.normal(q);
  });
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

/// Largest distance between what a cell says of its nodes on an edge and what its neighbour does.
double largest_gap(const Membrane<2> &membrane) {
  Vector owned = membrane.vector_field(false), readable = membrane.vector_field(true);
  owned = membrane.positions();
  membrane.position_constraints().distribute(owned);
  readable = owned;
  readable.add(-1., membrane.positions());
  return readable.linfty_norm();
}

double length_of_rim(const Membrane<2> &membrane) {
  double sum = 0.;
  std::vector<double> x;
  constexpr unsigned int ends[4][2] = {{0, 2}, {1, 3}, {0, 1}, {2, 3}};
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned())
      for (const unsigned int f : cell->face_indices())
        if (cell->face(f)->at_boundary() &&
            cell->face(f)->boundary_id() == dealii::types::boundary_id(Edge::rim)) {
          membrane.cell_positions(cell, x);
          Vector3 chord;
          for (unsigned int c = 0; c < 3; ++c)
            chord[c] = x[3 * ends[f][1] + c] - x[3 * ends[f][0] + c];
          sum += chord.norm();
        }
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

std::unique_ptr<Membrane<2>> surface(const QuadSurface &given, unsigned int refinement,
                                     unsigned int degree = 2,
                                     MPI_Comm communicator = MPI_COMM_WORLD) {
  auto membrane = std::make_unique<Membrane<2>>(communicator, degree);
  membrane->create_surface(given.mesh, refinement, given.geometry);
  return membrane;
}

/// Everything that can live on a membrane.
struct Load {
  explicit Load(const Membrane<2> &membrane)
      : height(scalar_field<2>(membrane, [](const Vector3 &x) { return x[2]; })),
        position(membrane.positions()), area(membrane.tension_vector(true)), fields(3) {
    Vector owned = membrane.tension_vector(false);
    std::vector<dealii::types::global_dof_index> indices;
    // Material stretched by a factor that differs from place to place.
    for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<2> &values) {
      membrane.cell_tension_indices(cell, indices);
      std::vector<double> local(indices.size(), 0.);
      for (unsigned int q = 0; q < values.n_quadrature_points(); ++q)
        for (unsigned int j = 0; j < local.size(); ++j)
          local[j] += values.weight(q) * (1. + 0.01 * std::sin(values.point(q)[0])) *
                      values.tension_shape(q, j);
      owned.add(indices, local);
    });
    owned.compress(dealii::VectorOperation::add);
    area = owned;
    fields[0].density = scalar_field<2>(membrane, [](const Vector3 &) { return 1.; });
    fields[1].density =
        scalar_field<2>(membrane, [](const Vector3 &x) { return x[2] > 0.1 ? 1. : 0.; });
    fields[2].density =
        scalar_field<2>(membrane, [](const Vector3 &x) { return 0.5 + 0.05 * x[0]; });
    for (ConservedField &field : fields)
      field.total = integral(membrane, field.density);
  }
  CarriedFields carried() {
    CarriedFields result;
    result.scalars = {&height};
    result.vectors = {&position};
    result.areas = {&area};
    for (ConservedField &field : fields)
      result.conserved.push_back(&field);
    return result;
  }
  Vector height, position, area;
  std::vector<ConservedField> fields;
};

double total_area(const Membrane<2> &membrane, const Vector &area) {
  double sum = 0.;
  std::vector<dealii::types::global_dof_index> indices;
  for_each_cell(membrane, [&](const auto &cell, const auto &) {
    membrane.cell_tension_indices(cell, indices);
    sum += area(indices[0]);
  });
  return dealii::Utilities::MPI::sum(sum, membrane.communicator());
}

/// Least and largest value.
std::pair<double, double> range(const Vector &field) {
  double least = 1e99, largest = -1e99;
  const auto [begin, end] = field.local_range();
  for (auto i = begin; i < end; ++i) {
    least = std::min<double>(least, field(i));
    largest = std::max<double>(largest, field(i));
  }
  return {dealii::Utilities::MPI::min(least, field.get_mpi_communicator()),
          dealii::Utilities::MPI::max(largest, field.get_mpi_communicator())};
}

/// Divides cells around a point.
int near(const Membrane<2> &membrane, const Membrane<2>::Cell &cell, const Vector3 &centre,
         double distance) {
  std::vector<double> x;
  membrane.cell_positions(cell, x);
  Vector3 middle;
  for (unsigned int v = 0; v < 4; ++v)
    for (unsigned int c = 0; c < 3; ++c)
      middle[c] += 0.25 * x[3 * v + c];
  return (middle - centre).norm() < distance;
}

/// A sphere refined around (0, 0, R) and then around (R, 0, 0), where the first is coarsened again;
/// the numbers that tell what became of everything.
std::vector<double> refine_here_then_there(MPI_Comm communicator, const unsigned int degree,
                                           const bool check) {
  const double R = 10.;
  const auto membrane = surface(turned(cube_sphere(R), 3), 2, degree, communicator);
  Load load(*membrane);
  const double area = membrane->area(), volume = membrane->volume(),
               material = total_area(*membrane, load.area);
  std::vector<double> numbers;
  const auto adapt = [&](const std::function<int(const Membrane<2>::Cell &)> &mark) {
    const MeshChange change = refine_and_coarsen(*membrane, mark, load.carried());
    BOOST_REQUIRE(change.changed);
    BOOST_CHECK_SMALL(area_vector(*membrane).norm() / area, 2e-14);
    BOOST_CHECK_SMALL(largest_gap(*membrane) / R, 1e-15);
    BOOST_CHECK_SMALL(total_area(*membrane, load.area) / material - 1., 1e-13);
    for (const ConservedField &field : load.fields)
      BOOST_CHECK_SMALL(sum_of(field.content) / field.total - 1., 1e-13);
    for (const ConservedField &field : load.fields)
      BOOST_CHECK_CLOSE(integral(*membrane, field.density), field.total, 1e-10);
    numbers.insert(numbers.end(), {membrane->area(), membrane->volume(),
                                   double(membrane->triangulation().n_global_active_cells()),
                                   load.height.l2_norm(), load.position.l2_norm()});
    for (const ConservedField &field : load.fields)
      numbers.push_back(field.density.l2_norm());
    return change;
  };

  for (unsigned int level = 0; level < 2; ++level) {
    const MeshChange change = adapt([&](const auto &cell) {
      return near(*membrane, cell, Vector3({0., 0., R}), 7. - 3 * level);
    });
    // Children are their parent.
    if (check) {
      BOOST_CHECK_SMALL(change.area / area, quadrature_error); // the shape is the same
      BOOST_CHECK_SMALL(change.volume / volume, 1e-14);        // a polynomial
      const auto [least, largest] = range(load.fields[0].density);
      BOOST_CHECK_SMALL(least - 1., quadrature_error);
      BOOST_CHECK_SMALL(largest - 1., quadrature_error);
      Vector difference = membrane->vector_field(true);
      difference = load.position;
      difference.add(-1., membrane->positions());
      BOOST_CHECK_SMALL(difference.linfty_norm(), 1e-13 * R);
    }
  }
  double sum = 0.;
  for (unsigned int level = 0; level < 2; ++level)
    sum += adapt([&](const auto &cell) {
             if (near(*membrane, cell, Vector3({R, 0., 0.}), 7. - 3 * level))
               return 1;
             return near(*membrane, cell, Vector3({0., 0., R}), 6.) && cell->level() > 2 ? -1 : 0;
           }).area;
  BOOST_CHECK_CLOSE(membrane->area(), area + sum, 1e-7);
  if (check) {
    // The region is coarse again and had not moved, so that its shape is the first one.
    BOOST_CHECK_SMALL(membrane->area() / area - 1., quadrature_error);
    BOOST_CHECK_SMALL(membrane->volume() / volume - 1., 1e-13);
    for (const ConservedField &field : load.fields)
      if (degree == 2) {
        const auto [least, largest] = range(field.density);
        BOOST_CHECK_GT(least, -quadrature_error);
        BOOST_CHECK_LT(largest, 1. + quadrature_error);
      }
  }
  return numbers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_refinement)

BOOST_AUTO_TEST_CASE(coarse_meshes_with_cells_turned_at_will) {
  for (const unsigned int seed : {0u, 1u, 2u, 3u}) {
    double error[2];
    for (const unsigned int refinement : {2u, 3u}) {
      const double R = 30.;
      const auto flat = surface(turned(disc(R), seed), refinement);
      BOOST_CHECK_CLOSE(area_vector(*flat)[2], flat->area(), 1e-10); // normal +z everywhere
      BOOST_CHECK_GT(mesh_quality(*flat), 0.4);
      error[refinement - 2] = flat->area() / (pi * R * R) - 1.;
      const double n = 4 << refinement; // edges of the rim
      BOOST_CHECK_CLOSE(length_of_rim(*flat), 2. * R * n * std::sin(pi / n), 1e-10);
      for (const auto &cell : flat->position_dofs().active_cell_iterators())
        BOOST_CHECK(Membrane<2>::component(cell) == Component::plasma_membrane);

      const auto closed = surface(turned(cube_sphere(R, {1., 2., 3.}), seed), refinement);
      BOOST_CHECK_SMALL(area_vector(*closed).norm() / closed->area(), 2e-14);
      BOOST_CHECK_CLOSE(closed->volume(), 4. / 3. * pi * R * R * R, 0.1); // outward
      BOOST_CHECK_GT(mesh_quality(*closed), 0.6);
    }
    // Circles by arcs of degree 2: fourth order.
    BOOST_CHECK_GT(order(error[0], error[1]), 3.8);
  }
}

BOOST_AUTO_TEST_CASE(a_neck_is_resolved) {
  const double L = 60., r0 = 3.;
  const OmegaShape shape = omega_conserving_area(15., 3., r0, L);
  const double length = shape.profile.length();
  const auto membrane = surface(turned(revolved(shape.profile,
                                                {0.12 * length, 0.25 * length, 0.4 * length,
                                                 0.6 * length, 0.8 * length, length},
                                                Component::plasma_membrane),
                                       1),
                                1);
  MeshSizes sizes;
  sizes.largest = 15.;
  sizes.turn = 0.8;
  unsigned int n = 0;
  while (refine_and_coarsen(*membrane,
                            marks_by_size(*membrane, wanted_cell_size(*membrane, sizes), 0, 6), {})
             .changed)
    BOOST_REQUIRE_LT(++n, 12u);
  BOOST_CHECK_GT(n, 2u);
  const Vector wanted = wanted_cell_size(*membrane, sizes);
  std::vector<double> values;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane->cell_scalar_values(cell, wanted, values);
      double mean = 0.;
      for (unsigned int v = 0; v < 4; ++v)
        mean += 0.25 * values[v];
      BOOST_CHECK_LE(cell_size(*membrane, cell), mean);
    }
  BOOST_CHECK_CLOSE(area_vector(*membrane)[2], pi * L * L, 0.1);
  BOOST_CHECK_SMALL(largest_gap(*membrane), 1e-13);
}

BOOST_AUTO_TEST_CASE(zones_and_growth) {
  const double R = 10.;
  const auto membrane = surface(cube_sphere(R), 3);
  MeshSizes sizes;
  sizes.turn = 1.;
  sizes.growth = 0.2;
  sizes.zones.push_back({Vector3({0., 0., R}), 0.5, 3.});
  const Vector wanted = wanted_cell_size(*membrane, sizes);
  const Vector distance = scalar_field<2>(*membrane, [&](const Vector3 &x) {
    return (x - Vector3({0., 0., R})).norm();
  });
  for (const auto i : membrane->scalar_dofs().locally_owned_dofs()) {
    const double size = wanted(i), d = distance(i);
    BOOST_CHECK_GE(size, 0.5 - 1e-12);
    BOOST_CHECK_LE(size, 0.5 + 0.2 * std::max(0., d - 3.) + 1e-12);
    BOOST_CHECK_LE(size, R * 1.01);
    BOOST_CHECK_GE(size, 0.5 + 0.19 * std::max(0., d - 3.));
  }
}

BOOST_AUTO_TEST_CASE(everything_is_carried_along) {
  for (const unsigned int degree : {2u, 3u}) {
    const auto numbers = refine_here_then_there(MPI_COMM_WORLD, degree, true);
    const auto alone = refine_here_then_there(MPI_COMM_SELF, degree, false);
    BOOST_REQUIRE_EQUAL(numbers.size(), alone.size());
    for (unsigned int i = 0; i < numbers.size(); ++i)
      BOOST_CHECK_CLOSE(numbers[i], alone[i], 1e-10);
  }
}

BOOST_AUTO_TEST_CASE(coarsening_changes_the_shape_at_high_order) {
  double change[2];
  for (const unsigned int refinement : {3u, 4u}) {
    const auto membrane = surface(cube_sphere(10.), refinement);
    const double area = membrane->area();
    Load load(*membrane);
    const MeshChange result = refine_and_coarsen(
        *membrane, [](const auto &) { return -1; }, load.carried());
    BOOST_CHECK_EQUAL(membrane->triangulation().n_global_active_cells(),
                      6u << (2 * (refinement - 1)));
    BOOST_CHECK_CLOSE(membrane->area(), area + result.area, 1e-10);
    for (const ConservedField &field : load.fields)
      BOOST_CHECK_SMALL(sum_of(field.content) / field.total - 1., 1e-13);
    // Contents stay where they are, while the area changed a little under them.
    const auto [least, largest] = range(load.fields[0].density);
    BOOST_CHECK_SMALL(least - 1., 2e-3);
    BOOST_CHECK_SMALL(largest - 1., 2e-3);
    BOOST_CHECK_LT(range(load.fields[1].density).second, 1. + 2e-3);
    BOOST_CHECK_GT(range(load.fields[1].density).first, -1e-12);
    change[refinement - 3] = result.area / area;
    BOOST_TEST_MESSAGE("area by " << change[refinement - 3] << ", uniform density from "
                                  << least - 1. << " to " << largest - 1. << " off");
  }
  BOOST_CHECK_GT(order(change[0], change[1]), 3.5);
}

BOOST_AUTO_TEST_CASE(work_is_shared_by_weight) {
  const auto membrane = surface(cube_sphere(10.), 2);
  refine_and_coarsen(
      *membrane, [](const auto &) { return 1; }, {},
      [&](const auto &cell) {
        return near(*membrane, cell, Vector3({0., 0., 10.}), 8.) ? 10 : 1;
      });
  unsigned int heavy = 0, light = 0;
  for (const auto &cell : membrane->position_dofs().active_cell_iterators())
    if (cell->is_locally_owned())
      (near(*membrane, cell, Vector3({0., 0., 10.}), 8.) ? heavy : light)++;
  const unsigned int work = 10 * heavy + light,
                     most = dealii::Utilities::MPI::max(work, MPI_COMM_WORLD),
                     least = dealii::Utilities::MPI::min(work, MPI_COMM_WORLD);
  BOOST_CHECK_LT(most, 1.3 * least); // families of four stay together
}

BOOST_AUTO_TEST_SUITE_END()
