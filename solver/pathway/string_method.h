// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_STRING_METHOD_H
#define FUSOGEN_PATHWAY_STRING_METHOD_H

#include "pathway/bilayer_network.h"
#include "pathway/minimisation.h"

#include <mpi.h>

#include <vector>

namespace fusogen {
struct StringSettings {
  unsigned int n_images = 11;
  /// By how much the largest gradient across the string is to fall.
  double reduction = 1e-3;
  unsigned int maximum_steps = 200;
  /// By how much the string's ends are at least below its top [pN nm].
  double least_depth = 0.4;
};

/// A path of steepest ascent and descent between two valleys, and its saddle.
struct MinimumEnergyPath {
  /// States along it, with equal distances on each side of the highest one.
  std::vector<BilayerNetwork> images;
  /// How far along the string they are, in the metric of BilayerNetwork::mass() [nm^1.5].
  std::vector<double> position;
  /// Physical energies [pN nm].
  std::vector<double> energy;
  /// The climbing image.
  unsigned int highest = 0;
  bool converged = false;
  unsigned int steps = 0;
  /// Largest gradient across the string of all images, at the start and at the end, there with the
  /// climbing image's whole gradient; in the norm dual to the metric [pN/nm^0.5].
  double first_gradient = 0., gradient = 0.;
  /// Where Newton's method leads from the climbing image. One negative mode certifies it.
  Minimum stationary;
  /// That state, if it is stationary; else the climbing image.
  BilayerNetwork saddle;
};

/// Finds the path that joins two valleys over a saddle by the simplified string method (E, Ren and
/// Vanden-Eijnden 2007, J. Chem. Phys. 126:164103) with a climbing image (Henkelman, Uberuaga and
/// Jonsson 2000, J. Chem. Phys. 113:9901) and upwind tangents (Henkelman and Jonsson 2000, J. Chem.
/// Phys. 113:9978). No coordinate of the path is assumed.
///
/// Steps are implicit, as the energy is stiff: Newton's across the string, on the Hessian plus
/// slope/spacing times the mass matrix. That is a step of descent for the time in which the
/// gradient carries a disturbance from one image to the next; the same term arises if the tangent
/// to the next image turns along with the step.
///
/// The ends slide sideways at constant energy until the string leaves them along the gradient;
/// minima stay where they are. Images that have slid down further are cut off. Ranks of the
/// communicator share the images; results do not depend on their number. Collective.
/// @param start  at least two states with the same free unknowns, corners of the first string; the
///               ends have to be lower than the saddle between them
/// @throws ComputationError if states on the first string fold back on themselves
MinimumEnergyPath find_minimum_energy_path(const std::vector<BilayerNetwork> &start,
                                           const StringSettings &settings, MPI_Comm communicator);
} // namespace fusogen

#endif
