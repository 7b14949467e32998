// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_DOCKING_H
#define FUSOGEN_SCENARIO_DOCKING_H

#include "scenario/run_output.h"

namespace fusogen {
/// A closed vesicle is pulled to the plasma membrane until both are at rest, under hydration
/// repulsion, adhesion and a force on the vesicle.
void run_docking(const RunContext &context);
} // namespace fusogen

#endif
