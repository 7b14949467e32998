// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Flow of membrane through a fixed neck under a difference of tension, with the project's surface
/// viscosity and inextensibility. A two-dimensional incompressible fluid obeys
///   dsigma = (2 eta Q / pi) int r'^2 / r^3 ds,
/// by which the part of the surface beyond the mesh can be added exactly.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "mechanics/cell_assembly.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0), viscosity = 4, tension_difference = 0.3;

struct Flow {
  double flux;   ///< through the waist [nm^2/us]
  double spread; ///< largest relative deviation of 2 pi r v from it
};

/// The tangential flow on @p profile: one unknown velocity v at each node, along the exact tangent
/// there, and a tension with two coefficients in each cell.
Flow flow_through(const Profile &profile, int n_cells) {
  const unsigned int degree = 2;
  GradingParameters grading;
  grading.n_cells = n_cells;
  const std::vector<double> ends = graded_nodes(profile, grading);
  Membrane<1> membrane(MPI_COMM_WORLD, degree);
  membrane.create_meridian({{profile, ends, Component::plasma_membrane, Edge::rim, Edge::rim}});

  CellAssembly<1> assembly(degree);
  const unsigned int n_vector = assembly.now().n_vector_dofs(),
                     n_tension = assembly.now().n_tension_dofs();
  const unsigned int n_velocities = degree * n_cells + 1, n = n_velocities + n_tension * n_cells;
  // LAPACK solves it; symmetric, dense.
  dealii::LAPACKFullMatrix<double> matrix(n, n);
  dealii::Vector<double> right(n);
  CellAssembly<1>::Terms terms;
  terms.push_back(std::make_unique<SurfaceViscosity<1>>(viscosity));
  terms.push_back(std::make_unique<Inextensibility<1>>());
  CellUnknowns<1> unknowns;
  unknowns.displacement = unknowns.moment = std::vector<double>(n_vector, 0.);
  unknowns.tension.assign(n_tension, 0.);
  std::vector<double> &x = unknowns.old_positions;
  CellSystem local;
  std::vector<double> radii(n_velocities);
  for (int k = 0; k < n_cells; ++k) {
    const Membrane<1>::Cell cell(&membrane.triangulation(), 0, membrane.curves()[0][k],
                                 &membrane.position_dofs());
    membrane.cell_positions(cell, x);
    assembly.reinit(unknowns);
    assembly.assemble(terms, local, true);
    // Local node a (two ends, then the middle) -> node along the curve and tangent.
    const std::array<unsigned int, 3> node = {2u * k, 2u * k + 2, 2u * k + 1};
    const std::array<double, 3> parameter = {ends[k], ends[k + 1], 0.5 * (ends[k] + ends[k + 1])};
    std::array<std::array<double, 2>, 3> tangent;
    for (unsigned int a = 0; a < 3; ++a) {
      // At a break take the tangent from inside the cell; the shapes here have none that jumps.
      const ProfilePoint t = profile.tangent(parameter[a]);
      tangent[a] = {t.r, t.z};
      radii[node[a]] = x[2 * a];
    }
    for (unsigned int a = 0; a < 3; ++a) {
      for (unsigned int b = 0; b < 3; ++b) {
        double sum = 0;
        for (unsigned int c = 0; c < 2; ++c)
          for (unsigned int d = 0; d < 2; ++d)
            sum += tangent[a][c] * local.xx[(2 * a + c) * n_vector + 2 * b + d] * tangent[b][d];
        matrix(node[a], node[b]) += sum;
      }
      for (unsigned int j = 0; j < n_tension; ++j) {
        const double sum = tangent[a][0] * local.tension_x[j * n_vector + 2 * a] +
                           tangent[a][1] * local.tension_x[j * n_vector + 2 * a + 1];
        const unsigned int row = n_velocities + n_tension * k + j;
        matrix(row, node[a]) += sum;
        matrix(node[a], row) += sum;
      }
    }
  }
  // The edges pull outward with the tensions 0 and tension_difference.
  right(n_velocities - 1) = 2 * pi * radii.back() * tension_difference;
  matrix.compute_lu_factorization();
  matrix.solve(right);

  // The waist is the node of least radius.
  const auto waist = std::min_element(radii.begin(), radii.end()) - radii.begin();
  Flow flow{2 * pi * radii[waist] * right(waist), 0};
  for (unsigned int i = 0; i < n_velocities; ++i)
    flow.spread = std::max(flow.spread, std::abs(2 * pi * radii[i] * right(i) / flow.flux - 1));
  return flow;
}

