// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/bilayer_network.h"

#include "base/assertion.h"
#include "pathway/leaflet_energy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusogen {
namespace {
constexpr unsigned int cubic = 4, quadratic = 3, n_gauss = 5;
constexpr unsigned int no_field = std::numeric_limits<unsigned int>::max();
constexpr unsigned int unknown_length = 6, end_of_strip = 7;

/// Keeps the surface between the membranes where nothing else does [pN/nm].
constexpr double mid_surface_stiffness = 1e-3;

constexpr std::array<double, n_gauss> gauss_points = {0.046910077030668004, 0.23076534494715845,
                                                      0.5, 0.76923465505284155, 0.953089922969332};
constexpr std::array<double, n_gauss> gauss_weights = {0.11846344252809454, 0.23931433524968324,
                                                       0.28444444444444444, 0.23931433524968324,
                                                       0.11846344252809454};

std::array<double, cubic> cubic_shapes(const double t) {
  return {-4.5 * (t - 1. / 3.) * (t - 2. / 3.) * (t - 1.), 13.5 * t * (t - 2. / 3.) * (t - 1.),
          -13.5 * t * (t - 1. / 3.) * (t - 1.), 4.5 * t * (t - 1. / 3.) * (t - 2. / 3.)};
}
std::array<double, cubic> cubic_slopes(const double t) {
  return {-13.5 * t * t + 18. * t - 5.5, 40.5 * t * t - 45. * t + 9., -40.5 * t * t + 36. * t - 4.5,
          13.5 * t * t - 9. * t + 1.};
}
std::array<double, quadratic> quadratic_shapes(const double t) {
  return {(1. - t) * (1. - 2. * t), 4. * t * (1. - t), t * (2. * t - 1.)};
}
std::array<double, quadratic> quadratic_slopes(const double t) {
  return {4. * t - 3., 4. - 8. * t, 4. * t - 1.};
}

bool is_cubic(const unsigned int field) { return field <= BilayerNetwork::angle_right; }

/// Positive, decreasing to 0 for large x, and infinite at x = 0.
template <class Number> Number barrier(const Number &x) {
  using std::log;
  return log(Number(1.) + Number(1.) / x);
}

/// What a point of a leaflet adds to the energy that is minimised.
template <class Number>
Number leaflet_sum(const Monolayer &monolayer, const LeafletPoint<Number> &p,
                   const LeafletDensities<Number> &d, const double weight) {
  const double l0 = monolayer.thickness;
  return d.splay + d.tilt + d.stretch + d.chains + d.hydration + monolayer.tension * d.area +
         weight * (d.speed * (barrier(d.cosine) + barrier(d.tail_spacing) +
                              barrier(d.head_radius * (1. / l0)) + barrier(p.length * (1. / l0))));
}

/// The gauge by du, for the speed along the strip, in position and in the directors' angles times
/// l0, relative to its mean: about (ratio - 1)^2/2, and infinite where the parametrisation stands
/// still.
template <class Number>
Number gauge(const Number &dr, const Number &dz, const Number &dleft, const Number &dright,
             const Number &length) {
  using std::log;
  using std::sqrt;
  const Number ratio = sqrt(dr * dr + dz * dz + dleft * dleft + dright * dright) / length;
  return ratio - Number(1.) - log(ratio);
}
} // namespace

/// A quadrature point: shape functions by u and where their unknowns begin.
struct QuadraturePoint {
  unsigned int strip;
  double weight;
  std::array<double, cubic> c, dc;
  std::array<double, quadratic> q, dq;
  std::array<unsigned int, 6> begin;
  unsigned int length_index;
};

template <class Visitor> void BilayerNetwork::for_each_point(const Visitor &visitor) const {
  for (unsigned int s = 0; s < strips.size(); ++s)
    for (unsigned int e = 0; e + 1 < strips[s].mesh.size(); ++e) {
      const double h = strips[s].mesh[e + 1] - strips[s].mesh[e];
      QuadraturePoint point;
      point.strip = s;
      point.length_index = offsets[s][unknown_length];
      for (unsigned int f = 0; f < 6; ++f)
        point.begin[f] =
            offsets[s][f] == no_field ? no_field : offsets[s][f] + (is_cubic(f) ? 3 : 2) * e;
      for (unsigned int g = 0; g < n_gauss; ++g) {
        point.weight = gauss_weights[g] * h;
        point.c = cubic_shapes(gauss_points[g]);
        point.dc = cubic_slopes(gauss_points[g]);
        point.q = quadratic_shapes(gauss_points[g]);
        point.dq = quadratic_slopes(gauss_points[g]);
        for (double &slope : point.dc)
          slope /= h;
        for (double &slope : point.dq)
          slope /= h;
        visitor(point);
      }
    }
}

