// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_LIPIDS_MIXING_SIGNALS_H
#define FUSOGEN_LIPIDS_MIXING_SIGNALS_H

#include "lipids/lipid_field.h"

#include <array>
#include <string>

namespace fusogen {
/// The fluorescent label of the vesicle and how it is looked at.
struct Assay {
  std::string probe = "vesicle lipid"; ///< the species that carries the label
  double acceptor_fraction = 0.01;     ///< mole fraction of the energy acceptor in that species
  double area_per_lipid = 0.65;        ///< of that species [nm^2]
  double forster_radius = 5.;          ///< of donor and acceptor [nm]
  double tirf_radius = 100.;           ///< of the disc around the fusion site that is seen [nm]
  double tirf_depth = 100.;            ///< in which the evanescent field falls to 1/e [nm]
};

/// Fluorescence of donors in a leaflet, relative to donors without acceptors:
///   int_0^inf exp(-x - Gamma(2/3) pi R_0^2 n x^(1/3)) dx
/// for acceptors that are spread at random over a plane (Foerster, Z. Naturforsch. 4a (1949) 321;
/// Wolber and Hudson, Biophys. J. 28 (1979) 197), with no least distance.
/// @param acceptor_density n [1/nm^2]
/// @param forster_radius R_0 [nm]
double donor_fluorescence(double acceptor_density, double forster_radius);

/// Molecules in the outer and in the inner leaflet of a relaxed sphere per area of its mid-surface,
/// relative to a flat membrane: the area at the neutral surfaces, ((R +- d) / R)^2.
/// @param radius R of the mid-surface, @param distance d of the neutral surfaces from it [nm]
std::array<double, 2> leaflet_densities(double radius, double distance);

/// What the usual assays of lipid mixing show, from the fields of the labelled species. Each
/// molecule is as bright as the area fraction c of its species around it allows; molecules that
/// have passed the rim are in the fraction of the reservoir, for a vesicle's lipid infinitely
/// diluted. Signals compare the sum with that at the start and at infinite dilution, as after
/// dissolving the membranes in detergent.
template <int dim> class MixingSignals {
public:
  /// @param molecules of the outer and the inner leaflet per content of its fields, in any unit
  /// @param fusion_site centre of the disc that is seen by TIRF, in the plane z = 0 [nm]
  MixingSignals(const Assay &assay, const std::array<double, 2> &molecules,
                const dealii::Point<2> &fusion_site = {})
      : assay(assay), molecules(molecules), fusion_site(fusion_site) {}

  /// Takes the present state as that of the assay's start. Collective, as observe().
  void start(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) {
    initial = sums(membrane, lipids);
  }

  struct Signals {
    /// Dequenching of R18 or another probe whose self-quenching is proportional to c (R18: up to
    /// 9 mol%; Hoekstra et al., Biochemistry 23 (1984) 5675) [%]: 100 (1 - <c> / <c at the start>),
    /// averages over the molecules.
    double dequenching;
    /// Lipid mixing by resonance energy transfer (Struck, Hoekstra and Pagano, Biochemistry 20
    /// (1981) 4093) [%]: 100 (F - F_0) / (F_max - F_0), F the mean donor_fluorescence() in the
    /// donor's own leaflet. Of both leaflets, and of the inner one after dithionite has bleached
    /// the outer one; nan without label there.
    double energy_transfer, energy_transfer_inner;
    /// Light of the label in an evanescent field exp(-z/depth) that is seen in the disc, without
    /// quenching, relative to the start.
    double tirf;
  };
  Signals observe(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) const;

  void serialize(StateArchive &state);

private:
  // Sums over the molecules of one leaflet.
  struct Sums {
    double molecules = 0., crowding = 0., fluorescence = 0., tirf = 0.;
  };
  std::array<Sums, 2> sums(const Membrane<dim> &membrane, const LipidFields<dim> &lipids) const;
  Vector evanescent_light(const Membrane<dim> &membrane) const;

  Assay assay;
  std::array<double, 2> molecules;
  dealii::Point<2> fusion_site;
  std::array<Sums, 2> initial;
};
} // namespace fusogen

#endif
