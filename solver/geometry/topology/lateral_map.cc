// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/lateral_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusogen {
using namespace dealii;

LateralFrame::LateralFrame(const Point<3> &origin, const Tensor<1, 3> &axis)
    : origin(origin), axis(axis / axis.norm()) {
  e1[std::abs(this->axis[0]) < 0.9 ? 0 : 1] = 1.;
  e1 -= (e1 * this->axis) * this->axis;
  e1 /= e1.norm();
  e2 = cross_product_3d(this->axis, e1);
}

LateralMap::LateralMap(const GatheredSurface &surface, const std::vector<unsigned int> &cells,
                       const LateralFrame &frame)
    : surface(surface), frame(frame) {
  constexpr unsigned int n = 8;
  for (const unsigned int cell : cells)
    for (unsigned int i = 0; i <= n; ++i)
      for (unsigned int j = 0; j <= n; ++j) {
        const Point<2> p(static_cast<double>(i) / n, static_cast<double>(j) / n);
        samples.emplace_back(Point<3>(surface.value(cell, p).x), LateralPlace{cell, p});
        size = std::max(size, samples.back().first.distance(samples.front().first));
      }
}

void LateralMap::scale_about(const Point<3> &centre, const double new_factor) {
  fixed = centre;
  factor = new_factor;
}

CellMap<2>::Value LateralMap::value(const LateralPlace &place) const {
  CellMap<2>::Value v = surface.value(place.cell, place.p);
  v.x = scaled(v.x);
  for (unsigned int d = 0; d < 2; ++d) {
    v.first[d] *= factor;
    for (unsigned int e = 0; e < 2; ++e)
      v.second[d][e] *= factor;
  }
  return v;
}

bool LateralMap::find(const Point<2> &lateral, LateralPlace &place) const {
  // Starts, the nearest first; cells next to each other may have to hand over.
  std::vector<std::pair<double, const LateralPlace *>> starts;
  for (const auto &[x, there] : samples) {
    const double distance = frame.lateral(scaled(x)).distance(lateral);
    if (starts.empty() || starts.back().second->cell != there.cell)
      starts.emplace_back(distance, &there);
    else if (distance < starts.back().first)
      starts.back() = {distance, &there};
  }
  std::sort(starts.begin(), starts.end(),
            [](const auto &a, const auto &b) { return a.first < b.first; });

  for (const auto &[distance, start] : starts) {
    // Newton's method, held in the cell. The derivatives jump a little between leaves, which it
    // survives: each crossing leaves but that share of the distance.
    place = *start;
    double last = std::numeric_limits<double>::max();
    for (unsigned int iteration = 0; iteration < 60; ++iteration) {
      const CellMap<2>::Value v = value(place);
      const Tensor<1, 2> gap = lateral - frame.lateral(v.x);
      if (gap.norm() < 1e-13 * size)
        return true;
      if (iteration > 30 && gap.norm() >= last) {
        if (gap.norm() < 1e-10 * size)
          return true;
        break;
      }
      last = gap.norm();
      const double a = v.first[0] * frame.e1, b = v.first[1] * frame.e1, c = v.first[0] * frame.e2,
                   d = v.first[1] * frame.e2, det = a * d - b * c;
      if (det == 0.)
        break;
      place.p = Point<2>(std::clamp(place.p[0] + (d * gap[0] - b * gap[1]) / det, 0., 1.),
                         std::clamp(place.p[1] + (a * gap[1] - c * gap[0]) / det, 0., 1.));
    }
  }
  return false;
}

LateralHeight LateralMap::height(const LateralPlace &place) const {
  const CellMap<2>::Value v = value(place);
  const double a = v.first[0] * frame.e1, b = v.first[1] * frame.e1, c = v.first[0] * frame.e2,
               d = v.first[1] * frame.e2, det = a * d - b * c;
  const double h0 = v.first[0] * frame.axis, h1 = v.first[1] * frame.axis;
  LateralHeight result;
  result.height = frame.height(v.x);
  result.gradient[0] = (d * h0 - c * h1) / det;
  result.gradient[1] = (a * h1 - b * h0) / det;
  return result;
}
} // namespace fusogen
