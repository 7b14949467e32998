// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/topology/surface_surgery.h"

#include "geometry/conserved_field.h"

#include "geometry/cell_curvature.h"
#include "geometry/topology/topology_change.h"

#include <deal.II/base/mpi.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/grid/grid_tools.h>
#include <deal.II/lac/affine_constraints.h>

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace fusogen {
using namespace dealii;

namespace {
using VertexPair = std::pair<unsigned int, unsigned int>;

VertexPair face_vertices(const std::vector<unsigned int> &corners, const unsigned int face) {
  const VertexPair pair = {corners[GeometryInfo<2>::face_to_cell_vertices(face, 0)],
                           corners[GeometryInfo<2>::face_to_cell_vertices(face, 1)]};
  return std::minmax(pair.first, pair.second);
}
} // namespace

SurfaceSurgery::SurfaceSurgery(const GatheredSurface &old, const std::vector<Point<3>> &vertices,
                               const std::vector<Cell> &cells)
    : old(old), cells(cells), vertex_numbers(vertices.size(), invalid),
      tria(Serial::limit_level_difference_at_vertices) {
  for (const Cell &cell : cells)
    for (const unsigned int v : cell.corners)
      vertex_numbers[v] = 0;
  for (unsigned int v = 0; v < vertices.size(); ++v)
    if (vertex_numbers[v] != invalid) {
      vertex_numbers[v] = mesh.vertices.size();
      mesh.vertices.push_back(vertices[v]);
    }
  mesh.cells.resize(cells.size());
  for (unsigned int c = 0; c < cells.size(); ++c)
    for (unsigned int v = 0; v < 4; ++v)
      mesh.cells[c].vertices[v] = vertex_numbers[cells[c].corners[v]];
  const std::vector<CellData<2>> given = mesh.cells;
  GridTools::consistently_order_cells(mesh.cells);

  turned.resize(cells.size());
  std::vector<bool> inward(cells.size());
  for (unsigned int c = 0; c < cells.size(); ++c) {
    for (unsigned int v = 0; v < 4; ++v)
      for (unsigned int w = 0; w < 4; ++w)
        if (mesh.cells[c].vertices[v] == given[c].vertices[w])
          turned[c][v] = Point<2>(w % 2, w / 2);
    const Tensor<1, 2> a = turned[c][1] - turned[c][0], b = turned[c][2] - turned[c][0];
    const bool mirrored = a[0] * b[1] - a[1] * b[0] < 0.;
    inward[c] = mirrored != (cells[c].old_cell != invalid && old.inward(cells[c].old_cell));
  }

  // Edges keep what they were; a new edge at the boundary there is none.
  std::map<VertexPair, Edge> old_edges;
  for (const auto &[face, edge] : old.mesh().edges) {
    std::vector<unsigned int> corners;
    for (const unsigned int v : old.mesh().cells[face.first].vertices)
      corners.push_back(vertex_numbers[v]);
    old_edges[face_vertices(corners, face.second)] = edge;
  }

  for (unsigned int c = 0; c < cells.size(); ++c)
    for (unsigned int f = 0; f < 4; ++f) {
      const auto edge = old_edges.find(face_vertices(mesh.cells[c].vertices, f));
      if (edge != old_edges.end())
        mesh.edges[{c, f}] = edge->second;
    }
  const std::vector<unsigned int> piece = connected_pieces(mesh);
  std::set<unsigned int> with_rim;
  for (const auto &[face, edge] : mesh.edges)
    with_rim.insert(piece[face.first]);
  for (unsigned int c = 0; c < cells.size(); ++c) {
    const Component component =
        with_rim.count(piece[c]) > 0 ? Component::plasma_membrane : Component::vesicle;
    mesh.cells[c].material_id = 2 * static_cast<unsigned int>(component) + inward[c];
  }

  tria.create_triangulation(mesh.vertices, mesh.cells, SubCellData());
  while (refine([&](const Serial::active_cell_iterator &cell) {
    const auto [c, p] = in_coarse_cell(cell->id(), Point<2>(0.5, 0.5));
    const unsigned int kept = this->cells[c].old_cell;
    return kept != invalid && old.level(kept, this->cells[c].in_old_cell(p)) >
                                  static_cast<unsigned int>(cell->level());
  }))
    ;
}

std::pair<unsigned int, Point<2>> SurfaceSurgery::in_coarse_cell(const CellId &id,
                                                                 Point<2> xi) const {
  const auto children = id.get_child_indices();
  for (std::size_t level = children.size(); level-- > 0;)
    xi = GeometryInfo<2>::child_to_cell_coordinates(xi, children[level]);
  const auto cell = id.get_coarse_cell_id();
  const auto &corners = turned[cell];
  return {cell, corners[0] + xi[0] * (corners[1] - corners[0]) + xi[1] * (corners[2] - corners[0])};
}

bool SurfaceSurgery::refine(
    const std::function<bool(const Serial::active_cell_iterator &)> &wanted) {
  bool any = false;
  for (const auto &cell : tria.active_cell_iterators())
    if (wanted(cell)) {
      cell->set_refine_flag();
      any = true;
    }
  if (any)
    tria.execute_coarsening_and_refinement();
  return any;
}

void SurfaceSurgery::resolve(const Geometry &geometry, const unsigned int least_level,
                             const double largest_angle, const unsigned int most_levels) {
  const CellNodes<2> nodes(old.degree());
  std::vector<double> nodal(3 * nodes.n_nodes());
  std::set<CellId> fine_enough;
  while (refine([&](const Serial::active_cell_iterator &cell) {
    const CellId id = cell->id();
    if (cells[id.get_coarse_cell_id()].old_cell != invalid)
      return false;
    if (cell->level() < static_cast<int>(least_level))
      return true;
    for (const unsigned int f : cell->face_indices())
      if (cell->face(f)->has_children()) {
        auto neighbour = cell->neighbor(f);
        while (neighbour->level() > 0)
          neighbour = neighbour->parent();
        if (cells[neighbour->index()].old_cell != invalid)
          return true;
      }
    if (cell->level() >= static_cast<int>(most_levels) || fine_enough.count(id) > 0)
      return false;
    for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
      const auto [c, p] = in_coarse_cell(id, nodes.point(a));
      const Point<3> x = geometry(c, p);
      for (unsigned int d = 0; d < 3; ++d)
        nodal[3 * a + d] = x[d];
    }
    if (cell_resolution(nodes, nodal).largest_angle > largest_angle)
      return true;
    fine_enough.insert(id);
    return false;
  }))
    ;
}

