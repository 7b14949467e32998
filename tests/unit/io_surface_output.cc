// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user_error.h"
#include "geometry/shapes.h"
#include "io/surface_output.h"
#include "temporary_folder.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/utilities.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

using namespace fusogen;
using dealii::Utilities::MPI::this_mpi_process;
using fusogen::test::TemporaryFolder;

namespace {
constexpr double radius = 20., rigidity = 82., spontaneous_curvature = 0.03, kT = 4.1;

// What stands between two texts, from `position` on, which then is behind the second.
std::string between(const std::string &text, const std::string &first, const std::string &second,
                    std::size_t &position) {
  const std::size_t begin = text.find(first, position);
  if (begin == std::string::npos)
    return "";
  const std::size_t end = text.find(second, begin + first.size());
  position = end + second.size();
  return text.substr(begin + first.size(), end - begin - first.size());
}

// A VTU file: the cells and point fields of all pieces (one from each process) one after another.
class Vtu {
public:
  explicit Vtu(const std::string &text)
      : text(text), compressed(text.find("compressor=") != std::string::npos) {
    for (std::size_t p = 0; text.find("<Piece", p) != std::string::npos;) {
      n_points += std::stoi(between(text, "NumberOfPoints=\"", "\"", p));
      n_cells += std::stoi(between(text, "NumberOfCells=\"", "\"", p));
    }
  }

  // The values of a data array; `head` is what its opening tag contains.
  template <typename Number> std::vector<Number> array(const std::string &head) const {
    std::vector<Number> values;
    for (std::size_t p = text.find(head); p != std::string::npos; p = text.find(head, p)) {
      p += head.size();
      const std::string block = between(text, ">\n", "\n", p);
      if (!compressed) {
        // The number of bytes, then the bytes.
        const auto bytes = dealii::Utilities::decode_base64(block);
        BOOST_REQUIRE(bytes.size() >= 4);
        const std::size_t old = values.size();
        values.resize(old + (bytes.size() - 4) / sizeof(Number));
        std::memcpy(values.data() + old, bytes.data() + 4, bytes.size() - 4);
        continue;
      }
      // Four numbers (blocks, size, size of the last block, compressed size), then the data.
      BOOST_REQUIRE(block.size() > 24);
      const auto sizes = dealii::Utilities::decode_base64(block.substr(0, 24));
      const auto data = dealii::Utilities::decode_base64(block.substr(24));
      std::uint32_t bytes;
      std::memcpy(&bytes, sizes.data() + 4, 4);
      const std::size_t old = values.size();
      values.resize(old + bytes / sizeof(Number));
      uLongf length = bytes;
      BOOST_REQUIRE(uncompress(reinterpret_cast<Bytef *>(values.data() + old), &length, data.data(),
                               data.size()) == Z_OK);
      BOOST_REQUIRE(length == bytes);
    }
    return values;
  }

  std::vector<float> points() const {
    return array<float>(compressed ? "<Points>\n    <DataArray" : "<Points>\n<DataArray");
  }
  std::vector<float> field(const std::string &name) const {
    return array<float>("Name=\"" + name + "\"");
  }

