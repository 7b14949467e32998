// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user_error.h"
#include "io/polyline_output.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace fusogen;
using fusogen::test::TemporaryFolder;

namespace {
// The words of the array that begins with this text.
std::string array_after(const std::string &file, const std::string &beginning) {
  const auto begin = file.find('>', file.find(beginning)) + 1;
  std::istringstream words(file.substr(begin, file.find('<', begin) - begin));
  std::string all;
  for (std::string word; words >> word;)
    all += (all.empty() ? "" : " ") + word;
  return all;
}
} // namespace

BOOST_AUTO_TEST_CASE(points_values_and_one_line) {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/line.vtp";
  write_polyline(path, {{0., 0., 0.}, {1., 2.5, -3.}, {4., 5., 6.}},
                 {{"time [us]", {0., 0.1, 1e6}}});
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  const std::string file = text.str();
  BOOST_TEST(array_after(file, "Name=\"time [us]\"") == "0 0.10000000000000001 1000000");
  BOOST_TEST(array_after(file, "NumberOfComponents=\"3\"") == "0 0 0 1 2.5 -3 4 5 6");
  BOOST_TEST(array_after(file, "\"connectivity\"") == "0 1 2");
  BOOST_TEST(array_after(file, "\"offsets\"") == "3");
  BOOST_TEST(file.find("NumberOfPoints=\"3\"") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(path + ".tmp"));
}

BOOST_AUTO_TEST_CASE(wrong_use) {
  const TemporaryFolder folder;
  BOOST_CHECK_THROW(write_polyline(folder.path + "/none/line.vtp", {{0., 0., 0.}}, {}), UserError);
  BOOST_CHECK_THROW(
      write_polyline(folder.path + "/line.vtp", {{0., 0., 0.}}, {{"time [us]", {0., 1.}}}),
      std::logic_error);
}
