// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_TIME_STEPPER_H
#define FUSOGEN_SCENARIO_TIME_STEPPER_H

#include "base/state_archive.h"
#include "mechanics/flow_system.h"
#include "mechanics/thermal_noise.h"
#include "scenario/parameters.h"

#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace fusogen {
/// Chooses time steps: a step is taken back, exactly, and repeated with a smaller dt if Newton's
/// method fails, if the energy rises, if the time discretisation loses too much energy, or if the
/// scenario finds that too much changed.
template <int dim> class TimeStepper {
public:
  /// @param negligible_energy energies per step below this [pN nm] need no accurate balance
  TimeStepper(const Parameters::Time &parameters, double negligible_energy)
      : parameters(parameters), negligible_energy(negligible_energy),
        next_step(parameters.initial_step) {}

  /// What changed in a step relative to what may change; more than 1 rejects it. Called on the new
  /// shape.
  std::function<double(void)> change = [] { return 0.; };
  /// Where the last good state lies, for the error message.
  std::function<std::string(void)> last_good_state = [] { return std::string(); };

  /// From now on the membrane is jostled, in steps of @p step [us] (shorter only where a scenario
  /// wants one to end, and where Newton's method fails): such a motion has no energy balance and
  /// nothing smooth that a longer step could follow. Without @p noise it is as before.
  /// @param damped whether motion faster than the steps is damped, see FlowSystem::jostled_step(),
  /// or fluctuates as in equilibrium, see FlowSystem::midpoint_step()
  void set_noise(std::optional<ThermalNoise<dim>> thermal_noise, const double step,
                 const bool damped) {
    noise = std::move(thermal_noise);
    noise_step = step;
    noise_is_damped = damped;
  }

  /// Takes one step of at most @p longest [us] and adds its length to time(). Throws
  /// ComputationError if no step longer than the smallest succeeds.
  StepResult advance(FlowSystem<dim> &flow, double longest);

  void serialize(StateArchive &state) {
    state.item("time", now);
    state.item("last time step", taken);
    state.item("next time step", next_step);
    state.item("longest step after a failure", longest_after_failure);
    state.item("steps to stay short", steps_to_stay_short);
    state.item("rejected steps", rejected);
    state.item("Newton iterations", n_newton);
    state.item("linear iterations", n_linear);
    if (noise)
      noise->serialize(state);
  }

  double time() const { return now; }
  /// Length of the last step [us].
  double last_step() const { return taken; }
  /// Length the next step would like to have [us].
  double wish() const { return next_step; }
  void restart_with(const double step) { next_step = step; }
  unsigned int n_rejected() const { return rejected; }
  /// Iterations of Newton's method and of the linear solver (0 with a direct one) in all accepted
  /// steps so far.
  unsigned int newton_iterations() const { return n_newton; }
  unsigned int linear_iterations() const { return n_linear; }

private:
  StepResult advance_with_noise(FlowSystem<dim> &flow, double longest);

  std::optional<ThermalNoise<dim>> noise;
  double noise_step = 0.;
  bool noise_is_damped = false;
  Parameters::Time parameters;
  double negligible_energy, next_step;
  double longest_after_failure = std::numeric_limits<double>::max(); // holds for the next
  unsigned int steps_to_stay_short = 0;
  double now = 0., taken = 0.;
  unsigned int rejected = 0, n_newton = 0, n_linear = 0;
};
} // namespace fusogen

#endif
