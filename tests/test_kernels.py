"""The kernels of both array libraries have the same names and signatures."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minitorch
from minitorch.backend import numpy_index, numpy_kernels, numpy_rows
from minitorch.backend.namespaces import FIRST, LATER

BACKEND = Path(minitorch.__file__).parent / "backend"
QUICKER = {
    "transpose",
    "swapaxes",
    "amax",
    "amin",
    "where",
    "logaddexp",
    "logaddexp2",
}  # CuPy's own serve there


def kernels(library, kind):
    """Name and parameters of each public function of the file."""
    tree = ast.parse((BACKEND / f"{library}_{kind}.py").read_text())
    return {
        node.name: [argument.arg for argument in node.args.args]
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_"
    }


@pytest.mark.parametrize("kind", sorted({*FIRST, *LATER} - {"attention"}))
def test_cupy_kernels_have_the_signatures_of_the_numpy_kernels(kind):
    numpy, cupy = kernels("numpy", kind), kernels("cupy", kind)
    shared = numpy.keys() & cupy.keys()
    assert {name: cupy[name] for name in shared} == {name: numpy[name] for name in shared}


@pytest.mark.parametrize("library", ["numpy", "cupy"])
def test_a_name_is_defined_in_one_file_of_kernels(library):
    names = [name for kind in FIRST + LATER for name in kernels(library, kind)]
    assert sorted(names) == sorted(set(names))


def test_every_numpy_kernel_has_one_for_cupy():
    assert kernels("numpy", "kernels").keys() - kernels("cupy", "kernels").keys() == QUICKER


SHAPES = [(7,), (3, 5), (40, 33), (2, 3, 40), (70, 520), (3, 20_000)]  # short, long, wide rows


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_kernels_over_rows_are_the_plain_formulas_however_long_the_rows_are(shape, axis, dtype):
    x, g = np.random.normal(size=(2, *shape))
    x, g = x.astype(dtype), g.astype(dtype)
    wide_x, wide_g = x.astype(np.float64), g.astype(np.float64)
    y = np.exp(wide_x) / np.exp(wide_x).sum(axis, keepdims=True)
    near = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-12}[dtype]
    softmax, log_softmax = numpy_rows.softmax(x, axis), numpy_rows.log_softmax(x, axis)
    pairs = [
        (softmax, y),
        (log_softmax, np.log(y)),
        (
            numpy_rows.softmax_share(g, softmax, axis),
            (wide_g - (wide_g * y).sum(axis, keepdims=True)) * y,
        ),
        (
            numpy_rows.log_softmax_share(g, log_softmax, axis),
            wide_g - y * wide_g.sum(axis, keepdims=True),
        ),
    ]
    for found, wanted in pairs:
        assert found.dtype == dtype and found.flags.c_contiguous
        np.testing.assert_allclose(found, wanted, near, near * 20)


@pytest.mark.parametrize("size", [1, 1000, 1 << 14, (1 << 14) + 3, 3 << 14])
def test_relu_is_the_maximum_with_zero(size):
    x = np.random.normal(size=size).astype(np.float32)
    x[::7] = np.nan
    np.testing.assert_array_equal(numpy_kernels.relu(x), np.maximum(x, 0))


@pytest.mark.parametrize("found", [True, False], ids=["with its BLAS function", "without"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (5,), (20_000,), (100, 200)])
def test_what_is_subtracted_is_scaled(shape, dtype, found, monkeypatch):
    if not found:
        monkeypatch.setattr(numpy_kernels, "axpy", lambda char: None)
    y = np.ones(shape, dtype)
    x = np.arange(y.size).reshape(shape).astype(dtype)
    numpy_kernels.subtract_scaled(y, dtype(0.25), x)
    np.testing.assert_array_equal(y, 1 - dtype(0.25) * x)


def test_arrays_that_lie_in_memory_in_different_ways_are_subtracted_too():
    x = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    y = np.zeros((100, 100), np.float32)
    numpy_kernels.subtract_scaled(y, 0.5, x.T)
    assert (y == -0.5 * x.T).all()


def test_kernels_over_rows_leave_the_buffer_size_of_numpy():
    before = np.getbufsize()
    numpy_rows.softmax(np.ones((64, 1024), np.float32), 1)
    with pytest.raises(ValueError):
        numpy_rows.normalize_rows(np.ones((64, 1024), np.float32), np.ones(3, "f"), None, 1e-5)
    assert np.getbufsize() == before


def test_numpy_warns_of_what_the_user_computes_and_not_of_what_this_package_does():
    program = "import numpy as np, minitorch; minitorch.tensor(0.0).log(); {}"
    subprocess.run([sys.executable, "-W", "error", "-c", program.format("")], check=True)
    own = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.format("np.log(np.zeros(1))")],
        capture_output=True,
        check=False,
    )
    assert b"divide by zero" in own.stderr


@pytest.mark.parametrize("shape", [(), (5,), (200, 300), (1024, 128), (3, 4, 5000), (40_000,)])
@pytest.mark.parametrize("axes", [None, "first", "last"])
def test_total_is_the_sum_however_many_numbers_there_are(shape, axes):
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    if not shape and axes:
        return
    axes = {"first": (0,), "last": (len(shape) - 1,)}.get(axes)
    for keepdims in (False, True):
        exact = x.astype(np.float64).sum(axes, keepdims=keepdims)
        found = numpy_rows.total(x, axes, keepdims)
        assert found.shape == exact.shape and found.dtype == np.float32
        np.testing.assert_allclose(found, exact, rtol=1e-6, atol=2e-4)


@pytest.mark.parametrize("shape", [(140, 512), (70, 1024), (2, 37, 1024)])
def test_a_copy_of_columns_that_are_half_or_whole_pages_apart_is_the_same(shape):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape).swapaxes(-1, -2)
    assert x.strides[-1] % numpy_index.HALF_PAGE == 0
    copy = numpy_index.copied(x, "C")
    assert copy.flags.c_contiguous
    np.testing.assert_array_equal(copy, x)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i4", "i8"])
@pytest.mark.parametrize(
    "shapes", [((99, 100),) * 3, ((99, 1), (100,), ()), ((), (99, 100), (1, 100))]
)
def test_where_takes_what_numpys_takes(dtype, shapes):
    rng = np.random.default_rng(0)
    condition = rng.random((99, 100)) < 0.5
    condition = condition[: shapes[0][0], : shapes[0][1]] if shapes[0] else condition
    x, y = (np.asarray(rng.normal(0, 9, shape), dtype) for shape in shapes[1:])
    expected = np.where(condition, x, y)
    made = numpy_kernels.where(condition, x, y)
    assert made.dtype == expected.dtype
    assert made.tobytes() == expected.tobytes()
    assert numpy_kernels.where(condition, 0, y).tobytes() == np.where(condition, 0, y).tobytes()


def test_where_keeps_every_bit():
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, 1e-45], np.float32)
    x = np.tile(special, 2000)
    condition = np.arange(x.size) % 3 == 0
    made = numpy_kernels.where(condition, x, x[::-1])
    assert made.tobytes() == np.where(condition, x, x[::-1]).tobytes()
    assert numpy_kernels.where(condition, 0.5, True).dtype == np.float64
    assert (
        numpy_kernels.where(condition, x, np.float64(2)).dtype
        == np.where(condition, x, np.float64(2)).dtype
    )


@pytest.mark.parametrize("name", ["logaddexp", "logaddexp2"])
def test_sums_of_exponentials_are_those_of_numpy(name):
    special = [0.0, 1.0, -3.0, 50.0, -800.0, 1e30, np.inf, -np.inf, np.nan]
    x, y = np.meshgrid(special, special)
    with np.errstate(invalid="ignore"):
        expected = getattr(np, name)(x, y)
    np.testing.assert_allclose(getattr(numpy_kernels, name)(x, y), expected, rtol=1e-15)