  std::string text;
  bool compressed;
  unsigned int n_points = 0, n_cells = 0;
};

// Tells the membrane that the normal that follows from the order of the nodes points inward.
template <int dim> void turn_normal(const Membrane<dim> &membrane) {
  for (const auto &cell : membrane.triangulation().active_cell_iterators())
    cell->set_material_id(cell->material_id() ^ 1);
}

// A sphere whose nodes are in the order that gives the outward normal, or in the other.
void create_sphere(Membrane<1> &membrane, const bool turned = false) {
  const Profile profile = turned ? sphere(radius).reversed() : sphere(radius);
  std::vector<double> nodes;
  for (unsigned int i = 0; i <= 8; ++i)
    nodes.push_back(i / 8. * profile.length());
  membrane.create_meridian({{profile, nodes, Component::vesicle, Edge::axis, Edge::axis}});
  if (turned)
    turn_normal(membrane);
}

void create_sphere(Membrane<2> &membrane, const bool turned = false) {
  const double x = turned ? -radius : radius;
  membrane.create_sphere_like(1, [x](const std::array<double, 3> &n) {
    return std::array<double, 3>{{x * n[0], radius * n[1], radius * n[2]}};
  });
  if (turned)
    turn_normal(membrane);
}

// The moment kappa (C0 - H) nu of a sphere about the origin, where nu is x / R.
template <int dim> Vector moment_of_sphere(const Membrane<dim> &membrane) {
  Vector owned = membrane.vector_field(false);
  owned = membrane.positions();
  owned *= rigidity * (spontaneous_curvature - 2. / radius) / radius;
  Vector moment = membrane.vector_field(true);
  moment = owned;
  return moment;
}

template <int dim> typename SurfaceOutput<dim>::Fields some_fields(const Membrane<dim> &membrane) {
  Vector owned = membrane.scalar_vector(false);
  owned = 0.5;
  Vector tension = membrane.scalar_vector(true);
  tension = owned;
  // A "velocity" that is the position can be compared with the points.
  return {{{"tension [pN/nm]", tension}}, {{"velocity [nm/us]", membrane.positions()}}};
}

template <int dim>
void write(SurfaceOutput<dim> &output, const Membrane<dim> &membrane, const double time) {
  const Vector moment = moment_of_sphere(membrane);
  output.write(membrane, time, {rigidity, spontaneous_curvature, kT, moment},
               some_fields(membrane));
}

// What holds for the fields on a sphere, in space or along the meridian. The normal is that of the
// interpolated surface, so H is exact up to its angle to the true one, O(h^degree) on each cell.
void check_fields(const Vtu &vtu, const double curvature_tolerance) {
  const double energy_density =
      rigidity / 2. * std::pow(2. / radius - spontaneous_curvature, 2) / kT;
  const auto points = vtu.points(), velocity = vtu.field("velocity [nm/us]");
  BOOST_REQUIRE(points.size() == 3 * vtu.n_points);
  BOOST_TEST(points == velocity, boost::test_tools::per_element());

  const auto tension = vtu.field("tension [pN/nm]"), mean = vtu.field("mean curvature [1/nm]"),
             energy = vtu.field("bending energy density [kT/nm^2]");
  BOOST_REQUIRE(tension.size() == vtu.n_points);
  BOOST_REQUIRE(mean.size() == vtu.n_points);
  BOOST_REQUIRE(energy.size() == vtu.n_points);
  double worst_mean = 0., worst_energy = 0., worst_radius = 0., worst_tension = 0.;
  for (unsigned int i = 0; i < vtu.n_points; ++i) {
    const double r = std::hypot(points[3 * i], points[3 * i + 1], points[3 * i + 2]);
    worst_radius = std::max(worst_radius, std::abs(r / radius - 1.));
    worst_mean = std::max(worst_mean, std::abs(mean[i] * radius / 2. - 1.));
    worst_energy = std::max(worst_energy, std::abs(energy[i] / energy_density - 1.));
    worst_tension = std::max(worst_tension, std::abs(tension[i] - 0.5));
  }
  BOOST_TEST(worst_radius < curvature_tolerance);
  BOOST_TEST(worst_mean < curvature_tolerance);
  BOOST_TEST(worst_energy < 2. * curvature_tolerance);
  BOOST_TEST(worst_tension < 1e-7);
}

void check_types(const Vtu &vtu, const unsigned int type, const unsigned int points_per_cell) {
  const auto types = vtu.array<std::uint8_t>("Name=\"types\"");
  BOOST_REQUIRE(types.size() == vtu.n_cells);
  for (const unsigned int t : types)
    BOOST_REQUIRE(t == type);
  BOOST_TEST(vtu.n_points == vtu.n_cells * points_per_cell);
}

// The volume that the cells, as flat quadrilaterals, enclose if their normals point outward.
double volume_of_corners(const Vtu &vtu, const unsigned int points_per_cell) {
  const auto points = vtu.points();
  const auto connectivity = vtu.array<std::int32_t>("Name=\"connectivity\"");
  BOOST_REQUIRE(connectivity.size() == vtu.n_points);
  double volume = 0.;
  // In a file of several pieces each of them counts its points from zero, and the points of a cell
  // are stored together, so the largest index before a cell tells where its piece began.
  std::size_t piece = 0;
  for (std::size_t first = 0; first < connectivity.size(); first += points_per_cell) {
    if (connectivity[first] == 0)
      piece = first;
    std::array<Vector3, 4> x;
    for (unsigned int v = 0; v < 4; ++v)
      for (unsigned int c = 0; c < 3; ++c)
        x[v][c] = points[3 * (piece + connectivity[first + v]) + c];
    const Vector3 area = 0.5 * dealii::cross_product_3d(x[2] - x[0], x[3] - x[1]);
    const double part = area * (x[0] + x[1] + x[2] + x[3]) / 12.;
    BOOST_TEST(part > 0.);
    volume += part;
  }
  return volume;
}

const double sphere_volume = 4. / 3. * dealii::numbers::PI * std::pow(radius, 3);
} // namespace

