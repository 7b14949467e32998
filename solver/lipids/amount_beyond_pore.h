// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_AMOUNT_BEYOND_PORE_H
#define FUSOGEN_LIPIDS_AMOUNT_BEYOND_PORE_H

#include "geometry/topology/pore.h"

namespace fusogen {
/// Amount of a field (area fractions @p fraction in the scalar space, ghosted) [nm^2] on the part
/// of the membrane that, counted from the far end of the second membrane of @p pore (the vesicle's
/// pole) in loops around the pore, has the area @p area [nm^2]. Collective; each rank integrates
/// over its own cells.
double amount_within(const Membrane<2> &membrane, const Pore &pore, const Vector &fraction,
                     double area);
} // namespace fusogen

#endif
