// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/checkpoint.h"

#include "base/log.h"
#include "io/complete_file.h"
#include "io/throw_on_all_ranks.h"

#include <boost/crc.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace fusogen {
using namespace dealii;
namespace filesystem = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {
constexpr int format_version = 1;
constexpr unsigned int byte_order_mark = 0x01020304;
// The mark as the machine that wrote the pieces has it in memory.
std::string machine_byte_order() {
  unsigned char first;
  std::memcpy(&first, &byte_order_mark, 1);
  return first == 0x04 ? "little endian" : "big endian";
}

using BinaryId = CellId::binary_type;

std::uint32_t checksum(const std::string &bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

template <class T> void append_bytes(std::string &bytes, const T *first, const std::size_t n) {
  if (n > 0)
    bytes.append(reinterpret_cast<const char *>(first), n * sizeof(T));
}

// JSON knows no nan and no infinity.
Json number_to_json(const double x) {
  if (std::isfinite(x))
    return x;
  return std::isnan(x) ? "nan" : x > 0. ? "inf" : "-inf";
}

double number_from_json(const Json &json) {
  if (json.is_number())
    return json.get<double>();
  return std::stod(json.get<std::string>());
}

Json to_json(const StateArchive::Value &value) {
  if (const auto *number = std::get_if<double>(&value))
    return number_to_json(*number);
  if (const auto *text = std::get_if<std::string>(&value))
    return {{"text", *text}};
  Json list = Json::array();
  for (const double x : std::get<std::vector<double>>(value))
    list.push_back(number_to_json(x));
  return list;
}

StateArchive::Value value_from_json(const Json &json) {
  if (json.is_object())
    return json.at("text").get<std::string>();
  if (!json.is_array())
    return number_from_json(json);
  std::vector<double> list;
  for (const Json &x : json)
    list.push_back(number_from_json(x));
  return list;
}

template <int dim> Json to_json(const CoarseMesh<dim> &mesh) {
  Json json = {{"vertices", Json::array()}, {"cells", Json::array()}, {"edges", Json::array()}};
  for (const auto &x : mesh.vertices) {
    Json point = Json::array();
    for (unsigned int d = 0; d < dim + 1; ++d)
      point.push_back(x[d]);
    json["vertices"].push_back(point);
  }
  for (const auto &cell : mesh.cells) {
    Json numbers = cell.vertices;
    numbers.push_back(cell.material_id);
    json["cells"].push_back(numbers);
  }
  for (const auto &[face, edge] : mesh.edges)
    json["edges"].push_back({face.first, face.second, static_cast<unsigned int>(edge)});
  return json;
}

template <int dim> CoarseMesh<dim> coarse_mesh_from(const Json &json) {
  CoarseMesh<dim> mesh;
  for (const Json &x : json.at("vertices")) {
    Point<dim + 1> point;
    for (unsigned int d = 0; d < dim + 1; ++d)
      point[d] = x.at(d).get<double>();
    mesh.vertices.push_back(point);
  }
  for (const Json &numbers : json.at("cells")) {
    CellData<dim> cell;
    for (unsigned int v = 0; v < cell.vertices.size(); ++v)
      cell.vertices[v] = numbers.at(v).get<unsigned int>();
    cell.material_id = numbers.at(cell.vertices.size()).template get<types::material_id>();
    mesh.cells.push_back(cell);
  }
  for (const Json &numbers : json.at("edges"))
    mesh.edges[{numbers.at(0).get<unsigned int>(), numbers.at(1).get<unsigned int>()}] =
        Edge(numbers.at(2).get<unsigned int>());
  return mesh;
}

// The header says how its own content must look, so that a changed one is noticed too.
std::string sealed(const Json &content) {
  return Json({{"checksum", checksum(content.dump())}, {"content", content}}).dump() + "\n";
}

std::string number_text(const unsigned int number) { return Utilities::int_to_string(number, 5); }

std::string piece_name(const unsigned int rank) { return "piece_" + number_text(rank) + ".bin"; }

// Numbers of the complete checkpoints in the folder, the newest first.
std::vector<unsigned int> numbers_in(const std::string &directory) {
  std::vector<unsigned int> numbers;
  std::error_code error;
  for (const auto &entry : filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.size() >= 5 && name.size() < 10 &&
        name.find_first_not_of("0123456789") == std::string::npos)
      numbers.push_back(std::stoul(name));
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

// Makes the names in a folder last beyond a loss of power.
void keep_names(const std::string &directory) {
  const int descriptor = open(directory.c_str(), O_RDONLY);
  if (descriptor >= 0) {
    fsync(descriptor);
    close(descriptor);
  }
}

std::optional<std::string> content_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    return {};
  return text.str();
}

struct Piece {
  std::uint64_t cells = 0;
  std::uint32_t crc = 0;
  std::string problem;
  template <class Archive> void serialize(Archive &archive, unsigned int) {
    archive &cells &crc &problem;
  }
};
} // namespace

template <int dim>
std::string CheckpointFolder::write(const Membrane<dim> &membrane, SurfaceArchive<dim> &archive,
                                    const CheckpointInformation &information) {
  const unsigned int rank = Utilities::MPI::this_mpi_process(communicator);
  std::string problem;
  unsigned int number = 0;
  if (rank == 0) {
    const auto numbers = numbers_in(directory);
    number = numbers.empty() ? 1 : numbers.front() + 1;
    // What a killed run left unfinished goes.
    std::error_code error;
    std::vector<filesystem::path> unfinished;
    for (const auto &entry : filesystem::directory_iterator(directory, error))
      if (entry.path().extension() == ".tmp")
        unfinished.push_back(entry.path());
    for (const auto &path : unfinished)
      filesystem::remove_all(path, error);
    error.clear();
    filesystem::create_directories(directory + "/" + number_text(number) + ".tmp", error);
    if (error)
      problem = "cannot make a folder in \"" + directory + "\": " + error.message();
  }
  problem = Utilities::MPI::broadcast(communicator, problem);
  if (!problem.empty())
    return problem;
  number = Utilities::MPI::broadcast(communicator, number);
  const std::string path = directory + "/" + number_text(number), unfinished = path + ".tmp";

  // The rank's own piece.
  Piece mine;
  {
    const auto cells = SurfaceArchive<dim>::owned_cells(membrane);
    std::string bytes;
    for (const auto &cell : cells) {
      const BinaryId id = membrane.cell_id(cell).template to_binary<dim>();
      append_bytes(bytes, id.data(), id.size());
    }
    for (std::size_t c = 0; c < cells.size(); ++c)
      for (const auto &column : archive.columns())
        append_bytes(bytes, column.values.data() + c * column.values_per_cell,
                     column.values_per_cell);
    mine.cells = cells.size();
    mine.crc = checksum(bytes);
    mine.problem = write_complete_file(unfinished + "/" + piece_name(rank), {bytes}, true);
  }
  const std::vector<Piece> pieces = Utilities::MPI::gather(communicator, mine);

  if (rank == 0) {
    Json header;
    header["format"] = format_version;
    header["byte order"] = machine_byte_order();
    header["dimension"] = dim;
    header["time"] = information.time;
    header["outcome"] = information.outcome;
    header["parameters"] = Json::object();
    for (const auto &[name, value] : information.parameters)
      header["parameters"][name] = value;
    header["state"] = Json::object();
    for (const auto &[name, value] : archive.state().values())
      header["state"][name] = to_json(value);
    header["fields"] = Json::array();
    for (const auto &column : archive.columns())
      header["fields"].push_back({column.name, column.values_per_cell});
    header["pieces"] = Json::array();
    for (const Piece &piece : pieces) {
      if (problem.empty())
        problem = piece.problem;
      header["pieces"].push_back({{"cells", piece.cells}, {"checksum", piece.crc}});
    }
    header["coarse mesh"] = to_json(membrane.coarse_mesh());
    if (problem.empty())
      problem = write_complete_file(unfinished + "/header.json", {sealed(header)}, true);
    if (problem.empty()) {
      keep_names(unfinished);
      std::error_code error;
      filesystem::rename(unfinished, path, error);
      if (error)
        problem = "cannot rename \"" + unfinished + "\": " + error.message();
      else {
        keep_names(directory);
        // For people and scripts; resuming finds the newest whole checkpoint by itself.
        write_complete_file(directory + "/latest", {number_text(number), "\n"}, true);
        const auto numbers = numbers_in(directory);
        for (std::size_t i = keep; i < numbers.size(); ++i)
          filesystem::remove_all(directory + "/" + number_text(numbers[i]), error);
      }
    }
    if (!problem.empty()) {
      std::error_code error;
      filesystem::remove_all(unfinished, error);
    }
  }
  problem = Utilities::MPI::broadcast(communicator, problem);
  if (problem.empty())
    last_path = path;
  return problem;
}

struct Checkpoint::Content {
  std::string path;
  CheckpointInformation information;
  int dimension;
  StateArchive::Values state;
  std::vector<std::pair<std::string, unsigned int>> fields;
  struct Piece {
    std::size_t cells;
    std::uint32_t checksum;
  };
  std::vector<Piece> pieces;
  Json coarse_mesh;
  bool foreign = false; // whole, but not for this program on this machine

