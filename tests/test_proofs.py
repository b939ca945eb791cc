"""The proofs of the kernels' primitives, run again where their tools are installed."""

import shutil
import sys
from pathlib import Path

import pytest

PROOFS = Path(__file__).resolve().parent / "proofs"
sys.path.insert(0, str(PROOFS))

import primitives  # noqa: E402

RECORDED = {
    line.split()[0]: [float(number) for number in line.split()[1::2]]
    for line in (PROOFS / "primitives.txt").read_text("utf-8").splitlines()
    if line.endswith(" u")
}


def test_every_primitive_is_recorded():
    names = {primitive[0] for primitive in primitives.PRIMITIVES}
    assert set(RECORDED) == names | {primitives.exp_name(r) for r in primitives.EXP_RANGES}


@pytest.mark.skipif(not shutil.which("gappa"), reason="Gappa is not installed")
@pytest.mark.parametrize("primitive", primitives.PRIMITIVES, ids=lambda p: p[0])
def test_rounding_errors_are_those_recorded(primitive):
    name, argument, operations, *_ = primitive
    for fused in (False, True):
        script = primitives.Script(fused=fused)
        computed, exact = operations(script, script.input("x"))
        hypothesis = f"x in [{argument[0]}, {argument[1]}]"
        error = script.prove(hypothesis, f"|{computed} - {exact}|") * 2**53
        assert error == pytest.approx(RECORDED[name][1 + fused], abs=1e-4)


@pytest.mark.skipif(not shutil.which("gappa"), reason="Gappa is not installed")
@pytest.mark.parametrize("interval", primitives.EXP_RANGES)
def test_rounding_errors_of_exp_are_those_recorded(interval):
    for fused in (False, True):
        error = primitives.exp_rounding(interval, fused=fused)
        assert error == pytest.approx(RECORDED[primitives.exp_name(interval)][1 + fused], abs=1e-4)


@pytest.mark.skipif(not shutil.which("sollya"), reason="Sollya is not installed")
def test_approximation_error_of_exp_is_that_recorded():
    error = primitives.supremum("exp_polynomial", "P", "exp(x)", (-0.3469, 0.3469)) * 2**53
    assert all(
        error == pytest.approx(RECORDED[primitives.exp_name(r)][0], abs=1e-4)
        for r in primitives.EXP_RANGES
    )


@pytest.mark.skipif(not shutil.which("sollya"), reason="Sollya is not installed")
@pytest.mark.parametrize(
    "primitive", [p for p in primitives.PRIMITIVES if p[3]], ids=lambda p: p[0]
)
def test_approximation_errors_are_those_recorded(primitive):
    name, _, _, polynomial, exact, interval = primitive
    error = primitives.supremum(name, polynomial, exact, interval) * 2**53
    assert error == pytest.approx(RECORDED[name][0], abs=1e-4)
