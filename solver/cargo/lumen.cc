// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cargo/lumen.h"

#include <cmath>

namespace fusogen {
void Lumen::advance(const Neck &neck, const double dt) {
  if (neck.lumen_volume <= 0.)
    inside = 0.; // flat: no lumen is left to hold anything
  else
    inside *= std::exp(-dt * diffusion_coefficient / (neck.resistance * neck.lumen_volume));
}
} // namespace fusogen
