"""Networks of more inputs than a machine word has bits, all the way through."""

import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

import polynet as pn

NETWORKS = [("range", 64), ("range", 65), ("bit", 65)]


def of(count, kind):
    """Some neighbours' products and one of the ends, and every fifth input alone."""
    names = [f"x{i}" for i in range(count)]
    terms = [f"{a}*{b}" for a, b in zip(names[::9], names[1::9], strict=False)]
    terms += [f"{name}/3" for name in names[2::5]] + [f"2*x0*x{count - 1}"]
    return pn.compile(" + ".join(terms), dict.fromkeys(names, kind))


@pytest.fixture(scope="module", params=NETWORKS, ids=str)
def net(request):
    kind, count = request.param
    return of(count, (-1, "3/2") if kind == "range" else "bit")


@pytest.fixture(scope="module")
def points(net):
    """Some of the box, among them its corners and those that only the last input tells apart."""
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    random = np.random.default_rng(0)
    found = random.uniform(low, high, (6, len(low)))
    found[::2] = np.where(random.random((3, len(low))) < 0.5, low, high)
    if net.box.bits:
        found = np.round(found)
    found[:2, 0] = high[0]
    found[1, 1:-1] = found[0, 1:-1]
    found[:2, -1] = low[-1], high[-1]
    return found


def errors(net, values, points):
    (polynomial,) = net.polynomials
    exact = [polynomial([Fraction(float(x)) for x in point]) for point in points]
    return [abs(Fraction(float(v)) - p) for v, p in zip(values, exact, strict=True)]


@pytest.fixture(scope="module")
def certificates(net):
    return {by: net.certify(by=by) for by in ("gates", "neurons")}


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_bounds_hold_at_points(net, points, certificates, by):
    certificate = certificates[by]
    values = net(points, by=by)
    assert abs(values[1] - values[0]) > 1
    assert max(errors(net, values, points)) <= Fraction(certificate.upper) < Fraction(1, 10**6)
    assert len(certificate.witness) == len(net.box.variables)


@pytest.mark.parametrize("form", ["factored", "merged"])
def test_certificates_are_written_and_verified(net, form, tmp_path):
    pytest.importorskip("flint")
    twin = net.merged() if form == "merged" else net
    twin.save_certificate(tmp_path / "c.json", twin.certify(by="neurons"))
    verdict = pn.verify(tmp_path / "c.json")
    assert verdict, str(verdict)


def test_files_hold_the_same_network(net, points, tmp_path):
    net.save(tmp_path / "net")
    twin = pn.load(tmp_path / "net")
    assert twin == net
    assert twin(points).tobytes() == net(points).tobytes()


def test_onnx_gives_the_neurons_values(net, points, certificates, tmp_path):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    net.to_onnx(tmp_path / "net.onnx")
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    values = np.ravel(session.run(None, {given.name: points})[0])
    assert max(errors(net, values, points)) <= Fraction(certificates["neurons"].upper)


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_c_gives_the_gates_values(net, points, certificates, tmp_path):
    net.to_c(tmp_path / "net.c")
    text = (tmp_path / "net.c").read_text()
    name = next(line for line in text.splitlines() if line.startswith("void ")).split()[1]
    name = name.split("(")[0]
    (tmp_path / "main.c").write_text(
        '#include "net.c"\n#include <stdio.h>\nint main(void) {\n'
        f"  double x[{points.shape[1]}], y;\n"
        f"  for (;;) {{\n    for (int i = 0; i < {points.shape[1]}; ++i)\n"
        '      if (scanf("%lf", x + i) != 1) return 0;\n'
        f'    {name}(x, &y);\n    printf("%.17g\\n", y);\n  }}\n}}\n'
    )
    run = ["cc", "-O1", "-ffp-contract=off", "main.c", "-o", "main", "-lm"]
    subprocess.run(run, cwd=tmp_path, check=True)
    given = "\n".join(" ".join(map(repr, map(float, point))) for point in points)
    done = subprocess.run(
        [tmp_path / "main"], input=given, capture_output=True, text=True, check=True
    )
    values = list(map(float, done.stdout.split()))
    assert max(errors(net, values, points)) <= Fraction(certificates["gates"].upper)
