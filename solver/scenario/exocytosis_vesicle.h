// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_SCENARIO_EXOCYTOSIS_VESICLE_H
#define FUSOGEN_SCENARIO_EXOCYTOSIS_VESICLE_H

#include "cargo/lumen.h"
#include "geometry/neck.h"
#include "geometry/surface_values.h"
#include "scenario/arrest.h"

#include <string>

namespace fusogen {
/// What becomes of one of the vesicles of an exocytosis.
struct ExocytosisVesicle {
  enum Stage {
    docked = 0,
    open = 1, ///< one membrane with the plasma membrane
    cut = 2   ///< it has left: its neck was cut
  };

  ExocytosisVesicle(const Lumen &lumen, const ArrestWatch &arrest) : lumen(lumen), arrest(arrest) {}

  Stage stage = docked;
  Lumen lumen;
  ArrestWatch arrest;
  double flat_since = -1.; ///< when the membrane around it became flat [us], negative before

  /// When it was cut, jump of the energy, area and volume of what has left, volume of the lumen
  /// before.
  struct Closing {
    double time = 0., energy = 0., area = 0., volume = 0., lumen_volume = 0.;
  } closing;

  // These are observed after each step.
  Neck neck;          ///< of the pore; zero without one
  Vector3 place;      ///< middle of the neck; without one, of the vesicle [nm]
  double height = 0.; ///< of the plasma membrane around it, from the plane of the rim [nm]

  bool is_open() const { return stage == open; }
  bool is_flat() const { return stage == open && flat_since >= 0.; }
  /// What the column `pore state` says.
  int pore_state() const { return is_flat() ? 3 : static_cast<int>(stage); }
  /// If it was flat before this time already.
  bool was_flat(const double time) const { return is_flat() && time > flat_since; }

  /// @param number of the vesicle, from 1
  void serialize(StateArchive &state, const unsigned int number) {
    const std::string name = " of vesicle " + std::to_string(number);
    state.item("stage" + name, stage);
    lumen.serialize(state, number);
    arrest.serialize(state, "arrest" + name);
    state.item("flat since" + name, flat_since);
    state.item("time of closing" + name, closing.time);
    state.item("energy change at closing" + name, closing.energy);
    state.item("area at closing" + name, closing.area);
    state.item("volume at closing" + name, closing.volume);
    state.item("lumen volume at closing" + name, closing.lumen_volume);
  }
};
} // namespace fusogen

#endif
