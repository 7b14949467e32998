// SPDX-License-Identifier: LGPL-2.1-or-later
// Surfaces from files: what is checked and mended, the map to the sphere, and the membrane made.
#include "base/user_error.h"
#include "geometry/import/spherical_map.h"
#include "geometry/import/triangle_surface.h"
#include "geometry/import/vesicle_import.h"
#include "geometry/surface_motion.h"
#include "surfaces.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>

using namespace fusogen;
using namespace fusogen::test;

namespace {
using Point3 = std::array<double, 3>;
const double pi = dealii::numbers::PI;

// The unit sphere of 8 * 4^level triangles.
TriangleSurface octasphere(const unsigned int level) {
  TriangleSurface sphere;
  sphere.points = {{{1, 0, 0}}, {{-1, 0, 0}}, {{0, 1, 0}}, {{0, -1, 0}}, {{0, 0, 1}}, {{0, 0, -1}}};
  sphere.triangles = {{{0, 2, 4}}, {{2, 1, 4}}, {{1, 3, 4}}, {{3, 0, 4}},
                      {{2, 0, 5}}, {{1, 2, 5}}, {{3, 1, 5}}, {{0, 3, 5}}};
  std::vector<Point3> on_sphere = sphere.points;
  for (unsigned int i = 0; i < level; ++i)
    subdivide(sphere, on_sphere);
  sphere.points = on_sphere;
  return sphere;
}

TriangleSurface triangulated(const Profile &profile, const unsigned int level) {
  TriangleSurface surface = octasphere(level);
  for (Point3 &x : surface.points)
    x = on_surface(profile, x);
  return surface;
}

TriangleSurface both(const TriangleSurface &a, const TriangleSurface &b) {
  TriangleSurface sum = a;
  sum.points.insert(sum.points.end(), b.points.begin(), b.points.end());
  for (auto t : b.triangles) {
    for (unsigned int &i : t)
      i += a.points.size();
    sum.triangles.push_back(t);
  }
  return sum;
}

TriangleSurface shifted(TriangleSurface surface, const double dx) {
  for (Point3 &x : surface.points)
    x[0] += dx;
  return surface;
}

// A strip of n quadrilaterals, cut into triangles and closed to a ring, with or without a twist.
TriangleSurface strip(const unsigned int n, const bool twisted) {
  TriangleSurface surface;
  for (unsigned int i = 0; i < n; ++i) {
    const double angle = 2. * pi * i / n, turn = twisted ? angle / 2. : pi / 2.;
    for (const double side : {-0.3, 0.3}) {
      const double r = 1. + side * std::cos(turn);
      surface.points.push_back({{r * std::cos(angle), r * std::sin(angle), side * std::sin(turn)}});
    }
  }
  for (unsigned int i = 0; i < n; ++i) {
    const bool last = i + 1 == n;
    const unsigned int a = 2 * i, b = 2 * i + 1, c = last ? (twisted ? 1 : 0) : a + 2,
                       d = last ? (twisted ? 0 : 1) : b + 2;
    surface.triangles.push_back({{a, c, b}});
    surface.triangles.push_back({{b, c, d}});
  }
  return surface;
}

TriangleSurface torus(const unsigned int n) {
  TriangleSurface surface;
  for (unsigned int i = 0; i < n; ++i)
    for (unsigned int j = 0; j < n; ++j) {
      const double u = 2. * pi * i / n, v = 2. * pi * j / n, r = 2. + std::cos(v);
      surface.points.push_back({{r * std::cos(u), r * std::sin(u), std::sin(v)}});
    }
  for (unsigned int i = 0; i < n; ++i)
    for (unsigned int j = 0; j < n; ++j) {
      const unsigned int a = n * i + j, b = n * ((i + 1) % n) + j, c = n * i + (j + 1) % n,
                         d = n * ((i + 1) % n) + (j + 1) % n;
      surface.triangles.push_back({{a, b, d}});
      surface.triangles.push_back({{a, d, c}});
    }
  return surface;
}

void check_refused(TriangleSurface surface, const std::string &words) {
  try {
    check_and_mend(surface, "x.ply");
    BOOST_ERROR("not refused: " << words);
  } catch (const UserError &error) {
    const std::string sentence = error.what();
    BOOST_CHECK_MESSAGE(sentence.find(words) != std::string::npos &&
                            sentence.find("x.ply") != std::string::npos,
                        sentence);
  }
}

double triangle_area(const std::vector<Point3> &points, const std::array<unsigned int, 3> &t) {
  dealii::Tensor<1, 3> a, b;
  for (unsigned int c = 0; c < 3; ++c) {
    a[c] = points[t[1]][c] - points[t[0]][c];
    b[c] = points[t[2]][c] - points[t[0]][c];
  }
  return 0.5 * cross_product_3d(a, b).norm();
}

// In Gmsh's format, which needs no VTK. Returns the name, the same on all processes.
std::string written_msh(const TriangleSurface &surface, const std::string &name) {
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0) {
    std::ofstream file(path);
    file.precision(17);
    file << "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n" << surface.points.size() << "\n";
    for (unsigned int i = 0; i < surface.points.size(); ++i)
      file << i + 1 << " " << surface.points[i][0] << " " << surface.points[i][1] << " "
           << surface.points[i][2] << "\n";
    file << "$EndNodes\n$Elements\n" << surface.triangles.size() << "\n";
    for (unsigned int t = 0; t < surface.triangles.size(); ++t)
      file << t + 1 << " 2 2 0 1 " << surface.triangles[t][0] + 1 << " "
           << surface.triangles[t][1] + 1 << " " << surface.triangles[t][2] + 1 << "\n";
    file << "$EndElements\n";
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return path;
}
} // namespace

