// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_USER_TERM_H
#define FUSOGEN_SCENARIO_USER_TERM_H

#include <memory>
#include <string>
#include <vector>

namespace fusogen {
class ParameterTable;
struct Parameters;
template <int dim> class FlowSystem;

/// A physical effect from outside the tree: its parameters, and how it enters a membrane's flow. A
/// program of the user's own hands such objects to run_fusogen(). Derive from UserTermOf.
class UserTerm {
public:
  virtual ~UserTerm() = default;

  /// The name() of the Term that it adds.
  virtual std::string name() const = 0;

  /// Declares its parameters, best in a section of its own. They are physics, which must be the
  /// same when a run is resumed; with their defaults the effect must be off.
  virtual void declare(ParameterTable &table) = 0;

  /// Throws UserError if the parameters do not go with each other.
  virtual void check(const Parameters &, const ParameterTable &) const {}

  /// Adds the term to the flow if the parameters ask for it, which must not change during a run.
  virtual void add_to(FlowSystem<1> &flow, const Parameters &parameters) const = 0;
  virtual void add_to(FlowSystem<2> &flow, const Parameters &parameters) const = 0;
};

/// Lets one function template serve both geometries: @p T derives from UserTermOf<T> and has
/// @code
///   template <int dim> void add(FlowSystem<dim> &flow, const Parameters &parameters) const;
/// @endcode
template <class T> class UserTermOf : public UserTerm {
public:
  void add_to(FlowSystem<1> &flow, const Parameters &parameters) const override {
    static_cast<const T &>(*this).add(flow, parameters);
  }
  void add_to(FlowSystem<2> &flow, const Parameters &parameters) const override {
    static_cast<const T &>(*this).add(flow, parameters);
  }
};

using UserTerms = std::vector<std::shared_ptr<UserTerm>>;

/// Adds what the user's terms have to add.
template <int dim> void add_user_terms(FlowSystem<dim> &flow, const Parameters &parameters);

/// Energy and dissipated power of the user's terms in the flow, by name: stored [kT], dissipated in
/// the last step [kT/us].
struct UserTermShare {
  std::string name;
  double energy, power;
};
template <int dim>
std::vector<UserTermShare> user_term_shares(const FlowSystem<dim> &flow,
                                            const Parameters &parameters);
} // namespace fusogen

#endif
