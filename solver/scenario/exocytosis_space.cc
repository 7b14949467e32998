// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/exocytosis_surface.h"

#include "base/user_error.h"
#include "geometry/coarse_meshes.h"
#include "geometry/shapes.h"
#include "geometry/surface_motion.h"
#include "geometry/topology/surface_cut.h"
#include "geometry/topology/surface_fusion.h"
#include "lipids/largest_amount.h"

#include <algorithm>
#include <cmath>

namespace fusogen {
using namespace dealii;

namespace {
// A docking patch must hold the circle along which the neck's fillet touches the membrane, with
// room for cells that grow towards its edge.
constexpr double patch_per_fillet = 2.2;
// The mesh is mended before its quality gets near to 0.2.
constexpr double least_quality = 0.5, largest_aspect_ratio = 2.5, largest_rim_displacement = 0.02;
constexpr unsigned int most_passes = 3;

// A vesicle that docks: a sphere or a spheroid with its axis tilted in the plane of x and z.
class DockedVesicle {
public:
  DockedVesicle(const Parameters &parameters, const unsigned int number)
      : docking(parameters.vesicle.docking(number)), tilt(docking.tilt * numbers::PI / 180.) {
    const auto &vesicle = parameters.vesicle;
    axes = vesicle.shape == InitialShape::sphere
               ? SpheroidAxes{vesicle.radius, vesicle.radius}
               : spheroid_axes(vesicle.radius, vesicle.reduced_volume,
                               vesicle.shape == InitialShape::prolate ? SpheroidKind::prolate
                                                                      : SpheroidKind::oblate);
    // The lowest point is where the outward normal points down. With the axis at the angle `tilt`
    // to the normal, the height of the centre above it is that of the support function.
    const double a = axes.a, c = axes.c, s = std::sin(tilt), k = std::cos(tilt),
                 support = std::hypot(a * s, c * k);
    // In the frame of the axis: the direction that the map of directions takes there, and the
    // point.
    Tensor<1, 3> direction, lowest;
    direction[0] = a * s / support;
    direction[2] = -c * k / support;
    lowest[0] = a * direction[0];
    lowest[2] = c * direction[2];
    towards = turned(direction);
    const Tensor<1, 3> below = turned(lowest);
    centre = Point<3>(docking.x - below[0], docking.y, parameters.fusion.gap - below[2]);
    // Principal radii of curvature there.
    const double along = a * a * c * c / (support * support * support), across = a * a / support;
    largest_radius = std::max(along, across);
    least_axis = std::min(a, c);
  }

  // Room for the neck on either side, from its axis [nm].
  double patch_size(const Parameters &parameters) const {
    const auto &fusion = parameters.fusion;
    const OmegaShape shape = omega(largest_radius, fusion.gap, fusion.initial_pore_radius,
                                   parameters.plasma_membrane.patch_radius);
    return patch_per_fillet * (fusion.initial_pore_radius + shape.fillet_radius);
  }

  MeshedSurface mesh(const double patch) const {
    const auto shape = [vesicle = *this](const Tensor<1, 3> &direction) {
      const Tensor<1, 3> d = vesicle.turned_back(direction);
      Tensor<1, 3> x;
      x[0] = vesicle.axes.a * d[0];
      x[1] = vesicle.axes.a * d[1];
      x[2] = vesicle.axes.c * d[2];
      return vesicle.centre + vesicle.turned(x);
    };
    return vesicle_mesh(shape, towards, patch / least_axis);
  }

  Point<2> position() const { return {docking.x, docking.y}; }

private:
  Tensor<1, 3> rotated(const Tensor<1, 3> &v, const double angle) const {
    Tensor<1, 3> result = v;
    result[0] = std::cos(angle) * v[0] + std::sin(angle) * v[2];
    result[2] = -std::sin(angle) * v[0] + std::cos(angle) * v[2];
    return result;
  }
  // From the frame of the vesicle's axis to that of the plasma membrane, and back.
  Tensor<1, 3> turned(const Tensor<1, 3> &v) const { return rotated(v, tilt); }
  Tensor<1, 3> turned_back(const Tensor<1, 3> &v) const { return rotated(v, -tilt); }

