// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user_error.h"
#include "io/output_directory.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace fusogen;
using fusogen::test::TemporaryFolder;

namespace {
std::string error_of(const std::string &path) {
  try {
    prepare_output_directory(path);
  } catch (const UserError &error) {
    return error.what();
  }
  return "no error";
}
} // namespace

BOOST_FIXTURE_TEST_CASE(folders_are_made_and_left_as_they_are, TemporaryFolder) {
  const std::string wanted = path + "/results/exocytosis";
  BOOST_TEST(error_of(wanted) == "no error");
  BOOST_TEST(std::filesystem::is_directory(wanted));
  BOOST_TEST(std::filesystem::is_empty(wanted));
  std::ofstream(wanted + "/old.csv") << "kept";
  BOOST_TEST(error_of(wanted) == "no error");
  BOOST_TEST(std::filesystem::exists(wanted + "/old.csv"));
  BOOST_TEST(error_of(wanted + "/") == "no error");
}

BOOST_FIXTURE_TEST_CASE(file_in_the_way, TemporaryFolder) {
  const std::string file = path + "/results";
  std::ofstream(file) << "a file";
  BOOST_TEST(error_of(file) ==
             "the output folder \"" + file + "\" is a file; choose another name with --output");
  BOOST_TEST(error_of(file + "/deeper") ==
             "the output folder \"" + file + "/deeper\" cannot be made: Not a directory");
}

BOOST_AUTO_TEST_CASE(folder_where_nobody_may_write) {
  // Not even the administrator can make files here.
  BOOST_TEST(error_of("/proc/self") ==
             "the output folder \"/proc/self\" is not writable: No such file or directory");
  BOOST_TEST(error_of("/proc/fusogen") ==
             "the output folder \"/proc/fusogen\" cannot be made: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(folder_without_permission, TemporaryFolder) {
  if (geteuid() == 0)
    return; // The administrator may write everywhere.
  std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                         std::filesystem::perms::owner_exec);
  BOOST_TEST(error_of(path) ==
             "the output folder \"" + path + "\" is not writable: Permission denied");
}

BOOST_AUTO_TEST_CASE(folder_without_name) {
  BOOST_TEST(error_of("") == "the name of the output folder is empty");
}