BOOST_AUTO_TEST_SUITE(geometry_import)

BOOST_AUTO_TEST_CASE(sound_surfaces) {
  TriangleSurface sphere = octasphere(3);
  SurfaceProperties found = check_and_mend(sphere, "x.ply");
  BOOST_CHECK_EQUAL(found.components, 1u);
  BOOST_CHECK_EQUAL(found.rims, 0u);
  BOOST_CHECK_EQUAL(found.genus, 0);
  BOOST_CHECK(found.repairs().empty());
  BOOST_CHECK_CLOSE(found.area, 4. * pi, 3.);
  BOOST_CHECK_CLOSE(found.volume, 4. / 3. * pi, 4.);

  TriangleSurface ring = torus(12);
  found = check_and_mend(ring, "x.ply");
  BOOST_CHECK_EQUAL(found.genus, 1);
  BOOST_CHECK_EQUAL(found.rims, 0u);

  TriangleSurface open = strip(20, false);
  found = check_and_mend(open, "x.ply");
  BOOST_CHECK_EQUAL(found.rims, 2u);
  BOOST_CHECK_EQUAL(found.genus, 0);
  BOOST_CHECK_EQUAL(found.volume, 0.);

  TriangleSurface two = both(octasphere(1), shifted(torus(9), 10.));
  found = check_and_mend(two, "x.ply");
  BOOST_CHECK_EQUAL(found.components, 2u);
  BOOST_CHECK_EQUAL(found.genus, 1);
}

BOOST_AUTO_TEST_CASE(what_is_mended) {
  // As in an STL file: each triangle with its own points; some triangles turned.
  const TriangleSurface sphere = octasphere(2);
  TriangleSurface soup;
  for (auto t : sphere.triangles) {
    const unsigned int n = soup.points.size();
    for (const unsigned int i : t)
      soup.points.push_back(sphere.points[i]);
    if (n % 5 == 0)
      soup.triangles.push_back({{n, n + 2, n + 1}});
    else
      soup.triangles.push_back({{n, n + 1, n + 2}});
  }
  const SurfaceProperties found = check_and_mend(soup, "x.stl");
  BOOST_CHECK_EQUAL(soup.points.size(), sphere.points.size());
  BOOST_CHECK_EQUAL(found.merged_points, 3 * sphere.triangles.size() - sphere.points.size());
  BOOST_CHECK_EQUAL(found.turned_triangles, (sphere.triangles.size() + 4) / 5);
  BOOST_CHECK(!found.turned_inside_out);
  BOOST_CHECK(found.volume > 3.5);
  BOOST_CHECK_EQUAL(found.repairs().size(), 2u);

  TriangleSurface inside_out = octasphere(2);
  for (auto &t : inside_out.triangles)
    std::swap(t[0], t[1]);
  BOOST_CHECK(check_and_mend(inside_out, "x.ply").turned_inside_out);
  BOOST_CHECK(inside_out.triangles[0] == sphere.triangles[0] ||
              inside_out.triangles[0][0] != sphere.triangles[0][1]);
  TriangleSurface again = inside_out;
  BOOST_CHECK(check_and_mend(again, "x.ply").repairs().empty());
}

