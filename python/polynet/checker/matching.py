"""Which neuron of the layers is which node of which gate.

Nothing is taken on trust here: the proof of the rounding compares every weight with what the gates
prescribe, so a wrong match makes its bound too large.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from .claim import Affine, HiddenLayer
from .errors import NotProvedError
from .limits import allow
from .models import exact

__all__ = [
    "Argument",
    "Form",
    "Neuron",
    "arguments_of",
    "exact_form",
    "merged",
    "neurons_of",
    "units_of",
]


@dataclass(frozen=True)
class Neuron:
    """A node of a gate: its place in the layer, and its integer weight in the gate."""

    index: int
    weight: int


@dataclass(frozen=True)
class Form:
    """``sum of weight * source + constant``, exactly."""

    terms: dict[int, fmpq]
    constant: fmpq


Argument = tuple[float, float, tuple[tuple[int, int], ...]]
"""Bias, scale, and (operand, direction) of a neuron."""


def exact_form(form: Affine) -> Form:
    """Return an affine form with its numbers taken as exact."""
    return Form({k: exact(w) for k, w in form.terms}, exact(form.constant))


def neurons_of(hidden: HiddenLayer, count: int) -> tuple[list[list[Neuron]], list[Argument]]:
    """Match the nodes of all gates, in order, with `count` neurons, and list those' arguments.

    Either every node is a neuron of its own, or nodes with equal arguments are one.
    """
    nodes = [
        (
            gate.bias,
            gate.scale,
            tuple(sorted((k, d) for k, d in zip(gate.operands, node.direction, strict=True) if d)),
        )
        for gate in hidden.gates
        for node in gate.stencil.nodes
    ]
    distinct = list(dict.fromkeys(nodes))
    if count == len(nodes):
        arguments, indices = nodes, list(range(count))
    elif count == len(distinct):
        place = {argument: index for index, argument in enumerate(distinct)}
        arguments, indices = distinct, [place[argument] for argument in nodes]
    else:
        raise NotProvedError(f"a hidden layer has {count} neurons, its gates have {len(nodes)}")
    remaining = iter(indices)
    neurons = [
        [Neuron(next(remaining), node.weight) for node in gate.stencil.nodes]
        for gate in hidden.gates
    ]
    return neurons, arguments


def arguments_of(arguments: list[Argument]) -> list[Form]:
    """Return the neurons' arguments as forms of the operands."""
    forms = []
    for bias, scale, directions in arguments:
        terms: dict[int, fmpq] = {}
        for k, d in directions:
            terms[k] = terms.get(k, fmpq(0)) + exact(scale) * d
        forms.append(Form(terms, exact(bias)))
    return forms


def merged(outer: Form, inner: list[Form]) -> Form:
    """Return a form of forms, multiplied out."""
    terms: dict[int, fmpq] = {}
    constant = outer.constant
    for k, weight in outer.terms.items():
        constant += weight * inner[k].constant
        for source, w in inner[k].terms.items():
            terms[source] = terms.get(source, fmpq(0)) + weight * w
    return Form(terms, constant)


def units_of(gates: dict[int, list[Neuron]], weights: dict[int, fmpq]) -> dict[int, fmpq]:
    """Find u with weight_k = sum over gates g of u_g (integer weight of neuron k in g).

    Where there is none, the result is some other u: what it leaves of the weights has to be
    accounted for.
    """
    left, units = dict(weights), {}
    unknown = dict(gates)
    readers: dict[int, set[int]] = {}
    for g, neurons in gates.items():
        for neuron in neurons:
            readers.setdefault(neuron.index, set()).add(g)
    # A neuron of which only one gate is unknown gives that gate away.
    waiting = list(gates)
    while waiting:
        g = waiting.pop()
        own = next((n for n in gates[g] if len(readers[n.index]) == 1), None)
        if g not in unknown or own is None:
            continue
        units[g] = left.get(own.index, fmpq(0)) / own.weight
        del unknown[g]
        for neuron in gates[g]:
            left[neuron.index] = left.get(neuron.index, fmpq(0)) - units[g] * neuron.weight
            readers[neuron.index].discard(g)
            waiting += readers[neuron.index]
    # What is still open, all at once: the normal equations of these equations.
    places = {g: place for place, g in enumerate(unknown)}
    allow(nanoseconds=200.0 * len(places) ** 3, size=100.0 * len(places) ** 2)
    matrix = [[fmpq(0)] * len(places) for _ in places]
    right = [[fmpq(0)] for _ in places]
    rows: dict[int, list[tuple[int, int]]] = {}
    for g, neurons in unknown.items():
        for neuron in neurons:
            rows.setdefault(neuron.index, []).append((places[g], neuron.weight))
    for k, entries in rows.items():
        for i, w in entries:
            right[i][0] += w * left.get(k, fmpq(0))
            for j, v in entries:
                matrix[i][j] += w * v
    if places:
        try:
            solution = fmpq_mat(matrix).solve(fmpq_mat(right))
            units |= {g: solution[place, 0] for g, place in places.items()}
        except ZeroDivisionError:
            units |= dict.fromkeys(unknown, fmpq(0))
    return units
