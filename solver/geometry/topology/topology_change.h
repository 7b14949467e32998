// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_TOPOLOGY_CHANGE_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_TOPOLOGY_CHANGE_H

#include "geometry/topology/gathered_surface.h"
#include "geometry/topology/pore.h"

#include <functional>
#include <memory>
#include <vector>

namespace fusogen {
/// What is counted before and after a topology event.
struct TopologyState {
  double area = 0.; ///< [nm^2]
  /// (1/3) int x.nu dA over all membranes [nm^3]: the enclosed volume of closed ones. With an open
  /// membrane the number depends on the origin, but as the rim does not move, its change is that of
  /// the volume which the membranes part from the cytosol.
  double volume = 0.;
  double material_area = 0.;    ///< [nm^2]; 0 without that field
  std::vector<double> amounts;  ///< int c dA of each fraction and density [nm^2]
  unsigned int components = 0;  ///< connected pieces
  int euler_characteristic = 0; ///< corners - edges + faces of the coarse mesh
  double total_curvature = 0.;  ///< int K dA + int of the geodesic curvature along rims;
                                ///< 2 pi times the Euler characteristic
};

struct TopologyLedger {
  TopologyState before, after;
  /// Change of int kappa_G K dA per kappa_G: 2 pi times the change of the Euler characteristic, as
  /// rims stay as they are; -4 pi for a fusion.
  double gaussian_energy_change() const;
};

/// What a topology event leaves behind.
struct TopologyChange {
  std::unique_ptr<Membrane<2>> membrane;
  Vector material_area; ///< ghosted
  std::vector<Vector> fractions,
      contents; ///< ghosted, in the order of FieldsThroughEvent::fractions
  std::vector<Vector> densities, density_contents; ///< likewise
  /// Numbers of coarse cells and vertices of the new membrane by those of the old one; invalid
  /// (dealii::numbers::invalid_unsigned_int) if they are gone. See Pore::renumbered().
  std::vector<unsigned int> new_cells, new_vertices;
  /// fuse(): where the new pore is.
  Pore pore;
  /// cut(): the coarse cells that close the first and the second membrane, where they may dock
  /// again.
  std::array<unsigned int, 2> patches = {
      {dealii::numbers::invalid_unsigned_int, dealii::numbers::invalid_unsigned_int}};
  TopologyLedger ledger;
};

/// Puts amounts and material area before and after an event into its ledger; collective.
void complete(TopologyLedger &ledger, const FieldsThroughEvent &fields,
              const TopologyChange &change);

/// Measures a membrane; collective.
TopologyState topology_state(const Membrane<2> &membrane);

/// Area [nm^2] of the leaves, or of the coarse cells, for which @p wanted is true; collective.
double area_of(const Membrane<2> &membrane,
               const std::function<bool(const dealii::CellId &leaf)> &wanted);
double area_of(const Membrane<2> &membrane, const std::vector<bool> &wanted);

/// Corners - edges + faces of the surface: 2 for each closed piece without handles, 1 for a disc.
int euler_characteristic(const CoarseMesh<2> &mesh);

/// For each coarse cell the number of the connected piece that it belongs to; they are numbered in
/// the order of their first cells.
template <int dim> std::vector<unsigned int> connected_pieces(const CoarseMesh<dim> &mesh);

/// int K dA over the surface plus the integral of the geodesic curvature along its rims; by the
/// theorem of Gauss and Bonnet 2 pi times the Euler characteristic. K dA is the area of the image
/// of the Gauss map, for normals that are averaged at the nodes and interpolated. Collective.
double total_curvature(const Membrane<2> &membrane);
} // namespace fusogen

#endif
