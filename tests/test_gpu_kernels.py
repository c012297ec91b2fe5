"""The kernels written for the GPU: the values of NumPy's, in any order of threads, for any GPU."""

import numpy as np
import pytest
from cupy_rig import kernels

from minitorch.backend import (
    numpy_channels,
    numpy_index,
    numpy_kernels,
    numpy_optim,
    numpy_rows,
)
from minitorch.backend.namespaces import namespace

# Times the largest value; integers are exact.
NEAR = {"float16": 4e-3, "float32": 2e-6, "float64": 1e-13}


def numbers(seed=0):
    """A function from shape to numbers, the same ones for each seed."""
    return np.random.default_rng(seed).normal


def of_rows(name, *shapes, **settings):
    """A row of the table: a kernel, the shapes of its arrays, its other arguments."""
    return pytest.param(name, shapes, settings, id=f"{name}-{'-'.join(map(str, shapes))}")


WIDE, NARROW, CUBE, IMAGES = (5, 1000), (70, 3), (3, 40, 5), (4, 3, 5, 7)
CASES = [
    of_rows(name, shape, axis=axis)
    for name in ("softmax", "log_softmax")
    for shape, axis in [(WIDE, 1), (NARROW, 1), (NARROW, 0), (CUBE, 1), (CUBE, -1), ((7,), 0),
                        ((0, 4), 1), ((4, 0), 1)]
] + [
    of_rows(name, shape, shape, axis=axis)
    for name in ("softmax_share", "log_softmax_share")
    for shape, axis in [(WIDE, 1), (NARROW, 1), (CUBE, 1), ((), -1), ((0, 4), 1)]
] + [
    of_rows("normalize_rows", WIDE, (1000,), (1000,), eps=1e-5),
    of_rows("normalize_rows", NARROW, None, (3,), eps=1e-5),
    of_rows("normalize_rows", NARROW, (3,), None, eps=1e-5),
    of_rows("normalize_rows", WIDE, (1000,), None, eps=1e-5, centre=False),
    of_rows("normalize_rows_share", WIDE, (1000,), WIDE, (5, 1)),
    of_rows("normalize_rows_share", WIDE, (1000,), WIDE, (5, 1), centre=False),
    of_rows("normalize_rows_share", NARROW, None, NARROW, (70, 1)),
    of_rows("scale_rows_shares", NARROW, NARROW),
    of_rows("scale_rows_shares", (600, 70), (600, 70)),
    of_rows("sum_of_rows", NARROW),
    of_rows("normalize_channels", IMAGES, (3,), (3,), eps=1e-5),
    of_rows("normalize_channels", (70, 3), None, (3,), eps=1e-5),
    of_rows("normalize_channels", (70, 3), None, None, eps=1e-5),
    of_rows("normalize_channels_share", IMAGES, IMAGES, (3,)),
    of_rows("sigmoid", CUBE),
    of_rows("sigmoid_share", CUBE, CUBE),
    of_rows("tanh_share", CUBE, CUBE),
    of_rows("relu", CUBE),
    of_rows("relu_share", CUBE, CUBE),
    of_rows("relu_share", (), ()),
    of_rows("relu_share", (0,), (0,)),
    of_rows("root_plus", (0, 3), eps=1e-3),
]  # fmt: skip


def kernel_of(library, name):
    for module in (numpy_rows, numpy_channels, numpy_index, numpy_kernels, numpy_optim):
        if name in vars(module):
            return getattr(namespace_of(library), name)
    raise AssertionError(f"NumPy has no kernel {name}")


def namespace_of(library):
    return namespace(library.empty(0))


