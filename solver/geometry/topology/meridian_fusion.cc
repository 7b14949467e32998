// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/meridian_fusion.h"

#include "geometry/conserved_field.h"
#include "geometry/curve_cell.h"

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <stdexcept>

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

namespace {
// Where the arc of a neck touches a membrane, and how high its centre is then.
struct Touch {
  double parameter;
  CurveSample point;
  double normal_r, normal_z, centre_height;
};

// @p at gives the curve from the axis at @p axis to its far end at @p end.
std::optional<Touch> find_touch(const std::function<CurveSample(double)> &at, const double axis,
                                const double end, const double pore_radius,
                                const double arc_radius) {
  const auto touch = [&](const double t) {
    const CurveSample s = at(t);
    const double speed = std::hypot(s.r1, s.z1), n_r = s.z1 / speed, n_z = -s.r1 / speed;
    return Touch{t, s, n_r, n_z, s.z + arc_radius * n_z};
  };
  // How far out the centre would be.
  const auto excess = [&](const double t) {
    const Touch here = touch(t);
    return here.point.r + arc_radius * here.normal_r - pore_radius - arc_radius;
  };
  constexpr unsigned int n_samples = 2000; // along the whole curve
  double last = axis;
  for (unsigned int i = 1; i <= n_samples; ++i) {
    const double t = axis + (end - axis) * i / n_samples;
    if (excess(t) > 0.) {
      std::uintmax_t iterations = 100;
      const auto root = boost::math::tools::toms748_solve(
          excess, std::min(last, t), std::max(last, t),
          boost::math::tools::eps_tolerance<double>(50), iterations);
      return touch(0.5 * (root.first + root.second));
    }
    last = t;
  }
  return {};
}

// The fused meridian with the vesicle scaled by a factor.
Profile with_neck(const CurveSpline &plasma_membrane, const CurveSpline &vesicle,
                  const double pore_radius, const double scale) {
  const double south = vesicle.at(0.).z, rim = 0., axis = plasma_membrane.knots().back(),
               north = vesicle.knots().back();
  const auto lower = [plasma_membrane](const double t) { return plasma_membrane.at(t); };
  const auto upper = [vesicle, south, scale](const double t) {
    const CurveSample s = vesicle.at(t);
    return CurveSample{scale * s.r,  south + scale * (s.z - south),
                       scale * s.r1, scale * s.z1,
                       scale * s.r2, scale * s.z2};
  };
  std::optional<Touch> below, above;
  // How much an arc of this radius is too large.
  const auto overlap = [&](const double radius) {
    below = find_touch(lower, axis, rim, pore_radius, radius);
    above = find_touch(upper, 0., north, pore_radius, radius);
    if (!below || !above)
      throw std::invalid_argument("no neck of this radius fits between the membranes");
    return below->centre_height - above->centre_height;
  };
  double low = 1e-3 * pore_radius, high = low;
  if (overlap(low) > 0.)
    throw std::invalid_argument("the membranes overlap where a pore should open");
  while (overlap(high) <= 0.) {
    low = high;
    high *= 1.5;
  }
  std::uintmax_t iterations = 100;
  const auto root = boost::math::tools::toms748_solve(
      overlap, low, high, boost::math::tools::eps_tolerance<double>(48), iterations);
  const double radius = 0.5 * (root.first + root.second);
  overlap(radius);
  // The arc passes the waist, which is on the side of the axis.
  const double from = std::atan2(-below->normal_z, -below->normal_r),
               to = std::atan2(-above->normal_z, -above->normal_r);
  const ProfilePoint centre = {pore_radius + radius,
                               0.5 * (below->centre_height + above->centre_height)};
  return Profile::parametric(lower, rim, below->parameter)
      .joined(Profile::arc(centre, radius, from < 0. ? from + 2. * numbers::PI : from, to))
      .joined(Profile::parametric(upper, above->parameter, north));
}
} // namespace

Profile fused_meridian(const CurveSpline &plasma_membrane, const CurveSpline &vesicle,
                       const double pore_radius) {
  const auto area = [](const CurveSpline &curve) {
    return Profile::parametric([curve](const double t) { return curve.at(t); }, 0.,
                               curve.knots().back())
        .area();
  };
  const double wanted = area(plasma_membrane) + area(vesicle);
  const auto excess = [&](const double scale) {
    return with_neck(plasma_membrane, vesicle, pore_radius, scale).area() - wanted;
  };
  double low = 1., high = 1., step = 1e-3;
  const bool grow = excess(1.) < 0.;
  for (int i = 0; i < 15 && excess(low) * excess(high) > 0.; ++i, step *= 1.5)
    (grow ? high : low) += grow ? step : -step;
  if (excess(low) * excess(high) > 0.)
    throw std::invalid_argument("no vesicle of about this size conserves the area");
  std::uintmax_t iterations = 100;
  const auto root = low == high ? std::make_pair(low, high)
                                : boost::math::tools::toms748_solve(
                                      excess, low, high,
                                      boost::math::tools::eps_tolerance<double>(46), iterations);
  return with_neck(plasma_membrane, vesicle, pore_radius, 0.5 * (root.first + root.second));
}
} // namespace fusogen
