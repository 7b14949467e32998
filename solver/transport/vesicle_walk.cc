// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transport/vesicle_walk.h"

#include <algorithm>

namespace fusogen {
VesicleWalk::VesicleWalk(const TugOfWar &motors, const Limits &limits, const std::uint32_t seed,
                         const std::uint32_t run)
    : motors(&motors), limits(limits), random(seed, run), kinesins(motors.kinesin.bound_at_start),
      dyneins(motors.dynein.bound_at_start) {
  if (kinesins + dyneins == 0)
    ended = Ending::detached;
  else
    draw_next_change();
}

const TugOfWar::State &VesicleWalk::state() const {
  return ended == Ending::none ? motors->state(kinesins, dyneins) : motors->state(0, 0);
}

void VesicleWalk::draw_next_change() {
  next_change = now + random.waiting_time(motors->state(kinesins, dyneins).total_rate());
}

// Which motor binds or unbinds, in proportion to the rates.
void VesicleWalk::change() {
  const TugOfWar::State &rates = motors->state(kinesins, dyneins);
  double pick = random.uniform() * rates.total_rate();
  if ((pick -= rates.kinesin_binding) < 0.)
    ++kinesins;
  else if ((pick -= rates.kinesin_unbinding) < 0.)
    --kinesins;
  else if ((pick -= rates.dynein_binding) < 0.)
    ++dyneins;
  else if (dyneins > 0)
    --dyneins;
  else // round-off at the upper end of the interval
    --kinesins;
}

bool VesicleWalk::advance(const double until) {
  if (ended != Ending::none)
    return false;
  const double velocity = motors->state(kinesins, dyneins).velocity;
  const double limit = velocity > 0. ? limits.plus : limits.minus;
  const double arrival = velocity != 0. ? now + (limit - travelled) / velocity
                                        : std::numeric_limits<double>::infinity();
  const double next = std::min({until, next_change, arrival});
  motor_time += (kinesins + dyneins) * (next - now);
  travelled += velocity * (next - now);
  now = next;
  if (next == arrival) {
    travelled = limit;
    ended = velocity > 0. ? Ending::plus_limit : Ending::minus_limit;
    return true;
  }
  if (next < next_change)
    return false;
  change();
  if (kinesins + dyneins == 0)
    ended = Ending::detached;
  else
    draw_next_change();
  return true;
}

void VesicleWalk::serialize(StateArchive &state) {
  state.item("walk: time", now);
  state.item("walk: distance", travelled);
  state.item("walk: bound time", motor_time);
  state.item("walk: kinesins", kinesins);
  state.item("walk: dyneins", dyneins);
  state.item("walk: next change", next_change);
  state.item("walk: ending", ended);
  random.serialize(state, "walk: random numbers");
}
} // namespace fusogen
