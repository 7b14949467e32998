// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pathway/fusion_path.h"

#include "base/computation_error.h"
#include "pathway/share_out.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fusogen {
namespace {
using Network = BilayerNetwork;

/// The parts of a material that change at once, and those that are better changed step by step.
Monolayer between(const Monolayer &plain, const Monolayer &full, const double t) {
  Monolayer result = full;
  const auto mix = [t](const double a, const double b) { return a + t * (b - a); };
  result.spontaneous_curvature = mix(plain.spontaneous_curvature, full.spontaneous_curvature);
  result.chain_modulus = mix(plain.chain_modulus, full.chain_modulus);
  result.tension = mix(plain.tension, full.tension);
  result.hydration_pressure = mix(plain.hydration_pressure, full.hydration_pressure);
  return result;
}

/// Follows a coordinate from one value to another.
Minimum move(Network &network, void (*set)(Network &, double), const double from, const double to) {
  return follow(
      network, [&](Network &n, const double t) { set(n, from + t * (to - from)); }, 1.);
}

/// The coordinate of a diaphragm whose waist is free [nm].
double waist_of_diaphragm(const Network &network) {
  const Network::Shape junction = network.evaluate(1, 0.);
  return junction.r + junction.length[Network::right] -
         network.strip(1).leaflets[Network::right]->thickness;
}

/// A core or a diaphragm that is smaller than this has come to the end of its branch [nm].
constexpr double vanishing = 0.15;
/// Between radii of holes [nm].
constexpr double hole_step = 0.1;
} // namespace

double PathState::mesh_error() const {
  Network fine = network.refined();
  const auto solve = minimum.negative_modes > 0 ? find_stationary : minimise;
  if (!std::isfinite(fine.energy()) || !solve(fine, {}).converged)
    return std::nan("");
  return fine.energies().total() - network.energies().total();
}

FusionPath::FusionPath(const MirrorPair &pair, const HydrophobicDefect &defect,
                       const std::optional<double> &docked, MPI_Comm communicator)
    : pair(pair), defect(defect), ranks(communicator) {
  set_docked(docked);
}

FusionPath::FusionPath(const UnequalPair &pair, const HydrophobicDefect &defect,
                       const std::optional<double> &docked, MPI_Comm communicator)
    : pair(pair.mean()), unequal(pair.differ() ? std::optional(pair) : std::nullopt),
      defect(defect), ranks(communicator) {
  set_docked(docked);
}

void FusionPath::set_docked(const std::optional<double> &docked) {
  if (!docked)
    return;
  const double force = std::exchange(pair.force, 0.);
  Network network = with_materials(apposed_bilayers(plain(), 0.5 * *docked), Topology::apposed);
  pair.force = network.far_force = force;
  docked_energy = network.energies();
}

PathState FusionPath::state_of(const std::string &stage, const double coordinate,
                               const double force, const Network &network,
                               const Minimum &minimum) const {
  PathState state{stage, coordinate, network.energies(), force, minimum, network};
  state.energy -= docked_energy;
  return state;
}

double FusionPath::energy_of(const Network &network) const {
  return network.energies().total() - docked_energy.total();
}

MirrorPair FusionPath::plain() const {
  MirrorPair result = pair;
  result.slope = 0.;
  result.force = 0.;
  for (Monolayer *m : {&result.proximal, &result.distal}) {
    m->spontaneous_curvature = 0.;
    m->chain_modulus = 0.;
    m->tension = 0.;
    m->hydration_pressure = 0.;
  }
  return result;
}

BilayerNetwork FusionPath::with_materials(BilayerNetwork network, const Topology topology) const {
  const MirrorPair start = plain();
  Minimum minimum = minimise_from_afar(network);
  if (minimum.converged)
    minimum = follow(
        network,
        [&](Network &n, const double t) {
          if (pair.slope != 0.)
            set_slope(n, t * pair.slope);
          n.far_force = t * pair.force;
          for (unsigned int s = 0; s < n.n_strips(); ++s) {
            if (n.strip(s).leaflets[Network::left])
              n.monolayer(s, Network::left) = between(start.distal, pair.distal, t);
            if (n.strip(s).leaflets[Network::right])
              n.monolayer(s, Network::right) = between(start.proximal, pair.proximal, t);
          }
        },
        1.);
  if (minimum.converged && unequal) {
    network = without_mirror_plane(network, topology);
    minimum = follow(
        network, [&](Network &n, const double t) { set_difference(n, *unequal, t); }, 0.25);
  }
  if (!minimum.converged)
    throw ComputationError("a state on the way to fusion does not converge for these lipids", 0.,
                           "");
  return network;
}

