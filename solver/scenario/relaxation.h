// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_RELAXATION_H
#define FUSOGEN_SCENARIO_RELAXATION_H

#include "scenario/run_output.h"

namespace fusogen {
/// A closed vesicle relaxes to equilibrium at its area and, if fixed, its volume.
template <int dim> void run_relaxation(const RunContext &context);
} // namespace fusogen

#endif