namespace {
template <std::size_t n>
double sum(const std::array<double, n> &shapes, const std::vector<double> &x,
           const unsigned int begin) {
  double result = 0.;
  for (unsigned int i = 0; i < n; ++i)
    result += shapes[i] * x[begin + i];
  return result;
}

LeafletPoint<double> leaflet_point(const QuadraturePoint &point, const std::vector<double> &x,
                                   const unsigned int side) {
  const unsigned int r = point.begin[0], z = point.begin[1], angle = point.begin[2 + side],
                     length = point.begin[4 + side];
  return {sum(point.c, x, r),      sum(point.c, x, z),      sum(point.c, x, angle),
          sum(point.q, x, length), sum(point.dc, x, r),     sum(point.dc, x, z),
          sum(point.dc, x, angle), sum(point.dq, x, length)};
}

/// What the gauge depends on: slopes of position and of the directors' angles, these times l0, and
/// the strip's length.
std::array<double, 5> motion_along(const QuadraturePoint &point, const BilayerNetwork::Strip &strip,
                                   const std::vector<double> &x) {
  std::array<double, 5> motion = {sum(point.dc, x, point.begin[0]),
                                  sum(point.dc, x, point.begin[1]), 0., 0., x[point.length_index]};
  for (const unsigned int side : {0, 1})
    if (strip.leaflets[side])
      motion[2 + side] = strip.leaflets[side]->thickness * sum(point.dc, x, point.begin[2 + side]);
  return motion;
}

constexpr double sign_of(const unsigned int side) {
  return side == BilayerNetwork::left ? 1. : -1.;
}

/// If the point is inside all barriers; comparisons with NaN are false.
bool allowed(const LeafletPoint<double> &p, const LeafletDensities<double> &d) {
  return d.cosine > 0. && d.tail_spacing > 0. && d.head_radius > 0. && p.length > 0. &&
         d.rest_area > 0.;
}
} // namespace

NetworkEnergy &NetworkEnergy::operator-=(const NetworkEnergy &other) {
  for (double NetworkEnergy::*part :
       {&NetworkEnergy::splay, &NetworkEnergy::tilt, &NetworkEnergy::stretch,
        &NetworkEnergy::chains, &NetworkEnergy::tension, &NetworkEnergy::gaussian,
        &NetworkEnergy::hydration, &NetworkEnergy::defects, &NetworkEnergy::work,
        &NetworkEnergy::barrier, &NetworkEnergy::gauge, &NetworkEnergy::total_splay,
        &NetworkEnergy::area, &NetworkEnergy::rest_area})
    this->*part -= other.*part;
  return *this;
}

BilayerNetwork::BilayerNetwork(std::vector<Strip> strips_, const double multiplicity)
    : strips(std::move(strips_)), multiplicity(multiplicity) {
  unsigned int next = 0;
  for (unsigned int s = 0; s < strips.size(); ++s) {
    offsets.emplace_back();
    offsets[s].fill(no_field);
    for (unsigned int f = 0; f < 6; ++f) {
      if (f >= angle_left && !strips[s].leaflets[(f - angle_left) % 2])
        continue;
      offsets[s][f] = next;
      next += n_nodes(s, static_cast<Field>(f));
    }
    offsets[s][unknown_length] = next++;
    offsets[s][end_of_strip] = next;
  }
  mid_surface = next;
  next += 2;
  x.assign(next, 0.);
  distance.assign(next, 0.);
  held.assign(next, false);
  held[mid_surface] = held[mid_surface + 1] = true;
  ties.resize(next);
  far_ends.push_back({static_cast<unsigned int>(strips.size()) - 1});
}

void BilayerNetwork::for_all_monolayers(const std::function<void(Monolayer &)> &change) {
  for (Strip &strip : strips)
    for (std::optional<Monolayer> &leaflet : strip.leaflets)
      if (leaflet)
        change(*leaflet);
}

unsigned int BilayerNetwork::n_nodes(const unsigned int s, const Field field) const {
  return (is_cubic(field) ? 3 : 2) * (strips[s].mesh.size() - 1) + 1;
}

unsigned int BilayerNetwork::index(const unsigned int s, const Field field,
                                   const unsigned int node) const {
  FUSOGEN_ASSERT(offsets[s][field] != no_field, "the strip has no such leaflet");
  return offsets[s][field] + node;
}

