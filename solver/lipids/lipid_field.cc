// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lipids/lipid_field.h"

#include "geometry/curve_cell.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
constexpr Leaflet both_leaflets[] = {Leaflet::outer, Leaflet::inner};
double sign(const Leaflet leaflet) { return leaflet == Leaflet::outer ? 1. : -1.; }
} // namespace

template <int dim>
LipidFields<dim>::LipidFields(const Membrane<dim> &membrane, std::vector<Species> species,
                              const LipidForces forces)
    : membrane(membrane), species(std::move(species)), forces(forces),
      last_flipped(membrane.scalar_vector(true)) {}

template <int dim> Vector LipidFields<dim>::ghosted(const Vector &owned) const {
  Vector result = membrane.scalar_vector(true);
  result = owned;
  return result;
}

template <int dim> const Species &LipidFields<dim>::species_of(const LipidField &field) const {
  return *std::find_if(species.begin(), species.end(),
                       [&](const Species &s) { return s.name == field.species; });
}

template <int dim>
std::vector<unsigned int> LipidFields<dim>::in_leaflet(const Leaflet leaflet) const {
  std::vector<unsigned int> numbers;
  for (unsigned int f = 0; f < lipid_fields.size(); ++f)
    if (lipid_fields[f].leaflet == leaflet)
      numbers.push_back(f);
  return numbers;
}

template <int dim>
void LipidFields<dim>::add(const unsigned int number, const Leaflet leaflet,
                           const double in_vesicle, const double in_plasma_membrane,
                           const Vector *difference) {
  Vector fraction = membrane.scalar_vector(false);
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_scalar_indices(cell, indices);
      for (const auto i : indices)
        fraction(i) =
            Membrane<dim>::component(cell) == Component::vesicle ? in_vesicle : in_plasma_membrane;
    }
  fraction.compress(VectorOperation::insert);
  add({species[number].name, leaflet, in_plasma_membrane, membrane.scalar_vector(true),
       membrane.scalar_vector(true)});
  set_fractions(lipid_fields.size() - 1, fraction, difference);
}

template <int dim> void LipidFields<dim>::add(LipidField field) {
  lipid_fields.push_back(std::move(field));
  update_fractions();
}

template <int dim>
void LipidFields<dim>::set_fractions(const unsigned int number, const Vector &fraction,
                                     const Vector *difference, const std::optional<double> wanted) {
  LipidField &field = lipid_fields[number];
  Vector leaflet = BoundedDensity<dim>(membrane).lumped_mass(),
         content = membrane.scalar_vector(false);
  if (difference) {
    content = *difference;
    leaflet.add(sign(field.leaflet), content);
  }
  content = fraction;
  content.scale(leaflet);
  if (wanted)
    set_total(content, *wanted);
  field.content = content;
  update_fractions();
}

template <int dim> Vector LipidFields<dim>::leaflet_content(const Leaflet leaflet) const {
  Vector sum = membrane.scalar_vector(false), content = sum;
  for (const unsigned int f : in_leaflet(leaflet)) {
    content = lipid_fields[f].content;
    sum.add(1., content);
  }
  return sum;
}

template <int dim> void LipidFields<dim>::update_fractions() {
  for (const Leaflet leaflet : both_leaflets) {
    const Vector all = leaflet_content(leaflet);
    for (const unsigned int f : in_leaflet(leaflet)) {
      LipidField &field = lipid_fields[f];
      Vector fraction = membrane.scalar_vector(false);
      for (const auto i : membrane.scalar_dofs().locally_owned_dofs()) {
        const double amount = field.content(i), of = all(i);
        fraction(i) = of > 0. ? amount / of : 0.; // hanging nodes have none
      }
      fraction.compress(VectorOperation::insert);
      membrane.scalar_constraints().distribute(fraction);
      replace(field.fraction, ghosted(fraction));
    }
  }
}

template <int dim>
Vector LipidFields<dim>::mean(const Leaflet leaflet, double Species::*value) const {
  Vector sum = membrane.scalar_vector(false), fraction = sum;
  for (const unsigned int f : in_leaflet(leaflet)) {
    fraction = lipid_fields[f].fraction;
    sum.add(species_of(lipid_fields[f]).*value, fraction);
  }
  return sum;
}

