// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/contact.h"

#include "mechanics/mixed_space.h"

#include <deal.II/base/mpi.h>
#include <deal.II/fe/fe_q.h>

#include <cmath>
#include <map>

namespace fusogen {
using namespace dealii;

double ContactLaw::cutoff() const {
  constexpr double decays = 23.; // e^-23 = 1e-10
  const double repulsion = hydration_pressure > 0. ? hydration_decay : 0.,
               attraction = adhesion_energy > 0. ? adhesion_decay : 0.;
  return thickness + decays * std::max(repulsion, attraction);
}

std::array<double, 3> ContactLaw::at(const double distance) const {
  const double d = distance - thickness,
               repulsion = hydration_pressure * hydration_decay * std::exp(-d / hydration_decay),
               attraction = adhesion_energy * std::exp(-d / adhesion_decay);
  return {repulsion - attraction, -repulsion / hydration_decay + attraction / adhesion_decay,
          repulsion / (hydration_decay * hydration_decay) -
              attraction / (adhesion_decay * adhesion_decay)};
}

namespace {
template <int spacedim> Tensor<1, spacedim> flat(const Vector3 &x) {
  if constexpr (spacedim == 2)
    return Tensor<1, 2>({x[0], x[2]});
  else
    return x;
}

// The free displacements that a node's depends on, with their shares.
template <int dim>
std::vector<std::pair<types::global_dof_index, double>> shares(const MixedSpace<dim> &space,
                                                               const types::global_dof_index dof) {
  if (!space.constraints.is_constrained(dof))
    return {{dof, 1.}};
  const auto *entries = space.constraints.get_constraint_entries(dof);
  return {entries->begin(), entries->end()};
}

// A cell's displacements [node * spacedim + component] in the mixed system.
template <int dim>
std::vector<types::global_dof_index> displacements(const MixedSpace<dim> &space,
                                                   const typename Membrane<dim>::Cell &cell) {
  const typename Membrane<dim>::Cell mixed(&space.dof_handler.get_triangulation(), cell->level(),
                                           cell->index(), &space.dof_handler);
  std::vector<types::global_dof_index> all(space.dofs_per_cell()), result;
  mixed->get_dof_indices(all);
  for (unsigned int i = 0; i < all.size(); ++i)
    if (const auto [block, index] = space.block_index(i); block == MixedSpace<dim>::displacement) {
      if (index >= result.size())
        result.resize(index + 1);
      result[index] = all[i];
    }
  return result;
}

// What the process of a point needs to know of the closest one, which lies in a cell of another
// process' or its own.
struct Place {
  std::size_t number; // of the asking point
  CellId::binary_type cell;
  std::array<double, 2> reference;
  template <class Archive> void serialize(Archive &archive, unsigned int) {
    archive &number &cell &reference;
  }
};
struct Surroundings {
  std::size_t number;
  bool is_vesicle;
  std::array<double, 3> x;
  std::array<std::array<double, 3>, 2> first;
  std::array<std::array<double, 3>, 3> second; // uu, uv, vv
  // Displacements, their direction, shape function and its derivatives.
  std::vector<types::global_dof_index> dofs;
  std::vector<unsigned int> directions;
  std::vector<std::array<double, 3>> shapes;
  template <class Archive> void serialize(Archive &archive, unsigned int) {
    archive &number &is_vesicle &x &first &second &dofs &directions &shapes;
  }
};

template <int dim>
Surroundings surroundings(const MixedSpace<dim> &space, const CellNodes<dim> &nodes,
                          const FE_Q<dim> &shapes, const Place &place) {
  constexpr unsigned int spacedim = dim + 1;
  const Membrane<dim> &membrane = space.membrane;
  const auto on_triangulation = membrane.triangulation().create_cell_iterator(CellId(place.cell));
  const typename Membrane<dim>::Cell cell(&membrane.triangulation(), on_triangulation->level(),
                                          on_triangulation->index(), &membrane.position_dofs());
  Point<dim> xi;
  for (unsigned int i = 0; i < dim; ++i)
    xi[i] = place.reference[i];
  std::vector<double> nodal;
  membrane.cell_positions(cell, nodal);
  const auto value = CellMap<dim>(nodes, nodal).value(xi);
  Surroundings result{
      place.number, Membrane<dim>::component(cell) == Component::vesicle, {}, {}, {}, {}, {}, {}};
  for (unsigned int c = 0; c < spacedim; ++c) {
    result.x[c] = value.x[c];
    for (unsigned int i = 0; i < dim; ++i) {
      result.first[i][c] = value.first[i][c];
      for (unsigned int j = i; j < dim; ++j)
        result.second[i + j][c] = value.second[i][j][c];
    }
  }
  const auto dofs = displacements(space, cell);
  for (unsigned int k = 0; k < dofs.size(); ++k) {
    const unsigned int node = k / spacedim;
    std::array<double, 3> shape{shapes.shape_value(node, xi), 0., 0.};
    for (unsigned int i = 0; i < dim; ++i)
      shape[1 + i] = shapes.shape_grad(node, xi)[i];
    for (const auto &[dof, share] : shares(space, dofs[k])) {
      result.dofs.push_back(dof);
      result.directions.push_back(k % spacedim);
      result.shapes.push_back({share * shape[0], share * shape[1], share * shape[2]});
    }
  }
  return result;
}
} // namespace

template <int dim> void Contact<dim>::begin_pairs(const MixedSpace<dim> &space) {
  weights.clear();
  const Membrane<dim> &membrane = space.membrane;
  SurfaceValues<dim> surface(membrane.degree());
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      surface.reinit(x, Membrane<dim>::orientation(cell));
      for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
        weights.push_back(weight(Membrane<dim>::component(cell), surface.at(q)));
    }
}

