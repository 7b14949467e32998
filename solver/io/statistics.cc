// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/statistics.h"

#include "base/user_error.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
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
} // namespace fusogen
