// SPDX-License-Identifier: LGPL-2.1-or-later
// When membranes hemifuse and a pore opens: waiting times of a Markov chain, and barriers that are
// kept in a file.
#include "base/user_error.h"
#include "scenario/barrier_table.h"
#include "scenario/fusion_schedule.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>

using namespace fusogen;
using boost::test_tools::tolerance;

namespace {
FusionRates rates() {
  FusionRates rates;
  rates.docked_to_stalk = 0.5;
  rates.stalk_to_docked = 2.;
  rates.stalk_to_diaphragm = 3.;
  rates.diaphragm_to_stalk = 1.5;
  rates.to_pore = 0.7;
  rates.has_diaphragm = true;
  return rates;
}

/// Mean times to the pore from docked, stalk and diaphragm: T_i = 1/k_i + sum_j p_ij T_j, in turns.
double first_passage(const FusionRates &k) {
  double docked = 0., stalk = 0., diaphragm = 0.;
  for (unsigned int i = 0; i < 100000; ++i) {
    docked = 1. / k.docked_to_stalk + stalk;
    if (k.has_diaphragm) {
      diaphragm = (1. + k.diaphragm_to_stalk * stalk) / (k.diaphragm_to_stalk + k.to_pore);
      stalk = (1. + k.stalk_to_docked * docked + k.stalk_to_diaphragm * diaphragm) /
              (k.stalk_to_docked + k.stalk_to_diaphragm);
    } else
      stalk = (1. + k.stalk_to_docked * docked) / (k.stalk_to_docked + k.to_pore);
  }
  return docked;
}

/// Every jump of the chain from docked membranes to the pore.
FusionHistory jump_by_jump(const FusionRates &k, RandomStream &random) {
  FusionHistory history;
  double now = 0.;
  for (int state = 0; state < 3;) {
    const double back = state == 1   ? k.stalk_to_docked
                        : state == 2 ? k.diaphragm_to_stalk
                                     : 0.,
                 on = state == 0   ? k.docked_to_stalk
                      : state == 1 ? k.stalk_to_diaphragm
                                   : k.to_pore;
    now += random.waiting_time(back + on);
    const bool forward = random.uniform() * (back + on) >= back;
    if (state == 0)
      history.begins.push_back(now);
    if ((state == 1 && !forward) || (state == 2 && forward))
      history.ends.push_back(now);
    state += forward ? 1 : -1;
  }
  history.pore = now;
  return history;
}

FusionHistory draw_history(const FusionRates &k, RandomStream &random, const double end) {
  FusionHistory history;
  history.extend(k, random, end);
  return history;
}

struct Mean {
  double sum = 0., squares = 0.;
  unsigned int n = 0;
  void add(const double x) {
    sum += x;
    squares += x * x;
    ++n;
  }
  double value() const { return sum / n; }
  double error() const { return std::sqrt((squares / n - value() * value()) / n); }
};
} // namespace

BOOST_AUTO_TEST_CASE(rates_come_from_minima_and_the_saddles_next_to_them) {
  FusionBarriers barriers{6., -4., 3., 1., 5., 3.};
  FusionRates k = fusion_rates(barriers, 100., 2.);
  BOOST_TEST(k.docked_to_stalk == 100. * std::exp(-3.), tolerance(1e-12));
  BOOST_TEST(k.stalk_to_docked == 100. * std::exp(-5.), tolerance(1e-12));
  BOOST_TEST(k.stalk_to_diaphragm == 100. * std::exp(-3.5), tolerance(1e-12));
  BOOST_TEST(k.diaphragm_to_stalk == 100. * std::exp(-1.), tolerance(1e-12));
  BOOST_TEST(k.to_pore == 100. * std::exp(-2.), tolerance(1e-12));
  barriers.diaphragm = std::nan("");
  k = fusion_rates(barriers, 100., 2.);
  BOOST_TEST(!k.has_diaphragm);
  BOOST_TEST(k.to_pore == 100. * std::exp(-4.5), tolerance(1e-12));
  barriers.pore_saddle = std::nan("");
  BOOST_TEST(fusion_rates(barriers, 100., 2.).success() == 0.);
}

BOOST_AUTO_TEST_CASE(mean_time_to_the_pore_is_that_of_first_passage) {
  FusionRates k = rates();
  BOOST_TEST(k.mean_time() == first_passage(k), tolerance(1e-10));
  k.has_diaphragm = false;
  BOOST_TEST(k.mean_time() == first_passage(k), tolerance(1e-10));
}

