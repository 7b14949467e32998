// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The catalogue of initial and reference shapes, as meridian curves. Lengths in nm, angles in rad.
/// Every function throws std::invalid_argument with a sentence naming the numbers if the shape
/// cannot exist. "Normal" is always (z', -r') for the running direction stated.
#pragma once

#include "geometry/profile.h"

#include <array>

namespace fusogen {

/// \name Closed surfaces: from the south pole to the north pole, the normal points outward.
/// @{

/// The sphere, centred at the origin.
Profile sphere(double radius);

enum class SpheroidKind { prolate, oblate };

/// Semi-axes of a spheroid of revolution, nm.
struct SpheroidAxes {
  double a; ///< equatorial, in x and y
  double c; ///< polar, along z
};

/// The spheroid of area 4 pi R^2 and volume v (4 pi / 3) R^3, 0 < v <= 1. The closed-form area is
/// 2 pi a^2 + 2 pi a c asin(e) / e with e^2 = 1 - a^2/c^2 (prolate), and
/// 2 pi a^2 + 2 pi c^2 atanh(e) / e with e^2 = 1 - c^2/a^2 (oblate); a root finder gives c / a.
SpheroidAxes spheroid_axes(double R, double v, SpheroidKind kind);
/// The area of a spheroid in closed form, nm^2.
double spheroid_area(SpheroidAxes axes);
/// The spheroid with given semi-axes.
Profile spheroid(SpheroidAxes axes);
/// Elongated spheroid (c >= a), see spheroid_axes.
Profile prolate(double R, double v);
/// Flattened spheroid (c <= a), see spheroid_axes.
Profile oblate(double R, double v);
/// The analytic map of the unit sphere onto the spheroid, (a n_x, a n_y, c n_z); n is normalised.
std::array<double, 3> on_spheroid(SpheroidAxes axes, std::array<double, 3> n);

/// A cup: two concentric spherical arcs joined by a semicircular lip, C1, opening at the top; area
/// 4 pi R^2, reduced volume v. Runs from the outer south pole to the inner one, on the axis below
/// the opening. `opening` is the radius of the opening (at the lip's waist) over the mean radius of
/// the two spheres; the default allows v from 0.01 to 0.9, and the error names the range.
Profile stomatocyte(double R, double v, double opening = 0.15);

/// r(theta) = R (1 + amplitude P_l(cos theta)), theta from +z, then scaled to area 4 pi R^2.
/// The amplitude must keep r(theta) positive.
Profile mode(double R, int l, double amplitude);

/// A cylinder with hemispherical caps, area 4 pi R^2 and reduced volume v; the radius rho follows
/// from v = (3 rho / R - (rho / R)^3) / 2.
Profile capped_tube(double R, double v);

/// Two spheres that share the circle of radius a in the plane z = 0, each without the cap beyond
/// that circle; R1 below, R2 above. Kink at the circle (a break).
Profile joined_spheres(double R1, double R2, double a);
/// The symmetric case by the half angle 0 < half_angle < pi/2 that the circle subtends at each
/// centre: a = R sin(half_angle), centres at z = -+ R cos(half_angle).
Profile joined_equal_spheres(double R, double half_angle);

/// @}
/// \name Open surfaces.
/// @{

/// An open cylinder from (radius, -length/2) to (radius, length/2); the normal points away from the
/// axis.
Profile tube(double radius, double length);

/// The minimal surface r = waist cosh(z / waist), from z = -half_height to half_height; the normal
/// at the waist points away from the axis.
Profile catenoid(double waist, double half_height);

/// The inner half of a torus: from (a + h, -h) through the waist (a, 0) to (a + h, h), one circular
/// arc of radius h. The normal at the waist points away from the axis, i.e. into the space between
/// the two membranes; at both ends it points to the plane z = 0.
Profile toroidal_neck(double a, double h);

/// The upper half of a neck between two flat membranes at z = -+h: from the waist (a, 0), where the
/// meridian is vertical, along a quarter circle to (a + h, h) and on along the plane z = h to the
/// rim (rim, h). If the flat part would be shorter than h / 10 (or rim < a + h), a quarter ellipse
/// from (a, 0) to (rim, h) instead. Normal: away from the axis at the waist, towards -z on the
/// plane.
Profile half_toroidal_neck(double a, double h, double rim);

/// The plasma-membrane side of a neck, the membrane above: from (neck, 0), where the meridian is
/// vertical, along a quarter circle of radius fillet to (neck + fillet, fillet), then flat to
/// (rim, fillet). Normal: away from the axis at the neck, towards -z on the plane. For the membrane
/// below, running from the rim inward with the normal towards +z, use mirrored().reversed().
Profile planar_neck_side(double neck, double fillet, double rim);

/// A vesicle opened at its bottom, C1: starts at the neck (neck, 0) with a vertical meridian,
/// follows a circular fillet of radius `fillet` (0: equal to neck) bending away from the axis, then
/// a sphere to its north pole. The sphere's radius is such that the area is exactly 4 pi Rv^2.
/// Normal: outward on the sphere, away from the axis at the neck.
Profile vesicle_side(double Rv, double neck, double fillet = 0);

/// A flat disc from the axis (0, 0) to (radius, 0); the normal is -z.
Profile flat_disc(double radius);
/// A flat annulus from (r_in, 0) to (r_out, 0); the normal is -z.
Profile annulus(double r_in, double r_out);

/// A vesicle connected with a flat membrane by a fusion pore.
struct OmegaShape {
  Profile profile;
  double sphere_radius; ///< nm
  double fillet_radius; ///< nm, of the arc between the plane and the sphere
};

/// Runs from the rim (L, 0) inward along the plane z = 0, around the circular fillet whose waist is
/// (r0, rho), up around the sphere of radius R centred at (0, g + R) to its north pole (0, g + 2
/// R); C1. Normal: +z on the plane, away from the axis at the waist, outward on the sphere. The
/// fillet, centred at (r0 + rho, rho), touches the plane and, from outside, the sphere:
///   (r0 + rho)^2 + (g + R - rho)^2 = (R + rho)^2, that is
///   rho^2 + rho (2 r0 - 2 g - 4 R) + r0^2 + g^2 + 2 g R = 0, smaller root.
/// g is the distance of the sphere's lowest point from the plane (mid surfaces).
OmegaShape omega(double R, double g, double r0, double L);

/// omega() with the sphere's radius changed from R to the R' nearby for which the area equals that
/// of the separate membranes, 4 pi R^2 + pi L^2; g, r0 and L are kept.
OmegaShape omega_conserving_area(double R, double g, double r0, double L);

/// @}

} // namespace fusogen
