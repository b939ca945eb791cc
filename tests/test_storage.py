"""Networks in files: the same bit for bit, for ever, and nothing that a bad file can do."""

import json
import pickle
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cases
import polynet as pn
from polynet import storage

safetensors = pytest.importorskip("safetensors")

DATA = Path(__file__).parent / "data"
BOX = {"x": (-1, 1), "y": ("1/3", 2), "z": (-3, "-1e-3")}
EXPRESSION = "x*y*z - z**2/3 + x/7 - 12345678901234567890123456789/10"


@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("polynomial", [EXPRESSION, [EXPRESSION, "x"], ["x*y"], "7", "0", "x"])
def test_round_trip_is_bit_for_bit(tmp_path, polynomial, dtype, form):
    net = pn.compile(polynomial, BOX, dtype=dtype, form=form)
    path = tmp_path / "net.safetensors"
    net.save(path)
    twin = pn.load(path)
    assert twin == net
    assert hash(twin) == hash(net)
    assert twin._handle.state() == net._handle.state()
    assert repr(twin) == repr(net)
    points = cases.sample(net, 50, seed=0)
    for by in ("gates", "neurons"):
        values, expected = twin(points, by=by), net(points, by=by)
        assert values.shape == expected.shape
        assert values.tobytes() == expected.tobytes()
    assert twin.certify() == net.certify()
    twin.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("activation", pn.activation_names())
@pytest.mark.parametrize("case", cases.fpbench()[::5], ids=lambda case: case.name)
def test_every_kind_of_gate_is_kept(tmp_path, case, activation):
    for layers in (None, 1) if activation != "requ" else (None,):
        net = pn.compile(case.polynomial, case.box, activation=activation, hidden_layers=layers)
        net.save(str(tmp_path / "net.safetensors"))
        assert pn.load(str(tmp_path / "net.safetensors")) == net


def test_the_first_format_is_read_for_ever():
    net = pn.load(DATA / "network-1.safetensors")
    assert [str(p) for p in net.polynomials] == ["x*y**2 - 1/3*x + 1/10", "y**2"]
    assert net.box == pn.Box({"x": (-1, 1), "y": (0, "0.7")}, dtype="float32")
    assert (net.activation, net.dtype, net.form) == ("tanh", "float32", "factored")
    points = cases.sample(net, 100, seed=0)
    for by in ("gates", "neurons"):
        for k, bounds in enumerate(net.certify(by=by).outputs):
            errors = np.abs(net(points, by=by)[:, k] - cases.values(net.polynomials[k], points))
            assert np.max(errors) <= bounds.upper < 1e-2


