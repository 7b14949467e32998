// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_STATIC_SHAPE_H
#define FUSOGEN_SCENARIO_STATIC_SHAPE_H

#include "geometry/meridian_motion.h"
#include "mechanics/applied_force.h"
#include "mechanics/flow_system.h"
#include "scenario/run_output.h"

#include <optional>

namespace fusogen {
/// An open membrane in the meridian on its way to its equilibrium shape between given edges: the
/// viscous flow with growing time steps, which end as Newton's method on the energy.
class StaticShape {
public:
  struct Setup {
    Profile profile;
    Edge first_end, last_end;
    std::map<Edge, EdgeCondition> edges;
    /// Outward conormals (e_r, e_z) of edges with clamped slope.
    std::map<Edge, dealii::Tensor<1, 2>> conormals;
    /// Tension under which the membrane exchanges area [pN/nm]; without it the area is that of the
    /// profile.
    std::optional<double> tension;
    /// Height at which the pole is held [nm].
    std::optional<double> pole_height;
    double length; ///< size of the smallest feature, for time scales [nm]
  };

  StaticShape(const RunContext &context, Setup setup);

  /// Runs to equilibrium; throws ComputationError if it is not found. Places the nodes anew on the
  /// way.
  void equilibrate();
  /// Moves the pole that is held to another height, stretching the shape along z with it as a first
  /// guess.
  void set_pole_height(double height);

  double bending_energy() const { return flow->energies().at("bending"); } ///< [pN nm]
  double area() const { return membrane.area(); }                          ///< [nm^2]
  double pole_force() const;                                               ///< [pN]
  Membrane<1> &surface() { return membrane; }
  FlowSystem<1> &system() { return *flow; }

private:
  /// @param first_step in relaxation times
  void relax(double first_step);

  const Parameters &parameters;
  Setup setup;
  Membrane<1> membrane;
  std::unique_ptr<FlowSystem<1>> flow;
  GradingParameters grading;
  PoleForce<1> *pole = nullptr;
};
} // namespace fusogen

#endif