std::unique_ptr<Membrane<2>> SurfaceSurgery::build(MPI_Comm communicator) const {
  auto membrane = std::make_unique<Membrane<2>>(communicator, old.degree());
  membrane->create_refined(mesh, [&](const std::function<void(const CellId &)> &visit) {
    for (const auto &cell : tria.active_cell_iterators())
      visit(cell->id());
  });
  return membrane;
}

void SurfaceSurgery::place(Membrane<2> &membrane, const Geometry &geometry) const {
  const CellNodes<2> nodes(old.degree());
  Vector positions = membrane.vector_field(false);
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_position_indices(cell, indices);
      const CellId id = membrane.cell_id(cell);
      for (unsigned int a = 0; a < nodes.n_nodes(); ++a) {
        if (!positions.in_local_range(indices[3 * a]))
          continue;
        const auto [c, p] = in_coarse_cell(id, nodes.point(a));
        const Point<3> x = geometry(c, p);
        for (unsigned int d = 0; d < 3; ++d)
          positions(indices[3 * a + d]) = x[d];
      }
    }
  positions.compress(VectorOperation::insert);
  AffineConstraints<double> hanging(membrane.relevant_position_dofs());
  DoFTools::make_hanging_node_constraints(membrane.position_dofs(), hanging);
  hanging.close();
  hanging.distribute(positions);
  Vector readable = membrane.vector_field(true);
  readable = positions;
  membrane.set_positions(readable);
}

double SurfaceSurgery::area(const Membrane<2> &membrane, const unsigned int side) const {
  std::vector<bool> wanted;
  for (const Cell &cell : cells)
    wanted.push_back(cell.side == side);
  return area_of(membrane, wanted);
}

std::vector<unsigned int> SurfaceSurgery::new_cell_numbers() const {
  std::vector<unsigned int> numbers(old.mesh().cells.size(), invalid);
  for (unsigned int c = 0; c < cells.size(); ++c)
    if (cells[c].old_cell != invalid)
      numbers[cells[c].old_cell] = c;
  return numbers;
}

