// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_BASE_STATE_ARCHIVE_H
#define FUSOGEN_BASE_STATE_ARCHIVE_H

#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace fusogen {
/// The part of a run's state that is no field: numbers and texts with names. An archive either
/// collects them, for a checkpoint, or gives them back. Everything that has a state lists it once,
/// in a function serialize() that serves both ways, so that saving and loading cannot differ:
/// @code
///   void serialize(StateArchive &state) { state.item("time", now); }
/// @endcode
/// Names are unique in a checkpoint. Values are the same on all ranks, or those of rank 0 count.
class StateArchive {
public:
  using Value = std::variant<double, std::vector<double>, std::string>;
  using Values = std::map<std::string, Value>;

  /// An archive that collects.
  StateArchive() = default;
  /// An archive that gives back what another one collected.
  explicit StateArchive(Values collected) : collection(std::move(collected)), gives_back(true) {}

  /// True if the archive gives back.
  bool loading() const { return gives_back; }

  /// Any number, truth value or enumeration; integers up to 2^53. Doubles come back exactly, nan
  /// and infinity too. Throws UserError if a checkpoint lacks the name, and std::logic_error if it
  /// is given twice.
  template <class Number> void item(const std::string &name, Number &value) {
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    double number = static_cast<double>(value);
    exchange(name, number);
    value = static_cast<Number>(number);
  }
  void item(const std::string &name, double &value) { exchange(name, value); }
  void item(const std::string &name, std::vector<double> &values) { exchange(name, values); }
  /// A text, such as the state of a generator of random numbers.
  void item(const std::string &name, std::string &text) { exchange(name, text); }

  const Values &values() const { return collection; }

private:
  template <class T> void exchange(const std::string &name, T &value);

  Values collection;
  bool gives_back = false;
};
} // namespace fusogen

#endif
