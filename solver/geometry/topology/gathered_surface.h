// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_GATHERED_SURFACE_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_GATHERED_SURFACE_H

#include "geometry/cell_map.h"
#include "geometry/membrane.h"

#include <deal.II/fe/fe_dgp.h>
#include <deal.II/grid/cell_id.h>

#include <map>
#include <vector>

namespace fusogen {
/// What a membrane carries through a topology event.
struct FieldsThroughEvent {
  /// The area of the material int q_j dA of the tension's shape functions [nm^2] (ghosted), see
  /// FlowSystem::material_area.
  const Vector *material_area = nullptr;
  /// Area fractions between 0 and 1 (scalar space, ghosted), each with its amount int c dA [nm^2].
  std::vector<std::pair<const Vector *, double>> fractions;
  /// Densities of any sign, likewise.
  std::vector<std::pair<const Vector *, double>> densities;

  /// Fractions, then densities.
  std::vector<std::pair<const Vector *, double>> all() const {
    auto result = fractions;
    result.insert(result.end(), densities.begin(), densities.end());
    return result;
  }
};

/// A surface in space with the fields on it, whole on each rank, for what happens rarely and is
/// decided on the whole surface: topology events. Points are named by the coarse cell and the
/// place in its unit square, in the order of the membrane's CoarseMesh.
class GatheredSurface {
public:
  /// What the coarse cells of a gathered surface are: those of the membrane, or its leaves, in the
  /// order of their names (Membrane::cell_id()), for events that need loops of edges as close to
  /// each other as there are.
  enum class CoarseCells { of_membrane, leaves };

  /// Collects the leaves of all ranks; collective. Throws std::invalid_argument with a sentence if
  /// leaves are to be coarse cells and there are hanging nodes among them.
  GatheredSurface(const Membrane<2> &membrane, const FieldsThroughEvent &fields,
                  CoarseCells coarse_cells = CoarseCells::of_membrane);
  GatheredSurface(const GatheredSurface &) = delete;

  const CoarseMesh<2> &mesh() const { return coarse_mesh; }
  unsigned int degree() const { return nodes.n_nodes_1d() - 1; }
  unsigned int n_fields() const { return scalar_fields; }

  /// Position [nm] and its derivatives by the unit square's coordinates at the point @p p of the
  /// coarse cell @p cell.
  CellMap<2>::Value value(unsigned int cell, const dealii::Point<2> &p) const;
  /// The value of scalar field @p field there.
  double scalar(unsigned int field, unsigned int cell, const dealii::Point<2> &p) const;

  /// Outward unit normal there.
  dealii::Tensor<1, 3> normal(unsigned int cell, const dealii::Point<2> &p) const;

  /// The coarse cell that a leaf of the membrane is in, or has become.
  unsigned int cell_of(const dealii::CellId &leaf) const {
    return number_of_leaf.empty() ? leaf.get_coarse_cell_id() : number_of_leaf.at(leaf);
  }

  /// Whether there are leaves that are not coarse cells.
  bool has_refined_cells() const { return tree.size() > coarse_mesh.cells.size(); }

  /// How often the coarse cell was refined around the point.
  unsigned int level(unsigned int cell, const dealii::Point<2> &p) const;

  /// The material's area per area at the point: the polynomial whose integrals are those of the
  /// leaf.
  double material_density(unsigned int cell, const dealii::Point<2> &p) const;

  /// Whether the derivatives turn clockwise seen from outside in this coarse cell.
  bool inward(unsigned int cell) const { return coarse_mesh.cells[cell].material_id % 2 == 1; }

private:
  struct Leaf {
    std::vector<double> positions;
    std::vector<std::vector<double>> scalars;
    std::vector<double> density; // coefficients of the tension's polynomials
  };
  struct Node {
    std::array<int, 4> children = {{-1, -1, -1, -1}};
    int leaf = -1;
  };
  struct Place {
    const Leaf *leaf;
    dealii::Point<2> xi;
    unsigned int level;
  };
  Place locate(unsigned int cell, dealii::Point<2> p) const;
  void make_leaves_coarse(const Membrane<2> &membrane);

  CoarseMesh<2> coarse_mesh;
  CellNodes<2> nodes, scalar_nodes;
  dealii::FE_DGP<2> tension_element;
  unsigned int scalar_fields;
  std::vector<Leaf> leaves;
  std::vector<Node> tree;                                // the first ones are the coarse cells
  std::map<dealii::CellId, unsigned int> number_of_leaf; // where leaves are coarse cells
};
} // namespace fusogen

#endif
