// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EXOCYTOSIS_SURFACE_H
#define FUSOGEN_SCENARIO_EXOCYTOSIS_SURFACE_H

#include "geometry/conserved_field.h"
#include "geometry/neck.h"
#include "geometry/refinement.h"
#include "geometry/topology/pore.h"
#include "lipids/lipid_field.h"
#include "scenario/parameters.h"

#include <optional>

namespace fusogen {
/// What differs between the two geometries when a vesicle fuses with a plasma membrane: how their
/// surfaces are made, joined, measured, and how their nodes are kept in order.
template <int dim> class ExocytosisSurface {
public:
  ExocytosisSurface(const Parameters &parameters, MPI_Comm communicator);

  /// Vesicles above a flat membrane: in the meridian one sphere, or what @ref docked_shape says.
  std::unique_ptr<Membrane<dim>> docked();
  /// dim = 1: meridians of plasma membrane (rim to axis) and vesicle (south to north pole) that
  /// have docked; none for a sphere above a plane.
  std::array<std::vector<dealii::Point<2>>, 2> docked_shape;
  bool has_docked_shape() const { return !docked_shape[0].empty(); }

  /// Heights of the docked plasma membrane and vesicle where they are to be joined [nm].
  std::array<double, 2> docking_heights(const Membrane<dim> &membrane) const;

  /// One membrane with a neck to each vesicle, in place of all; or the other way round.
  struct Fused {
    std::unique_ptr<Membrane<dim>> membrane;
    /// Tension space, ghosted [nm^2]; if not given, the new shape's area scaled to that before.
    std::optional<Vector> material_area;
    std::vector<Vector> contents; ///< of the lipids, scalar space, ghosted
    /// Scalar space, ghosted; if empty, what the contents say.
    std::vector<Vector> fractions;
    std::vector<Vector> leaflet_contents;  ///< of the fields of leaflets, as the lipids' contents
    std::vector<Vector> leaflet_densities; ///< likewise, as the lipids' fractions
  };
  /// Throws UserError if Fusion/Gap and Fusion/Initial pore radius do not make a neck.
  /// @p leaflets is FlowSystem::leaflet_fields().
  Fused fuse(const Membrane<dim> &membrane, const Vector &material_area,
             const LipidFields<dim> &lipids, const std::vector<ConservedField> &leaflets);

  /// dim = 2: there is a pore, with one vesicle, that fuse() has not made.
  void set_pore(const Pore &pore) { pores = {pore}; }

  /// Whether the rim has a place, which keep_mesh() puts it back to and membrane passes; else its
  /// material stays there.
  bool membrane_passes_rim = true;

  /// dim = 2: whether the pore's ring is at the neck, as fuse() makes it; else the neck is
  /// somewhere in the rings of coarse cells on its sides, and cut() looks for it.
  bool ring_is_at_neck = true;

  /// Whether a closed neck can be cut: there is no more than one.
  bool can_cut() const { return parameters.vesicle.number() == 1; }
  /// The inverse of fuse() for a single vesicle: cuts its neck. Throws
  /// std::invalid_argument with a sentence if the neck cannot be closed.
  Fused cut(const Membrane<dim> &fused, const Vector &material_area, const LipidFields<dim> &lipids,
            const std::vector<ConservedField> &leaflets);

  /// The neck of each vesicle.
  std::vector<Neck> necks(const Membrane<dim> &fused) const;
  /// Largest distance of a point from the plane of the rim [nm]: a vesicle may lie in a dent below
  /// it.
  double height(const Membrane<dim> &membrane) const;
  /// The largest amount of a field [nm^2] on any part of the fused membrane that has the area
  /// @p area [nm^2]; see largest_amount().
  double amount_within(const Membrane<dim> &fused, const Vector &fraction, double area) const;
  /// Worst quality of a cell, 1 for squares; nan where it has no meaning.
  double mesh_quality(const Membrane<dim> &membrane) const;

  /// Puts the rim back to its place, and nodes that have strayed too far to better ones. The area
  /// that passed the rim outward [nm^2], or nothing if all was well and nothing was changed.
  std::optional<double> keep_mesh(Membrane<dim> &membrane, bool fused, Vector &material_area,
                                  std::vector<ConservedField> &lipids, Vector &tension) const;

  /// Whether the fused membrane has cells that an adaptive mesh would divide or merge.
  bool wants_other_cells(const Membrane<dim> &fused) const;
  /// Divides and merges them, once; see refine_and_coarsen() for what becomes of the fields.
  MeshChange adapt(Membrane<dim> &fused, const CarriedFields &fields) const;

  void serialize(StateArchive &state);

private:
  const Parameters &parameters;
  MPI_Comm communicator;
  // dim = 2, for each vesicle: the coarse cells of the plasma membrane and the vesicle that face
  // each other, later the pore in their place.
  std::vector<std::array<unsigned int, 2>> patches;
  std::vector<Pore> pores;
};
} // namespace fusogen

#endif
