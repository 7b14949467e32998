// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/profile.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/gauss.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace fusogen {

namespace {
constexpr double pi = boost::math::constants::pi<double>();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F> double integral(const F &f, double a, double b) {
  return a == b ? 0.0 : boost::math::quadrature::gauss<double, 20>::integrate(f, a, b);
}

[[noreturn]] void fail(const std::string &sentence) { throw std::invalid_argument(sentence); }
} // namespace

namespace detail {

/// One analytic piece of a meridian, in its own coordinates.
class Segment {
public:
  struct State {
    ProfilePoint point, tangent;
    double curvature; ///< absolute value, 1/nm
  };
  virtual ~Segment() = default;
  virtual double length() const = 0;
  virtual State at(double s) const = 0;
  /// int r ds between s0 <= s1, nm^2
  virtual double moment(double s0, double s1) const = 0;
  /// int r^2 dz over the whole piece, nm^3
  virtual double volume() const = 0;
};

namespace {

class Line final : public Segment {
public:
  Line(ProfilePoint p, ProfilePoint q) : p_(p), length_(std::hypot(q.r - p.r, q.z - p.z)) {
    if (!(length_ > 0) || !(p.r >= 0) || !(q.r >= 0) || !std::isfinite(length_))
      fail("A straight piece of a meridian needs two different points with r >= 0.");
    tangent_ = {(q.r - p.r) / length_, (q.z - p.z) / length_};
  }
  double length() const override { return length_; }
  State at(double s) const override {
    return {{p_.r + s * tangent_.r, p_.z + s * tangent_.z}, tangent_, 0.0};
  }
  double moment(double s0, double s1) const override {
    return (s1 - s0) * (p_.r + 0.5 * (s0 + s1) * tangent_.r);
  }
  double volume() const override {
    const double q = p_.r + length_ * tangent_.r;
    return length_ * tangent_.z * (p_.r * p_.r + p_.r * q + q * q) / 3;
  }

private:
  ProfilePoint p_, tangent_{};
  double length_;
};

class Arc final : public Segment {
public:
  Arc(ProfilePoint centre, double radius, double from, double to)
      : centre_(centre), radius_(radius), from_(from), sign_(to > from ? 1 : -1),
        length_(radius * std::abs(to - from)) {
    if (!(radius > 0) || !(length_ > 0) || !std::isfinite(length_))
      fail("A circular arc needs a positive radius and two different angles.");
  }
  double length() const override { return length_; }
  State at(double s) const override {
    const double phi = from_ + sign_ * s / radius_, c = std::cos(phi), n = std::sin(phi);
    return {
        {centre_.r + radius_ * c, centre_.z + radius_ * n}, {-sign_ * n, sign_ * c}, 1 / radius_};
  }
  double moment(double s0, double s1) const override {
    const double middle = from_ + sign_ * 0.5 * (s0 + s1) / radius_;
    const double half = 0.5 * (s1 - s0) / radius_;
    return centre_.r * (s1 - s0) + 2 * radius_ * radius_ * std::cos(middle) * std::sin(half);
  }
  double volume() const override {
    const auto f = [this](double s) {
      const State x = at(s);
      return x.point.r * x.point.r * x.tangent.z;
    };
    double sum = 0;
    for (int i = 0; i < 4; ++i)
      sum += integral(f, length_ * i / 4, length_ * (i + 1) / 4);
    return sum;
  }

private:
  ProfilePoint centre_;
  double radius_, from_, sign_, length_;
};

class Catenary final : public Segment {
public:
  Catenary(double waist, double half_height)
      : a_(waist), half_(waist * std::sinh(half_height / waist)) {
    if (!(waist > 0) || !(half_height > 0) || !std::isfinite(half_))
      fail("A catenoid needs a positive waist and half height, of a finite length.");
  }
  double length() const override { return 2 * half_; }
  State at(double s) const override {
    const double x = s - half_, r = std::hypot(a_, x);
    return {{r, a_ * std::asinh(x / a_)}, {x / r, a_ / r}, a_ / (r * r)};
  }
  double moment(double s0, double s1) const override { return primitive(s1) - primitive(s0); }
  double volume() const override { return a_ * primitive(length()) - a_ * primitive(0); }

private:
  double primitive(double s) const {
    const double x = s - half_;
    return 0.5 * (x * std::hypot(a_, x) + a_ * a_ * std::asinh(x / a_));
  }
  double a_, half_;
};

class Parametric final : public Segment {
public:
  Parametric(std::function<CurveSample(double)> curve, double t0, double t1)
      : curve_(std::move(curve)) {
    if (!(t1 > t0))
      fail("A parametrised meridian needs t0 < t1.");
    t_.push_back(t0);
    s_.push_back(0);
    m_.push_back(0);
    constexpr int initial = 16;
    for (int i = 0; i < initial; ++i)
      add(t0 + (t1 - t0) * i / initial, i + 1 == initial ? t1 : t0 + (t1 - t0) * (i + 1) / initial,
          30);
    if (!(s_.back() > 0) || !std::isfinite(s_.back()))
      fail("A parametrised meridian has no finite positive length.");
  }
  double length() const override { return s_.back(); }
  State at(double s) const override {
    const CurveSample x = curve_(parameter(s));
    const double speed = std::hypot(x.r1, x.z1);
    return {{x.r, x.z},
            {x.r1 / speed, x.z1 / speed},
            std::abs(x.r1 * x.z2 - x.z1 * x.r2) / (speed * speed * speed)};
  }
  double moment(double s0, double s1) const override {
    const std::size_t i = panel(s0), j = panel(s1);
    const double a = parameter(s0), b = parameter(s1);
    if (i == j)
      return moment_by_t(a, b);
    double sum = moment_by_t(a, t_[i + 1]) + moment_by_t(t_[j], b);
    for (std::size_t k = i + 1; k < j; ++k)
      sum += m_[k + 1];
    return sum;
  }
  double volume() const override { return volume_; }

private:
  double arc(double a, double b) const {
    return integral(
        [this](double t) {
          const CurveSample x = curve_(t);
          return std::hypot(x.r1, x.z1);
        },
        a, b);
  }
  double moment_by_t(double a, double b) const {
    return integral(
        [this](double t) {
          const CurveSample x = curve_(t);
          return x.r * std::hypot(x.r1, x.z1);
        },
        a, b);
  }
  double volume_by_t(double a, double b) const {
    return integral(
        [this](double t) {
          const CurveSample x = curve_(t);
          return x.r * x.r * x.z1;
        },
        a, b);
  }
  void add(double a, double b, int depth) {
    const double c = 0.5 * (a + b), whole = arc(a, b), first = arc(a, c), second = arc(c, b);
    if (depth > 0 && std::abs(whole - first - second) > 2e-15 * whole) {
      add(a, c, depth - 1);
      add(c, b, depth - 1);
      return;
    }
    for (const auto &part : {std::make_pair(c, first), std::make_pair(b, second)}) {
      m_.push_back(moment_by_t(t_.back(), part.first));
      volume_ += volume_by_t(t_.back(), part.first);
      t_.push_back(part.first);
      s_.push_back(s_.back() + part.second);
    }
  }
  std::size_t panel(double s) const {
    const auto it = std::upper_bound(s_.begin() + 1, s_.end() - 1, s);
    return static_cast<std::size_t>(it - s_.begin()) - 1;
  }
  double parameter(double s) const {
    if (s <= 0)
      return t_.front();
    if (s >= s_.back())
      return t_.back();
    const std::size_t i = panel(s);
    double low = t_[i], high = t_[i + 1],
           t = low + (high - low) * (s - s_[i]) / (s_[i + 1] - s_[i]);
    const double wanted = s - s_[i], scale = high - low;
    for (int iteration = 0; iteration < 60; ++iteration) {
      const double error = arc(t_[i], t) - wanted;
      (error > 0 ? high : low) = t;
      const CurveSample x = curve_(t);
      double next = t - error / std::hypot(x.r1, x.z1);
      if (!(next >= low && next <= high))
        next = 0.5 * (low + high);
      const double step = std::abs(next - t);
      t = next;
      // Quadratic convergence: after a step of 1e-9 the remaining error is at rounding level.
      if (step <= 1e-9 * scale)
        break;
    }
    return t;
  }

