// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Checkpoints: what comes back on other numbers of ranks, and what is refused.
#include "geometry/shapes.h"
#include "io/checkpoint.h"
#include "temporary_folder.h"

#include <deal.II/base/mpi.h>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace fusogen;
using fusogen::test::TemporaryFolder;
using namespace dealii::Utilities::MPI;

namespace {
struct Folder : TemporaryFolder {
  // Does something to files on the first process while the others wait.
  void once(const std::function<void()> &action) const {
    MPI_Barrier(MPI_COMM_WORLD);
    if (this_mpi_process(MPI_COMM_WORLD) == 0)
      action();
    MPI_Barrier(MPI_COMM_WORLD);
  }

  void change_byte(const std::string &file, const std::size_t position) const {
    once([&] {
      std::fstream stream(path + "/" + file, std::ios::in | std::ios::out | std::ios::binary);
      BOOST_REQUIRE(stream);
      stream.seekg(position);
      const char byte = static_cast<char>(stream.get() ^ 1);
      stream.seekp(position);
      stream.put(byte);
    });
  }
};

// The first processes of all, or nothing on the others.
struct FirstRanks {
  MPI_Comm communicator;
  explicit FirstRanks(const unsigned int n) {
    const int rank = this_mpi_process(MPI_COMM_WORLD);
    MPI_Comm_split(MPI_COMM_WORLD, rank < static_cast<int>(n) ? 0 : MPI_UNDEFINED, rank,
                   &communicator);
  }
  ~FirstRanks() {
    if (communicator != MPI_COMM_NULL)
      MPI_Comm_free(&communicator);
  }
  explicit operator bool() const { return communicator != MPI_COMM_NULL; }
};

void create(Membrane<1> &membrane) {
  const Profile patch = sphere(10), vesicle = prolate(20, 0.8);
  GradingParameters grading;
  grading.n_cells = 9;
  membrane.create_meridian(
      {{patch, graded_nodes(patch, grading), Component::plasma_membrane, Edge::rim, Edge::axis},
       {vesicle, graded_nodes(vesicle, grading), Component::vesicle, Edge::axis, Edge::axis}});
}

// 24 cells, one of them refined once more.
void create(Membrane<2> &membrane) {
  Membrane<2> even(membrane.communicator(), membrane.degree());
  even.create_sphere_like(0, [](const std::array<double, 3> &n) { return n; });
  membrane.create_refined(even.coarse_mesh(), [](const auto &visit) {
    for (unsigned int coarse = 0; coarse < 6; ++coarse)
      for (std::uint8_t child = 0; child < 4; ++child)
        if (coarse == 2 && child == 3)
          for (std::uint8_t grandchild = 0; grandchild < 4; ++grandchild)
            visit(dealii::CellId(coarse, std::vector<std::uint8_t>{child, grandchild}));
        else
          visit(dealii::CellId(coarse, std::vector<std::uint8_t>{child}));
  });
}

// Values that differ from node to node.
Vector numbered(const Vector &owned, const double start) {
  Vector field = owned;
  for (auto i = field.local_range().first; i < field.local_range().second; ++i)
    field(i) = start + std::sin(1. + i);
  field.compress(dealii::VectorOperation::insert);
  return field;
}

// A membrane with fields on it and some numbers: something with a state.
template <int dim> struct Story {
  Membrane<dim> membrane;
  Vector content, area;
  double time = 0.1, nothing = std::nan("");
  std::vector<double> ledger = {1. / 3., std::numeric_limits<double>::infinity(), 1e-310};
  std::string random = "a \"b\" \n c";

  explicit Story(MPI_Comm communicator) : membrane(communicator, 2) {}

  void begin() {
    create(membrane);
    membrane.set_positions(numbered(membrane.vector_field(false), 0.));
    content = membrane.scalar_vector(true);
    content = numbered(membrane.scalar_vector(false), 10.);
    area = membrane.tension_vector(true);
    area = numbered(membrane.tension_vector(false), 20.);
  }

  void serialize(SurfaceArchive<dim> &archive) {
    archive.state().item("time", time);
    archive.state().item("nothing", nothing);
    archive.state().item("ledger", ledger);
    archive.state().item("random state", random);
    archive.field("content", membrane.scalar_dofs(), content);
    archive.field("area", membrane.tension_dofs(), area);
  }

  // The values at the nodes of all cells, on the first process.
  std::map<dealii::CellId, std::vector<double>> cells() const {
    std::map<dealii::CellId, std::vector<double>> here, all;
    std::vector<double> values;
    std::vector<dealii::types::global_dof_index> indices;
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        auto &row = here[membrane.cell_id(cell)];
        membrane.cell_positions(cell, row);
        membrane.cell_scalar_values(cell, content, values);
        row.insert(row.end(), values.begin(), values.end());
        membrane.cell_tension_indices(cell, indices);
        for (const auto i : indices)
          row.push_back(area(i));
        row.push_back(cell->material_id());
      }
    for (const auto &part : gather(membrane.communicator(), here))
      all.insert(part.begin(), part.end());
    return all;
  }

