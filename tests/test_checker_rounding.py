"""What the checker says an evaluation loses: neuron by neuron and row by row, exactly.

The parts of a network are made by hand, of numbers whose bounds can be written down.
"""

from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip("flint")

from flint import arb, fmpq

from polynet.checker import rounding
from polynet.checker.arithmetic import settings
from polynet.checker.claim import Affine, Gate, HiddenLayer, Layer, Node, Stencil
from polynet.checker.errors import NotProvedError
from polynet.checker.limits import Budget
from polynet.checker.matching import (
    Form,
    Neuron,
    arguments_of,
    exact_form,
    merged,
    neurons_of,
    units_of,
)
from polynet.checker.ranges import Range
from polynet.checker.rounding import Block, Source
from polynet.checker.series import Series

ULP = arb(2) ** -23  # of 1 in float32
TINY = arb(2) ** -126


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


def claim(**changes):
    """What these functions look at of a claim."""
    entries = {"dtype": "float32", "activation": "exp", "activation_ulp": 4.0, "form": "factored"}
    return SimpleNamespace(**{**entries, "origin": (), "bits": frozenset(), **changes})


def test_a_neuron_is_off_by_its_ulps_its_argument_s_error_and_what_underflow_takes():
    found = rounding._computed(claim(), arb(-1.5), arb(0.5), arb(2) ** -10)
    off = arb(2) ** -10 + 4 * ULP + TINY
    assert found.error == off
    assert (found.low, found.high) == (-1.5 - off, 0.5 + off)
    # The ulp are of the largest value, whichever end that is, or of 0.99 for some functions.
    assert rounding._computed(claim(), arb(-0.75), arb(0.5), arb(0)).error == 2 * ULP + TINY
    assert rounding._computed(claim(), arb(0), arb(2.5), arb(0)).error == 8 * ULP + TINY
    for name in ("cos", "logcosh", "logistic"):
        small = rounding._computed(claim(activation=name), arb(0), arb(2) ** -9, arb(0))
        assert small.error == 2 * ULP + TINY
    assert rounding._computed(claim(), arb(0), arb(2) ** -9, arb(0)).error == ULP / 128 + TINY
    double = rounding._computed(claim(dtype="float64"), arb(0), arb(1), arb(0))
    assert arb(2) ** -50 < double.error < arb(2) ** -50 + arb(2) ** -300


def test_a_neuron_s_argument_ranges_over_all_of_its_operands_and_its_error():
    error = arb(2) ** -8
    form = Form({0: fmpq(-1, 4), 1: fmpq(1, 8)}, fmpq(1, 2))
    found = rounding._neuron(claim(), form, [arb(2), arb(1)], error)
    radius = arb(0.5) + 0.125 + error
    most = (arb(0.5) + radius).exp()
    assert found.high >= most.lower()
    assert found.low <= (arb(0.5) - radius).exp().upper()
    assert found.error >= (most * error).lower()
    off = 4 * 4 * ULP + TINY  # of values from 2 to 4
    assert found.error <= most * error * (1 + arb(10) ** -9) + off


def test_a_neuron_of_bits_is_between_the_sigmoid_s_limits():
    scale, error = 4.0, arb(2) ** -3
    form = Form({0: fmpq(4)}, fmpq(0))
    found = rounding._sign_neuron(claim(activation="tanh"), form, error)
    slope = 1 - (arb(scale) / 4).tanh() ** 2
    off = slope * error + 4 * ULP + TINY
    assert off.lower() <= found.error <= off * (1 + arb(2) ** -200)
    assert found.low <= -1 - off.lower()
    assert found.high >= 1 + off.lower()
    rounding._sign_neuron(claim(activation="tanh"), form, arb(scale) / 8)
    with pytest.raises(NotProvedError, match="change the sign"):
        rounding._sign_neuron(claim(activation="tanh"), form, arb(scale) / 8 + arb(2) ** -60)


