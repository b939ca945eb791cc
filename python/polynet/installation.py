"""What an installed polynet computes with, and what others build and link against."""

from __future__ import annotations

import os
import platform
from typing import Any

import numpy as np

from . import _core

__all__ = ["get_cmake_dir", "get_include", "get_library", "show_config"]

_PACKAGE = os.path.dirname(__file__)


def get_include() -> str:
    """Return the folder of the C++ and C headers, for ``#include <polynet/polynet.hpp>``."""
    return os.path.join(_PACKAGE, "include")


def get_cmake_dir() -> str:
    """Return the folder of the CMake package: ``find_package(polynet CONFIG)`` with it as hint."""
    return os.path.join(_PACKAGE, "lib", "cmake", "polynet")


def get_library() -> str:
    """Return the shared library that exports the C functions of ``polynet/polynet.h``.

    For ctypes, cffi, Julia's ccall, numba and their like; a C or C++ program links
    ``polynet::polynet`` instead.
    """
    return str(_core.__file__)


def show_config() -> dict[str, Any]:
    """Return what a report of a fault should contain.

    Returns
    -------
    dict
        Versions of polynet, Python, NumPy, the compiler and Eigen; ``instruction_sets``, those of
        the kernels that this processor has, and ``instruction_set``, the one in use (the best, or
        what the environment variable ``POLYNET_ISA`` named at import); whether it has a fused
        multiply-add.
    """
    return {
        "polynet": _core.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        **_core.configuration(),
    }