// What find_pairs() knows of its pairs before the processes of the closest points have answered.
template <int dim> struct Contact<dim>::Search {
  explicit Search(const MixedSpace<dim> &space) : space(space) {}
  const MixedSpace<dim> &space;
  SurfaceValues<dim> surface{space.membrane.degree()};
  std::map<unsigned int, std::vector<Place>> asked; // by process
  std::vector<Tensor<1, spacedim>> points, normals_of_other;
};

// The pairs of points of the cells in @p sources with what is closest to them.
template <int dim>
void Contact<dim>::find_pairs_from(Search &search, const Filter &sources,
                                   const ContactMap<dim> &closest) {
  const Membrane<dim> &membrane = search.space.membrane;
  SurfaceValues<dim> &surface = search.surface;
  const unsigned int n_q = surface.n_quadrature_points();
  std::vector<double> x;
  std::vector<types::global_dof_index> dofs;
  std::size_t number = 0; // of the quadrature point among all owned ones
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      if (!sources(cell)) {
        number += n_q;
        continue;
      }
      bool is_new = true;
      for (unsigned int q = 0; q < n_q; ++q, ++number) {
        const ClosestPoint<dim> y = closest(cell, q);
        if (!y.found() || weights[number] == 0.)
          continue;
        if (is_new) {
          membrane.cell_positions(cell, x);
          surface.reinit(x, Membrane<dim>::orientation(cell));
          dofs = displacements(search.space, cell);
          is_new = false;
        }
        Pair pair;
        pair.weight = weights[number];
        pair.component = Membrane<dim>::component(cell);
        for (unsigned int k = 0; k < dofs.size(); ++k)
          for (const auto &[dof, share] : shares(search.space, dofs[k])) {
            Entry entry{dof, {}};
            entry.factor[k % spacedim] = share * surface.node_shape(q, 0, k / spacedim);
            pair.entries.push_back(entry);
          }
        search.points.push_back(flat<spacedim>(surface.point(q)));
        search.normals_of_other.push_back(flat<spacedim>(y.normal));
        Place place{pairs.size(), y.cell.template to_binary<dim>(), {}};
        for (unsigned int i = 0; i < dim; ++i)
          place.reference[i] = y.reference[i];
        search.asked[y.owner].push_back(place);
        pairs.push_back(std::move(pair));
      }
    }
}

