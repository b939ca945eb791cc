"""Exact arithmetic without floating point: numbers, and sparse sums of monomials.

Everything here is integer arithmetic, so no result depends on the thread's rounding mode.

A sum of monomials in n variables is a dict from a packed exponent to a nonzero Fraction. The packed
exponent holds n + 1 fields of 16 bits, the total degree in the highest, then the exponents of the
variables in order: adding two keys multiplies the monomials (MAX_DEGREE keeps every field far from
a carry), and descending keys are the graded lexicographic order.
"""

import numbers
import operator
import re
import struct
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache, reduce
from math import comb, lcm, ldexp
from typing import Any, Protocol, SupportsIndex, TypeAlias, TypeGuard

from ._foreign_numbers import is_foreign_number, read_foreign_number
from .errors import InvalidInputError, SizeLimitError

MAX_DEGREE = 512
"""Largest total degree of a polynomial and of every intermediate product."""
MAX_TERMS = 200_000
"""Largest number of terms of a polynomial and of every intermediate product."""
MAX_VARIABLES = 256
"""Largest number of variables."""
MAX_BITS = 4096
"""Largest bit length of a numerator and of a denominator (about 1230 decimal digits)."""
MAX_PRODUCTS = 1_000_000
"""Largest number of term-by-term products of one operation or of one text (about a second)."""
MAX_NUMBER_LENGTH = 4096
"""Largest number of characters of one number; below Python's own limit for int(text)."""


class SupportsRatio(Protocol):
    """A number that is an exact ratio: int, float, Fraction, Decimal, numpy floating scalars."""

    def as_integer_ratio(self) -> tuple[int, int]: ...


ExactNumber: TypeAlias = str | SupportsRatio | SupportsIndex
"""What `to_fraction` reads; SupportsIndex stands for numpy's integer scalars."""

Terms: TypeAlias = dict[int, Fraction]
"""Packed exponent -> nonzero coefficient."""

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_NUMBER = re.compile(
    rf"[+-]?(?:{_DIGITS}\s*/\s*{_DIGITS}"
    rf"|(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE](?P<exponent>[+-]?[0-9]+))?)"
)
# Precision, least and greatest exponent of a normal number: IEEE 754-2019, table 3.2.
_FORMATS = {"float64": (53, -1022, 1023), "float32": (24, -126, 127)}


def excerpt(value: object, length: int = 40) -> str:
    """`value` quoted for an error message, cut after `length` characters."""
    if isinstance(value, str):
        return repr(value if len(value) <= length else value[:length] + "...")
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        return f"a {type(value).__name__} with too many digits to show"
    return text if len(text) <= length else text[:length] + "..."


def is_several(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether a value can be iterated over; NumPy's arrays of no dimension only look as if."""
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) != 0


def to_fraction(value: object, what: str) -> Fraction:
    """Return the exact value of a number; `what` names it in the error message.

    Reads int, Fraction, float, Decimal, numpy integer and floating scalars, numbers of SymPy,
    mpmath, gmpy2 and python-flint, and text such as '3969/625', '-0.5' or '1e-3'. A float of any
    precision counts as its exact binary value, text as the exact decimal.

    Raises
    ------
    InvalidInputError
        If the value is not a finite number of these kinds (bool is refused).
    SizeLimitError
        If its numerator or denominator is longer than MAX_BITS bits.
    """
    if isinstance(value, str):
        number = _read_number(value, what)
    elif not is_number(value):
        raise InvalidInputError(
            f"{what} must be an int, float, Fraction, Decimal or a text such as '1/3' or '0.1', "
            f"not {excerpt(value)} of type {type(value).__name__}"
        )
    elif isinstance(value, numbers.Rational):
        number = Fraction(int(value.numerator), int(value.denominator))
    else:
        number = _read_float(value, what)
    check_bits(number, what)
    return number


def _read_float(value: SupportsRatio, what: str) -> Fraction:
    read: Fraction | None = None
    try:
        if is_foreign_number(value):
            read = read_foreign_number(value, MAX_BITS)
        # A Decimal such as 1e999999999 must not be multiplied out first.
        elif not (
            isinstance(value, Decimal)
            and value.is_finite()
            and abs(int(value.as_tuple().exponent)) > MAX_BITS
        ):
            read = Fraction(*map(int, value.as_integer_ratio()))
    except (OverflowError, ValueError):
        raise InvalidInputError(f"{what} must be finite, not {excerpt(value)}") from None
    if read is None:
        raise SizeLimitError(f"{what} is {excerpt(value)}: its exponent exceeds {MAX_BITS}")
    return read


