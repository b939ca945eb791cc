"""`polynet gate`: how one gate comes to its target, and what error is left."""

from __future__ import annotations

from argparse import Namespace
from fractions import Fraction
from math import factorial, gcd, inf, lcm
from typing import Any

from ..certificate import at_most
from ..gate import ErrorTerm, Gate
from ..polynomial import Polynomial
from ._tables import print_table, shorten


def report(args: Namespace) -> dict[str, Any]:
    """Collect a gate's formula, moments and error terms."""
    gate = Gate(args.activation, args.bias, args.scale, kind=args.kind)
    error_terms = gate.error_terms(args.order)
    target = gate.target
    m = target.degree
    call = f"g({', '.join(target.variables)}) = "
    derivative = gate.leading_derivative
    normalisation = _normalisation(gate)
    return {
        "kind": gate.kind,
        "activation": gate.activation,
        "bias": gate.bias,
        "scale": gate.scale,
        "neurons": gate.neurons,
        "target": str(target),
        "degree": m,
        "leading_derivative": {"value": _middle(derivative), "enclosure": derivative},
        "nodes": [
            {
                "weight": weight,
                "direction": direction,
                "argument": _argument(gate, direction, repr(gate.bias), repr(gate.scale)),
            }
            for weight, direction in gate.nodes
        ],
        "formula": f"{call}[{_node_sum(gate)}] / ({normalisation['formula']})",
        "normalisation": normalisation,
        "moments": [
            {"order": j, "polynomial": str(gate.moment(j))} for j in range(m + args.order + 1)
        ],
        "cancellation": _cancellation(gate),
        "terms": [_term(gate, term) for term in error_terms],
        "conclusion": f"{call}{target} * ({_series(gate, error_terms, args.order)})",
        "remark": _remark(gate, error_terms),
    }


def _argument(gate: Gate, direction: tuple[int, ...], bias: str = "b", scale: str = "l") -> str:
    """Write b + l*(direction . operands)."""
    first = next((d for d in direction if d), 0)
    if not first:
        return bias
    operands = gate.target.variables
    units = [tuple(int(i == k) for k in range(len(operands))) for i in range(len(operands))]
    positive = [d if first > 0 else -d for d in direction]
    form = Polynomial(dict(zip(units, positive, strict=True)), operands)
    return f"{bias} {'+' if first > 0 else '-'} {scale}*{_as_factor(form)}"


def _node_sum(gate: Gate) -> str:
    text = ""
    for weight, direction in gate.nodes:
        node = f"s({_argument(gate, direction)})"
        if abs(weight) != 1:
            node = f"{abs(weight)}*{node}"
        sign = "-" if weight < 0 else "+"
        text = f"{text} {sign} {node}" if text else node if sign == "+" else f"-{node}"
    return text


def _normalisation(gate: Gate) -> dict[str, Any]:
    """Describe what the nodes leave of the target, c * l**m * s_m(b)."""
    m = gate.target.degree
    (moment,) = gate.moment(m).terms.values()
    c = moment / factorial(m)
    power = "l" if m == 1 else f"l**{m}"
    return {
        "formula": f"{'' if c == 1 else f'{c}*'}{power}*s_{m}(b)",
        "value": float(c) * _power(gate.scale, m) * _middle(gate.leading_derivative),
    }


def _cancellation(gate: Gate) -> list[str]:
    """Say why moments vanish, from the stencil alone."""
    nodes = {direction: weight for weight, direction in gate.nodes}
    opposite = {tuple(-d for d in direction): weight for direction, weight in nodes.items()}
    reasons = []
    if sum(nodes.values()) == 0:
        reasons.append("Order 0 cancels: the weights add up to 0.")
    if nodes == opposite:
        reasons.append("Odd orders cancel: opposite directions have the same weight.")
    if nodes == {direction: -weight for direction, weight in opposite.items()}:
        reasons.append("Even orders cancel: opposite directions have opposite weights.")
    return reasons


def _term(gate: Gate, term: ErrorTerm) -> dict[str, Any]:
    return {
        "order": term.order,
        "power": term.power,
        "ratio": _middle(term.coefficient),
        "enclosure": term.coefficient,
        "vanishes": _vanishes(term),
        "factor": _factor(gate, term),
        "polynomial": str(term.polynomial),
        "factored_polynomial": _factored(term.polynomial),
    }


def _vanishes(term: ErrorTerm) -> bool:
    """Whether s_j(bias) may be 0: its enclosure is no wider than rounding makes it."""
    lower, upper = term.coefficient
    return lower <= 0.0 <= upper


def _factor(gate: Gate, term: ErrorTerm) -> float:
    """Return s_j/s_m * scale**power."""
    return _middle(term.coefficient) * _power(gate.scale, term.power)


def _power(scale: float, power: int) -> float:
    try:
        return scale**power
    except OverflowError:
        return inf


def _middle(enclosure: tuple[float, float]) -> float:
    return sum(enclosure) / 2.0


def _series(gate: Gate, terms: tuple[ErrorTerm, ...], order: int) -> str:
    """Write 1 + rho as far as the largest term."""
    largest = _largest(gate, terms)
    if largest is None:
        return f"1 + O(l**{order + 1})"
    text = "1"
    for term in terms:
        if term.power <= largest.power and not _vanishes(term):
            content, primitive = _content(term.polynomial)
            coefficient = _factor(gate, term) * float(content)
            sign = "-" if coefficient < 0.0 else "+"
            text += f" {sign} {abs(coefficient):.3g}*{_as_factor(primitive)}"
    return text + " + ..."


