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

/// The lipid of the vesicle in the outer and the inner leaflet (fields 0 and 1), and that of the
/// plasma membrane (2 and 3).
template <int dim> std::unique_ptr<LipidFields<dim>> vesicle_lipid(const Membrane<dim> &membrane) {
  auto lipids = std::make_unique<LipidFields<dim>>(
      membrane, std::vector<Species>{{"vesicle lipid"}, {"plasma membrane lipid"}},
      room_temperature);
  for (unsigned int species = 0; species < 2; ++species)
    for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner})
      lipids->add(species, leaflet, 1. - species, species);
  return lipids;
}

/// Gives the vesicle's lipid in the outer (0) or inner (1) leaflet this fraction, and the other one
/// the rest.
template <int dim>
void set(const Membrane<dim> &membrane, LipidFields<dim> &lipids, unsigned int leaflet,
         const std::function<double(const Vector3 &)> &fraction) {
  lipids.set_fractions(leaflet, scalar_field<dim>(membrane, fraction));
  lipids.set_fractions(
      leaflet + 2, scalar_field<dim>(membrane, [&](const Vector3 &x) { return 1 - fraction(x); }));
}
template <int dim>
void set_both(const Membrane<dim> &membrane, LipidFields<dim> &lipids,
              const std::function<double(const Vector3 &)> &fraction) {
  for (const unsigned int leaflet : {0, 1})
    set<dim>(membrane, lipids, leaflet, fraction);
}

} // namespace fusogen::test
