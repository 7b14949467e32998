// SPDX-License-Identifier: LGPL-2.1-or-later
// A target needs a source file; what it is for is the header that is compiled with it.
