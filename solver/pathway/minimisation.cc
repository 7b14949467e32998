// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/minimisation.h"

#include "base/computation_error.h"

#include <algorithm>
#include <cmath>
#include <string>

// LAPACK, which comes with deal.II.
extern "C" void dsyevd_(const char *job, const char *triangle, const int *n, double *a,
                        const int *stride, double *eigenvalues, double *work, const int *n_work,
                        int *integers, const int *n_integers, int *info);
extern "C" void dpotrf_(const char *triangle, const int *n, double *a, const int *stride,
                        int *info);
extern "C" void dpotrs_(const char *triangle, const int *n, const int *n_right, const double *a,
                        const int *stride, double *b, const int *b_stride, int *info);

namespace fusogen {
namespace {
/// @param job  "V" for eigenvectors, "N" for eigenvalues alone, at a fifth of the cost
std::vector<double> decompose_symmetric(std::vector<double> &matrix, const char *job) {
  const int n = std::lround(std::sqrt(matrix.size()));
  std::vector<double> eigenvalues(n), work(1 + 6 * n + 2 * n * n);
  std::vector<int> integers(3 + 5 * n);
  const int n_work = work.size(), n_integers = integers.size();
  int info = 0;
  if (n > 0)
    dsyevd_(job, "L", &n, matrix.data(), &n, eigenvalues.data(), work.data(), &n_work,
            integers.data(), &n_integers, &info);
  if (info != 0)
    throw ComputationError("eigenvalues of an energy's second derivatives: LAPACK's dsyevd failed "
                           "with status " +
                               std::to_string(info),
                           0., "");
  return eigenvalues;
}
} // namespace

std::vector<double> eigen_decomposition(std::vector<double> &matrix) {
  return decompose_symmetric(matrix, "V");
}

bool factorise(std::vector<double> &matrix) {
  const int n = std::lround(std::sqrt(matrix.size()));
  int info = 0;
  if (n > 0)
    dpotrf_("L", &n, matrix.data(), &n, &info);
  return info == 0;
}

std::vector<double> solve_with(const std::vector<double> &factor, std::vector<double> right) {
  const int n = right.size(), one = 1;
  int info = 0;
  if (n > 0)
    dpotrs_("L", &n, &one, factor.data(), &n, right.data(), &n, &info);
  return right;
}

namespace {
double norm(const std::vector<double> &v) {
  double sum = 0.;
  for (const double x : v)
    sum += x * x;
  return std::sqrt(sum);
}
/// Newton's step - matrix^-1 gradient by Cholesky's factors; false if the matrix is not positive
/// definite. A tenth of the cost of eigenvectors.
bool positive_definite_step(std::vector<double> matrix, const std::vector<double> &gradient,
                            std::vector<double> &step) {
  if (!factorise(matrix))
    return false;
  step = solve_with(matrix, gradient);
  for (double &s : step)
    s = -s;
  return true;
}

/// Counts negative modes of a stationary state; overwrites the matrix.
void count_modes(std::vector<double> &hessian, Minimum &result) {
  const std::vector<double> eigenvalues = decompose_symmetric(hessian, "N");
  result.smallest_eigenvalue = eigenvalues.front();
  // Below this an eigenvalue is rounding.
  const double floor =
      1e-13 * std::max(std::abs(eigenvalues.front()), std::abs(eigenvalues.back()));
  result.negative_modes = std::count_if(eigenvalues.begin(), eigenvalues.end(),
                                        [&](const double lambda) { return lambda < -floor; });
}
} // namespace

Minimum minimise(BilayerNetwork &network, const MinimisationSettings &settings) {
  Minimum result;
  std::vector<double> x = network.free_values(), gradient, hessian;
  const unsigned int n = x.size();
  double energy = network.energy(), radius = settings.first_radius;
  if (!std::isfinite(energy))
    throw ComputationError("minimisation of leaflets: the shape to start from folds back on itself",
                           0., "");
  network.derivatives(gradient, hessian);
  result.first_gradient = norm(gradient);

  while (true) {
    result.gradient = norm(gradient);
    result.converged = result.gradient < settings.tolerance;
    if (result.converged || result.steps >= settings.maximum_steps) {
      count_modes(hessian, result);
      return result;
    }

    // Steps for a given radius of the trust region: Newton's own where it is short enough,
    // otherwise by eigenvectors, which are computed once for all radii.
    std::vector<double> newton, eigenvalues, along, modulus;
    const bool convex = positive_definite_step(hessian, gradient, newton);
    std::vector<double> vectors;
    const auto decompose = [&]() {
      if (!vectors.empty())
        return;
      vectors = hessian;
      eigenvalues = eigen_decomposition(vectors);
      const double floor =
          1e-13 * std::max(std::abs(eigenvalues.front()), std::abs(eigenvalues.back()));
      along.assign(n, 0.);
      modulus.resize(n);
      for (unsigned int k = 0; k < n; ++k) {
        for (unsigned int i = 0; i < n; ++i)
          along[k] += vectors[k * n + i] * gradient[i];
        modulus[k] = std::max(std::abs(eigenvalues[k]), floor);
      }
    };
    const auto shifted_length = [&](const double shift) {
      double sum = 0.;
      for (unsigned int k = 0; k < n; ++k)
        sum += std::pow(along[k] / (modulus[k] + shift), 2);
      return std::sqrt(sum);
    };

    bool accepted = false;
    while (!accepted) {
      std::vector<double> step(n, 0.);
      double predicted = 0.;
      if (convex && norm(newton) <= radius) {
        step = newton;
        for (unsigned int i = 0; i < n; ++i)
          predicted -= 0.5 * gradient[i] * step[i];
      } else {
        // The shift with which the step is as long as the trust region allows.
        decompose();
        double shift = 0.;
        if (shifted_length(0.) > radius) {
          double low = 0., high = result.gradient / radius;
          for (unsigned int i = 0; i < 60; ++i) {
            shift = 0.5 * (low + high);
            (shifted_length(shift) > radius ? low : high) = shift;
          }
          shift = high;
        }
        for (unsigned int k = 0; k < n; ++k) {
          const double size = along[k] / (modulus[k] + shift);
          predicted += along[k] * size - 0.5 * modulus[k] * size * size;
          for (unsigned int i = 0; i < n; ++i)
            step[i] -= size * vectors[k * n + i];
        }
      }
      std::vector<double> trial = x;
      for (unsigned int i = 0; i < n; ++i)
        trial[i] += step[i];
      network.set_free_values(trial);
      const double trial_energy = network.energy();
      const double fall = energy - trial_energy;
      const double rounding = 1e-12 * (1. + std::abs(energy));
      if (std::isfinite(trial_energy) && predicted < rounding && std::abs(fall) < 10. * rounding) {
        // The energy no longer tells; the gradient does.
        std::vector<double> new_gradient, new_hessian;
        network.derivatives(new_gradient, new_hessian);
        if (norm(new_gradient) >= result.gradient) {
          network.set_free_values(x);
          count_modes(hessian, result);
          return result;
        }
        gradient = new_gradient;
        hessian = new_hessian;
        accepted = true;
      } else if (fall > 0.1 * predicted) {
        network.derivatives(gradient, hessian);
        accepted = true;
        if (fall > 0.75 * predicted)
          radius = std::min(settings.largest_radius, std::max(radius, 2. * norm(step)));
      } else {
        radius = 0.25 * std::min(radius, norm(step));
        if (radius < 1e-12) {
          network.set_free_values(x);
          count_modes(hessian, result);
          return result;
        }
        continue;
      }
      x = trial;
      energy = trial_energy;
      ++result.steps;
    }
  }
}

Minimum minimise_from_afar(BilayerNetwork &network, const MinimisationSettings &settings) {
  Minimum result;
  const double last = network.barrier_weight;
  MinimisationSettings coarse = settings;
  coarse.tolerance = std::max(settings.tolerance, 1e-2);
  unsigned int steps = 0;
  for (double weight = 20.; weight > 1.5 * last; weight *= 0.1) {
    network.barrier_weight = weight;
    steps += minimise(network, coarse).steps;
  }
  network.barrier_weight = last;
  result = minimise(network, settings);
  result.steps += steps;
  return result;
}
Minimum find_stationary(BilayerNetwork &network, const MinimisationSettings &settings) {
  Minimum result;
  std::vector<double> x = network.free_values(), gradient, hessian;
  const unsigned int n = x.size();
  while (true) {
    network.derivatives(gradient, hessian);
    result.gradient = norm(gradient);
    if (result.steps == 0)
      result.first_gradient = result.gradient;
    const std::vector<double> eigenvalues = eigen_decomposition(hessian);
    result.smallest_eigenvalue = eigenvalues.front();
    const double floor =
        1e-13 * std::max(std::abs(eigenvalues.front()), std::abs(eigenvalues.back()));
    result.negative_modes = std::count_if(eigenvalues.begin(), eigenvalues.end(),
                                          [&](const double lambda) { return lambda < -floor; });
    result.converged = result.gradient < settings.tolerance;
    if (result.converged || result.steps >= settings.maximum_steps)
      return result;

    std::vector<double> step(n, 0.);
    for (unsigned int k = 0; k < n; ++k) {
      double along = 0.;
      for (unsigned int i = 0; i < n; ++i)
        along += hessian[k * n + i] * gradient[i];
      const double lambda = std::abs(eigenvalues[k]) > floor ? eigenvalues[k] : floor;
      for (unsigned int i = 0; i < n; ++i)
        step[i] -= along / lambda * hessian[k * n + i];
    }
    // The gradient has to fall.
    double factor = std::min(1., settings.first_radius / norm(step));
    while (true) {
      std::vector<double> trial = x, new_gradient, unused;
      for (unsigned int i = 0; i < n; ++i)
        trial[i] += factor * step[i];
      network.set_free_values(trial);
      if (std::isfinite(network.energy())) {
        network.derivatives(new_gradient, unused);
        if (norm(new_gradient) < result.gradient) {
          x = trial;
          break;
        }
      }
      factor *= 0.5;
      if (factor < 1e-6) {
        network.set_free_values(x);
        return result;
      }
    }
    ++result.steps;
  }
}

Minimum follow(BilayerNetwork &network, const std::function<void(BilayerNetwork &, double)> &set,
               const double first_step, const MinimisationSettings &settings) {
  Minimum result;
  unsigned int steps = 0;
  double t = 0., step = first_step;
  // Where the next minimum is not found in some steps, a shorter way to it is cheaper.
  MinimisationSettings few = settings;
  few.maximum_steps = std::min(settings.maximum_steps, 60u);
  while (t < 1.) {
    const BilayerNetwork before = network;
    const double next = std::min(1., t + step);
    set(network, next);
    // What is held may have moved into a barrier.
    if (std::isfinite(network.energy()))
      result = minimise(network, step > 0.02 ? few : settings);
    else
      result.converged = false;
    steps += result.steps;
    if (result.converged) {
      t = next;
      step *= 1.5;
      continue;
    }
    network = before;
    step *= 0.5;
    if (step < 1e-3)
      break;
  }
  result.steps = steps;
  return result;
}
} // namespace fusogen
