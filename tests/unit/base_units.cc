// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/units.h"

#include <boost/test/unit_test.hpp>

using namespace fusogen;

BOOST_AUTO_TEST_CASE(thermal_energy_is_that_of_the_textbooks) {
  // kT = 4.11 pN nm "at room temperature" (25 degrees), 4.28 pN nm at 37 degrees.
  BOOST_TEST(units::thermal_energy(units::room_temperature) == 4.1143,
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(units::thermal_energy(310.15) == 4.2821, boost::test_tools::tolerance(1e-5));
}
