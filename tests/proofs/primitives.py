"""Prove the error bounds of the float64 primitives in cpp/src/kernels/elementary_*.hpp.

Each primitive is a polynomial that approximates a function, evaluated with rounding. Sollya's
`supnorm` proves what the polynomial is off by, Gappa what its evaluation is, with and without fused
multiply-add. The coefficients are read from the C++ source, the operations are repeated here.

Run ``python tests/proofs/primitives.py`` (Debian: sollya, gappa); the output is primitives.txt.
"""

import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
KERNELS = HERE.parents[1] / "cpp" / "src" / "kernels"


def coefficients(function):
    """The arguments of `polynomial` in the float64 version of a function."""
    source = "".join(path.read_text("utf-8") for path in sorted(KERNELS.glob("elementary*.hpp")))
    body = re.search(rf"double {function}\(double \w+\) {{(.*?)\n}}", source, re.DOTALL)
    numbers = re.search(r"polynomial\(\s*\w+,(.*?)\)", body[1], re.DOTALL)
    return [number.strip() for number in numbers[1].split(",")]


class Script:
    """A Gappa script: every operation once rounded (lower case) and once exact (upper case)."""

    def __init__(self, *, fused):
        self.fused = fused
        self.lines = ["@rnd = float<ieee_64, ne>;"]
        self.count = 0

    def input(self, name):
        self.lines.append(f"{name} = rnd({name}_);")
        return name, name

    def operation(self, expression, *operands):
        self.count += 1
        name = f"t{self.count}"
        self.lines.append(f"{name} = rnd({expression.format(*(o[0] for o in operands))});")
        self.lines.append(f"T{self.count} = {expression.format(*(o[1] for o in operands))};")
        return name, f"T{self.count}"

    def multiply(self, a, b):
        return self.operation("{} * {}", a, b)

    def add(self, a, b):
        return self.operation("{} + {}", a, b)

    def multiply_add(self, a, b, c):
        if self.fused:
            return self.operation("{} * {} + {}", a, b, c)
        return self.add(self.multiply(a, b), c)

    def polynomial(self, x, numbers):
        value = (numbers[-1], numbers[-1])
        for number in reversed(numbers[:-1]):
            value = self.multiply_add(value, x, (number, number))
        return value

    def prove(self, hypothesis, goal, hints=""):
        script = "\n".join([*self.lines, f"{{ {hypothesis} -> {goal} in ? }}", hints])
        run = subprocess.run(
            ["gappa"], input=script, text=True, capture_output=True, check=True, timeout=600
        )
        return float(re.search(r"\{([-\d.e]+), [^}]*\}\]", run.stderr + run.stdout)[1])


def expm1_tail(s, r):
    h = s.multiply_add(r, s.polynomial(r, coefficients("expm1_tail")), ("0.5", "0.5"))
    return s.multiply(s.multiply(r, r), h)


def times_polynomial(function):
    def tail(s, w):
        return s.multiply(w, s.polynomial(w, coefficients(function)))

    return tail


def squared_times_polynomial(s, w):
    return s.multiply(s.multiply(w, w), s.polynomial(w, coefficients("cos_tail")))


def plain_polynomial(function):
    return lambda s, x: s.polynomial(x, coefficients(function))


# Name; the argument's range; the operations; the exact function that the polynomial with its
# coefficients c (in Sollya's words: P(x) = sum c_k x^k) approximates and how.
PRIMITIVES = (
    ("expm1_tail", (-0.3469, 0.3469), expm1_tail, "x+x^2/2+x^3*P(x)", "expm1(x)", (-0.3469, 0.3469)),
    ("log_tail", (0, 0.0401), times_polynomial("log_tail"),
     "2*x+x^3*P(x^2)", "log1p(x)-log1p(-x)", (2**-30, 0.2001)),
    ("atan_tail", (0, 0.1716), times_polynomial("atan_tail"),
     "x+x^3*P(x^2)", "atan(x)", (2**-30, 0.41422)),
    ("sin_tail", (0, 0.6171), times_polynomial("sin_tail"),
     "x+x^3*P(x^2)", "sin(x)", (2**-30, 0.7855)),
    ("cos_tail", (0, 0.6171), squared_times_polynomial,
     "1-x^2/2+x^4*P(x^2)", "cos(x)", (2**-30, 0.7855)),
    ("erf_tail", (0, 1), plain_polynomial("erf_tail"),
     "x+x*P(x^2)", "erf(x)", (2**-30, 1)),
    ("mills", (-1, 0.773), plain_polynomial("mills"), "P(x)",
     "(1+5*(1+x)/(1-x))*exp((5*(1+x)/(1-x))^2/2)*erfc(5*(1+x)/(1-x)/sqrt(2))/2", (-1, 0.7728)),
)  # fmt: skip


def approximation_error(function, polynomial, exact, interval):
    """A proved bound of |polynomial/exact - 1|, by Sollya."""
    numbers = coefficients(function)
    p = "+".join(f"({number})*y^{k}" for k, number in enumerate(numbers))
    script = f"""prec = 300!; roundingwarnings = off!; display = decimal!;
P = proc(y) {{ return {p}; }};
p = {polynomial}; f = {exact};
e = supnorm(p, f, [{interval[0]};{interval[1]}], relative, 1b-6);
print(evaluate(log2(x), sup(e)));"""
    run = subprocess.run(
        ["sollya"], input=script, text=True, capture_output=True, check=False, timeout=900
    )
    return run.stdout


def main():
    print("float64; u = 2^-53; errors of evaluation without, with fused multiply-add")
    for function, argument, operations, polynomial, exact, interval in PRIMITIVES:
        bounds = []
        for fused in (False, True):
            s = Script(fused=fused)
            x = s.input("x")
            computed, real = operations(s, x)
            error = s.prove(f"x in [{argument[0]}, {argument[1]}]", f"|{computed} - {real}|")
            bounds.append(error * 2**53)
        print(f"{function:<10} evaluation {bounds[0]:.4f} u {bounds[1]:.4f} u", flush=True)
        print(approximation_error(function, polynomial, exact, interval), flush=True)


if __name__ == "__main__":
    main()
