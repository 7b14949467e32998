// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Contents of lipid fields through the fusion of a vesicle with a plasma membrane.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "geometry/topology/meridian_cut.h"
#include "geometry/topology/meridian_fusion.h"
#include "lipid_mixtures.h"
#include "lipids/lipid_field.h"

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

struct Fusion {
  Fusion(int n_cells, unsigned int degree, double R, double gap, double neck, double patch)
      : separate(MPI_COMM_WORLD, degree) {
    GradingParameters g;
    g.n_cells = n_cells / 2;
    const Profile disc = flat_disc(patch).reversed(), ball = sphere(R).shifted(gap + R);
    separate.create_meridian(
        {{disc, graded_nodes(disc, g), Component::plasma_membrane, Edge::rim, Edge::axis},
         {ball, graded_nodes(ball, g), Component::vesicle, Edge::axis, Edge::axis}});
    fused = open_membrane(omega_conserving_area(R, gap, neck, patch).profile, n_cells, Edge::rim,
                          Edge::axis, degree);
  }
  Membrane<1> separate;
  std::unique_ptr<Membrane<1>> fused;
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

} // namespace

BOOST_AUTO_TEST_SUITE(geometry_fusion)

BOOST_AUTO_TEST_CASE(contents_go_to_the_material_they_belong_to) {
  for (const unsigned int degree : {2u, 3u})
    for (const double neck : {1.5, 4.}) {
      const double R = 20;
      Fusion f(200, degree, R, 2, neck, 150);
      const LipidFields<1> before = vesicle_and_plasma_membrane(f.separate);
      const Vector uniform = scalar_field<1>(f.separate, [](const Vector3 &) { return 1.; });
      const Vector smooth =
          scalar_field<1>(f.separate, [](const Vector3 &x) { return 2 + std::sin(0.2 * x[2]); });

      std::vector<std::pair<const Vector *, double>> densities;
      for (const LipidField &field : before.fields())
        densities.emplace_back(&field.fraction, before.amount(field));
      densities.emplace_back(&uniform, integral(f.separate, uniform));
      densities.emplace_back(&smooth, integral(f.separate, smooth));
      const std::vector<Vector> contents = contents_by_area(f.separate, *f.fused, densities);
      BOOST_REQUIRE_EQUAL(contents.size(), 4u);
      for (unsigned int k = 0; k < 4; ++k)
        BOOST_CHECK_SMALL(sum_of(contents[k]) / densities[k].second - 1, 1e-14);

      const BoundedDensity<1> space(*f.fused);
      Vector content = f.fused->scalar_vector(false);
      content = contents[2];
      const auto [low, high] = range(space.projected(content));
      BOOST_TEST_MESSAGE("uniform density after fusion between 1 " << low - 1 << " and 1 + "
                                                                   << high - 1);
      BOOST_CHECK_SMALL(low - 1, 1e-6);
      BOOST_CHECK_SMALL(high - 1, 1e-6);

      // The vesicle's lipid is a step: its amounts at the nodes are bounded, and the two species
      // fill the membrane.
      LipidFields<1> fused(*f.fused, {{"vesicle lipid"}, {"plasma membrane lipid"}},
                           room_temperature);
      for (unsigned int k = 0; k < 2; ++k) {
        LipidField field = before.fields()[k];
        field.content = contents[k];
        fused.add(field);
      }
      for (unsigned int k = 0; k < 2; ++k) {
        const LipidField &step = fused.fields()[k];
        const auto [least, most] = range(step.fraction);
        BOOST_CHECK_GT(least, -1e-12);
        BOOST_CHECK_LT(most, 1 + 1e-6);
        BOOST_CHECK_GT(most, 0.99);
        BOOST_CHECK_SMALL(fused.amount(step) / densities[k].second - 1, 1e-14);
      }
      Vector sum = f.fused->scalar_vector(false), other = f.fused->scalar_vector(false);
      sum = fused.fields()[0].content;
      other = fused.fields()[1].content;
      sum.add(1, other);
      sum = space.quotient(sum, space.lumped_mass());
      BOOST_CHECK_SMALL(range(sum).first - 1, 1e-6);
      BOOST_CHECK_SMALL(range(sum).second - 1, 1e-6);

      // On the vesicle's former area, counted from its pole, there is its lipid but for the smeared
      // front.
      const double area = 4 * pi * R * R;
      BOOST_CHECK_SMALL(amount_within(*f.fused, 0, fused.fields()[0].fraction, area) / area - 1,
                        0.01);
    }
}

