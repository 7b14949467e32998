// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/refinement.h"

#include "geometry/bounded_density.h"
#include "geometry/cell_curvature.h"
#include "geometry/cell_map.h"
#include "geometry/nodal_minimum.h"

#include <deal.II/base/geometry_info.h>
#include <deal.II/fe/fe_dgp.h>
#include <deal.II/fe/fe_q.h>

#include <cmath>
#include <numeric>

namespace fusogen {
using namespace dealii;
using Cell = Membrane<2>::Cell;
using Index = types::global_dof_index;

namespace {
constexpr unsigned int n_vertices = 4, n_children = 4;
} // namespace

double cell_size(const Membrane<2> &membrane, const Cell &cell) {
  const CellNodes<2> nodes(membrane.degree());
  std::vector<double> x;
  membrane.cell_positions(cell, x);
  const auto at = CellMap<2>(nodes, x).value(Point<2>(0.5, 0.5));
  return std::max(at.first[0].norm(), at.first[1].norm());
}

Vector wanted_cell_size(const Membrane<2> &membrane, const MeshSizes &sizes) {
  const CellNodes<2> nodes(membrane.degree());
  std::vector<double> x, wanted;
  std::vector<Index> indices;
  NodalMinimum<2> least(membrane);
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      membrane.cell_scalar_indices(cell, indices);
      const CellMap<2> map(nodes, x);
      const double curvature = cell_resolution(nodes, x).largest_curvature;
      for (unsigned int v = 0; v < n_vertices; ++v) {
        double size = std::min(sizes.largest, sizes.turn / std::max(curvature, 1e-300));
        for (const MeshSizes::Zone &zone : sizes.zones) {
          const double distance = (map.node(v) - zone.centre).norm();
          size = std::min(size, zone.size + sizes.growth * std::max(0., distance - zone.reach));
        }
        least.offer(indices[v], std::max(size, sizes.smallest));
      }
    }
  // From vertex to vertex, until nothing grows too fast any more.
  Vector result = least.result();
  for (bool changes = true; changes;) {
    bool changes_here = false;
    for (const auto &cell : membrane.position_dofs().active_cell_iterators())
      if (cell->is_locally_owned()) {
        membrane.cell_positions(cell, x);
        membrane.cell_scalar_indices(cell, indices);
        membrane.cell_scalar_values(cell, result, wanted);
        const CellMap<2> map(nodes, x);
        for (unsigned int v = 0; v < n_vertices; ++v)
          for (unsigned int w = 0; w < n_vertices; ++w) {
            const double limit = wanted[w] + sizes.growth * (map.node(v) - map.node(w)).norm();
            if (limit < wanted[v] * (1. - 1e-12)) {
              least.offer(indices[v], limit);
              changes_here = true;
            }
          }
      }
    changes = Utilities::MPI::max(changes_here ? 1 : 0, membrane.communicator()) == 1;
    if (changes)
      result = least.result();
  }

  // Nodes between the vertices, and hanging ones.
  const FE_Q<2> bilinear(1), element(scalar_degree);
  Vector owned = membrane.scalar_vector(false);
  owned = result;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_scalar_indices(cell, indices);
      membrane.cell_scalar_values(cell, result, wanted);
      for (unsigned int a = n_vertices; a < indices.size(); ++a)
        if (owned.in_local_range(indices[a])) {
          double value = 0.;
          for (unsigned int v = 0; v < n_vertices; ++v)
            value += bilinear.shape_value(v, element.unit_support_point(a)) * wanted[v];
          owned(indices[a]) = value;
        }
    }
  owned.compress(VectorOperation::insert);
  membrane.scalar_constraints().distribute(owned);
  result = owned;
  return result;
}

