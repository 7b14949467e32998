// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/surface_output.h"

#include "io/complete_file.h"
#include "io/throw_on_all_ranks.h"

#include <deal.II/base/data_out_base.h>
#include <deal.II/base/mpi.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/base/utilities.h>
#include <deal.II/fe/fe_q.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace fusogen {
using namespace dealii;

namespace {
// Rows of the data table of a patch: the scalar fields, the two that are always there, the three
// components in space of each vector field, and last, where DataOutBase expects it, the point. From
// the row of the first vector field on, every three rows are a vector.
template <int dim> unsigned int n_scalar_rows(const typename SurfaceOutput<dim>::Fields &fields) {
  return fields.scalars.size() + 2;
}

using VectorRanges =
    std::vector<std::tuple<unsigned int, unsigned int, std::string,
                           DataComponentInterpretation::DataComponentInterpretation>>;

template <int dim>
std::vector<std::string> row_names(const typename SurfaceOutput<dim>::Fields &fields,
                                   VectorRanges &ranges) {
  std::vector<std::string> names;
  for (const auto &field : fields.scalars)
    names.push_back(field.first);
  names.push_back("mean curvature [1/nm]");
  names.push_back("bending energy density [kT/nm^2]");

  ranges.clear();
  std::vector<std::string> all = names;
  for (const auto &field : fields.vectors) {
    ranges.emplace_back(names.size(), names.size() + 2, field.first,
                        DataComponentInterpretation::component_is_part_of_vector);
    names.insert(names.end(), 3, field.first);
    all.push_back(field.first);
  }

  for (const auto &name : all)
    if (name.empty() || name.find_first_of("\"&<>") != std::string::npos)
      throw std::logic_error("\"" + name + "\" cannot be the name of a field in a VTK file");
  if (std::set<std::string>(all.begin(), all.end()).size() != all.size())
    throw std::logic_error("two fields for a VTK file have the same name");
  return names;
}

// Outward for orientation +1, by the convention of SurfaceValues. Unlike the frame there it needs
// no positive radius: the tangent of the meridian has a limit on the axis.
Vector3 unit_normal(const std::array<Tensor<1, 1>, 2> &dx) {
  const Vector3 normal({dx[1][0], 0., -dx[0][0]});
  const double length = normal.norm();
  return length > 0. ? normal / length : normal;
}

Vector3 unit_normal(const std::array<Tensor<1, 2>, 3> &dx) {
  const Vector3 normal = cross_product_3d(Vector3({dx[0][0], dx[1][0], dx[2][0]}),
                                          Vector3({dx[0][1], dx[1][1], dx[2][1]}));
  const double length = normal.norm();
  return length > 0. ? normal / length : normal;
}

// Evaluates the membrane and the fields at the equidistant points of a cell, between which VTK
// interpolates; the nodes of the finite elements lie elsewhere (and for scalars are fewer).
template <int dim> class CellEvaluator {
public:
  static constexpr unsigned int spacedim = dim + 1;
  using Fields = typename SurfaceOutput<dim>::Fields;
  using BendingState = typename SurfaceOutput<dim>::BendingState;

  explicit CellEvaluator(const unsigned int degree) {
    const QIterated<dim> points(QTrapezoid<1>(), degree);
    const FE_Q<dim> position_element(degree), scalar_element(scalar_degree);
    n_points = points.size();
    n_nodes = position_element.n_dofs_per_cell();
    n_scalar_nodes = scalar_element.n_dofs_per_cell();
    for (const auto &point : points.get_points()) {
      for (unsigned int a = 0; a < n_nodes; ++a) {
        node_values.push_back(position_element.shape_value(a, point));
        node_gradients.push_back(position_element.shape_grad(a, point));
      }
      for (unsigned int a = 0; a < n_scalar_nodes; ++a)
        scalar_values.push_back(scalar_element.shape_value(a, point));
    }
  }

  // Fills the table of a patch; for dim = 1 the one of the meridian in the plane y = 0.
  void evaluate(const Membrane<dim> &membrane, const typename Membrane<dim>::Cell &cell,
                const BendingState &bending, const Fields &fields, Table<2, float> &data) {
    unsigned int row = 0;
    data.reinit(n_scalar_rows<dim>(fields) + 3 * fields.vectors.size() + 3, n_points);
    for (const auto &field : fields.scalars) {
      membrane.cell_scalar_values(cell, field.second, values);
      for (unsigned int q = 0; q < n_points; ++q) {
        double value = 0.;
        for (unsigned int a = 0; a < n_scalar_nodes; ++a)
          value += scalar_values[q * n_scalar_nodes + a] * values[a];
        data(row, q) = value;
      }
      ++row;
    }

    membrane.cell_positions(cell, positions);
    membrane.cell_vector_values(cell, bending.moment, values);
    const auto scalar_at = [&](const Vector *field, const unsigned int q, const double otherwise) {
      if (!field)
        return otherwise;
      membrane.cell_scalar_values(cell, *field, nodal_scalars);
      double value = 0.;
      for (unsigned int a = 0; a < n_scalar_nodes; ++a)
        value += scalar_values[q * n_scalar_nodes + a] * nodal_scalars[a];
      return value;
    };
    for (unsigned int q = 0; q < n_points; ++q) {
      std::array<Tensor<1, dim>, spacedim> dx{};
      for (unsigned int a = 0; a < n_nodes; ++a)
        for (unsigned int c = 0; c < spacedim; ++c)
          dx[c] += node_gradients[q * n_nodes + a] * positions[a * spacedim + c];
      const Vector3 normal = Membrane<dim>::orientation(cell) * unit_normal(dx);
      const Vector3 b = vector_at(q, values);
      const double kappa = bending.rigidity * scalar_at(bending.relative_rigidity, q, 1.);
      data(row, q) = bending.spontaneous_curvature + scalar_at(bending.lipid_curvature, q, 0.) -
                     (b * normal) / kappa;
      data(row + 1, q) = (b * b) / (2. * kappa * bending.thermal_energy);
    }
    row += 2;

    for (const auto &field : fields.vectors) {
      membrane.cell_vector_values(cell, field.second, values);
      add_vector(values, row, data);
    }
    add_vector(positions, row, data);
  }

private:
  Vector3 vector_at(const unsigned int q, const std::vector<double> &nodal_values) const {
    Vector3 value;
    for (unsigned int a = 0; a < n_nodes; ++a)
      for (unsigned int c = 0; c < spacedim; ++c)
        value[dim == 1 ? 2 * c : c] +=
            node_values[q * n_nodes + a] * nodal_values[a * spacedim + c];
    return value;
  }

  void add_vector(const std::vector<double> &nodal_values, unsigned int &row,
                  Table<2, float> &data) const {
    for (unsigned int q = 0; q < n_points; ++q) {
      const Vector3 value = vector_at(q, nodal_values);
      for (unsigned int c = 0; c < 3; ++c)
        data(row + c, q) = value[c];
    }
    row += 3;
  }

  unsigned int n_points, n_nodes, n_scalar_nodes;
  // Reference-cell tables, [q * n + node].
  std::vector<double> node_values, scalar_values;
  std::vector<Tensor<1, dim>> node_gradients;
  std::vector<double> positions, values, nodal_scalars;
};

template <int patch_dim>
DataOutBase::Patch<patch_dim, 3> make_patch(const unsigned int degree, Table<2, float> &&data) {
  DataOutBase::Patch<patch_dim, 3> patch;
  patch.reference_cell = ReferenceCells::get_hypercube<patch_dim>();
  patch.n_subdivisions = degree;
  patch.points_are_available = true;
  patch.data = std::move(data);
  return patch;
}

// The n_sectors patches that a cell of the meridian sweeps. With the angle as first and the
// parameter of the cell as second coordinate the normal of VTK is (z', -r'), outward for
// orientation +1; else the two change places.
template <unsigned int n_sectors>
void revolve(const Table<2, float> &meridian, const unsigned int first_vector_row,
             const unsigned int degree, const double orientation,
             std::vector<DataOutBase::Patch<2, 3>> &patches) {
  const unsigned int n = degree + 1;
  for (unsigned int sector = 0; sector < n_sectors; ++sector) {
    Table<2, float> data(meridian.size(0), n * n);
    for (unsigned int j = 0; j < n; ++j) {
      // Modulo the turn, so that the surface closes without a gap of rounding errors.
      const unsigned int step = (sector * degree + j) % (n_sectors * degree);
      const double angle = 2. * numbers::PI * step / (n_sectors * degree);
      const double cosine = std::cos(angle), sine = std::sin(angle);
      for (unsigned int i = 0; i < n; ++i) {
        const unsigned int q = orientation > 0. ? i * n + j : j * n + i;
        for (unsigned int row = 0; row < first_vector_row; ++row)
          data(row, q) = meridian(row, i);
        for (unsigned int row = first_vector_row; row < meridian.size(0); row += 3) {
          data(row, q) = cosine * meridian(row, i);
          data(row + 1, q) = sine * meridian(row, i);
          data(row + 2, q) = meridian(row + 2, i);
        }
      }
    }
    patches.push_back(make_patch<2>(degree, std::move(data)));
  }
}

// Exchanges the two coordinates of a patch and thereby turns its normal.
void transpose(Table<2, float> &data, const unsigned int degree) {
  const unsigned int n = degree + 1;
  for (unsigned int row = 0; row < data.size(0); ++row)
    for (unsigned int j = 0; j < n; ++j)
      for (unsigned int i = 0; i < j; ++i)
        std::swap(data(row, j * n + i), data(row, i * n + j));
}

// The part of a VTU file that the cells of this process are.
void write_piece(const std::vector<DataOutBase::Patch<2, 3>> &patches,
                 const std::vector<std::string> &names, const VectorRanges &vector_ranges,
                 const DataOutBase::VtkFlags &flags, std::ostream &text) {
  DataOutBase::write_vtu_main(patches, names, vector_ranges, flags, text);
}

template <typename Number>
void write_array(const std::string &attributes, const std::vector<Number> &values,
                 std::ostream &text) {
  // The number of bytes, then the bytes.
  const std::uint32_t size = values.size() * sizeof(Number);
  std::vector<unsigned char> bytes(sizeof(size) + size);
  std::memcpy(bytes.data(), &size, sizeof(size));
  std::memcpy(bytes.data() + sizeof(size), values.data(), size);
  text << "<DataArray " << attributes << " format=\"binary\">\n"
       << Utilities::encode_base64(bytes) << "\n</DataArray>\n";
}

// deal.II does not write curves of higher order.
void write_piece(const std::vector<DataOutBase::Patch<1, 3>> &patches,
                 const std::vector<std::string> &names, const VectorRanges &vector_ranges,
                 const DataOutBase::VtkFlags &, std::ostream &text) {
  const unsigned char lagrange_curve = 68;
  const unsigned int points_per_cell = patches[0].data.size(1);
  std::vector<std::int32_t> connectivity, offsets;
  for (unsigned int cell = 0; cell < patches.size(); ++cell) {
    const std::int32_t first = cell * points_per_cell, last = first + points_per_cell - 1;
    connectivity.push_back(first);
    connectivity.push_back(last);
    for (std::int32_t i = first + 1; i < last; ++i)
      connectivity.push_back(i);
    offsets.push_back(last + 1);
  }
  const auto rows = [&](const unsigned int begin, const unsigned int n_rows) {
    std::vector<float> values;
    for (const auto &patch : patches)
      for (unsigned int i = 0; i < points_per_cell; ++i)
        for (unsigned int row = begin; row < begin + n_rows; ++row)
          values.push_back(patch.data(row, i));
    return values;
  };

  text << "<Piece NumberOfPoints=\"" << connectivity.size() << "\" NumberOfCells=\""
       << patches.size() << "\">\n<Points>\n";
  write_array("type=\"Float32\" NumberOfComponents=\"3\"", rows(names.size(), 3), text);
  text << "</Points>\n<Cells>\n";
  write_array("type=\"Int32\" Name=\"connectivity\"", connectivity, text);
  write_array("type=\"Int32\" Name=\"offsets\"", offsets, text);
  write_array("type=\"UInt8\" Name=\"types\"",
              std::vector<unsigned char>(patches.size(), lagrange_curve), text);
  text << "</Cells>\n<PointData>\n";
  const unsigned int n_scalars = names.size() - 3 * vector_ranges.size();
  for (unsigned int row = 0; row < names.size(); row += row < n_scalars ? 1 : 3) {
    const unsigned int n_components = row < n_scalars ? 1 : 3;
    write_array("type=\"Float32\" Name=\"" + names[row] + "\" NumberOfComponents=\"" +
                    std::to_string(n_components) + "\"",
                rows(row, n_components), text);
  }
  text << "</PointData>\n</Piece>\n";
}

void write_header(const std::vector<DataOutBase::Patch<2, 3>> &, const DataOutBase::VtkFlags &flags,
                  std::ostream &text) {
  DataOutBase::write_vtu_header(text, flags);
}

void write_header(const std::vector<DataOutBase::Patch<1, 3>> &, const DataOutBase::VtkFlags &,
                  std::ostream &text) {
#ifdef DEAL_II_WORDS_BIGENDIAN
  const char *order = "BigEndian";
#else
  const char *order = "LittleEndian";
#endif
  text << "<?xml version=\"1.0\"?>\n<VTKFile type=\"UnstructuredGrid\" version=\"0.1\" "
          "byte_order=\""
       << order << "\">\n<UnstructuredGrid>\n";
}

// The texts of all processes, in the order of their ranks, on the first one. The function of
// deal.II for this would compress once more what is compressed already.
std::vector<std::string> collect_texts(const MPI_Comm &communicator, std::string &&text) {
  const unsigned int n_ranks = Utilities::MPI::n_mpi_processes(communicator);
  const int tag = 0;
  std::vector<std::string> texts;
  if (Utilities::MPI::this_mpi_process(communicator) != 0) {
    const int error = MPI_Send(text.data(), text.size(), MPI_CHAR, 0, tag, communicator);
    AssertThrowMPI(error);
    return texts;
  }
  texts.push_back(std::move(text));
  for (unsigned int rank = 1; rank < n_ranks; ++rank) {
    MPI_Status status;
    int error = MPI_Probe(rank, tag, communicator, &status);
    AssertThrowMPI(error);
    int size;
    error = MPI_Get_count(&status, MPI_CHAR, &size);
    AssertThrowMPI(error);
    texts.emplace_back(size, '\0');
    error = MPI_Recv(texts.back().data(), size, MPI_CHAR, rank, tag, communicator, &status);
    AssertThrowMPI(error);
  }
  return texts;
}
} // namespace

