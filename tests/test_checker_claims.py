"""What the checker says of a claim's own numbers: each condition where it just holds, and not."""

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import product
from math import inf, nextafter
from operator import mul

import numpy as np
import pytest
from certificates import data_of, sealed

pytest.importorskip("flint")

from flint import arb, fmpq

from polynet.checker import MalformedCertificateError, arithmetic, limits
from polynet.checker.arithmetic import settings
from polynet.checker.checking import _Checker
from polynet.checker.claim import Affine, Gate, LocalVariable, Node, Polynomial, Stencil
from polynet.checker.errors import NotProvedError, RefutedError
from polynet.checker.faults import faults
from polynet.checker.fingerprint import NETWORK, fingerprint
from polynet.checker.ideal import Ideal
from polynet.checker.intervals import Functions, Intervals
from polynet.checker.limits import Budget
from polynet.checker.models import Space
from polynet.checker.proof import _bounds, prove_at_most
from polynet.checker.propagation import propagate
from polynet.checker.reading import read
from polynet.checker.subdivision import Part, tree
from polynet.checker.values import polynomial_value, real_value


@pytest.fixture(scope="module")
def files():
    """The square of x on [-1, 2], exact by requ, and a product by tanh, in both ways."""
    xy = {"x": (-1, 1), "y": (0, 2)}
    return {
        "exact": data_of("x**2 - x/4", {"x": (-1, 2)}, "gates", activation="requ"),
        "gates": data_of("x*y", xy, "gates", activation="tanh", dtype="float32"),
        "neurons": data_of("x*y", xy, "neurons", activation="tanh"),
    }


@pytest.fixture(autouse=True)
def flint():
    with settings():
        yield


@pytest.fixture
def claims(files):
    return {name: read(data) for name, data in files.items()}


def changed(claim, **changes):
    """The claim with other bounds."""
    return replace(claim, bounds=(replace(claim.bounds[0], **changes),))


def outcome(claim, name):
    """True for proved, False for refuted, None for neither."""
    try:
        getattr(_Checker(claim, Budget()), name)(0)
    except RefutedError:
        return False
    except NotProvedError:
        return None
    return True


def test_bounds_that_fit_together_just_so_are_consistent(claims):
    claim = claims["exact"]
    box = claim.box[0]
    fitting = changed(
        claim, lower=0.25, upper=0.75, truncation_lower=0.5, truncation_upper=0.5, rounding=0.25,
        witness=(box[1],), truncation_witness=(box[0],), subdivision=(None,),
    )  # fmt: skip
    assert outcome(fitting, "consistency") is True
    assert outcome(changed(fitting, lower=0.75), "consistency") is True
    for wrong in (
        {"lower": -(2.0**-1074)},
        {"truncation_lower": -(2.0**-1074)},
        {"rounding": -(2.0**-1074), "upper": 1.0},
        {"lower": nextafter(0.75, 1.0)},
        {"truncation_lower": nextafter(0.5, 1.0)},
        {"upper": nextafter(0.75, 0.0)},
        # Added up as floats they would fit.
        {"rounding": 0.25 + 2.0**-54, "upper": 0.75},
        {"witness": (nextafter(box[1], inf),)},
        {"witness": (nextafter(box[0], -inf),)},
        {"truncation_witness": (nextafter(box[1], inf),)},
    ):
        assert outcome(changed(fitting, **wrong), "consistency") is False
    for wrong in ((), (None, None), ((0, box[1]), None, None), ((0, 0.5), None)):
        assert outcome(changed(fitting, subdivision=wrong), "consistency") is None


def test_a_witness_s_bits_are_0_or_1(claims):
    claim = replace(claims["exact"], box=((0.0, 1.0),), bits=frozenset({0}))
    for x in (0.0, 1.0):
        fitting = changed(claim, witness=(x,), truncation_witness=(x,), subdivision=(None,))
        assert outcome(fitting, "consistency") is True
    wrong = changed(claim, witness=(0.5,), truncation_witness=(0.0,), subdivision=(None,))
    assert outcome(wrong, "consistency") is False


