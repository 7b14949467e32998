// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/surface_values.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>

#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
// Frame, Jacobian and hoop data of one quadrature point, filled by the two geometries below.
template <int dim> struct PointGeometry {
  Vector3 point, normal;
  std::array<Vector3, 2> tangents;
  double area_element = 0.;              // dA per reference volume
  std::array<Tensor<1, dim>, 2> inverse; // e_a . grad phi = inverse[a] . reference gradient
  double inverse_radius = 0.;            // 1/r in the meridian
};

PointGeometry<1> point_geometry(const std::array<double, 2> &x,
                                const std::array<Tensor<1, 1>, 2> &dx) {
  PointGeometry<1> g;
  const double speed = std::hypot(dx[0][0], dx[1][0]);
  const double r = x[0];
  g.point = Vector3({x[0], 0., x[1]});
  g.tangents[0] = Vector3({dx[0][0] / speed, 0., dx[1][0] / speed});
  // For a curve that runs from the south to the north pole (z', -r') points outward, and e_1 x
  // (-e_phi) along it.
  g.tangents[1] = Vector3({0., -1., 0.});
  g.normal = Vector3({g.tangents[0][2], 0., -g.tangents[0][0]});
  g.area_element = 2. * numbers::PI * r * speed;
  g.inverse[0][0] = 1. / speed;
  g.inverse_radius = 1. / r;
  return g;
}

PointGeometry<2> point_geometry(const std::array<double, 3> &x,
                                const std::array<Tensor<1, 2>, 3> &dx) {
  PointGeometry<2> g;
  Vector3 a, b;
  for (unsigned int c = 0; c < 3; ++c) {
    g.point[c] = x[c];
    a[c] = dx[c][0];
    b[c] = dx[c][1];
  }
  const double length_a = a.norm();
  const Vector3 e1 = a / length_a;
  const double b1 = b * e1;
  Vector3 e2 = b - b1 * e1;
  const double b2 = e2.norm();
  e2 /= b2;
  g.tangents = {{e1, e2}};
  g.normal = cross_product_3d(e1, e2);
  g.area_element = length_a * b2;
  // Inverse of the triangular matrix [ |a|  b.e1 ; 0  b.e2 ].
  g.inverse[0] = Tensor<1, 2>({1. / length_a, 0.});
  g.inverse[1] = Tensor<1, 2>({-b1 / (length_a * b2), 1. / b2});
  return g;
}
} // namespace

template <int dim> SurfaceValues<dim>::SurfaceValues(const unsigned int degree) {
  const QGauss<dim> quadrature(degree + 2);
  const FE_Q<dim> vector_element(degree), scalar_element(std::max(1u, degree - 1));
  const FE_DGP<dim> tension_element(std::max(1u, degree - 1));
  n_points = quadrature.size();
  n_nodes = vector_element.n_dofs_per_cell();
  n_scalar_nodes = scalar_element.n_dofs_per_cell();
  n_tension_shapes = tension_element.n_dofs_per_cell();
  quadrature_weights = quadrature.get_weights();
  for (unsigned int q = 0; q < n_points; ++q) {
    for (unsigned int a = 0; a < n_nodes; ++a) {
      node_values.push_back(vector_element.shape_value(a, quadrature.point(q)));
      node_gradients.push_back(vector_element.shape_grad(a, quadrature.point(q)));
    }
    for (unsigned int a = 0; a < n_scalar_nodes; ++a) {
      scalar_values.push_back(scalar_element.shape_value(a, quadrature.point(q)));
      scalar_gradients.push_back(scalar_element.shape_grad(a, quadrature.point(q)));
    }
    for (unsigned int a = 0; a < n_tension_shapes; ++a)
      tension_values.push_back(tension_element.shape_value(a, quadrature.point(q)));
  }
  weights.resize(n_points);
  points.resize(n_points);
  normals.resize(n_points);
  tangents.resize(n_points);
  vector_shapes.resize(n_points * n_vector_dofs());
  scalar_shapes.resize(n_points * n_scalar_nodes);
}

