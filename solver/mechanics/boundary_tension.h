// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_BOUNDARY_TENSION_H
#define FUSOGEN_MECHANICS_BOUNDARY_TENSION_H

#include "mechanics/term.h"

namespace fusogen {
/// Tension sigma with which the surrounding membrane pulls at the outer rim. The rim is free to
/// slide in its plane; pulling it out does the work sigma times the area gained there, so the
/// energy is - sigma times the area (1/2) int (x dy - y dx) that the rim encloses, - sigma pi r^2
/// for a circle. Material that passes the place of the rim goes to (or comes from) a reservoir of
/// that tension, see geometry/meridian_motion.h.
template <int dim> class BoundaryTension : public Term<dim> {
public:
  /// @param tension sigma [pN/nm]
  explicit BoundaryTension(double tension) : tension(tension) {}
  std::string name() const override { return "boundary tension"; }
  void add_to_edge(const EdgePointState &p, EdgePointDerivatives &d, bool second) const override;
  double edge_energy(const EdgePointState &p) const override;

  double tension;
};
} // namespace fusogen

#endif
