// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_FUSED_PAIR_H
#define FUSOGEN_SCENARIO_FUSED_PAIR_H

#include "geometry/membrane.h"
#include "scenario/parameters.h"

#include <memory>

namespace fusogen {
/// Two equal spheres of the radius R / sqrt(2) that have just fused: a vesicle of the area 4 pi R^2
/// and the reduced volume 1 / sqrt(2), but for what is in the neck. They lie along the z axis. What
/// the fusion changes is reported. Throws UserError if Fusion/Gap and Fusion/Initial pore radius do
/// not make a neck between them.
std::unique_ptr<Membrane<2>> fused_pair(MPI_Comm communicator, const Parameters &parameters);
} // namespace fusogen

#endif