double BilayerNetwork::parameter_of_node(const unsigned int s, const Field field,
                                         const unsigned int node) const {
  const unsigned int degree = is_cubic(field) ? 3 : 2;
  const std::vector<double> &mesh = strips[s].mesh;
  const unsigned int element = std::min<unsigned int>(node / degree, mesh.size() - 2);
  return mesh[element] +
         (mesh[element + 1] - mesh[element]) * (node - element * degree) / double(degree);
}

double BilayerNetwork::tied_value(const unsigned int index) const {
  if (ties[index].empty())
    return x[index];
  double value = distance[index];
  for (const auto &[to, factor] : ties[index])
    value += factor * tied_value(to);
  return value;
}

BilayerNetwork::Terms BilayerNetwork::resolve(const unsigned int index) const {
  if (held[index])
    return {};
  if (ties[index].empty())
    return {{index, 1.}};
  Terms result;
  for (const auto &[to, factor] : ties[index])
    for (const auto &[free, more] : resolve(to))
      result.emplace_back(free, factor * more);
  return result;
}

void BilayerNetwork::apply_constraints() {
  for (unsigned int i = 0; i < x.size(); ++i)
    x[i] = tied_value(i);
}

void BilayerNetwork::fix(const unsigned int index, const double value) {
  FUSOGEN_ASSERT(ties[index].empty(), "a tied unknown cannot be held");
  held[index] = true;
  x[index] = value;
  apply_constraints();
}

void BilayerNetwork::tie(const unsigned int index, const Terms &to, const double by) {
  FUSOGEN_ASSERT(!held[index], "an unknown that is held cannot be tied");
  ties[index] = to;
  distance[index] = by;
  apply_constraints();
}

void BilayerNetwork::release(const unsigned int index) {
  ties[index].clear();
  held[index] = false;
}

void BilayerNetwork::set_shape(const unsigned int s, const std::function<Shape(double)> &shape) {
  for (unsigned int f = 0; f < 6; ++f) {
    if (offsets[s][f] == no_field)
      continue;
    const Field field = static_cast<Field>(f);
    for (unsigned int node = 0; node < n_nodes(s, field); ++node) {
      const unsigned int i = index(s, field, node);
      if (!is_free(i))
        continue;
      const Shape at = shape(parameter_of_node(s, field, node));
      x[i] = f == radius        ? at.r
             : f == height      ? at.z
             : f <= angle_right ? at.angle[f - angle_left]
                                : at.length[f - length_left];
    }
  }
  apply_constraints();
  double length = 0.;
  for_each_point([&](const QuadraturePoint &point) {
    if (point.strip == s) {
      const std::array<double, 5> motion = motion_along(point, strips[s], x);
      length += point.weight *
                std::hypot(std::hypot(motion[0], motion[1]), std::hypot(motion[2], motion[3]));
    }
  });
  x[offsets[s][unknown_length]] = length;
}

void BilayerNetwork::transform(const unsigned int s, const Field field,
                               const std::function<double(double)> &map) {
  for (unsigned int node = 0; node < n_nodes(s, field); ++node) {
    const unsigned int i = index(s, field, node);
    if (ties[i].empty())
      x[i] = map(x[i]);
  }
  apply_constraints();
}

void BilayerNetwork::shift(const unsigned int index, const double by) {
  if (is_free(index))
    x[index] += by;
  apply_constraints();
}

std::vector<BilayerNetwork::Terms> BilayerNetwork::numbering() const {
  std::vector<unsigned int> number(x.size(), no_field);
  unsigned int next = 0;
  for (unsigned int i = 0; i < x.size(); ++i)
    if (is_free(i))
      number[i] = next++;
  std::vector<Terms> to;
  for (unsigned int i = 0; i < x.size(); ++i) {
    to.push_back(resolve(i));
    for (auto &term : to.back())
      term.first = number[term.first];
  }
  return to;
}

unsigned int BilayerNetwork::n_free() const {
  unsigned int n = 0;
  for (unsigned int i = 0; i < x.size(); ++i)
    n += is_free(i);
  return n;
}

std::vector<double> BilayerNetwork::free_values() const {
  std::vector<double> values;
  for (unsigned int i = 0; i < x.size(); ++i)
    if (is_free(i))
      values.push_back(x[i]);
  return values;
}

void BilayerNetwork::set_free_values(const std::vector<double> &values) {
  unsigned int next = 0;
  for (unsigned int i = 0; i < x.size(); ++i)
    if (is_free(i))
      x[i] = values[next++];
  apply_constraints();
}

void BilayerNetwork::release_mid_surface() {
  release(mid_surface);
  release(mid_surface + 1);
}

