"""A network as plain data for `json`, exactly, and its fingerprint.

The entries are those of a certificate's file (docs/checker.md, "The format").
"""

from __future__ import annotations

from typing import Any, TypeAlias

from . import _core
from .box import Box
from .checker.fingerprint import fingerprint
from .polynomial import Polynomial, core_terms

__all__ = ["Contents", "fingerprint_of", "network_data"]

Contents: TypeAlias = "tuple[_core.State, tuple[Polynomial, ...], Box, bool]"
"""All that a network is: its state, polynomials and box, whether its only output is a scalar."""


def fingerprint_of(contents: Contents) -> str:
    """Return the SHA-256 of a network; see `Network.fingerprint`."""
    return fingerprint(network_data(contents))


def network_data(contents: Contents) -> dict[str, Any]:
    """Return a network's entries in a certificate's file."""
    (activation, dtype, form, _, origin, hidden, outputs), polynomials, box, single = contents
    names = list(dict.fromkeys(gate[0] for _, gates in hidden for gate in gates))
    places = {name: place for place, name in enumerate(names)}
    return {
        "activation": activation,
        "dtype": dtype,
        "form": form,
        "variables": list(box.variables),
        "box": [[low.hex(), high.hex()] for low, high in zip(box.lower, box.upper, strict=True)],
        "bits": [box.variables.index(name) for name in box.bits],
        "origin": [o.hex() for o in origin],
        "polynomials": [
            {"terms": [[e, c] for e, c in terms], "local": [list(variable) for variable in local]}
            for terms, local in map(core_terms, polynomials)
        ],
        "scalar_output": single,
        "stencils": [_stencil(name) for name in names],
        "hidden": [
            {
                "operands": [_affine(form) for form in operands],
                "gates": [
                    {
                        "stencil": places[name],
                        "bias": bias.hex(),
                        "scale": scale.hex(),
                        "operands": list(indices),
                    }
                    for name, bias, scale, indices in gates
                ],
            }
            for operands, gates in hidden
        ],
        "outputs": [_affine(form) for form in outputs],
    }


def _stencil(name: str) -> dict[str, Any]:
    stencil = _core.Stencil(name)
    return {
        "name": name,
        "target": list(stencil.target),
        "nodes": [[weight, list(direction)] for weight, direction in stencil.nodes],
        "constant_weight": stencil.constant_weight,
    }


def _affine(form: tuple[list[tuple[int, float]], float]) -> dict[str, Any]:
    terms, constant = form
    return {"terms": [[k, w.hex()] for k, w in terms], "constant": constant.hex()}
