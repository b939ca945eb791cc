"""The checker's bounds of floating-point sums, at their exact edges."""

import itertools
from fractions import Fraction
from functools import cache
from math import frexp, nextafter

import numpy as np
import pytest

pytest.importorskip("flint")

from flint import arb

from polynet.checker.arithmetic import settings
from polynet.checker.claim import Affine
from polynet.checker.sums import FORMATS, Computed, Sum, _grid, sum_from_left

SINGLE, DOUBLE = FORMATS["float32"], FORMATS["float64"]
ULP = Fraction(1, 2**23)  # of 1 in float32


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


def fraction(x):
    """The rational number that an arb without a radius is."""
    assert x.is_exact()
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@pytest.mark.parametrize(("number", "kind"), [(SINGLE, np.float32), (DOUBLE, np.float64)])
def test_the_formats_are_numpy_s(number, kind):
    info = np.finfo(kind)
    assert number.precision == info.nmant + 1
    assert number.least_exponent == info.minexp
    assert number.largest == arb(float(info.max))
    assert number.smallest_normal == arb(float(info.tiny))
    assert arb(2) ** number.finest_grid == arb(float(info.smallest_subnormal))
    # Half of what lies between a number and the next one, up to the next power of two.
    for x in (1.0, 1.5, 2.0, 0.75, float(info.tiny), 3 * float(info.tiny)):
        spacing = arb(float(np.spacing(kind(x))))
        below = arb(float(np.nextafter(kind(x), kind(0.0))))
        assert number.half_ulp(arb(x)) == spacing / 2
        assert number.half_ulp(below) in (spacing / 2, spacing / 4)
        if frexp(x)[0] == 0.5 and x > float(info.tiny):
            assert number.half_ulp(below) == spacing / 4
    for x in (arb(0), number.smallest_normal / 2, number.smallest_normal / 1024):
        assert number.half_ulp(x) == arb(2) ** (number.finest_grid - 1)
    # Of a ball the upper end counts.
    assert number.half_ulp(arb(1, 2.0**-60)) == number.half_ulp(arb(1))
    assert number.half_ulp(arb(nextafter(2.0, 0.0), 2.0**-50)) == number.half_ulp(arb(2))


def test_multiples_of_a_power_of_two_are_not_rounded_up_to_where_the_bits_end():
    edge = arb(2) ** 24
    assert SINGLE.rounding(edge, 0) == 0
    assert SINGLE.rounding(edge + 1, 0) == 1
    assert SINGLE.rounding(edge / 8, -3) == 0
    assert SINGLE.rounding(edge / 8 + 1, -3) == arb(1) / 8


def test_every_number_of_a_range_is_a_multiple_of_its_grid_and_the_least_is_of_no_coarser_one():
    for number, kind in ((SINGLE, np.float32), (DOUBLE, np.float64)):
        for low, high in ((1.0, 2.0), (4.0, 6.0), (-6.0, -4.0), (0.75, 9.0), (2.0**-100, 1.0)):
            least = min(abs(low), abs(high))
            assert 2.0 ** number.input_grid(low, high) == float(np.spacing(kind(least)))
        for low, high in ((-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0)):
            assert number.input_grid(low, high) == number.finest_grid
        tiny = float(np.finfo(kind).smallest_subnormal)
        assert number.input_grid(3 * tiny, 1.0) == number.finest_grid


def test_the_grid_of_a_number_is_its_last_bit():
    for x, k in ((1.0, 0), (-6.0, 1), (0.75, -2), (2.0**-1074, -1074), (0.1, -55)):
        assert _grid(x) == k
    assert _grid(0.0) > 1 << 14


def rounding_of(terms, total=None, number=SINGLE):
    """The bound for constants, but for what underflow takes: exact."""
    sums = Sum(number)
    for term in terms:
        sums.add_constant(term)
    exact = abs(sum(map(Fraction, terms))) if total is None else Fraction(total)
    bound = sums.rounding(arb(exact.numerator) / exact.denominator)
    return fraction(bound) - fraction(sums.tiny())


