// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_DONOR_H
#define FUSOGEN_SCENARIO_DONOR_H

#include "geometry/conserved_field.h"
#include "geometry/surface_archive.h"
#include "geometry/topology/pore.h"
#include "scenario/parameters.h"

#include <memory>

namespace fusogen {
/// The membrane from which a vesicle buds, before it does.
template <int dim> struct Donor {
  std::unique_ptr<Membrane<dim>> membrane;
  /// dim = 2: where the bud will have its neck, and the distance of each point from the pole of the
  /// bud along the membrane [nm] (scalar space, ghosted).
  Pore pore;
  Vector distance;
};

/// Throws UserError if a tube has no room for the bud.
template <int dim> Donor<dim> make_donor(const Parameters &parameters, MPI_Comm communicator);

/// How far the bud or the vesicle reaches beyond the donor membrane as it was at first [nm]: above
/// a plane, or from a tube, along +x. Collective.
template <int dim> double bud_height(const Membrane<dim> &membrane, const Parameters &parameters);

/// Where a coat is on the membrane: around the pole of the bud, always on the same material.
template <int dim> class Coat {
public:
  /// @param edge_width width over which it ends [nm]
  explicit Coat(const double edge_width) : edge_width(edge_width) {}

  /// 1 on the coat, 0 outside (scalar space, ghosted), as a function of the area between a point
  /// and the pole alone. Collective.
  /// @param area of the coat [nm^2]
  Vector on(const Membrane<dim> &membrane, double area) const;

  /// dim = 2: the distance that the material at each place had from the pole in the donor membrane
  /// [nm], which tells the area between them and must be carried along when nodes move along the
  /// membrane. Along a meridian that area is measured instead.
  void set_distance(const Vector &new_distance) { replace(distance, new_distance); }
  /// The same as fields to be carried along: one, or none.
  std::vector<ConservedField> conserved(const Membrane<dim> &membrane) const;

  void serialize(SurfaceArchive<dim> &archive, const Membrane<dim> &membrane);

private:
  double edge_width;
  Vector distance;
};
} // namespace fusogen

#endif
