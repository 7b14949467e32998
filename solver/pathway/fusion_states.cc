// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/fusion_states.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace fusogen {
namespace {
using Network = BilayerNetwork;
constexpr double pi = 3.141592653589793;

/// Directors of a flat upper bilayer: distal heads up, proximal heads down.
constexpr double up = 0., down = pi, outwards = 0.5 * pi, inwards = -0.5 * pi;

/// Holds the far end of a strip: flat, at the box's radius, and at a height if there is one. The
/// height is that of the middle between the two neutral surfaces; the middle curve itself is free
/// to be where the tails of both leaflets are equally stretched.
void hold_far_end(Network &network, const unsigned int s, const MirrorPair &pair) {
  network.fix(network.last(s, Network::radius), pair.box);
  network.fix(network.last(s, Network::angle_left), up - pair.slope);
  network.fix(network.last(s, Network::angle_right), down - pair.slope);
  if (pair.half_separation)
    network.tie(network.last(s, Network::height),
                {{network.last(s, Network::length_left), -0.5},
                 {network.last(s, Network::length_right), 0.5}},
                *pair.half_separation);
  network.reference_area = pi * pair.box * pair.box;
}

/// Half the distance between the membranes to start from.
double height_of(const MirrorPair &pair) {
  return pair.half_separation.value_or(2. * pair.proximal.thickness);
}

/// Cells at the junction are small.
std::vector<double> mesh_from_junction(const unsigned int n) { return graded_mesh(n, 6.); }

/// Joins a leaflet on the same side of two strips, the end of the one to the start of the other.
void join(Network &network, const unsigned int s, const unsigned int t, const Network::Side side) {
  const auto angle = side == Network::left ? Network::angle_left : Network::angle_right;
  const auto length = side == Network::left ? Network::length_left : Network::length_right;
  network.tie(network.last(s, angle), network.first(t, angle));
  network.tie(network.last(s, length), network.first(t, length));
}
void hold_diaphragm(Network &network, const double radius) {
  network.tie(network.first(1, Network::radius), {{network.first(1, Network::length_right), -1.}},
              radius + network.monolayer(1, Network::right).thickness);
}

/// Stretches the radii of a strip, so that the ends go to new places and elements keep their order.
void move_radii(Network &network, const unsigned int s, const double start, const double new_start,
                const double end, const double new_end) {
  const double factor = (new_end - new_start) / (end - start);
  network.transform(s, Network::radius,
                    [&](const double r) { return new_start + (r - start) * factor; });
}
} // namespace

BilayerNetwork apposed_bilayers(const MirrorPair &pair, const double half_separation) {
  Network network({{mesh_from_junction(pair.n_elements), {pair.distal, pair.proximal}}}, 2.);
  network.fix(network.first(0, Network::radius), 0.);
  network.fix(network.first(0, Network::angle_left), up);
  network.fix(network.first(0, Network::angle_right), down);
  network.tie(network.first(0, Network::height),
              {{network.first(0, Network::length_left), -0.5},
               {network.first(0, Network::length_right), 0.5}},
              half_separation);
  hold_far_end(network, 0, pair);
  network.set_shape(0, [&](const double u) {
    const double far = pair.half_separation.value_or(half_separation);
    const double z = half_separation + (far - half_separation) * u * u * (3. - 2. * u);
    return Network::Shape{
        u * pair.box, z, {up, down}, {pair.distal.thickness, pair.proximal.thickness}};
  });
  return network;
}

