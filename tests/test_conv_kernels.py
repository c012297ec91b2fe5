"""Convolution and max pooling kernels: against plain loops, and against PyTorch."""

import itertools
import math

import numpy as np
import pytest

from minitorch.backend import numpy_conv, numpy_winograd, threads
from minitorch.backend.numpy_conv import col2im, conv, conv_input, conv_weight, im2col
from minitorch.backend.numpy_pool import max_pool, max_pool_gather, max_pool_input, pooled_size


def slow_conv(x, w, stride, padding, dilation, groups):
    """Every product of a convolution as (place in y, place in x, place in w), and its y."""
    o, per_group, *kernel = w.shape
    how = list(zip(stride, padding, dilation))
    size = numpy_conv.output_size(x.shape[2:], kernel, stride, padding, dilation)
    y, products = np.zeros((len(x), o, *size)), []
    for place in np.ndindex(y.shape):
        image, out, *at = place
        for within in np.ndindex(per_group, *kernel):
            channel = out // (o // groups) * per_group + within[0]
            read = [i * s - p + k * d for i, k, (s, p, d) in zip(at, within[1:], how)]
            if all(0 <= r < m for r, m in zip(read, x.shape[2:])):
                y[place] += x[(image, channel, *read)] * w[(out, *within)]
                products.append((place, (image, channel, *read), (out, *within)))
    return y, products


def slow_max_pool(x, kernel, stride, padding, dilation, ceil_mode):
    """PyTorch's loop: a value replaces the best so far if it is greater, or NaN."""
    sizes, inner = [], x.shape[2:]
    for m, k, s, p, d in zip(inner, kernel, stride, padding, dilation):
        steps = (m + 2 * p - d * (k - 1) - 1) / s
        size = (math.ceil(steps) if ceil_mode else math.floor(steps)) + 1
        sizes.append(size - 1 if ceil_mode and (size - 1) * s >= m + p else size)
    values = np.empty((*x.shape[:2], *sizes), x.dtype)
    indices = np.empty(values.shape, np.int64)
    for image, channel, *at in np.ndindex(values.shape):
        best, index = -np.inf, None
        for within in np.ndindex(*kernel):
            read = [
                i * s - p + k * d for i, k, s, p, d in zip(at, within, stride, padding, dilation)
            ]
            if all(0 <= r < m for r, m in zip(read, inner)):
                value = x[(image, channel, *read)]
                if index is None or value > best or np.isnan(value):
                    best, index = value, np.ravel_multi_index(read, inner)
        values[(image, channel, *at)] = best
        indices[(image, channel, *at)] = index
    return values, indices


def conv_cases(count, seed=0, axes=(1, 2, 2, 3)):
    """Random (x, w, settings) in float64 whose output is not empty."""
    rng = np.random.default_rng(seed)
    for dims in itertools.cycle(axes):
        if not count:
            return
        kernel, stride, dilation, size = (
            tuple(int(v) for v in rng.integers(1, end, dims))
            for end in (5, 4, 4, (20, 14, 6)[dims - 1])
        )
        padding = tuple(int(v) for v in rng.integers(0, 4, dims))
        n, groups, per_group, out = (int(rng.integers(low, 4)) for low in (0, 1, 1, 1))
        sizes = numpy_conv.output_size(size, kernel, stride, padding, dilation)
        if min(sizes) < 1:
            continue
        x = rng.standard_normal((n, groups * per_group, *size))
        w = rng.standard_normal((groups * out, per_group, *kernel))
        count -= 1
        yield x, w, (stride, padding, dilation, groups)


