// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_MEMBRANE_TERMS_H
#define FUSOGEN_SCENARIO_MEMBRANE_TERMS_H

#include "mechanics/bending.h"
#include "mechanics/boundary_tension.h"
#include "mechanics/drag.h"
#include "mechanics/flow_system.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "scenario/parameters.h"

namespace fusogen {
/// Adds what every vesicle at a plasma membrane has: bending energy, viscosity, drag, area that
/// is kept, the tension of the membrane beyond the rim, which is returned, and the user's terms.
/// @param drag coefficient xi [pN us/nm^3]
/// @param horizontal_rim the slope at the rim is clamped; else the caller says what it is
template <int dim>
BoundaryTension<dim> &add_membrane_terms(FlowSystem<dim> &flow, const Parameters &parameters,
                                         const double drag, const bool horizontal_rim = true) {
  const Parameters::Bilayer &bilayer = parameters.bilayer;
  Bending<dim> bending(parameters.bending_rigidity(), bilayer.spontaneous_curvature,
                       parameters.leaflets.neutral_distance);
  dealii::Tensor<1, 2> outward;
  outward[0] = 1.;
  if (horizontal_rim)
    bending.clamp(Edge::rim, outward);
  flow.add(std::move(bending));
  flow.add(SurfaceViscosity<dim>(bilayer.surface_viscosity));
  flow.add(Drag<dim>(drag));
  flow.add(Inextensibility<dim>());
  BoundaryTension<dim> &tension =
      flow.add(BoundaryTension<dim>(parameters.plasma_membrane.tension));
  add_user_terms(flow, parameters);
  return tension;
}
} // namespace fusogen

#endif
