"""Networks in other people's software: one module and one function for each target.

`Network` has them as methods. What holds after an export is in docs/exports.md. The package that a
target is for is imported when it is needed.
"""

from ._c import to_c
from ._jax import to_jax
from ._onnx import to_onnx
from ._torch import to_torch
from ._vnnlib import to_vnnlib

__all__ = ["to_c", "to_jax", "to_onnx", "to_torch", "to_vnnlib"]
