"""Convolution and pooling on the GPU: the values of NumPy's kernels, in one launch or few."""

import cupy_rig
import numpy as np
import pytest
from cupy_rig import kernels
from test_conv_kernels import conv_cases, pool_cases

from minitorch.backend import numpy_conv, numpy_pool
from minitorch.backend.namespaces import namespace

NEAR = {"float16": 4e-3, "float32": 2e-6, "float64": 1e-13}  # times the largest value


def require_near(found, wanted):
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    assert found.flags.c_contiguous
    room = 8 * NEAR[wanted.dtype.name] * np.abs(wanted).max(initial=1)
    np.testing.assert_allclose(found.get(), wanted, 0, room)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64"])
def test_pooling_finds_the_values_and_places_that_numpys_does(cupy, dtype):
    xp = namespace(cupy.empty(0))
    for x, settings in pool_cases(15):
        x = np.nan_to_num(x * 2, posinf=9, neginf=-9) if dtype == "int64" else x
        x = x.astype(dtype)
        values, indices = numpy_pool.max_pool(x, *settings)
        ours, places = xp.max_pool(cupy.asarray(x), *settings)
        np.testing.assert_array_equal(ours.get(), values)
        np.testing.assert_array_equal(places.get(), indices)
        assert (ours.dtype, places.dtype) == (values.dtype, indices.dtype)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradients_of_pooling_are_those_of_numpy(cupy, dtype):
    xp, rng = namespace(cupy.empty(0)), np.random.default_rng(2)
    for x, settings in pool_cases(10, seed=1):
        values, indices = numpy_pool.max_pool(x, *settings)
        g, x = rng.standard_normal(values.shape).astype(dtype), x.astype(dtype)
        on_gpu = cupy.asarray(indices)
        wanted = numpy_pool.max_pool_input(g, indices, x.shape)
        require_near(xp.max_pool_input(cupy.asarray(g), on_gpu, x.shape), wanted)
        found = xp.max_pool_gather(cupy.asarray(x), on_gpu)
        np.testing.assert_array_equal(found.get(), numpy_pool.max_pool_gather(x, indices))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_convolution_and_its_gradients_are_those_of_numpy(cupy, dtype):
    xp, rng = namespace(cupy.empty(0)), np.random.default_rng(2)
    for x, w, settings in conv_cases(8, seed=3):
        x, w = x.astype(dtype), w.astype(dtype)
        for bias in (None, rng.standard_normal(len(w)).astype(dtype)):
            y = numpy_conv.conv(x, w, bias, *settings)
            require_near(xp.conv(*(v if v is None else cupy.asarray(v) for v in (x, w, bias)),
                                 *settings), y)  # fmt: skip
        g = rng.standard_normal(y.shape).astype(dtype)
        on_gpu = [cupy.asarray(v) for v in (g, w, x)]
        wanted = numpy_conv.conv_input(g, w, x.shape, *settings)
        require_near(xp.conv_input(*on_gpu[:2], x.shape, *settings), wanted)
        wanted = numpy_conv.conv_weight(g, x, w.shape, *settings)
        require_near(xp.conv_weight(on_gpu[0], on_gpu[2], w.shape, *settings), wanted)


def test_columns_and_their_sums_are_those_of_numpy(cupy):
    xp, rng = namespace(cupy.empty(0)), np.random.default_rng(2)
    for x, w, settings in conv_cases(8, seed=4):
        kernel, how = w.shape[2:], settings[:3]
        columns = numpy_conv.im2col(x, kernel, *how)
        require_near(xp.im2col(cupy.asarray(x), kernel, *how), columns)
        g = rng.standard_normal(columns.shape)
        wanted = numpy_conv.col2im(g, x.shape[2:], kernel, *how)
        require_near(xp.col2im(cupy.asarray(g), x.shape[2:], kernel, *how), wanted)


def test_images_that_are_not_contiguous_are_pooled_and_convolved(cupy):
    xp, x = namespace(cupy.empty(0)), np.random.default_rng(3).standard_normal((6, 4, 3, 2)).T
    w, how = np.ones((4, 3, 2, 2)), ((1, 1), (1, 1), (1, 1), 1)
    on_gpu = cupy.asarray(x.T.copy()).T
    require_near(xp.conv(on_gpu, cupy.asarray(w), None, *how), numpy_conv.conv(x, w, None, *how))
    pool = (2, 2), (2, 2), (0, 0), (1, 1), False
    require_near(xp.max_pool(on_gpu, *pool)[0], numpy_pool.max_pool(x, *pool)[0])


# -------------------------------------------------------------------- on the rig


@pytest.mark.parametrize("order", kernels.ORDERS)
def test_windows_are_the_same_in_any_order_of_threads(rig, monkeypatch, order):
    monkeypatch.setattr(kernels, "order", order)
    test_pooling_finds_the_values_and_places_that_numpys_does(rig, "float32")
    test_gradients_of_pooling_are_those_of_numpy(rig, "float64")
    test_convolution_and_its_gradients_are_those_of_numpy(rig, "float64")
    test_columns_and_their_sums_are_those_of_numpy(rig)


def launches_of(f, *arguments):
    f(*arguments)
    before = cupy_rig.counts["launches"]
    f(*arguments)
    cupy_rig.check()
    return cupy_rig.counts["launches"] - before


def test_few_launches_pool_and_convolve(rig):
    xp, x = namespace(rig.empty(0)), rig.ones((2, 3, 8, 8), "f")
    pool = (2, 2), (2, 2), (0, 0), (1, 1), False
    assert launches_of(xp.max_pool, x, *pool) == 1
    values, indices = xp.max_pool(x, *pool)
    assert launches_of(xp.max_pool_input, values, indices, x.shape) == 1
    w, b, how = rig.ones((4, 3, 3, 3), "f"), rig.ones(4, "f"), ((1, 1), (1, 1), (1, 1), 1)
    g = xp.conv(x, w, b, *how)
    assert launches_of(xp.conv, x, w, b, *how) == 3  # columns, product, bias
    assert launches_of(xp.conv_input, g, w, x.shape, *how) == 3  # rows, product, sums
    assert launches_of(xp.conv_weight, g, x, w.shape, *how) == 3  # columns, rows, product