def test_too_long_a_subdivision_is_not_looked_at(claims, monkeypatch):
    from polynet.checker import checking

    claim = changed(claims["exact"], subdivision=(None,))
    monkeypatch.setattr(checking, "MAX_SPLITS", 1)
    assert outcome(claim, "consistency") is True
    monkeypatch.setattr(checking, "MAX_SPLITS", 0)
    assert outcome(claim, "consistency") is None


def off_by(claim, more):
    """The claim with a polynomial that is `more` less: the network is exactly that far off."""
    (p,) = claim.polynomials
    terms = {**p.terms, (0,): p.terms.get((0,), Fraction(0)) - Fraction(more)}
    return replace(claim, polynomials=(replace(p, terms=terms),))


def test_the_error_at_the_truncation_s_witness_is_evaluated_exactly(claims):
    claim = off_by(claims["exact"], 0.5)
    at, budget = [fmpq(1)], Budget()
    attained = real_value(claim, at, budget)[0] - polynomial_value(claim, 0, at, budget)
    lowers = nextafter(float(attained), 0.0), nextafter(float(attained), 1.0)
    for lower, expected in (*zip(lowers, (True, False), strict=True), (0.0, True)):
        there = changed(claim, truncation_lower=lower, truncation_witness=(1.0,))
        assert outcome(there, "truncation_lower") is expected
        upper = changed(claim, truncation_upper=lower, truncation_witness=(1.0,))
        checker = _Checker(upper, budget)
        checker.truncation_lower(0)
        assert checker.attained[0] <= attained.upper()
        assert checker.attained[0] >= attained * (1 - arb(2) ** -200)
    # What is attained refutes a smaller upper bound at once, and no other.
    with pytest.raises(RefutedError, match="at the witness"):
        checker.truncation(0, arb(lowers[0]))


def test_the_value_at_the_witness_is_compared_with_the_polynomial_and_the_rounding(claims):
    claim = claims["exact"]
    (real,) = real_value(claim, [fmpq(1)], Budget())
    for off in (2.0**-40, -(2.0**-40)):
        value = 0.75 + off  # of the polynomial, 3/4
        distance = float(abs(real - value))
        for rounding, lower, expected in (
            (nextafter(distance, 1.0), abs(off), True),
            (nextafter(distance, 1.0), 0.0, True),
            (nextafter(distance, 1.0), nextafter(abs(off), 1.0), False),
            (nextafter(distance, 0.0), abs(off), None),
        ):
            there = changed(claim, witness=(1.0,), value=value, lower=lower, rounding=rounding)
            assert outcome(there, "lower") is expected


def test_the_polynomial_s_value_is_exact_also_of_local_variables(claims):
    claim = replace(
        claims["gates"],
        polynomials=(
            Polynomial(
                {(2, 1): Fraction(1, 3), (0, 0): Fraction(-5)},
                (LocalVariable(0, Fraction(1, 7), Fraction(-2, 3)),),
            ),
        ),
    )
    x, y = fmpq(3, 2), fmpq(5, 4)
    u = (Fraction(3, 2) - Fraction(1, 7)) / Fraction(-2, 3)
    expected = u**2 * Fraction(5, 4) / 3 - 5
    found = polynomial_value(claim, 0, [x, y], Budget())
    assert Fraction(int(found.p), int(found.q)) == expected
    # The ideal network less it: at t_i = (x_i - m_i)/h_i.
    space = Space(claim.box)
    model = Ideal(claim, space)._polynomial(claim.polynomials[0])
    t = [(x - m) / h for x, m, h in zip((x, y), space.middle, space.half, strict=True)]
    total = sum(
        (c * t[0] ** int(a) * t[1] ** int(b) for (a, b), c in model.numerator.to_dict().items()),
        fmpq(0),
    )
    off = total * fmpq(2) ** model.exponent - found
    assert 0 < abs(off) < fmpq(2) ** -500  # 1/3 is no dyadic fraction
    assert arb(abs(off)).upper() <= model.rest