def pool_cases(count, seed=0):
    """Random (x, settings): numbers, ties, NaNs and infinities, and images of -inf."""
    rng = np.random.default_rng(seed)
    kinds = itertools.cycle(
        ([-1.5, -0.5, 0.5, 1.5, 2.5, 3.5], [0, 1], [np.nan, 1, 2, -np.inf, np.inf], [-np.inf, -1])
    )
    for dims in itertools.cycle((1, 2, 3, 2, 2)):
        if not count:
            return
        kernel, stride, dilation, size = (
            tuple(int(v) for v in rng.integers(1, end, dims))
            for end in (5, 5, 3, (20, 14, 6)[dims - 1])
        )
        padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
        ceil_mode = bool(rng.integers(2))
        axes = zip(size, kernel, stride, padding, dilation)
        if any(pooled_size(*axis, ceil_mode) < 1 for axis in axes):
            continue
        # A window between whose steps the whole image falls holds nothing to point at.
        if any(d * (k - 1) >= m + p for m, k, p, d in zip(size, kernel, padding, dilation)):
            continue
        shape = (int(rng.integers(0, 4)), int(rng.integers(1, 4)), *size)
        count -= 1
        yield (
            rng.choice(np.array(next(kinds), float), shape),
            (kernel, stride, padding, dilation, ceil_mode),
        )


@pytest.fixture(params=["one image", "small", "small, one block", "two threads", "as set"])
def cutting(request, monkeypatch):
    """The ways to cut the work: results must not depend on them."""
    if request.param == "one image":
        monkeypatch.setattr(threads, "BLOCK_BYTES", 1)
        monkeypatch.setattr(numpy_conv, "SMALL", 0)
    elif request.param == "small":
        monkeypatch.setattr(threads, "BLOCK_BYTES", 4096)
        monkeypatch.setattr(numpy_conv, "SMALL_BLOCK", 0)
        monkeypatch.setattr(numpy_conv, "SMALL", 1 << 30)
    elif request.param == "small, one block":
        monkeypatch.setattr(numpy_conv, "SMALL_BLOCK", 1 << 30)
        monkeypatch.setattr(numpy_conv, "SMALL", 1 << 30)
    elif request.param == "two threads":
        monkeypatch.setattr(threads, "thread_counts", lambda: (lambda: 2, lambda count: None))


def test_convolution_and_its_gradients_agree_with_plain_loops(cutting):
    for x, w, settings in conv_cases(12):
        y, products = slow_conv(x, w, *settings)
        g = np.random.default_rng(1).standard_normal(y.shape)
        gx, gw = np.zeros(x.shape), np.zeros(w.shape)
        for in_y, in_x, in_w in products:
            gx[in_x] += g[in_y] * w[in_w]
            gw[in_w] += g[in_y] * x[in_x]
        np.testing.assert_allclose(conv(x, w, None, *settings), y, atol=1e-10)
        np.testing.assert_allclose(conv_input(g, w, x.shape, *settings), gx, atol=1e-10)
        np.testing.assert_allclose(conv_weight(g, x, w.shape, *settings), gw, atol=1e-10)


@pytest.mark.torch
def test_convolution_and_its_gradients_agree_with_torch(cutting):
    torch = pytest.importorskip("torch")
    for x, w, settings in conv_cases(120, seed=1):
        tx, tw = torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True)
        ty = torch.convolution(tx, tw, None, *settings[:3], False, [0] * (x.ndim - 2), settings[3])
        g = np.random.default_rng(1).standard_normal(ty.shape)
        ty.backward(torch.tensor(g))
        np.testing.assert_allclose(conv(x, w, None, *settings), ty.detach().numpy(), atol=1e-10)
        gx, gw = conv_input(g, w, x.shape, *settings), conv_weight(g, x, w.shape, *settings)
        np.testing.assert_allclose(gx, tx.grad.numpy(), atol=1e-10)
        np.testing.assert_allclose(gw, tw.grad.numpy(), atol=1e-10)