  std::string write(CheckpointFolder &folder, const std::string &outcome = "") {
    SurfaceArchive<dim> archive(membrane);
    serialize(archive);
    return folder.write(membrane, archive,
                        {{{"Vesicle/Radius", "20"}, {"Scenario/Kind", "x"}}, outcome, time});
  }
};

template <int dim> void check_other_numbers_of_ranks(const std::string &path) {
  const unsigned int n_ranks = n_mpi_processes(MPI_COMM_WORLD);
  for (unsigned int writers = 1; writers <= n_ranks; ++writers) {
    std::map<dealii::CellId, std::vector<double>> cells;
    if (const FirstRanks ranks(writers); ranks) {
      Story<dim> story(ranks.communicator);
      story.begin();
      cells = story.cells();
      CheckpointFolder folder(ranks.communicator, path, 1);
      BOOST_TEST(story.write(folder) == "");
    }
    MPI_Barrier(MPI_COMM_WORLD);
    for (unsigned int readers = 1; readers <= n_ranks; ++readers)
      if (const FirstRanks ranks(readers); ranks) {
        const auto checkpoint = Checkpoint::newest(ranks.communicator, path);
        BOOST_REQUIRE(checkpoint);
        BOOST_TEST(checkpoint->information().time == 0.1);
        BOOST_TEST(checkpoint->information().outcome == "");
        BOOST_TEST(checkpoint->information().parameters.size() == 2u);
        BOOST_TEST(checkpoint->information().parameters[0].first == "Vesicle/Radius");
        BOOST_TEST(checkpoint->information().parameters[0].second == "20");
        Story<dim> story(ranks.communicator);
        SurfaceArchive<dim> archive = checkpoint->restore(story.membrane);
        const Story<dim> original(ranks.communicator);
        story.time = 0.;
        story.nothing = 1.;
        story.ledger.clear();
        story.random.clear();
        story.serialize(archive);
        BOOST_TEST(story.time == original.time);
        BOOST_TEST(std::isnan(story.nothing));
        BOOST_TEST(story.ledger == original.ledger);
        BOOST_TEST(story.random == original.random);
        const auto again = story.cells();
        if (this_mpi_process(ranks.communicator) == 0)
          BOOST_CHECK(again == cells);
        double unused = 0.;
        BOOST_CHECK_THROW(archive.state().item("energy", unused), std::runtime_error);
        BOOST_CHECK_THROW(archive.field("moment", story.membrane.scalar_dofs(), story.content),
                          std::runtime_error);
      }
    MPI_Barrier(MPI_COMM_WORLD);
  }
}
} // namespace

BOOST_FIXTURE_TEST_CASE(meridian_on_other_numbers_of_ranks, Folder) {
  check_other_numbers_of_ranks<1>(path);
}

BOOST_FIXTURE_TEST_CASE(surface_in_space_on_other_numbers_of_ranks, Folder) {
  check_other_numbers_of_ranks<2>(path);
}

