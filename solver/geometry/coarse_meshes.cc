// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/coarse_meshes.h"

#include <deal.II/base/numbers.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>

namespace fusogen {
using namespace dealii;
using numbers::PI;

namespace {
using CellShape = std::function<Point<3>(const Point<2> &)>;
using PlaneShape = std::function<Point<3>(const Point<2> &)>;

// Collects cells, each given by its map from the unit square; corners at the same place are the
// same vertex.
class Builder {
public:
  explicit Builder(const Component component, const double size)
      : component(component), tolerance(1e-9 * size) {}

  unsigned int add(const CellShape &shape) {
    QuadMesh::Cell cell;
    cell.component = component;
    for (unsigned int v = 0; v < 4; ++v)
      cell.corners[v] = vertex(shape(Point<2>(v % 2, v / 2)));
    mesh.cells.push_back(cell);
    shapes.push_back(shape);
    return mesh.cells.size() - 1;
  }

  MeshedSurface surface(const std::vector<unsigned int> &patches) const {
    return {
        mesh,
        [shapes = shapes](const unsigned int cell, const Point<2> &xi) { return shapes[cell](xi); },
        patches,
        {}};
  }

  // Number of the vertex at a place; a new one if there is none.
  unsigned int vertex(const Point<3> &x) {
    for (unsigned int v = 0; v < mesh.vertices.size(); ++v)
      if (mesh.vertices[v].distance(x) < tolerance)
        return v;
    mesh.vertices.push_back(x);
    return mesh.vertices.size() - 1;
  }

private:
  Component component;
  double tolerance;
  QuadMesh mesh;
  std::vector<CellShape> shapes;
};

// A closed curve around the origin of the plane, in pieces (one for each cell along it), each over
// s in [0, 1], in logarithmic polar coordinates.
struct LogPolar {
  double log_r, phi;
};
using Loop = std::function<LogPolar(unsigned int piece, double s)>;

// (u, v) in [-1, 1]^2 to the face of a cube of equal angles in stereographic projection from the
// opposite pole, scaled such that the middle of its edges is at distance 1. Its corners have angles
// of 120 degrees, and its edges run with equal speed in the azimuth.
Point<2> square(const double u, const double v) {
  const double x = std::tan(0.25 * PI * u), y = std::tan(0.25 * PI * v);
  const double factor = 1. / ((1. + std::sqrt(1. + x * x + y * y)) * std::tan(PI / 8.));
  return {factor * x, factor * y};
}

// The edges of that square, anticlockwise from the corner at -45 degrees.
Loop square_loop(const double radius) {
  return [radius](const unsigned int piece, const double s) {
    const Point<2> x = square(1., 2. * s - 1.);
    return LogPolar{std::log(radius * x.norm()), 0.5 * PI * (piece + s - 0.5)};
  };
}

Loop circle_loop(const double radius, const unsigned int n_pieces, const double start) {
  return [=](const unsigned int piece, const double s) {
    return LogPolar{std::log(radius), start + 2. * PI * (piece + s) / n_pieces};
  };
}

// The edges of a rectangle around @p centre, anticlockwise from its lower right corner.
Loop block_loop(const Point<2> &centre, const std::array<double, 2> &x,
                const std::array<double, 2> &y) {
  const std::array<Point<2>, 5> corners = {{Point<2>(x[1], y[0]), Point<2>(x[1], y[1]),
                                            Point<2>(x[0], y[1]), Point<2>(x[0], y[0]),
                                            Point<2>(x[1], y[0])}};
  return [=](const unsigned int piece, const double s) {
    const Point<2> here((1. - s) * corners[piece][0] + s * corners[piece + 1][0],
                        (1. - s) * corners[piece][1] + s * corners[piece + 1][1]);
    const Tensor<1, 2> d = here - centre;
    const double expected = 0.5 * PI * (piece + s - 0.5);
    const double phi = std::atan2(d[1], d[0]);
    return LogPolar{std::log(d.norm()), phi + 2. * PI * std::round((expected - phi) / (2. * PI))};
  };
}

// The mean radius of a loop.
double log_radius(const Loop &loop, const unsigned int n_pieces) {
  constexpr unsigned int samples = 32;
  double sum = 0.;
  for (unsigned int p = 0; p < n_pieces; ++p)
    for (unsigned int i = 0; i < samples; ++i)
      sum += loop(p, (i + 0.5) / samples).log_r / (n_pieces * samples);
  return sum;
}

// Layers of cells between two loops around @p centre, as many as make the cells about square, but
// not less than @p least_layers. The shape of each loop fades out over one layer, so that those
// between them are circles.
void add_layers(Builder &builder, const PlaneShape &plane, const Point<2> &centre,
                const Loop &inner, const Loop &outer, const unsigned int n_pieces,
                const unsigned int least_layers = 1) {
  const double inner_mean = log_radius(inner, n_pieces), outer_mean = log_radius(outer, n_pieces);
  const unsigned int n_layers =
      std::max<double>(least_layers, std::round((outer_mean - inner_mean) / (2. * PI / n_pieces)));
  for (unsigned int layer = 0; layer < n_layers; ++layer)
    for (unsigned int piece = 0; piece < n_pieces; ++piece)
      builder.add([=](const Point<2> &xi) {
        // As products of the layer's own coordinate, for neighbours to agree to the last bit.
        const double t = (layer + xi[0]) / n_layers;
        const LogPolar in = inner(piece, xi[1]), out = outer(piece, xi[1]);
        const double from_inner = std::max(0., 1. - n_layers * t),
                     from_outer = std::max(0., 1. - n_layers * (1. - t));
        const double r =
            std::exp((1. - t) * inner_mean + t * outer_mean + from_inner * (in.log_r - inner_mean) +
                     from_outer * (out.log_r - outer_mean));
        const double phi = (1. - t) * in.phi + t * out.phi;
        return plane(centre + Point<2>(r * std::cos(phi), r * std::sin(phi)));
      });
}

// Unit vectors e_1, e_2 that with @p axis make a right-handed frame; e_1 along x where it can be.
std::array<Tensor<1, 3>, 2> across(const Tensor<1, 3> &axis) {
  Tensor<1, 3> e1;
  e1[std::abs(axis[0]) < 0.9 ? 0 : 1] = 1.;
  e1 -= (e1 * axis) * axis;
  e1 /= e1.norm();
  return {{e1, cross_product_3d(axis, e1)}};
}

std::string text(const double x) {
  std::string s = std::to_string(x);
  s.erase(s.find_last_not_of('0') + 1);
  return s.back() == '.' ? s.substr(0, s.size() - 1) : s;
}

// The lines of the grid in one direction: one in the middle between two patches, and the first and
// the last as far from the patches as leaves room for them.
std::vector<double> grid_lines(const std::set<double> &positions, const double margin) {
  std::vector<double> lines = {*positions.begin() - margin};
  for (auto here = positions.begin(), next = std::next(here); next != positions.end();
       ++here, ++next)
    lines.push_back(0.5 * (*here + *next));
  lines.push_back(*positions.rbegin() + margin);
  return lines;
}
} // namespace

ClosedShape sphere_shape(const Point<3> &centre, const double radius) {
  return [=](const Tensor<1, 3> &direction) { return centre + radius * direction; };
}

MeshedSurface vesicle_mesh(const ClosedShape &shape, const Tensor<1, 3> &towards,
                           const double patch_angle) {
  if (!(patch_angle > 0. && patch_angle <= 2.))
    throw std::invalid_argument("A docking patch spans an angle between 0 and 2 rad, not " +
                                text(patch_angle) + ".");
  const Tensor<1, 3> axis = towards / towards.norm();
  const auto e = across(axis);
  // From the plane of the stereographic projection, which keeps angles, to the sphere of
  // directions.
  const PlaneShape plane = [=](const Point<2> &y) {
    const double square = y.norm_square();
    const Tensor<1, 3> direction =
        (2. * y[0] * e[0] + 2. * y[1] * e[1] + (1. - square) * axis) / (1. + square);
    return shape(direction / direction.norm());
  };
  const double radius = std::tan(0.5 * patch_angle), opposite_radius = std::tan(PI / 8.);

  Builder builder(Component::vesicle, shape(axis).distance(shape(-axis)));
  const unsigned int patch = builder.add(
      [=](const Point<2> &xi) { return plane(radius * square(2. * xi[0] - 1., 2. * xi[1] - 1.)); });
  // The opposite patch is the inversion of a square.
  const Loop outer = [=](const unsigned int piece, const double s) {
    const LogPolar x = square_loop(opposite_radius)(piece, s);
    return LogPolar{-x.log_r, x.phi};
  };
  add_layers(builder, plane, Point<2>(), square_loop(radius), outer, 4);
  // Seen from outside it is mirrored, so its first direction runs backwards.
  const unsigned int opposite = builder.add([=](const Point<2> &xi) {
    const Point<2> y = opposite_radius * square(1. - 2. * xi[0], 2. * xi[1] - 1.);
    const double square = y.norm_square();
    const Tensor<1, 3> direction =
        (2. * y[0] * e[0] + 2. * y[1] * e[1] - (1. - square) * axis) / (1. + square);
    return shape(direction / direction.norm());
  });
  return builder.surface({patch, opposite});
}

MeshedSurface vesicle_mesh(const ClosedShape &shape, const unsigned int n) {
  Tensor<1, 3> z;
  z[2] = 1.;
  Builder builder(Component::vesicle, shape(z).distance(shape(-z)));
  std::vector<unsigned int> patches;
  for (unsigned int d = 0; d < 3; ++d)
    for (const double sign : {-1., 1.})
      for (unsigned int i = 0; i < n; ++i)
        for (unsigned int j = 0; j < n; ++j)
          patches.push_back(builder.add([=](const Point<2> &xi) {
            Tensor<1, 3> x;
            x[d] = sign;
            x[(d + 1) % 3] = sign * std::tan(0.25 * PI * (2. * (i + xi[0]) / n - 1.));
            x[(d + 2) % 3] = std::tan(0.25 * PI * (2. * (j + xi[1]) / n - 1.));
            return shape(x / x.norm());
          }));
  return builder.surface(patches);
}

MeshedSurface membrane_mesh(const double rim_radius, const std::vector<DockingPatch> &patches) {
  if (patches.empty())
    throw std::invalid_argument("A plasma membrane needs at least one docking patch.");
  // What a patch needs around it: its corners, and room for a layer of cells.
  constexpr double room = 1.5;
  for (const DockingPatch &patch : patches) {
    if (!(patch.radius > 0.))
      throw std::invalid_argument("The radius of a docking patch must be positive, not " +
                                  text(patch.radius) + " nm.");
    if (!(patch.position.norm() + room * patch.radius < rim_radius))
      throw std::invalid_argument("The docking patch of radius " + text(patch.radius) + " nm at (" +
                                  text(patch.position[0]) + ", " + text(patch.position[1]) +
                                  ") nm reaches beyond the rim at " + text(rim_radius) + " nm.");
  }
  const PlaneShape plane = [](const Point<2> &y) { return Point<3>(y[0], y[1], 0.); };
  Builder builder(Component::plasma_membrane, rim_radius);
  std::vector<unsigned int> patch_cells;
  const auto add_patch = [&](const DockingPatch &patch) {
    patch_cells.push_back(builder.add([=](const Point<2> &xi) {
      return plane(patch.position +
                   patch.radius * Tensor<1, 2>(square(2. * xi[0] - 1., 2. * xi[1] - 1.)));
    }));
  };

  if (patches.size() == 1 && patches[0].position.norm() == 0.) {
    add_patch(patches[0]);
    add_layers(builder, plane, Point<2>(), square_loop(patches[0].radius),
               circle_loop(rim_radius, 4, -0.25 * PI), 4);
    return builder.surface(patch_cells);
  }

  std::array<std::set<double>, 2> positions;
  double largest = 0.;
  for (const DockingPatch &patch : patches) {
    largest = std::max(largest, patch.radius);
    for (unsigned int d = 0; d < 2; ++d)
      positions[d].insert(patch.position[d]);
  }
  // Half the least distance of neighbours, which makes blocks around evenly spaced patches square.
  double margin = std::numeric_limits<double>::max();
  for (unsigned int d = 0; d < 2; ++d)
    for (auto here = positions[d].begin(), next = std::next(here); next != positions[d].end();
         ++here, ++next)
      margin = std::min(margin, 0.5 * (*next - *here));
  if (margin == std::numeric_limits<double>::max())
    margin = 0.5 * (rim_radius - patches[0].position.norm());
  std::array<std::vector<double>, 2> lines;
  for (unsigned int d = 0; d < 2; ++d)
    lines[d] = grid_lines(positions[d], margin);
  const Point<2> middle(0.5 * (lines[0].front() + lines[0].back()),
                        0.5 * (lines[1].front() + lines[1].back()));
  for (const double x : {lines[0].front(), lines[0].back()})
    for (const double y : {lines[1].front(), lines[1].back()})
      if (!(Point<2>(x, y).norm() < 0.9 * rim_radius))
        throw std::invalid_argument(
            "The docking patches are too far apart for a membrane with the rim at " +
            text(rim_radius) + " nm.");
  if (!(margin > room * largest))
    throw std::invalid_argument("Docking patches of radius " + text(largest) +
                                " nm must be more than " + text(2. * room * largest) +
                                " nm apart in x or y, and not closer than that to others in the "
                                "other direction, unless they are in line.");

  const unsigned int nx = lines[0].size() - 1, ny = lines[1].size() - 1;
  std::set<std::pair<unsigned int, unsigned int>> taken;
  for (const DockingPatch &patch : patches) {
    const unsigned int i =
        std::distance(positions[0].begin(), positions[0].find(patch.position[0]));
    const unsigned int j =
        std::distance(positions[1].begin(), positions[1].find(patch.position[1]));
    if (!taken.insert({i, j}).second)
      throw std::invalid_argument("Two docking patches are at the same place.");
    add_patch(patch);
    const Loop block =
        block_loop(patch.position, {lines[0][i], lines[0][i + 1]}, {lines[1][j], lines[1][j + 1]});
    add_layers(builder, plane, patch.position, square_loop(patch.radius), block, 4);
  }
  for (unsigned int i = 0; i < nx; ++i)
    for (unsigned int j = 0; j < ny; ++j)
      if (taken.count({i, j}) == 0)
        builder.add([=, x0 = lines[0][i], x1 = lines[0][i + 1], y0 = lines[1][j],
                     y1 = lines[1][j + 1]](const Point<2> &xi) {
          return plane(Point<2>((1. - xi[0]) * x0 + xi[0] * x1, (1. - xi[1]) * y0 + xi[1] * y1));
        });

  // The edge of the grid anticlockwise from its lower right corner, and the arcs of the rim that
  // its pieces are seen under.
  std::vector<Point<2>> edge;
  for (unsigned int j = 0; j < ny; ++j)
    edge.emplace_back(lines[0][nx], lines[1][j]);
  for (unsigned int i = nx; i > 0; --i)
    edge.emplace_back(lines[0][i], lines[1][ny]);
  for (unsigned int j = ny; j > 0; --j)
    edge.emplace_back(lines[0][0], lines[1][j]);
  for (unsigned int i = 0; i < nx; ++i)
    edge.emplace_back(lines[0][i], lines[1][0]);
  const unsigned int n_pieces = edge.size();
  edge.push_back(edge.front());
  std::vector<double> angles;
  for (const Point<2> &x : edge) {
    double phi = std::atan2(x[1] - middle[1], x[0] - middle[0]);
    while (!angles.empty() && phi < angles.back())
      phi += 2. * PI;
    angles.push_back(phi);
  }
  const Loop grid = [=](const unsigned int piece, const double s) {
    const Point<2> here((1. - s) * edge[piece][0] + s * edge[piece + 1][0],
                        (1. - s) * edge[piece][1] + s * edge[piece + 1][1]);
    const Tensor<1, 2> d = here - middle;
    const double expected = (1. - s) * angles[piece] + s * angles[piece + 1];
    const double phi = std::atan2(d[1], d[0]);
    return LogPolar{std::log(d.norm()), phi + 2. * PI * std::round((expected - phi) / (2. * PI))};
  };
  // Half way between the angles under which the grid's edges are seen and equal ones. The rim is
  // around the origin, the layers are around the middle of the grid.
  const double start = 0.5 * (angles[0] + angles[ny]) - PI * ny / n_pieces;
  const Loop rim = [=](const unsigned int piece, const double s) {
    const double seen = (1. - s) * angles[piece] + s * angles[piece + 1],
                 equal = start + 2. * PI * (piece + s) / n_pieces;
    const double phi = 0.5 * (seen + equal);
    const double along = middle[0] * std::cos(phi) + middle[1] * std::sin(phi);
    const double r =
        -along + std::sqrt(along * along + rim_radius * rim_radius - middle.norm_square());
    return LogPolar{std::log(r), phi};
  };
  add_layers(builder, plane, middle, grid, rim, n_pieces);
  return builder.surface(patch_cells);
}

namespace {
// The patch at the top of the bud and the layers around it: up to the loop where the neck will be,
// and from there to @p outer, a loop of four pieces. Returns the vertices of the neck's loop.
std::vector<unsigned int> add_bud(Builder &builder, const PlaneShape &plane,
                                  const double neck_radius, const Loop &outer) {
  // The flat membrane has the cells of the bud squeezed together: as square as they can be on both.
  constexpr double patch_share = 0.2;
  constexpr unsigned int inner_layers = 3, outer_layers = 2;
  const double patch = patch_share * neck_radius;
  builder.add([=](const Point<2> &xi) {
    return plane(Point<2>(patch * Tensor<1, 2>(square(2. * xi[0] - 1., 2. * xi[1] - 1.))));
  });
  const Loop neck = circle_loop(neck_radius, 4, -0.25 * PI);
  add_layers(builder, plane, Point<2>(), square_loop(patch), neck, 4, inner_layers);
  add_layers(builder, plane, Point<2>(), neck, outer, 4, outer_layers);
  std::vector<unsigned int> ring;
  for (unsigned int piece = 0; piece < 4; ++piece) {
    const LogPolar x = neck(piece, 0.);
    ring.push_back(builder.vertex(
        plane(Point<2>(neck_radius * std::cos(x.phi), neck_radius * std::sin(x.phi)))));
  }
  return ring;
}
} // namespace

MeshedSurface flat_donor_mesh(const double rim_radius, const double neck_radius) {
  Builder builder(Component::plasma_membrane, rim_radius);
  const std::vector<unsigned int> ring = add_bud(
      builder, [](const Point<2> &y) { return Point<3>(y[0], y[1], 0.); }, neck_radius,
      circle_loop(rim_radius, 4, -0.25 * PI));
  MeshedSurface result = builder.surface({0});
  result.ring = ring;
  return result;
}

MeshedSurface tube_donor_mesh(const double radius, const double length, const double neck_radius) {
  // Half of the block's sides, and what the neck and the ends need.
  const double side = 0.6 * PI * radius, room = 1.3;
  if (!(side > room * neck_radius))
    throw std::invalid_argument("A tube of radius " + text(radius) +
                                " nm is too narrow: its radius must be more than " +
                                text(room * neck_radius / (0.6 * PI)) + " nm.");
  if (!(0.5 * length > room * side))
    throw std::invalid_argument("A tube of length " + text(length) +
                                " nm is too short: it must be longer than " +
                                text(2. * room * side) + " nm.");
  // Along the circumference, and along the axis.
  const PlaneShape tube = [=](const Point<2> &y) {
    return Point<3>(radius * std::cos(y[0] / radius), radius * std::sin(y[0] / radius), y[1]);
  };
  Builder builder(Component::plasma_membrane, length);
  const std::vector<unsigned int> ring =
      add_bud(builder, tube, neck_radius, block_loop(Point<2>(), {-side, side}, {-side, side}));
  // Behind the block, and above and below it, three cells go around the tube.
  const auto add_rectangle = [&](const double x0, const double x1, const double y0,
                                 const double y1) {
    builder.add([=](const Point<2> &xi) {
      return tube(Point<2>((1. - xi[0]) * x0 + xi[0] * x1, (1. - xi[1]) * y0 + xi[1] * y1));
    });
  };
  const double x[] = {-side, side, PI * radius, 2. * PI * radius - side},
               y[] = {-0.5 * length, -side, side, 0.5 * length};
  for (unsigned int j = 0; j < 3; ++j)
    for (unsigned int i = (j == 1 ? 1 : 0); i < 3; ++i)
      add_rectangle(x[i], x[i + 1], y[j], y[j + 1]);
  MeshedSurface result = builder.surface({0});
  result.ring = ring;
  return result;
}

MeshedSurface together(const MeshedSurface &first, const MeshedSurface &second) {
  MeshedSurface both = first;
  const unsigned int n_vertices = first.mesh.vertices.size(), n_cells = first.mesh.cells.size();
  both.mesh.vertices.insert(both.mesh.vertices.end(), second.mesh.vertices.begin(),
                            second.mesh.vertices.end());
  for (QuadMesh::Cell cell : second.mesh.cells) {
    for (unsigned int &corner : cell.corners)
      corner += n_vertices;
    both.mesh.cells.push_back(cell);
  }
  for (const unsigned int patch : second.patches)
    both.patches.push_back(n_cells + patch);
  both.geometry = [=, a = first.geometry, b = second.geometry](const unsigned int cell,
                                                               const Point<2> &xi) {
    return cell < n_cells ? a(cell, xi) : b(cell - n_cells, xi);
  };
  return both;
}
} // namespace fusogen
