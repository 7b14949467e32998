// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_MIXED_SPACE_H
#define FUSOGEN_MECHANICS_MIXED_SPACE_H

#include "mechanics/cell_assembly.h"

#include <deal.II/lac/affine_constraints.h>

#include <map>

namespace fusogen {
/// What is held at an open edge; ends of a meridian on the axis need no condition of the user's.
struct EdgeCondition {
  bool radius_fixed = false; ///< else the edge may slide in its plane
  bool height_fixed = false;
  bool moment_free =
      false; ///< bending moment zero; else the slope is clamped, see Bending::clamp()
  /// Two leaflets slip across the edge and exchange molecules with a membrane at rest beyond it, so
  /// that the potential is zero there; else they do not slip at the edge.
  bool leaflets_at_rest_beyond = false;
  /// In space, two leaflets slip along the sides of a rectangle parallel to x and y, but not across
  /// them: beyond them the membrane goes on as its mirror image.
  bool leaflets_slip_along = false;
};

/// How the leaflets of a bilayer move.
enum class Leaflets {
  single,         ///< as one
  two,            ///< they slide along each other
  area_difference ///< so easily that their density difference is in equilibrium along the membrane
};

/// The unknowns of a time step in one numbering: displacement and moment (both in the membrane's
/// position space) and tension, with hanging nodes and edge conditions as constraints; with two
/// leaflets also the slip (position space) and the potential of their density difference (scalar
/// space), see leaflet_elasticity.h.
template <int dim> class MixedSpace {
public:
  static constexpr int spacedim = dim + 1;
  using Index = dealii::types::global_dof_index;
  using Cell = typename Membrane<dim>::Cell;
  /// Owned pairs (dof of the membrane's space, dof of the mixed system).
  using FieldMap = std::vector<std::pair<Index, Index>>;
  enum Block : unsigned int { displacement = 0, moment = 1, tension = 2, slip = 3, potential = 4 };

  MixedSpace(const Membrane<dim> &membrane, std::map<Edge, EdgeCondition> edge_conditions,
             Leaflets leaflets = Leaflets::single);

  /// What is counted from the start of a step: displacement and slip.
  std::array<const FieldMap *, 2> increments() const { return {&displacement_map, &slip_map}; }

  Vector vector(bool ghosted) const;
  unsigned int dofs_per_cell() const { return element.n_dofs_per_cell(); }
  /// Block of local dof i and its index in the block (node * spacedim + component, or number of the
  /// tension's shape function).
  std::pair<unsigned int, unsigned int> block_index(const unsigned int i) const {
    return local_index[i];
  }

  /// Block of a component of the element.
  Block block_of_component(unsigned int component) const;

  /// What the nodes of @p cell carry if @p solution (ghosted) holds all unknowns. The mark of
  /// the pole is left alone.
  void get(const Cell &cell, const Vector &solution, CellUnknowns<dim> &unknowns) const;

  /// Whether a degree of freedom that block_index() calls @p block and @p index in @p cell is held
  /// by an edge condition.
  bool is_fixed(const Cell &cell, unsigned int index, Block block) const;

  const Membrane<dim> &membrane;
  const Leaflets leaflets;
  dealii::FESystem<dim, spacedim> element;
  dealii::DoFHandler<dim, spacedim> dof_handler;
  dealii::AffineConstraints<double> constraints;
  dealii::IndexSet owned, relevant;
  FieldMap displacement_map, moment_map, tension_map, slip_map, potential_map;
  /// The part of potential_map at edges where the potential is held at zero.
  FieldMap reservoir_map;

private:
  std::map<Edge, EdgeCondition> edge_conditions;
  std::vector<unsigned int> piece_of_coarse_cell;
  std::vector<std::pair<unsigned int, unsigned int>> local_index;
  /// Whether a node of the vector and of the scalar fields is on a face: [face][node].
  std::vector<std::vector<bool>> vector_on_face, scalar_on_face;
};
} // namespace fusogen

#endif
