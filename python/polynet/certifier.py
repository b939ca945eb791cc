"""Certification in steps: progress, interruption, time limits, work for executors."""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from . import _core
from ._arguments import Way, as_count, as_number, as_progress, as_seconds, is_by_gates
from ._bars import bar
from ._floats import sound_floats
from .activation import require_built_in
from .certificate import Certificate, OutputBounds
from .errors import CertificationInterrupted, InvalidInputError
from .evaluation import Evaluable
from .polynomial import core_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

__all__ = ["CertifyProgress", "Run", "certify"]

Bounds: TypeAlias = list[tuple[float, list[float], int]]

# Parts of the box per piece of work. Which parts are bounded never depends on it.
_CHUNK = 4


@dataclass(frozen=True, slots=True)
class CertifyProgress:
    """How far a certification has come, for a callback.

    Attributes
    ----------
    output : int
        The output at work.
    truncation_lower, truncation_upper : float
        What is proved so far of its truncation error.
    boxes : int
        How many parts of the box were bounded, all outputs together.
    seconds : float
        Time since the start.
    """

    output: int
    truncation_lower: float
    truncation_upper: float
    boxes: int
    seconds: float


@sound_floats
def certify(
    network: Evaluable,
    *,
    by: Way = "gates",
    ratio: float = 1.01,
    max_boxes: int = 4000,
    activation_ulp: float | None = None,
    time_limit: float | None = None,
    progress: bool | Callable[[CertifyProgress], None] = False,
    executor: Executor | None = None,
) -> Certificate:
    """Prove how far the network is from its polynomials over the box.

    Parameters
    ----------
    by : {"gates", "neurons"}
        The way of evaluating that the certificate is about.
    ratio : float
        Stop splitting the box once the truncation's upper bound is this close to its lower
        bound, or at most 1 % of the rounding error's bound.
    max_boxes : int
        Stop splitting after about this many boxes in all, or after a quarter of them if these
        gained less than a twentieth of what the bounds are apart.
    activation_ulp : float, optional
        What the activation's error is assumed not to exceed, in units in the last place of
        the largest value that a gate's neurons take. Default by neurons: what NumPy,
        onnxruntime and torch were found to keep to, 4 in float64 and 6 in float32 or more
        (docs/certificates.md, "Activations of runtimes").
    time_limit : float, optional
        Stop splitting after this many seconds, with what is proved by then. The first bounds,
        of the whole box, are always worked out.
    progress : bool or callable
        True shows a bar, with tqdm or rich. A callable is called with a
        :class:`polynet.CertifyProgress` after every step.
    executor : concurrent.futures.Executor, optional
        Bounds the parts of the box: threads, processes, or a cluster's
        (``distributed.Client.get_executor()``). The certificate is the same, bit for bit.

    Raises
    ------
    NotCertifiedError
        If no finite bound can be proved; the message says which part fails.
    InvalidInputError
        If an option is out of its range, a bar cannot be drawn, or the network cannot be sent
        to an executor because its activation is user-defined.
    FloatEnvironmentError
        If rounding to nearest with subnormal numbers cannot be set in this thread.
    CertificationInterrupted
        A KeyboardInterrupt (Ctrl-C); its ``certificate`` holds what is proved so far. Before
        the first bounds it is a plain KeyboardInterrupt.
    """
    by_gates = is_by_gates(by)
    if activation_ulp is not None:
        activation_ulp = as_number(activation_ulp, "activation_ulp")
        if not 0.0 < activation_ulp <= 1e6:
            raise InvalidInputError(f"activation_ulp must lie in (0, 1e6], not {activation_ulp!r}")
    ratio = as_number(ratio, "ratio", infinite=True)
    if not ratio >= 1.0:
        raise InvalidInputError(f"ratio must be at least 1, not {ratio!r}")
    max_boxes = as_count(max_boxes, "max_boxes", 1)
    time_limit = as_seconds(time_limit)
    progress = as_progress(progress)
    if executor is not None:
        if not callable(getattr(executor, "submit", None)):
            raise InvalidInputError(
                f"executor must be a concurrent.futures.Executor, not {executor!r}"
            )
        require_built_in(network._handle.activation, "be sent to an executor (certify without one)")
    run = Run(
        network,
        [core_terms(p) for p in network.polynomials],
        by_gates,
        ratio,
        max_boxes,
        activation_ulp or 0.0,
        executor,
        progress,
        time_limit,
    )
    try:
        run.finish()
        return run.certificate()
    except KeyboardInterrupt:
        raise CertificationInterrupted(run.certificate) from None


class _Request(NamedTuple):
    """What is to be certified, as plain numbers that another process can read."""

    state: _core.State
    bits: list[bool]
    options: tuple[list[_core.Terms], bool, float, int, float]


@lru_cache(maxsize=4)
def _restored(request: bytes) -> _core.Certifier:
    plain: _Request = pickle.loads(request)
    return _core.Network.from_state(plain.state, plain.bits).certifier(*plain.options)


