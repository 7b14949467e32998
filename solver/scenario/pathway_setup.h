// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_PATHWAY_SETUP_H
#define FUSOGEN_SCENARIO_PATHWAY_SETUP_H

#include "pathway/fusion_profile.h"
#include "scenario/parameters.h"

namespace fusogen {
/// What the energy path of fusion is computed for.
struct PathwaySetup {
  /// Mirror images with the mean of both membranes.
  MirrorPair pair;
  /// Both as they are, if asked for: the vesicle is the upper one.
  std::optional<UnequalPair> unequal;
  HydrophobicDefect defect;
  /// Distance of the docked bilayers' middles on the axis [nm].
  double docked = 0.;
  ProfileSettings settings;

  FusionPath path(MPI_Comm communicator) const {
    return unequal ? FusionPath(*unequal, defect, docked, communicator)
                   : FusionPath(pair, defect, docked, communicator);
  }
};

/// That of the scenario fusion pathway.
PathwaySetup pathway_of(const Parameters &parameters);

/// That of the contact between the docked vesicle and the plasma membrane of an exocytosis, up to
/// the pore that opens.
///
/// Where two membranes differ (curvature, composition), two equal ones with the mean stand for them
/// unless Pathway/Bilayers says otherwise: by symmetry energies change with the square of the
/// difference only.
PathwaySetup pathway_at_contact(const Parameters &parameters);
} // namespace fusogen

#endif