  std::function<CurveSample(double)> curve_;
  std::vector<double> t_, s_; ///< panel ends and the arc lengths there
  std::vector<double> m_;     ///< m_[k + 1] = int r ds over panel k
  double volume_ = 0;
};

} // namespace
} // namespace detail

Profile::Profile(std::vector<Piece> pieces) : pieces_(std::move(pieces)), breaks_{0.0} {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const double length = pieces_[i].scale * pieces_[i].segment->length();
    breaks_.push_back(breaks_.back() + length);
    areas_.push_back(piece_area(i, 0, length));
  }
}

Profile Profile::line(ProfilePoint p, ProfilePoint q) {
  return Profile({{std::make_shared<detail::Line>(p, q)}});
}
Profile Profile::arc(ProfilePoint centre, double radius, double from, double to) {
  return Profile({{std::make_shared<detail::Arc>(centre, radius, from, to)}});
}
Profile Profile::catenary(double waist, double half_height) {
  return Profile({{std::make_shared<detail::Catenary>(waist, half_height)}});
}
Profile Profile::parametric(std::function<CurveSample(double)> curve, double t0, double t1) {
  return Profile({{std::make_shared<detail::Parametric>(std::move(curve), t0, t1)}});
}

double Profile::piece_length(std::size_t i) const {
  return pieces_[i].scale * pieces_[i].segment->length();
}