template <int dim>
SurfaceOutput<dim>::SurfaceOutput(MPI_Comm communicator, const std::string &directory)
    : communicator(communicator), directory(directory) {
  std::string problem;
  if (Utilities::MPI::this_mpi_process(communicator) == 0) {
    const std::filesystem::path folder = std::filesystem::path(directory) / "solution";
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    if (error)
      problem = "the folder \"" + folder.string() + "\" cannot be made: " + error.message();
  }
  throw_on_all_ranks(communicator, problem);
}

template <int dim>
std::string SurfaceOutput<dim>::file_of_frame(const Series &series, const unsigned int number) {
  return "solution/" + series.name + "_" + Utilities::int_to_string(number, 5) + ".vtu";
}

template <int dim> std::string SurfaceOutput<dim>::write_collection(const Series &series) const {
  std::ostringstream text;
  DataOutBase::write_pvd_record(text, series.frames);
  return write_complete_file((std::filesystem::path(directory) / (series.name + ".pvd")).string(),
                             {text.str()});
}

template <int dim>
template <class Patches>
std::string SurfaceOutput<dim>::write_frame(Series &series, const unsigned int number,
                                            const Patches &patches, const double time,
                                            const Fields &fields) const {
  // A program that reads a collection knows a frame by its time alone.
  Series extended = series;
  if (!extended.frames.empty() && extended.frames.back().first == time)
    extended.frames.pop_back();
  const std::string file = file_of_frame(series, number);
  const std::string path = (std::filesystem::path(directory) / file).string();
  extended.frames.emplace_back(time, file);

  VectorRanges vector_ranges;
  const std::vector<std::string> names = row_names<dim>(fields, vector_ranges);
  DataOutBase::VtkFlags flags(time, number, false, DataOutBase::VtkFlags::best_speed, true);

  // Each process turns its part into compressed text; the first one writes them all. The parts are
  // small, and one writer can tell a full disk from success.
  std::ostringstream text;
  if (!patches.empty())
    write_piece(patches, names, vector_ranges, flags, text);
  std::vector<std::string> content = collect_texts(communicator, text.str());

  std::string problem;
  if (Utilities::MPI::this_mpi_process(communicator) == 0) {
    std::ostringstream header, footer;
    write_header(patches, flags, header);
    DataOutBase::write_vtu_footer(footer);
    content.insert(content.begin(), header.str());
    content.push_back(footer.str());
    problem = write_complete_file(path, content);
    if (problem.empty())
      problem = write_collection(extended);
  }
  throw_on_all_ranks(communicator, problem);
  series = std::move(extended);
  return path;
}