template <int dim> bool LipidFields<dim>::shape_membrane() const {
  return std::any_of(species.begin(), species.end(), [](const Species &s) {
    return s.spontaneous_curvature != 0. || s.rigidity != 1.;
  });
}

template <int dim> Vector LipidFields<dim>::spontaneous_curvature() const {
  Vector result = mean(Leaflet::outer, &Species::spontaneous_curvature);
  result.add(-1., mean(Leaflet::inner, &Species::spontaneous_curvature));
  result *= 0.5;
  return ghosted(result);
}

template <int dim> Vector LipidFields<dim>::rigidity() const {
  Vector result = mean(Leaflet::outer, &Species::rigidity);
  result.add(1., mean(Leaflet::inner, &Species::rigidity));
  result *= 0.5;
  return ghosted(result);
}

template <int dim> bool LipidFields<dim>::flip_flop() const {
  return std::any_of(species.begin(), species.end(),
                     [](const Species &s) { return s.flip_flop_rate > 0.; });
}

template <int dim>
void LipidFields<dim>::advance(const double dt, const Vector *normal_moment,
                               const LeafletSlip *slip, const std::vector<Stalk> &stalks) {
  using Kind = typename LipidTransport<dim>::Kind;
  LipidTransport<dim> transport(membrane, stalks);
  if (slip)
    transport.set_slip(*slip, dt);
  // What the curvature H differs from that of a membrane without its lipids, and from that with
  // them [1/nm].
  const bool respond = normal_moment && shape_membrane();
  Vector curvature = membrane.scalar_vector(false), misfit = curvature;
  if (respond) {
    const Vector factor = rigidity();
    for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
      misfit(i) = -static_cast<double>((*normal_moment)(i)) /
                  (forces.bending_rigidity * static_cast<double>(factor(i)));
    misfit.compress(VectorOperation::insert);
    curvature = spontaneous_curvature();
    curvature.add(1., misfit);
  }
  for (const Leaflet leaflet : both_leaflets) {
    const std::vector<unsigned int> numbers = in_leaflet(leaflet);
    if (numbers.empty())
      continue;
    std::vector<Kind> kinds;
    std::vector<Vector> contents, fractions;
    for (const unsigned int f : numbers) {
      const LipidField &field = lipid_fields[f];
      const Species &s = species_of(field);
      kinds.push_back(
          {s.diffusion_coefficient * dt, s.area / forces.thermal_energy, field.reservoir_fraction});
      contents.push_back(membrane.scalar_vector(false));
      contents.back() = field.content;
      fractions.push_back(field.fraction);
    }

    // The derivative of the free energy by the amount of a species, but for its entropy and for
    // what all species have in common.
    const auto potentials = [&](const std::vector<Vector> &c) {
      Vector of_leaflet = membrane.scalar_vector(false), fraction = of_leaflet;
      of_leaflet = curvature;
      of_leaflet *= sign(leaflet);
      for (unsigned int i = 0; i < c.size(); ++i) {
        fraction = c[i];
        of_leaflet.add(-species_of(lipid_fields[numbers[i]]).spontaneous_curvature, fraction);
      }
      std::vector<Vector> result;
      for (const unsigned int f : numbers) {
        const Species &s = species_of(lipid_fields[f]);
        Vector g = membrane.scalar_vector(false);
        for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
          g(i) = forces.bending_rigidity *
                 (-0.5 * s.spontaneous_curvature * static_cast<double>(of_leaflet(i)) +
                  0.25 * s.rigidity * std::pow(static_cast<double>(misfit(i)), 2));
        g.compress(VectorOperation::insert);
        membrane.scalar_constraints().distribute(g);
        result.push_back(ghosted(g));
      }
      return result;
    };
    Vector outflow = membrane.scalar_vector(false);
    if (slip) {
      outflow = slip->through_rim;
      outflow *= sign(leaflet);
    }
    const std::vector<double> left = transport.advance(
        kinds, respond ? typename LipidTransport<dim>::Potentials(potentials) : nullptr,
        leaflet == Leaflet::outer, slip ? sign(leaflet) : 0., outflow, contents, fractions);
    for (unsigned int i = 0; i < numbers.size(); ++i) {
      lipid_fields[numbers[i]].content = contents[i];
      lipid_fields[numbers[i]].left_through_rim += left[i];
    }
  }
  if (flip_flop())
    change_leaflets(dt);
  update_fractions();
}

