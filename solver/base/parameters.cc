// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/parameters.h"

#include "base/user_error.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>

namespace fusogen {
// A named parameter and how to move it between text and its variable.
struct ParameterTable::Entry {
  std::string name;
  std::string path;
  std::string unit;
  std::string allowed;
  std::string doc;
  std::string default_value;
  std::string origin = "default";
  bool changeable = false;

  // Writes the text into the variable, or throws Problem and leaves the variable alone.
  std::function<void(const std::string &)> parse;
  std::function<std::string()> print;
};

// A section with its parameters and sections in the order of their declaration.
struct ParameterTable::Node {
  std::string name;
  std::string path;
  Node *parent = nullptr;
  std::vector<std::unique_ptr<Entry>> entries;
  std::vector<std::unique_ptr<Node>> children;
  std::map<std::string, std::string> successors; // of names that there were once
};

namespace {
// What is wrong with a value, as the second half of a sentence that starts 'NAME = "VALUE"'.
struct Problem {
  std::string phrase;
};

std::string quoted(const std::string &text) { return '"' + text + '"'; }

std::string joined(const std::vector<std::string> &words, const std::string &separator = ", ") {
  std::string text;
  for (const auto &word : words)
    text += (text.empty() ? "" : separator) + word;
  return text;
}

bool is_space(const char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// Without blanks at the ends and with single blanks inside.
std::string tidied(const std::string &text) {
  std::string result;
  for (const char c : text)
    if (!is_space(c))
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  if (!result.empty() && result.back() == ' ')
    result.pop_back();
  return result;
}

std::string trimmed(const std::string &text) {
  auto first = std::find_if_not(text.begin(), text.end(), is_space);
  auto last = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
  return first < last ? std::string(first, last) : std::string();
}

std::string lower_case(std::string text) {
  for (char &c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The number of letters to insert, delete or exchange to turn one word into the other
// (V. I. Levenshtein, Soviet Physics Doklady 10, 707, 1966).
std::size_t edit_distance(const std::string &a, const std::string &b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, exchanged});
    }
  }
  return row[b.size()];
}

// The known word a user may have meant, or nothing if none is near.
std::string nearest(const std::string &word, const std::vector<std::string> &known) {
  const std::string wanted = lower_case(word);
  std::string best;
  std::size_t best_distance = std::string::npos;
  for (const auto &candidate : known) {
    const std::string other = lower_case(candidate);
    const std::size_t distance = edit_distance(wanted, other);
    const std::size_t tolerated =
        std::max<std::size_t>(1, std::max(wanted.size(), other.size()) / 3);
    if (distance <= tolerated && distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (best.empty() && wanted.size() >= 3)
    for (const auto &candidate : known)
      if (lower_case(candidate).compare(0, wanted.size(), wanted) == 0)
        return candidate;
  return best;
}

// "did you mean ...?" or else the list of what is known.
std::string suggestion(const std::string &word, const std::vector<std::string> &known) {
  const std::string near = nearest(word, known);
  if (!near.empty())
    return "did you mean " + quoted(near) + "?";
  return known.empty() ? "none is known there" : "known are " + joined(known);
}

// The shortest text that reads back as exactly this number.
std::string number_text(const double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, end.ptr);
}

std::string in_unit(const std::string &unit) { return unit.empty() ? "" : ", in " + unit; }

// std::from_chars is used because it does not depend on the language settings of the machine.
double parse_real(const std::string &text, const std::string &unit, const Range &range) {
  const std::string wanted = "; give a number" +
                             (range.description().empty() ? "" : " " + range.description()) +
                             in_unit(unit);
  if (text.empty())
    throw Problem{"is empty" + wanted};

  const char *begin = text.data();
  const char *const end = begin + text.size();
  if (*begin == '+' && text.size() > 1 && text[1] != '-')
    ++begin;
  double value = 0.;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error == std::errc::result_out_of_range)
    throw Problem{"is too large or too small for a number of the machine" + wanted};
  if (error != std::errc())
    throw Problem{"is not a number" + wanted};
  if (rest != end) {
    if (*rest == ',')
      throw Problem{"is not a number alone; decimals are set off by a point, not a comma"};
    const std::string number(text.data(), rest);
    throw Problem{
        "is not a number alone; write only " + number +
        (unit.empty() ? ", the parameter has no unit" : ", the unit " + unit + " is implied")};
  }
  if (!std::isfinite(value))
    throw Problem{"is not a finite number" + wanted};
  if (!range.contains(value))
    throw Problem{"is out of range; it must be " + range.description() + in_unit(unit)};
  return value;
}

std::string integer_range(const int min, const int max) {
  const bool bounded_below = min > std::numeric_limits<int>::min();
  const bool bounded_above = max < std::numeric_limits<int>::max();
  if (bounded_below && bounded_above)
    return "from " + std::to_string(min) + " to " + std::to_string(max);
  if (bounded_below)
    return std::to_string(min) + " or greater";
  if (bounded_above)
    return std::to_string(max) + " or less";
  return "";
}

int parse_integer(const std::string &text, const int min, const int max) {
  const std::string range = integer_range(min, max);
  const std::string wanted = "; give a whole number" + (range.empty() ? "" : " " + range);
  if (text.empty())
    throw Problem{"is empty" + wanted};

  const char *begin = text.data();
  const char *const end = begin + text.size();
  if (*begin == '+' && text.size() > 1 && text[1] != '-')
    ++begin;
  int value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error == std::errc::invalid_argument || (error == std::errc() && rest != end))
    throw Problem{"is not a whole number" + wanted};
  if (error == std::errc::result_out_of_range || value < min || value > max)
    throw Problem{"is out of range; it must be " +
                  (range.empty() ? "a whole number of the machine" : range)};
  return value;
}

