// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Two leaflets that slide along each other, against linear theory: the relaxation of a flat
/// membrane (Seifert and Langer, Europhys. Lett. 23 (1993) 71) and of the density difference on a
/// sphere.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "../unit/surfaces.h"
#include "geometry/coarse_meshes.h"
#include "geometry/scalar_content.h"
#include "mechanics/bending.h"
#include "mechanics/boundary_tension.h"
#include "mechanics/drag.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/leaflet_friction.h"
#include "mechanics/scalar_mass.h"
#include "mechanics/surface_viscosity.h"

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/tools/roots.hpp>

using namespace fusogen;
using namespace fusogen::test;

namespace {

const double pi = std::acos(-1.0);

struct Bilayer {
  double kappa = 82, area_modulus = 120, distance = 1.2, viscosity = 4, friction = 0.1, drag = 1e-3,
         tension = 0.01;
};

template <int dim> void add_leaflets(FlowSystem<dim> &flow, const Bilayer &bilayer) {
  flow.add(SurfaceViscosity<dim>(bilayer.viscosity));
  flow.add(Drag<dim>(bilayer.drag));
  flow.add(Inextensibility<dim>());
  flow.add(LeafletElasticity<dim>(bilayer.area_modulus));
  flow.add(IntermonolayerFriction<dim>(bilayer.friction));
  flow.add(SlipViscosity<dim>(bilayer.viscosity));
}

using Function = std::function<double(const Vector3 &)>;

/// Sets the density difference to a function of the position.
template <int dim> void set_density(FlowSystem<dim> &flow, const Function &density) {
  flow.leaflet_content = scalar_content(
      flow.membrane(), [&](const auto &, const auto &surface, std::vector<double> &values) {
        for (unsigned int q = 0; q < values.size(); ++q)
          values[q] = density(surface.point(q));
      });
  flow.project_moment();
}

/// int f g dA / int g^2 dA, where f is the density difference or, if given, @p shape.
template <int dim>
double amplitude(const FlowSystem<dim> &flow, const Function &shape, const Function &g) {
  const Membrane<dim> &membrane = flow.membrane();
  Vector owned = membrane.scalar_vector(false), content = owned,
         density = membrane.scalar_vector(true);
  content = flow.leaflet_content;
  ScalarMass<dim>(membrane).solve(content, owned);
  density = owned;
  double product = 0, square = 0;
  std::vector<double> values;
  for_each_cell(membrane, [&](const auto &cell, const SurfaceValues<dim> &surface) {
    membrane.cell_scalar_values(cell, density, values);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
      const double weight = surface.weight(q), here = g(surface.point(q)),
                   f = shape ? shape(surface.point(q)) : surface.scalar_field(q, values).value;
      product += weight * f * here;
      square += weight * here * here;
    }
  });
  return dealii::Utilities::MPI::sum(product, membrane.communicator()) /
         dealii::Utilities::MPI::sum(square, membrane.communicator());
}

/// Moves each node by a function of its position.
template <int dim>
void shift(Membrane<dim> &membrane, const std::function<Vector3(const Vector3 &)> &function) {
  Vector displacement = membrane.vector_field(false);
  std::vector<double> x;
  std::vector<dealii::types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_position_indices(cell, indices);
      for (unsigned int i = 0; i < indices.size(); i += dim + 1) {
        const Vector3 u = function(dim == 1 ? Vector3({x[i], 0, x[i + 1]})
                                            : Vector3({x[i], x[i + 1], x[i + dim]}));
        for (unsigned int c = 0; c <= dim; ++c)
          if (displacement.in_local_range(indices[i + c]))
            displacement(indices[i + c]) = u[dim == 1 ? 2 * c : c];
      }
    }
  displacement.compress(dealii::VectorOperation::insert);
  move(membrane, displacement, 1);
}

/// Eigenvalues, slow first, and left and right eigenvectors of Gamma E in (height, rho).
struct Modes {
  std::array<double, 2> rate;
  std::array<std::array<double, 2>, 2> left, right;
};

