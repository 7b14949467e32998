// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_BUDDING_H
#define FUSOGEN_SCENARIO_BUDDING_H

#include "scenario/run_output.h"

namespace fusogen {
/// A coat grows on a flat membrane under tension and bends it into a bud, whose neck is cut when it
/// is narrow enough: a vesicle results, with the lipids and the cargo of where it comes from.
void run_budding(const RunContext &context);
} // namespace fusogen

#endif
