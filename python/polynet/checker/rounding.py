"""How far the evaluation in floating point is from the network's real-number function.

By neurons: the layers that the file holds are taken as any runtime takes them, and compared with
the gates row by row. What the neurons of a gate are off by makes the gate's value off, and so the
operands of the next layer. All neurons that read such an operand see the same one, and its error
passes through their gate as a whole, by the mean value theorem with the gate's slope. A row adds
errors of its own: its weights are not exactly those that the gates prescribe, and its sum is
rounded. In factored form a row is an operand again; in merged form it is the argument of one
neuron, and its error passes through that neuron's slope.

By gates: the affine forms are added up from the left, and each gate keeps the contract of its
kernel that the file states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flint import arb, fmpq

from .activations import limit, range_and_slope, taylor
from .claim import Affine, Claim, Gate, Layer
from .errors import NotProvedError
from .limits import Budget
from .matching import Form, Neuron, arguments_of, exact_form, merged, neurons_of, units_of
from .models import exact
from .propagation import Propagation
from .ranges import Range
from .series import Series, normalisation
from .sums import FORMATS, Computed, Sum, sum_from_left

__all__ = ["rounding_by_gates", "rounding_by_neurons"]

# The ulp of an activation are those of the largest value that a neuron takes, or of this where it
# is larger: runtimes compute ln cosh x as |x| + ln(1 + e^(-2|x|)) - ln 2, and some cosines and
# logistic functions with an absolute error.
RUNTIME_MAGNITUDE = {"cos": 0.99, "logcosh": 0.99, "logistic": 0.99}


@dataclass
class Source:
    """What a row's weights may multiply: a computed number between `low` and `high`."""

    low: arb
    high: arb
    error: arb  # of this number alone, its operands taken as they are computed


@dataclass
class Block:
    """A layer of gates as the next rows see it; for the inputs, gates are the inputs."""

    sources: list[Source]
    neurons: list[list[Neuron]]  # of each gate: which source, with which integer weight
    scale: list[arb]  # N of each gate
    constant: list[arb]  # w_0 s(b) of each gate
    values: list[Range]  # of g~, what the computed neurons make of the gate g
    carried: list[arb]  # of sup |g~ - g|, what the operands' errors make


def rounding_by_neurons(claim: Claim, network: Propagation) -> list[arb]:
    """Return a bound on |layers evaluated - real-number function| for every output."""
    layers, budget = iter(claim.layers), network.ideal.space.budget
    block = _inputs(claim, layers)
    for t, hidden in enumerate(claim.hidden):
        forms = [exact_form(form) for form in hidden.operands]
        operands = [_shared_error(block, form) for form in forms]
        factored = claim.form == "factored"
        linear = _next(layers, len(block.sources), len(forms) if factored else None)
        if factored:
            operands = _sums(operands, _rows(claim, block, linear, forms, budget))
            last = _next(layers, len(forms))
        else:
            last = linear
        neurons, arguments = neurons_of(hidden, len(last.rows))
        prescribed = arguments_of(arguments)
        if not last.activated or (linear.activated and linear is not last):
            raise NotProvedError(f"the activation of hidden layer {t} is not where it belongs")
        reach = [(z.size + e).upper() for z, e in zip(network.operands[t], operands, strict=True)]
        if factored:
            as_inputs = _exact_sources([(-z, z) for z in reach])
            errors = _rows(claim, as_inputs, last, prescribed, budget)
        else:
            errors = _rows(claim, block, last, (merged(form, forms) for form in prescribed), budget)
        signs = {
            n.index
            for gate, own in zip(hidden.gates, neurons, strict=True)
            for n in own
            if gate.is_sign
        }
        sources = []
        for k, (form, error) in enumerate(zip(prescribed, errors, strict=True)):
            budget.spend()
            sources.append(
                _sign_neuron(claim, form, error)
                if k in signs
                else _neuron(claim, form, reach, error)
            )
        block = _block(claim, network, t, neurons, sources, operands)
    outputs = _next(layers, len(block.sources), len(claim.outputs))
    if outputs.activated or next(layers, None) is not None:
        raise NotProvedError("the layers do not end with the outputs")
    forms = [exact_form(form) for form in claim.outputs]
    shared = [_shared_error(block, form) for form in forms]
    return _sums(shared, _rows(claim, block, outputs, forms, budget))


def _neuron(claim: Claim, argument: Form, reach: list[arb], error: arb) -> Source:
    """Bound a computed neuron whose argument is off by `error`."""
    radius = sum((abs(arb(w)) * reach[k] for k, w in argument.terms.items()), error).upper()
    low, high, slope = range_and_slope(claim.activation, arb(argument.constant), radius)
    return _computed(claim, low, high, slope * error)