def test_the_network_s_value_takes_the_origin_off(claims):
    claim = claims["exact"]
    moved = replace(claim, origin=(0.25,))
    for x in (fmpq(1, 2), fmpq(-1, 8)):
        (there,) = real_value(moved, [x], Budget())
        (here,) = real_value(claim, [x - fmpq(1, 4)], Budget())
        assert abs(there - here) < arb(2) ** -200


def test_errors_of_gates_add_up_and_nothing_is_assumed_of_them(claims):
    """What is known of the layers holds at the corners, gate by gate."""
    claim = claims["gates"]
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-20)
    operands, errors = network.operands[0], network.operand_errors[0]
    for form, known, off in zip(claim.hidden[0].operands, operands, errors, strict=True):
        ends = [form.constant + sum(w * s for _, w in form.terms) for s in (-1.0, 2.0)]
        assert known.size >= max(map(abs, ends)) - 2.0 * sum(abs(w) for _, w in form.terms)
        assert off < arb(2) ** -2000
    (error,) = network.gate_errors[0]
    (series,) = network.series[0]
    assert error >= series.own_size([z.size for z in operands]).lower()
    assert network.gates[0][0].high - network.gates[0][0].low >= 2 * error
    # Twice the error of the gates before is twice as much of the operand.
    layer = claim.hidden[0]
    twice = replace(
        layer,
        operands=(Affine(((0, -3.0),), 0.0),) * len(layer.operands),
        gates=layer.gates[:1],
    )
    deep = replace(claim, hidden=(layer, twice), outputs=(Affine(((0, 1.0),), 0.0),))
    second = propagate(Ideal(deep, Space(claim.box)), 2.0**-20)
    for off in second.operand_errors[1]:
        assert 3 * second.gate_errors[0][0] <= off
        assert off <= 3 * second.gate_errors[0][0] * (1 + arb(2) ** -100)


class Linear:
    """c_0 + c.u on parts, as an error would be enclosed: exactly."""

    def __init__(self, constant, slopes):
        self.constant, self.slopes = constant, np.array(slopes)

    def __call__(self, u):
        c = self.slopes[:, None]
        low = self.constant + (np.minimum(c * u.low, c * u.high)).sum(axis=0)
        high = self.constant + (np.maximum(c * u.low, c * u.high)).sum(axis=0)
        slopes = np.broadcast_to(c, u.low.shape)[None]
        return Functions(Intervals(low[None], high[None]), Intervals(slopes, slopes))


@pytest.mark.parametrize("constant", [0.5, -0.5])
@pytest.mark.parametrize("slopes", [(0.25, -2.0), (-3.0, 0.5)])
def test_a_part_s_bound_is_the_largest_absolute_value_and_hardly_more(constant, slopes):
    low, high = np.array([[0.0, -1.0], [0.25, 0.0]]), np.array([[1.0, -0.5], [0.5, 0.125]])
    function = Linear(constant, slopes)
    above, _, _ = _bounds(function, low, high, -inf, 0.0)
    for k in range(2):
        corners = [
            sum(map(mul, map(Fraction, (constant, *slopes)), map(Fraction, (1.0, x, y))))
            for x, y in product(*zip(low[:, k], high[:, k], strict=True))
        ]
        largest = max(map(abs, corners))
        assert largest < Fraction(above[k]) <= largest * (1 + Fraction(1, 2**40))


class Bent:
    """u^2 - u in one variable: its slope has either sign about 1/2."""

    def __call__(self, u):
        one = Intervals(-np.ones_like(u.low), -np.ones_like(u.low))
        slope = u + u + one
        return Functions(u * u + u * one, Intervals(slope.low[None], slope.high[None]))


