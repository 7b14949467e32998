// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/statistics.h"

#include "base/user_error.h"
#include "io/complete_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace fusogen {
void Statistics::set(const std::string &name, const std::string &unit, const double value) {
  if (name.empty() || (name + unit).find_first_of(",[]\n\"") != std::string::npos)
    throw std::logic_error("\"" + name + " [" + unit + "]\" cannot be the head of a column");
  for (auto &cell : row)
    if (cell.name == name) {
      if (cell.unit != unit)
        throw std::logic_error("\"" + name + "\" is set in " + cell.unit + " and in " + unit);
      cell.value = value;
      return;
    }
  row.push_back({name, unit, value});
}

StatisticsFile::StatisticsFile(const std::string &path) : path(path), file(path) {
  if (!file)
    throw UserError("cannot write \"" + path + "\": " + std::strerror(errno));
  file.precision(15);
}

StatisticsFile::StatisticsFile(const std::string &path, const std::uintmax_t length) : path(path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size < length)
    throw UserError("cannot continue \"" + path + "\": it is " +
                    (error ? "missing" : "shorter than when the checkpoint was written"));
  std::getline(std::ifstream(path), header);
  std::filesystem::resize_file(path, length, error);
  file.open(path, std::ios::app | std::ios::ate);
  if (error || !file)
    throw UserError("cannot write \"" + path +
                    "\": " + (error ? error.message() : std::strerror(errno)));
  file.precision(15);
}

void StatisticsFile::append(const Statistics &row) {
  std::string names;
  for (const auto &cell : row.cells())
    names += (names.empty() ? "" : ",") + cell.name + " [" + cell.unit + "]";
  if (header.empty()) {
    header = names;
    file << header << '\n';
  }
  if (names != header)
    throw std::logic_error("the columns of \"" + path + "\" changed from " + header + " to " +
                           names);

  const char *separator = "";
  for (const auto &cell : row.cells()) {
    file << separator << cell.value;
    separator = ",";
  }
  file << std::endl;
  if (!file)
    throw UserError("cannot write \"" + path + "\": " + std::strerror(errno));
}

namespace {
std::string line_of(const std::vector<double> &row, const std::size_t n_columns) {
  std::ostringstream line;
  line.precision(15);
  for (std::size_t c = 0; c < n_columns; ++c)
    line << (c > 0 ? "," : "")
         << (c < row.size() ? row[c] : std::numeric_limits<double>::quiet_NaN());
  line << '\n';
  return line.str();
}
} // namespace

void GrowingTable::append(const Statistics &row) {
  const std::size_t n_before = heads.size();
  std::vector<double> values(n_before, std::numeric_limits<double>::quiet_NaN());
  for (const auto &cell : row.cells()) {
    const std::string head = cell.name + " [" + cell.unit + "]";
    const auto found = std::find(heads.begin(), heads.end(), head);
    if (found == heads.end()) {
      heads.push_back(head);
      values.push_back(cell.value);
    } else
      values[found - heads.begin()] = cell.value;
  }
  rows.push_back(values);
  if (heads.size() != n_before) {
    write_all();
    return;
  }
  std::ofstream file(path, std::ios::app);
  file << line_of(values, heads.size()) << std::flush;
  if (!file)
    throw UserError("cannot write \"" + path + "\": " + std::strerror(errno));
}

void GrowingTable::write_all() const {
  std::string text;
  for (std::size_t c = 0; c < heads.size(); ++c)
    text += (c > 0 ? "," : "") + heads[c];
  text += '\n';
  for (const auto &row : rows)
    text += line_of(row, heads.size());
  if (const std::string problem = write_complete_file(path, {text}); !problem.empty())
    throw UserError(problem);
}

void GrowingTable::go_back_to(const std::size_t n_rows) {
  std::ifstream file(path);
  std::string line, part;
  heads.clear();
  rows.clear();
  std::getline(file, line);
  std::istringstream names(line);
  while (std::getline(names, part, ','))
    heads.push_back(part);
  while (rows.size() < n_rows && std::getline(file, line)) {
    std::istringstream values(line);
    rows.emplace_back();
    while (std::getline(values, part, ','))
      rows.back().push_back(std::strtod(part.c_str(), nullptr)); // knows nan
  }
  if (rows.size() < n_rows)
    throw UserError("cannot continue \"" + path +
                    "\": it is missing or shorter than when the checkpoint was written");
  write_all();
}
} // namespace fusogen
