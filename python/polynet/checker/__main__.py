"""Check one file: ``python -m polynet.checker certificate.json``.

A copy of this folder alone does as well, anywhere, under any name: ``python -m checker FILE``.
"""

import sys

from .checking import check
from .errors import MalformedCertificateError


def main(argv: list[str]) -> int:
    """Print the verdict; return 0 if everything was proved, 1 if not, 2 for a bad file."""
    if len(argv) != 1:
        print("usage: python -m polynet.checker FILE", file=sys.stderr)
        return 2
    try:
        verdict = check(argv[0])
    except (MalformedCertificateError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(verdict)
    return 0 if verdict.proved else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
