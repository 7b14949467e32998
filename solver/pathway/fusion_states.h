// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_FUSION_STATES_H
#define FUSOGEN_PATHWAY_FUSION_STATES_H

#include "pathway/bilayer_network.h"

#include <optional>

namespace fusogen {
/// Two equal bilayers, mirror images at the plane z = 0, around the axis of fusion. Only the upper
/// one is computed. The proximal leaflets face each other; their heads are below the tails' ends.
struct MirrorPair {
  Monolayer proximal, distal;
  /// Radius of the far end, where the membranes are flat and reach on as a reservoir [nm].
  double box = 12.;
  /// Half the distance between the bilayers' middles at the far end [nm]; free if not given.
  std::optional<double> half_separation;
  /// Angle by which the membranes rise at the far end, away from each other [rad].
  double slope = 0.;
  /// Force that presses the far ends together, where they are free in height [pN].
  double force = 0.;
  /// Elements along the upper bilayer.
  unsigned int n_elements = 20;
};

/// Two apposed bilayers that are not joined. One strip, from the axis to the far end.
/// @param half_separation  between the bilayers' middles on the axis, half of it [nm]
BilayerNetwork apposed_bilayers(const MirrorPair &pair, double half_separation);

/// A stalk: the proximal leaflets are one surface, the distal ones are apart.
///
/// Strip 0 is its core: from the mirror plane up to the height at which the distal tails end, the
/// tails of the proximal lipids meet on the axis. Strip 1 is the upper bilayer from there to the
/// far end. The core's height is found by minimisation. Without a core, distal tails fill a spike
/// on the axis, which holds no lipids: a coordinate that runs off to its limit.
BilayerNetwork stalk(const MirrorPair &pair);
/// Holds the waist of a stalk, in the same coordinate as that of a diaphragm: the radius of the
/// proximal neutral surface less l0 [nm]. As it grows the core gets shorter; at zero height it
/// becomes a diaphragm of zero junction radius, with the same energy.
void set_stalk_radius(BilayerNetwork &network, double radius);
double stalk_force(const BilayerNetwork &network);

/// A hemifusion diaphragm. Strip 0 is its upper half, the distal leaflet whose tails end on the
/// mirror plane; strip 1 the upper bilayer, from the junction to the far end.
/// @param radius  of the waist of the proximal neutral surface, less l0 [nm]: where the three
/// bilayers
///                meet if tails there are as long as in a flat leaflet. The junction itself is
///                free; were it held, it would slide along the tails.
BilayerNetwork diaphragm(const MirrorPair &pair, double radius);
void set_diaphragm_radius(BilayerNetwork &network, double radius);
/// What holds the radius: the derivative of the energy by it [pN].
double diaphragm_force(const BilayerNetwork &network);

/// Two bilayers about to join: their proximal leaflets end around bare tails that face each other.
/// Strips as in stalk(), to which this is equal when the director at the end of the proximal
/// leaflet is horizontal and its distance zero, as it is at first. The more upright the director,
/// the smaller is the patch of bare tails; there is none when it is vertical.
BilayerNetwork facing_patches(const MirrorPair &pair, const HydrophobicDefect &defect);
/// @param angle     of the proximal director at the end of its leaflet, from pi/2 (horizontal) to
/// pi
/// @param distance  between the ends of the two proximal leaflets [nm]
void set_patches(BilayerNetwork &network, double angle, double distance);
/// The same with the distance free, which it stays.
void set_separate_patches(BilayerNetwork &network, double angle);
/// The derivative of the energy by the distance [pN]; negative where the membranes would move
/// apart.
double patch_force(const BilayerNetwork &network);
/// Lets go of the directors at the patches.
void release_patches(BilayerNetwork &network);

/// A diaphragm with a hole: strips as in diaphragm().
/// @param hole   radius of the first distal heads [nm]
/// @param angle  of the distal director there, from 0 (upright: a hole through tails, in contact
/// with
///               water) to -pi/2 (horizontal: an edge covered by heads)
BilayerNetwork diaphragm_with_hole(const MirrorPair &pair, const HydrophobicDefect &defect,
                                   double radius, double hole, double angle);
void set_hole(BilayerNetwork &network, double hole, double angle);
/// Lets go of radius and angle of the hole, and of its height.
void release_hole(BilayerNetwork &network);

/// A pore. One strip, from its waist on the mirror plane to the far end.
/// @param lumen  radius of the distal neutral surface at the waist [nm]. It is the one to hold:
/// were
///               the middle curve held, it would slide between the leaflets.
BilayerNetwork pore(const MirrorPair &pair, double lumen);
void set_lumen_radius(BilayerNetwork &network, double lumen);
double lumen_force(const BilayerNetwork &network);

/// Turns a far end to a slope, away from the other membrane [rad].
/// @param far_end  number in the network's far_ends
void set_slope(BilayerNetwork &network, double slope, unsigned int far_end = 0);

/// Puts the far ends to a radius [nm].
void set_box(BilayerNetwork &network, double radius);
} // namespace fusogen

#endif
