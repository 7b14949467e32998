// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_DRAG_H
#define FUSOGEN_MECHANICS_DRAG_H

#include "mechanics/term.h"

namespace fusogen {
/// Drag of the surroundings on the membrane, power dissipated int xi |v|^2 dA: a local stand-in for
/// bulk water.
template <int dim> class Drag : public Term<dim> {
public:
  /// @param coefficient xi [pN us/nm^3]
  explicit Drag(double coefficient) : coefficient(coefficient) {}
  std::string name() const override { return "drag"; }
  void add_to(const CellState<dim> &cell, LocalSystem &local, bool second) const override;
  double dissipated(const CellState<dim> &cell) const override;

  double coefficient;
};
} // namespace fusogen

#endif