std::size_t Profile::piece_at(double u) const {
  const auto it = std::upper_bound(breaks_.begin() + 1, breaks_.end() - 1, u);
  return static_cast<std::size_t>(it - breaks_.begin()) - 1;
}

Profile::State Profile::evaluate(std::size_t i, double local) const {
  const Piece &piece = pieces_[i];
  const double length = piece.segment->length();
  double s = std::min(std::max(local / piece.scale, 0.0), length);
  if (piece.reversed)
    s = length - s;
  const detail::Segment::State x = piece.segment->at(s);
  const double side = piece.mirrored ? -1 : 1, run = piece.reversed ? -1 : 1;
  State state;
  state.point = {std::max(piece.scale * x.point.r, 0.0),
                 piece.scale * side * x.point.z + piece.shift};
  if ((s <= 0 || s >= length) && x.point.r < 1e-12 * length)
    state.point.r = 0;
  state.tangent = {run * x.tangent.r, run * side * x.tangent.z};
  state.curvature = x.curvature / piece.scale;
  // Next to the axis the hoop curvature of a smooth surface tends to that of the meridian; a cone's
  // is cut off.
  const double near_axis = 1e-7 * breaks_.back(), z1 = std::abs(state.tangent.z);
  double hoop = z1 / std::max(state.point.r, near_axis);
  if (state.point.r < near_axis && z1 < 1e-3)
    hoop = state.curvature;
  state.largest = std::max(state.curvature, hoop);
  return state;
}

double Profile::piece_area(std::size_t i, double a, double b) const {
  const Piece &piece = pieces_[i];
  const double length = piece.segment->length();
  double s0 = std::min(std::max(a / piece.scale, 0.0), length);
  double s1 = std::min(std::max(b / piece.scale, 0.0), length);
  if (piece.reversed) {
    std::swap(s0, s1);
    s0 = length - s0;
    s1 = length - s1;
  }
  return 2 * pi * piece.scale * piece.scale * piece.segment->moment(s0, s1);
}

ProfilePoint Profile::point(double u) const {
  const std::size_t i = piece_at(u);
  // The far end of the whole curve is met exactly, without the rounding of the summed lengths.
  return evaluate(i, u >= breaks_.back() ? piece_length(i) : u - breaks_[i]).point;
}

