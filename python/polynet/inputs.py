"""What a user hands over as polynomials and their box, told apart once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ._exact import MAX_TERMS, is_number, is_several
from .box import Box, BoxLike
from .convert import check_symbols, read
from .errors import InvalidInputError, SizeLimitError
from .polynomial import Polynomial

__all__ = ["name_ranges", "outputs_of", "read_polynomials"]

# Sequences of characters or numbers, never of polynomials.
_NO_LISTS = (str, bytes, bytearray, memoryview, range)


def outputs_of(given: object) -> tuple[list[Any], bool]:
    """Return the polynomials one by one, and whether a single one was given, not a sequence.

    Raises
    ------
    InvalidInputError
        If there is none, or a list of numbers.
    SizeLimitError
        If an iterator does not end within MAX_TERMS polynomials.
    """
    if not isinstance(given, Sequence | Iterator) or isinstance(given, _NO_LISTS):
        return [given], True
    outputs = list(islice(iter(given), MAX_TERMS + 1))
    if not outputs:
        raise InvalidInputError("at least one polynomial is needed, the sequence is empty")
    if len(outputs) > MAX_TERMS:
        raise SizeLimitError(f"more than {MAX_TERMS} polynomials")
    if all(is_number(output) for output in outputs):
        raise InvalidInputError(
            "a list of numbers is no list of polynomials; give coefficients as {exponents: "
            "coefficient} or numpy.polynomial.Polynomial(coefficients), constants as texts"
        )
    return outputs, False


def read_polynomials(
    outputs: Sequence[Any], single: bool, box: object, variables: Sequence[str]
) -> tuple[tuple[Polynomial, ...], bool]:
    """Return polynomials over the variables; one object of another package may hold several.

    Parameters
    ----------
    outputs, single
        What `outputs_of` returned.
    box
        As given: its keys may be SymPy symbols, which must be those of the polynomials.
    variables : sequence of str
        The names of the box.
    """
    check_symbols([*outputs, *(box if isinstance(box, Mapping) else ())])
    foreign = read(outputs[0], variables) if single else None
    if foreign is None:
        return tuple(Polynomial.coerce(p, variables) for p in outputs), single
    return tuple(
        Polynomial(terms, variables, origin=foreign.origin, unit=foreign.unit)
        for terms in foreign.outputs
    ), foreign.single


def name_ranges(box: BoxLike, outputs: Sequence[Any]) -> BoxLike:
    """Return a sequence of ranges as a mapping, with the names of the polynomials given with it.

    Raises
    ------
    InvalidInputError
        If the polynomials have different variables, or not one for each range.
    """
    names = {p.variables for p in outputs if isinstance(p, Polynomial)}
    if not names or isinstance(box, Box | Mapping | str) or not is_several(box):
        return box
    ranges = list(box)
    if len(names) > 1:
        raise InvalidInputError(
            "the polynomials have different variables; give the box as {name: range}"
        )
    (variables,) = names
    if len(variables) != len(ranges):
        raise InvalidInputError(
            f"the box has {len(ranges)} ranges for the variables {', '.join(variables) or 'none'}; "
            "give one for each, or {name: range}"
        )
    return dict(zip(variables, ranges, strict=True))
