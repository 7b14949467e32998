// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/membrane.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/distributed/shared_tria.h>
#include <deal.II/distributed/tria.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/mapping_q.h>
#include <deal.II/grid/cell_id.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/grid_tools.h>
#include <deal.II/grid/manifold_lib.h>

namespace fusogen {
using namespace dealii;

namespace {
// Every rank keeps all cells of a meridian (a few hundred); ranks own contiguous pieces of the
// curve, so that the coupling between ranks is one node.
void partition_curve(parallel::shared::Triangulation<1, 2> &tria) {
  const unsigned int ranks = Utilities::MPI::n_mpi_processes(tria.get_communicator());
  const unsigned int n = tria.n_active_cells();
  for (const auto &cell : tria.active_cell_iterators())
    cell->set_subdomain_id(cell->active_cell_index() * ranks / n);
}

std::unique_ptr<parallel::TriangulationBase<1, 2>>
make_triangulation(MPI_Comm communicator, std::integral_constant<int, 1>) {
  using Tria = parallel::shared::Triangulation<1, 2>;
  auto tria = std::make_unique<Tria>(communicator, Triangulation<1, 2>::none, false,
                                     Tria::partition_custom_signal);
  Tria *raw = tria.get();
  tria->signals.create.connect([raw]() { partition_curve(*raw); });
  return tria;
}

std::unique_ptr<parallel::TriangulationBase<2, 3>>
make_triangulation(MPI_Comm communicator, std::integral_constant<int, 2>) {
  return std::make_unique<parallel::distributed::Triangulation<2, 3>>(communicator);
}
} // namespace

template <int dim>
Membrane<dim>::Membrane(MPI_Comm communicator, const unsigned int degree)
    : mpi_communicator(communicator), polynomial_degree(degree),
      tria(make_triangulation(communicator, std::integral_constant<int, dim>())),
      position_element(FE_Q<dim, spacedim>(degree), spacedim),
      scalar_element(FE_Q<dim, spacedim>(scalar_degree), 1),
      tension_element(FE_DGP<dim, spacedim>(std::max(1u, degree - 1)), 1),
      position_dof_handler(*tria), scalar_dof_handler(*tria), tension_dof_handler(*tria) {}

template <int dim> void Membrane<dim>::distribute_dofs() {
  ++version;
  position_dof_handler.distribute_dofs(position_element);
  scalar_dof_handler.distribute_dofs(scalar_element);
  tension_dof_handler.distribute_dofs(tension_element);
  DoFTools::extract_locally_relevant_dofs(position_dof_handler, position_relevant);
  DoFTools::extract_locally_relevant_dofs(scalar_dof_handler, scalar_relevant);
  hanging_positions.clear();
  hanging_positions.reinit(position_relevant);
  DoFTools::make_hanging_node_constraints(position_dof_handler, hanging_positions);
  hanging_positions.close();
  hanging_scalars.clear();
  hanging_scalars.reinit(scalar_relevant);
  DoFTools::make_hanging_node_constraints(scalar_dof_handler, hanging_scalars);
  hanging_scalars.close();
  position_vector = make_vector(position_dof_handler, true);
  node_of_position_dof.resize(position_element.n_dofs_per_cell());
  component_of_position_dof.resize(position_element.n_dofs_per_cell());
  for (unsigned int i = 0; i < position_element.n_dofs_per_cell(); ++i) {
    component_of_position_dof[i] = position_element.system_to_component_index(i).first;
    node_of_position_dof[i] = position_element.system_to_component_index(i).second;
  }
}

template <int dim> Vector Membrane<dim>::make_vector(const DoFs &dofs, const bool ghosted) const {
  const IndexSet owned = dofs.locally_owned_dofs();
  if (!ghosted)
    return Vector(owned, mpi_communicator);
  IndexSet relevant;
  DoFTools::extract_locally_relevant_dofs(dofs, relevant);
  return Vector(owned, relevant, mpi_communicator);
}

template <> void Membrane<1>::create_meridian(const std::vector<MeridianPiece> &pieces) {
  std::vector<Point<2>> vertices;
  std::vector<CellData<1>> cells;
  std::map<unsigned int, std::pair<unsigned int, unsigned int>> piece_of_cell;
  std::map<unsigned int, Edge> edges; // vertex -> what it is
  curve_cells.clear();
  for (unsigned int p = 0; p < pieces.size(); ++p) {
    const auto &piece = pieces[p];
    curve_cells.emplace_back();
    edges[vertices.size()] = piece.first_end;
    for (unsigned int k = 0; k < piece.nodes.size(); ++k) {
      const ProfilePoint x = piece.profile.point(piece.nodes[k]);
      if (k > 0) {
        CellData<1> cell;
        cell.vertices[0] = vertices.size() - 1;
        cell.vertices[1] = vertices.size();
        cell.material_id = 2 * static_cast<unsigned int>(piece.component);
        piece_of_cell[cells.size()] = {p, k - 1};
        curve_cells.back().push_back(cells.size());
        cells.push_back(cell);
      }
      vertices.emplace_back(x.r, x.z);
    }
    edges[vertices.size() - 1] = piece.last_end;
  }
  tria->create_triangulation(vertices, cells, SubCellData());
  for (const auto &cell : tria->active_cell_iterators())
    for (const unsigned int f : cell->face_indices())
      if (cell->face(f)->at_boundary())
        cell->face(f)->set_boundary_id(
            static_cast<types::boundary_id>(edges.at(cell->vertex_index(f))));
  distribute_dofs();

  const FE_Q<1> nodes(polynomial_degree);
  Vector positions = make_vector(position_dof_handler, false);
  std::vector<types::global_dof_index> indices(position_element.n_dofs_per_cell());
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      const auto [p, k] = piece_of_cell.at(cell->active_cell_index());
      const auto &piece = pieces[p];
      cell->get_dof_indices(indices);
      for (unsigned int i = 0; i < indices.size(); ++i) {
        const double xi = nodes.unit_support_point(node_of_position_dof[i])[0];
        const ProfilePoint x =
            piece.profile.point((1. - xi) * piece.nodes[k] + xi * piece.nodes[k + 1]);
        if (positions.in_local_range(indices[i]))
          positions(indices[i]) = component_of_position_dof[i] == 0 ? x.r : x.z;
      }
    }
  positions.compress(VectorOperation::insert);
  position_vector = positions;
}