/// int r'^2 / r^3 ds
double resistance(const Profile &profile) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < profile.breaks().size(); ++i) {
    const double begin = profile.breaks()[i], end = profile.breaks()[i + 1];
    sum += boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&](double u) {
          return std::pow(profile.tangent(u).r, 2) / std::pow(profile.point(u).r, 3);
        },
        begin, end, 15, 1e-12);
  }
  return sum;
}

/// Both membranes of a neck with circular meridian, flat out to @p rim.
Profile toroid_and_planes(double a, double h, double rim) {
  const Profile half = half_toroidal_neck(a, h, rim);
  return half.mirrored().reversed().joined(half);
}

/// @param beyond int r'^2 / r^3 ds over what the mesh leaves out
/// @param expected Q eta / (dsigma a^2) of the whole surface
void check(const char *what, const Profile &profile, double a, double beyond, double expected) {
  const double inside = resistance(profile);
  double before = 0;
  for (const int n_cells : {50, 100}) {
    const Flow flow = flow_through(profile, n_cells);
    // The law on the meshed part.
    const double law = tension_difference * pi / (2 * viscosity * inside);
    const double error = flow.flux / law - 1;
    // The whole surface: the same flux needs the tension difference of the rest in addition.
    const double whole =
        flow.flux * viscosity / (a * a * tension_difference) * inside / (inside + beyond);
    BOOST_TEST_MESSAGE(
        what << ", " << n_cells << " cells: error on the mesh " << error << ", flux of the mesh "
             << flow.flux * viscosity / (a * a * tension_difference) << ", of the whole surface "
             << whole << " (expected " << expected << "), spread " << flow.spread);
    BOOST_CHECK_SMALL(error, 0.01);
    BOOST_CHECK_SMALL(whole / expected - 1, 0.01);
    BOOST_CHECK_SMALL(flow.spread, 0.01);
    if (before != 0 && std::abs(error) > 1e-7)
      BOOST_CHECK_GT(order(before, error), 1.7);
    before = error;
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(verification_neck_flow)

BOOST_AUTO_TEST_CASE(catenoid_under_a_difference_of_tension) {
  for (const double a : {1., 2.5}) {
    // From -S to S along the meridian: (2 / (3 a^2)) (S / R)^3 with R^2 = a^2 + S^2.
    for (const double half_height : {2 * a, 3.5 * a}) {
      const Profile p = catenoid(a, half_height);
      const double S = 0.5 * p.length(), R = std::hypot(a, S);
      const double part = 2 / (3 * a * a) * std::pow(S / R, 3);
      BOOST_CHECK_CLOSE(resistance(p), part, 1e-7);
      check("catenoid", p, a, 2 / (3 * a * a) - part, 3 * pi / 4);
    }
  }
}

BOOST_AUTO_TEST_CASE(toroids_with_planes_under_a_difference_of_tension) {
  for (const auto &[a, h, expected] :
       std::vector<std::array<double, 3>>{{1, 1, 2.13308}, {2, 3, 2.36146}})
    for (const double rim : {6 * (a + h), 15 * (a + h)})
      // Each plane beyond the rim: int dr / r^3.
      check("toroid", toroid_and_planes(a, h, rim), a, 1 / (rim * rim), expected);
}

BOOST_AUTO_TEST_CASE(wide_surfaces_need_no_correction) {
  const double a = 1;
  const Flow c = flow_through(catenoid(a, 4.2 * a), 120);
  BOOST_CHECK_CLOSE(c.flux * viscosity / tension_difference, 3 * pi / 4, 1.);
  const Flow t = flow_through(toroid_and_planes(1, 1, 60), 120);
  BOOST_CHECK_CLOSE(t.flux * viscosity / tension_difference, 2.13308, 1.);
}

BOOST_AUTO_TEST_SUITE_END()
