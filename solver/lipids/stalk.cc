// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/stalk.h"

#include "geometry/scalar_content.h"

#include <deal.II/base/mpi.h>

#include <cmath>
#include <map>

namespace fusogen {
using namespace dealii;

namespace {
template <int dim>
std::vector<std::pair<Stalk::Index, double>>
mean_over_circle(const Membrane<dim> &membrane, const Component component, const Point<3> &centre,
                 const double radius) {
  const Vector weights = scalar_content(
      membrane, [&](const auto &cell, const auto &surface, std::vector<double> &values) {
        if (Membrane<dim>::component(cell) != component)
          return;
        double size = 0.; // of the cell, so that there are points under the hat
        for (unsigned int q = 1; q < values.size(); ++q)
          size = std::max(size, 1.5 * (surface.point(q) - surface.point(0)).norm());
        for (unsigned int q = 0; q < values.size(); ++q) {
          const double distance = (surface.point(q) - centre).norm();
          values[q] = std::max(0., 1. - std::abs(distance - radius) / size) / size;
        }
      });

  std::map<Stalk::Index, double> here, all;
  for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
    if (const double weight = weights(i); weight > 0.)
      here[i] = weight;
  double sum = 0.;
  for (const auto &part : Utilities::MPI::all_gather(membrane.communicator(), here))
    for (const auto &[index, weight] : part) {
      all[index] = weight;
      sum += weight;
    }
  std::vector<std::pair<Stalk::Index, double>> result;
  for (const auto &[index, weight] : all)
    result.emplace_back(index, weight / sum);
  return result;
}
} // namespace

template <int dim> Stalk make_stalk(const Membrane<dim> &membrane, const Stalk::Site &site) {
  return {
      mean_over_circle(membrane, Component::vesicle, site.on_vesicle, site.radius),
      mean_over_circle(membrane, Component::plasma_membrane, site.on_plasma_membrane, site.radius),
      2. * numbers::PI * site.radius / site.length};
}

template Stalk make_stalk(const Membrane<1> &, const Stalk::Site &);
template Stalk make_stalk(const Membrane<2> &, const Stalk::Site &);
} // namespace fusogen
