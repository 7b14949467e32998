// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EXOCYTOSIS_SURFACE_H
#define FUSOGEN_SCENARIO_EXOCYTOSIS_SURFACE_H

#include "geometry/conserved_field.h"
#include "geometry/neck.h"
#include "geometry/refinement.h"
#include "geometry/topology/topology_change.h"
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

  /// Where plasma membrane and this docked vesicle are to be joined: a point of each [nm]. In space
  /// throws std::invalid_argument with a sentence if there is no such place any more.
  std::array<dealii::Point<3>, 2> docking_points(const Membrane<dim> &membrane,
                                                 unsigned int vesicle) const;

  /// A membrane with a neck in place of a docked vesicle, or the other way round.
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
  /// Makes a neck to each of these docked @p vesicles. Throws std::invalid_argument with a sentence
  /// if the membranes, Fusion/Gap and Fusion/Initial pore radius do not make a neck.
  /// @p leaflets is FlowSystem::leaflet_fields().
  Fused fuse(const Membrane<dim> &membrane, const Vector &material_area,
             const LipidFields<dim> &lipids, const std::vector<ConservedField> &leaflets,
             const std::vector<unsigned int> &vesicles);

  /// dim = 2: there is a pore, with one vesicle, that fuse() has not made.
  void set_pore(const Pore &pore) { pores[0] = pore; }

  /// Whether the rim has a place, which keep_mesh() puts it back to and membrane passes; else its
  /// material stays there.
  bool membrane_passes_rim = true;

  /// dim = 2: whether the pore's ring is at the neck, as fuse() makes it; else the neck is
  /// somewhere in the rings of coarse cells on its sides, and cut() looks for it.
  bool ring_is_at_neck = true;

  /// The inverse of fuse() for one vesicle: cuts its neck. Throws
  /// std::invalid_argument with a sentence if the neck cannot be closed.
  Fused cut(const Membrane<dim> &fused, const Vector &material_area, const LipidFields<dim> &lipids,
            const std::vector<ConservedField> &leaflets, unsigned int vesicle = 0);

  /// The neck of each vesicle; all zero for one without a pore.
  std::vector<Neck> necks(const Membrane<dim> &fused) const;

  /// For a vesicle without a pore, the number of its piece of the membrane (connected_pieces()).
  unsigned int piece(const Membrane<dim> &membrane, unsigned int vesicle) const;
  /// For each vesicle, how far the plasma membrane around it goes from the plane of the rim [nm]:
  /// points belong to the nearest of these places by horizontal distance, one for each vesicle.
  std::vector<double> heights(const Membrane<dim> &membrane,
                              const std::vector<Vector3> &places) const;
  /// Largest distance of a point from the plane of the rim [nm]: a vesicle may lie in a dent below
  /// it.
  double height(const Membrane<dim> &membrane) const;
  /// The largest amount of a field [nm^2] on any part of the plasma membrane, with the vesicles
  /// that have fused, that has the area
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
  // each other (invalid while there is a pore in their place), and the pore (empty while there is
  // none).
  std::vector<std::array<unsigned int, 2>> patches;
  std::vector<Pore> pores;
  // After a topology event, all but those of @p vesicle have the numbers of the new mesh.
  void renumber(const TopologyChange &change, unsigned int vesicle);
};
} // namespace fusogen

#endif
