// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_PROGRAM_VERSION_H
#define FUSOGEN_BASE_PROGRAM_VERSION_H

#include <string>

namespace fusogen {
/// Version and revision of this program, "1.2.3 (revision abcdef)". Apart from version.h, whose
/// includers are compiled anew with each commit.
std::string program_version();
} // namespace fusogen

#endif
