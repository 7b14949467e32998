// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/string_method.h"

#include "base/assertion.h"
#include "base/computation_error.h"

#include <deal.II/base/mpi.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace fusogen {
namespace {
using Vector = std::vector<double>;

double dot(const Vector &a, const Vector &b) {
  double sum = 0.;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

/// a + factor b
Vector plus(Vector a, const double factor, const Vector &b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] += factor * b[i];
  return a;
}

Vector scaled(Vector a, const double factor) {
  for (double &v : a)
    v *= factor;
  return a;
}

/// Distances of states and norms of gradients, by a mass matrix that is the same for all states.
class Metric {
public:
  explicit Metric(const BilayerNetwork &network) : mass(network.mass()), factor(mass) {
    const bool positive = factorise(factor);
    FUSOGEN_ASSERT(positive, "a mass matrix is positive definite");
    (void)positive;
  }
  Vector times(const Vector &v) const {
    Vector result(v.size(), 0.);
    for (std::size_t j = 0; j < v.size(); ++j)
      for (std::size_t i = 0; i < v.size(); ++i)
        result[i] += mass[j * v.size() + i] * v[j];
    return result;
  }
  double length(const Vector &v) const { return std::sqrt(std::max(0., dot(v, times(v)))); }
  double dual_length(const Vector &gradient) const {
    return std::sqrt(std::max(0., dot(gradient, solve_with(factor, gradient))));
  }

