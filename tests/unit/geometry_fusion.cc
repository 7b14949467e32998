// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Contents of lipid fields through the fusion of a vesicle with a plasma membrane.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_SUITE_END()
