// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_PORE_FLOW_H
#define FUSOGEN_MECHANICS_PORE_FLOW_H

#include "mechanics/term.h"

namespace fusogen {
/// Whether a point of the membrane lies around the lumen of the vesicle number @p vesicle: above
/// the middle of its neck and, with several vesicles, nearer to this neck than to others in the
/// horizontal. Without necks, never.
bool is_around_lumen(const Vector3 &point, const std::vector<Vector3> &necks, unsigned int vesicle);

/// Water that has to pass the pore as the lumen of a vesicle shrinks or grows. What flows is the
/// rate Q at which the membrane around the lumen displaces volume, and it takes a pressure R Q with
/// the pore's resistance R, so that R Q^2 is dissipated. The pressure is the multiplier of
///   int over the lumen's membrane of displacement . nu dA  =  - p dt / R .
///
/// The lumen's membrane is that of is_around_lumen() at the start of a step.
template <int dim> class PoreFlow : public Term<dim> {
public:
  /// @param vesicle its number from 0
  explicit PoreFlow(unsigned int vesicle) : vesicle(vesicle) {}

  /// From now on the middles of the necks of all vesicles are @p necks, and the resistance of this
  /// vesicle's pore is @p resistance [pN us/nm^5].
  void open(std::vector<Vector3> necks, double resistance);
  /// Nothing is enclosed any more, or not yet connected with the outside.
  void remove() { middles.clear(); }

  /// Pressure in the lumen above that outside [pN/nm^2] in the last step.
  double pressure() const { return -this->multiplier; }

  std::string name() const override {
    return "pore flow" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  double dissipated(const PointState &p) const override;
  bool has_constraint() const override { return true; }
  void add_to_constraint(const PointState &p, PointConstraint &g) const override;
  double constraint_compliance(double dt) const override {
    return middles.empty() ? 1. : dt / resistance;
  }

private:
  /// Volume that the membrane displaces at a point of the lumen [nm^3], area weight included.
  double displaced(const PointState &p) const;

  unsigned int vesicle;
  std::vector<Vector3> middles;
  double resistance = 0.;
};
} // namespace fusogen

#endif