  Parameters::Vesicle::Docking docking;
  double tilt; // [rad]
  SpheroidAxes axes;
  Tensor<1, 3> towards;
  Point<3> centre;
  double largest_radius, least_axis;
};

std::function<int(const Membrane<2>::Cell &)>
adaptation_marks(const Membrane<2> &membrane, const Parameters::Geometry &geometry) {
  MeshSizes sizes;
  sizes.turn = geometry.turn * numbers::PI / 180.;
  // Around a neck in a flat membrane, rings of equally many cells have sizes that grow by `turn`
  // per length. Twice that leaves such a mesh alone where nothing but the distance counts.
  sizes.growth = 2. * sizes.turn;
  return marks_by_size(membrane, wanted_cell_size(membrane, sizes), geometry.least_refinement,
                       geometry.most_refinement);
}

// fuse() and omega() say what is wrong in a sentence; the user needs to know where.
template <class Function> auto explain(const Function &function) {
  try {
    return function();
  } catch (const std::invalid_argument &error) {
    throw UserError("Fusion/Initial pore radius and Fusion/Gap do not make a neck: " +
                    std::string(error.what()));
  }
}
} // namespace

template <>
ExocytosisSurface<2>::ExocytosisSurface(const Parameters &parameters, MPI_Comm communicator)
    : parameters(parameters), communicator(communicator),
      patches(parameters.vesicle.number(),
              {{numbers::invalid_unsigned_int, numbers::invalid_unsigned_int}}),
      pores(parameters.vesicle.number()) {}

template <> std::unique_ptr<Membrane<2>> ExocytosisSurface<2>::docked() {
  const unsigned int n = parameters.vesicle.number();
  const MeshedSurface surfaces = explain([&] {
    std::vector<DockedVesicle> vesicles;
    std::vector<DockingPatch> places;
    for (unsigned int i = 0; i < n; ++i) {
      vesicles.emplace_back(parameters, i);
      places.push_back({vesicles[i].position(), vesicles[i].patch_size(parameters)});
    }
    MeshedSurface all = membrane_mesh(parameters.plasma_membrane.patch_radius, places);
    for (unsigned int i = 0; i < n; ++i)
      all = together(all, vesicles[i].mesh(places[i].radius));
    return all;
  });
  // Those of the plasma membrane come first, then two of each vesicle.
  for (unsigned int i = 0; i < n; ++i)
    patches[i] = {{surfaces.patches[i], surfaces.patches[n + 2 * i]}};
  auto membrane = std::make_unique<Membrane<2>>(communicator, parameters.geometry.degree);
  membrane->create_surface(surfaces.mesh, parameters.geometry.refinement, surfaces.geometry);
  return membrane;
}

template <>
std::array<Point<3>, 2> ExocytosisSurface<2>::docking_points(const Membrane<2> &membrane,
                                                             const unsigned int vesicle) const {
  const DockingSite site =
      find_docking_site(membrane, {patches[vesicle][0]}, {patches[vesicle][1]});
  return {{site.points[0], site.points[1]}};
}

template <>
void ExocytosisSurface<2>::renumber(const TopologyChange &change, const unsigned int vesicle) {
  for (unsigned int k = 0; k < patches.size(); ++k) {
    if (k == vesicle)
      continue;
    pores[k] = pores[k].renumbered(change.new_vertices);
    for (unsigned int &cell : patches[k])
      if (cell != numbers::invalid_unsigned_int)
        cell = change.new_cells[cell];
  }
}

template <>
ExocytosisSurface<2>::Fused ExocytosisSurface<2>::fuse(const Membrane<2> &docked,
                                                       const Vector &material_area,
                                                       const LipidFields<2> &lipids,
                                                       const std::vector<ConservedField> &leaflets,
                                                       const std::vector<unsigned int> &vesicles) {
  FusionMesh mesh;
  mesh.least_level = mesh.most_levels = parameters.geometry.refinement;
  Fused fused;
  fused.material_area = material_area;
  for (const LipidField &field : lipids.fields())
    fused.fractions.push_back(field.fraction);
  std::vector<Vector> densities;
  for (const ConservedField &field : leaflets)
    densities.push_back(field.density);
  for (const unsigned int i : vesicles) {
    const Membrane<2> &membrane = fused.membrane ? *fused.membrane : docked;
    FieldsThroughEvent fields;
    fields.material_area = &*fused.material_area;
    const Vector areas = BoundedDensity<2>(membrane).lumped_mass();
    for (const Vector &fraction : fused.fractions) {
      Vector owned = membrane.scalar_vector(false);
      owned = fraction;
      fields.fractions.emplace_back(&fraction, owned * areas);
    }
    for (unsigned int f = 0; f < densities.size(); ++f)
      fields.densities.emplace_back(&densities[f], leaflets[f].total);
    TopologyChange change =
        fusogen::fuse(membrane, find_docking_site(membrane, {patches[i][0]}, {patches[i][1]}),
                      parameters.fusion.initial_pore_radius, fields, mesh);
    renumber(change, i);
    pores[i] = change.pore;
    patches[i].fill(numbers::invalid_unsigned_int);
    fused.membrane = std::move(change.membrane);
    fused.material_area = change.material_area;
    fused.contents = std::move(change.contents);
    fused.fractions = std::move(change.fractions);
    fused.leaflet_contents = std::move(change.density_contents);
    densities = std::move(change.densities);
  }
  return fused;
}

template <>
ExocytosisSurface<2>::Fused
ExocytosisSurface<2>::cut(const Membrane<2> &fused, const Vector &material_area,
                          const LipidFields<2> &lipids, const std::vector<ConservedField> &leaflets,
                          const unsigned int vesicle) {
  CutMesh mesh;
  mesh.least_level = mesh.most_levels = parameters.geometry.refinement;
  FieldsThroughEvent fields;
  fields.material_area = &material_area;
  const Vector areas = BoundedDensity<2>(fused).lumped_mass();
  for (const LipidField &field : lipids.fields()) {
    Vector owned = fused.scalar_vector(false);
    owned = field.fraction;
    fields.fractions.emplace_back(&field.fraction, owned * areas);
  }
  for (const ConservedField &field : leaflets)
    fields.densities.emplace_back(&field.density, field.total);
  TopologyChange change = ring_is_at_neck ? fusogen::cut(fused, pores[vesicle], fields, mesh)
                                          : cut_at_waist(fused, pores[vesicle], fields);
  renumber(change, vesicle);
  pores[vesicle] = {};
  patches[vesicle] = change.patches;
  Fused separate;
  separate.membrane = std::move(change.membrane);
  separate.material_area = change.material_area;
  separate.contents = std::move(change.contents);
  separate.fractions = std::move(change.fractions);
  separate.leaflet_contents = std::move(change.density_contents);
  separate.leaflet_densities = std::move(change.densities);
  return separate;
}

template <> std::vector<Neck> ExocytosisSurface<2>::necks(const Membrane<2> &fused) const {
  std::vector<Neck> result;
  for (const Pore &pore : pores)
    result.push_back(pore.ring.empty() ? Neck() : find_neck(fused, pore));
  return result;
}

template <>
unsigned int ExocytosisSurface<2>::piece(const Membrane<2> &membrane,
                                         const unsigned int vesicle) const {
  return connected_pieces(membrane.coarse_mesh())[patches[vesicle][1]];
}

template <>
std::vector<double> ExocytosisSurface<2>::heights(const Membrane<2> &membrane,
                                                  const std::vector<Vector3> &places) const {
  std::vector<double> highest(places.size(), 0.);
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned() && Membrane<2>::component(cell) == Component::plasma_membrane) {
      membrane.cell_positions(cell, x);
      for (unsigned int i = 0; i < x.size(); i += 3) {
        const auto away = [&](const Vector3 &place) {
          return std::hypot(x[i] - place[0], x[i + 1] - place[1]);
        };
        const auto nearest =
            std::min_element(places.begin(), places.end(),
                             [&](const Vector3 &a, const Vector3 &b) { return away(a) < away(b); });
        double &height = highest[nearest - places.begin()];
        height = std::max(height, std::abs(x[i + 2]));
      }
    }
  Utilities::MPI::max(highest, communicator, highest);
  return highest;
}

