// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_TRANSPORT_H
#define FUSOGEN_SCENARIO_TRANSPORT_H

#include "scenario/run_output.h"

namespace fusogen {
/// Motors carry a vesicle along a microtubule until it reaches an end of it or detaches. The
/// vesicle is a rigid sphere that is moved along with its motors; the random walk is computed on
/// rank 0.
void run_transport(const RunContext &context);
} // namespace fusogen

#endif