std::function<int(const Cell &)> marks_by_size(const Membrane<2> &membrane, const Vector &wanted,
                                               const unsigned int lowest_level,
                                               const unsigned int highest_level) {
  // A merged cell is to be a good deal smaller than one that would be divided again.
  constexpr double margin = 0.75;
  return [&membrane, wanted, lowest_level, highest_level](const Cell &cell) {
    std::vector<double> values;
    membrane.cell_scalar_values(cell, wanted, values);
    double mean = 0.;
    for (unsigned int v = 0; v < n_vertices; ++v)
      mean += values[v] / n_vertices;
    const double size = cell_size(membrane, cell);
    const unsigned int level = cell->level();
    if (level < lowest_level || (size > mean && level < highest_level))
      return 1;
    return level > highest_level || (2. * size < margin * mean && level > lowest_level) ? -1 : 0;
  };
}

namespace {
// Tables that take nodal values from a parent to its children and back.
class Family {
public:
  explicit Family(const unsigned int degree) : element(degree) {
    const unsigned int n = element.n_dofs_per_cell();
    for (unsigned int child = 0; child < n_children; ++child) {
      to_child[child].reinit(n, n);
      for (unsigned int i = 0; i < n; ++i)
        for (unsigned int j = 0; j < n; ++j)
          to_child[child](i, j) = element.shape_value(
              j, GeometryInfo<2>::child_to_cell_coordinates(element.unit_support_point(i), child));
    }
    to_parent.reinit(n, n_children * n);
    for (unsigned int i = 0; i < n; ++i) {
      const Point<2> &xi = element.unit_support_point(i);
      const unsigned int child = (xi[0] > 0.5 ? 1 : 0) + (xi[1] > 0.5 ? 2 : 0);
      for (unsigned int j = 0; j < n; ++j)
        to_parent(i, child * n + j) =
            element.shape_value(j, GeometryInfo<2>::cell_to_child_coordinates(xi, child));
    }
  }

  unsigned int n() const { return element.n_dofs_per_cell(); }

  // Nodal values [node * n_components + component] of a child; of the parent from those of all its
  // children in turn. Both by interpolation.
  std::vector<double> child_values(const std::vector<double> &parent, const unsigned int child,
                                   const unsigned int n_components) const {
    return apply(to_child[child], parent, n_components);
  }
  std::vector<double> parent_values(const std::vector<double> &children,
                                    const unsigned int n_components) const {
    return apply(to_parent, children, n_components);
  }
  // Contents by the shape functions of the parent, which are sums of those of its children.
  void add_parent_contents(const std::vector<double> &child_contents, const unsigned int child,
                           std::vector<double> &parent) const {
    for (unsigned int i = 0; i < n(); ++i)
      for (unsigned int j = 0; j < n(); ++j)
        parent[j] += to_child[child](i, j) * child_contents[i];
  }

private:
  static std::vector<double> apply(const FullMatrix<double> &matrix,
                                   const std::vector<double> &values,
                                   const unsigned int n_components) {
    std::vector<double> result(matrix.m() * n_components, 0.);
    for (unsigned int i = 0; i < matrix.m(); ++i)
      for (unsigned int j = 0; j < matrix.n(); ++j)
        if (matrix(i, j) != 0.)
          for (unsigned int c = 0; c < n_components; ++c)
            result[i * n_components + c] += matrix(i, j) * values[j * n_components + c];
    return result;
  }

  FE_Q<2> element;
  std::array<FullMatrix<double>, n_children> to_child;
  FullMatrix<double> to_parent; // [node][child * n + node of the child]
};

// Everything one cell brings to the new mesh, as one list of numbers.
class Carrier {
public:
  Carrier(Membrane<2> &membrane, const CarriedFields &carried)
      : membrane(membrane), carried(carried), surface(membrane.degree()),
        position_family(membrane.degree()), scalar_family(scalar_degree),
        tension_element(std::max(1u, membrane.degree() - 1)) {}

  std::vector<double> pack(const std::vector<Cell> &cells);
  void start_unpacking();
  void unpack(const std::vector<Cell> &cells, const std::vector<double> &data);
  void finish();

private:
  using List = std::vector<double>;

