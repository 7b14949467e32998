// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/unequal_bilayers.h"

#include "base/assertion.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fusogen {
namespace {
using Network = BilayerNetwork;
constexpr double pi = 3.141592653589793;

/// Numbers of materials in a network's strips.
enum : unsigned int { distal = 0, proximal = 1, lower_distal = 2, lower_proximal = 3 };

/// The continuous parts of a material; those of switches come from a.
Monolayer between(const Monolayer &a, const Monolayer &b, const double t) {
  Monolayer result = a;
  for (double Monolayer::*part :
       {&Monolayer::rigidity, &Monolayer::spontaneous_curvature, &Monolayer::tilt_modulus,
        &Monolayer::area_modulus, &Monolayer::thickness, &Monolayer::gaussian_ratio,
        &Monolayer::maximum_chain_stretch, &Monolayer::chain_modulus, &Monolayer::tension,
        &Monolayer::hydration_pressure, &Monolayer::hydration_decay})
    result.*part = (1. - t) * (a.*part) + t * (b.*part);
  return result;
}

bool same(const Monolayer &a, const Monolayer &b) {
  for (double Monolayer::*part :
       {&Monolayer::rigidity, &Monolayer::spontaneous_curvature, &Monolayer::tilt_modulus,
        &Monolayer::area_modulus, &Monolayer::thickness, &Monolayer::gaussian_ratio,
        &Monolayer::maximum_chain_stretch, &Monolayer::chain_modulus, &Monolayer::tension,
        &Monolayer::hydration_pressure, &Monolayer::hydration_decay})
    if (a.*part != b.*part)
      return false;
  return true;
}

/// A strip of the upper bilayer turned down, along the same direction.
Network::Strip mirrored(const Network::Strip &strip) {
  Network::Strip result = strip;
  std::swap(result.leaflets[0], result.leaflets[1]);
  result.material = {lower_proximal, lower_distal};
  result.above = -1.;
  return result;
}
Network::Shape mirrored(const Network::Shape &at) {
  return {at.r, -at.z, {pi - at.angle[1], pi - at.angle[0]}, {at.length[1], at.length[0]}};
}

/// Fields of a leaflet, of a director's angle and a length.
std::pair<Network::Field, Network::Field> fields_of(const Network::Side side) {
  return side == Network::left ? std::make_pair(Network::angle_left, Network::length_left)
                               : std::make_pair(Network::angle_right, Network::length_right);
}

struct End {
  unsigned int strip;
  bool last;
  unsigned int of(const Network &network, const Network::Field field) const {
    return last ? network.last(strip, field) : network.first(strip, field);
  }
};

/// Makes the leaflet at one end of a strip go on at another end.
void join(Network &network, const End &end, const Network::Side side, const End &to,
          const Network::Side to_side, const double turns = 0.) {
  const auto [angle, length] = fields_of(side);
  const auto [to_angle, to_length] = fields_of(to_side);
  network.tie(end.of(network, angle), to.of(network, to_angle), turns);
  network.tie(end.of(network, length), to.of(network, to_length));
}
void join_positions(Network &network, const End &end, const End &to) {
  for (const Network::Field field : {Network::radius, Network::height})
    network.tie(end.of(network, field), to.of(network, field));
}
/// Holds an unknown where it is.
void hold(Network &network, const unsigned int index) {
  network.fix(index, network.values()[index]);
}
/// Holds all of a field, as on the axis.
void hold_all(Network &network, const unsigned int s, const Network::Field field) {
  for (unsigned int node = 0; node < network.n_nodes(s, field); ++node)
    hold(network, network.index(s, field, node));
}
} // namespace

MirrorPair UnequalPair::mean() const {
  MirrorPair result = upper;
  result.proximal = between(upper.proximal, lower.proximal, 0.5);
  result.distal = between(upper.distal, lower.distal, 0.5);
  result.slope = 0.5 * (upper.slope + lower.slope);
  return result;
}

bool UnequalPair::differ() const {
  return !same(upper.proximal, lower.proximal) || !same(upper.distal, lower.distal) ||
         upper.slope != lower.slope;
}