BilayerNetwork stalk(const MirrorPair &pair) {
  const unsigned int n_core = std::max(4u, pair.n_elements / 4);
  Network network({{graded_mesh(n_core, 1.), {std::nullopt, pair.proximal}},
                   {mesh_from_junction(pair.n_elements), {pair.distal, pair.proximal}}},
                  2.);
  for (unsigned int i = 0; i < network.n_nodes(0, Network::radius); ++i)
    network.fix(network.index(0, Network::radius, i), 0.);
  network.fix(network.first(0, Network::height), 0.);
  network.fix(network.first(0, Network::angle_right), outwards);
  network.fix(network.first(1, Network::radius), 0.);
  network.fix(network.first(1, Network::angle_left), up);
  hold_far_end(network, 1, pair);
  network.far_ends[0].gaussian_curvature = {0., -2. * pi};

  const double l0 = pair.proximal.thickness, core = 0.5 * l0, far = height_of(pair);
  const double turn = 0.15; // of the proximal director's quarter turn, along the core
  network.set_shape(1, [&](const double u) {
    const double r = u * pair.box, near = std::exp(-r / l0);
    return Network::Shape{r,
                          core + (far - core) * (1. - near),
                          {up, down - outwards * (1. - turn) * std::exp(-0.75 * r / l0)},
                          {pair.distal.thickness * (1. + 0.5 * near), l0}};
  });
  network.set_shape(0, [&](const double u) {
    return Network::Shape{0., core * u, {0., outwards * (1. + turn * u)}, {0., l0}};
  });
  network.tie(network.last(0, Network::height), network.first(1, Network::height));
  join(network, 0, 1, Network::right);
  return network;
}

void set_stalk_radius(BilayerNetwork &network, const double radius) {
  const unsigned int waist = network.first(0, Network::length_right);
  const double l0 = network.monolayer(0, Network::right).thickness,
               by = radius + l0 - network.values()[waist];
  for (unsigned int s = 0; s < network.n_strips(); s += 2) {
    const Network::Field tails = s == 0 ? Network::length_right : Network::length_left;
    network.transform(s, tails, [&](const double l) { return l + by; });
    if (network.is_half())
      break;
  }
  network.fix(waist, radius + l0);
}

double stalk_force(const BilayerNetwork &network) {
  return network.force(network.first(0, Network::length_right));
}

BilayerNetwork diaphragm(const MirrorPair &pair, const double radius) {
  const unsigned int n_inside = std::max(4u, pair.n_elements / 2);
  std::vector<double> inside = graded_mesh(n_inside, 4.);
  std::reverse(inside.begin(), inside.end());
  for (double &u : inside)
    u = 1. - u;
  Network network({{inside, {pair.distal, std::nullopt}},
                   {mesh_from_junction(pair.n_elements), {pair.distal, pair.proximal}}},
                  2.);
  for (unsigned int i = 0; i < network.n_nodes(0, Network::height); ++i)
    network.fix(network.index(0, Network::height, i), 0.);
  network.fix(network.first(0, Network::radius), 0.);
  network.fix(network.first(0, Network::angle_left), up);
  hold_diaphragm(network, radius);
  network.fix(network.first(1, Network::height), 0.);
  network.fix(network.first(1, Network::angle_right), outwards);
  hold_far_end(network, 1, pair);
  network.far_ends[0].gaussian_curvature = {0., -2. * pi};

  const double l0 = pair.proximal.thickness, far = height_of(pair);
  network.set_shape(1, [&](const double u) {
    const double r = radius + u * (pair.box - radius), near = std::exp(-(r - radius) / l0);
    return Network::Shape{r,
                          far * (1. - near),
                          {up, down - outwards * std::exp(-0.75 * (r - radius) / l0)},
                          {pair.distal.thickness * (1. + near), l0}};
  });
  network.tie(network.last(0, Network::radius), network.first(1, Network::radius));
  network.set_shape(0, [&](const double u) {
    const double near = std::exp(-radius * (1. - u) / l0);
    return Network::Shape{radius * u, 0., {up, 0.}, {pair.distal.thickness * (1. + near), 0.}};
  });
  join(network, 0, 1, Network::left);
  return network;
}