  // int density q_j dA on a cell, as the shape functions of the scalar space have it.
  List scalar_contents(const List &density) const {
    List result(surface.n_scalar_dofs(), 0.);
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
      const double amount = surface.weight(q) * surface.scalar_field(q, density).value;
      for (unsigned int j = 0; j < result.size(); ++j)
        result[j] += amount * surface.scalar_shape(q, j).value;
    }
    return result;
  }
  List child_area(const std::vector<List> &positions, const List &parent_area, double orientation,
                  unsigned int child) const;
  void insert(const std::vector<Index> &indices, const List &values, Vector &vector) const {
    for (unsigned int i = 0; i < indices.size(); ++i)
      if (vector.in_local_range(indices[i]))
        vector(indices[i]) = values[i];
  }
  void put(const Cell &cell, const std::vector<List> &vectors, const std::vector<List> &scalars,
           const std::vector<List> &areas, const std::vector<List> &contents);

  Membrane<2> &membrane;
  const CarriedFields &carried;
  SurfaceValues<2> surface;
  Family position_family, scalar_family;
  FE_DGP<2> tension_element;

  // On the new mesh: positions and vectors, scalars and densities, areas, contents.
  std::vector<Vector> new_vectors, new_scalars, new_areas, new_contents;
};

// Order of the list: positions, vectors, scalars, densities; areas; contents.
std::vector<double> Carrier::pack(const std::vector<Cell> &cells) {
  const bool merges = cells.size() > 1;
  List result, values;
  const auto nodal = [&](const Family &family, const unsigned int n_components,
                         const auto &cell_values) {
    List all;
    for (const Cell &cell : cells) {
      cell_values(cell, values);
      all.insert(all.end(), values.begin(), values.end());
    }
    if (merges)
      all = family.parent_values(all, n_components);
    result.insert(result.end(), all.begin(), all.end());
  };
  nodal(position_family, 3, [&](const Cell &cell, List &v) { membrane.cell_positions(cell, v); });
  for (const Vector *field : carried.vectors)
    nodal(position_family, 3,
          [&](const Cell &cell, List &v) { membrane.cell_vector_values(cell, *field, v); });
  std::vector<const Vector *> scalars(carried.scalars.begin(), carried.scalars.end());
  for (const ConservedField *field : carried.conserved)
    scalars.push_back(&field->density);
  for (const Vector *field : scalars)
    nodal(scalar_family, 1,
          [&](const Cell &cell, List &v) { membrane.cell_scalar_values(cell, *field, v); });

  std::vector<Index> indices;
  for (const Vector *area : carried.areas) {
    List sum(tension_element.n_dofs_per_cell(), 0.);
    for (unsigned int child = 0; child < cells.size(); ++child) {
      membrane.cell_tension_indices(cells[child], indices);
      values.resize(indices.size());
      area->extract_subvector_to(indices.begin(), indices.end(), values.begin());
      if (merges) {
        const FullMatrix<double> &to_child = tension_element.get_prolongation_matrix(child);
        for (unsigned int i = 0; i < sum.size(); ++i)
          for (unsigned int j = 0; j < sum.size(); ++j)
            sum[j] += to_child(i, j) * values[i];
      } else
        sum = values;
    }
    result.insert(result.end(), sum.begin(), sum.end());
  }
  for (const ConservedField *field : carried.conserved) {
    List sum(scalar_family.n(), 0.);
    for (unsigned int child = 0; child < cells.size(); ++child) {
      membrane.cell_positions(cells[child], values);
      surface.reinit(values, Membrane<2>::orientation(cells[child]));
      membrane.cell_scalar_values(cells[child], field->density, values);
      const List contents = scalar_contents(values);
      if (merges)
        scalar_family.add_parent_contents(contents, child, sum);
      else
        sum = contents;
    }
    result.insert(result.end(), sum.begin(), sum.end());
  }
  return result;
}

void Carrier::start_unpacking() {
  new_vectors.assign(1 + carried.vectors.size(), membrane.vector_field(false));
  new_scalars.assign(carried.scalars.size() + carried.conserved.size(),
                     membrane.scalar_vector(false));
  new_areas.assign(carried.areas.size(), membrane.tension_vector(false));
  new_contents.assign(carried.conserved.size(), membrane.scalar_vector(false));
}

