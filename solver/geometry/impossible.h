// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPOSSIBLE_H
#define FUSOGEN_GEOMETRY_IMPOSSIBLE_H

#include <sstream>
#include <stdexcept>

namespace fusogen {
/// Throws std::invalid_argument with the sentence that @p parts make: there is no such geometry.
template <class... Parts> [[noreturn]] void fail(const Parts &...parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw std::invalid_argument(text.str());
}
} // namespace fusogen

#endif
