// SPDX-License-Identifier: LGPL-2.1-or-later
// What every other test relies on: that its processes form one parallel run and that wrong numbers
// stop it.
#include "floating_point_traps.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>

#include <boost/test/unit_test.hpp>

#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <string>

BOOST_AUTO_TEST_CASE(processes_form_one_run) {
  const unsigned int processes = dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD);
  // Open MPI tells each process how many mpirun started.
  if (const char *started = std::getenv("OMPI_COMM_WORLD_SIZE"))
    BOOST_TEST(processes == std::stoul(started));
  else
    BOOST_TEST(processes == 1u);
  BOOST_TEST(dealii::Utilities::MPI::sum(1u, MPI_COMM_WORLD) == processes);
}

BOOST_AUTO_TEST_CASE(each_process_has_one_thread) {
  BOOST_TEST(dealii::MultithreadInfo::n_threads() == 1u);
}

BOOST_AUTO_TEST_CASE(wrong_numbers_are_trapped) {
  BOOST_TEST((fegetexcept() & FE_DIVBYZERO) != 0);
  BOOST_TEST((fegetexcept() & FE_INVALID) != 0);
}

BOOST_AUTO_TEST_CASE(traps_can_be_lifted_for_a_block) {
  volatile double zero = 0.;
  {
    const WithoutFloatingPointTraps lifted;
    BOOST_TEST(fegetexcept() == 0);
    BOOST_TEST(std::isinf(1. / zero));
    BOOST_TEST(std::isnan(0. / zero));
  }
  BOOST_TEST((fegetexcept() & FE_DIVBYZERO) != 0);
}
