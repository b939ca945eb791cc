"""Networks in files: safetensors, the numbers as tensors, the structure in the metadata.

The tensors hold the gates exactly as the network does, in its dtype; affine forms are compressed
rows. Nothing in a file is executed, and nothing is believed: what is read goes through the same
checks as any other input.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arguments import as_path
from ._exact import excerpt
from ._floats import sound_floats
from ._names import check_names
from ._optional import require
from .activation import require_built_in
from .box import Box
from .errors import InvalidInputError, PolynetError, SizeLimitError
from .evaluation import Evaluable
from .network_data import Contents
from .polynomial import Polynomial

__all__ = ["FORMAT_VERSION", "read", "save"]

FORMAT_VERSION = 2
"""Written into every file; a change of the format gets the next number."""

# Before 2 there were no origins and units.
_READABLE = (1, FORMAT_VERSION)

# The safetensors format allows a header of at most so many bytes.
_MAX_HEADER = 100_000_000

T = TypeVar("T")
_Tensors: TypeAlias = dict[str, NDArray[Any]]
_Affine: TypeAlias = tuple[list[tuple[int, float]], float]


@sound_floats
def save(network: Evaluable, path: str | os.PathLike[str]) -> None:
    """Write the network to a safetensors file, which :func:`polynet.load` reads.

    Raises
    ------
    InvalidInputError
        If the activation is the user's own: its functions cannot be written.
    MissingPackageError
        Without the package safetensors: ``pip install "polynet-gates[safetensors]"``.
    """
    require_built_in(network._handle.activation)
    path = as_path(path)
    safetensors = require("safetensors.numpy", "safetensors")
    (activation, dtype, form, _, origin, hidden, outputs), polynomials, box, single = (
        network._identity()
    )
    tensors = {"box": np.array([box.lower, box.upper], dtype).T}
    if origin:
        tensors["origin"] = np.array(origin, dtype)
    names: list[str] = []
    for k, (operands, gates) in enumerate(hidden):
        tensors |= _pack_forms(f"hidden.{k}.operands", operands, dtype)
        prefix = f"hidden.{k}.gates"
        for gate in gates:
            if gate[0] not in names:
                names.append(gate[0])
        tensors[f"{prefix}.stencil"] = np.array([names.index(g[0]) for g in gates], np.int32)
        tensors[f"{prefix}.bias"] = np.array([gate[1] for gate in gates], dtype)
        tensors[f"{prefix}.scale"] = np.array([gate[2] for gate in gates], dtype)
        tensors |= _pack_lists(f"{prefix}.operands", [gate[3] for gate in gates])
    tensors |= _pack_forms("outputs", outputs, dtype)
    for k, polynomial in enumerate(polynomials):
        shape = (len(polynomial.terms), len(box.variables))
        tensors[f"polynomials.{k}.exponents"] = np.array(list(polynomial.terms), np.uint16).reshape(
            shape
        )
    structure = {
        "format_version": FORMAT_VERSION,
        "polynet_version": _core.__version__,
        "activation": activation,
        "dtype": dtype,
        "form": form,
        "hidden_layers": len(hidden),
        "stencils": names,
        "variables": box.variables,
        "bits": box.bits,
        "coefficients": [_texts(p.terms) for p in polynomials],
        "origins": [dict(zip(p.origin, _texts(p.origin), strict=True)) for p in polynomials],
        "units": [dict(zip(p.unit, _texts(p.unit), strict=True)) for p in polynomials],
        "scalar_output": single,
    }
    # One entry: safetensors writes several in random order.
    metadata = {"polynet": json.dumps(structure)}
    if len(metadata["polynet"]) > _MAX_HEADER // 2:
        raise SizeLimitError("the polynomials' coefficients are too long for a safetensors file")
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    safetensors.save_file(contiguous, path, metadata)


def _texts(numbers: Mapping[Any, Fraction]) -> list[str]:
    return [str(number) for number in numbers.values()]


def _pack_lists(name: str, lists: Sequence[Sequence[int]]) -> _Tensors:
    starts = np.cumsum([0, *map(len, lists)])
    return {
        f"{name}.start": starts.astype(np.int64),
        f"{name}.index": np.array([i for entries in lists for i in entries], np.int32),
    }


def _pack_forms(name: str, forms: Sequence[_Affine], dtype: str) -> _Tensors:
    tensors = _pack_lists(name, [[index for index, _ in terms] for terms, _ in forms])
    weights = [weight for terms, _ in forms for _, weight in terms]
    tensors[f"{name}.weight"] = np.array(weights, dtype)
    tensors[f"{name}.constant"] = np.array([constant for _, constant in forms], dtype)
    return tensors


def read(path: str | os.PathLike[str]) -> Contents:
    """Read what `save` wrote.

    Raises
    ------
    InvalidInputError
        If the file is not such a file, or is damaged; the message says what is wrong.
    """
    structure, tensors = _open(path)
    try:
        return _Reader(structure, tensors).contents()
    except (PolynetError, TypeError, ValueError, OverflowError) as error:
        reason = str(error)
    except (KeyError, IndexError) as error:
        reason = f"{excerpt(error.args[0])} is missing"
    raise InvalidInputError(f"{os.fspath(path)!r} is damaged: {reason}")


def _open(path: str | os.PathLike[str]) -> tuple[dict[str, Any], _Tensors]:
    """Return the structure and the tensors of a file whose format this version reads."""
    name = repr(os.fspath(path))
    safetensors = require("safetensors", "safetensors")
    try:
        with safetensors.safe_open(os.fspath(path), framework="numpy") as file:
            text = (file.metadata() or {}).get("polynet")
            if text is None:
                raise InvalidInputError(f"{name} is a safetensors file, but not of a network")
            structure = json.loads(text)
            _check_version(structure, name)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{name} is no safetensors file of a network: {error}") from None
    return structure, tensors


def _check_version(structure: object, name: str) -> None:
    version = structure.get("format_version") if isinstance(structure, dict) else None
    if version not in _READABLE:
        by = structure.get("polynet_version") if isinstance(structure, dict) else None
        raise InvalidInputError(
            f"{name} has the format version {excerpt(version)} (of polynet {excerpt(by)}); this "
            f"polynet reads {', '.join(map(str, _READABLE))}"
        )


class _Reader:
    """The parts of a file; raises KeyError, TypeError or ValueError where one does not fit."""

    def __init__(self, structure: Mapping[str, Any], tensors: _Tensors) -> None:
        self._structure, self._tensors = structure, tensors
        self._unread = set(tensors)

    def contents(self) -> Contents:
        structure, dtype = self._structure, self._structure["dtype"]
        variables = check_names(structure["variables"])
        box = self._box(variables, structure.get("bits", []), dtype)
        polynomials = tuple(
            self._polynomial(k, coefficients, variables)
            for k, coefficients in enumerate(structure["coefficients"])
        )
        origin = self._floats("origin").tolist() if "origin" in self._tensors else []
        hidden = [self._layer(k) for k in range(structure["hidden_layers"])]
        outputs = self._forms("outputs")
        if self._unread:
            raise ValueError(f"nothing refers to {excerpt(min(self._unread))}")
        single = structure["scalar_output"]
        if len(polynomials) != len(outputs) or single not in (False, len(outputs) == 1):
            raise ValueError(f"{len(outputs)} outputs for {len(polynomials)} polynomials")
        ranges = list(zip(box.lower, box.upper, strict=True))
        form = structure["form"]
        state = (structure["activation"], dtype, form, ranges, origin, hidden, outputs)
        return state, polynomials, box, single

    def _box(self, variables: tuple[str, ...], bits: Sequence[str], dtype: str) -> Box:
        ranges = dict(zip(variables, self._floats("box", 2).tolist(), strict=True))
        if any(ranges[name] != [0.0, 1.0] for name in bits):
            raise ValueError("the range of a bit is not [0, 1]")
        return Box(ranges | dict.fromkeys(bits, "bit"), dtype=dtype)

    def _layer(self, k: int) -> tuple[list[_Affine], list[tuple[str, float, float, list[int]]]]:
        prefix, names = f"hidden.{k}.gates", dict(enumerate(self._structure["stencils"]))
        stencils = [names[i] for i in self._integers(f"{prefix}.stencil").tolist()]
        biases, scales = (self._floats(f"{prefix}.{what}").tolist() for what in ("bias", "scale"))
        operands = self._divided(
            f"{prefix}.operands", self._integers(f"{prefix}.operands.index").tolist()
        )
        gates = list(zip(stencils, biases, scales, operands, strict=True))
        return self._forms(f"hidden.{k}.operands"), gates

    def _forms(self, name: str) -> list[_Affine]:
        weights = self._floats(f"{name}.weight").tolist()
        terms = list(zip(self._integers(f"{name}.index").tolist(), weights, strict=True))
        constants = self._floats(f"{name}.constant").tolist()
        return list(zip(self._divided(name, terms), constants, strict=True))

    def _divided(self, name: str, entries: list[T]) -> list[list[T]]:
        """Cut the entries where the tensor `start` says."""
        starts = self._integers(f"{name}.start").tolist()
        if starts[:1] != [0] or starts[-1] != len(entries) or starts != sorted(starts):
            raise ValueError(f"{name}.start does not divide {name}.index")
        return [entries[i:j] for i, j in pairwise(starts)]

    def _polynomial(
        self, k: int, coefficients: list[str], variables: tuple[str, ...]
    ) -> Polynomial:
        exponents = self._integers(f"polynomials.{k}.exponents", 2).tolist()
        terms = dict(zip(map(tuple, exponents), coefficients, strict=True))
        if len(terms) != len(coefficients):
            raise ValueError(f"polynomials.{k}.exponents has a row twice")
        origin, unit = (
            self._structure[what][k] if what in self._structure else {}
            for what in ("origins", "units")
        )
        return Polynomial(terms, variables, origin=origin, unit=unit)

    def _integers(self, name: str, dimensions: int = 1) -> NDArray[np.integer[Any]]:
        return self._tensor(name, dimensions, "iu")

    def _floats(self, name: str, dimensions: int = 1) -> NDArray[np.floating[Any]]:
        return self._tensor(name, dimensions, "f")

    def _tensor(self, name: str, dimensions: int, kinds: str) -> NDArray[Any]:
        tensor = self._tensors[name]
        self._unread.discard(name)
        if tensor.ndim != dimensions or tensor.dtype.kind not in kinds:
            raise ValueError(f"{name} has {tensor.ndim} dimensions of {tensor.dtype}")
        return tensor
