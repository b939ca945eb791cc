"""Certificates survive the way through a file, and files from strangers do no harm."""

import contextlib
import dataclasses
import json
import pickle

import pytest
from certificates import sealed

import polynet as pn

BOX = {"x": (-1, 1), "y": (0, "1/3")}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("by", "form"), [("gates", "factored"), ("neurons", "merged")])
def test_network_and_certificate_come_back_as_they_were(tmp_path, by, form, dtype):
    path = tmp_path / "certificate.json"
    net = pn.compile(["x*y - 1/3", "x**3"], BOX, dtype=dtype, form=form)
    certificate = net.certify(by=by)
    net.save_certificate(path, certificate)
    loaded_net, loaded = pn.load_certificate(path)
    assert loaded_net == net
    assert loaded == certificate
    again = tmp_path / "again.json"
    loaded_net.save_certificate(again, loaded)
    assert again.read_bytes() == path.read_bytes()


def test_scalar_outputs_come_back_as_scalars(tmp_path):
    net = pn.compile("x*y", BOX)
    net.save_certificate(tmp_path / "c.json", net.certify())
    loaded, _ = pn.load_certificate(tmp_path / "c.json")
    assert loaded([0.5, 0.25]).shape == net([0.5, 0.25]).shape == ()


def test_one_polynomial_in_a_sequence_comes_back_as_that(tmp_path):
    net = pn.compile(["x*y"], BOX)
    net.save_certificate(tmp_path / "c.json", net.certify())
    loaded, _ = pn.load_certificate(tmp_path / "c.json")
    assert loaded([0.5, 0.25]).shape == net([0.5, 0.25]).shape == (1,)
    assert loaded == net


def test_certificate_of_another_network_is_not_saved(tmp_path):
    net, other = pn.compile("x*y", BOX), pn.compile("x*y + 1", BOX)
    for certificate in (
        pn.compile("x*y", BOX, dtype="float32").certify(),
        net.merged().certify(),
        pn.compile(["x*y", "x"], BOX).certify(),
        pn.compile(["x*y"], BOX).certify(),
        pn.compile("x*y", BOX, scale=0.01).certify(),
        pn.compile("x*y", {"x": (-1, 1), "y": (0, "1/4")}).certify(),
        other.certify(),
    ):
        with pytest.raises(pn.InvalidInputError, match="another network"):
            net.save_certificate(tmp_path / "c.json", certificate)
    assert not (tmp_path / "c.json").exists()


def test_gate_without_a_kernel_cannot_be_saved_by_gates(tmp_path):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=4.0)
    assert net._handle.uses_neurons
    certificate = net.certify()
    with pytest.raises(pn.NotCertifiedError, match="neurons"):
        net.save_certificate(tmp_path / "c.json", certificate)


def reversed_bounds(name):
    def change(data):
        bounds = data["bounds"][0]
        bounds[f"{name}lower"] = (2 * float.fromhex(bounds[f"{name}upper"])).hex()

    return change


def scaled(data, *path, by=0.5):
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = (by * float.fromhex(data[path[-1]])).hex()


