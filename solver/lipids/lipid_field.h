// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_LIPID_FIELD_H
#define FUSOGEN_LIPIDS_LIPID_FIELD_H

#include "geometry/conserved_field.h"
#include "geometry/membrane.h"
#include "geometry/surface_archive.h"
#include "mechanics/symmetric_direct_solver.h"

#include <memory>
#include <string>
#include <vector>

namespace fusogen {
enum class Leaflet { outer, inner };

/// One species in one leaflet: its area fraction c on the mid-surface, and its content int c q_j dA
/// [nm^2] for each scalar shape function q_j. The content is what is conserved; it moves with the
/// nodes.
struct LipidField {
  std::string species;
  Leaflet leaflet;
  double reservoir_fraction;    ///< area fraction in the membrane beyond the rim
  Vector content;               ///< ghosted; zero at hanging nodes
  Vector fraction;              ///< ghosted; belongs to content and shape
  double left_through_rim = 0.; ///< net amount that passed the rim [nm^2]
};

/// All lipid fields of a membrane: carried with it and diffusing on it,
///   d/dt int c phi dA + D int grad c . grad phi dA = 0
/// on nodes that move with the material (evolving-surface finite elements, Dziuk and Elliott, IMA
/// J. Numer. Anal. 27 (2007) 262), backward Euler in time. The amount of each field changes by
/// round-off only.
template <int dim> class LipidFields {
public:
  /// @param diffusion_coefficient D [nm^2/us]
  LipidFields(const Membrane<dim> &membrane, double diffusion_coefficient);

  /// A new field with the area fraction of @p component 1 and 0 elsewhere.
  void add(const std::string &species, Leaflet leaflet, Component component,
           double reservoir_fraction);

  /// Adds a field with given contents (after a topology event). @p bounded replaces the L2
  /// projection of the content by the lumped one, which smears a sharp front over one cell but, for
  /// surfaces of degree 2, keeps 0 <= c <= 1 (lipids of higher degree have shape functions that
  /// change sign, and overshoot a little); the amount is the same.
  void add(const LipidField &field, bool bounded);

  /// Diffusion over dt [us] on the moved membrane.
  void advance(double dt);

  /// The fields as mesh motion, refinement and coarsening want them, in the order of fields().
  std::vector<ConservedField> conserved() const;
  /// Takes them back when the mesh has changed; on a refined or coarsened mesh, @p fields must be
  /// what was carried along. Anything else that this object lent out, e.g. system_matrix(), is
  /// void.
  void mesh_changed(const std::vector<ConservedField> &fields);

  /// The fields with everything in them; loading replaces those that are there.
  void serialize(SurfaceArchive<dim> &archive);

  std::vector<LipidField> &fields() { return lipid_fields; }
  const std::vector<LipidField> &fields() const { return lipid_fields; }

  /// Amount of a field on the membrane [nm^2].
  double amount(const LipidField &field) const;

  /// Stiffness and mass matrix on the current shape, for spectra: (D int grad.grad, int q q).
  void assemble(double mass_factor, double stiffness_factor);
  const dealii::PETScWrappers::MPI::SparseMatrix &system_matrix() const { return matrix; }

private:
  void setup();
  void times_matrix(const Vector &fraction, Vector &content) const;
  void set(LipidField &field, Vector &fraction) const; // fraction and the content it has
  void solve(LipidField &field);

  const Membrane<dim> &membrane;
  unsigned int mesh_version = 0;
  double diffusion_coefficient;
  std::vector<LipidField> lipid_fields;
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
  std::unique_ptr<SymmetricDirectSolver> solver;
};

/// Amount of a field [nm^2] on the part of a meridian that, counted from the pole at the end of
/// curve @p curve, has the area @p area [nm^2].
double amount_within(const Membrane<1> &membrane, unsigned int curve, const Vector &fraction,
                     double area);
} // namespace fusogen

#endif