template <int dim> void LipidFields<dim>::change_leaflets(const double dt) {
  // d n_+/dt = rate (n_- - n_+) at each node, exactly.
  Vector flipped = membrane.scalar_vector(false), outer = flipped, inner = flipped;
  for (LipidField &field : lipid_fields)
    for (LipidField &other : lipid_fields) {
      if (field.leaflet != Leaflet::outer || other.leaflet != Leaflet::inner ||
          field.species != other.species)
        continue;
      outer = field.content;
      inner = other.content;
      Vector change = inner;
      change -= outer;
      change *= -0.5 * std::expm1(-2. * species_of(field).flip_flop_rate * dt);
      outer.add(1., change);
      inner.add(-1., change);
      field.content = outer;
      other.content = inner;
      flipped.add(1., change);
      const double amount = change.mean_value() * change.size();
      field.flipped_in += amount;
      other.flipped_in -= amount;
    }
  last_flipped = flipped;
}

template <int dim> double LipidFields<dim>::mixing_energy() const {
  double sum = 0.;
  for (const LipidField &field : lipid_fields)
    for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
      if (const double c = field.fraction(i), amount = field.content(i); c > 0.)
        sum += forces.thermal_energy / species_of(field).area * amount * std::log(c);
  return Utilities::MPI::sum(sum, membrane.communicator());
}

template <int dim> double LipidFields<dim>::frustration_energy() const {
  Vector common = mean(Leaflet::outer, &Species::spontaneous_curvature),
         area = leaflet_content(Leaflet::outer);
  common.add(1., mean(Leaflet::inner, &Species::spontaneous_curvature));
  area.add(1., leaflet_content(Leaflet::inner));
  common.scale(common);
  return forces.bending_rigidity / 16. * (common * area);
}

template <int dim> Vector LipidFields<dim>::density(const LipidField &field) const {
  Vector content = membrane.scalar_vector(false);
  content = field.content;
  const BoundedDensity<dim> space(membrane);
  return space.quotient(content, space.lumped_mass());
}

template <int dim> std::vector<ConservedField> LipidFields<dim>::conserved() const {
  const BoundedDensity<dim> space(membrane);
  double densest = 1.;
  for (const Leaflet leaflet : both_leaflets)
    densest = std::max(densest,
                       space.quotient(leaflet_content(leaflet), space.lumped_mass()).linfty_norm());
  std::vector<ConservedField> fields(lipid_fields.size());
  for (unsigned int f = 0; f < fields.size(); ++f) {
    fields[f].density = density(lipid_fields[f]);
    fields[f].total = amount(lipid_fields[f]);
    fields[f].bounds = std::make_pair(0., densest);
    fields[f].reservoir_density = lipid_fields[f].reservoir_fraction;
  }
  return fields;
}

template <int dim> void LipidFields<dim>::mesh_changed(const std::vector<ConservedField> &fields) {
  Assert(fields.size() == lipid_fields.size(),
         ExcDimensionMismatch(fields.size(), lipid_fields.size()));
  const BoundedDensity<dim> space(membrane);
  for (unsigned int f = 0; f < fields.size(); ++f) {
    LipidField &field = lipid_fields[f];
    Vector content = membrane.scalar_vector(false);
    content = fields[f].content;
    // Fronts stay as sharp as the mesh allows.
    const double total = fields[f].total - fields[f].outflow;
    Vector sharp = membrane.scalar_vector(false);
    sharp = space.projected(content);
    const Vector density =
        space.with_content(content, ghosted(space.clipped(sharp, *fields[f].bounds, total)));
    content = density;
    membrane.scalar_constraints().set_zero(content);
    content.scale(space.lumped_mass());
    replace(field.content, ghosted(content));
    field.left_through_rim += fields[f].outflow;
  }
  replace(last_flipped, membrane.scalar_vector(true));
  update_fractions();
}