SurfaceSurgery::Fields SurfaceSurgery::carry_fields(const Membrane<2> &membrane,
                                                    const FieldsThroughEvent &carried,
                                                    const Scalar &scalar) const {
  const MPI_Comm communicator = membrane.communicator();
  SurfaceValues<2> surface(membrane.degree());
  const QGauss<2> quadrature(membrane.degree() + 2);
  const CellNodes<2> nodes(scalar_degree);
  std::vector<double> x;
  std::vector<types::global_dof_index> indices;
  Fields fields;

  // Material area.
  Vector material_area = membrane.tension_vector(false);
  std::array<double, 2> sums = {{0., 0.}}; // kept material, area of new cells
  const auto for_each_cell = [&](const auto &function) {
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        membrane.cell_positions(cell, x);
        surface.reinit(x, Membrane<2>::orientation(cell));
        const CellId id = membrane.cell_id(cell);
        function(cell, id, cells[id.get_coarse_cell_id()]);
      }
  };
  if (carried.material_area != nullptr) {
    const auto density = [&](const CellId &id, const Cell &cell, const unsigned int q) {
      return cell.old_cell == invalid
                 ? 1.
                 : old.material_density(
                       cell.old_cell,
                       cell.in_old_cell(in_coarse_cell(id, quadrature.point(q)).second));
    };
    for_each_cell([&](const auto &, const CellId &id, const Cell &cell) {
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        sums[cell.old_cell == invalid] += density(id, cell, q) * surface.weight(q);
    });
    sums = {
        {Utilities::MPI::sum(sums[0], communicator), Utilities::MPI::sum(sums[1], communicator)}};
    // Shape function 0 of a cell is the constant 1.
    double total = 0.;
    const auto [begin, end] = carried.material_area->local_range();
    for (auto i = begin; i < end; i += surface.n_tension_dofs())
      total += static_cast<double>((*carried.material_area)(i));
    total = Utilities::MPI::sum(total, communicator);
    const double stretch = (total - sums[0]) / sums[1];
    for_each_cell([&](const auto &iterator, const CellId &id, const Cell &cell) {
      membrane.cell_tension_indices(iterator, indices);
      for (unsigned int j = 0; j < indices.size(); ++j) {
        double integral = 0.;
        for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
          integral += surface.tension_shape(q, j) * density(id, cell, q) * surface.weight(q);
        material_area(indices[j]) = (cell.old_cell == invalid ? stretch : 1.) * integral;
      }
    });
    material_area.compress(VectorOperation::insert);
  }
  fields.material_area = membrane.tension_vector(true);
  fields.material_area = material_area;

  // Scalar fields: nodal values, the mean of what the cells around a node say.
  AffineConstraints<double> hanging(membrane.relevant_scalar_dofs());
  DoFTools::make_hanging_node_constraints(membrane.scalar_dofs(), hanging);
  hanging.close();
  const IndexSet owned = membrane.scalar_dofs().locally_owned_dofs();
  Vector counts = membrane.scalar_vector(false), kept = membrane.scalar_vector(false),
         weights = membrane.scalar_vector(false);
  dealii::Vector<double> local(surface.n_scalar_dofs());
  for_each_cell([&](const auto &iterator, const CellId &, const Cell &cell) {
    membrane.cell_scalar_indices(iterator, indices);
    local = 0.;
    for (unsigned int j = 0; j < indices.size(); ++j) {
      counts(indices[j]) += 1.;
      kept(indices[j]) += cell.old_cell == invalid ? 0. : 1.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        local(j) += surface.scalar_shape(q, j).value * surface.weight(q);
    }
    hanging.distribute_local_to_global(local, indices, weights);
  });
  for (Vector *vector : {&counts, &kept, &weights})
    vector->compress(VectorOperation::add);

  const auto nodal_values = [&](const unsigned int f) {
    Vector sum = membrane.scalar_vector(false);
    for_each_cell([&](const auto &iterator, const CellId &id, const Cell &cell) {
      membrane.cell_scalar_indices(iterator, indices);
      for (unsigned int j = 0; j < indices.size(); ++j) {
        const auto [c, p] = in_coarse_cell(id, nodes.point(j));
        sum(indices[j]) += cell.old_cell == invalid
                               ? scalar(f, c, p)
                               : old.scalar(f, cell.old_cell, cell.in_old_cell(p));
      }
    });
    sum.compress(VectorOperation::add);
    std::map<types::global_dof_index, double> values;
    for (const auto i : owned)
      values[i] = static_cast<double>(sum(i)) / static_cast<double>(counts(i));
    return values;
  };
  const auto is_new = [&](const types::global_dof_index i) {
    return static_cast<double>(kept(i)) == 0.;
  };
  // The field with the values, and its content with the sum @p wanted.
  const auto finish = [&](const std::map<types::global_dof_index, double> &values,
                          const double wanted, std::vector<Vector> &results,
                          std::vector<Vector> &contents) {
    Vector result = membrane.scalar_vector(false);
    for (const auto &[i, c] : values)
      result(i) = c;
    result.compress(VectorOperation::insert);
    hanging.distribute(result);
    results.push_back(membrane.scalar_vector(true));
    results.back() = result;

    Vector content = membrane.scalar_vector(false);
    std::vector<double> nodal;
    for_each_cell([&](const auto &iterator, const CellId &, const Cell &) {
      membrane.cell_scalar_indices(iterator, indices);
      membrane.cell_scalar_values(iterator, results.back(), nodal);
      local = 0.;
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
        const double c = surface.scalar_field(q, nodal).value;
        for (unsigned int j = 0; j < indices.size(); ++j)
          local(j) += c * surface.scalar_shape(q, j).value * surface.weight(q);
      }
      hanging.distribute_local_to_global(local, indices, content);
    });
    content.compress(VectorOperation::add);
    set_total(content, wanted); // what round-off left
    contents.push_back(membrane.scalar_vector(true));
    contents.back() = content;
  };

  for (unsigned int f = 0; f < carried.fractions.size(); ++f) {
    // The amount as a function of m, from nodes that change (by c and weight) and others.
    std::map<types::global_dof_index, double> values = nodal_values(f);
    std::vector<types::global_dof_index> adjustable;
    std::vector<std::pair<double, double>> changing;
    double rest = 0.;
    for (auto &[i, c] : values) {
      const double weight = weights(i);
      // Interpolation of ones makes one but for round-off.
      constexpr double tiny = 1e-12;
      if (is_new(i) && (std::abs(c) < tiny || std::abs(c - 1.) < tiny))
        c = std::round(c);
      if (is_new(i) && !hanging.is_constrained(i) && c > 0. && c < 1.) {
        adjustable.push_back(i);
        changing.emplace_back(c, weight);
      } else
        rest += weight * c;
    }
    rest = Utilities::MPI::sum(rest, communicator);
    const auto changed = [](const double c, const double m) {
      // Written such that the exponential never overflows.
      return m > 0. ? c / (c + (1. - c) * std::exp(-m))
                    : c * std::exp(m) / (1. - c + c * std::exp(m));
    };
    const double wanted = carried.fractions[f].second;
    const auto excess = [&](const double m) {
      double sum = 0.;
      for (const auto &[c, weight] : changing)
        sum += weight * changed(c, m);
      return Utilities::MPI::sum(sum, communicator) + rest - wanted;
    };
    constexpr double most = 40.;
    const double round_off = 1e-9 * std::max(std::abs(wanted), 1e-300);
    const double low = excess(-most), high = excess(most);
    double m = 0.;
    if (low < 0. && high > 0.) {
      std::uintmax_t iterations = 200;
      const auto bracket = boost::math::tools::toms748_solve(
          excess, -most, most, low, high, boost::math::tools::eps_tolerance<double>(52),
          iterations);
      m = 0.5 * (bracket.first + bracket.second);
    } else if (std::abs(low) > round_off && std::abs(high) > round_off)
      throw std::invalid_argument(
          "The lipids around the pore do not fit into the new membrane there: the docking patch is "
          "too small for the neck.");
    for (const auto i : adjustable)
      values[i] = changed(values[i], m);
    finish(values, wanted, fields.fractions, fields.contents);
  }

  for (unsigned int f = 0; f < carried.densities.size(); ++f) {
    auto values = nodal_values(carried.fractions.size() + f);
    double total = 0., size = 0.; // of the new nodes
    for (const auto &[i, value] : values) {
      const double amount = static_cast<double>(weights(i)) * value;
      total += amount;
      if (is_new(i))
        size += std::abs(amount);
    }
    total = Utilities::MPI::sum(total, communicator);
    size = Utilities::MPI::sum(size, communicator);
    const double wanted = carried.densities[f].second;
    if (size > 0.)
      for (auto &[i, value] : values)
        if (is_new(i))
          value += (wanted - total) / size * std::abs(value);
    finish(values, wanted, fields.densities, fields.density_contents);
  }
  return fields;
}
} // namespace fusogen
