// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/time_stepper.h"

#include "base/computation_error.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
namespace {
// The ledger's defect is a small difference of energies, whose round-off would pass on to the
// steps, and from there to all results: factors between steps are multiples of 1/64.
double rounded(const double factor) { return std::round(64. * factor) / 64.; }

// So many steps are not longer than half of one in which Newton's method failed, and half is what
// is taken up again where it fails once more with the same length: where it fails for long, as
// where membrane streams through a narrow neck, trying again after each step would cost as much as
// the steps, whose lengths, and with them their errors, would go up and down.
constexpr unsigned int steps_after_failure = 20;
} // namespace

template <int dim>
StepResult TimeStepper<dim>::advance(FlowSystem<dim> &flow, const double longest) {
  if (noise)
    return advance_with_noise(flow, longest);
  const auto start = flow.snapshot();
  std::string reason;
  double dt = std::min({next_step, longest, parameters.largest_step});
  while (true) {
    const StepResult result = flow.step(dt);
    double strain = std::numeric_limits<double>::infinity(); // more than 1: reject
    bool fails = true;
    bool fails_again = false; // with the length with which it failed before
    if (!result.converged) {
      reason = "Newton's method does not converge";
      fails_again = std::abs(0.5 * dt / longest_after_failure - 1.) < 0.01;
      longest_after_failure = 0.5 * dt;
      steps_to_stay_short = steps_after_failure;
    } else {
      const double loss = result.energy_before - result.energy_after;
      // Round-off of a sum of energies must not count as a rise.
      const double round_off = 1e-10 * (std::abs(result.energy_before) + negligible_energy);
      strain = std::abs(result.ledger_defect()) /
               (parameters.energy_tolerance * std::max(loss, negligible_energy) + round_off);
      fails = loss < -round_off;
      if (fails) {
        strain = std::max(strain, 4.);
        reason = "the energy rises in a step";
      }
      strain = std::max(strain, change());
    }
    // Right after a sudden change of shape the fastest motion is that of single cells, and no step
    // would resolve it: inaccuracy alone does not make steps shorter than the first one. Backward
    // Euler damps such motion.
    if (strain <= 1. || (!fails && dt <= parameters.initial_step)) {
      const bool was_cut_short = dt < 0.99 * next_step;
      // Not from the number of Newton's iterations: it hangs on round-off, as in the rigid motions
      // that only a trace of drag resists, and with it would the steps.
      const double growth = rounded(std::clamp(0.8 / std::max(strain, 1e-3), 0.5, 2.));
      // A step that was cut short to meet an output time says nothing against the longer one.
      next_step = was_cut_short && growth >= 1. ? std::max(next_step, growth * dt) : growth * dt;
      if (steps_to_stay_short > 0) {
        --steps_to_stay_short;
        next_step = std::min(next_step, longest_after_failure);
      }
      now += dt;
      n_newton += result.iterations;
      n_linear += result.linear_iterations;
      taken = dt;
      return result;
    }
    ++rejected;
    if (result.converged)
      flow.restore(start);
    dt *= std::isfinite(strain) ? rounded(std::clamp(0.7 / strain, 0.1, 0.6))
          : fails_again         ? 0.5
                                : 0.25;
    if (!fails)
      dt = std::max(dt, parameters.initial_step);
    next_step = dt;
    if (dt < parameters.smallest_step)
      throw ComputationError("the time step fell below Time/Smallest step, because " + reason, now,
                             last_good_state());
  }
}

template <int dim>
StepResult TimeStepper<dim>::advance_with_noise(FlowSystem<dim> &flow, const double longest) {
  double dt = std::min({noise_step, longest, parameters.largest_step});
  while (true) {
    const Vector forces = noise->draw(flow.membrane(), dt);
    const StepResult result =
        noise_is_damped ? flow.jostled_step(dt, forces) : flow.midpoint_step(dt, forces);
    if (result.converged) {
      now += dt;
      n_newton += result.iterations;
      n_linear += result.linear_iterations;
      taken = dt;
      return result;
    }
    ++rejected;
    dt *= 0.5;
    if (dt < parameters.smallest_step)
      throw ComputationError("the time step fell below Time/Smallest step, because Newton's method "
                             "does not converge under thermal noise",
                             now, last_good_state());
  }
}

template class TimeStepper<1>;
template class TimeStepper<2>;
} // namespace fusogen
