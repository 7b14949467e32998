// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/summary.h"

#include "base/user_error.h"
#include "io/complete_file.h"

#include <cmath>
#include <stdexcept>

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

double Summary::value(const std::string &name) const {
  for (const Item &item : items)
    if (item.name == name && !item.is_text)
      return item.value;
  throw std::out_of_range("there is no observable " + name);
}

std::string Summary::outcome() const {
  for (const Item &item : items)
    if (item.name == "outcome")
      return item.text;
  return "";
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

  // Names and texts may hold what the user typed; a wrong byte must not cost the whole summary.
  const std::string problem = write_complete_file(
      path, {json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n"});
  if (!problem.empty())
    throw UserError(problem);
}
} // namespace fusogen
