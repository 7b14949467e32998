// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_LUMEN_PRESSURE_H
#define FUSOGEN_MECHANICS_LUMEN_PRESSURE_H

#include "mechanics/term.h"

#include <vector>

namespace fusogen {
/// Pressure with which cargo that stays in the lumen of a fused vesicle, a swollen matrix, presses
/// on the membrane around it: energy - p V with the volume
///   V = int (x nu_x + y nu_y) / 2 dA
/// over the lumen's membrane, x and y from the neck's axis; the flat opening of the neck adds
/// nothing. The lumen's membrane is that of PoreFlow, by material points at the start of a step.
/// The pull of the pressure on the opening, p pi r^2, is borne by the membrane at its edge.
template <int dim> class LumenPressure : public Term<dim> {
public:
  /// @param vesicle its number from 0
  explicit LumenPressure(unsigned int vesicle) : vesicle(vesicle) {}

  /// From now on the pressure is @p new_pressure [pN/nm^2] and the necks are where @p necks says.
  void set(double new_pressure, std::vector<Vector3> necks);
  double pressure() const { return excess; }

  std::string name() const override {
    return "lumen pressure" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;

private:
  unsigned int vesicle;
  std::vector<Vector3> middles;
  double excess = 0.;
};
} // namespace fusogen

#endif