template <> void Membrane<2>::create_meridian(const std::vector<MeridianPiece> &) {
  Assert(false, ExcMessage("A meridian has dim = 1."));
}

template <>
void Membrane<1>::create_sphere_like(
    unsigned int, const std::function<std::array<double, 3>(const std::array<double, 3> &)> &) {
  Assert(false, ExcMessage("A surface in space has dim = 2."));
}

template <>
void Membrane<2>::create_sphere_like(
    const unsigned int refinement,
    const std::function<std::array<double, 3>(const std::array<double, 3> &)> &map) {
  GridGenerator::hyper_sphere(*tria, Point<3>(), 1.);
  // The material id remembers on which side the normal of the coarse cell lies; children inherit
  // it.
  for (const auto &cell : tria->active_cell_iterators()) {
    const Tensor<1, 3> a = cell->vertex(1) - cell->vertex(0), b = cell->vertex(2) - cell->vertex(0);
    cell->set_material_id(cross_product_3d(a, b) * cell->center() > 0. ? 0 : 1);
  }
  tria->refine_global(refinement);
  distribute_dofs();

  const MappingQ<2, 3> mapping(polynomial_degree);
  std::map<types::global_dof_index, Point<3>> support_points;
  DoFTools::map_dofs_to_support_points(mapping, position_dof_handler, support_points);
  Vector positions = make_vector(position_dof_handler, false);
  std::vector<types::global_dof_index> indices(position_element.n_dofs_per_cell());
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell->get_dof_indices(indices);
      for (unsigned int i = 0; i < indices.size(); ++i)
        if (positions.in_local_range(indices[i])) {
          const Point<3> &s = support_points.at(indices[i]);
          const double norm = s.norm();
          const auto x = map({{s[0] / norm, s[1] / norm, s[2] / norm}});
          positions(indices[i]) = x[component_of_position_dof[i]];
        }
    }
  positions.compress(VectorOperation::insert);
  position_vector = positions;
}

template <>
void Membrane<1>::create_surface(const QuadMesh &, unsigned int, const QuadMesh::Geometry &) {
  Assert(false, ExcMessage("A surface in space has dim = 2."));
}