@pytest.mark.parametrize("dtype, tolerance", [("float16", 2e-3), ("float32", 1e-5)])
def test_convolution_keeps_the_dtype_and_leaves_its_inputs_alone(dtype, tolerance):
    for x, w, settings in conv_cases(40, seed=2):
        exact = conv(x, w, None, *settings)
        g = np.random.default_rng(1).standard_normal(exact.shape)
        small = [a.astype(dtype) for a in (x, w, g)]
        before = [a.copy() for a in small]
        sx, sw, sg = small
        for got, want in (
            (conv(sx, sw, None, *settings), exact),
            (conv_input(sg, sw, x.shape, *settings), conv_input(g, w, x.shape, *settings)),
            (conv_weight(sg, sx, w.shape, *settings), conv_weight(g, x, w.shape, *settings)),
        ):
            assert got.dtype == dtype
            scale = np.abs(want).max(initial=1)
            np.testing.assert_allclose(got / scale, want / scale, atol=tolerance)
        for a, b in zip(small, before):
            np.testing.assert_array_equal(a, b)


def test_convolution_takes_views_and_read_only_arrays():
    for x, w, settings in conv_cases(40, seed=3):
        y = conv(x, w, None, *settings)
        g = np.random.default_rng(1).standard_normal(y.shape)
        vx, vw, vg = (np.asfortranarray(a) for a in (x, w, g))
        for a in (vx, vw, vg):
            a.flags.writeable = False
        np.testing.assert_allclose(conv(vx, vw, None, *settings), y, atol=1e-12)
        gx, gw = conv_input(g, w, x.shape, *settings), conv_weight(g, x, w.shape, *settings)
        np.testing.assert_allclose(conv_input(vg, vw, x.shape, *settings), gx, atol=1e-12)
        np.testing.assert_allclose(conv_weight(vg, vx, w.shape, *settings), gw, atol=1e-12)


def test_results_are_not_changed_by_the_next_call():
    settings = ((1, 1), (1, 1), (1, 1), 1)
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 3, 6, 6)), rng.standard_normal((3, 3, 3, 3))
    pooling = ((2, 2), (2, 2), (0, 0), (1, 1), False)

    def results(x, w):
        y = conv(x, w, None, *settings)
        gx, gw = conv_input(y, w, x.shape, *settings), conv_weight(y, x, w.shape, *settings)
        return y, gx, gw, *max_pool(x, *pooling)

    first = results(x, w)
    copies = [a.copy() for a in first]
    results(x[::-1] + 1, w + 1)
    for a, b in zip(first, copies):
        np.testing.assert_array_equal(a, b)


def test_max_pooling_and_its_gradient_agree_with_plain_loops(cutting):
    for x, settings in pool_cases(24):
        values, indices = max_pool(x, *settings)
        want, where = slow_max_pool(x, *settings)
        np.testing.assert_array_equal(values, want)
        np.testing.assert_array_equal(indices, where)
        assert indices.dtype == np.int64
        g = np.random.default_rng(1).standard_normal(values.shape)
        gx = np.zeros((*x.shape[:2], math.prod(x.shape[2:])))
        for place in np.ndindex(g.shape):
            gx[(*place[:2], where[place])] += g[place]
        np.testing.assert_allclose(max_pool_input(g, indices, x.shape), gx.reshape(x.shape))
        np.testing.assert_array_equal(max_pool_gather(x, indices), values)


