// The pieces of the table's rows: Taylor coefficients, bounds of derivatives.
#pragma once

#include "polynet/activation.hpp"

namespace polynet {

// Enclosures of the Taylor coefficients (taylor.cpp).
std::vector<Interval> tanh_taylor(const Interval &x, int order);
std::vector<Interval> logistic_taylor(const Interval &x, int order);
std::vector<Interval> softplus_taylor(const Interval &x, int order);
std::vector<Interval> silu_taylor(const Interval &x, int order);
std::vector<Interval> gelu_taylor(const Interval &x, int order);
std::vector<Interval> gelu_tanh_taylor(const Interval &x, int order);
std::vector<Interval> mish_taylor(const Interval &x, int order);
std::vector<Interval> sin_taylor(const Interval &x, int order);
std::vector<Interval> cos_taylor(const Interval &x, int order);
std::vector<Interval> exp_taylor(const Interval &x, int order);
std::vector<Interval> arctan_taylor(const Interval &x, int order);
std::vector<Interval> erf_taylor(const Interval &x, int order);
std::vector<Interval> gaussian_taylor(const Interval &x, int order);
std::vector<Interval> logcosh_taylor(const Interval &x, int order);
std::vector<Interval> algebraic_taylor(const Interval &x, int order);
std::vector<Interval> requ_taylor(const Interval &x, int order);

// Upper bounds of |s_k| on an interval, k >= 1 (bounds.cpp).
double tanh_bound(int k, const Interval &x);
double logistic_bound(int k, const Interval &x);
double softplus_bound(int k, const Interval &x);
double silu_bound(int k, const Interval &x);
double gelu_bound(int k, const Interval &x);
double sin_bound(int k, const Interval &x);
double exp_bound(int k, const Interval &x);
double arctan_bound(int k, const Interval &x);
double erf_bound(int k, const Interval &x);
double gaussian_bound(int k, const Interval &x);
double logcosh_bound(int k, const Interval &x);
double algebraic_bound(int k, const Interval &x);
double mish_bound(int k, const Interval &x);

double distance_of_i(double x); // both of arctan and of algebraic

// Tails of the sigmoids (tails.cpp).
Interval tanh_tail(double x);
Interval logistic_tail(double x);
Interval erf_tail(double x);
Interval arctan_tail(double x);
Interval algebraic_tail(double x);

} // namespace polynet
