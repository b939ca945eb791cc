"""The independent checker proves what is true."""

import numpy as np
import pytest
from certificates import BOX, WAYS, data_of, originals, scaled

import cases
import polynet as pn

pytest.importorskip("flint")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_every_activation_is_verified(activation, dtype):
    for by, form in WAYS[::2] if dtype == "float64" else WAYS[1:2]:
        data = data_of("x*y*z - x**2/3 + y", BOX, by, form, activation=activation, dtype=dtype)
        verdict = pn.verify(data)
        assert verdict, str(verdict)
        assert {f.name for f in verdict.findings} == {
            "consistency",
            "lower",
            "truncation_lower",
            "truncation_upper",
            "rounding",
            "upper",
            "evaluation",
        }


@pytest.mark.parametrize("case", cases.fpbench(), ids=lambda case: case.name)
def test_fpbench_is_verified(case):
    # Seconds each with many variables: benchmarks/verify.py has them in every way.
    for by, form in WAYS if len(case.box) < 6 else WAYS[1:2]:
        verdict = pn.verify(data_of(case.polynomial, case.box, by, form))
        assert verdict, str(verdict)


@pytest.mark.parametrize(
    ("polynomial", "box", "options"),
    [
        (["x*y", "x - y/3", "x**3*y"], {"x": (-1, 1), "y": (0, 2)}, {}),
        ("x - y/3", {"x": (-1, 1), "y": (0, 2)}, {}),
        ("1/3", {"x": (-1, 1)}, {}),
        ("0", {"x": (-1, 1)}, {}),
        (["x - x", "x*y"], {"x": (-1, 1), "y": (0, 2)}, {}),
        ("x", {"x": (-1, 1)}, {}),  # a lower bound of 0, by gates
        ("x + y/3 + 1e20", {"x": (-1, 1), "y": (0, 1e-20)}, {}),
        ("x*y", {"x": (-1e100, 1e100), "y": (-1, 1)}, {}),
        ("x*y - x", {"x": (-1e100, 1e100), "y": (-1e100, 1e100)}, {}),
        ("x*y", {"x": (-1, 1), "y": (-1, 1)}, {"activation": "requ"}),
        ("x*y*z - x**2", BOX, {"activation": "requ"}),
        ("x**2", {"x": (-1, 1)}, {"activation": "requ", "dtype": "float32"}),
        ("x*y", {"x": ("1/10", "1/10"), "y": (2, 2)}, {}),
        ("x*y", {"x": ("-1e-200", "1e-200"), "y": (-1, 1)}, {}),
        ("1e200*x*y", {"x": (-1, 1), "y": ("-1e50", "1e50")}, {}),
        ("x*y*z + x**3", BOX, {"hidden_layers": 1}),
        ("x*y*z + x**3", BOX, {"construction": "paper"}),
        ("x*y*z - x**2", BOX, {"tolerance": 1e-4}),
        ("x*y", {"x": (-1, 1), "y": (-1, 1)}, {"bias": -1.0, "scale": 0.5}),
    ],
)
def test_unusual_networks_are_verified(polynomial, box, options):
    for by in ("gates", "neurons"):
        verdict = pn.verify(data_of(polynomial, box, by, **options))
        assert verdict, str(verdict)


@pytest.mark.parametrize(("count", "dtype"), [(8, "float64"), (8, "float32"), (16, "float64")])
def test_product_of_many_inputs_is_verified(count, dtype):
    names = [f"x{i}" for i in range(count)]
    for by in ("gates", "neurons"):
        data = data_of("*".join(names), dict.fromkeys(names, (-1, 1)), by, dtype=dtype)
        verdict = pn.verify(data)
        assert verdict, str(verdict)


