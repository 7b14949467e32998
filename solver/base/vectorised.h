// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_VECTORISED_H
#define FUSOGEN_BASE_VECTORISED_H

// Marks a function with inner loops over doubles. Debian compiles for the oldest x86-64; with the
// vector units of the last ten years, chosen when the program starts, such loops run two to three
// times as fast.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FUSOGEN_VECTORISED __attribute__((optimize("O3"), target_clones("arch=haswell", "default")))
#else
#define FUSOGEN_VECTORISED
#endif

#endif
