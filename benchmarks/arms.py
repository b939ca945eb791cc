"""What benchmarks/speed.py compares: each arm evaluates a network at points, one thread."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

import cases
import closed_form
import polynet as pn
import runtimes

Points = NDArray[np.floating]
Arm = Callable[[Points], object]

# A circuit of as many gates is compiled by numba, JAX and torch in a reasonable time.
MAX_COMPILED_GATES = 500
# Dense layers of as many weights are multiplied out in a reasonable time.
MAX_DENSE_WEIGHTS = 5_000_000
OURS = "polynet, by gates"
CHUNKS = (256, 4096, 65536)


def available(name: str) -> bool:
    """Return whether a package is installed."""
    return importlib.util.find_spec(name) is not None


def chunked(run: Arm, size: int) -> Arm:
    """Evaluate at most `size` points at a time."""

    def evaluate(points: Points) -> object:
        if len(points) <= size:
            return run(points)
        return [run(points[k : k + size]) for k in range(0, len(points), size)]

    return evaluate


def gates(net: pn.Network) -> int:
    """Count the gates of a network."""
    return sum(len(layer[1]) for layer in net._handle.state()[-2])


def floor(net: pn.Network, case: cases.SpeedCase) -> pn.Network:
    """Return the same circuit with gates so small that every series is empty.

    Its products are exact multiplications, in the same blocks by the same kernels.
    """
    return pn.compile(
        case.polynomial,
        case.box,
        dtype=net.dtype,
        construction=case.construction,
        scale=2.0**-40,
    )


def numba_arm(net: pn.Network) -> Arm:
    """Evaluate the gates' series in a loop over points that numba compiles."""
    import numba

    namespace: dict[str, Callable[..., float]] = {}
    exec(closed_form.source(net, series=True), namespace)
    function = numba.njit(namespace["network"], fastmath={"contract"})
    count = len(net.box.variables)
    arguments = ", ".join(f"x[i, {j}]" for j in range(count))
    loop = (
        "def loop(x):\n    y = np.empty(len(x), x.dtype)\n"
        f"    for i in range(len(x)):\n        y[i] = f({arguments})\n    return y"
    )
    scope = {"np": np, "f": function}
    exec(loop, scope)
    return numba.njit(scope["loop"])


def jax_arm(net: pn.Network, *, series: bool) -> Arm:
    """Evaluate the gates' series or closed forms on columns, compiled by JAX."""
    import jax

    jax.config.update("jax_enable_x64", True)
    namespace: dict[str, Callable[..., object]] = {"expm1": jax.numpy.expm1}
    exec(closed_form.source(net, series=series), namespace)
    function = namespace["network"]
    compiled = jax.jit(lambda x: function(*(x[:, j] for j in range(x.shape[1]))))
    return lambda points: compiled(points).block_until_ready()


def arms(net: pn.Network, case: cases.SpeedCase) -> Iterator[tuple[str, Arm, bool]]:
    """Yield (name, arm, whether chunk sizes matter) for everything that is installed."""
    bare = floor(net, case)
    yield OURS, net, False
    yield "bare circuit in the same blocks", bare, False
    yield "polynet, by neurons", lambda x: net(x, by="neurons"), False
    dense = sum(weight.size for weight, _, _ in net.layers) if gates(net) < 20_000 else np.inf
    if gates(net) <= MAX_COMPILED_GATES:
        if available("numba"):
            yield "numba, series", numba_arm(net), False
        if available("jax"):
            yield "JAX jit, series", jax_arm(net, series=True), True
            yield "JAX jit, closed form", jax_arm(net, series=False), True
    if dense <= MAX_DENSE_WEIGHTS:
        merged = net.merged()
        yield "polynet, by neurons, merged", lambda x: merged(x, by="neurons"), False
        yield "NumPy, layers", runtimes.numpy_runtime(net), True
        if available("onnxruntime") and runtimes.has_onnx(net):
            yield "onnxruntime, layers", runtimes.onnx_runtime(net), True
        if available("torch"):
            import torch

            torch.set_num_threads(1)
            torch._dynamo.reset()
            torch._dynamo.config.recompile_limit = 64  # one for each size of a chunk
            eager = runtimes.torch_runtime(net)
            yield "torch eager, layers", eager, True
            yield "torch.compile, layers", torch.compile(eager, dynamic=False), True