// Few draws stand for many jumps, with the same distribution: means within four standard errors.
BOOST_AUTO_TEST_CASE(histories_are_distributed_as_those_of_every_jump) {
  const FusionRates k = rates();
  RandomStream random(1, 0), other(2, 0);
  Mean pore[2], failures[2], failed[2], succeeded[2], squared[2];
  for (unsigned int i = 0; i < 20000; ++i)
    for (const bool drawn : {false, true}) {
      const FusionHistory h = drawn ? draw_history(k, random, 1e9) : jump_by_jump(k, other);
      BOOST_REQUIRE(h.begins.size() == h.ends.size());
      BOOST_REQUIRE(h.ends.back() == h.pore);
      pore[drawn].add(h.pore);
      failures[drawn].add(h.begins.size() - 1.);
      for (unsigned int j = 0; j + 1 < h.begins.size(); ++j)
        failed[drawn].add(h.ends[j] - h.begins[j]);
      const double last = h.pore - h.begins.back();
      succeeded[drawn].add(last);
      squared[drawn].add(last * last);
    }
  for (const Mean *mean : {pore, failures, failed, succeeded, squared})
    BOOST_TEST(std::abs(mean[0].value() - mean[1].value()) <
               4. * std::hypot(mean[0].error(), mean[1].error()));
  BOOST_TEST(std::abs(pore[1].value() - k.mean_time()) < 4. * pore[1].error());
  BOOST_TEST(std::abs(failed[1].value() - k.mean_failure()) < 4. * failed[1].error());
  BOOST_TEST(std::abs(failures[1].value() - (1. / k.success() - 1.)) < 4. * failures[1].error());
}

BOOST_AUTO_TEST_CASE(many_hemifusions_that_fall_apart_are_one_waiting_time) {
  FusionRates k = rates();
  k.stalk_to_docked = 1e6;
  RandomStream random(3, 0);
  Mean pore;
  for (unsigned int i = 0; i < 20000; ++i) {
    const FusionHistory h = draw_history(k, random, 1e12);
    BOOST_REQUIRE(h.begins.size() == 1u);
    BOOST_REQUIRE(h.left_out > 0.);
    pore.add(h.pore);
  }
  BOOST_TEST(std::abs(pore.value() - k.mean_time()) < 4. * pore.error());
}

BOOST_AUTO_TEST_CASE(a_history_can_be_continued) {
  FusionRates k = rates();
  k.to_pore = 0.01;
  RandomStream random(4, 0), again(4, 0);
  FusionHistory whole, parts;
  whole.extend(k, random, 1e9);
  for (const double end : {0., 1., 10., 20., 1e9}) {
    parts.extend(k, again, end);
    BOOST_TEST((parts.pore < 1e9 || parts.ends.back() > end));
  }
  BOOST_TEST(whole.begins.size() > 3u);
  BOOST_TEST(parts.begins == whole.begins);
  BOOST_TEST(parts.pore == whole.pore);
  k.docked_to_stalk = 0.;
  FusionHistory never;
  never.extend(k, random, 1e9);
  BOOST_TEST(std::isinf(never.pore));
  BOOST_TEST(never.begins.empty());
}

BOOST_AUTO_TEST_CASE(tables_of_barriers_give_back_what_they_were_given) {
  const std::string file = "scenario_barrier_table.json";
  std::filesystem::remove(file);
  const BarrierTable table(file);
  const BarrierTable::Numbers inputs = {{"a [nm]", 0.1}, {"b", std::nan("")}};
  BOOST_TEST(!table.find(inputs).has_value());
  BOOST_TEST(table.add(inputs, {{"x", 1. / 3.}, {"y", std::nan("")}}) == "");
  BarrierTable::Numbers other = inputs;
  other["a [nm]"] = std::nextafter(0.1, 1.);
  BOOST_TEST(!table.find(other).has_value());
  BOOST_TEST(table.add(other, {{"x", 2.}}) == "");
  BarrierTable::Numbers found = table.find(inputs).value();
  BOOST_TEST(found["x"] == 1. / 3.);
  BOOST_TEST(std::isnan(found["y"]));
  BOOST_TEST(table.find(other).value()["x"] == 2.);
  for (const char *wrong : {"no table", "{}", "{\"entries\": [{\"inputs\": 1}]}",
                            "{\"entries\": [{\"inputs\": {\"a\": \"b\"}, \"results\": {}}]}"}) {
    std::ofstream(file) << wrong;
    BOOST_CHECK_THROW(table.find(inputs), UserError);
    BOOST_TEST(table.add(inputs, {}) != "");
  }
  std::filesystem::remove(file);
  BOOST_TEST(BarrierTable("no/such/folder/table.json").add(inputs, {}) != "");
}
