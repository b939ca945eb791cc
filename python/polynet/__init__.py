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
from .certificate_file import load_certificate, save_certificate
from .certifier import Progress
from .checker import Verdict
from .compiler import SearchProgress, compile
from .config import show_config
from .embedding import get_cmake_dir, get_include, get_library
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
from .layer import Layer
from .network import Network, load
from .polynomial import Polynomial
from .readers import read_da, read_fpcore
from .softmax import Classifier, ProbabilityCertificate
from .verification import verify

__all__ = [
    "Activation",
    "Box",
    "Certificate",
    "CertificationInterrupted",
    "Classifier",
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
    "Progress",
    "SearchProgress",
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
    "save_certificate",
    "show_config",
    "verify",
]