template <int dim> double LipidFields<dim>::amount(const LipidField &field) const {
  double sum = 0.;
  for (const auto i : membrane.scalar_dofs().locally_owned_dofs())
    sum += static_cast<double>(field.content(i));
  return Utilities::MPI::sum(sum, membrane.communicator());
}

template <int dim>
double LipidFields<dim>::mass_error(const std::vector<double> &initial_amounts) const {
  double worst = 0.;
  for (unsigned int f = 0; f < initial_amounts.size(); ++f) {
    const LipidField &field = lipid_fields[f];
    if (initial_amounts[f] > 0.)
      worst = std::max(worst, std::abs(amount(field) + field.left_through_rim - field.flipped_in -
                                       initial_amounts[f]) /
                                  initial_amounts[f]);
  }
  return worst;
}

template <int dim>
double LipidFields<dim>::amount(const LipidField &field, const Component component) const {
  return amount(field, [component](const typename Membrane<dim>::Cell &cell) {
    return Membrane<dim>::component(cell) == component;
  });
}

template <int dim>
double LipidFields<dim>::amount(
    const LipidField &field,
    const std::function<bool(const typename Membrane<dim>::Cell &)> &wanted) const {
  Vector there = membrane.scalar_vector(false), content = there;
  std::vector<types::global_dof_index> indices;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && wanted(cell)) {
      membrane.cell_scalar_indices(cell, indices);
      for (const auto i : indices)
        there(i) = 1.;
    }
  there.compress(VectorOperation::insert);
  content = field.content;
  return there * content;
}

template <int dim> void LipidFields<dim>::serialize(SurfaceArchive<dim> &archive) {
  StateArchive &state = archive.state();
  std::size_t n = lipid_fields.size();
  state.item("lipid fields", n);
  lipid_fields.resize(n);
  for (std::size_t f = 0; f < n; ++f) {
    LipidField &field = lipid_fields[f];
    const std::string name = "lipid field " + std::to_string(f) + ": ";
    state.item(name + "species", field.species);
    state.item(name + "leaflet", field.leaflet);
    state.item(name + "reservoir fraction", field.reservoir_fraction);
    state.item(name + "left through rim", field.left_through_rim);
    state.item(name + "flipped in", field.flipped_in);
    archive.field(name + "content", membrane.scalar_dofs(), field.content);
    archive.field(name + "fraction", membrane.scalar_dofs(), field.fraction);
  }
}

double amount_within(const Membrane<1> &membrane, const unsigned int curve, const Vector &fraction,
                     const double area) {
  const unsigned int p = membrane.degree();
  const CurveCell geometry(p), scalar(scalar_degree);
  const auto points = membrane.curve_points(curve);
  const auto values = membrane.curve_scalars(curve, fraction);
  const unsigned int n_cells = membrane.curves()[curve].size();

  double area_left = area, amount = 0.;
  for (unsigned int k = n_cells; k-- > 0 && area_left > 0.;) {
    const auto points_of = [&](const unsigned int a) { return points[k * p + a]; };
    const auto area_from = [&](const double xi) {
      double sum = 0.;
      geometry.integrate(points_of, xi, 1., [&](double, const double dA) { sum += dA; });
      return sum;
    };
    double xi = 0.;
    if (area_from(0.) > area_left) {
      double low = 0., high = 1.; // area_from falls from low to high
      for (unsigned int i = 0; i < 60; ++i) {
        xi = 0.5 * (low + high);
        (area_from(xi) > area_left ? low : high) = xi;
      }
    }
    geometry.integrate(points_of, xi, 1., [&](const double x, const double dA) {
      amount +=
          dA * scalar.value([&](const unsigned int j) { return values[k * scalar_degree + j]; }, x);
    });
    area_left -= area_from(xi);
    if (xi > 0.)
      break;
  }
  return amount;
}

template class LipidFields<1>;
template class LipidFields<2>;
} // namespace fusogen