template <>
void Membrane<2>::create_surface(const QuadMesh &mesh, const unsigned int refinement,
                                 const QuadMesh::Geometry &geometry) {
  // deal.II wants the two cells at an edge to agree on its direction, and turns them for it;
  // without that the children of neighbours would not fit together.
  std::vector<CellData<2>> cells(mesh.cells.size());
  for (unsigned int c = 0; c < cells.size(); ++c)
    for (unsigned int v = 0; v < 4; ++v)
      cells[c].vertices[v] = mesh.cells[c].corners[v];
  GridTools::consistently_order_cells(cells);

  // Where the turned cell's corners lie in the unit square of the given one.
  std::vector<std::array<Point<2>, 4>> turned(cells.size());
  for (unsigned int c = 0; c < cells.size(); ++c) {
    for (unsigned int v = 0; v < 4; ++v)
      for (unsigned int w = 0; w < 4; ++w)
        if (cells[c].vertices[v] == mesh.cells[c].corners[w])
          turned[c][v] = Point<2>(w % 2, w / 2);
    const Tensor<1, 2> a = turned[c][1] - turned[c][0], b = turned[c][2] - turned[c][0];
    const bool inward = a[0] * b[1] - a[1] * b[0] < 0.;
    cells[c].material_id = 2 * static_cast<unsigned int>(mesh.cells[c].component) + inward;
  }
  tria->create_triangulation(mesh.vertices, cells, SubCellData());
  for (const auto &cell : tria->active_cell_iterators())
    for (const unsigned int f : cell->face_indices())
      if (cell->face(f)->at_boundary())
        cell->face(f)->set_boundary_id(static_cast<types::boundary_id>(Edge::rim));
  tria->refine_global(refinement);
  distribute_dofs();

  const FE_Q<2> nodes(polynomial_degree);
  Vector positions = make_vector(position_dof_handler, false);
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell_position_indices(cell, indices);
      const CellId id = cell_id(cell);
      const auto children = id.get_child_indices();
      const auto coarse = id.get_coarse_cell_id();
      const auto &corners = turned[coarse];
      for (unsigned int node = 0; node < nodes.n_dofs_per_cell(); ++node) {
        Point<2> xi = nodes.unit_support_point(node);
        for (std::size_t level = children.size(); level-- > 0;)
          xi = GeometryInfo<2>::child_to_cell_coordinates(xi, children[level]);
        const Point<2> in_given =
            corners[0] + xi[0] * (corners[1] - corners[0]) + xi[1] * (corners[2] - corners[0]);
        const Point<3> x = geometry(coarse, in_given);
        for (unsigned int c = 0; c < 3; ++c)
          if (positions.in_local_range(indices[3 * node + c]))
            positions(indices[3 * node + c]) = x[c];
      }
    }
  positions.compress(VectorOperation::insert);
  position_vector = positions;
}

template <int dim>
CellId Membrane<dim>::cell_id(const typename Triangulation::cell_iterator &cell) const {
  auto ancestor = cell;
  while (ancestor->level() > 0)
    ancestor = ancestor->parent();
  const CellId id = cell->id();
  const auto children = id.get_child_indices();
  return CellId(ancestor->index(), children.size(), children.data());
}

template <int dim> CoarseMesh<dim> Membrane<dim>::coarse_mesh() const {
  CoarseMesh<dim> mesh;
  // Vertices that refinement added come after those of the coarse mesh, which are therefore
  // numbered without gaps.
  for (const auto &cell : tria->cell_iterators_on_level(0)) {
    CellData<dim> data;
    for (const unsigned int v : cell->vertex_indices()) {
      const unsigned int index = cell->vertex_index(v);
      data.vertices[v] = index;
      if (mesh.vertices.size() <= index)
        mesh.vertices.resize(index + 1);
      mesh.vertices[index] = cell->vertex(v);
    }
    data.material_id = cell->material_id();
    for (const unsigned int f : cell->face_indices())
      if (cell->at_boundary(f))
        mesh.edges[{cell->index(), f}] = Edge(cell->face(f)->boundary_id());
    mesh.cells.push_back(data);
  }
  return mesh;
}

template <int dim>
void Membrane<dim>::create_refined(const CoarseMesh<dim> &mesh, const Leaves &leaves) {
  tria->create_triangulation(mesh.vertices, mesh.cells, SubCellData());
  for (const auto &[face, edge] : mesh.edges)
    Cell(tria.get(), 0, face.first, &position_dof_handler)
        ->face(face.second)
        ->set_boundary_id(static_cast<types::boundary_id>(edge));

  curve_cells.clear();
  if (dim == 1)
    for (unsigned int c = 0; c < mesh.cells.size(); ++c) {
      if (c == 0 || mesh.cells[c].vertices[0] != mesh.cells[c - 1].vertices[1])
        curve_cells.emplace_back();
      curve_cells.back().push_back(c);
    }

  // Level by level, each rank refines those of its cells that have leaves below them; in between,
  // cells move from rank to rank.
  for (unsigned int level = 0; dim == 2; ++level) {
    std::map<CellId, typename Triangulation::active_cell_iterator> candidates;
    for (const auto &cell : tria->active_cell_iterators())
      if (cell->is_locally_owned() && cell->level() == static_cast<int>(level))
        candidates.emplace(cell_id(cell), cell);
    bool refines = false;
    leaves([&](const CellId &leaf) {
      const auto children = leaf.get_child_indices();
      if (children.size() <= level)
        return;
      const auto ancestor =
          candidates.find(CellId(leaf.get_coarse_cell_id(), level, children.data()));
      if (ancestor != candidates.end()) {
        ancestor->second->set_refine_flag();
        refines = true;
      }
    });
    if (Utilities::MPI::max(refines ? 1 : 0, mpi_communicator) == 0)
      break;
    tria->execute_coarsening_and_refinement();
  }
  distribute_dofs();
}