def block(errors=(0.0, 0.0), carried=(0.0,), weights=(1, -1), scale=0.5, constant=0.0):
    """One gate of two neurons with values in [-1, 1], its own in [-2, 2]."""
    return Block(
        [Source(arb(-1), arb(1), arb(e)) for e in errors],
        [[Neuron(k, w) for k, w in enumerate(weights)]],
        [arb(scale)],
        [arb(constant)],
        [Range(arb(-2), arb(2))],
        [arb(c) for c in carried],
    )


def test_what_gates_are_off_by_passes_with_the_coefficient():
    """Coefficient times carried error, and neurons' errors times their weights in the form."""
    form = Form({0: fmpq(-3)}, fmpq(7))
    assert rounding._shared_error(block(carried=(0.25,)), form) == 0.75
    # Either neuron has the weight -3/(1/2).
    assert rounding._shared_error(block(errors=(0.125, 0.5)), form) == 6 * 0.125 + 6 * 0.5
    # Two gates that share a neuron: its weights add up before its error counts.
    shared = Block(
        [Source(arb(-1), arb(1), arb(0.125))], [[Neuron(0, 1)], [Neuron(0, -2)]],
        [arb(1), arb(1)], [arb(0)] * 2, [Range(arb(-1), arb(1))] * 2, [arb(0)] * 2,
    )  # fmt: skip
    form = Form({0: fmpq(5), 1: fmpq(1)}, fmpq(0))
    assert rounding._shared_error(shared, form) == (5 - 2) * 0.125


def row(block, weights, bias, form, **changes):
    """A row's error, but for what underflow takes: with n terms, 4 n - 2 and all factors."""
    sizes = [abs(w) + abs(block.sources[k].high) for k, w in weights.items() if w]
    flushed = sum(sizes, arb(0)) + 4 * (len(sizes) + bool(bias)) - 2
    return rounding._row_error(claim(**changes), block, weights, bias, form) - flushed * TINY


def test_a_row_of_exact_weights_only_loses_its_additions():
    """x_1/2 - x_2/2 of the neurons is a quarter of the gate, whose N is 1/2: 1/2 = 1/4/(1/2)."""
    form = Form({0: fmpq(1, 4)}, fmpq(0))
    assert row(block(), {0: 0.5, 1: -0.5}, 0.0, form) == ULP / 4  # one sum, up to 1/2 and more
    # A bias of 1: sums up to 2, where the whole is at most 3/2.
    form = Form({0: fmpq(1, 4)}, fmpq(1))
    assert row(block(), {0: 0.5, 1: -0.5}, 1.0, form) == ULP / 2 + ULP / 2


def test_a_row_s_misfits_count_with_what_they_multiply():
    base = row(block(), {0: 0.5, 1: -0.5}, 0.0, Form({0: fmpq(1, 4)}, fmpq(0)))
    off = fmpq(1, 1024)
    # The bias, the gate's coefficient times its values, a neuron that no gate accounts for.
    assert row(block(), {0: 0.5, 1: -0.5}, 0.0, Form({0: fmpq(1, 4)}, off)) == base + arb(off)
    form = Form({0: fmpq(1, 4) + off}, fmpq(0))
    assert row(block(), {0: 0.5, 1: -0.5}, 0.0, form) == base + 2 * arb(off)
    changed = row(block(), {0: 0.5, 1: -0.5 - 2.0**-10}, 0.0, Form({0: fmpq(1, 4)}, fmpq(0)))
    # The unit is the first neuron's or the second's: 2^-10 left of the other, or twice that of N.
    assert changed >= base + arb(2) ** -10
    # c_0 s(b) of the gate is subtracted by the bias.
    with_constant = block(constant=0.75)
    form = Form({0: fmpq(1, 4)}, fmpq(0))
    assert row(with_constant, {0: 0.5, 1: -0.5}, 0.375, form) < 4 * ULP
    assert row(with_constant, {0: 0.5, 1: -0.5}, -0.375, form) > 0.75


