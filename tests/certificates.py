"""Certificates as plain data for the tests, changed and sealed again."""

import contextlib
import json

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
