"""Rare ways through the kernels for the GPU: what comes out is what the CPU says."""

import numpy as np
import pytest

import minitorch
from minitorch import special, tensor


@pytest.fixture(autouse=True)
def gpu(device):
    if device.type != "cuda":
        pytest.skip("needs CuPy: run with --device cuda")
    return device


EDGES = {
    "softmax of one number": lambda: tensor(3.0).softmax(0),
    "log_softmax of one number": lambda: tensor(3.0).log_softmax(0),
    "isin among nothing": lambda: minitorch.isin(minitorch.arange(3), tensor([])),
    "not isin, among nothing": lambda: minitorch.isin(minitorch.arange(3), tensor([]), invert=True),
    "matmul of empty matrices": lambda: minitorch.ones(2, 0) @ minitorch.ones(0, 3),
    "matmul into a tensor": lambda: minitorch.matmul(
        minitorch.ones(2, 3), minitorch.ones(3, 2), out=minitorch.empty(2, 2)
    ),
    "batches of equations with no columns": lambda: minitorch.linalg.solve(
        minitorch.eye(3).expand(2, 3, 3), minitorch.ones(2, 3, 0)
    ),
    "batches of triangular equations with no columns": lambda: minitorch.linalg.solve_triangular(
        minitorch.eye(3).expand(2, 3, 3), minitorch.ones(2, 3, 0), upper=True
    ),
    "bytes added at indices": lambda: minitorch.zeros(3, dtype=minitorch.uint8).index_add(
        0, tensor([1, 1]), tensor([200, 100], dtype=minitorch.uint8)
    ),
    "another dtype of what was broadcast": lambda: minitorch.ones(1, 3).expand(2, 3).double(),
}


@pytest.mark.parametrize("name", EDGES)
def test_a_rare_way_gives_what_it_gives_on_the_cpu(name, gpu):
    found = EDGES[name]()
    with minitorch.device("cpu"):
        wanted = EDGES[name]()
    assert found.is_cuda and not wanted.is_cuda and found.dtype is wanted.dtype
    np.testing.assert_allclose(found.numpy(), wanted.numpy(), 1e-6)


def test_a_function_that_cupy_has_not_is_refused():
    with pytest.raises(NotImplementedError, match="airy_ai is not there on the GPU"):
        special.airy_ai(tensor([1.0]))


def test_a_shape_that_no_view_has_is_refused():
    with pytest.raises(RuntimeError, match=r"shape '\[4\]' is invalid for input of size 6"):
        minitorch.ones(2, 3).t().view(4)