template <int dim>
void SurfaceOutput<dim>::write(const Membrane<dim> &membrane, const double membrane_time,
                               const BendingState &bending, const Fields &fields) {
  const double time = clock + membrane_time;
  const unsigned int degree = membrane.degree();
  CellEvaluator<dim> evaluator(degree);
  std::vector<DataOutBase::Patch<2, 3>> surface_patches;
  std::vector<DataOutBase::Patch<1, 3>> meridian_patches;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      Table<2, float> data;
      evaluator.evaluate(membrane, cell, bending, fields, data);
      const double orientation = Membrane<dim>::orientation(cell);
      if constexpr (dim == 1) {
        revolve<n_sectors>(data, n_scalar_rows<dim>(fields), degree, orientation, surface_patches);
        meridian_patches.push_back(make_patch<1>(degree, std::move(data)));
      } else {
        if (orientation < 0.)
          transpose(data, degree);
        surface_patches.push_back(make_patch<2>(degree, std::move(data)));
      }
    }

  const auto move = [this](auto &patches, const bool sideways) {
    for (auto &patch : patches)
      for (unsigned int c = sideways ? 0 : 2; c < 3; ++c)
        for (unsigned int q = 0; q < patch.data.size(1) && origin[c] != 0.; ++q)
          patch.data(patch.data.size(0) - 3 + c, q) += origin[c];
  };
  move(surface_patches, true);
  move(meridian_patches, false);
  const bool again = !surface.frames.empty() && surface.frames.back().first == time;
  const unsigned int number = surface.frames.size() - (again ? 1 : 0);
  last_surface = write_frame(surface, number, surface_patches, time, fields);
  if (dim == 1)
    write_frame(meridian, number, meridian_patches, time, fields);
}

