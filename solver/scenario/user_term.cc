// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/user_term.h"

#include "mechanics/flow_system.h"
#include "scenario/parameters.h"

namespace fusogen {
template <int dim> void add_user_terms(FlowSystem<dim> &flow, const Parameters &parameters) {
  for (const auto &term : parameters.user_terms)
    term->add_to(flow, parameters);
}

template <int dim>
std::vector<UserTermShare> user_term_shares(const FlowSystem<dim> &flow,
                                            const Parameters &parameters) {
  std::vector<UserTermShare> shares;
  if (parameters.user_terms.empty())
    return shares;
  const double kT = parameters.thermal_energy();
  const std::map<std::string, double> energies = flow.energies();
  for (const auto &term : parameters.user_terms) {
    const auto energy = energies.find(term->name());
    if (energy == energies.end())
      continue;
    const auto power = flow.dissipated_power().find(term->name());
    shares.push_back({term->name(), energy->second / kT,
                      power == flow.dissipated_power().end() ? 0. : power->second / kT});
  }
  return shares;
}

template void add_user_terms(FlowSystem<1> &, const Parameters &);
template void add_user_terms(FlowSystem<2> &, const Parameters &);
template std::vector<UserTermShare> user_term_shares(const FlowSystem<1> &, const Parameters &);
template std::vector<UserTermShare> user_term_shares(const FlowSystem<2> &, const Parameters &);
} // namespace fusogen
