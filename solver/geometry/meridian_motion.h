// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_MERIDIAN_MOTION_H
#define FUSOGEN_GEOMETRY_MERIDIAN_MOTION_H

#include "geometry/conserved_field.h"
#include "geometry/curve_spline.h"
#include "geometry/membrane.h"

#include <optional>

namespace fusogen {
/// Moves the nodes of a meridian along the curve, leaving the shape: cells gather where the
/// curvature is large, and an outer rim that slid with the material is put back to its place in
/// space. What fields hold is carried over conservatively.
///
/// Between calls nodes move with the material, so a field's content only changes hands here. The
/// curve is a few hundred nodes, which every rank knows; all ranks do the same arithmetic.
class MeridianMotion {
public:
  /// @param rim_radius where the outer rim is to stay [nm]; without it an open rim is left where it
  /// is
  /// @param rim_end how the curve arrives at an outer rim
  /// @param smoothing curvatures are averaged over about so many cells to both sides, so that cells
  /// do not gather where a membrane undulates by chance
  MeridianMotion(Membrane<1> &membrane, const GradingParameters &grading,
                 std::optional<double> rim_radius = {}, CurveEnd rim_end = CurveEnd::horizontal,
                 unsigned int smoothing = 0);

  /// The largest ratio between wanted and actual cell length, or its inverse: 1 for a perfectly
  /// graded mesh.
  double misfit() const;
  /// How far the outer rim is from its place, relative to the cell at the rim.
  double rim_displacement() const;

  using Field = ConservedField;

  /// Grades all curves anew (@p regrade) or only puts the rim back, sliding the nodes of the outer
  /// part. The content of each field before, minus the outflow, is its content after to round-off.
  /// @param material_area content of the tension's shape functions (tension space, ghosted),
  /// carried over likewise
  /// @param interpolated scalar-space fields (ghosted) to be interpolated at the new nodes, e.g.
  /// tension as a start
  /// @return the area that passed the rim outward [nm^2]
  double redistribute(bool regrade, Vector &material_area, std::vector<Field> &fields,
                      const std::vector<Vector *> &interpolated);

private:
  CurveSpline spline(unsigned int curve) const;
  std::vector<double> wanted_monitor(const CurveSpline &spline, std::vector<double> &samples) const;
  std::vector<double> cell_ends(const CurveSpline &spline) const;

  Membrane<1> &membrane;
  GradingParameters grading;
  std::optional<double> rim_radius;
  CurveEnd rim_end;
  unsigned int smoothing;
};
} // namespace fusogen

#endif
