// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_BILAYER_NETWORK_H
#define FUSOGEN_PATHWAY_BILAYER_NETWORK_H

#include "pathway/leaflet_energy.h"
#include "pathway/monolayer.h"

#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace fusogen {
/// Energies of a network of bilayers [pN nm] and their measures.
struct NetworkEnergy {
  double splay = 0., tilt = 0., stretch = 0., chains = 0., tension = 0., gaussian = 0.,
         hydration = 0., defects = 0., work = 0.;
  /// Numerical parts that are to be negligible: barrier and gauge.
  double barrier = 0., gauge = 0.;
  /// Splay integrated over the neutral surfaces [nm].
  double total_splay = 0.;
  /// Areas of the neutral surfaces, and of their lipids at rest [nm^2].
  double area = 0., rest_area = 0.;
  /// Physical energy: without barrier and gauge.
  double total() const {
    return splay + tilt + stretch + chains + tension + gaussian + hydration + defects + work;
  }
  /// Takes off another network's energies, part by part.
  NetworkEnergy &operator-=(const NetworkEnergy &other);
};

/// Axisymmetric bilayers whose two leaflets are elastic surfaces with tilt, and which meet where
/// membranes are hemifused.
///
/// A strip is a curve (r, z), parametrised by u in [0, 1], in which the tails of its leaflets end.
/// A strip has a leaflet on its left (seen along u), on its right, or both; a leaflet has the angle
/// of its director and its length as fields. One with one leaflet is where tails end on the axis
/// (the core of a stalk) or on a mirror plane (a hemifusion diaphragm). Strips are joined by tying
/// unknowns, so that any network of bilayers can be built, with or without mirror plane.
///
/// Elements: cubic for position and angle, quadratic for the length, continuous. With linear
/// elements for all, opposite wiggles of curve and lengths cost no energy. Parametrisation: a weak
/// gauge makes the speed sqrt(r'^2 + z'^2 + (l0 angle')^2) constant, with the strip's length as one
/// more unknown. The angles have to be in it, since tails may fan out from one point of the curve.
class BilayerNetwork {
public:
  enum Side { left = 0, right = 1 };
  enum Field { radius, height, angle_left, angle_right, length_left, length_right };

  struct Strip {
    /// Breakpoints of the elements, from 0 to 1.
    std::vector<double> mesh;
    /// The leaflets to the left and to the right.
    std::array<std::optional<Monolayer>, 2> leaflets;
    /// Numbers by which a user tells the leaflets' materials apart.
    std::array<unsigned int, 2> material = {0, 1};
    /// +1 for a membrane above the other one, -1 below; no matter where tails end on the plane
    /// between them.
    double above = 1.;
  };

  /// Where a strip is at a parameter u: a guess to start from.
  struct Shape {
    double r, z;
    std::array<double, 2> angle, length;
  };

  /// @param strips        the strips, joined by tie()
  /// @param multiplicity  2 if the network is one half of a mirror-symmetric one; energies and
  /// forces
  ///                      are those of the whole
  BilayerNetwork(std::vector<Strip> strips, double multiplicity);
  /// An empty one, to be read from an archive.
  BilayerNetwork() = default;

  /// If it is one half of a mirror-symmetric network.
  bool is_half() const { return multiplicity == 2.; }

  unsigned int n_strips() const { return strips.size(); }
  const Strip &strip(const unsigned int s) const { return strips[s]; }
  /// The leaflet's material, to be changed in a continuation.
  Monolayer &monolayer(const unsigned int s, const Side side) { return *strips[s].leaflets[side]; }
  /// Applies a change to the materials of all leaflets.
  void for_all_monolayers(const std::function<void(Monolayer &)> &change);

  /// Number of nodes of a field of a strip; they are equidistant inside each element.
  unsigned int n_nodes(unsigned int s, Field field) const;
  /// Index of an unknown.
  unsigned int index(unsigned int s, Field field, unsigned int node) const;
  unsigned int first(unsigned int s, Field field) const { return index(s, field, 0); }
  unsigned int last(unsigned int s, Field field) const {
    return index(s, field, n_nodes(s, field) - 1);
  }
  /// Parameter u of a node.
  double parameter_of_node(unsigned int s, Field field, unsigned int node) const;

  /// Holds an unknown at a value.
  void fix(unsigned int index, double value);
  /// Makes an unknown equal to a sum of others, times factors, plus a distance.
  using Terms = std::vector<std::pair<unsigned int, double>>;
  void tie(unsigned int index, const Terms &to, double distance = 0.);
  void tie(const unsigned int index, const unsigned int to, const double distance = 0.) {
    tie(index, Terms{{to, 1.}}, distance);
  }
  /// Lets go of an unknown.
  void release(unsigned int index);

  /// If an unknown is neither held nor tied.
  bool is_free(const unsigned int index) const { return !held[index] && ties[index].empty(); }

  /// Puts a strip on a curve with directors and lengths; what is fixed or tied stays so.
  void set_shape(unsigned int s, const std::function<Shape(double)> &shape);

  /// Applies a map to all values of a field of a strip, the held ones too; what is tied follows.
  void transform(unsigned int s, Field field, const std::function<double(double)> &map);

  /// Moves an unknown if it is free.
  void shift(unsigned int index, double by);

  /// All unknowns, the fixed and tied ones too.
  const std::vector<double> &values() const { return x; }

