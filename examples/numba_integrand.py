"""Call a network from code compiled by numba, by the address of its C function."""

import ctypes

import numba
import numpy as np

import polynet as pn

net = pn.compile("x*y - x**3/3", {"x": (-1, 1), "y": (-1, 1)})

library = ctypes.CDLL(pn.get_library())
polynet_value = library.polynet_value
polynet_value.restype = ctypes.c_double
polynet_value.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


@numba.njit
def mean_square(points: np.ndarray, network: int) -> float:
    """Return the mean of the squared values at points of shape (N, n)."""
    total = 0.0
    for i in range(points.shape[0]):
        total += polynet_value(points.shape[1], points[i].ctypes.data, network) ** 2
    return total / points.shape[0]


points = np.random.default_rng(0).uniform(-1, 1, (10_000, 2))
compiled, direct = mean_square(points, net.address), float(np.mean(net(points) ** 2))
print(f"mean square {compiled:.15f}")
assert abs(compiled - direct) <= 1e-12
