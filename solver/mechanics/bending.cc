// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/bending.h"

#include <deal.II/base/numbers.h>

namespace fusogen {
using namespace dealii;

namespace {
// The change of nu dA under w, applied to a vector v: v . (div w nu - (grad w)^T nu).
double variation_of_normal(const SurfaceGradient &w, const double v_normal,
                           const Vector2 &v_tangential) {
  return w.divergence * v_normal - w.normal * v_tangential;
}

// Second change of nu dA under u and w, applied to a vector with frame components v: the vector
// area is bilinear in the tangents, so this is (grad u e_1) x (grad w e_2) + (grad w e_1) x (grad u
// e_2).
double second_variation_of_normal(const SurfaceGradient &u, const SurfaceGradient &w,
                                  const double v_normal, const Vector2 &v_tangential) {
  const auto column = [](const SurfaceGradient &g, const unsigned int c) {
    return Vector3({g.tangential[0][c], g.tangential[1][c], g.normal[c]});
  };
  const Vector3 area =
      cross_product_3d(column(u, 0), column(w, 1)) + cross_product_3d(column(w, 0), column(u, 1));
  return area[0] * v_tangential[0] + area[1] * v_tangential[1] + area[2] * v_normal;
}
} // namespace

template <int dim>
void Bending<dim>::add_to(const CellState<dim> &cell, LocalSystem &local, const bool second) const {
  const SurfaceValues<dim> &surface = cell.now;
  const unsigned int n = surface.n_vector_dofs();
  const double c0 = spontaneous_curvature;
  // Per shape function: n_b.n_w and (T_w + T_w^T) n_b, the ingredients of the third variation of
  // area.
  std::vector<double> normal_product(n);
  std::vector<Vector2> twist(n);

  for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
    const double dA = surface.weight(q);
    const VectorFieldValue b = surface.vector_field(q, cell.moment);
    const double b_normal = b.value * surface.normal(q);
    const Vector2 b_tangential({b.value * surface.tangent(q, 0), b.value * surface.tangent(q, 1)});
    const double moment_energy = (b.value * b.value) / (2. * bending_rigidity);

    for (unsigned int i = 0; i < n; ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      local.gradient_x(i) += dA * (-moment_energy * w.divergence - second_variation_of_area(b, w) +
                                   c0 * variation_of_normal(w, b_normal, b_tangential));
      local.gradient_b(i) += dA * (-(b.value * w.value) / bending_rigidity +
                                   c0 * (surface.normal(q) * w.value) - w.divergence);
    }
    if (!second)
      continue;

    const Matrix2 &T = b.tangential;
    const double t = b.divergence;
    for (unsigned int i = 0; i < n; ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      normal_product[i] = b.normal * w.normal;
      const Matrix2 &S = w.tangential;
      twist[i] = Vector2({2. * S[0][0] * b.normal[0] + (S[0][1] + S[1][0]) * b.normal[1],
                          (S[0][1] + S[1][0]) * b.normal[0] + 2. * S[1][1] * b.normal[1]});
    }
    // t_b I - (T_b + T_b^T)
    const double c00 = t - 2. * T[0][0], c11 = t - 2. * T[1][1], c01 = -(T[0][1] + T[1][0]);

    for (unsigned int i = 0; i < n; ++i) {
      const VectorFieldValue &w = surface.vector_shape(q, i);
      const Vector2 stretched({c00 * w.normal[0] + c01 * w.normal[1] - twist[i][0],
                               c01 * w.normal[0] + c11 * w.normal[1] - twist[i][1]});
      for (unsigned int j = 0; j <= i; ++j) {
        const VectorFieldValue &u = surface.vector_shape(q, j);
        const double third_variation_of_area = u.divergence * normal_product[i] +
                                               w.divergence * normal_product[j] +
                                               stretched * u.normal - twist[j] * w.normal;
        double value = -moment_energy * second_variation_of_area(w, u) - third_variation_of_area;
        if (c0 != 0.)
          value += c0 * second_variation_of_normal(w, u, b_normal, b_tangential);
        local.xx(i, j) += dA * value;
        if (j < i)
          local.xx(j, i) += dA * value;
      }
      // Rows: test moments phi = w; columns: displacements u.
      const Vector2 w_tangential(
          {w.value * surface.tangent(q, 0), w.value * surface.tangent(q, 1)});
      const double w_normal = w.value * surface.normal(q),
                   b_w = (b.value * w.value) / bending_rigidity;
      for (unsigned int j = 0; j < n; ++j) {
        const VectorFieldValue &u = surface.vector_shape(q, j);
        local.bx(i, j) += dA * (-b_w * u.divergence - second_variation_of_area(w, u) +
                                c0 * variation_of_normal(u, w_normal, w_tangential));
        local.bb(i, j) -= dA * (w.value * u.value) / bending_rigidity;
      }
    }
  }
}

template <int dim>
void Bending<dim>::add_to_edge(const EdgeState<dim> &edge, LocalSystem &local,
                               const bool second) const {
  const auto found = conormals.find(edge.edge);
  if (found == conormals.end())
    return;
  // 2 pi r tau.b
  const unsigned int i = edge.node * (dim + 1);
  const Tensor<1, 2> &tau = found->second;
  for (unsigned int c = 0; c < 2; ++c) {
    local.gradient_b(i + c) += 2. * numbers::PI * edge.radius * tau[c];
    local.gradient_x(i) += 2. * numbers::PI * tau[c] * edge.moment[i + c];
    if (second)
      local.bx(i + c, i) += 2. * numbers::PI * tau[c];
  }
}

template <int dim> double Bending<dim>::energy(const CellState<dim> &cell) const {
  double energy = 0.;
  for (unsigned int q = 0; q < cell.now.n_quadrature_points(); ++q) {
    const Vector3 b = cell.now.vector_field(q, cell.moment).value;
    energy += cell.now.weight(q) * (b * b) / (2. * bending_rigidity);
  }
  return energy;
}

template class Bending<1>;
template class Bending<2>;
} // namespace fusogen
