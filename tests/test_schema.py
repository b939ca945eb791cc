"""The schema of certificates' files: made from the types that the checker reads by."""

import copy
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from certificates import WAYS, data_of

import polynet as pn
from polynet.checker.claim import Claim
from polynet.checker.reading import read
from polynet.checker.schema import schema

jsonschema = pytest.importorskip("jsonschema")

FILES = {
    "far, shared, single": ("(x - 1000)**3 + x*y", {"x": (1000, 1001), "y": (0, "1/3")}, {}),
    "bits": (["s*t*x - t", "x"], {"s": "bit", "t": "bit", "x": (-1, 2)}, {"dtype": "float32"}),
    "no layer": ("x/3 - 1", {"x": (-1, 1)}, {}),
}


# What may be any text, and what is either True or False.
TEXTS = {"polynet_version", "fingerprint", "activation", "name"}
FLAGS = {"scalar_output", "activated"}


@pytest.fixture(scope="module", name="written", params=FILES)
def what_is_written(request):
    polynomial, box, options = FILES[request.param]
    return [data_of(polynomial, box, by, form, **options) for by, form in WAYS]


@pytest.fixture(scope="module", name="validator")
def made():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def places(data, path=()):
    """Every entry of a file, by the keys that lead to it."""
    yield path
    entries = enumerate(data) if isinstance(data, list) else getattr(data, "items", tuple)()
    for key, value in entries:
        yield from places(value, (*path, key))


def changed(data, path, value):
    data = copy.deepcopy(data)
    *path, last = path
    inner = data
    for key in path:
        inner = inner[key]
    if value is KeyError:
        del inner[last]
    else:
        inner[last] = value
    return data


def test_what_is_written_is_valid(written, validator):
    for data in written:
        validator.validate(data)


def test_no_entry_may_be_missing_or_of_another_type(written, validator):
    for data in written:
        seen = set()
        for path in places(data):
            kind = tuple("*" if isinstance(key, int) else key for key in path)
            if not path or kind in seen:
                continue
            seen.add(kind)
            is_text = path[-1] in TEXTS or path[:-1] == ("variables",)
            for value in (None, 0.5, {}, [{}], "", "1.0", True):
                fits = is_text if value == "1.0" else path[-1] in FLAGS and value is True
                assert validator.is_valid(changed(data, path, value)) == fits, (path, value)
            if isinstance(path[-1], str):
                assert not validator.is_valid(changed(data, path, KeyError)), path
        assert not validator.is_valid({**data, "more": 1})
        other = "layers" if data["by"] == "gates" else "kernel"
        assert not validator.is_valid({**data, other: []})


def test_the_reader_refuses_what_the_schema_does(written, validator):
    for data in written:
        read(data)
        for path in (("bounds", 0, "upper"), ("box", 0), ("outputs", 0, "terms"), ("by",)):
            for value in (None, 1e-9, "0x1p3", [["0"]], {}):
                wrong = changed(data, path, value)
                assert not validator.is_valid(wrong)
                with pytest.raises(ValueError, match="not a certificate"):
                    read(wrong)


def test_it_can_be_printed():
    run = subprocess.run(
        [sys.executable, "-m", "polynet.checker.schema"], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == schema()


def test_the_document_describes_every_entry():
    path = Path(__file__).parents[1] / "docs" / "checker.md"
    table = path.read_text("utf-8").partition("## The format")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name.strip().strip("`") for row in rows for name in row.split(",")}
    assert named == {"format", "format_version", *(field.name for field in fields(Claim))}


def test_older_formats_are_refused_by_name(written):
    for version in (1, 2, 4, "3", None):
        with pytest.raises(pn.InvalidInputError, match="this polynet reads 3"):
            pn.verify({**written[0], "format_version": version})
