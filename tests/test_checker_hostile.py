"""Whatever a file says, the checker ends soon, with a verdict or a named error."""

import copy
import itertools
import json

import pytest
from certificates import data_of, sealed

import polynet as pn

pytest.importorskip("flint")

from polynet.checker import limits

XY = {"x": (-1, 1), "y": (-1, 1)}


def number(x):
    return float(x).hex()


def generous(data):
    """Claim so little that no simple claim fails, and the checker has to work."""
    for bounds in data["bounds"]:
        bounds.update(dict.fromkeys(("lower", "truncation_lower", "value"), number(0)))
        bounds.update(rounding=number(1e307), truncation_upper=number(1e300), upper=number(1e308))
        bounds["witness"] = bounds["truncation_witness"] = [low for low, _ in data["box"]]
    return data


def outcome(data, seconds=300.0):
    """Return the verdict, or None for a named error; anything else fails the test."""
    try:
        return pn.verify(data, time_limit=seconds)
    except pn.InvalidInputError:
        return None


@pytest.fixture(scope="module")
def originals():
    return [data_of("x*y", XY, by) for by in ("gates", "neurons")]


def places(data, path=()):
    """Every place of the data, one for those that differ by indices alone."""
    seen = {}
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        here = (*path, key)
        seen.setdefault((len(here), *(k for k in here if isinstance(k, str))), here)
        if isinstance(value, dict | list):
            for kind, place in places(value, here).items():
                seen.setdefault(kind, place)
    return seen


def deep(levels):
    nested = []
    for _ in range(levels):
        nested = [nested]
    return nested


WRONG = [
    None,
    True,
    False,
    -1,
    0,
    7,
    10**17,
    10**400,
    1.5,
    float("nan"),
    "",
    "x",
    "nan",
    "-0x0.0p+0",
    "0x1.fffffffffffffp+1023",
    "-0x1.fffffffffffffp+1023",
    "0x0.0000000000001p-1022",
    "9" * 5000,
    "1/0",
    [],
    [None],
    ["0x1.0000000000000p+0"] * 3,
    [[0, "0x1.0000000000000p+0"]] * 2,
    deep(5000),
    {},
    {"terms": []},
]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("claims", ["as they are", "generous"])
def test_anything_in_any_place_ends_with_a_verdict_or_a_named_error(originals, which, claims):
    original = originals[which]
    if claims == "generous":
        original = generous(copy.deepcopy(original))
    tried = 0
    for path in places(original).values():
        for wrong in WRONG:
            data = copy.deepcopy(original)
            entry = data
            for key in path[:-1]:
                entry = entry[key]
            entry[path[-1]] = wrong
            outcome(sealed(data), seconds=5.0)
            tried += 1
    assert tried > 1000


@pytest.mark.parametrize("where", [(), ("hidden", 0), ("hidden", 0, "gates", 0), ("bounds", 0)])
def test_unknown_entries_are_refused(originals, where):
    data = copy.deepcopy(originals[0])
    entry = data
    for key in where:
        entry = entry[key]
    entry["comment"] = "of no meaning"
    with pytest.raises(pn.InvalidInputError, match="comment"):
        pn.verify(sealed(data))


def test_old_files_are_named(originals):
    data = {**originals[0], "format_version": 1}
    del data["fingerprint"]
    for read in (pn.verify, lambda d: pn.verify(json.loads(json.dumps(d)))):
        with pytest.raises(pn.InvalidInputError, match="format_version is 1"):
            read(data)


def test_nesting_is_no_recursion_error(tmp_path):
    path = tmp_path / "c.json"
    for text in (
        "[" * 10**6,
        '{"a":' * 10**6,
        '{"format":"polynet-certificate","box":' + "[" * 10**5,
    ):
        path.write_text(text)
        for read in (pn.verify, pn.load_certificate):
            with pytest.raises(pn.InvalidInputError):
                read(path)


