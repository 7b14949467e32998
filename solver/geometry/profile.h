// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Meridian curves of surfaces of revolution and the placing of nodes along them. Lengths are in
/// nm. Standard library only, so that it compiles quickly and can be tested on its own.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace fusogen {

/// A point, or a vector, of the meridian half plane r >= 0; nm for points, pure number for
/// tangents.
struct ProfilePoint {
  double r; ///< distance from the axis of symmetry
  double z; ///< height along the axis
};

/// One value of a general parametrised meridian, with derivatives by its own parameter t (any
/// unit).
struct CurveSample {
  double r, z;   ///< the point, nm
  double r1, z1; ///< first derivatives by t
  double r2, z2; ///< second derivatives by t
};

namespace detail {
class Segment;
} // namespace detail

/// A meridian curve (r(u), z(u)), where u in [0, length()] is the arc length in nm. The curve is
/// analytic between consecutive breaks(); curvature jumps and kinks occur only at breaks.
///
/// Orientation: with unit tangent (r', z') the normal of the surface of revolution is (z', -r').
/// A closed surface runs from the south pole (r = 0) to the north pole (r = 0), and this normal
/// then points outward. Values are cheap to copy (the segments are shared and immutable).
class Profile {
public:
  /// The arc length of the meridian, nm.
  double length() const { return breaks_.back(); }
  /// Values of u, in nm, where analyticity ends: first 0, last length(), strictly increasing.
  const std::vector<double> &breaks() const { return breaks_; }

  /// The point at arc length u; u outside [0, length()] is taken to the nearer end. At an end that
  /// lies on the axis, r is exactly 0.
  ProfilePoint point(double u) const;
  /// The unit tangent (r', z') in the direction of growing u. At an inner break with a kink: the
  /// one of the piece that begins there.
  ProfilePoint tangent(double u) const;
  /// |principal curvature of the meridian| in 1/nm; at a break the larger of the two sides.
  double curvature(double u) const;
  /// max(|meridian|, |hoop|) curvature in 1/nm, where the hoop curvature is z'/r; finite on the
  /// axis, where for a smooth surface both are the same. At a break the larger of the two sides.
  double largest_curvature(double u) const;

  /// The area of the whole surface of revolution, 2 pi int r ds, nm^2.
  double area() const;
  /// The area of the part between arc lengths u0 <= u1, nm^2; keeps its relative accuracy next to a
  /// pole.
  double area_between(double u0, double u1) const;
  /// pi int r^2 dz, nm^3, signed: for a closed curve from south to north pole the enclosed volume.
  double volume() const;
  /// 6 sqrt(pi) V / A^(3/2): 1 for the sphere; meaningful for closed curves.
  double reduced_volume() const;
  /// Both ends lie on the axis.
  bool closed() const;

  /// All lengths multiplied by factor > 0, about the origin.
  Profile scaled(double factor) const;
  /// Moved by dz (nm) along the axis.
  Profile shifted(double dz) const;
  /// Reflected in the plane z = 0, in the same running direction. The normal (z', -r') becomes the
  /// negative of the reflected normal; follow with reversed() to keep the side it points to.
  Profile mirrored() const;
  /// Run in the opposite direction; the normal changes sign.
  Profile reversed() const;
  /// This curve followed by other, whose start must coincide with the end of this one to 1e-9 of
  /// the summed length; std::invalid_argument otherwise. The joint becomes a break.
  Profile joined(const Profile &other) const;

  /// A straight piece from p to q.
  static Profile line(ProfilePoint p, ProfilePoint q);
  /// A circular arc, centre + radius (cos phi, sin phi), phi from `from` to `to` (rad, either
  /// direction; phi counts from +r towards +z).
  static Profile arc(ProfilePoint centre, double radius, double from, double to);
  /// The catenary r = waist cosh(z / waist), from z = -half_height to half_height, in closed form.
  static Profile catenary(double waist, double half_height);
  /// Any analytic curve, t from t0 < t1, with nonzero speed. The arc length is tabulated by
  /// adaptive Gauss quadrature and inverted by Newton's method; relative error about 1e-14.
  static Profile parametric(std::function<CurveSample(double)> curve, double t0, double t1);

private:
  friend std::array<double, 3> on_surface(const Profile &, std::array<double, 3>);
  struct Piece {
    std::shared_ptr<const detail::Segment> segment;
    double scale = 1, shift = 0;
    bool mirrored = false, reversed = false;
  };
  struct State {
    ProfilePoint point, tangent;
    double curvature, largest;
  };
  explicit Profile(std::vector<Piece> pieces);
  std::size_t piece_at(double u) const;
  State evaluate(std::size_t piece, double local) const;
  double piece_length(std::size_t piece) const;
  double piece_area(std::size_t piece, double local0, double local1) const;

  std::vector<Piece> pieces_;
  std::vector<double> breaks_;
  std::vector<double> areas_; ///< area of each piece, nm^2
};

/// How graded_nodes places the cells. The wanted cell length is
///   h(u) = lambda / (1 / L + curvature_weight * k(u)),  |dh/du| <= growth,
/// with k the largest_curvature, L the length of the curve, and lambda (a pure number: about the
/// angle spanned by a cell where curvature dominates) found such that int du / h(u) = n_cells.
struct GradingParameters {
  int n_cells = 64;
  /// 0: equal cells. 1: cells span equal angles where the radius of curvature is well below L.
  double curvature_weight = 1.0;
  /// Largest |dh/du|; neighbouring cells differ by about the factor exp(growth).
  double growth = 0.2;
};

/// n_cells + 1 increasing values of u, from 0 to length(). Every break is a node. Cells gather
/// where a principal curvature is large, and, because of the limited growth, they lengthen in
/// proportion to the distance from there (so that cells near a neck of radius a in a wide disc
/// scale like r). Open ends and kinks at radius r count as places of curvature 1/r. Neighbouring
/// cells differ by at most a factor of about 1.3 unless n_cells is too small for it. Throws
/// std::invalid_argument if there are fewer cells than pieces.
std::vector<double> graded_nodes(const Profile &profile, const GradingParameters &parameters);

/// Samples along a curve: increasing arc lengths s (nm) and the monitor (cells per nm) there.
/// Returns the smallest monitor >= the given one with |d(1/monitor)/ds| <= growth between samples.
/// Zeros in the monitor are allowed as long as one value is positive.
std::vector<double> limit_growth(const std::vector<double> &s, const std::vector<double> &monitor,
                                 double growth);

/// n_cells + 1 values from s.front() to s.back() between which the integrals of the monitor (linear
/// between samples, positive almost everywhere) are all equal.
std::vector<double> equidistribute(const std::vector<double> &s, const std::vector<double> &monitor,
                                   int n_cells);

/// The monitor 1 / h of GradingParameters (1/nm), from samples of the arc length s (nm) and the
/// largest curvature (1/nm); its trapezoidal integral is n_cells. Feed it to equidistribute. Used
/// for meshes that move, where no Profile exists.
std::vector<double> graded_monitor(const std::vector<double> &s,
                                   const std::vector<double> &largest_curvature,
                                   const GradingParameters &parameters);

/// Maps the unit sphere onto a closed profile's surface: n (normalised here) has polar angle theta
/// from +z, and u is chosen such that the area beyond u towards the north pole is the fraction (1 -
/// cos theta) / 2 of the whole, the azimuth is kept. Returns x, y, z in nm; accurate to about 1e-13
/// of the size, smooth at the poles. Throws std::invalid_argument if the profile is not closed.
std::array<double, 3> on_surface(const Profile &profile, std::array<double, 3> n);

} // namespace fusogen
