// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/statics.h"

#include "base/log.h"
#include "geometry/shapes.h"
#include "io/surface_output.h"
#include "scenario/static_shape.h"

#include <cmath>
#include <sstream>

namespace fusogen {
using dealii::Tensor;
using dealii::numbers::PI;

namespace {
Tensor<1, 2> direction(const double r, const double z) {
  Tensor<1, 2> d;
  d[0] = r;
  d[1] = z;
  return d;
}

// A curve that begins at a waist goes upward there, so the outward conormal points down.
const Tensor<1, 2> waist_conormal = direction(0., -1.), rim_conormal = direction(1., 0.);
const EdgeCondition held = {true, true, false}, sliding_vertically = {true, false, false},
                    pinned = {true, true, true};

// Half of a neck between parallel membranes, mirror symmetric about z = 0.
StaticShape planar_half(const RunContext &context, const double neck) {
  const Parameters::Pore &pore = context.parameters.pore;
  StaticShape::Setup setup{half_toroidal_neck(neck, 0.5 * pore.membrane_distance, pore.rim_radius),
                           Edge::neck,
                           Edge::rim,
                           {{Edge::neck, held}, {Edge::rim, held}},
                           {{Edge::neck, waist_conormal}, {Edge::rim, rim_conormal}},
                           0.,
                           {},
                           std::min(neck, pore.membrane_distance)};
  return StaticShape(context, std::move(setup));
}

StaticShape vesicle_half(const RunContext &context, const double neck) {
  const double radius = context.parameters.vesicle.radius;
  StaticShape::Setup setup{
      vesicle_side(radius, neck),     Edge::neck, Edge::axis, {{Edge::neck, held}},
      {{Edge::neck, waist_conormal}}, {},         {},         neck};
  return StaticShape(context, std::move(setup));
}

StaticShape patch_half(const RunContext &context, const double neck) {
  const auto &patch = context.parameters.plasma_membrane;
  StaticShape::Setup setup{planar_neck_side(neck, neck, patch.patch_radius),
                           Edge::neck,
                           Edge::rim,
                           {{Edge::neck, sliding_vertically}, {Edge::rim, held}},
                           {{Edge::neck, waist_conormal}, {Edge::rim, rim_conormal}},
                           patch.tension,
                           {},
                           neck};
  return StaticShape(context, std::move(setup));
}

struct PoreEnergy {
  double bending = 0., vesicle_side = 0., patch_side = 0., area = 0., total = 0.; // [pN nm], [nm^2]
};

PoreEnergy pore_energy(const RunContext &context, const double neck, SurfaceOutput<1> *pictures) {
  const Parameters &parameters = context.parameters;
  const auto draw = [&](StaticShape &shape, const double time) {
    if (pictures == nullptr)
      return;
    const Vector moment = shape.system().moment();
    pictures->write(shape.surface(), time,
                    {parameters.bending_rigidity(), parameters.bilayer.spontaneous_curvature,
                     parameters.thermal_energy(), moment},
                    {{{"tension [pN/nm]", shape.system().tension()}}, {}});
  };
  PoreEnergy result;
  if (parameters.pore.kind == PoreKind::planar) {
    StaticShape half = planar_half(context, neck);
    half.equilibrate();
    result.bending = result.total = 2. * half.bending_energy();
    result.area = 2. * half.area();
    draw(half, 0.);
  } else {
    StaticShape vesicle = vesicle_half(context, neck);
    vesicle.equilibrate();
    StaticShape patch = patch_half(context, neck);
    patch.equilibrate();
    const double patch_radius = parameters.plasma_membrane.patch_radius;
    result.vesicle_side = vesicle.bending_energy();
    result.patch_side =
        patch.bending_energy() +
        parameters.plasma_membrane.tension * (patch.area() - PI * patch_radius * patch_radius);
    result.bending = vesicle.bending_energy() + patch.bending_energy();
    result.total = result.vesicle_side + result.patch_side;
    result.area = vesicle.area() + patch.area();
    draw(vesicle, 0.);
    draw(patch, 1.);
  }
  return result;
}
} // namespace

void run_pore_energy(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const double kT = parameters.thermal_energy();
  RunOutput output(context);
  SurfaceOutput<1> pictures(context.communicator, context.directory);

  for (const double neck : parameters.pore.neck_radii) {
    const PoreEnergy energy = pore_energy(context, neck, nullptr);
    Statistics row;
    row.set("neck radius", "nm", neck);
    row.set("pore energy", "kT", energy.total / kT);
    row.set("bending energy", "kT", energy.bending / kT);
    if (parameters.pore.kind == PoreKind::vesicle_and_plasma_membrane) {
      row.set("vesicle side energy", "kT", energy.vesicle_side / kT);
      row.set("plasma membrane side energy", "kT", energy.patch_side / kT);
    }
    row.set("area", "nm^2", energy.area);
    output.append("curve.csv", row);
    std::ostringstream line;
    line << "neck radius = " << neck << " nm, pore energy = " << energy.total / kT << " kT";
    Log::instance().progress(line.str());
  }

  const PoreEnergy energy = pore_energy(context, parameters.pore.neck_radius, &pictures);
  Observables observables;
  observables.bending_energy = energy.bending / kT;
  observables.total_energy = energy.total / kT;
  observables.area = energy.area;
  observables.neck_radius = parameters.pore.neck_radius;
  output.append("statistics.csv", observables.row());

  observables.add_to(output.summary);
  output.summary.set("pore energy", energy.total / kT, "kT");
  if (parameters.pore.kind == PoreKind::vesicle_and_plasma_membrane) {
    output.summary.set("vesicle side energy", energy.vesicle_side / kT, "kT");
    output.summary.set("plasma membrane side energy", energy.patch_side / kT, "kT");
  }
  output.finish("equilibrium");
  std::ostringstream line;
  line << "neck radius " << parameters.pore.neck_radius << " nm: pore energy " << energy.total / kT
       << " kT";
  Log::instance().finish_progress();
  Log::instance().information(line.str());
}

void run_tether(const RunContext &context) {
  const Parameters &parameters = context.parameters;
  const double kT = parameters.thermal_energy(), kappa = parameters.bending_rigidity();
  const double tension = parameters.plasma_membrane.tension;
  const double tether_radius = std::sqrt(kappa / (2. * tension)),
               tether_force = 2. * PI * std::sqrt(2. * kappa * tension);
  RunOutput output(context);
  SurfaceOutput<1> pictures(context.communicator, context.directory);

  // Flat, the disc needs no force; it is also singular, since no small motion of it changes its
  // area. So the first shape is a bump of the first height, (1 - r^2/rim^2)^2 times that height.
  const double rim = parameters.plasma_membrane.patch_radius;
  const double first_height =
      tether_radius * parameters.tether.largest_extension / parameters.tether.extensions;
  const auto bump = [rim, first_height](const double r) {
    const double x = r / rim, y = 1. - x * x;
    return CurveSample{r,  first_height * y * y,
                       1., -4. * first_height * x * y / rim,
                       0., first_height * (12. * x * x - 4.) / (rim * rim)};
  };
  StaticShape shape(context, {Profile::parametric(bump, 0., rim).reversed(),
                              Edge::rim,
                              Edge::axis,
                              {{Edge::rim, pinned}},
                              {},
                              tension,
                              first_height,
                              tether_radius});
  double largest_force = 0.;
  Observables observables;
  for (int k = 1; k <= parameters.tether.extensions; ++k) {
    const double extension = parameters.tether.largest_extension * k / parameters.tether.extensions;
    shape.set_pole_height(extension * tether_radius);
    shape.equilibrate();
    const double force = shape.pole_force();
    largest_force = std::max(largest_force, force);
    Statistics row;
    row.set("extension", "nm", extension * tether_radius);
    row.set("force", "pN", force);
    row.set("extension over tether radius", "", extension);
    row.set("force over tether force", "", force / tether_force);
    row.set("bending energy", "kT", shape.bending_energy() / kT);
    row.set("area", "nm^2", shape.area());
    output.append("curve.csv", row);
    // The curve is quasi-static; the number of the extension stands for the time.
    observables.time = k;
    observables.bending_energy = shape.bending_energy() / kT;
    observables.total_energy =
        (shape.bending_energy() + tension * (shape.area() - PI * rim * rim)) / kT;
    observables.area = shape.area();
    output.append("statistics.csv", observables.row());
    const Vector moment = shape.system().moment();
    pictures.write(shape.surface(), k,
                   {kappa, parameters.bilayer.spontaneous_curvature, kT, moment},
                   {{{"tension [pN/nm]", shape.system().tension()}}, {}});
    std::ostringstream line;
    line << "extension = " << extension * tether_radius << " nm, force = " << force << " pN";
    Log::instance().progress(line.str());
  }
  Log::instance().finish_progress();

  // The tube: radius of the meridian halfway up.
  const auto points = shape.surface().curve_points(0);
  const double half_height = 0.5 * points.back()[1];
  double radius = std::nan("");
  for (std::size_t i = 0; i + 1 < points.size(); ++i)
    if (points[i][1] < half_height && points[i + 1][1] >= half_height)
      radius = points[i][0] + (points[i + 1][0] - points[i][0]) * (half_height - points[i][1]) /
                                  (points[i + 1][1] - points[i][1]);
  observables.add_to(output.summary);
  output.summary.set("tether radius", radius, "nm");
  output.summary.set("force", shape.pole_force(), "pN");
  output.summary.set("largest force", largest_force, "pN");
  output.summary.set("force overshoot", largest_force / tether_force, "");
  output.finish("equilibrium");
}
} // namespace fusogen
