// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_LEAFLETS_H
#define FUSOGEN_SCENARIO_LEAFLETS_H

#include "geometry/scalar_content.h"
#include "io/surface_output.h"
#include "mechanics/flow_system.h"
#include "mechanics/leaflet_elasticity.h"
#include "mechanics/leaflet_friction.h"
#include "scenario/parameters.h"

#include <cmath>
#include <limits>

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

/// Makes the outer leaflet denser, and the inner one less, around the highest point of the
/// membrane, by Leaflets/Local excess times exp(-(distance / Leaflets/Excess radius)^2).
template <int dim> void add_local_excess(FlowSystem<dim> &flow, const Parameters &parameters) {
  const Membrane<dim> &membrane = flow.membrane();
  std::vector<double> top = {0., 0., -std::numeric_limits<double>::max()}, x;
  SurfaceValues<dim> cell_surface(membrane.degree());
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      cell_surface.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < cell_surface.n_quadrature_points(); ++q)
        if (const Vector3 &point = cell_surface.point(q); point[2] > top[2])
          top = {point[0], point[1], point[2]};
    }
  for (const auto &other : dealii::Utilities::MPI::all_gather(membrane.communicator(), top))
    if (other[2] > top[2])
      top = other;
  if constexpr (dim == 1)
    top[0] = 0.; // on the axis

  Vector content =
      scalar_content(membrane, [&](const auto &, const auto &surface, std::vector<double> &values) {
        for (unsigned int q = 0; q < values.size(); ++q) {
          const Vector3 &point = surface.point(q);
          const double squared = std::pow(point[0] - top[0], 2) + std::pow(point[1] - top[1], 2) +
                                 std::pow(point[2] - top[2], 2),
                       radius = parameters.leaflets.excess_radius;
          values[q] = parameters.leaflets.local_excess * std::exp(-squared / (radius * radius));
        }
      });
  Vector before = membrane.scalar_vector(false);
  before = flow.leaflet_content;
  content.add(1., before);
  flow.leaflet_content = content;
  flow.project_moment();
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
