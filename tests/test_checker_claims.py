"""What the checker says of a claim's own numbers: each condition where it just holds, and not."""

from dataclasses import replace
from fractions import Fraction
from math import inf, nextafter

import pytest
from certificates import data_of, off_by, small

pytest.importorskip("flint")

from flint import arb, fmpq

from polynet.checker.arithmetic import settings
from polynet.checker.checking import _Checker
from polynet.checker.claim import Affine, LocalVariable, Polynomial
from polynet.checker.errors import NotProvedError, RefutedError
from polynet.checker.ideal import Ideal
from polynet.checker.limits import Budget
from polynet.checker.models import Space
from polynet.checker.propagation import propagate
from polynet.checker.reading import read
from polynet.checker.values import polynomial_value, real_value


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


@pytest.fixture(scope="module")
def claims():
    return {name: read(data) for name, data in small().items()}


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
        witness=(box[1],), truncation_witness=(box[0],),
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


def test_a_witness_s_bits_are_0_or_1():
    claim = read(data_of("s*x", {"s": "bit", "x": (0, 1)}, "gates", activation="tanh"))
    for x in (0.0, 1.0):
        fitting = changed(claim, witness=(x, 0.5), truncation_witness=(x, 0.25))
        assert outcome(fitting, "consistency") is True
    wrong = changed(claim, witness=(0.5, 0.5), truncation_witness=(0.0, 0.0))
    assert outcome(wrong, "consistency") is False


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
