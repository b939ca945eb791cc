"""Parity and majority of n bits: exact functions from one neuron per monomial.

Every function of n bits is a polynomial with at most 2^n monomials, and a monomial in bits is one
logistic neuron (arXiv:1608.08225, eq. 12-13). A certified error below 1/2 proves that rounding the
output gives the function exactly, for every input and on every runtime that the certificate covers.
"""

import itertools

import numpy as np

import polynet as pn


def polynomial_of(function, count):
    """Return the polynomial in bits that equals a function of them, by Moebius inversion."""
    coefficients = {bits: function(bits) for bits in itertools.product((0, 1), repeat=count)}
    for i in range(count):
        for bits in coefficients:
            if bits[i]:
                coefficients[bits] -= coefficients[(*bits[:i], 0, *bits[i + 1 :])]
    return pn.Polynomial(coefficients, [f"s{i}" for i in range(count)])


def parity(bits):
    """Return whether the number of ones is odd."""
    return sum(bits) % 2


def majority(bits):
    """Return whether more than half of the bits are one."""
    return int(2 * sum(bits) > len(bits))


for function, count in ((parity, 6), (majority, 7)):
    polynomial = polynomial_of(function, count)
    box = {name: "bit" for name in polynomial.variables}
    points = np.array(list(itertools.product((0, 1), repeat=count)))
    truth = [function(bits) for bits in points.tolist()]
    for dtype in ("float64", "float32"):
        net = pn.compile(polynomial, box, dtype=dtype)
        upper = net.certify(by="neurons").upper
        print(
            f"{function.__name__} of {count} bits, {dtype}: {net.neurons} neurons for "
            f"{len(polynomial.terms)} monomials, proved to be off by at most {upper:.1e}"
        )
        assert net.neurons == len(polynomial.terms)
        assert upper < 0.5
        assert np.rint(net(points, by="neurons")).tolist() == truth
