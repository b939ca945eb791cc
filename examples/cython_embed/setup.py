"""Build rootmean: `python setup.py build_ext --inplace` where polynet and Cython are installed."""

from Cython.Build import cythonize
from setuptools import Extension, setup

import polynet

library = polynet.get_library()
extension = Extension(
    "rootmean",
    ["rootmean.pyx"],
    include_dirs=[polynet.get_include()],
    # The same library that Python has loaded: its networks can be passed by address.
    extra_link_args=[library],
)
setup(name="rootmean", version="0", ext_modules=cythonize([extension]))