BilayerNetwork without_mirror_plane(const BilayerNetwork &half, const Topology topology) {
  FUSOGEN_ASSERT(half.is_half(), "only a half has another half");
  const bool disc = topology == Topology::diaphragm || topology == Topology::hole;
  std::vector<Network::Strip> strips;
  for (unsigned int s = 0; s < half.n_strips(); ++s)
    strips.push_back(half.strip(s));
  if (disc) {
    strips[0].leaflets[Network::right] = strips[0].leaflets[Network::left];
    strips[0].material = {distal, lower_distal};
  }
  const unsigned int n_upper = strips.size();
  for (unsigned int s = disc ? 1 : 0; s < n_upper; ++s)
    strips.push_back(mirrored(strips[s]));
  Network network(strips, 1.);
  network.barrier_weight = half.barrier_weight;
  network.gauge_weight = half.gauge_weight;
  network.reference_area = half.reference_area;
  network.far_force = half.far_force;

  for (unsigned int s = 0; s < network.n_strips(); ++s)
    network.set_shape(s, [&](const double u) {
      if (s >= n_upper)
        return mirrored(half.evaluate(s - n_upper + (disc ? 1 : 0), u));
      Network::Shape at = half.evaluate(s, u);
      if (disc && s == 0)
        at = {at.r, at.z, {at.angle[0], pi - at.angle[0]}, {at.length[0], at.length[0]}};
      return at;
    });

  const unsigned int upper = n_upper - 1, lower = network.n_strips() - 1;
  const auto &gaussian = half.far_ends[0].gaussian_curvature;
  network.far_ends = {{upper, gaussian}, {lower, {gaussian[1], gaussian[0]}}};
  for (const unsigned int s : {upper, lower})
    for (const Network::Field field : {Network::radius, Network::angle_left, Network::angle_right})
      hold(network, network.last(s, field));
  // A half that keeps its distance from the mirror plane has its end's height tied.
  if (!half.is_free(half.last(half.n_strips() - 1, Network::height)))
    network.tie(network.last(lower, Network::height),
                {{network.last(upper, Network::height), 1.},
                 {network.last(upper, Network::length_left), 0.5},
                 {network.last(upper, Network::length_right), -0.5},
                 {network.last(lower, Network::length_right), 0.5},
                 {network.last(lower, Network::length_left), -0.5}},
                -half.far_distance());

  const End first{0, false};
  const auto at = [&](const unsigned int s, const Network::Field field) {
    return network.first(s, field);
  };
  switch (topology) {
  case Topology::apposed: {
    const double middle = network.values()[at(0, Network::height)] +
                          0.5 * network.values()[at(0, Network::length_left)] -
                          0.5 * network.values()[at(0, Network::length_right)];
    for (const unsigned int s : {upper, lower}) {
      hold(network, at(s, Network::radius));
      hold(network, at(s, Network::angle_left));
      hold(network, at(s, Network::angle_right));
      network.tie(at(s, Network::height),
                  {{at(s, Network::length_left), -0.5}, {at(s, Network::length_right), 0.5}},
                  s == upper ? middle : -middle);
    }
    break;
  }
  case Topology::patches:
  case Topology::stalk: {
    constexpr unsigned int core = 0, lower_core = 2;
    for (const unsigned int s : {core, lower_core}) {
      hold_all(network, s, Network::radius);
      network.tie(network.last(s, Network::height), at(s + 1, Network::height));
      const Network::Side facing = s == core ? Network::right : Network::left;
      join(network, {s, true}, facing, {s + 1, false}, facing);
      hold(network, at(s + 1, Network::radius));
      // The distal director on the axis.
      hold(network, at(s + 1, s == core ? Network::angle_left : Network::angle_right));
    }
    if (topology == Topology::stalk) {
      hold(network, at(core, Network::height));
      hold(network, at(lower_core, Network::height));
      join(network, {lower_core, false}, Network::left, first, Network::right);
      hold(network, at(core, Network::angle_right));
      break;
    }
    for (const Network::EndDefect &defect : half.defects) {
      const auto upper_end = std::make_pair(0u, Network::right),
                 lower_end = std::make_pair(lower_core, Network::left);
      network.defects.push_back({0, Network::right, defect.defect, lower_end});
      network.defects.push_back({lower_core, Network::left, defect.defect, upper_end});
    }
    network.tie(at(lower_core, Network::angle_left), {{at(core, Network::angle_right), -1.}}, pi);
    // As in the half: in contact, or with a distance of least energy.
    if (half.is_free(half.first(0, Network::height)))
      set_separate_patches(network, network.values()[at(core, Network::angle_right)]);
    else {
      const double angle = network.values()[at(core, Network::angle_right)];
      set_patches(network, angle,
                  2. * (network.values()[at(core, Network::height)] +
                        std::cos(angle) * network.values()[at(core, Network::length_right)]));
    }
    break;
  }
  case Topology::diaphragm:
  case Topology::hole: {
    const End junction{upper, false};
    hold(network, at(0, Network::angle_left));
    if (topology == Topology::diaphragm) {
      hold(network, at(0, Network::radius));
      hold(network, at(0, Network::angle_right));
    } else {
      network.tie(at(0, Network::angle_right), {{at(0, Network::angle_left), -1.}}, pi);
      network.tie(at(0, Network::length_right), at(0, Network::length_left));
      const double angle = network.values()[at(0, Network::angle_left)];
      set_hole(network,
               network.values()[at(0, Network::radius)] +
                   std::sin(angle) * network.values()[at(0, Network::length_left)],
               angle);
      for (const Network::EndDefect &defect : half.defects)
        for (const Network::Side side : {Network::left, Network::right})
          network.defects.push_back({0, side, defect.defect});
    }
    hold(network, at(upper, Network::height));
    hold(network, at(upper, Network::angle_right));
    if (topology == Topology::hole)
      network.tie(at(0, Network::height), at(upper, Network::height));
    join_positions(network, {lower, false}, junction);
    join_positions(network, {0, true}, junction);
    join(network, {0, true}, Network::left, junction, Network::left);
    join(network, {0, true}, Network::right, {lower, false}, Network::right);
    join(network, {lower, false}, Network::left, junction, Network::right);
    network.tie(at(upper, Network::radius), {{at(upper, Network::length_right), -1.}},
                network.values()[at(upper, Network::radius)] +
                    network.values()[at(upper, Network::length_right)]);
    break;
  }
  case Topology::pore: {
    hold(network, at(upper, Network::height));
    hold(network, at(upper, Network::angle_left));
    hold(network, at(upper, Network::angle_right));
    join_positions(network, {lower, false}, first);
    join(network, {lower, false}, Network::left, first, Network::right);
    join(network, {lower, false}, Network::right, first, Network::left, 2. * pi);
    network.tie(at(upper, Network::radius), at(upper, Network::length_left),
                network.values()[at(upper, Network::radius)] -
                    network.values()[at(upper, Network::length_left)]);
    break;
  }
  }
  for (unsigned int s = 0; s < network.n_strips(); ++s)
    for (const Network::Side side : {Network::left, Network::right})
      if (network.strip(s).leaflets[side] && network.monolayer(s, side).hydration_pressure > 0.) {
        network.release_mid_surface();
        return network;
      }
  return network;
}

void set_difference(BilayerNetwork &network, const UnequalPair &pair, const double t) {
  const MirrorPair mean = pair.mean();
  const std::array<Monolayer, 4> plain = {mean.distal, mean.proximal, mean.distal, mean.proximal},
                                 full = {pair.upper.distal, pair.upper.proximal, pair.lower.distal,
                                         pair.lower.proximal};
  for (unsigned int s = 0; s < network.n_strips(); ++s)
    for (const Network::Side side : {Network::left, Network::right})
      if (network.strip(s).leaflets[side]) {
        const unsigned int i = network.strip(s).material[side];
        network.monolayer(s, side) = between(plain[i], full[i], t);
      }
  const double half = 0.5 * t * (pair.upper.slope - pair.lower.slope);
  set_slope(network, mean.slope + half, 0);
  set_slope(network, mean.slope - half, 1);
}
} // namespace fusogen