  unsigned int values_per_cell() const {
    unsigned int sum = 0;
    for (const auto &field : fields)
      sum += field.second;
    return sum;
  }

  // What is wrong with the text of a header, or nothing.
  std::string parse(const std::string &text) {
    try {
      const Json sealed = Json::parse(text), header = sealed.at("content");
      if (sealed.at("checksum").get<std::uint32_t>() != fusogen::checksum(header.dump()))
        return "header.json is damaged";
      foreign = true;
      if (header.at("format").get<int>() != format_version)
        return "it was written by another version of fusogen, in the format " +
               header.at("format").dump();
      if (header.at("byte order").get<std::string>() != machine_byte_order())
        return "it was written on a machine that is " + header.at("byte order").get<std::string>();
      foreign = false;
      dimension = header.at("dimension").get<int>();
      information.time = header.at("time").get<double>();
      information.outcome = header.at("outcome").get<std::string>();
      for (const auto &[name, value] : header.at("parameters").items())
        information.parameters.emplace_back(name, value.get<std::string>());
      for (const auto &[name, value] : header.at("state").items())
        state[name] = value_from_json(value);
      for (const Json &field : header.at("fields"))
        fields.emplace_back(field.at(0).get<std::string>(), field.at(1).get<unsigned int>());
      for (const Json &piece : header.at("pieces"))
        pieces.push_back(
            {piece.at("cells").get<std::size_t>(), piece.at("checksum").get<std::uint32_t>()});
      coarse_mesh = header.at("coarse mesh");
    } catch (const std::exception &) {
      return "header.json is damaged";
    }
    return "";
  }

