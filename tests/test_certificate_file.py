"""Certificates survive the way through a file, and files from strangers do no harm."""

import dataclasses
import json

import pytest

import polynet as pn

BOX = {"x": (-1, 1), "y": (0, "1/3")}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("by", "form"), [("gates", "factored"), ("neurons", "merged")])
def test_network_and_certificate_come_back_as_they_were(tmp_path, by, form, dtype):
    path = tmp_path / "certificate.json"
    net = pn.compile(["x*y - 1/3", "x**3"], BOX, dtype=dtype, form=form)
    certificate = net.certify(by=by)
    pn.save_certificate(path, net, certificate)
    loaded_net, loaded = pn.load_certificate(path)
    assert loaded_net == net
    assert loaded == certificate
    again = tmp_path / "again.json"
    pn.save_certificate(again, loaded_net, loaded)
    assert again.read_bytes() == path.read_bytes()


def test_scalar_outputs_come_back_as_scalars(tmp_path):
    net = pn.compile("x*y", BOX)
    pn.save_certificate(tmp_path / "c.json", net, net.certify())
    loaded, _ = pn.load_certificate(tmp_path / "c.json")
    assert loaded([0.5, 0.25]).shape == net([0.5, 0.25]).shape == ()


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
            pn.save_certificate(tmp_path / "c.json", net, certificate)
    assert not (tmp_path / "c.json").exists()


def test_gate_without_a_kernel_cannot_be_saved_by_gates(tmp_path):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=4.0)
    assert net._handle.uses_neurons
    certificate = net.certify()
    with pytest.raises(pn.NotCertifiedError, match="neurons"):
        pn.save_certificate(tmp_path / "c.json", net, certificate)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(activation="relu"),
        lambda d: d["stencils"][0].update(name="copy"),
        lambda d: d["stencils"][0].update(name="nothing"),
        lambda d: d["stencils"][0]["nodes"][0].__setitem__(0, 7),
        lambda d: d.update(variables=["x", "not a name"]),
        lambda d: d["hidden"][0]["gates"][0].update(operands=[9, 9]),
    ],
)
def test_file_of_no_network_is_refused(tmp_path, change):
    path = tmp_path / "certificate.json"
    net = pn.compile("x*y", BOX)
    pn.save_certificate(path, net, net.certify())
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
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
