// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mechanics/cell_assembly.h"

#include "mechanics/contraction.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_q.h>

#include <cmath>
#include <numeric>

namespace fusogen {
using namespace dealii;

CellBorder uniform_potential(const CellSystem &system) {
  const unsigned int n = system.gradient_x.size();
  CellBorder border;
  border.gradient_tension.assign(system.gradient_tension.size(), 0.);
  const auto sum = [](const std::vector<double> &v) {
    return std::accumulate(v.begin(), v.end(), 0.);
  };
  border.value = sum(system.gradient_potential);
  border.diagonal = sum(system.potential_potential);
  for (const auto &[rows, row] : {std::make_pair(&system.potential_x, &border.gradient_x),
                                  std::make_pair(&system.potential_b, &border.gradient_b)}) {
    row->assign(n, 0.);
    for (std::size_t i = 0; i < rows->size(); ++i)
      (*row)[i % n] += (*rows)[i];
  }
  return border;
}

template <int dim>
CellAssembly<dim>::CellAssembly(const unsigned int degree)
    : degree(degree), surface_before(degree), surface_now(degree) {}

template <int dim> void CellAssembly<dim>::reinit(const CellUnknowns<dim> &cell) {
  cell_unknowns = &cell;
  surface_before.reference_field(cell.old_positions, old_points);
  surface_before.reference_field(cell.displacement, displacements);
  surface_before.reference_field(cell.moment, moments);
  points = old_points;
  for (unsigned int q = 0; q < points.size(); ++q)
    for (unsigned int i = 0; i < points[q].size(); ++i)
      points[q][i] += displacements[q][i];
  if (!cell.moved_before.empty()) {
    std::vector<ReferenceVector<dim>> moved;
    surface_before.reference_field(cell.moved_before, moved);
    for (unsigned int q = 0; q < moved.size(); ++q)
      for (unsigned int i = 0; i < moved[q].size(); ++i)
        displacements[q][i] += moved[q][i];
  }
  surface_before.reinit(old_points, cell.orientation);
  surface_now.reinit(points, cell.orientation);
  positions.resize(cell.old_positions.size());
  for (unsigned int i = 0; i < positions.size(); ++i)
    positions[i] = cell.old_positions[i] + cell.displacement[i];
  set_leaflets();
}

template <int dim> void CellAssembly<dim>::set_leaflets() {
  leaflets.clear();
  if (cell_unknowns->potential.empty())
    return;
  std::vector<ReferenceVector<dim>> slips(points.size(), ReferenceVector<dim>{});
  if (!cell_unknowns->slip.empty())
    surface_before.reference_field(cell_unknowns->slip, slips);
  const double size = shortest_edge(cell_unknowns->old_positions);
  for (unsigned int q = 0; q < slips.size(); ++q) {
    const ScalarFieldValue potential = surface_before.scalar_field(q, cell_unknowns->potential);
    leaflets.push_back(
        {surface_before.in_frame(q, slips[q]), potential.value, potential.gradient, size});
  }
}

template <int dim> double CellAssembly<dim>::shortest_edge(const std::vector<double> &positions) {
  const unsigned int n_vertices = 1 << dim;
  double shortest = std::numeric_limits<double>::max();
  for (unsigned int v = 0; v < n_vertices; ++v)
    for (unsigned int d = 0; d < dim; ++d)
      if (const unsigned int w = v | (1 << d); w != v) {
        double squared = 0.;
        for (unsigned int c = 0; c < spacedim; ++c)
          squared += std::pow(positions[w * spacedim + c] - positions[v * spacedim + c], 2);
        shortest = std::min(shortest, std::sqrt(squared));
      }
  return shortest;
}

template <int dim> PointState CellAssembly<dim>::state(const unsigned int q) const {
  const CellUnknowns<dim> &u = *cell_unknowns;
  return {surface_before.at(q),
          surface_now.at(q),
          surface_before.in_frame(q, displacements[q]),
          surface_now.in_frame(q, moments[q]),
          surface_now.tension(q, cell_unknowns->tension),
          cell_unknowns->dt,
          cell_unknowns->component,
          u.lipid_curvature.empty() ? 0. : surface_now.scalar_field(q, u.lipid_curvature).value,
          u.relative_rigidity.empty() ? 1. : surface_now.scalar_field(q, u.relative_rigidity).value,
          u.domain.empty() ? Vector2() : surface_now.scalar_field(q, u.domain).gradient,
          leaflets.empty() ? nullptr : &leaflets[q],
          cell_unknowns->piece};
}

template <int dim> NodalState CellAssembly<dim>::nodes() const {
  return {positions, cell_unknowns->pole_node};
}

template <int dim>
void CellAssembly<dim>::assemble(const Terms &terms, CellSystem &system, const bool second) const {
  const unsigned int n = surface_now.n_vector_dofs(), n_nodes = surface_now.n_vector_nodes(),
                     n_tension = surface_now.n_tension_dofs(),
                     n_points = surface_now.n_quadrature_points();
  constexpr unsigned int n_reference = ReferenceVector<dim>().size();
  using ReferenceMatrix = typename SurfaceValues<dim>::ReferenceMatrix;
  std::vector<ReferenceVector<dim>> x(n_points, ReferenceVector<dim>{}), b(x), tension_x(x);
  std::vector<ReferenceMatrix> xx(second ? n_points : 0), bx(xx.size());
  std::vector<double> bb(n_points);

  system.gradient_tension.assign(n_tension, 0.);
  PointDerivatives d;
  std::vector<LeafletDerivatives> leaflet_derivatives(leaflets.size(), LeafletDerivatives{});
  for (unsigned int q = 0; q < n_points; ++q) {
    d = {};
    d.leaflets = leaflets.empty() ? nullptr : &leaflet_derivatives[q];
    const PointState point = state(q);
    for (const auto &term : terms)
      term->add_to(point, d, second);
    surface_now.add_pulled_back(q, d.displacement_now, x[q]);
    surface_before.add_pulled_back(q, d.displacement_before, x[q]);
    surface_now.add_pulled_back(q, d.moment, b[q]);
    for (unsigned int j = 0; j < n_tension; ++j)
      system.gradient_tension[j] += d.tension * surface_now.tension_shape(q, j);
    if (second) {
      xx[q] = bx[q] = {};
      surface_now.add_pulled_back(q, d.now_now, xx[q]);
      surface_before.add_pulled_back(q, d.before_before, xx[q]);
      surface_now.add_pulled_back(q, d.moment_now, bx[q]);
      surface_now.add_pulled_back(q, d.tension_now, tension_x[q]);
      bb[q] = d.moment_moment;
    }
  }

  system.gradient_x.assign(n, 0.);
  system.gradient_b.assign(n, 0.);
  const double *shapes = surface_now.node_shapes().data();
  contract_vectors<dim>(shapes, n_nodes, x, system.gradient_x.data());
  contract_vectors<dim>(shapes, n_nodes, b, system.gradient_b.data());
  if (second) {
    system.xx.assign(n * n, 0.);
    system.bx.assign(n * n, 0.);
    system.bb.assign(n_nodes * n_nodes, 0.);
    system.tension_x.assign(n_tension * n, 0.);
    contract_matrices<dim>(shapes, n_nodes, xx, true, system.xx.data());
    contract_matrices<dim>(shapes, n_nodes, bx, false, system.bx.data());
    for (unsigned int q = 0; q < n_points; ++q)
      for (unsigned int i = 0; i < n_nodes; ++i) {
        const double factor = bb[q] * surface_now.node_shape(q, 0, i);
        for (unsigned int j = 0; j < n_nodes; ++j)
          system.bb[i * n_nodes + j] += factor * surface_now.node_shape(q, 0, j);
      }
    for (unsigned int j = 0; j < n_tension; ++j) {
      std::vector<ReferenceVector<dim>> weighted = tension_x;
      for (unsigned int q = 0; q < n_points; ++q)
        for (unsigned int i = 0; i < n_reference; ++i)
          weighted[q][i] *= surface_now.tension_shape(q, j);
      contract_vectors<dim>(shapes, n_nodes, weighted, &system.tension_x[j * n]);
    }
  }
  if (!leaflets.empty())
    assemble_leaflets(leaflet_derivatives, system, second);
  const NodalState nodal = nodes();
  for (const auto &term : terms)
    term->add_to_nodes(nodal, system.gradient_x);
  if (!cell_unknowns->edges.empty())
    assemble_edges(terms, system, second);
}

template <int dim>
void CellAssembly<dim>::assemble_leaflets(const std::vector<LeafletDerivatives> &derivatives,
                                          CellSystem &system, const bool second) const {
  const unsigned int n = surface_now.n_vector_dofs(), n_nodes = surface_now.n_vector_nodes(),
                     m = surface_now.n_scalar_dofs(), n_points = surface_now.n_quadrature_points();
  const double *shapes = surface_now.node_shapes().data();
  system.gradient_potential.assign(m, 0.);
  if (second)
    system.potential_potential.assign(m * m, 0.);
  for (unsigned int q = 0; q < n_points; ++q) {
    const LeafletDerivatives &d = derivatives[q];
    for (unsigned int i = 0; i < m; ++i) {
      const ScalarFieldValue shape = surface_before.scalar_shape(q, i);
      system.gradient_potential[i] +=
          d.potential * shape.value + d.potential_gradient * shape.gradient;
      if (second)
        for (unsigned int j = 0; j < m; ++j)
          system.potential_potential[i * m + j] +=
              d.potential_potential * shape.value * surface_before.scalar_shape(q, j).value;
    }
  }
  if (!cell_unknowns->slip.empty())
    assemble_slip(derivatives, system, second);
  if (!second)
    return;
  for (std::vector<double> *block : {&system.potential_x, &system.potential_b})
    block->assign(m * n, 0.);
  std::vector<ReferenceVector<dim>> by_x(n_points), by_b(n_points);
  for (unsigned int i = 0; i < m; ++i) {
    for (unsigned int q = 0; q < n_points; ++q) {
      const LeafletDerivatives &d = derivatives[q];
      const double shape = surface_before.scalar_shape(q, i).value;
      FrameVector x_row = d.potential_now, b_row{};
      for (unsigned int c = 0; c < 3; ++c)
        b_row[frame::value(c)] = shape * d.potential_moment[c];
      for (double &entry : x_row)
        entry *= shape;
      by_x[q] = by_b[q] = {};
      surface_now.add_pulled_back(q, x_row, by_x[q]);
      surface_now.add_pulled_back(q, b_row, by_b[q]);
    }
    contract_vectors<dim>(shapes, n_nodes, by_x, &system.potential_x[i * n]);
    contract_vectors<dim>(shapes, n_nodes, by_b, &system.potential_b[i * n]);
  }
}

template <int dim>
void CellAssembly<dim>::assemble_slip(const std::vector<LeafletDerivatives> &derivatives,
                                      CellSystem &system, const bool second) const {
  const unsigned int n = surface_now.n_vector_dofs(), n_nodes = surface_now.n_vector_nodes(),
                     m = surface_now.n_scalar_dofs(), n_points = surface_now.n_quadrature_points();
  const double *shapes = surface_now.node_shapes().data();
  std::vector<ReferenceVector<dim>> slip(n_points, ReferenceVector<dim>{});
  for (unsigned int q = 0; q < n_points; ++q)
    surface_before.add_pulled_back(q, derivatives[q].slip, slip[q]);
  system.gradient_slip.assign(n, 0.);
  contract_vectors<dim>(shapes, n_nodes, slip, system.gradient_slip.data());
  if (!second)
    return;
  std::vector<typename SurfaceValues<dim>::ReferenceMatrix> slip_slip(n_points);
  for (unsigned int q = 0; q < n_points; ++q) {
    slip_slip[q] = {};
    surface_before.add_pulled_back(q, derivatives[q].slip_slip, slip_slip[q]);
  }
  system.slip_slip.assign(n * n, 0.);
  contract_matrices<dim>(shapes, n_nodes, slip_slip, true, system.slip_slip.data());
  system.potential_slip.assign(m * n, 0.);
  for (unsigned int i = 0; i < m; ++i) {
    for (unsigned int q = 0; q < n_points; ++q) {
      const Vector2 along =
          derivatives[q].slip_gradient * surface_before.scalar_shape(q, i).gradient;
      FrameVector row{};
      for (unsigned int c = 0; c < 3; ++c)
        for (unsigned int a = 0; a < 2; ++a)
          row[frame::value(c)] += along[a] * surface_before.tangent(q, a)[c];
      slip[q] = {};
      surface_before.add_pulled_back(q, row, slip[q]);
    }
    contract_vectors<dim>(shapes, n_nodes, slip, &system.potential_slip[i * n]);
  }
}

template <int dim>
void CellAssembly<dim>::assemble_constraint(const Term<dim> &term, CellBorder &border) const {
  const unsigned int n_points = surface_now.n_quadrature_points();
  std::vector<ReferenceVector<dim>> x(n_points, ReferenceVector<dim>{});
  border.value = border.diagonal = 0.;
  border.gradient_tension.assign(surface_now.n_tension_dofs(), 0.);
  for (unsigned int q = 0; q < n_points; ++q) {
    PointConstraint g{};
    term.add_to_constraint(state(q), g);
    border.value += g.value;
    surface_now.add_pulled_back(q, g.displacement_now, x[q]);
    for (unsigned int j = 0; j < border.gradient_tension.size(); ++j)
      border.gradient_tension[j] += g.tension * surface_now.tension_shape(q, j);
  }
  border.gradient_x.assign(surface_now.n_vector_dofs(), 0.);
  contract_vectors<dim>(surface_now.node_shapes().data(), surface_now.n_vector_nodes(), x,
                        border.gradient_x.data());
  border.gradient_b.assign(surface_now.n_vector_dofs(), 0.);
  border.value += term.add_to_nodal_constraint(nodes(), border.gradient_x);
}

template <int dim> double CellAssembly<dim>::energy(const Term<dim> &term) const {
  double sum = term.nodal_energy(nodes());
  for (unsigned int q = 0; q < surface_now.n_quadrature_points(); ++q)
    sum += term.energy(state(q));
  if (!cell_unknowns->edges.empty())
    for (const EdgePoint &p : edge_points())
      sum += term.edge_energy(p.state);
  return sum;
}

template <int dim> double CellAssembly<dim>::dissipated(const Term<dim> &term) const {
  double sum = 0.;
  for (unsigned int q = 0; q < surface_now.n_quadrature_points(); ++q)
    sum += term.dissipated(state(q));
  return sum;
}

template <int dim> void CellAssembly<dim>::slip_flow(std::vector<double> &flow) const {
  flow.assign(surface_before.n_scalar_dofs(), 0.);
  for (unsigned int q = 0; q < leaflets.size(); ++q) {
    const Vector3 &slip = leaflets[q].slip.value;
    const Vector2 along({slip * surface_before.tangent(q, 0), slip * surface_before.tangent(q, 1)});
    for (unsigned int j = 0; j < flow.size(); ++j)
      flow[j] += surface_before.weight(q) * (along * surface_before.scalar_shape(q, j).gradient);
  }
}

template <> std::vector<typename CellAssembly<1>::EdgePoint> CellAssembly<1>::edge_points() const {
  // The edge of a surface of revolution is a ring, x' = dx/dphi = r e_phi.
  std::vector<EdgePoint> points;
  for (const auto &[node, edge] : cell_unknowns->edges) {
    const double r = positions[2 * node];
    EdgePoint p{
        {edge, cell_unknowns->component, 2. * numbers::PI,
         Vector3({r, 0., positions[2 * node + 1]}), Vector3({0., r, 0.}),
         Vector3({cell_unknowns->moment[2 * node], 0., cell_unknowns->moment[2 * node + 1]})},
        std::vector<double>(surface_now.n_vector_nodes(), 0.),
        {}};
    p.values[node] = 1.;
    points.push_back(std::move(p));
  }
  return points;
}

template <> std::vector<typename CellAssembly<2>::EdgePoint> CellAssembly<2>::edge_points() const {
  const FE_Q<2> element(degree);
  const QGauss<1> rule(degree + 2);
  const unsigned int n_nodes = element.n_dofs_per_cell();
  const auto vector = [&](const std::vector<double> &weights, const std::vector<double> &nodal) {
    Vector3 sum;
    for (unsigned int a = 0; a < n_nodes; ++a)
      for (unsigned int c = 0; c < 3; ++c)
        sum[c] += weights[a] * nodal[3 * a + c];
    return sum;
  };
  Vector3 centre;
  for (unsigned int v = 0; v < 4; ++v)
    for (unsigned int c = 0; c < 3; ++c)
      centre[c] += 0.25 * positions[3 * v + c];

  std::vector<EdgePoint> points;
  for (const auto &[face, edge] : cell_unknowns->edges)
    for (unsigned int q = 0; q < rule.size(); ++q) {
      // Faces 0, 1 lie at xi_1 = 0, 1 and run along xi_2; faces 2, 3 the other way round.
      const unsigned int along = face < 2 ? 1 : 0;
      Point<2> xi;
      xi[along] = rule.point(q)[0];
      xi[1 - along] = face % 2;
      EdgePoint p;
      for (unsigned int a = 0; a < n_nodes; ++a) {
        p.values.push_back(element.shape_value(a, xi));
        p.slopes.push_back(element.shape_grad(a, xi)[along]);
      }
      p.state = {edge,
                 cell_unknowns->component,
                 rule.weight(q),
                 vector(p.values, positions),
                 vector(p.slopes, positions),
                 vector(p.values, cell_unknowns->moment)};
      const Vector3 outward({p.state.along[1], -p.state.along[0], 0.});
      if (outward * (p.state.point - centre) < 0.) { // run with the membrane on the left
        p.state.along *= -1.;
        for (double &slope : p.slopes)
          slope *= -1.;
      }
      points.push_back(std::move(p));
    }
  return points;
}

template <int dim>
void CellAssembly<dim>::assemble_edges(const Terms &terms, CellSystem &system,
                                       const bool second) const {
  const unsigned int n = surface_now.n_vector_dofs();
  for (const EdgePoint &p : edge_points()) {
    EdgePointDerivatives d{};
    for (const auto &term : terms)
      term->add_to_edge(p.state, d, second);

    // How x and x' at the point depend on local dof i: dx = value e_axis, dx' = slope e_axis; in
    // the meridian instead dx' = value e_phi for the radial component.
    struct Dependence {
      unsigned int dof, axis, along_axis;
      double value, slope;
    };
    std::vector<Dependence> dependences;
    for (unsigned int i = 0; i < n; ++i) {
      const unsigned int node = i / spacedim, c = i % spacedim;
      if (dim == 2)
        dependences.push_back({i, c, c, p.values[node], p.slopes[node]});
      else if (p.values[node] != 0.)
        dependences.push_back({i, 2 * c, 1, p.values[node], c == 0 ? p.values[node] : 0.});
    }
    for (const Dependence &w : dependences) {
      system.gradient_x[w.dof] += d.point[w.axis] * w.value + d.along[w.along_axis] * w.slope;
      system.gradient_b[w.dof] += d.moment[w.axis] * w.value;
      if (!second)
        continue;
      for (const Dependence &u : dependences) {
        system.xx[w.dof * n + u.dof] +=
            w.value * u.slope * d.point_along[w.axis][u.along_axis] +
            u.value * w.slope * d.point_along[u.axis][w.along_axis] +
            w.slope * u.slope * d.along_along[w.along_axis][u.along_axis];
        system.bx[w.dof * n + u.dof] += w.value * u.slope * d.moment_along[w.axis][u.along_axis];
      }
    }
  }
}

template class CellAssembly<1>;
template class CellAssembly<2>;
} // namespace fusogen
