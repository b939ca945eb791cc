"""Networks among other array packages and processes: what goes in and what comes out."""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import cases
import polynet as pn

NET = pn.compile("x*y*z - z**2/3", {"x": (-1, 1), "y": (0, 2), "z": (-3, -1)})
POINTS = cases.sample(NET, 1000, seed=0)
EXPECTED = NET(POINTS)


def same(values):
    assert type(values) is np.ndarray
    assert values.tobytes() == EXPECTED.tobytes()


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_dask_maps_blocks_of_points(by):
    array = pytest.importorskip("dask.array")
    x = array.from_array(POINTS, chunks=(300, 3))
    values = x.map_blocks(NET, by=by, dtype=NET.dtype, drop_axis=1)
    assert values.shape == EXPECTED.shape
    assert values.chunks == ((300, 300, 300, len(POINTS) - 900),)
    for scheduler in ("threads", "processes") if by == "gates" else ("threads",):
        result = values.compute(scheduler=scheduler)
        np.testing.assert_array_equal(result, NET(POINTS, by=by))


def test_dask_maps_several_outputs():
    array = pytest.importorskip("dask.array")
    net = pn.compile(["x*y", "z"], NET.box)
    x = array.from_array(POINTS, chunks=(300, 3))
    values = x.map_blocks(net, dtype=net.dtype, chunks=(x.chunks[0], (2,)))
    np.testing.assert_array_equal(values.compute(scheduler="threads"), net(POINTS))


def test_dask_names_the_same_work_the_same():
    base = pytest.importorskip("dask.base")
    assert base.tokenize(NET) == base.tokenize(pickle.loads(pickle.dumps(NET)))
    assert base.tokenize(NET) != base.tokenize(NET.merged())


def test_processes_share_a_network():
    # A fresh interpreter each, as on every platform.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        parts = list(pool.map(NET, np.array_split(POINTS, 4)))
    same(np.concatenate(parts))


@pytest.mark.parametrize("network", [NET, NET.merged()], ids=repr)
def test_copies_are_equal_and_the_same(network):
    protocols = range(2, pickle.HIGHEST_PROTOCOL + 1)
    pickled = [pickle.loads(pickle.dumps(network, protocol)) for protocol in protocols]
    for twin in (copy.copy(network), copy.deepcopy(network), *pickled):
        assert twin == network
        assert hash(twin) == hash(network)
        assert twin(POINTS).tobytes() == network(POINTS).tobytes()


def test_a_frame_is_read_by_name():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(POINTS, columns=["x", "y", "z"])
    same(NET(frame))
    same(NET(frame[["z", "x", "y"]]))
    result = frame.assign(p=NET)  # assign calls the network with the frame
    same(result["p"].to_numpy())
    assert NET(frame.iloc[3]) == EXPECTED[3]
    with pytest.raises(pn.InvalidInputError, match="real numbers, not object"):
        NET(frame.astype(object))
    same(NET(result))  # what is no input is left out


def test_labelled_arrays_are_read_by_position():
    xarray = pytest.importorskip("xarray")
    points = xarray.DataArray(POINTS, dims=["point", "variable"])
    same(NET(points))
    grid = points.stack(all=["point"]).transpose("all", "variable")
    same(NET(grid))
    mapped = xarray.apply_ufunc(NET, points, input_core_dims=[["variable"]])
    assert mapped.dims == ("point",)
    same(mapped.to_numpy())


def test_array_subclasses_and_protocols_give_plain_arrays():
    same(NET(np.ma.array(POINTS)))
    with pytest.raises(pn.InvalidInputError, match="masked"):
        NET(np.ma.array(POINTS, mask=POINTS[0] == POINTS))
    same(NET(memoryview(POINTS)))

    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return POINTS if dtype is None else POINTS.astype(dtype)

    same(NET(Wrapped()))
    same(NET(list(map(tuple, POINTS))))


def test_tensors_of_the_frameworks_are_read():
    torch = pytest.importorskip("torch")
    same(NET(torch.from_numpy(POINTS)))


PRODUCT = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
CLASSES = pn.compile(["x*y", "x"], PRODUCT.box)


def test_the_core_refuses_points_it_would_misread():
    for wrong in (np.zeros(2), np.zeros((2, 2, 2)), np.zeros((2, 3)), np.zeros((2, 2), "f4")):
        with pytest.raises(pn.InvalidInputError):
            PRODUCT._handle.first_outside(wrong)


@pytest.mark.parametrize("shape", [(0, 2), (3, 0, 2), (0, 0, 2)])
def test_no_points_have_no_values(shape):
    points = np.zeros(shape)
    for by in ("gates", "neurons"):
        assert PRODUCT(points, by=by).shape == shape[:-1]
        assert PRODUCT(points, by=by, threads=2, check_domain=True).shape == shape[:-1]
        assert CLASSES(points, by=by).shape == (*shape[:-1], 2)
    values, jacobian = CLASSES.value_and_jacobian(points)
    assert values.shape == (*shape[:-1], 2)
    assert jacobian.shape == (*shape[:-1], 2, 2)