// Breaks prose into comment lines.
void write_comment(std::ostream &stream, const std::string &indent, const std::string &text) {
  const std::size_t width = 98;
  std::istringstream words(text);
  std::string word, line;
  while (words >> word) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      stream << line << '\n';
      line.clear();
    }
    line += line.empty() ? indent + "# " + word : " " + word;
  }
  if (!line.empty())
    stream << line << '\n';
}

void check_name(const std::string &name) {
  if (name.empty() || tidied(name) != name || name.find_first_of("/=#\\") != std::string::npos)
    throw std::logic_error("the name " + quoted(name) + " is not possible in a parameter file");
}

// Splits "keyword rest of the line".
std::pair<std::string, std::string> split_keyword(const std::string &line) {
  const auto end = std::find_if(line.begin(), line.end(), is_space);
  return {std::string(line.begin(), end), trimmed(std::string(end, line.end()))};
}
} // namespace

bool Range::contains(const double value) const {
  return (min_excluded ? value > min : value >= min) && (max_excluded ? value < max : value <= max);
}

std::string Range::description() const {
  const bool bounded_below = min > -std::numeric_limits<double>::infinity();
  const bool bounded_above = max < std::numeric_limits<double>::infinity();
  if (bounded_below && bounded_above && !min_excluded && !max_excluded)
    return "from " + number_text(min) + " to " + number_text(max);
  std::string text;
  if (bounded_below)
    text = min_excluded ? "greater than " + number_text(min) : number_text(min) + " or greater";
  if (bounded_below && bounded_above)
    text += " and ";
  if (bounded_above)
    text += max_excluded ? "less than " + number_text(max) : number_text(max) + " or less";
  return text;
}

Range any() { return Range(); }

Range positive() { return greater_than(0.); }

Range non_negative() { return at_least(0.); }

Range at_least(const double min) {
  Range range;
  range.min = min;
  return range;
}

Range greater_than(const double min) {
  Range range = at_least(min);
  range.min_excluded = true;
  return range;
}

Range between(const double min, const double max) {
  Range range;
  range.min = min;
  range.max = max;
  return range;
}

Range strictly_between(const double min, const double max) {
  Range range = between(min, max);
  range.min_excluded = true;
  range.max_excluded = true;
  return range;
}

ParameterTable::ParameterTable() : root(std::make_unique<Node>()) {}

ParameterTable::~ParameterTable() = default;

ParameterTable::Section ParameterTable::section(const std::string &path) {
  return Section(*this, find_or_create(*root, path));
}

void ParameterTable::Section::replaced(const std::string &name, const std::string &by) {
  node->successors[name] = by;
}

ParameterTable::Section ParameterTable::Section::section(const std::string &name) const {
  return Section(*table, table->find_or_create(*node, name));
}

