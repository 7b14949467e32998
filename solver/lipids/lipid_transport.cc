// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/lipid_transport.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/petsc_precondition.h>
#include <deal.II/lac/petsc_solver.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
// Rounds in which potentials and common forces follow the fractions, and the change of a fraction
// that ends them.
constexpr unsigned int most_rounds = 50;
constexpr double settled = 1e-11;
constexpr double linear_tolerance = 1e-13;

// x / (e^x - 1)
double bernoulli(const double x) { return std::abs(x) < 1e-8 ? 1. - 0.5 * x : x / std::expm1(x); }
} // namespace

template <int dim>
LipidTransport<dim>::LipidTransport(const Membrane<dim> &membrane, const std::vector<Stalk> &stalks)
    : membrane(membrane), densities(membrane) {
  const auto &dofs = membrane.scalar_dofs();
  const IndexSet &owned = dofs.locally_owned_dofs(), &relevant = membrane.relevant_scalar_dofs();
  DynamicSparsityPattern pattern(relevant);
  DoFTools::make_sparsity_pattern(dofs, pattern, membrane.scalar_constraints(), true);
  for (const Stalk &stalk : stalks) {
    auto all = stalk.on_vesicle;
    all.insert(all.end(), stalk.on_plasma_membrane.begin(), stalk.on_plasma_membrane.end());
    for (const auto &[i, share_i] : all)
      for (const auto &[k, share_k] : all)
        if (relevant.is_element(i))
          pattern.add(i, k);
  }
  SparsityTools::distribute_sparsity_pattern(pattern, owned, membrane.communicator(), relevant);
  matrix.reinit(owned, owned, pattern, membrane.communicator());

  SurfaceValues<dim> surface(membrane.degree());
  const unsigned int n = surface.n_scalar_dofs();
  std::vector<double> x;
  FullMatrix<double> local(n, n);
  for (const LocalCell &cell : densities.cells()) {
    membrane.cell_positions(cell.cell, x);
    surface.reinit(x, Membrane<dim>::orientation(cell.cell));
    local = 0.;
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q)
      for (unsigned int i = 0; i < n; ++i)
        for (unsigned int j = 0; j < n; ++j)
          local(i, j) += surface.weight(q) * (surface.scalar_shape(q, i).gradient *
                                              surface.scalar_shape(q, j).gradient);
    const FullMatrix<double> stiffness = cell.condense(local);
    groups.push_back({cell.dofs, {}, false});
    for (unsigned int k = 0; k < cell.dofs.size(); ++k)
      for (unsigned int j = 0; j < k; ++j)
        groups.back().pairs.push_back({j, k, -stiffness(j, k)});
  }
  // The flux is conductance times the difference of the means, and a node's part of it is its
  // share. Between pairs across the stalk this is conductance times both shares; that this evens
  // out differences along a circle, too, is taken back by pairs on the same side.
  for (const Stalk &stalk : stalks) {
    groups.push_back({{}, {}, true});
    Group &group = groups.back();
    std::vector<double> shares;
    for (const auto *end : {&stalk.on_vesicle, &stalk.on_plasma_membrane})
      for (const auto &[index, share] : *end) {
        group.dofs.push_back(index);
        shares.push_back(share);
      }
    const auto side = [&](const unsigned int i) { return i < stalk.on_vesicle.size(); };
    if (Utilities::MPI::this_mpi_process(membrane.communicator()) == 0)
      for (unsigned int k = 0; k < shares.size(); ++k)
        for (unsigned int j = 0; j < k; ++j)
          group.pairs.push_back(
              {j, k, (side(j) == side(k) ? -1. : 1.) * stalk.conductance * shares[j] * shares[k]});
  }
}

template <int dim>
std::vector<double> LipidTransport<dim>::values(const Group &group, const Vector &field) const {
  std::vector<double> result(group.dofs.size(), 0.);
  if (!group.is_stalk) {
    field.extract_subvector_to(group.dofs.begin(), group.dofs.end(), result.begin());
    return result;
  }
  const IndexSet &owned = membrane.scalar_dofs().locally_owned_dofs();
  for (unsigned int i = 0; i < result.size(); ++i)
    if (owned.is_element(group.dofs[i]))
      result[i] = field(group.dofs[i]);
  Utilities::MPI::sum(result, membrane.communicator(), result);
  return result;
}