/// Gamma = diag(mobilities), E of the energy per area 1/2 bending h^2 + K (rho - d curvature h)^2.
Modes modes_of(const Bilayer &m, const double mobility_h, const double mobility_rho,
               const double bending, const double curvature) {
  const double k = m.area_modulus, coupling = -2 * k * m.distance * curvature;
  const double a = mobility_h * (bending + 2 * k * std::pow(m.distance * curvature, 2)),
               b = mobility_h * coupling, c = mobility_rho * coupling, d = mobility_rho * 2 * k;
  // The slow one from the determinant, written so that nothing cancels.
  const double determinant = mobility_h * mobility_rho * 2 * k * bending;
  const double fast = 0.5 * (a + d) + std::sqrt(0.25 * (a - d) * (a - d) + b * c);
  Modes modes;
  modes.rate = {determinant / fast, fast};
  for (int i = 0; i < 2; ++i) {
    // (a - g) x + b y = 0 or c x + (d - g) y = 0: whichever is the larger.
    const double g = modes.rate[i];
    modes.right[i] = std::abs(a - g) * m.distance * curvature > std::abs(d - g)
                         ? std::array<double, 2>{-b, a - g}
                         : std::array<double, 2>{d - g, -c};
    modes.left[i] = std::abs(a - g) > std::abs(d - g) * m.distance * curvature
                        ? std::array<double, 2>{-c, a - g}
                        : std::array<double, 2>{d - g, -b};
  }
  return modes;
}

/// A plane wave, with drag in place of bulk water.
Modes flat(const Bilayer &m, const double q) {
  return modes_of(m, 1 / m.drag, q * q / (4 * m.friction + m.drag + m.viscosity * q * q),
                  m.tension * q * q + m.kappa * std::pow(q, 4), q * q);
}

/// The harmonic l > 1 of a sphere without drag, tension or pressure, see doc/theory.md.
Modes on_sphere(const Bilayer &m, const double radius, const int l) {
  const double L = l * (l + 1), square = radius * radius;
  return modes_of(m, L * square / (4 * m.viscosity * (L - 2)),
                  L / (4 * m.friction * square + m.viscosity * (L - 2)),
                  m.kappa * (L - 2) * L / (square * square), (L - 2) / square);
}

/// The rate of decay of an eigenvector, of which @p part tells the amplitude; @p expected about.
template <int dim>
double decay(FlowSystem<dim> &flow, const std::function<double()> &part, const double expected) {
  // Backward Euler divides it by 1 + rate dt in a step, whatever dt is.
  const double dt = 0.2 / expected;
  double before = part(), rate = 0;
  for (int k = 0; k < 2; ++k) {
    BOOST_REQUIRE(flow.step(dt).converged);
    const double now = part();
    rate = (before / now - 1) / dt;
    before = now;
  }
  return rate;
}

template <int dim> std::unique_ptr<Membrane<dim>> disc(double radius, unsigned int resolution) {
  if constexpr (dim == 1)
    return open_membrane(flat_disc(radius).reversed(), resolution, Edge::rim, Edge::axis);
  else {
    const MeshedSurface mesh = membrane_mesh(radius, {{{0, 0}, 0.35 * radius}});
    auto membrane = std::make_unique<Membrane<dim>>(MPI_COMM_WORLD, 2);
    membrane->create_surface(mesh.mesh, resolution, mesh.geometry);
    return membrane;
  }
}

/// The rate at which a standing wave of wave number @p q decays on a flat membrane, at whose rim
/// its slope is zero.
template <int dim>
double measured_rate(const Bilayer &m, Membrane<dim> &membrane, const EdgeCondition &rim,
                     const double q, const Function &wave, const int which) {
  const Modes modes = flat(m, q);
  // Both parts small: slopes of 1e-3, or as much bending as the density asks for.
  const auto &right = modes.right[which], &left = modes.left[which];
  const double scale =
      1e-3 / std::max(q * std::abs(right[0]), std::abs(right[1]) / (m.distance * q));
  shift(membrane, [&](const Vector3 &x) { return Vector3({0, 0, scale * right[0] * wave(x)}); });

  FlowSystem<dim> flow(membrane, {{Edge::rim, rim}}, Leaflets::two);
  Bending<dim> bending(m.kappa, 0., m.distance);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(BoundaryTension<dim>(m.tension));
  add_leaflets(flow, m);
  flow.initialize();
  set_density<dim>(flow, [&](const Vector3 &x) { return scale * right[1] * wave(x); });

  const Function height = [](const Vector3 &x) { return x[2]; };
  return decay(
      flow,
      [&] {
        return left[0] * amplitude<dim>(flow, height, wave) +
               left[1] * amplitude<dim>(flow, {}, wave);
      },
      modes.rate[which]);
}