PathState FusionPath::stalk() {
  Network network = with_materials(fusogen::stalk(plain()), Topology::stalk);
  const Minimum minimum = minimise(network);
  const double waist = network.evaluate(0, 0.).length[Network::right] - pair.proximal.thickness;
  return state_of("stalk", waist, 0., network, minimum);
}

std::vector<PathState> FusionPath::stalk_to_patches() {
  const double degree = 3.141592653589793 / 180., step = 2. * degree;
  Network network = with_materials(facing_patches(plain(), defect), Topology::patches);
  std::vector<PathState> path;
  double at = 90. * degree;
  bool separate = false; // the membranes have come apart
  for (double angle = at; angle < 173. * degree; angle += step) {
    const auto set = [&](Network &n, const double t) {
      const double now = at + t * (angle - at);
      if (separate)
        set_separate_patches(n, now);
      else
        set_patches(n, now, 0.);
    };
    Minimum minimum = follow(network, set, 1.);
    if (!minimum.converged)
      break;
    if (!separate && patch_force(network) < 0.) {
      Network apart = network;
      set_separate_patches(apart, angle);
      if (const Minimum found = minimise(apart); found.converged) {
        separate = true;
        network = apart;
        minimum = found;
      }
    }
    at = angle;
    const double radius = network.evaluate(0, 0.).length[Network::right] * std::sin(angle);
    path.push_back(state_of("patch", radius, 0., network, minimum));
  }
  return path;
}

std::optional<PathSaddle> FusionPath::stalk_saddle(const std::vector<PathState> &patches) const {
  for (std::size_t i = 1; i + 1 < patches.size(); ++i) {
    const double a = patches[i - 1].energy.total(), b = patches[i].energy.total(),
                 c = patches[i + 1].energy.total();
    if (b < a || b < c)
      continue;
    const Network &highest = patches[i].network;
    if (highest.is_free(highest.first(0, Network::height))) {
      Network network = highest;
      const unsigned int theta = network.first(0, Network::angle_right);
      release_patches(network);
      const Minimum stationary = find_stationary(network);
      if (stationary.converged) {
        const double radius =
            network.evaluate(0, 0.).length[Network::right] * std::sin(network.values()[theta]);
        return PathSaddle{"patch", radius, energy_of(network), stationary.negative_modes,
                          state_of("patch", radius, 0., network, stationary)};
      }
    }
    // The vertex of the parabola through three states.
    const double t = 0.5 * (a - c) / (a - 2. * b + c);
    const double radius =
        patches[i].coordinate + 0.5 * t * (patches[i + 1].coordinate - patches[i - 1].coordinate);
    return PathSaddle{"patch", radius, b - 0.25 * (a - c) * t, {}, {}};
  }
  return {};
}

std::vector<PathState> FusionPath::widening_stalk(const double step, const double largest) {
  std::vector<PathState> path = {stalk()};
  Network network = path[0].network;
  double at = path[0].coordinate;
  // In short steps near the end, where the core's height falls as a square root.
  double h = step, next = step * std::ceil(at / step + 0.1);
  while (next <= largest && network.evaluate(1, 0.).z > vanishing) {
    Network trial = network;
    const Minimum minimum = move(trial, set_stalk_radius, at, next);
    if (minimum.converged) {
      network = trial;
      at = next;
      path.push_back(state_of("stalk", at, stalk_force(network), network, minimum));
    } else if ((h *= 0.25) < 0.05 * step)
      break;
    next = at + h;
  }
  return path;
}