ProfilePoint Profile::tangent(double u) const {
  const std::size_t i = piece_at(u);
  return evaluate(i, u - breaks_[i]).tangent;
}

double Profile::curvature(double u) const {
  const std::size_t i = piece_at(u);
  double value = evaluate(i, u - breaks_[i]).curvature;
  if (i > 0 && u == breaks_[i])
    value = std::max(value, evaluate(i - 1, piece_length(i - 1)).curvature);
  return value;
}

double Profile::largest_curvature(double u) const {
  const std::size_t i = piece_at(u);
  double value = evaluate(i, u - breaks_[i]).largest;
  if (i > 0 && u == breaks_[i])
    value = std::max(value, evaluate(i - 1, piece_length(i - 1)).largest);
  return value;
}

double Profile::area() const {
  double sum = 0;
  for (const double a : areas_)
    sum += a;
  return sum;
}

double Profile::area_between(double u0, double u1) const {
  const std::size_t i = piece_at(u0), j = piece_at(u1);
  if (i == j)
    return piece_area(i, u0 - breaks_[i], u1 - breaks_[i]);
  double sum = piece_area(i, u0 - breaks_[i], piece_length(i)) + piece_area(j, 0, u1 - breaks_[j]);
  for (std::size_t k = i + 1; k < j; ++k)
    sum += areas_[k];
  return sum;
}

double Profile::volume() const {
  double sum = 0;
  for (const Piece &p : pieces_)
    sum += pi * p.scale * p.scale * p.scale * p.segment->volume() * (p.mirrored ? -1 : 1) *
           (p.reversed ? -1 : 1);
  return sum;
}

double Profile::reduced_volume() const {
  const double a = area();
  return 6 * std::sqrt(pi) * volume() / (a * std::sqrt(a));
}

bool Profile::closed() const { return point(0).r == 0 && point(length()).r == 0; }

Profile Profile::scaled(double factor) const {
  if (!(factor > 0) || !std::isfinite(factor))
    fail("A meridian can only be scaled by a positive factor.");
  std::vector<Piece> pieces = pieces_;
  for (Piece &p : pieces) {
    p.scale *= factor;
    p.shift *= factor;
  }
  return Profile(std::move(pieces));
}

Profile Profile::shifted(double dz) const {
  std::vector<Piece> pieces = pieces_;
  for (Piece &p : pieces)
    p.shift += dz;
  return Profile(std::move(pieces));
}

Profile Profile::mirrored() const {
  std::vector<Piece> pieces = pieces_;
  for (Piece &p : pieces) {
    p.mirrored = !p.mirrored;
    p.shift = -p.shift;
  }
  return Profile(std::move(pieces));
}

Profile Profile::reversed() const {
  std::vector<Piece> pieces(pieces_.rbegin(), pieces_.rend());
  for (Piece &p : pieces)
    p.reversed = !p.reversed;
  return Profile(std::move(pieces));
}

Profile Profile::joined(const Profile &other) const {
  const ProfilePoint end = point(length()), start = other.point(0);
  if (!(std::hypot(end.r - start.r, end.z - start.z) <= 1e-9 * (length() + other.length()))) {
    std::ostringstream text;
    text << "Two meridians can be joined only where they meet: the first ends at (" << end.r << ", "
         << end.z << ") nm, the second starts at (" << start.r << ", " << start.z << ") nm.";
    fail(text.str());
  }
  std::vector<Piece> pieces = pieces_;
  pieces.insert(pieces.end(), other.pieces_.begin(), other.pieces_.end());
  return Profile(std::move(pieces));
}

// ------------------------------------------------------------------------------------- grading