def test_a_row_s_products_are_rounded():
    third = 11184811 / 2**25  # a float32
    form = Form({0: fmpq(11184811, 2**26)}, fmpq(0))
    # All three numbers are from 1/4 to 1/2.
    assert row(block(), {0: third, 1: -third}, 0.0, form) == 3 * ULP / 8


def network(size=1.0, reach=2.0, value=3.0):
    """What is known of a network of one product gate, its operands at most `size`."""
    stencil = Stencil("product", (1, 1), (Node(1, (1, 1)),), 0)
    gate = Gate(stencil, 0.0, 1.0, (0, 1))
    series = Series(gate, [arb(reach)] * 2, {(1, 1): arb(1)}, arb(0), [arb(0), arb(0)])
    operand = Range(arb(-size), arb(size))
    return SimpleNamespace(
        ideal=SimpleNamespace(space=SimpleNamespace(budget=Budget())),
        series=[[series]], operands=[[operand, operand]], gates=[[Range(arb(-value), arb(value))]],
    ), gate, series  # fmt: skip


def test_an_operand_s_error_passes_a_gate_with_its_slope_where_it_is_computed():
    known, gate, series = network()
    carried = rounding._carried(known, 0, gate, [arb(0.5), arb(0.25)], series)
    # Slopes |z_2| <= 1 + 1/4 and |z_1| <= 1 + 1/2, each times the other's error.
    assert carried == 1.25 * 0.5 + 1.5 * 0.25
    rounding._carried(known, 0, gate, [arb(1), arb(1)], series)
    with pytest.raises(NotProvedError, match="out of the range"):
        rounding._carried(known, 0, gate, [arb(1), arb(1) + arb(2) ** -60], series)


def test_a_block_s_gates_are_off_by_their_neurons_over_n_and_what_is_carried():
    known, gate, _ = network()
    gate = replace(gate, scale=0.5)
    layer = HiddenLayer((), (gate,))
    sources = [Source(arb(0), arb(1), arb(0.25))]
    found = rounding._block(
        claim(hidden=(layer,)), known, 0, [[Neuron(0, -3)]], sources, [arb(0.5), arb(0.25)]
    )
    assert found.carried == [1.0]
    # N = s''(0) l^2 1 = 1/4 for e^x.
    assert abs(found.scale[0] - 0.25) < arb(2) ** -200
    off = 3 * arb(0.25) / 0.25 + 1
    (value,) = found.values
    assert off <= value.high - 3 <= off * (1 + arb(2) ** -200)
    assert off <= -3 - value.low <= off * (1 + arb(2) ** -200)


def test_a_gate_s_kernel_is_off_by_its_contract_and_what_is_carried():
    known, gate, _ = network()
    forms = (Affine(((0, 1.0),), 0.0), Affine(((1, 1.0),), 0.0))
    outputs = (Affine(((0, 4.0),), 0.0),)
    relative, absolute = 2.0**-9, 2.0**-7
    (found,) = rounding.rounding_by_gates(
        claim(box=((-1.0, 1.0),) * 2, hidden=(HiddenLayer(forms, (gate,)),), outputs=outputs,
              kernel=(((relative, absolute),),)),
        known,
    )  # fmt: skip
    # The target is at most 1 (and the operands lose nothing but what underflow takes).
    expected = 4 * (arb(relative) + absolute)
    assert expected <= found <= expected + arb(2) ** -110


def test_an_input_less_its_origin_is_rounded_where_its_bits_end():
    def less(low, high, origin, bit=False):
        bits = frozenset({0} if bit else ())
        (value,) = rounding._less_origin(claim(box=((low, high),), origin=(origin,), bits=bits))
        return value

    plain = less(-1.0, 1.5, 0.0)
    assert (plain.low, plain.high, plain.error, plain.grid) == (-1, 1.5, 0, -149)
    assert less(4.0, 6.0, 0.0).grid == -21
    assert less(0.0, 1.0, 0.0, bit=True).grid == 0
    moved = less(4.0, 6.0, 5.0)
    assert (moved.low, moved.high) == (-1, 1)
    assert moved.error < arb(2) ** -120  # exact, but for what underflow takes
    rounded = less(-1.0, 1.5, 3.0)
    assert (rounded.low, rounded.high) == (-4, -1.5)
    assert 2 * ULP <= rounded.error < 2 * ULP + arb(2) ** -120


