// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Placing nodes anew: what fields hold stays, the shape changes at high order only, and an outer
/// rim comes back to its place.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/meridian_motion.h"
#include "mechanics/bending.h"
#include "mechanics/flow_system.h"
#include "surfaces.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

/// A vesicle with equal cells.
std::unique_ptr<Membrane<1>> uniform_vesicle(const Profile &profile, int n_cells,
                                             unsigned int degree) {
  auto membrane = std::make_unique<Membrane<1>>(MPI_COMM_WORLD, degree);
  membrane->create_meridian({{profile, graded_nodes(profile, {n_cells, 0., 0.2}),
                              Component::vesicle, Edge::axis, Edge::axis}});
  return membrane;
}

GradingParameters grading(int n_cells) {
  GradingParameters g;
  g.n_cells = n_cells;
  return g;
}

struct Change {
  double area, volume, energy;
};

/// Grades a mesh of equal cells; the relative changes.
Change regrade(const Profile &profile, int n_cells, unsigned int degree) {
  const auto membrane = uniform_vesicle(profile, n_cells, degree);
  FlowSystem<1> flow(*membrane, {});
  flow.add(Bending<1>(1, 0));
  flow.initialize();
  const double area = membrane->area(), volume = membrane->volume(), energy = flow.energy(),
               material = flow.total_material_area();
  std::vector<MeridianMotion::Field> fields(2);
  fields[0].density = scalar_field<1>(
      *membrane, [](const Vector3 &x) { return 1 + std::sin(0.3 * x[2]) + 0.01 * x[0]; });
  fields[1].density =
      scalar_field<1>(*membrane, [](const Vector3 &x) { return x[2] > 3 ? 1. : 0.; });
  for (auto &field : fields)
    field.total = integral(*membrane, field.density);
  Vector height = scalar_field<1>(*membrane, [](const Vector3 &x) { return x[2]; });

  MeridianMotion motion(*membrane, grading(n_cells));
  BOOST_CHECK_EQUAL(motion.rim_displacement(), 0.);
  const double misfit = motion.misfit();
  Vector material_area = flow.material_area;
  BOOST_CHECK_EQUAL(motion.redistribute(true, material_area, fields, {&height}), 0.);
  BOOST_CHECK(motion.misfit() < misfit);
  BOOST_CHECK(motion.misfit() < 1.3);
  flow.mesh_moved(material_area);

  BOOST_CHECK_SMALL(flow.total_material_area() / material - 1, 1e-14);
  for (const auto &field : fields) {
    BOOST_CHECK_EQUAL(field.outflow, 0.);
    BOOST_CHECK_SMALL(sum_of(field.content) / field.total - 1, 1e-14);
  }
  // The interpolated field still is the height, up to interpolation of the first degree.
  const Vector expected = scalar_field<1>(*membrane, [](const Vector3 &x) { return x[2]; });
  Vector difference = membrane->scalar_vector(false), other = membrane->scalar_vector(false);
  difference = expected;
  other = height;
  difference.add(-1, other);
  BOOST_CHECK_SMALL(difference.linfty_norm(), 1000. / (n_cells * n_cells));
  // On the axis, exactly.
  BOOST_CHECK_EQUAL(membrane->curve_points(0).front()[0], 0.);
  BOOST_CHECK_EQUAL(membrane->curve_points(0).back()[0], 0.);
  return {membrane->area() / area - 1, membrane->volume() / volume - 1, flow.energy() / energy - 1};
}

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_meridian_motion)