  const Vector mass;

private:
  Vector factor;
};

/// Where images are along the string.
Vector positions(const std::vector<Vector> &images, const Metric &metric) {
  Vector result = {0.};
  for (std::size_t i = 1; i < images.size(); ++i)
    result.push_back(result.back() + metric.length(plus(images[i], -1., images[i - 1])));
  return result;
}

/// Points of the polygon at given positions, in rising order.
std::vector<Vector> interpolate(const std::vector<Vector> &corners, const Vector &at,
                                const Vector &wanted) {
  std::vector<Vector> result;
  std::size_t k = 0;
  for (const double s : wanted) {
    while (k + 2 < at.size() && s > at[k + 1])
      ++k;
    const double piece = at[k + 1] - at[k];
    const double t = piece > 0. ? std::clamp((s - at[k]) / piece, 0., 1.) : 0.;
    result.push_back(plus(scaled(corners[k], 1. - t), t, corners[k + 1]));
  }
  return result;
}

/// Equal distances on both sides of an image that stays. The string is cut off where its ends are
/// below their levels.
std::vector<Vector> equally_spaced(const std::vector<Vector> &images, const Vector &energy,
                                   const std::array<double, 2> &levels, const unsigned int middle,
                                   const bool middle_stays, const Metric &metric) {
  const Vector at = positions(images, metric);
  const unsigned int last = images.size() - 1;
  const auto reaches = [&](const double level, const unsigned int below, const unsigned int above) {
    const double t = (level - energy[below]) / (energy[above] - energy[below]);
    return at[below] + t * (at[above] - at[below]);
  };
  double begin = at.front(), end = at.back();
  for (unsigned int i = 0; i < middle; ++i)
    if (energy[i] < levels[0] && energy[i + 1] > levels[0])
      begin = reaches(levels[0], i, i + 1);
  for (unsigned int i = last; i > middle; --i)
    if (energy[i] < levels[1] && energy[i - 1] > levels[1])
      end = reaches(levels[1], i, i - 1);
  Vector wanted(images.size());
  for (unsigned int i = 0; i <= last; ++i)
    wanted[i] = !middle_stays ? begin + (end - begin) * i / last
                : i <= middle ? begin + (at[middle] - begin) * i / std::max(1u, middle)
                              : at[middle] + (end - at[middle]) * (i - middle) / (last - middle);
  std::vector<Vector> result = interpolate(images, at, wanted);
  if (middle_stays)
    result[middle] = images[middle];
  return result;
}

/// The direction of the string at an image, as long as the distance to its neighbours: towards the
/// higher one. Next to an extremum a mean of both, so that it changes smoothly.
Vector tangent(const std::vector<Vector> &images, const Vector &energy, const unsigned int i) {
  const unsigned int last = images.size() - 1;
  if (i == 0)
    return plus(images[1], -1., images[0]);
  if (i == last)
    return plus(images[last], -1., images[last - 1]);
  const Vector ahead = plus(images[i + 1], -1., images[i]),
               behind = plus(images[i], -1., images[i - 1]);
  const double up = energy[i + 1] - energy[i], down = energy[i] - energy[i - 1];
  if (up * down > 0.)
    return up > 0. ? ahead : behind;
  const double more = std::max(std::abs(up), std::abs(down)),
               less = std::min(std::abs(up), std::abs(down));
  const double weight =
      more > 0. ? (energy[i + 1] > energy[i - 1] ? more : less) / (more + less) : 0.5;
  return plus(scaled(ahead, weight), 1. - weight, behind);
}

/// Images climb when the gradient across the string has fallen to this part of what it was. If one
/// climbed before, it would stay behind on a ridge that the others have left.
constexpr double relaxed = 0.01;

/// What an image's step is made of.
struct Step {
  /// Gradient across the string, or the whole of a climbing image.
  double gradient = 0.;
  Vector moved;
};

/// @param climbs  if it climbs along the string
/// @param level   the energy that an end keeps
Step step_of(BilayerNetwork &network, const Vector &x, const double energy, Vector direction,
             const bool climbs, const std::optional<double> &level, const Metric &metric) {
  const std::size_t n = x.size();
  const double spacing = metric.length(direction);
  direction = scaled(direction, 1. / spacing);
  const Vector dual = metric.times(direction);
  Vector gradient, hessian;
  network.set_free_values(x);
  network.derivatives(gradient, hessian);
  const double slope = dot(direction, gradient);
  const Vector across = plus(gradient, -slope, dual);
  Step result;
  result.gradient = metric.dual_length(climbs ? gradient : across);
  result.moved = x;
  if (result.gradient == 0.)
    return result;

  // A stiff spring along the string makes the matrix positive definite if it is so across; the step
  // across does not depend on it.
  Vector turned(n, 0.);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i)
      turned[i] += hessian[j * n + i] * direction[j];
  const double spring = 1e3 * metric.dual_length(turned);
  const double least = metric.dual_length(across) / spacing;
  double weight = climbs ? 0. : std::abs(slope) / spacing;
  Vector factor;
  while (true) {
    factor = hessian;
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < n; ++i)
        factor[j * n + i] += weight * metric.mass[j * n + i] + spring * dual[j] * dual[i];
    if (factorise(factor))
      break;
    weight = std::max(2. * weight, 0.1 * least);
    if (!std::isfinite(weight))
      return result;
  }
  const Vector along = solve_with(factor, dual), newton = solve_with(factor, across);
  const double compliance = dot(dual, along);
  Vector step = plus(scaled(newton, -1.), dot(dual, newton) / compliance, along);
  const double fall = -dot(across, step);
  if (climbs) {
    // Uphill, with everything across the string giving way. The curvature there is negative near
    // the saddle, and all is Newton's step.
    const Vector path = scaled(along, 1. / compliance);
    const double curvature = 1. / compliance - spring, rise = dot(gradient, path),
                 most = 0.25 * spacing;
    const double wanted = curvature < 0. ? -rise / curvature : std::copysign(most, rise);
    step = plus(step, std::clamp(wanted, -most, most), path);
  }
  const double size = metric.length(step);
  double part = size > 0.5 * spacing ? 0.5 * spacing / size : 1.;
  for (unsigned int tries = 0; tries < 30; ++tries, part *= 0.5) {
    const Vector trial = plus(x, part, step);
    network.set_free_values(trial);
    const double next = network.energy();
    const double rounding = 1e-11 * (1. + std::abs(energy));
    if (std::isfinite(next) && (climbs || next <= energy - 1e-3 * part * fall + rounding)) {
      result.moved = trial;
      // Downhill along the string, to the end's level.
      const double downhill = slope > 0. ? -1. : 1.;
      if (level && next > *level + rounding && slope != 0.) {
        const double way = std::min((next - *level) / std::abs(slope), 0.25 * spacing);
        const Vector lower = plus(trial, downhill * way, direction);
        network.set_free_values(lower);
        if (std::isfinite(network.energy()))
          result.moved = lower;
      }
      break;
    }
  }
  return result;
}
} // namespace