# Each makes a file of what is not proved, not loaded or not evaluated; nothing else is wrong.
OTHERS = {
    "stencils": lambda d: d["stencils"][0].update(target=[2, 1]),
    "layers": lambda d: scaled(d, "layers", 0, "rows", 0, 0, 1, by=1 + 2.0**-52),
    "a weight of 0": lambda d: d["layers"][0]["rows"][0].append([1, (0.0).hex()]),
    "value": lambda d: scaled(d, "bounds", 0, "value", by=1 + 2.0**-52),
    "kernel": lambda d: scaled(d, "kernel", 0, 0, 0),
    "activation_ulp": lambda d: scaled(d, "activation_ulp", by=0.0),
    "columns": lambda d: d["layers"][0].update(columns=3),
    "reversed": reversed_bounds(""),
    "truncation's reversed": reversed_bounds("truncation_"),
    "negative": lambda d: scaled(d, "bounds", 0, "rounding", by=-1.0),
    "coefficient": lambda d: d["polynomials"][0]["terms"][0].__setitem__(1, "2/2"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_loaded_is_what_the_file_says(tmp_path, name):
    path = tmp_path / "certificate.json"
    net = pn.compile("x*y", BOX)
    net.save_certificate(path, net.certify(by="gates" if name == "kernel" else "neurons"))
    data = json.loads(path.read_text())
    pn.load_certificate(path)
    OTHERS[name](data)
    path.write_text(json.dumps(sealed(data)))
    with pytest.raises(pn.InvalidInputError):
        pn.load_certificate(path)
    with contextlib.suppress(pn.InvalidInputError):
        assert not pn.verify(path)


@pytest.mark.parametrize(
    "change",
    [
        {"lower": 1.0},
        {"truncation_lower": 1.0},
        {"lower": float("nan")},
        {"upper": float("nan")},
        {"lower": -1e-9},
        {"rounding": float("nan")},
        {"rounding": -1e-300},
        {"upper": "1"},
        {"lower": None},
    ],
)
def test_bounds_that_are_none_are_refused(change):
    net = pn.compile("x*y", BOX)
    certificate = net.certify()
    (bounds,) = certificate.outputs
    with pytest.raises(pn.InvalidInputError, match="bound"):
        dataclasses.replace(bounds, **change)
    for name, value in change.items():
        object.__setattr__(bounds, name, value)  # as pickle could
    with pytest.raises(pn.InvalidInputError):
        net.save_certificate("never", certificate)


def test_a_certificate_carries_the_fingerprint_of_its_network():
    net = pn.compile("x*y", BOX)
    assert net.certify().fingerprint == net.fingerprint
    again = pn.compile("x*y", BOX)
    assert again.fingerprint == net.fingerprint == pickle.loads(pickle.dumps(net)).fingerprint
    others = [
        net.merged(),
        pn.compile(["x*y"], BOX),
        pn.compile("x*y", BOX, dtype="float32"),
        pn.compile("x*y", BOX, activation="tanh"),
        pn.compile("x*y", BOX, scale=0.01),
        pn.compile("x*y + 1e-300", BOX),
        pn.compile("x*y", {"y": (-1, 1), "x": (0, "1/3")}),
        pn.compile("x*z", {"x": (-1, 1), "z": (0, "1/3")}),
    ]
    assert len({net.fingerprint, *(other.fingerprint for other in others)}) == 1 + len(others)


def test_exports_refuse_another_network_s_certificate(tmp_path):
    pytest.importorskip("onnx")
    wide = dict.fromkeys("xy", (-9, 9))
    net, other = pn.compile("1000*x*y", wide), pn.compile("x*y", dict.fromkeys("xy", (-1, 1)))
    with pytest.raises(pn.InvalidInputError, match="fingerprint"):
        net.to_onnx(tmp_path / "p.onnx", certificate=other.certify(by="neurons"))
    assert not (tmp_path / "p.onnx").exists()
    net.to_onnx(tmp_path / "p.onnx", certificate=net.certify(by="neurons"))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(activation="relu"),
        lambda d: d["stencils"][0].update(name="copy"),
        lambda d: d["stencils"][0].update(name="nothing"),
        lambda d: d["stencils"][0]["nodes"][0].__setitem__(0, 7),
        lambda d: d.update(variables=["x", "not\na name"]),
        lambda d: d["hidden"][0]["gates"][0].update(operands=[9, 9]),
    ],
)
def test_file_of_no_network_is_refused(tmp_path, change):
    path = tmp_path / "certificate.json"
    net = pn.compile("x*y", BOX)
    net.save_certificate(path, net.certify())
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(sealed(data)))
    with pytest.raises(pn.InvalidInputError):
        pn.load_certificate(path)


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        pn.load_certificate(tmp_path / "none.json")
    with pytest.raises(FileNotFoundError):
        pn.verify(tmp_path / "none.json")


def test_missing_python_flint_is_named(monkeypatch, tmp_path):
    import sys

    for name in [name for name in sys.modules if name.startswith("polynet.checker.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(pn.MissingPackageError, match=r"polynet-gates\[verify\]"):
        pn.verify(tmp_path / "c.json")


def test_what_verify_would_not_read_is_not_written(monkeypatch, tmp_path):
    from polynet import certificate_file

    net = pn.compile("x*y", BOX)
    monkeypatch.setattr(certificate_file, "MAX_FILE_BYTES", 1000)
    with pytest.raises(pn.SizeLimitError, match="1000 at most"):
        net.save_certificate(tmp_path / "c.json", net.certify())
    assert not (tmp_path / "c.json").exists()
