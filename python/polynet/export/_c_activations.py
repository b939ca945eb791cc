"""Activations in C99, in double: bodies of `static double activation(double x)`.

Each is within a few units in the last place of its largest value where the C library's functions
are; none overflows where its value does not.
"""

ACTIVATIONS = {
    "algebraic": "return fabs(x) > 1e9 ? copysign(1.0, x) : x / sqrt(1.0 + x * x);",
    "arctan": "return atan(x);",
    "cos": "return cos(x);",
    "erf": "return erf(x);",
    "exp": "return exp(x);",
    "gaussian": "return exp(-0.5 * x * x);",
    "gelu": "return x < -40.0 ? -0.0 : 0.5 * x * erfc(-0x1.6a09e667f3bcdp-1 * x);",
    "gelu_tanh": """\
/* x/(1 + e^-z), z = 2 sqrt(2/pi) x (1 + 0.044715 x^2) */
if (fabs(x) > 30.0)
  return x < 0.0 ? -0.0 : x;
return x / (1.0 + exp(-0x1.9884533d43651p+0 * x * (1.0 + 0.044715 * x * x)));""",
    "logcosh": """\
const double a = fabs(x), e = expm1(a); /* cosh x - 1 = e^2/(2 (1 + e)) */
return a > 1.0 ? a - 0x1.62e42fefa39efp-1 + log1p(exp(-2.0 * a))
               : log1p(e * e / (2.0 * (1.0 + e)));""",
    "logistic": """\
const double e = exp(-fabs(x));
return (x < 0.0 ? e : 1.0) / (1.0 + e);""",
    "mish": """\
/* x tanh(ln(1 + e^x)) = x n/(n + 2), n = e^x (e^x + 2) */
const double e = exp(-fabs(x));
const double n = x < 0.0 ? e * (e + 2.0) : 1.0 + 2.0 * e;
return x < -1000.0 ? -0.0 : x * (n / (n + (x < 0.0 ? 2.0 : 2.0 * e * e)));""",
    "requ": "return x > 0.0 ? x * x : (x <= 0.0 ? 0.0 : x);",
    "silu": """\
const double e = exp(-fabs(x));
return x < -1000.0 ? -0.0 : x * ((x < 0.0 ? e : 1.0) / (1.0 + e));""",
    "sin": "return sin(x);",
    "softplus": "return fmax(x, 0.0) + log1p(exp(-fabs(x)));",
    "tanh": "return tanh(x);",
}
