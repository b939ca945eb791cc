"""`pip install --no-build-isolation .` (or `python setup.py build_ext -i`) with polynet installed."""

import polynet
from Cython.Build import cythonize
from setuptools import Extension, setup

library = polynet.get_library()
extension = Extension(
    "rootmean",
    ["rootmean.pyx"],
    include_dirs=[polynet.get_include()],
    # The same library that Python has loaded: its networks can be passed by address.
    extra_link_args=[library],
)
setup(name="rootmean", version="0", ext_modules=cythonize([extension]))
