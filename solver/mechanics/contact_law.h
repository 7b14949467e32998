// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONTACT_LAW_H
#define FUSOGEN_MECHANICS_CONTACT_LAW_H

#include <array>

namespace fusogen {
/// The energy per area of two parallel membranes whose surfaces are d apart,
///   W(d) = P0 xi exp(-d / xi) - w exp(-d / zeta):
/// hydration repulsion with the pressure P0 at contact and the decay length xi (R. P. Rand and
/// V. A. Parsegian, Biochim. Biophys. Acta 988 (1989) 351) and an adhesion of longer range. It
/// is cut off where both are below 1e-10 of what they are at contact.
struct ContactLaw {
  double hydration_pressure = 0.; ///< P0 [pN/nm^2]
  double hydration_decay = 0.2;   ///< xi [nm]
  double adhesion_energy = 0.;    ///< w [pN/nm]
  double adhesion_decay = 1.;     ///< zeta [nm]
  double thickness = 4.; ///< of a bilayer: what d is less than the mid-surfaces' distance [nm]

  double cutoff() const; ///< of the distance between mid-surfaces [nm]
  /// W and its first two derivatives at a distance between mid-surfaces.
  std::array<double, 3> at(double distance) const;
};
} // namespace fusogen

#endif
