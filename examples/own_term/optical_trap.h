// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef OPTICAL_TRAP_H
#define OPTICAL_TRAP_H

#include <fusogen/base/parameters.h>
#include <fusogen/mechanics/flow_system.h>
#include <fusogen/mechanics/term.h>
#include <fusogen/scenario/parameters.h>
#include <fusogen/scenario/user_term.h>

#include <array>

/// A vesicle in optical tweezers, which act on all of its membrane alike. With the centre x0 of the
/// trap on the axis and the stiffness k_c along each direction c the energy is
///   E = sum over c of int k_c / 2 (x_c - x0_c)^2 dA / A,
/// where A is the vesicle's area: its centre feels springs of the stiffness k_c. After a fusion no
/// vesicle is left to hold.
template <int dim> class OpticalTrap : public fusogen::Term<dim> {
public:
  /// @param stiffness along x, y, z [pN/nm]
  /// @param height z of the trap's centre [nm]
  /// @param area A of the vesicle [nm^2]
  OpticalTrap(const std::array<double, 3> &stiffness, double height, double area)
      : stiffness(stiffness), height(height), area(area) {}

  std::string name() const override { return "optical trap"; }

  // The area of a piece of membrane is that before the step, which its material keeps, so that only
  // the position varies.
  void add_to(const fusogen::PointState &p, fusogen::PointDerivatives &d,
              const bool second) const override {
    for (unsigned int c = 0; c < 3; ++c) {
      const unsigned int i = fusogen::frame::value(c);
      d.displacement_now[i] += per_area(p, c) * distance(p, c);
      if (second)
        d.now_now[i][i] += per_area(p, c);
    }
  }

  double energy(const fusogen::PointState &p) const override {
    double energy = 0.;
    for (unsigned int c = 0; c < 3; ++c)
      energy += 0.5 * per_area(p, c) * distance(p, c) * distance(p, c);
    return energy;
  }

private:
  double per_area(const fusogen::PointState &p, const unsigned int c) const {
    return p.component == fusogen::Component::vesicle ? stiffness[c] * p.before.weight / area : 0.;
  }
  double distance(const fusogen::PointState &p, const unsigned int c) const {
    return p.now.point[c] - (c == 2 ? height : 0.);
  }

  std::array<double, 3> stiffness;
  double height, area;
};

/// Its parameters, section "Optical trap".
class OpticalTrapParameters : public fusogen::UserTermOf<OpticalTrapParameters> {
public:
  std::string name() const override { return "optical trap"; }

  void declare(fusogen::ParameterTable &table) override {
    auto section = table.section("Optical trap");
    section.real("Axial stiffness", axial, "pN/nm", fusogen::non_negative(),
                 "Stiffness along z of the trap that holds the vesicle.");
    section.real("Lateral stiffness", lateral, "pN/nm", fusogen::non_negative(),
                 "The same across z.");
    section.real("Height", height, "nm", fusogen::any(), "z of the trap's centre.");
  }

  template <int dim>
  void add(fusogen::FlowSystem<dim> &flow, const fusogen::Parameters &parameters) const {
    if (axial == 0. && lateral == 0.)
      return;
    const double radius = parameters.vesicle.radius;
    const double area = 4. * dealii::numbers::PI * radius * radius;
    flow.add(OpticalTrap<dim>({lateral, lateral, axial}, height, area));
  }

private:
  double axial = 0., lateral = 0., height = 0.;
};

#endif
