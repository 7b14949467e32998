// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/thermal_noise.h"

#include <cmath>
#include <map>
#include <optional>

namespace fusogen {
using dealii::numbers::PI;

namespace {
// Three components of a random stress and three of a random force.
using Numbers = std::array<double, 6>;
Numbers draw_numbers(RandomStream &random) {
  Numbers numbers;
  for (double &number : numbers)
    number = random.normal();
  return numbers;
}

// Random numbers along a meridian that are uncorrelated but for what waves shorter than a given
// wavelength would do.
class LongWaves {
public:
  LongWaves(const Membrane<1> &membrane, const double shortest, const std::uint32_t seed,
            const std::uint64_t draw) {
    for (unsigned int c = 0; c < membrane.curves().size(); ++c) {
      const auto points = membrane.curve_points(c);
      Curve curve;
      for (unsigned int k = 0; k < membrane.curves()[c].size(); ++k) {
        places[membrane.curves()[c][k]] = {c, curve.ends.size()};
        curve.ends.push_back(curve.length);
        for (unsigned int i = k * membrane.degree(); i < (k + 1) * membrane.degree(); ++i)
          curve.length += points[i].distance(points[i + 1]);
      }
      curve.ends.push_back(curve.length);
      const unsigned int n_waves = 1 + static_cast<unsigned int>(2. * curve.length / shortest);
      for (unsigned int m = 0; m < n_waves; ++m) {
        RandomStream random(seed, {draw, c, m});
        curve.amplitudes.push_back(draw_numbers(random));
      }
      curves.push_back(curve);
    }
  }

  // Numbers per square root of the arc length, at the share xi of a cell: cosines, with the
  // variance that all of them together would have if there were no shortest wave.
  Numbers at(const unsigned int cell, const double xi) const {
    const auto [c, k] = places.at(cell);
    const Curve &curve = curves[c];
    const double s = (1. - xi) * curve.ends[k] + xi * curve.ends[k + 1];
    Numbers sum{};
    for (unsigned int m = 0; m < curve.amplitudes.size(); ++m) {
      const double wave =
          std::sqrt((m == 0 ? 1. : 2.) / curve.length) * std::cos(m * PI * s / curve.length);
      for (unsigned int i = 0; i < sum.size(); ++i)
        sum[i] += wave * curve.amplitudes[m][i];
    }
    return sum;
  }

private:
  struct Curve {
    double length = 0.;
    std::vector<double> ends; // of its cells, by the arc length
    std::vector<Numbers> amplitudes;
  };
  std::vector<Curve> curves;
  std::map<unsigned int, std::pair<unsigned int, std::size_t>> places; // of cells
};
} // namespace

template <int dim> Vector ThermalNoise<dim>::draw(const Membrane<dim> &membrane, const double dt) {
  ++n_draws;
  Vector force = membrane.vector_field(false);
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  std::vector<dealii::types::global_dof_index> indices;
  std::optional<LongWaves> waves;
  if constexpr (dim == 1)
    if (shortest_wave > 0.)
      waves.emplace(membrane, shortest_wave, seed, n_draws);
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_position_indices(cell, indices);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      // Named by the cell, so that it does not matter who owns it.
      std::vector<std::uint64_t> name = {n_draws};
      for (const auto part : membrane.cell_id(cell).template to_binary<dim>())
        name.push_back(part);
      RandomStream random(seed, name);
      dealii::Vector<double> local(indices.size());
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        // Density of random numbers per square root of the area, with the weight of the point.
        Numbers numbers;
        double weight = std::sqrt(surface.weight(q));
        if (waves) {
          // Scalar shape functions are linear in the cell, so the second one is the share of it.
          numbers = waves->at(cell->active_cell_index(), surface.scalar_shape(q, 1).value);
          weight = surface.weight(q) / std::sqrt(2. * PI * surface.point(q)[0]);
        } else
          numbers = draw_numbers(random);
        const double stress = weight * std::sqrt(4. * kT * viscosity / dt),
                     push = weight * std::sqrt(2. * kT * drag / dt);
        const double s11 = stress * numbers[0], s22 = stress * numbers[1],
                     s12 = stress * numbers[2] / std::sqrt(2.);
        const Vector3 f({push * numbers[3], push * numbers[4], push * numbers[5]});
        for (unsigned int i = 0; i < indices.size(); ++i) {
          const VectorFieldValue w = surface.vector_shape(q, i);
          local(i) += s11 * w.tangential[0][0] + s22 * w.tangential[1][1] +
                      s12 * (w.tangential[0][1] + w.tangential[1][0]) + f * w.value;
        }
      }
      membrane.position_constraints().distribute_local_to_global(local, indices, force);
    }
  force.compress(dealii::VectorOperation::add);
  return force;
}

template class ThermalNoise<1>;
template class ThermalNoise<2>;
} // namespace fusogen