std::vector<PathState> FusionPath::diaphragms(const double step, const double largest,
                                              const bool wider) const {
  const double middle = step * std::round(2. * pair.proximal.thickness / step);
  Network network = with_materials(diaphragm(plain(), middle), Topology::diaphragm);
  std::vector<PathState> branch;
  double from = middle;
  for (double next = wider ? middle : middle - step; next > 1e-9 && next <= largest;
       next += wider ? step : -step) {
    const Minimum minimum = move(network, set_diaphragm_radius, from, next);
    if (!minimum.converged || network.evaluate(1, 0.).r < 1e-2)
      break;
    branch.push_back(state_of("diaphragm", next, diaphragm_force(network), network, minimum));
    from = next;
  }
  return branch;
}

std::vector<PathState> FusionPath::narrower_diaphragms(const double step, const double largest) {
  std::vector<PathState> branch = diaphragms(step, largest, false);
  std::reverse(branch.begin(), branch.end());
  return branch;
}

std::vector<PathState> FusionPath::wider_diaphragms(const double step, const double largest) {
  return diaphragms(step, largest, true);
}

std::vector<PathState> FusionPath::joined(std::vector<PathState> path,
                                          const std::vector<PathState> &narrower,
                                          const std::vector<PathState> &wider) const {
  const double end = path.back().coordinate;
  for (const std::vector<PathState> *branch : {&narrower, &wider})
    for (const PathState &state : *branch)
      if (state.coordinate > end + 1e-9)
        path.push_back(state);
  return path;
}

std::vector<PathState> FusionPath::stalk_to_diaphragm(const double step, const double largest) {
  const auto branches =
      share_out<std::vector<PathState>>({[&] { return widening_stalk(step, largest); },
                                         [&] { return narrower_diaphragms(step, largest); },
                                         [&] { return wider_diaphragms(step, largest); }},
                                        ranks);
  return joined(branches[0], branches[1], branches[2]);
}

std::optional<PathSaddle> FusionPath::saddle(const std::vector<PathState> &path) const {
  for (std::size_t i = 1; i < path.size(); ++i) {
    const PathState &below = path[i - 1], &above = path[i];
    if (!(below.force > 0. && above.force < 0.))
      continue;
    if (below.stage != above.stage)
      // The core has gone and the diaphragm begins.
      return PathSaddle{
          below.stage + ", " + above.stage, below.coordinate, below.energy.total(), {}, {}};
    const bool core = below.stage == "stalk";
    void (*const set)(Network &, double) = core ? set_stalk_radius : set_diaphragm_radius;
    double (*const force)(const Network &) = core ? stalk_force : diaphragm_force;
    double low = below.coordinate, high = above.coordinate, at = low;
    Network network = below.network;
    while (high - low > 1e-3) {
      const double next = 0.5 * (low + high);
      if (!move(network, set, at, next).converged)
        return {};
      at = next;
      (force(network) > 0. ? low : high) = next;
    }
    // Let go of the coordinate.
    network.release(core ? network.first(0, Network::length_right)
                         : network.first(1, Network::radius));
    const Minimum stationary = find_stationary(network);
    if (!stationary.converged)
      return {};
    return PathSaddle{below.stage, at, energy_of(network), stationary.negative_modes,
                      state_of(below.stage, at, 0., network, stationary)};
  }
  return {};
}

std::optional<PathState>
FusionPath::metastable_diaphragm(const std::vector<PathState> &path) const {
  std::optional<PathState> best;
  for (std::size_t i = 1; i < path.size(); ++i) {
    // Beyond the last one it rises if what holds it pulls.
    const bool rises = i + 1 < path.size() ? path[i].energy.total() <= path[i + 1].energy.total()
                                           : path[i].force >= 0.;
    if (path[i].stage == "diaphragm" && rises &&
        path[i].energy.total() <= path[i - 1].energy.total() &&
        (!best || path[i].energy.total() < best->energy.total()))
      best = path[i];
  }
  if (!best)
    return best;
  Network network = best->network;
  network.release(network.first(1, Network::radius));
  const Minimum minimum = minimise(network);
  if (minimum.converged && minimum.negative_modes == 0)
    best = state_of("diaphragm", waist_of_diaphragm(network), 0., network, minimum);
  return best;
}

