// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_CARGO_LUMEN_H
#define FUSOGEN_CARGO_LUMEN_H

#include "base/state_archive.h"
#include "geometry/neck.h"

namespace fusogen {
/// Cargo dissolved in the vesicle's lumen, well mixed, that diffuses out through the pore into an
/// empty outside:
///   dn/dt = -n D / (R V)
/// with the lumen's volume V and the pore's resistance R from the actual shape (see Neck).
class Lumen {
public:
  /// @param diffusion_coefficient D of the cargo in water [nm^2/us]
  explicit Lumen(const double diffusion_coefficient)
      : diffusion_coefficient(diffusion_coefficient) {}

  /// Lets cargo leave for dt [us]; @p neck is the pore at the end of the step.
  void advance(const Neck &neck, double dt);

  /// @param number of the vesicle, from 1
  void serialize(StateArchive &state, const unsigned int number) {
    state.item("cargo inside vesicle " + std::to_string(number), inside);
  }

  /// Fraction of the cargo that has left.
  double released() const { return 1. - inside; }

private:
  double diffusion_coefficient;
  double inside = 1.;
};
} // namespace fusogen

#endif