def _sign_neuron(claim: Claim, argument: Form, error: arb) -> Source:
    """Bound a computed sigmoid of a sum of bits, at least 3/8 of the scale from 0."""
    ((_, scale),) = argument.terms.items()
    if not error <= arb(scale) / 8:
        raise NotProvedError("rounding may change the sign of a sum of bits")
    middle = taylor(claim.activation, arb(0), 0)[0]
    slope = abs(taylor(claim.activation, arb(scale) / 4, 1)[1])
    end = limit(claim.activation)
    return _computed(claim, middle - end, middle + end, slope * error)


def _computed(claim: Claim, low: arb, high: arb, shifted: arb) -> Source:
    number = FORMATS[claim.dtype]
    size = abs(low).max(abs(high)).max(arb(RUNTIME_MAGNITUDE.get(claim.activation, 0.0)))
    ulp = 2 * number.half_ulp(size.upper())
    off = (shifted + arb(claim.activation_ulp) * ulp + number.smallest_normal).upper()
    return Source((low - off).lower(), (high + off).upper(), off)


def _block(
    claim: Claim,
    network: Propagation,
    t: int,
    neurons: list[list[Neuron]],
    sources: list[Source],
    operands: list[arb],
) -> Block:
    block = Block(sources, neurons, [], [], [], [])
    for g, gate in enumerate(claim.hidden[t].gates):
        series = network.series[t][g]
        at_bias = taylor(claim.activation, arb(gate.bias), 0)[0]
        scale = normalisation(claim.activation, gate)
        own = sum((abs(n.weight) * sources[n.index].error for n in neurons[g]), arb(0))
        carried = _carried(network, t, gate, operands, series)
        error = (own / abs(scale) + carried).upper()
        block.scale.append(scale)
        block.constant.append(gate.stencil.constant_weight * at_bias)
        block.values.append(network.gates[t][g] + Range(-error, error))
        block.carried.append(carried)
    return block


def _carried(network: Propagation, t: int, gate: Gate, operands: list[arb], series: Series) -> arb:
    """Bound |g(computed operands) - g(exact operands)| by the mean value theorem."""
    network.ideal.space.budget.spend()
    reach = _computed_reach(network, t, gate, operands, series)
    terms = (series.slope(i, reach) * operands[k] for i, k in enumerate(gate.operands))
    return sum(terms, arb(0)).upper()


def rounding_by_gates(claim: Claim, network: Propagation) -> list[arb]:
    """Return a bound on |gates evaluated - real-number function|, the kernels' contracts given."""
    number = FORMATS[claim.dtype]
    values = _less_origin(claim)
    for t, hidden in enumerate(claim.hidden):
        operands = [
            sum_from_left(number, form, values, z.size)
            for form, z in zip(hidden.operands, network.operands[t], strict=True)
        ]
        values = []
        for g, gate in enumerate(hidden.gates):
            series = network.series[t][g]
            reach = _computed_reach(network, t, gate, operands, series)
            relative, absolute = claim.kernel[t][g]
            target = arb(1)
            for z, power in zip(reach, gate.stencil.target, strict=True):
                target *= z**power
            off = _carried(network, t, gate, operands, series)
            error = (arb(relative) * target + arb(absolute) + off).upper()
            exact_value = network.gates[t][g]
            values.append(Computed(exact_value.low, exact_value.high, error, number.finest_grid))
    return [sum_from_left(number, form, values, arb.pos_inf()) for form in claim.outputs]


def _exact_sources(ranges: Iterable[tuple[arb, arb]]) -> Block:
    sources = [Source(low, high, arb(0)) for low, high in ranges]
    count = len(sources)
    zeros = [arb(0)] * count
    return Block(
        sources,
        [[Neuron(i, 1)] for i in range(count)],
        [arb(1)] * count,
        zeros,
        [Range(s.low, s.high) for s in sources],
        zeros,
    )


