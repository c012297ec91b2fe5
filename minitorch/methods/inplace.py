"""In-place forms."""

from minitorch.autograd.node import grad_mode
from minitorch.autograd.rebase import write
from minitorch.autograd.tensor import Tensor, method
from minitorch.autograd.versions import touch
from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace
from minitorch.ops import elementwise


@op(public=False)
def fill(x, value, /):
    """`value` everywhere in the shape of `x`."""
    xp = namespace(x)
    return xp.zeros_like(x) + value, xp.zeros_like, lambda g: g


def in_place(f):
    def call(self, *others, **settings):
        return write(self, lambda x: f(x, *others, **settings))

    return call


for name in ("add", "sub", "mul", "div", "pow", "clamp", "exp", "neg", "sqrt", "abs", "relu", "sigmoid", "tanh"):
    if hasattr(Tensor, name):
        setattr(Tensor, name + "_", in_place(getattr(Tensor, name)))
for name, function in {"__iadd__": elementwise.add, "__isub__": elementwise.sub, "__imul__": elementwise.mul, "__itruediv__": elementwise.true_divide}.items():
    setattr(Tensor, name, in_place(function))


@method
def zero_(self):
    return write(self, lambda x: fill(x, 0))


@method
def fill_(self, value):
    return write(self, lambda x: fill(x, value))


@method
def copy_(self, src, non_blocking=False):
    return write(self, lambda x: fill(x, src.to(self.dtype)))
