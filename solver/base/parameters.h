// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_parameters_h
#define fusogen_base_parameters_h

#include <functional>
#include <iosfwd>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fusogen {
/** The values a real parameter may take: an interval whose ends may or may not belong to it. */
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_excluded = false;
  bool max_excluded = false;

  /** True if @p value lies in the range; never for a nan. */
  bool contains(double value) const;

  /** The range in words, such as "greater than 0" or "between 0 and 1". */
  std::string description() const;
};

/** Every finite number. */
Range any();
/** Numbers greater than 0. */
Range positive();
/** 0 and greater. */
Range non_negative();
/** @p min and greater. */
Range at_least(double min);
/** Numbers greater than @p min. */
Range greater_than(double min);
/** From @p min to @p max, ends included. */
Range between(double min, double max);
/** From @p min to @p max, ends excluded. */
Range strictly_between(double min, double max);

/**
 * Binds named parameters to variables of the program.
 *
 * A struct of parameters declares its variables here; the value a variable has at that moment is
 * the default. Then files and assignments are read, later ones winning, and each writes straight
 * into the variable, which must therefore stay where it is as long as the table is in use. A
 * parameter's full name is its sections and its own name joined by slashes, "Vesicle/Radius".
 * Names are case-sensitive.
 *
 * @code
 *   struct VesicleParameters
 *   {
 *     double radius = 20.;
 *     void   declare(ParameterTable &table)
 *     {
 *       auto section = table.section("Vesicle");
 *       section.real("Radius", radius, "nm", positive(), "Radius of the sphere of equal area.");
 *     }
 *   };
 * @endcode
 *
 * Whatever is wrong with a file, a name or a value throws UserError, and the variable keeps its old
 * value. A wrong declaration (a name declared twice, a default outside its range) throws
 * std::logic_error, as it is a mistake in the program.
 */
class ParameterTable {
private:
  struct Entry;
  struct Node;

public:
  /** A place in the table where parameters can be declared; a light handle to copy around. */
  class Section {
  public:
    /**
     * Declares a real number.
     * @param unit  such as "nm" or "pN/nm"; empty for a dimensionless number. Users never write it.
     * @param range the values allowed; nan and infinity never are
     * @param doc   one or more sentences for the user
     */
    void real(const std::string &name, double &target, const std::string &unit, const Range &range,
              const std::string &doc);

    /** Declares a list of real numbers, written "1, 2, 5"; it may be empty. Otherwise as real(). */
    void real_list(const std::string &name, std::vector<double> &target, const std::string &unit,
                   const Range &range, const std::string &doc);

    /**
     * Declares a list of names, written "POPC, DOPE": at least one, none of them empty and no two
     * the same.
     */
    void name_list(const std::string &name, std::vector<std::string> &target,
                   const std::string &doc);

    /** Declares a whole number from @p min to @p max, both included. */
    void integer(const std::string &name, int &target, int min, int max, const std::string &doc);

    /**
     * Declares a choice between named values of an enumeration:
     * @code
     *   section.choice("Initial shape", shape, {{"sphere", Shape::sphere}, {"tube", Shape::tube}},
     *                  "Shape at the start.");
     * @endcode
     */
    template <class Enum>
    void choice(const std::string &name, Enum &target,
                const std::vector<std::pair<std::string, Enum>> &values, const std::string &doc) {
      std::vector<std::string> names;
      for (const auto &value : values)
        names.push_back(value.first);
      declare_choice(
          name, names,
          [&target, values](const std::size_t index) { target = values[index].second; },
          [&target, values]() {
            std::size_t index = 0;
            while (index < values.size() && values[index].second != target)
              ++index;
            return index;
          },
          doc);
    }

    /** Declares a switch, true or false. */
    void flag(const std::string &name, bool &target, const std::string &doc);

    /** Declares a text on one line, such as the name of a file; it may be empty. */
    void text(const std::string &name, std::string &target, const std::string &doc);

    /** A parameter that there was once: who sets it is told the full name @p by of its successor.
     */
    void replaced(const std::string &name, const std::string &by);

    /** A section inside this one. */
    Section section(const std::string &name) const;

  private:
    friend class ParameterTable;

    Section(ParameterTable &table, Node &node) : table(&table), node(&node) {}

    void declare_choice(const std::string &name, const std::vector<std::string> &values,
                        const std::function<void(std::size_t)> &set,
                        const std::function<std::size_t(void)> &get, const std::string &doc);

    ParameterTable *table;
    Node *node;
  };

  ParameterTable();
  ~ParameterTable();
  ParameterTable(const ParameterTable &) = delete;
  ParameterTable &operator=(const ParameterTable &) = delete;

  /**
   * The section of this name, made if it is new. Sections nest: "A/B" is the section B in A; the
   * empty name is the table itself.
   */
  Section section(const std::string &path);

  /**
   * Reads a file of the form deal.II uses:
   * @code
   *   subsection Vesicle
   *     set Radius = 20   # comment
   *   end
   * @endcode
   * A line that ends in a backslash continues on the next one. A parameter set twice keeps the
   * later value.
   */
  void read_file(const std::string &path);

  /** Reads one assignment as from the command line, "Vesicle/Radius=20". */
  void assign(const std::string &assignment);

  /**
   * Writes all parameters in force as a file read_file() accepts and that gives back exactly the
   * same values.
   * @param documented add to each its meaning, unit, allowed values and default as comments
   */
  void write(std::ostream &stream, bool documented) const;

  /**
   * Marks a parameter, or all parameters of a section, as ones that may differ when a run is
   * resumed, because they are not part of its physics.
   */
  void allow_change(const std::string &name);

  /** True if the parameter of this full name is marked by allow_change(). */
  bool may_change(const std::string &name) const;

  /** True if a file or an assignment gave a value to the parameter of this full name. */
  bool was_set(const std::string &name) const;

  /** Who gave the value in force: "FILE, line 12", "--set", or "default". */
  std::string where(const std::string &name) const;

  /** The value in force as it would stand in a file. */
  std::string value(const std::string &name) const;

  /** The full names of all parameters in the order write() has. */
  std::vector<std::string> names() const;

private:
  Node &find_or_create(Node &parent, const std::string &path);
  const Entry &known_entry(const std::string &name) const;
  void set(Entry &entry, const std::string &value, const std::string &origin);
  Entry &find_entry(Node &node, const std::string &name, const std::string &origin);
  Node &find_child(Node &node, const std::string &name, const std::string &origin);
  void add(Node &node, std::unique_ptr<Entry> entry);

  std::unique_ptr<Node> root;
};
} // namespace fusogen

#endif
