// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/polyline_output.h"

#include "base/user_error.h"
#include "io/complete_file.h"

#include <sstream>
#include <stdexcept>

namespace fusogen {
void write_polyline(const std::string &path, const std::vector<std::array<double, 3>> &points,
                    const std::vector<std::pair<std::string, std::vector<double>>> &values) {
  // As text: the lines are short, and a reader needs no VTK.
  std::ostringstream text;
  text.precision(17);
  text << "<?xml version=\"1.0\"?>\n<VTKFile type=\"PolyData\" version=\"0.1\">\n<PolyData>\n"
       << "<Piece NumberOfPoints=\"" << points.size() << "\" NumberOfVerts=\"0\" "
       << "NumberOfLines=\"1\" NumberOfStrips=\"0\" NumberOfPolys=\"0\">\n<PointData>\n";
  for (const auto &[name, numbers] : values) {
    if (numbers.size() != points.size())
      throw std::logic_error("\"" + name + "\" has not one value for each point of the line");
    text << "<DataArray type=\"Float64\" Name=\"" << name << "\" format=\"ascii\">\n";
    for (const double number : numbers)
      text << number << "\n";
    text << "</DataArray>\n";
  }
  text << "</PointData>\n<Points>\n"
       << "<DataArray type=\"Float64\" NumberOfComponents=\"3\" format=\"ascii\">\n";
  for (const auto &point : points)
    text << point[0] << " " << point[1] << " " << point[2] << "\n";
  text << "</DataArray>\n</Points>\n<Lines>\n"
       << "<DataArray type=\"Int64\" Name=\"connectivity\" format=\"ascii\">\n";
  for (std::size_t i = 0; i < points.size(); ++i)
    text << i << "\n";
  text << "</DataArray>\n<DataArray type=\"Int64\" Name=\"offsets\" format=\"ascii\">\n"
       << points.size() << "\n</DataArray>\n</Lines>\n</Piece>\n</PolyData>\n</VTKFile>\n";
  const std::string problem = write_complete_file(path, {text.str()});
  if (!problem.empty())
    throw UserError(problem);
}
} // namespace fusogen
