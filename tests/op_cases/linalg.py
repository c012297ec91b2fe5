"""Rows for `ops/products.py` and `ops/activation.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])


def linear(x, weight, bias=None):
    return x @ weight.T + (0 if bias is None else bias)


def softmax(x, dim):
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


RANKS = [
    [(3,), (3,)], [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 4)],
    [(2, 3, 4), (4,)], [(3,), (2, 3, 4)], [(2, 3, 4), (4, 2)], [(3, 4), (2, 4, 2)],
    [(2, 1, 3, 4), (3, 4, 2)], [(2, 3, 4), (2, 4, 2)],
]  # fmt: skip

CASES = [
    *[case("matmul", shapes, like=np.matmul) for shapes in RANKS],
    case("matmul", [INTS, INTS.T], like=np.matmul),
    case("matmul", [(2, 3), (4, 5)],
         raises="mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
    case("matmul", [(), (3,)], raises="both arguments to matmul need to be at least 1D"),
    case("mm", [(2, 3), (3, 4)], like=np.matmul),
    case("mm", [(3,), (3, 4)], raises="2 dimensions"),
    case("bmm", [(2, 3, 4), (2, 4, 1)], like=np.matmul),
    case("bmm", [(2, 3, 4), (3, 4, 1)], raises="Expected size for first two dimensions of batch2"),
    case("mv", [(2, 3), (3,)], like=np.matmul),
    case("dot", [(3,), (3,)], like=np.dot, shapes=False),
    case("dot", [(3,), (4,)], raises="to have the same number of elements"),
    case("linear", [(2, 3), (4, 3), (4,)], like=linear),
    case("linear", [(2, 3), (4, 3), None], like=linear),
    case("linear", [(3,), (4, 3), (4,)], like=linear),
    case("linear", [(2, 5, 3), (4, 3), (4,)], like=linear),
    case("linear", [(2, 3), (3,), None], like=linear),
    case("linear", [(2, 3), (4, 5), None],
         raises="the input's last axis must equal weight's second"),
    case("tanh", [(2, 3)], like=np.tanh),
    case("tanh", [INTS], like=np.tanh, gives="float32", near=1e-6),
    case("sigmoid", [(2, 3)], like=lambda x: 1 / (1 + np.exp(-x))),
    case("sigmoid", [np.array([-800.0, 0.0, 800.0])], like=lambda x: np.array([0.0, 0.5, 1.0]),
         shapes=False),
    case("relu", [(2, 3)], like=lambda x: np.maximum(x, 0)),
    case("relu", [INTS], like=lambda x: np.maximum(x, 0)),
    case("relu", [np.array([0.0, -0.0, np.inf])], like=lambda x: np.maximum(x, 0), orders=0),
    *[case("softmax", [(2, 3, 2)], dim=dim, like=softmax) for dim in (0, 1, -1)],
    case("softmax", [np.array([[900.0, 901.0, -900.0]])], dim=1, like=softmax),
    case("softmax", [(2, 3)], dim=2, error=IndexError, raises="Dimension out of range"),
    *[
        case("log_softmax", [(2, 3, 2)], dim=dim, like=lambda x, dim: np.log(softmax(x, dim)))
        for dim in (0, 1, -1)
    ],
    case("log_softmax", [np.array([[0.0, 900.0]])], dim=1, shapes=False,
         like=lambda x, dim: np.array([[-900.0, 0.0]])),
]  # fmt: skip
