"""Activations that the user defines: the same proofs from somebody else's enclosures."""

import copy
import math
import pickle
import threading
import time

import flint
import numpy as np
import pytest

import polynet as pn

BOX = {"x": (-1, 1), "y": (-1, 1)}


def outward(ball):
    """Two doubles around a ball."""
    lower, upper = float(ball.lower()), float(ball.upper())
    return math.nextafter(lower, -math.inf), math.nextafter(upper, math.inf)


def tanh_taylor(lower, upper, order):
    """Coefficients of tanh over an interval, by python-flint's balls."""
    before = flint.ctx.prec, flint.ctx.cap
    try:
        flint.ctx.prec, flint.ctx.cap = 200, order + 1
        ball = flint.arb(lower).union(flint.arb(upper))
        e = (flint.arb_series([2 * ball, 2])).exp()
        series = flint.arb_series([1]) - flint.arb_series([2]) / (e + 1)
        return [outward(series[k]) for k in range(order + 1)]
    finally:
        flint.ctx.prec, flint.ctx.cap = before


def tanh(name="my_tanh", **changes):
    arguments = {
        "value": math.tanh,
        "taylor": tanh_taylor,
        "symmetry": "odd",
        "product_bias": 1.1462158347805888,
        "copy_bias": 0.0,
    }
    return pn.Activation(name, **(arguments | changes))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("polynomial", ["x*y", "x**2*y - y/3"])
def test_bounds_are_those_of_the_built_in_twin(polynomial, dtype):
    options = {"dtype": dtype, "scale": 2.0**-7 if dtype == "float64" else 2.0**-4}
    twin = pn.compile(polynomial, BOX, activation="tanh", **options)
    mine = pn.compile(polynomial, BOX, activation=tanh(), **options)
    assert mine.activation == "my_tanh"
    assert mine.hidden_neurons == twin.hidden_neurons
    for by in ("gates", "neurons"):
        ours, theirs = mine.certify(by=by), twin.certify(by=by)
        assert ours.upper == pytest.approx(theirs.upper, rel=0.01)
        lower = ours.outputs[0].truncation_lower
        assert lower == pytest.approx(theirs.outputs[0].truncation_lower, rel=0.01)
    points = np.array([[0.5, -0.25], [1.0, 1.0]])
    assert np.abs(mine(points, by="neurons") - twin(points, by="neurons")).max() <= (
        mine.certify(by="neurons").upper + twin.certify(by="neurons").upper
    )
    assert mine.merged().activation == "my_tanh"


def test_gates_take_it_too():
    term, twin = (pn.Gate(s).error_terms(4)[-1] for s in (tanh(), "tanh"))
    assert term.polynomial == twin.polynomial
    assert term.coefficient == pytest.approx(twin.coefficient, rel=1e-9)


def test_properties():
    s = tanh(symmetry="none", copy_bias=0.25)
    assert (s.name, s.symmetry, s.product_bias, s.copy_bias) == (
        "my_tanh",
        "none",
        1.1462158347805888,
        0.25,
    )
    assert "my_tanh" in repr(s)
    net = pn.compile("x*y + x", BOX, activation=s, construction="paper")
    assert net.hidden_neurons == (6,)  # an even number of neurons for the copy


def test_networks_of_different_functions_differ():
    one, other = tanh(), tanh()
    first, again, second = (pn.compile("x*y", BOX, activation=s) for s in (one, one, other))
    assert first == again
    assert first != second


def test_pickling_is_refused():
    net = pn.compile("x*y", BOX, activation=tanh())
    with pytest.raises(pickle.PicklingError, match="my_tanh"):
        pickle.dumps(net)
    with pytest.raises(pickle.PicklingError, match="my_tanh"):
        copy.copy(net)


def test_callables_may_be_called_and_dropped_by_any_thread():
    values = []

    def work():
        net = pn.compile("x*y", BOX, activation=tanh())
        values.append(float(net([0.5, 0.5], by="neurons")))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == pytest.approx([0.25] * 4, abs=1e-8)


@pytest.mark.parametrize("first", ["neurons", "jacobian"])
def test_first_evaluations_by_several_threads_do_not_wait_for_each_other_for_ever(first):
    def taylor(lower, upper, order):
        time.sleep(1e-3)  # another thread's turn
        return tanh_taylor(lower, upper, order)

    net = pn.compile("x*y + x**2*y", BOX, activation=tanh(taylor=taylor), scale=2.0**-7)
    points, done = np.array([[0.5, -0.25], [1.0, 1.0]]), []

    def evaluate():
        done.append(
            net(points, by="neurons") if first == "neurons" else net.value_and_jacobian(points)[0]
        )

    threads = [threading.Thread(target=evaluate, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 4
    np.testing.assert_allclose(done, 4 * [[-0.1875, 2.0]], rtol=1e-3)


def fixed(pairs):
    return lambda lower, upper, order: pairs


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"taylor": fixed([(0.0, 1.0)])}, "my_tanh.*order \\+ 1"),
        ({"taylor": fixed([(0.0, 1.0)] * 4 + [(1.0, 0.0)])}, "my_tanh.*coefficient 4.*order"),
        ({"taylor": fixed([(math.nan, 1.0)] * 5)}, "my_tanh.*coefficient 0.*NaN"),
        ({"taylor": fixed(None)}, "my_tanh.*pairs"),
        ({"taylor": fixed(["ab"] * 5)}, "my_tanh.*pairs"),
        ({"taylor": None}, "taylor must be callable"),
        ({"value": 3}, "value must be callable"),
        ({"value": lambda x: "one"}, "my_tanh.*value must return a float"),
        ({"symmetry": "round"}, "unknown symmetry 'round'"),
        ({"product_bias": math.nan}, "product_bias"),
        ({"copy_bias": math.inf}, "copy_bias"),
    ],
)
def test_what_has_the_wrong_form_is_refused(changes, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        tanh(**changes)


@pytest.mark.parametrize("name", ["tanh", "", None])
def test_names_are_ones_own(name):
    with pytest.raises(pn.InvalidInputError, match="name"):
        tanh(name)


def test_other_types_are_refused():
    with pytest.raises(pn.InvalidInputError, match=r"name or a polynet\.Activation"):
        pn.compile("x*y", BOX, activation=math.tanh)


def test_errors_of_a_callable_come_through():
    calls = []

    def failing(lower, upper, order):
        calls.append(order)
        if len(calls) > 4:
            raise ZeroDivisionError("from the callable")
        return tanh_taylor(lower, upper, order)

    with pytest.raises(ZeroDivisionError, match="from the callable"):
        pn.compile("x*y", BOX, activation=tanh(taylor=failing))


def test_a_form_that_breaks_later_is_refused_then():
    def short(lower, upper, order):
        return tanh_taylor(lower, upper, min(order, 10))

    with pytest.raises(pn.InvalidInputError, match=r"my_tanh.*order \+ 1"):
        pn.compile("x*y", BOX, activation=tanh(taylor=short))


def test_unknown_enclosures_prove_nothing():
    def unknown(lower, upper, order):
        known = tanh_taylor(lower, upper, order)
        return known[:3] + [(-math.inf, math.inf)] * (order - 2) if order > 4 else known

    net = pn.compile("x*y", BOX, activation=tanh(taylor=unknown))
    with pytest.raises(pn.NotCertifiedError):
        net.certify(by="neurons")
