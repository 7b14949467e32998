// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Budding of a membrane domain by the line tension of its boundary (Lipowsky, J. Phys. II France 2
/// (1992) 1825), and the vesicle that a closed coat makes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "mechanics/area_reservoir.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/line_tension.h"
#include "mechanics/surface_viscosity.h"

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/tools/roots.hpp>

using namespace fusogen;
using namespace fusogen::test;

namespace {
const double pi = std::acos(-1.0), kappa = 82;

struct Energies {
  double bending, length; // [pN nm]; of the boundary [nm]
};

/// Bending energy and length of the boundary, as the program's terms measure them, of a domain of
/// area pi size^2 that is a spherical cap, by size / radius of the sphere (0 flat, 2 a sphere).
Energies cap(const double size, const double reduced_curvature) {
  Profile profile = flat_disc(size).reversed();
  dealii::Tensor<1, 2> outward;
  outward[0] = 1;
  if (reduced_curvature == 2)
    profile = sphere(0.5 * size);
  else if (reduced_curvature > 0) {
    const double radius = size / reduced_curvature, angle = 2 * std::asin(0.5 * reduced_curvature);
    profile = Profile::arc({0, 0}, radius, 0.5 * pi - angle, 0.5 * pi);
    outward[0] = std::cos(angle);
    outward[1] = -std::sin(angle);
  }
  const bool closed = reduced_curvature == 2;
  const auto membrane = open_membrane(profile, 32, closed ? Edge::axis : Edge::rim, Edge::axis);
  FlowSystem<1> flow(*membrane, {{Edge::rim, {}}});
  Bending<1> bending(kappa, 0.);
  if (!closed)
    bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(LineTension<1>(1., {Edge::rim}));
  flow.initialize();
  BOOST_TEST(membrane->area() / (pi * size * size) == 1., boost::test_tools::tolerance(1e-5));
  return {flow.energies().at("bending"), flow.energies().at("line tension")};
}

/// Growth rate [1/us] of a small bump on a flat domain of the radius 20 nm with line tension in a
/// membrane without tension, whose rim is free to turn.
double growth_rate(const double reduced_line_tension, const int n_cells) {
  const double size = 20, viscosity = 4, bump = 1e-4 * size, dt = 10;
  const auto membrane = open_membrane(flat_disc(size).joined(annulus(size, 3 * size)).reversed(),
                                      n_cells, Edge::rim, Edge::axis);
  move(
      *membrane,
      [&] {
        Vector up = membrane->vector_field(false);
        std::vector<double> x;
        std::vector<dealii::types::global_dof_index> indices;
        for (const auto &cell : membrane->position_dofs().active_cell_iterators()) {
          membrane->cell_positions(cell, x);
          membrane->cell_position_indices(cell, indices);
          for (unsigned int i = 0; i < indices.size(); i += 2)
            up(indices[i + 1]) = x[i] < size ? 1 - std::pow(x[i] / size, 2) : 0;
        }
        up.compress(dealii::VectorOperation::insert);
        return up;
      }(),
      bump);
  FlowSystem<1> flow(*membrane, {{Edge::rim, {false, true, true}}});
  flow.add(Bending<1>(kappa, 0.));
  flow.add(SurfaceViscosity<1>(viscosity));
  flow.add(Drag<1>(1e-2 * viscosity / (size * size)));
  flow.add(Inextensibility<1>());
  flow.add(LineTension<1>(reduced_line_tension * kappa / size));
  flow.set_domain(scalar_field<1>(*membrane, [&](const Vector3 &x) {
    return std::abs(x[0] - size) < 1e-9 * size ? 0.5 : x[0] < size ? 1 : 0;
  }));
  flow.initialize();
  const auto height = [&] { return membrane->curve_points(0).back()[1]; };
  // Backward Euler divides a mode that grows with the rate s by 1 - s dt in each step. Other modes
  // than the one that grows first have died after a few.
  double rate = 0;
  for (int step = 0; step < 12; ++step) {
    const double before = height();
    BOOST_REQUIRE(flow.step(dt).converged);
    rate = (1 - before / height()) / dt;
  }
  return rate;
}
} // namespace