BOOST_AUTO_TEST_CASE(grading_keeps_contents_and_shape) {
  for (const unsigned int degree : {2u, 3u})
    for (const Profile &profile : {prolate(20, 0.6), oblate(20, 0.6)}) {
      const Change coarse = regrade(profile, 32, degree), fine = regrade(profile, 128, degree);
      const auto mean_order = [](double a, double b) { return order(a, b) / 2; };
      BOOST_TEST_MESSAGE("degree " << degree << ", changes with 128 cells: area " << fine.area
                                   << ", volume " << fine.volume << ", energy " << fine.energy
                                   << "; orders " << mean_order(coarse.area, fine.area) << ", "
                                   << mean_order(coarse.volume, fine.volume) << ", "
                                   << mean_order(coarse.energy, fine.energy));
      BOOST_CHECK_SMALL(fine.area, 1e-6);
      BOOST_CHECK_SMALL(fine.volume, 1e-6);
      BOOST_CHECK_SMALL(fine.energy, 1e-4);
      BOOST_CHECK_GT(mean_order(coarse.area, fine.area), 2.8);
      BOOST_CHECK_GT(mean_order(coarse.volume, fine.volume), 2.8);
      BOOST_CHECK_GT(mean_order(coarse.energy, fine.energy), 1.8);
    }
}

BOOST_AUTO_TEST_CASE(a_graded_mesh_stays) {
  const auto membrane = closed_membrane<1>(oblate(20, 0.5), 64);
  MeridianMotion motion(*membrane, grading(64));
  BOOST_CHECK(motion.misfit() < 1.2);
}

BOOST_AUTO_TEST_CASE(the_rim_comes_back) {
  const double R = 50;
  for (const unsigned int degree : {2u, 3u})
    for (const bool rim_first : {true, false})
      for (const bool regrade : {false, true})
        for (const double slide : {1.004, 0.996, 1.2, 0.9}) {
          const Profile disc = rim_first ? flat_disc(R).reversed() : flat_disc(R);
          const auto membrane = open_membrane(disc, 24, rim_first ? Edge::rim : Edge::axis,
                                              rim_first ? Edge::axis : Edge::rim, degree);
          Vector positions = membrane->vector_field(false);
          positions = membrane->positions();
          positions *= slide;
          membrane->set_positions(positions);
          FlowSystem<1> flow(*membrane, {{Edge::rim, {true, true, true}}});
          flow.add(Bending<1>(1, 0));
          flow.initialize();

          std::vector<MeridianMotion::Field> fields(3);
          fields[0].density = scalar_field<1>(*membrane, [](const Vector3 &) { return 1.; });
          fields[0].reservoir_density = 0.7;
          fields[1].density = scalar_field<1>(*membrane, [](const Vector3 &) { return 1.; });
          fields[1].reservoir_density = 1.;
          fields[2].density =
              scalar_field<1>(*membrane, [](const Vector3 &x) { return std::cos(0.1 * x[0]); });
          for (auto &field : fields)
            field.total = integral(*membrane, field.density);
          MeridianMotion motion(*membrane, grading(24), R);
          BOOST_CHECK(motion.rim_displacement() > 0);
          Vector area = flow.material_area;
          const double before = flow.total_material_area(),
                       outflow = motion.redistribute(regrade, area, fields, {});
          flow.mesh_moved(area);

          // What passed the rim is an annulus, filled with what is inside or in the reservoir.
          const double annulus = pi * R * R * (slide * slide - 1);
          BOOST_CHECK_SMALL(outflow / annulus - 1, 1e-11);
          BOOST_CHECK_SMALL((before - outflow) / flow.total_material_area() - 1, 1e-14);
          BOOST_CHECK_CLOSE(membrane->area(), pi * R * R, 1e-10);
          const auto points = membrane->curve_points(0);
          BOOST_CHECK_SMALL((rim_first ? points.front() : points.back())[0] - R, 1e-12 * R);
          BOOST_CHECK_EQUAL((rim_first ? points.back() : points.front())[0], 0.);
          BOOST_CHECK_SMALL(motion.rim_displacement(), 1e-12);
          BOOST_CHECK_SMALL(fields[0].outflow / annulus - (slide > 1 ? 1 : 0.7), 1e-11);
          BOOST_CHECK_SMALL(fields[1].outflow / annulus - 1, 1e-11);
          if (slide < 1)
            BOOST_CHECK_EQUAL(fields[2].outflow, 0.); // nothing of it in the reservoir
          for (const auto &field : fields)
            BOOST_CHECK_SMALL((sum_of(field.content) - field.total + field.outflow) / (R * R),
                              1e-13);
        }
}

BOOST_AUTO_TEST_SUITE_END()
