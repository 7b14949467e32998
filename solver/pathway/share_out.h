// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_SHARE_OUT_H
#define FUSOGEN_PATHWAY_SHARE_OUT_H

#include "base/computation_error.h"
#include "pathway/fusion_path.h"

#include <deal.II/base/mpi.h>

#include <boost/serialization/array.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fusogen {
/// Computes independent results on the ranks in turn; in the end all ranks have all of them, the
/// same for any number of ranks. Collective; the tasks themselves must not be.
/// @throws ComputationError on all ranks what the first task that failed has thrown
template <class Result>
std::vector<Result> share_out(const std::vector<std::function<Result()>> &tasks,
                              MPI_Comm communicator) {
  namespace mpi = dealii::Utilities::MPI;
  const unsigned int rank = mpi::this_mpi_process(communicator),
                     n_ranks = mpi::n_mpi_processes(communicator);
  std::vector<Result> results(tasks.size());
  std::vector<std::string> failures(tasks.size());
  for (std::size_t i = rank; i < tasks.size(); i += n_ranks)
    try {
      results[i] = tasks[i]();
    } catch (const ComputationError &error) {
      failures[i] = error.what();
    }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::string failure = mpi::broadcast(communicator, failures[i], i % n_ranks);
    if (!failure.empty())
      throw ComputationError(failure, 0., "");
    results[i] = mpi::broadcast(communicator, results[i], i % n_ranks);
  }
  return results;
}
} // namespace fusogen

// How states travel between ranks.
namespace boost::serialization {
/// Boost 1.74 has none for std::optional.
template <class Archive, class T>
void serialize(Archive &archive, std::optional<T> &value, const unsigned int) {
  bool there = value.has_value();
  archive &there;
  if (!there)
    value.reset();
  else {
    if (!value)
      value.emplace();
    archive &*value;
  }
}

template <class Archive>
void serialize(Archive &archive, fusogen::Monolayer &m, const unsigned int) {
  archive &m.rigidity &m.spontaneous_curvature &m.tilt_modulus &m.area_modulus &m.thickness &m
      .gaussian_ratio &m.maximum_chain_stretch &m.chain_modulus &m.tension &m.hydration_pressure &m
      .hydration_decay;
}

template <class Archive>
void serialize(Archive &archive, fusogen::HydrophobicDefect &d, const unsigned int) {
  archive &d.kind &d.tension &d.decay;
}

template <class Archive>
void serialize(Archive &archive, fusogen::BilayerNetwork::EndDefect &d, const unsigned int) {
  archive &d.strip &d.side &d.defect &d.facing;
}

template <class Archive>
void serialize(Archive &archive, fusogen::BilayerNetwork::FarEnd &e, const unsigned int) {
  archive &e.strip &e.gaussian_curvature;
}

template <class Archive>
void serialize(Archive &archive, fusogen::BilayerNetwork::Strip &s, const unsigned int) {
  archive &s.mesh &s.leaflets[0] & s.leaflets[1] & s.material &s.above;
}

template <class Archive>
void serialize(Archive &archive, fusogen::NetworkEnergy &e, const unsigned int) {
  archive &e.splay &e.tilt &e.stretch &e.chains &e.tension &e.gaussian &e.hydration &e.defects &e
      .work &e.barrier &e.gauge &e.total_splay &e.area &e.rest_area;
}

template <class Archive> void serialize(Archive &archive, fusogen::Minimum &m, const unsigned int) {
  archive &m.converged &m.steps &m.first_gradient &m.gradient &m.negative_modes &m
      .smallest_eigenvalue;
}

template <class Archive>
void serialize(Archive &archive, fusogen::PathState &s, const unsigned int) {
  archive &s.stage &s.coordinate &s.energy &s.force &s.minimum &s.network;
}

template <class Archive>
void serialize(Archive &archive, fusogen::PathSaddle &s, const unsigned int) {
  archive &s.between &s.coordinate &s.energy &s.negative_modes &s.state;
}
} // namespace boost::serialization

template <class Archive>
void fusogen::BilayerNetwork::serialize(Archive &archive, const unsigned int) {
  archive &strips &multiplicity &x &ties &distance &held &offsets &defects &barrier_weight
      &gauge_weight &reference_area &far_ends &far_force &mid_surface;
}

#endif
