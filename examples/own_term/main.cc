// SPDX-License-Identifier: LGPL-2.1-or-later
// fusogen with an optical trap.
#include "optical_trap.h"

#include <fusogen/program/run_fusogen.h>

int main(int argc, char **argv) {
  return fusogen::run_fusogen(argc, argv, {std::make_shared<OpticalTrapParameters>()});
}