BOOST_FIXTURE_TEST_CASE(meridian_and_the_surface_it_sweeps, TemporaryFolder) {
  for (const unsigned int degree : {1, 2, 3})
    for (const bool turned : {false, true})
      BOOST_TEST_CONTEXT("degree " << degree << ", turned " << turned) {
        Membrane<1> membrane(MPI_COMM_WORLD, degree);
        create_sphere(membrane, turned);
        BOOST_REQUIRE(membrane.volume() > 0.);
        SurfaceOutput<1> output(MPI_COMM_WORLD, path);
        write(output, membrane, 0.);

        // Half the angle of a cell is 0.2; the sagitta of its polynomial falls by degree.
        const double tolerance = degree == 1 ? 0.03 : degree == 2 ? 2e-3 : 1e-4;
        const Vtu curve(content("solution/meridian_00000.vtu"));
        BOOST_TEST(curve.n_cells == 8);
        check_types(curve, 68, degree + 1);
        check_fields(curve, tolerance);
        const auto points = curve.points();
        for (unsigned int i = 0; i < curve.n_points; ++i) {
          BOOST_TEST(points[3 * i] >= 0.);
          BOOST_TEST(points[3 * i + 1] == 0.);
        }

        const Vtu surface(content("solution/surface_00000.vtu"));
        BOOST_TEST(surface.n_cells == 8 * SurfaceOutput<1>::n_sectors);
        check_types(surface, 70, (degree + 1) * (degree + 1));
        check_fields(surface, tolerance);
        const double volume = volume_of_corners(surface, (degree + 1) * (degree + 1));
        BOOST_TEST(volume < sphere_volume);
        BOOST_TEST(volume > 0.9 * sphere_volume);
      }
}

BOOST_FIXTURE_TEST_CASE(surface_in_space, TemporaryFolder) {
  for (const unsigned int degree : {1, 2, 3})
    for (const bool turned : {false, true})
      BOOST_TEST_CONTEXT("degree " << degree << ", turned " << turned) {
        Membrane<2> membrane(MPI_COMM_WORLD, degree);
        create_sphere(membrane, turned);
        BOOST_REQUIRE(membrane.volume() > 0.);
        SurfaceOutput<2> output(MPI_COMM_WORLD, path);
        write(output, membrane, 0.);
        BOOST_TEST(!has("meridian.pvd"));

        const Vtu surface(content("solution/surface_00000.vtu"));
        BOOST_TEST(surface.n_cells == 24);
        check_types(surface, 70, (degree + 1) * (degree + 1));
        // Corners of the flat cells lie at half an angle of 0.4 and more from their middle.
        check_fields(surface, degree == 1 ? 0.2 : degree == 2 ? 0.03 : 5e-3);
        const double volume = volume_of_corners(surface, (degree + 1) * (degree + 1));
        BOOST_TEST(volume < sphere_volume);
        BOOST_TEST(volume > 0.6 * sphere_volume);
      }
}

