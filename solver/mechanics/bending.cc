// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/bending.h"

#include "mechanics/variations.h"

namespace fusogen {
using namespace dealii;
using frame::normal;
using frame::tangential;
using frame::value;

template <int dim>
void Bending<dim>::add_to(const PointState &p, PointDerivatives &d, const bool second) const {
  const SurfacePoint &s = p.now;
  const double dA = s.weight, kappa = bending_rigidity * p.relative_rigidity,
               own_curvature = spontaneous_curvature + p.lipid_curvature;
  const double potential = p.leaflets ? p.leaflets->potential : 0.;
  const double by_potential = neutral_distance / kappa; // change of c0 by the potential
  const double c0 = own_curvature + by_potential * potential;
  const VectorFieldValue &b = p.moment;
  const double b_normal = b.value * s.normal;
  const Vector2 b_tangential({b.value * s.tangents[0], b.value * s.tangents[1]});
  const double moment_energy = b.value.norm_square() / (2. * kappa);

  // The change of nu dA under w is div w nu - (grad w)^T nu.
  add_variation_of_area(dA * (c0 * b_normal - moment_energy), d.displacement_now);
  add_second_variation_of_area(-dA, b, d.displacement_now);
  for (unsigned int a = 0; a < 2; ++a)
    d.displacement_now[normal(a)] -= dA * c0 * b_tangential[a];
  for (unsigned int c = 0; c < 3; ++c)
    d.moment[value(c)] += dA * (c0 * s.normal[c] - b.value[c] / kappa);
  add_variation_of_area(-dA, d.moment);
  const double potential_energy =
      -potential * neutral_distance * (own_curvature + 0.5 * by_potential * potential);
  // minus d H, in terms of b
  const double by_leaflets = by_potential * b_normal - neutral_distance * c0;
  if (p.leaflets) {
    add_variation_of_area(dA * potential_energy, d.displacement_now);
    d.leaflets->potential += dA * by_leaflets;
  }
  if (!second)
    return;
  if (p.leaflets) {
    add_second_variation_of_area(dA * potential_energy, d.now_now);
    add_variation_of_area(dA * by_leaflets, d.leaflets->potential_now);
    for (unsigned int a = 0; a < 2; ++a)
      d.leaflets->potential_now[normal(a)] -= dA * by_potential * b_tangential[a];
    d.leaflets->potential_moment += dA * by_potential * s.normal;
    d.leaflets->potential_potential -= dA * by_potential * neutral_distance;
  }

  add_second_variation_of_area(-dA * moment_energy, d.now_now);

  // Minus the third variation of area under b and two displacements u, w, see doc/theory.md, with
  // n_w = nu.grad w and T_w = P grad w:
  //   div u n_b.n_w + div w n_b.n_u + n_w.(div b - T_b - T_b^T) n_u
  //     - n_u.(T_w + T_w^T) n_b - n_w.(T_u + T_u^T) n_b
  const Matrix2 &T = b.tangential;
  for (unsigned int a = 0; a < 2; ++a)
    for (unsigned int c = 0; c < 2; ++c) {
      add_symmetric(-dA * b.normal[a], tangential(c, c), normal(a), d.now_now);
      add_symmetric(dA * b.normal[a], tangential(c, a), normal(c), d.now_now);
      add_symmetric(dA * b.normal[a], tangential(a, c), normal(c), d.now_now);
      d.now_now[normal(a)][normal(c)] += dA * (T[a][c] + T[c][a] - (a == c ? b.divergence : 0.));
    }

  // The second change of nu dA: the vector area is bilinear in the tangents, so this is
  // (grad u e_1) x (grad w e_2) + (grad w e_1) x (grad u e_2).
  if (c0 != 0.) {
    const double across = dA * c0 * b_normal;
    const Vector2 along = dA * c0 * b_tangential;
    add_symmetric(along[0], tangential(1, 0), normal(1), d.now_now);
    add_symmetric(-along[0], normal(0), tangential(1, 1), d.now_now);
    add_symmetric(along[1], normal(0), tangential(0, 1), d.now_now);
    add_symmetric(-along[1], tangential(0, 0), normal(1), d.now_now);
    add_symmetric(across, tangential(0, 0), tangential(1, 1), d.now_now);
    add_symmetric(-across, tangential(1, 0), tangential(0, 1), d.now_now);
  }

  add_second_variation_of_area(-dA, d.moment_now);
  for (unsigned int c = 0; c < 3; ++c)
    for (unsigned int a = 0; a < 2; ++a) {
      d.moment_now[value(c)][tangential(a, a)] += dA * (c0 * s.normal[c] - b.value[c] / kappa);
      d.moment_now[value(c)][normal(a)] -= dA * c0 * s.tangents[a][c];
    }
  d.moment_moment -= dA / kappa;
}

template <int dim>
void Bending<dim>::add_to_edge(const EdgePointState &p, EdgePointDerivatives &d,
                               const bool second) const {
  const auto found = conormals.find(p.edge);
  if (found == conormals.end())
    return;
  // int tau.b dl with tau dl = (tau_r x' x e_z + tau_z |x'| e_z) times the weight.
  const double radial = p.weight * found->second[0], vertical = p.weight * found->second[1];
  const double length = p.along.norm();
  const Vector3 direction = p.along / length;
  d.moment[0] += radial * p.along[1];
  d.moment[1] -= radial * p.along[0];
  d.moment[2] += vertical * length;
  d.along[1] += radial * p.moment[0];
  d.along[0] -= radial * p.moment[1];
  d.along += vertical * p.moment[2] * direction;
  if (!second)
    return;
  d.moment_along[0][1] += radial;
  d.moment_along[1][0] -= radial;
  for (unsigned int a = 0; a < 3; ++a) {
    d.moment_along[2][a] += vertical * direction[a];
    for (unsigned int b = 0; b < 3; ++b)
      d.along_along[a][b] +=
          vertical * p.moment[2] / length * ((a == b ? 1. : 0.) - direction[a] * direction[b]);
  }
}

template <int dim> double Bending<dim>::energy(const PointState &p) const {
  Vector3 moment = p.moment.value; // kappa (C0 - H) nu
  if (p.leaflets)
    moment -= p.leaflets->potential * neutral_distance * p.now.normal;
  return p.now.weight * moment.norm_square() / (2. * bending_rigidity * p.relative_rigidity);
}

template class Bending<1>;
template class Bending<2>;
} // namespace fusogen