/// The mode J_0(q r) of a disc, with J_1(q R) = 0.
template <int dim>
double measured_rate_on_disc(const Bilayer &m, const double q, const int which,
                             const unsigned int resolution) {
  const auto membrane = disc<dim>(boost::math::cyl_bessel_j_zero(1., 1) / q, resolution);
  return measured_rate<dim>(
      m, *membrane, {}, q,
      [q](const Vector3 &x) { return boost::math::cyl_bessel_j(0, q * std::hypot(x[0], x[1])); },
      which);
}

/// The mode cos(q x / sqrt 2) cos(q y / sqrt 2) of a square of half a wavelength.
double measured_rate_on_square(const Bilayer &m, const double q, const int which,
                               const unsigned int resolution) {
  const double k = q / std::sqrt(2.), side = pi / k;
  QuadMesh square{{{0, 0, 0}, {side, 0, 0}, {0, side, 0}, {side, side, 0}},
                  {{{0, 1, 2, 3}, Component::plasma_membrane}}};
  Membrane<2> membrane(MPI_COMM_WORLD, 2);
  membrane.create_surface(square, resolution, [&](unsigned int, const dealii::Point<2> &xi) {
    return dealii::Point<3>(side * xi[0], side * xi[1], 0);
  });
  EdgeCondition rim;
  rim.leaflets_slip_along = true;
  return measured_rate<2>(
      m, membrane, rim, q,
      [k](const Vector3 &x) { return std::cos(k * x[0]) * std::cos(k * x[1]); }, which);
}

template <int dim>
double measured_rate_on_sphere(const Bilayer &m, const double radius, const int l, const int which,
                               const unsigned int resolution) {
  const auto membrane = closed_membrane<dim>(sphere(radius), resolution);
  const Function harmonic = [l](const Vector3 &x) { return std::legendre(l, x[2] / x.norm()); };
  const Function height = [radius](const Vector3 &x) { return x.norm() - radius; };
  // Of the harmonic 1 the shape has no part: that is a translation.
  const double by_slip = 2 * m.area_modulus * 2 / (radius * radius) / (4 * m.friction + m.drag);
  const Modes modes = l == 1 ? Modes{{by_slip, by_slip}, {{{0, 1}, {0, 1}}}, {{{0, 1}, {0, 1}}}}
                             : on_sphere(m, radius, l);
  const auto &right = modes.right[which], &left = modes.left[which];
  const double scale =
      1e-4 / std::max(std::abs(right[0]) / radius, std::abs(right[1]) * radius / m.distance);
  shift(*membrane, [&](const Vector3 &x) { return scale * right[0] * harmonic(x) / x.norm() * x; });
  FlowSystem<dim> flow(*membrane, {}, Leaflets::two);
  flow.add(Bending<dim>(m.kappa, 0., m.distance));
  add_leaflets(flow, m);
  flow.initialize();
  const double rest = 2 * m.distance / radius;
  set_density<dim>(flow, [&](const Vector3 &x) { return rest + scale * right[1] * harmonic(x); });
  return decay(
      flow,
      [&] {
        return left[0] * amplitude<dim>(flow, height, harmonic) +
               left[1] * amplitude<dim>(flow, {}, harmonic);
      },
      modes.rate[which]);
}

} // namespace

BOOST_AUTO_TEST_SUITE(leaflets)

BOOST_AUTO_TEST_CASE(dispersion_of_a_flat_membrane) {
  for (const double friction : {0.01, 0.1, 1.})
    for (const double q : {1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.}) {
      Bilayer m;
      m.friction = friction;
      const Modes modes = flat(m, q);
      for (int which = 0; which < 2; ++which) {
        const double rate = measured_rate_on_disc<1>(m, q, which, 24);
        BOOST_TEST_MESSAGE("b = " << friction << ", q = " << q << " /nm, "
                                  << (which ? "fast" : "slow") << ": " << rate << ", theory "
                                  << modes.rate[which] << ", relative difference "
                                  << rate / modes.rate[which] - 1);
        BOOST_CHECK_SMALL(rate / modes.rate[which] - 1, 0.02);
      }
    }
}

