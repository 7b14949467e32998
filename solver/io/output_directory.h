// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_io_output_directory_h
#define fusogen_io_output_directory_h

#include <string>

namespace fusogen {
/**
 * Makes the folder @p path, with those it lies in, unless it is there, and makes sure that files
 * can be made in it. Throws UserError if not. What is in the folder stays. Only the first process
 * of a parallel run calls this.
 */
void prepare_output_directory(const std::string &path);
} // namespace fusogen

#endif
