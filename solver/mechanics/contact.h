// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONTACT_H
#define FUSOGEN_MECHANICS_CONTACT_H

#include "geometry/contact_search.h"
#include "mechanics/term.h"

#include <array>
#include <limits>

namespace fusogen {
/// The energy per area of two parallel membranes whose surfaces are d apart,
///   W(d) = P0 xi exp(-d / xi) - w exp(-d / zeta):
/// hydration repulsion with the pressure P0 at contact and the decay length xi (R. P. Rand and
/// V. A. Parsegian, Biochim. Biophys. Acta 988 (1989) 351) and an adhesion of longer range. It
/// is cut off where both are below 1e-10 of what they are at contact.
struct ContactLaw {
  double hydration_pressure = 0.; ///< P0 [pN/nm^2]
  double hydration_decay = 0.2;   ///< xi [nm]
  double adhesion_energy = 0.;    ///< w [pN/nm]
  double adhesion_decay = 1.;     ///< zeta [nm]
  double thickness = 4.; ///< of a bilayer: what d is less than the mid-surfaces' distance [nm]

  double cutoff() const; ///< of the distance between mid-surfaces [nm]
  /// W and its first two derivatives at a distance between mid-surfaces.
  std::array<double, 3> at(double distance) const;
};

/// Two membranes that come near each other: half of int W dA over either of them, with the distance
/// of each point from the closest point of the other (Derjaguin's approximation, Kolloid-Z. 69
/// (1934) 155, which is right where the radii of curvature are large against the decay lengths).
///
/// The area of the material is that at the start of a step. Forces and stiffness are the exact
/// derivatives of the sum over the quadrature points; what acts on a point acts in reverse on the
/// cell in which its closest point lies. Distances count as negative behind the other membrane, so
/// that the repulsion grows on.
template <int dim> class Contact : public Term<dim> {
public:
  explicit Contact(const ContactLaw &law) : law(law) {}

  std::string name() const override { return "contact"; }
  bool has_pairs() const override { return true; }
  void begin_pairs(const MixedSpace<dim> &space) override;
  void find_pairs(const MixedSpace<dim> &space) override;
  void for_each_pair(bool second,
                     const std::function<void(const PairSystem &)> &function) const override;
  double pair_energy() const override;

  /// Least distance between mid-surfaces of all pairs [nm], infinite if there is none.
  double least_distance() const { return least; }
  /// Force of the other membrane on this one [pN]; in the meridian along the axis. Collective.
  Vector3 force_on(Component component) const;

  const ContactLaw law;

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
    double weight, distance;            // half the area [nm^2]; between mid-surfaces, signed [nm]
    dealii::Tensor<1, spacedim> normal; // from y to x, on the outer side
    dealii::Tensor<2, dim> inverse;     // of the second derivatives of |x - y|^2 / 2 by y's place
    Component component;                // of x
    std::vector<Entry> entries;
  };
  MPI_Comm communicator = MPI_COMM_SELF;
  std::vector<double> weights; // of the quadrature points of the owned cells
  std::vector<Pair> pairs;
  double least = std::numeric_limits<double>::infinity();
};
} // namespace fusogen

#endif