BOOST_AUTO_TEST_CASE(what_is_refused) {
  const TriangleSurface sphere = octasphere(2);
  check_refused({}, "contains no triangles");
  TriangleSurface broken = sphere;
  broken.triangles[3][1] = 5000;
  check_refused(broken, "point number 5000");
  broken = sphere;
  broken.points[7][2] = std::numeric_limits<double>::quiet_NaN();
  check_refused(broken, "point number 7");
  broken = sphere;
  broken.points.push_back({{0., 0., 0.}});
  broken.triangles.push_back({{sphere.triangles[0][0], sphere.triangles[0][1],
                               static_cast<unsigned int>(sphere.points.size())}});
  check_refused(broken, "3 triangles meet at the edge");
  broken = both(sphere, shifted(sphere, 2.)); // they touch in one point
  check_refused(broken, "touch in the point");
  check_refused(strip(21, true), "one side only");
  check_refused(both(sphere, shifted(sphere, 1.234)), "passes through itself");
  broken = sphere;
  for (Point3 &x : broken.points)
    x[1] = x[2] = 0.;
  check_refused(broken, "without area");
  broken = sphere;
  // A triangle with its corners on a line, in the place of an edge.
  const auto t = sphere.triangles[0];
  Point3 middle;
  for (unsigned int c = 0; c < 3; ++c)
    middle[c] = 0.5 * (broken.points[t[0]][c] + broken.points[t[1]][c]);
  broken.points.push_back(middle);
  broken.triangles.push_back({{t[0], t[1], static_cast<unsigned int>(broken.points.size() - 1)}});
  check_refused(broken, "without area at");
}

