// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_MONOLAYER_H
#define FUSOGEN_PATHWAY_MONOLAYER_H

namespace fusogen {
/// What a leaflet is made of, in the elastic model of Hamm and Kozlov (2000, Eur. Phys. J. E 3:323)
/// with a stretchable neutral surface. Splay is positive where the leaflet bulges towards its
/// heads, so that lipids like PE have a negative spontaneous curvature.
struct Monolayer {
  /// Splay (bending) rigidity of one leaflet [pN nm].
  double rigidity = 41.143;
  /// Spontaneous splay J0 [1/nm].
  double spontaneous_curvature = 0.;
  /// Tilt modulus [pN/nm].
  double tilt_modulus = 40.;
  /// Area modulus of one leaflet at its neutral surface [pN/nm].
  double area_modulus = 120.;
  /// From the tails' ends to the neutral surface in a flat leaflet, l0 [nm].
  double thickness = 1.5;
  /// Gaussian modulus divided by the rigidity; counts by topology alone.
  double gaussian_ratio = 0.;
  /// Chains longer than this times l0 pay chain_modulus [1].
  double maximum_chain_stretch = 1.3;
  /// Energy of chains beyond the maximum stretch, chain_modulus/2 (l/l0 - maximum)^2 [pN/nm];
  /// 0 switches it off.
  double chain_modulus = 0.;
  /// Tension of this leaflet [pN/nm], half of the membrane's; counts the area at the neutral
  /// surface beyond that of the flat membrane.
  double tension = 0.;
  /// Hydration repulsion between this leaflet and its mirror image at the plane z = 0: a pressure
  /// hydration_pressure exp(-distance/hydration_decay) [pN/nm^2], [nm], on its area
  /// times the squared cosine of the director to the plane.
  double hydration_pressure = 0., hydration_decay = 0.2;
};
} // namespace fusogen

#endif
