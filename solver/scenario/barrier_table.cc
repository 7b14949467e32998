// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/barrier_table.h"

#include "base/user_error.h"
#include "io/complete_file.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace fusogen {
using nlohmann::json;

namespace {
json read(const std::string &file) {
  std::ifstream in(file);
  if (!in)
    return {{"entries", json::array()}};
  const json content = json::parse(in, nullptr, false);
  bool valid = content.is_object() && content.contains("entries") && content["entries"].is_array();
  for (const json &entry : valid ? content["entries"] : json::array()) {
    valid = valid && entry.is_object();
    for (const std::string part : {"inputs", "results"}) {
      valid = valid && entry.contains(part) && entry[part].is_object();
      for (const json &number : valid ? entry[part] : json::array())
        valid = valid && (number.is_number() || number.is_null());
    }
  }
  if (!valid)
    throw UserError("the file " + file +
                    " is no table of barriers of fusion; remove it, or name another one in "
                    "Fusion/Barrier table");
  return content;
}

json to_json(const BarrierTable::Numbers &numbers) {
  json result = json::object();
  for (const auto &[name, number] : numbers)
    result[name] = std::isfinite(number) ? json(number) : json(nullptr);
  return result;
}
} // namespace

std::optional<BarrierTable::Numbers> BarrierTable::find(const Numbers &inputs) const {
  const json content = read(file), wanted = to_json(inputs);
  for (const json &entry : content["entries"]) {
    if (entry["inputs"] != wanted)
      continue;
    Numbers results;
    for (const auto &[name, number] : entry["results"].items())
      results[name] = number.is_null() ? std::nan("") : number.get<double>();
    return results;
  }
  return {};
}

std::string BarrierTable::add(const Numbers &inputs, const Numbers &results) const {
  json content;
  try {
    content = read(file);
  } catch (const UserError &error) {
    return error.what();
  }
  content["entries"].push_back({{"inputs", to_json(inputs)}, {"results", to_json(results)}});
  return write_complete_file(file, {content.dump(1), "\n"});
}
} // namespace fusogen
