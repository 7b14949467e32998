// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_LIPID_FIELD_H
#define FUSOGEN_LIPIDS_LIPID_FIELD_H

#include "geometry/conserved_field.h"
#include "geometry/surface_archive.h"
#include "lipids/lipid_transport.h"
#include "lipids/species.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fusogen {
/// One species in one leaflet. What is conserved is the amount at each node of the scalar space; an
/// amount is the area on the mid-surface that the lipids take up when at rest. The area fraction is
/// the species' share of all amounts of the leaflet at the node.
struct LipidField {
  std::string species;
  Leaflet leaflet;
  double reservoir_fraction;    ///< area fraction in the membrane beyond the rim
  Vector content;               ///< amounts [nm^2] (ghosted); zero at hanging nodes
  Vector fraction;              ///< ghosted
  double left_through_rim = 0.; ///< net amount that passed the rim [nm^2]
  double flipped_in = 0.;       ///< net amount that came from the other leaflet [nm^2]
};

/// What lipids respond to and act on.
struct LipidForces {
  double thermal_energy;   ///< kT [pN nm]
  double bending_rigidity; ///< kappa, where no species changes it [pN nm]
};

/// The lipids of both leaflets: carried with the membrane and the slip of the leaflets, spreading,
/// drifting to where their shape fits the membrane's, and changing leaflets. See LipidTransport for
/// the scheme and doc/theory.md for the free energy
///   sum over leaflets of int { kT sum_i (c_i / a_i) ln c_i + kappa/4 (+-(H - C0) - J)^2 } dA ,
/// J = sum_i c_i J_i the spontaneous curvature of the leaflet, C0 that of the membrane without its
/// lipids. Amounts change by round-off only, fractions keep to 0..1 and add up to 1.
template <int dim> class LipidFields {
public:
  LipidFields(const Membrane<dim> &membrane, std::vector<Species> species, LipidForces forces);

  /// The species number @p species in a leaflet, with area fractions in the vesicle and in the
  /// plasma membrane; the latter is also in the reservoir beyond the rim.
  /// @param difference int rho q_j dA of two leaflets that slide (scalar space, ghosted; see
  ///   leaflet_elasticity.h), of which the outer one has so much more and the inner one less
  void add(unsigned int species, Leaflet leaflet, double in_vesicle, double in_plasma_membrane,
           const Vector *difference = nullptr);
  /// A field with given contents, its species among those of this object.
  void add(LipidField field);
  /// Gives a field these area fractions and, if given, the amount [nm^2].
  void set_fractions(unsigned int field, const Vector &fraction, const Vector *difference = nullptr,
                     std::optional<double> amount = {});

  /// A time step of dt [us] on the membrane that has moved.
  /// @param normal_moment kappa (C0 - H) [pN] (scalar space, ghosted), kappa and C0 as the lipids
  ///   make them; not needed if they do not shape_membrane()
  /// @param slip of two leaflets, else null
  /// @param stalks that connect outer leaflets
  void advance(double dt, const Vector *normal_moment = nullptr, const LeafletSlip *slip = nullptr,
               const std::vector<Stalk> &stalks = {});

  /// True if a species bends the membrane or makes it softer or stiffer.
  bool shape_membrane() const;
  /// Spontaneous curvature (J_outer - J_inner) / 2 of the membrane by its lipids [1/nm], and its
  /// bending rigidity relative to kappa (scalar space, ghosted).
  Vector spontaneous_curvature() const;
  Vector rigidity() const;
  /// Whether species change leaflets, and how much the outer one gained by it in the last step
  /// [nm^2] (scalar space, ghosted).
  bool flip_flop() const;
  const Vector &flipped() const { return last_flipped; }

  /// Free energy of mixing int kT (c / a) ln c dA of all species and leaflets [pN nm], and what
  /// leaflets of opposite spontaneous curvatures have in common kappa/8 (J_outer + J_inner)^2 dA,
  /// which no shape relieves.
  double mixing_energy() const;
  double frustration_energy() const;

  /// The fields as mesh motion, refinement and coarsening want them, in the order of fields().
  std::vector<ConservedField> conserved() const;
  /// Takes them back when the mesh has changed.
  void mesh_changed(const std::vector<ConservedField> &fields);

  /// The fields with everything in them; loading replaces those that are there.
  void serialize(SurfaceArchive<dim> &archive);

  const std::vector<LipidField> &fields() const { return lipid_fields; }

  /// Amount of a field on the membrane [nm^2], and per area of it (scalar space, ghosted).
  double amount(const LipidField &field) const;
  /// What of it is on a membrane that has not fused [nm^2].
  double amount(const LipidField &field, Component component) const;
  /// The same on the cells for which @p wanted is true; they share no node with others.
  double amount(const LipidField &field,
                const std::function<bool(const typename Membrane<dim>::Cell &)> &wanted) const;
  Vector density(const LipidField &field) const;
  /// The largest relative difference of any field's amount, what left through the rim and what
  /// flipped included, from the one it had [nm^2, in the order of fields()]. Collective.
  double mass_error(const std::vector<double> &initial_amounts) const;

private:
  const Species &species_of(const LipidField &field) const;
  /// Numbers of the fields of a leaflet.
  std::vector<unsigned int> in_leaflet(Leaflet leaflet) const;
  Vector leaflet_content(Leaflet leaflet) const; // owned
  /// sum_i value_i c_i over the species of a leaflet (owned).
  Vector mean(Leaflet leaflet, double Species::*value) const;
  void update_fractions();
  void change_leaflets(double dt);
  Vector ghosted(const Vector &owned) const;

  const Membrane<dim> &membrane;
  std::vector<Species> species;
  LipidForces forces;
  std::vector<LipidField> lipid_fields;
  Vector last_flipped;
};

/// Amount of a field [nm^2] on the part of a meridian that, counted from the pole at the end of
/// curve @p curve, has the area @p area [nm^2].
double amount_within(const Membrane<1> &membrane, unsigned int curve, const Vector &fraction,
                     double area);
} // namespace fusogen

#endif
