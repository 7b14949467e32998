// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deal.II/base/mpi.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <stdlib.h> // mkdtemp

namespace fusogen::test {
/// A folder that all processes of a test share, gone at the end of it.
struct TemporaryFolder {
  std::string path;

  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "fusogen-XXXXXX").string();
    if (is_first())
      BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path = dealii::Utilities::MPI::broadcast(MPI_COMM_WORLD, name);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;

  ~TemporaryFolder() {
    MPI_Barrier(MPI_COMM_WORLD);
    if (!is_first())
      return;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(path);
  }

  static bool is_first() { return dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0; }

  bool has(const std::string &file) const { return std::filesystem::exists(path + "/" + file); }

  std::string content(const std::string &file) const {
    std::ifstream stream(path + "/" + file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
};
} // namespace fusogen::test