namespace {

void check_samples(const std::vector<double> &s, const std::vector<double> &values) {
  if (s.size() < 2 || s.size() != values.size())
    fail("Grading needs at least two samples and as many values as arc lengths.");
  for (std::size_t i = 1; i < s.size(); ++i)
    if (!(s[i] > s[i - 1]))
      fail("The arc lengths of the samples must increase strictly.");
  for (const double v : values)
    if (!(v >= 0) || !std::isfinite(v))
      fail("The monitor and the curvature must be finite and not negative.");
}

/// Lowers the cell lengths h such that they change by at most growth per length.
void limit_slope(const std::vector<double> &s, std::vector<double> &h, double growth) {
  for (std::size_t i = 1; i < s.size(); ++i)
    h[i] = std::min(h[i], h[i - 1] + growth * (s[i] - s[i - 1]));
  for (std::size_t i = s.size() - 1; i > 0; --i)
    h[i - 1] = std::min(h[i - 1], h[i] + growth * (s[i] - s[i - 1]));
}

double trapezoid(const std::vector<double> &s, const std::vector<double> &f, std::size_t first,
                 std::size_t last) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i)
    sum += 0.5 * (f[i] + f[i + 1]) * (s[i + 1] - s[i]);
  return sum;
}

/// The monitor described with GradingParameters; `largest` bounds the cell length at each sample.
std::vector<double> monitor_with_bound(const std::vector<double> &s, const std::vector<double> &k,
                                       const std::vector<double> &largest,
                                       const GradingParameters &p) {
  if (p.n_cells < 1 || !(p.growth > 0) || !(p.curvature_weight >= 0))
    fail("Grading needs n_cells >= 1, growth > 0 and curvature_weight >= 0.");
  const double length = s.back() - s.front();
  const auto monitor = [&](double lambda) {
    std::vector<double> h(s.size());
    for (std::size_t i = 0; i < s.size(); ++i)
      h[i] = std::min(largest[i], lambda / (1 / length + p.curvature_weight * k[i]));
    limit_slope(s, h, p.growth);
    for (double &x : h)
      x = 1 / x;
    return h;
  };
  const auto count = [&](double lambda) { return trapezoid(s, monitor(lambda), 0, s.size() - 1); };
  // The number of cells falls with lambda; equal cells have lambda = 1 / n_cells.
  double low = 0.5 / p.n_cells, high = low;
  while (count(high) > p.n_cells && high < 1e9)
    high *= 4;
  for (int i = 0; i < 100 && high - low > 1e-14 * high; ++i) {
    const double middle = std::sqrt(low * high);
    (count(middle) > p.n_cells ? low : high) = middle;
  }
  std::vector<double> m = monitor(high);
  const double factor = p.n_cells / trapezoid(s, m, 0, s.size() - 1);
  for (double &x : m)
    x *= factor;
  return m;
}

/// Distributes total among the entries in proportion to wanted, at least one each, such that the
/// relative rounding errors are small (the Huntington-Hill apportionment).
std::vector<int> apportion(const std::vector<double> &wanted, int total) {
  std::vector<int> n(wanted.size(), 1);
  for (int left = total - static_cast<int>(wanted.size()); left > 0; --left) {
    std::size_t best = 0;
    double largest = -1;
    for (std::size_t i = 0; i < n.size(); ++i) {
      const double priority = wanted[i] / std::sqrt(n[i] * (n[i] + 1.0));
      if (priority > largest) {
        largest = priority;
        best = i;
      }
    }
    ++n[best];
  }
  return n;
}

