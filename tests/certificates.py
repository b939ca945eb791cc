"""Certificates as plain data for the tests, changed and sealed again."""

import contextlib
import json
from dataclasses import replace
from fractions import Fraction

import polynet as pn
from polynet.certificate_file import certificate_data
from polynet.checker.fingerprint import fingerprint


def data_of(polynomial, box, by, form="factored", **options):
    net = pn.compile(polynomial, box, form=form, **options)
    return json.loads(json.dumps(certificate_data(net, net.certify(by=by))))


def sealed(data):
    """Give the data the fingerprint of its network, as whoever tampers with a file can."""
    # Some have no network.
    with contextlib.suppress(KeyError, TypeError, ValueError, RecursionError):
        data["fingerprint"] = fingerprint(data)
    return data


BOX = {"x": (-1, 1), "y": (0, 2), "z": (-3, "1/2")}
WAYS = [("gates", "factored"), ("neurons", "factored"), ("neurons", "merged")]


def originals():
    """Return a proved certificate in each way."""
    return {(by, form): data_of("x*y*z - x**2/3 + y", BOX, by, form) for by, form in WAYS}


def hexadecimal(change):
    """Apply a function of floats to a text such as 0x1.8p+1."""
    return lambda text: change(float.fromhex(text)).hex()


def scaled(factor):
    return hexadecimal(lambda x: x * factor)


def small():
    """Return the square of x, exact by requ, and a product by tanh in both ways: cheap ones."""
    xy = {"x": (-1, 1), "y": (0, 2)}
    return {
        "exact": data_of("x**2 - x/4", {"x": (-1, 2)}, "gates", activation="requ"),
        "gates": data_of("x*y", xy, "gates", activation="tanh", dtype="float32"),
        "neurons": data_of("x*y", xy, "neurons", activation="tanh"),
    }


def off_by(claim, more):
    """The claim with a polynomial that is `more` less: the network is exactly that far off."""
    (p,) = claim.polynomials
    terms = {**p.terms, (0,): p.terms.get((0,), Fraction(0)) - Fraction(more)}
    return replace(claim, polynomials=(replace(p, terms=terms),))
