// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/meridian_fusion.h"

#include "geometry/conserved_field.h"
#include "geometry/curve_cell.h"

#include <algorithm>

namespace fusogen {
using namespace dealii;

namespace {
// A piece of a meridian in the order of the area between it and the rim.
struct AreaOrderedCell {
  unsigned int curve, cell;
  double begin, end; // area [nm^2]
};

std::vector<AreaOrderedCell> order_by_area(const Membrane<1> &membrane,
                                           const std::vector<std::vector<Point<2>>> &points) {
  const CurveCell geometry(membrane.degree());
  std::vector<AreaOrderedCell> cells;
  double area = 0.;
  for (unsigned int c = 0; c < membrane.curves().size(); ++c)
    for (unsigned int k = 0; k < membrane.curves()[c].size(); ++k) {
      const double begin = area;
      geometry.integrate([&](const unsigned int a) { return points[c][k * membrane.degree() + a]; },
                         0., 1., [&](double, const double dA) { area += dA; });
      cells.push_back({c, k, begin, area});
    }
  return cells;
}

std::vector<std::vector<Point<2>>> all_points(const Membrane<1> &membrane) {
  std::vector<std::vector<Point<2>>> points;
  for (unsigned int c = 0; c < membrane.curves().size(); ++c)
    points.push_back(membrane.curve_points(c));
  return points;
}
} // namespace

std::vector<Vector>
contents_by_area(const Membrane<1> &before, const Membrane<1> &after,
                 const std::vector<std::pair<const Vector *, double>> &densities) {
  const unsigned int p = after.degree();
  const CurveCell geometry(p), scalar(scalar_degree);
  const auto old_points = all_points(before), new_points = all_points(after);
  const auto old_cells = order_by_area(before, old_points),
             new_cells = order_by_area(after, new_points);
  // The two discretised areas differ by the error of the discretisation.
  const double scale = old_cells.back().end / new_cells.back().end;

  std::vector<std::vector<std::vector<double>>> old_values(densities.size());
  for (unsigned int f = 0; f < densities.size(); ++f)
    for (unsigned int c = 0; c < before.curves().size(); ++c)
      old_values[f].push_back(before.curve_scalars(c, *densities[f].first));

  // Reference coordinate in a cell at which the area, counted from the rim, is @p area.
  const auto locate = [&](const AreaOrderedCell &cell,
                          const std::vector<std::vector<Point<2>>> &points, const double area) {
    const auto points_of = [&](const unsigned int a) {
      return points[cell.curve][cell.cell * p + a];
    };
    double low = 0., high = 1.;
    for (unsigned int i = 0; i < 50; ++i) {
      const double middle = 0.5 * (low + high);
      double sum = cell.begin;
      geometry.integrate(points_of, 0., middle, [&](double, const double dA) { sum += dA; });
      (sum < area ? low : high) = middle;
    }
    return 0.5 * (low + high);
  };

  std::vector<Vector> contents(densities.size(), after.scalar_vector(false));
  for (const AreaOrderedCell &cell : new_cells) {
    const Membrane<1>::Cell owner(&after.triangulation(), 0, after.curves()[cell.curve][cell.cell],
                                  &after.position_dofs());
    const auto points_of = [&](const unsigned int a) {
      return new_points[cell.curve][cell.cell * p + a];
    };
    std::vector<std::vector<double>> local(densities.size(),
                                           std::vector<double>(scalar.n_nodes(), 0.));
    // Split the new cell where an old one ends, so that jumps of the density are met exactly.
    std::vector<double> splits = {0.};
    for (const AreaOrderedCell &old : old_cells)
      if (old.end / scale > cell.begin * (1. + 1e-13) &&
          old.end / scale < cell.end * (1. - 1e-13)) {
        AreaOrderedCell here = cell;
        splits.push_back(locate(here, new_points, old.end / scale));
      }
    splits.push_back(1.);
    for (unsigned int i = 0; i + 1 < splits.size(); ++i) {
      geometry.integrate(
          points_of, splits[i], splits[i + 1], [&](const double xi, const double dA) {
            double area = cell.begin;
            geometry.integrate(points_of, 0., xi, [&](double, const double dB) { area += dB; });
            area *= scale;
            const auto old = std::min(std::lower_bound(old_cells.begin(), old_cells.end(), area,
                                                       [](const AreaOrderedCell &c,
                                                          const double a) { return c.end < a; }),
                                      old_cells.end() - 1);
            const double eta = locate(*old, old_points, area);
            for (unsigned int f = 0; f < densities.size(); ++f) {
              const double density = scalar.value(
                  [&](const unsigned int j) {
                    return old_values[f][old->curve][old->cell * scalar_degree + j];
                  },
                  eta);
              for (unsigned int j = 0; j < scalar.n_nodes(); ++j)
                local[f][j] += density * dA * scalar.shape(j, xi);
            }
          });
    }
    if (!owner->is_locally_owned())
      continue;
    std::vector<types::global_dof_index> indices;
    after.cell_scalar_indices(owner, indices);
    for (unsigned int j = 0; j < indices.size(); ++j)
      for (unsigned int f = 0; f < densities.size(); ++f)
        contents[f](indices[j]) += local[f][j == 0 ? 0 : j == 1 ? scalar_degree : j - 1];
  }
  std::vector<Vector> result;
  for (unsigned int f = 0; f < densities.size(); ++f) {
    contents[f].compress(VectorOperation::add);
    set_total(contents[f], densities[f].second);
    result.push_back(after.scalar_vector(true));
    result.back() = contents[f];
  }
  return result;
}
} // namespace fusogen