def _inputs(claim: Claim, layers: Iterator[Layer]) -> Block:
    """Return the inputs less their origins as the first rows see them.

    In factored form a layer of its own subtracts the origins, in merged form the rows' constants do
    that, as the weights see them.
    """
    block = _exact_sources([(arb(low), arb(high)) for low, high in claim.box])
    if not any(claim.origin):
        return block
    shifted = _less_origin(claim)
    block.values = [Range(z.low, z.high) for z in shifted]
    if claim.form == "merged":
        block.constant = [arb(-o) for o in claim.origin]
        return block
    layer = _next(layers, len(claim.box), len(claim.box))
    expected = tuple(((i, 1.0),) for i in range(len(claim.box)))
    if layer.activated or (layer.rows, layer.bias) != (expected, tuple(-o for o in claim.origin)):
        raise NotProvedError("the first layer does not subtract the origin")
    # Two terms: added from the left or from the right.
    block.sources = [Source(z.low - z.error, z.high + z.error, z.error) for z in shifted]
    block.carried = [arb(0)] * len(shifted)
    return block


def _less_origin(claim: Claim) -> list[Computed]:
    """Return the computed inputs less their origins."""
    number, values = FORMATS[claim.dtype], []
    for i, (low, high) in enumerate(claim.box):
        grid = 0 if i in claim.bits else number.input_grid(low, high)
        value = Computed(arb(low), arb(high), arb(0), grid)
        if claim.origin and claim.origin[i]:
            o = claim.origin[i]
            least, most = exact(low) - exact(o), exact(high) - exact(o)
            size = arb(max(abs(least), abs(most)))
            error = sum_from_left(number, Affine(((0, 1.0),), -o), [value], size)
            value = Computed(arb(least).lower(), arb(most).upper(), error, number.finest_grid)
        values.append(value)
    return values


def _next(layers: Iterator[Layer], columns: int, rows: int | None = None) -> Layer:
    layer = next(layers, None)
    if layer is None or layer.columns != columns or rows not in (None, len(layer.rows)):
        raise NotProvedError("the layers do not have the shape of the gates")
    return layer


def _rows(
    claim: Claim, block: Block, layer: Layer, forms: Iterable[Form], budget: Budget
) -> list[arb]:
    errors = []
    for row, bias, form in zip(layer.rows, layer.bias, forms, strict=True):
        budget.spend()
        errors.append(_row_error(claim, block, dict(row), bias, form))
    return errors


def _sums(first: list[arb], second: list[arb]) -> list[arb]:
    return [(a + b).upper() for a, b in zip(first, second, strict=True)]


def _shared_error(block: Block, form: Form) -> arb:
    """Bound what the gates' errors make of a form of them; gates may share neurons."""
    error = arb(0)
    weights: dict[int, arb] = {}
    for g, c in form.terms.items():
        error += abs(arb(c)) * block.carried[g]
        for neuron in block.neurons[g]:
            weight = arb(c) * neuron.weight / block.scale[g]
            weights[neuron.index] = weights.get(neuron.index, arb(0)) + weight
    error += sum((abs(w) * block.sources[k].error for k, w in weights.items()), arb(0))
    return error.upper()


def _row_error(
    claim: Claim, block: Block, weights: dict[int, float], bias: float, form: Form
) -> arb:
    """Bound |computed row - the form of the gates that the computed neurons make|."""
    left = {k: exact(w) for k, w in weights.items()}  # weights that no gate accounts for yet
    # All neurons of a gate have integer multiples of one unit.
    units = units_of({g: block.neurons[g] for g in form.terms}, left)
    constant = arb(exact(bias) - form.constant)
    total = Range(arb(form.constant), arb(form.constant))
    error = arb(0)
    for g, coefficient in form.terms.items():
        unit = units[g]
        for neuron in block.neurons[g]:
            left[neuron.index] = left.get(neuron.index, fmpq(0)) - unit * neuron.weight
        misfit = arb(unit) * block.scale[g] - arb(coefficient)
        error += abs(misfit) * block.values[g].size
        constant -= arb(unit) * block.constant[g]
        total = total + block.values[g].times(arb(coefficient))
    error += abs(constant)
    sums = Sum(FORMATS[claim.dtype])
    sums.add_constant(bias)
    for k, weight in weights.items():
        source = block.sources[k]
        sums.add_product(weight, source.low, source.high)
    for k, rest in left.items():
        source = block.sources[k]
        error += abs(arb(rest)) * abs(source.low).max(abs(source.high))
    if not sums.sizes:
        return error.upper()
    return (error + sums.rounding((total.size + error).upper())).upper()


def _computed_reach(
    network: Propagation, t: int, gate: Gate, operands: list[arb], series: Series
) -> list[arb]:
    """Bound the computed operands; they must stay where the gate's series holds."""
    reach = [network.operands[t][k].size + operands[k] for k in gate.operands]
    if not all(z <= limit for z, limit in zip(reach, series.reach, strict=True)):
        raise NotProvedError("rounding may carry an operand out of the range of its series")
    return reach
