// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_io_summary_h
#define fusogen_io_summary_h

#include <string>
#include <vector>

namespace fusogen {
/**
 * What a run ended with: observables and, in words, what happened. As JSON:
 * @code
 *   {"bending energy": {"value": 502.6, "unit": "kT"}, ..., "outcome": "full fusion"}
 * @endcode
 */
class Summary {
public:
  /**
   * Sets an observable; a second call with the same name replaces it.
   * @param unit  such as "kT"; empty for a dimensionless number
   * @param value written as null if it is not finite
   */
  void set(const std::string &name, double value, const std::string &unit);

  /** The value of an observable that was set. Throws std::out_of_range if it was not. */
  double value(const std::string &name) const;
  /** The text "outcome"; empty if it was not set. */
  std::string outcome() const;

  /** Sets a text, such as "outcome"; a second call with the same name replaces it. */
  void set_text(const std::string &name, const std::string &text);

  /** Says how the run ended, such as "equilibrium"; the text of the name "outcome". */
  void set_outcome(const std::string &text) { set_text("outcome", text); }

  /**
   * Writes everything, in the order it was first set, to the file @p path. The file appears
   * complete or not at all. Throws UserError if it cannot be written. Only the first process of a
   * parallel run calls this.
   */
  void write(const std::string &path) const;

private:
  struct Item {
    std::string name;
    bool is_text;
    std::string text;
    double value;
    std::string unit;
  };

  Item &item(const std::string &name);

  std::vector<Item> items;
};
} // namespace fusogen

#endif
