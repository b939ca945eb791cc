"""The fingerprint of a network: of everything that it is, and of nothing that is proved of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["NETWORK", "fingerprint"]

NETWORK = (
    "activation",
    "dtype",
    "form",
    "variables",
    "box",
    "bits",
    "origin",
    "polynomials",
    "scalar_output",
    "stencils",
    "hidden",
    "outputs",
)
"""The entries of a certificate's file that are the network. Its layers are made of them."""


def fingerprint(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of these entries, as JSON with sorted keys, no blanks and ASCII alone."""
    network = {name: data[name] for name in NETWORK}
    text = json.dumps(network, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()