std::optional<PathSaddle> FusionPath::pore_saddle(const std::vector<PathState> &upright,
                                                  const double crossing) const {
  // Starts with radii and angles for which both forces are small.
  const double degree = 3.141592653589793 / 180.;
  using Start = std::pair<double, Network>;
  std::vector<std::function<std::vector<Start>()>> chains;
  for (const PathState &state : upright)
    if (std::abs(state.coordinate - crossing) <= 0.15)
      chains.push_back([&state, degree] {
        std::vector<Start> starts;
        Network network = state.network;
        double at = 0.;
        for (double angle = -15. * degree; angle > -80. * degree; angle -= 15. * degree) {
          const Minimum minimum = follow(
              network,
              [&](Network &n, const double t) {
                set_hole(n, state.coordinate, at + t * (angle - at));
              },
              1.);
          if (!minimum.converged)
            break;
          at = angle;
          const double size =
              std::abs(network.force(network.first(0, Network::angle_left))) +
              state.coordinate * std::abs(network.force(network.first(0, Network::radius)));
          starts.emplace_back(size, network);
        }
        return starts;
      });
  std::vector<Start> starts;
  for (const std::vector<Start> &some : share_out(chains, ranks))
    starts.insert(starts.end(), some.begin(), some.end());
  std::sort(starts.begin(), starts.end(),
            [](const auto &a, const auto &b) { return a.first < b.first; });
  starts.resize(std::min<std::size_t>(starts.size(), 4));
  const auto attempt = [&](Network network) -> std::optional<PathSaddle> {
    const unsigned int r = network.first(0, Network::radius),
                       theta = network.first(0, Network::angle_left);
    release_hole(network);
    Minimum stationary = find_stationary(network);
    if (!stationary.converged || stationary.negative_modes != 1)
      return {};
    network.release(network.first(1, Network::radius));
    stationary = find_stationary(network);
    if (!stationary.converged || stationary.negative_modes != 1)
      return {};
    const double hole = network.values()[r] + network.evaluate(0, 0.).length[Network::left] *
                                                  std::sin(network.values()[theta]);
    return PathSaddle{"hole, edge", hole, energy_of(network), stationary.negative_modes,
                      state_of("hole", hole, 0., network, stationary)};
  };
  // The first that succeeds, one try on each rank at a time.
  const unsigned int at_once = dealii::Utilities::MPI::n_mpi_processes(ranks);
  for (std::size_t first = 0; first < starts.size(); first += at_once) {
    std::vector<std::function<std::optional<PathSaddle>()>> tries;
    for (std::size_t i = first; i < std::min(starts.size(), first + at_once); ++i)
      tries.push_back([&, i] { return attempt(starts[i].second); });
    for (const std::optional<PathSaddle> &found : share_out(tries, ranks))
      if (found)
        return found;
  }
  return {};
}

std::vector<PathState> FusionPath::holes_in_diaphragm(const double coordinate,
                                                      const bool edge) const {
  const double angle = edge ? -0.5 * 3.141592653589793 : 0.;
  const double widest = std::min(1.2, coordinate - pair.distal.thickness - 0.5), first = 0.8;
  std::vector<PathState> states;
  std::optional<Network> start;
  try {
    start = with_materials(diaphragm_with_hole(plain(), defect, coordinate, first, angle),
                           Topology::hole);
  } catch (const ComputationError &) {
    return {}; // no room for a hole
  }
  for (const double sign : {-1., 1.}) {
    Network network = *start;
    double at = first;
    for (double next = sign < 0. ? first : first + hole_step; next > 0.15 && next <= widest + 1e-9;
         next += sign * hole_step) {
      const Minimum minimum = follow(
          network, [&](Network &n, const double t) { set_hole(n, at + t * (next - at), angle); },
          1.);
      if (!minimum.converged)
        break;
      at = next;
      states.push_back(state_of(edge ? "edge" : "hole", next,
                                network.force(network.first(0, Network::radius)), network,
                                minimum));
    }
  }
  std::sort(states.begin(), states.end(),
            [](const PathState &a, const PathState &b) { return a.coordinate < b.coordinate; });
  return states;
}

