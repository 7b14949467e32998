// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/run_fusogen.h"

int main(int argc, char **argv) { return fusogen::run_fusogen(argc, argv); }
