"""What PyTorch has for complex numbers. No tensor holds any, so a tensor is its own conjugate."""

from minitorch.autograd.refusals import UNCAST, exactly
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.errors import ShapeError
from minitorch.ops.out import takes_out


def itself(name):
    """The function `name`, which returns its tensor."""

    def call(input):
        return input

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "`input` itself: no tensor holds complex numbers."
    return call


for name in ("conj", "conj_physical_", "resolve_conj", "resolve_neg"):
    function(method(itself(name)))
function(method(takes_out(exact=exactly(UNCAST))(itself("conj_physical"))))
real = function(itself("real"))


@function
def imag(input):
    """Refused: no tensor holds complex numbers."""
    raise ShapeError("imag is not implemented for tensors with non-complex dtypes.")


for part in (real, imag):
    setattr(Tensor, part.__name__, property(part))
