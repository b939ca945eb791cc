"""A text cut into tokens, and errors that show the place of one in it."""

from __future__ import annotations

import re
from itertools import islice
from typing import NoReturn

from ._exact import excerpt
from .errors import InvalidInputError, PolynetError, SizeLimitError

Span = tuple[int, int]
"""The first and the last token of a part of the text."""


MAX_TEXT_LENGTH = 600_000
"""Largest number of characters of an expression."""


class Tokens:
    """The tokens of a text without the blanks between them, then one empty token, its end.

    Parameters
    ----------
    text : str
    pattern : re.Pattern
        Matches every token and every stretch of blanks, without groups.
    what : str
        What the text is, for error messages.

    Raises
    ------
    SizeLimitError
        If the text is longer than MAX_TEXT_LENGTH.
    """

    def __init__(self, text: str, pattern: re.Pattern[str], what: str) -> None:
        if len(text) > MAX_TEXT_LENGTH:
            raise SizeLimitError(
                f"{what}: {len(text)} characters; at most {MAX_TEXT_LENGTH} are read: "
                "give it as a mapping {exponents: coefficient}"
            )
        self.text = text
        self.what = what
        self._pattern = pattern
        self.list = [token for token in pattern.findall(text) if not token.isspace()]
        self.list.append("")

    def refuse(
        self,
        reason: str,
        span: Span,
        remedy: str,
        *,
        error: type[PolynetError] = InvalidInputError,
    ) -> NoReturn:
        """Raise `error` about the tokens of a span, with its column counted from 1."""
        start, end = self._place(span)
        culprit = f"{excerpt(self.text[start:end])} at column {start + 1}"
        raise error(f"{self.what}: {reason} {culprit}; {remedy}") from None

    def refuse_first(
        self,
        reason: str,
        token: str,
        remedy: str,
        *,
        error: type[PolynetError] = InvalidInputError,
    ) -> NoReturn:
        """Raise `error` about the first of the tokens that read so."""
        place = self.list.index(token)
        self.refuse(reason, (place, place), remedy, error=error)

    def _place(self, span: Span) -> tuple[int, int]:
        # Errors are rare: only they pay for the positions.
        matches = (m for m in self._pattern.finditer(self.text) if not m[0].isspace())
        first = next(islice(matches, span[0], None))
        last = next(islice(matches, span[1] - span[0] - 1, None)) if span[1] > span[0] else first
        return first.start(), last.end()
