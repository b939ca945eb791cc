"""Where an installed polynet keeps what other software builds and links against."""

from __future__ import annotations

import os

from . import _core

__all__ = ["get_cmake_dir", "get_include", "get_library"]

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
