// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/donor.h"

#include "base/user_error.h"
#include "geometry/bounded_density.h"
#include "geometry/coarse_meshes.h"
#include "geometry/curve_cell.h"
#include "geometry/shapes.h"

#include <boost/math/tools/roots.hpp>

#include <cmath>
#include <stdexcept>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
// Share of a coat of the area @p coat_area where the area @p enclosed is between the point and the
// pole.
double coat_at(const double enclosed, const double coat_area, const double edge_width) {
  const double perimeter = std::sqrt(4. * PI * coat_area),
               width = std::max(edge_width * perimeter, 1e-12);
  return coat_area > 0. ? 0.5 * std::erfc(2. * (enclosed - coat_area) / width) : 0.;
}

} // namespace

template <int dim> double bud_height(const Membrane<dim> &membrane, const Parameters &parameters) {
  const bool tube = parameters.budding.donor == DonorShape::tube;
  double highest = -std::numeric_limits<double>::max();
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      for (unsigned int i = 0; i < x.size(); i += dim + 1)
        highest = std::max(highest, x[i + (tube ? 0 : dim)]);
    }
  return Utilities::MPI::max(highest, membrane.communicator()) -
         (tube ? parameters.budding.tube_radius : 0.);
}
template double bud_height(const Membrane<1> &, const Parameters &);
template double bud_height(const Membrane<2> &, const Parameters &);

template <> Donor<1> make_donor(const Parameters &parameters, MPI_Comm communicator) {
  const Profile patch = flat_disc(parameters.budding.patch_radius).reversed();
  GradingParameters grading;
  grading.n_cells = parameters.geometry.cells;
  Donor<1> donor;
  donor.membrane = std::make_unique<Membrane<1>>(communicator, parameters.geometry.degree);
  donor.membrane->create_meridian(
      {{patch, graded_nodes(patch, grading), Component::plasma_membrane, Edge::rim, Edge::axis}});
  return donor;
}

template <> Donor<2> make_donor(const Parameters &parameters, MPI_Comm communicator) {
  const double bud_radius = 2. / parameters.budding.spontaneous_curvature;
  // A disc of the area of the vesicle.
  const Parameters::Budding &given = parameters.budding;
  const double neck_radius = 2. * bud_radius;
  const bool tube = given.donor == DonorShape::tube;
  const MeshedSurface surface = [&] {
    try {
      return tube ? tube_donor_mesh(given.tube_radius, given.tube_length, neck_radius)
                  : flat_donor_mesh(given.patch_radius, neck_radius);
    } catch (const std::invalid_argument &error) {
      throw UserError(
          "Budding/Tube radius, Budding/Tube length and Budding/Coat curvature do not fit "
          "together: " +
          std::string(error.what()));
    }
  }();
  Donor<2> donor;
  donor.membrane = std::make_unique<Membrane<2>>(communicator, parameters.geometry.degree);
  Membrane<2> &membrane = *donor.membrane;
  membrane.create_surface(surface.mesh, parameters.geometry.refinement, surface.geometry);
  donor.pore = {surface.ring};

  Vector distance = membrane.scalar_vector(false);
  std::vector<types::global_dof_index> indices;
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_scalar_indices(cell, indices);
      membrane.cell_positions(cell, x);
      for (unsigned int v = 0; v < indices.size(); ++v) // both number the corners first
        if (distance.in_local_range(indices[v])) {
          const double x1 = x[3 * v], x2 = x[3 * v + 1], x3 = x[3 * v + 2];
          distance(indices[v]) =
              tube ? std::hypot(given.tube_radius * std::atan2(x2, x1), x3) : std::hypot(x1, x2);
        }
    }
  distance.compress(VectorOperation::insert);
  donor.distance = membrane.scalar_vector(true);
  donor.distance = distance;
  return donor;
}

template <> Vector Coat<1>::on(const Membrane<1> &membrane, const double coat_area) const {
  const CurveCell geometry(membrane.degree());
  Vector owned = membrane.scalar_vector(false);
  std::vector<types::global_dof_index> indices;
  double area = 0.; // from the pole
  for (int c = membrane.curves().size() - 1; c >= 0; --c) {
    const auto points = membrane.curve_points(c);
    const auto &cells = membrane.curves()[c];
    for (int k = cells.size() - 1; k >= 0; --k) {
      const double before = area;
      geometry.integrate([&](const unsigned int a) { return points[k * membrane.degree() + a]; },
                         0., 1., [&](double, const double dA) { area += dA; });
      const Membrane<1>::Cell cell(&membrane.triangulation(), 0, cells[k],
                                   &membrane.position_dofs());
      if (!cell->is_locally_owned())
        continue;
      membrane.cell_scalar_indices(cell, indices);
      for (unsigned int j = 0; j < 2; ++j) // the second end is nearer to the pole
        if (owned.in_local_range(indices[j]))
          owned(indices[j]) = coat_at((j == 0) ? area : before, coat_area, edge_width);
    }
  }
  owned.compress(VectorOperation::insert);
  Vector result = membrane.scalar_vector(true);
  result = owned;
  return result;
}

// The distance smears a little when it is carried along, so the edge is put where the coat has its
// area.
template <> Vector Coat<2>::on(const Membrane<2> &membrane, const double coat_area) const {
  const Vector masses = BoundedDensity<2>(membrane).lumped_mass();
  Vector owned = membrane.scalar_vector(false), from_pole = owned;
  from_pole = distance;
  const auto cover = [&](const double edge) {
    for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
      owned(i) = coat_at(PI * std::pow(static_cast<double>(from_pole(i)), 2), edge, edge_width);
    owned.compress(VectorOperation::insert);
    return owned * masses - coat_area;
  };
  const double largest = masses.l1_norm();
  if (coat_area > 0. && coat_area < largest) {
    std::uintmax_t iterations = 100;
    const auto bracket = boost::math::tools::toms748_solve(
        cover, 0., largest, -coat_area, cover(largest),
        boost::math::tools::eps_tolerance<double>(40), iterations);
    cover(0.5 * (bracket.first + bracket.second));
  } else
    cover(coat_area);
  Vector result = membrane.scalar_vector(true);
  membrane.scalar_constraints().distribute(owned);
  result = owned;
  return result;
}

template <> std::vector<ConservedField> Coat<1>::conserved(const Membrane<1> &) const { return {}; }

template <> std::vector<ConservedField> Coat<2>::conserved(const Membrane<2> &membrane) const {
  Vector owned = membrane.scalar_vector(false);
  owned = distance;
  ConservedField field;
  field.density = distance;
  field.total = owned * BoundedDensity<2>(membrane).lumped_mass();
  field.bounds.reset();
  field.reservoir_density = distance.linfty_norm(); // far beyond any coat
  return {field};
}

template <> void Coat<1>::serialize(SurfaceArchive<1> &, const Membrane<1> &) {}

template <> void Coat<2>::serialize(SurfaceArchive<2> &archive, const Membrane<2> &membrane) {
  if (archive.loading())
    distance = membrane.scalar_vector(true);
  archive.field("distance of the material from the coat's pole", membrane.scalar_dofs(), distance);
}
} // namespace fusogen