template <int dim>
template <class Groups, class Function>
void LipidTransport<dim>::for_each_group(Groups &groups, const Function &function) const {
  for (auto &group : groups)
    if (!group.is_stalk || connected)
      function(group);
}

template <int dim> void LipidTransport<dim>::set_slip(const LeafletSlip &slip, const double dt) {
  // int c s . grad q_j dA with c = sum_k c_k q_k: the matrix K_jk has columns that sum to zero, so
  // this is the sum over k of K_jk c_k - K_kj c_j. With the mean of c_j and c_k in place of both,
  // which is the mass matrix lumped, K_jk - K_kj is carried from k to j.
  SurfaceValues<dim> surface(membrane.degree());
  const unsigned int n = surface.n_scalar_dofs();
  std::vector<double> x, velocity;
  FullMatrix<double> local(n, n);
  for (unsigned int c = 0; c < densities.cells().size(); ++c) {
    const LocalCell &cell = densities.cells()[c];
    membrane.cell_vector_values(cell.cell, slip.positions, x);
    membrane.cell_vector_values(cell.cell, slip.velocity, velocity);
    surface.reinit(x, Membrane<dim>::orientation(cell.cell));
    local = 0.;
    for (unsigned int q = 0; q < surface.n_quadrature_points(); ++q) {
      const Vector3 s = dt * surface.vector_field(q, velocity).value;
      const Vector2 along({s * surface.tangent(q, 0), s * surface.tangent(q, 1)});
      for (unsigned int j = 0; j < n; ++j) {
        const double carried = surface.weight(q) * (along * surface.scalar_shape(q, j).gradient);
        for (unsigned int k = 0; k < n; ++k)
          local(j, k) += carried * surface.scalar_shape(q, k).value;
      }
    }
    const FullMatrix<double> carried = cell.condense(local);
    for (Pair &pair : groups[c].pairs)
      pair.slip = carried(pair.j, pair.k) - carried(pair.k, pair.j);
  }
}

template <int dim>
typename LipidTransport<dim>::Exchange
LipidTransport<dim>::exchange(const Pair &pair, const Kind &kind, const double slip_sign,
                              const double potential_change, const Pairs which) {
  const double spread = kind.diffusion * pair.conductance,
               convection = slip_sign * pair.slip +
                            spread * kind.area_per_kT * (pair.force - potential_change);
  constexpr double upwind = 100.; // e^100: nothing comes against the flow
  double in;
  if (std::abs(convection) < upwind * spread)
    in = spread * bernoulli(-convection / spread);
  else // also where the pair does not spread
    in = std::max(convection, 0.);
  Exchange result{in, in - convection};
  if (spread < 0. && which == Pairs::all) {
    result.in += spread;
    result.out += spread;
  }
  return result;
}

template <int dim>
template <class Function>
void LipidTransport<dim>::for_each_pair(const Group &group, const Kind &kind,
                                        const double slip_sign, const Vector *potential,
                                        const Pairs which, const Function &function) const {
  std::vector<double> g;
  if (potential)
    g = values(group, *potential);
  for (const Pair &pair : group.pairs)
    function(pair, exchange(pair, kind, slip_sign, g.empty() ? 0. : g[pair.j] - g[pair.k], which));
}

