"""Gates in C99, with the operations that the certificates by gates bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import _core


def write_gate(name: str, series: _core.Series, kind: str) -> str:
    """Return a function of the operands: t (1 + r) or a sign, NaN outside their proved ranges."""
    instruction, orders, constants, step, moments, target, ranges = series
    names = [f"z{i}" for i in range(len(target))]
    absolute = "fabs" if kind == "double" else "fabsf"
    inside = " && ".join(
        f"{absolute}({z}) <= {number(reach, kind)}" for z, reach in zip(names, ranges, strict=True)
    )
    lines = [
        f"static {kind} {name}({', '.join(f'{kind} {z}' for z in names)}) {{",
        f"  if (!({inside}))",
        "    return NAN; /* nothing is proved there */",
    ]
    c = [number(constant, kind) for constant in constants]
    if instruction == "sign":
        body = iter(["return z0 < 0 ? -1 : z0 > 0 ? 1 : z0;"])
    elif instruction == "orders":
        body = _orders(target, c, step, moments, kind)
    elif instruction in ("copy", "square"):
        body = _even(c, "q" if instruction == "square" else "z0", kind)
    elif instruction == "product":
        body = _product(c, orders, kind)
    else:
        body = _long_product(c, kind)
    return "\n".join([*lines, *(f"  {line}" for line in body), "}\n"])


def number(value: float, kind: str) -> str:
    """Write a number of the dtype exactly."""
    return float(value).hex() + ("" if kind == "double" else "f")


def _orders(
    target: Sequence[int],
    constants: Sequence[str],
    step: int,
    moments: Sequence[Sequence[float]],
    kind: str,
) -> Iterator[str]:
    """Evaluate r as a sum of orders of products of power series, one for each operand."""
    factors = [f"z{i}" for i, count in enumerate(target) for _ in range(count)]
    yield f"const {kind} t = {' * '.join(factors)};"
    if not constants:
        yield "return t;"
        return
    n, orders = len(target), len(constants)
    rows = ", ".join("{" + ", ".join(number(m, kind) for m in row) + "}" for row in moments)
    yield f"static const {kind} moment[{n}][{orders}] = {{{rows}}};"
    yield f"static const {kind} weight[{orders}] = {{{', '.join(constants)}}};"
    yield f"const {kind} z[{n}] = {{{', '.join(f'z{i}' for i in range(n))}}};"
    yield f"{kind} sum[{orders + 1}] = {{1}}, factor[{orders + 1}], r = 0;"
    yield f"for (int i = 0; i < {n}; ++i) {{"
    yield f"  const {kind} q = {' * '.join(['z[i]'] * step)};"
    yield f"  {kind} power = 1;"
    yield f"  for (int k = 1; k <= {orders}; ++k) {{"
    yield "    power *= q;"
    yield "    factor[k] = moment[i][k - 1] * power;"
    yield "  }"
    yield f"  for (int k = {orders}; k > 0; --k)"
    yield "    for (int a = 1; a <= k; ++a)"
    yield "      sum[k] += factor[a] * sum[k - a];"
    yield "}"
    yield f"for (int k = {orders}; k > 0; --k)"
    yield "  r += weight[k - 1] * sum[k];"
    yield "return t + t * r;"


def _horner(variable: str, constants: Sequence[str]) -> str:
    """Return c_0 x^(n-1) + ... + c_(n-1)."""
    text = constants[0]
    for constant in constants[1:]:
        text = f"({text}) * {variable} + {constant}"
    return text


def _even(constants: Sequence[str], target: str, kind: str) -> Iterator[str]:
    """Evaluate r as a polynomial in q = z^2."""
    yield f"const {kind} q = z0 * z0;"
    yield f"const {kind} r = ({_horner('q', constants)}) * q;"
    yield f"return {target} + {target} * r;"


def _product(constants: Sequence[str], orders: int, kind: str) -> Iterator[str]:
    """Evaluate r in S = z0^2 + z1^2 and the square of t (docs/theory.md, section 4)."""
    yield f"const {kind} t = z0 * z1, square = t * t, sum = z1 * z1 + z0 * z0;"
    parts, start = [], 0
    for j in range(orders // 2, -1, -1):  # the coefficients of square^j, highest j first
        count = orders - 2 * j + (1 if j else 0)
        parts.append(constants[start : start + count])
        start += count
    *higher, lowest = (_horner("sum", part) for part in parts)
    if higher:
        text = higher[0]
        for part in higher[1:]:
            text = f"({text}) * square + ({part})"
        yield f"const {kind} r = ({text}) * square + ({lowest}) * sum;"
        yield "return t + t * r;"
    else:
        yield "(void)square;"
        yield f"return t + t * (({lowest}) * sum);"


def _long_product(constants: Sequence[str], kind: str) -> Iterator[str]:
    """Evaluate r = sum of c_(k-1) h_k by the recurrence of the h_k (docs/theory.md, section 4)."""
    yield f"static const {kind} c[] = {{{', '.join(constants)}}};"
    yield f"const {kind} t = z0 * z1;"
    yield f"const {kind} w1 = (z0 + z1) * (z0 + z1), w2 = (z0 - z1) * (z0 - z1);"
    yield f"{kind} power = w2, h = 1, r = 0;"
    yield f"for (int k = 0; k < {len(constants)}; ++k) {{"
    yield "  h = w1 * h + power;"
    yield "  r += c[k] * h;"
    yield "  power *= w2;"
    yield "}"
    yield "return t + t * r;"
