// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Surfaces in space that fuse and part.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/cell_curvature.h"
#include "geometry/coarse_meshes.h"
#include "geometry/refinement.h"
#include "geometry/shapes.h"
#include "geometry/surface_motion.h"
#include "geometry/topology/meridian_fusion.h"
#include "geometry/topology/surface_cut.h"
#include "geometry/topology/surface_fusion.h"
#include "lipid_mixtures.h"

#include <deal.II/grid/cell_id.h>

using namespace fusogen;
using namespace fusogen::test;
using dealii::Point;
using dealii::Tensor;

namespace {

const double pi = std::acos(-1.);

Tensor<1, 3> direction(double x, double y, double z) {
  const Tensor<1, 3> d({x, y, z});
  return d / d.norm();
}

std::unique_ptr<Membrane<2>> membrane_of(const MeshedSurface &surface, unsigned int refinement,
                                         unsigned int degree = 2,
                                         MPI_Comm communicator = MPI_COMM_WORLD) {
  auto membrane = std::make_unique<Membrane<2>>(communicator, degree);
  membrane->create_surface(surface.mesh, refinement, surface.geometry);
  return membrane;
}

/// A vesicle of radius R with its docking patch towards @p towards.
MeshedSurface vesicle(const Point<3> &centre, double R, const Tensor<1, 3> &towards, double patch) {
  return vesicle_mesh(sphere_shape(centre, R), towards, patch / R);
}

/// A vesicle of radius R, the gap g above a membrane.
MeshedSurface docked(double R, double g, double rim, double patch) {
  return together(membrane_mesh(rim, {{Point<2>(), patch}}),
                  vesicle(Point<3>(0, 0, g + R), R, direction(0, 0, -1), patch));
}

/// A membrane with a mark on each component, as two species that fill a leaflet, a third field with
/// any values, a density of both signs, and material that is a little stretched.
struct Marked {
  explicit Marked(std::unique_ptr<Membrane<2>> given)
      : membrane(std::move(given)), lipids(vesicle_and_plasma_membrane(*membrane)) {
    uneven = scalar_field<2>(*membrane, [](const Vector3 &x) {
      return 0.5 + 0.3 * std::sin(0.3 * x[0] + 0.2 * x[1]) * std::cos(0.1 * x[2]);
    });
    ones = scalar_field<2>(*membrane, [](const Vector3 &) { return 1.; });
    material_area = membrane->tension_vector(true);
    Vector area = membrane->tension_vector(false);
    std::vector<dealii::types::global_dof_index> indices;
    for_each_cell(*membrane, [&](const auto &cell, const SurfaceValues<2> &surface) {
      membrane->cell_tension_indices(cell, indices);
      for (unsigned int j = 0; j < indices.size(); ++j) {
        double sum = 0.;
        for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
          sum += surface.weight(q) * surface.tension_shape(q, j) *
                 (1. + 0.01 * std::sin(surface.point(q)[0]));
        area(indices[j]) = sum;
      }
    });
    area.compress(dealii::VectorOperation::insert);
    material_area = area;
    fields.material_area = &material_area;
    for (const LipidField &field : lipids.fields())
      fields.fractions.emplace_back(&field.fraction, lipids.amount(field));
    fields.fractions.emplace_back(&uneven, integral(*membrane, uneven));
    fields.fractions.emplace_back(&ones, integral(*membrane, ones));
    density = scalar_field<2>(*membrane, [](const Vector3 &x) { return std::sin(0.1 * x[0] + 1); });
    fields.densities.emplace_back(&density, integral(*membrane, density));
  }