template <int dim> void SurfaceOutput<dim>::serialize(StateArchive &state) {
  std::vector<double> times;
  for (const auto &frame : surface.frames)
    times.push_back(frame.first);
  state.item("times of the pictures", times);
  if (!state.loading())
    return;
  std::string problem;
  std::vector<Series *> collections = {&surface};
  if (dim == 1)
    collections.push_back(&meridian);
  for (Series *series : collections) {
    series->frames.clear();
    for (unsigned int i = 0; i < times.size(); ++i) {
      const std::string file = file_of_frame(*series, i);
      // A frame may have no meridian.
      if (std::filesystem::exists(std::filesystem::path(directory) / file))
        series->frames.emplace_back(times[i], file);
    }
    if (problem.empty() && Utilities::MPI::this_mpi_process(communicator) == 0)
      problem = write_collection(*series);
  }
  throw_on_all_ranks(communicator, problem);
  if (!times.empty())
    last_surface = (std::filesystem::path(directory) / surface.frames.back().second).string();
}

template <int dim> std::string SurfaceOutput<dim>::last_good_state() const {
  if (last_surface.empty())
    return "";
  std::ostringstream text;
  text << "the output at " << surface.frames.back().first << " us in " << last_surface;
  return text.str();
}

template class SurfaceOutput<1>;
template class SurfaceOutput<2>;
} // namespace fusogen
