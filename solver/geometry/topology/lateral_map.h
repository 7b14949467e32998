// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_TOPOLOGY_LATERAL_MAP_H
#define FUSOGEN_GEOMETRY_TOPOLOGY_LATERAL_MAP_H

#include "geometry/topology/gathered_surface.h"

#include <vector>

namespace fusogen {
/// An axis with the plane across it: right-handed (e1, e2, axis).
struct LateralFrame {
  LateralFrame(const dealii::Point<3> &origin, const dealii::Tensor<1, 3> &axis);
  dealii::Point<3> origin;
  dealii::Tensor<1, 3> axis, e1, e2;

  /// Lateral coordinates of a point, and its height along the axis [nm].
  dealii::Point<2> lateral(const dealii::Tensor<1, 3> &x) const {
    return {(x - origin) * e1, (x - origin) * e2};
  }
  double height(const dealii::Tensor<1, 3> &x) const { return (x - origin) * axis; }
};

/// A place on a gathered surface: a coarse cell and a point of its unit square.
struct LateralPlace {
  unsigned int cell;
  dealii::Point<2> p;
};

/// Height above the plane, and its gradient by the lateral coordinates.
struct LateralHeight {
  double height;
  dealii::Tensor<1, 2> gradient;
};

/// Some coarse cells of a surface as a graph over the plane across an axis.
class LateralMap {
public:
  LateralMap(const GatheredSurface &surface, const std::vector<unsigned int> &cells,
             const LateralFrame &frame);

  /// From now on the surface is scaled by @p factor about @p centre.
  void scale_about(const dealii::Point<3> &centre, double factor);
  dealii::Point<3> scaled(const dealii::Tensor<1, 3> &x) const {
    return fixed + factor * (x - fixed);
  }

  /// Finds the place with the lateral coordinates @p lateral [nm] to round-off; false if the cells
  /// have none.
  bool find(const dealii::Point<2> &lateral, LateralPlace &place) const;

  /// Position of the (scaled) surface and its derivatives by the unit square's coordinates.
  CellMap<2>::Value value(const LateralPlace &place) const;
  LateralHeight height(const LateralPlace &place) const;

private:
  const GatheredSurface &surface;
  LateralFrame frame;
  dealii::Point<3> fixed;
  double factor = 1.;
  std::vector<std::pair<dealii::Point<3>, LateralPlace>> samples; // not scaled
  double size = 0.;
};
} // namespace fusogen

#endif
