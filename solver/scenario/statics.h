// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_STATICS_H
#define FUSOGEN_SCENARIO_STATICS_H

#include "scenario/run_output.h"

namespace fusogen {
/// Least energy of a neck of constrained radius, for one radius (summary.json) and for a list of
/// radii (curve.csv).
void run_pore_energy(const RunContext &context);

/// Force against extension when a point of a tense membrane is pulled out into a tether (curve.csv,
/// summary.json).
void run_tether(const RunContext &context);
} // namespace fusogen

#endif
