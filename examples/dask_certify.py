"""Certify on a Dask cluster: the parts of the box are bounded by its workers.

    python examples/dask_certify.py

Needs dask.distributed. The certificate is the one that a single process gives, bit for bit.
"""

from distributed import Client, LocalCluster

import polynet as pn


def main() -> None:
    """Certify one network here and on a cluster of two processes."""
    x = [f"x{i}{j}" for i in range(2) for j in range(3)]
    network = pn.compile(
        "x00*x11*x02 - x01*x10*x12 + x00*x12*x10 - x02*x11*x01", dict.fromkeys(x, (-2, 2))
    )
    here = network.certify(ratio=1.01)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        there = network.certify(ratio=1.01, executor=client.get_executor())
    print(there)
    print(f"{there.boxes} boxes; the same certificate: {there == here}")


if __name__ == "__main__":
    main()