std::optional<PathSaddle> FusionPath::pore_in_diaphragm(const double coordinate,
                                                        std::vector<PathState> *holes) {
  const auto both =
      share_out<std::vector<PathState>>({[&] { return holes_in_diaphragm(coordinate, false); },
                                         [&] { return holes_in_diaphragm(coordinate, true); }},
                                        ranks);
  const std::vector<PathState> &upright = both[0], &lying = both[1];
  if (holes) {
    holes->insert(holes->end(), upright.begin(), upright.end());
    holes->insert(holes->end(), lying.begin(), lying.end());
  }
  // Where upright tails become dearer than an edge, by linear interpolation.
  std::optional<double> last_difference, last_energy;
  for (const PathState &a : upright)
    for (const PathState &b : lying) {
      if (std::abs(a.coordinate - b.coordinate) > 1e-9)
        continue;
      const double difference = a.energy.total() - b.energy.total();
      if (last_difference && *last_difference < 0. && difference >= 0.) {
        const double t = -*last_difference / (difference - *last_difference),
                     crossing = a.coordinate - hole_step * (1. - t);
        if (const std::optional<PathSaddle> saddle = pore_saddle(upright, crossing))
          return saddle;
        return PathSaddle{
            "hole, edge", crossing, *last_energy + t * (a.energy.total() - *last_energy), {}, {}};
      }
      last_difference = difference;
      last_energy = a.energy.total();
    }
  return {};
}

std::vector<BilayerNetwork>
FusionPath::string_to_stalk(const std::vector<PathState> &patches) const {
  std::vector<Network> apart;
  for (const PathState &state : patches)
    if (state.network.is_free(state.network.first(0, Network::height))) {
      apart.push_back(state.network);
      apart.back().release(apart.back().first(0, Network::angle_right));
    }
  if (apart.size() < 3)
    return {};
  return {apart.front(), apart.back()};
}

std::vector<BilayerNetwork> FusionPath::string_to_pore(const std::vector<PathState> &holes) const {
  std::vector<const PathState *> upright, lying;
  for (const PathState &state : holes)
    (state.stage == "hole" ? upright : lying).push_back(&state);
  // From this radius on the edge is cheaper.
  std::optional<double> crossing;
  for (const PathState *a : upright)
    for (const PathState *b : lying)
      if (!crossing && std::abs(a->coordinate - b->coordinate) < 1e-9 &&
          a->energy.total() > b->energy.total())
        crossing = a->coordinate;
  if (!crossing)
    return {};
  const PathState &begin = *upright.front();
  const auto end = std::find_if(lying.begin(), lying.end(), [&](const PathState *state) {
    return state->coordinate > *crossing && state->energy.total() < begin.energy.total();
  });
  if (end == lying.end())
    return {};

  constexpr unsigned int n_steps = 10;
  const double right_angle = 0.5 * 3.141592653589793;
  // The diaphragm gives way as the hole opens.
  Network network = begin.network;
  network.release(network.first(1, Network::radius));
  if (!minimise(network).converged)
    return {};
  std::vector<Network> corners = {network};
  for (unsigned int i = 1; i <= n_steps; ++i) {
    const auto set = [&](Network &n, const double t) {
      const double s = (i - 1 + t) / n_steps;
      set_hole(n, begin.coordinate + s * ((*end)->coordinate - begin.coordinate), -s * right_angle);
    };
    if (!follow(network, set, 1.).converged)
      return {};
    const double last = energy_of(corners.back()), now = energy_of(network);
    corners.push_back(network);
    if (now < last && now < energy_of(corners.front()))
      break; // as far down as it began
  }
  for (Network &corner : corners) {
    corner.release(corner.first(0, Network::radius));
    corner.release(corner.first(0, Network::angle_left));
  }
  return corners;
}

std::vector<PathState> FusionPath::pores(const std::vector<double> &lumens) {
  std::vector<PathState> result;
  if (lumens.empty())
    return result;
  // A wide one is easier to find than a narrow one.
  const double first = std::max(lumens.front(), 1.5);
  Network network = with_materials(pore(plain(), first), Topology::pore);
  double at = first;
  for (const double lumen : lumens) {
    const Minimum minimum = move(network, set_lumen_radius, at, lumen);
    if (!minimum.converged)
      break;
    at = lumen;
    result.push_back(state_of("pore", lumen, lumen_force(network), network, minimum));
  }
  return result;
}
} // namespace fusogen