BOOST_FIXTURE_TEST_CASE(collection_names_the_frames_that_are_there, TemporaryFolder) {
  Membrane<1> membrane(MPI_COMM_WORLD, 2);
  create_sphere(membrane);
  SurfaceOutput<1> output(MPI_COMM_WORLD, path);
  BOOST_TEST(output.last_file() == "");
  BOOST_TEST(output.last_good_state() == "");
  BOOST_TEST(!has("surface.pvd"));

  // Two writes at one time make one frame.
  for (const double time : {0., 1e-7, 12.5, 12.5})
    write(output, membrane, time);
  BOOST_TEST(output.last_file() == path + "/solution/surface_00002.vtu");
  BOOST_TEST(output.last_good_state() ==
             "the output at 12.5 us in " + path + "/solution/surface_00002.vtu");

  for (const std::string name : {"surface", "meridian"}) {
    const std::string collection = content(name + ".pvd");
    std::size_t position = 0;
    for (const std::string expected : {"0", "1e-07", "12.5", ""})
      BOOST_TEST(between(collection, "timestep=\"", "\"", position) == expected);
    position = 0;
    for (const std::string number : {"0", "1", "2"}) {
      const std::string file = "solution/" + name + "_0000" + number + ".vtu";
      BOOST_TEST(between(collection, "file=\"", "\"", position) == file);
      BOOST_TEST(has(file));
    }
    BOOST_TEST(!has("solution/" + name + "_00003.vtu"));
    BOOST_TEST(!has(name + ".pvd.tmp"));
  }
}

BOOST_FIXTURE_TEST_CASE(series_is_continued_where_it_was, TemporaryFolder) {
  Membrane<1> membrane(MPI_COMM_WORLD, 2);
  create_sphere(membrane);
  StateArchive saved;
  {
    SurfaceOutput<1> output(MPI_COMM_WORLD, path);
    write(output, membrane, 0.);
    write(output, membrane, 0.1);
    output.serialize(saved);
    write(output, membrane, 0.2);
  }
  SurfaceOutput<1> output(MPI_COMM_WORLD, path);
  StateArchive loaded(saved.values());
  output.serialize(loaded);
  MPI_Barrier(MPI_COMM_WORLD);
  BOOST_TEST(output.last_file() == path + "/solution/surface_00001.vtu");
  for (const std::string name : {"surface", "meridian"})
    BOOST_TEST(content(name + ".pvd").find(name + "_00002.vtu") == std::string::npos);
  MPI_Barrier(MPI_COMM_WORLD);
  write(output, membrane, 0.3);
  MPI_Barrier(MPI_COMM_WORLD);
  for (const std::string name : {"surface", "meridian"}) {
    const std::string collection = content(name + ".pvd");
    std::size_t position = 0;
    for (const std::string expected : {"0", "0.1", "0.3", ""})
      BOOST_TEST(between(collection, "timestep=\"", "\"", position) == expected);
  }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_written, TemporaryFolder) {
  BOOST_CHECK_EXCEPTION(SurfaceOutput<1>(MPI_COMM_WORLD, path + "/none"), UserError,
                        [&](const UserError &error) {
                          return error.what() == "the folder \"" + path +
                                                     "/none/solution\" cannot be made: No such "
                                                     "file or directory";
                        });

  Membrane<1> membrane(MPI_COMM_WORLD, 2);
  create_sphere(membrane);
  const Vector moment = moment_of_sphere(membrane);
  SurfaceOutput<1> output(MPI_COMM_WORLD, path);
  const SurfaceOutput<1>::BendingState bending{rigidity, 0., kT, moment};
  BOOST_CHECK_THROW(output.write(membrane, 0., bending, {{}, {{"a \"b\"", moment}}}),
                    std::logic_error);
  BOOST_CHECK_THROW(output.write(membrane, 0., bending, {{}, {{"b", moment}, {"b", moment}}}),
                    std::logic_error);

  write(output, membrane, 1.);
  MPI_Barrier(MPI_COMM_WORLD);
  if (this_mpi_process(MPI_COMM_WORLD) == 0)
    std::filesystem::remove_all(path + "/solution");
  BOOST_CHECK_EXCEPTION(write(output, membrane, 2.), UserError, [&](const UserError &error) {
    return error.what() ==
           "cannot write \"" + path + "/solution/surface_00001.vtu\": No such file or directory";
  });
  // The failed frame is not taken for a good state.
  BOOST_TEST(output.last_good_state() ==
             "the output at 1 us in " + path + "/solution/surface_00000.vtu");
}
