"""PyTorch: a plain Sequential of Linear and activation modules."""

from __future__ import annotations

from functools import cache
from typing import Any

from .._floats import sound_floats
from .._optional import require
from ..evaluation import Evaluable
from ._shared import activation_for

# Names in torch.nn, with arguments. torch's softplus is x beyond its threshold: at 40 that is
# right to the last bit, by default (20) it is not.
MODULES: dict[str, tuple[str, dict[str, Any]]] = {
    "gelu": ("GELU", {}),
    "gelu_tanh": ("GELU", {"approximate": "tanh"}),
    "logistic": ("Sigmoid", {}),
    "mish": ("Mish", {}),
    "silu": ("SiLU", {}),
    "softplus": ("Softplus", {"threshold": 40.0}),
    "tanh": ("Tanh", {}),
}


@sound_floats
def to_torch(network: Evaluable) -> Any:
    """Return the layers as a ``torch.nn.Sequential``: (N, n) -> (N, m), in the network's dtype.

    Linear modules and torch's own activation modules; a small module calls the function where
    torch has no module. Picklable, scriptable as any Sequential is.

    Raises
    ------
    InvalidInputError
        If the activation is the user's own.
    MissingPackageError
        Without the package torch: ``pip install "polynet-gates[torch]"``.
    """
    torch = require("torch", "torch")
    modules = []
    for weight, bias, activation in network.layers:
        rows, columns = weight.shape
        # Without torch's random initialisation, which would use up the caller's random numbers.
        linear = torch.nn.utils.skip_init(
            torch.nn.Linear, columns, rows, dtype=getattr(torch, network.dtype)
        )
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        modules.append(linear)
        if activation in MODULES:
            kind, arguments = MODULES[activation]
            modules.append(getattr(torch.nn, kind)(**arguments))
        elif activation is not None:
            modules.append(function_module(activation))
    return torch.nn.Sequential(*modules)


def function_module(name: str) -> Any:
    """Return a module for an activation that torch.nn has no module for."""
    return _function_class()(name)


@cache
def _function_class() -> Any:
    torch = require("torch", "torch")
    functions = {
        "algebraic": lambda x: x / torch.sqrt(1 + x * x),
        "arctan": torch.atan,
        "cos": torch.cos,
        "erf": torch.erf,
        "exp": torch.exp,
        "gaussian": lambda x: torch.exp(-x * x / 2),
        "logcosh": lambda x: torch.log1p(2 * torch.sinh(x / 2) ** 2),
        "requ": lambda x: torch.relu(x) ** 2,
        "sin": torch.sin,
    }

    class Function(torch.nn.Module):  # type: ignore[misc, name-defined]
        """An activation by name; without parameters."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.function = activation_for(functions | MODULES, name, "torch")
            self.name = name

        def forward(self, x: Any) -> Any:
            return self.function(x)

        def extra_repr(self) -> str:
            return self.name

        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return function_module, (self.name,)

    return Function
