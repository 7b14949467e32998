// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_IO_POLYLINE_OUTPUT_H
#define FUSOGEN_IO_POLYLINE_OUTPUT_H

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace fusogen {
/// Writes one line through @p points [nm], with a number at each point for every entry of @p values
/// (a name such as "time [us]" and the numbers), as a file .vtp of VTK for ParaView. The file
/// appears complete or not at all. Throws UserError if it cannot be written, and std::logic_error
/// if a list is not as long as that of the points. Only the first process of a parallel run calls
/// this.
void write_polyline(const std::string &path, const std::vector<std::array<double, 3>> &points,
                    const std::vector<std::pair<std::string, std::vector<double>>> &values);
} // namespace fusogen

#endif
