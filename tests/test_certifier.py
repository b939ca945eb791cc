"""Certification in steps: who does the work, who looks on, and who stops it."""

import math
import os
import re
import signal
import subprocess
import sys
import types
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

import cases
import polynet as pn

DETERMINANT = "a*e*i + b*f*g + c*d*h - c*e*g - b*d*i - a*f*h"


@pytest.fixture(scope="module")
def net():
    """A network whose box must be cut many times."""
    return pn.compile(DETERMINANT, dict.fromkeys("abcdefghi", (-1, 1)))


@pytest.fixture(scope="module")
def certificate(net):
    return net.certify(ratio=1.05, max_boxes=1200)


def test_a_box_that_cutting_does_not_help_is_left_alone():
    chain = " + ".join(f"x{i}**4/4 + (x{i} - x{i + 1})**2/2" for i in range(24))
    net = pn.compile(chain, {f"x{i}": (-1, 1) for i in range(25)})
    certificate = net.certify(max_boxes=256)
    assert certificate.outputs[0].truncation_upper > 1.05 * certificate.outputs[0].truncation_lower
    assert 64 <= certificate.boxes <= 128


def test_threads_give_the_same_certificate(net, certificate):
    with ThreadPoolExecutor(3) as executor:
        assert net.certify(ratio=1.05, max_boxes=1200, executor=executor) == certificate


def test_processes_give_the_same_certificate(net, certificate):
    with ProcessPoolExecutor(2) as executor:
        assert net.certify(ratio=1.05, max_boxes=1200, executor=executor) == certificate


def test_a_dask_cluster_gives_the_same_certificate():
    pytest.importorskip("distributed")
    example = Path(__file__).parents[1] / "examples" / "dask_certify.py"
    path = os.pathsep.join(sys.path)
    run = subprocess.run(
        [sys.executable, example],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the same certificate: True" in run.stdout


def test_the_parts_are_those_of_a_binary_tree(net, certificate):
    assert certificate.boxes > 1
    assert certificate.boxes % 2 == 1  # the whole box, and two halves for every cut
    assert pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}).certify().boxes == 1


def test_the_certificate_says_what_was_asked(net, certificate):
    assert certificate.box == net.box
    assert certificate.requested_ratio == 1.05
    assert certificate.seconds > 0


def test_progress_is_reported_as_the_bounds_close_in(net):
    reports = []
    net.certify(ratio=1.05, max_boxes=1200, progress=reports.append)
    assert len(reports) > 2
    uppers = [report.truncation_upper for report in reports]
    assert uppers == sorted(uppers, reverse=True)
    assert [report.boxes for report in reports] == sorted(report.boxes for report in reports)


