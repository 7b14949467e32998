// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user_error.h"
#include "io/summary.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fusogen;
using fusogen::test::TemporaryFolder;

namespace {
struct Folder : TemporaryFolder {
  std::string file() const { return path + "/summary.json"; }

  nlohmann::ordered_json json() const {
    return nlohmann::ordered_json::parse(std::ifstream(file()));
  }
};
} // namespace

BOOST_FIXTURE_TEST_CASE(values_units_and_outcome_in_their_order, Folder) {
  Summary summary;
  summary.set("neck radius", 1. / 3., "nm");
  summary.set("area", 5., "nm^2");
  summary.set("cargo released", 0.5, "");
  summary.set_outcome("full fusion");
  summary.set("area", 6., "nm^2");
  summary.write(file());

  const auto read = json();
  std::vector<std::string> names;
  for (const auto &item : read.items())
    names.push_back(item.key());
  const std::vector<std::string> expected = {"neck radius", "area", "cargo released", "outcome"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  // All digits survive.
  BOOST_TEST((read["neck radius"]["value"].get<double>() == 1. / 3.));
  BOOST_TEST(read["neck radius"]["unit"].get<std::string>() == "nm");
  BOOST_TEST(read["area"]["value"].get<double>() == 6.);
  BOOST_TEST(read["cargo released"]["unit"].get<std::string>() == "");
  BOOST_TEST(read["outcome"].get<std::string>() == "full fusion");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_number_is_null, Folder) {
  Summary summary;
  summary.set("neck radius", std::numeric_limits<double>::quiet_NaN(), "nm");
  summary.set("time", std::numeric_limits<double>::infinity(), "us");
  summary.write(file());
  BOOST_TEST(json()["neck radius"]["value"].is_null());
  BOOST_TEST(json()["time"]["value"].is_null());
  BOOST_TEST(json()["neck radius"]["unit"].get<std::string>() == "nm");
}

BOOST_FIXTURE_TEST_CASE(second_write_replaces_the_first_and_leaves_nothing_else, Folder) {
  Summary summary;
  summary.set_outcome("end time");
  summary.write(file());
  summary.set_outcome("equilibrium");
  summary.write(file());
  BOOST_TEST(json()["outcome"].get<std::string>() == "equilibrium");
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(path),
                           std::filesystem::directory_iterator()) == 1);
}

BOOST_FIXTURE_TEST_CASE(empty_summary_is_an_empty_object, Folder) {
  Summary().write(file());
  BOOST_TEST(json().is_object());
  BOOST_TEST(json().empty());
}

BOOST_FIXTURE_TEST_CASE(odd_bytes_do_not_cost_the_summary, Folder) {
  Summary summary;
  summary.set_outcome("file \xff.prm");
  summary.write(file());
  BOOST_TEST(json()["outcome"].is_string());
}

BOOST_FIXTURE_TEST_CASE(file_that_cannot_be_made, Folder) {
  const std::string wrong = path + "/none/summary.json";
  BOOST_CHECK_EXCEPTION(Summary().write(wrong), UserError, [&](const UserError &error) {
    return error.what() == "cannot write \"" + wrong + "\": No such file or directory";
  });
}

BOOST_AUTO_TEST_CASE(values_are_given_back) {
  Summary summary;
  BOOST_TEST(summary.outcome() == "");
  summary.set("area", 3., "nm^2");
  summary.set_outcome("equilibrium");
  BOOST_TEST(summary.value("area") == 3.);
  BOOST_TEST(summary.outcome() == "equilibrium");
  BOOST_CHECK_THROW(summary.value("outcome"), std::out_of_range);
}
