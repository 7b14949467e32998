// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/exocytosis_surface.h"

#include "geometry/meridian_motion.h"
#include "geometry/shapes.h"
#include "geometry/topology/meridian_cut.h"
#include "geometry/topology/meridian_fusion.h"

#include <cmath>

namespace fusogen {
namespace {
// Nodes are placed anew when a cell is this much longer or shorter than wanted; under thermal noise
// less often, and by curvatures that are averaged over so many cells to both sides.
constexpr double largest_misfit = 1.5, largest_misfit_with_noise = 2.5;
constexpr unsigned int smoothing_with_noise = 3;

// A meridian that is level at both ends.
CurveSpline spline_through(const std::vector<dealii::Point<2>> &points) {
  return {points, CurveEnd::horizontal, CurveEnd::horizontal};
}

GradingParameters grading(const int n_cells) {
  GradingParameters parameters;
  parameters.n_cells = n_cells;
  return parameters;
}
} // namespace

namespace {
// What lipids and leaflets hold goes with the material.
void carry_contents(const Membrane<1> &before, const LipidFields<1> &lipids,
                    const std::vector<ConservedField> &leaflets,
                    ExocytosisSurface<1>::Fused &after) {
  const std::vector<ConservedField> of_lipids = lipids.conserved();
  std::vector<std::pair<const Vector *, double>> densities;
  for (const auto *fields : {&of_lipids, &leaflets})
    for (const ConservedField &field : *fields)
      densities.emplace_back(&field.density, field.total);
  after.contents = contents_by_area(before, *after.membrane, densities);
  after.leaflet_contents.assign(after.contents.end() - leaflets.size(), after.contents.end());
  after.contents.resize(after.contents.size() - leaflets.size());
}
} // namespace

template <>
ExocytosisSurface<1>::ExocytosisSurface(const Parameters &parameters, MPI_Comm communicator)
    : parameters(parameters), communicator(communicator) {}

template <> std::unique_ptr<Membrane<1>> ExocytosisSurface<1>::docked() {
  const double radius = parameters.vesicle.radius;
  const auto as_docked = [&](const unsigned int curve) {
    const CurveSpline spline = spline_through(docked_shape[curve]);
    return Profile::parametric([spline](const double t) { return spline.at(t); }, 0.,
                               spline.knots().back());
  };
  const bool given = has_docked_shape();
  const Profile vesicle =
      given ? as_docked(1) : sphere(radius).shifted(parameters.fusion.gap + radius);
  const Profile patch =
      given ? as_docked(0) : flat_disc(parameters.plasma_membrane.patch_radius).reversed();
  const int n_patch = parameters.geometry.cells / 2,
            n_vesicle = parameters.geometry.cells - n_patch;
  auto membrane = std::make_unique<Membrane<1>>(communicator, parameters.geometry.degree);
  membrane->create_meridian({{patch, graded_nodes(patch, grading(n_patch)),
                              Component::plasma_membrane, Edge::rim, Edge::axis},
                             {vesicle, graded_nodes(vesicle, grading(n_vesicle)),
                              Component::vesicle, Edge::axis, Edge::axis}});
  return membrane;
}

template <>
std::array<dealii::Point<3>, 2> ExocytosisSurface<1>::docking_points(const Membrane<1> &membrane,
                                                                     unsigned int) const {
  if (!has_docked_shape())
    return {{{0., 0., 0.}, {0., 0., parameters.fusion.gap}}};
  return {{{0., 0., membrane.curve_points(0).back()[1]},
           {0., 0., membrane.curve_points(1).front()[1]}}};
}

template <>
ExocytosisSurface<1>::Fused ExocytosisSurface<1>::fuse(const Membrane<1> &membrane, const Vector &,
                                                       const LipidFields<1> &lipids,
                                                       const std::vector<ConservedField> &leaflets,
                                                       const std::vector<unsigned int> &) {
  const double pore_radius = parameters.fusion.initial_pore_radius;
  const Profile omega = [&] {
    return has_docked_shape()
               ? fused_meridian(spline_through(membrane.curve_points(0)),
                                spline_through(membrane.curve_points(1)), pore_radius)
               : omega_conserving_area(parameters.vesicle.radius, parameters.fusion.gap,
                                       pore_radius, parameters.plasma_membrane.patch_radius)
                     .profile;
  }();
  Fused fused;
  fused.membrane = std::make_unique<Membrane<1>>(communicator, parameters.geometry.degree);
  fused.membrane->create_meridian({{omega, graded_nodes(omega, grading(parameters.geometry.cells)),
                                    Component::plasma_membrane, Edge::rim, Edge::axis}});
  carry_contents(membrane, lipids, leaflets, fused);
  return fused;
}

template <>
ExocytosisSurface<1>::Fused
ExocytosisSurface<1>::cut(const Membrane<1> &fused, const Vector &, const LipidFields<1> &lipids,
                          const std::vector<ConservedField> &leaflets, unsigned int) {
  const CurveSpline curve = spline_through(fused.curve_points(0));
  const SeparatedMeridians sides = cut_at_neck(curve, find_neck(curve));
  const int n_patch = parameters.geometry.cells / 2,
            n_vesicle = parameters.geometry.cells - n_patch;
  Fused separate;
  separate.membrane = std::make_unique<Membrane<1>>(communicator, parameters.geometry.degree);
  separate.membrane->create_meridian(
      {{sides.plasma_membrane, graded_nodes(sides.plasma_membrane, grading(n_patch)),
        Component::plasma_membrane, Edge::rim, Edge::axis},
       {sides.vesicle, graded_nodes(sides.vesicle, grading(n_vesicle)), Component::vesicle,
        Edge::axis, Edge::axis}});
  carry_contents(fused, lipids, leaflets, separate);
  return separate;
}

template <> std::vector<Neck> ExocytosisSurface<1>::necks(const Membrane<1> &fused) const {
  return {find_neck(spline_through(fused.curve_points(0)))};
}

// The curve of the plasma membrane comes first.
template <> unsigned int ExocytosisSurface<1>::piece(const Membrane<1> &, unsigned int) const {
  return 1;
}

template <> double ExocytosisSurface<1>::height(const Membrane<1> &membrane) const {
  const auto points = membrane.curve_points(membrane.curves().size() - 1);
  double height = points.back()[1];
  for (const auto &point : points)
    height = std::max(height, -point[1]);
  return height;
}

template <>
std::vector<double> ExocytosisSurface<1>::heights(const Membrane<1> &membrane,
                                                  const std::vector<Vector3> &) const {
  return {height(membrane)};
}

template <>
double ExocytosisSurface<1>::amount_within(const Membrane<1> &fused, const Vector &fraction,
                                           const double area) const {
  return fusogen::amount_within(fused, 0, fraction, area);
}

template <> double ExocytosisSurface<1>::mesh_quality(const Membrane<1> &) const {
  return std::nan("");
}

template <>
std::optional<double>
ExocytosisSurface<1>::keep_mesh(Membrane<1> &membrane, const bool fused, Vector &material_area,
                                std::vector<ConservedField> &lipids, Vector &tension) const {
  const bool noise = parameters.thermal.noise;
  MeridianMotion motion(membrane, grading(parameters.geometry.cells),
                        parameters.plasma_membrane.patch_radius, CurveEnd::horizontal,
                        noise ? smoothing_with_noise : 0);
  const bool regrade =
      fused && motion.misfit() > (noise ? largest_misfit_with_noise : largest_misfit);
  if (!regrade && motion.rim_displacement() < 1e-12)
    return {};
  return motion.redistribute(regrade, material_area, lipids, {&tension});
}

// The motion of nodes along the meridian does it all.
template <> bool ExocytosisSurface<1>::wants_other_cells(const Membrane<1> &) const {
  return false;
}
template <> MeshChange ExocytosisSurface<1>::adapt(Membrane<1> &, const CarriedFields &) const {
  return {};
}

template <> void ExocytosisSurface<1>::serialize(StateArchive &) {}
} // namespace fusogen