void set_diaphragm_radius(BilayerNetwork &network, const double radius) {
  const double old = network.values()[network.first(1, Network::radius)],
               box = network.values()[network.last(1, Network::radius)],
               now = radius + network.monolayer(1, Network::right).thickness -
                     network.values()[network.first(1, Network::length_right)];
  network.transform(0, Network::radius, [&](const double r) { return r * now / old; });
  for (unsigned int s = 1; s < network.n_strips(); ++s)
    move_radii(network, s, old, now, box, box);
  hold_diaphragm(network, radius);
}

double diaphragm_force(const BilayerNetwork &network) {
  return network.force(network.first(1, Network::radius));
}

BilayerNetwork facing_patches(const MirrorPair &pair, const HydrophobicDefect &defect) {
  Network network = stalk(pair);
  network.defects = {{0, Network::right, defect}};
  network.defects[0].defect.kind = HydrophobicDefect::Kind::patch;
  set_patches(network, outwards, 0.);
  return network;
}

namespace {
/// Moves a field of a core along with its beginning, whose value is to become another.
void bend_core(Network &network, const unsigned int s, const Network::Field field,
               const double value) {
  const double by = value - network.values()[network.first(s, field)];
  for (unsigned int node = 1; node + 1 < network.n_nodes(s, field); ++node)
    network.shift(network.index(s, field, node),
                  by * (1. - network.parameter_of_node(s, field, node)));
}

/// The core of the lower membrane is strip 2, with its leaflet to the left.
constexpr unsigned int lower_core = 2;
} // namespace

void set_patches(BilayerNetwork &network, const double angle, const double distance) {
  const unsigned int z = network.first(0, Network::height),
                     theta = network.first(0, Network::angle_right),
                     l = network.first(0, Network::length_right);
  const double height = 0.5 * distance - std::cos(angle) * network.values()[l];
  bend_core(network, 0, Network::height, height);
  bend_core(network, 0, Network::angle_right, angle);
  if (!network.is_half()) {
    // The heads of both membranes stay face to face.
    const unsigned int low_z = network.first(lower_core, Network::height),
                       low_l = network.first(lower_core, Network::length_left);
    bend_core(network, lower_core, Network::height, -height);
    bend_core(network, lower_core, Network::angle_left, pi - angle);
    network.release(low_z);
    network.release(low_l);
    network.tie(low_l, l);
    network.tie(low_z, {{low_l, std::cos(angle)}}, -0.5 * distance);
  }
  network.fix(theta, angle);
  network.release(z);
  network.tie(z, {{l, -std::cos(angle)}}, 0.5 * distance);
}

void set_separate_patches(BilayerNetwork &network, const double angle) {
  const unsigned int theta = network.first(0, Network::angle_right),
                     z = network.first(0, Network::height);
  bend_core(network, 0, Network::angle_right, angle);
  network.fix(theta, angle);
  network.release(z);
  if (!network.is_half()) {
    bend_core(network, lower_core, Network::angle_left, pi - angle);
    network.release(network.first(lower_core, Network::length_left));
    const unsigned int low_z = network.first(lower_core, Network::height);
    network.release(low_z);
    network.tie(low_z, {{z, -1.}}); // both may fall or rise together; that costs nothing
  }
}

double patch_force(const BilayerNetwork &network) {
  const double upper = 0.5 * network.force(network.first(0, Network::height));
  return network.is_half()
             ? upper
             : upper - 0.5 * network.force(network.first(lower_core, Network::height));
}

void release_patches(BilayerNetwork &network) {
  network.release(network.first(0, Network::angle_right));
  if (!network.is_half())
    network.release(network.first(lower_core, Network::angle_left));
}

