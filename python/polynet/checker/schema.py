"""The schema of certificates' files (JSON Schema 2020-12), made from the types of `claim`.

``python -m polynet.checker.schema`` prints it. It says what may stand where; `faults` says what
must fit together besides.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from .claim import Claim, Gate
from .limits import MAX_NUMBER_LENGTH, MAX_TEXT_LENGTH
from .reading import FORMAT, FORMAT_VERSION, HEXADECIMAL, RATIONAL

__all__ = ["schema"]


def schema() -> dict[str, Any]:
    """Return the schema, for `json`."""
    kinds: dict[str, Any] = {}
    top = _record(Claim, kinds)
    top["properties"] |= {"format": {"const": FORMAT}, "format_version": {"const": FORMAT_VERSION}}
    top["required"] += ["format", "format_version"]
    by_gates, by_neurons = (
        {"required": [own], "properties": {other: False}}
        for own, other in (("kernel", "layers"), ("layers", "kernel"))
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"polynet certificate, format version {FORMAT_VERSION}",
        "description": "What the entries mean is described in docs/checker.md.",
        **top,
        "if": {"properties": {"by": {"const": "gates"}}},
        "then": by_gates,
        "else": by_neurons,
        "$defs": {
            "number": {
                "description": "A float as float.hex of Python writes it.",
                "type": "string",
                "pattern": f"^{HEXADECIMAL.pattern}$",
            },
            "fraction": {
                "type": "string",
                "maxLength": MAX_NUMBER_LENGTH,
                "pattern": f"^{RATIONAL.pattern}$",
            },
            **kinds,
        },
    }


def _record(kind: Any, kinds: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object; those of the objects in it go to `kinds`, by name."""
    hints = get_type_hints(kind, include_extras=True)
    if kind is Gate:
        hints["stencil"] = int  # the place of one of the file's
    return {
        "type": "object",
        "required": [f.name for f in fields(kind) if f.default is MISSING],
        "properties": {name: _schema(hint, kinds) for name, hint in hints.items()},
        "additionalProperties": False,
    }


def _schema(kind: Any, kinds: dict[str, Any]) -> dict[str, Any]:
    origin, of = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {"$ref": "#/$defs/number"}
    if kind is Fraction:
        return {"$ref": "#/$defs/fraction"}
    if origin is Literal:
        return {"enum": list(of)}
    if origin is dict:
        return {"type": "array", "items": _tuple(of, kinds)}
    if origin is frozenset or (origin is tuple and of[1:] == (...,)):
        return {"type": "array", "items": _schema(of[0], kinds)}
    if origin is tuple:
        return _tuple(of, kinds)
    if isinstance(kind, type) and is_dataclass(kind):
        if kind.__name__ not in kinds:
            kinds[kind.__name__] = _record(kind, kinds)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if issubclass(kind, tuple):
        return _tuple(tuple(get_type_hints(kind, include_extras=True).values()), kinds)
    if kind is str:
        return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_LENGTH}
    return {"type": {int: "integer", bool: "boolean"}[kind]}


def _tuple(kinds_in_order: tuple[Any, ...], kinds: dict[str, Any]) -> dict[str, Any]:
    entries = [_schema(kind, kinds) for kind in kinds_in_order]
    return {"type": "array", "prefixItems": entries, "items": False, "minItems": len(entries)}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