// The children's share of their parent's area: int_child rho q_j dA with the polynomial rho for
// which the parent has what it had.
std::vector<double> Carrier::child_area(const std::vector<List> &positions, const List &parent_area,
                                        const double orientation, const unsigned int wanted) const {
  const unsigned int n = tension_element.n_dofs_per_cell();
  std::array<FullMatrix<double>, n_children> masses; // of the child's shape functions
  FullMatrix<double> mass(n, n), half(n, n), part(n, n);
  SurfaceValues<2> values = surface;
  for (unsigned int child = 0; child < n_children; ++child) {
    values.reinit(positions[child], orientation);
    masses[child].reinit(n, n);
    for (unsigned int q = 0; q < values.n_quadrature_points(); ++q)
      for (unsigned int i = 0; i < n; ++i)
        for (unsigned int j = 0; j < n; ++j)
          masses[child](i, j) +=
              values.weight(q) * values.tension_shape(q, i) * values.tension_shape(q, j);
    const FullMatrix<double> &to_child = tension_element.get_prolongation_matrix(child);
    masses[child].mmult(half, to_child);
    to_child.Tmmult(part, half);
    mass.add(1., part);
  }
  mass.gauss_jordan();
  dealii::Vector<double> rho(n), rho_child(n), right(parent_area.begin(), parent_area.end());
  mass.vmult(rho, right);
  tension_element.get_prolongation_matrix(wanted).vmult(rho_child, rho);
  masses[wanted].vmult(right, rho_child);
  return List(right.begin(), right.end());
}

void Carrier::put(const Cell &cell, const std::vector<List> &vectors,
                  const std::vector<List> &scalars, const std::vector<List> &areas,
                  const std::vector<List> &contents) {
  std::vector<Index> indices;
  membrane.cell_position_indices(cell, indices);
  for (unsigned int f = 0; f < vectors.size(); ++f)
    insert(indices, vectors[f], new_vectors[f]);
  membrane.cell_scalar_indices(cell, indices);
  for (unsigned int f = 0; f < scalars.size(); ++f)
    insert(indices, scalars[f], new_scalars[f]);
  const ConformingCell conforming(indices, membrane.scalar_constraints());
  for (unsigned int f = 0; f < contents.size(); ++f)
    new_contents[f].add(conforming.dofs, conforming.condense(contents[f]));
  membrane.cell_tension_indices(cell, indices);
  for (unsigned int f = 0; f < areas.size(); ++f)
    insert(indices, areas[f], new_areas[f]);
}

void Carrier::unpack(const std::vector<Cell> &cells, const std::vector<double> &data) {
  auto next = data.begin();
  const auto take = [&](const std::size_t number_of_lists, const unsigned int length) {
    std::vector<List> lists;
    for (std::size_t i = 0; i < number_of_lists; ++i, next += length)
      lists.emplace_back(next, next + length);
    return lists;
  };
  const auto vectors = take(1 + carried.vectors.size(), 3 * position_family.n());
  const auto scalars = take(carried.scalars.size() + carried.conserved.size(), scalar_family.n());
  const auto areas = take(carried.areas.size(), tension_element.n_dofs_per_cell());
  const auto contents = take(carried.conserved.size(), scalar_family.n());
  if (cells.size() == 1) {
    put(cells[0], vectors, scalars, areas, contents);
    return;
  }

  const double orientation = Membrane<2>::orientation(cells[0]);
  std::vector<std::vector<List>> child_vectors(n_children), child_scalars(n_children),
      child_areas(n_children), child_contents(n_children);
  std::vector<double> amounts(contents.size(), 0.), sizes(amounts);
  std::vector<List> positions;
  for (unsigned int child = 0; child < n_children; ++child) {
    for (const List &values : vectors)
      child_vectors[child].push_back(position_family.child_values(values, child, 3));
    for (const List &values : scalars)
      child_scalars[child].push_back(scalar_family.child_values(values, child, 1));
    positions.push_back(child_vectors[child][0]);
    surface.reinit(positions.back(), orientation);
    for (unsigned int f = 0; f < contents.size(); ++f) {
      child_contents[child].push_back(
          scalar_contents(child_scalars[child][carried.scalars.size() + f]));
      for (const double value : child_contents[child][f]) {
        amounts[f] += value;
        sizes[f] += std::abs(value);
      }
    }
  }
  for (unsigned int child = 0; child < n_children; ++child) {
    for (const List &area : areas)
      child_areas[child].push_back(child_area(positions, area, orientation, child));
    // The area element is no polynomial, and children integrate it better than their parent did.
    for (unsigned int f = 0; f < contents.size(); ++f) {
      const double missing = std::accumulate(contents[f].begin(), contents[f].end(), -amounts[f]);
      if (sizes[f] > 0.)
        for (double &value : child_contents[child][f])
          value += missing / sizes[f] * std::abs(value);
    }
    put(cells[child], child_vectors[child], child_scalars[child], child_areas[child],
        child_contents[child]);
  }
}

