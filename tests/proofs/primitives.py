"""Prove the error bounds of the float64 primitives in cpp/src/evaluate/kernels/elementary_*.hpp.

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


# Name; the argument's range; the operations; the polynomial made of P(x) = sum c_k x^k, the
# function that it approximates, and where: in Sollya's words.
PRIMITIVES = (
    ("expm1_tail", (-0.3469, 0.3469), expm1_tail, "x+x^2/2+x^3*P", "expm1(x)", (-0.3469, 0.3469)),
    ("log_tail", (0, 0.0401), times_polynomial("log_tail"),
     "2*x+x^3*P", "log1p(x)-log1p(-x)", (2**-30, 0.2001)),
    ("atan_tail", (0, 0.1716), times_polynomial("atan_tail"),
     "x+x^3*P", "atan(x)", (2**-30, 0.41422)),
    ("sin_tail", (0, 0.6171), times_polynomial("sin_tail"),
     "x+x^3*P", "sin(x)", (2**-30, 0.7855)),
    ("cos_tail", (0, 0.6171), squared_times_polynomial,
     "1-x^2/2+x^4*P", "cos(x)", (2**-30, 0.7855)),
    ("erf_tail", (0, 1), plain_polynomial("erf_tail"), "x+x*P", "erf(x)", (2**-30, 1)),
    ("mills", (-1, 0.7728), plain_polynomial("mills"), "", "", (-1, 0.7728)),
)  # fmt: skip


# e^r itself: ranges of r over which its evaluation is bounded relatively.
EXP_RANGES = ((-0.3469, -0.25), (-0.25, 0), (0, 0.25), (0.25, 0.3469))


def supremum(function, polynomial, exact, interval):
    """A proved bound of |polynomial/exact - 1|, by Sollya."""
    argument = "x" if function.startswith("exp") else "x^2"
    p = "+".join(f"({number})*({argument})^{k}" for k, number in enumerate(coefficients(function)))
    script = f"""prec = 300!; roundingwarnings = off!; display = decimal!;
p = {polynomial.replace("P", f"({p})")}; f = {exact};
print(sup(supnorm(p, f, [{interval[0]};{interval[1]}], relative, 1b-6)));
quit;"""
    run = subprocess.run(
        ["sollya"], input=script, text=True, capture_output=True, check=True, timeout=600
    )
    return float(run.stdout)


def supremum_of_mills(interval, order=18):
    """The same for `mills`, whose function Sollya does not bound in reasonable time.

    Taylor's theorem piece by piece in ball arithmetic: the coefficients at the middle, and the next
    one on the whole piece.
    """
    from flint import arb, arb_series, ctx

    numbers = [arb(float.fromhex(number)) for number in coefficients("mills")]

    def error(q, length):
        ctx.cap = length
        q = arb_series([q, 1])
        x = (q + 1) * 5 / (1 - q)
        exact = (x + 1) * (x * x / 2).exp() * (x / arb(2).sqrt()).erfc() / 2
        polynomial = arb_series([numbers[-1]])
        for number in reversed(numbers[:-1]):
            polynomial = polynomial * q + number
        return polynomial / exact - 1

    with ctx.workprec(300):
        worst, left = arb(0), interval[0]
        while left < interval[1]:
            # So short that e^(x^2/2) varies little: x = 5 (1 + q)/(1 - q).
            growth = 50 * (1 + left) / (1 - left) ** 3
            right = min(left + 0.1 / (20 + growth), interval[1])
            middle, radius = arb((left + right) / 2), arb((right - left) / 2) * 1.001
            piece = arb((left + right) / 2, (right - left) / 2 * 1.001)
            bound = abs(error(piece, order + 1)[order]) * radius**order
            at_middle = error(middle, order)
            for k in range(order):
                bound += abs(at_middle[k]) * radius**k
            worst, left = max(worst, bound.upper()), right
        return float(worst)


def exp_name(interval):
    """How the bounds of exp_polynomial on a range of r are recorded."""
    return f"exp_polynomial({interval[0]:g},{interval[1]:g})"


def exp_rounding(interval, *, fused):
    """What evaluating exp_polynomial loses, relatively, in units of u."""
    script = Script(fused=fused)
    computed, real = plain_polynomial("exp_polynomial")(script, script.input("x"))
    hypothesis = f"x in [{interval[0]}, {interval[1]}]"
    return script.prove(hypothesis, f"|({computed} - {real}) / {real}|", "$ x in 64;") * 2**53


def main():
    print("u = 2^-53. Error of the polynomial, relatively to the function; of its evaluation in")
    print("float64, absolutely, without and with fused multiply-add.")
    for function, argument, operations, polynomial, exact, interval in PRIMITIVES:
        bounds = []
        for fused in (False, True):
            script = Script(fused=fused)
            computed, real = operations(script, script.input("x"))
            hypothesis = f"x in [{argument[0]}, {argument[1]}]"
            bounds.append(script.prove(hypothesis, f"|{computed} - {real}|") * 2**53)
        if polynomial:
            approximation = supremum(function, polynomial, exact, interval)
        else:
            approximation = supremum_of_mills(interval)
        print(
            f"{function:<10} {approximation * 2**53:8.4f} u {bounds[0]:8.4f} u {bounds[1]:8.4f} u",
            flush=True,
        )
    print("The last for r within its range, all relatively to e^r.")
    approximation = supremum("exp_polynomial", "P", "exp(x)", (-0.3469, 0.3469))
    for interval in EXP_RANGES:
        bounds = [exp_rounding(interval, fused=fused) for fused in (False, True)]
        print(
            f"{exp_name(interval):<30} {approximation * 2**53:8.4f} u"
            f" {bounds[0]:8.4f} u {bounds[1]:8.4f} u",
            flush=True,
        )


if __name__ == "__main__":
    main()
