// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/import/surface_file.h"

#include "base/user_error.h"
#include "geometry/import/ply_reader.h"
#include "geometry/import/vtk_reader.h"

#include <deal.II/grid/grid_in.h>
#include <deal.II/grid/tria.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace fusogen {
using namespace dealii;

namespace {
std::string extension_of(const std::string &path) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (!extension.empty())
    extension.erase(0, 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](const unsigned char c) { return std::tolower(c); });
  return extension;
}

// Gmsh's format.
TriangleSurface read_msh(const std::string &path) {
  Triangulation<2, 3> tria;
  GridIn<2, 3> reader(tria);
  std::ifstream file(path);
  try {
    reader.read_msh(file);
  } catch (const std::exception &) {
    throw UserError(path + " cannot be read as a msh file; it is damaged, of another kind, or has "
                           "cells that are no triangles or quadrilaterals");
  }
  TriangleSurface surface;
  for (const Point<3> &x : tria.get_vertices())
    surface.points.push_back({{x[0], x[1], x[2]}});
  for (const auto &cell : tria.active_cell_iterators()) {
    const auto v = [&](const unsigned int k) { return cell->vertex_index(k); };
    if (cell->n_vertices() == 3)
      surface.triangles.push_back({{v(0), v(1), v(2)}});
    else {
      surface.triangles.push_back({{v(0), v(1), v(3)}});
      surface.triangles.push_back({{v(0), v(3), v(2)}});
    }
  }
  return surface;
}
} // namespace

void check_surface_file(const std::string &path) {
  const std::string extension = extension_of(path);
  const std::vector<std::string> known = {"ply", "stl", "obj", "vtp", "vtu", "msh"};
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw UserError("the file " + path + " does not exist");
  if (!std::filesystem::is_regular_file(path, error))
    throw UserError(path + " is not a file");
  if (std::find(known.begin(), known.end(), extension) == known.end())
    throw UserError(path + " is of an unknown kind; surfaces are read from files that end in .ply, "
                           ".stl, .obj, .vtp, .vtu or .msh");
  if (!std::ifstream(path))
    throw UserError("the file " + path + " cannot be opened: " + std::strerror(errno));
  if (std::filesystem::file_size(path, error) == 0)
    throw UserError("the file " + path + " is empty");
}

TriangleSurface read_surface_file(const std::string &path) {
  check_surface_file(path);
  const std::string extension = extension_of(path);
  if (extension == "ply")
    return read_ply(path);
  if (extension == "msh")
    return read_msh(path);
  return read_with_vtk(path, extension);
}
} // namespace fusogen