def test_what_a_variable_s_move_to_an_end_costs_is_paid():
    """On [0, 1/2 + 1/16] the slope is from -1 to 1/8: the largest value is -(-1/4), at 1/2."""
    low, high = np.array([[0.25]]), np.array([[0.5625]])
    for allowance in (0.0, 2.0**-6, 2.0**-4, 1.0):
        above, _, _ = _bounds(Bent(), low, high, -inf, allowance)
        assert 0.25 <= above[0] <= 0.5
    # The centre and its slopes: the mean value theorem, with the radius to either side.
    above, _, _ = _bounds(Bent(), np.array([[0.46875]]), np.array([[0.53125]]), -inf, 0.0)
    middle, spread = Fraction(1, 4), Fraction(1, 16) * Fraction(1, 32)
    assert middle + spread <= above[0] <= middle + spread + Fraction(1, 2**40)


def test_a_bound_is_proved_down_to_what_is_attained_and_no_further(claims):
    """The error is 1/2 everywhere: at most 1/2 and a little, and not less."""
    claim = off_by(claims["exact"], 0.5)
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-40)

    def prove(bound):
        return prove_at_most(network, 0, arb(bound), 2.0**-40, [Part(claim.box)], (1.0,))

    assert prove(0.5 + 2.0**-24) == 1
    with pytest.raises(NotProvedError, match="too close"):
        prove(0.5 - 2.0**-52)
    with pytest.raises(RefutedError):
        prove(0.5 - 2.0**-24)
    other = off_by(claims["exact"], -0.5)  # of the other sign
    network = propagate(Ideal(other, Space(claim.box)), 2.0**-40)
    assert prove(0.5 + 2.0**-24) == 1
    with pytest.raises(RefutedError):
        prove(0.5 - 2.0**-24)


def test_a_larger_error_far_from_the_witness_is_found(claims):
    """1 - x^2 on [-1, 1]: nothing at the ends, where it is looked for first."""
    claim = replace(off_by(claims["exact"], 1), box=((-1.0, 1.0),))
    (p,) = claim.polynomials
    p = replace(p, terms={**p.terms, (2,): p.terms[(2,)] + 1})
    claim = replace(claim, polynomials=(p,))
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-40)
    for bound in (0.6, 0.99, 1.001):
        stack = [Part(claim.box)]
        if bound > 1:
            assert prove_at_most(network, 0, arb(bound), 2.0**-40, stack, (1.0,))
        else:
            with pytest.raises(RefutedError):
                prove_at_most(network, 0, arb(bound), 2.0**-40, stack, (1.0,))


def test_splits_are_strictly_inside():
    for at in (0.0, 1.0, -1.0, 2.0):
        with pytest.raises(NotProvedError, match="outside"):
            tree(((0.0, 1.0),), [(0, at), None, None])
    assert tree(((0.0, 1.0),), [(0, 2.0**-1074), None, None]).children is not None


def test_only_the_sum_of_n_bits_less_n_and_a_half_is_their_product():
    bits = {"s": "bit", "t": "bit"}
    claim = read(data_of("s*t", bits, "gates", activation="tanh"))
    ((form,),) = ([f for f in layer.operands] for layer in claim.hidden)
    assert form.constant == -1.5

    def ideal(form):
        hidden = (replace(claim.hidden[0], operands=(form,)),)
        return Ideal(replace(claim, hidden=hidden), Space(claim.box, claim.bits))

    (gate,) = ideal(form).gates[0]
    assert gate.norm > 0.5
    (a, _), (b, _) = form.terms
    for wrong in (
        replace(form, constant=-1.25),
        replace(form, terms=((a, 1.0), (b, 2.0))),
        replace(form, terms=((a, 1.0),)),
    ):
        with pytest.raises(NotProvedError, match="n - 1/2"):
            ideal(wrong)


