// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/applied_force.h"

namespace fusogen {
namespace {
// The z component of a node is its last one.
template <int dim> unsigned int vertical_dof(const int node) { return node * (dim + 1) + dim; }
} // namespace

template <int dim>
void PoleForce<dim>::add_to(const CellState<dim> &cell, LocalSystem &local, bool) const {
  if (cell.pole_node >= 0 && !holds_height)
    local.gradient_x(vertical_dof<dim>(cell.pole_node)) -= force;
}

template <int dim> double PoleForce<dim>::energy(const CellState<dim> &cell) const {
  return cell.pole_node >= 0 && !holds_height
             ? -force * cell.positions[vertical_dof<dim>(cell.pole_node)]
             : 0.;
}

template <int dim>
void PoleForce<dim>::add_to_constraint(const CellState<dim> &cell, LocalConstraint &local) const {
  if (cell.pole_node < 0)
    return;
  local.value -= cell.positions[vertical_dof<dim>(cell.pole_node)];
  local.gradient_x(vertical_dof<dim>(cell.pole_node)) -= 1.;
}

template <int dim>
void RingForce<dim>::add_to(const CellState<dim> &cell, LocalSystem &local, bool) const {
  if (cell.neck_node >= 0)
    local.gradient_x(cell.neck_node * (dim + 1)) += force;
}

template <int dim> double RingForce<dim>::energy(const CellState<dim> &cell) const {
  return cell.neck_node >= 0 ? force * cell.positions[cell.neck_node * (dim + 1)] : 0.;
}

template class PoleForce<1>;
template class PoleForce<2>;
template class RingForce<1>;
template class RingForce<2>;
} // namespace fusogen
