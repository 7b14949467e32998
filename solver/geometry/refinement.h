// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_REFINEMENT_H
#define FUSOGEN_GEOMETRY_REFINEMENT_H

#include "geometry/conserved_field.h"
#include "geometry/membrane.h"

#include <functional>
#include <limits>
#include <vector>

namespace fusogen {
/// How large the cells of a surface in space are to be.
struct MeshSizes {
  double largest = std::numeric_limits<double>::infinity(); ///< [nm]
  double smallest = 0.;                                     ///< [nm]
  /// Largest angle [rad] by which the normal may turn across a cell: size times the larger
  /// principal curvature. 2 pi / turn cells go around a neck.
  double turn = 0.5;
  /// How much the size may grow per length along the surface.
  double growth = 0.3;

  /// A place that wants cells of @p size [nm], up to @p reach [nm] from its centre; beyond, cells
  /// may grow as everywhere.
  struct Zone {
    Vector3 centre;
    double size;
    double reach = 0.;
  };
  std::vector<Zone> zones;
};

/// Wanted cell size [nm] at the nodes of the scalar space (ghosted), from the curvature of the
/// present shape and the zones. Collective; the same on any number of ranks.
Vector wanted_cell_size(const Membrane<2> &membrane, const MeshSizes &sizes);

/// Size of a cell [nm]: the longer of the two lines through its centre.
double cell_size(const Membrane<2> &membrane, const Membrane<2>::Cell &cell);

/// Marks for refine_and_coarsen(): +1 for cells larger than @p wanted (at their corners, on
/// average), -1 for those whose parent would still be clearly smaller. Levels are counted from the
/// coarse mesh and stay within the limits given.
std::function<int(const Membrane<2>::Cell &)> marks_by_size(const Membrane<2> &membrane,
                                                            const Vector &wanted,
                                                            unsigned int lowest_level,
                                                            unsigned int highest_level);

/// What lives on a membrane besides its positions and is to follow it to another mesh. All vectors
/// are ghosted; they are replaced by vectors of the new spaces.
struct CarriedFields {
  std::vector<Vector *> scalars; ///< scalar space, interpolated (e.g. tension)
  std::vector<Vector *> vectors; ///< position space, interpolated (e.g. velocity)
  /// Contents of the tension's shape functions, int rho q_j dA (e.g. FlowSystem::material_area).
  /// Merged cells have exactly what their children had, and children what their parent had.
  std::vector<Vector *> areas;
  /// Total and local amounts are conserved, and no density leaves the range of its neighbours'.
  std::vector<ConservedField *> conserved;
};

/// What a change of the mesh did. Refinement does not change the shape at all (children reproduce
/// the polynomial of their parent); coarsening changes it by the error of interpolation.
struct MeshChange {
  bool changed = false;
  unsigned int divided = 0; ///< cells that now are four
  unsigned int merged = 0;  ///< cells that were four
  double area = 0.;         ///< new minus old area [nm^2]
  double volume = 0.;       ///< new minus old volume, see Membrane::volume() [nm^3]
};

/// Divides and merges cells as @p mark says (see Membrane::Adaptation::mark; one level a call) and
/// shares the cells out anew among the ranks, by @p weight if given. Positions and the fields in
/// @p carried go along.
///
/// Whatever else refers to the numbering of the old mesh is void afterwards: make FlowSystem and
/// LipidFields anew, e.g.
///
///   const Vector wanted = wanted_cell_size(membrane, sizes);
///   ConservedField lipid{field.fraction, lipids->amount(field)};
///   Vector area = flow->material_area, tension = flow->tension();
///   flow.reset(); // before the mesh changes under it
///   const MeshChange change = refine_and_coarsen(
///       membrane, marks_by_size(membrane, wanted, lowest, highest),
///       {{&tension}, {}, {&area}, {&lipid}});
///   flow = make_flow(membrane);     // FlowSystem, terms, initialize()
///   flow->set_tension(tension);
///   flow->mesh_moved(area);
///   lipids->mesh_changed({lipid});
MeshChange
refine_and_coarsen(Membrane<2> &membrane, const std::function<int(const Membrane<2>::Cell &)> &mark,
                   const CarriedFields &carried,
                   const std::function<unsigned int(const Membrane<2>::Cell &)> &weight = {});
} // namespace fusogen

#endif
