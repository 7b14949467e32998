// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EQUILIBRIUM_H
#define FUSOGEN_SCENARIO_EQUILIBRIUM_H

namespace fusogen
{
/// Decides when a relaxing membrane is at rest.
///
/// At rest in the continuum the discrete membrane still creeps: nodes slide along the surface to where the
/// discretisation error of the energy is less. That is told apart by its constancy: a small dissipation that has hardly
/// fallen over several relaxation times is creep.
class EquilibriumCheck
{
public:
  /// @param relaxation_time viscosity * R^2 / rigidity [us]
  /// @param energy_scale    8 pi kappa [pN nm]
  /// @param tolerance       dissipation in a relaxation time relative to the energy scale that counts as rest
  EquilibriumCheck(double relaxation_time, double energy_scale, double tolerance)
      : relaxation_time(relaxation_time), energy_scale(energy_scale), tolerance(tolerance)
  {
  }

  /// Tells of a step of length @p dt [us] in which @p dissipated [pN nm] was dissipated; true at rest.
  bool reached(double dissipated, double dt)
  {
    const double power = dissipated / dt * relaxation_time / energy_scale;
    elapsed += dt;
    bool creeps = false;
    if (elapsed > window * relaxation_time)
    {
      creeps = power > 0.7 * power_before && power < creep_limit;
      power_before = power;
      elapsed = 0.;
    }
    return power < tolerance || creeps;
  }

private:
  static constexpr double window = 4., creep_limit = 3e-6;
  double relaxation_time, energy_scale, tolerance;
  double power_before = 1e300, elapsed = 0.;
};
} // namespace fusogen

#endif
