// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/applied_force.h"

namespace fusogen {
namespace {
// The z component of a node is its last one.
template <int dim> unsigned int vertical_dof(const int node) { return node * (dim + 1) + dim; }
} // namespace

template <int dim>
void PoleForce<dim>::add_to_nodes(const NodalState &cell, std::vector<double> &derivative) const {
  if (cell.pole_node >= 0 && !holds_height)
    derivative[vertical_dof<dim>(cell.pole_node)] -= force;
}

template <int dim> double PoleForce<dim>::nodal_energy(const NodalState &cell) const {
  return cell.pole_node >= 0 && !holds_height
             ? -force * cell.positions[vertical_dof<dim>(cell.pole_node)]
             : 0.;
}

template <int dim>
double PoleForce<dim>::add_to_nodal_constraint(const NodalState &cell,
                                               std::vector<double> &derivative) const {
  if (cell.pole_node < 0)
    return 0.;
  derivative[vertical_dof<dim>(cell.pole_node)] -= 1.;
  return -cell.positions[vertical_dof<dim>(cell.pole_node)];
}

template <int dim>
void VesicleForce<dim>::add_to(const PointState &p, PointDerivatives &d, bool) const {
  d.displacement_now[frame::value(2)] -= per_area(p) * p.before.weight;
}

// The area is that before the step, which the material keeps.
template <int dim> double VesicleForce<dim>::energy(const PointState &p) const {
  return -per_area(p) * p.before.weight * p.now.point[2];
}

template class PoleForce<1>;
template class PoleForce<2>;
template class VesicleForce<1>;
template class VesicleForce<2>;
} // namespace fusogen
