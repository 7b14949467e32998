// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/static_shape.h"

#include "base/computation_error.h"
#include "mechanics/area_reservoir.h"
#include "mechanics/bending.h"
#include "mechanics/drag.h"
#include "mechanics/inextensibility.h"
#include "mechanics/surface_viscosity.h"
#include "scenario/time_stepper.h"

#include <cmath>

namespace fusogen {
using dealii::numbers::PI;

StaticShape::StaticShape(const RunContext &context, Setup given)
    : parameters(context.parameters), setup(std::move(given)),
      membrane(context.communicator, parameters.geometry.degree) {
  grading.n_cells = parameters.geometry.cells;
  membrane.create_meridian({{setup.profile, graded_nodes(setup.profile, grading),
                             Component::plasma_membrane, setup.first_end, setup.last_end}});
  flow = std::make_unique<FlowSystem<1>>(membrane, setup.edges);
  Bending<1> bending(parameters.bending_rigidity(), parameters.bilayer.spontaneous_curvature);
  for (const auto &[edge, conormal] : setup.conormals)
    bending.clamp(edge, conormal);
  flow->add(std::move(bending));
  flow->add(SurfaceViscosity<1>(parameters.bilayer.surface_viscosity));
  // The viscous membrane does not resist a flat piece's motion across itself; a trace of drag does.
  flow->add(Drag<1>(1e-6 * parameters.bilayer.surface_viscosity / (setup.length * setup.length)));
  flow->add(Inextensibility<1>());
  if (setup.tension)
    flow->add(AreaReservoir<1>(*setup.tension));
  if (setup.pole_height)
    pole = &flow->add(PoleForce<1>::holding(*setup.pole_height));
  flow->initialize();
}

void StaticShape::set_pole_height(const double height) {
  const double ratio = height / pole->height;
  pole->height = height;
  Vector positions = membrane.vector_field(false);
  positions = membrane.positions();
  std::vector<dealii::types::global_dof_index> indices;
  std::map<dealii::types::global_dof_index, double> stretched;
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators()) {
    membrane.cell_position_indices(cell, indices);
    membrane.cell_positions(cell, x);
    for (unsigned int i = 1; i < indices.size(); i += 2)
      stretched[indices[i]] = ratio * x[i];
  }
  for (const auto &[index, z] : stretched)
    if (positions.in_local_range(index))
      positions(index) = z;
  positions.compress(dealii::VectorOperation::insert);
  membrane.set_positions(positions);
  flow->initialize();
}

double StaticShape::pole_force() const { return pole != nullptr ? pole->multiplier : 0.; }

void StaticShape::relax(const double first_step) {
  const double kappa = parameters.bending_rigidity(), energy_scale = 8. * PI * kappa;
  const double relaxation_time =
      parameters.bilayer.surface_viscosity * setup.length * setup.length / kappa;
  Parameters::Time steps = parameters.time;
  steps.initial_step = first_step * relaxation_time;
  steps.smallest_step = 1e-10 * relaxation_time;
  steps.largest_step = 1e9 * relaxation_time;
  TimeStepper<1> stepper(steps, energy_scale);
  // Steps double, so that after some tens of them the motion is Newton's method on the energy. At
  // rest the energy no longer changes from one to the next although time has grown many times
  // longer.
  double last_energy = flow->energy();
  unsigned int quiet = 0;
  for (unsigned int step = 0; step < 500; ++step) {
    stepper.advance(*flow, steps.largest_step);
    const double energy = flow->energy();
    quiet = std::abs(energy - last_energy) < 1e-9 * energy_scale &&
                    stepper.last_step() > relaxation_time
                ? quiet + 1
                : 0;
    last_energy = energy;
    if (quiet >= 3)
      return;
  }
  throw ComputationError("the equilibrium shape was not found within 500 steps", stepper.time(),
                         "");
}

void StaticShape::equilibrate() {
  // The nodes follow the shape: place them anew where it has outgrown them, and relax again.
  // After that the shape is right but for the discretisation, and small steps would only turn its
  // small errors of the area into fast motion.
  for (unsigned int round = 0; round < 4; ++round) {
    relax(round == 0 ? 1e-3 : 1.);
    const bool rim_clamped = setup.conormals.count(Edge::rim) > 0;
    MeridianMotion motion(membrane, grading, {},
                          rim_clamped ? CurveEnd::horizontal : CurveEnd::free);
    if (motion.misfit() < 1.3)
      return;
    Vector tension = flow->tension();
    std::vector<MeridianMotion::Field> no_fields;
    Vector area = flow->material_area;
    motion.redistribute(true, area, no_fields, {&tension});
    flow->set_tension(tension);
    flow->mesh_moved(area);
  }
}
} // namespace fusogen
