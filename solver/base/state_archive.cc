// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/state_archive.h"

#include "base/user_error.h"

#include <stdexcept>

namespace fusogen {
template <class T> void StateArchive::exchange(const std::string &name, T &value) {
  if (!gives_back) {
    if (!collection.emplace(name, value).second)
      throw std::logic_error("the state \"" + name + "\" is saved twice");
    return;
  }
  const auto found = collection.find(name);
  if (found == collection.end() || !std::holds_alternative<T>(found->second))
    throw UserError("the checkpoint has no \"" + name +
                    "\": it was written by another version of fusogen, which alone can resume it");
  value = std::get<T>(found->second);
}

template void StateArchive::exchange(const std::string &, double &);
template void StateArchive::exchange(const std::string &, std::vector<double> &);
template void StateArchive::exchange(const std::string &, std::string &);
} // namespace fusogen
