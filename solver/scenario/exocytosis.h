// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EXOCYTOSIS_H
#define FUSOGEN_SCENARIO_EXOCYTOSIS_H

#include "scenario/run_output.h"

namespace fusogen {
/// A docked vesicle and the plasma membrane: at the fusion time their facing discs are replaced by
/// a neck, and what follows is left to the membrane: the pore dilates until the membrane is flat,
/// or it closes.
void run_exocytosis(const RunContext &context);
} // namespace fusogen

#endif
