// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_APPLIED_FORCE_H
#define FUSOGEN_MECHANICS_APPLIED_FORCE_H

#include "mechanics/term.h"

namespace fusogen {
/// A point force along z at the membrane's highest point (its pole): either a given force F, energy
/// -F z, or whatever force holds the pole at a given height; the multiplier is then that force,
/// positive when it pulls upward.
template <int dim> class PoleForce : public Term<dim> {
public:
  /// @param force F [pN]
  static PoleForce given(double force) { return PoleForce(false, force, 0.); }
  /// @param height z of the pole [nm]
  static PoleForce holding(double height) { return PoleForce(true, 0., height); }

  std::string name() const override { return "pole force"; }
  void add_to_nodes(const NodalState &cell, std::vector<double> &derivative) const override;
  double nodal_energy(const NodalState &cell) const override;
  bool has_constraint() const override { return holds_height; }
  double add_to_nodal_constraint(const NodalState &cell,
                                 std::vector<double> &derivative) const override;
  double constraint_offset() const override { return height; }

  double force, height;

private:
  PoleForce(bool holds_height, double force, double height)
      : force(force), height(height), holds_height(holds_height) {}
  bool holds_height;
};

/// A force along z on the vesicle as a whole, spread over the area of its material: energy -F z
/// with the mean height z.
template <int dim> class VesicleForce : public Term<dim> {
public:
  /// @param force F [pN]
  /// @param area of the vesicle [nm^2]
  VesicleForce(double force, double area) : force(force), area(area) {}
  std::string name() const override { return "vesicle force"; }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;

  double force, area;

private:
  double per_area(const PointState &p) const {
    return p.component == Component::vesicle ? force / area : 0.;
  }
};

} // namespace fusogen

#endif
