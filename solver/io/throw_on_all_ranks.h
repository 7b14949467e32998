// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_IO_THROW_ON_ALL_RANKS_H
#define FUSOGEN_IO_THROW_ON_ALL_RANKS_H

#include "base/user_error.h"

#include <deal.II/base/mpi.h>

#include <string>

namespace fusogen {
/// Throws UserError on all ranks if rank 0, which may have met a problem with files, names one; its
/// word counts. Called by all.
inline void throw_on_all_ranks(MPI_Comm communicator, const std::string &problem) {
  const std::string known = dealii::Utilities::MPI::broadcast(communicator, problem);
  if (!known.empty())
    throw UserError(known);
}
} // namespace fusogen

#endif
