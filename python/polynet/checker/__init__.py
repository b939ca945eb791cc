"""The independent checker of certificates.

It shares no code with the rest of polynet: it reads a certificate's file, and proves its claims
again in exact rational and ball arithmetic (python-flint). Read it in this order: `claim` (what a
file says), `series` (a gate, by Taylor's theorem), `models`, `propagation` (the whole network),
`terms`, `ranges`, `subdivision` (the upper bound), `sums`, `matching`, `rounding`, `checking`.
"""

from .errors import MalformedCertificateError
from .verdict import Finding, Verdict

__all__ = ["Finding", "MalformedCertificateError", "Verdict"]
