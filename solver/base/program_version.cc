// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/program_version.h"

#include "base/version.h"

namespace fusogen {
std::string program_version() { return std::string(version) + " (revision " + git_revision + ")"; }
} // namespace fusogen