def is_number(value: object) -> TypeGuard[SupportsRatio]:
    """Whether the type is a number that `to_fraction` reads; NaN and infinities count too."""
    exact = isinstance(value, numbers.Rational) or (
        isinstance(value, (numbers.Real, Decimal)) and hasattr(value, "as_integer_ratio")
    )
    return (exact and not isinstance(value, bool)) or is_foreign_number(value)


def _read_number(text: str, what: str) -> Fraction:
    if len(text) > MAX_NUMBER_LENGTH:
        raise SizeLimitError(
            f"{what} has {len(text)} characters; at most {MAX_NUMBER_LENGTH} are read"
        )
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError(
            f"{what} must be a number such as '1/3', '-0.5' or '1e-3', not {excerpt(text)}"
        )
    if abs(int(match["exponent"] or 0)) > MAX_BITS:
        raise SizeLimitError(f"{what} is {excerpt(text)}: its exponent exceeds {MAX_BITS}")
    try:
        return Fraction("".join(match[0].replace("_", "").split()))
    except ZeroDivisionError:
        raise InvalidInputError(f"{what} is {excerpt(text)}: the denominator is zero") from None


def check_bits(number: Fraction, what: str) -> None:
    """Refuse a number whose numerator or denominator exceeds MAX_BITS bits."""
    bits = max(number.numerator.bit_length(), number.denominator.bit_length())
    if bits > MAX_BITS:
        raise SizeLimitError(
            f"{what} needs {bits} bits as an exact fraction; at most {MAX_BITS} are kept"
        )


def outward(number: Fraction, dtype: str) -> tuple[float, float]:
    """Return the largest value of `dtype` <= number and the smallest one >= number.

    Raises
    ------
    OverflowError
        If one of the two would be infinite.
    """
    precision, least, greatest = _FORMATS[dtype]
    n, d = number.numerator, number.denominator
    # 2^exponent <= |n/d| < 2^(exponent + 1); below the normal numbers the spacing stays constant.
    exponent = abs(n).bit_length() - d.bit_length()
    if abs(n) << max(-exponent, 0) < d << max(exponent, 0):
        exponent -= 1
    shift = max(exponent, least) - precision + 1
    below, rest = divmod(n << max(-shift, 0), d << max(shift, 0))
    above = below + 1 if rest else below
    limit = (2**precision - 1) << (greatest - precision + 1)
    if max(abs(below), abs(above)) << max(shift, 0) > limit:
        raise OverflowError(f"beyond the range of {dtype}")
    return ldexp(below, shift), ldexp(above, shift)


@cache
def _packer(count: int) -> struct.Struct:
    return struct.Struct(f">{count + 1}H")


def pack(exponents: tuple[int, ...]) -> int:
    """Return the key of the monomial with these exponents (sum at most MAX_DEGREE)."""
    packed = _packer(len(exponents)).pack(sum(exponents), *exponents)
    return int.from_bytes(packed, "big")


def unpack(key: int, count: int) -> tuple[int, ...]:
    """Return the exponents of the `count` variables."""
    return _packer(count).unpack(key.to_bytes(2 * count + 2, "big"))[1:]


def check_exponents(key: object, variables: tuple[str, ...]) -> tuple[int, ...]:
    """Exponents as a tuple: a nonnegative integer per variable; for one variable itself."""
    parts = key if isinstance(key, tuple) else (key,)
    valid = len(parts) == len(variables)
    valid = valid and not any(isinstance(e, bool) or not hasattr(e, "__index__") for e in parts)
    exponents = tuple(operator.index(e) for e in parts) if valid else ()
    if not valid or min(exponents, default=0) < 0:
        raise InvalidInputError(
            f"the exponents {excerpt(key)} must be {len(variables)} nonnegative integers, one for "
            f"each of the variables {excerpt(', '.join(variables))}"
        )
    if sum(exponents) > MAX_DEGREE:
        raise SizeLimitError(f"the exponents {excerpt(key)} exceed the degree {MAX_DEGREE}")
    return exponents


def degree(terms: Terms, count: int) -> int:
    """Total degree; 0 for the zero polynomial."""
    return max(terms, default=0) >> (16 * count)


def add_into(total: Terms, terms: Terms, factor: int = 1) -> None:
    """Add `factor` * `terms` to `total` in place."""
    for key, coefficient in terms.items():
        value = total.get(key, 0) + factor * coefficient
        if value:
            check_bits(value, "a coefficient")
            total[key] = value
        else:
            del total[key]
    _check_count(total)


def multiply(a: Terms, b: Terms, count: int) -> Terms:
    """Return the product of two sums, within the limits of this module."""
    a, b = (a, b) if len(a) >= len(b) else (b, a)
    check_products(len(a) * len(b))
    _check_degree(degree(a, count) + degree(b, count))
    product = _multiply_monomial(a, b) if len(b) == 1 else _multiply_sums(a, b)
    _check_count(product)
    for coefficient in product.values():
        check_bits(coefficient, "a coefficient")
    return product