template <> double ExocytosisSurface<2>::height(const Membrane<2> &membrane) const {
  double highest = -std::numeric_limits<double>::max();
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      for (unsigned int i = 2; i < x.size(); i += 3)
        highest = std::max(highest, std::abs(x[i]));
    }
  return Utilities::MPI::max(highest, communicator);
}

template <>
double ExocytosisSurface<2>::amount_within(const Membrane<2> &fused, const Vector &fraction,
                                           const double area) const {
  return largest_amount(fused, fraction, area, Component::plasma_membrane);
}

template <> double ExocytosisSurface<2>::mesh_quality(const Membrane<2> &membrane) const {
  return fusogen::mesh_quality(membrane);
}

template <>
std::optional<double>
ExocytosisSurface<2>::keep_mesh(Membrane<2> &membrane, const bool, Vector &material_area,
                                std::vector<ConservedField> &lipids, Vector &tension) const {
  SurfaceMotion motion(
      membrane, membrane_passes_rim ? std::optional<double>(parameters.plasma_membrane.patch_radius)
                                    : std::nullopt);
  std::optional<double> left;
  std::vector<double> outflows(lipids.size(), 0.);
  for (unsigned int pass = 0; pass < most_passes; ++pass) {
    if (fusogen::mesh_quality(membrane) > least_quality &&
        motion.rim_displacement() < largest_rim_displacement)
      break;
    const auto passed =
        motion.redistribute(largest_aspect_ratio, material_area, lipids, {&tension});
    if (!passed)
      break;
    left = left.value_or(0.) + *passed;
    for (unsigned int f = 0; f < lipids.size(); ++f) {
      lipids[f].total -= lipids[f].outflow;
      outflows[f] += lipids[f].outflow;
    }
  }
  for (unsigned int f = 0; f < lipids.size(); ++f)
    lipids[f].outflow = outflows[f];
  return left;
}

