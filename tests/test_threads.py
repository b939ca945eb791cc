"""Threads of evaluation: the same bits, after a fork too, and networks that come and go."""

import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import polynet as pn

WAYS = ("gates", "neurons")


@pytest.fixture(scope="module", params=["float64", "float32"])
def net(request):
    return pn.compile("x*y - z**2/3 + x*y*z", {v: (-1, 1) for v in "xyz"}, dtype=request.param)


@pytest.fixture(scope="module")
def points(net):
    return np.random.default_rng(0).uniform(-1, 1, (100_003, 3)).astype(net.dtype)


@pytest.mark.parametrize("by", WAYS)
def test_values_are_the_same_bits_for_any_number_of_threads(net, points, by):
    expected = net(points, by=by)
    for threads in (2, 3, 7):
        assert net(points, by=by, threads=threads).tobytes() == expected.tobytes()


def evaluate(net, points, by, connection):
    connection.send(net(points, by=by, threads=2).tobytes())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("by", WAYS)
def test_a_forked_process_evaluates_with_threads_after_its_parent_did(net, points, by):
    expected = net(points, by=by, threads=2).tobytes()
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    child = fork.Process(target=evaluate, args=(net, points, by, sender))
    child.start()
    assert receiver.poll(60), "the child hangs"
    assert receiver.recv() == expected
    child.join(60)
    assert child.exitcode == 0
    assert net(points, by=by, threads=2).tobytes() == expected


@pytest.mark.parametrize("by", WAYS)
def test_networks_are_dropped_while_others_run(net, points, by):
    expected, state = net(points, by=by).tobytes(), pickle.dumps(net)

    def own_network(threads):
        return pickle.loads(state)(points, by=by, threads=threads).tobytes()

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(own_network, k % 4 + 1) for k in range(24)]
        assert all(job.result() == expected for job in jobs)
