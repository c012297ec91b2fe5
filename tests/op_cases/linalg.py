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
    case("matmul", [(3,), (4,)], raises="inconsistent tensor size, expected tensor [3] and src"),
    case("matmul", [(5, 2, 3), (4,)], raises="size mismatch, got input (10), mat (10x3), vec (4)"),
    case("matmul", [(2, 3), (5, 4, 4)],
         raises="Expected size for first two dimensions of batch2 tensor to be: [5, 3]"),
    case("matmul", [(5, 2, 3), (6, 3, 4)],
         raises="The size of tensor a (5) must match the size of tensor b (6) at non-singleton"),
    case("matmul", [INTS, (3, 2)], raises="expected m1 and m2 to have the same dtype, but got: "
         "long int != double"),
    case("matmul", [INTS > 0, INTS.T > 0], raises="not implemented for 'Bool'"),
    case("mm", [(3,), (3, 4)], raises="self must be a matrix"),
    case("bmm", [(2, 3, 4), (2, 4, 1)], like=np.matmul),
    case("bmm", [(2, 3, 4), (3, 4, 1)], raises="Expected size for first two dimensions of batch2"),
    case("mv", [(2, 3), (3,)], like=np.matmul),
    case("dot", [(3,), (3,)], like=np.dot, shapes=False),
    case("dot", [(3,), (4,)], raises="to have the same number of elements"),
    case("mv", [(2, 3), (4,)], raises="size mismatch, got input (2), mat (2x3), vec (4)"),
    case("vdot", [(3,), (3,)], like=np.dot, shapes=False),
    case("vdot", [(3, 1), (3,)], raises="1D tensors expected, but got 2D and 1D tensors"),
    case("outer", [(2,), (3,)], like=np.outer, shapes=False),
    case("outer", [(2, 2), (3,)], raises="outer: Expected 1-D argument self, but got 2-D"),
    case("ger", [(2,), (3,)], like=np.outer, shapes=False),
    case("weighed", [(2, 3), (2, 3)], beta=0.5, alpha=2.0, step="Addmm", torch=None,
         like=lambda x, y, beta, alpha, step: beta * x + alpha * y),
    *[case("addmm", [(4,), (2, 3), (3, 4)], beta=beta, alpha=0.5, shapes=False,
           like=lambda x, a, b, beta, alpha: beta * x + alpha * (a @ b)) for beta in (0, 1, 0.3)],
    case("addmm", [(2, 2), (2, 3), (3, 4)],
         raises="The expanded size of the tensor (4) must match"),
    case("addmv", [(2,), (2, 3), (3,)], like=lambda x, a, b: x + a @ b, shapes=False),
    case("addmv", [(3,), (2, 3), (3,)], raises="size mismatch, got input (3), mat (2x3), vec (3)"),
    case("addr", [(2, 3), (2,), (3,)], like=lambda x, a, b: x + np.outer(a, b), shapes=False),
    case("addr", [(2, 3), (2, 1), (3,)], raises="addr: Expected 1-D argument vec1, but got 2-D"),
    case("addbmm", [(2, 4), (3, 2, 3), (3, 3, 4)], like=lambda x, a, b: x + (a @ b).sum(0),
         shapes=False),
    case("baddbmm", [(3, 2, 4), (3, 2, 3), (3, 3, 4)], like=lambda x, a, b: x + a @ b,
         shapes=False),
    case("baddbmm", [(2, 4), (3, 2, 3), (3, 4, 4)],
         raises="Expected size for first two dimensions of batch2 tensor to be: [3, 3]"),
    case("linear", [(2, 3), (4, 3), (5,)], raises="The expanded size of the tensor (4) must match"),
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
