// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_io_statistics_h
#define fusogen_io_statistics_h

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace fusogen {
/**
 * One row of numbers with names and units, in the order they were first set. Everything that has
 * something to say about the state of a run adds its columns.
 */
class Statistics {
public:
  /** A number with its name and unit. */
  struct Cell {
    std::string name;
    std::string unit;
    double value;
  };

  /**
   * Sets a number; a second call with the same name replaces the value.
   * @param name  in the field's words, without comma, such as "neck radius"
   * @param unit  such as "nm"; empty for a dimensionless number
   * @param value may be nan if there is nothing to report, such as the neck of a sphere
   */
  void set(const std::string &name, const std::string &unit, double value);

  /** All cells in the order of their first set(). */
  const std::vector<Cell> &cells() const { return row; }

private:
  std::vector<Cell> row;
};

/**
 * A table on disk, one row an output time: a head of cells "name [unit]" ("name []" for a
 * dimensionless number), then numbers with 15 significant digits, separated by commas. The first
 * row fixes the columns. Each row reaches the disk before append() returns, so that a running or
 * failed run can be looked at. Only the first process of a parallel run makes an object of this
 * class.
 */
class StatisticsFile {
public:
  /** Begins a new table at @p path, replacing one that is there. Throws UserError if it cannot. */
  explicit StatisticsFile(const std::string &path);

  /**
   * Continues the table at @p path after its first @p length bytes, as length() gave them; what
   * comes after is cut off. Throws UserError if the file is missing or shorter.
   */
  StatisticsFile(const std::string &path, std::uintmax_t length);

  /** The size of the file up to the last row [bytes]. */
  std::uintmax_t length() { return static_cast<std::uintmax_t>(file.tellp()); }

  /**
   * Adds a row.
   *
   * Throws std::logic_error if it does not have the names and units of the first row in the same
   * order, and UserError if the file cannot be written, as on a full disk.
   */
  void append(const Statistics &row);

private:
  std::string path;
  std::ofstream file;
  std::string header;
};
/**
 * A table as StatisticsFile makes it, whose rows need not have the same columns: one that a row
 * lacks is nan there. A new column makes the file be written anew, complete or not at all.
 */
class GrowingTable {
public:
  explicit GrowingTable(std::string path) : path(std::move(path)) {}

  /** Adds a row. Throws UserError if the file cannot be written. */
  void append(const Statistics &row);
  std::size_t n_rows() const { return rows.size(); }
  /** Goes back to the first @p n_rows rows of the file. Throws UserError if it has fewer. */
  void go_back_to(std::size_t n_rows);

private:
  void write_all() const;

  std::string path;
  std::vector<std::string> heads; // "name [unit]"
  std::vector<std::vector<double>> rows;
};
} // namespace fusogen

#endif
