// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_PATHWAY_SETUP_H
#define FUSOGEN_SCENARIO_PATHWAY_SETUP_H

#include "pathway/fusion_profile.h"
#include "scenario/parameters.h"

namespace fusogen {
/// What the energy path of fusion is computed for.
struct PathwaySetup {
  MirrorPair pair;
  HydrophobicDefect defect;
  /// Distance of the docked bilayers' middles on the axis [nm].
  double docked = 0.;
  ProfileSettings settings;

  FusionPath path(MPI_Comm communicator) const { return {pair, defect, docked, communicator}; }
};

/// That of the scenario fusion pathway.
PathwaySetup pathway_of(const Parameters &parameters);

/// That of the contact between the docked vesicle and the plasma membrane of an exocytosis, up to
/// the pore that opens. Where the two membranes differ (curvature, composition), two equal ones
/// with the mean stand for them: by symmetry energies change with the square of the difference
/// only.
PathwaySetup pathway_at_contact(const Parameters &parameters);
} // namespace fusogen

#endif