template <int dim>
void LipidTransport<dim>::balance(const std::vector<Kind> &kinds, const double slip_sign,
                                  const std::vector<Vector> &fractions,
                                  const std::vector<Vector> &potentials) {
  // One step of Newton's method for the force with which the sum of all species is the slip.
  for_each_group(groups, [&](Group &group) {
    std::vector<double> surplus(group.pairs.size(), 0.), slope(surplus);
    for (unsigned int i = 0; i < kinds.size(); ++i) {
      const std::vector<double> c = values(group, fractions[i]);
      unsigned int number = 0;
      for_each_pair(group, kinds[i], slip_sign, potentials.empty() ? nullptr : &potentials[i],
                    Pairs::all, [&](const Pair &pair, const Exchange &passes) {
                      surplus[number] += passes.in * c[pair.k] - passes.out * c[pair.j];
                      slope[number] += kinds[i].diffusion * pair.conductance *
                                       kinds[i].area_per_kT * 0.5 * (c[pair.j] + c[pair.k]);
                      ++number;
                    });
    }
    for (unsigned int number = 0; number < surplus.size(); ++number)
      if (slope[number] != 0.) {
        Pair &pair = group.pairs[number];
        pair.force -= (surplus[number] - slip_sign * pair.slip) / slope[number];
      }
  });
}

template <int dim>
void LipidTransport<dim>::solve(const Kind &kind, const double slip_sign, const Vector *potential,
                                const Pairs which, const Vector &diagonal, const Vector &right,
                                Vector &fraction) {
  matrix = 0.;
  for_each_group(groups, [&](const Group &group) {
    FullMatrix<double> local(group.dofs.size(), group.dofs.size());
    for_each_pair(group, kind, slip_sign, potential, which,
                  [&](const Pair &pair, const Exchange &passes) {
                    local(pair.j, pair.j) += passes.out;
                    local(pair.k, pair.j) -= passes.out;
                    local(pair.k, pair.k) += passes.in;
                    local(pair.j, pair.k) -= passes.in;
                  });
    if (!group.pairs.empty())
      matrix.add(group.dofs, local);
  });
  const auto &constraints = membrane.scalar_constraints();
  for (const Index i : membrane.scalar_dofs().locally_owned_dofs())
    matrix.add(i, i, constraints.is_constrained(i) ? 1. : static_cast<double>(diagonal(i)));
  matrix.compress(VectorOperation::add);

  Vector solution = membrane.scalar_vector(false);
  solution = fraction;
  constraints.set_zero(solution);
  if (right.l2_norm() == 0.) { // the leaflet has none of it
    fraction = 0.;
    return;
  }
  // Without spreading and slip the fractions are those before, and PETSc's GMRES fails at a
  // residual of zero.
  Vector residual = right;
  if (matrix.residual(residual, solution, right) == 0.)
    return;
  // The preconditioned residual, which is that of the fractions.
  SolverControl control(1000, linear_tolerance * std::max(1., solution.l2_norm()));
  PETScWrappers::SolverGMRES solver(control, membrane.communicator());
  solver.solve(matrix, solution, right, PETScWrappers::PreconditionBlockJacobi(matrix));
  constraints.distribute(solution);
  fraction = solution;
}

template <int dim> bool LipidTransport<dim>::is_bounded(const Vector &fraction) const {
  constexpr double round_off = 1e-11;
  double overshoot = 0.;
  for (const Index j : membrane.scalar_dofs().locally_owned_dofs()) {
    const double c = fraction(j);
    overshoot = std::max({overshoot, -c, c - 1.});
  }
  return Utilities::MPI::max(overshoot, membrane.communicator()) < round_off;
}

template <int dim>
Vector LipidTransport<dim>::limited(const Kind &kind, const double slip_sign,
                                    const Vector *potential, const Vector &diagonal,
                                    const Vector &right, const Vector &leaflet,
                                    const Vector &unbounded) {
  Vector fraction = unbounded, zero = membrane.scalar_vector(true), one = zero,
         ones = membrane.scalar_vector(false);
  ones = 1.;
  one = ones;
  solve(kind, slip_sign, potential, Pairs::positive, diagonal, right, fraction);
  return densities.limited(fraction, leaflet, {zero, one}, [&](const LocalCell &cell) {
    // What pairs with negative conductance exchange.
    std::vector<double> result(cell.dofs.size(), 0.);
    const std::vector<double> c = densities.values(cell, unbounded);
    for (const Pair &pair : groups[&cell - &densities.cells()[0]].pairs)
      if (const double spread = kind.diffusion * pair.conductance; spread < 0.) {
        result[pair.j] += spread * (c[pair.k] - c[pair.j]);
        result[pair.k] -= spread * (c[pair.k] - c[pair.j]);
      }
    return result;
  });
}