BilayerNetwork diaphragm_with_hole(const MirrorPair &pair, const HydrophobicDefect &defect,
                                   const double radius, const double hole, const double angle) {
  Network network = diaphragm(pair, radius);
  network.release(network.first(0, Network::radius));
  network.far_ends[0].gaussian_curvature = {-2. * pi, -2. * pi};
  network.defects = {{0, Network::left, defect}};
  network.defects[0].defect.kind = HydrophobicDefect::Kind::hole;
  const double l0 = pair.distal.thickness, first = hole - std::sin(angle) * l0;
  set_hole(network, hole, angle);
  network.set_shape(0, [&](const double u) {
    const double near = std::exp(-(radius - first) * (1. - u) / l0),
                 rest = std::exp(-(radius - first) / l0),
                 edge = (std::exp(-(radius - first) * u / l0) - rest) / (1. - rest);
    return Network::Shape{
        first + (radius - first) * u, 0., {angle * edge, 0.}, {l0 * (1. + near * (1. - edge)), 0.}};
  });
  return network;
}

void set_hole(BilayerNetwork &network, const double hole, const double angle) {
  const unsigned int r = network.first(0, Network::radius);
  network.fix(network.first(0, Network::angle_left), angle);
  network.release(r);
  network.tie(r, {{network.first(0, Network::length_left), -std::sin(angle)}}, hole);
}

void release_hole(BilayerNetwork &network) {
  network.release(network.first(0, Network::radius));
  network.release(network.first(0, Network::angle_left));
  if (!network.is_half())
    network.release(network.first(0, Network::height));
}

BilayerNetwork pore(const MirrorPair &pair, const double lumen) {
  Network network({{graded_mesh(pair.n_elements, 1.), {pair.distal, pair.proximal}}}, 2.);
  network.fix(network.first(0, Network::height), 0.);
  network.fix(network.first(0, Network::angle_left), inwards);
  network.fix(network.first(0, Network::angle_right), outwards);
  network.tie(network.first(0, Network::radius), network.first(0, Network::length_left), lumen);
  hold_far_end(network, 0, pair);
  network.far_ends[0].gaussian_curvature = {-2. * pi, -2. * pi};

  // A quarter of an ellipse, and a flat rest.
  const double waist = lumen + pair.distal.thickness, room = pair.box - waist, b = height_of(pair),
               a = std::min(room, b), flat = room - a,
               arc = pi / 2. * std::sqrt(0.5 * (a * a + b * b));
  network.set_shape(0, [&](const double u) {
    const double s = u * (arc + flat);
    if (s >= arc)
      return Network::Shape{std::min(waist + a + s - arc, pair.box),
                            b,
                            {up, down},
                            {pair.distal.thickness, pair.proximal.thickness}};
    const double t = pi / 2. * s / arc;
    const double tilt = -std::atan2(b * std::cos(t), a * std::sin(t));
    return Network::Shape{waist + a * (1. - std::cos(t)),
                          b * std::sin(t),
                          {up + tilt, down + tilt},
                          {pair.distal.thickness, pair.proximal.thickness}};
  });
  return network;
}

void set_lumen_radius(BilayerNetwork &network, const double lumen) {
  const unsigned int first = network.first(0, Network::radius);
  const double old = network.values()[first],
               box = network.values()[network.last(0, Network::radius)],
               now = lumen + network.values()[network.first(0, Network::length_left)];
  for (unsigned int s = 0; s < network.n_strips(); ++s)
    move_radii(network, s, old, now, box, box);
  network.tie(first, network.first(0, Network::length_left), lumen);
}

double lumen_force(const BilayerNetwork &network) {
  return network.force(network.first(0, Network::radius));
}

void set_slope(BilayerNetwork &network, const double slope, const unsigned int far_end) {
  const unsigned int s = network.far_ends[far_end].strip;
  const double sign = network.strip(s).above;
  network.fix(network.last(s, Network::angle_left), up - sign * slope);
  network.fix(network.last(s, Network::angle_right), down - sign * slope);
}

void set_box(BilayerNetwork &network, const double radius) {
  for (const Network::FarEnd &end : network.far_ends) {
    const double start = network.values()[network.first(end.strip, Network::radius)],
                 old = network.values()[network.last(end.strip, Network::radius)];
    move_radii(network, end.strip, start, start, old, radius);
  }
  network.reference_area = pi * radius * radius;
}
} // namespace fusogen
