"""Sphinx configuration: `pip install ".[docs]" && sphinx-build -W docs build/docs`."""

import sys
from pathlib import Path

import polynet

sys.path.insert(0, str(Path(__file__).parent))
import figures

project = "polynet"
author = "The polynet developers"
copyright = f"2026, {author}"
release = version = polynet.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings state the types
autodoc_default_options = {"members": True, "special-members": "__call__"}
suppress_warnings = ["ref.python"]  # attributes of one name in two classes
napoleon_google_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"polynet {release}"
html_copy_source = False

figures.draw_all(Path(__file__).parent / "_figures")
