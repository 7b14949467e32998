// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_LEAFLET_ENERGY_H
#define FUSOGEN_PATHWAY_LEAFLET_ENERGY_H

#include "pathway/monolayer.h"
#include "pathway/second_order.h"

#include <cmath>

namespace fusogen {
/// Where a leaflet is and how it changes along the parameter u of its strip. The tails' ends are at
/// the point (r, z) of the strip's middle curve, the heads at (r, z) + length (sin angle, cos
/// angle); the angle of the director is counted from the axis.
template <class Number> struct LeafletPoint {
  Number r, z, angle, length;
  Number dr, dz, dangle, dlength;
};

/// Energies and measures of a leaflet by du, of its whole ring around the axis.
template <class Number> struct LeafletDensities {
  /// rigidity/2 splay^2 - rigidity J0 splay [pN nm]
  Number splay;
  /// tilt_modulus/2 tan^2 of the angle between director and normal [pN nm]
  Number tilt;
  /// area_modulus/2 (a/a0 - 1)^2 for each lipid [pN nm]
  Number stretch;
  /// Chains beyond their maximum stretch [pN nm]
  Number chains;
  /// Hydration repulsion from the other membrane, half of it [pN nm]
  Number hydration;
  /// Splay times area [nm]
  Number total_splay;
  /// Area of the neutral surface [nm^2]
  Number area;
  /// Area that its lipids would have at rest: hydrophobic volume by l0 [nm^2]
  Number rest_area;
  /// What must be positive: cosine of the tilt; how far the tails' ends are from sliding along
  /// their tails or from meeting in a point, 1 in a flat leaflet; distance of the heads from the
  /// axis [nm].
  Number cosine, tail_spacing, head_radius;
  /// Length of the meridian through heads and tails' ends, as a mean square [nm]
  Number speed;
};

/// f(x) from the value and the derivatives of f at x.
inline double composed(const double, const double f, const double, const double) { return f; }
template <unsigned int n>
SecondOrder<n> composed(const SecondOrder<n> &x, const double f, const double df,
                        const double ddf) {
  return x.compose(f, df, ddf);
}

/// The excess of x over 0, squared, and smoothed over the width so that it has continuous second
/// derivatives: 0 below 0, the parabola shifted by width/2 above the width.
template <class Number> Number smooth_excess_squared(const Number &x, const double width) {
  if (value_of(x) <= 0.)
    return Number(0.);
  // The derivative's slope rises linearly from 0 to 2 over the width.
  if (value_of(x) < width)
    return x * x * x * (1. / (3. * width));
  const Number beyond = x - Number(width);
  return Number(width * width / 3.) + beyond * width + beyond * beyond;
}

/// The surface half-way between two membranes, z = level + opening t/(1 + t) with t = (r/width)^2;
/// a plane for mirror images.
template <class Number> struct MidSurface {
  /// +1 for a membrane above it, -1 below.
  double above = 1.;
  Number level = Number(0.), opening = Number(0.);
  /// [nm]; a shape of two numbers is enough since only what is nearest to the contact feels it.
  static constexpr double width = 8.;

  Number height(const Number &r) const {
    const Number t = r * r * (1. / (width * width));
    return level + opening * (t / (Number(1.) + t));
  }
};

/// The elastic energy of a leaflet, Hamm and Kozlov (2000, Eur. Phys. J. E 3:323), in terms of the
/// director: splay J = div N along the neutral surface, tilt t with |t| = tan(N, normal). The tails
/// fill the volume between middle curve and neutral surface; per lipid, area and volume give the
/// stretch. A flat leaflet of thickness l0 has the energy 0.
/// @param side  +1 if the heads are to the left of the strip's direction, -1 to the right
/// @param mid   from which the hydration repulsion pushes the leaflet away
template <class Number>
LeafletDensities<Number> leaflet_densities(const Monolayer &monolayer, const double side,
                                           const LeafletPoint<Number> &p,
                                           const MidSurface<Number> &mid = {}) {
  using std::cos;
  using std::exp;
  using std::sin;
  using std::sqrt;
  constexpr double two_pi = 6.283185307179586;
  const Number n_r = sin(p.angle), n_z = cos(p.angle);
  // The heads, and how they move with u; the director itself turns by dangle (n_z, -n_r).
  const Number stretch_of_angle = p.length * p.dangle;
  const Number head_dr = p.dr + p.dlength * n_r + stretch_of_angle * n_z;
  const Number head_dz = p.dz + p.dlength * n_z - stretch_of_angle * n_r;
  const Number speed_squared = head_dr * head_dr + head_dz * head_dz;
  const Number speed = sqrt(speed_squared);
  // The director's component across the neutral surface times the speed; the normal is
  // side (-head_dz, head_dr)/speed.
  const Number across = side * (n_z * head_dr - n_r * head_dz);

  LeafletDensities<Number> result;
  const Number tail_speed_squared = p.dr * p.dr + p.dz * p.dz;
  result.speed = sqrt(0.5 * (tail_speed_squared + speed_squared));
  result.head_radius = p.r + p.length * n_r;
  result.area = two_pi * (result.head_radius * speed);
  result.cosine = across / speed;

  const Number splay = side * (p.dangle * across) / speed_squared + n_r / result.head_radius;
  result.total_splay = splay * result.area;
  result.splay = monolayer.rigidity *
                 ((0.5 * splay - Number(monolayer.spontaneous_curvature)) * result.total_splay);

  result.tilt = 0.5 * monolayer.tilt_modulus *
                (result.area * (Number(1.) / (result.cosine * result.cosine) - Number(1.)));

  // Volume of the ruled ring: int_0^l (r + s n_r) (a + s b) ds with the Jacobian a + s b.
  const Number a = side * (p.dr * n_z - p.dz * n_r);
  const Number b = side * p.dangle;
  const Number l = p.length;
  const Number volume =
      two_pi * (l * (p.r * a + l * (0.5 * (p.r * b + n_r * a) + l * (1. / 3. * (n_r * b)))));
  // Tails may fan out from one point, where the middle curve stands still. They may not slide:
  // where the curve runs along the tails, a step in it would cost nothing.
  result.tail_spacing = a / sqrt(tail_speed_squared + 0.01 * speed_squared);
  result.rest_area = volume * (1. / monolayer.thickness);
  const Number excess = result.area / result.rest_area - Number(1.);
  result.stretch = 0.5 * monolayer.area_modulus * (excess * excess * result.rest_area);

  result.chains = Number(0.);
  if (monolayer.chain_modulus > 0.)
    result.chains =
        0.5 * monolayer.chain_modulus *
        (smooth_excess_squared(
             l * (1. / monolayer.thickness) - Number(monolayer.maximum_chain_stretch), 0.02) *
         result.rest_area);

  result.hydration = Number(0.);
  if (monolayer.hydration_pressure > 0.) {
    const Number distance =
        (2. * mid.above) * (p.z + p.length * n_z - mid.height(result.head_radius));
    const double decay = monolayer.hydration_decay;
    result.hydration = 0.5 * monolayer.hydration_pressure * decay *
                       (exp(distance * (-1. / decay)) * (n_z * n_z * result.area));
  }
  return result;
}

/// Ends of a leaflet where tails are in contact with water.
struct HydrophobicDefect {
  enum class Kind {
    /// Bare tails in the proximal leaflet, inside of the first heads: a cone, from their circle to
    /// the
    /// axis, that faces its mirror image at z = 0 across a film of water or a void.
    patch,
    /// A hole through both distal leaflets of a diaphragm, inside of the first heads, filled with
    /// water.
    hole
  };
  Kind kind = Kind::patch;
  /// Tension between tails and water [pN/nm], and decay length of the water's order [nm].
  double tension = 45., decay = 1.;
};

/// The end of a leaflet with bare tails: where its last tail begins, its director and length.
template <class Number> struct BareEnd {
  Number r, z, angle, length;
  /// The same on the other side of the plane z = 0.
  BareEnd mirrored() const {
    return {r, Number(0.) - z, Number(3.141592653589793) - angle, length};
  }
};

/// The energy of half a defect, from the tension between tails and water and its attraction across
/// a film of water (Marcelja's order parameter, which decays over xi): sigma tanh(d/(2 xi)) by area
/// for surfaces at distance d, with the local distance in a patch; for a cylinder of radius R,
/// sigma 2 pi R h I1(R/xi)/I0(R/xi) with the half height h. Of patches with unequal areas A and B
/// the difference repels: Marcelja's energy of surfaces with unequal order, sigma/2 ((A + B)
/// coth(d/xi) - 2 sqrt(A B)/sinh(d/xi)), which is that of a patch before heads for B = 0. A hole
/// whose last lipids lie down has no height left, and a patch whose last lipids do has no cone.
/// @param above   +1 if this half is the upper one, -1 if it is the lower
/// @param end     of the leaflet
/// @param facing  of the other half
template <class Number>
Number defect_energy(const HydrophobicDefect &defect, const double above,
                     const BareEnd<Number> &end, const BareEnd<Number> &facing) {
  using std::cos;
  using std::exp;
  using std::sin;
  using std::sqrt;
  constexpr double pi = 3.141592653589793;
  constexpr double thinnest = 0.04; // twice the least film over xi, which keeps contact finite
  const Number R = end.r + end.length * sin(end.angle);
  if (defect.kind == HydrophobicDefect::Kind::patch) {
    // Gauss's rule with five points along the last tail, from the axis to its head.
    constexpr double points[] = {0.0469100770306680, 0.2307653449471585, 0.5, 0.7692346550528415,
                                 0.9530899229693320};
    constexpr double weights[] = {0.1184634425280945, 0.2393143352496832, 0.2844444444444444,
                                  0.2393143352496832, 0.1184634425280945};
    // Cones of unequal size: as if on the same area, with orders whose squares go as their areas.
    const Number area = R * end.length,
                 other_area = (facing.r + facing.length * sin(facing.angle)) * facing.length;
    const Number mean = 0.5 * (area + other_area), product = area * other_area;
    // A closed patch has none to share, and the root no slope there.
    const Number misfit = value_of(product) > 0. ? mean - sqrt(product) : mean;
    const Number rise = end.length * cos(end.angle), other = facing.length * cos(facing.angle);
    Number sum(0.);
    for (unsigned int q = 0; q < 5; ++q) {
      const Number distance = above * ((end.z + points[q] * rise) - (facing.z + points[q] * other));
      const Number fall = exp(distance * (-1. / defect.decay)); // tanh and sinh by exp(-d/xi)
      const Number tanh = (Number(1.) - fall) / (Number(1.) + fall);
      const Number inverse_sinh = 2. * fall / (Number(1.) - fall * fall + thinnest * fall);
      sum = sum + weights[q] * points[q] * (mean * tanh + misfit * inverse_sinh);
    }
    return 2. * pi * defect.tension * sum;
  }
  const Number height = above * (end.length * cos(end.angle));
  const double x = value_of(R) / defect.decay;
  const double ratio = x > 0. ? std::cyl_bessel_i(1., x) / std::cyl_bessel_i(0., x) : 0.;
  const double slope = x > 0. ? 1. - ratio / x - ratio * ratio : 0.5;
  const double curvature = x > 0. ? -slope / x + ratio / (x * x) - 2. * ratio * slope : 0.;
  return 2. * pi * defect.tension *
         (R * height * composed(R * (1. / defect.decay), ratio, slope, curvature));
}
} // namespace fusogen

#endif
