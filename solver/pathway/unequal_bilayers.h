// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_UNEQUAL_BILAYERS_H
#define FUSOGEN_PATHWAY_UNEQUAL_BILAYERS_H

#include "pathway/fusion_states.h"

namespace fusogen {
/// Two bilayers that need not be mirror images of each other: vesicle and plasma membrane. Each is
/// described as one of a mirror pair; box, half separation and elements are those of the upper one.
struct UnequalPair {
  MirrorPair upper, lower;

  /// The mirror pair with the mean of both materials and slopes.
  MirrorPair mean() const;
  /// If there is anything in which they differ.
  bool differ() const;
};

/// What is joined to what in a state on the way to fusion.
enum class Topology { apposed, patches, stalk, diaphragm, hole, pore };

/// Both halves of a state of a mirror pair, with the lower one as free as the upper one. Strips
/// keep their numbers, so that functions for halves (set_stalk_radius() and so on) work as before;
/// those of the lower bilayer follow them in the same order, with their leaflets' sides exchanged,
/// except that the upper half of a diaphragm becomes a bilayer of both distal leaflets.
///
/// What the mirror plane held is held otherwise:
/// - The whole may not fall: the place where halves are joined keeps its height.
/// - Where leaflets of the two membranes become one, its materials change at a border, which lipids
///   would move to where that pays, since a membrane is a reservoir of them. So it has a place: the
///   waist, where the director is horizontal. For equal materials this is no condition on a stalk;
///   on diaphragms and pores it is one that costs next to nothing (see the notes).
/// - Around patches and holes the last directors of both membranes lean over by the same angle.
/// - If the membranes have a distance at the far end, it is that between the two.
BilayerNetwork without_mirror_plane(const BilayerNetwork &half, Topology topology);

/// Puts materials and slopes to those of a pair; t = 0 is that of the mean pair, t = 1 of the pair
/// itself.
void set_difference(BilayerNetwork &network, const UnequalPair &pair, double t);
} // namespace fusogen

#endif