  // What is wrong with a piece, or nothing.
  std::string check_piece(const unsigned int number) const {
    const std::string name = piece_name(number);
    const auto bytes = content_of(path + "/" + name);
    if (!bytes)
      return name + " is missing";
    const std::size_t size =
        pieces[number].cells * (sizeof(BinaryId) + values_per_cell() * sizeof(double));
    if (bytes->size() != size)
      return name + " has " + std::to_string(bytes->size()) + " bytes instead of " +
             std::to_string(size);
    if (fusogen::checksum(*bytes) != pieces[number].checksum)
      return name + " is damaged";
    return "";
  }

  // The ids of the cells in a piece.
  std::vector<CellId> ids_of_piece(std::ifstream &file, const unsigned int number) const {
    file.open(path + "/" + piece_name(number), std::ios::binary);
    std::vector<BinaryId> binary(pieces[number].cells);
    file.read(reinterpret_cast<char *>(binary.data()), binary.size() * sizeof(BinaryId));
    AssertThrow(file || binary.empty(), ExcMessage("cannot read " + path));
    return {binary.begin(), binary.end()};
  }
};

Checkpoint::Checkpoint(MPI_Comm communicator, std::unique_ptr<const Content> content)
    : communicator(communicator), content(std::move(content)) {}

Checkpoint::~Checkpoint() = default;

const std::string &Checkpoint::path() const { return content->path; }

const CheckpointInformation &Checkpoint::information() const { return content->information; }

std::unique_ptr<const Checkpoint> Checkpoint::newest(MPI_Comm communicator,
                                                     const std::string &run_directory) {
  const unsigned int rank = Utilities::MPI::this_mpi_process(communicator),
                     n_ranks = Utilities::MPI::n_mpi_processes(communicator);
  const std::string directory = run_directory + "/checkpoint";
  std::vector<unsigned int> numbers;
  if (rank == 0)
    numbers = numbers_in(directory);
  for (const unsigned int number : Utilities::MPI::broadcast(communicator, numbers)) {
    auto content = std::make_unique<Content>();
    content->path = directory + "/" + number_text(number);
    std::string header, problem;
    if (rank == 0)
      header = content_of(content->path + "/header.json").value_or("");
    header = Utilities::MPI::broadcast(communicator, header);
    problem = content->parse(header);
    if (problem.empty()) {
      std::string found;
      for (std::size_t p = rank; p < content->pieces.size() && found.empty(); p += n_ranks)
        found = content->check_piece(p);
      for (const std::string &one : Utilities::MPI::all_gather(communicator, found))
        if (problem.empty())
          problem = one;
    }
    if (problem.empty())
      return std::unique_ptr<const Checkpoint>(new Checkpoint(communicator, std::move(content)));
    std::error_code error;
    if (rank == 0 && !content->foreign) {
      filesystem::remove_all(content->path + ".damaged", error);
      filesystem::rename(content->path, content->path + ".damaged", error);
    }
    Log::instance().warning("the checkpoint \"" + content->path + "\" is refused, because " +
                            problem + "; the one before it is used if there is one");
  }
  return nullptr;
}

StateArchive Checkpoint::state() const { return StateArchive(content->state); }

template <int dim> SurfaceArchive<dim> Checkpoint::restore(Membrane<dim> &membrane) const {
  if (content->dimension != dim)
    throw UserError("the checkpoint \"" + content->path + "\" is of another dimension");
  membrane.create_refined(coarse_mesh_from<dim>(content->coarse_mesh),
                          [&](const std::function<void(const CellId &)> &visit) {
                            for (unsigned int p = 0; p < content->pieces.size(); ++p) {
                              std::ifstream file;
                              for (const CellId &id : content->ids_of_piece(file, p))
                                visit(id);
                            }
                          });

  std::vector<typename SurfaceArchive<dim>::Column> columns;
  std::map<CellId, std::size_t> rows;
  for (const auto &cell : SurfaceArchive<dim>::owned_cells(membrane))
    rows.emplace(membrane.cell_id(cell), rows.size());
  for (const auto &[name, values_per_cell] : content->fields)
    columns.push_back({name, values_per_cell, std::vector<double>(rows.size() * values_per_cell)});

  std::size_t n_found = 0;
  std::vector<double> record(content->values_per_cell());
  for (unsigned int p = 0; p < content->pieces.size(); ++p) {
    std::ifstream file;
    const std::vector<CellId> ids = content->ids_of_piece(file, p);
    for (std::size_t c = 0; c < ids.size(); ++c) {
      const auto row = rows.find(ids[c]);
      if (row == rows.end())
        continue;
      ++n_found;
      file.seekg(ids.size() * sizeof(BinaryId) + c * record.size() * sizeof(double));
      file.read(reinterpret_cast<char *>(record.data()), record.size() * sizeof(double));
      AssertThrow(file, ExcMessage("cannot read " + content->path));
      auto value = record.cbegin();
      for (auto &column : columns) {
        std::copy_n(value, column.values_per_cell,
                    column.values.begin() + row->second * column.values_per_cell);
        value += column.values_per_cell;
      }
    }
  }
  AssertThrow(n_found == rows.size(), ExcMessage("The checkpoint lacks cells of the membrane."));
  return SurfaceArchive<dim>(membrane, content->state, std::move(columns));
}

bool CheckpointFolder::set_aside() {
  std::string problem;
  bool moved = false;
  if (Utilities::MPI::this_mpi_process(communicator) == 0) {
    const auto numbers = numbers_in(directory);
    bool finished = numbers.empty();
    if (!finished) {
      Checkpoint::Content newest;
      finished =
          newest
              .parse(content_of(directory + "/" + number_text(numbers.front()) + "/header.json")
                         .value_or(""))
              .empty() &&
          !newest.information.outcome.empty();
    }
    std::error_code error;
    if (!finished) {
      filesystem::remove_all(directory + ".old", error);
      if (!error)
        filesystem::rename(directory, directory + ".old", error);
      moved = !error;
    } else
      filesystem::remove_all(directory, error);
    if (error)
      problem = "cannot clear the folder \"" + directory + "\": " + error.message();
  }
  throw_on_all_ranks(communicator, problem);
  return Utilities::MPI::broadcast(communicator, moved);
}

template std::string CheckpointFolder::write(const Membrane<1> &, SurfaceArchive<1> &,
                                             const CheckpointInformation &);
template std::string CheckpointFolder::write(const Membrane<2> &, SurfaceArchive<2> &,
                                             const CheckpointInformation &);
template SurfaceArchive<1> Checkpoint::restore(Membrane<1> &) const;
template SurfaceArchive<2> Checkpoint::restore(Membrane<2> &) const;
} // namespace fusogen
