// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/exocytosis_surface.h"

#include "base/user_error.h"
#include "geometry/coarse_meshes.h"
#include "geometry/shapes.h"
#include "geometry/surface_motion.h"
#include "geometry/topology/surface_fusion.h"
#include "lipids/largest_amount.h"

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

double patch_size(const Parameters &parameters) {
  const auto &fusion = parameters.fusion;
  const OmegaShape shape = omega(parameters.vesicle.radius, fusion.gap, fusion.initial_pore_radius,
                                 parameters.plasma_membrane.patch_radius);
  return patch_per_fillet * (fusion.initial_pore_radius + shape.fillet_radius);
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
    : parameters(parameters), communicator(communicator) {}

template <> std::unique_ptr<Membrane<2>> ExocytosisSurface<2>::docked() {
  const double radius = parameters.vesicle.radius,
               patch = explain([&] { return patch_size(parameters); });
  Tensor<1, 3> down;
  down[2] = -1.;
  const MeshedSurface surfaces = explain([&] {
    return together(
        membrane_mesh(parameters.plasma_membrane.patch_radius, {{Point<2>(), patch}}),
        vesicle_mesh(sphere_shape(Point<3>(0., 0., parameters.fusion.gap + radius), radius), down,
                     patch / radius));
  });
  patches = {{surfaces.patches[0], surfaces.patches[1]}};
  auto membrane = std::make_unique<Membrane<2>>(communicator, parameters.geometry.degree);
  membrane->create_surface(surfaces.mesh, parameters.geometry.refinement, surfaces.geometry);
  return membrane;
}

template <>
ExocytosisSurface<2>::Fused ExocytosisSurface<2>::fuse(const Membrane<2> &membrane,
                                                       const Vector &material_area,
                                                       const LipidFields<2> &lipids) {
  CarriedFields fields;
  fields.material_area = &material_area;
  for (const LipidField &field : lipids.fields())
    fields.fractions.emplace_back(&field.fraction, lipids.amount(field));
  FusionMesh mesh;
  mesh.least_level = mesh.most_levels = parameters.geometry.refinement;
  TopologyChange change = explain([&] {
    return fusogen::fuse(membrane, find_docking_site(membrane, {patches[0]}, {patches[1]}),
                         parameters.fusion.initial_pore_radius, fields, mesh);
  });
  pore = change.pore;
  Fused fused;
  fused.membrane = std::move(change.membrane);
  fused.material_area = change.material_area;
  fused.contents = std::move(change.contents);
  fused.fractions = std::move(change.fractions);
  return fused;
}

template <> Neck ExocytosisSurface<2>::neck(const Membrane<2> &fused) const {
  return find_neck(fused, pore);
}

template <> double ExocytosisSurface<2>::height(const Membrane<2> &membrane) const {
  double highest = -std::numeric_limits<double>::max();
  std::vector<double> x;
  for (const auto &cell : membrane.position_dofs().active_cell_iterators())
    if (cell->is_locally_owned()) {
      membrane.cell_positions(cell, x);
      for (unsigned int i = 2; i < x.size(); i += 3)
        highest = std::max(highest, x[i]);
    }
  return Utilities::MPI::max(highest, communicator);
}

template <>
double ExocytosisSurface<2>::amount_within(const Membrane<2> &fused, const Vector &fraction,
                                           const double area) const {
  return largest_amount(fused, fraction, area);
}

template <> double ExocytosisSurface<2>::mesh_quality(const Membrane<2> &membrane) const {
  return fusogen::mesh_quality(membrane);
}

template <>
std::optional<double>
ExocytosisSurface<2>::keep_mesh(Membrane<2> &membrane, const bool, Vector &material_area,
                                std::vector<ConservedField> &lipids, Vector &tension) const {
  SurfaceMotion motion(membrane, parameters.plasma_membrane.patch_radius);
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

template <> void ExocytosisSurface<2>::serialize(StateArchive &state) {
  std::vector<double> cells(patches.begin(), patches.end());
  state.item("docking cells", cells);
  std::copy(cells.begin(), cells.end(), patches.begin());
  std::vector<double> ring(pore.ring.begin(), pore.ring.end());
  state.item("ring of the pore", ring);
  pore.ring.assign(ring.begin(), ring.end());
}
} // namespace fusogen