def require_near(found, wanted):
    """Equal shapes and dtypes, and values but for what the order of a sum makes of them."""
    found = found if isinstance(found, tuple) else (found,)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for ours, theirs in zip(found, wanted, strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        if ours.size:
            largest = max(1, float(np.abs(theirs).max()))
            gap = np.abs(ours.get().astype(float) - theirs.astype(float)).max()
            assert gap <= 4 * NEAR.get(ours.dtype.name, 0) * largest


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("name", "shapes", "settings"), CASES)
def test_a_kernel_computes_what_the_one_for_numpy_does(cupy, name, shapes, settings, dtype):
    draw = numbers()
    arrays = [None if shape is None else draw(size=shape).astype(dtype) for shape in shapes]
    arrays = [x if x is None else np.asarray(x) for x in arrays]
    on_gpu = [x if x is None else cupy.asarray(x) for x in arrays]
    wanted = kernel_of(np, name)(*arrays, **settings)
    require_near(kernel_of(cupy, name)(*on_gpu, **settings), wanted)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "relu", "sigmoid"])
def test_a_kernel_takes_arrays_that_are_not_contiguous(cupy, name):
    x = numbers()(size=(30, 20)).astype("f")[::2, ::-1]
    settings = {"axis": 1} if "softmax" in name else {}
    wanted = kernel_of(np, name)(x.copy(), **settings)
    whole = cupy.asarray(np.ascontiguousarray(x[:, ::-1]))
    require_near(kernel_of(cupy, name)(whole[:, ::-1], **settings), wanted)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", "bool"])
