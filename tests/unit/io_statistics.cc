// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user_error.h"
#include "io/statistics.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace fusogen;
using fusogen::test::TemporaryFolder;

namespace {
struct Folder : TemporaryFolder {
  std::string file() const { return path + "/statistics.csv"; }

  std::string content() const { return TemporaryFolder::content("statistics.csv"); }
};
} // namespace

BOOST_FIXTURE_TEST_CASE(rows_are_on_disk_as_soon_as_they_are_given, Folder) {
  StatisticsFile statistics(file());
  Statistics row;
  row.set("time", "us", 0.);
  row.set("neck radius", "nm", std::numeric_limits<double>::quiet_NaN());
  row.set("cargo released", "", 1. / 3.);
  statistics.append(row);
  BOOST_TEST(content() == "time [us],neck radius [nm],cargo released []\n"
                          "0,nan,0.333333333333333\n");
  row.set("time", "us", 1e-7);
  row.set("neck radius", "nm", 123456789.0123456);
  statistics.append(row);
  BOOST_TEST(content() == "time [us],neck radius [nm],cargo released []\n"
                          "0,nan,0.333333333333333\n"
                          "1e-07,123456789.012346,0.333333333333333\n");
}

BOOST_FIXTURE_TEST_CASE(table_is_continued_where_it_was, Folder) {
  Statistics row;
  std::uintmax_t length = 0;
  {
    StatisticsFile statistics(file());
    for (const double time : {0., 1., 2.}) {
      row.set("time", "us", time);
      statistics.append(row);
      if (time == 1.)
        length = statistics.length();
    }
  }
  BOOST_TEST(content() == "time [us]\n0\n1\n2\n");
  {
    StatisticsFile statistics(file(), length);
    BOOST_TEST(statistics.length() == length);
    BOOST_TEST(content() == "time [us]\n0\n1\n");
    row.set("time", "us", 1.5);
    statistics.append(row);
    BOOST_TEST(content() == "time [us]\n0\n1\n1.5\n");
    Statistics other;
    other.set("area", "nm^2", 0.);
    BOOST_CHECK_THROW(statistics.append(other), std::logic_error);
    length = statistics.length();
  }
  const auto says = [&](const std::string &words) {
    return [words](const UserError &error) {
      return std::string(error.what()).find(words) != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(StatisticsFile(file(), length + 1), UserError, says("shorter"));
  std::filesystem::remove(file());
  BOOST_CHECK_EXCEPTION(StatisticsFile(file(), 0), UserError, says("missing"));
}

BOOST_FIXTURE_TEST_CASE(first_row_fixes_the_columns, Folder) {
  StatisticsFile statistics(file());
  Statistics row;
  row.set("time", "us", 0.);
  row.set("area", "nm^2", 1.);
  statistics.append(row);

  Statistics shorter;
  shorter.set("time", "us", 1.);
  BOOST_CHECK_THROW(statistics.append(shorter), std::logic_error);
  Statistics turned;
  turned.set("area", "nm^2", 1.);
  turned.set("time", "us", 1.);
  BOOST_CHECK_THROW(statistics.append(turned), std::logic_error);
  Statistics other_unit;
  other_unit.set("time", "ms", 1.);
  other_unit.set("area", "nm^2", 1.);
  BOOST_CHECK_THROW(statistics.append(other_unit), std::logic_error);
  BOOST_TEST(content() == "time [us],area [nm^2]\n0,1\n");
}

BOOST_AUTO_TEST_CASE(heads_that_would_break_the_table) {
  Statistics row;
  BOOST_CHECK_THROW(row.set("", "nm", 0.), std::logic_error);
  BOOST_CHECK_THROW(row.set("area, inner", "nm", 0.), std::logic_error);
  BOOST_CHECK_THROW(row.set("area [nm]", "", 0.), std::logic_error);
  row.set("area", "nm^2", 0.);
  BOOST_CHECK_THROW(row.set("area", "um^2", 0.), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(file_that_cannot_be_made, Folder) {
  const std::string wrong = path + "/none/statistics.csv";
  BOOST_CHECK_EXCEPTION(StatisticsFile{wrong}, UserError, [&](const UserError &error) {
    return error.what() == "cannot write \"" + wrong + "\": No such file or directory";
  });
}

BOOST_AUTO_TEST_CASE(full_disk_is_noticed) {
  StatisticsFile statistics("/dev/full");
  Statistics row;
  row.set("time", "us", 0.);
  BOOST_CHECK_EXCEPTION(statistics.append(row), UserError, [](const UserError &error) {
    return error.what() == std::string("cannot write \"/dev/full\": No space left on device");
  });
}

BOOST_FIXTURE_TEST_CASE(table_that_grows, Folder) {
  const auto row = [](const std::vector<std::pair<std::string, double>> &cells) {
    Statistics result;
    for (const auto &[name, value] : cells)
      result.set(name, "nm", value);
    return result;
  };
  GrowingTable table(file());
  table.append(row({{"a", 1.}, {"b", 2.}}));
  table.append(row({{"b", 3.}, {"a", 0.1}}));
  BOOST_TEST(content() == "a [nm],b [nm]\n1,2\n0.1,3\n");
  table.append(row({{"c", 5.}, {"a", 4.}}));
  BOOST_TEST(content() == "a [nm],b [nm],c [nm]\n1,2,nan\n0.1,3,nan\n4,nan,5\n");
  table.append(row({{"b", 6.}}));

  // A resumed run goes on from fewer rows.
  GrowingTable resumed(file());
  resumed.go_back_to(3);
  BOOST_TEST(resumed.n_rows() == 3u);
  resumed.append(row({{"a", 7.}, {"c", 8.}}));
  BOOST_TEST(content() == "a [nm],b [nm],c [nm]\n1,2,nan\n0.1,3,nan\n4,nan,5\n7,nan,8\n");
  BOOST_CHECK_THROW(resumed.go_back_to(9), UserError);
}
