"""Polynomials as neural networks of multiplication gates, with certified error bounds.

>>> import polynet as pn
>>> net = pn.compile("x*y - z**2/2", {"x": (-1, 1), "y": (-1, 1), "z": (0, 2)})
>>> cert = net.certify()
>>> cert.lower <= cert.upper
True
"""

from ._core import __version__, activation_names
from .activation import Activation
from .box import Box
from .certificate import Certificate, OutputBounds
from .certifier import CertifyProgress
from .checker import Verdict
from .compiler import CompileProgress, compile
from .errors import (
    CertificationInterrupted,
    FloatEnvironmentError,
    InternalError,
    InvalidInputError,
    MissingPackageError,
    NotCertifiedError,
    PolynetError,
    SizeLimitError,
    TimeLimitError,
)
from .gate import ErrorTerm, Gate
from .installation import get_cmake_dir, get_include, get_library, show_config
from .layer import Layer
from .loading import load, load_certificate
from .network import Network
from .polynomial import Polynomial
from .readers import read_da, read_fpcore
from .softmax import Classifier, ProbabilityCertificate
from .verification import verify

__all__ = [
    "Activation",
    "Box",
    "Certificate",
    "CertificationInterrupted",
    "CertifyProgress",
    "Classifier",
    "CompileProgress",
    "ErrorTerm",
    "FloatEnvironmentError",
    "Gate",
    "InternalError",
    "InvalidInputError",
    "Layer",
    "MissingPackageError",
    "Network",
    "NotCertifiedError",
    "OutputBounds",
    "PolynetError",
    "Polynomial",
    "ProbabilityCertificate",
    "SizeLimitError",
    "TimeLimitError",
    "Verdict",
    "__version__",
    "activation_names",
    "compile",
    "get_cmake_dir",
    "get_include",
    "get_library",
    "load",
    "load_certificate",
    "read_da",
    "read_fpcore",
    "show_config",
    "verify",
]