  /// @name The free unknowns, as a minimiser sees them
  ///@{
  unsigned int n_free() const;
  std::vector<double> free_values() const;
  void set_free_values(const std::vector<double> &values);
  /// Energy with barrier and gauge [pN nm]; infinite outside of what is allowed.
  double energy() const;
  /// Gradient and Hessian (dense, symmetric) of that energy by the free unknowns.
  void derivatives(std::vector<double> &gradient, std::vector<double> &hessian) const;
  /// Mass matrix (dense, symmetric, positive definite) by the free unknowns, which makes distances
  /// of states: squared changes of position, length, angle times l0, and of the strips' lengths,
  /// integrated along the strips as long as they are now [nm]; the same for the whole network and
  /// its half.
  std::vector<double> mass() const;
  ///@}

  /// The derivative of the energy with barrier and gauge by an unknown, along with all that is tied
  /// to it. For a fixed unknown it is the force that holds it [pN], for a tied one the force that
  /// holds the distance.
  double force(unsigned int index) const;

  NetworkEnergy energies() const;

  /// Longest tail of a leaflet, and the number of lipids [rest area, nm^2] whose tails are longer
  /// than stretch times l0, of the whole membrane.
  struct Tails {
    double longest = 0., rest_area_beyond = 0.;
  };
  Tails tails(unsigned int s, Side side, double stretch) const;

  /// Position of the neutral surface at a parameter u.
  Shape evaluate(unsigned int s, double u) const;

  /// A point of a neutral surface [nm], its splay [1/nm], and tan of the angle between director and
  /// normal.
  struct SurfacePoint {
    double r, z, splay, tilt;
  };
  /// Beginning, middle and end of each element of a leaflet, along the strip.
  std::vector<std::array<SurfacePoint, 3>> neutral_surface(unsigned int s, Side side) const;

  /// Writes all to an archive of Boost, or reads it; defined in share_out.h.
  template <class Archive> void serialize(Archive &archive, unsigned int version);

  /// Lets the surface between the membranes, from which hydration pushes both away, take the shape
  /// of least energy: half-way between them. As long as it is held it is the plane z = 0.
  void release_mid_surface();

  /// The same network with each element divided in two, and the same state.
  BilayerNetwork refined() const;

  /// Tails in contact with water at the beginning of a strip.
  struct EndDefect {
    unsigned int strip;
    Side side;
    HydrophobicDefect defect;
    /// The other half: another strip's beginning; not given: the mirror image.
    std::optional<std::pair<unsigned int, Side>> facing = {};
  };
  std::vector<EndDefect> defects;
  /// Where a membrane reaches on as a reservoir: the end of a strip.
  struct FarEnd {
    unsigned int strip;
    /// Integrated Gaussian curvature that the leaflets to the left and right have more than flat
    /// ones [1].
    std::array<double, 2> gaussian_curvature = {0., 0.};
  };
  /// By default the end of the last strip.
  std::vector<FarEnd> far_ends;
  /// Weight of the logarithmic barriers [pN].
  double barrier_weight = 2e-2;
  /// Weight of the gauge [pN nm].
  double gauge_weight = 10.;
  /// Projected area whose tension and flat state are the reference of the energy [nm^2], for each
  /// leaflet that reaches the far end.
  double reference_area = 0.;
  /// Force that presses the far ends together [pN]; acts on the middle between neutral surfaces.
  double far_force = 0.;
  /// Sum of the far ends' Gaussian curvatures of the whole membrane: -4 pi for each handle [1].
  double gaussian_curvature() const;
  /// Distance of the membranes at their far ends, between the middles of the neutral surfaces [nm].
  double far_distance() const;

private:
  template <class Visitor> void for_each_point(const Visitor &visitor) const;
  /// Adds the derivatives by unknown i, times the factors, to the numbers to[i] of n.
  void gather(const std::vector<Terms> &to, std::size_t n, std::vector<double> &gradient,
              std::vector<double> *hessian) const;
  /// For each unknown the numbers of the free ones it depends on, with factors.
  std::vector<Terms> numbering() const;
  /// Radius, height, angle and length at the beginning of a strip.
  std::array<unsigned int, 4> first_of(unsigned int strip, Side side) const;
  /// +1 if that is the upper half of a defect, else -1.
  double above(const EndDefect &end) const;
  double energy_of(const EndDefect &end) const;
  /// Energy of the force on the far ends, of the whole membrane, without and with derivatives by
  /// height, angles and lengths there.
  double work_of_force() const;
  double mid_surface_energy() const;
  MidSurface<double> mid_surface_of(unsigned int s) const;
  /// The unknowns that have a derivative by an unknown, and that derivative.
  Terms resolve(unsigned int index) const;
  double tied_value(unsigned int index) const;
  void apply_constraints();

  std::vector<Strip> strips;
  double multiplicity = 1.;
  std::vector<double> x;
  /// For each unknown those it follows, the distance to their sum, and if it is held.
  std::vector<Terms> ties;
  std::vector<double> distance;
  std::vector<bool> held;
  std::vector<std::array<unsigned int, 8>> offsets;
  /// First of the two unknowns of the surface between the membranes.
  unsigned int mid_surface = 0;
};

/// Breakpoints in [0, 1] of n elements that grow by a constant factor from the first to the last,
/// which is ratio times the first.
std::vector<double> graded_mesh(unsigned int n, double ratio);
} // namespace fusogen

#endif
