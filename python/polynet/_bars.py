"""Progress bars, with tqdm or rich, whichever is installed."""

from __future__ import annotations

import importlib
import weakref
from typing import TYPE_CHECKING, Any

from .errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    Show = Callable[[int, str], None]

__all__ = ["bar"]


def bar(what: str, unit: str, total: int | None) -> Show:
    """Return a function that draws how many units are done, with a text.

    Raises
    ------
    InvalidInputError
        If neither package is installed.
    """
    for name, draw in (("tqdm", _tqdm_bar), ("rich.progress", _rich_bar)):
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        return draw(module, what, unit, total)
    raise InvalidInputError(
        "progress=True draws its bar with tqdm or rich; install one of them, or pass a function "
        "that is called with the progress"
    )


def _tqdm_bar(tqdm: Any, what: str, unit: str, total: int | None) -> Show:
    drawn = tqdm.tqdm(total=total, unit=unit, desc=what, leave=False)

    def show(done: int, text: str) -> None:
        drawn.set_description_str(text, refresh=False)
        drawn.update(done - drawn.n)

    return show


def _rich_bar(rich: Any, what: str, unit: str, total: int | None) -> Show:
    drawn = rich.Progress(transient=True, auto_refresh=False)
    task = drawn.add_task(what, total=total)
    drawn.start()

    def show(done: int, text: str) -> None:
        drawn.update(task, completed=done, description=text)
        drawn.refresh()

    # As tqdm's: until nobody can call it any more.
    weakref.finalize(show, drawn.stop)
    return show