/// Changes cell lengths as smoothly as possible from cell to cell so that each group of consecutive
/// cells gets its exact length: minimises sum (c_{j+1} - c_j)^2 + 0.01 c_j^2 of the changes c of
/// the logarithms of the wanted lengths.
std::vector<double> fit_lengths(const std::vector<double> &wanted, const std::vector<int> &counts,
                                const std::vector<double> &lengths) {
  const std::size_t n = wanted.size(), groups = counts.size();
  std::vector<std::size_t> group;
  for (std::size_t g = 0; g < groups; ++g)
    group.insert(group.end(), counts[g], g);

  constexpr double stiffness = 0.01;
  const auto solve = [n](std::vector<double> b) { // tridiagonal Laplacian + stiffness
    std::vector<double> d(n);
    for (std::size_t j = 0; j < n; ++j) {
      d[j] = stiffness + (j > 0) + (j + 1 < n);
      if (j > 0) {
        d[j] -= 1 / d[j - 1];
        b[j] += b[j - 1] / d[j - 1];
      }
    }
    for (std::size_t j = n; j-- > 0;)
      b[j] = (b[j] + (j + 1 < n ? b[j + 1] : 0.0)) / d[j];
    return b;
  };

  std::vector<double> c(n, 0.0), h = wanted;
  for (int iteration = 0; iteration < 100; ++iteration) {
    std::vector<std::vector<double>> columns;
    std::vector<double> rhs(groups, 1.0);
    double error = 0;
    for (std::size_t j = 0; j < n; ++j)
      rhs[group[j]] += h[j] / lengths[group[j]] * (c[j] - 1);
    for (std::size_t g = 0; g < groups; ++g) {
      std::vector<double> row(n, 0.0);
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j)
        if (group[j] == g) {
          row[j] = h[j] / lengths[g];
          sum += row[j];
        }
      error = std::max(error, std::abs(sum - 1));
      columns.push_back(solve(row));
    }
    if (error < 1e-13)
      break;
    std::vector<std::vector<double>> a(groups, std::vector<double>(groups, 0.0));
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t g = 0; g < groups; ++g)
        a[group[j]][g] += h[j] / lengths[group[j]] * columns[g][j];
    for (std::size_t i = 0; i < groups; ++i) // symmetric positive definite: no pivoting
      for (std::size_t k = i + 1; k < groups; ++k) {
        const double f = a[k][i] / a[i][i];
        for (std::size_t l = i; l < groups; ++l)
          a[k][l] -= f * a[i][l];
        rhs[k] -= f * rhs[i];
      }
    for (std::size_t i = groups; i-- > 0;) {
      for (std::size_t l = i + 1; l < groups; ++l)
        rhs[i] -= a[i][l] * rhs[l];
      rhs[i] /= a[i][i];
    }
    for (std::size_t j = 0; j < n; ++j) {
      double next = 0;
      for (std::size_t g = 0; g < groups; ++g)
        next += columns[g][j] * rhs[g];
      c[j] += std::min(std::max(next - c[j], -1.0), 1.0);
      h[j] = wanted[j] * std::exp(c[j]);
    }
  }
  return h;
}

double interpolate(const std::vector<double> &s, const std::vector<double> &f, double x) {
  const auto it = std::upper_bound(s.begin() + 1, s.end() - 1, x);
  const std::size_t i = static_cast<std::size_t>(it - s.begin()) - 1;
  return f[i] + (f[i + 1] - f[i]) * (x - s[i]) / (s[i + 1] - s[i]);
}

} // namespace

std::vector<double> limit_growth(const std::vector<double> &s, const std::vector<double> &monitor,
                                 double growth) {
  check_samples(s, monitor);
  if (!(growth > 0) || *std::max_element(monitor.begin(), monitor.end()) == 0)
    fail("Limiting the growth needs a positive growth and a monitor that is positive somewhere.");
  std::vector<double> h(s.size());
  for (std::size_t i = 0; i < s.size(); ++i)
    h[i] = monitor[i] > 0 ? 1 / monitor[i] : infinity;
  limit_slope(s, h, growth);
  for (double &x : h)
    x = 1 / x;
  return h;
}

