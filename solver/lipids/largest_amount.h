// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_LARGEST_AMOUNT_H
#define FUSOGEN_LIPIDS_LARGEST_AMOUNT_H

#include "geometry/membrane.h"

#include <optional>

namespace fusogen {
/// The largest amount [nm^2] of a lipid that any part of the membrane of the area @p area [nm^2]
/// holds: that where its area fraction is highest,
///   min over c of (c area + int max(fraction - c, 0) dA).
/// On a vesicle that has fused, with the vesicle's area, this is what has not left the vesicle,
/// wherever and however many its pores are; with one pore and axial symmetry it is the amount on
/// the area counted from the vesicle's pole.
/// @param fraction area fraction, 0 to 1 (scalar space, ghosted)
/// @param component only there, if it is given
/// Collective; each rank integrates over its own cells.
double largest_amount(const Membrane<2> &membrane, const Vector &fraction, double area,
                      std::optional<Component> component = {});
} // namespace fusogen

#endif
