// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_PATHWAY_SECOND_ORDER_H
#define FUSOGEN_PATHWAY_SECOND_ORDER_H

#include <array>
#include <cmath>

namespace fusogen {
/// A number with its exact first and second derivatives by n variables: forward automatic
/// differentiation. A function template that computes with it, instead of with double, gets value,
/// gradient and Hessian at once; rounding is the only error.
template <unsigned int n> class SecondOrder {
public:
  static constexpr unsigned int n_second = n * (n + 1) / 2;

  SecondOrder() = default;

  /// A constant.
  SecondOrder(const double value) : v(value) {}

  /// The variable of that number.
  static SecondOrder variable(const unsigned int number, const double value) {
    SecondOrder x(value);
    x.g[number] = 1.;
    return x;
  }

  double value() const { return v; }
  double first(const unsigned int i) const { return g[i]; }
  double second(const unsigned int i, const unsigned int j) const {
    return i >= j ? h[i * (i + 1) / 2 + j] : h[j * (j + 1) / 2 + i];
  }

  SecondOrder &operator+=(const SecondOrder &b) {
    v += b.v;
    for (unsigned int i = 0; i < n; ++i)
      g[i] += b.g[i];
    for (unsigned int k = 0; k < n_second; ++k)
      h[k] += b.h[k];
    return *this;
  }
  SecondOrder &operator-=(const SecondOrder &b) { return *this += -1. * b; }

  friend SecondOrder operator+(SecondOrder a, const SecondOrder &b) { return a += b; }
  friend SecondOrder operator-(SecondOrder a, const SecondOrder &b) { return a -= b; }
  friend SecondOrder operator-(const SecondOrder &a) { return -1. * a; }

  friend SecondOrder operator*(const double a, SecondOrder b) {
    b.v *= a;
    for (double &x : b.g)
      x *= a;
    for (double &x : b.h)
      x *= a;
    return b;
  }
  friend SecondOrder operator*(const SecondOrder &a, const double b) { return b * a; }

  friend SecondOrder operator*(const SecondOrder &a, const SecondOrder &b) {
    SecondOrder c(a.v * b.v);
    unsigned int k = 0;
    for (unsigned int i = 0; i < n; ++i) {
      c.g[i] = a.g[i] * b.v + a.v * b.g[i];
      for (unsigned int j = 0; j <= i; ++j, ++k)
        c.h[k] = a.h[k] * b.v + a.v * b.h[k] + a.g[i] * b.g[j] + a.g[j] * b.g[i];
    }
    return c;
  }

  friend SecondOrder operator/(const SecondOrder &a, const SecondOrder &b) {
    const double inverse = 1. / b.v;
    return a * b.compose(inverse, -inverse * inverse, 2. * inverse * inverse * inverse);
  }

  friend SecondOrder sqrt(const SecondOrder &a) {
    const double root = std::sqrt(a.v);
    return a.compose(root, 0.5 / root, -0.25 / (root * a.v));
  }
  friend SecondOrder log(const SecondOrder &a) {
    return a.compose(std::log(a.v), 1. / a.v, -1. / (a.v * a.v));
  }
  friend SecondOrder exp(const SecondOrder &a) {
    const double e = std::exp(a.v);
    return a.compose(e, e, e);
  }
  friend SecondOrder sin(const SecondOrder &a) {
    const double s = std::sin(a.v);
    return a.compose(s, std::cos(a.v), -s);
  }
  friend SecondOrder cos(const SecondOrder &a) {
    const double c = std::cos(a.v);
    return a.compose(c, -std::sin(a.v), -c);
  }

  /// f of this number, by the chain rule.
  /// @param f, df, ddf  the function and its first two derivatives at value()
  SecondOrder compose(const double f, const double df, const double ddf) const {
    SecondOrder c(f);
    unsigned int k = 0;
    for (unsigned int i = 0; i < n; ++i) {
      c.g[i] = df * g[i];
      for (unsigned int j = 0; j <= i; ++j, ++k)
        c.h[k] = df * h[k] + ddf * g[i] * g[j];
    }
    return c;
  }

private:
  double v = 0.;
  std::array<double, n> g{};
  /// Lower triangle of the Hessian, row by row.
  std::array<double, n_second> h{};
};

/// The value of a number of either kind.
inline double value_of(const double x) { return x; }
template <unsigned int n> double value_of(const SecondOrder<n> &x) { return x.value(); }
} // namespace fusogen

#endif
