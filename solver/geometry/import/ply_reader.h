// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_IMPORT_PLY_READER_H
#define FUSOGEN_GEOMETRY_IMPORT_PLY_READER_H

#include "geometry/import/triangle_surface.h"

namespace fusogen {
/// Reads a surface from a PLY file, text or binary (G. Turk, The PLY polygon file format, 1994);
/// quadrilaterals are cut into two triangles each. VTK 9.1 has a reader, too, but one that crashes
/// on files that end too early.
///
/// @throws UserError if the file is no PLY file, ends early or has faces with other than three or
/// four corners
TriangleSurface read_ply(const std::string &path);
} // namespace fusogen

#endif
