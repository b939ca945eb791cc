"""No proof rests on python-flint's global settings, or on a thread's floating-point environment."""

import copy
from concurrent.futures import ThreadPoolExecutor
from math import inf

import numpy as np
import pytest
from certificates import data_of

import polynet as pn

pytest.importorskip("flint")

from flint import arb, ctx

from polynet.checker import activations, arithmetic
from polynet.checker.errors import NotProvedError

BOX = {"x": (-1, 1), "y": (0, 2)}


def false(data):
    """Claim a truncation a hundred times too small."""
    data = copy.deepcopy(data)
    bounds = data["bounds"][0]
    bounds["truncation_upper"] = (0.01 * float.fromhex(bounds["truncation_upper"])).hex()
    bounds["truncation_lower"] = (0.0).hex()
    bounds["truncation_witness"] = [(2.0**-4).hex()] * 2
    return data


def test_threads_prove_what_is_true_and_nothing_else():
    true = [data_of("x*y", BOX, "gates"), data_of("x**2*y - y", BOX, "gates", activation="tanh")]
    work = [(data, data in true) for data in (*true, *map(false, true))] * 12
    before = ctx.prec, ctx.cap
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(lambda item: pn.verify(item[0]), work))
    for verdict, (_, expected) in zip(verdicts, work, strict=True):
        assert bool(verdict) == expected, str(verdict)
    assert (ctx.prec, ctx.cap) == before


def test_another_s_length_of_series_makes_nothing_true(monkeypatch):
    """Whatever another thread does, here where it does the most harm: order 4 is lost."""
    formula = activations.FORMULAS["tanh"]

    def meddled(x):
        monkeypatch.setattr(ctx, "cap", 3)
        return formula(x)

    data = data_of("x*y", BOX, "gates", activation="tanh")
    monkeypatch.setitem(activations.FORMULAS, "tanh", meddled)
    for certificate in (data, false(data)):
        verdict = pn.verify(certificate)
        assert not verdict
        assert "length of series was changed" in str(verdict)


@pytest.mark.parametrize("name", sorted(activations.FORMULAS))
def test_a_series_that_was_cut_short_is_noticed(monkeypatch, name):
    formula = activations.FORMULAS[name]

    def cut(x):
        with monkeypatch.context() as patch:
            patch.setattr(ctx, "cap", 3)
            return formula(x)

    with arithmetic.settings():
        right = activations.taylor(name, arb(1) / 3, 8)
        monkeypatch.setitem(activations.FORMULAS, name, cut)
        with pytest.raises(NotProvedError, match="length of series"):
            activations.taylor(name, arb(1) / 3, 8)
        short = activations.taylor(name, arb(1) / 3, 2)
        assert all(c.overlaps(d) for c, d in zip(right[:3], short, strict=True))


def test_true_certificates_are_proved_at_any_settings_of_the_caller():
    data = data_of("x*y", BOX, "neurons")
    before = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = 2, 1
        assert pn.verify(data), str(pn.verify(data))
        assert (ctx.prec, ctx.cap) == (2, 1)
    finally:
        ctx.prec, ctx.cap = before


def test_nothing_is_proved_in_a_thread_that_rounds_otherwise():
    import ctypes
    import ctypes.util

    name = ctypes.util.find_library("m")
    if name is None:
        pytest.skip("no C library to set the rounding with")
    library = ctypes.CDLL(name)
    nearest = library.fegetround()
    data = data_of("x*y", BOX, "gates")
    from polynet.checker.checking import check

    for mode in (0x400, 0x800, 0xC00):
        if library.fesetround(mode):
            continue  # no mode of this machine
        try:
            verdict = check(data)
        finally:
            library.fesetround(nearest)
        assert not verdict
        assert "round to nearest" in str(verdict)
    assert check(data), str(check(data))


def test_arithmetic_that_is_not_ieee_s_is_noticed(monkeypatch):
    """Where float64 is replaced by one that rounds up, rounds down, or flushes subnormals."""
    arithmetic.require_nearest()

    class Wrong(np.ndarray):
        mode = None

        def __add__(self, other):
            total = np.asarray(self) + np.asarray(other)
            inexact = (total == np.asarray(self)) & (np.asarray(other) != 0)
            if self.mode in ("up", "down"):
                beyond = np.nextafter(total, inf if self.mode == "up" else -inf)
                sign = 1 if self.mode == "up" else -1
                total = np.where(inexact & (np.sign(other) == sign), beyond, total)
            return total

        def __truediv__(self, other):
            quotient = np.asarray(self) / other
            if self.mode == "flush":
                quotient = np.where(np.abs(quotient) < 2.0**-1022, 0.0, quotient)
            return quotient

    class Fake:
        def __init__(self, mode):
            self.mode = mode

        def array(self, numbers):
            made = np.array(numbers).view(Wrong)
            made.mode = self.mode
            return made

    for mode in ("up", "down", "flush"):
        monkeypatch.setattr(arithmetic, "np", Fake(mode))
        with pytest.raises(NotProvedError, match="round to nearest"):
            arithmetic.require_nearest()