std::vector<double> equidistribute(const std::vector<double> &s, const std::vector<double> &monitor,
                                   int n_cells) {
  check_samples(s, monitor);
  const double total = trapezoid(s, monitor, 0, s.size() - 1);
  if (n_cells < 1 || !(total > 0))
    fail("Equidistribution needs at least one cell and a monitor with a positive integral.");
  std::vector<double> nodes{s.front()};
  std::size_t i = 0;
  double before = 0;
  for (int k = 1; k < n_cells; ++k) {
    const double wanted = total * k / n_cells;
    double here = 0.5 * (monitor[i] + monitor[i + 1]) * (s[i + 1] - s[i]);
    while (before + here < wanted && i + 2 < s.size()) {
      before += here;
      ++i;
      here = 0.5 * (monitor[i] + monitor[i + 1]) * (s[i + 1] - s[i]);
    }
    // m0 x + (m1 - m0) x^2 / (2 d) = rest, in the form without cancellation
    const double d = s[i + 1] - s[i], rest = std::max(wanted - before, 0.0), m0 = monitor[i];
    const double root = std::sqrt(std::max(m0 * m0 + 2 * (monitor[i + 1] - m0) / d * rest, 0.0));
    const double x = m0 + root > 0 ? 2 * rest / (m0 + root) : 0.0;
    nodes.push_back(s[i] + std::min(x, d));
  }
  nodes.push_back(s.back());
  return nodes;
}

std::vector<double> graded_monitor(const std::vector<double> &s,
                                   const std::vector<double> &largest_curvature,
                                   const GradingParameters &parameters) {
  check_samples(s, largest_curvature);
  return monitor_with_bound(s, largest_curvature, std::vector<double>(s.size(), infinity),
                            parameters);
}

std::vector<double> graded_nodes(const Profile &profile, const GradingParameters &parameters) {
  const std::vector<double> &breaks = profile.breaks();
  const std::size_t pieces = breaks.size() - 1;
  if (parameters.n_cells < static_cast<int>(pieces)) {
    std::ostringstream text;
    text << "A meridian of " << pieces << " pieces needs at least as many cells, not "
         << parameters.n_cells << '.';
    fail(text.str());
  }

  // Curvature at the breaks, with that assigned to open ends and kinks.
  std::vector<double> at_break(breaks.size());
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    const double u = breaks[i], r = profile.point(u).r;
    at_break[i] = profile.largest_curvature(u);
    bool special = i == 0 || i == pieces;
    if (!special) {
      const double before = u - 1e-9 * (u - breaks[i - 1]);
      const ProfilePoint a = profile.tangent(before), b = profile.tangent(u);
      special = std::hypot(a.r - b.r, a.z - b.z) > 1e-6;
    }
    if (special && r > 1e-9 * profile.length())
      at_break[i] = std::max(at_break[i], 1 / r);
  }

  // Samples: fine enough for smooth pieces everywhere, and in proportion to the distance from
  // breaks.
  const double fineness = std::min(0.02, 0.5 / parameters.n_cells);
  std::vector<double> s, k, bound;
  std::vector<std::size_t> first(pieces + 1, 0);
  const auto scale_at = [&](std::size_t i) {
    double x = at_break[i] > 0 ? 1 / at_break[i] : infinity;
    if (i > 0)
      x = std::min(x, breaks[i] - breaks[i - 1]);
    if (i < pieces)
      x = std::min(x, breaks[i + 1] - breaks[i]);
    return x;
  };
  for (std::size_t i = 0; i < pieces; ++i) {
    const double a = breaks[i], b = breaks[i + 1], length = b - a;
    const double left = scale_at(i), right = scale_at(i + 1);
    first[i] = s.size();
    double previous_bound = i > 0 ? a - breaks[i - 1] : infinity;
    for (double u = a; u < b;) {
      s.push_back(u);
      k.push_back(u == a ? at_break[i] : profile.largest_curvature(u));
      bound.push_back(u == a ? std::min(previous_bound, length) : length);
      const double step = std::min({length / std::max(1000, 4 * parameters.n_cells),
                                    fineness * (left + u - a), fineness * (right + b - u)});
      u += step;
      if (b - u < 0.5 * step)
        break;
    }
  }
  first[pieces] = s.size();
  s.push_back(breaks.back());
  k.push_back(at_break.back());
  bound.push_back(breaks.back() - breaks[pieces - 1]);

  const std::vector<double> m = monitor_with_bound(s, k, bound, parameters);
  std::vector<double> wanted, lengths;
  for (std::size_t i = 0; i < pieces; ++i) {
    wanted.push_back(trapezoid(s, m, first[i], first[i + 1]));
    lengths.push_back(breaks[i + 1] - breaks[i]);
  }
  const std::vector<int> counts = apportion(wanted, parameters.n_cells);

  std::vector<double> target;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto from = static_cast<std::ptrdiff_t>(first[i]);
    const auto to = static_cast<std::ptrdiff_t>(first[i + 1]) + 1;
    const std::vector<double> nodes = equidistribute({s.begin() + from, s.begin() + to},
                                                     {m.begin() + from, m.begin() + to}, counts[i]);
    for (int j = 0; j < counts[i]; ++j)
      target.push_back(1 / interpolate(s, m, 0.5 * (nodes[j] + nodes[j + 1])));
  }
  const std::vector<double> h = fit_lengths(target, counts, lengths);

  std::vector<double> nodes{0.0};
  std::size_t cell = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    double sum = 0, done = 0;
    for (int j = 0; j < counts[i]; ++j)
      sum += h[cell + j];
    for (int j = 0; j < counts[i]; ++j) {
      done += h[cell + j];
      nodes.push_back(j + 1 == counts[i] ? breaks[i + 1] : breaks[i] + lengths[i] * (done / sum));
    }
    cell += counts[i];
  }
  return nodes;
}

