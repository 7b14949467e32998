// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/meridian_motion.h"

#include "geometry/curve_cell.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_dgp.h>

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
Edge edge_of(const Membrane<1> &membrane, const unsigned int curve, const bool first) {
  const auto &cells = membrane.curves()[curve];
  const Membrane<1>::Cell cell(&membrane.triangulation(), 0, first ? cells.front() : cells.back(),
                               &membrane.position_dofs());
  return Edge(cell->face(first ? 0 : 1)->boundary_id());
}

} // namespace

MeridianMotion::MeridianMotion(Membrane<1> &membrane, const GradingParameters &grading,
                               const std::optional<double> rim_radius, const CurveEnd rim_end,
                               const unsigned int smoothing)
    : membrane(membrane), grading(grading), rim_radius(rim_radius), rim_end(rim_end),
      smoothing(smoothing) {}

CurveSpline MeridianMotion::spline(const unsigned int curve) const {
  const auto end = [this](const Edge edge) {
    return edge == Edge::neck  ? CurveEnd::vertical
           : edge == Edge::rim ? rim_end
                               : CurveEnd::horizontal;
  };
  return CurveSpline(membrane.curve_points(curve), end(edge_of(membrane, curve, true)),
                     end(edge_of(membrane, curve, false)));
}

std::vector<double> MeridianMotion::cell_ends(const CurveSpline &spline) const {
  std::vector<double> ends;
  for (unsigned int k = 0; k < spline.knots().size(); k += membrane.degree())
    ends.push_back(spline.knots()[k]);
  return ends;
}

std::vector<double> MeridianMotion::wanted_monitor(const CurveSpline &spline,
                                                   std::vector<double> &samples) const {
  samples.clear();
  const std::vector<double> &knots = spline.knots();
  constexpr unsigned int samples_per_knot = 4;
  for (unsigned int k = 0; k + 1 < knots.size(); ++k)
    for (unsigned int j = 0; j < samples_per_knot; ++j)
      samples.push_back(knots[k] + (knots[k + 1] - knots[k]) * j / samples_per_knot);
  samples.push_back(knots.back());
  std::vector<std::array<double, 2>> curvatures;
  for (const double t : samples)
    curvatures.push_back(spline.curvatures(t));
  // Cells that are neighbours differ little in length, so samples may count alike.
  std::vector<double> curvature;
  const unsigned int reach = smoothing * membrane.degree() * samples_per_knot, n = samples.size();
  for (unsigned int i = 0; i < n; ++i) {
    const unsigned int first = i - std::min(i, reach), end = std::min(i + reach + 1, n);
    std::array<double, 2> sum = {0., 0.};
    for (unsigned int j = first; j < end; ++j)
      for (unsigned int c = 0; c < 2; ++c)
        sum[c] += curvatures[j][c];
    curvature.push_back(std::max(std::abs(sum[0]), std::abs(sum[1])) / (end - first));
  }
  GradingParameters parameters = grading;
  parameters.n_cells = (knots.size() - 1) / membrane.degree();
  return graded_monitor(samples, curvature, parameters);
}

double MeridianMotion::misfit() const {
  double worst = 1.;
  for (unsigned int c = 0; c < membrane.curves().size(); ++c) {
    const CurveSpline curve = spline(c);
    std::vector<double> samples;
    const std::vector<double> monitor = wanted_monitor(curve, samples);
    const std::vector<double> ends = cell_ends(curve);
    // The integral of the monitor over a cell is 1 if its length is as wanted.
    std::size_t i = 0;
    for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
      double integral = 0.;
      for (; i + 1 < samples.size() && samples[i + 1] <= ends[k + 1] * (1. + 1e-14); ++i)
        integral += 0.5 * (monitor[i] + monitor[i + 1]) * (samples[i + 1] - samples[i]);
      worst = std::max({worst, integral, 1. / integral});
    }
  }
  return worst;
}