BOOST_AUTO_TEST_CASE(a_neck_is_cut) {
  for (const double neck_radius : {0.5, 1., 2.}) {
    const double R = 20, patch = 120;
    const auto fused = open_membrane(omega_conserving_area(R, 6, neck_radius, patch).profile, 200,
                                     Edge::rim, Edge::axis);
    const CurveSpline curve(fused->curve_points(0), CurveEnd::horizontal, CurveEnd::horizontal);
    const Neck neck = find_neck(curve);
    const SeparatedMeridians cut = cut_at_neck(curve, neck);
    // Each side keeps the area between the neck and its far end.
    const auto all = Profile::parametric([&](double t) { return curve.at(t); }, 0.,
                                         curve.knots().back()),
               below =
                   Profile::parametric([&](double t) { return curve.at(t); }, 0., neck.parameter);
    BOOST_CHECK_CLOSE(cut.plasma_membrane.area(), below.area(), 1e-8);
    BOOST_CHECK_CLOSE(cut.vesicle.area(), all.area() - below.area(), 1e-8);
    // The vesicle is closed and encloses the lumen; the cap changes little of it.
    BOOST_CHECK(cut.vesicle.closed());
    BOOST_CHECK_CLOSE(cut.vesicle.volume(), neck.lumen_volume, 0.5);
    BOOST_CHECK_EQUAL(cut.plasma_membrane.point(cut.plasma_membrane.length()).r, 0.);
    BOOST_CHECK_CLOSE(cut.plasma_membrane.point(0).r, patch, 1e-10);
    // No kink where a cap begins: the tangent turns by no more than the curvature allows.
    for (const Profile *side : {&cut.plasma_membrane, &cut.vesicle})
      for (unsigned int k = 1; k + 1 < side->breaks().size(); ++k) {
        const double u = side->breaks()[k], h = 1e-5;
        const auto a = side->tangent(u - h), b = side->tangent(u + h);
        BOOST_CHECK_SMALL(std::hypot(a.r - b.r, a.z - b.z), 1e-3);
      }

    // What is on the membrane stays on its side.
    Membrane<1> separate(MPI_COMM_WORLD, 2);
    GradingParameters g;
    g.n_cells = 100;
    separate.create_meridian(
        {{cut.plasma_membrane, graded_nodes(cut.plasma_membrane, g), Component::plasma_membrane,
          Edge::rim, Edge::axis},
         {cut.vesicle, graded_nodes(cut.vesicle, g), Component::vesicle, Edge::axis, Edge::axis}});
    const Vector height =
        scalar_field<1>(*fused, [](const Vector3 &x) { return 1 + std::tanh(x[2]); });
    const double total = integral(*fused, height);
    const auto contents = contents_by_area(*fused, separate, {{&height, total}});
    BOOST_CHECK_CLOSE(sum_of(contents[0]), total, 1e-12);
    const BoundedDensity<1> space(separate);
    Vector content = separate.scalar_vector(false);
    content = contents[0];
    const auto [low, high] = range(space.projected(content));
    BOOST_CHECK_GT(low, 1 - 0.02);
    BOOST_CHECK_LT(high, 2 + 0.02);
  }
}

BOOST_AUTO_TEST_SUITE_END()