def _multiply_monomial(terms: Terms, monomial: Terms) -> Terms:
    ((key, factor),) = monomial.items()
    return {k + key: c * factor for k, c in terms.items()}


def _multiply_sums(a: Terms, b: Terms) -> Terms:
    # Over a common denominator the inner loop is integer arithmetic, tenfold faster.
    (a_numerators, a_scale), (b_numerators, b_scale) = _scaled(a), _scaled(b)
    sums: dict[int, int | Fraction] = {}
    for a_key, a_value in a_numerators.items():
        for b_key, b_value in b_numerators.items():
            key = a_key + b_key
            sums[key] = sums.get(key, 0) + a_value * b_value
    scale = a_scale * b_scale
    return {key: Fraction(value, scale) for key, value in sums.items() if value}


def power(base: Terms, exponent: int, count: int) -> Terms:
    """Return `base` to a nonnegative power, within the limits of this module; 0**0 is 1."""
    if exponent == 0:
        return {0: Fraction(1)}
    check_products(power_products(base, exponent, count))
    if len(base) == 1:
        ((key, value),) = base.items()
        bits = max(abs(value.numerator).bit_length(), value.denominator.bit_length()) - 1
        if bits * exponent > MAX_BITS:
            raise SizeLimitError(
                f"a coefficient needs more than {MAX_BITS} bits as an exact fraction"
            )
        value **= exponent
        check_bits(value, "a coefficient")
        return {key * exponent: value}
    # One factor after the other: for sparse sums cheaper than squaring.
    result = base
    for _ in range(exponent - 1 if base else 0):
        result = multiply(result, base, count)
    return result


def power_products(base: Terms, exponent: int, count: int) -> int:
    """Upper bound of the term products that `power` needs, or a number beyond MAX_PRODUCTS.

    Raises SizeLimitError if the degree of the power exceeds MAX_DEGREE.

    base**j has at most C(t + j - 1, j) terms (the multisets of j out of t terms) and at most
    C(v + j d, v) (the monomials of degree <= j d in v variables).
    """
    t, d = len(base), degree(base, count)
    _check_degree(d * exponent)
    if t <= 1:
        return 1
    v = sum(1 for e in unpack(reduce(operator.or_, base), count) if e)
    products = 0
    for j in range(1, exponent):
        products += t * min(comb(t + j - 1, j), comb(v + j * d, v))
        if products > MAX_PRODUCTS:
            break
    return products


def check_products(products: int) -> None:
    """Refuse an expansion that needs more than MAX_PRODUCTS term products."""
    if products > MAX_PRODUCTS:
        raise SizeLimitError(
            f"multiplying out needs more than {MAX_PRODUCTS} term-by-term products"
        )


def _check_degree(value: int) -> None:
    if value > MAX_DEGREE:
        raise SizeLimitError(f"the degree exceeds {MAX_DEGREE}")


def _check_count(terms: Terms) -> None:
    if len(terms) > MAX_TERMS:
        raise SizeLimitError(f"more than {MAX_TERMS} terms")


def _scaled(terms: Terms) -> tuple[dict[int, int] | Terms, int]:
    """Numerators over a common denominator, or the terms themselves where it would be long."""
    scale = common_denominator(terms.values())
    if scale is None:
        return terms, 1
    return {k: c.numerator * (scale // c.denominator) for k, c in terms.items()}, scale


def common_denominator(values: Iterable[Fraction]) -> int | None:
    """Return the least common denominator, or None if it exceeds MAX_BITS bits."""
    scale = 1
    for value in values:
        if scale % value.denominator:
            scale = lcm(scale, value.denominator)
            if scale.bit_length() > MAX_BITS:
                return None
    return scale


def evaluate(terms: Mapping[tuple[int, ...], Fraction], values: list[Fraction]) -> Fraction:
    """Return sum of coefficient * product of values**exponents."""
    # With x_i = n_i / d the sum is homogenised to integers over scale * d**degree: Fractions
    # would cancel common factors at every step.
    d = lcm(*(value.denominator for value in values))
    numerators = [value.numerator * (d // value.denominator) for value in values]
    degree = max((sum(exponents) for exponents in terms), default=0)
    scale = common_denominator(terms.values()) or 1
    total: int | Fraction = 0
    for exponents, coefficient in terms.items():
        product = d ** (degree - sum(exponents))
        for n, e in zip(numerators, exponents, strict=True):
            if e:
                product *= n**e
        scaled = coefficient * scale
        total += product * (scaled.numerator if scaled.denominator == 1 else scaled)
    value: Fraction = Fraction(total) / (scale * d**degree)
    return value