BOOST_FIXTURE_TEST_CASE(newest_ones_are_kept, Folder) {
  BOOST_CHECK(!Checkpoint::newest(MPI_COMM_WORLD, path));
  Story<1> story(MPI_COMM_WORLD);
  story.begin();
  CheckpointFolder folder(MPI_COMM_WORLD, path, 2);
  // What a process that was killed while writing leaves behind.
  once([&] { std::filesystem::create_directories(path + "/checkpoint/00007.tmp"); });
  BOOST_CHECK(!Checkpoint::newest(MPI_COMM_WORLD, path));
  for (unsigned int i = 1; i <= 4; ++i) {
    story.time = i;
    BOOST_TEST(story.write(folder) == "");
    BOOST_TEST(folder.last() == path + "/checkpoint/0000" + std::to_string(i));
    BOOST_TEST(Checkpoint::newest(MPI_COMM_WORLD, path)->information().time == i);
  }
  for (const auto &[name, there] : std::map<std::string, bool>{{"00001", false},
                                                               {"00002", false},
                                                               {"00003", true},
                                                               {"00004", true},
                                                               {"00007.tmp", false}})
    BOOST_TEST(has("checkpoint/" + name) == there);
  std::string latest;
  std::ifstream(path + "/checkpoint/latest") >> latest;
  BOOST_TEST(latest == "00004");
}

BOOST_FIXTURE_TEST_CASE(damaged_ones_are_refused, Folder) {
  Story<2> story(MPI_COMM_WORLD);
  story.begin();
  CheckpointFolder folder(MPI_COMM_WORLD, path, 100);
  const std::string last_piece =
      "piece_0000" + std::to_string(n_mpi_processes(MPI_COMM_WORLD) - 1) + ".bin";
  const auto name = [](const unsigned int number) {
    return "checkpoint/0000" + std::to_string(number) + "/";
  };
  for (unsigned int i = 1; i <= 7; ++i) {
    story.time = i;
    BOOST_TEST(story.write(folder) == "");
  }
  once([&] {
    std::filesystem::resize_file(path + "/" + name(7) + last_piece, 1000);
    std::filesystem::remove(path + "/" + name(6) + last_piece);
    std::filesystem::remove(path + "/" + name(5) + "header.json");
    std::filesystem::resize_file(path + "/" + name(4) + "header.json", 500);
  });
  change_byte(name(3) + last_piece, 10);
  // A digit of a number in the header: still a valid file, but not what was written.
  std::string header;
  std::getline(std::ifstream(path + "/" + name(2) + "header.json"), header);
  change_byte(name(2) + "header.json", header.find("\"time\":2.0") + 7);

  const auto checkpoint = Checkpoint::newest(MPI_COMM_WORLD, path);
  BOOST_REQUIRE(checkpoint);
  BOOST_TEST(checkpoint->information().time == 1.);
  MPI_Barrier(MPI_COMM_WORLD);
  for (unsigned int i = 2; i <= 7; ++i) {
    BOOST_TEST(!has(name(i)));
    BOOST_TEST(has("checkpoint/0000" + std::to_string(i) + ".damaged"));
  }
  // The last value of the last piece counts too.
  once([&] {
    const std::string file = path + "/" + name(1) + last_piece;
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  });
  BOOST_CHECK(!Checkpoint::newest(MPI_COMM_WORLD, path));
}

BOOST_FIXTURE_TEST_CASE(checkpoints_of_an_earlier_run_are_set_aside, Folder) {
  Story<1> story(MPI_COMM_WORLD);
  story.begin();
  CheckpointFolder folder(MPI_COMM_WORLD, path, 2);
  BOOST_TEST(!folder.set_aside());
  story.write(folder);
  BOOST_TEST(folder.set_aside());
  BOOST_TEST(has("checkpoint.old/00001"));
  BOOST_TEST(!has("checkpoint"));
  // Those of a run that reached its end are of no more use.
  once([&] { std::filesystem::remove_all(path + "/checkpoint.old"); });
  story.write(folder, "full fusion");
  BOOST_TEST(Checkpoint::newest(MPI_COMM_WORLD, path)->information().outcome == "full fusion");
  BOOST_TEST(!folder.set_aside());
  MPI_Barrier(MPI_COMM_WORLD);
  BOOST_TEST(!has("checkpoint.old"));
  BOOST_TEST(!has("checkpoint"));
}

BOOST_FIXTURE_TEST_CASE(failure_is_told_to_all, Folder) {
  Story<1> story(MPI_COMM_WORLD);
  story.begin();
  once([&] { std::ofstream(path + "/file") << "no folder"; });
  CheckpointFolder impossible(MPI_COMM_WORLD, path + "/file", 1);
  BOOST_TEST(story.write(impossible).find("cannot make a folder in") == 0u);
  BOOST_TEST(impossible.last() == "");
}