template <> bool Membrane<1>::adapt(const Adaptation &) {
  Assert(false, ExcMessage("The cells of a meridian are moved, not divided."));
  return false;
}

template <> bool Membrane<2>::adapt(const Adaptation &adaptation) {
  using Distributed = parallel::distributed::Triangulation<2, 3>;
  auto &distributed = dynamic_cast<Distributed &>(*tria);
  const auto as_membrane_cell = [&](const typename Triangulation::cell_iterator &cell) {
    return Cell(tria.get(), cell->level(), cell->index(), &position_dof_handler);
  };
  const auto with_children = [&](const typename Triangulation::cell_iterator &cell) {
    std::vector<Cell> cells;
    if (cell->is_active())
      cells.push_back(as_membrane_cell(cell));
    else
      for (unsigned int c = 0; c < cell->n_children(); ++c)
        cells.push_back(as_membrane_cell(cell->child(c)));
    return cells;
  };

  const auto clear_flags = [&]() {
    for (const auto &cell : tria->active_cell_iterators()) {
      cell->clear_refine_flag();
      cell->clear_coarsen_flag();
    }
  };
  clear_flags();
  for (const auto &cell : tria->active_cell_iterators())
    if (cell->is_locally_owned()) {
      const int wanted = adaptation.mark(as_membrane_cell(cell));
      if (wanted > 0)
        cell->set_refine_flag();
      else if (wanted < 0)
        cell->set_coarsen_flag();
    }
  // Which of the marks will be obeyed is known now, apart from those that p4est adds across ranks,
  // and those only follow from others.
  tria->prepare_coarsening_and_refinement();
  bool changes = false;
  for (const auto &cell : tria->active_cell_iterators())
    changes |= cell->is_locally_owned() && (cell->refine_flag_set() || cell->coarsen_flag_set());
  if (Utilities::MPI::max(changes ? 1 : 0, mpi_communicator) == 0) {
    clear_flags();
    return false;
  }

  const unsigned int handle = distributed.register_data_attach(
      [&](const typename Triangulation::cell_iterator &cell,
          const typename Distributed::CellStatus) {
        return Utilities::pack(adaptation.pack(with_children(cell)), false);
      },
      false);
  boost::signals2::scoped_connection weights;
  if (adaptation.weight)
    weights = tria->signals.weight.connect(
        [&](const typename Triangulation::cell_iterator &cell,
            const typename Distributed::CellStatus status) -> unsigned int {
          return adaptation.weight(status == Distributed::CELL_COARSEN
                                       ? as_membrane_cell(cell->child(0))
                                       : as_membrane_cell(cell));
        });
  tria->execute_coarsening_and_refinement();
  distribute_dofs();
  adaptation.start_unpacking();
  distributed.notify_ready_to_unpack(
      handle,
      [&](const typename Triangulation::cell_iterator &cell, const typename Distributed::CellStatus,
          const boost::iterator_range<std::vector<char>::const_iterator> &data) {
        adaptation.unpack(with_children(cell),
                          Utilities::unpack<std::vector<double>>(data.begin(), data.end(), false));
      });
  return true;
}

template <int dim>
typename Membrane<dim>::Cell Membrane<dim>::cell_of(const Cell &cell, const DoFs &dofs) const {
  return Cell(tria.get(), cell->level(), cell->index(), &dofs);
}

template <int dim>
void Membrane<dim>::cell_position_indices(const Cell &cell,
                                          std::vector<types::global_dof_index> &indices) const {
  std::vector<types::global_dof_index> local(position_element.n_dofs_per_cell());
  cell_of(cell, position_dof_handler)->get_dof_indices(local);
  indices.resize(local.size());
  for (unsigned int i = 0; i < local.size(); ++i)
    indices[node_of_position_dof[i] * spacedim + component_of_position_dof[i]] = local[i];
}

