// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transport/track.h"

#include "base/user_error.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fusogen {
namespace {
using Point = Track::Point;

Point operator+(const Point &a, const Point &b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Point operator-(const Point &a, const Point &b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Point operator*(const double f, const Point &a) { return {f * a[0], f * a[1], f * a[2]}; }
double dot(const Point &a, const Point &b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double norm(const Point &a) { return std::sqrt(dot(a, a)); }
Point unit(const Point &a) { return 1. / norm(a) * a; }

// A direction perpendicular to the tangent, as near to z as possible.
Point first_side(const Point &tangent) {
  const Point up = std::abs(tangent[2]) < 0.999 ? Point{0., 0., 1.} : Point{1., 0., 0.};
  return unit(up - dot(up, tangent) * tangent);
}
} // namespace

Track::Track(const std::vector<Point> &points) : corners(points) {
  if (points.size() < 2)
    throw UserError("has less than two points");
  std::vector<Point> tangents;
  lengths.push_back(0.);
  for (unsigned int i = 1; i < points.size(); ++i) {
    const Point segment = points[i] - points[i - 1];
    const double length = norm(segment);
    if (!(length > 0.) || !std::isfinite(length))
      throw UserError("has no distance between its points " + std::to_string(i) + " and " +
                      std::to_string(i + 1));
    tangents.push_back(1. / length * segment);
    lengths.push_back(lengths.back() + length);
  }

  std::vector<Point> segment_sides = {first_side(tangents[0])};
  for (unsigned int i = 1; i < tangents.size(); ++i) {
    const Point sum = tangents[i - 1] + tangents[i];
    const double size = dot(sum, sum);
    if (size < 1e-6)
      throw UserError("turns back at its point " + std::to_string(i + 1));
    const Point &side = segment_sides.back();
    // The rotation that takes t to u by the shortest way, of a vector perpendicular to t.
    segment_sides.push_back(unit(side - 2. * dot(side, sum) / size * sum));
  }
  sides.push_back(segment_sides.front());
  for (unsigned int i = 1; i < segment_sides.size(); ++i)
    sides.push_back(unit(segment_sides[i - 1] + segment_sides[i]));
  sides.push_back(segment_sides.back());
}

std::pair<unsigned int, double> Track::locate(const double s) const {
  const auto next = std::upper_bound(lengths.begin() + 1, lengths.end() - 1, s);
  const unsigned int segment = next - lengths.begin() - 1;
  const double share = (s - lengths[segment]) / (lengths[segment + 1] - lengths[segment]);
  return {segment, std::clamp(share, 0., 1.)};
}

Point Track::point(const double s) const {
  const auto [i, share] = locate(s);
  return (1. - share) * corners[i] + share * corners[i + 1];
}

Point Track::beside(const double s, const double distance) const {
  const auto [i, share] = locate(s);
  return point(s) + distance * unit((1. - share) * sides[i] + share * sides[i + 1]);
}

std::vector<Point> read_points(const std::string &path) {
  if (std::filesystem::is_directory(path))
    throw UserError("\"" + path + "\" is a folder, not a file of points");
  std::ifstream file(path);
  if (!file)
    throw UserError("the file \"" + path + "\" cannot be read");
  std::vector<Point> points;
  std::string line;
  for (unsigned int number = 1; std::getline(file, line); ++number) {
    std::string text = line.substr(0, line.find('#'));
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream words(text);
    std::vector<std::string> found;
    for (std::string word; words >> word;)
      found.push_back(word);
    if (found.empty())
      continue;
    Point point{};
    bool good = found.size() == point.size();
    for (unsigned int c = 0; good && c < point.size(); ++c) {
      std::size_t end = 0;
      try {
        point[c] = std::stod(found[c], &end);
      } catch (const std::logic_error &) { // neither a number nor one that fits
      }
      good = end == found[c].size() && std::isfinite(point[c]);
    }
    if (!good)
      throw UserError(path + ", line " + std::to_string(number) + ": \"" + line +
                      "\" must be three numbers, x, y and z in nm");
    points.push_back(point);
  }
  return points;
}
} // namespace fusogen