def _largest(gate: Gate, terms: tuple[ErrorTerm, ...]) -> ErrorTerm | None:
    """Return the term that can be largest for operands in [-1, 1], the first of equals."""
    present = [term for term in terms if not _vanishes(term)]
    return max(present, key=lambda term: _size(gate, term), default=None)


def _size(gate: Gate, term: ErrorTerm) -> float:
    return abs(_factor(gate, term)) * float(sum(map(abs, term.polynomial.terms.values())))


def _remark(gate: Gate, terms: tuple[ErrorTerm, ...]) -> str:
    """Name the order of the leading term and why it is that one."""
    largest = _largest(gate, terms)
    if largest is None:
        below, order = terms, "beyond those listed"
    else:
        below, order = terms[: terms.index(largest)], f"of order l**{largest.power}"
    vanishing = [f"s_{term.order}(b) = 0" for term in below if _vanishes(term)]
    reasons = [f"{' and '.join(vanishing)} to within rounding"] if vanishing else []
    if largest is not None:
        against = f"s_{largest.order}(b)*l**{largest.power}"
        reasons += [
            f"s_{term.order}(b)*l**{term.power} is small against {against}"
            for term in below
            if not _vanishes(term)
        ]
    return f"The leading error term is {order}{': ' if reasons else ''}{', '.join(reasons)}."


def _content(polynomial: Polynomial) -> tuple[Fraction, Polynomial]:
    """Split a nonzero polynomial into a positive number and coprime integer coefficients."""
    coefficients = polynomial.terms.values()
    content = Fraction(
        gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
    )
    return content, polynomial * (1 / content)


def _factored(polynomial: Polynomial) -> str:
    """Write a polynomial with its content in front or below."""
    content, primitive = _content(polynomial)
    text = str(primitive) if content == 1 else _as_factor(primitive)
    if content.numerator != 1:
        text = f"{content.numerator}*{text}"
    return text if content.denominator == 1 else f"{text}/{content.denominator}"


def _as_factor(polynomial: Polynomial) -> str:
    return f"({polynomial})" if len(polynomial.terms) > 1 else str(polynomial)


def show(report: dict[str, Any]) -> None:
    """Print the report for a reader."""
    m, target = report["degree"], report["target"]
    derivative = f"s_{m}(b)"
    normalisation = report["normalisation"]
    count = report["neurons"]
    print(f"The {report['kind']} gate of {report['activation']}: ", end="")
    print(f"{count} neuron{'' if count == 1 else 's'}")
    print()
    print(f"  {report['formula']}")
    print()
    rows = [
        ("b", f"{report['bias']!r}", "bias"),
        ("l", f"{report['scale']!r}", "scale"),
        (
            derivative,
            f"{report['leading_derivative']['value']:#.13g}",
            f"derivative of order {m} of s = {report['activation']} at b",
        ),
        (normalisation["formula"], f"{normalisation['value']:#.13g}", "normalisation"),
    ]
    print_table(("symbol", "value", "meaning"), rows)
    print()
    print("Nodes")
    print_table(
        ("weight", "direction", "argument of s"),
        [
            (str(node["weight"]), _vector(node["direction"]), node["argument"])
            for node in report["nodes"]
        ],
    )
    print()
    print(f"Why this is {target}: in Taylor's series about b, order j of the bracket is")
    print("s_j(b) * l**j/j! * M_j with the moment M_j = sum of weight * (direction . operands)**j.")
    print_table(
        ("order j", "moment M_j", "leaves"),
        [
            (str(moment["order"]), shorten(moment["polynomial"], 60), _leaves(moment, report))
            for moment in report["moments"]
        ],
    )
    for reason in report["cancellation"]:
        print(f"  {reason}")
    print(
        f"  Order {m} leaves {normalisation['formula']}*{target}; the division makes it {target}."
    )
    print(f"  Every later moment is divisible by {target}:")
    print(f"  g = {target} * (1 + sum over j > {m} of s_j(b)/{derivative} * l**(j-{m}) * C_j)")
    print(f"  with C_j = (M_j/j!) / (M_{m}/{m}!).")
    if report["terms"]:
        print()
        print("Error terms")
        print_table(
            ("order j", f"s_j(b)/{derivative}", "power of l", "ratio * l**power", "C_j"),
            [_term_row(term) for term in report["terms"]],
        )
    print()
    print(report["conclusion"])
    print(report["remark"])


def _vector(direction: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, direction))})"


def _leaves(moment: dict[str, Any], report: dict[str, Any]) -> str:
    if moment["polynomial"] == "0":
        return "nothing"
    return "the target" if moment["order"] == report["degree"] else "an error term"


def _term_row(term: dict[str, Any]) -> tuple[str, ...]:
    if term["vanishes"]:
        # The middle of such an enclosure is noise: show how far from 0 the ratio can be.
        ratio, factor = f"0 +- {at_most(max(map(abs, term['enclosure'])))}", "0"
    else:
        ratio, factor = f"{term['ratio']:#.13g}", f"{term['factor']:#.13g}"
    return (str(term["order"]), ratio, str(term["power"]), factor, term["factored_polynomial"])
