"""Boxes: the inputs' ranges, with floating-point endpoints rounded outward, and bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from ._arguments import as_dtype
from ._exact import ExactNumber, excerpt, is_several, outward, to_fraction
from ._floats import sound_floats
from ._names import check_names
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__all__ = ["Box", "BoxLike", "parse_box"]

Range: TypeAlias = Sequence[ExactNumber] | Literal["bit"]

_BIT: Literal["bit"] = "bit"


@dataclass(frozen=True, init=False, repr=False, slots=True)
class Box:
    """A closed range for each input: immutable, hashable, picklable.

    The endpoints are rounded outward to `dtype`, so the box contains the exact box that was given
    and also every point of that box after rounding to `dtype`. A range may be a single point. An
    input may be a bit: its only values are 0 and 1.

    Parameters
    ----------
    ranges : mapping of name to range, or sequence of ranges
        A range is a pair (lower, upper) or the word "bit". The mapping's order is the order of the
        inputs; in a sequence they are named x0, x1, .... A name is any text, or a SymPy symbol.
        An endpoint is an int, float, Fraction, Decimal, numpy scalar or a text such as '3969/625',
        '-0.5' or '1e-3' (exact).
    dtype : {"float64", "float32"}
        The format whose values the endpoints must be; they are kept as Python floats.

    Attributes
    ----------
    variables : tuple of str
        The names of the inputs, in order.
    lower, upper : tuple of float
        The endpoints of each input; 0 and 1 for bits.
    bits : tuple of str
        The names of the inputs that are bits, in order.

    Raises
    ------
    InvalidInputError
        If there is no input, a name is no text, or a range is not two finite endpoints
        in order within the range of `dtype`.
    SizeLimitError
        If there are too many inputs or an endpoint has too many digits.

    Examples
    --------
    >>> Box({"x": (-1, 1), "y": ("0.1", "3969/625"), "s": "bit"})
    Box({'x': (-1.0, 1.0), 'y': (0.09999999999999999, 6.3504000000000005), 's': 'bit'})
    """

    variables: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    bits: tuple[str, ...]

    @sound_floats
    def __init__(
        self, ranges: Mapping[str, Range] | Iterable[Range], *, dtype: DTypeLike = "float64"
    ) -> None:
        dtype = as_dtype(dtype)
        named = _named(ranges)
        names = check_names(named)
        if not names:
            raise InvalidInputError("the box is empty; give a range for at least one variable")
        given = dict(zip(names, named.values(), strict=True))
        pairs = [_range(name, pair, dtype) for name, pair in given.items()]
        object.__setattr__(self, "variables", names)
        object.__setattr__(self, "lower", tuple(lower for lower, _ in pairs))
        object.__setattr__(self, "upper", tuple(upper for _, upper in pairs))
        object.__setattr__(self, "bits", tuple(name for name in names if _is_bit(given[name])))

    @classmethod
    def coerce(cls, obj: BoxLike, *, dtype: DTypeLike = "float64") -> Box:
        """Return `obj` as a box: itself if it is one in `dtype`, otherwise Box(obj)."""
        if isinstance(obj, Box):
            box = cls(obj._ranges(), dtype=dtype)
            return obj if box == obj else box
        return cls(obj, dtype=dtype)

    @property
    def bit_marks(self) -> list[bool]:
        """For each input whether it is a bit; empty if none is, as the core takes it."""
        return [name in self.bits for name in self.variables] if self.bits else []

    def _ranges(self) -> dict[str, Range]:
        pairs = zip(self.lower, self.upper, strict=True)
        ranges: dict[str, Range] = dict(zip(self.variables, pairs, strict=True))
        return ranges | dict.fromkeys(self.bits, _BIT)

    def __repr__(self) -> str:
        """Show the call that gives this box."""
        return f"Box({self._ranges()!r})"

    def __reduce__(self) -> tuple[type[Box], tuple[object, ...]]:
        """Pickle by the ranges, which reads back through the checks."""
        return Box, (self._ranges(),)


BoxLike: TypeAlias = Box | Mapping[str, Range] | Iterable[Range]
"""What `Box.coerce` accepts."""


def parse_box(texts: Sequence[str]) -> dict[str, Range]:
    """Return the exact ranges of texts such as 'x=-1:1', 'y=4:3969/625' or 's=bit'.

    Raises
    ------
    InvalidInputError
        If a text does not have this form, or two name the same variable.
    SizeLimitError
        If there are too many inputs or an endpoint has too many digits.
    """
    if isinstance(texts, str):
        raise InvalidInputError(f"give a list of texts, not the text {excerpt(texts)}")
    ranges: dict[str, Range] = {}
    for text in texts:
        name, equals, ends = text.rpartition("=")
        lower, colon, upper = ends.partition(":")
        if not equals or not (colon or _is_bit(ends.strip())):
            raise InvalidInputError(
                f"the range {excerpt(text)} must read name=lower:upper, such as x=-1:1, or name=bit"
            )
        try:
            (name,) = check_names([_unquoted(name.strip())])
        except InvalidInputError as error:
            raise InvalidInputError(f"the range {excerpt(text)}: {error}") from None
        if name in ranges:
            raise InvalidInputError(f"the range {excerpt(text)} names {name} again; name it once")
        if not colon:
            ranges[name] = _BIT
            continue
        ranges[name] = (
            to_fraction(lower, f"the lower end of {excerpt(text)}"),
            to_fraction(upper, f"the upper end of {excerpt(text)}"),
        )
    return ranges


def _unquoted(name: str) -> str:
    """Return the name in braces, in which an expression quotes it; others as they are."""
    return name[1:-1] if name.startswith("{") and name.endswith("}") else name


def _is_bit(given: object) -> bool:
    return isinstance(given, str) and given == _BIT


def _named(ranges: object) -> dict[str, object]:
    if isinstance(ranges, Mapping) or (hasattr(ranges, "keys") and hasattr(ranges, "items")):
        return dict(ranges.items())  # pandas' Series and DataFrame too
    if isinstance(ranges, (str, bytes, Set)) or not is_several(ranges):
        raise InvalidInputError(
            "the box must be a mapping of name to (lower, upper) or 'bit', or a sequence of these, "
            f"not {excerpt(ranges)}"
        )
    return {f"x{i}": pair for i, pair in enumerate(ranges)}


def _range(name: str, pair: object, dtype: str) -> tuple[float, float]:
    """Return the endpoints of one input, rounded outward."""
    if _is_bit(pair):
        return 0.0, 1.0
    if isinstance(pair, (str, bytes, bytearray, range, Set, Mapping)) or not is_several(pair):
        raise InvalidInputError(
            f"the range of {name} must be a pair (lower, upper) or 'bit', not {excerpt(pair)}"
        )
    ends = tuple(pair)
    if len(ends) != 2:
        raise InvalidInputError(
            f"the range of {name} must be a pair (lower, upper), not {len(ends)} values: "
            f"{excerpt(ends)}"
        )
    lower, upper = (
        to_fraction(end, f"the {side} end of {name}")
        for side, end in zip(("lower", "upper"), ends, strict=True)
    )
    if lower > upper:
        raise InvalidInputError(
            f"the range of {name} is reversed: {excerpt(ends)}; give the lower end first"
        )
    try:
        return outward(lower, dtype)[0], outward(upper, dtype)[1]
    except OverflowError as error:
        raise InvalidInputError(
            f"the range of {name}, {excerpt(ends)}, is {error}; give smaller endpoints"
        ) from None
