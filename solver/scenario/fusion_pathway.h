// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_FUSION_PATHWAY_H
#define FUSOGEN_SCENARIO_FUSION_PATHWAY_H

#include "scenario/run_output.h"

namespace fusogen {
/// The energy path of fusion by hemifusion between two equal flat bilayers (pathway.csv), its
/// barriers and the rate of the slowest step (summary.json).
void run_fusion_pathway(const RunContext &context);
} // namespace fusogen

#endif
