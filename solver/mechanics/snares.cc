// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/snares.h"

#include "mechanics/mixed_space.h"

#include <cmath>
#include <numeric>
#include <utility>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// Share of the ring's circumference up to which rods fit.
constexpr double crowded = 0.9;
} // namespace

double SnareRing::total_energy() const {
  double sum = 0.;
  for (std::size_t i = 1; i < extensions.size(); ++i)
    sum += 0.5 * (forces[i - 1] + forces[i]) * (extensions[i] - extensions[i - 1]);
  return sum;
}

std::array<double, 3> SnareRing::zippering(const double extension) const {
  double energy = -total_energy();
  for (std::size_t i = 1; i < extensions.size() && extension > extensions[i - 1]; ++i) {
    const double slope = (forces[i] - forces[i - 1]) / (extensions[i] - extensions[i - 1]),
                 way = std::min(extension, extensions[i]) - extensions[i - 1],
                 force = forces[i - 1] + slope * way;
    energy += 0.5 * (forces[i - 1] + force) * way;
    if (extension <= extensions[i])
      return {energy, force, slope};
  }
  return {energy, 0., 0.};
}

template <int dim>
double Zippering<dim>::weight(const Component component, const SurfacePoint &point) const {
  if (component != Component::vesicle || point.normal[2] >= 0.)
    return 0.;
  const double x = point.point[0] - centre[0], y = point.point[1] - centre[1],
               rho = std::hypot(x, y);
  const double distance =
      position ? std::hypot(x - snares.positions_x[*position], y - snares.positions_y[*position])
               : rho - snares.radius;
  const double away = distance / snares.width;
  if (std::abs(away) >= 6.)
    return 0.;
  return point.weight * std::exp(-0.5 * away * away) / (position ? 1. : rho);
}

template <int dim> void Zippering<dim>::begin_pairs(const MixedSpace<dim> &space) {
  std::vector<double> total;
  const auto add = [&](const int n_complexes) {
    Contact<dim>::begin_pairs(space);
    const double sum =
        dealii::Utilities::MPI::sum(std::accumulate(this->weights.begin(), this->weights.end(), 0.),
                                    space.membrane.communicator());
    total.resize(this->weights.size());
    for (unsigned int i = 0; i < total.size(); ++i)
      total[i] += sum > 0. ? n_complexes / sum * this->weights[i] : 0.;
  };
  if (snares.positions_x.empty())
    add(snares.number);
  for (unsigned int i = 0; i < snares.positions_x.size(); ++i) {
    position = i;
    add(1);
  }
  this->weights = std::move(total);
}

template <int dim> std::array<double, 3> Zippering<dim>::energy_at(const double distance) const {
  return snares.zippering(distance - snares.assembled_distance);
}

template <int dim> double Zippering<dim>::cutoff() const {
  return snares.assembled_distance + snares.extensions.back();
}

template <int dim> std::array<double, 3> SnareCrowding<dim>::potential(const double rho) const {
  const double N = snares.number, r = rho + snares.offset, x = N * snares.thickness / (2. * PI * r),
               dx = -x / r, ddx = 2. * x / (r * r);
  const double y = std::min(x, crowded), left = 1. - y, beyond = x - y;
  const double second = 1. / (left * left), first = 1. / left + second * beyond,
               value = -std::log(left) + beyond / left + 0.5 * second * beyond * beyond;
  return {N * kT * value, N * kT * first * dx, N * kT * (second * dx * dx + first * ddx)};
}

template class Zippering<1>;
template class Zippering<2>;
template class SnareCrowding<1>;
template class SnareCrowding<2>;
} // namespace fusogen
