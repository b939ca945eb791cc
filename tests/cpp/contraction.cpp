// Every operation on intervals, for a look at what a compiler that may contract makes of it.
#include "polynet/interval.hpp"

using polynet::Interval;

double down(double r) { return polynet::down(r); }
double up(double r) { return polynet::up(r); }
Interval sum(const Interval &x, const Interval &y) { return x + y; }
Interval difference(const Interval &x, const Interval &y) { return x - y; }
Interval product(const Interval &x, const Interval &y) { return x * y; }
Interval quotient(const Interval &x, const Interval &y) { return x / y; }
Interval of_a_product(double a, double b, double c) { return Interval(a * b) + c; }
double bound_of_a_product(double a, double b, double c) { return up(a * b) + c; }
Interval polynomial(const Interval &x, const Interval &y) { return x * y + y * x - x * 3.0; }
