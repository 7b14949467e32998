// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_BARRIER_TABLE_H
#define FUSOGEN_SCENARIO_BARRIER_TABLE_H

#include <map>
#include <optional>
#include <string>

namespace fusogen {
/// A file of results that take minutes to compute, each with the numbers it was computed from:
/// {"entries": [{"inputs": {"NAME [UNIT]": number}, "results": {...}}]}. Numbers that are not
/// finite are null.
class BarrierTable {
public:
  using Numbers = std::map<std::string, double>;

  explicit BarrierTable(const std::string &file) : file(file) {}

  /// The results for exactly these inputs, if they are in the file.
  /// @throws UserError if there is a file that is no such table
  std::optional<Numbers> find(const Numbers &inputs) const;
  /// Adds them to what is in the file by now. Returns what went wrong, as the end of a sentence, or
  /// nothing: a run can go on without.
  std::string add(const Numbers &inputs, const Numbers &results) const;

private:
  std::string file;
};
} // namespace fusogen

#endif
