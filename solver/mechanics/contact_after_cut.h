// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_MECHANICS_CONTACT_AFTER_CUT_H
#define FUSOGEN_MECHANICS_CONTACT_AFTER_CUT_H

#include "mechanics/contact.h"

#include <algorithm>

namespace fusogen {
/// Contact of a vesicle and the plasma membrane whose neck has just been cut. The mid-surfaces of
/// the caps are nearer to each other than bilayers can be, and the law alone would blow them apart.
/// So the distance is counted from a thickness that begins five decay lengths of the hydration
/// below their least distance, where the repulsion is exp(-5) of that at contact. It follows the
/// least distance at the start of each step, at these five lengths, up to the thickness of a
/// bilayer, and never falls: the membranes come apart gently, and are kept from coming nearer at
/// any time.
template <int dim> class ContactAfterCut : public Contact<dim> {
public:
  explicit ContactAfterCut(const ContactLaw &law) : Contact<dim>(law) {}

  void begin_pairs(const MixedSpace<dim> &space) override {
    Contact<dim>::begin_pairs(space);
    this->find_pairs(space);
    thickness =
        std::max(thickness, std::min(this->law.thickness,
                                     this->least_distance() - 5. * this->law.hydration_decay));
  }
  std::array<double, 3> energy_at(const double distance) const override {
    return this->law.at(distance + this->law.thickness - thickness);
  }
  void serialize(StateArchive &state, const std::string &name) override {
    Contact<dim>::serialize(state, name);
    state.item(name + ": thickness", thickness);
  }

private:
  double thickness = -std::numeric_limits<double>::infinity(); // that counts now [nm]
};
} // namespace fusogen

#endif
