// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lipids that several tests use.
#pragma once

#include "lipids/lipid_field.h"
#include "surfaces.h"

namespace fusogen::test {

constexpr LipidForces room_temperature = {4.11, 82.};

/// The lipids of a vesicle and of the plasma membrane, in the outer leaflet.
template <int dim> LipidFields<dim> vesicle_and_plasma_membrane(const Membrane<dim> &membrane) {
  LipidFields<dim> lipids(membrane, {{"vesicle lipid"}, {"plasma membrane lipid"}},
                          room_temperature);
  lipids.add(0, Leaflet::outer, 1., 0.);
  lipids.add(1, Leaflet::outer, 0., 1.);
  return lipids;
}

/// Species in the outer leaflet with these area fractions.
template <int dim>
LipidFields<dim> mixture(const Membrane<dim> &membrane, const std::vector<Species> &species,
                         const std::vector<std::function<double(const Vector3 &)>> &fractions) {
  LipidFields<dim> lipids(membrane, species, room_temperature);
  for (unsigned int i = 0; i < species.size(); ++i) {
    lipids.add(i, Leaflet::outer, 1., 1.);
    lipids.set_fractions(i, scalar_field<dim>(membrane, fractions[i]));
  }
  return lipids;
}

/// A lipid with the given fraction and another one like it that fills the rest.
template <int dim>
LipidFields<dim> labelled(const Membrane<dim> &membrane, double diffusion_coefficient,
                          const std::function<double(const Vector3 &)> &fraction) {
  return mixture<dim>(membrane,
                      {{"labelled", 0.65, 0, diffusion_coefficient},
                       {"unlabelled", 0.65, 0, diffusion_coefficient}},
                      {fraction, [&](const Vector3 &x) { return 1 - fraction(x); }});
}

} // namespace fusogen::test