def _bounds_elsewhere(request: bytes, output: int, parts: list[_core.Part]) -> Bounds:
    """Bound parts of the box in a worker, which may be another process or machine."""
    return _restored(request).bounds(output, parts)


class Run:
    """One certification: its core object, and who is to do the work.

    Parameters
    ----------
    network : Evaluable
        What is to be certified.
    terms : list of _core.Terms
        The polynomials that it is compared with.
    by_gates, ratio, max_boxes, activation_ulp
        As for :meth:`Network.certify`; 0 ulp stand for the default.
    executor : concurrent.futures.Executor, optional
        Where to bound the parts of the box.
    progress : bool or callable
        True shows a bar; a callable gets a :class:`CertifyProgress` after every step.
    time_limit : float, optional
        Seconds after which to stop.
    """

    def __init__(
        self,
        network: Evaluable,
        terms: list[_core.Terms],
        by_gates: bool,
        ratio: float,
        max_boxes: int,
        activation_ulp: float,
        executor: Executor | None = None,
        progress: bool | Callable[[CertifyProgress], None] = False,
        time_limit: float | None = None,
    ) -> None:
        self._start = time.perf_counter()
        self._network = network
        self._request = _Request(
            network._handle.state(),
            network.box.bit_marks,
            (terms, by_gates, ratio, max_boxes, activation_ulp),
        )
        self._certifier = network._handle.certifier(*self._request.options)
        self._executor = executor
        self._limit = time_limit
        self._report = _bar(max_boxes) if progress is True else progress or None

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.perf_counter() - self._start

    def finish(self) -> None:
        """Bound parts of the box until the core asks for no more, or the time is up."""
        boxes = 0
        while True:
            output, parts = self._certifier.next()
            if not parts:
                break
            bounds = self._bounded(output, parts)
            if bounds is None:
                break
            self._certifier.accept(bounds)
            boxes += len(parts)
            if self._report is not None:
                so_far = self._certifier.so_far(output)
                self._report(
                    CertifyProgress(
                        output,
                        so_far.truncation_lower,
                        so_far.truncation_upper,
                        boxes,
                        self.seconds,
                    )
                )

    def certificate(self) -> Certificate:
        """Return what is proved so far."""
        proved, network = self._certifier.certificate(), self._network
        _, by_gates, ratio, *_ = self._request.options
        return Certificate(
            outputs=tuple(OutputBounds.copied(bounds) for bounds in proved.outputs),
            by="gates" if by_gates else "neurons",
            form=network.form,
            dtype=network.dtype,
            activation_ulp=proved.activation_ulp,
            boxes=proved.boxes,
            polynet_version=_core.__version__,
            box=network.box,
            requested_ratio=ratio,
            fingerprint=network.fingerprint,
            seconds=self.seconds,
        )

    def _left(self) -> float | None:
        return None if self._limit is None else self._limit - self.seconds

    def _bounded(self, output: int, parts: list[_core.Part]) -> Bounds | None:
        """Return the bounds of all parts; None if the time is up before."""
        chunks = [parts[i : i + _CHUNK] for i in range(0, len(parts), _CHUNK)]
        found = (
            self._one_by_one(output, chunks)
            if self._executor is None
            else self._by_executor(self._executor, output, chunks)
        )
        bounds: Bounds = []
        for piece in found:
            if piece is None:
                return None
            bounds.extend(piece)
        return bounds

    def _one_by_one(self, output: int, chunks: list[list[_core.Part]]) -> Iterator[Bounds | None]:
        # Back in Python after every chunk: that is where Ctrl-C is noticed.
        for chunk in chunks:
            left = self._left()
            if left is not None and left <= 0.0:
                yield None
                return
            yield self._certifier.bounds(output, chunk)

    def _by_executor(
        self, executor: Executor, output: int, chunks: list[list[_core.Part]]
    ) -> Iterator[Bounds | None]:
        # Here, because it takes an eighth of the time that importing polynet does.
        from concurrent.futures import TimeoutError as FutureTimeoutError

        request = pickle.dumps(self._request)
        futures: list[Future[Bounds]] = [
            executor.submit(_bounds_elsewhere, request, output, chunk) for chunk in chunks
        ]
        try:
            for future in futures:
                left = self._left()
                try:
                    yield future.result(timeout=None if left is None else max(left, 0.0))
                except FutureTimeoutError:
                    yield None
                    return
        finally:
            for future in futures:
                future.cancel()


def _bar(max_boxes: int) -> Callable[[CertifyProgress], None]:
    """Return a callback that draws a bar."""
    show = bar("certifying", "box", max_boxes)

    def report(progress: CertifyProgress) -> None:
        lower = progress.truncation_lower
        ratio = progress.truncation_upper / lower if lower > 0.0 else float("inf")
        show(progress.boxes, f"output {progress.output}: upper/lower {ratio:.4g}")

    return report