template <int dim>
void Membrane<dim>::cell_scalar_indices(const Cell &cell,
                                        std::vector<types::global_dof_index> &indices) const {
  indices.resize(scalar_element.n_dofs_per_cell());
  cell_of(cell, scalar_dof_handler)->get_dof_indices(indices);
}

template <int dim>
void Membrane<dim>::cell_tension_indices(const Cell &cell,
                                         std::vector<types::global_dof_index> &indices) const {
  indices.resize(tension_element.n_dofs_per_cell());
  cell_of(cell, tension_dof_handler)->get_dof_indices(indices);
}

template <int dim>
void Membrane<dim>::cell_vector_values(const Cell &cell, const Vector &field,
                                       std::vector<double> &values) const {
  std::vector<types::global_dof_index> indices;
  cell_position_indices(cell, indices);
  values.resize(indices.size());
  field.extract_subvector_to(indices.begin(), indices.end(), values.begin());
}

template <int dim>
void Membrane<dim>::cell_scalar_values(const Cell &cell, const Vector &field,
                                       std::vector<double> &values) const {
  std::vector<types::global_dof_index> indices;
  cell_scalar_indices(cell, indices);
  values.resize(indices.size());
  field.extract_subvector_to(indices.begin(), indices.end(), values.begin());
}

template <int dim> double Membrane<dim>::area() const {
  SurfaceValues<dim> surface(polynomial_degree);
  std::vector<double> x;
  double area = 0.;
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell_positions(cell, x);
      surface.reinit(x, orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        area += surface.weight(q);
    }
  return Utilities::MPI::sum(area, mpi_communicator);
}

template <int dim> Vector Membrane<dim>::shape_areas() const {
  Vector areas = tension_vector(false);
  std::vector<types::global_dof_index> indices;
  SurfaceValues<dim> surface(polynomial_degree);
  std::vector<double> x;
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell_positions(cell, x);
      cell_tension_indices(cell, indices);
      surface.reinit(x, orientation(cell));
      std::vector<double> local(indices.size(), 0.);
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        for (unsigned int j = 0; j < indices.size(); ++j)
          local[j] += surface.weight(q) * surface.tension_shape(q, j);
      areas.add(indices, local);
    }
  areas.compress(VectorOperation::add);
  Vector result = tension_vector(true);
  result = areas;
  return result;
}

template <int dim> double Membrane<dim>::total_area(const Vector &shape_areas) const {
  // Shape function 0 of a cell is the constant 1.
  double sum = 0.;
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned()) {
      cell_tension_indices(cell, indices);
      sum += shape_areas(indices[0]);
    }
  return Utilities::MPI::sum(sum, mpi_communicator);
}

template <int dim> double Membrane<dim>::volume() const {
  SurfaceValues<dim> surface(polynomial_degree);
  std::vector<double> x;
  double volume = 0.;
  for (const auto &cell : position_dof_handler.active_cell_iterators())
    if (cell->is_locally_owned() && component(cell) == Component::vesicle) {
      cell_positions(cell, x);
      surface.reinit(x, orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        volume += surface.point(q) * surface.normal(q) * surface.weight(q) / 3.;
    }
  return Utilities::MPI::sum(volume, mpi_communicator);
}

template <> std::vector<Point<2>> Membrane<1>::curve_points(const unsigned int c) const {
  std::vector<Point<2>> points;
  std::vector<double> x;
  const unsigned int p = polynomial_degree;
  for (const unsigned int index : curve_cells[c]) {
    cell_positions(Cell(tria.get(), 0, index, &position_dof_handler), x);
    // deal.II's order: the two ends, then the interior nodes.
    if (points.empty())
      points.emplace_back(x[0], x[1]);
    for (unsigned int a = 2; a < p + 1; ++a)
      points.emplace_back(x[2 * a], x[2 * a + 1]);
    points.emplace_back(x[2], x[3]);
  }
  return points;
}

template <>
std::vector<double> Membrane<1>::curve_scalars(const unsigned int c, const Vector &field) const {
  std::vector<double> result, values;
  for (const unsigned int index : curve_cells[c]) {
    cell_scalar_values(Cell(tria.get(), 0, index, &scalar_dof_handler), field, values);
    if (result.empty())
      result.push_back(values[0]);
    result.insert(result.end(), values.begin() + 2, values.end());
    result.push_back(values[1]);
  }
  return result;
}

template <> std::vector<Point<2>> Membrane<2>::curve_points(unsigned int) const { return {}; }

template <> std::vector<double> Membrane<2>::curve_scalars(unsigned int, const Vector &) const {
  return {};
}

template class Membrane<1>;
template class Membrane<2>;
} // namespace fusogen
