"""`polynet gate`: what it prints against the API and against the activation itself."""

from fractions import Fraction
from math import factorial

import mpmath
import pytest
from cli_output import KINDS, run, run_json, table

import polynet as pn

ACTIVATIONS = {"logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "tanh": mpmath.tanh}


def test_the_product_is_written_as_in_the_paper(capsys):
    assert run_json(capsys, "gate", "logistic")["formula"] == (
        "g(u, v) = [s(b + l*(u + v)) + s(b - l*(u + v)) - s(b + l*(u - v)) - s(b - l*(u - v))]"
        " / (4*l**2*s_2(b))"
    )


@pytest.fixture(params=[(a, kind) for a in ACTIVATIONS for kind in KINDS], ids="-".join)
def gate_case(request):
    return request.param


def gate_argv(activation, kind, *options):
    return ["gate", activation, "--kind", kind, "--bias", "-0.75", "--scale", "0.0625", *options]


def test_gate_json_is_what_the_api_says(capsys, gate_case):
    activation, kind = gate_case
    result = run_json(capsys, *gate_argv(activation, kind, "--order", "5"))
    gate = pn.Gate(activation, -0.75, 0.0625, kind=kind)
    assert [result[name] for name in ("activation", "kind", "bias", "scale", "neurons")] == [
        activation,
        kind,
        -0.75,
        0.0625,
        gate.neurons,
    ]
    assert result["target"] == str(gate.target)
    m = result["degree"]
    assert [(n["weight"], tuple(n["direction"])) for n in result["nodes"]] == list(gate.nodes)
    assert sum(1 for node in result["nodes"] if any(node["direction"])) == gate.neurons
    terms = gate.error_terms(5)
    assert len(result["terms"]) == len(terms)
    for entry, term in zip(result["terms"], terms, strict=True):
        assert (entry["order"], entry["power"]) == (term.order, term.power)
        assert entry["enclosure"] == list(term.coefficient)
        lower, upper = term.coefficient
        assert lower <= entry["ratio"] <= upper
        assert entry["factor"] == pytest.approx(entry["ratio"] * 0.0625**term.power, rel=1e-15)
        variables = gate.target.variables
        for text in (entry["polynomial"], entry["factored_polynomial"]):
            assert pn.Polynomial.parse(text, variables) == term.polynomial
    moments = {
        entry["order"]: pn.Polynomial.parse(entry["polynomial"], gate.target.variables)
        for entry in result["moments"]
    }
    assert list(moments) == list(range(m + 6))
    # The moments, from the nodes, and the error terms, from the core, are two computations.
    assert not any(moments[j].terms for j in range(m))
    leading = moments[m] * Fraction(1, factorial(m))
    series = {term.order: term.polynomial for term in terms}
    for j in range(m + 1, m + 6):
        zero = pn.Polynomial({}, gate.target.variables)
        assert moments[j] * Fraction(1, factorial(j)) == leading * series.get(j, zero)


def test_gate_formula_means_the_gate(capsys, gate_case):
    activation, kind = gate_case
    result = run_json(capsys, *gate_argv(activation, kind, "--order", "7"))
    s = ACTIVATIONS[activation]
    with mpmath.workdps(60):
        b, scale = mpmath.mpf(result["bias"]), mpmath.mpf(result["scale"])
        names = {"s": s, "b": b, "l": scale}
        names |= {f"s_{j}": lambda x, j=j: mpmath.diff(s, x, j) for j in (1, 2)}
        operands = pn.Gate(activation, kind=kind).target.variables
        names |= dict(zip(operands, (mpmath.mpf("0.75"), mpmath.mpf("-0.5")), strict=False))

        def value(text):
            return eval(text.replace("[", "(").replace("]", ")"), dict(names))

        signature, formula = result["formula"].split(" = ")
        assert signature == f"g({', '.join(operands)})"
        exact = value(formula)
        # The same from the numbers in the nodes, and from the series up to its next order.
        total = sum(n["weight"] * s(value(n["argument"])) for n in result["nodes"])
        normalisation = value(result["normalisation"]["formula"])
        assert mpmath.almosteq(result["normalisation"]["value"], normalisation, 1e-12)
        assert mpmath.almosteq(total / normalisation, exact, 1e-40)
        lower, upper = result["leading_derivative"]["enclosure"]
        assert lower <= value(f"s_{result['degree']}(b)") <= upper
        target = value(result["target"])
        rho = sum(term["factor"] * value(term["polynomial"]) for term in result["terms"])
        assert abs(exact / target - 1 - rho) < 1e-8
        assert abs(rho) > 1e-5
        # The conclusion keeps three digits of the leading terms.
        _, conclusion = result["conclusion"].split(" = ")
        assert conclusion.endswith(" + ...)")
        rest = value(conclusion.replace(" + ...", "")) / target - 1 - rho
        assert abs(rest) < 0.02 * abs(rho)


def test_gate_says_which_orders_cancel_and_why(capsys, gate_case):
    result = run_json(capsys, *gate_argv(*gate_case))
    vanish = {entry["order"]: entry["polynomial"] == "0" for entry in result["moments"]}
    reasons = {text.split(" cancel")[0] for text in result["cancellation"]}
    explained = {
        order: ("Order 0" in reasons and order == 0)
        or ("Odd orders" in reasons and order % 2 == 1)
        or ("Even orders" in reasons and order % 2 == 0)
        for order in vanish
    }
    assert explained == vanish
    out = run(capsys, *gate_argv(*gate_case))
    leaves = {int(row[0]): row[2] for row in table(out, "order", "j", "moment")}
    for order, vanished in vanish.items():
        expected = "the target" if order == result["degree"] else "an error term"
        assert leaves[order] == ("nothing" if vanished else expected)
    for reason in result["cancellation"]:
        assert reason in out


def test_gate_prints_its_numbers(capsys, gate_case):
    result = run_json(capsys, *gate_argv(*gate_case))
    out = run(capsys, *gate_argv(*gate_case))
    for text in ("formula", "conclusion", "remark"):
        assert result[text] in out
    symbols = {row[0]: row[1] for row in table(out, "symbol", "value")}
    assert float(symbols["b"]) == -0.75
    assert float(symbols["l"]) == 0.0625
    normalisation = result["normalisation"]
    assert float(symbols[normalisation["formula"]]) == pytest.approx(
        normalisation["value"], rel=1e-12
    )
    nodes = table(out, "weight", "direction")
    assert [(int(row[0]), row[2]) for row in nodes] == [
        (node["weight"], node["argument"]) for node in result["nodes"]
    ]
    rows = table(out, "order", "j", "s_j(b)/s_" + str(result["degree"]) + "(b)")
    for (order, ratio, power, factor, polynomial), term in zip(rows, result["terms"], strict=True):
        assert (int(order), int(power)) == (term["order"], term["power"])
        assert float(ratio) == pytest.approx(term["ratio"], rel=1e-12)
        assert float(factor) == pytest.approx(term["factor"], rel=1e-12)
        assert polynomial == term["factored_polynomial"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", ["product", "square"])
def test_at_the_default_bias_the_leading_term_is_of_order_4(capsys, activation, kind):
    argv = ["gate", activation, "--kind", kind]
    result = run_json(capsys, *argv)
    assert result["bias"] == pn.Gate(activation, kind=kind).bias
    assert result["terms"][0]["vanishes"]
    assert "of order l**4: s_4(b) = 0" in result["remark"]
    out = run(capsys, *argv)
    first = table(out, "order", "j", "s_j(b)/s_2(b)")[0]
    # The noise around 0 is shown as such.
    bound = max(map(abs, result["terms"][0]["enclosure"]))
    assert first[1].startswith("0 +- ")
    assert 0 <= float(first[1][5:]) - bound <= 1e-4 * bound
    assert first[3] == "0"
    short = run_json(capsys, *argv, "--order", "2")
    assert "(1 + O(l**3))" in short["conclusion"]
    assert "s_4(b) = 0" in short["remark"]


def test_near_the_default_bias_the_leading_term_depends_on_the_scale(capsys):
    near = run_json(capsys, "gate", "logistic", "--bias", "2.2924", "--scale", "0.05")
    assert not near["terms"][0]["vanishes"]
    assert "of order l**4: s_4(b)*l**2 is small against s_6(b)*l**4" in near["remark"]
    tiny = run_json(capsys, "gate", "logistic", "--bias", "2.2924", "--scale", "1e-6")
    assert tiny["remark"] == "The leading error term is of order l**2."
    assert near["conclusion"].count("*(") == tiny["conclusion"].count("*(") + 1


def test_an_order_without_terms_has_no_table(capsys):
    out = run(capsys, "gate", "logistic", "--order", "1")
    assert "Error terms" not in out
    assert "u*v * (1 + O(l**2))" in out


def test_a_huge_scale_still_gives_strict_json(capsys):
    terms = run_json(capsys, "gate", "logistic", "--scale", "1e100", "--bias", "-1")["terms"]
    assert [term["factor"] is None for term in terms] == [term["power"] > 3 for term in terms]
    assert "inf" in run(capsys, "gate", "logistic", "--scale", "1e100")