template <int dim>
std::vector<double>
LipidTransport<dim>::advance(const std::vector<Kind> &kinds, const Potentials &potentials,
                             const bool with_stalks, const double slip_sign, const Vector &outflow,
                             std::vector<Vector> &contents, std::vector<Vector> &fractions) {
  connected = with_stalks;
  const IndexSet &owned = membrane.scalar_dofs().locally_owned_dofs();
  const unsigned int n = kinds.size();
  bool alike = true; // no species pushes another one aside
  for (const Kind &kind : kinds)
    alike = alike && kind.diffusion == kinds[0].diffusion &&
            (kind.area_per_kT == kinds[0].area_per_kT || !potentials);
  const bool coupled = potentials || !alike;

  // All that the leaflet will have at each node, and before it loses any through the rim.
  Vector leaflet = membrane.scalar_vector(false);
  for (const Vector &content : contents)
    leaflet.add(1., content);
  for (const Group &group : groups)
    if (slip_sign != 0. && !group.is_stalk) {
      std::vector<double> arriving(group.dofs.size(), 0.);
      for (const Pair &pair : group.pairs) {
        arriving[pair.j] += slip_sign * pair.slip;
        arriving[pair.k] -= slip_sign * pair.slip;
      }
      leaflet.add(group.dofs, arriving);
    }
  leaflet.compress(VectorOperation::add);
  Vector diagonal = leaflet, after = leaflet;
  for (const Index i : owned) {
    const double out = outflow(i);
    diagonal(i) = static_cast<double>(leaflet(i)) + std::max(-out, 0.);
    after(i) = static_cast<double>(leaflet(i)) - out;
  }
  diagonal.compress(VectorOperation::insert);
  after.compress(VectorOperation::insert);
  std::vector<Vector> right = contents;
  for (unsigned int i = 0; i < n; ++i) {
    for (const Index j : owned)
      right[i](j) =
          contents[i](j) + kinds[i].reservoir * std::max(-static_cast<double>(outflow(j)), 0.);
    right[i].compress(VectorOperation::insert);
  }

  for (Group &group : groups)
    for (Pair &pair : group.pairs)
      pair.force = 0.;
  std::vector<Vector> g;
  const auto potential = [&](const unsigned int i) { return g.empty() ? nullptr : &g[i]; };
  for (unsigned int round = 0; round < (coupled ? most_rounds : 1); ++round) {
    if (potentials)
      g = potentials(fractions);
    if (coupled)
      balance(kinds, slip_sign, fractions, g);
    double change = 0.;
    for (unsigned int i = 0; i < n; ++i) {
      Vector difference = membrane.scalar_vector(false);
      difference = fractions[i];
      solve(kinds[i], slip_sign, potential(i), Pairs::all, diagonal, right[i], fractions[i]);
      Vector now = membrane.scalar_vector(false);
      now = fractions[i];
      difference -= now;
      change = std::max(change, difference.linfty_norm());
    }
    if (change < settled)
      break;
  }

  std::vector<double> left(n, 0.);
  const auto sum = [](const Vector &v) { return v.mean_value() * v.size(); };
  for (unsigned int i = 0; i < n; ++i) {
    if (!is_bounded(fractions[i]))
      fractions[i] =
          limited(kinds[i], slip_sign, potential(i), diagonal, right[i], after, fractions[i]);
    Vector lost = membrane.scalar_vector(false);
    for (const Index j : owned)
      lost(j) =
          std::max(static_cast<double>(outflow(j)), 0.) * static_cast<double>(fractions[i](j));
    lost.compress(VectorOperation::insert);
    left[i] = sum(lost) - (sum(right[i]) - sum(contents[i]));
    // Exact but for the tolerance of the solver, and with this correction in sum.
    const double total = sum(contents[i]) - left[i];
    contents[i] = fractions[i];
    contents[i].scale(after);
    if (total != 0.)
      contents[i] *= total / sum(contents[i]);
  }
  return left;
}

template class LipidTransport<1>;
template class LipidTransport<2>;
} // namespace fusogen