void Carrier::finish() {
  const auto readable = [](Vector ghosted, const Vector &owned) {
    ghosted = owned;
    return ghosted;
  };
  for (Vector &vector : new_vectors) {
    vector.compress(VectorOperation::insert);
    membrane.position_constraints().distribute(vector);
  }
  membrane.set_positions(readable(membrane.vector_field(true), new_vectors[0]));
  for (unsigned int f = 0; f < carried.vectors.size(); ++f)
    replace(*carried.vectors[f], readable(membrane.vector_field(true), new_vectors[f + 1]));
  std::vector<Vector> scalars;
  for (Vector &scalar : new_scalars) {
    scalar.compress(VectorOperation::insert);
    membrane.scalar_constraints().distribute(scalar);
    scalars.push_back(readable(membrane.scalar_vector(true), scalar));
  }
  for (unsigned int f = 0; f < carried.scalars.size(); ++f)
    replace(*carried.scalars[f], scalars[f]);
  for (unsigned int f = 0; f < carried.areas.size(); ++f) {
    new_areas[f].compress(VectorOperation::insert);
    replace(*carried.areas[f], readable(membrane.tension_vector(true), new_areas[f]));
  }

  if (carried.conserved.empty())
    return;
  const BoundedDensity<2> densities(membrane);
  for (unsigned int f = 0; f < carried.conserved.size(); ++f) {
    ConservedField &field = *carried.conserved[f];
    new_contents[f].compress(VectorOperation::add);
    set_total(new_contents[f], field.total); // but for round-off it was
    replace(field.density,
            densities.with_content(new_contents[f], scalars[carried.scalars.size() + f]));
    replace(field.content,
            readable(membrane.scalar_vector(true), densities.content(field.density)));
    field.outflow = 0.;
  }
}
} // namespace

MeshChange refine_and_coarsen(Membrane<2> &membrane, const std::function<int(const Cell &)> &mark,
                              const CarriedFields &carried,
                              const std::function<unsigned int(const Cell &)> &weight) {
  MeshChange change;
  const double area = membrane.area(), volume = membrane.volume();
  Carrier carrier(membrane, carried);
  Membrane<2>::Adaptation adaptation;
  adaptation.mark = mark;
  adaptation.weight = weight;
  adaptation.pack = [&](const std::vector<Cell> &cells) {
    change.merged += cells.size() == n_children;
    return carrier.pack(cells);
  };
  adaptation.start_unpacking = [&] { carrier.start_unpacking(); };
  adaptation.unpack = [&](const std::vector<Cell> &cells, const std::vector<double> &data) {
    change.divided += cells.size() == n_children;
    carrier.unpack(cells, data);
  };
  change.changed = membrane.adapt(adaptation);
  change.divided = Utilities::MPI::sum(change.divided, membrane.communicator());
  change.merged = Utilities::MPI::sum(change.merged, membrane.communicator());
  if (!change.changed)
    return change;
  carrier.finish();
  change.area = membrane.area() - area;
  change.volume = membrane.volume() - volume;
  return change;
}
} // namespace fusogen
