"""`norm`: of vectors and of matrices by one name."""

from minitorch.autograd.refusals import require_out
from minitorch.autograd.tensor import function, method
from minitorch.ops.making import require_tensor
from minitorch.ops.matrix_functions import matrix_norm
from minitorch.ops.out import into
from minitorch.ops.statistics import vector_norm


@function
@method
def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The norm over `dim`, or over all dimensions.

    p  a number: of the elements as a vector, see `linalg.vector_norm`
       "fro": as 2; "nuc": the sum of the singular values of the matrices in two dimensions

    >>> from minitorch import tensor
    >>> norm(tensor([3.0, 4.0]))
    tensor(5.)
    """
    require_tensor("norm", input)
    if out is not None:
        return into(out, norm, input, p, dim, keepdim, dtype=dtype, exact=require_out)
    count = input.array.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if p is None or (p == "fro" and (dim is None or count <= 2)):
        p = 2.0
    if not isinstance(p, str):
        return vector_norm(input, p, dim, keepdim, dtype=dtype)
    dims = range(count) if dim is None else [dim] if isinstance(dim, int) else dim
    return matrix_norm(input, p, tuple(dims), keepdim, dtype)
