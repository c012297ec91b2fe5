"""Python's operators on tensors."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.errors import DtypeError
from minitorch.ops import bits, comparison, exponents
from minitorch.ops import elementwise as e
from minitorch.ops.products import matmul


def swapped(function):
    """The operator for a tensor on the right: `function(left, tensor)`."""
    return lambda tensor, left: function(left, tensor)


def unless_foreign(function):
    """The operator `function`, or what Python makes of it where the other is no number or tensor:
    it asks the other.
    """

    def operator(tensor, other):
        try:
            return function(tensor, other)
        except TypeError as error:
            if isinstance(error, DtypeError):
                raise
            return NotImplemented

    return operator


def inverted(tensor):
    """~tensor."""
    if tensor.dtype.is_floating_point:
        raise TypeError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
        )
    return bits.bitwise_not(tensor)


UNARY = {
    "__neg__": e.neg,
    "__pos__": lambda tensor: tensor,
    "__abs__": e.abs,
    "__invert__": inverted,
}
BINARY = {
    "__add__": e.add,
    "__radd__": e.add,
    "__sub__": e.sub,
    "__rsub__": e.rsub,
    "__mul__": e.mul,
    "__rmul__": e.mul,
    "__truediv__": e.true_divide,
    "__rtruediv__": lambda tensor, left: e.mul(e.reciprocal(tensor), left),
    "__rdiv__": lambda tensor, left: e.mul(e.reciprocal(tensor), left),
    "__floordiv__": e.floor_divide,
    "__rfloordiv__": swapped(e.floor_divide),
    "__mod__": e.remainder,
    "__rmod__": swapped(e.remainder),
    "__pow__": exponents.pow,
    "__rpow__": swapped(exponents.pow),
    "__matmul__": matmul,
    "__rmatmul__": swapped(matmul),
    "__eq__": comparison.eq,
    "__ne__": comparison.ne,
    "__lt__": comparison.lt,
    "__le__": comparison.le,
    "__gt__": comparison.gt,
    "__ge__": comparison.ge,
    "__and__": bits.bitwise_and,
    "__rand__": bits.bitwise_and,
    "__or__": bits.bitwise_or,
    "__ror__": bits.bitwise_or,
    "__xor__": bits.bitwise_xor,
    "__rxor__": bits.bitwise_xor,
    "__lshift__": bits.bitwise_left_shift,
    "__rlshift__": swapped(bits.bitwise_left_shift),
    "__rshift__": bits.bitwise_right_shift,
    "__rrshift__": swapped(bits.bitwise_right_shift),
}
IN_PLACE = "add sub mul truediv floordiv mod pow and or xor lshift rshift"  # of `inplace.py`

for name, function in UNARY.items():
    setattr(Tensor, name, function)
for name, function in BINARY.items():
    setattr(Tensor, name, unless_foreign(function))
for name in [f"__i{word}__" for word in IN_PLACE.split()]:
    setattr(Tensor, name, unless_foreign(getattr(Tensor, name)))