@pytest.mark.parametrize(
    ("count", "ends", "dtype"),
    [
        (8, ("1/2", 2), "float64"),
        (8, (1, "3/2"), "float32"),
        (16, ("1/2", 2), "float64"),
    ],
)
def test_product_away_from_zero_is_verified_and_no_better(count, ends, dtype):
    names = [f"x{i}" for i in range(count)]
    by = "gates" if dtype == "float64" else "neurons"
    data = data_of("*".join(names), dict.fromkeys(names, ends), by, dtype=dtype)
    verdict = pn.verify(data)
    assert verdict, str(verdict)
    bounds = data["bounds"][0]
    attained = bounds["truncation_lower"]
    bounds["truncation_lower"] = bounds["lower"] = (0.0).hex()
    bounds["truncation_upper"] = scaled(1 - 1e-6)(attained)
    assert [f.name for f in pn.verify(data).failures if f.refuted] == ["truncation_upper"]


@pytest.mark.parametrize(
    "case",
    [case for case in cases.fpbench() if len(case.box) < 4],  # the others take seconds each
    ids=lambda case: case.name,
)
def test_bound_below_the_true_error_is_refuted(case):
    for by, form in WAYS:
        data = data_of(case.polynomial, case.box, by, form)
        for bounds in data["bounds"]:
            lower = float.fromhex(bounds["truncation_lower"])
            bounds["truncation_lower"] = bounds["lower"] = (0.0).hex()
            bounds["truncation_upper"] = (0.9 * lower).hex()
        verdict = pn.verify(data)
        assert not verdict
        assert [f.name for f in verdict.failures if f.refuted] == ["truncation_upper"]


@pytest.fixture(scope="module", name="originals")
def made():
    return originals()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("activation", ["logistic", "gelu", "sin", "softplus"])
def test_rounding_proved_here_bounds_every_order_of_summation(activation, form, dtype):
    from flint import arb

    from polynet.checker.arithmetic import settings
    from polynet.checker.ideal import Ideal
    from polynet.checker.limits import Budget
    from polynet.checker.models import Space, exact
    from polynet.checker.propagation import propagate
    from polynet.checker.reading import read
    from polynet.checker.rounding import rounding_by_neurons
    from polynet.checker.values import real_value

    box = {"x": (-1, 1), "y": (0, 2), "z": (-3, "1/2")}
    options = {"activation": activation, "dtype": dtype}
    claim = read(data_of("x*y*z - x**2/3 + y", box, "neurons", form, **options))
    s = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, **options)._handle.activation.value
    random = np.random.default_rng(4)
    kind = np.dtype(dtype).type
    with settings():
        network = propagate(Ideal(claim, Space(claim.box)), 2.0**-20)
        (bound,) = rounding_by_neurons(claim, network)
        worst = arb(0)
        for number in range(150):
            ends = np.array(claim.box)
            t = random.integers(0, 2, 3) if number % 3 == 0 else random.random(3)
            x = np.clip((ends[:, 0] * (1 - t) + ends[:, 1] * t).astype(kind), *ends.T.astype(kind))
            values = x
            for layer in claim.layers:
                sums = []
                for row, bias in zip(layer.rows, layer.bias, strict=True):
                    terms = [kind(w) * values[k] for k, w in row] + [kind(bias)]
                    while len(terms) > 1:  # any tree of additions
                        first, second = (terms.pop(random.integers(len(terms))) for _ in "ab")
                        terms.append(first + second)
                    sums.append(terms[0])
                if layer.activated:
                    sums = [kind(s(float(v))) for v in sums]
                values = sums
            (real,) = real_value(claim, [exact(float(c)) for c in x], Budget())
            worst = worst.max(abs(real - arb(float(values[0]))).upper())
    assert worst <= bound
    assert bound <= 200 * worst  # and it is not idle


@pytest.mark.parametrize("activation", ["softplus", "gelu", "logistic"])
def test_networks_with_shared_neurons_are_verified(activation):
    for by, form in WAYS:
        options = {"activation": activation, "tolerance": 1e-3}
        verdict = pn.verify(data_of("x*y + y*z + x*z + x*y*z", BOX, by, form, **options))
        assert verdict, str(verdict)
