// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_SNARES_H
#define FUSOGEN_MECHANICS_SNARES_H

#include "mechanics/contact.h"
#include "mechanics/neck_ring.h"

#include <optional>
#include <vector>

namespace fusogen {
/// SNARE complexes between a vesicle and the plasma membrane, equally spaced on a ring or, between
/// docked membranes in space, at given positions.
struct SnareRing {
  int number = 0;     ///< N
  double radius = 7.; ///< of the ring between the docked membranes [nm]
  /// Of each complex from the axis of the docked vesicle [nm]; empty: on the ring.
  std::vector<double> positions_x, positions_y;
  double width = 1.;     ///< of the ring or position, over which forces are spread [nm]
  double thickness = 2.; ///< b of a bundle of four helices (Wu et al., eLife 6 (2017) e22964) [nm]
  double assembled_distance = 4.; ///< of the mid-surfaces, when complexes are fully zipped [nm]
  double offset = 3.;             ///< of a bundle's axis from the mid-surface of the neck [nm]
  /// Force with which a complex pulls its ends together [pN] by how far these are from where they
  /// are when it is fully zipped [nm]; linear between the points, 0 beyond them. By default 17 pN
  /// (Gao et al., Science 337 (2012) 1340) over the length on which it does the work of 65 kT.
  std::vector<double> extensions = {0., 1., 15.73, 16.73}, forces = {0., 17., 17., 0.};

  /// Energy of a complex relative to the unzipped one [pN nm] and its first two derivatives.
  std::array<double, 3> zippering(double extension) const;
  /// Work that a complex can do [pN nm]: the integral of the force.
  double total_energy() const;
};

/// The pull of N complexes that zip up: N times the mean of SnareRing::zippering() over the
/// vesicle's material on the ring, or the sum of its means around the given positions, the
/// extension being the distance of the closest point of the plasma membrane less that of assembled
/// complexes. Pairs of points as in Contact, so that forces balance to round-off.
template <int dim> class Zippering : public Contact<dim> {
public:
  /// @param centre of the ring, origin of the positions; its height does not count
  Zippering(const SnareRing &snares, const Vector3 &centre)
      : Contact<dim>(ContactLaw()), snares(snares), centre(centre) {}

  std::string name() const override { return "SNARE zippering"; }
  void begin_pairs(const MixedSpace<dim> &space) override;
  std::array<double, 3> energy_at(double distance) const override;
  double cutoff() const override;

protected:
  double weight(Component component, const SurfacePoint &point) const override;

private:
  SnareRing snares;
  Vector3 centre;
  std::optional<unsigned int> position; // whose weight is asked for; none: the ring
};

/// Crowding of N complexes, fully zipped and in one membrane, around the neck of a pore: hard rods
/// of the thickness b on the circle of radius rho + offset, which has the excess free energy of a
/// one-dimensional gas (Tonks, Phys. Rev. 50 (1936) 955)
///   U = - N kT ln(1 - x) ,   x = N b / (2 pi (rho + offset)) ,
/// relative to complexes without thickness. Beyond x = 0.9, where they hardly fit and real ones
/// would leave the ring, the logarithm goes on as its Taylor polynomial of second degree. The
/// entropic force that dilates pores is that of Wu et al., eLife 6 (2017) e22964, who count tilted
/// complexes and membrane anchors, too.
template <int dim> class SnareCrowding : public NeckRing<dim> {
public:
  /// @param thermal_energy kT [pN nm]
  SnareCrowding(const SnareRing &snares, const double thermal_energy, const unsigned int vesicle)
      : NeckRing<dim>(snares.width), snares(snares), kT(thermal_energy), vesicle(vesicle) {}

  std::string name() const override {
    return "SNARE crowding" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  std::array<double, 3> potential(double rho) const override;

private:
  SnareRing snares;
  double kT;
  unsigned int vesicle;
};
} // namespace fusogen

#endif
