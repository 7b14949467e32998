// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_SPECIES_H
#define FUSOGEN_LIPIDS_SPECIES_H

#include <string>

namespace fusogen {
/// Outer is the leaflet on the side of the normal, which faces the cytosol on a vesicle and on the
/// plasma membrane.
enum class Leaflet { outer, inner };

/// A kind of lipid.
struct Species {
  std::string name;
  double area = 0.65;                ///< per lipid [nm^2]
  double spontaneous_curvature = 0.; ///< J0 of a monolayer of it, positive for large heads [1/nm]
  double diffusion_coefficient = 1.; ///< [nm^2/us]
  double rigidity = 1.;              ///< bending rigidity of a bilayer of it, relative to kappa
  double flip_flop_rate = 0.;        ///< of a lipid to the other leaflet [1/us]
};
} // namespace fusogen

#endif
