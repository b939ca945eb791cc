"""The independent checker of certificates.

It shares no code with the rest of polynet: it reads a certificate's file, and proves its claims
again in exact rational and ball arithmetic (python-flint) and in intervals (NumPy). Read it in this
order: `claim` (what a file says), `series` (a gate, by Taylor's theorem), `models`, `ideal` (what
the network is meant to be), `propagation` (its errors on the whole box), `intervals`,
`polynomials`, `error`, `proof` (the upper bound), `sums`, `matching`, `rounding`, `checking`.
"""

from .errors import MalformedCertificateError
from .verdict import Finding, Verdict

__all__ = ["Finding", "MalformedCertificateError", "Verdict"]
