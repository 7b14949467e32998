// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_BOUNDARY_TENSION_H
#define FUSOGEN_MECHANICS_BOUNDARY_TENSION_H

#include "mechanics/term.h"

namespace fusogen {
/// Tension sigma with which the surrounding membrane pulls at the outer rim. The rim is free to
/// slide in its plane; pulling it out to the radius r does the work sigma pi r^2, so the energy is
/// - sigma pi r^2. Material that passes the place of the rim goes to (or comes from) a reservoir of
/// that tension, see geometry/meridian_motion.h.
template <int dim> class BoundaryTension : public Term<dim> {
public:
  /// @param tension sigma [pN/nm]
  explicit BoundaryTension(double tension) : tension(tension) {}
  std::string name() const override { return "boundary tension"; }
  void add_to(const CellState<dim> &, LocalSystem &, bool) const override {}
  void add_to_edge(const EdgeState<dim> &edge, LocalSystem &local, bool second) const override;
  double edge_energy(const EdgeState<dim> &edge) const override;

  double tension;
};
} // namespace fusogen

#endif