double MeridianMotion::rim_displacement() const {
  if (!rim_radius)
    return 0.;
  double worst = 0.;
  for (unsigned int c = 0; c < membrane.curves().size(); ++c)
    for (const bool first : {true, false})
      if (edge_of(membrane, c, first) == Edge::rim) {
        const auto points = membrane.curve_points(c);
        const unsigned int n = points.size(), p = membrane.degree();
        const double cell =
            first ? points[0].distance(points[p]) : points[n - 1].distance(points[n - 1 - p]);
        worst = std::max(
            worst, std::abs((first ? points.front() : points.back())[0] - *rim_radius) / cell);
      }
  return worst;
}

double MeridianMotion::redistribute(const bool regrade, Vector &material_area,
                                    std::vector<Field> &fields,
                                    const std::vector<Vector *> &interpolated) {
  const FE_DGP<1> tension_element(std::max(1u, membrane.degree() - 1));
  double area_total = 0., area_outflow = 0., area_after = 0.;
  Vector new_area = membrane.tension_vector(false);
  const unsigned int p = membrane.degree();
  const CurveCell geometry(p), scalar(scalar_degree);
  const QGauss<1> gauss(6);
  std::vector<Vector> new_contents(fields.size(), membrane.scalar_vector(false));
  Vector new_positions = membrane.vector_field(false);
  // Read everything from the old state before anything is written.
  using Entries = std::vector<std::pair<types::global_dof_index, double>>;
  Entries new_position_values;
  std::vector<Entries> new_scalar_values(interpolated.size());
  for (Field &field : fields)
    field.outflow = 0.;

  for (unsigned int c = 0; c < membrane.curves().size(); ++c) {
    const CurveSpline curve = spline(c);
    const std::vector<double> &knots = curve.knots();
    const std::vector<double> old_ends = cell_ends(curve);
    const std::vector<Point<2>> points = membrane.curve_points(c);
    const unsigned int n_cells = old_ends.size() - 1;

    // Where the curve is to begin and end: at the rim, the parameter at which r is the rim's
    // radius.
    double begin = 0., end = knots.back();
    const auto rim_parameter = [&](double t) {
      for (unsigned int i = 0; i < 30; ++i) {
        const CurveSample s = curve.at(t);
        const double change = (*rim_radius - s.r) / s.r1;
        t += change;
        if (std::abs(change) < 1e-15 * *rim_radius)
          break;
      }
      return t;
    };
    if (rim_radius && edge_of(membrane, c, true) == Edge::rim)
      begin = rim_parameter(begin);
    if (rim_radius && edge_of(membrane, c, false) == Edge::rim)
      end = rim_parameter(end);

    std::vector<double> new_ends;
    if (regrade) {
      std::vector<double> samples;
      std::vector<double> monitor = wanted_monitor(curve, samples);
      // The graded part is the old curve, stretched by the little that the rim moves.
      new_ends = equidistribute(samples, monitor, n_cells);
    } else
      new_ends = old_ends;
    // Shift linearly over the curve's outer quarter at the rim, so that the curved part stays.
    const double length = knots.back();
    for (double &t : new_ends) {
      const double from_begin = std::max(0., 1. - t / (0.25 * length));
      const double from_end = std::max(0., 1. - (length - t) / (0.25 * length));
      t += begin * from_begin + (end - length) * from_end;
    }

    // Field densities along the old curve, node by node.
    std::vector<std::vector<double>> densities, values;
    for (const Field &field : fields)
      densities.push_back(membrane.curve_scalars(c, field.density));
    for (const Vector *field : interpolated)
      values.push_back(membrane.curve_scalars(c, *field));

    const auto parameter_of = [&](const unsigned int cell, const double xi,
                                  double *derivative = nullptr) {
      return geometry.value([&](const unsigned int k) { return knots[cell * p + k]; }, xi,
                            derivative);
    };
    const auto locate = [&](const double t, const unsigned int cell) {
      double xi = (t - old_ends[cell]) / (old_ends[cell + 1] - old_ends[cell]);
      for (unsigned int i = 0; i < 20; ++i) {
        double slope;
        const double change = (t - parameter_of(cell, xi, &slope)) / slope;
        xi += change;
        if (std::abs(change) < 1e-15)
          break;
      }
      return std::clamp(xi, 0., 1.);
    };
    // Calls f(xi, weight 2 pi r ds) on the old cell's reference piece [xi0, xi1].
    const auto integrate = [&](const unsigned int cell, const double xi0, const double xi1,
                               const auto &f) {
      geometry.integrate([&](const unsigned int k) { return points[cell * p + k]; }, xi0, xi1, f);
    };
    const auto density_at = [&](const unsigned int f, const unsigned int cell, const double xi) {
      return scalar.value([&](unsigned int k) { return densities[f][cell * scalar_degree + k]; },
                          xi);
    };

    // What lay beyond the new ends has left (positive outflow).
    for (unsigned int cell = 0; cell < n_cells; ++cell) {
      // Shape function 0 of the tension is the constant 1.
      std::vector<types::global_dof_index> area_indices;
      membrane.cell_tension_indices(Membrane<1>::Cell(&membrane.triangulation(), 0,
                                                      membrane.curves()[c][cell],
                                                      &membrane.position_dofs()),
                                    area_indices);
      area_total += material_area(area_indices[0]);
      const auto leave = [&](const double xi0, const double xi1) {
        integrate(cell, xi0, xi1, [&](const double xi, const double dA) {
          area_outflow += dA;
          for (unsigned int f = 0; f < fields.size(); ++f)
            fields[f].outflow += density_at(f, cell, xi) * dA;
        });
      };
      if (begin > old_ends[cell])
        leave(0., begin < old_ends[cell + 1] ? locate(begin, cell) : 1.);
      if (end < old_ends[cell + 1])
        leave(end > old_ends[cell] ? locate(end, cell) : 0., 1.);
    }

    for (unsigned int k = 0; k < n_cells; ++k) {
      const Membrane<1>::Cell cell(&membrane.triangulation(), 0, membrane.curves()[c][k],
                                   &membrane.position_dofs());
      const double t0 = new_ends[k], t1 = new_ends[k + 1];
      std::vector<std::vector<double>> local(fields.size(),
                                             std::vector<double>(scalar.n_nodes(), 0.));
      std::vector<double> local_area(tension_element.n_dofs_per_cell(), 0.);
      const auto collect_area = [&](const double t, const double dA) {
        area_after += dA;
        for (unsigned int j = 0; j < local_area.size(); ++j)
          local_area[j] += dA * tension_element.shape_value(j, Point<1>((t - t0) / (t1 - t0)));
      };
      const auto collect = [&](const double t, const double dA, const unsigned int f,
                               const double density) {
        const double eta = (t - t0) / (t1 - t0);
        for (unsigned int j = 0; j < scalar.n_nodes(); ++j)
          local[f][j] += density * dA * scalar.shape(j, eta);
      };
      for (unsigned int old = 0; old < n_cells; ++old) {
        const double a = std::max(t0, old_ends[old]), b = std::min(t1, old_ends[old + 1]);
        if (b > a)
          integrate(old, locate(a, old), locate(b, old), [&](const double xi, const double dA) {
            collect_area(parameter_of(old, xi), dA);
            for (unsigned int f = 0; f < fields.size(); ++f)
              collect(parameter_of(old, xi), dA, f, density_at(f, old, xi));
          });
      }
      // New membrane from the reservoir, beyond the old ends of the curve.
      const auto take_in = [&](const double a, const double b) {
        if (b <= a)
          return;
        for (unsigned int q = 0; q < gauss.size(); ++q) {
          const double t = a + (b - a) * gauss.point(q)[0];
          const CurveSample s = curve.at(t);
          const double dA =
              2. * numbers::PI * s.r * std::hypot(s.r1, s.z1) * (b - a) * gauss.weight(q);
          collect_area(t, dA);
          area_outflow -= dA;
          for (unsigned int f = 0; f < fields.size(); ++f) {
            collect(t, dA, f, fields[f].reservoir_density);
            fields[f].outflow -= fields[f].reservoir_density * dA;
          }
        }
      };
      take_in(t0, std::min(t1, 0.));
      take_in(std::max(t0, length), t1);

      if (!cell->is_locally_owned())
        continue;
      std::vector<types::global_dof_index> scalar_indices, position_indices, area_indices;
      membrane.cell_tension_indices(cell, area_indices);
      for (unsigned int j = 0; j < local_area.size(); ++j)
        new_area(area_indices[j]) += local_area[j];
      membrane.cell_scalar_indices(cell, scalar_indices);
      membrane.cell_position_indices(cell, position_indices);
      // deal.II numbers the two ends first, then the interior nodes.
      const auto curve_order = [](const unsigned int a, const unsigned int degree) {
        return a == 0 ? 0u : a == 1 ? degree : a - 1;
      };
      for (unsigned int j = 0; j < scalar.n_nodes(); ++j) {
        const unsigned int order = curve_order(j, scalar_degree);
        for (unsigned int f = 0; f < fields.size(); ++f)
          new_contents[f](scalar_indices[j]) += local[f][order];
      }
      for (unsigned int a = 0; a < geometry.n_nodes(); ++a) {
        const double t = t0 + (t1 - t0) * geometry.node(curve_order(a, p));
        const CurveSample s = curve.at(t);
        const bool on_axis =
            (k == 0 && a == 0 && edge_of(membrane, c, true) == Edge::axis) ||
            (k + 1 == n_cells && a == 1 && edge_of(membrane, c, false) == Edge::axis);
        const double position[2] = {on_axis ? 0. : s.r, s.z};
        for (unsigned int d = 0; d < 2; ++d)
          if (new_positions.in_local_range(position_indices[2 * a + d]))
            new_position_values.emplace_back(position_indices[2 * a + d], position[d]);
      }
      for (unsigned int j = 0; j < scalar.n_nodes(); ++j)
        if (membrane.scalar_dofs().locally_owned_dofs().is_element(scalar_indices[j])) {
          const double t = std::clamp(t0 + (t1 - t0) * scalar.node(curve_order(j, scalar_degree)),
                                      0., length * (1. - 1e-15));
          const unsigned int old = std::min<unsigned int>(
              std::upper_bound(old_ends.begin(), old_ends.end(), t) - old_ends.begin() - 1,
              n_cells - 1);
          const double xi = locate(t, old);
          for (unsigned int f = 0; f < interpolated.size(); ++f)
            new_scalar_values[f].emplace_back(
                scalar_indices[j],
                scalar.value([&](unsigned int i) { return values[f][old * scalar_degree + i]; },
                             xi));
        }
    }
  }

  const auto write = [](const Entries &entries, Vector &vector) {
    for (const auto &[index, value] : entries)
      vector(index) = value;
    vector.compress(VectorOperation::insert);
  };
  write(new_position_values, new_positions);
  membrane.set_positions(new_positions);
  for (unsigned int f = 0; f < interpolated.size(); ++f) {
    Vector owned = membrane.scalar_vector(false);
    write(new_scalar_values[f], owned);
    *interpolated[f] = owned;
  }
  for (unsigned int f = 0; f < fields.size(); ++f) {
    new_contents[f].compress(VectorOperation::add);
    // The pieces of a cell and the cell itself were integrated with different Gauss points, and the
    // area element is no polynomial. Changes by O(1e-10) make the balance exact to round-off.
    set_total(new_contents[f], fields[f].total - fields[f].outflow);
    fields[f].content = membrane.scalar_vector(true);
    fields[f].content = new_contents[f];
  }
  new_area.compress(VectorOperation::add);
  new_area *= (area_total - area_outflow) / area_after;
  material_area = new_area;
  return area_outflow;
}
} // namespace fusogen
