// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/random_stream.h"

#include <cmath>
#include <limits>
#include <sstream>

namespace fusogen {
namespace {
// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): one to one, so that no two
// streams begin alike, and faster than std::seed_seq, which would take longer than many a run.
std::uint64_t scramble(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
} // namespace

RandomStream::RandomStream(const std::uint32_t seed, const std::uint32_t number)
    : engine(scramble(std::uint64_t{seed} << 32 | number)) {}

RandomStream::RandomStream(const std::uint32_t seed, const std::vector<std::uint64_t> &name) {
  std::uint64_t key = seed;
  for (const std::uint64_t part : name)
    key = scramble(scramble(key) + part);
  engine.seed(key);
}

double RandomStream::uniform() {
  // The 53 upper bits are as many as a double holds.
  return static_cast<double>(engine() >> 11) * 0x1p-53;
}

// Box and Muller, Ann. Math. Stat. 29 (1958) 610.
double RandomStream::normal() {
  if (has_spare) {
    has_spare = false;
    return spare;
  }
  constexpr double two_pi = 6.283185307179586;
  const double length = std::sqrt(-2. * std::log1p(-uniform())), angle = two_pi * uniform();
  spare = length * std::sin(angle);
  has_spare = true;
  return length * std::cos(angle);
}

double RandomStream::waiting_time(const double rate) {
  const double u = uniform();
  return rate > 0. ? -std::log1p(-u) / rate : std::numeric_limits<double>::infinity();
}

void RandomStream::serialize(StateArchive &state, const std::string &name) {
  std::ostringstream text;
  text << engine;
  std::string value = text.str();
  state.item(name, value);
  state.item(name + ": spare normal", spare);
  state.item(name + ": has a spare normal", has_spare);
  if (state.loading())
    std::istringstream(value) >> engine;
}
} // namespace fusogen
