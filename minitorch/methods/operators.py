"""Python's operators on tensors."""

from minitorch.autograd.tensor import Tensor
from minitorch.ops import elementwise as e
from minitorch.ops.linalg import matmul

OPERATORS = {
    "__add__": e.add, "__radd__": e.add, "__sub__": e.sub, "__rsub__": e.rsub,
    "__mul__": e.mul, "__rmul__": e.mul, "__truediv__": e.true_divide, "__neg__": e.neg,
    "__pow__": e.pow, "__matmul__": matmul, "__abs__": e.abs,
    "__floordiv__": e.floor_divide, "__mod__": e.remainder, "__invert__": e.bitwise_not,
    "__eq__": e.eq, "__ne__": e.ne, "__lt__": e.lt, "__le__": e.le, "__gt__": e.gt, "__ge__": e.ge,
    "__and__": e.bitwise_and, "__or__": e.bitwise_or, "__xor__": e.bitwise_xor,
}  # fmt: skip

for name, function in OPERATORS.items():
    setattr(Tensor, name, function)
