// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_LINE_TENSION_H
#define FUSOGEN_MECHANICS_LINE_TENSION_H

#include "mechanics/term.h"

#include <set>

namespace fusogen {
/// Line tension at the boundary of a domain (Lipowsky, J. Phys. II France 2 (1992) 1825), and at
/// open edges whose energy is not that of membrane beyond them: energy lambda times the length.
///
/// The boundary is where the field of FlowSystem::set_domain() goes from 1 to 0: by the coarea
/// formula int |grad phi| dA is the mean length of the lines of equal phi between, however wide it
/// is. phi moves with the material, so with the unit vector t along the lines and m across them,
///   delta(|grad phi| dA) = |grad phi| dA  t.(grad w) t ,
///   delta^2              = |grad phi| dA { (m.(grad w) t)(m.(grad u) t) + (nu.(grad w) t)(nu.(grad
///   u) t) } .
template <int dim> class LineTension : public Term<dim> {
public:
  /// @param line_tension lambda [pN]
  /// @param edges open edges that have it, too
  explicit LineTension(double line_tension, std::set<Edge> edges = {})
      : line_tension(line_tension), edges(std::move(edges)) {}
  std::string name() const override { return "line tension"; }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  void add_to_edge(const EdgePointState &p, EdgePointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;
  double edge_energy(const EdgePointState &p) const override;

  double line_tension;

private:
  std::set<Edge> edges;
};
} // namespace fusogen

#endif
