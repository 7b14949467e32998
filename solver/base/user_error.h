// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_user_error_h
#define fusogen_base_user_error_h

#include <stdexcept>

namespace fusogen {
/**
 * A mistake in what the user gave to the program: a parameter, a file, a folder, the command line.
 *
 * The message is one sentence that names the place (file and line, or option), what was found
 * there, and what is allowed. The program prints it and ends with ExitStatus::wrong_input. Mistakes
 * in the code itself are no UserError; they are FUSOGEN_ASSERT or std::logic_error.
 */
class UserError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};
} // namespace fusogen

#endif
