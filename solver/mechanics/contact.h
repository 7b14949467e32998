// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONTACT_H
#define FUSOGEN_MECHANICS_CONTACT_H

#include "geometry/contact_search.h"
#include "mechanics/contact_law.h"
#include "mechanics/term.h"

#include <array>
#include <limits>

namespace fusogen {
/// Which pieces of the membrane interact.
enum class ContactOf {
  /// Vesicle and plasma membrane. Distances count as negative behind the other one, so that the
  /// repulsion grows on.
  two_components,
  /// All pieces that show each other the same side (ContactSearch::with_itself). Distances have no
  /// sign, since nothing tells pieces that have crossed from those that touch with the other side:
  /// the repulsion alone must keep them apart.
  all
};

/// Membranes that come near each other: half of int W dA over either of them, with the distance
/// of each point from the closest point of the other (Derjaguin's approximation, Kolloid-Z. 69
/// (1934) 155, which is right where the radii of curvature are large against the decay lengths).
///
/// The area of the material is that at the start of a step. Forces and stiffness are the exact
/// derivatives of the sum over the quadrature points; what acts on a point acts in reverse on the
/// cell in which its closest point lies.
template <int dim> class Contact : public Term<dim> {
public:
  explicit Contact(const ContactLaw &law, const ContactOf of = ContactOf::two_components)
      : law(law), of(of) {}

  std::string name() const override { return "contact"; }
  bool has_pairs() const override { return true; }
  void begin_pairs(const MixedSpace<dim> &space) override;
  void find_pairs(const MixedSpace<dim> &space) override;
  void for_each_pair(bool second,
                     const std::function<void(const PairSystem &)> &function) const override;
  double pair_energy() const override;

  /// Least distance between mid-surfaces of all pairs [nm], infinite if there is none.
  double least_distance() const { return least; }
  /// Force of the other component on this one [pN]; in the meridian along the axis. Collective.
  Vector3 force_on(Component component) const;

  /// Energy per area and its first two derivatives at a distance between mid-surfaces.
  virtual std::array<double, 3> energy_at(const double distance) const { return law.at(distance); }
  /// Largest distance between mid-surfaces at which there is any [nm].
  virtual double cutoff() const { return law.cutoff(); }

  const ContactLaw law;
  const ContactOf of;

protected:
  /// What a point counts, area included [nm^2]; nothing: it is left out.
  virtual double weight(Component, const SurfacePoint &point) const { return 0.5 * point.weight; }
  std::vector<double> weights; ///< of the quadrature points of the owned cells

private:
  static constexpr unsigned int spacedim = dim + 1;
  // Displacement of x less that of its closest point y, then of that along the tangents of the
  // cell of y and its change with them.
  static constexpr unsigned int n_functionals = spacedim + dim;
  struct Entry {
    dealii::types::global_dof_index dof;
    std::array<double, n_functionals> factor;
  };
  struct Pair {
    double weight, distance;            // see weight(); between mid-surfaces, signed [nm]
    dealii::Tensor<1, spacedim> normal; // from y to x, on the outer side
    dealii::Tensor<2, dim> inverse;     // of the second derivatives of |x - y|^2 / 2 by y's place
    Component component, other;         // of x, of y
    std::vector<Entry> entries;
  };

  using Filter = typename ContactSearch<dim>::Filter;
  struct Search;
  void find_pairs_from(Search &search, const Filter &sources, const ContactMap<dim> &closest);

  MPI_Comm communicator = MPI_COMM_SELF;
  std::vector<Pair> pairs;
  double least = std::numeric_limits<double>::infinity();
};
} // namespace fusogen

#endif
