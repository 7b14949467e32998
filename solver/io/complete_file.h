// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_IO_COMPLETE_FILE_H
#define FUSOGEN_IO_COMPLETE_FILE_H

#include <string>
#include <vector>

namespace fusogen {
/// Writes @p parts one after the other to the file @p path, which appears complete or not at all,
/// and is on the disk when the function returns if @p durable. Returns what went wrong as the end
/// of a sentence, 'cannot write "PATH": No space left on device', or nothing.
std::string write_complete_file(const std::string &path, const std::vector<std::string> &parts,
                                bool durable = false);
} // namespace fusogen

#endif
