// An activation near its gates' biases, where their neurons are, as polynomials.
#pragma once

#include "plan.hpp"

#include <map>

namespace polynet {

/// s(bias + t) for |t| <= reach: the coefficients of t^degree, ..., t^0.
struct NearBias {
  double reach = 0.0;
  std::vector<double> coefficients;
};

/// The polynomials of one activation, each made when it is first asked for.
class NearBiases {
public:
  /// The activation must outlive this object.
  NearBiases(const Activation &s, Dtype dtype) : s_(s), dtype_(dtype) {}

  /// Of least degree, up to neuron_degree, for at least that reach. Evaluated by Horner's rule in
  /// the dtype, with or without fused multiply-add, at t = x - bias, it is within function_ulp of
  /// s(x). Without coefficients where there is none.
  const NearBias &operator()(double bias, double reach);

private:
  const Activation &s_;
  const Dtype dtype_;
  std::map<std::pair<double, double>, NearBias> known_;
};

} // namespace polynet