MinimumEnergyPath find_minimum_energy_path(const std::vector<BilayerNetwork> &start,
                                           const StringSettings &settings,
                                           const MPI_Comm communicator) {
  FUSOGEN_ASSERT(start.size() > 1 && settings.n_images > 2, "a string has two ends and a middle");
  const unsigned int n = settings.n_images, last = n - 1, n_free = start.front().n_free();
  const unsigned int rank = dealii::Utilities::MPI::this_mpi_process(communicator),
                     n_ranks = dealii::Utilities::MPI::n_mpi_processes(communicator);
  std::vector<Vector> corners;
  for (const BilayerNetwork &network : start) {
    FUSOGEN_ASSERT(network.n_free() == n_free, "states of a string have the same free unknowns");
    corners.push_back(network.free_values());
  }
  const Metric metric(start[start.size() / 2]);
  BilayerNetwork network = start.front();

  // Each rank does some images, all get all of them: sums of one number and zeros.
  const auto share = [&](std::vector<Vector> &of_images) {
    Vector all(n * of_images.front().size(), 0.);
    const std::size_t size = of_images.front().size();
    for (unsigned int i = rank; i < n; i += n_ranks)
      std::copy(of_images[i].begin(), of_images[i].end(), all.begin() + i * size);
    dealii::Utilities::MPI::sum(all, communicator, all);
    for (unsigned int i = 0; i < n; ++i)
      of_images[i].assign(all.begin() + i * size, all.begin() + (i + 1) * size);
  };

  const Vector corner_positions = positions(corners, metric);
  Vector wanted(n);
  for (unsigned int i = 0; i < n; ++i)
    wanted[i] = corner_positions.back() * i / last;
  std::vector<Vector> images = interpolate(corners, corner_positions, wanted), before;

  MinimumEnergyPath result{{}, {}, {}, 0, false, 0, 0., 0., {}, start.front()};
  Vector energy(n);
  std::array<double, 2> levels; // of the ends
  bool climbing = false;
  while (true) {
    std::vector<Vector> shared(n, Vector(1 + n_free, 0.));
    for (unsigned int i = rank; i < n; i += n_ranks) {
      network.set_free_values(images[i]);
      energy[i] = network.energy();
      if (!std::isfinite(energy[i]) && !before.empty()) {
        // Between two states there may be none; it stays unevenly spaced for now.
        images[i] = before[i];
        network.set_free_values(images[i]);
        energy[i] = network.energy();
      }
      shared[i][0] = energy[i];
      std::copy(images[i].begin(), images[i].end(), shared[i].begin() + 1);
    }
    share(shared);
    for (unsigned int i = 0; i < n; ++i) {
      energy[i] = shared[i][0];
      images[i].assign(shared[i].begin() + 1, shared[i].end());
      if (!std::isfinite(energy[i]))
        throw ComputationError("states on a string between two states fold back on themselves", 0.,
                               "");
    }
    result.highest = std::max_element(energy.begin(), energy.end()) - energy.begin();
    if (result.steps == 0)
      levels = {energy.front(), energy.back()};
    for (double &level : levels)
      level = std::min(level, energy[result.highest] - settings.least_depth);

    std::vector<Vector> steps(n, Vector(1 + n_free, 0.));
    for (unsigned int i = rank; i < n; i += n_ranks) {
      const bool climbs = i == result.highest && i != 0 && i != last && climbing;
      // An end keeps its energy.
      const std::optional<double> level =
          i == 0 || i == last ? std::optional(levels[i != 0]) : std::nullopt;
      const Step step =
          step_of(network, images[i], energy[i], tangent(images, energy, i), climbs, level, metric);
      steps[i][0] = step.gradient;
      std::copy(step.moved.begin(), step.moved.end(), steps[i].begin() + 1);
    }
    share(steps);
    result.gradient = 0.;
    for (const Vector &step : steps)
      result.gradient = std::max(result.gradient, step[0]);
    if (result.steps == 0)
      result.first_gradient = result.gradient;
    const bool inside = result.highest != 0 && result.highest != last;
    result.converged =
        climbing && inside && result.gradient <= settings.reduction * result.first_gradient;
    if (result.converged || result.steps >= settings.maximum_steps)
      break;
    climbing = climbing || result.gradient <= relaxed * result.first_gradient;
    before.resize(n);
    for (unsigned int i = 0; i < n; ++i)
      before[i].assign(steps[i].begin() + 1, steps[i].end());
    images = equally_spaced(before, energy, levels, result.highest, climbing, metric);
    ++result.steps;
  }

  result.position = positions(images, metric);
  for (const Vector &image : images) {
    network.set_free_values(image);
    result.images.push_back(network);
    result.energy.push_back(network.energies().total());
  }
  result.saddle = result.images[result.highest];
  result.stationary = find_stationary(result.saddle);
  return result;
}
} // namespace fusogen
