"""Threads that round elsewhere, or flush subnormals: the same results, and their mode kept."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import float_environment
import numpy as np
import pytest

import polynet as pn
from polynet import _core

pytestmark = pytest.mark.skipif(
    not float_environment.SUPPORTED, reason="the layout of fenv_t is known for Linux alone"
)


def results_in(mode):
    """Start in that mode, before polynet is even imported; return everything it computes."""
    command = [sys.executable, float_environment.__file__, mode or ""]
    run = subprocess.run(command, capture_output=True, check=True, timeout=600)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def clean():
    return results_in(None)


@pytest.mark.parametrize("mode", float_environment.MODES)
def test_everything_is_the_same_bit_for_bit(clean, mode):
    found = results_in(mode)
    assert found["kept"]
    different = [k for k, v in clean["digests"].items() if v != found["digests"][k]]
    assert not different
    assert len(clean["digests"]) > 400


def in_thread(mode, function):
    """Call a function in a thread of that mode; return what it returned, and the mode after it."""
    results = []

    def run():
        float_environment.set_mode(mode)
        before = float_environment.control()
        try:
            results.append(function())
        except BaseException as error:
            results.append(error)
        results.append(float_environment.control() == before)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results


@pytest.mark.parametrize("mode", float_environment.MODES)
def test_the_modes_of_this_file_are_modes(mode):
    # Of SSE's or ARM's arithmetic, which Python and NumPy compute with.
    def sums():
        tiny = np.float64(2.0**-1022)
        one = np.float64(1.0)
        return [tiny * 0.5 == 0.0, one + 2.0**-60 > 1.0, one - 2.0**-60 < 1.0, tiny / 4 * 4 == 0]

    (clean, _), (found, kept) = in_thread(None, sums), in_thread(mode, sums)
    assert clean == [False] * 4
    assert any(found)
    assert kept


@pytest.mark.parametrize("mode", float_environment.MODES)
def test_the_mode_is_there_again_after_an_exception(mode):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    calls = [
        lambda: pn.compile("x*", {"x": (-1, 1)}),
        lambda: pn.compile("x", {"x": (-1, 1)}, scale=-1),
        lambda: net([1.0]),
        lambda: net(np.array([1.0, 2.0]), check_domain=True),
        lambda: net.certify(ratio=0.5),
        lambda: net.to_c("no/such/folder/x.c"),
        lambda: pn.Gate("cos", bias=1e300),
        lambda: _core.Activation("no such"),
    ]
    for call in calls:
        error, kept = in_thread(mode, call)
        assert isinstance(error, (pn.PolynetError, OSError))
        assert kept


@pytest.mark.parametrize("mode", float_environment.MODES)
def test_what_the_user_is_called_with_runs_in_the_sound_mode_and_theirs_is_kept(mode):
    seen = []

    def value(x):
        seen.append(float_environment.control())
        return x * x

    def taylor(lower, upper, order):
        seen.append(float_environment.control())
        ends = [(-np.inf, np.inf)] * (order + 1)
        return [(0.0, max(lower * lower, upper * upper)), (2 * lower, 2 * upper), (1.0, 1.0)][
            : order + 1
        ] + [(0.0, 0.0)] * (len(ends) - 3)

    (_, kept) = in_thread(
        mode, lambda: pn.Activation("square", value, taylor, product_bias=1, copy_bias=1)
    )
    assert kept
    default, _ = in_thread(None, float_environment.control)
    assert seen
    assert all(control == default for control in seen)


@pytest.mark.skipif(not float_environment.X86, reason="traps of SSE")
def test_a_thread_that_traps_invalid_operations_lives():
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    script = """
import struct, float_environment as f, numpy as np, polynet as pn
net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
points = np.array([[np.inf, 0.0], [1e308, 1e308]])
buffer = f._environment()
csr, = struct.unpack_from("<I", buffer, 28)
struct.pack_into("<I", buffer, 28, csr & ~0x0480)
assert f._LIBM.fesetenv(buffer) == 0
before = f.control()
values = net(points)
pn.compile("x**3", {"x": (-1, 1)}).certify()
assert f.control() == before
f.set_mode(None)
print(values.tobytes().hex())
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=Path(float_environment.__file__).parent,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    expected = net(np.array([[np.inf, 0.0], [1e308, 1e308]]))
    assert run.stdout.strip() == expected.tobytes().hex()