def test_sums_of_few_ones_lose_half_an_ulp_for_each_addition():
    """What was lost earlier may carry a sum of a power of two over it, and the last sum too."""
    assert rounding_of([1.0]) == 0  # nothing is added
    assert rounding_of([1.0, 0.25]) == ULP / 2
    assert rounding_of([1.0, 1.0]) == ULP  # up to 2 and a little more
    assert rounding_of([1.0, 0.25, 0.25]) == ULP / 2 + ULP / 2
    assert rounding_of([1.0, 1.0, 1.0]) == ULP + ULP
    assert rounding_of([1.0, 1.0, 1.0, 1.0]) == ULP + ULP + 2 * ULP
    # Just below 2; what the other addition loses carries either sum over it.
    assert rounding_of([1.0, 1 - 2.0**-24, 2.0**-30]) == ULP + ULP
    # The total is known to be small, the first two sums are not.
    assert rounding_of([1.0, 1.0, -1.0, -1.0]) == ULP + ULP + fraction(
        SINGLE.half_ulp(fraction_as_arb(earlier([1.0] * 4)))
    )


def fraction_as_arb(x):
    return arb(x.numerator) / x.denominator


def earlier(terms):
    """gamma_n of all terms, and what underflow takes."""
    n = len(terms)
    unit = Fraction(1, 2**24)
    tiny = Fraction(4 * n - 2) * Fraction(2) ** -126
    return n * unit / (1 - n * unit) * sum(map(abs, map(Fraction, terms))) + 4 * tiny


@cache
def worst(terms):
    """The largest sum of half ulps of the inner nodes, over all trees of additions."""
    if len(terms) == 1:
        return Fraction(0)
    own = fraction(SINGLE.half_ulp(fraction_as_arb(abs(sum(map(Fraction, terms))))))
    first, *others = range(len(terms))
    found = Fraction(0)
    for size in range(len(others)):
        for chosen in itertools.combinations(others, size):
            left = tuple(terms[k] for k in (first, *chosen))
            right = tuple(terms[k] for k in others if k not in chosen)
            found = max(found, worst(left) + worst(right))
    return found + own


def test_no_tree_of_additions_loses_more_and_many_lose_as_much():
    random = np.random.default_rng(3)
    reached = 0
    for n in range(2, 7):
        for number in range(20):
            terms = random.uniform(-1.0, 1.0, n) * 2.0 ** random.integers(-4, 5, n)
            if number % 2:
                terms[-1] = -terms[:-1].sum() * (1 + 2.0**-20)  # nearly cancels the others
            terms = tuple(sorted(map(float, terms)))
            bound, attained = rounding_of(terms), worst(terms)
            assert attained <= bound
            reached += attained == bound
    assert reached >= 20


