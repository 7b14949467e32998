// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_program_version_h
#define fusogen_base_program_version_h

#include <string>

namespace fusogen {
/**
 * The version of this program and the revision it was built from, "1.2.3 (revision abcdef)".
 * Apart from version.h, whose includers are compiled anew with each commit.
 */
std::string program_version();
} // namespace fusogen

#endif