SMALLEST = 2.0**-1074


def without(stencil, **changes):
    return {"stencils": (replace(stencil, **changes),)}


def test_every_limit_of_a_file_holds_up_to_its_edge(claims):
    claim = claims["gates"]
    gate, layer = claim.hidden[0].gates[0], claim.hidden[0]
    stencil = gate.stencil

    def wrong(**changes):
        return list(faults(replace(claim, **changes)))

    def gates(*gates):
        return {"hidden": (replace(layer, gates=gates),), "kernel": (((0.0, 0.0),) * len(gates),)}

    def node(weight, direction):
        return without(stencil, nodes=(Node(weight, (direction, 0)),))

    names = claim.variables
    pairs = [
        ({"activation_ulp": limits.MAX_ACTIVATION_ULP}, {"activation_ulp": nextafter(1e6, inf)}),
        ({"activation_ulp": 0.0}, {"activation_ulp": -SMALLEST}),
        ({"boxes": 0}, {"boxes": -1}),
        ({"box": ((1.0, 1.0), (0.0, 2.0))}, {"box": ((1.0, 1.0 - 2.0**-24), (0.0, 2.0))}),
        ({}, {"box": claim.box[:1]}),
        ({}, {"variables": (names[0], names[0])}),
        ({"box": ((0.0, 1.0), (0.0, 2.0)), "bits": frozenset({0})}, {"bits": frozenset({1})}),
        ({}, {"bits": frozenset({2})}),
        ({"origin": (0.5, 0.0)}, {"origin": (0.5,)}),
        ({}, {"box": ((0.0, 1.0),) * 2, "bits": frozenset({0}), "origin": (0.5, 0.0)}),
        (node(limits.MAX_WEIGHT, 0), node(limits.MAX_WEIGHT + 1, 0)),
        (node(-limits.MAX_WEIGHT, 0), node(-limits.MAX_WEIGHT - 1, 0)),
        (node(1, limits.MAX_DIRECTION), node(1, -limits.MAX_DIRECTION - 1)),
        (without(stencil, constant_weight=limits.MAX_WEIGHT),
         without(stencil, constant_weight=limits.MAX_WEIGHT + 1)),
        ({"stencils": (Stencil("m", (9,), (), 0),)}, {"stencils": (Stencil("m", (10,), (), 0),)}),
        ({"stencils": (Stencil("m", (0,), (), 0),)}, {"stencils": (Stencil("m", (0, 0), (), 0),)}),
        ({}, {"stencils": (Stencil("m", (2, -1), (), 0),)}),
        ({}, {"stencils": (Stencil("m", (1,), (Node(1, (1, 1)),), 0),)}),
        (gates(replace(gate, scale=SMALLEST)), gates(replace(gate, scale=0.0))),
        ({}, gates(replace(gate, operands=(0, len(layer.operands))))),
        ({}, gates(replace(gate, operands=(0, -1)))),
        ({}, gates(replace(gate, operands=(0,)))),
        ({}, gates()),
        ({}, {"outputs": (Affine(((0, 1.0), (0, 1.0)), 0.0),)}),
        ({}, {"outputs": (Affine(((1, 1.0),), 0.0),)}),
        ({}, {"hidden": (replace(layer, operands=(Affine(((2, 1.0),), 0.0),) * 2),)}),
        ({"kernel": (((0.0, 0.0),),)}, {"kernel": (((0.0, -SMALLEST),),)}),
        ({}, {"kernel": ()}),
        ({}, {"bounds": ()}),
        ({}, {"bounds": (replace(claim.bounds[0], witness=(0.0,)),)}),
        ({}, {"bounds": (replace(claim.bounds[0], subdivision=((2, 0.5), None, None)),)}),
        ({"polynomials": (Polynomial({(512, 0): Fraction(1)}, ()),)},
         {"polynomials": (Polynomial({(512, 1): Fraction(1)}, ()),)}),
        ({}, {"polynomials": (Polynomial({(2, -1): Fraction(1)}, ()),)}),
        ({"polynomials": (Polynomial({}, (LocalVariable(0, Fraction(0), Fraction(1)),)),)},
         {"polynomials": (Polynomial({}, (LocalVariable(0, Fraction(0), Fraction(0)),)),)}),
        ({}, {"polynomials": (Polynomial({}, (LocalVariable(2, Fraction(0), Fraction(1)),)),)}),
        ({}, {"outputs": claim.outputs * 2, "bounds": claim.bounds * 2,
              "polynomials": claim.polynomials * 2}),  # no scalar
    ]  # fmt: skip
    for fine, bad in pairs:
        assert not wrong(**fine)
        assert wrong(**bad), bad