def test_where_the_total_is_small_the_smaller_side_of_every_sum_counts():
    """Sixteen ones of either sign: no sum of more than eight, 1 + 1 + ... counted by its side."""
    terms = [1.0, -1.0] * 8
    # By size: T_2..T_15 are 2, ..., 8, 8, ... and a little more.
    by_size = [2, 3, 4, 5, 6, 7, 8] + [8] * 7
    # By side: (j + 3)/2 of them, j = 1..14, about a total of 0.
    by_side = [(j + 3) // 2 for j in range(1, 15)]
    more = earlier(terms)

    def cost(sizes):
        return sum(fraction(SINGLE.half_ulp(fraction_as_arb(s + more))) for s in sizes)

    assert cost(by_side) < cost(by_size)
    assert rounding_of(terms) == cost(by_side) + cost([0])
    # A larger total is added to every side.
    about_three = cost([3 + s for s in by_side])
    assert rounding_of(terms, total=3) == min(cost(by_size), about_three) + cost([3])


def test_products_are_rounded_unless_their_weight_is_a_power_of_two():
    sums = Sum(SINGLE)
    sums.add_product(0.5, arb(-1), arb(2))
    assert sums.products == 0
    assert (sums.positive, sums.negative, sums.sizes) == ([arb(1)], [arb(0.5)], [arb(1)])
    assert sums.flushed == 2.5
    sums.add_product(-3.0, arb(-1), arb(2))
    half = arb(2) ** -22  # half an ulp of 6
    assert sums.products == half
    assert (sums.positive[1], sums.negative[1], sums.sizes[1]) == (3 + half, 6 + half, 6 + half)
    sums.add_product(0.0, arb(-1), arb(2))
    sums.add_constant(0.0)
    assert len(sums.sizes) == 2
    assert fraction(sums.tiny()) == (Fraction(5, 2) + 5 + 4 * 2 - 2) * Fraction(2) ** -126
    # Their roundings and tiny numbers are in the bound, beside the one addition of up to 7.
    bound = fraction(sums.rounding(arb(7)))
    assert bound == fraction(half) + 2 * ULP + fraction(sums.tiny())


def test_sums_that_may_overflow_have_no_bound():
    half = float(SINGLE.largest) / 2
    for term, finite in ((half * (1 - 2.0**-20), True), (half, False)):
        sums = Sum(SINGLE)
        sums.add_constant(term)
        assert sums.rounding(arb(term)).is_finite() == finite


def left(terms, sources, constant=0.0, size=None, number=SINGLE):
    """The bound of a sum from the left, and what underflow adds to it."""
    form = Affine(tuple(enumerate(terms)), constant)
    size = arb.pos_inf() if size is None else arb(size)
    flushed = 2 + sum(
        abs(Fraction(w)) + max(abs(fraction(s.low)), abs(fraction(s.high))) + fraction(s.error) + 2
        for w, s in zip(terms, sources, strict=True)
    )
    bound = sum_from_left(number, form, sources, size)
    return fraction(bound) - flushed * Fraction(2) ** number.least_exponent


def known(low, high, error=0.0, grid=-149):
    return Computed(arb(low), arb(high), arb(error), grid)


def test_from_the_left_only_what_is_rounded_costs():
    one, wide = known(1.0, 1.0), known(-1.0, 1.5)
    assert left([], []) == -2 * Fraction(2) ** -126  # the bound itself is 0
    assert left([1.0], [one]) == 0
    assert left([-0.25], [wide]) == 0  # a power of two, and nothing to add it to
    assert left([3.0], [wide]) == fraction(SINGLE.half_ulp(arb(4.5)))
    assert left([1.0], [wide], 1.0) == ULP  # up to 2.5
    assert left([3.0], [wide], 1.0) == 2 * ULP + 2 * ULP  # the product, and their sum
    assert left([1.0, 1.0], [one, one]) == ULP  # 2 itself
    assert left([1.0, 1.0, 1.0], [one, one, one]) == ULP + ULP
    assert left([2.0, 2.0], [one, one]) == 2 * ULP


def test_from_the_left_an_operand_s_error_counts_with_its_weight():
    off = 2.0**-10
    assert left([-2.0], [known(-1.0, 1.5, off)]) == Fraction(off) * 2
    assert left([3.0], [known(1.0, 1.0, off)]) == 3 * Fraction(off) + ULP
    # ... and may carry the sum over a power of two.
    assert left([1.0, 1.0], [known(0.5, 1.0, off), known(0.5, 0.9995, 0.0)]) == Fraction(off) + ULP


def test_from_the_left_multiples_of_a_power_of_two_are_added_for_nothing():
    far = known(4.0, 6.0, grid=SINGLE.input_grid(4.0, 6.0))
    assert left([1.0], [far], -5.0) == 0
    assert left([1.0], [far], -5.0 - 2.0**-24) == ULP / 2  # a finer grid
    assert left([1.0], [known(4.0, 6.0)], -5.0) == ULP / 2
    assert left([1.0, 1.0], [known(0, 1, grid=0)] * 2) == 0
    assert left([0.5, 1.0], [known(0, 1, grid=0)] * 2) == 0
    assert left([0.3, 1.0], [known(0, 1, grid=0)] * 2) > 0


def test_from_the_left_the_whole_and_what_is_missing_bound_the_sums_so_far():
    """x - y + z with x + z known to be little more than y: no sum is large."""
    sources = [known(0.0, 8.0), known(0.0, 8.0)]
    assert left([1.0, -1.0], sources) == 4 * ULP  # 8 alone, as the first, is no sum
    assert left([1.0, -1.0], sources, size=0.75) == ULP / 4
    sources = [known(0.0, 8.0), known(0.0, 8.0), known(0.0, 0.25)]
    # The first sum is the whole, at most 3/8, less the last term: -5/8 at least.
    for sign in (1.0, -1.0):
        weights = [sign, -sign, sign]
        assert left(weights, sources, size=0.375) == ULP / 4 + ULP / 8
        assert left(weights[::-1], sources[::-1], size=0.375) > ULP / 4 + ULP / 8


def test_from_the_left_what_may_overflow_has_no_bound():
    half = float(SINGLE.largest) / 2
    for x, finite in ((half * (1 - 2.0**-20), True), (half, False)):
        form = Affine(((0, 1.0),), 0.0)
        bound = sum_from_left(SINGLE, form, [known(x, x)], arb.pos_inf())
        assert bound.is_finite() == finite
