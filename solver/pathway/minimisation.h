// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_MINIMISATION_H
#define FUSOGEN_PATHWAY_MINIMISATION_H

#include "pathway/bilayer_network.h"

#include <functional>
#include <vector>

namespace fusogen {
/// What a minimisation came to.
struct Minimum {
  bool converged = false;
  unsigned int steps = 0;
  /// Norm of the gradient by the free unknowns [pN], at the start and at the end.
  double first_gradient = 0., gradient = 0.;
  /// Number of negative eigenvalues of the Hessian at the end, and the smallest eigenvalue.
  unsigned int negative_modes = 0;
  double smallest_eigenvalue = 0.;
};

struct MinimisationSettings {
  /// Norm of the gradient [pN] below which a state counts as stationary.
  double tolerance = 1e-6;
  unsigned int maximum_steps = 300;
  /// First and largest length of a step, over all unknowns [nm and radians].
  double first_radius = 1., largest_radius = 20.;
};

/// Takes a network to a local minimum of its energy with barrier and gauge, by Newton's method in a
/// trust region. The Hessian is taken apart into its eigenvectors; negative eigenvalues are turned
/// positive, so that a step always leads downhill (Nocedal and Wright 2006, Numerical Optimization,
/// section 3.4), and their number is the Morse index of the state. Dense: some hundred unknowns.
Minimum minimise(BilayerNetwork &network, const MinimisationSettings &settings = {});

/// Minimises with barriers that fall from 20 pN by factors of ten to that of the network; where the
/// start is far from a state, Newton's method with the low barrier alone runs into it and stalls.
Minimum minimise_from_afar(BilayerNetwork &network, const MinimisationSettings &settings = {});

/// Takes a network that is close to a stationary state to it, with steps of Newton's method that
/// keep the signs of the eigenvalues: minima, saddles and maxima alike. A saddle has one negative
/// mode.
Minimum find_stationary(BilayerNetwork &network, const MinimisationSettings &settings = {});

/// Takes a minimum along a path of parameters, from t = 0 to t = 1, by minima that follow each
/// other. A step that does not converge is taken back and halved.
/// @param set         puts parameters of the network (held values, materials) to those of t
/// @param first_step  of t
/// @returns the last minimum; if not converged, the network is at the last good t
Minimum follow(BilayerNetwork &network, const std::function<void(BilayerNetwork &, double)> &set,
               double first_step = 0.25, const MinimisationSettings &settings = {});

/// Eigenvalues in rising order, and eigenvectors one after the other, of a symmetric dense matrix.
/// @param matrix n x n; holds the eigenvectors afterwards
/// @throws ComputationError if LAPACK fails
std::vector<double> eigen_decomposition(std::vector<double> &matrix);

/// Replaces a symmetric dense matrix by its Cholesky factor; false if it is not positive definite.
bool factorise(std::vector<double> &matrix);
/// Solves with that factor.
std::vector<double> solve_with(const std::vector<double> &factor, std::vector<double> right);
} // namespace fusogen

#endif
