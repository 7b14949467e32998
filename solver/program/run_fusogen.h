// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PROGRAM_RUN_FUSOGEN_H
#define FUSOGEN_PROGRAM_RUN_FUSOGEN_H

#include "scenario/user_term.h"

namespace fusogen {
/// The whole program: starts MPI, reads the command line and the parameters, computes, and ends
/// MPI. To be called once, from main().
///
/// @param user_terms effects that this program has besides those of fusogen
/// @return the exit status, see base/exit_status.h
int run_fusogen(int argc, char **argv, const UserTerms &user_terms = {});
} // namespace fusogen

#endif
