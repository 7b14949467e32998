// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_tests_unit_floating_point_traps_h
#define fusogen_tests_unit_floating_point_traps_h

#include <cfenv>

/**
 * Switches the traps on floating-point errors off until the end of the block, for a test that hands
 * over a nan on purpose: merely comparing it with a number would already end the test.
 */
class WithoutFloatingPointTraps {
public:
  WithoutFloatingPointTraps() { feholdexcept(&environment); }
  ~WithoutFloatingPointTraps() { fesetenv(&environment); }
  WithoutFloatingPointTraps(const WithoutFloatingPointTraps &) = delete;
  WithoutFloatingPointTraps &operator=(const WithoutFloatingPointTraps &) = delete;

private:
  // The state before, in which no exception is pending that would be raised again.
  std::fenv_t environment;
};

#endif