@pytest.mark.parametrize(
    ("shape", "reach"),
    [((4, 5, 6), (4, 5, 6)), ((4, 5, 6), (3, 2, 4)), ((7,), (3,)), ((3, 4), (0, 2))],
)
def test_what_indices_name_along_an_axis_is_what_numpy_finds(cupy, shape, reach, dtype):
    draw = numbers()
    x, g = (draw(size=each, scale=4).astype(dtype) for each in (shape, reach))
    for axis in range(len(shape)):
        once = np.argsort(draw(size=shape), axis=axis)[tuple(map(slice, reach))]
        indices = np.where(draw(size=reach) < 0, once - shape[axis], once)  # some from the end
        for name, given in [
            ("take_along", (x, indices, axis)),
            ("put_along", (g, indices, axis, shape)),
            ("set_along", (x, g, indices, axis)),
            ("set_along", (x, 1, indices, axis)),
            ("add_along", (g, indices // 2, axis, shape)),
        ]:
            arrays = [cupy.asarray(v) if isinstance(v, np.ndarray) else v for v in given]
            require_near(kernel_of(cupy, name)(*arrays), kernel_of(np, name)(*given))


def test_nothing_is_found_where_there_is_nothing(cupy):
    xp = namespace_of(cupy)
    with pytest.raises(IndexError, match="out of bounds for dimension 1 with size 0"):
        xp.take_along(cupy.zeros((2, 0)), cupy.zeros((2, 1), int), 1)


CLASSES = np.array([2, 0, -100, 1, 2, 2])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignored", [-100, 2])
@pytest.mark.parametrize("times", [1, 2000])
def test_cross_entropy_and_its_gradient_are_those_of_numpy(
    cupy, reduction, weighted, ignored, times
):
    target = np.tile(np.where(CLASSES == -100, 0 if ignored == 2 else -100, CLASSES), times)
    log_p = numpy_rows.log_softmax(numbers()(size=(len(target), 3)).astype("f"), 1)
    weight = np.array([0.5, 2, 1], "f") if weighted else None
    found = []
    for library in (np, cupy):
        x, t, w = (v if v is None else library.asarray(v) for v in (log_p, target, weight))
        xp = namespace_of(library)
        value, key, share = xp.nll(x, t, w, ignored, reduction)
        smoothed, _, _ = xp.nll(x, t, w, ignored, reduction, 0.2)
        g = library.ones(value.shape, "f") * 3
        shares = [
            xp.nll_share(g, share, key, x.shape),
            xp.softmax_less_one_hot(x, share, g, key),
            xp.softmax_less_one_hot(x, share, g, key, 0.2),
        ]
        found.append((value, smoothed, *shares))
    for wanted, ours in zip(*found):
        np.testing.assert_allclose(ours.get(), wanted, 2e-5, 1e-6)


def test_a_mean_over_no_rows_is_nan(cupy):
    x, target = cupy.zeros((2, 3), "f"), cupy.full(2, -100)
    value, _, share = namespace_of(cupy).nll(x, target, None, -100, "mean")
    assert cupy.isnan(value) and not share.any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("times", "longest"), [(5, 0), (7, 3), (300, 140)])
def test_the_sums_over_paths_of_labels_are_those_of_numpy(cupy, times, longest, dtype):
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, (4, 2 * longest + 1))
    emitted = np.log(random.uniform(size=(times, 4, 2 * longest + 1))).astype(dtype)
    given = (
        labels[:, 2:] != labels[:, :-2],
        np.array([times, times // 2, 1, 0]),
        np.array([longest, longest // 3, longest, 0]),  # the third cannot be spelled
    )
    alphas, total = namespace_of(np).ctc_alphas(emitted, *given)
    on_gpu = [cupy.asarray(x) for x in given]
    made = namespace_of(cupy).ctc_alphas(cupy.asarray(emitted), *on_gpu)
    near = 100 * NEAR[dtype]
    for ours, wanted in zip(made, (alphas, total), strict=True):
        np.testing.assert_allclose(ours.get(), wanted, near, near)
    shares = namespace_of(np).ctc_shares(emitted, alphas, total, *given)
    found = namespace_of(cupy).ctc_shares(cupy.asarray(emitted), *made, *on_gpu)
    np.testing.assert_allclose(found.get(), shares, times * near, times * near)


@pytest.mark.parametrize("p", [2, np.inf])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_norm_of_many_arrays_is_that_of_one(cupy, p, dtype, count):
    draw = numbers()
    arrays = [draw(size=(i % 7, 40)).astype(dtype) for i in range(1, count + 1)]
    on_gpu = [cupy.asarray(x) for x in arrays]
    require_near(kernel_of(cupy, "total_norm")(on_gpu, p), numpy_optim.total_norm(arrays, p))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
@pytest.mark.parametrize("p", [2, np.inf])
def test_a_norm_shows_that_a_number_is_not_finite(cupy, odd, p):
    x = np.ones(3000, "f")
    x[1234] = odd
    norm = kernel_of(cupy, "total_norm")([cupy.asarray(x), cupy.ones(3, "f")], p)
    np.testing.assert_equal(norm.get(), np.float32(odd))


def test_arrays_with_gaps_are_clipped_where_they_are(cupy):
    whole = cupy.ones((4, 6), "f")
    parts = [whole[:, ::2], cupy.full(5, 3.0, "f")]
    kernel_of(cupy, "clip_to_norm")(parts, cupy.asarray(10, "f"), 5.0)
    np.testing.assert_allclose(whole[:, 1].get(), 1)
    np.testing.assert_allclose(whole[:, 2].get(), 0.5, 1e-6)
    kernel_of(cupy, "clip_to_bounds")(parts, 0.25)
    assert set(parts[0].get().ravel()) | set(parts[1].get()) == {0.25}


# -------------------------------------------------------------------- on the rig


@pytest.mark.parametrize("order", kernels.ORDERS)
def test_kernels_whose_threads_wait_agree_in_any_order_of_threads(rig, monkeypatch, order):
    monkeypatch.setattr(kernels, "order", order)
    for case in CASES:
        name, shapes, settings = case.values
        if name in ("sigmoid", "relu") or "scale_" in name or () in shapes:
            continue
        test_a_kernel_computes_what_the_one_for_numpy_does(rig, name, shapes, settings, "float32")
    test_cross_entropy_and_its_gradient_are_those_of_numpy(rig, "mean", True, 2, 100)
    test_a_norm_of_many_arrays_is_that_of_one(rig, 2, "float32", 3)
    test_a_norm_shows_that_a_number_is_not_finite(rig, np.nan, np.inf)