BOOST_AUTO_TEST_CASE(map_to_the_sphere) {
  if (dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD) > 1)
    return; // serial
  // A lump, a long tube and a cup that no ray from inside sees entirely.
  for (const Profile &profile :
       {mode(10., 3, 0.3), capped_tube(10., 0.45), stomatocyte(10., 0.5)}) {
    const TriangleSurface surface = triangulated(profile, 5);
    const auto on_sphere = map_to_sphere(surface);
    BOOST_REQUIRE_EQUAL(on_sphere.size(), surface.points.size());
    double total = 0., smallest = 1e99, covered = 0., root_mean_square = 0.;
    for (const auto &t : surface.triangles)
      total += triangle_area(surface.points, t);
    for (const auto &t : surface.triangles) {
      const double here = triangle_area(on_sphere, t);
      const double share = 4. * pi * triangle_area(surface.points, t) / total;
      covered += here;
      root_mean_square += share / (4. * pi) * std::pow(std::log(here / share), 2);
      dealii::Tensor<1, 3> x[3];
      for (unsigned int k = 0; k < 3; ++k)
        for (unsigned int c = 0; c < 3; ++c)
          x[k][c] = on_sphere[t[k]][c];
      smallest = std::min(smallest, x[0] * cross_product_3d(x[1], x[2]));
    }
    // No overlap, once around (facets lie a little inside the sphere), areas even up to a factor of
    // two at twice the root mean square.
    BOOST_CHECK(smallest > 0.);
    BOOST_CHECK_CLOSE(covered, 4. * pi, 1.);
    BOOST_TEST_MESSAGE("spread of areas " << std::sqrt(root_mean_square));
    BOOST_CHECK(std::sqrt(root_mean_square) < 0.4);
    // The inverse gives back the points.
    const SurfaceOverSphere shape(surface, on_sphere);
    for (unsigned int i = 0; i < on_sphere.size(); i += 37) {
      const Point3 x = shape(on_sphere[i]);
      for (unsigned int c = 0; c < 3; ++c)
        BOOST_CHECK_SMALL(x[c] - surface.points[i][c], 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(smoothing_damps_short_waves) {
  if (dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD) > 1)
    return; // serial
  // Radial waves u = a P_l(z) on the unit sphere, to first order in a. With c = 1 / (1 + 4
  // length^4) the sphere shrinks to c n. The metric is (1 + 2 u) that of the sphere, so that for
  // the filtered position c n + w
  //   (1 + length^4 Delta^2) w = u n + length^4 c (8 u n - 4 Delta(u n)),
  // and u n consists of harmonics of degree l + 1 and l - 1 with the shares (l + 1) / (2 l + 1) and
  // l / (2 l + 1) of its square.
  const double length = 0.15, fourth = std::pow(length, 4), c = 1. / (1. + 4. * fourth);
  for (const unsigned int l : {2u, 5u, 9u}) {
    TriangleSurface surface = octasphere(5), sphere = surface;
    const std::vector<Point3> normals = sphere.points;
    const double amplitude = 1e-4;
    for (Point3 &x : surface.points) {
      const double factor = 1. + amplitude * std::legendre(l, x[2]);
      for (double &coordinate : x)
        coordinate *= factor;
    }
    smooth(surface, length);
    smooth(sphere, length);
    double kept = 0., norm = 0.;
    for (unsigned int i = 0; i < normals.size(); ++i) {
      const double p = std::legendre(l, normals[i][2]);
      for (unsigned int d = 0; d < 3; ++d)
        kept += p * normals[i][d] * (surface.points[i][d] - sphere.points[i][d]) / amplitude;
      norm += p * p;
    }
    double expected = 0.;
    for (const double degree : {l - 1., l + 1.}) {
      const double k2 = degree * (degree + 1.), share = std::max<double>(l, degree) / (2. * l + 1.);
      expected += share * (1. + fourth * c * (8. + 4. * k2)) / (1. + fourth * k2 * k2);
    }
    BOOST_TEST_MESSAGE("degree " << l << ": " << kept / norm << ", in theory " << expected);
    BOOST_CHECK_SMALL(kept / norm - expected, 0.01);
  }
}

BOOST_AUTO_TEST_CASE(membrane_from_a_file) {
  // A prolate of 8,192 triangles with noise from point to point, in angstrom.
  const double radius = 30.;
  TriangleSurface surface = triangulated(prolate(10. * radius, 0.9), 5);
  const TriangleSurface smooth_surface = surface;
  const double amplitude = 2.; // angstrom
  for (Point3 &x : surface.points) {
    const Point3 place = x;
    for (unsigned int c = 0; c < 3; ++c)
      x[c] += amplitude * noise(c, place.data(), 3);
  }
  const std::string path = written_msh(surface, "fusogen_geometry_import.msh");
  const VesicleImport import(MPI_COMM_WORLD, path, 0.1);
  BOOST_CHECK_EQUAL(import.n_triangles(), surface.triangles.size());
  Membrane<2> membrane(MPI_COMM_WORLD, 2);
  const auto displacement = import.create(membrane, 3, 1.);
  BOOST_CHECK_EQUAL(membrane.triangulation().n_global_active_cells(), 384u);
  // The noise is gone, the shape is there: area and volume are those before the noise.
  BOOST_CHECK_CLOSE(membrane.area(), 4. * pi * radius * radius, 0.5);
  BOOST_CHECK_CLOSE(membrane.volume(), 0.9 * 4. / 3. * pi * std::pow(radius, 3), 0.5);
  BOOST_CHECK(mesh_quality(membrane) > 0.5);
  // Noise that is even in [-a, a] has the root mean square a / sqrt(3) along the normal.
  BOOST_CHECK_CLOSE(displacement.root_mean_square, 0.1 * amplitude / std::sqrt(3.), 20.);
  BOOST_CHECK(displacement.largest > displacement.root_mean_square);
  BOOST_CHECK(displacement.largest < 0.1 * amplitude * std::sqrt(3.) + 0.1);
  BOOST_TEST_MESSAGE("off by " << displacement.root_mean_square << ", at most "
                               << displacement.largest << " nm; quality "
                               << mesh_quality(membrane));
  // The same on any number of processes.
  Membrane<2> alone(MPI_COMM_SELF, 2);
  VesicleImport(MPI_COMM_SELF, path, 0.1).create(alone, 3, 1.);
  BOOST_CHECK_CLOSE(membrane.area(), alone.area(), 1e-9);
  BOOST_CHECK_CLOSE(membrane.volume(), alone.volume(), 1e-9);

  // Without smoothing the nodes lie on the file's triangles.
  Membrane<2> rough(MPI_COMM_WORLD, 2);
  import.create(rough, 1, 0.);
  BOOST_CHECK(std::abs(rough.area() - membrane.area()) > 1e-3);
  MPI_Barrier(MPI_COMM_WORLD);
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(no_vesicle) {
  const auto refused = [](const TriangleSurface &surface, const double unit,
                          const std::string &words) {
    const std::string path = written_msh(surface, "fusogen_geometry_import.msh");
    try {
      const VesicleImport import(MPI_COMM_WORLD, path, unit);
      BOOST_ERROR("not refused: " << words);
    } catch (const UserError &error) {
      BOOST_CHECK_MESSAGE(std::string(error.what()).find(words) != std::string::npos, error.what());
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
      std::filesystem::remove(path);
  };
  refused(octasphere(2), 1., "Vesicle/File unit");
  refused(octasphere(2), 1e9, "Vesicle/File unit");
  refused(torus(12), 20., "1 handle");
  refused(strip(12, false), 20., "2 rims");
  refused(both(octasphere(2), shifted(octasphere(2), 3.)), 20., "2 separate surfaces");
}

BOOST_AUTO_TEST_SUITE_END()
