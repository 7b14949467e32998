// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_TRANSPORT_TRACK_H
#define FUSOGEN_TRANSPORT_TRACK_H

#include <array>
#include <string>
#include <vector>

namespace fusogen {
/// The axis of a microtubule: a polyline in space [nm], with the arc length s from its first point.
class Track {
public:
  using Point = std::array<double, 3>;

  /// Throws UserError, as the end of a sentence ("has ..."), for less than two points, for two
  /// equal ones in a row, and for a turn by 180 degrees.
  explicit Track(const std::vector<Point> &points);

  const std::vector<Point> &points() const { return corners; }
  /// Arc length at each of the points, from 0 [nm].
  const std::vector<double> &arc_lengths() const { return lengths; }
  double length() const { return lengths.back(); }

  /// The point at the arc length @p s, which is cut off at the ends.
  Point point(double s) const;

  /// A point beside the track, at @p distance [nm] from point(s) and as nearly perpendicular to the
  /// track as continuity at the corners allows. The side stays the same along the track: the
  /// direction is carried from segment to segment without twisting, and starts as near to the z
  /// axis as it can (to the x axis for a track along z).
  Point beside(double s, double distance) const;

private:
  /// The segment of s, and how far along it s is, from 0 to 1.
  std::pair<unsigned int, double> locate(double s) const;

  std::vector<Point> corners, sides; // sides: unit vectors at the corners
  std::vector<double> lengths;
};

/// Reads points from a text file: x, y and z [nm] on each line, separated by blanks or commas;
/// empty lines and what follows a # are left out. Throws UserError that names the file and the
/// line.
std::vector<Track::Point> read_points(const std::string &path);
} // namespace fusogen

#endif