@pytest.mark.parametrize("activation", pn.activation_names())
@pytest.mark.parametrize("field", ["bias", "scale"])
def test_extreme_gates_have_a_verdict(originals, activation, field):
    for original, size in itertools.product(originals, (-1e308, 1e308, 5e-324, 1e5)):
        data = generous(copy.deepcopy(original))
        data["activation"] = activation
        data["hidden"][0]["gates"][0][field] = number(size)
        assert not outcome(sealed(data))


@pytest.mark.parametrize("weight", [1.0, 2.0**-1000, 2.0**1000])
@pytest.mark.parametrize("target", [[1], [2]])
def test_hundreds_of_layers_have_a_verdict(originals, weight, target):
    data = generous(copy.deepcopy(originals[0]))
    nodes = [[1, [1]], [-1 if target == [1] else 1, [-1]]]
    data["stencils"].append(
        {"name": "copy", "target": target, "nodes": nodes, "constant_weight": 0}
    )
    gate = {"stencil": 1, "bias": number(1), "scale": number(2.0**-8), "operands": [0]}
    operand = {"terms": [[0, number(weight)]], "constant": number(0)}
    data["hidden"] += [{"operands": [operand], "gates": [gate]}] * 330
    data["kernel"] += [[[number(1e-16), number(1e-300)]]] * 330
    assert not outcome(sealed(data))


@pytest.mark.parametrize(
    ("powers", "reason"),
    [([86, 86, 85, 85, 85, 85], "memory"), ([9] * 6, "memory"), ([512, 0, 0, 0, 0, 0], None)],
)
def test_products_beyond_all_memory_are_not_begun(powers, reason):
    data = data_of("x0*x1", {f"x{i}": ("1/3", 2) for i in range(6)}, "gates")
    data["polynomials"][0]["terms"].append([powers, "1/3"])
    verdict = outcome(sealed(generous(data)))
    assert not verdict
    assert reason is None or reason in str(verdict)


@pytest.mark.parametrize("count", [21, 31, 70])
def test_linear_variables_are_no_corners(count):
    names = [f"x{i}" for i in range(count)]
    data = data_of("+".join(names) + " + x0*x1", dict.fromkeys(names, (-1, 1)), "gates")
    assert pn.verify(data)


def test_nine_operands_end_in_time_and_hostile_ones_are_not_begun():
    names = [f"x{i}" for i in range(9)]
    options = {"construction": "shallow"}
    data = generous(data_of("*".join(names), dict.fromkeys(names, (-1, 1)), "gates", **options))
    verdict = outcome(data)  # all is proved but that polynet gets the value 0 at the witness
    assert [f.name for f in verdict.failures] == ["evaluation"]
    for k, node in enumerate(data["stencils"][0]["nodes"]):
        node[0] += k * k
        node[1] = [d * (1 + (7 * k + i) % 5) for i, d in enumerate(node[1])]
    assert "more work" in str(outcome(sealed(data)))


def test_what_is_too_large_is_refused_before_it_is_made(monkeypatch, originals):
    data = copy.deepcopy(originals[1])
    operand = data["hidden"][0]["operands"][0]
    data["hidden"][0]["operands"] += [operand] * 30_000
    data["hidden"][0]["gates"] *= 30_000
    with pytest.raises(pn.InvalidInputError, match="weights"):
        pn.verify(sealed(data))
    data["stencils"][0]["nodes"] *= 10_000
    with pytest.raises(pn.InvalidInputError, match="neurons"):
        pn.verify(sealed(data))


def test_a_budget_ends():
    from polynet.checker.errors import NotProvedError

    limits.Budget().spend(nanoseconds=1.0, size=1.0)
    for budget, cost in (
        (limits.Budget(-1.0), {}),
        (limits.Budget(), {"nanoseconds": 1e12}),
        (limits.Budget(), {"size": 1e12}),
        (limits.Budget(), {"size": float("nan")}),
        (limits.Budget(nanoseconds=5.0), {"nanoseconds": 6.0}),
        (limits.Budget(-1.0).part(1e9), {}),
    ):
        with pytest.raises(NotProvedError):
            budget.spend(**cost)
