"""Attention and products of batches on the GPU: NumPy's values, in one launch where one will do."""

import cupy_rig
import numpy as np
import pytest
from cupy_rig import kernels

from minitorch.backend import numpy_attention
from minitorch.backend.namespaces import namespace

NEAR = {"float32": 4e-6, "float64": 2e-13}


def drawn(seed, *shape, dtype="f"):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def masks(dtype, batch, length, keys):
    """Masks to be added: none, one for all, one whose last row hides every key, one for each key,
    one with a nan.
    """
    hidden, odd = np.zeros((2, length, keys), dtype)
    hidden[0, ::2] = hidden[-1] = -np.inf
    odd[1, 0] = np.nan
    return (
        None,
        drawn(5, length, keys, dtype=dtype),
        hidden,
        drawn(6, *batch, 1, keys, dtype=dtype),
        odd,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize(("batch", "length", "keys"), [((2, 3), 5, 7), ((4,), 7, 300), ((), 4, 4)])
def test_attention_and_its_gradients_are_those_of_numpy(
    cupy, batch, length, keys, is_causal, dtype
):
    xp = namespace(cupy.empty(0))
    q, k, v, g = (
        drawn(i, *batch, *shape, dtype=dtype)
        for i, shape in enumerate([(length, 6), (keys, 6), (keys, 3), (length, 3)])
    )
    for kept in (None, (drawn(4, *batch, length, keys, dtype=dtype) > 0) * q.dtype.type(2)):
        for mask in masks(dtype, batch, length, keys):
            how = kept, 0.4, is_causal
            y, *rest = numpy_attention.attend(q, k, v, mask, *how)
            wanted = [y, *numpy_attention.attend_share(g, q, k, v, mask, kept, y, *rest, *how[1:])]
            put = [x if x is None else cupy.asarray(x) for x in (g, q, k, v, mask, kept)]
            y, *rest = xp.attend(*put[1:], *how[1:])
            found = [y, *xp.attend_share(*put, y, *rest, *how[1:])]
            shown = 1 if np.isnan(wanted[0]).any() else 4  # a nan may spread to what is hidden
            for ours, theirs in zip(found[:shown], wanted[:shown], strict=True):
                np.testing.assert_allclose(ours.get(), theirs, 0, 8 * NEAR[dtype])


def test_heads_that_lie_beside_one_another_are_not_copied(rig):
    xp = namespace(rig.empty(0))
    q, k, v, g = (rig.asarray(drawn(i, 5, 4, 6)).swapaxes(0, 1) for i in range(4))
    y, *rest = xp.attend(q, k, v, None, None, 0.4, False)
    before = cupy_rig.counts["launches"]
    xp.attend(q, k, v, None, None, 0.4, False)
    assert cupy_rig.counts["launches"] - before == 3
    assert y.swapaxes(0, 1).flags.c_contiguous
    before = cupy_rig.counts["launches"]
    shares = xp.attend_share(g, q, k, v, None, None, y, *rest, 0.4, False)
    assert cupy_rig.counts["launches"] - before == 5
    assert all(share.swapaxes(0, 1).flags.c_contiguous for share in shares)


@pytest.mark.parametrize("order", kernels.ORDERS)
def test_attention_is_the_same_in_any_order_of_threads(rig, monkeypatch, order):
    monkeypatch.setattr(kernels, "order", order)
    for keys in (7, 300):
        test_attention_and_its_gradients_are_those_of_numpy(rig, (2,), 5, keys, True, "float32")


# -------------------------------------------------------------------- products

LAYOUTS = {
    "as they come": lambda x: x,
    "columns": lambda x: x.swapaxes(-1, -2).copy().swapaxes(-1, -2),
    "with gaps": lambda x: x.repeat(2, axis=-2)[..., ::2, :],
    "batch between": lambda x: x.swapaxes(0, -2).copy().swapaxes(0, -2),
    "steps": lambda x: x.repeat(2, axis=-1)[..., ::2],
}
SHAPES = [
    ((2, 3, 4, 5), (2, 3, 5, 6)),
    ((3, 4, 5), (5, 6)),
    ((4, 5), (3, 5, 6)),
    ((2, 1, 4, 5), (3, 5, 1)),
    ((2, 3, 1, 5), (2, 1, 5, 6)),
    ((2, 4, 0), (2, 0, 3)),
    ((0, 4, 5), (5, 3)),
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("other_layout", LAYOUTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_products_of_batches_are_those_of_numpy(cupy, layout, other_layout, dtype):
    matmul, near = namespace(cupy.empty(0)).matmul, 8e-3 if dtype == "float16" else 1e-5
    for shape, other_shape in SHAPES:
        x, y = drawn(1, *shape, dtype=dtype), drawn(2, *other_shape, dtype=dtype)
        put, other = LAYOUTS[layout](cupy.asarray(x)), LAYOUTS[other_layout](cupy.asarray(y))
        wanted = x @ y
        np.testing.assert_allclose(matmul(put, other).get(), wanted, near, near)
        out = cupy.empty(wanted.swapaxes(0, -1).shape, dtype).swapaxes(0, -1)
        matmul(put, other, out)
        np.testing.assert_allclose(out.get(), wanted, near, near)


def test_a_product_may_be_written_to_what_it_is_made_of(cupy):
    x = drawn(0, 3, 4, 4)
    put = cupy.asarray(x)
    namespace(put).matmul(put, put, put)
    np.testing.assert_allclose(put.get(), x @ x, 1e-5, 1e-5)


@pytest.mark.parametrize(("shape", "other_shape"), SHAPES[:3])
def test_a_product_of_batches_is_one_launch(rig, shape, other_shape):
    matmul, x, y = namespace(rig.empty(0)).matmul, rig.ones(shape, "f"), rig.ones(other_shape, "f")
    turned = rig.ones((*other_shape[:-2], *other_shape[:-3:-1]), "f").swapaxes(-1, -2)
    for other in (y, turned):
        before = cupy_rig.counts["launches"]
        matmul(x, other)
        assert cupy_rig.counts["launches"] - before == 1
