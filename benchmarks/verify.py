"""The independent checker: size of the files, seconds of processor time, one line per certificate.

    python benchmarks/verify.py [NAME ...]

Certifies the FPBench polynomials and products of 8 and 16 inputs by gates and by neurons, in
float64 and float32, factored and merged, writes the certificates and has them proved again.
"""

import sys
import tempfile
import time
from pathlib import Path

import cases
import polynet as pn

WAYS = (("gates", "factored"), ("neurons", "factored"), ("neurons", "merged"))


def product(count: int) -> cases.Case:
    names = [f"x{i}" for i in range(count)]
    terms = {(1,) * count: 1}
    return cases.Case(
        f"product of {count}", pn.Polynomial(terms, names), dict.fromkeys(names, (-1, 1))
    )


def main(names: list[str]) -> None:
    print(f"{'case':20s}{'dtype':9s}{'by':9s}{'form':10s}{'ratio':>8s}{'kB':>8s}{'s':>7s}  result")
    seconds, failures = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        for case in (*cases.fpbench(), product(8), product(16)):
            if names and case.name not in names:
                continue
            for dtype in ("float64", "float32"):
                for by, form in WAYS:
                    net = pn.compile(case.polynomial, case.box, dtype=dtype, form=form)
                    certificate = net.certify(by=by)
                    pn.save_certificate(path, net, certificate)
                    start = time.process_time()
                    verdict = pn.verify(path, seconds=120.0)
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