  std::unique_ptr<Membrane<2>> membrane;
  LipidFields<2> lipids;
  Vector material_area, uneven, ones, density;
  FieldsThroughEvent fields;
};

std::pair<double, double> range(const Vector &v) {
  double low = 1e99, high = -1e99;
  const auto [begin, end] = v.local_range();
  for (auto i = begin; i < end; ++i) {
    low = std::min(low, double(v(i)));
    high = std::max(high, double(v(i)));
  }
  return {dealii::Utilities::MPI::min(low, MPI_COMM_WORLD),
          dealii::Utilities::MPI::max(high, MPI_COMM_WORLD)};
}

/// What holds for every event, whatever the shapes.
void check_ledger(const Marked &before, const TopologyChange &change, int jump, double tolerance) {
  const TopologyState &a = change.ledger.before, &b = change.ledger.after;
  BOOST_CHECK_SMALL(b.area / a.area - 1, 1e-12);
  BOOST_CHECK_SMALL(b.material_area / a.material_area - 1, 1e-13);
  BOOST_CHECK_SMALL(change.membrane->area() / a.area - 1, 1e-12);
  BOOST_CHECK_EQUAL(b.euler_characteristic - a.euler_characteristic, jump);
  BOOST_CHECK_CLOSE(change.ledger.gaussian_energy_change(), 2 * pi * jump, 1e-10);
  BOOST_CHECK_SMALL(a.total_curvature / (2 * pi) - a.euler_characteristic, tolerance);
  BOOST_CHECK_SMALL(b.total_curvature / (2 * pi) - b.euler_characteristic, tolerance);

  // Lipids.
  BOOST_REQUIRE_EQUAL(change.fractions.size(), before.fields.fractions.size());
  for (unsigned int f = 0; f < change.fractions.size(); ++f) {
    BOOST_CHECK_SMALL(b.amounts[f] - a.amounts[f], 1e-13 * a.area);
    BOOST_CHECK_SMALL(integral(*change.membrane, change.fractions[f]) - a.amounts[f],
                      1e-11 * a.area);
    const auto [low, high] = range(change.fractions[f]);
    BOOST_CHECK_GE(low, 0.);
    BOOST_CHECK_LE(high, 1.);
  }
  BOOST_REQUIRE_EQUAL(change.densities.size(), 1);
  BOOST_CHECK_SMALL(b.amounts.back() - a.amounts.back(), 1e-13 * a.area);
  BOOST_CHECK_SMALL(integral(*change.membrane, change.densities[0]) - a.amounts.back(),
                    1e-11 * a.area);
  // No new extrema but for what the amount asks for, which is an error of the discretisation: of
  // linear interpolation in cells of 5 nm, (0.1 h)^2 / 8.
  BOOST_CHECK_GE(range(change.densities[0]).first, -1.03);
  BOOST_CHECK_LE(range(change.densities[0]).second, 1.03);
  // Two species that fill the leaflet still do, and a field that is one everywhere stays that.
  Vector sum = change.membrane->scalar_vector(false), other = sum;
  sum = change.fractions[0];
  other = change.fractions[1];
  sum.add(1., other);
  // Areas are equal to 1e-13 of the whole, and what is missing is on few nodes with 0.1 nm^2 each.
  BOOST_CHECK_SMALL(range(sum).first - 1, 1e-12 * a.area);
  BOOST_CHECK_SMALL(range(sum).second - 1, 1e-12 * a.area);
  BOOST_CHECK_EQUAL(range(change.fractions[3]).first, 1.);

  BOOST_TEST_MESSAGE("area " << a.area << " to " << b.area << ", volume " << a.volume << " to "
                             << b.volume << ", int K dA / 2 pi off by "
                             << b.total_curvature / (2 * pi) - b.euler_characteristic
                             << ", quality " << mesh_quality(*change.membrane) << ", |k| "
                             << resolution(*change.membrane).largest_curvature << ", h|k| "
                             << resolution(*change.membrane).largest_angle << ", cells "
                             << change.membrane->triangulation().n_global_active_cells());
}

/// The mesh trap: quality and curvature converge under refinement.
struct Convergence {
  std::vector<double> quality, curvature;
  void add(const Membrane<2> &membrane) {
    quality.push_back(mesh_quality(membrane));
    curvature.push_back(resolution(membrane).largest_curvature);
  }
  void check() const {
    for (unsigned int i = 1; i < quality.size(); ++i) {
      BOOST_CHECK_GT(quality[i], 0.3);
      BOOST_CHECK_GT(quality[i], 0.9 * quality[i - 1]);
      BOOST_CHECK_LT(std::abs(curvature[i] / curvature[i - 1] - 1), 0.15);
    }
    // Each refinement moves the curvature less than the one before, or it is there.
    for (unsigned int i = 2; i < quality.size(); ++i)
      BOOST_CHECK_LT(std::abs(curvature[i] - curvature[i - 1]),
                     std::max(std::abs(curvature[i - 1] - curvature[i - 2]), 0.02 * curvature[i]));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_topology)

BOOST_AUTO_TEST_CASE(coarse_meshes_are_watertight_and_have_the_right_area) {
  const double R = 20;
  std::vector<MeshedSurface> surfaces = {
      vesicle(Point<3>(1, 2, 3), R, direction(1, 2, -1), 4.),
      vesicle_mesh(sphere_shape(Point<3>(1, 2, 3), R), 3), membrane_mesh(150, {{Point<2>(), 6}}),
      membrane_mesh(150, {{Point<2>(-25, 3), 6}, {Point<2>(22, 3), 4}}),
      membrane_mesh(150, {{Point<2>(-30, -20), 6}, {Point<2>(25, 15), 6}})};
  for (const MeshedSurface &surface : surfaces) {
    double errors[2];
    for (const unsigned int refinement : {2u, 3u}) {
      const auto membrane = membrane_of(surface, refinement);
      const bool closed = surface.mesh.cells[0].component == Component::vesicle;
      const double exact = closed ? 4 * pi * R * R : pi * 150 * 150;
      errors[refinement - 2] = membrane->area() / exact - 1;
      const TopologyState state = topology_state(*membrane);
      BOOST_CHECK_EQUAL(state.euler_characteristic, closed ? 2 : 1);
      BOOST_CHECK_SMALL(state.total_curvature / (2 * pi) - (closed ? 2 : 1), 1e-5);
      Vector3 sum;
      for_each_cell(*membrane, [&](const auto &, const SurfaceValues<2> &s) {
        for (unsigned int q = 0; q < s.n_quadrature_points(); ++q)
          sum += s.weight(q) * s.normal(q);
      });
      sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
      if (closed)
        BOOST_CHECK_SMALL(sum.norm() / exact, 1e-13);
      else
        BOOST_CHECK_SMALL(sum[2] / membrane->area() - 1, 1e-13); // flat, outward along z
      BOOST_CHECK_GT(mesh_quality(*membrane), 0.3);              // far from 0.2, where cells fail
      BOOST_TEST_MESSAGE(surface.mesh.cells.size()
                         << " coarse cells, quality " << mesh_quality(*membrane) << ", area off by "
                         << errors[refinement - 2]);
    }
    // Degree 2: the area converges with the fourth power of the size.
    BOOST_CHECK_GT(order(errors[0], errors[1]), 3.5);
  }
}

BOOST_AUTO_TEST_CASE(donor_membranes_have_cells_around_the_neck_to_come) {
  const double neck = 40, R = 60, length = 340;
  for (const bool tube : {false, true}) {
    const MeshedSurface surface =
        tube ? tube_donor_mesh(R, length, neck) : flat_donor_mesh(150, neck);
    const double exact = tube ? 2 * pi * R * length : pi * 150 * 150;
    double errors[2];
    for (const unsigned int refinement : {1u, 2u}) {
      const auto membrane = membrane_of(surface, refinement);
      errors[refinement - 1] = membrane->area() / exact - 1;
      const TopologyState state = topology_state(*membrane);
      BOOST_CHECK_EQUAL(state.euler_characteristic, tube ? 0 : 1);
      BOOST_CHECK_SMALL(state.total_curvature / (2 * pi) - (tube ? 0 : 1), 1e-3);
      BOOST_CHECK_GT(mesh_quality(*membrane), 0.3); // far from 0.2, where cells fail
      double outward = 0;
      for_each_cell(*membrane, [&](const auto &, const SurfaceValues<2> &s) {
        for (unsigned int q = 0; q < s.n_quadrature_points(); ++q) {
          const Vector3 x = s.point(q);
          outward += s.weight(q) * (tube ? (x[0] * s.normal(q)[0] + x[1] * s.normal(q)[1]) /
                                               std::hypot(x[0], x[1])
                                         : s.normal(q)[2]);
        }
      });
      outward = dealii::Utilities::MPI::sum(outward, MPI_COMM_WORLD);
      BOOST_CHECK_SMALL(outward / membrane->area() - 1, 1e-3);

      // What a cut needs: rings of four cells on both sides, and one cell that closes the bud.
      const CoarseMesh<2> mesh = membrane->coarse_mesh();
      unsigned int cap;
      BOOST_CHECK_EQUAL(rings_beside(mesh, surface.ring, cap).size(), 3);
      BOOST_CHECK_EQUAL(cap, surface.patches[0]);
      BOOST_CHECK_GE(rings_beside(mesh, {surface.ring.rbegin(), surface.ring.rend()}, cap).size(),
                     2);
      for (const unsigned int v : surface.ring) {
        const auto &x = mesh.vertices[v];
        const double distance =
            tube ? std::hypot(R * std::atan2(x[1], x[0]), x[2]) : std::hypot(x[0], x[1]);
        BOOST_CHECK_SMALL(distance / neck - 1, 1e-12);
      }
    }
    BOOST_CHECK_GT(order(errors[0], errors[1]), 3.5);
  }
  BOOST_CHECK_THROW(tube_donor_mesh(20, length, neck), std::invalid_argument);
  BOOST_CHECK_THROW(tube_donor_mesh(R, 290, neck), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(wrong_docking_patches_are_explained) {
  BOOST_CHECK_THROW(membrane_mesh(150, {}), std::invalid_argument);
  BOOST_CHECK_THROW(membrane_mesh(150, {{Point<2>(), 200}}), std::invalid_argument);
  BOOST_CHECK_THROW(membrane_mesh(150, {{Point<2>(5, 0), 6}, {Point<2>(-5, 0), 6}}),
                    std::invalid_argument);
  BOOST_CHECK_THROW(membrane_mesh(150, {{Point<2>(140, 0), 6}, {Point<2>(-140, 0), 6}}),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(fused_meridians) {
  const double R = 20, g = 2, r0 = 1.5, L = 150;
  const auto spline = [](const Profile &profile, const unsigned int cells) {
    GradingParameters grading;
    grading.n_cells = cells;
    std::vector<Point<2>> points;
    for (const double u : graded_nodes(profile, grading))
      points.emplace_back(profile.point(u).r, profile.point(u).z);
    return CurveSpline(points, CurveEnd::horizontal, CurveEnd::horizontal);
  };
  // A sphere above a plane.
  const OmegaShape omega = omega_conserving_area(R, g, r0, L);
  double errors[2];
  for (const unsigned int k : {0u, 1u}) {
    const Profile fused = fused_meridian(spline(flat_disc(L).reversed(), 64 << k),
                                         spline(sphere(R).shifted(g + R), 64 << k), r0);
    errors[k] = fused.volume() / omega.profile.volume() - 1;
    BOOST_CHECK_SMALL(errors[k], 1e-5);
    BOOST_CHECK_SMALL(fused.area() / omega.profile.area() - 1, 1e-5);
  }
  BOOST_CHECK_GT(order(errors[0], errors[1]), 3); // cubic splines: 4

  // Membranes that follow each other: a spheroid above a dent.
  const CurveSpline vesicle = spline(oblate(R, 0.95).shifted(R), 96),
                    dented = spline(Profile::parametric(
                                        [](const double t) { // from the rim to the axis
                                          const double r = 150 - t, e = std::exp(-r * r / 200);
                                          return CurveSample{r,  -3 * e,
                                                             -1, -3 * e * r / 100,
                                                             0., -3 * e * (r * r / 1e4 - 0.01)};
                                        },
                                        0, 150),
                                    96);
  const auto area = [](const CurveSpline &c) {
    return Profile::parametric([&c](const double t) { return c.at(t); }, 0, c.knots().back())
        .area();
  };
  const Profile fused = fused_meridian(dented, vesicle, r0);
  BOOST_CHECK_SMALL(fused.area() / (area(dented) + area(vesicle)) - 1, 1e-11);
  double narrowest = L;
  for (unsigned int i = 0; i <= 4000; ++i) {
    const auto x = fused.point(fused.length() * i / 4000);
    if (std::abs(x.z) < 20)
      narrowest = std::min(narrowest, x.r);
  }
  BOOST_CHECK_SMALL(narrowest / r0 - 1, 1e-3);
  for (const double u : fused.breaks()) { // no kinks
    const auto before = fused.tangent(std::max(0., u - 1e-6)), after = fused.tangent(u);
    BOOST_CHECK_SMALL(before.r * after.z - before.z * after.r, 1e-5);
  }
  // Membranes that overlap.
  BOOST_CHECK_THROW(fused_meridian(dented, spline(sphere(R).shifted(R - 6), 64), r0),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(fused_sphere_is_the_omega_of_the_meridian) {
  const double R = 20, g = 2, r0 = 1.5, L = 150, patch = 6;
  const OmegaShape omega = omega_conserving_area(R, g, r0, L);
  const auto meridian = open_membrane(omega.profile, 200, Edge::rim, Edge::axis);
  const Neck exact =
      find_neck(CurveSpline(meridian->curve_points(0), CurveEnd::horizontal, CurveEnd::horizontal));
  const MeshedSurface surface = docked(R, g, L, patch);
  Convergence convergence;
  double volume_error[3];
  for (const unsigned int refinement : {2u, 3u, 4u}) {
    const Marked before(membrane_of(surface, refinement));
    const DockingSite site =
        find_docking_site(*before.membrane, {surface.patches[0]}, {surface.patches[1]});
    BOOST_CHECK_SMALL(site.gap() - g, 1e-3);
    BOOST_CHECK_SMALL(std::hypot(site.points[0][0], site.points[0][1]), 1e-3);
    FusionMesh mesh; // without hanging nodes
    mesh.least_level = mesh.most_levels = refinement;
    const TopologyChange change = fuse(*before.membrane, site, r0, before.fields, mesh);
    check_ledger(before, change, -2, refinement == 2 ? 1e-4 : 1e-5);
    BOOST_CHECK_EQUAL(change.ledger.before.components, 2u);
    BOOST_CHECK_EQUAL(change.ledger.after.components, 1u);
    convergence.add(*change.membrane);
    volume_error[refinement - 2] = change.ledger.after.volume / omega.profile.volume() - 1;

    const Neck neck = find_neck(*change.membrane, change.pore);
    BOOST_TEST_MESSAGE("neck " << neck.radius << " nm, resistance " << neck.resistance << " ("
                               << exact.resistance << "), lumen " << neck.lumen_volume << " ("
                               << exact.lumen_volume << "), volume off by "
                               << volume_error[refinement - 2] << ", area of the omega off by "
                               << change.ledger.after.area / omega.profile.area() - 1);
    BOOST_CHECK_SMALL(neck.radius / exact.radius - 1, refinement == 2 ? 1e-4 : 1e-5);
    BOOST_CHECK_SMALL(neck.resistance / exact.resistance - 1, 1e-3);
    // With the third to fourth power of the radius in place of the first to second.
    BOOST_CHECK_SMALL(neck.flow_resistance / exact.flow_resistance - 1, 2e-3);
    BOOST_CHECK_SMALL(neck.middle[2] - exact.height, 1e-2);
    BOOST_CHECK_SMALL(neck.lumen_volume / exact.lumen_volume - 1, 5e-3); // loops are not circles
    if (refinement == 3) {
      BOOST_CHECK_LT(resolution(*change.membrane).largest_angle, 0.5);
      BOOST_CHECK_SMALL(change.ledger.after.area / omega.profile.area() - 1, 1e-5);
    }
    if (refinement == 4)
      BOOST_CHECK_SMALL(change.ledger.after.area / omega.profile.area() - 1, 1e-6);
  }
  convergence.check();
  // Order 4 like the area, on which the scaling rests.
  BOOST_CHECK_LT(std::abs(volume_error[1]), std::abs(volume_error[0]) / 8);
  BOOST_CHECK_SMALL(volume_error[2], 1e-6);
  // The arc's curvature is the largest.
  BOOST_CHECK_CLOSE(convergence.curvature.back(), 1 / omega.fillet_radius, 1.);
}

BOOST_AUTO_TEST_CASE(two_vesicles_fuse_along_any_axis) {
  const double R = 20, g = 2, r0 = 1.5;
  const Point<3> centre(3, -4, 5);
  const Tensor<1, 3> axis = direction(1, -2, 0.7);
  Convergence convergence;
  for (const unsigned int refinement : {2u, 3u, 4u}) {
    const MeshedSurface first = vesicle(centre, R, axis, 6),
                        second = vesicle(centre + (2 * R + g) * axis, R, -axis, 6),
                        both = together(first, second);
    const Marked before(membrane_of(both, refinement));
    // All cells of one against all of the other.
    std::vector<unsigned int> of_first, of_second;
    for (unsigned int c = 0; c < both.mesh.cells.size(); ++c)
      (c < first.mesh.cells.size() ? of_first : of_second).push_back(c);
    const DockingSite site = find_docking_site(*before.membrane, of_first, of_second);
    BOOST_CHECK_EQUAL(site.cells[0], both.patches[0]);
    BOOST_CHECK_EQUAL(site.cells[1], both.patches[2]);
    BOOST_CHECK_SMALL((site.axis - axis).norm(), 1e-3);
    FusionMesh mesh;
    mesh.least_level = mesh.most_levels = refinement;
    const TopologyChange change = fuse(*before.membrane, site, r0, before.fields, mesh);
    check_ledger(before, change, -2, refinement == 2 ? 1e-4 : 1e-5);
    BOOST_CHECK_EQUAL(change.ledger.after.euler_characteristic, 2);
    BOOST_CHECK_EQUAL(change.ledger.after.components, 1u);
    convergence.add(*change.membrane);
    // Both halves are mirror images, so the waist is the ring, in the middle.
    const Neck neck = find_neck(*change.membrane, change.pore);
    BOOST_CHECK(neck.has_waist);
    BOOST_CHECK_SMALL(neck.radius / r0 - 1, refinement == 2 ? 1e-3 : 1e-4);
    BOOST_CHECK_SMALL(neck.height, 1e-2);
    BOOST_CHECK_SMALL((neck.middle - (centre + (R + 0.5 * g) * axis)).norm(), 1e-2);
    // A closed vesicle: outward normal on all of it.
    BOOST_CHECK_CLOSE(change.membrane->volume(), change.ledger.after.volume, 1e-10);
    BOOST_CHECK_CLOSE(change.membrane->volume(), 2 * 4 * pi * R * R * R / 3, 1.);
  }
  convergence.check();
}

BOOST_AUTO_TEST_CASE(two_vesicles_fuse_with_one_membrane_one_of_them_tilted) {
  // The first straight above its patch; the second off centre, its patch 30 degrees off its long
  // axis.
  const double R = 20, g = 2, r0 = 1.5, tilt = pi / 6;
  const Tensor<1, 3> down = direction(0, 0, -1),
                     long_axis = direction(std::sin(tilt), 0, std::cos(tilt));
  const SpheroidAxes axes = spheroid_axes(R, 0.95, SpheroidKind::prolate);
  Point<3> middle(28, 5, 0);
  const auto spheroid = [&](const Tensor<1, 3> &n) {
    // Stretched along the tilted axis.
    const double along = n * long_axis;
    return middle + axes.a * (n - along * long_axis) + axes.c * along * long_axis;
  };
  // The lowest point and the direction that leads to it.
  const Tensor<1, 3> lowest = [&] {
    const double along = down * long_axis;
    Tensor<1, 3> n = axes.a * (down - along * long_axis) + axes.c * along * long_axis;
    return n / n.norm();
  }();
  middle[2] = g - spheroid(lowest)[2];
  const Point<3> bottom = spheroid(lowest);
  const MeshedSurface plane =
      membrane_mesh(150, {{Point<2>(-28, 5), 6}, {Point<2>(bottom[0], bottom[1]), 6}});
  const MeshedSurface all = together(together(plane, vesicle(Point<3>(-28, 5, g + R), R, down, 6)),
                                     vesicle_mesh(spheroid, lowest, 6 / R));
  Convergence convergence;
  for (const unsigned int refinement : {2u, 3u}) {
    const Marked before(membrane_of(all, refinement));
    FusionMesh mesh;
    mesh.least_level = mesh.most_levels = refinement;
    const DockingSite first =
        find_docking_site(*before.membrane, {all.patches[0]}, {all.patches[2]});
    TopologyChange once = fuse(*before.membrane, first, r0, before.fields, mesh);
    check_ledger(before, once, -2, refinement == 2 ? 1e-3 : 1e-4);
    BOOST_CHECK_EQUAL(once.ledger.after.components, 2u);

    Marked between(std::move(once.membrane));
    const DockingSite second = find_docking_site(
        *between.membrane, {once.new_cells[all.patches[1]]}, {once.new_cells[all.patches[4]]});
    BOOST_CHECK_SMALL((second.axis - direction(0, 0, 1)).norm(), 2e-2);
    BOOST_CHECK_SMALL(second.points[1].distance(bottom), 0.1);
    const TopologyChange twice = fuse(*between.membrane, second, r0, between.fields, mesh);
    check_ledger(between, twice, -2, refinement == 2 ? 1e-3 : 1e-4);
    BOOST_CHECK_EQUAL(twice.ledger.after.components, 1u);
    BOOST_CHECK_EQUAL(twice.ledger.after.euler_characteristic, 1);
    convergence.add(*twice.membrane);
    // Both pores are there.
    const Pore pore = once.pore.renumbered(twice.new_vertices);
    for (const Pore *p : {&pore, &twice.pore}) {
      const Neck neck = find_neck(*twice.membrane, *p);
      BOOST_CHECK(neck.has_waist);
      BOOST_CHECK_SMALL(neck.radius / r0 - 1, 1e-3);
      BOOST_TEST_MESSAGE("neck " << neck.radius << " nm, lumen " << neck.lumen_volume);
    }
  }
  convergence.check();
}

BOOST_AUTO_TEST_CASE(docking_anywhere_on_a_finer_coarse_mesh) {
  // No patch faces the other, the nearest cells are taken, and the tube brings hanging nodes.
  const double R = 20, g = 2, r0 = 1.2;
  const MeshedSurface first = vesicle_mesh(sphere_shape(Point<3>(), R), 2);
  const Tensor<1, 3> axis = direction(0.5, 0.4, 1);
  const MeshedSurface second = vesicle_mesh(sphere_shape(Point<3>() + (2 * R + g) * axis, R), 2);
  const MeshedSurface both = together(first, second);
  std::vector<unsigned int> of_second;
  for (const unsigned int c : second.patches)
    of_second.push_back(first.mesh.cells.size() + c);
  for (const unsigned int degree : {2u, 3u}) {
    const Marked before(membrane_of(both, 2, degree));
    const DockingSite site = find_docking_site(*before.membrane, first.patches, of_second);
    const TopologyChange change = fuse(*before.membrane, site, r0, before.fields);
    check_ledger(before, change, -2, 1e-3);
    BOOST_CHECK(change.membrane->triangulation().has_hanging_nodes());
    BOOST_CHECK_LT(resolution(*change.membrane).largest_angle, 0.5);
    BOOST_CHECK_SMALL(find_neck(*change.membrane, change.pore).radius / r0 - 1, 1e-3);
  }
}

BOOST_AUTO_TEST_CASE(cut_neck_leaves_vesicle_and_plasma_membrane) {
  const double R = 20, g = 2, r0 = 0.5;
  const MeshedSurface surface = docked(R, g, 100, 6);
  Convergence convergence;
  for (const unsigned int refinement : {2u, 3u, 4u}) {
    const Marked before(membrane_of(surface, refinement));
    const DockingSite site =
        find_docking_site(*before.membrane, {surface.patches[0]}, {surface.patches[1]});
    FusionMesh fine;
    fine.least_level = fine.most_levels = refinement;
    TopologyChange fused = fuse(*before.membrane, site, r0, before.fields, fine);
    const Pore pore = fused.pore;
    const Vector vesicle_lipid = fused.fractions[0];
    Marked between(std::move(fused.membrane));
    for (unsigned int f = 0; f < 2; ++f) {
      between.fields.fractions[f].first = &fused.fractions[f];
      between.fields.fractions[f].second = before.fields.fractions[f].second;
    }
    CutMesh mesh;
    mesh.least_level = mesh.most_levels = refinement;
    const TopologyChange change = cut(*between.membrane, pore, between.fields, mesh);
    check_ledger(between, change, +2, refinement == 2 ? 1e-4 : 1e-5);
    BOOST_CHECK_EQUAL(change.ledger.after.components, 2u);
    BOOST_CHECK_EQUAL(change.membrane->coarse_mesh().cells.size(), surface.mesh.cells.size());
    BOOST_CHECK(pore.renumbered(change.new_vertices).ring.empty());
    convergence.add(*change.membrane);

    // The vesicle is closed, has its own lipid and its area, and is nearly what it was.
    std::vector<bool> of_vesicle;
    for (const auto &cell : change.membrane->coarse_mesh().cells)
      of_vesicle.push_back(Component(cell.material_id / 2) == Component::vesicle);
    BOOST_CHECK(!of_vesicle[change.patches[0]]);
    BOOST_CHECK(of_vesicle[change.patches[1]]);
    const double area = area_of(*change.membrane, of_vesicle);
    BOOST_CHECK_SMALL(area / (4 * pi * R * R) - 1, 1e-4);
    BOOST_CHECK_CLOSE(change.membrane->volume(), 4 * pi * R * R * R / 3, 0.5);
    double amount = 0.;
    std::vector<double> values;
    for_each_cell(*change.membrane, [&](const auto &cell, const SurfaceValues<2> &s) {
      if (Membrane<2>::component(cell) != Component::vesicle)
        return;
      change.membrane->cell_scalar_values(cell, change.fractions[0], values);
      for (unsigned int q = 0; q < s.n_quadrature_points(); ++q)
        amount += s.weight(q) * s.scalar_field(q, values).value;
    });
    amount = dealii::Utilities::MPI::sum(amount, MPI_COMM_WORLD);
    BOOST_TEST_MESSAGE("vesicle lipid on the vesicle " << amount / area << ", volume "
                                                       << change.membrane->volume());
    BOOST_CHECK_SMALL(amount / area - 1, 1e-3);

    // It can dock again, at the patches that close the necks.
    const DockingSite again =
        find_docking_site(*change.membrane, {change.patches[0]}, {change.patches[1]});
    BOOST_CHECK_GT(again.gap(), 0.5 * g);
  }
  convergence.check();
}

BOOST_AUTO_TEST_CASE(cut_of_two_fused_vesicles_along_any_axis) {
  const double R = 20, g = 2, r0 = 0.5;
  const Tensor<1, 3> axis = direction(-1, 0.3, 0.8);
  const MeshedSurface both = together(vesicle(Point<3>(), R, axis, 7),
                                      vesicle(Point<3>() + (2 * R + g) * axis, R, -axis, 7));
  const Marked before(membrane_of(both, 3));
  TopologyChange fused = fuse(
      *before.membrane, find_docking_site(*before.membrane, {both.patches[0]}, {both.patches[2]}),
      r0, before.fields);
  const Pore pore = fused.pore;
  const Marked between(std::move(fused.membrane));
  const TopologyChange change = cut(*between.membrane, pore, between.fields);
  check_ledger(between, change, +2, 1e-4);
  BOOST_CHECK_EQUAL(change.ledger.after.components, 2u);
  BOOST_CHECK_EQUAL(change.ledger.after.euler_characteristic, 4);
  BOOST_CHECK_CLOSE(change.membrane->volume(), 2 * 4 * pi * R * R * R / 3, 0.5);
}

/// A bud on a donor membrane: the omega laid on the flat membrane such that squares are squares,
/// and bent with it where that is a tube. The ring of the donor's mesh is half way to the neck.
struct Bud {
  static constexpr double R = 20, gap = 6, neck = 5, rim = 100, tube_radius = 60;
  explicit Bud(const bool on_tube) : shape(omega(R, gap, neck, rim)) {
    // Distances from the pole on the flat membrane: d ln(distance) = ds / r.
    const Profile profile = shape.profile;
    constexpr unsigned int n = 4000;
    std::vector<double> distances(n + 1, rim);
    const double step = profile.length() / n;
    double least = rim;
    for (unsigned int i = 0; i < n; ++i) { // from the rim
      const auto here = profile.point(i * step), next = profile.point((i + 0.5) * step);
      distances[n - i - 1] = i + 1 < n ? distances[n - i] * std::exp(-step / next.r) : 0.;
      if (here.z < gap + R && here.r < least) {
        least = here.r;
        waist = i * step;
        distance_of_waist = distances[n - i];
      }
    }
    const auto bud = [=](const double x, const double y) {
      const double distance = std::hypot(x, y);
      const auto next = std::min(std::upper_bound(distances.begin(), distances.end(), distance),
                                 std::prev(distances.end()));
      const double i = next - distances.begin() - 1. +
                       (distance - *std::prev(next)) / (*next - *std::prev(next));
      const auto p = profile.point(profile.length() - i * step);
      return distance > 0. ? Point<3>(p.r * x / distance, p.r * y / distance, p.z)
                           : Point<3>(0., 0., p.z);
    };
    surface = on_tube ? tube_donor_mesh(tube_radius, 340, 0.5 * distance_of_waist)
                      : flat_donor_mesh(rim, 0.5 * distance_of_waist);
    surface.geometry = [=, flat = surface.geometry](const unsigned int cell, const Point<2> &xi) {
      const Point<3> x = flat(cell, xi);
      if (!on_tube)
        return bud(x[0], x[1]);
      const double around = tube_radius * std::atan2(x[1], x[0]);
      if (std::hypot(around, x[2]) >= rim)
        return x;
      const Point<3> b = bud(around, x[2]);
      return Point<3>((tube_radius + b[2]) * std::cos(b[0] / tube_radius),
                      (tube_radius + b[2]) * std::sin(b[0] / tube_radius), b[1]);
    };
  }
  OmegaShape shape;
  MeshedSurface surface;
  double waist, distance_of_waist;
  Pore ring() const { return {surface.ring}; }
};

/// Corners - edges + faces of the cells of one component.
int euler_characteristic_of(const CoarseMesh<2> &mesh, const Component component) {
  CoarseMesh<2> part;
  std::map<unsigned int, unsigned int> vertices;
  for (dealii::CellData<2> cell : mesh.cells)
    if (Component(cell.material_id / 2) == component) {
      for (unsigned int &v : cell.vertices)
        v = vertices.insert({v, vertices.size()}).first->second;
      part.cells.push_back(cell);
    }
  part.vertices.resize(vertices.size());
  return euler_characteristic(part);
}

BOOST_AUTO_TEST_CASE(bud_is_cut_at_its_waist_wherever_the_mesh_has_its_loops) {
  for (const bool on_tube : {false, true}) {
    const Bud bud(on_tube);
    std::vector<double> errors, curvatures;
    for (const unsigned int refinement :
         on_tube ? std::vector<unsigned int>{2} : std::vector<unsigned int>{1, 2, 3}) {
      const Marked before(membrane_of(bud.surface, refinement));
      const TopologyChange change = cut_at_waist(*before.membrane, bud.ring(), before.fields);
      check_ledger(before, change, +2, 1e-3);
      BOOST_CHECK_EQUAL(change.ledger.after.components, 2u);
      const CoarseMesh<2> mesh = change.membrane->coarse_mesh();
      BOOST_CHECK_EQUAL(euler_characteristic_of(mesh, Component::vesicle), 2);
      BOOST_CHECK_EQUAL(euler_characteristic_of(mesh, Component::plasma_membrane), on_tube ? 0 : 1);
      // Cells as they are, and caps as good as they.
      BOOST_CHECK_EQUAL(mesh.cells.size(),
                        change.membrane->triangulation().n_global_active_cells());
      BOOST_CHECK_GE(mesh_quality(*change.membrane), 0.99 * mesh_quality(*before.membrane));

      std::vector<bool> of_vesicle;
      for (const auto &cell : mesh.cells)
        of_vesicle.push_back(Component(cell.material_id / 2) == Component::vesicle);
      const double area = area_of(*change.membrane, of_vesicle),
                   exact = bud.shape.profile.area_between(bud.waist, bud.shape.profile.length());
      BOOST_TEST_MESSAGE("vesicle " << area << " nm^2, beyond the waist " << exact << ", volume "
                                    << change.membrane->volume());
      // A vesicle, up to what was the neck's.
      BOOST_CHECK_CLOSE(change.membrane->volume(), std::pow(area, 1.5) / std::sqrt(36 * pi), 5.);
      errors.push_back(area / exact - 1);
      curvatures.push_back(resolution(*change.membrane).largest_curvature);
    }
    if (on_tube) // which stretches the bud
      continue;
    // The vesicle has the area of the bud beyond its waist, and the neck's curvature is gone.
    BOOST_CHECK_LT(std::abs(errors[1]), std::abs(errors[0]) / 3);
    BOOST_CHECK_LT(std::abs(errors[2]), std::abs(errors[1]) / 3);
    BOOST_CHECK_SMALL(errors[2], 1e-3);
    for (const double curvature : curvatures)
      BOOST_CHECK_LT(curvature, 1 / Bud::neck);
  }
}

BOOST_AUTO_TEST_CASE(waist_that_no_rings_of_cells_are_around) {
  const Bud bud(false);
  const auto membrane = membrane_of(bud.surface, 1);
  // A flat membrane has no waist.
  const MeshedSurface flat = flat_donor_mesh(100, 30);
  BOOST_CHECK_THROW(cut_at_waist(*membrane_of(flat, 1), {flat.ring}), std::invalid_argument);
  Pore nowhere;
  nowhere.ring = {0, 1, 2, 3};
  BOOST_CHECK_THROW(cut_at_waist(*membrane, nowhere), std::invalid_argument);
  // Hanging nodes.
  const auto mark = [&](const Membrane<2>::Cell &cell) {
    return membrane->cell_id(cell).get_coarse_cell_id() == 0 ? 1 : 0;
  };
  refine_and_coarsen(*membrane, mark, {});
  BOOST_CHECK_THROW(cut_at_waist(*membrane, bud.ring()), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_explained) {
  const MeshedSurface surface = docked(20, 2, 100, 6);
  const auto membrane = membrane_of(surface, 2);
  const DockingSite site = find_docking_site(*membrane, {surface.patches[0]}, {surface.patches[1]});
  BOOST_CHECK_THROW(fuse(*membrane, site, 5.), std::invalid_argument); // beyond the patch
  BOOST_CHECK_THROW(fuse(*membrane, site, -1.), std::invalid_argument);
  // Far sides do not face each other.
  BOOST_CHECK_THROW(find_docking_site(*membrane, {surface.patches[0]}, {surface.patches[2]}),
                    std::invalid_argument);
  Pore nowhere;
  nowhere.ring = {0, 1, 2, 3};
  BOOST_CHECK_THROW(cut(*membrane, nowhere), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(each_rank_alone_gets_what_all_get_together) {
  const double R = 20;
  const MeshedSurface surface = docked(R, 1.5, 100, 6);
  // Positions and fractions of all leaves, on all ranks.
  const auto leaves_of = [](const TopologyChange &change, MPI_Comm communicator) {
    std::map<dealii::CellId, std::vector<double>> leaves;
    std::vector<double> values;
    for (const auto &cell : change.membrane->position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        std::vector<double> &row = leaves[change.membrane->cell_id(cell)];
        change.membrane->cell_positions(cell, row);
        change.membrane->cell_scalar_values(cell, change.fractions[0], values);
        row.insert(row.end(), values.begin(), values.end());
      }
    std::map<dealii::CellId, std::vector<double>> all;
    for (const auto &part : dealii::Utilities::MPI::all_gather(communicator, leaves))
      all.insert(part.begin(), part.end());
    return all;
  };
  const auto fused = [&](MPI_Comm communicator) {
    const auto membrane = membrane_of(surface, 2, 2, communicator);
    const LipidFields<2> lipids = vesicle_and_plasma_membrane(*membrane);
    FieldsThroughEvent fields;
    fields.fractions.emplace_back(&lipids.fields()[0].fraction, lipids.amount(lipids.fields()[0]));
    const DockingSite site =
        find_docking_site(*membrane, {surface.patches[0]}, {surface.patches[1]});
    return leaves_of(fuse(*membrane, site, 1.2, fields), communicator);
  };
  const Bud bud(true);
  const auto parted = [&](MPI_Comm communicator) {
    const auto membrane = membrane_of(bud.surface, 1, 2, communicator);
    const Vector uneven = scalar_field<2>(
        *membrane, [](const Vector3 &x) { return 0.5 + 0.3 * std::sin(0.3 * x[0] + 0.2 * x[1]); });
    FieldsThroughEvent fields;
    fields.fractions.emplace_back(&uneven, integral(*membrane, uneven));
    return leaves_of(cut_at_waist(*membrane, bud.ring(), fields), communicator);
  };
  for (const auto &event : {std::function(fused), std::function(parted)}) {
    const auto together = event(MPI_COMM_WORLD), alone = event(MPI_COMM_SELF);
    BOOST_REQUIRE_EQUAL(together.size(), alone.size());
    double largest = 0.;
    for (const auto &[id, row] : together) {
      const std::vector<double> &other = alone.at(id);
      for (unsigned int i = 0; i < row.size(); ++i)
        largest = std::max(largest, std::abs(row[i] - other[i]));
    }
    BOOST_TEST_MESSAGE("largest difference " << largest);
    BOOST_CHECK_SMALL(largest, 1e-9); // of 100 nm; sums of areas differ by round-off
  }
}

BOOST_AUTO_TEST_SUITE_END()
