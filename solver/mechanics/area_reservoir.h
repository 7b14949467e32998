// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_AREA_RESERVOIR_H
#define FUSOGEN_MECHANICS_AREA_RESERVOIR_H

#include "mechanics/term.h"

namespace fusogen {
/// Membrane under a given tension sigma whose area may change, for equilibria between fixed edges:
/// energy sigma A.
///
/// Area is exchanged with the reservoir evenly: during a step all patches grow by one common factor
/// 1 + m, which keeps the distribution of the nodes along the surface (the shape alone would not
/// determine it). m is the multiplier of the constraint int (sigma - lambda) dA_before = 0, by
/// which the mean tension becomes sigma; in equilibrium lambda is uniform.
template <int dim> class AreaReservoir : public Term<dim> {
public:
  /// @param tension sigma [pN/nm]
  explicit AreaReservoir(double tension) : tension(tension) {}
  std::string name() const override { return "reservoir"; }
  double energy(const PointState &p) const override { return p.now.weight * tension; }
  bool has_constraint() const override { return true; }
  void add_to_constraint(const PointState &p, PointConstraint &g) const override {
    g.value += p.before.weight * (tension - p.tension);
    g.tension -= p.before.weight;
  }
  void begin_step() override { this->multiplier = 0.; }
  bool changes_material_area() const override { return true; }

  double tension;
};
} // namespace fusogen

#endif
