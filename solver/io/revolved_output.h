// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_IO_REVOLVED_OUTPUT_H
#define FUSOGEN_IO_REVOLVED_OUTPUT_H

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace fusogen {
/// Surfaces of revolution with numbers on them, for ParaView: one file a frame in the folder
/// solution/, with curved cells, and a collection NAME.pvd. For surfaces that are no Membrane. Only
/// the first process of a parallel run makes and calls this.
class RevolvedOutput {
public:
  /// @param directory  of the run
  /// @param fields     names with units, such as "splay [1/nm]"
  RevolvedOutput(const std::string &directory, const std::string &name,
                 const std::vector<std::string> &fields);

  /// A piece of a meridian, a parabola through three points (r, z) [nm], and the fields there. The
  /// surface's normal is to its left, seen along the piece, in the plane of r to the right and z
  /// upward.
  struct Piece {
    std::array<std::array<double, 2>, 3> points;
    std::array<std::vector<double>, 3> values;
  };
  /// Writes a frame at a "time", and the collection with it. Throws UserError if it cannot.
  void write(double time, const std::vector<Piece> &pieces);

private:
  std::string directory, name;
  std::vector<std::string> fields;
  std::vector<std::pair<double, std::string>> frames;
};
} // namespace fusogen

#endif
