// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_RANDOM_STREAM_H
#define FUSOGEN_BASE_RANDOM_STREAM_H

#include "base/state_archive.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fusogen {
/// Random numbers that are the same on every machine: the sequence of std::mt19937_64 is
/// laid down by the C++ standard, while the distributions of the standard library differ from one
/// implementation to the next, so that they are made here.
class RandomStream {
public:
  /// @param seed   chosen by the user
  /// @param number of the stream; streams of one seed are independent of each other
  RandomStream(std::uint32_t seed, std::uint32_t number);
  /// A stream that is named by several numbers, such as a step and a place.
  RandomStream(std::uint32_t seed, const std::vector<std::uint64_t> &name);

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();

  /// Normally distributed with mean 0 and variance 1.
  double normal();

  /// Waiting time of a Poisson process of this rate, in the inverse of the rate's unit; infinite
  /// for a rate of 0.
  double waiting_time(double rate);

  /// Saves or restores where the sequence is.
  void serialize(StateArchive &state, const std::string &name);

private:
  std::mt19937_64 engine;
  double spare = 0.; // normals come in pairs
  bool has_spare = false;
};
} // namespace fusogen

#endif