def test_a_file_names_its_format():
    with safetensors.safe_open(DATA / "network-1.safetensors", framework="numpy") as file:
        assert json.loads(file.metadata()["polynet"])["format_version"] == 1


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Header and data of a small network's file."""
    path = tmp_path_factory.mktemp("parts") / "net.safetensors"
    pn.compile("x*y - x**2/3", {"x": (-1, 1), "y": (0, 2)}).save(path)
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def assemble(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def refused(path, raw, message=""):
    path.write_bytes(raw)
    with pytest.raises(pn.InvalidInputError, match=message):
        pn.load(path)


def test_every_truncation_is_refused(tmp_path, parts):
    raw = assemble(*parts)
    for length in [*range(0, len(raw), 97), len(raw) - 1]:
        refused(tmp_path / "cut", raw[:length], "no safetensors file")
    refused(tmp_path / "long", raw + b"\0", "no safetensors file")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"other": "{}"}, "not of a network"),
        ({"polynet": "[]"}, "format version None"),
        (
            {"polynet": '{"format_version": 3, "polynet_version": "9.9"}'},
            "version 3 .of polynet '9.9'",
        ),
        ({"polynet": '{"format_version": 1}'}, "'dtype' is missing|'variables' is missing"),
        ({"polynet": "{"}, "no safetensors file of a network"),
        ({"polynet": "[" * 200_000}, "no safetensors file of a network"),
        ({"polynet": "9" * 5000}, "no safetensors file of a network"),
    ],
)
def test_other_metadata_are_refused(tmp_path, parts, metadata, message):
    header, data = parts
    refused(tmp_path / "net", assemble(header | {"__metadata__": metadata}, data), message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "relu"}, "relu"),
        ({"activation": 3}, "damaged"),
        ({"dtype": "float32"}, "finite number of the dtype|box"),
        ({"dtype": "int8"}, "dtype"),
        ({"dtype": None}, "dtype"),
        ({"form": "flat"}, "flat"),
        ({"hidden_layers": 10**12}, "'hidden.1.gates.stencil' is missing"),
        ({"hidden_layers": -1}, "gate|damaged"),
        ({"hidden_layers": "1"}, "damaged"),
        ({"stencils": []}, "damaged"),
        ({"stencils": ["__import__('os')"] * 2}, "stencil|gate"),
        ({"stencils": [1, 2]}, "damaged"),
        ({"variables": ["x", "x"]}, "twice"),
        ({"variables": ["x", " y"]}, "variable name"),
        ({"variables": ["x"]}, "damaged"),
        ({"variables": "xy"}, "variables"),
        ({"coefficients": []}, "nothing refers to .polynomials"),
        ({"coefficients": [["1", "1", "1"]]}, "damaged"),
        ({"coefficients": [["nan", "1"]]}, "must be a number"),
        ({"coefficients": [["__import__('os').abort()", "1"]]}, "must be a number"),
        ({"coefficients": [["9" * 5000, "1"]]}, "characters"),
        ({"coefficients": 7}, "damaged"),
        ({"scalar_output": "yes"}, "outputs"),
    ],
)
def test_another_structure_is_refused(tmp_path, parts, change, message):
    header, data = parts
    structure = json.loads(header["__metadata__"]["polynet"]) | change
    metadata = {"polynet": json.dumps(structure)}
    refused(tmp_path / "net", assemble(header | {"__metadata__": metadata}, data), message)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, -1.0])
def test_other_numbers_are_refused(tmp_path, parts, value):
    header, data = parts
    first, last = header["hidden.0.gates.scale"]["data_offsets"]
    broken = data[:first] + struct.pack("<d", value) * ((last - first) // 8) + data[last:]
    path = tmp_path / "net"
    path.write_bytes(assemble(header, broken))
    with pytest.raises(pn.PolynetError):
        pn.load(path).certify()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 8))
def test_random_damage_gives_a_network_or_an_error(tmp_path, parts, seed, count):
    header, data = parts
    random = np.random.default_rng(seed)
    broken = bytearray(assemble(header, data) if seed % 2 else data)
    for _ in range(count):
        broken[random.integers(len(broken))] = random.integers(256)
    path = tmp_path / "net"
    path.write_bytes(bytes(broken) if seed % 2 else assemble(header, bytes(broken)))
    try:
        net = pn.load(path)
        net(np.zeros(len(net.box.variables)))
    except pn.PolynetError:
        pass


def test_a_network_of_enormous_degree_is_refused(tmp_path):
    net = pn.compile("x**2", {"x": (-1, 1)})
    *head, hidden, outputs = net._handle.state()
    for layers in (11, 500):
        state = (*head, hidden * layers, outputs)
        contents = (state, net.polynomials, net.box, True)
        deep = SimpleNamespace(_handle=net._handle, _identity=lambda contents=contents: contents)
        storage.save(deep, tmp_path / "net")
        with pytest.raises(pn.InvalidInputError, match="its degree exceeds 1024"):
            pn.load(tmp_path / "net")


def test_other_files_are_refused(tmp_path):
    refused(tmp_path / "pickle", pickle.dumps(pn.compile("x", {"x": (0, 1)})), "no safetensors")
    refused(tmp_path / "empty", b"", "no safetensors")
    safetensors.numpy.save_file({"w": np.zeros(2)}, tmp_path / "weights")
    with pytest.raises(pn.InvalidInputError, match="not of a network"):
        pn.load(tmp_path / "weights")
    with pytest.raises(FileNotFoundError):
        pn.load(tmp_path / "missing")