MidSurface<double> BilayerNetwork::mid_surface_of(const unsigned int s) const {
  return {strips[s].above, x[mid_surface], x[mid_surface + 1]};
}

double BilayerNetwork::mid_surface_energy() const {
  return 0.5 * mid_surface_stiffness *
         (x[mid_surface] * x[mid_surface] + x[mid_surface + 1] * x[mid_surface + 1]);
}

std::array<unsigned int, 4> BilayerNetwork::first_of(const unsigned int s, const Side side) const {
  const bool left_side = side == left;
  return {first(s, radius), first(s, height), first(s, left_side ? angle_left : angle_right),
          first(s, left_side ? length_left : length_right)};
}

double BilayerNetwork::above(const EndDefect &end) const {
  // Heads around a patch point at the other half, those around a hole away from it.
  return end.defect.kind == HydrophobicDefect::Kind::hole && end.side == right
             ? -strips[end.strip].above
             : strips[end.strip].above;
}

double BilayerNetwork::energy_of(const EndDefect &end) const {
  const auto at = [&](const unsigned int s, const Side side) {
    const std::array<unsigned int, 4> i = first_of(s, side);
    return BareEnd<double>{x[i[0]], x[i[1]], x[i[2]], x[i[3]]};
  };
  const BareEnd<double> own = at(end.strip, end.side);
  return defect_energy(end.defect, above(end), own,
                       end.facing ? at(end.facing->first, end.facing->second) : own.mirrored());
}

double BilayerNetwork::far_distance() const {
  double sum = 0.;
  for (const FarEnd &end : far_ends) {
    double middle = x[last(end.strip, height)];
    for (const unsigned int side : {0, 1})
      if (strips[end.strip].leaflets[side])
        middle += 0.5 * x[last(end.strip, side == 0 ? length_left : length_right)] *
                  std::cos(x[last(end.strip, side == 0 ? angle_left : angle_right)]);
    sum += strips[end.strip].above * middle;
  }
  return multiplicity * sum;
}

double BilayerNetwork::work_of_force() const {
  return far_force == 0. ? 0. : far_force * far_distance();
}

double BilayerNetwork::gaussian_curvature() const {
  double sum = 0.;
  for (const FarEnd &end : far_ends)
    sum += multiplicity * (end.gaussian_curvature[0] + end.gaussian_curvature[1]);
  return sum;
}

double BilayerNetwork::energy() const {
  double energy = 0.;
  bool inside = true;
  // Outside, logarithms and quotients have no values.
  for_each_point([&](const QuadraturePoint &point) {
    for (const unsigned int side : {0, 1}) {
      const std::optional<Monolayer> &monolayer = strips[point.strip].leaflets[side];
      if (!monolayer || !inside)
        continue;
      const LeafletPoint<double> p = leaflet_point(point, x, side);
      const LeafletDensities<double> d =
          leaflet_densities(*monolayer, sign_of(side), p, mid_surface_of(point.strip));
      inside = allowed(p, d);
      if (!inside)
        return;
      energy += point.weight * leaflet_sum(*monolayer, p, d, barrier_weight);
    }
    const std::array<double, 5> motion = motion_along(point, strips[point.strip], x);
    inside = inside && motion[4] > 0. &&
             std::any_of(motion.begin(), motion.begin() + 4, [](double v) { return v != 0.; });
    if (!inside)
      return;
    energy +=
        point.weight * gauge_weight * gauge(motion[0], motion[1], motion[2], motion[3], motion[4]);
  });
  if (!inside || !std::isfinite(energy))
    return std::numeric_limits<double>::infinity();
  for (const EndDefect &end : defects)
    energy += energy_of(end);
  return multiplicity * (energy + mid_surface_energy()) + work_of_force();
}