template <int dim>
void SurfaceValues<dim>::reinit(const std::vector<double> &positions, const double orientation) {
  degenerate = false;
  for (unsigned int q = 0; q < n_points; ++q) {
    std::array<double, spacedim> x{};
    std::array<Tensor<1, dim>, spacedim> dx{};
    for (unsigned int a = 0; a < n_nodes; ++a)
      for (unsigned int c = 0; c < spacedim; ++c) {
        x[c] += node_values[q * n_nodes + a] * positions[a * spacedim + c];
        dx[c] += node_gradients[q * n_nodes + a] * positions[a * spacedim + c];
      }
    PointGeometry<dim> g = point_geometry(x, dx);
    if (orientation < 0.) {
      // Reverse the first tangent with the normal, so that the frame stays right-handed.
      g.normal *= -1.;
      g.tangents[0] *= -1.;
      g.inverse[0] *= -1.;
    }
    if (!(g.area_element > 0.) || !std::isfinite(g.area_element))
      degenerate = true;
    weights[q] = g.area_element * quadrature_weights[q];
    points[q] = g.point;
    normals[q] = g.normal;
    tangents[q] = g.tangents;

    for (unsigned int a = 0; a < n_nodes; ++a) {
      const double value = node_values[q * n_nodes + a];
      const Tensor<1, dim> &reference = node_gradients[q * n_nodes + a];
      Vector2 gradient;
      gradient[0] = g.inverse[0] * reference;
      if (dim == 2)
        gradient[1] = g.inverse[1] * reference;
      for (unsigned int c = 0; c < spacedim; ++c) {
        // The components of a meridian field are those along e_r and e_z.
        const unsigned int axis = dim == 1 ? 2 * c : c;
        VectorFieldValue &shape = vector_shapes[q * n_vector_dofs() + a * spacedim + c];
        shape.value = Vector3();
        shape.value[axis] = value;
        for (unsigned int e = 0; e < 2; ++e)
          for (unsigned int d = 0; d < 2; ++d)
            shape.tangential[e][d] = g.tangents[e][axis] * gradient[d];
        shape.normal = g.normal[axis] * gradient;
        if (dim == 1 && c == 0)
          shape.tangential[1][1] += value * g.inverse_radius; // the hoop strain w_r / r
        shape.divergence = shape.tangential[0][0] + shape.tangential[1][1];
      }
    }
    for (unsigned int a = 0; a < n_scalar_nodes; ++a) {
      ScalarFieldValue &shape = scalar_shapes[q * n_scalar_nodes + a];
      shape.value = scalar_values[q * n_scalar_nodes + a];
      shape.gradient[0] = g.inverse[0] * scalar_gradients[q * n_scalar_nodes + a];
      shape.gradient[1] = dim == 2 ? g.inverse[1] * scalar_gradients[q * n_scalar_nodes + a] : 0.;
    }
  }
}

template <int dim>
VectorFieldValue SurfaceValues<dim>::vector_field(const unsigned int q,
                                                  const std::vector<double> &nodal_values) const {
  VectorFieldValue field;
  for (unsigned int i = 0; i < n_vector_dofs(); ++i) {
    const VectorFieldValue &shape = vector_shape(q, i);
    field.value += nodal_values[i] * shape.value;
    field.tangential += nodal_values[i] * shape.tangential;
    field.normal += nodal_values[i] * shape.normal;
    field.divergence += nodal_values[i] * shape.divergence;
  }
  return field;
}

template <int dim>
ScalarFieldValue SurfaceValues<dim>::scalar_field(const unsigned int q,
                                                  const std::vector<double> &nodal_values) const {
  ScalarFieldValue field;
  for (unsigned int j = 0; j < n_scalar_nodes; ++j) {
    field.value += nodal_values[j] * scalar_shape(q, j).value;
    field.gradient += nodal_values[j] * scalar_shape(q, j).gradient;
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
