// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_STALK_H
#define FUSOGEN_LIPIDS_STALK_H

#include "geometry/membrane.h"

#include <vector>

namespace fusogen {
/// The connection of hemifused membranes: the leaflets that face each other are joined by a stalk,
/// a tube of one leaflet between a circle of radius a on each membrane. Lipids spread through it
/// with the flux D 2 pi a / length times the difference of the means over both circles.
struct Stalk {
  using Index = dealii::types::global_dof_index;
  /// Shares of the nodes in the mean over the circle on the vesicle, and on the other membrane; the
  /// same on all ranks.
  std::vector<std::pair<Index, double>> on_vesicle, on_plasma_membrane;
  double conductance; ///< 2 pi a / length

  /// Where a stalk is.
  struct Site {
    dealii::Point<3> on_vesicle, on_plasma_membrane; ///< centres of the circles [nm]
    double radius, length;                           ///< [nm]
  };
};

/// A stalk between the vesicle and the plasma membrane of @p membrane. The means are taken over
/// points within the size of a cell of the circle, all points at the distance a from its centre,
/// weighted with a hat function. Collective.
template <int dim> Stalk make_stalk(const Membrane<dim> &membrane, const Stalk::Site &site);
} // namespace fusogen

#endif