BOOST_AUTO_TEST_CASE(dispersion_of_a_flat_membrane_in_space) {
  for (const double friction : {0.01, 0.1, 1.})
    for (const double q : {1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.})
      for (int which = 0; which < 2; ++which) {
        Bilayer m;
        m.friction = friction;
        const double theory = flat(m, q).rate[which],
                     square = measured_rate_on_square(m, q, which, 3);
        BOOST_TEST_MESSAGE("square in space, b = "
                           << friction << ", q = " << q << " /nm, " << (which ? "fast" : "slow")
                           << ": " << square << ", theory " << theory << ", relative difference "
                           << square / theory - 1);
        BOOST_CHECK_SMALL(square / theory - 1, 0.02);
      }
  Bilayer m;
  for (const double q : {1e-3, 1.})
    for (int which = 0; which < 2; ++which) {
      const double theory = flat(m, q).rate[which], rate = measured_rate_on_disc<2>(m, q, which, 2);
      BOOST_TEST_MESSAGE("disc in space, q = " << q << " /nm, " << (which ? "fast" : "slow") << ": "
                                               << rate << ", theory " << theory
                                               << ", relative difference " << rate / theory - 1);
      BOOST_CHECK_SMALL(rate / theory - 1, 0.02);
    }
}

BOOST_AUTO_TEST_CASE(density_difference_of_a_sphere) {
  // The harmonic 1 decays by slip alone, against friction and without shear.
  for (const double friction : {0.01, 1.})
    for (const double radius : {20., 100.}) {
      Bilayer m;
      m.friction = friction;
      const double theory = 4 * m.area_modulus / (radius * radius) / (4 * m.friction + m.drag);
      const double meridian = measured_rate_on_sphere<1>(m, radius, 1, 0, 32),
                   space = measured_rate_on_sphere<2>(m, radius, 1, 0, 2);
      BOOST_TEST_MESSAGE("sphere, R = " << radius << ", b = " << friction << ", l = 1: meridian "
                                        << meridian / theory - 1 << ", space "
                                        << space / theory - 1);
      BOOST_CHECK_SMALL(meridian / theory - 1, 0.02);
      BOOST_CHECK_SMALL(space / theory - 1, 0.02);
    }
  for (const double friction : {0.01, 1.})
    for (const int l : {2, 3})
      for (int which = 0; which < 2; ++which) {
        Bilayer m;
        m.friction = friction;
        m.drag = 1e-7;
        const double radius = 20, theory = on_sphere(m, radius, l).rate[which],
                     rate = measured_rate_on_sphere<1>(m, radius, l, which, 32);
        BOOST_TEST_MESSAGE("sphere, R = 20, b = " << friction << ", l = " << l << ", "
                                                  << (which ? "fast" : "slow") << ": " << rate
                                                  << ", theory " << theory
                                                  << ", relative difference " << rate / theory - 1);
        BOOST_CHECK_SMALL(rate / theory - 1, 0.02);
      }
}

namespace {

/// The slowest rate at which the density difference of a flat disc leaves through a rim with a
/// membrane at rest beyond it, and the wave number q of its mode J_0(q r). The slip J_1(q r) feels
/// no traction at the rim: 2 K_m rho is the viscous stress there.
std::pair<double, double> outflow_theory(const Bilayer &m, const double radius) {
  const double resistance = 4 * m.friction + m.drag, eta = m.viscosity;
  const auto traction = [&](const double x) {
    using boost::math::cyl_bessel_j;
    return cyl_bessel_j(0, x) * (resistance * radius * radius / (x * x) + eta) +
           cyl_bessel_j(2, x) * eta;
  };
  std::uintmax_t iterations = 100;
  const double x = boost::math::tools::toms748_solve(
                       traction, 2., boost::math::cyl_bessel_j_zero(1., 1),
                       boost::math::tools::eps_tolerance<double>(40), iterations)
                       .first,
               q = x / radius;
  return {2 * m.area_modulus * q * q / (resistance + eta * q * q), q};
}

/// The same rate of the discrete disc; the shape does not feel the density without a distance of
/// the neutral surfaces.
template <int dim>
double measured_outflow(Bilayer m, const double radius, const unsigned int resolution) {
  m.distance = 0;
  const auto [expected, q] = outflow_theory(m, radius);
  const auto membrane = disc<dim>(radius, resolution);
  FlowSystem<dim> flow(*membrane, {{Edge::rim, {false, true, false, true}}}, Leaflets::two);
  Bending<dim> bending(m.kappa, 0., m.distance);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  add_leaflets(flow, m);
  flow.initialize();
  const Function j0 = [q = q](const Vector3 &x) {
    return 1e-3 * boost::math::cyl_bessel_j(0, q * std::hypot(x[0], x[1]));
  };
  set_density<dim>(flow, j0);
  const double before = flow.leaflet_difference();
  double left = 0;
  const double rate = decay(
      flow,
      [&] {
        left += flow.difference_through_rim(); // zero before the first step
        return amplitude<dim>(flow, {}, j0);
      },
      expected);
  BOOST_CHECK_GT(left, 0.1 * before);
  BOOST_CHECK_SMALL((flow.leaflet_difference() + left) / before - 1, 1e-12);
  return rate;
}

} // namespace

