// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_ENCLOSED_VOLUME_H
#define FUSOGEN_MECHANICS_ENCLOSED_VOLUME_H

#include "mechanics/term.h"

#include <optional>

namespace fusogen {
/// The volume V enclosed by the vesicle (by all of them, or by one), either held at a target (the
/// multiplier is then the pressure difference p = p_in - p_out), held there by the osmotic pressure
/// of what is dissolved on both sides, p = K (1 - V / target), or under a given pressure
/// difference: energy -p V.
template <int dim> class EnclosedVolume : public Term<dim> {
public:
  /// A vesicle that keeps its volume @p target [nm^3].
  static EnclosedVolume fixed(double target) { return EnclosedVolume(true, target, 0.); }
  /// A vesicle whose water has come to osmotic equilibrium at the volume @p target [nm^3].
  /// @param modulus K = kT times the concentration of all that is dissolved [pN/nm^2]
  static EnclosedVolume osmotic(double target, double modulus) {
    EnclosedVolume result(true, target, 0.);
    result.compliance = target / modulus;
    return result;
  }
  /// The same with the pressure difference that it has at its @p volume now.
  static EnclosedVolume osmotic(double target, double modulus, double volume) {
    EnclosedVolume result = osmotic(target, modulus);
    result.set_volume(volume);
    return result;
  }
  /// Something else than a step has changed the volume to this one, in osmotic equilibrium.
  void set_volume(const double volume) { this->multiplier = (target - volume) / compliance; }
  /// A vesicle under a pressure difference [pN/nm^2], inside minus outside.
  static EnclosedVolume under_pressure(double pressure) {
    return EnclosedVolume(false, 0., pressure);
  }

  /// The same of one of several vesicles: its number from 0, and that of its piece of the membrane
  /// (connected_pieces()).
  EnclosedVolume of_vesicle(const unsigned int number, const unsigned int its_piece) const {
    EnclosedVolume result = *this;
    result.vesicle = number;
    result.piece = its_piece;
    return result;
  }

  std::string name() const override {
    return "pressure" + (vesicle == 0 ? "" : " " + std::to_string(vesicle + 1));
  }
  void add_to(const PointState &p, PointDerivatives &d, bool second) const override;
  double energy(const PointState &p) const override;
  bool has_constraint() const override { return is_fixed; }
  void add_to_constraint(const PointState &p, PointConstraint &g) const override;
  double constraint_offset() const override { return target; }
  double constraint_compliance(double) const override { return compliance; }
  double constraint_energy() const override {
    return 0.5 * compliance * this->multiplier * this->multiplier;
  }
  void serialize(StateArchive &state, const std::string &name) override {
    Term<dim>::serialize(state, name);
    state.item(name + ": target volume", target);
  }

  double target;

private:
  EnclosedVolume(bool is_fixed, double target, double pressure)
      : target(target), is_fixed(is_fixed), pressure(pressure) {}
  bool encloses(const PointState &p) const {
    return p.component == Component::vesicle && (!piece || p.piece == *piece);
  }

  unsigned int vesicle = 0;
  std::optional<unsigned int> piece; // none: all that are closed
  bool is_fixed;
  double pressure;
  double compliance = 0.; // [nm^5/pN]
};
} // namespace fusogen

#endif