// ------------------------------------------------------------------------ surfaces in three
// dimensions

std::array<double, 3> on_surface(const Profile &profile, std::array<double, 3> n) {
  const double norm = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  if (!(norm > 0) || !std::isfinite(norm))
    fail("A direction on the unit sphere must be finite and not zero.");
  if (!profile.closed())
    fail("Only a closed meridian, from axis to axis, can be mapped from the sphere.");
  const double x = n[0] / norm, y = n[1] / norm, across = std::hypot(x, y);
  const bool north = n[2] >= 0;
  if (across == 0)
    return {0.0, 0.0, profile.point(north ? profile.length() : 0.0).z};

  // The area from the nearer pole, without cancellation: (1 - |cos|) / 2 = sin^2 / (2 (1 + |cos|)).
  double rest = profile.area() * across * across / (2 * (1 + std::abs(n[2]) / norm));
  const std::size_t count = profile.pieces_.size();
  std::size_t k = 0; // pieces passed, counted from the pole
  const auto piece = [&](std::size_t j) { return north ? count - 1 - j : j; };
  while (k + 1 < count && rest > profile.areas_[piece(k)]) {
    rest -= profile.areas_[piece(k)];
    ++k;
  }
  const std::size_t i = piece(k);
  const double length = profile.piece_length(i);
  const auto local = [&](double d) { return north ? length - d : d; };
  const double fraction = std::min(rest / profile.areas_[i], 1.0);
  double low = 0, high = length, d = length * (k == 0 ? std::sqrt(fraction) : fraction);
  for (int iteration = 0; iteration < 80; ++iteration) {
    const double area =
        north ? profile.piece_area(i, length - d, length) : profile.piece_area(i, 0, d);
    (area > rest ? high : low) = d;
    const double slope = 2 * pi * profile.evaluate(i, local(d)).point.r;
    // Next to the pole the area is quadratic in d, so its root is what is nearly linear.
    double next = k == 0 ? d - (std::sqrt(area) - std::sqrt(rest)) * 2 * std::sqrt(area) / slope
                         : d - (area - rest) / slope;
    if (!(next >= low && next <= high))
      next = 0.5 * (low + high);
    const double step = std::abs(next - d);
    d = next;
    if (step <= 1e-9 * d)
      break;
  }
  const ProfilePoint p = profile.evaluate(i, local(d)).point;
  return {p.r * (x / across), p.r * (y / across), p.z};
}

} // namespace fusogen
