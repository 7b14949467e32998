// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/summary.h"

#include "base/user_error.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

namespace fusogen {
Summary::Item &Summary::item(const std::string &name) {
  for (auto &item : items)
    if (item.name == name)
      return item;
  items.push_back({name, false, "", 0., ""});
  return items.back();
}

void Summary::set(const std::string &name, const double value, const std::string &unit) {
  item(name) = {name, false, "", value, unit};
}

void Summary::set_text(const std::string &name, const std::string &text) {
  item(name) = {name, true, text, 0., ""};
}

void Summary::write(const std::string &path) const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto &item : items) {
    if (item.is_text)
      json[item.name] = item.text;
    else {
      // JSON knows no nan and no infinity.
      json[item.name]["value"] =
          std::isfinite(item.value) ? nlohmann::ordered_json(item.value) : nullptr;
      json[item.name]["unit"] = item.unit;
    }
  }

  const std::string unfinished = path + ".tmp";
  std::ofstream file(unfinished);
  // Names and texts may hold what the user typed; a wrong byte must not cost the whole summary.
  file << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const int error = errno;
    std::remove(unfinished.c_str());
    throw UserError("cannot write \"" + path + "\": " + std::strerror(error));
  }
}
} // namespace fusogen
