"""The independent checker: size of the files, seconds of processor time, one line per certificate.

    python benchmarks/verify.py [NAME ...]

Certifies the FPBench polynomials and products of 8 and 16 inputs, around 0 and away from it, by
gates and by neurons, in float64 and float32, factored and merged, writes the certificates and has
them proved again.
"""

import sys
import tempfile
import time
from pathlib import Path

import cases
import polynet as pn

WAYS = (("gates", "factored"), ("neurons", "factored"), ("neurons", "merged"))


def product(count: int, low: str, high: str) -> cases.Case:
    names = [f"x{i}" for i in range(count)]
    polynomial = pn.Polynomial({(1,) * count: 1}, names)
    return cases.Case(f"{count} on [{low}, {high}]", polynomial, dict.fromkeys(names, (low, high)))


PRODUCTS = [product(n, *ends) for n in (8, 16) for ends in (("-1", "1"), ("1/2", "2"))]


def main(names: list[str]) -> None:
    print(f"{'case':20s}{'dtype':9s}{'by':9s}{'form':10s}{'ratio':>8s}{'kB':>8s}{'s':>7s}  result")
    seconds, failures = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        for case in (*cases.fpbench(), *PRODUCTS):
            if names and case.name not in names:
                continue
            for dtype in ("float64", "float32"):
                for by, form in WAYS:
                    net = pn.compile(case.polynomial, case.box, dtype=dtype, form=form)
                    certificate = net.certify(by=by)
                    net.save_certificate(path, certificate)
                    start = time.process_time()
                    verdict = pn.verify(path, time_limit=120.0)
                    seconds.append(time.process_time() - start)
                    failures += not verdict
                    result = "proved" if verdict else "; ".join(map(str, verdict.failures))
                    print(
                        f"{case.name:20s}{dtype:9s}{by:9s}{form:10s}{certificate.ratio:8.4g}"
                        f"{path.stat().st_size / 1000:8.1f}{seconds[-1]:7.2f}  {result}",
                        flush=True,
                    )
    print(
        f"{len(seconds)} certificates, {failures} not proved; seconds: median "
        f"{sorted(seconds)[len(seconds) // 2]:.2f}, largest {max(seconds):.2f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