template <> bool ExocytosisSurface<2>::wants_other_cells(const Membrane<2> &fused) const {
  if (!parameters.geometry.adaptive)
    return false;
  const auto mark = adaptation_marks(fused, parameters.geometry);
  // Cells merge only with all their siblings, which are on the same process.
  const auto merges = [&](const Membrane<2>::Cell &cell) {
    for (unsigned int child = 0; child < 4; ++child) {
      const auto sibling = cell->parent()->child(child);
      if (!sibling->is_active() || !sibling->is_locally_owned() || mark(sibling) != -1)
        return false;
    }
    return true;
  };
  int here = 0;
  for (const auto &cell : fused.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned())
      if (const int wish = mark(cell); wish == 1 || (wish == -1 && merges(cell)))
        here = 1;
  return Utilities::MPI::max(here, communicator) == 1;
}

template <>
MeshChange ExocytosisSurface<2>::adapt(Membrane<2> &fused, const CarriedFields &fields) const {
  return refine_and_coarsen(fused, adaptation_marks(fused, parameters.geometry), fields);
}

template <> void ExocytosisSurface<2>::serialize(StateArchive &state) {
  for (unsigned int i = 0; i < patches.size(); ++i) {
    const std::string vesicle = " of vesicle " + std::to_string(i + 1);
    std::vector<double> cells(patches[i].begin(), patches[i].end()),
        ring(pores[i].ring.begin(), pores[i].ring.end());
    state.item("docking cells" + vesicle, cells);
    std::copy(cells.begin(), cells.end(), patches[i].begin());
    state.item("ring of the pore" + vesicle, ring);
    pores[i].ring.assign(ring.begin(), ring.end());
  }
}
} // namespace fusogen