ParameterTable::Node &ParameterTable::find_or_create(Node &parent, const std::string &path) {
  if (path.empty())
    return parent;
  const std::size_t slash = path.find('/');
  const std::string name = path.substr(0, slash);
  const std::string rest = slash == std::string::npos ? "" : path.substr(slash + 1);
  for (const auto &child : parent.children)
    if (child->name == name)
      return find_or_create(*child, rest);
  check_name(name);
  auto child = std::make_unique<Node>();
  child->name = name;
  child->path = parent.path.empty() ? name : parent.path + '/' + name;
  child->parent = &parent;
  parent.children.push_back(std::move(child));
  return find_or_create(*parent.children.back(), rest);
}

void ParameterTable::add(Node &node, std::unique_ptr<Entry> entry) {
  check_name(entry->name);
  entry->path = node.path.empty() ? entry->name : node.path + '/' + entry->name;
  for (const auto &other : node.entries)
    if (other->name == entry->name)
      throw std::logic_error("the parameter " + entry->path + " is declared twice");
  entry->default_value = entry->print();
  try {
    entry->parse(entry->default_value);
  } catch (const Problem &problem) {
    throw std::logic_error("the default of " + entry->path + ", " + quoted(entry->default_value) +
                           ", " + problem.phrase);
  }
  node.entries.push_back(std::move(entry));
}