def test_layers_have_the_shapes_that_they_say_and_neurons_a_limit(claims, monkeypatch):
    from polynet.checker import faults as module

    claim = claims["neurons"]
    first, *others = claim.layers
    for layers in (
        (replace(first, columns=3), *others),
        (first, replace(others[0], columns=9), *others[1:]),
        (replace(first, bias=first.bias[:-1]), *others),
        (replace(first, rows=(((0, 1.0), (0, 1.0)), *first.rows[1:])), *others),
    ):
        assert list(faults(replace(claim, layers=layers)))
    assert list(faults(replace(claim, activation_ulp=0.0)))
    neurons = sum(len(g.stencil.nodes) for layer in claim.hidden for g in layer.gates)
    operands = len(claim.hidden[0].operands)
    for name, most in (("MAX_NEURONS", neurons), ("MAX_DENSE", operands * neurons)):
        monkeypatch.setattr(module, name, most)
        assert not list(faults(claim))
        monkeypatch.setattr(module, name, most - 1)
        assert list(faults(claim))
        monkeypatch.undo()


def edited(data, *path, value):
    data = json.loads(json.dumps(data))
    entry = data
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    return sealed(data)


def test_numbers_are_floats_of_the_dtype_as_python_writes_them(files):
    third, single = (1 / 3).hex(), float(np.float32(1 / 3)).hex()
    scale = ("hidden", 0, "gates", 0, "scale")
    read(edited(files["neurons"], *scale, value=third))
    read(edited(files["gates"], *scale, value=single))
    read(edited(files["gates"], "bounds", 0, "upper", value=third))  # bounds are float64
    for name, value in (
        ("gates", third),  # no float32
        ("gates", (1e39).hex()),
        ("neurons", "0x1p-2"),
        ("neurons", "0x1.00000000000000p-2"),
        ("neurons", "0x0.8000000000000p-1"),
        ("neurons", 0.25),
    ):
        with pytest.raises(MalformedCertificateError):
            read(edited(files[name], *scale, value=value))


def test_the_fingerprint_is_of_every_entry_of_the_network_and_compared(files):
    for data in files.values():
        network = {name: data[name] for name in NETWORK}
        text = json.dumps(network, sort_keys=True, separators=(",", ":"))
        assert data["fingerprint"] == fingerprint(data) == sha256(text.encode()).hexdigest()
        for name in NETWORK:
            assert fingerprint({**data, name: "other"}) != fingerprint(data)
        with pytest.raises(MalformedCertificateError, match="fingerprint"):
            read({**data, "fingerprint": "0" * 64})
    assert set(files["gates"]) - set(NETWORK) == {
        "format", "format_version", "polynet_version", "fingerprint", "by", "activation_ulp",
        "boxes", "requested_ratio", "seconds", "bounds", "kernel",
    }  # fmt: skip


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


def test_a_gate_s_kind_is_its_stencil_s():
    sign = Gate(Stencil("s", (0,), (), 0), 0.0, 1.0, (0,))
    assert sign.is_sign
    assert not replace(sign, stencil=Stencil("c", (1,), (), 0)).is_sign
