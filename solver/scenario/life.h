// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_LIFE_H
#define FUSOGEN_SCENARIO_LIFE_H

#include "scenario/run_output.h"

namespace fusogen {
/// The life of a vesicle: it buds off, is carried along a track, docks, fuses, and its lipids mix,
/// each stage the scenario of that name, one after the other on one clock. What a stage hands over
/// is the radius of the vesicle, its lipids and where it is.
void run_life(const RunContext &context);
} // namespace fusogen

#endif
