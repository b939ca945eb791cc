# cython: language_level=3
"""The root mean square of a network, in Cython through the C functions."""
from libc.math cimport sqrt
from libc.stdint cimport uintptr_t

cimport polynet


def root_mean_square(double[:, ::1] points, uintptr_t network):
    """Return it over points of shape (N, n); network is the `address` of a polynet.Network."""
    cdef double total = 0.0
    cdef Py_ssize_t i
    with nogil:
        for i in range(points.shape[0]):
            total += polynet.polynet_value(<int>points.shape[1], &points[i, 0],
                                           <polynet.polynet_network *>network) ** 2
    return sqrt(total / points.shape[0])