NetworkEnergy BilayerNetwork::energies() const {
  NetworkEnergy result;
  for_each_point([&](const QuadraturePoint &point) {
    const double w = multiplicity * point.weight;
    for (const unsigned int side : {0, 1}) {
      const std::optional<Monolayer> &monolayer = strips[point.strip].leaflets[side];
      if (!monolayer)
        continue;
      const LeafletPoint<double> p = leaflet_point(point, x, side);
      const LeafletDensities<double> d =
          leaflet_densities(*monolayer, sign_of(side), p, mid_surface_of(point.strip));
      result.splay += w * d.splay;
      result.tilt += w * d.tilt;
      result.stretch += w * d.stretch;
      result.chains += w * d.chains;
      result.hydration += w * d.hydration;
      result.tension += w * monolayer->tension * d.area;
      result.barrier +=
          w * (leaflet_sum(*monolayer, p, d, barrier_weight) - leaflet_sum(*monolayer, p, d, 0.));
      result.total_splay += w * d.total_splay;
      result.area += w * d.area;
      result.rest_area += w * d.rest_area;
    }
    const std::array<double, 5> motion = motion_along(point, strips[point.strip], x);
    result.gauge += w * gauge_weight * gauge(motion[0], motion[1], motion[2], motion[3], motion[4]);
  });
  result.gauge += multiplicity * mid_surface_energy();
  for (const EndDefect &end : defects)
    result.defects += multiplicity * energy_of(end);
  for (const FarEnd &end : far_ends)
    for (const unsigned int side : {0, 1})
      if (const std::optional<Monolayer> &leaflet = strips[end.strip].leaflets[side]) {
        result.tension -= multiplicity * leaflet->tension * reference_area;
        result.gaussian += multiplicity * leaflet->gaussian_ratio * leaflet->rigidity *
                           end.gaussian_curvature[side];
      }
  result.work = work_of_force();
  return result;
}

