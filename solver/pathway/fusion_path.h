// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_FUSION_PATH_H
#define FUSOGEN_PATHWAY_FUSION_PATH_H

#include "pathway/fusion_states.h"
#include "pathway/minimisation.h"
#include "pathway/unequal_bilayers.h"

#include <mpi.h>

#include <optional>
#include <string>
#include <vector>

namespace fusogen {
/// A state on the way to fusion.
struct PathState {
  /// "patch", "stalk", "diaphragm", "hole", "edge" or "pore".
  std::string stage;
  /// The stage's own coordinate [nm]: of patches the radius of the last heads around them; of stalk
  /// and diaphragm the waist of the proximal neutral surface less l0; of holes and edges the radius
  /// of the first distal heads; of pores that of the lumen.
  double coordinate = 0.;
  /// Less that of the docked membranes.
  NetworkEnergy energy;
  /// What holds the coordinate [pN]; 0 where it is free.
  double force = 0.;
  Minimum minimum;
  BilayerNetwork network;

  /// How much the energy changes when each element is divided in two [pN nm]; nan if the finer mesh
  /// does not converge.
  double mesh_error() const;
};

/// Where a path is highest.
struct PathSaddle {
  std::string between;
  double coordinate = 0., energy = 0.;
  /// Of the state with its coordinate let go; 1 certifies a saddle. Not given where the saddle is a
  /// cusp, at which one kind of state takes over from another.
  std::optional<unsigned int> negative_modes;
  /// That state, where it is stationary.
  std::optional<PathState> state;
};

/// The energy path of fusion of two bilayers by hemifusion. Its branches, from the stalk back
/// to contact, from the stalk to a vanishing core, diaphragms, pores, do not need each other.
class FusionPath {
public:
  /// Of two equal bilayers.
  /// @param docked        distance between the bilayers' middles on the axis before anything
  ///                      happens [nm]; energies are those above this state, whose shape does not
  ///                      feel pair.force: something balances it. Not given: above flat membranes
  ///                      that do not feel each other.
  /// @param communicator  whose ranks share the work of functions that are collective
  /// @throws ComputationError if docked membranes do not converge
  FusionPath(const MirrorPair &pair, const HydrophobicDefect &defect,
             const std::optional<double> &docked = {}, MPI_Comm communicator = MPI_COMM_SELF);

  /// Of two that differ: states of their mean pair are continued to the pair itself. Coordinates
  /// are those of the upper one.
  FusionPath(const UnequalPair &pair, const HydrophobicDefect &defect,
             const std::optional<double> &docked = {}, MPI_Comm communicator = MPI_COMM_SELF);

  /// The stalk with its free waist.
  /// @throws ComputationError if it does not converge
  PathState stalk();

  /// From the stalk backwards: its proximal leaflets come apart around patches of bare tails, which
  /// shrink. The membranes are in contact as long as that is cheaper, then at the distance of least
  /// energy. Ends at nearly upright directors, where the patches close. The first state is the
  /// stalk.
  std::vector<PathState> stalk_to_patches();
  /// The highest state of it: the barrier to a stalk. Where the membranes have a distance there it
  /// is certified by its Hessian; in contact it is a maximum over minima, to the second order in
  /// the step.
  std::optional<PathSaddle> stalk_saddle(const std::vector<PathState> &patches) const;

  /// Branches between stalk and diaphragm: from the stalk by larger waists until its core vanishes,
  /// and diaphragms from a middle one to narrower and to wider ones.
  /// @param step     of the coordinate [nm]
  /// @param largest  coordinate [nm]
  std::vector<PathState> widening_stalk(double step, double largest);
  std::vector<PathState> narrower_diaphragms(double step, double largest);
  std::vector<PathState> wider_diaphragms(double step, double largest);
  /// The first branch and what is beyond it of the others; with rising coordinate.
  std::vector<PathState> joined(std::vector<PathState> widening_stalk,
                                const std::vector<PathState> &narrower,
                                const std::vector<PathState> &wider) const;
  /// All of them. Collective.
  std::vector<PathState> stalk_to_diaphragm(double step, double largest);

  /// The highest state of such a path between its ends, if there is one.
  std::optional<PathSaddle> saddle(const std::vector<PathState> &path) const;
  /// The lowest diaphragm between higher ones, if there is one, with its waist let go.
  std::optional<PathState> metastable_diaphragm(const std::vector<PathState> &path) const;

  /// A hole opens in the middle of a diaphragm. A narrow one is lined by upright tails in contact
  /// with water, a wide one by an edge of heads. The barrier is a saddle near the radius at which
  /// their energies cross, with lipids that lean towards the hole; waist, hole and angle are free
  /// in it. If it is not found the barrier is the crossing itself, without certificate: an
  /// estimate, from below as far as the hole and from above as far as the waist goes. Collective.
  /// @param coordinate  of the diaphragm [nm]
  /// @param holes       the states of upright tails and of edges, if asked for
  std::optional<PathSaddle> pore_in_diaphragm(double coordinate,
                                              std::vector<PathState> *holes = nullptr);

  /// First strings for find_minimum_energy_path() over the saddles to the stalk and to the pore:
  /// with all of the saddle's coordinates let go. Empty where there are no states on both sides.
  ///
  /// To the stalk the string is straight, from the last states on both sides whose membranes are
  /// apart. To the pore it goes through states with holes and directors that are held, from the
  /// narrowest hole with upright tails towards an edge of heads, until it is as low as it began.
  std::vector<BilayerNetwork> string_to_stalk(const std::vector<PathState> &patches) const;
  std::vector<BilayerNetwork> string_to_pore(const std::vector<PathState> &holes) const;

  MPI_Comm communicator() const { return ranks; }
  /// Energy above the docked membranes [pN nm].
  double energy_of(const BilayerNetwork &network) const;

  /// Pores with these radii of the lumen [nm], in rising order; ends where one does not converge.
  std::vector<PathState> pores(const std::vector<double> &lumens);

private:
  /// The saddle from states with upright tails, whose energy crosses that of edges at a radius
  /// [nm].
  std::optional<PathSaddle> pore_saddle(const std::vector<PathState> &upright,
                                        double crossing) const;
  /// States of a diaphragm with a hole of all radii, lined by upright tails or by an edge; with
  /// rising radius. Empty if there is no room.
  std::vector<PathState> holes_in_diaphragm(double coordinate, bool edge) const;
  /// Diaphragms from a middle one, in the order in which they are computed.
  std::vector<PathState> diaphragms(double step, double largest, bool wider) const;
  void set_docked(const std::optional<double> &docked);
  BilayerNetwork with_materials(BilayerNetwork network, Topology topology) const;
  MirrorPair plain() const;
  PathState state_of(const std::string &stage, double coordinate, double force,
                     const BilayerNetwork &network, const Minimum &minimum) const;

  /// The mean of an unequal pair.
  MirrorPair pair;
  std::optional<UnequalPair> unequal;
  HydrophobicDefect defect;
  NetworkEnergy docked_energy;
  MPI_Comm ranks;
};
} // namespace fusogen

#endif
