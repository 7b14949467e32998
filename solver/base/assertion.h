// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_assertion_h
#define fusogen_base_assertion_h

#include <stdexcept>
#include <string>

namespace fusogen {
/** A contract inside the program was broken: a mistake of its authors, never of its user. */
class AssertionError : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

namespace internal {
/** Throws the AssertionError of FUSOGEN_ASSERT. */
[[noreturn]] inline void assertion_failed(const char *condition, const char *file, int line,
                                          const std::string &message) {
  throw AssertionError(std::string(file) + ":" + std::to_string(line) + ": " + message + " (" +
                       condition + " is false)");
}
} // namespace internal
} // namespace fusogen

/**
 * Throws fusogen::AssertionError with @p message if @p condition is false. Active in the presets
 * debug and release-with-assertions; in release it costs nothing and evaluates nothing.
 */
#ifdef FUSOGEN_ASSERTIONS
#define FUSOGEN_ASSERT(condition, message)                                                         \
  do {                                                                                             \
    if (!(condition))                                                                              \
      ::fusogen::internal::assertion_failed(#condition, __FILE__, __LINE__, (message));            \
  } while (false)
#else
#define FUSOGEN_ASSERT(condition, message)                                                         \
  do {                                                                                             \
  } while (false)
#endif

#endif