void BilayerNetwork::gather(const std::vector<Terms> &to, const std::size_t n,
                            std::vector<double> &gradient, std::vector<double> *hessian) const {
  gradient.assign(n, 0.);
  if (hessian)
    hessian->assign(n * n, 0.);
  const auto add_to_gradient = [&](const unsigned int i, const double value) {
    for (const auto &[a, factor] : to[i])
      gradient[a] += factor * value;
  };
  const auto add_to_hessian = [&](const unsigned int i, const unsigned int j, const double value) {
    for (const auto &[a, factor] : to[i])
      for (const auto &[b, other] : to[j])
        (*hessian)[a * n + b] += factor * other * value;
  };

  // With n = 10 variables the last two are those of the surface between the membranes.
  const auto add_leaflet = [&](const QuadraturePoint &point, const unsigned int side,
                               const double w, const auto n_variables) {
    constexpr unsigned int n = decltype(n_variables)::value;
    using Number = SecondOrder<n>;
    const Monolayer &monolayer = *strips[point.strip].leaflets[side];
    const LeafletPoint<double> at = leaflet_point(point, x, side);
    const LeafletPoint<Number> p = {
        Number::variable(0, at.r),      Number::variable(1, at.z),
        Number::variable(2, at.angle),  Number::variable(3, at.length),
        Number::variable(4, at.dr),     Number::variable(5, at.dz),
        Number::variable(6, at.dangle), Number::variable(7, at.dlength)};
    MidSurface<Number> mid = {strips[point.strip].above, x[mid_surface], x[mid_surface + 1]};
    if constexpr (n == 10) {
      mid.level = Number::variable(8, x[mid_surface]);
      mid.opening = Number::variable(9, x[mid_surface + 1]);
    }
    const Number sum = leaflet_sum(
        monolayer, p, leaflet_densities(monolayer, sign_of(side), p, mid), barrier_weight);

    // Unknown a of field k has the shape function shape[a] in variable k and slope[a] in k + 4.
    constexpr unsigned int n_local = 3 * cubic + quadratic;
    std::array<unsigned int, n_local> dof, k;
    std::array<double, n_local> shape, slope;
    unsigned int a = 0;
    for (unsigned int variable = 0; variable < 4; ++variable) {
      const unsigned int field = variable < 2 ? variable : 2 * variable - 2 + side;
      for (unsigned int i = 0; i < (variable < 3 ? cubic : quadratic); ++i, ++a) {
        dof[a] = point.begin[field] + i;
        k[a] = variable;
        shape[a] = variable < 3 ? point.c[i] : point.q[i];
        slope[a] = variable < 3 ? point.dc[i] : point.dq[i];
      }
    }
    for (a = 0; a < n_local; ++a) {
      add_to_gradient(dof[a], w * (shape[a] * sum.first(k[a]) + slope[a] * sum.first(k[a] + 4)));
      if (!hessian || to[dof[a]].empty())
        continue;
      for (unsigned int b = 0; b < n_local; ++b)
        add_to_hessian(dof[a], dof[b],
                       w * (shape[a] * (sum.second(k[a], k[b]) * shape[b] +
                                        sum.second(k[a], k[b] + 4) * slope[b]) +
                            slope[a] * (sum.second(k[a] + 4, k[b]) * shape[b] +
                                        sum.second(k[a] + 4, k[b] + 4) * slope[b])));
    }
    for (unsigned int i = 8; i < n; ++i) {
      const unsigned int own = mid_surface + i - 8;
      add_to_gradient(own, w * sum.first(i));
      if (!hessian)
        continue;
      for (unsigned int j = 8; j < n; ++j)
        add_to_hessian(own, mid_surface + j - 8, w * sum.second(i, j));
      for (a = 0; a < n_local; ++a) {
        const double value =
            w * (shape[a] * sum.second(k[a], i) + slope[a] * sum.second(k[a] + 4, i));
        add_to_hessian(dof[a], own, value);
        add_to_hessian(own, dof[a], value);
      }
    }
  };

  for_each_point([&](const QuadraturePoint &point) {
    const double w = multiplicity * point.weight;
    for (const unsigned int side : {0, 1}) {
      const std::optional<Monolayer> &monolayer = strips[point.strip].leaflets[side];
      if (!monolayer)
        continue;
      if (!held[mid_surface] && monolayer->hydration_pressure > 0.)
        add_leaflet(point, side, w, std::integral_constant<unsigned int, 10>());
      else
        add_leaflet(point, side, w, std::integral_constant<unsigned int, 8>());
    }

    using Number = SecondOrder<5>;
    const Strip &strip = strips[point.strip];
    const std::array<double, 5> motion = motion_along(point, strip, x);
    std::array<Number, 5> v;
    for (unsigned int i = 0; i < 5; ++i)
      v[i] = Number::variable(i, motion[i]);
    const Number g = gauge_weight * gauge(v[0], v[1], v[2], v[3], v[4]);
    // Unknown a moves variable k[a] by slope[a].
    constexpr unsigned int most = 4 * cubic + 1;
    std::array<unsigned int, most> dof, k;
    std::array<double, most> slope;
    unsigned int n_local = 0;
    for (unsigned int field = 0; field < 4; ++field)
      if (point.begin[field] != no_field)
        for (unsigned int i = 0; i < cubic; ++i, ++n_local) {
          dof[n_local] = point.begin[field] + i;
          k[n_local] = field;
          slope[n_local] = point.dc[i] * (field < 2 ? 1. : strip.leaflets[field - 2]->thickness);
        }
    dof[n_local] = point.length_index;
    k[n_local] = 4;
    slope[n_local++] = 1.;
    for (unsigned int a = 0; a < n_local; ++a) {
      add_to_gradient(dof[a], w * slope[a] * g.first(k[a]));
      if (hessian)
        for (unsigned int b = 0; b < n_local; ++b)
          add_to_hessian(dof[a], dof[b], w * slope[a] * slope[b] * g.second(k[a], k[b]));
    }
  });

  const auto add = [&](const auto &energy, const auto &dof, const double factor) {
    for (unsigned int a = 0; a < dof.size(); ++a) {
      add_to_gradient(dof[a], factor * energy.first(a));
      if (hessian)
        for (unsigned int b = 0; b < dof.size(); ++b)
          add_to_hessian(dof[a], dof[b], factor * energy.second(a, b));
    }
  };
  for (const EndDefect &end : defects) {
    using Number = SecondOrder<8>;
    const std::array<unsigned int, 4> own = first_of(end.strip, end.side);
    const auto at = [&](const std::array<unsigned int, 4> &i, const unsigned int begin) {
      return BareEnd<Number>{Number::variable(begin, x[i[0]]), Number::variable(begin + 1, x[i[1]]),
                             Number::variable(begin + 2, x[i[2]]),
                             Number::variable(begin + 3, x[i[3]])};
    };
    if (end.facing) {
      const std::array<unsigned int, 4> other = first_of(end.facing->first, end.facing->second);
      std::array<unsigned int, 8> dof;
      std::copy(other.begin(), other.end(), std::copy(own.begin(), own.end(), dof.begin()));
      add(defect_energy(end.defect, above(end), at(own, 0), at(other, 4)), dof, multiplicity);
    } else
      add(defect_energy(end.defect, above(end), at(own, 0), at(own, 0).mirrored()), own,
          multiplicity);
  }
  for (const FarEnd &end : far_ends)
    for (const unsigned int side : {0, 1}) {
      if (far_force == 0. || !strips[end.strip].leaflets[side])
        continue;
      // Half of the height of the strip's end for each of its neutral surfaces.
      using Number = SecondOrder<3>;
      const std::array<unsigned int, 3> dof = {
          last(end.strip, height), last(end.strip, side == 0 ? angle_left : angle_right),
          last(end.strip, side == 0 ? length_left : length_right)};
      const Number height = Number::variable(0, x[dof[0]]) +
                            Number::variable(2, x[dof[2]]) * cos(Number::variable(1, x[dof[1]]));
      add(0.5 * strips[end.strip].above * height, dof, multiplicity * far_force);
    }
  for (const unsigned int i : {mid_surface, mid_surface + 1}) {
    add_to_gradient(i, multiplicity * mid_surface_stiffness * x[i]);
    if (hessian)
      add_to_hessian(i, i, multiplicity * mid_surface_stiffness);
  }
}

