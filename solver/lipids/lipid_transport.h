// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_LIPID_TRANSPORT_H
#define FUSOGEN_LIPIDS_LIPID_TRANSPORT_H

#include "geometry/bounded_density.h"
#include "lipids/stalk.h"

#include <deal.II/lac/petsc_sparse_matrix.h>

#include <functional>

namespace fusogen {
/// How the leaflets slipped in a time step; lipids go with them.
struct LeafletSlip {
  Vector positions;   ///< of the nodes at the start of the step [nm] (position space, ghosted)
  Vector velocity;    ///< of the outer leaflet relative to the mid-surface [nm/us] (likewise)
  Vector through_rim; ///< what the outer leaflet lost by it through the rim, and the inner one
                      ///< gained [nm^2] (scalar space, ghosted)
};

/// Lipids of one leaflet as they spread, drift and are carried along over a time step, all at once
/// and implicitly. The area fractions c_i change by what passes between each pair of nodes of each
/// cell: into node j from node k the amount
///   G_i [ B(-P_i) c_i,k - B(P_i) c_i,j ],   P_i = Q_i / G_i,   B(x) = x / (e^x - 1)
/// with the conductance G_i = - dt D_i int grad q_j . grad q_k dA and the convection Q_i of the
/// slip and of the drift in a chemical potential g_i, that is exponential fitting (Scharfetter and
/// Gummel, IEEE Trans. Electron Devices 16 (1969) 64). Whatever the step and the forces, no
/// fraction becomes negative, what leaves one node arrives at the other, and without slip
/// exp(-g_i a_i / kT) is at rest exactly.
///
/// A leaflet has no holes: species that spread or drift at different rates push each other aside by
/// a common force u on each pair, such that areas in sum move with the slip alone (Maxwell-Stefan
/// diffusion): Q_i = slip + G_i a_i / kT (u - change of g_i).
///
/// Pairs with G < 0, as there are in long cells of surfaces in space, exchange as much as leaves
/// fractions between 0 and 1.
template <int dim> class LipidTransport {
public:
  using Index = dealii::types::global_dof_index;
  struct Kind {
    double diffusion;      ///< D dt [nm^2]
    double area_per_kT;    ///< a / kT [nm/pN]
    double reservoir = 0.; ///< area fraction of what comes in through a rim
  };
  /// Chemical potentials [pN/nm] by species (scalar space, ghosted) at given fractions.
  using Potentials = std::function<std::vector<Vector>(const std::vector<Vector> &)>;

  /// On the present shape of the membrane.
  /// @param stalks that connect leaflets in some of the steps
  LipidTransport(const Membrane<dim> &membrane, const std::vector<Stalk> &stalks);

  /// From now on leaflets slip, in steps of dt [us].
  void set_slip(const LeafletSlip &slip, double dt);

  /// One time step of a leaflet.
  /// @param potentials none if empty
  /// @param connected whether the stalks connect this leaflet's lipids
  /// @param slip_sign +1 in the outer, -1 in the inner leaflet, 0 if none slips
  /// @param outflow what the leaflet loses through the rim by slip, node by node [nm^2] (owned;
  ///   negative where it gains)
  /// @param contents amounts at the nodes [nm^2] (owned, by species), before and after
  /// @param fractions those before, after the step those that belong to the contents (ghosted)
  /// @return what left through the rim, by species [nm^2]
  std::vector<double> advance(const std::vector<Kind> &kinds, const Potentials &potentials,
                              bool connected, double slip_sign, const Vector &outflow,
                              std::vector<Vector> &contents, std::vector<Vector> &fractions);

  /// The space with its lumped masses.
  const BoundedDensity<dim> &space() const { return densities; }

private:
  using LocalCell = typename BoundedDensity<dim>::LocalCell;
  /// Of a pair of nodes j < k of a cell: -int grad q_j . grad q_k dA, the area that slips from k to
  /// j [nm^2], and the common force times their distance [pN/nm].
  struct Pair {
    unsigned int j, k;
    double conductance, slip = 0., force = 0.;
  };
  /// What passes from k to j is in * c_k - out * c_j.
  struct Exchange {
    double in, out;
  };
  /// Whether pairs with negative conductance spread, too.
  enum class Pairs { all, positive };
  static Exchange exchange(const Pair &pair, const Kind &kind, double slip_sign,
                           double potential_change, Pairs which);
  /// Nodes that exchange lipids: those of a cell, or those around the ends of a stalk, which all
  /// ranks know and whose pairs are on the first one.
  struct Group {
    std::vector<Index> dofs;
    std::vector<Pair> pairs;
    bool is_stalk;
  };
  /// Values of a field at the nodes of a group. Collective for stalks.
  std::vector<double> values(const Group &group, const Vector &field) const;
  /// Calls function(group) for all groups that take part, in the same order on all ranks.
  template <class Groups, class Function>
  void for_each_group(Groups &groups, const Function &function) const;
  /// Calls function(pair, exchange) for all pairs of a group.
  template <class Function>
  void for_each_pair(const Group &group, const Kind &kind, double slip_sign,
                     const Vector *potential, Pairs which, const Function &function) const;
  void balance(const std::vector<Kind> &kinds, double slip_sign,
               const std::vector<Vector> &fractions, const std::vector<Vector> &potentials);
  /// Sets the fraction (ghosted) that has the content @p right after the exchange.
  void solve(const Kind &kind, double slip_sign, const Vector *potential, Pairs which,
             const Vector &diagonal, const Vector &right, Vector &fraction);
  bool is_bounded(const Vector &fraction) const;
  /// In place of @p unbounded, which solve() gave: a fraction between 0 and 1. @p leaflet is what
  /// the leaflet has at the nodes after the step.
  Vector limited(const Kind &kind, double slip_sign, const Vector *potential,
                 const Vector &diagonal, const Vector &right, const Vector &leaflet,
                 const Vector &unbounded);

  const Membrane<dim> &membrane;
  BoundedDensity<dim> densities;
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
  std::vector<Group> groups; // in the order of the cells of densities, then the stalks
  bool connected = false;
};
} // namespace fusogen

#endif
