"""What this installation computes with."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np

from . import _core

__all__ = ["show_config"]


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
