// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_DOCKING_TERMS_H
#define FUSOGEN_SCENARIO_DOCKING_TERMS_H

#include "mechanics/applied_force.h"
#include "mechanics/contact.h"
#include "mechanics/enclosed_volume.h"
#include "mechanics/flow_system.h"
#include "mechanics/snares.h"
#include "scenario/parameters.h"

namespace fusogen {
/// What holds a vesicle at the plasma membrane; terms of a FlowSystem.
template <int dim> struct DockingTerms {
  Contact<dim> *contact = nullptr;
  VesicleForce<dim> *force = nullptr;
  Zippering<dim> *snares = nullptr; ///< or none

  /// Their potential energy [pN nm].
  double energy(const FlowSystem<dim> &flow) const {
    const auto energies = flow.energies();
    return energies.at(contact->name()) + energies.at(force->name()) +
           (snares ? energies.at(snares->name()) : 0.);
  }
};

/// Adds them: the contact of the membranes, the force that docks, SNARE complexes if there are any.
/// The vesicle is in osmotic equilibrium as a sphere, and has the volume @p volume [nm^3].
template <int dim>
DockingTerms<dim> add_docking_terms(FlowSystem<dim> &flow, const Parameters &parameters,
                                    const double volume) {
  using dealii::numbers::PI;
  const double radius = parameters.vesicle.radius;
  flow.add(EnclosedVolume<dim>::osmotic(4. / 3. * PI * std::pow(radius, 3),
                                        parameters.vesicle.osmotic_modulus, volume));
  DockingTerms<dim> terms;
  terms.force =
      &flow.add(VesicleForce<dim>(-parameters.docking.force, 4. * PI * std::pow(radius, 2)));
  terms.contact = &flow.add(Contact<dim>(parameters.contact));
  if (parameters.snares.number > 0)
    terms.snares = &flow.add(Zippering<dim>(
        parameters.snares,
        Vector3({parameters.vesicle.docking(0).x, parameters.vesicle.docking(0).y, 0.})));
  return terms;
}
} // namespace fusogen

#endif
