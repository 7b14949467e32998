// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_NECK_H
#define FUSOGEN_GEOMETRY_NECK_H

#include "geometry/curve_spline.h"

#include <deal.II/base/point.h>

namespace fusogen {
/// The neck between a vesicle (pole at the end of the meridian) and the plasma membrane (rim at its
/// beginning).
struct Neck {
  /// Whether there is a waist, a local minimum of r. Once a dilating Omega has lost it, the
  /// steepest point of the meridian takes its place; the two are the same point at the moment when
  /// the waist vanishes.
  bool has_waist = false;
  double radius = 0.;       ///< r there, of the mid-surface [nm]
  double height = 0.;       ///< z there [nm]
  double parameter = 0.;    ///< where on the spline [nm]
  double lumen_volume = 0.; ///< enclosed between the plane through the neck and the pole [nm^3]
  /// Diffusive resistance of the pore times the diffusion coefficient [1/nm]: int dz / (pi r^2)
  /// through the neck plus 1/(4 r_end) of access on each side (Hall, J. Gen. Physiol. 66 (1975)
  /// 531). The neck ends where adding more of it would cost as much as it saves in access, at dr/dz
  /// = 4/pi; for a cylinder of length L in a wall this is the usual (L + pi r / 2) / (pi r^2).
  double resistance = 0.;
  /// Resistance of the pore to a flow of water over its viscosity [1/nm^3]: int 8 dz / (pi r^4) of
  /// Poiseuille flow and 3/(2 r_end^3) on each side, half of the resistance of a hole in a thin
  /// wall (Sampson, Phil. Trans. R. Soc. A 182 (1891) 449; Dagan, Weinbaum and Pfeffer, J. Fluid
  /// Mech. 115 (1982) 505), the ends chosen likewise. A tenth less than exact where both matter
  /// alike.
  double flow_resistance = 0.;
  dealii::Point<3> middle; ///< of the circle that is the neck [nm]
};

/// Looks for the neck along @p curve, which runs from the rim to the vesicle's north pole.
Neck find_neck(const CurveSpline &curve);
} // namespace fusogen

#endif