void BilayerNetwork::derivatives(std::vector<double> &gradient,
                                 std::vector<double> &hessian) const {
  gather(numbering(), n_free(), gradient, &hessian);
}

std::vector<double> BilayerNetwork::mass() const {
  const std::vector<Terms> to = numbering();
  const std::size_t n = n_free();
  std::vector<double> matrix(n * n, 0.);
  const auto add = [&](const unsigned int i, const unsigned int j, const double value) {
    for (const auto &[a, factor] : to[i])
      for (const auto &[b, other] : to[j])
        matrix[a * n + b] += factor * other * value;
  };
  for_each_point([&](const QuadraturePoint &point) {
    const Strip &strip = strips[point.strip];
    const double weight = point.weight * x[point.length_index];
    // That unknown is no displacement: it is to follow the others.
    add(point.length_index, point.length_index, 1e-4 * weight);
    for (unsigned int field = 0; field < 6; ++field) {
      if (point.begin[field] == no_field)
        continue;
      const bool is_angle = field == angle_left || field == angle_right;
      const double scale = is_angle ? strip.leaflets[field - angle_left]->thickness : 1.;
      const unsigned int n_local = is_cubic(field) ? cubic : quadratic;
      const double *shape = is_cubic(field) ? point.c.data() : point.q.data();
      for (unsigned int i = 0; i < n_local; ++i)
        for (unsigned int j = 0; j < n_local; ++j)
          add(point.begin[field] + i, point.begin[field] + j,
              weight * scale * scale * shape[i] * shape[j]);
    }
  });
  return matrix;
}

double BilayerNetwork::force(const unsigned int index) const {
  // Everything that follows the unknown, and nothing else, adds to one number.
  const std::function<double(unsigned int)> slope = [&](const unsigned int i) {
    if (i == index)
      return 1.;
    double sum = 0.;
    for (const auto &[to, factor] : ties[i])
      sum += factor * slope(to);
    return sum;
  };
  std::vector<Terms> to(x.size());
  for (unsigned int i = 0; i < x.size(); ++i)
    if (const double factor = slope(i); factor != 0.)
      to[i] = {{0, factor}};
  std::vector<double> gradient;
  gather(to, 1, gradient, nullptr);
  return gradient[0];
}

BilayerNetwork::Tails BilayerNetwork::tails(const unsigned int s, const Side side,
                                            const double stretch) const {
  Tails result;
  const Monolayer &monolayer = *strips[s].leaflets[side];
  for_each_point([&](const QuadraturePoint &point) {
    if (point.strip != s)
      return;
    const LeafletPoint<double> p = leaflet_point(point, x, side);
    result.longest = std::max(result.longest, p.length);
    if (p.length > stretch * monolayer.thickness)
      result.rest_area_beyond +=
          multiplicity * point.weight * leaflet_densities(monolayer, sign_of(side), p).rest_area;
  });
  return result;
}

BilayerNetwork::Shape BilayerNetwork::evaluate(const unsigned int s, const double u) const {
  const std::vector<double> &mesh = strips[s].mesh;
  unsigned int e = 0;
  while (e + 2 < mesh.size() && u > mesh[e + 1])
    ++e;
  const double t = (u - mesh[e]) / (mesh[e + 1] - mesh[e]);
  const auto value = [&](const unsigned int f) {
    if (offsets[s][f] == no_field)
      return 0.;
    return is_cubic(f) ? sum(cubic_shapes(t), x, offsets[s][f] + 3 * e)
                       : sum(quadratic_shapes(t), x, offsets[s][f] + 2 * e);
  };
  return {value(0), value(1), {value(2), value(3)}, {value(4), value(5)}};
}

