"""Python's operators on tensors."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.errors import DtypeError
from minitorch.ops import elementwise as e
from minitorch.ops.products import matmul


def swapped(function):
    """The operator for a tensor on the right: `function(left, tensor)`."""
    return lambda tensor, left: function(left, tensor)


def unless_foreign(comparison):
    """`comparison`, or what Python answers by itself where the other is no number or tensor."""

    def compare(tensor, other):
        try:
            return comparison(tensor, other)
        except TypeError as error:
            if isinstance(error, DtypeError):
                raise
            return NotImplemented

    return compare


OPERATORS = {
    "__add__": e.add,
    "__radd__": e.add,
    "__sub__": e.sub,
    "__rsub__": e.rsub,
    "__mul__": e.mul,
    "__rmul__": e.mul,
    "__truediv__": e.true_divide,
    "__rtruediv__": lambda tensor, left: e.mul(e.reciprocal(tensor), left),
    "__floordiv__": e.floor_divide,
    "__rfloordiv__": swapped(e.floor_divide),
    "__mod__": e.remainder,
    "__rmod__": swapped(e.remainder),
    "__pow__": e.pow,
    "__rpow__": swapped(e.pow),
    "__matmul__": matmul,
    "__rmatmul__": swapped(matmul),
    "__neg__": e.neg,
    "__pos__": lambda tensor: tensor,
    "__abs__": e.abs,
    "__invert__": e.bitwise_not,
    "__eq__": unless_foreign(e.eq),
    "__ne__": unless_foreign(e.ne),
    "__lt__": e.lt,
    "__le__": e.le,
    "__gt__": e.gt,
    "__ge__": e.ge,
    "__and__": e.bitwise_and,
    "__rand__": e.bitwise_and,
    "__or__": e.bitwise_or,
    "__ror__": e.bitwise_or,
    "__xor__": e.bitwise_xor,
    "__rxor__": e.bitwise_xor,
}

for name, function in OPERATORS.items():
    setattr(Tensor, name, function)