BOOST_AUTO_TEST_CASE(density_difference_leaves_through_a_rim) {
  for (const double friction : {0.01, 1.})
    for (const double radius : {100., 200.}) {
      Bilayer m;
      m.friction = friction;
      const double theory = outflow_theory(m, radius).first;
      const double meridian = measured_outflow<1>(m, radius, 24),
                   space = measured_outflow<2>(m, radius, 2);
      BOOST_TEST_MESSAGE("through the rim, R = " << radius << ", b = " << friction << ": meridian "
                                                 << meridian / theory - 1 << ", space "
                                                 << space / theory - 1);
      BOOST_CHECK_SMALL(meridian / theory - 1, 0.02);
      BOOST_CHECK_SMALL(space / theory - 1, 0.02);
    }
  // The potential at the rim is held at zero instead of at the viscous stress, which counts where
  // the disc is hardly larger than sqrt(eta_m / 4 b): an error of first order.
  Bilayer m;
  m.friction = 0.01;
  const double theory = outflow_theory(m, 20).first,
               coarse = measured_outflow<1>(m, 20, 24) / theory - 1,
               fine = measured_outflow<1>(m, 20, 48) / theory - 1;
  BOOST_TEST_MESSAGE("through the rim, R = 20, b = 0.01: meridian " << coarse << ", " << fine);
  BOOST_CHECK_SMALL(coarse, 0.01);
  BOOST_CHECK_CLOSE(order(coarse, fine), 1., 20);
}

BOOST_AUTO_TEST_CASE(a_local_excess_of_density_makes_a_bud) {
  // As in Rahimi and Arroyo, Phys. Rev. E 86 (2012) 011932: the outer leaflet is 10 % denser within
  // some 30 nm than the inner one. It bends the membrane until friction lets the excess spread.
  Bilayer m;
  m.friction = 1;
  m.tension = 1e-3;
  const double radius = 300, width = 30, excess = 0.1;
  const auto membrane = open_membrane(flat_disc(radius).reversed(), 96, Edge::rim, Edge::axis);
  FlowSystem<1> flow(*membrane, {{Edge::rim, {false, true, false, true}}}, Leaflets::two);
  Bending<1> bending(m.kappa, 0., m.distance);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1;
  bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(BoundaryTension<1>(m.tension));
  add_leaflets(flow, m);
  flow.initialize();
  set_density<1>(flow, [&](const Vector3 &x) {
    return excess * std::exp(-x.norm_square() / (width * width));
  });

  const double before = flow.leaflet_difference(), energy = flow.energy();
  double time = 0, dt = 1e-3, left = 0, highest = 0, highest_at = 0, height = 0, lost = 0;
  while (time < 4000) {
    const StepResult step = flow.step(dt);
    BOOST_REQUIRE(step.converged);
    // Of the energy lost the scheme may lose a part, none may come from nowhere.
    BOOST_CHECK_GE(step.ledger_defect(), -1e-9 * energy);
    lost += step.ledger_defect();
    left += flow.difference_through_rim();
    time += dt;
    dt *= 1.03;
    const auto points = membrane->curve_points(0);
    height = points.back()[1] - points.front()[1];
    if (height > highest) {
      highest = height;
      highest_at = time;
    }
  }
  BOOST_TEST_MESSAGE("bud: highest with " << highest << " nm after " << highest_at << " us; "
                                          << height << " nm after " << time << " us");
  BOOST_CHECK_GT(highest, 5);
  BOOST_CHECK_GT(highest_at, 0.1);
  BOOST_CHECK_LT(height, 0.1 * highest);
  BOOST_CHECK_LT(lost, 0.1 * energy);
  BOOST_CHECK_SMALL((flow.leaflet_difference() + left) / before - 1, 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()
