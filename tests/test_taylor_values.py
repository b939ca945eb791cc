"""The table of Taylor coefficients that the C++ tests hold against is what mpmath makes of it."""

from pathlib import Path

import taylor_values


def test_the_table_is_mpmath_s():
    path = Path(taylor_values.__file__).parent / "cpp" / "taylor_values.hpp"
    assert path.read_text("utf-8") == taylor_values.header()