template <int dim> void Contact<dim>::find_pairs(const MixedSpace<dim> &space) {
  const Membrane<dim> &membrane = space.membrane;
  communicator = membrane.communicator();
  pairs.clear();
  Search search(space);
  using Closest = ContactSearch<dim>;
  if (of == ContactOf::all)
    find_pairs_from(search, Closest::all(), Closest(membrane, cutoff()).with_itself());
  else
    for (const auto &[component, other] :
         {std::pair(Component::vesicle, Component::plasma_membrane),
          std::pair(Component::plasma_membrane, Component::vesicle)}) {
      const Filter sources = Closest::only(component);
      find_pairs_from(search, sources,
                      Closest(membrane, cutoff(), Closest::only(other)).from(membrane, sources));
    }

  const auto questions = Utilities::MPI::some_to_some(communicator, search.asked);
  const CellNodes<dim> nodes(membrane.degree());
  const FE_Q<dim> shapes(membrane.degree());
  std::map<unsigned int, std::vector<Surroundings>> answers;
  for (const auto &[rank, places] : questions)
    for (const Place &place : places)
      answers[rank].push_back(surroundings(space, nodes, shapes, place));
  double least_here = std::numeric_limits<double>::infinity();
  for (const auto &[rank, places] : Utilities::MPI::some_to_some(communicator, answers))
    for (const Surroundings &y : places) {
      Pair &pair = pairs[y.number];
      Tensor<1, spacedim> way = search.points[y.number];
      for (unsigned int c = 0; c < spacedim; ++c)
        way[c] -= y.x[c];
      const Tensor<1, spacedim> &normal = search.normals_of_other[y.number];
      const bool is_behind = of == ContactOf::two_components && way * normal < 0.;
      const double sign = is_behind ? -1. : 1., length = way.norm();
      pair.other = y.is_vesicle ? Component::vesicle : Component::plasma_membrane;
      pair.distance = sign * length;
      pair.normal = length > 0. ? sign / length * way : normal;
      least_here = std::min(least_here, pair.distance);
      Tensor<2, dim> hessian;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          for (unsigned int c = 0; c < spacedim; ++c)
            hessian[i][j] += y.first[i][c] * y.first[j][c] - way[c] * y.second[i + j][c];
      pair.inverse = invert(hessian);
      for (Entry &entry : pair.entries)
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int c = 0; c < spacedim; ++c)
            entry.factor[spacedim + i] += entry.factor[c] * y.first[i][c];
      for (unsigned int k = 0; k < y.dofs.size(); ++k) {
        const unsigned int c = y.directions[k];
        Entry entry{y.dofs[k], {}};
        entry.factor[c] = -y.shapes[k][0];
        for (unsigned int i = 0; i < dim; ++i)
          entry.factor[spacedim + i] =
              -y.shapes[k][0] * y.first[i][c] + way[c] * y.shapes[k][1 + i];
        pair.entries.push_back(entry);
      }
    }
  least = Utilities::MPI::min(least_here, communicator);
}

template <int dim>
void Contact<dim>::for_each_pair(const bool second,
                                 const std::function<void(const PairSystem &)> &function) const {
  PairSystem system;
  for (const Pair &pair : pairs) {
    const std::array<double, 3> W = energy_at(pair.distance);
    const unsigned int n = pair.entries.size();
    system.dofs.resize(n);
    system.gradient.assign(n, 0.);
    for (unsigned int k = 0; k < n; ++k) {
      system.dofs[k] = pair.entries[k].dof;
      for (unsigned int c = 0; c < spacedim; ++c)
        system.gradient[k] += pair.weight * W[1] * pair.normal[c] * pair.entries[k].factor[c];
    }
    if (second) {
      // With D the unsigned distance, delta^2 of D^2/2 is |delta x - delta y|^2 less what y gains
      // by moving along its cell, and delta^2 D = (delta^2 of D^2/2 - (delta D)^2) / D.
      const double by_length =
          std::abs(pair.distance) > 1e-6 ? pair.weight * W[1] / pair.distance : 0.;
      FullMatrix<double> by_functionals(n_functionals, n_functionals);
      for (unsigned int c = 0; c < spacedim; ++c)
        for (unsigned int d = 0; d < spacedim; ++d)
          by_functionals(c, d) =
              (pair.weight * W[2] - by_length) * pair.normal[c] * pair.normal[d] +
              (c == d ? by_length : 0.);
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          by_functionals(spacedim + i, spacedim + j) = -by_length * pair.inverse[i][j];
      FullMatrix<double> factors(n, n_functionals), left(n, n_functionals);
      for (unsigned int k = 0; k < n; ++k)
        for (unsigned int f = 0; f < n_functionals; ++f)
          factors(k, f) = pair.entries[k].factor[f];
      factors.mmult(left, by_functionals);
      system.matrix.reinit(n, n);
      left.mTmult(system.matrix, factors);
    } else
      system.matrix.reinit(0, 0);
    function(system);
  }
}

template <int dim> double Contact<dim>::pair_energy() const {
  double sum = 0.;
  for (const Pair &pair : pairs)
    sum += pair.weight * energy_at(pair.distance)[0];
  return sum;
}

template <int dim> Vector3 Contact<dim>::force_on(const Component component) const {
  Vector3 force;
  for (const Pair &pair : pairs) {
    if (pair.component == pair.other)
      continue;
    const double push =
        -pair.weight * energy_at(pair.distance)[1] * (pair.component == component ? 1. : -1.);
    force[2] += push * pair.normal[spacedim - 1];
    if (dim == 2)
      for (unsigned int c = 0; c < 2; ++c)
        force[c] += push * pair.normal[c];
  }
  return Utilities::MPI::sum(force, communicator);
}

template class Contact<1>;
template class Contact<2>;
} // namespace fusogen
