"""What users write, for mypy --strict: it is checked and never run (tests/test_typing.py)."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import assert_type

import polynet as pn

Points = npt.NDArray[np.float64]


def boxes() -> list[pn.Box]:
    """Ranges of every kind."""
    box = {"x": (-1, 1), "y": ("0.1", "3969/625"), "z": (Fraction(1, 3), 2.5)}
    return [
        pn.Box(box),
        pn.Box({"x": (0, 1), "s": "bit"}, dtype=np.float32),
        pn.Box([(-1, 1), (Decimal("0.1"), np.float64(2.0))], dtype="float32"),
        pn.Box(dict.fromkeys(["x", "y"], (-1, 1)), dtype=np.dtype(np.float64)),
    ]


def networks(path: Path) -> Sequence[pn.Network]:
    """Polynomials and options of every kind."""
    polynomial = pn.Polynomial({(1, 1): "1/3", (0, 2): 0.5}, ["x", "y"], origin={"x": 1})
    square = {"x": (-1, 1), "y": (0, 2)}

    def report(progress: pn.CompileProgress) -> None:
        print(progress.networks, progress.neurons, progress.seconds)

    net = pn.compile(polynomial, square, dtype=np.float32, progress=report)
    assert_type(net, pn.Network)
    assert_type(net.hidden_neurons, tuple[int, ...])
    return [
        net,
        pn.compile(["x*y", polynomial, {(2, 0): 1}, 3 * polynomial - 1], net.box, form="merged"),
        pn.compile("x*y", square, activation="tanh", construction="paper", time_limit=2),
        pn.compile("x*y", square, hidden_layers=1, progress=lambda progress: None),
        pn.compile(np.polynomial.Chebyshev([1, 2, 3]), [(-1, 1)], tolerance=1e-4),
        pn.load(path / "net.safetensors"),
        pn.load(str(path / "net.safetensors")),
        net.merged(),
    ]


def evaluated(net: pn.Network, points: Points) -> list[Points]:
    """Values, as they come."""
    values: Points = net(points, by="neurons", threads=2)
    out = np.empty(len(points))
    net(points, out=out, check_domain=True)
    value, jacobian = net.value_and_jacobian([[0.5, 1.0]])
    for weight, bias, activation in net.layers:
        assert_type(activation, str | None)
        values = weight @ values + bias
    return [values, out, value, jacobian, net([0, 1])]


def certified(net: pn.Network, path: Path) -> pn.Certificate:
    """Certificates, again in the same way."""

    def report(progress: pn.CertifyProgress) -> None:
        print(progress.truncation_lower, progress.truncation_upper, progress.boxes)

    with ProcessPoolExecutor(2) as executor:
        certificate = net.certify(by="neurons", executor=executor, progress=report, time_limit=60)
    again = net.certify(by=certificate.by, ratio=1.5, max_boxes=10, progress=True)
    net(certificate.witness, by=again.by)
    pn.compile("x", net.box, dtype=certificate.dtype, form=certificate.form)
    assert_type(certificate.upper, float)
    assert_type(certificate.outputs[0], pn.OutputBounds)
    try:
        net.certify()
    except pn.CertificationInterrupted as interrupted:
        print(interrupted.certificate.upper)
    except (pn.NotCertifiedError, pn.PolynetError) as error:
        print(error)
    net.to_onnx(path / "net.onnx", certificate=certificate)
    net.to_c("net.c", by=certificate.by)
    unsat, sat = net.to_vnnlib(path / "net.onnx", version="1.0")
    apply, parameters = net.to_jax()
    print(unsat.name, sat.name, net.to_torch(), apply(parameters, [0.0]))
    net.save(path / "net.safetensors")
    net.save_certificate(path / "net.json", certificate)
    loaded, same = pn.load_certificate(path / "net.json")
    verdict = pn.verify(path / "net.json", time_limit=None, network=loaded)
    assert_type(verdict.claims, tuple[str, ...])
    return same if verdict else certificate


def polynomials() -> list[pn.Polynomial]:
    """Exact arithmetic."""
    x, y = (pn.Polynomial.parse(name, ["x", "y"]) for name in "xy")
    several = pn.Polynomial.from_arrays([[1, 0], [0, 2]], [[1, 2], [3, "1/2"]], ["x", "y"])
    fpcore, ranges = pn.read_fpcore("(FPCore (x) :pre (<= 0 x 1) (* x x))")
    assert_type(x([1, "1/2"]), Fraction)
    assert_type(ranges, dict[str, tuple[Fraction, Fraction]])
    return [
        (x - 2 * y) ** 3 - x,
        Fraction(1, 3) * x - 0.5 * y + 1,
        fpcore.over(["x", "y"]),
        *pn.read_da("I COEFFICIENT ORDER EXPONENTS"),
        pn.Polynomial.coerce({(1, 1): 2}, ["x", "y"]),
        *(several if isinstance(several, tuple) else (several,)),
    ]


def classified(net: pn.Network, points: Points) -> npt.NDArray[np.floating[Any]]:
    """A softmax head."""
    head = net.softmax(mu=["1/2", 0.25, 0])
    certificate = head.certify(by="gates", exp_ulp=2)
    print(certificate.probability_error, certificate.hamiltonians.by, head.joint(points))
    return head(points, by=certificate.hamiltonians.by)


def gates() -> list[pn.Gate]:
    """Gates and an activation of one's own."""

    def taylor(lower: float, upper: float, order: int) -> list[tuple[float, float]]:
        return [(lower, upper)] * (order + 1)

    own = pn.Activation("own", abs, taylor, symmetry="even", product_bias=1, copy_bias=0.5)
    gate = pn.Gate(own, bias=0.5, scale=2**-4, kind="square")
    for term in gate.error_terms(4):
        assert_type(term.coefficient, tuple[float, float])
        print(term.power, term.polynomial.terms)
    return [gate, pn.Gate("logistic"), *map(pn.Gate, pn.activation_names())]


def configuration() -> str:
    """What other software builds against."""
    return pn.get_include() + pn.get_library() + str(pn.show_config()["numpy"]) + pn.__version__