void ParameterTable::Section::real(const std::string &name, double &target, const std::string &unit,
                                   const Range &range, const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->unit = unit;
  entry->allowed = range.description().empty() ? "any number" : range.description();
  entry->doc = doc;
  entry->parse = [&target, unit, range](const std::string &text) {
    target = parse_real(text, unit, range);
  };
  entry->print = [&target]() { return number_text(target); };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::real_list(const std::string &name, std::vector<double> &target,
                                        const std::string &unit, const Range &range,
                                        const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->unit = unit;
  entry->allowed = "numbers set off by commas" +
                   (range.description().empty() ? "" : ", each " + range.description());
  entry->doc = doc;
  entry->parse = [&target, unit, range](const std::string &text) {
    std::vector<double> values;
    if (!text.empty()) {
      std::istringstream parts(text + ',');
      std::string part;
      while (std::getline(parts, part, ',')) {
        try {
          values.push_back(parse_real(trimmed(part), unit, range));
        } catch (const Problem &problem) {
          throw Problem{"is not a list of numbers as wanted: " + quoted(trimmed(part)) + " " +
                        problem.phrase};
        }
      }
    }
    target = values;
  };
  entry->print = [&target]() {
    std::vector<std::string> words;
    for (const double value : target)
      words.push_back(number_text(value));
    return joined(words);
  };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::name_list(const std::string &name, std::vector<std::string> &target,
                                        const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->allowed = "different names set off by commas";
  entry->doc = doc;
  entry->parse = [&target](const std::string &text) {
    std::vector<std::string> values;
    std::istringstream parts(text + ',');
    std::string part;
    while (std::getline(parts, part, ',')) {
      const std::string value = trimmed(part);
      if (value.empty())
        throw Problem{"has an empty name"};
      if (std::find(values.begin(), values.end(), value) != values.end())
        throw Problem{"has " + quoted(value) + " twice"};
      values.push_back(value);
    }
    target = values;
  };
  entry->print = [&target]() { return joined(target); };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::integer(const std::string &name, int &target, const int min,
                                      const int max, const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  const std::string range = integer_range(min, max);
  entry->allowed = range.empty() ? "any whole number" : "a whole number " + range;
  entry->doc = doc;
  entry->parse = [&target, min, max](const std::string &text) {
    target = parse_integer(text, min, max);
  };
  entry->print = [&target]() { return std::to_string(target); };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::flag(const std::string &name, bool &target, const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->allowed = "true or false";
  entry->doc = doc;
  entry->parse = [&target](const std::string &text) {
    if (text != "true" && text != "false")
      throw Problem{"is neither true nor false"};
    target = (text == "true");
  };
  entry->print = [&target]() { return std::string(target ? "true" : "false"); };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::text(const std::string &name, std::string &target,
                                   const std::string &doc) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->allowed = "a text on one line";
  entry->doc = doc;
  entry->parse = [&target](const std::string &text) { target = text; };
  entry->print = [&target]() { return target; };
  table->add(*node, std::move(entry));
}

void ParameterTable::Section::declare_choice(const std::string &name,
                                             const std::vector<std::string> &values,
                                             const std::function<void(std::size_t)> &set,
                                             const std::function<std::size_t(void)> &get,
                                             const std::string &doc) {
  if (get() >= values.size())
    throw std::logic_error("the default of the parameter " + quoted(name) +
                           " is not among its choices");
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->allowed = joined(values, " | ");
  entry->doc = doc;
  entry->parse = [values, set](const std::string &text) {
    const auto found = std::find(values.begin(), values.end(), tidied(text));
    if (found == values.end()) {
      const std::string near = nearest(text, values);
      throw Problem{"is not one of " + joined(values) +
                    (near.empty() ? "" : "; did you mean " + quoted(near) + "?")};
    }
    set(static_cast<std::size_t>(found - values.begin()));
  };
  entry->print = [values, get]() { return values[get()]; };
  table->add(*node, std::move(entry));
}

namespace {
// Visits a section, then the sections in it.
template <class Node, class Action> void for_each_node(Node &node, const Action &action) {
  action(node);
  for (const auto &child : node.children)
    for_each_node(*child, action);
}
} // namespace

ParameterTable::Node &ParameterTable::find_child(Node &node, const std::string &name,
                                                 const std::string &origin) {
  std::vector<std::string> known;
  for (const auto &child : node.children) {
    if (child->name == name)
      return *child;
    known.push_back(child->name);
  }
  throw UserError(origin + ": there is no section " + quoted(name) +
                  (node.path.empty() ? "" : " in section " + node.path) + "; " +
                  suggestion(name, known));
}

ParameterTable::Entry &ParameterTable::find_entry(Node &node, const std::string &name,
                                                  const std::string &origin) {
  std::vector<std::string> known;
  for (const auto &entry : node.entries) {
    if (entry->name == name)
      return *entry;
    known.push_back(entry->name);
  }

  if (const auto successor = node.successors.find(name); successor != node.successors.end())
    throw UserError(origin + ": there is no parameter " + quoted(name) + " in section " +
                    node.path + " any more; use " + successor->second + " instead");

  std::vector<std::string> elsewhere;
  for_each_node(*root, [&](const Node &other) {
    for (const auto &entry : other.entries)
      if (lower_case(entry->name) == lower_case(name))
        elsewhere.push_back(entry->path);
  });

  std::string advice;
  if (nearest(name, known).empty() && !elsewhere.empty())
    advice = "did you mean " + joined(elsewhere, " or ") + "?";
  else
    advice = suggestion(name, known);
  throw UserError(origin + ": there is no parameter " + quoted(name) +
                  (node.path.empty() ? " outside the sections" : " in section " + node.path) +
                  "; " + advice);
}

void ParameterTable::set(Entry &entry, const std::string &value, const std::string &origin) {
  try {
    // A file could not hold such a value, and the run would not be repeatable from what it writes.
    if (value.find_first_of("#\n\r") != std::string::npos ||
        (!value.empty() && value.back() == '\\'))
      throw Problem{"holds a # or a line break or ends in a backslash, which no value can"};
    entry.parse(value);
  } catch (const Problem &problem) {
    throw UserError(origin + ": " + entry.path + " = " + quoted(value) + " " + problem.phrase);
  }
  entry.origin = origin;
}

void ParameterTable::read_file(const std::string &path) {
  const std::string wrong_file = "cannot read the parameter file " + quoted(path) + ": ";
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    throw UserError(wrong_file + "it is a folder");
  std::ifstream file(path);
  if (!file)
    throw UserError(wrong_file + std::strerror(errno));

  Node *node = root.get();
  std::vector<unsigned int> opened_in;
  unsigned int line_number = 0;
  std::string line;
  const std::string byte_order_mark = "\xEF\xBB\xBF";
  while (std::getline(file, line)) {
    ++line_number;
    const std::string origin = path + ", line " + std::to_string(line_number);
    if (line_number == 1 && line.compare(0, byte_order_mark.size(), byte_order_mark) == 0)
      line.erase(0, byte_order_mark.size());

    const auto without_comment = [](const std::string &text) {
      return trimmed(text.substr(0, text.find('#')));
    };
    line = without_comment(line);
    std::string next;
    while (!line.empty() && line.back() == '\\') {
      line.pop_back();
      if (!std::getline(file, next))
        break;
      ++line_number;
      line = trimmed(line + without_comment(next));
    }
    if (line.empty())
      continue;

    const auto [keyword, rest] = split_keyword(line);
    if (keyword == "subsection") {
      if (rest.empty())
        throw UserError(origin + ": the name is missing after \"subsection\"");
      node = &find_child(*node, tidied(rest), origin);
      opened_in.push_back(line_number);
    } else if (keyword == "end") {
      if (!rest.empty())
        throw UserError(origin + ": " + quoted(line) + " has more than the word end");
      if (node->parent == nullptr)
        throw UserError(origin + ": \"end\" without a subsection that it could close");
      node = node->parent;
      opened_in.pop_back();
    } else if (keyword == "set") {
      const std::size_t equals = rest.find('=');
      const std::string name = tidied(rest.substr(0, equals));
      if (equals == std::string::npos || name.empty())
        throw UserError(origin + ": " + quoted(line) + " is not of the form set NAME = VALUE");
      set(find_entry(*node, name, origin), trimmed(rest.substr(equals + 1)), origin);
    } else {
      const std::string near = nearest(keyword, {"set", "end", "subsection"});
      throw UserError(origin + ": " + quoted(line) +
                      " begins with none of the words set, subsection, end" +
                      (near.empty() ? "" : "; did you mean " + quoted(near) + "?"));
    }
  }
  if (file.bad())
    throw UserError(wrong_file + "it ends in the middle of line " +
                    std::to_string(line_number + 1));
  if (node->parent != nullptr)
    throw UserError(path + ", line " + std::to_string(opened_in.back()) + ": the subsection " +
                    quoted(node->path) + " is never closed by \"end\"");
}

void ParameterTable::assign(const std::string &assignment) {
  const std::string origin = "--set";
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || tidied(assignment.substr(0, equals)).empty())
    throw UserError(origin + ": " + quoted(assignment) + " is not of the form Section/Name=value");

  std::string path = assignment.substr(0, equals);
  Node *node = root.get();
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/')) {
    node = &find_child(*node, tidied(path.substr(0, slash)), origin);
    path.erase(0, slash + 1);
  }
  set(find_entry(*node, tidied(path), origin), trimmed(assignment.substr(equals + 1)), origin);
}

void ParameterTable::write(std::ostream &stream, const bool documented) const {
  // A recursive function, as sections nest.
  const std::function<void(const Node &, const std::string &)> write_node =
      [&](const Node &node, const std::string &indent) {
        bool first = true;
        const auto separate = [&]() {
          if (!first && documented)
            stream << '\n';
          first = false;
        };
        for (const auto &entry : node.entries) {
          separate();
          if (documented) {
            write_comment(stream, indent,
                          entry->doc +
                              (entry->changeable ? " May differ when a run is resumed." : ""));
            write_comment(stream, indent,
                          (entry->unit.empty() ? "" : "Unit: " + entry->unit + ". ") +
                              "Allowed: " + entry->allowed + ". Default: " +
                              (entry->default_value.empty() ? "empty" : entry->default_value) +
                              ".");
          }
          const std::string value = entry->print();
          stream << indent << "set " << entry->name << " =" << (value.empty() ? "" : " ") << value
                 << '\n';
        }
        for (const auto &child : node.children) {
          separate();
          stream << indent << "subsection " << child->name << '\n';
          write_node(*child, indent + "  ");
          stream << indent << "end\n";
        }
      };
  write_node(*root, "");
}

const ParameterTable::Entry &ParameterTable::known_entry(const std::string &name) const {
  const Entry *found = nullptr;
  for_each_node(*root, [&](const Node &node) {
    for (const auto &entry : node.entries)
      if (entry->path == name)
        found = entry.get();
  });
  if (found == nullptr)
    throw std::logic_error("no parameter " + quoted(name) + " is declared");
  return *found;
}

void ParameterTable::allow_change(const std::string &name) {
  bool found = false;
  for_each_node(*root, [&](const Node &node) {
    for (const auto &entry : node.entries)
      if (entry->path == name || entry->path.compare(0, name.size() + 1, name + '/') == 0)
        found = entry->changeable = true;
  });
  if (!found)
    throw std::logic_error("no parameter or section " + quoted(name) + " is declared");
}

bool ParameterTable::may_change(const std::string &name) const {
  return known_entry(name).changeable;
}

bool ParameterTable::was_set(const std::string &name) const {
  return known_entry(name).origin != "default";
}

std::string ParameterTable::where(const std::string &name) const {
  return known_entry(name).origin;
}

std::string ParameterTable::value(const std::string &name) const {
  return known_entry(name).print();
}

std::vector<std::string> ParameterTable::names() const {
  std::vector<std::string> result;
  for_each_node(*root, [&](const Node &node) {
    for (const auto &entry : node.entries)
      result.push_back(entry->path);
  });
  return result;
}
} // namespace fusogen
