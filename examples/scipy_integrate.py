"""Integrate a network with scipy.integrate.nquad, the integrand called from C, not from Python."""

import ctypes
from fractions import Fraction

from scipy import LowLevelCallable
from scipy.integrate import nquad

import polynet as pn

net = pn.compile("x**2*y + z", {"x": (-1, 1), "y": (0, 1), "z": (0, 2)})

# double polynet_value(int n, double *point, void *network), of polynet/polynet.h.
library = ctypes.CDLL(pn.get_library())
library.polynet_value.restype = ctypes.c_double
library.polynet_value.argtypes = (ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p)
integrand = LowLevelCallable(library.polynet_value, ctypes.c_void_p(net.address))

integral, quadrature_error = nquad(integrand, list(zip(net.box.lower, net.box.upper, strict=True)))
volume = 4
exact = Fraction(14, 3)  # of the polynomial: 2/3 + 4
bound = net.certify().upper * volume + quadrature_error
print(f"{integral:.12f}, the polynomial's {float(exact):.12f}, proved within {bound:.1e}")
assert abs(integral - exact) <= bound
