"""Packages that only some functions need."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import MissingPackageError


def require(module: str, extra: str) -> Any:
    """Import a module of the optional package that the extra of that name installs.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name != package:
            raise  # the package is there, but broken
        raise MissingPackageError(
            f'this needs the package {package}: pip install "polynet-gates[{extra}]"', name=package
        ) from None