std::vector<std::array<BilayerNetwork::SurfacePoint, 3>>
BilayerNetwork::neutral_surface(const unsigned int s, const Side side) const {
  std::vector<std::array<SurfacePoint, 3>> result;
  const std::vector<double> &mesh = strips[s].mesh;
  for (unsigned int e = 0; e + 1 < mesh.size(); ++e) {
    result.emplace_back();
    for (unsigned int i = 0; i < 3; ++i) {
      // On the axis itself the splay is a quotient of zeros.
      const double h = mesh[e + 1] - mesh[e], t = std::array{1e-6, 0.5, 1. - 1e-6}[i];
      QuadraturePoint point;
      for (unsigned int f = 0; f < 6; ++f)
        point.begin[f] =
            offsets[s][f] == no_field ? no_field : offsets[s][f] + (is_cubic(f) ? 3 : 2) * e;
      point.c = cubic_shapes(t);
      point.dc = cubic_slopes(t);
      point.q = quadratic_shapes(t);
      point.dq = quadratic_slopes(t);
      for (double &slope : point.dc)
        slope /= h;
      for (double &slope : point.dq)
        slope /= h;
      const LeafletPoint<double> p = leaflet_point(point, x, side);
      const LeafletDensities<double> d =
          leaflet_densities(*strips[s].leaflets[side], sign_of(side), p);
      result.back()[i] = {p.r + p.length * std::sin(p.angle), p.z + p.length * std::cos(p.angle),
                          d.total_splay / d.area,
                          std::sqrt(std::max(0., 1. / (d.cosine * d.cosine) - 1.))};
    }
  }
  return result;
}

BilayerNetwork BilayerNetwork::refined() const {
  std::vector<Strip> finer = strips;
  for (Strip &strip : finer) {
    std::vector<double> mesh;
    for (unsigned int e = 0; e + 1 < strip.mesh.size(); ++e) {
      mesh.push_back(strip.mesh[e]);
      mesh.push_back(0.5 * (strip.mesh[e] + strip.mesh[e + 1]));
    }
    mesh.push_back(strip.mesh.back());
    strip.mesh = mesh;
  }
  BilayerNetwork fine(finer, multiplicity);
  fine.barrier_weight = barrier_weight;
  fine.gauge_weight = gauge_weight;
  fine.reference_area = reference_area;
  fine.far_ends = far_ends;
  fine.far_force = far_force;
  fine.defects = defects;

  // An unknown at an end of a strip keeps what holds it. A field that is held or tied at all of its
  // nodes is so in the finer network.
  const auto copy_of = [&](const unsigned int i) {
    for (unsigned int s = 0; s < strips.size(); ++s)
      for (unsigned int f = 0; f < 6; ++f)
        if (offsets[s][f] != no_field && i >= offsets[s][f] &&
            i < offsets[s][f] + n_nodes(s, static_cast<Field>(f))) {
          const unsigned int node = i - offsets[s][f];
          return fine.offsets[s][f] + 2 * node; // a node of degree p is node 2 node of the halves
        }
    FUSOGEN_ASSERT(false, "a strip's length is neither held nor tied");
    return 0u;
  };
  for (unsigned int s = 0; s < strips.size(); ++s) {
    for (unsigned int f = 0; f < 6; ++f) {
      if (offsets[s][f] == no_field)
        continue;
      const Field field = static_cast<Field>(f);
      bool all_held = true;
      for (unsigned int node = 0; node < n_nodes(s, field); ++node)
        all_held = all_held && held[index(s, field, node)];
      for (unsigned int node = 0; node < fine.n_nodes(s, field); ++node) {
        const Shape at = evaluate(s, fine.parameter_of_node(s, field, node));
        const unsigned int i = fine.index(s, field, node);
        fine.x[i] = f == radius        ? at.r
                    : f == height      ? at.z
                    : f <= angle_right ? at.angle[f - angle_left]
                                       : at.length[f - length_left];
        if (all_held)
          fine.held[i] = true;
        else if (node % 2 == 0) {
          const unsigned int coarse = index(s, field, node / 2);
          fine.held[i] = held[coarse];
          fine.distance[i] = distance[coarse];
          for (const auto &[to, factor] : ties[coarse])
            fine.ties[i].emplace_back(copy_of(to), factor);
        }
      }
    }
    fine.x[fine.offsets[s][unknown_length]] = x[offsets[s][unknown_length]];
  }
  for (const unsigned int i : {0u, 1u}) {
    fine.x[fine.mid_surface + i] = x[mid_surface + i];
    fine.held[fine.mid_surface + i] = held[mid_surface + i];
  }
  fine.apply_constraints();
  return fine;
}

std::vector<double> graded_mesh(const unsigned int n, const double ratio) {
  const double factor = n > 1 ? std::pow(ratio, 1. / (n - 1)) : 1.;
  std::vector<double> mesh = {0.};
  double h = 1.;
  for (unsigned int i = 0; i < n; ++i, h *= factor)
    mesh.push_back(mesh.back() + h);
  const double length = mesh.back();
  for (double &u : mesh)
    u /= length;
  mesh.back() = 1.;
  return mesh;
}
} // namespace fusogen
