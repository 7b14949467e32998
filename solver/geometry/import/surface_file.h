// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_SURFACE_FILE_H
#define FUSOGEN_GEOMETRY_IMPORT_SURFACE_FILE_H

#include "geometry/import/triangle_surface.h"

namespace fusogen {
/// Throws UserError unless @p path is a readable file with the extension of a kind that
/// read_surface_file() knows. Cheap: it does not look inside.
void check_surface_file(const std::string &path);

/// Reads the triangles and quadrilaterals (as two triangles each) of a file by its extension: PLY;
/// STL, OBJ, VTP and VTU with VTK; MSH with deal.II. Nothing is checked but that the file can be
/// read; see check_and_mend(). Coordinates stay in the unit of the file.
TriangleSurface read_surface_file(const std::string &path);
} // namespace fusogen

#endif
