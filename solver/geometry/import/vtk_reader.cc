// SPDX-License-Identifier: LGPL-2.1-or-later
// The only file that includes VTK, a library of its own in the build: VTK's headers and macros stay
// out of everything else.
#include "geometry/import/vtk_reader.h"

#include "base/user_error.h"

#ifdef FUSOGEN_WITH_VTK
#include <vtkCallbackCommand.h>
#include <vtkCellType.h>
#include <vtkIdList.h>
#include <vtkNew.h>
#include <vtkOBJReader.h>
#include <vtkPointSet.h>
#include <vtkPolyData.h>
#include <vtkSTLReader.h>
#include <vtkSmartPointer.h>
#include <vtkUnstructuredGrid.h>
#include <vtkXMLPolyDataReader.h>
#include <vtkXMLUnstructuredGridReader.h>
#endif

namespace fusogen {
#ifdef FUSOGEN_WITH_VTK
namespace {
// Runs a reader without letting VTK print; it tells of its troubles by events.
template <class Reader> vtkSmartPointer<vtkPointSet> read(const std::string &path) {
  vtkNew<Reader> reader;
  bool failed = false;
  vtkNew<vtkCallbackCommand> on_error;
  on_error->SetClientData(&failed);
  on_error->SetCallback([](vtkObject *, unsigned long, void *client_data, void *) {
    *static_cast<bool *>(client_data) = true;
  });
  reader->AddObserver("ErrorEvent", on_error);
  reader->SetFileName(path.c_str());
  const int warnings = vtkObject::GetGlobalWarningDisplay();
  vtkObject::GlobalWarningDisplayOff();
  reader->Update();
  vtkObject::SetGlobalWarningDisplay(warnings);
  // Not all readers tell; some come back with nothing.
  if (failed || reader->GetOutput() == nullptr || reader->GetOutput()->GetNumberOfPoints() == 0)
    return nullptr;
  return vtkSmartPointer<vtkPointSet>(reader->GetOutput());
}
} // namespace

TriangleSurface read_with_vtk(const std::string &path, const std::string &extension) {
  vtkSmartPointer<vtkPointSet> data;
  if (extension == "stl")
    data = read<vtkSTLReader>(path);
  else if (extension == "obj")
    data = read<vtkOBJReader>(path);
  else if (extension == "vtp")
    data = read<vtkXMLPolyDataReader>(path);
  else
    data = read<vtkXMLUnstructuredGridReader>(path);
  if (data == nullptr)
    throw UserError(path + " cannot be read as a " + extension +
                    " file; it is empty, damaged or of another kind");

  TriangleSurface surface;
  surface.points.resize(data->GetNumberOfPoints());
  for (vtkIdType i = 0; i < data->GetNumberOfPoints(); ++i)
    data->GetPoint(i, surface.points[i].data());
  // The numbers of points are as the file has them and may be wrong, so no vtkCell is made, which
  // would look the points up.
  vtkNew<vtkIdList> corners;
  for (vtkIdType c = 0; c < data->GetNumberOfCells(); ++c) {
    data->GetCellPoints(c, corners);
    const int type = data->GetCellType(c);
    const vtkIdType n = corners->GetNumberOfIds();
    if (type == VTK_EMPTY_CELL || type == VTK_VERTEX || type == VTK_POLY_VERTEX ||
        type == VTK_LINE || type == VTK_POLY_LINE)
      continue; // beside the surface
    if (type != VTK_TRIANGLE && type != VTK_QUAD && !(type == VTK_POLYGON && (n == 3 || n == 4)))
      throw UserError(path + " has a cell " +
                      (type == VTK_POLYGON ? "with " + std::to_string(n) + " corners"
                                           : "of VTK's type " + std::to_string(type)) +
                      ", but only triangles and quadrilaterals can be read");
    const auto point = [&](const vtkIdType k) {
      return static_cast<unsigned int>(corners->GetId(k));
    };
    surface.triangles.push_back({{point(0), point(1), point(2)}});
    if (n == 4)
      surface.triangles.push_back({{point(0), point(2), point(3)}});
  }
  return surface;
}
#else
TriangleSurface read_with_vtk(const std::string &path, const std::string &extension) {
  throw UserError(
      path + " cannot be read, as this fusogen was built without VTK, which reads " + extension +
      " files; build it where VTK is installed (Debian: libvtk9-dev), or give a .ply or "
      ".msh file");
}
#endif
} // namespace fusogen
