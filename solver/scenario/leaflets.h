// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_LEAFLETS_H
#define FUSOGEN_SCENARIO_LEAFLETS_H

#include "io/surface_output.h"
#include "mechanics/flow_system.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/leaflet_friction.h"
#include "scenario/parameters.h"

namespace fusogen {
/// Adds the terms of two leaflets to @p flow, if Leaflets/Model asks for them.
template <int dim> void add_leaflets(FlowSystem<dim> &flow, const Parameters &parameters) {
  if (parameters.leaflets.model == Leaflets::single)
    return;
  flow.add(LeafletElasticity<dim>(parameters.leaflets.area_modulus));
  if (parameters.leaflets.model == Leaflets::area_difference)
    return;
  flow.add(IntermonolayerFriction<dim>(parameters.leaflets.intermonolayer_friction));
  flow.add(SlipViscosity<dim>(parameters.bilayer.surface_viscosity));
}

/// Adds what two leaflets have to the fields of a picture.
template <int dim>
void add_leaflets(typename SurfaceOutput<dim>::Fields &fields, const FlowSystem<dim> &flow) {
  if (flow.unknowns().leaflets != Leaflets::two)
    return;
  fields.scalars.emplace_back("leaflet density difference []", flow.density_difference());
  fields.vectors.emplace_back("slip velocity [nm/us]", flow.slip_velocity());
}
} // namespace fusogen

#endif
