// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_VTK_READER_H
#define FUSOGEN_GEOMETRY_IMPORT_VTK_READER_H

#include "geometry/import/triangle_surface.h"

namespace fusogen {
/// Reads a surface with VTK; quadrilaterals are cut into two triangles each.
///
/// @param extension "stl", "obj", "vtp" or "vtu"
/// @throws UserError if the file is none of its kind, has other cells than triangles and
/// quadrilaterals, or the program was built without VTK
TriangleSurface read_with_vtk(const std::string &path, const std::string &extension);
} // namespace fusogen

#endif