@pytest.mark.torch
def test_max_pooling_agrees_with_torch(cutting):
    torch = pytest.importorskip("torch")
    for x, settings in pool_cases(200, seed=1):
        tx = torch.tensor(x, requires_grad=True)
        pool = getattr(torch.nn.functional, f"max_pool{x.ndim - 2}d")
        tv, ti = pool(tx, *settings, return_indices=True)
        values, indices = max_pool(x, *settings)
        np.testing.assert_array_equal(values, tv.detach().numpy())
        np.testing.assert_array_equal(indices, ti.numpy())
        g = np.random.default_rng(1).standard_normal(values.shape)
        tv.backward(torch.tensor(g))
        gx = max_pool_input(g, indices, x.shape)
        np.testing.assert_allclose(gx, tx.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_max_pooling_keeps_the_dtype(dtype):
    x = np.arange(32, dtype=dtype).reshape(1, 2, 4, 4)
    values, indices = max_pool(x, (3, 3), (1, 1), (0, 0), (1, 1), False)
    gx = max_pool_input(values, indices, x.shape)
    assert values.dtype == gx.dtype == max_pool_gather(x, indices).dtype == dtype
    np.testing.assert_array_equal(indices[0, 1], [[10, 11], [14, 15]])


def test_a_pooling_window_of_more_than_256_places_is_counted_right():
    x = np.zeros((1, 1, 20, 20))
    x[0, 0, 19, 19] = 1
    values, indices = max_pool(x, (20, 20), (20, 20), (0, 0), (1, 1), False)
    assert values.item() == 1
    assert indices.item() == 399


def test_columns_are_the_windows_and_add_up_to_images():
    for x, w, (stride, padding, dilation, _) in conv_cases(12, seed=5, axes=(1, 2, 3)):
        how = (w.shape[2:], stride, padding, dilation)
        columns = im2col(x, *how)
        ones = np.ones((1, x.shape[1], *w.shape[2:]))
        sums = conv(x, ones, None, stride, padding, dilation, 1)
        np.testing.assert_allclose(columns.sum(1).reshape(sums.shape), sums, atol=1e-12)
        g = np.random.default_rng(1).standard_normal(columns.shape)
        back = col2im(g, x.shape[2:], *how)
        np.testing.assert_allclose((back * x).sum(), (g * columns).sum(), atol=1e-9)


def test_integers_are_convolved_and_pooled():
    x = np.arange(-8, 8).reshape(1, 1, 4, 4)
    w = np.array([[[[1, 0], [0, -2]]]])
    y = conv(x, w, np.array([1]), (1, 1), (0, 0), (1, 1), 1)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y[0, 0, 0], [1 - 8 + 6, 1 - 7 + 4, 1 - 6 + 2])
    values, indices = max_pool(x.astype(np.int8), (2, 2), (2, 2), (1, 1), (1, 1), False)
    assert values.dtype == np.int8
    np.testing.assert_array_equal(values[0, 0], [[-8, -6, -5], [0, 2, 3], [4, 6, 7]])
    np.testing.assert_array_equal(indices[0, 0], [[0, 2, 3], [8, 10, 11], [12, 14, 15]])


@pytest.mark.parametrize("block_bytes", [1, 1 << 14, 1 << 21])
@pytest.mark.parametrize(
    ("x_shape", "outputs", "padding"),
    [
        ((3, 16, 10, 11), 18, (1, 0)),
        ((2, 20, 16, 8), 16, (1, 1)),
        ((5, 16, 12, 10), 17, (2, 2)),
        ((4, 17, 11, 12), 16, (0, 0)),
    ],
)
def test_winograd_form_gives_what_the_columns_give(
    x_shape, outputs, padding, block_bytes, monkeypatch
):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(x_shape)
    w = rng.standard_normal((outputs, x_shape[1], 3, 3))
    bias = rng.standard_normal(outputs)
    how = (1, 1), padding, (1, 1), 1
    out = numpy_conv.output_size(x_shape[2:], (3, 3), *how[:3])
    g = rng.standard_normal((x_shape[0], outputs, *out))

    def results():
        return (
            conv(x, w, bias, *how),
            conv_input(g, w, x.shape, *how),
            conv_weight(g, x, w.shape, *how),
        )

    monkeypatch.setattr(numpy_winograd, "BLOCK_BYTES", block_bytes)
    assert numpy_winograd.pays(x_shape[0], w.shape, (1, 1), (1, 1), 1, out)
    fast = results()
    monkeypatch.setattr(numpy_winograd, "pays", lambda *_: False)
    for a, b in zip(fast, results()):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-11)


def test_winograd_form_is_as_exact_as_the_columns(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 64, 16, 16))
    w = rng.standard_normal((64, 64, 3, 3))
    how = None, (1, 1), (1, 1), (1, 1), 1
    single = x.astype(np.float32), w.astype(np.float32)
    exact = conv(x, w, *how)
    error = np.abs(conv(*single, *how) - exact).max()
    monkeypatch.setattr(numpy_winograd, "pays", lambda *_: False)
    assert error <= 1.5 * np.abs(conv(*single, *how) - exact).max()