def test_an_origin_is_subtracted_by_the_first_layer_or_by_the_constants():
    identity = Layer(1, (((0, 1.0),),), (-3.0,), False)
    given = {"box": ((-1.0, 1.5),), "origin": (3.0,)}
    found = rounding._inputs(claim(**given), iter([identity]))
    assert found.carried == [0]
    assert found.sources[0].error >= 2 * ULP
    for wrong in (
        Layer(1, (((0, 1.0),),), (3.0,), False),
        Layer(1, (((0, 2.0),),), (-3.0,), False),
        Layer(1, (((0, 1.0),),), (-3.0,), True),
    ):
        with pytest.raises(NotProvedError, match="subtract the origin"):
            rounding._inputs(claim(**given), iter([wrong]))
    found = rounding._inputs(claim(form="merged", **given), iter([]))
    assert found.constant == [-3]
    assert (found.sources[0].low, found.sources[0].high, found.sources[0].error) == (-1, 1.5, 0)
    assert (found.values[0].low, found.values[0].high) == (-4, -1.5)


GATES = HiddenLayer(
    (),
    (
        Gate(Stencil("a", (1,), (Node(1, (1,)), Node(-2, (-1,))), 0), 0.5, 0.25, (0,)),
        Gate(Stencil("b", (1, 1), (Node(3, (1, 0)), Node(4, (2, -1))), 0), 0.5, 0.25, (0, 1)),
    ),
)


def test_nodes_with_equal_arguments_may_be_one_neuron():
    neurons, arguments = neurons_of(GATES, 4)
    assert neurons == [[Neuron(0, 1), Neuron(1, -2)], [Neuron(2, 3), Neuron(3, 4)]]
    neurons, arguments = neurons_of(GATES, 3)
    assert neurons == [[Neuron(0, 1), Neuron(1, -2)], [Neuron(0, 3), Neuron(2, 4)]]
    assert arguments_of(arguments) == [
        Form({0: fmpq(1, 4)}, fmpq(1, 2)),
        Form({0: fmpq(-1, 4)}, fmpq(1, 2)),
        Form({0: fmpq(1, 2), 1: fmpq(-1, 4)}, fmpq(1, 2)),
    ]
    with pytest.raises(NotProvedError, match="2 neurons"):
        neurons_of(GATES, 2)


def test_forms_of_forms_are_multiplied_out():
    inner = [exact_form(Affine(((0, 2.0), (1, -1.0)), 5.0)), exact_form(Affine(((1, 3.0),), -7.0))]
    found = merged(Form({0: fmpq(1, 3), 1: fmpq(2)}, fmpq(1)), inner)
    assert found == Form({0: fmpq(2, 3), 1: fmpq(-1, 3) + 6}, 1 + fmpq(5, 3) - 14)


def test_units_make_the_weights_also_where_gates_share_all_their_neurons():
    alone = {0: [Neuron(0, 1), Neuron(1, -1)], 1: [Neuron(1, 2), Neuron(2, 5)]}
    shared = {0: [Neuron(0, 1), Neuron(1, 1)], 1: [Neuron(0, 1), Neuron(1, -1)]}
    for gates, units in ((alone, {0: fmpq(1, 3), 1: fmpq(-2)}), (shared, {0: fmpq(7), 1: fmpq(2)})):
        weights: dict[int, fmpq] = {}
        for g, neurons in gates.items():
            for n in neurons:
                weights[n.index] = weights.get(n.index, fmpq(0)) + units[g] * n.weight
        assert units_of(gates, weights) == units
