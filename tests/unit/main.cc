// SPDX-License-Identifier: LGPL-2.1-or-later
// The main function of every test that is written in C++: Boost.Test between the start and the end
// of MPI. A division by zero or a number that is none fails the test in which it arises.
#define BOOST_TEST_MODULE fusogen
#include <boost/test/execution_monitor.hpp>
#include <boost/test/unit_test.hpp>

#include <deal.II/base/mpi.h>

#include <cfenv>
#include <memory>

// Boost.Test switches all traps off around each test and has no option to say which ones to keep.
// This function stands in for the one in its library and answers that switching is not possible,
// upon which Boost.Test leaves the traps as they are. The test base_environment fails if it does
// not.
namespace boost::fpe {
unsigned disable(unsigned) { return BOOST_FPE_INV; }
} // namespace boost::fpe

namespace {
class Environment {
public:
  Environment() {
    auto &suite = boost::unit_test::framework::master_test_suite();
    // One thread for each process, as in the program.
    mpi = std::make_unique<dealii::Utilities::MPI::MPI_InitFinalize>(suite.argc, suite.argv, 1);
    // The libraries that start here divide by zero in their own set-up, so the traps come after.
    feenableexcept(FE_DIVBYZERO | FE_INVALID);
  }

  ~Environment() { fedisableexcept(FE_DIVBYZERO | FE_INVALID); }

private:
  std::unique_ptr<dealii::Utilities::MPI::MPI_InitFinalize> mpi;
};
} // namespace

BOOST_TEST_GLOBAL_FIXTURE(Environment);
