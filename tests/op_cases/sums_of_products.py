"""Rows for `ops/sums_of_products.py`, `ops/matrix_functions.py` and `ops/pairwise.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])


def by_equation(f, *tensors, equation):
    return f(equation, *tensors)


def einsum(*arrays, equation):
    return np.einsum(equation, *arrays)


def equation(text, *inputs, **options):
    options = {"like": einsum, "shapes": False, "torch": "einsum"} | options
    return case("einsum", [*inputs], equation=text, call=by_equation, **options)


def cdist(x, y, p):
    away = np.abs(x[..., :, None, :] - y[..., None, :, :])
    return away.max(-1) if p == np.inf else (away**p).sum(-1) ** (1 / p)


def lengths(x, y, by_product):
    return cdist(x, y, 2)


def tensordot(a, b, dims):
    return np.tensordot(a, b, dims)


def exponential(x):
    """The Taylor series of the 1024th part, raised to the power 1024."""
    term = total = np.eye(x.shape[-1])
    for n in range(1, 20):
        term = term @ x / 1024 / n
        total = total + term
    return np.linalg.matrix_power(total, 1024)


CASES = [
    equation("ij,jk->ik", (2, 3), (3, 4)),
    equation("ij,jk", (2, 3), (3, 4)),
    equation("ba", (2, 3)),
    equation(" i j -> i ", (2, 3)),
    equation("ii", (3, 3)),
    equation("iji->ij", (3, 2, 3)),
    equation("i,j->ij", (2,), (3,)),
    equation("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    equation("...ij,...jk->...ik", (2, 1, 3, 2), (3, 2, 2)),
    equation("i...,i->...", (3, 2), (3,)),
    equation("ij,ij->", (2, 3), (2, 3)),
    equation("ij,k->j", (2, 3), (4,), orders=1),
    equation("Ab,bC,C", (2, 3), (3, 2), (2,)),
    equation("ij,jk->ik", INTS, INTS.T),
    equation("ij->ik", (2, 3), raises="einsum(): output subscript k does not appear in the equation"
             " for any input operand"),
    equation("ij->ii", (2, 3), raises="einsum(): output subscript i appears more than once"),
    equation("ijk->i", (2, 3), raises="einsum(): the number of subscripts in the equation (3) does "
             "not match the number of dimensions (2) for operand 0 and no ellipsis was given"),
    equation("ii->i", (2, 3), raises="einsum(): subscript i is repeated for operand 0 but the sizes"
             " don't match, 3 != 2"),
    equation("ij,jk->ik", (2, 3), (4, 5), raises="einsum(): subscript j has size 4 for operand 1 "
             "which does not broadcast with previously seen size 3"),
    equation("i1->i", (2, 3), raises="einsum(): invalid subscript given at index 1"),
    equation("i..->i", (2, 3), raises="einsum(): found '.' for operand 0 that is not part of any"),
    equation("i,i", (3,), raises="einsum(): fewer operands were provided than specified"),
    equation("i", (3,), (3,), raises="einsum(): more operands were provided than specified"),
    case("tensordot", [(2, 3, 4), (3, 4, 2)], dims=2, like=tensordot, shapes=False),
    case("tensordot", [(2, 3), (4, 2)], dims=([0], [1]), like=tensordot, shapes=False),
    case("tensordot", [(2,), (3,)], dims=0, like=tensordot),
    case("tensordot", [(2, 3), (3, 4)], dims=([0], [0]), raises="contracted dimensions need to "
         "match, but first has size 2 in dim 0 and second has size 3 in dim 0"),
    case("tensordot", [(2, 3), (3, 4)], dims=3, raises="tensordot expects dims < ndim_a or ndim_b"),
    case("inner", [(2, 3), (4, 3)], like=np.inner),
    case("inner", [(2, 3), (4,)], raises="inner() the last dimension must match on both input "
         "tensors but got shapes [2, 3] and [4]"),
    case("kron", [(2, 3), (3, 1)], like=np.kron),
    case("kron", [(2,), (2, 1, 2)], like=np.kron),
    case("cross", [(3, 2), (3, 2)], dim=0, like=lambda a, b, dim: np.cross(a, b, axis=dim)),
    case("trace", [(3, 4)], like=np.trace),
    case("trace", [INTS], like=np.trace),
    case("trace", [(3,)], raises="trace: expected a matrix, but got tensor with dim 1"),
    case("chain_matmul", [(2, 3), (3, 4), (4, 1)], like=lambda a, b, c: a @ b @ c, shapes=False,
         torch=None),
    case("matrix_power", [(3, 3)], n=5, like=np.linalg.matrix_power, near=1e-7),
    case("matrix_power", [(2, 3, 3)], n=-2, like=np.linalg.matrix_power, near=1e-7, half=False),
    case("matrix_power", [(3, 3)], n=0, like=np.linalg.matrix_power),
    case("matrix_power", [(2, 3)], n=2, raises="linalg.matrix_power: A must be batches of square "
         "matrices, but they are 2 by 3 matrices"),
    case("exp_of_matrix", [(3, 3)], like=exponential, shapes=False, near=1e-8),
    case("matrix_exp", [(3, 3)], like=exponential, shapes=False, near=1e-8),
    case("matrix_exp", [(2, 2, 2)], like=exponential, shapes=False, near=1e-8, values=(-9, 1),
         torch=None, half=False, orders=1),
    *[case("cdist", [(3, 2), (4, 2)], p=p, like=cdist, half=False) for p in (1, 2, 2.5, np.inf)],
    case("cdist", [(2, 1, 3, 2), (4, 2, 2)], p=2, like=cdist, half=False),
    case("euclidean_distances", [(3, 2), (4, 2)], by_product=False, like=lengths, shapes=False),
    case("euclidean_distances", [(3, 2), (4, 2)], by_product=True, like=lengths, shapes=False),
    case("cdist", [(3, 2), (4, 3)], p=2, raises="X1 and X2 must have the same number of columns"),
]  # fmt: skip
