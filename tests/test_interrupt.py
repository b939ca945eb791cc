"""Ctrl-C, time limits and progress in long compilations and certifications."""

import gc
import random
import signal
import sys
import threading
import time
from fractions import Fraction
from itertools import pairwise

import pytest

import polynet as pn

# What takes a machine minutes to compile thoroughly: 4 outputs of 500 terms.
NAMES = [f"x{i}" for i in range(6)]
BOX = dict.fromkeys(NAMES, (-1, 1))
# Ctrl-C must act within half a second. Machines that run tests run much besides: what the process
# computed for is counted, as signal.ITIMER_PROF counts.
SOON = 0.5


def large_map(terms=500, outputs=4, degree=6):
    rng = random.Random(1)
    polynomials = []
    for _ in range(outputs):
        found = {}
        while len(found) < terms:
            exponents = [0] * len(NAMES)
            for _ in range(rng.randint(1, degree)):
                exponents[rng.randrange(len(NAMES))] += 1
            found[tuple(exponents)] = Fraction(rng.randint(1, 999), 1000)
        polynomials.append(pn.Polynomial(found, NAMES))
    return polynomials


LARGE = large_map()


@pytest.fixture
def interrupt():
    """Send SIGINT after so many seconds of processor time; what took how long after it."""
    sent = []

    def handler(signum, frame):
        signal.raise_signal(signal.SIGINT)

    def on_interrupt(signum, frame):
        sent.append(time.process_time())
        raise KeyboardInterrupt

    # The timer's own handler runs when Python lets it: what counts is when the timer went off.
    def arm(seconds):
        sent.clear()
        due = time.process_time() + seconds
        signal.setitimer(signal.ITIMER_PROF, seconds)
        return due

    # What is raised in a callback of the garbage collector (hypothesis has one) is lost.
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    before = signal.signal(signal.SIGINT, on_interrupt), signal.signal(signal.SIGPROF, handler)
    yield arm
    gc.callbacks[:] = callbacks
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGPROF, before[1])


@pytest.mark.skipif(sys.platform == "win32", reason="timers of Unix")
@pytest.mark.parametrize(
    ("options", "after"),
    [
        *(({}, after) for after in (0.05, 0.3, 0.7, 1.3, 2.0, 3.1)),
        *(
            (options, after)
            for options in (
                {"tolerance": 1e-6},
                {"hidden_layers": 3},
                {"construction": "paper"},
                {"activation": "tanh", "dtype": "float32"},
            )
            for after in (0.3, 1.3)
        ),
    ],
    ids=str,
)
def test_an_interrupt_ends_a_compilation_soon(interrupt, options, after):
    due = interrupt(after)
    try:
        pn.compile(LARGE, BOX, **options)
    except KeyboardInterrupt:
        assert time.process_time() - due < SOON
    else:  # it was faster
        assert time.process_time() < due + SOON


@pytest.fixture(scope="module")
def quadratic():
    """Of 70 variables, whose first bounds take long and which are never near enough."""
    rng = random.Random(3)
    pairs = [(i, j) for i in range(70) for j in range(i, 70)]
    terms = "+".join(f"{rng.randint(1, 99)}*x{i}*x{j}" for i, j in pairs)
    return pn.compile(terms, {f"x{i}": (-1, 1) for i in range(70)}, time_limit=2)


@pytest.mark.skipif(sys.platform == "win32", reason="timers of Unix")
@pytest.mark.parametrize("after", [0.02, 0.1, 0.4, 0.8, 1.2])
@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_an_interrupt_ends_a_certification_soon(interrupt, quadratic, by, after):
    due = interrupt(after)
    with pytest.raises(KeyboardInterrupt):
        quadratic.certify(by=by, ratio=1)
    assert time.process_time() - due < SOON


def test_what_a_signals_handler_raises_comes_out_as_itself():
    class OwnError(Exception):
        pass

    def handler(signum, frame):
        raise OwnError

    before = signal.signal(signal.SIGINT, handler)
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        with pytest.raises(OwnError):
            pn.compile(LARGE, BOX)
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def test_what_progress_raises_comes_out_as_itself():
    def stop(progress):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pn.compile(LARGE, BOX, progress=stop)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_time_limit_keeps_the_best_network_so_far(dtype):
    seen = []
    start = time.perf_counter()
    net = pn.compile(LARGE, BOX, time_limit=1.5, progress=seen.append, dtype=dtype)
    assert all(a.networks <= b.networks and a.seconds <= b.seconds for a, b in pairwise(seen))
    assert seen[-1].networks >= 1
    assert 0 < seen[-1].neurons <= net.neurons
    assert time.perf_counter() - start > 1.5  # it took the time
    certificate = net.certify(time_limit=0)
    assert certificate.lower <= certificate.upper < 1.0
    # Never more neurons than the paper's construction.
    assert net.neurons <= pn.compile(LARGE, BOX, construction="paper", time_limit=1).neurons


def test_with_all_the_time_the_network_is_the_same():
    polynomials = ["x*y*z + x**3/3 - y**2", "x*z"]
    box = {v: (-1, 2) for v in "xyz"}
    expected = pn.compile(polynomials, box)
    assert pn.compile(polynomials, box, time_limit=1e6, progress=lambda p: None) == expected
    assert pn.compile(polynomials, box, time_limit=float("inf")) == expected


@pytest.mark.parametrize(
    "options", [{}, {"hidden_layers": 3}, {"tolerance": 1e-9}, {"construction": "paper"}]
)
def test_no_time_for_any_network_is_a_named_error(options):
    with pytest.raises(pn.TimeLimitError, match="time was up") as caught:
        pn.compile(LARGE, BOX, time_limit=0, **options)
    assert isinstance(caught.value, TimeoutError)


def test_a_tolerance_is_kept_or_the_time_was_up():
    with pytest.raises(
        pn.TimeLimitError, match=r"within the tolerance 1e-09 .*best so far reached"
    ):
        pn.compile(LARGE, BOX, tolerance=1e-9, time_limit=1)


def test_an_interrupted_compilation_leaves_the_next_alone(interrupt):
    expected = pn.compile("x0*x1*x2", BOX)
    interrupt(0.2)
    with pytest.raises(KeyboardInterrupt):
        pn.compile(LARGE, BOX)
    assert pn.compile("x0*x1*x2", BOX) == expected


def test_compilations_in_other_threads_end_by_their_time_limits():
    networks = []
    thread = threading.Thread(target=lambda: networks.append(pn.compile(LARGE, BOX, time_limit=1)))
    thread.start()
    thread.join(60)
    assert networks[0].neurons > 0
