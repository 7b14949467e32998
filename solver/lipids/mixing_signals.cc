// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/mixing_signals.h"

#include "geometry/scalar_content.h"

#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

double donor_fluorescence(const double acceptor_density, const double forster_radius) {
  const double a =
      std::tgamma(2. / 3.) * numbers::PI * forster_radius * forster_radius * acceptor_density;
  // With x = t^3 the integrand is smooth, and beyond t = 4 less than exp(-64) is left.
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
      [a](const double t) { return 3. * t * t * std::exp(-t * (t * t + a)); }, 0., 4., 15, 1e-12);
}

std::array<double, 2> leaflet_densities(const double radius, const double distance) {
  const double outer = 1. + distance / radius, inner = 1. - distance / radius;
  return {outer * outer, inner * inner};
}

// How brightly the evanescent field lights up each node's part of the disc: the mean over the
// area of its shape function, writable.
template <int dim>
Vector MixingSignals<dim>::evanescent_light(const Membrane<dim> &membrane) const {
  constexpr unsigned int last_corner = GeometryInfo<dim>::vertices_per_cell - 1;
  std::vector<double> x;
  Vector light = scalar_content(
      membrane, [&](const auto &cell, const auto &surface, std::vector<double> &values) {
        // The disc's edge is as wide as a cell, so that material crosses it smoothly.
        membrane.cell_positions(cell, x);
        double squared_size = 0.;
        for (unsigned int c = 0; c <= dim; ++c)
          squared_size += std::pow(x[last_corner * (dim + 1) + c] - x[c], 2);
        const double size = std::sqrt(squared_size);
        for (unsigned int q = 0; q < values.size(); ++q) {
          const Vector3 &point = surface.point(q);
          const double distance = std::hypot(point[0] - fusion_site[0], point[1] - fusion_site[1]);
          values[q] = std::clamp(0.5 + (assay.tirf_radius - distance) / size, 0., 1.) *
                      std::exp(-point[2] / assay.tirf_depth);
        }
      });
  const Vector area =
      scalar_content(membrane, [](const auto &, const auto &, std::vector<double> &values) {
        std::fill(values.begin(), values.end(), 1.);
      });
  for (const auto i : membrane.scalar_dofs().locally_owned_dofs()) {
    const double a = area(i), l = light(i);
    light(i) = a > 0. ? l / a : 0.; // hanging nodes have no area
  }
  light.compress(VectorOperation::insert);
  return light;
}

// Contents and fractions at the nodes are all that is needed: the sum of the contents is exact, and
// that of content times c is int c^2 dA.
template <int dim>
std::array<typename MixingSignals<dim>::Sums, 2>
MixingSignals<dim>::sums(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) const {
  const Vector light = evanescent_light(membrane);
  // Overshoots of c below 0 do not count.
  const auto fluorescence = [&](const double c) {
    return donor_fluorescence(std::max(c, 0.) * assay.acceptor_fraction / assay.area_per_lipid,
                              assay.forster_radius);
  };
  std::array<Sums, 2> result;
  for (const LipidField &field : lipids.fields())
    if (field.species == assay.probe) {
      Tensor<1, 3> here;
      for (const auto i : membrane.scalar_dofs().locally_owned_dofs()) {
        const double content = field.content(i), c = field.fraction(i), bright = light(i);
        here[0] += content * c;
        here[1] += content * fluorescence(c);
        here[2] += content * bright;
      }
      here = Utilities::MPI::sum(here, membrane.communicator());
      const auto leaflet = static_cast<unsigned int>(field.leaflet);
      const double left = field.left_through_rim, n = molecules[leaflet];
      Sums &sum = result[leaflet];
      sum.molecules += n * (lipids.amount(field) + left);
      sum.crowding += n * (here[0] + left * field.reservoir_fraction);
      sum.fluorescence += n * (here[1] + left * fluorescence(field.reservoir_fraction));
      sum.tirf += n * here[2];
    }
  return result;
}

template <int dim>
typename MixingSignals<dim>::Signals
MixingSignals<dim>::observe(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) const {
  const auto both = [](const std::array<Sums, 2> &leaflets) {
    const auto &[a, b] = leaflets;
    return Sums{a.molecules + b.molecules, a.crowding + b.crowding, a.fluorescence + b.fluorescence,
                a.tirf + b.tirf};
  };
  // All molecules shine with 1 at infinite dilution.
  const auto mixing = [](const Sums &start, const Sums &now) {
    return start.molecules > 0. ? 100. * (now.fluorescence - start.fluorescence) /
                                      (start.molecules - start.fluorescence)
                                : std::nan("");
  };
  const std::array<Sums, 2> leaflets = sums(membrane, lipids);
  const Sums start = both(initial), now = both(leaflets);
  const auto inner = static_cast<unsigned int>(Leaflet::inner);
  return {100. * (1. - now.crowding / start.crowding), mixing(start, now),
          mixing(initial[inner], leaflets[inner]), now.tirf / start.tirf};
}

template <int dim> void MixingSignals<dim>::serialize(StateArchive &state) {
  for (const Leaflet leaflet : {Leaflet::outer, Leaflet::inner}) {
    Sums &sum = initial[static_cast<unsigned int>(leaflet)];
    const std::string where = std::string("initial probe in the ") +
                              (leaflet == Leaflet::outer ? "outer" : "inner") + " leaflet: ";
    state.item(where + "molecules", sum.molecules);
    state.item(where + "crowding", sum.crowding);
    state.item(where + "fluorescence", sum.fluorescence);
    state.item(where + "light", sum.tirf);
  }
}

template class MixingSignals<1>;
template class MixingSignals<2>;
} // namespace fusogen