BOOST_AUTO_TEST_SUITE(domain_budding)

// In Lipowsky's model the domain is a spherical cap, E = 2 pi kappa (L C)^2 + 2 pi lambda L sqrt(1
// - (L C / 2)^2), the membrane around it costs nothing, and it may meet the domain at any angle.
BOOST_AUTO_TEST_CASE(spherical_caps) {
  const double size = 25;
  const Energies flat = cap(size, 0);
  for (const double x : {0.5, 1., 1.5, 1.9}) {
    const Energies bent = cap(size, x);
    BOOST_TEST(bent.bending / (2 * pi * kappa * x * x) == 1., boost::test_tools::tolerance(1e-4));
    BOOST_TEST(bent.length / (2 * pi * size * std::sqrt(1 - x * x / 4)) == 1.,
               boost::test_tools::tolerance(1e-4));
  }
  // The flat domain gives way when the energy no longer rises with the curvature, whose square is
  // the first power that counts.
  const auto balance = [&](const double x) { // the line tension that pays for this curvature
    const Energies bent = cap(size, x);
    return (bent.bending - flat.bending) / (flat.length - bent.length);
  };
  const double spinodal = (4 * balance(0.1) - balance(0.2)) / 3 * size / kappa;
  const Energies complete = cap(size, 2);
  const double equal = (complete.bending - flat.bending) / flat.length * size / kappa;
  BOOST_TEST_MESSAGE("spinodal " << spinodal << ", equal energy " << equal);
  BOOST_TEST(spinodal == 8., boost::test_tools::tolerance(1e-3));
  BOOST_TEST(equal == 4., boost::test_tools::tolerance(1e-3));
}

// With its free shape the bud still has the energies of a flat domain and of a sphere at the ends,
// so that they are equal at 4, too. But the membrane around it, which is at rest as a catenoid,
// lets its boundary turn without a moment: the flat domain under the pressure lambda / L buckles in
// the mode J_0(q r), q^2 = lambda / (kappa L), when J_0(q L) = 0.
BOOST_AUTO_TEST_CASE(buckling_of_a_domain) {
  const auto limit = [](const int n_cells) {
    std::uintmax_t iterations = 20;
    const auto root = boost::math::tools::toms748_solve(
        [&](const double reduced) { return growth_rate(reduced, n_cells); }, 4.5, 7.,
        boost::math::tools::eps_tolerance<double>(16), iterations);
    return 0.5 * (root.first + root.second);
  };
  const double exact = std::pow(boost::math::cyl_bessel_j_zero(0., 1), 2);
  const double coarse = limit(24), fine = limit(48);
  BOOST_TEST_MESSAGE("buckling at " << coarse << " and " << fine << ", theory " << exact);
  BOOST_TEST(fine == exact, boost::test_tools::tolerance(5e-3));
  BOOST_TEST(std::abs(fine - exact) < 0.5 * std::abs(coarse - exact));
}

// A closed membrane of spontaneous curvature C0 that can take up area has no energy as a sphere of
// the radius 2 / C0.
BOOST_AUTO_TEST_CASE(closed_coat) {
  const double c0 = 0.05, viscosity = 4, start = 25;
  const auto membrane = closed_membrane<1>(sphere(start), 32);
  FlowSystem<1> flow(*membrane, {});
  flow.add(Bending<1>(kappa, c0));
  flow.add(SurfaceViscosity<1>(viscosity));
  flow.add(Drag<1>(1e-3 * viscosity / (start * start)));
  flow.add(Inextensibility<1>());
  flow.add(AreaReservoir<1>(0.));
  flow.initialize();
  for (double dt = 1; dt < 1e5; dt *= 1.5)
    BOOST_REQUIRE_MESSAGE(flow.step(dt).converged, "no step of " << dt << " us");
  BOOST_TEST_MESSAGE("radius " << std::sqrt(membrane->area() / (4 * pi)));
  BOOST_TEST(std::sqrt(membrane->area() / (4 * pi)) * c0 / 2 == 1.,
             boost::test_tools::tolerance(1e-4));
  BOOST_CHECK_SMALL(flow.energies().at("bending") / (8 * pi * kappa), 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
