// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/import/vesicle_import.h"

#include "base/user_error.h"
#include "geometry/contact_search.h"
#include "geometry/import/spherical_map.h"
#include "geometry/import/surface_file.h"

#include <deal.II/base/mpi.h>

#include <cmath>
#include <sstream>

namespace fusogen {
using namespace dealii;

namespace {
constexpr double smallest_radius = 5., largest_radius = 1e4; // [nm]

double radius_of(const double area) { return std::sqrt(area / (4. * numbers::PI)); }

void check_vesicle(const SurfaceProperties &found, const std::string &path) {
  const auto plural = [](const int n, const std::string &what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  if (found.components > 1)
    throw UserError(path + " contains " + plural(found.components, "separate surface") +
                    ", but a vesicle is one; keep the one that is meant");
  if (found.rims > 0)
    throw UserError(path + " is open, with " + plural(found.rims, "rim") +
                    ", but Vesicle/Initial shape = file needs a closed surface; fill the holes, or "
                    "merge points that nearly coincide");
  if (found.genus > 0)
    throw UserError(path + " has " + plural(found.genus, "handle") +
                    ", but a vesicle must be a sphere in topology; cut the handles, which often "
                    "come from noise in the segmentation");
  const double radius = radius_of(found.area);
  if (found.volume < 1e-3 * 4. / 3. * numbers::PI * std::pow(radius, 3))
    throw UserError(path + " encloses no volume to speak of: its two sides lie on each other");
  if (radius < smallest_radius || radius > largest_radius) {
    std::ostringstream text;
    text << path << " is a vesicle with the area of a sphere of radius " << radius
         << " nm, but between " << smallest_radius << " nm and " << largest_radius
         << " nm are plausible; correct Vesicle/File unit";
    throw UserError(text.str());
  }
}
} // namespace

VesicleImport::VesicleImport(MPI_Comm communicator, const std::string &path, const double unit) {
  std::string mistake;
  if (Utilities::MPI::this_mpi_process(communicator) == 0)
    try {
      surface = read_surface_file(path);
      found = check_and_mend(surface, path);
      for (auto &x : surface.points)
        for (double &coordinate : x)
          coordinate *= unit;
      found.area *= unit * unit;
      found.volume *= unit * unit * unit;
      check_vesicle(found, path);
      on_sphere = map_to_sphere(surface);
      if (on_sphere.empty())
        throw UserError(path + " has triangles so bad that it cannot be meshed anew; smooth and "
                               "remesh it");
    } catch (const UserError &error) {
      mistake = error.what();
    }
  mistake = Utilities::MPI::broadcast(communicator, mistake);
  if (!mistake.empty())
    throw UserError(mistake);
  surface = Utilities::MPI::broadcast(communicator, surface);
  on_sphere = Utilities::MPI::broadcast(communicator, on_sphere);
  found = Utilities::MPI::broadcast(communicator, found);
}

double VesicleImport::radius() const { return radius_of(found.area); }

VesicleImport::Displacement VesicleImport::create(Membrane<2> &membrane,
                                                  const unsigned int refinement,
                                                  const double smoothing) const {
  const double n_cells = 6. * std::pow(4., refinement);
  TriangleSurface fine = surface;
  std::vector<std::array<double, 3>> fine_on_sphere = on_sphere;
  // The facets of a file with few triangles would show.
  constexpr double triangles_per_cell = 16.;
  while (fine.triangles.size() < triangles_per_cell * n_cells)
    subdivide(fine, fine_on_sphere);
  if (smoothing > 0.)
    smooth(fine, smoothing * std::sqrt(found.area / n_cells) / numbers::PI);
  const SurfaceOverSphere shape(fine, fine_on_sphere);
  membrane.create_sphere_like(refinement, [&](const auto &direction) { return shape(direction); });

  // Each process asks for its share of the points.
  const unsigned int rank = Utilities::MPI::this_mpi_process(membrane.communicator()),
                     ranks = Utilities::MPI::n_mpi_processes(membrane.communicator());
  std::vector<Vector3> points;
  for (unsigned int i = rank; i < surface.points.size(); i += ranks)
    points.emplace_back(
        Vector3({surface.points[i][0], surface.points[i][1], surface.points[i][2]}));
  double largest = 0., sum = 0.;
  for (const auto &closest : ContactSearch<2>(membrane, 2. * radius()).closest_points(points)) {
    largest = std::max(largest, closest.distance);
    sum += closest.distance * closest.distance;
  }
  return {Utilities::MPI::max(largest, membrane.communicator()),
          std::sqrt(Utilities::MPI::sum(sum, membrane.communicator()) / surface.points.size())};
}
} // namespace fusogen
