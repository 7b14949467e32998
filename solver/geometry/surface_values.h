// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_SURFACE_VALUES_H
#define FUSOGEN_GEOMETRY_SURFACE_VALUES_H

#include <deal.II/base/point.h>
#include <deal.II/base/tensor.h>

#include <array>
#include <vector>

namespace fusogen {
using Vector3 = dealii::Tensor<1, 3>;
using Matrix2 = dealii::Tensor<2, 2>;
using Vector2 = dealii::Tensor<1, 2>;

/// Degree of continuous scalar fields on surfaces of any degree: linear shape functions are nowhere
/// negative and all have an area, which lipids need to keep their fractions between 0 and 1.
constexpr unsigned int scalar_degree = 1;

/// Surface gradient of a vector field w at one point, (grad w)_ij = D_j w_i, written in the local
/// orthonormal frame (e_1, e_2, nu): tangential_ab = e_a . (grad w) e_b and normal_b = nu . (grad
/// w) e_b. These six numbers hold the whole gradient, because (grad w) nu = 0.
struct SurfaceGradient {
  Matrix2 tangential;
  Vector2 normal;
  /// div_Gamma w, the relative rate of change of the area element under w.
  double divergence = 0.;
};

/// Value (nm-based units of the field) and surface gradient of a vector field at one point.
struct VectorFieldValue : SurfaceGradient {
  Vector3 value;
};

/// Value and surface gradient, in the frame (e_1, e_2), of a scalar field at one point.
struct ScalarFieldValue {
  double value = 0.;
  Vector2 gradient;
};

/// Second variation of the area element, as a symmetric bilinear form of the velocity gradients u
/// and w: div u div w - tr(grad u grad w) + (nu.grad u).(nu.grad w).
inline double second_variation_of_area(const SurfaceGradient &u, const SurfaceGradient &w) {
  const Matrix2 &a = u.tangential, &b = w.tangential;
  return u.divergence * w.divergence -
         (a[0][0] * b[0][0] + a[0][1] * b[1][0] + a[1][0] * b[0][1] + a[1][1] * b[1][1]) +
         u.normal[0] * w.normal[0] + u.normal[1] * w.normal[1];
}

/// The nine numbers of a vector field at a point of a surface: its Cartesian components and its
/// surface gradient in the frame (e_1, e_2, nu), in this order.
namespace frame {
constexpr unsigned int size = 9;
constexpr unsigned int value(const unsigned int c) { return c; }
constexpr unsigned int tangential(const unsigned int a, const unsigned int b) {
  return 3 + 2 * a + b;
}
constexpr unsigned int normal(const unsigned int b) { return 7 + b; }
} // namespace frame
using FrameVector = std::array<double, frame::size>;
using FrameMatrix = std::array<FrameVector, frame::size>;

/// A vector field at a point in the coordinates of the reference cell: [r * spacedim + c] is
/// component c (x, y, z; or r, z) of the value (r = 0) or of the derivative by the r-th reference
/// coordinate (r >= 1).
template <int dim> using ReferenceVector = std::array<double, (dim + 1) * (dim + 1)>;

/// Where a point of a surface lies and how.
struct SurfacePoint {
  double weight;                   ///< its part of the area [nm^2]
  Vector3 point;                   ///< [nm]; (r, 0, z) in the meridian
  Vector3 normal;                  ///< outward
  std::array<Vector3, 2> tangents; ///< unit vectors with e_1 x e_2 = nu; e_1 along the meridian
};

/// What a physical term needs to know of one cell of a membrane: positions, normal, area weights
/// and the shape functions with their surface gradients, all in the language of three dimensions.
///
/// For dim = 2 the cell is a curved quadrilateral in space. For dim = 1 it is a piece of the
/// meridian (r, z) of an axisymmetric surface, expressed in the frame (e_r, e_phi, e_z): the weight
/// contains 2 pi r and the gradients contain the hoop part w_r / r, so that a term never has to ask
/// which of the two it is integrating.
///
/// The geometry is the isoparametric one of degree p; vector fields use the same nodes (dof i =
/// node * spacedim + component), continuous scalar fields (lipids) those of scalar_degree. The
/// tension is discontinuous of total degree p - 1, so that each cell keeps its area and, in the
/// meridian, nodes cannot slide along the curve.
template <int dim> class SurfaceValues {
public:
  static constexpr int spacedim = dim + 1;

  /// Tabulates the shape functions of degree @p degree on a Gauss rule with degree + 2 points in
  /// each direction.
  explicit SurfaceValues(unsigned int degree);

  /// Computes everything for a cell with nodal positions @p positions [nm] (size n_vector_dofs()).
  /// @p orientation is +1 or -1 and makes the normal point outward.
  void reinit(const std::vector<double> &positions, double orientation);
  /// The same from the positions and their derivatives at the quadrature points.
  void reinit(const std::vector<ReferenceVector<dim>> &positions, double orientation);

  unsigned int n_quadrature_points() const { return n_points; }
  unsigned int n_vector_dofs() const { return n_nodes * spacedim; }
  unsigned int n_vector_nodes() const { return n_nodes; }
  unsigned int n_scalar_dofs() const { return n_scalar_nodes; }
  unsigned int n_tension_dofs() const { return n_tension_shapes; }

  /// The quadrature points in the unit cell.
  const std::vector<dealii::Point<dim>> &reference_points() const { return quadrature_points; }
  const SurfacePoint &at(unsigned int q) const { return points[q]; }
  /// Area weight of quadrature point q [nm^2].
  double weight(unsigned int q) const { return points[q].weight; }
  /// Position [nm]; (r, 0, z) in the meridian.
  const Vector3 &point(unsigned int q) const { return points[q].point; }
  /// Outward unit normal.
  const Vector3 &normal(unsigned int q) const { return points[q].normal; }
  /// Unit tangents e_1, e_2 with e_1 x e_2 = nu; in the meridian e_1 runs along the curve.
  const Vector3 &tangent(unsigned int q, unsigned int a) const { return points[q].tangents[a]; }

  VectorFieldValue vector_shape(unsigned int q, unsigned int i) const;
  ScalarFieldValue scalar_shape(unsigned int q, unsigned int j) const;

  /// Value (r = 0) and reference derivatives (r = 1 .. dim) of the shape function of node a.
  double node_shape(unsigned int q, unsigned int r, unsigned int a) const {
    return node_table[(q * (dim + 1) + r) * n_nodes + a];
  }
  /// All of them, [(q * (dim + 1) + r) * n_vector_nodes() + a].
  const std::vector<double> &node_shapes() const { return node_table; }

  /// Value of shape function j of the discontinuous tension space; it does not depend on the cell's
  /// shape.
  double tension_shape(unsigned int q, unsigned int j) const {
    return tension_values[q * n_tension_shapes + j];
  }
  /// Tension with coefficients @p coefficients (size n_tension_dofs()) at point q.
  double tension(unsigned int q, const std::vector<double> &coefficients) const;

  /// Field with nodal values @p nodal_values (size n_vector_dofs()) at point q.
  VectorFieldValue vector_field(unsigned int q, const std::vector<double> &nodal_values) const;
  /// Field with nodal values @p nodal_values (size n_scalar_dofs()) at point q.
  ScalarFieldValue scalar_field(unsigned int q, const std::vector<double> &nodal_values) const;

  /// The field with nodal values @p nodal_values at all points, in reference coordinates; it does
  /// not depend on the cell's shape.
  void reference_field(const std::vector<double> &nodal_values,
                       std::vector<ReferenceVector<dim>> &field) const;
  /// Turns reference coordinates into the frame at point q.
  VectorFieldValue in_frame(unsigned int q, const ReferenceVector<dim> &field) const;
  /// Turns a derivative by the frame's numbers into one by the reference coordinates and adds it.
  void add_pulled_back(unsigned int q, const FrameVector &derivative,
                       ReferenceVector<dim> &sum) const;
  using ReferenceMatrix = std::array<ReferenceVector<dim>, (dim + 1) * (dim + 1)>;
  /// The same for a second derivative.
  void add_pulled_back(unsigned int q, const FrameMatrix &derivative, ReferenceMatrix &sum) const;

  /// True if the last reinit() met a non-positive or undefined area element.
  bool is_degenerate() const { return degenerate; }

private:
  // e_a . grad phi = inverse[a] . reference gradient
  struct Inverse {
    std::array<dealii::Tensor<1, dim>, 2> rows;
    double radius; // 1/r in the meridian
  };
  void set_point(unsigned int q, const ReferenceVector<dim> &position);

  unsigned int n_points, n_nodes, n_scalar_nodes, n_tension_shapes;
  bool degenerate = false;

  // Reference-cell tables.
  std::vector<dealii::Point<dim>> quadrature_points;
  std::vector<double> quadrature_weights, node_table, transposed_table, scalar_values,
      tension_values;
  std::vector<dealii::Tensor<1, dim>> scalar_gradients;

  std::vector<SurfacePoint> points;
  std::vector<Inverse> inverses;
};
} // namespace fusogen

#endif
