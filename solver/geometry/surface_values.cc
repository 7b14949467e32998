// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/surface_values.h"

#include "base/small_products.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>

#include <cmath>

namespace fusogen {
using namespace dealii;

template <int dim> SurfaceValues<dim>::SurfaceValues(const unsigned int degree) {
  const QGauss<dim> quadrature(degree + 2);
  const FE_Q<dim> vector_element(degree), scalar_element(scalar_degree);
  const FE_DGP<dim> tension_element(std::max(1u, degree - 1));
  n_points = quadrature.size();
  n_nodes = vector_element.n_dofs_per_cell();
  n_scalar_nodes = scalar_element.n_dofs_per_cell();
  n_tension_shapes = tension_element.n_dofs_per_cell();
  quadrature_points = quadrature.get_points();
  quadrature_weights = quadrature.get_weights();
  for (unsigned int q = 0; q < n_points; ++q) {
    for (unsigned int a = 0; a < n_nodes; ++a)
      node_table.push_back(vector_element.shape_value(a, quadrature.point(q)));
    for (unsigned int d = 0; d < dim; ++d)
      for (unsigned int a = 0; a < n_nodes; ++a)
        node_table.push_back(vector_element.shape_grad(a, quadrature.point(q))[d]);
    for (unsigned int a = 0; a < n_scalar_nodes; ++a) {
      scalar_values.push_back(scalar_element.shape_value(a, quadrature.point(q)));
      scalar_gradients.push_back(scalar_element.shape_grad(a, quadrature.point(q)));
    }
    for (unsigned int a = 0; a < n_tension_shapes; ++a)
      tension_values.push_back(tension_element.shape_value(a, quadrature.point(q)));
  }
  const unsigned int n_rows = n_points * (dim + 1);
  transposed_table.resize(n_rows * n_nodes);
  for (unsigned int row = 0; row < n_rows; ++row)
    for (unsigned int a = 0; a < n_nodes; ++a)
      transposed_table[a * n_rows + row] = node_table[row * n_nodes + a];
  points.resize(n_points);
  inverses.resize(n_points);
}

template <>
void SurfaceValues<1>::set_point(const unsigned int q, const ReferenceVector<1> &position) {
  SurfacePoint &s = points[q];
  const double r = position[0], r1 = position[2], z1 = position[3], speed = std::hypot(r1, z1);
  s.point = Vector3({r, 0., position[1]});
  s.tangents[0] = Vector3({r1 / speed, 0., z1 / speed});
  // For a curve that runs from the south to the north pole (z', -r') points outward, and e_1 x
  // (-e_phi) along it.
  s.tangents[1] = Vector3({0., -1., 0.});
  s.normal = Vector3({s.tangents[0][2], 0., -s.tangents[0][0]});
  inverses[q].rows[0][0] = 1. / speed;
  inverses[q].rows[1][0] = 0.;
  inverses[q].radius = 1. / r;
  s.weight = 2. * numbers::PI * r * speed * quadrature_weights[q];
}

template <>
void SurfaceValues<2>::set_point(const unsigned int q, const ReferenceVector<2> &position) {
  SurfacePoint &s = points[q];
  s.point = Vector3({position[0], position[1], position[2]});
  const Vector3 a({position[3], position[4], position[5]}),
      b({position[6], position[7], position[8]});
  const double length_a = a.norm();
  const Vector3 e1 = a / length_a;
  const double b1 = b * e1;
  Vector3 e2 = b - b1 * e1;
  const double b2 = e2.norm();
  e2 /= b2;
  s.tangents = {{e1, e2}};
  s.normal = cross_product_3d(e1, e2);
  s.weight = length_a * b2 * quadrature_weights[q];
  // Inverse of the triangular matrix [ |a|  b.e1 ; 0  b.e2 ].
  inverses[q].rows[0] = Tensor<1, 2>({1. / length_a, 0.});
  inverses[q].rows[1] = Tensor<1, 2>({-b1 / (length_a * b2), 1. / b2});
  inverses[q].radius = 0.;
}

template <int dim>
void SurfaceValues<dim>::reinit(const std::vector<ReferenceVector<dim>> &positions,
                                const double orientation) {
  degenerate = false;
  for (unsigned int q = 0; q < n_points; ++q) {
    set_point(q, positions[q]);
    if (orientation < 0.) {
      // Reverse the first tangent with the normal, so that the frame stays right-handed.
      points[q].normal *= -1.;
      points[q].tangents[0] *= -1.;
      inverses[q].rows[0] *= -1.;
    }
    if (!(points[q].weight > 0.) || !std::isfinite(points[q].weight))
      degenerate = true;
  }
}

template <int dim>
void SurfaceValues<dim>::reinit(const std::vector<double> &positions, const double orientation) {
  std::vector<ReferenceVector<dim>> field;
  reference_field(positions, field);
  reinit(field, orientation);
}

template <int dim>
void SurfaceValues<dim>::reference_field(const std::vector<double> &nodal_values,
                                         std::vector<ReferenceVector<dim>> &field) const {
  field.assign(n_points, {});
  add_transposed_product<spacedim>(n_nodes, n_points * (dim + 1), 1., transposed_table.data(),
                                   nodal_values.data(), field.front().data());
}

template <int dim>
VectorFieldValue SurfaceValues<dim>::in_frame(const unsigned int q,
                                              const ReferenceVector<dim> &field) const {
  const SurfacePoint &s = points[q];
  const Inverse &inverse = inverses[q];
  // Where the components of the field lie among x, y, z: those of a meridian field are along e_r
  // and e_z.
  const auto vector = [&](const unsigned int r) {
    return dim == 1 ? Vector3({field[r * spacedim], 0., field[r * spacedim + 1]})
                    : Vector3({field[r * spacedim], field[r * spacedim + 1],
                               field[r * spacedim + spacedim - 1]});
  };
  VectorFieldValue value;
  value.value = vector(0);
  for (unsigned int b = 0; b < 2; ++b) {
    Vector3 slope; // grad u e_b
    for (unsigned int d = 0; d < dim; ++d)
      slope += inverse.rows[b][d] * vector(1 + d);
    value.tangential[0][b] = s.tangents[0] * slope;
    value.tangential[1][b] = s.tangents[1] * slope;
    value.normal[b] = s.normal * slope;
  }
  if (dim == 1)
    value.tangential[1][1] += field[0] * inverse.radius; // the hoop strain w_r / r
  value.divergence = value.tangential[0][0] + value.tangential[1][1];
  return value;
}

template <>
void SurfaceValues<1>::add_pulled_back(const unsigned int q, const FrameVector &derivative,
                                       ReferenceVector<1> &sum) const {
  const SurfacePoint &s = points[q];
  const double slope = inverses[q].rows[0][0];
  const double hoop = derivative[frame::tangential(1, 1)] * inverses[q].radius;
  const double along = slope * derivative[frame::tangential(0, 0)],
               across = slope * derivative[frame::normal(0)];
  sum[0] += derivative[frame::value(0)] + hoop;
  sum[1] += derivative[frame::value(2)];
  sum[2] += along * s.tangents[0][0] + across * s.normal[0];
  sum[3] += along * s.tangents[0][2] + across * s.normal[2];
}

template <>
void SurfaceValues<2>::add_pulled_back(const unsigned int q, const FrameVector &derivative,
                                       ReferenceVector<2> &sum) const {
  const SurfacePoint &s = points[q];
  for (unsigned int c = 0; c < 3; ++c)
    sum[c] += derivative[frame::value(c)];
  for (unsigned int b = 0; b < 2; ++b)
    for (unsigned int c = 0; c < 3; ++c) {
      const double by_slope = derivative[frame::tangential(0, b)] * s.tangents[0][c] +
                              derivative[frame::tangential(1, b)] * s.tangents[1][c] +
                              derivative[frame::normal(b)] * s.normal[c];
      for (unsigned int d = 0; d < 2; ++d)
        sum[3 * (1 + d) + c] += inverses[q].rows[b][d] * by_slope;
    }
}

template <int dim>
void SurfaceValues<dim>::add_pulled_back(const unsigned int q, const FrameMatrix &derivative,
                                         ReferenceMatrix &sum) const {
  // Columns first, then rows.
  std::array<ReferenceVector<dim>, frame::size> half{};
  for (unsigned int i = 0; i < frame::size; ++i)
    add_pulled_back(q, derivative[i], half[i]);
  FrameVector column;
  ReferenceVector<dim> pulled;
  for (unsigned int j = 0; j < pulled.size(); ++j) {
    for (unsigned int i = 0; i < frame::size; ++i)
      column[i] = half[i][j];
    pulled.fill(0.);
    add_pulled_back(q, column, pulled);
    for (unsigned int i = 0; i < pulled.size(); ++i)
      sum[i][j] += pulled[i];
  }
}

template <int dim>
VectorFieldValue SurfaceValues<dim>::vector_shape(const unsigned int q,
                                                  const unsigned int i) const {
  ReferenceVector<dim> shape{};
  for (unsigned int r = 0; r <= dim; ++r)
    shape[r * spacedim + i % spacedim] = node_shape(q, r, i / spacedim);
  return in_frame(q, shape);
}

template <int dim>
ScalarFieldValue SurfaceValues<dim>::scalar_shape(const unsigned int q,
                                                  const unsigned int j) const {
  ScalarFieldValue shape;
  shape.value = scalar_values[q * n_scalar_nodes + j];
  for (unsigned int b = 0; b < 2; ++b)
    shape.gradient[b] = inverses[q].rows[b] * scalar_gradients[q * n_scalar_nodes + j];
  return shape;
}

template <int dim>
VectorFieldValue SurfaceValues<dim>::vector_field(const unsigned int q,
                                                  const std::vector<double> &nodal_values) const {
  ReferenceVector<dim> field{};
  for (unsigned int r = 0; r <= dim; ++r)
    for (unsigned int a = 0; a < n_nodes; ++a)
      for (unsigned int c = 0; c < spacedim; ++c)
        field[r * spacedim + c] += node_shape(q, r, a) * nodal_values[a * spacedim + c];
  return in_frame(q, field);
}

template <int dim>
ScalarFieldValue SurfaceValues<dim>::scalar_field(const unsigned int q,
                                                  const std::vector<double> &nodal_values) const {
  ScalarFieldValue field;
  for (unsigned int j = 0; j < n_scalar_nodes; ++j) {
    const ScalarFieldValue shape = scalar_shape(q, j);
    field.value += nodal_values[j] * shape.value;
    field.gradient += nodal_values[j] * shape.gradient;
  }
  return field;
}

template <int dim>
double SurfaceValues<dim>::tension(const unsigned int q,
                                   const std::vector<double> &coefficients) const {
  double value = 0.;
  for (unsigned int j = 0; j < n_tension_shapes; ++j)
    value += coefficients[j] * tension_shape(q, j);
  return value;
}

template class SurfaceValues<1>;
template class SurfaceValues<2>;
} // namespace fusogen