def test_rich_draws_a_bar_that_grows_and_takes_it_away(net, certificate, monkeypatch, capfd):
    pytest.importorskip("rich")
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setenv("FORCE_COLOR", "1")  # it draws on terminals alone
    assert net.certify(ratio=1.05, max_boxes=1200, progress=True) == certificate
    drawn = capfd.readouterr().out
    shares = [int(share) for share in re.findall(r"(\d+)%", drawn)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == round(100 * certificate.boxes / 1200)
    assert "output 0: upper/lower" in drawn
    hidden, shown = "\x1b[?25l", "\x1b[?25h"  # the cursor
    assert drawn.count(hidden) == drawn.count(shown) == 1
    assert drawn.rindex(shown) > drawn.rindex("%")


def test_tqdm_is_told_how_far_it_is(net, certificate, monkeypatch):
    class Bar:
        """What is used of tqdm, and what it was told."""

        n, told = 0, []

        def __init__(self, **options):
            assert options == {"total": 1200, "unit": "box", "desc": "certifying", "leave": False}

        def set_description_str(self, text, refresh):
            assert text.startswith("output 0: upper/lower")

        def update(self, more):
            self.n += more
            self.told.append(self.n)

    monkeypatch.setitem(sys.modules, "tqdm", types.SimpleNamespace(tqdm=Bar))
    assert net.certify(ratio=1.05, max_boxes=1200, progress=True) == certificate
    assert Bar.told == sorted(Bar.told)
    assert len(Bar.told) > 2
    assert Bar.told[-1] == certificate.boxes


@pytest.fixture
def sigint():
    """Ctrl-C raises, as in a terminal: processes started in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_without_a_bar_to_draw_the_remedy_is_named(net, monkeypatch):
    for module in ("tqdm", "rich.progress"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(pn.InvalidInputError, match="tqdm or rich"):
        net.certify(progress=True)


def test_an_interrupt_leaves_the_best_bounds_so_far(net, certificate, sigint):
    def interrupt(progress):
        if progress.boxes > 100:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        net.certify(ratio=1.05, max_boxes=1200, progress=interrupt)
    assert isinstance(caught.value, pn.CertificationInterrupted)
    so_far = caught.value.certificate
    assert certificate.truncation_upper <= so_far.truncation_upper
    assert so_far.lower <= so_far.upper
    assert 1 < so_far.boxes < certificate.boxes


def test_a_time_limit_keeps_the_first_bounds(net, certificate):
    quick = net.certify(ratio=1.05, time_limit=0)
    assert quick.boxes == 1
    assert certificate.truncation_upper <= quick.truncation_upper < math.inf
    with ThreadPoolExecutor(1) as executor:
        assert net.certify(ratio=1.05, time_limit=0, executor=executor).upper < math.inf


@pytest.mark.parametrize("limit", [-1.0, math.nan])
def test_a_time_limit_that_is_none_is_refused(net, limit):
    with pytest.raises(pn.InvalidInputError, match="time_limit"):
        net.certify(time_limit=limit)


@pytest.mark.parametrize("name", ["himmilbeau", "rigidBody1", "sine"])
def test_error_terms_are_the_error_up_to_higher_orders(name):
    # By gates in float64 the rounding is far below the error, and at scale l what is left of it is
    # smaller by l^2.
    case = next(case for case in cases.fpbench() if case.name == name)
    net = pn.compile(case.polynomial, case.box, scale=2.0**-6)
    terms = net.error_terms(6)
    points = cases.sample(net, 20, seed=0)
    errors = [
        Fraction(float(value)) - case.polynomial([Fraction(float(t)) for t in point])
        for value, point in zip(net(points), points, strict=True)
    ]
    worst = max(abs(error) for error in errors)
    for error, point in zip(errors, points, strict=True):
        leading = terms([Fraction(float(t)) for t in point])
        assert abs(error - leading) <= worst / 20


def test_error_terms_of_one_gate_are_its_series():
    scale, bias = 2.0**-4, -1.0
    net = pn.compile("u*v", {"u": (-1, 1), "v": (-1, 1)}, bias=bias, scale=scale)
    (second,) = pn.Gate("logistic", bias=bias).error_terms(2)
    terms = net.error_terms(2).terms
    assert set(terms) == {(1, 3), (3, 1)}
    for coefficient in terms.values():
        expected = second.coefficient[0] * scale**2 / 6
        assert float(coefficient) == pytest.approx(expected, rel=1e-12)


def test_error_terms_come_one_per_output_and_are_refused_below_one():
    net = pn.compile(["u*v", "u**2"], {"u": (-1, 1), "v": (-1, 1)})
    assert len(net.error_terms(4)) == 2
    with pytest.raises(pn.InvalidInputError, match="order"):
        net.error_terms(0)
    with pytest.raises(pn.SizeLimitError):
        net.error_terms(40)


@pytest.mark.parametrize(("dtype", "by"), [("float64", "gates"), ("float32", "neurons")])
@pytest.mark.parametrize("case", cases.fpbench(), ids=lambda case: case.name)
def test_the_truncation_of_the_fpbench_networks_is_tight(case, dtype, by):
    net = pn.compile(case.polynomial, case.box, dtype=dtype)
    (output,) = net.certify(by=by, ratio=1.01).outputs
    assert output.truncation_ratio <= 1.01


def test_far_from_the_origin_the_bounds_are_as_tight_as_near_it():
    # The exact representation of x*y on this box needs no more than rounding's share.
    net = pn.compile("x*y", {"x": (999.5, 1000.5), "y": (999.5, 1000.5)}, scale=1e-9)
    assert net.certify().truncation_upper <= 1e6 * 2.0**-51
